"""Which unknown fact is asked first, for many rows at once: the diagram of the outcome is cut down for all of them together.

What a row leaves of a cut is a function, and each function is one number for all rows: its offset, and the place of its cut among those that
were met so far. So rows that leave the same share the work, and whether two functions are the same is whether two numbers are.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.kernel.laws import Law
from jifen.engines.reference import State
from jifen.plan.diagram import END, Cut, Diagrams, Whole
from jifen.plan.whole import whole

Array = NDArray[Any]
_DAY = date(2000, 1, 1)
_FIELDS = 4_000_000
"""Functions that are held at once: cuts times rows."""
_KEPT = 500_000
"""So many cuts are remembered; then all are forgotten."""
_CUT = (1 << 32) - 1
"""The bits of a function that are its cut."""


class Deciding:
    """Finds, for rows of one law, the variable that can change the outcome and is asked first."""

    def __init__(self, law: Law) -> None:
        self.law, self.plan = law, law.plain_plan
        self.names = list(self.plan.variables)
        under = law.ways.under(self.plan.outcome)
        self.presumed = {v: c for v, c in law.presumed.items() if v in under}
        self.alone = law.choice in under
        self._made: dict[tuple[int, ...], _CutDown] = {}

    def first(self, cells: Mapping[str, Array]) -> Array:
        """For each row its place among the plan's variables; -1 if nothing can change the outcome. `cells` of all variables."""
        if self.alone:  # what an open choice comes to depends on the points
            each = zip(*(cells[v].tolist() for v in self.names), strict=True)
            return np.array([self._alone(row) for row in each], np.int16)
        presumed = [np.where(cells[v] < len(self.law.cells[v]), cells[v], c) for v, c in self.presumed.items()]
        count = len(next(iter(cells.values()), ()))
        groups = np.stack(presumed, axis=1) if presumed else np.zeros((count, 0), np.int64)
        kinds, of = np.unique(groups, axis=0, return_inverse=True)
        found = np.empty(count, np.int16)
        for n, kind in enumerate(kinds.tolist()):
            rows = np.flatnonzero(of.reshape(-1) == n)
            found[rows] = self._cut_down(tuple(kind)).first({v: c[rows] for v, c in cells.items()}, len(rows))
        return found

    def _cut_down(self, kind: tuple[int, ...]) -> _CutDown:
        """The diagram where what is presumed lies in these cells."""
        found = self._made.get(kind)
        if found is None or len(found.cuts) > _KEPT:
            plan, cells = self.plan, self.law.cells
            put = {v: cells[v][c] for v, c in zip(self.presumed, kind, strict=True)}
            as_presumed = kind == tuple(self.presumed.values())
            function = (plan.whole_of(plan.outcome) if as_presumed else None) or whole(plan.outcome, plan.levels, put)
            found = self._made[kind] = _CutDown(function, plan.levels, cells, self.names)
        return found

    def _alone(self, row: Sequence[int]) -> int:
        """The same from the reference engine, for one row."""
        cells = self.law.cells
        values = {v: cells[v][c] for v, c in zip(self.names, row, strict=True) if c < len(cells[v])}
        fact = next(iter(State(self.plan, values, _DAY).deciding()), None)
        return -1 if fact is None else self.names.index(fact)


@dataclass(frozen=True, slots=True)
class _Step:
    """One cut of the whole diagram: its variable, the place of a kernel's cells among its own, and for each of its own where it leads."""

    name: str
    known: int
    places: Array
    inner: Array
    more: Array
    level: int
    breaks: tuple[int, ...]
    left: dict[tuple[int, ...], int] = field(default_factory=dict)
    """What is left of it where its variable is unknown, by what is left of its cells."""


class _CutDown:
    """A whole diagram, and every function that rows have left of it."""

    def __init__(
        self, function: Whole, levels: Mapping[str, int], cells: Mapping[str, Sequence[int]], names: Sequence[str]
    ) -> None:
        _, cuts = function
        self.diagrams = Diagrams(levels, {})
        self.cuts: list[Cut] = [END]
        self._places = {END: 0}
        self._asked = {levels[name]: 1 << n for n, name in enumerate(names)}
        self._under = [0]
        """For each cut the variables under it as bits, that which is asked first being the lowest."""
        edges: dict[str, set[int]] = {}
        for level, breaks, _ in cuts:
            edges.setdefault(self.diagrams.names[level], set()).update(breaks)
        self._cells: dict[str, Array] = {}
        """For each variable, from the cells of the kernel to those of this diagram, which are fewer; unknown is one more cell of either."""
        for name, own in edges.items():
            places = [bisect.bisect_right(sorted(own), start) for start in cells[name]]
            self._cells[name] = np.array([*places, len(own) + 1], np.uint16)
        self.steps = []
        for level, breaks, inner in cuts:
            name = self.diagrams.names[level]
            firsts = (min(edges[name]) - 1, *sorted(edges[name]))
            places = [bisect.bisect_right(breaks, start) for start in firsts]
            more = np.array([m for m, _ in inner], np.int64) << 32
            to = np.array([n for _, n in inner], np.int64)
            self.steps.append(_Step(name, len(places), np.array(places), to, more, level, breaks))

    def first(self, cells: Mapping[str, Array], count: int) -> Array:
        """The place among the names of the variable that is asked first, for each row. Rows in the same cells are one."""
        if not self.steps:
            return np.full(count, -1, np.int16)
        table = np.stack([own[cells[name]] for name, own in self._cells.items()], axis=1)
        seen: dict[bytes, int] = {}
        of_row = [seen.setdefault(row, len(seen)) for row in table.view(f"V{2 * table.shape[1]}").ravel().tolist()]
        patterns = np.frombuffer(b"".join(seen), np.uint16).reshape(len(seen), -1)
        found = np.empty(len(patterns), np.int16)
        size = max(256, _FIELDS // (len(self.steps) + 1))
        for at in range(0, len(patterns), size):
            some = dict(zip(self._cells, patterns[at : at + size].T, strict=True))
            left, of = np.unique(self._left(some, len(patterns[at : at + size])), return_inverse=True)
            firsts = [(self._under[n] & -self._under[n]).bit_length() - 1 for n in left.tolist()]
            found[at : at + size] = np.array(firsts, np.int16)[of.reshape(-1)]
        return found[of_row]

    def _left(self, cells: Mapping[str, Array], count: int) -> Array:
        """The cut that each row leaves of the whole."""
        met = np.zeros((len(self.steps) + 1, count), bool)
        met[-1] = True
        taken: list[tuple[Array, Array, Array]] = []
        for n in range(len(self.steps), 0, -1):  # from the top down: which rows meet which cuts
            step = self.steps[n - 1]
            rows = np.flatnonzero(met[n])
            lane = cells[step.name][rows]
            told = lane < step.known
            known, unknown = rows[told], rows[~told]
            place = step.places[lane[told]]
            met[step.inner[place], known] = True
            met[step.inner[:, None], unknown] = True
            taken.append((known, place, unknown))
        functions = np.zeros((len(self.steps) + 1, count), np.int64)
        for n, step in enumerate(self.steps, start=1):  # and from the end up: what they leave of it
            known, place, unknown = taken[-n]
            functions[n, known] = functions[step.inner[place], known] + step.more[place]
            if len(unknown):
                inner = functions[step.inner[:, None], unknown] + step.more[:, None]
                functions[n, unknown] = [self._leave(step, key) for key in zip(*inner.tolist(), strict=True)]
        return np.asarray(functions[-1] & _CUT)

    def _leave(self, step: _Step, key: tuple[int, ...]) -> int:
        """The function of an unknown variable over what is left of the cells."""
        found = step.left.get(key)
        if found is None:
            inner = [(function >> 32, self.cuts[function & _CUT]) for function in key]
            offset, cut = self.diagrams.cut(step.level, step.breaks, inner)
            place = self._places.setdefault(cut, len(self.cuts))
            if place == len(self.cuts):
                self.cuts.append(cut)
                under = self._asked[cut.level]
                for _, each in cut.cells:
                    under |= self._under[self._places[each]]
                self._under.append(under)
            found = step.left[key] = (offset << 32) + place
        return found
