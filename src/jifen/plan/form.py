"""What a plan holds: a scheme on a day in compiled form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Protocol

from jifen.facts.vocabulary import Vocabulary
from jifen.plan.nodes import Graph, Node
from jifen.plan.values import Typed, Variable
from jifen.problems import PolicyError
from jifen.schemes.model import Amount, Criterion, FactTable, Parameter, Scheme


class NoValueError(PolicyError):
    """A parameter has no value on the day; a condition that needs it is neither true nor false."""


class Shelf(Protocol):
    """Where a plan finds the other schemes that it refers to."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def schemes(self) -> Mapping[str, Sequence[Scheme]]: ...


@dataclass(frozen=True)
class Track:
    """One table of a criterion: its columns and, as a node, the number of the row that applies."""

    criterion: str
    table: FactTable
    columns: tuple[Typed, ...]
    row: Node
    each: str = ""


@dataclass(frozen=True)
class Part:
    """A criterion in a plan: its points, the points before its cap, its declared maximum."""

    criterion: Criterion
    points: Node
    uncapped: Node
    most: int


@dataclass(frozen=True)
class Granted:
    """An amount of money in a plan, in the smallest unit of `currency`.

    `node` is the amount, and 0 where it is not granted. With a `base`, `node` says whether it is granted, and the amount is the rate times
    the value of that variable, rounded down, under the cap.
    """

    amount: Amount
    node: Node
    base: str
    currency: str
    per: str
    track: Track | None


@dataclass(frozen=True)
class Plan:
    """A scheme on a day, compiled. `outcome` is the place of the outcome in `outcomes`, or their number if there is none.

    `best_total` is the total where each choice that is left open is made for the most points; in a `ranking` the points themselves
    are the answer.
    """

    scheme: Scheme
    variables: Mapping[str, Variable]
    levels: Mapping[str, int]
    first_authority: int
    parts: Mapping[str, Part]
    total: Node | None
    best_total: Node | None
    ranking: bool
    items: Mapping[str, Node]
    lists: Mapping[str, Node]
    rows: Mapping[str, Node]
    tracks: tuple[Track, ...]
    outcomes: tuple[str, ...]
    outcome: Node
    gates: tuple[Node, ...]
    amounts: tuple[Granted, ...]
    derived: Mapping[str, Typed]
    presumed: Mapping[str, int]
    choices: tuple[str, ...]
    parameters: Mapping[str, tuple[Parameter, Fraction]]
    counts_days: bool
    refers: Mapping[str, Scheme]
    graph: Graph


def in_force(versions: Sequence[Scheme], on: date) -> Scheme | None:
    """The version that holds on a day: the latest that has begun, unless it has ended."""
    begun = [v for v in versions if v.start <= on]
    latest = max(begun, key=lambda v: v.start, default=None)
    if latest is None or (latest.until is not None and latest.until < on):
        return None
    return latest
