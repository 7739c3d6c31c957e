"""What a plan holds: a scheme on a day in compiled form."""

from __future__ import annotations

import bisect
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from jifen.facts.vocabulary import Vocabulary
from jifen.plan.diagram import Diagrams, Whole
from jifen.plan.nodes import Graph, Node, cells
from jifen.plan.values import Typed, Variable
from jifen.plan.whole import whole
from jifen.problems import PolicyError, Problem, RequestError
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
    """A criterion in a plan: its points, the points before its cap, and the most: as declared, or else what somebody can have."""

    criterion: Criterion
    points: Node
    uncapped: Node
    most: int


class Memory:
    """What was worked out about a plan, by the cells in which the known facts lie: the least recently used are forgotten.

    It holds for the nodes given, and for questions that are answered from them alone. `keep` may take the diagrams of a whole
    plan from a cache, by name.
    """

    def __init__(
        self, nodes: Iterable[Node], most: int = 256, edges: Mapping[str, tuple[int, ...]] | None = None
    ) -> None:
        self.nodes = frozenset(nodes)
        self.keep: Callable[[str, Callable[[], Whole]], Whole] = lambda _, make: make()
        self.wholes: dict[Node, Whole] = {}
        self.lock = threading.Lock()
        self._edges = cells(self.nodes) if edges is None else edges
        self._most = most
        self._kept: OrderedDict[tuple[int, ...], dict[object, Any]] = OrderedDict()

    def at(self, known: Mapping[str, int]) -> tuple[int, ...]:
        """The cells in which the known facts lie; -1 for what is unknown."""
        return tuple(
            bisect.bisect_right(edges, known[name]) if name in known else -1 for name, edges in self._edges.items()
        )

    def __reduce__(self) -> tuple[type[Memory], tuple[tuple[Node, ...], int, Mapping[str, tuple[int, ...]]]]:
        """Kept without what was worked out."""
        return Memory, (tuple(self.nodes), self._most, self._edges)

    def of(self, known: Mapping[str, int]) -> dict[object, Any]:
        """Question → result, shared by all whose known facts lie in the same cells."""
        return self.remember(self.at(known))

    def remember(self, cells: tuple[int, ...]) -> dict[object, Any]:
        found = self._kept.get(cells)
        if found is None:
            found = self._kept.setdefault(cells, {})
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        else:
            with suppress(KeyError):
                self._kept.move_to_end(cells)
        return found

    def forget(self) -> None:
        """Work everything out anew."""
        self._kept.clear()


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
    """A scheme on a day, compiled. `variables` stand as the law asks them, `levels` as the diagrams do. `outcome` is the place of the
    outcome in `outcomes`, or their number if there is none.

    `refers` are the other schemes on which it rests, in the version of the day; `named` also those that are not in force then. `best_total`
    is the total where each choice that is left open is made for the most points; in a `ranking` the points themselves are the answer.
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
    named: frozenset[str]
    graph: Graph
    memory: Memory

    def diagrams(self, known: Mapping[str, int]) -> Diagrams:
        """Diagrams where some variables are known; the large functions of a large plan are cut down from the whole."""
        presumed = all(known.get(name) == value for name, value in self.presumed.items())
        return Diagrams(self.levels, known, self.whole_of if presumed else None)

    def whole_of(self, node: Node) -> Whole | None:
        """The answer and the ways to it with nothing known, made when first needed; None for smaller nodes."""
        large = (self.outcome, self.total, self.best_total, *(self.lists[o.id] for o in self.scheme.outcomes))
        if node not in large:
            return None
        memory = self.memory
        with memory.lock:
            if node not in memory.wholes:
                name = str(large.index(node))
                memory.wholes[node] = memory.keep(name, lambda: whole(node, self.levels, self.presumed))
            return memory.wholes[node]


class _Dated(Protocol):
    @property
    def start(self) -> date: ...

    @property
    def until(self) -> date | None: ...


V = TypeVar("V", bound=_Dated)


def in_force(versions: Sequence[V], on: date) -> V | None:
    """The version that holds on a day: the latest that has begun, unless it has ended."""
    begun = [v for v in versions if v.start <= on]
    latest = max(begun, key=lambda v: v.start, default=None)
    if latest is None or (latest.until is not None and latest.until < on):
        return None
    return latest


def version_on(versions: Sequence[Scheme], on: date) -> Scheme:
    """The version that holds on a day. Raises RequestError where none does."""
    found = in_force(versions, on)
    if found is None:
        blanks = {"scheme": versions[0].id, "day": on, "first": versions[0].start}
        raise RequestError([Problem("not-in-force", blanks=blanks)])
    return found
