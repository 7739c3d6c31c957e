"""What stands before and behind every page: limits on what is sent, and mistakes shown as pages, not as traces."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse

from jifen.portal.drafts import CANNOT_STORE
from jifen.problems import JifenError

Get = Callable[[HttpRequest], HttpResponse]

LARGEST = 6_000_000
"""Bytes of a whole request; forms without a file have their own, smaller limit in the settings."""


def limits(get_response: Get) -> Get:
    """Refuse a body that is too large before reading it, and writers that come too fast."""

    def handle(request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.headers.get("Content-Length") or 0)
        except ValueError:
            length = LARGEST + 1
        if length > LARGEST:
            return problem(request, 413, "too-large")
        if (request.method == "POST" or request.path.startswith("/api/")) and not allowed(request):
            response = problem(request, 429, "too-often")
            response["Retry-After"] = "20"
            return response
        return get_response(request)

    return handle


def problems(get_response: Get) -> Get:
    """A mistake of the user that reached no page of its own, and a database that cannot write."""

    def handle(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code in (400, 403, 404, 405, 500) and not response.has_header("X-Page"):
            names = {400: "bad-request", 403: "forbidden", 404: "not-found", 405: "wrong-method", 500: "fault"}
            accept = response.headers.get("Content-Type", "")
            if accept.startswith("text/html"):
                told = problem(request, response.status_code, names[response.status_code])
                if "Allow" in response:
                    told["Allow"] = response["Allow"]
                return told
        return response

    def on_exception(request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, JifenError):
            return problem(request, 400, "bad-request", exception)
        if isinstance(exception, CANNOT_STORE):
            return not_stored(problem(request, 503, "not-stored"), exception)
        return None

    handle.process_exception = on_exception  # type: ignore[attr-defined]
    return handle


def not_stored(response: HttpResponse, reason: Exception) -> HttpResponse:
    """The answer where the database cannot write; why is told to whoever runs the service."""
    logging.getLogger("jifen.portal").error("not stored: %s", reason)
    response["Retry-After"] = "60"
    return response


def problem(request: HttpRequest, status: int, name: str, error: JifenError | None = None) -> HttpResponse:
    """A page (or, under `/api/`, problem+json) that says what went wrong and what to do."""
    from jifen.portal.pages import problem_page

    if request.path.startswith("/api/"):
        body = {"type": f"urn:jifen:problem:{name}", "title": name.replace("-", " "), "status": status}
        if error:
            body["problems"] = error.data()
        return JsonResponse(body, status=status, content_type="application/problem+json")
    response = problem_page(request, status, name, error)
    response["X-Page"] = "problem"
    return response


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form from a page that is too old, or from elsewhere."""
    return problem(request, 403, "old-form")


class Bucket:
    """So many requests at once for one address, refilled at a steady rate; the addresses that were idle are forgotten."""

    def __init__(self, size: int, per_second: float) -> None:
        self.size, self.rate = size, per_second
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def take(self, who: str) -> bool:
        now = time.monotonic()
        with self._lock:
            left, since = self._left.get(who, (float(self.size), now))
            left = min(self.size, left + (now - since) * self.rate)
            if len(self._left) > 50_000:
                self._left.clear()
            self._left[who] = (left - 1 if left >= 1 else left, now)
            return left >= 1


_posts = Bucket(1200, 60)
_api = Bucket(1200, 10)
guesses = Bucket(20, 0.1)
"""Codes that one address may try."""


def sender(request: HttpRequest) -> str:
    """The address that sends: the one that the proxy saw, where a proxy stands in front (the settings name an origin)."""
    seen = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip() if settings.ORIGIN else ""
    return seen or str(request.META.get("REMOTE_ADDR", ""))


def allowed(request: HttpRequest) -> bool:
    who = sender(request)
    return (_api if request.path.startswith("/api/") else _posts).take(who)
