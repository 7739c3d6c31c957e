"""Ratios of two facts as steps of a program: nothing is divided, the two facts are multiplied by small numbers and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from jifen.facts.vocabulary import Vocabulary
from jifen.plan.values import RATIO_PARTS, RatioOf, Variable


@dataclass(frozen=True, slots=True)
class Ratio:
    """Two facts, and the edges between the cells of their ratio.

    At an edge (over, under, above) a new cell begins where left × under ≥ right × over + above. Where right is 0 it is the last.
    """

    left: str
    right: str
    edges: tuple[tuple[int, int, int], ...]


def ratio_of(variable: Variable, starts: Sequence[int], vocabulary: Vocabulary) -> Ratio | None:
    """The ratio that a variable is, if both sides of every edge fit into 32 bits, and the facts into the numbers of a program."""
    compute = variable.compute
    if not isinstance(compute, RatioOf):
        return None
    edges = []
    for start in starts[1:]:
        over, above = divmod(start, 2)
        common = gcd(over, RATIO_PARTS)
        edges.append((over // common, RATIO_PARTS // common, above))
    facts = [vocabulary.facts[f] for f in (compute.left, compute.right)]
    factor = max((max(over, under) for over, under, _ in edges), default=1)
    if any(f.low for f in facts) or factor * max(f.high for f in facts) >= 1 << 30:
        return None
    return Ratio(compute.left, compute.right, tuple(edges))
