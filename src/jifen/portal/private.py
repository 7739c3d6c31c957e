"""Private mode: the rules come to the browser, the facts stay there. And the plans that a page needs, as JSON."""

from __future__ import annotations

import gzip
import json
from datetime import date
from functools import lru_cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from jifen.engines.javascript import export_bundle
from jifen.facts.units import in_words
from jifen.facts.vocabulary import currency_places
from jifen.portal.check import field, places_offered
from jifen.portal.groups import groups
from jifen.portal.models import Draft
from jifen.portal.pages import show
from jifen.portal.questions import held, scope
from jifen.portal.rules import rules, today
from jifen.portal.uses import slug
from jifen.portal.words import NEEDS, STATUS, SURE, need_of, place_words
from jifen.schemes.citations import place_in


@lru_cache(maxsize=16)
def _bundle(place: str, kind: str, on: date) -> dict[str, Any]:
    """The plans of a place for a kind of subject, with the vocabulary that they need, and what a page says of each."""
    found = rules()
    plans = [p for s in scope(kind, [place]) if (p := found.plan(s, on))]
    data = export_bundle(plans, found.vocabulary, found.derivations, on)
    currencies = {a.currency for p in plans for a in p.amounts}
    return {
        **data,
        "place": place,
        "needs": {p.scheme.id: need_of(p.scheme.id, kind) for p in plans},
        "instruments": {
            p.scheme.id: {n: {"title": dict(i.title), "slug": slug(i)} for n, i in p.scheme.instruments.items()}
            for p in plans
        },
        "law_places": {p: said for p in sorted(_law_places(data)) if (said := place_in(p, "zh")) != p},
        "currencies": {c: {"places": currency_places(c), "en": c, "zh": in_words(c, "zh")} for c in sorted(currencies)},
    }


def _law_places(data: Any) -> set[str]:
    """The places of the law that the citations of a bundle name."""
    if isinstance(data, dict):
        found = {c["place"] for key in ("citation", "points_citation") for c in data.get(key) or ()}
        return found.union(*map(_law_places, data.values()))
    return set().union(*map(_law_places, data)) if isinstance(data, (list, tuple)) else set()


@lru_cache(maxsize=16)
def bundle(place: str, kind: str, on: date) -> bytes:
    """The same as JSON."""
    return json.dumps(_bundle(place, kind, on), ensure_ascii=False, separators=(",", ":")).encode()


@lru_cache(maxsize=16)
def weight(place: str, kind: str, on: date) -> int:
    """How many bytes of rules travel to a browser for a place."""
    return len(gzip.compress(bundle(place, kind, on), 6))


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
        "sure": {sure: words[lang] for sure, words in SURE.items() if sure != "confirmed"},
    }


@require_safe
def private(request: HttpRequest, lang: str, kind: str) -> HttpResponse:
    """All questions of all places on one page, answered without sending anything; each says which places ask it."""
    day = today()
    places = places_offered(kind)
    asked = {place: _bundle(place, kind, day)["vocabulary"]["facts"] for place in places}
    empty = held(Draft(code="", subject=kind, start="", places=places, facts={}, groups=[]), day)
    facts = rules().vocabulary.facts
    pages: list[dict[str, Any]] = []
    for group in groups().values():
        fields = [
            {**field(facts[f], empty, lang, None, None), "why": [], "asked_in": " ".join(where)}
            for f in group.facts
            if group.subject == kind and (where := [p for p in places if f in asked[p]])
        ]
        if fields:
            pages.append({"group": group, "fields": fields})
    context = {
        "kind": kind,
        "pages": pages,
        "words": json.dumps(said(lang), ensure_ascii=False).replace("<", "\\u003c"),
        "day": day,
        "places": [
            {
                "id": p,
                "words": place_words(p),
                "schemes": len(_bundle(p, kind, day)["plans"]),
                "kilobytes": -(-weight(p, kind, day) // 1000),
                "address": reverse("plans", args=(kind, p, day)),
                "chosen": p == places[0],
            }
            for p in places
        ],
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
