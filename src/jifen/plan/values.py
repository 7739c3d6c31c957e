"""Values in a plan: a node together with what its numbers mean, and variables with how they become known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jifen.facts.values import Spell, Value
from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.plan.nodes import Node
from jifen.problems import Problem, Where


@dataclass(frozen=True)
class Typed:
    """A node and its meaning: `places` after the point, `codes` if it holds places in a list, `truth` if yes/no."""

    node: Node
    places: int = 0
    unit: str = ""
    codes: tuple[str, ...] = ()
    ordered: bool = True
    truth: bool = False
    date: bool = False
    fact: Fact | None = None


def scale(places: int) -> int:
    """How many of the smallest parts make a whole: 100 for two places."""
    return int(10**places)


def places_of(value: Fraction) -> int:
    """How many digits after the point an exact decimal has."""
    places = 0
    while (value * scale(places)).denominator != 1 and places < 12:
        places += 1
    return places


Compute = Callable[[Mapping[str, Value], date], int]


@dataclass(frozen=True)
class Variable:
    """What a plan asks: a fact, one code of a `several of` (`code`), or a value computed from `facts`.

    A computed variable is known when all its facts are.
    """

    name: str
    low: int
    high: int
    facts: tuple[str, ...]
    authority: bool = False
    code: str = ""
    compute: Compute | None = None

    def known(self, values: Mapping[str, Value], on: date) -> int | None:
        """Its value for what is known, or None."""
        if any(f not in values for f in self.facts):
            return None
        if self.compute:
            return self.compute(values, on)
        value = values[self.facts[0]]
        if isinstance(value, frozenset):
            return int(self.code in value)
        assert isinstance(value, int)
        return value


RATIO_PARTS = 2_520_000
"""Ratios are counted in these parts, so that every percentage and every small fraction falls on a whole part."""


def ratio_value(left: int, right: int, high: int) -> int:
    """`left / right` as a place on a line: even where it is exactly on a part, odd between two parts.

    Nothing to compare with (right is 0) is further than everything.
    """
    if right == 0:
        return high
    whole, rest = divmod(left * RATIO_PARTS, right)
    return 2 * whole + (1 if rest else 0)


def ratio_edge(threshold: Fraction) -> int | None:
    """The place of a threshold on that line, or None if it falls on no part."""
    scaled = threshold * RATIO_PARTS
    return 2 * int(scaled) if scaled.denominator == 1 else None


def completed(unit: str, start: date, end: date) -> int:
    """Completed years, months or days from one day to another; never below 0.

    A birthday on 29 February is reached on 1 March in a common year.

    >>> completed("years", date(2000, 2, 29), date(2001, 2, 28)), completed("years", date(2000, 2, 29), date(2001, 3, 1))
    (0, 1)
    """
    if end < start:
        return 0
    if unit == "days":
        return (end - start).days
    months = (end.year - start.year) * 12 + end.month - start.month - (1 if end.day < start.day else 0)
    return months // 12 if unit == "years" else months


def completed_in_spells(unit: str, spells: tuple[Spell, ...], wanted: Mapping[str, int], on: date) -> int:
    """Completed units in the spells that have the wanted attributes; days that overlap count once.

    Spells are joined into unbroken periods; the completed months of the periods and their odd days (30 to the month) are added.
    """
    today = on.toordinal()
    chosen = sorted(
        (start, min(end if end is not None else today, today))
        for start, end, attributes in spells
        if start <= today and all((name, code) in attributes for name, code in wanted.items())
    )
    periods: list[list[int]] = []
    for start, end in chosen:
        if periods and start <= periods[-1][1] + 1:
            periods[-1][1] = max(periods[-1][1], end)
        else:
            periods.append([start, end])
    if unit == "days":
        return sum(end - start + 1 for start, end in periods)
    months = odd = 0
    for start, end in periods:
        first, after = date.fromordinal(start), date.fromordinal(end + 1)
        whole = completed("months", first, after)
        year, month = divmod(first.month - 1 + whole, 12)
        anchor = date(first.year + year, month + 1, 1).toordinal() + first.day - 1
        months += whole
        odd += max(0, end + 1 - anchor)
    months += odd // 30
    return months // 12 if unit == "years" else months


@dataclass(frozen=True, slots=True)
class CompletedUnits:
    """Computes the completed units since a day, or in the wanted spells, held to the domain."""

    fact: str
    unit: str
    wanted: tuple[tuple[str, int], ...]
    high: int

    def __call__(self, values: Mapping[str, Value], on: date) -> int:
        value = values[self.fact]
        if isinstance(value, tuple):
            return min(self.high, completed_in_spells(self.unit, value, dict(self.wanted), on))
        assert isinstance(value, int)
        return min(self.high, completed(self.unit, date.fromordinal(value), on))


def counted_from(variables: Iterable[Variable], vocabulary: Vocabulary) -> list[str]:
    """The facts from whose day time is counted up to the day asked about: a day still to come has no age. Spells may begin later."""
    named = dict.fromkeys(v.compute.fact for v in variables if isinstance(v.compute, CompletedUnits))
    return [f for f in named if vocabulary.facts[f].kind == "date"]


def day_to_come(fact: str, day: int, on: date, where: Where) -> Problem:
    """The problem that a day from which time is counted lies after the day asked about."""
    return Problem("day-to-come", where, {"fact": fact, "day": on}, date.fromordinal(day).isoformat())


@dataclass(frozen=True, slots=True)
class RatioOf:
    """Computes the place of the ratio of two facts."""

    left: str
    right: str
    high: int

    def __call__(self, values: Mapping[str, Value], on: date) -> int:
        left, right = values[self.left], values[self.right]
        assert isinstance(left, int) and isinstance(right, int)
        return ratio_value(left, right, self.high)
