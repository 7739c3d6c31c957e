"""The library: schemes and their versions, the instruments of the law, samples, and search over all of it."""

from __future__ import annotations

import difflib
import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from jifen.plan.form import in_force
from jifen.portal import demo, drafts
from jifen.portal.finder import find
from jifen.portal.pages import show
from jifen.portal.rules import rules, today
from jifen.portal.sheet import Sheet
from jifen.portal.uses import cited, instruments, uses, uses_of
from jifen.portal.words import NEEDS, need_of, place_of, place_words
from jifen.schemes.citations import least_sure
from jifen.schemes.model import Scheme
from jifen.schemes.show import as_markdown


@require_safe
def schemes(request: HttpRequest, lang: str) -> HttpResponse:
    """All schemes by place and need, found by words as one types."""
    query = request.GET.get("q", "")[:100].strip()
    place = request.GET.get("place", "")
    day = today()
    wanted = {hit.id for hit in find(query, kinds=("scheme",), most=500)} if query else None
    groups: dict[str, dict[str, list[dict[str, Any]]]] = {}
    offered: dict[str, int] = {}
    for id, versions in rules().shelf.schemes.items():
        last = versions[-1]
        where = place_of(last.jurisdiction)
        offered[where] = offered.get(where, 0) + 1
        if (wanted is not None and id not in wanted) or (place and where != place):
            continue
        now = in_force(versions, day)
        entry = {
            "id": id,
            "scheme": now or last,
            "versions": len(versions),
            "in_force": now is not None,
            "model": last.law != "law",
        }
        groups.setdefault(where, {}).setdefault(need_of(id, last.subject), []).append(entry)
    order = sorted(groups, key=lambda p: (p != "CN", p))
    context = {
        "places": [
            {
                "id": p,
                "words": place_words(p),
                "needs": [(words, groups[p][n]) for n, words in NEEDS.items() if n in groups[p]],
            }
            for p in order
        ],
        "offered": [(p, place_words(p), n) for p, n in sorted(offered.items(), key=lambda x: (x[0] != "CN", x[0]))],
        "place": place,
        "q": query,
        "none": not groups,
    }
    return show(request, "schemes.html", {**context, "nav": "schemes"})


def _version(id: str, day: str) -> tuple[Scheme, list[Scheme]]:
    versions = rules().shelf.schemes.get(id)
    if versions is None:
        raise Http404
    if day:
        found = next((v for v in versions if v.start.isoformat() == day), None)
        if found is None:
            raise Http404
        return found, list(versions)
    return in_force(versions, today()) or versions[-1], list(versions)


@require_safe
def scheme(request: HttpRequest, lang: str, id: str, day: str = "") -> HttpResponse:
    """A scheme as it stands: conditions as tables, papers, steps, doubts, versions and what changed."""
    found, versions = _version(id, day)
    sure = least_sure(c for c in _citations(found))
    context = {
        "scheme": found,
        "id": id,
        "sections": Sheet(found, lang).sections(),
        "versions": [
            {"start": v.start, "until": v.until, "here": v is found, "begun": v.start <= today()}
            for v in reversed(versions)
        ],
        "now": in_force(versions, today()) is found,
        "changes": _changes(versions, found, lang),
        "sure": sure,
        "doubts": sum(c.sure != "confirmed" for c in _citations(found)),
        "cited": len(_citations(found)),
        "need": NEEDS[need_of(id, found.subject)],
        "place": place_words(place_of(found.jurisdiction)),
        "draft": drafts.current(request),
        "json_ld": _json_ld(found, lang, request),
    }
    return show(request, "scheme.html", {**context, "nav": "schemes"})


def _citations(found: Scheme) -> list[Any]:
    cited = [c for use in uses_of(found) for c in use.citations]
    return list(dict.fromkeys(cited + [c for lines in found.lines.values() for line in lines for c in line.citations]))


def _changes(versions: list[Scheme], found: Scheme, lang: str) -> list[dict[str, str]]:
    """The lines that differ from the version before, as they stand in the consolidated document."""
    place = versions.index(found)
    if place == 0:
        return []
    before, after = (as_markdown(v).splitlines() for v in (versions[place - 1], found))
    changed = []
    for line in difflib.unified_diff(before, after, lineterm="", n=0):
        if (
            line.startswith(("---", "+++", "@@"))
            or not line[1:].strip()
            or line[1:].startswith(("In force", "|--", "|:-"))
        ):
            continue
        changed.append({"sign": line[0], "text": line[1:]})
    return changed[:400]


def _json_ld(found: Scheme, lang: str, request: HttpRequest) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "GovernmentService",
        "name": found.title.get(lang),
        "alternateName": found.title.get("zh" if lang == "en" else "en"),
        "identifier": found.id,
        "areaServed": found.jurisdiction,
        "provider": {"@type": "GovernmentOrganization", "name": found.authority.get(lang)},
        "url": request.build_absolute_uri(request.path),
        "validFrom": found.start.isoformat(),
        "subjectOf": [
            {
                "@type": "Legislation",
                "name": i.title.get(lang) or i.title.get("en"),
                "legislationIdentifier": i.number or None,
                "url": i.url or None,
            }
            for i in found.instruments.values()
        ],
    }
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@require_safe
def source(request: HttpRequest, lang: str, id: str, day: str) -> HttpResponse:
    """The document itself, consolidated, as Markdown."""
    found, _ = _version(id, day)
    return HttpResponse(as_markdown(found), content_type="text/markdown; charset=utf-8")


@require_safe
def law(request: HttpRequest, lang: str) -> HttpResponse:
    """The instruments on which the schemes rest."""
    found: list[dict[str, Any]] = [
        {
            "slug": name,
            "instrument": sources[0].instrument,
            "schemes": len({s.scheme.id for s in sources}),
            "place": place_of(sources[0].scheme.jurisdiction),
        }
        for name, sources in instruments().items()
    ]
    places = sorted({f["place"] for f in found}, key=lambda p: (p != "CN", p))
    context = {"places": [(place_words(p), [f for f in found if f["place"] == p]) for p in places], "count": len(found)}
    return show(request, "law.html", {**context, "nav": "law"})


@require_safe
def instrument(request: HttpRequest, lang: str, name: str) -> HttpResponse:
    """One instrument: where it is, and which rules rest on which of its places."""
    sources = instruments().get(name)
    if sources is None:
        raise Http404
    parts = []
    for s in sources:
        places: dict[str, list[dict[str, Any]]] = {}
        for use in uses_of(s.scheme):
            for c in use.citations:
                if c.instrument == s.instrument.name and use.words:
                    entry = {"words": dict(use.words), "sure": c.sure}
                    if entry not in places.setdefault(c.place, []):
                        places[c.place].append(entry)
        parts.append({"scheme": s.scheme, "places": sorted(places.items(), key=lambda p: _natural(p[0]))})
    return show(request, "instrument.html", {"instrument": sources[0].instrument, "parts": parts, "nav": "law"})


def _natural(text: str) -> list[tuple[int, str]]:
    import re

    return [(int(p) if p.isdigit() else -1, p) for p in re.split(r"(\d+)", text)]


@require_safe
def fact(request: HttpRequest, lang: str, id: str) -> HttpResponse:
    """One fact: what is asked, what shows it, and where the law asks it."""
    found = rules().vocabulary.facts.get(id)
    if found is None:
        raise Http404
    where = [
        {"scheme": u.scheme, "words": u.words, "cited": cited(u.citations, u.instruments)}
        for u in uses(today()).get(id, ())
    ]
    return show(request, "fact.html", {"fact": found, "uses": where})


@require_safe
def search(request: HttpRequest, lang: str) -> HttpResponse:
    query = request.GET.get("q", "")[:100].strip()
    return show(request, "search.html", {"q": query, "hits": find(query, most=40) if query else [], "nav": "search"})


@require_safe
def samples(request: HttpRequest, lang: str) -> HttpResponse:
    return show(request, "samples.html", {"samples": demo.people()})
