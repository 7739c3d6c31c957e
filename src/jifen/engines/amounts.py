"""Amounts of money: exact bounds of what a plan grants for what is known, in the smallest unit of the currency.

Sums are whole numbers and are computed beside the diagrams, because a share of an unknown sum has too many values for one.
"""

from __future__ import annotations

import bisect

from jifen.engines.reference import Range, State
from jifen.plan.diagram import bounds
from jifen.plan.form import Granted
from jifen.plan.nodes import cells
from jifen.plan.values import Variable


def amount(state: State, granted: Granted) -> Range:
    """The bounds of an amount; both are reached. 0 where the scheme has no outcome, and at least 0 where that is open."""
    if not granted.base:
        return state.points(granted.node)
    variable = state.plan.variables[granted.base]
    known = state.known.get(granted.base)
    if known is not None:
        gate = state.points(granted.node)
        return Range(gate.low * _share(granted, known), gate.high * _share(granted, known))
    return state.remember(("amount", granted.node), lambda: _over_all(state, granted, variable))


def _over_all(state: State, granted: Granted, variable: Variable) -> Range:
    """The bounds over every value of the unknown base: in each of its cells at the smallest and the largest."""
    edges = cells([granted.node]).get(granted.base, ())
    edges = edges[bisect.bisect_right(edges, variable.low) : bisect.bisect_right(edges, variable.high)]
    lows, highs = [], []
    for first, after in zip((variable.low, *edges), (*edges, variable.high + 1), strict=True):
        low, high = bounds(state.plan.diagrams({**state.known, granted.base: first}).of(granted.node))
        lows.append(low * _share(granted, first))
        highs.append(high * _share(granted, after - 1))
    return Range(min(lows), max(highs))


def _share(granted: Granted, value: int) -> int:
    """The rate times a value of the base, rounded down, under the cap."""
    rate, cap = granted.amount.rate, granted.amount.cap
    exact = rate.numerator * value // rate.denominator
    return exact if cap is None else min(exact, cap)


def open_facts(state: State, granted: Granted) -> list[str]:
    """The unknown facts that can still change an amount."""
    found = state.open_in(granted.node)
    if granted.base and granted.base not in state.known and amount(state, granted).high > 0:
        found.append(granted.base)
    return list(dict.fromkeys(found))
