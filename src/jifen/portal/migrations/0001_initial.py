"""The first tables: drafts and shared links."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies: ClassVar = []

    operations: ClassVar = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("code", models.CharField(max_length=24, primary_key=True, serialize=False)),
                ("subject", models.CharField(max_length=20)),
                ("start", models.CharField(max_length=20)),
                ("name", models.CharField(blank=True, max_length=200)),
                ("places", models.JSONField(default=list)),
                ("facts", models.JSONField(default=dict)),
                ("groups", models.JSONField(default=list)),
                ("demo", models.BooleanField(default=False)),
                ("created", models.DateTimeField(auto_now_add=True)),
                ("touched", models.DateTimeField(auto_now=True, db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name="Share",
            fields=[
                ("token", models.CharField(max_length=32, primary_key=True, serialize=False)),
                ("content", models.JSONField()),
                ("expires", models.DateTimeField(db_index=True)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="shares", to="portal.draft"
                    ),
                ),
            ],
        ),
    ]
