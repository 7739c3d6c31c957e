"""What every page has: its language, its address in the other one, the demonstration band; and the plain pages."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.loader import render_to_string

from jifen.portal import cards, demo, drafts
from jifen.portal.questions import scope
from jifen.portal.rules import answer, rules, subject, today
from jifen.portal.words import LANGS, PLACES, place_of
from jifen.problems import JifenError

LANG_COOKIE = "jifen-lang"


def lang_of(request: HttpRequest) -> str:
    """The language of the address; else the one chosen last; else the one the browser asks for."""
    head = request.path.lstrip("/").split("/")[0]
    if head in LANGS:
        return head
    chosen = request.COOKIES.get(LANG_COOKIE, "")
    if chosen in LANGS:
        return chosen
    accept = request.headers.get("Accept-Language", "").lower()
    places = {lang: accept.find(lang) for lang in LANGS if lang in accept}
    return min(places, key=lambda k: places[k]) if places else "en"


def in_lang(request: HttpRequest, lang: str) -> str:
    """The address of this page in a language."""
    head, _, rest = request.get_full_path().lstrip("/").partition("/")
    return f"/{lang}/{rest}" if head in LANGS else f"/{lang}/"


def show(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """A page in the language of its address."""
    lang = lang_of(request)
    other = "zh" if lang == "en" else "en"
    whole = {
        "request": request,
        "lang": lang,
        "other": other,
        "here": request.path,
        "there": in_lang(request, other)
        if request.method in ("GET", "HEAD")
        else in_lang(request, other).split("?")[0],
        "demo": settings.DEMO,
        **context,
    }
    response = HttpResponse(render_to_string(template, whole, request), status=status)
    response["Content-Language"] = {"en": "en", "zh": "zh-Hans"}[lang]
    if request.COOKIES.get(LANG_COOKIE) != lang and request.path.lstrip("/").split("/")[0] in LANGS:
        response.set_cookie(
            LANG_COOKIE, lang, max_age=31_536_000, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    return response


def personal(response: HttpResponse) -> HttpResponse:
    """Mark a response that shows somebody's facts: no cache keeps it, no search engine lists it."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def health(request: HttpRequest) -> HttpResponse:
    """For whoever watches the service: the database answers."""
    from jifen.portal.models import Draft

    Draft.objects.exists()
    return HttpResponse("ok\n", content_type="text/plain")


def robots(request: HttpRequest) -> HttpResponse:
    """Personal pages are not for search engines."""
    closed = [f"/{lang}/{part}/" for lang in LANGS for part in ("check", "results", "shared")]
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), ""]
    return HttpResponse("\n".join(lines), content_type="text/plain")


def front(request: HttpRequest) -> HttpResponse:
    """`/`: to the home page in the visitor's language."""
    response = redirect("home", lang_of(request))
    response["Vary"] = "Accept-Language, Cookie"
    return response


def home(request: HttpRequest, lang: str) -> HttpResponse:
    shelf = rules().shelf
    places = list(dict.fromkeys(place_of(v[-1].jurisdiction) for v in shelf.schemes.values()))
    context = {
        "draft": drafts.current(request),
        "schemes": len(shelf.schemes),
        "beijing": len(scope("person", ["CN"])),
        "versions": sum(len(v) for v in shelf.schemes.values()),
        "facts": len(shelf.vocabulary.facts),
        "places": [PLACES[p] for p in places if p in PLACES],
        "example": example(),
        "day": today(),
    }
    return show(request, "home.html", context)


def example() -> dict[str, Any] | None:
    """A synthetic person's answers with points, for the home page."""
    chosen = demo.people()[0]
    who = subject(chosen.facts, today())
    found = [cards.prepared(answer(s, who)) for s in scope("person", ["CN"])]
    found = sorted((c for c in found if c["ruler"]), key=lambda c: -c["ruler"].low)[:2]
    return {"about": chosen.about, "cards": found}


def plain(request: HttpRequest, lang: str, page: str) -> HttpResponse:
    """The pages that only say something: about, privacy, accessibility."""
    return show(request, f"{page}.html", {"kept_days": drafts.KEPT_DAYS})


def interface(request: HttpRequest, lang: str) -> HttpResponse:
    """The page about the interface for programs."""
    from jifen.portal.api import operations

    return show(request, "api.html", {"operations": operations()})


def problem_page(request: HttpRequest, status: int, name: str, error: JifenError | None = None) -> HttpResponse:
    lang = lang_of(request)
    problems = [(p.message(lang), p.expected(lang), p.found, p.nearest) for p in error.problems] if error else []
    return show(request, "problem.html", {"name": name, "status": status, "problems": problems[:20]}, status)


def lost(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    from jifen.portal.middleware import problem

    return problem(request, 404, "not-found")


def fault(request: HttpRequest) -> HttpResponse:
    from jifen.portal.middleware import problem

    return problem(request, 500, "fault")


def unprefixed(request: HttpRequest, rest: str) -> HttpResponse:
    """An address without a language, as somebody would type it: `/schemes`."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"/{lang_of(request)}/{rest}" + (f"?{query}" if query else ""))
