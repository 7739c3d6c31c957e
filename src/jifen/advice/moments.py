"""What a timeline holds: moments, changes with their causes and clauses, and one line a scheme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from jifen.advice.clauses import Clause
from jifen.engines.reference import STATUSES, Range, Status
from jifen.facts.vocabulary import Fact
from jifen.forms import Words


@dataclass(frozen=True, slots=True)
class Moment:
    """The answer of one scheme on one day, in short. `outcomes` are those still possible, best first; `version` is None when not in force."""

    status: Status
    outcomes: tuple[str, ...]
    points: Range | None
    version: date | None

    def data(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "outcomes": list(self.outcomes),
            "points": self.points.data() if self.points else None,
            "version": self.version.isoformat() if self.version else None,
        }


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an answer changes: a fact that grows, an amount that the law changes, or a version of the law (`fact` and `amount` empty)."""

    fact: Fact | None
    amount: str
    before: str
    after: str

    def data(self) -> dict[str, Any]:
        kind = "fact" if self.fact else "amount" if self.amount else "law"
        return {
            "kind": kind,
            "name": self.fact.id if self.fact else self.amount,
            "before": self.before,
            "after": self.after,
        }


@dataclass(frozen=True, slots=True)
class Turn:
    """A clause that turns on that day: a criterion with the points that it gives more or less, or a condition that begins or ends to hold."""

    clause: Clause
    points: int | None
    holds: bool | None

    def data(self) -> dict[str, Any]:
        return {**self.clause.data(), "gained": self.points, "holds": self.holds}


@dataclass(frozen=True, slots=True)
class Change:
    """The first day of another answer. `gain` compares the two: 1 better, -1 worse, 0 neither."""

    day: date
    before: Moment
    after: Moment
    causes: tuple[Cause, ...]
    turns: tuple[Turn, ...]
    gain: int

    @property
    def points(self) -> int | None:
        """Points more (or less) on that day, where both are exact."""
        one, two = self.before.points, self.after.points
        return two.low - one.low if one and two and one.exact and two.exact else None

    def data(self) -> dict[str, Any]:
        return {
            "day": self.day.isoformat(),
            "before": self.before.data(),
            "after": self.after.data(),
            "gain": self.gain,
            "points": self.points,
            "causes": [c.data() for c in self.causes],
            "clauses": [t.data() for t in self.turns],
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One scheme over the horizon. `best` is the first window with the best answer: from a day until the day before another (None: the end)."""

    scheme: str
    title: Words
    titles: Mapping[str, Words]
    order: tuple[str, ...]
    first: Moment
    changes: tuple[Change, ...]
    best: tuple[date, date | None]
    held: tuple[Fact, ...]

    def spans(self, on: date, until: date) -> Iterator[tuple[date, date, Moment]]:
        """Every window with one answer: its first day, the first day after it, the answer."""
        days = [on, *(c.day for c in self.changes), until + timedelta(days=1)]
        moments = [self.first, *(c.after for c in self.changes)]
        yield from zip(days[:-1], days[1:], moments, strict=True)

    def data(self) -> dict[str, Any]:
        start, end = self.best
        return {
            "scheme": self.scheme,
            "title": dict(self.title),
            "now": self.first.data(),
            "changes": [c.data() for c in self.changes],
            "best": {"from": start.isoformat(), "before": end.isoformat() if end else None},
            "held": [f.id for f in self.held],
        }


@dataclass(frozen=True, slots=True)
class Timeline:
    """What changes from one day to another, both included, for each scheme. `counting` are numbers that count on from the first day."""

    on: date
    until: date
    lines: tuple[Line, ...]
    counting: tuple[Fact, ...]

    def data(self) -> dict[str, Any]:
        return {
            "from": self.on.isoformat(),
            "until": self.until.isoformat(),
            "schemes": [line.data() for line in self.lines],
            "counting": [f.id for f in self.counting],
        }


def compare(one: Moment, two: Moment, order: Sequence[str]) -> int:
    """1 if the second answer is better, -1 if it is worse: by status, then outcome, then points."""
    ranks = ["qualifies", "for the authority", "undetermined", "does not qualify", "not in force"]
    assert set(ranks) == set(STATUSES)

    def key(m: Moment) -> tuple[int, int, int, int]:
        # Of several outcomes that are possible, the lowest is certain.
        outcome = order.index(m.outcomes[-1]) if m.outcomes else len(order)
        low, high = (m.points.low, m.points.high) if m.points else (0, 0)
        return -ranks.index(m.status), -outcome, low, high

    a, b = key(one), key(two)
    return (b > a) - (b < a)
