"""Checks under way: made, found again by their code, changed fact by fact, forgotten after a while.

The threads of a process write one after another (a lock before SQLite's own, which is between processes), which keeps the longest wait short; on
PostgreSQL the row is locked. A change names the facts it is about and leaves all others as they are, so two open tabs do not undo each other. Where
the database cannot write (full, locked, read-only, gone) nothing of a change is kept, and `CANNOT_STORE` is raised.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core import signing
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from jifen.portal.models import Draft, Share

COOKIE = "jifen-check"
KEPT_DAYS = 90
CANNOT_STORE = (OperationalError, InterfaceError, InternalError)
"""What the database raises when it cannot write or be reached; anything else that it raises is a mistake of ours."""
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_writing = threading.Lock()


def new_code() -> str:
    """Four times four letters that cannot be mistaken for one another: 80 random bits.

    >>> len(new_code()), new_code().count("-")
    (19, 3)
    """
    letters = "".join(secrets.choice(_LETTERS) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def read_code(text: str) -> str:
    """A code as somebody typed it; empty if it cannot be one.

    >>> read_code(" abcd2345 efgh-6789 ")
    'ABCD-2345-EFGH-6789'
    >>> read_code("O0O0")
    ''
    """
    letters = "".join(c for c in text.upper()[:80] if c.isalnum())
    if len(letters) != 16 or any(c not in _LETTERS for c in letters):
        return ""
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def ticket() -> str:
    """A signed new code for a form that begins a check: sent twice, it begins one check."""
    return signing.dumps(new_code(), salt="begin")


def from_ticket(text: str) -> str:
    """The code of a ticket, or a new one if the ticket is not ours or too old."""
    try:
        return str(signing.loads(text, salt="begin", max_age=86_400))
    except signing.BadSignature:
        return new_code()


@contextmanager
def _write() -> Iterator[None]:
    with _writing, transaction.atomic():
        yield


_FIND = f"SELECT * FROM {Draft._meta.db_table} WHERE code = %s"


def begin(code: str, **values: Any) -> Draft:
    """Make the draft, or return the one that the same ticket made before."""
    try:
        with _write():
            return Draft.objects.create(code=code, **values)
    except IntegrityError:
        return Draft.objects.get(code=code)


def current(request: HttpRequest) -> Draft | None:
    """The draft that this browser is working on."""
    try:
        code = request.get_signed_cookie(COOKIE, default="", salt=COOKIE)
    except signing.BadSignature:
        return None
    return find(code) if code else None


def find(code: str) -> Draft | None:
    """The draft of a code, unless it was left too long. Asked with almost every page, so without building a query anew."""
    oldest = timezone.now() - timedelta(days=KEPT_DAYS)
    found = next(iter(Draft.objects.raw(_FIND, [code])), None)
    return found if found is not None and found.touched >= oldest else None


def remember(request: HttpRequest, response: HttpResponse, draft: Draft) -> None:
    response.set_signed_cookie(
        COOKIE,
        draft.code,
        salt=COOKIE,
        max_age=KEPT_DAYS * 86_400,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def change(code: str, facts: Mapping[str, Any], seen: Iterable[str] = (), **fields: Any) -> Draft:
    """Set facts (None removes one), and note groups as seen. Raises Draft.DoesNotExist for a forgotten draft."""
    with _write():
        draft = Draft.objects.select_for_update().get(code=code)
        kept = {**draft.facts, **facts}
        draft.facts = {k: v for k, v in kept.items() if v is not None}
        draft.groups = list(dict.fromkeys([*draft.groups, *seen]))
        for name, value in fields.items():
            setattr(draft, name, value)
        draft.save()
    return draft


def delete(code: str) -> None:
    with _write():
        Draft.objects.filter(code=code).delete()


def share(draft: Draft, content: Mapping[str, Any], days: int) -> Share:
    with _write():
        return Share.objects.create(
            token=secrets.token_urlsafe(18),
            draft=draft,
            content=dict(content),
            expires=timezone.now() + timedelta(days=days),
        )


def unshare(draft: Draft, token: str) -> None:
    with _write():
        Share.objects.filter(draft=draft, token=token).delete()


def sweep() -> None:
    """Forget what has expired."""
    now = timezone.now()
    with _write():
        Share.objects.filter(expires__lt=now).delete()
        Draft.objects.filter(touched__lt=now - timedelta(days=KEPT_DAYS)).delete()
