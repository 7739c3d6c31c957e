"""The prior: how common the values of each fact are thought to be. It orders questions and never changes an answer.

Nothing said about a fact: each of its cells weighs the same, and of a list of codes, one holds on average.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping
from dataclasses import dataclass, field

from jifen.plan.values import Variable


@dataclass(frozen=True)
class Prior:
    """Marginal weights: fact → value (a code of a `several of` by its name) → weight. `people` is the weight of everybody."""

    weights: Mapping[str, Mapping[int | str, float]] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    """How many codes the list of a `several of` has."""

    def shares(self, variable: Variable, edges: tuple[int, ...]) -> list[float]:
        """The share of each cell that `edges` cut; together 1."""
        known = self.weights.get(variable.facts[0]) if len(variable.facts) == 1 and not variable.compute else None
        if variable.code:
            share = 1 / max(2, self.codes.get(variable.facts[0], 2))
            if known is not None:
                share = min(1.0, max(0.0, known.get(variable.code, 0.0)))
            return [1 - share, share] if edges else [1.0]
        count = len(edges) + 1
        if not known:
            return [1 / count] * count
        shares = [0.0] * count
        for value, weight in known.items():
            assert isinstance(value, int)
            shares[bisect.bisect_right(edges, value)] += weight
        total = sum(shares)
        return [s / total for s in shares] if total else [1 / count] * count
