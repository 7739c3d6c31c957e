"""What the service stores, and nothing else: checks under way, and links that a person shared."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class Draft(models.Model):
    """A check under way. `code` is what the person keeps to come back; who has it has the draft.

    `facts` is the profile as a file would hold it; `groups` the question groups answered or skipped so far.
    """

    code: models.CharField[str, str] = models.CharField(primary_key=True, max_length=24)
    subject: models.CharField[str, str] = models.CharField(max_length=20)
    start: models.CharField[str, str] = models.CharField(max_length=20)
    name: models.CharField[str, str] = models.CharField(max_length=200, blank=True)
    places: models.JSONField[Any, Any] = models.JSONField(default=list)
    facts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    groups: models.JSONField[Any, Any] = models.JSONField(default=list)
    demo: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    created: models.DateTimeField[Any, Any] = models.DateTimeField(auto_now_add=True)
    touched: models.DateTimeField[Any, Any] = models.DateTimeField(auto_now=True, db_index=True)

    objects: ClassVar[models.Manager[Draft]]

    class Meta:
        app_label = "portal"


class Share(models.Model):
    """A link with the part of an answer that a person chose to show, until it expires. Holds no profile."""

    token: models.CharField[str, str] = models.CharField(primary_key=True, max_length=32)
    draft: models.ForeignKey[Draft, Draft] = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="shares")
    content: models.JSONField[Any, Any] = models.JSONField()
    expires: models.DateTimeField[Any, Any] = models.DateTimeField(db_index=True)

    objects: ClassVar[models.Manager[Share]]

    class Meta:
        app_label = "portal"
