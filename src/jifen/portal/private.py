"""Private mode: the rules come to the browser, the facts stay there. And the plans that a page needs, as JSON."""

from __future__ import annotations

import json
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from jifen.engines.javascript import export_bundle
from jifen.portal.check import field, places_offered
from jifen.portal.groups import groups
from jifen.portal.models import Draft
from jifen.portal.pages import show
from jifen.portal.questions import asked_now, held, scope
from jifen.portal.rules import rules, today
from jifen.portal.words import NEEDS, STATUS, need_of, place_words


@lru_cache(maxsize=16)
def bundle(place: str, kind: str, on: date) -> bytes:
    """The plans of a place for a kind of subject, with the vocabulary that they need, as JSON."""
    found = rules()
    plans = [p for s in scope(kind, [place]) if (p := found.plan(s, on))]
    derive = found.derivations
    data = export_bundle(plans, found.vocabulary, derive, on)
    needs = {p.scheme.id: need_of(p.scheme.id, kind) for p in plans}
    return json.dumps({**data, "needs": needs}, ensure_ascii=False, separators=(",", ":")).encode()


@require_safe
@gzip_page
def plans(request: HttpRequest, kind: str, place: str, day: str) -> HttpResponse:
    """The plans as JSON. Nothing about the person who asks is in the address."""
    if day != today().isoformat() or place not in places_offered(kind):
        raise Http404
    response = HttpResponse(bundle(place, kind, today()), content_type="application/json; charset=utf-8")
    response["Cache-Control"] = "public, max-age=3600"
    return response


def said(lang: str) -> dict[str, Any]:
    """The words that the browser needs to show an answer."""
    return {
        "lang": lang,
        "status": {status: {"css": css, "word": words[lang]} for status, (css, words, _) in STATUS.items()},
        "needs": {n: words[lang] for n, words in NEEDS.items()},
    }


@require_safe
def private(request: HttpRequest, lang: str) -> HttpResponse:
    """All questions on one page, answered without sending anything."""
    kind = "person"
    empty = held(Draft(code="", subject=kind, start="", places=["CN"], facts={}, groups=[]), today())
    pages: list[dict[str, Any]] = []
    for group in groups().values():
        if group.subject == kind:
            asked = asked_now(empty, group)
            if asked:
                fields = [{**field(f, empty, lang, None, None), "why": []} for f in asked if f.kind != "spells"]
                pages.append({"group": group, "fields": fields})
    context = {
        "pages": pages,
        "words": json.dumps(said(lang), ensure_ascii=False).replace("<", "\\u003c"),
        "day": today(),
        "place": place_words("CN"),
        "nav": "check",
    }
    return show(request, "private.html", context)


def what_if_data(draft: Draft, lang: str) -> str:
    """What the result page needs to answer “what if” by itself."""
    data = {
        **said(lang),
        "facts": draft.facts,
        "places": draft.places,
        "subject": draft.subject,
        "day": today().isoformat(),
    }
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace("&", "\\u0026")
