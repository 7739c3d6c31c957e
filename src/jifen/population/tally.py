"""What a run came to: counts by status and outcome, the distribution of points, rows left out and rows that could not be read.

A tally is a sum over blocks: tallies add in any order, so that parts of a run can be counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class AmountTally:
    """Of one amount of money: to how many it is granted for certain, and at most; and exact bounds of what they are granted together, in the
    smallest unit of its currency."""

    currency: str
    per: str = ""
    certain: int = 0
    possible: int = 0
    low: int = 0
    high: int = 0

    def add(self, other: AmountTally) -> None:
        self.certain += other.certain
        self.possible += other.possible
        self.low += other.low
        self.high += other.high


@dataclass
class SchemeTally:
    """Of one scheme: people by status and by outcome, by exact points, and by points that are known within bounds only; its amounts.

    `points` counts those whose points are known, by number; `open_points` those of whom only bounds are known.
    """

    status: Counter[str] = field(default_factory=Counter)
    outcome: Counter[str] = field(default_factory=Counter)
    points: Counter[int] = field(default_factory=Counter)
    open_points: int = 0
    amounts: dict[str, AmountTally] = field(default_factory=dict)

    def add(self, other: SchemeTally) -> None:
        self.status += other.status
        self.outcome += other.outcome
        self.points += other.points
        self.open_points += other.open_points
        for name, amount in other.amounts.items():
            self.amounts.setdefault(name, AmountTally(amount.currency, amount.per)).add(amount)

    def data(self) -> dict[str, Any]:
        known = sum(self.points.values())
        total = sum(p * n for p, n in self.points.items())
        return {
            "status": dict(self.status),
            "outcome": dict(self.outcome),
            "points": {str(p): self.points[p] for p in sorted(self.points)},
            "points_known": known,
            "points_open": self.open_points,
            "points_mean": round(total / known, 2) if known else None,
            "amounts": {name: asdict(amount) for name, amount in self.amounts.items()},
        }


@dataclass
class Tally:
    """Of a run. `left_out` did not meet the condition, of which `undecided` because a fact was unknown;
    `bad` counts rows with at least one bad value, `mistakes` values by column and code; `lines` are CSV lines without a row.
    """

    rows: int = 0
    left_out: int = 0
    undecided: int = 0
    bad: int = 0
    lines: int = 0
    mistakes: Counter[str] = field(default_factory=Counter)
    schemes: dict[str, SchemeTally] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        self.rows += other.rows
        self.left_out += other.left_out
        self.undecided += other.undecided
        self.bad += other.bad
        self.lines += other.lines
        self.mistakes += other.mistakes
        for name, tally in other.schemes.items():
            self.schemes.setdefault(name, SchemeTally()).add(tally)

    @property
    def scored(self) -> int:
        """Rows that have answers."""
        return self.rows - self.left_out - self.bad

    def data(self) -> dict[str, Any]:
        """The tally as JSON, to be read back by `tally_from`."""
        return {
            "rows": self.rows,
            "scored": self.scored,
            "left_out": self.left_out,
            "left_out_undecided": self.undecided,
            "bad_rows": self.bad,
            "bad_lines": self.lines,
            "bad_values": dict(self.mistakes),
            "schemes": {name: t.data() for name, t in self.schemes.items()},
        }


def tally_from(data: Mapping[str, Any]) -> Tally:
    """The tally that `Tally.data` wrote."""
    schemes = {
        name: SchemeTally(
            Counter(t["status"]),
            Counter(t["outcome"]),
            Counter({int(p): n for p, n in t["points"].items()}),
            t["points_open"],
            {name: AmountTally(**amount) for name, amount in t["amounts"].items()},
        )
        for name, t in data["schemes"].items()
    }
    return Tally(
        data["rows"], data["left_out"], data["left_out_undecided"], data["bad_rows"], data["bad_lines"],
        Counter(data["bad_values"]), schemes,
    )  # fmt: skip


def bins(points: Mapping[int, int], most: int = 24) -> list[tuple[int, int, int]]:
    """The distribution in at most `most` bins of equal and round width: (first, last, people)."""
    if not points:
        return []
    low, high = min(points), max(points)
    width = next(w for w in _widths() if (high // w) - (low // w) < most)
    counted: Counter[int] = Counter()
    for value, people in points.items():
        counted[value // width] += people
    return [(b * width, b * width + width - 1, counted[b]) for b in range(low // width, high // width + 1)]


def _widths() -> Sequence[int]:
    return [f * 10**e for e in range(9) for f in (1, 2, 5)]
