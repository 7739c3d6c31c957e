"""Rows whose bounds are not proved: the reference engine decides, once for each pattern of cells.

No published scheme has such rows today; a law may be written whose facts are too entangled for `ways`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.kernel.laws import Law
from jifen.engines.kernel.program import Out
from jifen.engines.reference import STATUSES, State

Array = NDArray[Any]
_DAY = date(2000, 1, 1)


class Resolver:
    """Resolves rows of one plan; the patterns that were decided are kept."""

    def __init__(self, law: Law) -> None:
        self.law = law
        self._decided: dict[bytes, dict[Out, int]] = {}

    def resolve(self, cells: Mapping[str, Array]) -> dict[Out, Array]:
        """All outputs of the plan for rows given by their cells."""
        names = list(self.law.plan.variables)
        table = np.stack([cells[v].astype(np.uint16) for v in names], axis=1)
        patterns, back = np.unique(table, axis=0, return_inverse=True)
        found = [self._decide(row, dict(zip(names, map(int, row), strict=True))) for row in patterns]
        return {out: np.array([f[out] for f in found], np.int32)[back.reshape(-1)] for out in found[0]}

    def _decide(self, pattern: Array, row: Mapping[str, int]) -> dict[Out, int]:
        key = pattern.tobytes()
        done = self._decided.get(key)
        if done is None:
            done = self._decided[key] = reference_outputs(self.law, state_of(self.law, row))
        return done


def state_of(law: Law, row: Mapping[str, int]) -> State:
    """The reference engine with a value of each known cell put in."""
    return State(law.plain_plan, _values(law, row), _DAY)


def _values(law: Law, row: Mapping[str, int]) -> dict[str, int]:
    """The first values of the cells that are known."""
    return {v: law.cells[v][c] for v, c in row.items() if c < len(law.cells[v])}


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
