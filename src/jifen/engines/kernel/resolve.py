"""Rows in which a split fact is unknown: all of its cells that matter are tried, and the extremes are the exact bounds.

Where that would be too many, or the authority decides a split fact, the reference engine decides, once for each pattern of cells.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.kernel.laws import AUTHORITY, NOT, OPEN, QUALIFIES, Law
from jifen.engines.kernel.machine import run
from jifen.engines.kernel.program import Out, Program, Writer
from jifen.engines.reference import STATUSES, State

Array = NDArray[Any]
_MOST_TRIES = 256
_DAY = date(2000, 1, 1)


@dataclass
class Counts:
    """How many rows needed care: tried cell by cell, and decided by the reference engine (with how many patterns)."""

    tried: int = 0
    diagrams: int = 0
    patterns: int = 0


@dataclass
class Resolver:
    """Resolves marked rows of one plan; the patterns that the reference engine decided are kept."""

    law: Law
    counts: Counts = field(default_factory=Counts)
    _programs: dict[tuple[str, ...], Program] = field(default_factory=dict)
    _decided: dict[bytes, dict[Out, int]] = field(default_factory=dict)

    def resolve(self, cells: Mapping[str, Array], rows: int) -> tuple[dict[Out, Array], Counts]:
        """All outputs of the plan for rows given by their cells, and how they were found."""
        law = self.law
        self.counts = Counts()
        unknown = {v: np.asarray(cells[v]) == len(law.cells[v]) for v in law.tries}
        result: dict[Out, Array] = {}
        split_by_authority = any(law.plan.variables[v].authority for v in law.tries)
        for chosen, tried in self._patterns(unknown, rows):
            part = {v: cells[v][chosen] for v in law.plan.variables}
            size = 1
            for v in tried:
                size *= len(law.tries[v])
            if size * (len(law.options) or 1) > _MOST_TRIES or (split_by_authority and tried):
                found = self._by_reference(part, len(chosen))
            else:
                found = self._try(part, tried, len(chosen))
            for name, values in found.items():
                if name not in result:
                    result[name] = np.empty(rows, values.dtype)
                result[name][chosen] = values
        return result, self.counts

    @staticmethod
    def _patterns(unknown: Mapping[str, Array], rows: int) -> Iterator[tuple[Array, list[str]]]:
        """The rows grouped by which split variables are unknown."""
        code = np.zeros(rows, np.int64)
        for bit, flags in enumerate(unknown.values()):
            code |= flags.astype(np.int64) << bit
        for pattern in np.unique(code):
            yield np.flatnonzero(code == pattern), [v for bit, v in enumerate(unknown) if pattern >> bit & 1]

    # --- trying -----------------------------------------------------------------------------------------------

    def _program(self, roots: tuple[str, ...]) -> Program:
        """Bounds of some roots, with no care for what is split."""
        program = self._programs.get(roots)
        if program is None:
            law = self.law
            program = self._programs[roots] = Program()
            writer = Writer(program, law.cells)
            opened = frozenset(law.plan.variables)
            for root in roots:
                for name, side in zip(("least", "most"), law.sides(root, opened), strict=True):
                    program.outputs[root, name, ""] = writer.write(law.roots[root], side, {})
            if "outcome" in roots:
                low, _ = law.sides("outcome", opened, "most")
                _, high = law.sides("outcome", opened, "least")
                program.outputs["least of most", "least", ""] = writer.write(law.plan.outcome, low, {})
                program.outputs["most of least", "most", ""] = writer.write(law.plan.outcome, high, {})
        return program

    def _extremes(
        self, roots: tuple[str, ...], cells: Mapping[str, Array], tries: Mapping[str, tuple[int, ...]], rows: int
    ) -> dict[Out, Array]:
        program = self._program(roots)
        found: dict[Out, Array] = {}
        for combination in itertools.product(*tries.values()):
            put = {v: np.full(rows, c, cells[v].dtype) for v, c in zip(tries, combination, strict=True)}
            for name, values in run(program, {**cells, **put}, rows).items():
                before = found.get(name)
                wide = values.astype(np.int32)
                pick = np.minimum if name[1] == "least" else np.maximum
                found[name] = wide if before is None else pick(before, wide)
        return found

    def _try(self, cells: dict[str, Array], tried: list[str], rows: int) -> dict[Out, Array]:
        law, plan = self.law, self.law.plan
        self.counts.tried += rows
        tries = {v: law.tries[v] for v in tried}
        points: dict[Out, Array] = {}
        if plan.total is not None:
            points = self._extremes(("total",), cells, tries, rows)
        if law.choice:
            count = len(law.cells[law.choice])
            absent = cells[law.choice] == count
            if absent.any():
                best = self._extremes(("best",), cells, tries, rows)
                for side in ("least", "most"):
                    points["total", side, ""] = np.where(absent, best["best", side, ""], points["total", side, ""])
                cells[law.choice] = np.where(absent, self._choose(cells, tries, rows), cells[law.choice])
            still = cells[law.choice] == count
            if still.any():
                return self._with_open_choice(cells, tries, points, still, rows)
        others = tuple(n for n in law._plain if n != "total")
        return self._outputs(points | self._extremes(others, cells, tries, rows))

    def _with_open_choice(
        self,
        cells: dict[str, Array],
        tries: dict[str, tuple[int, ...]],
        points: dict[Out, Array],
        still: Array,
        rows: int,
    ) -> dict[Out, Array]:
        """Where the choice stays open, everything but the total is that of any choice."""
        law = self.law
        others = tuple(n for n in law._plain if n != "total")
        found = points | self._extremes(others, cells, tries, rows)
        every = tries | {law.choice: tuple(range(len(law.cells[law.choice])))}
        for name, values in self._extremes(others, cells, every, rows).items():
            found[name] = np.where(still, values, found[name])
        return self._outputs(found)

    def _choose(self, cells: Mapping[str, Array], tries: Mapping[str, tuple[int, ...]], rows: int) -> Array:
        """The cell of the choice that is best in every case, or unknown."""
        law = self.law
        variable = law.plan.variables[law.choice]
        names = tuple(f"option {n}" for n in range(len(law.options)))
        bounds = self._extremes(names, cells, tries, rows)
        lows = np.stack([bounds[n, "least", ""] for n in names]).astype(np.int64)
        highs = np.stack([bounds[n, "most", ""] for n in names]).astype(np.int64)
        best = np.argmax((lows << 31) + highs, axis=0)
        result = np.full(rows, len(law.cells[law.choice]), cells[law.choice].dtype)
        starts = np.asarray(law.cells[law.choice])
        for n in range(len(names)):
            others = [highs[m] for m in range(len(names)) if m != n]
            settled = np.logical_and.reduce([lows[n] >= h for h in others]) if others else np.ones(rows, bool)
            place = int(np.searchsorted(starts, variable.low + n, "right")) - 1
            result[(best == n) & settled] = place
        return result

    def _outputs(self, found: Mapping[Out, Array]) -> dict[Out, Array]:
        law, plan, name = self.law, self.law.plan, self.law.name
        none = len(plan.outcomes)
        low, high = found["outcome", "least", ""], found["outcome", "most", ""]
        can_fail = found["least of most", "least", ""] == none
        can_pass = found["most of least", "most", ""] < none
        status = np.where(can_fail & can_pass, AUTHORITY, OPEN)
        status = np.where(low == none, NOT, np.where(high < none, QUALIFIES, status))
        out: dict[Out, Array] = {
            (name, "status", ""): status.astype(np.uint8),
            (name, "outcome", ""): np.where(high < none, high, -1).astype(np.int16),
        }
        if plan.total is not None:
            out[name, "low", ""], out[name, "high", ""] = found["total", "least", ""], found["total", "most", ""]
        for root in law.roots:
            if root.startswith("criterion "):
                criterion = root.removeprefix("criterion ")
                out[name, "criterion low", criterion] = found[root, "least", ""]
                out[name, "criterion high", criterion] = found[root, "most", ""]
        if "failing" in law.reasons:
            failing = np.full(len(low), -1, np.int16)
            for n in reversed(range(len(plan.gates))):
                failing = np.where(found[f"gate {n}", "most", ""] == 0, n, failing).astype(np.int16)
            out[name, "failing", ""] = failing
        return out

    # --- by the reference engine --------------------------------------------------------------------------------

    def _by_reference(self, cells: Mapping[str, Array], rows: int) -> dict[Out, Array]:
        self.counts.diagrams += rows
        names = list(self.law.plan.variables)
        table = np.stack([cells[v].astype(np.uint16) for v in names], axis=1)
        patterns, back = np.unique(table, axis=0, return_inverse=True)
        found = [self.decide(dict(zip(names, map(int, row), strict=True))) for row in patterns]
        back = back.reshape(-1)
        return {out: np.array([f[out] for f in found], np.int32)[back] for out in found[0]} if found else {}

    def decide(self, row: Mapping[str, int]) -> dict[Out, int]:
        """The outputs for one pattern of cells, by the reference engine."""
        law = self.law
        key = np.array([row[v] for v in law.plan.variables], np.uint16).tobytes()
        done = self._decided.get(key)
        if done is None:
            self.counts.patterns += 1
            done = self._decided[key] = reference_outputs(law, state_of(law, row))
        return done


def state_of(law: Law, row: Mapping[str, int]) -> State:
    """The reference engine with the first value of each known cell put in."""
    values = {v: law.cells[v][c] for v, c in row.items() if c < len(law.cells[v])}
    return State(law.plain_plan, values, _DAY)


def reference_outputs(law: Law, state: State) -> dict[Out, int]:
    """What the reference engine says, in the form of a kernel's outputs."""
    plan, name = law.plan, law.name
    status, possible = state.status()
    outcome = plan.outcomes.index(possible[-1]) if status == "qualifies" else -1
    out: dict[Out, int] = {(name, "status", ""): STATUSES.index(status), (name, "outcome", ""): outcome}
    total = state.total()
    if total is not None:
        out[name, "low", ""], out[name, "high", ""] = total.low, total.high
    if "criteria" in law.reasons:
        for criterion, part in plan.parts.items():
            points = state.points(part.points)
            out[name, "criterion low", criterion], out[name, "criterion high", criterion] = points.low, points.high
    if "failing" in law.reasons:
        failing = (n for n, gate in enumerate(plan.gates) if state.truth(gate) is False)
        out[name, "failing", ""] = next(failing, -1)
    return out
