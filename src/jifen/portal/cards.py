"""Answers prepared for the eye: the ruler of points, reasons with their articles, and the card of a scheme."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from jifen.answers.answer import Answer, Hit
from jifen.forms import Words
from jifen.plan.form import in_force
from jifen.portal.groups import group_of
from jifen.portal.rules import Kept, Subject, answer, key_of, rules
from jifen.portal.uses import cited
from jifen.portal.words import STATUS, need_of, place_of
from jifen.schemes.model import Conditions, Scheme


@dataclass(frozen=True)
class Mark:
    """A threshold on the ruler: what is reached there."""

    at: int
    place: str
    words: Words | None


@dataclass(frozen=True)
class Ruler:
    """Points on their scale. Places are percentages of the width, as text."""

    low: int
    high: int
    top: int
    marks: tuple[Mark, ...]
    ticks: tuple[str, ...]
    filled: str
    open_from: str
    open: str

    @property
    def exact(self) -> bool:
        return self.low == self.high

    @property
    def missing(self) -> int | None:
        """Points that the lowest mark above still needs."""
        above = [m.at for m in self.marks if m.at > self.low]
        return min(above) - self.low if above else None


_POINTS = re.compile(r"^\W*points\W*≥\W*([0-9,]+)\W*$")


def _marks(scheme: Scheme) -> dict[int, Words | None]:
    found: dict[int, Words | None] = {}
    if scheme.pass_mark is not None:
        found[scheme.pass_mark] = None
    for outcome in scheme.outcomes:
        for item in outcome.conditions.walk():
            match = _POINTS.match(item.text) if not isinstance(item.content, Conditions) else None
            if match:
                found.setdefault(int(match[1].replace(",", "")), outcome.title)
    return found


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}%" if whole else "0%"


def ruler(found: Answer) -> Ruler | None:
    """The ruler of an answer with points; None where the scheme counts none."""
    if found.points is None:
        return None
    scheme = version(found)
    marks = _marks(scheme) if scheme else {}
    top = max([sum(c.max for c in found.criteria if c.depth == 0), found.points.high, *marks, 1])
    low, high = found.points.low, found.points.high
    step = next(s for s in (5, 10, 20, 50, 100, 200, 500, 10**6) if top / s <= 14)
    return Ruler(
        low,
        high,
        top,
        tuple(Mark(at, _percent(at, top), words) for at, words in sorted(marks.items())),
        tuple(_percent(at, top) for at in range(0, top + 1, step)),
        _percent(low, top),
        _percent(low, top),
        _percent(high - low, top),
    )


def version(found: Answer) -> Scheme | None:
    return in_force(rules().versions(found.scheme), found.as_of)


@cache
def _cell_words() -> Mapping[str, str]:
    return {"yes": "是", "no": "否", "below": "以下", "above": "以上", "otherwise": "其他", "any": "不限"}


def row_words(hit: Hit, lang: str) -> str:
    """A row as printed, its codes in words; a row that is a condition in its own words."""
    if lang in hit.words:
        return hit.words[lang]
    cells = []
    for place, text in enumerate(hit.row):
        fact = rules().vocabulary.facts.get(hit.facts[place]) if place < len(hit.facts) else None
        codes = fact.codes.values if fact and fact.codes else {}
        parts = text.split(", ")
        if codes and all(p in codes for p in parts):
            text = {"en": ", ", "zh": "、"}[lang].join(codes[p][lang] for p in parts)
        elif lang == "zh":
            text = _cell_words().get(text, text)
        cells.append(text)
    return " × ".join(cells)


def fact_links(names: Iterable[str], found: Answer) -> list[dict[str, Any]]:
    """Facts by title, each with the group in which it is asked, or none if only the authority knows it."""
    facts = rules().vocabulary.facts
    return [
        {
            "id": n,
            "title": facts[n].title,
            "group": "" if facts[n].authority else group_of().get(n, ""),
            "authority": facts[n].authority,
        }
        for n in names
        if n in facts
    ]


def reasons(found: Answer) -> list[dict[str, Any]]:
    scheme = version(found) or rules().versions(found.scheme)[-1]
    return [
        {"kind": r.kind, "words": r.words, "law": r.notes, "cited": cited(r.citations, scheme.instruments)}
        for r in found.reasons
    ]


def prepared(found: Answer) -> dict[str, Any]:
    """What templates show of an answer."""
    css, words, meaning = STATUS[found.status]
    scheme = version(found) or rules().versions(found.scheme)[-1]
    outcome = found.outcome_title if found.outcome and found.outcome != "eligible" else None
    titles = {o.id: o.title for o in scheme.outcomes}
    possible = [titles[o] for o in found.possible if o in titles] if len(found.possible) > 1 and not outcome else []
    why = [r for r in reasons(found) if r["kind"] != "open"]
    ask = [f for f in found.missing if f not in found.for_authority]
    return {
        "answer": found,
        "scheme": scheme,
        "id": found.scheme,
        "css": css,
        "status": words,
        "meaning": meaning,
        "outcome": outcome,
        "possible": possible,
        "ruler": ruler(found),
        "reasons": why,
        "first": why[:2],
        "ask": fact_links(ask, found),
        "authority": fact_links([f for f in found.missing if f in found.for_authority], found),
        "amounts": amounts(found) if found.status in ("qualifies", "for the authority", "undetermined") else [],
        "need": need_of(found.scheme, scheme.subject),
        "place": place_of(found.jurisdiction),
    }


def amounts(found: Answer) -> list[dict[str, Any]]:
    """Money that the scheme grants, those of nothing left out."""
    scheme = version(found) or rules().versions(found.scheme)[-1]
    return [
        {"words": a.words, "text": a.text(), "cited": cited(a.citations, scheme.instruments), "law": a.notes}
        for a in found.amounts
        if a.high
    ]


_cards: Kept[tuple[Any, ...], SafeString] = Kept(12_000)


def card(scheme: str, who: Subject, lang: str, brief: bool = False) -> SafeString:
    """A scheme on the result page, kept under what it depends on: a card, or (`brief`) one line."""
    key = (lang, brief, key_of(scheme, who))
    kept = _cards.get(key)
    if kept is None:
        template = "parts/row.html" if brief else "parts/card.html"
        html = render_to_string(template, {"lang": lang, **prepared(answer(scheme, who))})
        kept = _cards.put(key, mark_safe(html))
    return kept


def criteria(found: Answer, lang: str) -> list[dict[str, Any]]:
    """The rows of the points table."""
    scheme = version(found) or rules().versions(found.scheme)[-1]
    return [
        {
            "title": c.title,
            "depth": min(c.depth, 4),
            "group": c.group,
            "low": c.points.low,
            "high": c.points.high,
            "exact": c.points.exact,
            "max": c.max,
            "filled": _percent(c.points.low, c.max),
            "open": _percent(c.points.high - c.points.low, c.max),
            "row": {"en": "; ", "zh": "；"}[lang].join(row_words(h, lang) for h in c.rows),
            "before": c.uncapped if c.uncapped != c.points else None,
            "next": {"row": row_words(c.next, lang), "points": c.next.points} if c.next else None,
            "cited": cited([x for h in c.rows for x in h.citations] or c.citations, scheme.instruments),
        }
        for c in found.criteria
    ]


def requirements(found: Answer) -> list[dict[str, Any]]:
    scheme = version(found) or rules().versions(found.scheme)[-1]
    return [
        {
            "words": r.words,
            "depth": min(r.depth, 4),
            "css": {True: "yes", False: "no"}.get(r.holds, "authority" if r.authority else "open"),  # type: ignore[arg-type]
            "cited": cited(r.citations, scheme.instruments),
            "law": r.notes,
        }
        for r in found.requirements
    ]


OPEN_SHOWN = 6
"""Open answers shown as cards, those nearest to being settled; the others are a line each."""


def sections(cards: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Cards by status, in the order of the statuses; those without a card are left out."""
    found = []
    for status, (css, words, meaning) in STATUS.items():
        inside = [c for c in cards if c["status"] == status]
        if inside:
            lines = sum(bool(c.get("brief")) for c in inside)
            kinds = {"some_lines": lines > 0, "some_cards": lines < len(inside)}
            found.append({"css": css, "words": words, "meaning": meaning, "cards": inside, **kinds})
    return found
