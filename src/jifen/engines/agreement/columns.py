"""The reference engine over columns of people: every distinct situation of a node is put to the reference itself, once.

What a node of a plan comes to (its function, see `plan.diagram`) follows from what its parts come to, and for a variable from its cell.
So the plan is walked from its leaves to its roots, one column of functions a node: people whose parts came to the same are in the same
situation, the reference's own `Diagrams` work it out for one of them, and the others have it from there. Nothing of the reference is
written a second time here; only who is asked together with whom. `agree` also asks the reference about some of the people one by one.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.kernel.order import first_values
from jifen.engines.reference import STATUSES, settled
from jifen.plan.diagram import Diagrams, Function, bounds
from jifen.plan.form import Plan
from jifen.plan.nodes import Node

Array = NDArray[Any]
_TABLE = 1 << 20
"""Situations that are told apart by a table rather than by sorting, at most."""
_MOST = 1 << 20
"""With more cuts or functions than this everything is forgotten, and worked out anew where it is needed."""


@dataclass(frozen=True)
class Side:
    """What one node comes to for each person: `codes` are places in `functions`, those that occur among these people."""

    codes: Array
    functions: list[Function]


@dataclass(frozen=True)
class Says:
    """What the reference says of each person, in the coding of the kernel's results; None where the scheme has no points."""

    status: Array
    outcome: Array
    points: tuple[Array, Array] | None
    criteria: Mapping[str, tuple[Array, Array]]
    failing: Array


class Situations(Diagrams):
    """Diagrams that are told what the parts of a node come to."""

    def ask(self, node: Node, known: Mapping[str, int], parts: Mapping[Node, Function]) -> Function:
        """What the node comes to: the reference's own step."""
        self.known, self._of = known, dict(parts)
        return self._make(node)

    @property
    def size(self) -> int:
        return len(self._cuts) + len(self._done)


class ReferenceColumns:
    """A plan of which columns of people are asked, block after block. `asked` counts the situations put to the reference."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.roots = roots_of(plan)
        self.cells = first_values(self.roots)
        self.asked = 0
        self._folds: dict[Node, list[Node]] = {}
        self._forget()

    def _forget(self) -> None:
        self._diagrams = Situations(self.plan.levels, {})
        self._places: dict[tuple[int, int], int] = {}
        self._functions: list[Function] = []
        self._known: dict[Node, dict[tuple[int, ...], int]] = {}
        self._settled: dict[tuple[int, int], tuple[int, int]] = {}

    def says(self, values: Mapping[str, tuple[Array, Array | None]], rows: int) -> Says:
        """What the reference says of people whose variables have these values (the second array: where they are known).

        A choice of the applicant must be known; without it more than one node is asked (see `State`).
        """
        if self._diagrams.size > _MOST or len(self._functions) > _MOST:
            self._forget()
        walk = _Walk(self, {n: self._cell(n, *values[n]) for n in self.cells}, rows)
        plan = self.plan
        outcome = walk.side(plan.outcome)
        pairs = np.array([self._settle(f) for f in outcome.functions], np.int16)[outcome.codes]
        failing = np.full(rows, -1, np.int16)
        for n, gate in reversed(list(enumerate(plan.gates))):
            failing[_ends(walk.side(gate))[1] == 0] = n
        return Says(
            status=pairs[:, 0].astype(np.uint8),
            outcome=pairs[:, 1],
            points=None if plan.total is None else _ends(walk.side(plan.total)),
            criteria={name: _ends(walk.side(part.points)) for name, part in plan.parts.items()},
            failing=failing,
        )

    def points(self, node: Node, values: Mapping[str, tuple[Array, Array | None]], rows: int) -> tuple[Array, Array]:
        """The bounds of one node."""
        cells = first_values([node])
        return _ends(_Walk(self, {n: self._cell(n, *values[n]) for n in cells}, rows).side(node))

    def _cell(self, name: str, values: Array, known: Array | None) -> Array:
        """The cell of each person; one more than the last stands for unknown."""
        starts = self.cells[name]
        presumed = self.plan.presumed.get(name)
        cells = np.searchsorted(np.array(starts[1:], np.int64), values, "right").astype(np.int32)
        if known is not None:
            cells[~known] = len(starts) if presumed is None else bisect.bisect_right(starts[1:], presumed)
        return cells

    def _settle(self, function: Function) -> tuple[int, int]:
        """Status and outcome, as the kernel codes them."""
        key = function[0], id(function[1])
        found = self._settled.get(key)
        if found is None:
            sets = self._diagrams.value_sets(function, self.plan.first_authority)
            status, possible = settled(sets, self.plan.outcomes)
            outcome = self.plan.outcomes.index(possible[-1]) if status == "qualifies" else -1
            found = self._settled[key] = STATUSES.index(status), outcome
        return found

    # --- situations -------------------------------------------------------------------------------------------

    def place(self, function: Function) -> int:
        """The number of a function; equal functions have the same."""
        key = function[0], id(function[1])
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = len(self._functions)
            self._functions.append(function)
        return found

    def work_out(self, node: Node, key: tuple[int, ...], known: Mapping[str, int], parts: Mapping[Node, int]) -> int:
        """What a node comes to in a situation, by the reference; `parts` are numbers of functions."""
        memory = self._known.setdefault(node, {})
        found = memory.get(key)
        if found is None:
            self.asked += 1
            functions = self._functions
            function = self._diagrams.ask(node, known, {n: functions[p] for n, p in parts.items()})
            found = memory[key] = self.place(function)
        return found

    def function(self, place: int) -> Function:
        return self._functions[place]

    def fold(self, node: Node) -> list[Node]:
        """A sum (or least, or most) of many parts as the reference takes it: the first two, then one more at a time."""
        found = self._folds.get(node)
        if found is None:
            found, before = [], node.children[0]
            for child in node.children[1:]:
                before = Node(node.kind, node.low, node.high, "", (), (before, child))
                found.append(before)
            self._folds[node] = found
        return found


class _Walk:
    """One block of people."""

    def __init__(self, asked: ReferenceColumns, cells: Mapping[str, Array], rows: int) -> None:
        self.asked, self.cells, self.rows = asked, cells, rows
        self.nothing = np.zeros(rows, np.int32)
        self._sides: dict[Node, tuple[Array, list[int]]] = {}

    def side(self, node: Node) -> Side:
        codes, places = self._side(node)
        return Side(codes, [self.asked.function(p) for p in places])

    def _side(self, node: Node) -> tuple[Array, list[int]]:
        found = self._sides.get(node)
        if found is None:
            found = self._sides[node] = self._walk(node)
        return found

    def _walk(self, node: Node) -> tuple[Array, list[int]]:
        if node.kind == "const":
            return self.nothing, [self.asked.work_out(node, (), {}, {})]
        if node.kind == "var":
            return self._variable(node)
        if node.kind == "case":
            if node.argument.kind == "var":
                return self._case_of_variable(node)
            return self._case(node)
        made = self._side(node.children[0])
        for step in self.asked.fold(node):
            made = self._sides[step] = self._step(step, [(c, *self._side(c), None) for c in step.children])
        return made

    def _variable(self, node: Node) -> tuple[Array, list[int]]:
        cells, starts = self.cells[node.name], self.asked.cells[node.name]
        codes, firsts = distinct([(cells, len(starts) + 1)])
        places = []
        for cell in cells[firsts].tolist():
            known = {node.name: starts[cell]} if cell < len(starts) else {}
            places.append(self.asked.work_out(node, (cell,), known, {}))
        return self._merged(codes, places)

    def _case_of_variable(self, node: Node) -> tuple[Array, list[int]]:
        name = node.argument.name
        starts, count = self.asked.cells[name], len(node.breaks) + 1
        taken = np.array([*(bisect.bisect_right(node.breaks, s) for s in starts), count], np.int32)[self.cells[name]]
        known = [{name: v} for v in (node.argument.low, *node.breaks)] + [{}]
        open_ = taken == count
        parts = [(c, *self._side(c), (taken == n) | open_) for n, c in enumerate(node.cells)]
        return self._step(node, parts, taken, known)

    def _case(self, node: Node) -> tuple[Array, list[int]]:
        codes, places = self._side(node.argument)
        ends = np.array([bounds(self.asked.function(p)) for p in places], np.int64)
        edges = np.array(node.breaks, np.int64)
        first, last = (np.searchsorted(edges, ends[:, n], "right")[codes] for n in (0, 1))
        parts: list[Any] = [(node.argument, codes, places, None)]
        parts += [(c, *self._side(c), (first <= n) & (n <= last)) for n, c in enumerate(node.cells)]
        return self._step(node, parts)

    def _step(
        self, node: Node, parts: Sequence[Any], taken: Array | None = None, known: Sequence[Mapping[str, int]] = ()
    ) -> tuple[Array, list[int]]:
        """Tell the situations of a node apart and have each worked out.

        `parts` are (part, codes, places, for whom it matters); `taken` is the cell of a variable, whose values are `known`.
        """
        columns: list[tuple[Array, int]] = [] if taken is None else [(taken, len(known))]
        for _, codes, places, matters in parts:
            if matters is not None:
                columns.append((np.where(matters, codes + 1, 0), len(places) + 1))
            elif len(places) > 1:
                columns.append((codes, len(places)))
        situations, firsts = distinct(columns) if columns else (self.nothing, np.zeros(1, np.int64))
        own = [known[t] for t in taken[firsts].tolist()] if taken is not None else [{}] * len(firsts)
        cells = taken[firsts].tolist() if taken is not None else [0] * len(firsts)
        held = []
        for part, codes, places, matters in parts:
            if part.kind != "const" or matters is None:
                numbers = [places[c] for c in codes[firsts].tolist()]
                asked = matters[firsts].tolist() if matters is not None else [True] * len(firsts)
                held.append((part, numbers, asked))
        work_out, result = self.asked.work_out, []
        for n in range(len(firsts)):
            key = (cells[n], *(numbers[n] if asked[n] else -1 for _, numbers, asked in held))
            result.append(work_out(node, key, own[n], {p: numbers[n] for p, numbers, _ in held}))
        return self._merged(situations, result)

    def _merged(self, codes: Array, places: list[int]) -> tuple[Array, list[int]]:
        """Situations that came to the same are one."""
        kept = list(dict.fromkeys(places))
        if len(kept) == len(places):
            return codes, places
        at = {p: n for n, p in enumerate(kept)}
        return np.array([at[p] for p in places], np.int32)[codes], kept


def roots_of(plan: Plan) -> list[Node]:
    """Everything of a plan that engines are asked about."""
    points = [] if plan.total is None else [plan.total]
    return [plan.outcome, *points, *(p.points for p in plan.parts.values()), *plan.gates]


def distinct(columns: Sequence[tuple[Array, int]]) -> tuple[Array, Array]:
    """The rows of some columns of codes (each with how many codes there are) told apart: the number of each row, and a row for each number."""
    key, size = columns[0][0].astype(np.int64), columns[0][1]
    for codes, count in columns[1:]:
        if size * count > 1 << 62:
            key, firsts = _numbered(key, size)
            size = len(firsts)
        key, size = key * count + codes, size * count
    return _numbered(key, size)


def _numbered(key: Array, size: int) -> tuple[Array, Array]:
    if size > _TABLE:
        _, firsts, codes = np.unique(key, return_index=True, return_inverse=True)
        return codes.reshape(-1).astype(np.int32), firsts
    first = np.full(size, -1, np.int64)
    first[key[::-1]] = np.arange(len(key) - 1, -1, -1)
    held = np.flatnonzero(first >= 0)
    numbers = np.zeros(size, np.int32)
    numbers[held] = np.arange(len(held), dtype=np.int32)
    return numbers[key], first[held]


def _ends(side: Side) -> tuple[Array, Array]:
    ends = np.array([bounds(f) for f in side.functions], np.int64)
    return ends[side.codes, 0], ends[side.codes, 1]
