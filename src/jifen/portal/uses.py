"""Where the law asks a fact: the answer to “why do you ask?”, and the way from an instrument to its rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from jifen.forms import Words
from jifen.plan.form import in_force
from jifen.portal.rules import rules
from jifen.schemes.citations import Citation, Instrument
from jifen.schemes.model import Conditions, ConditionTable, Criterion, FactTable, Scheme, ValueOf

_WORD = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*")


@dataclass(frozen=True)
class Use:
    """A rule of a scheme that asks a fact."""

    scheme: Scheme
    words: Words
    citations: tuple[Citation, ...]
    names: tuple[str, ...]

    @property
    def instruments(self) -> Mapping[str, Instrument]:
        return self.scheme.instruments


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for ticked in re.findall(r"`([^`]*)`", text) for name in _WORD.findall(ticked)))


def _conditions(scheme: Scheme, conditions: Conditions, above: tuple[Citation, ...]) -> Iterator[Use]:
    for item in conditions.items:
        if isinstance(item.content, Conditions):
            yield from _conditions(scheme, item.content, item.citations or above)
        else:
            text = item.text if "`" in item.text else f"`{item.text}`"
            yield Use(scheme, item.words, item.citations or above, _names(text))


def _criterion(scheme: Scheme, criterion: Criterion) -> Iterator[Use]:
    for part in criterion.parts:
        match part:
            case Criterion():
                yield from _criterion(scheme, part)
            case FactTable():
                yield Use(scheme, criterion.title, criterion.citations, tuple(c.name for c in part.columns) + part.each)
            case ConditionTable():
                for row in part.rows:
                    text = row.text if "`" in row.text else f"`{row.text}`"
                    yield Use(scheme, row.words or criterion.title, row.citations or criterion.citations, _names(text))
            case ValueOf():
                yield Use(scheme, criterion.title, criterion.citations, (part.name,))


def uses_of(scheme: Scheme) -> Iterator[Use]:
    """The rules of a scheme with the names they ask: requirements, points and outcomes first, then what they derive from."""
    inner: dict[str, tuple[str, ...]] = {}
    below: list[Use] = []
    for derived in scheme.derived:
        match derived.definition:
            case Conditions():
                found = list(_conditions(scheme, derived.definition, derived.citations))
            case FactTable():
                found = [
                    Use(scheme, derived.title, derived.citations, tuple(c.name for c in derived.definition.columns))
                ]
            case other:
                named = getattr(other, "names", None) or (getattr(other, "fact", ""),)
                found = [Use(scheme, derived.title, derived.citations, tuple(n for n in named if n))]
        inner[derived.id] = tuple(n for use in found for n in use.names)
        below += found
    direct: list[Use] = []
    for requirement in scheme.requirements:
        direct += _conditions(scheme, requirement.conditions, requirement.citations)
    if scheme.points:
        direct += _criterion(scheme, scheme.points)
    for outcome in scheme.outcomes:
        direct += _conditions(scheme, outcome.conditions, outcome.citations)
    for use in direct:
        more = tuple(n for name in use.names for n in inner.get(name, ()))
        yield Use(use.scheme, use.words, use.citations, use.names + more) if more else use
    yield from below


@cache
def uses(on: date) -> Mapping[str, tuple[Use, ...]]:
    """Fact → the rules in force on a day that ask it; those that cite the law first."""
    found: dict[str, list[Use]] = {}
    for versions in rules().shelf.schemes.values():
        scheme = in_force(versions, on)
        if scheme is None:
            continue
        for use in uses_of(scheme):
            for name in dict.fromkeys(n for n in use.names if n in rules().vocabulary.facts):
                found.setdefault(name, []).append(use)
    return {name: tuple(sorted(them, key=lambda u: not u.citations)) for name, them in found.items()}


@dataclass(frozen=True)
class Source:
    """An instrument as one scheme names it, with the places that the scheme cites."""

    instrument: Instrument
    scheme: Scheme
    places: tuple[str, ...]


@cache
def instruments() -> Mapping[str, tuple[Source, ...]]:
    """The instruments of all schemes by a name for addresses; the same text cited by several schemes is one."""
    found: dict[str, list[Source]] = {}
    for versions in rules().shelf.schemes.values():
        scheme = versions[-1]
        cited: dict[str, dict[str, None]] = {}
        for use in uses_of(scheme):
            for citation in use.citations:
                cited.setdefault(citation.instrument, {})[citation.place] = None
        for line in (line for lines in scheme.lines.values() for line in lines):
            for citation in line.citations:
                cited.setdefault(citation.instrument, {})[citation.place] = None
        for instrument in scheme.instruments.values():
            places = tuple(p for p in cited.get(instrument.name, {}) if p)
            found.setdefault(slug(instrument), []).append(Source(instrument, scheme, places))
    return {name: tuple(sources) for name, sources in sorted(found.items())}


def slug(instrument: Instrument) -> str:
    """A name for addresses, from the English title."""
    text = instrument.title.get("en") or instrument.name
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80]


def cited(citations: Iterable[Citation], named: Mapping[str, Instrument]) -> list[dict[str, Any]]:
    """Citations with the titles of their instruments."""
    return [
        {"title": named[c.instrument].title, "slug": slug(named[c.instrument]), "place": c.place, "sure": c.sure}
        for c in dict.fromkeys(citations)
        if c.instrument in named
    ]
