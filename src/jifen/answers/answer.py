"""The answer: one structure, from which JSON and sentences are two renderings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jifen.engines.reference import Range, Status
from jifen.facts.units import in_words
from jifen.facts.values import show_number
from jifen.facts.vocabulary import currency_places
from jifen.forms import Words
from jifen.schemes.citations import Citation, Sure

SCHEMA = "urn:jifen:answer:1"
"""The name of the published form of an answer; it changes when the form does."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row of a table that applies: the facts it asks, the row as printed, what it gives; `words` where the row is a condition."""

    facts: tuple[str, ...]
    row: tuple[str, ...]
    points: int
    citations: tuple[Citation, ...]
    words: Words = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CriterionAnswer:
    """Points of one criterion: exact bounds, its maximum, the rows hit, and `uncapped` where a cap bites."""

    id: str
    title: Words
    points: Range
    uncapped: Range
    max: int
    depth: int
    group: bool
    rows: tuple[Hit, ...]
    citations: tuple[Citation, ...]
    next: Hit | None = None

    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": self.id,
            "title": dict(self.title),
            "points": self.points.data(),
            "max": self.max,
            "group": self.group,
            "depth": self.depth,
            "row": " · ".join(" | ".join(h.row) for h in self.rows) or None,
            "citation": _cited(self.citations, self.rows),
        }
        if self.uncapped != self.points:
            found["before_cap"] = self.uncapped.data()
        if self.next:
            found["next"] = {"row": " | ".join(self.next.row), "points": self.next.points}
        return found


def _cited(own: tuple[Citation, ...], rows: tuple[Hit, ...]) -> list[dict[str, str]]:
    found = list(dict.fromkeys([c for h in rows for c in h.citations])) or list(own)
    return [c.data() for c in found]


@dataclass(frozen=True, slots=True)
class RequirementAnswer:
    """One item that must hold: true, false, or None while it is open."""

    id: str
    words: Words
    text: str
    holds: bool | None
    authority: bool
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    depth: int = 0

    def data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "words": dict(self.words),
            "holds": self.holds,
            "for_the_authority": self.authority,
            "depth": self.depth,
            "citation": [c.data() for c in self.citations],
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """What now determines the answer. `kind` is `fails`, `reached`, `points`, `open` or `law`."""

    kind: str
    words: Words
    citations: tuple[Citation, ...] = ()
    id: str = ""
    notes: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": self.id,
            "words": dict(self.words),
            "citation": [c.data() for c in self.citations],
            "law": list(self.notes),
            "facts": list(self.facts),
        }


@dataclass(frozen=True, slots=True)
class AmountAnswer:
    """Money that the scheme grants: exact bounds in the smallest unit of `currency`, per `per` (a year, a month, or "" for once).

    A `discretionary` amount may be assessed for up to `high`, and its `low` is 0: nothing of it is promised. `facts` can still change it.
    """

    id: str
    words: Words
    low: int
    high: int
    currency: str
    per: str
    discretionary: bool
    facts: tuple[str, ...]
    citations: tuple[Citation, ...]
    notes: tuple[str, ...] = ()

    def text(self) -> Words:
        """The amount as people read it."""
        if self.discretionary:
            most = money_text(self.high, self.high, self.currency, "")
            period = _PERIODS[self.per]
            return {
                "en": f"may be assessed for up to {most['en']}{period['en']}",
                "zh": f"经评估{period['zh']}最高可获{most['zh']}",
            }
        return money_text(self.low, self.high, self.currency, self.per)

    def data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "words": dict(self.words),
            "text": dict(self.text()),
            "low": self.low,
            "high": self.high,
            "currency": self.currency,
            "per": self.per,
            "discretionary": self.discretionary,
            "facts": list(self.facts),
            "citation": [c.data() for c in self.citations],
        }


_PERIODS = {
    "": {"en": "", "zh": ""},
    "year": {"en": " a year", "zh": "每年"},
    "month": {"en": " a month", "zh": "每月"},
}


def money_text(low: int, high: int, currency: str, per: str) -> Words:
    """Bounds of a sum in the smallest unit of its currency, as people read them.

    >>> money_text(100_000_00, 250_000_00, "CNY", "year")["en"]
    'CNY 100,000 – 250,000 a year'
    """
    sums = [show_number(n, currency_places(currency)) for n in dict.fromkeys((low, high))]
    period = _PERIODS[per]
    return {
        "en": f"{currency} {' – '.join(sums)}{period['en']}",
        "zh": f"{period['zh']}{'–'.join(sums)}{in_words(currency, 'zh')}",
    }


@dataclass(frozen=True, slots=True)
class Answer:
    """What one scheme gives for one profile on one day.

    `missing` are the facts that can still change the answer: its status or outcome, and in a ranking its points; they
    stand as the law asks them. `deciding` are those that can change status or outcome, `refining` those that can change
    the points or an amount of money. `outcome` is the outcome that is certain (of several that are
    still possible and all qualify, the lowest); `possible` are all that are still possible, best first.
    """

    scheme: str
    title: Words
    law: str
    jurisdiction: str
    version: date | None
    as_of: date
    status: Status
    points: Range | None
    pass_mark: int | None
    outcome: str | None
    outcome_title: Words
    possible: tuple[str, ...]
    criteria: tuple[CriterionAnswer, ...]
    requirements: tuple[RequirementAnswer, ...]
    missing: tuple[str, ...]
    refining: tuple[str, ...]
    deciding: tuple[str, ...]
    for_authority: tuple[str, ...]
    reasons: tuple[Reason, ...]
    assumed: Mapping[str, str]
    chosen: Mapping[str, str]
    grants: tuple[Words, ...]
    amounts: tuple[AmountAnswer, ...]
    confidence: Sure
    receipt: Mapping[str, Any]

    def data(self) -> dict[str, Any]:
        """The answer as JSON holds it (schema: `schemas/answer.json`)."""
        return {**self.body(), "receipt": dict(self.receipt)}

    def body(self) -> dict[str, Any]:
        """The answer without its receipt."""
        return {
            "$schema": SCHEMA,
            "scheme": self.scheme,
            "title": dict(self.title),
            "law": self.law,
            "jurisdiction": self.jurisdiction,
            "version": self.version.isoformat() if self.version else None,
            "as_of": self.as_of.isoformat(),
            "status": self.status,
            "points": self.points.data() if self.points else None,
            "pass_mark": self.pass_mark,
            "outcome": self.outcome,
            "possible_outcomes": list(self.possible),
            "criteria": [c.data() for c in self.criteria],
            "requirements": [r.data() for r in self.requirements],
            "missing": list(self.missing),
            "refining": list(self.refining),
            "deciding": list(self.deciding),
            "for_the_authority": list(self.for_authority),
            "reasons": [r.data() for r in self.reasons],
            "assumed": dict(self.assumed),
            "chosen": dict(self.chosen),
            "grants": [dict(g) for g in self.grants],
            "amounts": [a.data() for a in self.amounts],
            "confidence": self.confidence,
        }
