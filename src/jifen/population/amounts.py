"""Amounts of money over columns, exactly: each is a plan whose points are its sum, so that the kernel bounds it as it bounds points.

A sum that stands in the document is counted in the largest unit that divides all that can be granted. Of a share of a fact the kernel
says only whether it is granted, in each cell of the fact; the share itself is multiplied here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from jifen.engines.kernel import Column, Results, compile_kernel
from jifen.engines.kernel.kernel import Rules
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.form import Granted, Memory, Plan
from jifen.plan.nodes import Graph, Node, cells
from jifen.population.coding import Array
from jifen.population.tally import AmountTally
from jifen.problems import Problem, RequestError

_LARGEST = 1 << 30
"""What a kernel counts to."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What every row is granted: exact bounds in the smallest unit of the currency."""

    low: Array
    high: Array


def tally_of(granted: Granted, bounds: Bounds, counted: Array | None = None) -> AmountTally:
    """What an amount comes to over the rows that count; None: all."""
    low, high = (bounds.low, bounds.high) if counted is None else (bounds.low[counted], bounds.high[counted])
    certain, possible = int(np.count_nonzero(low)), int(np.count_nonzero(high))
    return AmountTally(granted.currency, granted.per, certain, possible, int(low.sum()), int(high.sum()))


class Amounts:
    """The amounts of schemes, made ready for columns. Raises RequestError for one that cannot be counted.

    `granted` are the amounts by scheme, `facts` what they ask.
    """

    def __init__(self, plans: Mapping[str, Plan | None], vocabulary: Vocabulary, rules: Rules) -> None:
        self.granted = {name: plan.amounts for name, plan in plans.items() if plan is not None and plan.amounts}
        self._asked = [_Asked(name, plans[name], g) for name, every in self.granted.items() for g in every]
        self.kernel = compile_kernel({k: p for a in self._asked for k, p in a.plans.items()}, vocabulary, rules)
        bases = [a.granted.base for a in self._asked if a.granted.base]
        self.facts = tuple(dict.fromkeys((*self.kernel.inputs, *bases)))

    def of(self, columns: Mapping[str, Column], on: date, rows: int, threads: int = 1) -> dict[tuple[str, str], Bounds]:
        """The bounds for every row, by scheme and amount. Raises ProfileError as the kernel does."""
        if not self._asked:
            return {}
        results = self.kernel.run(columns, on, threads=threads)
        return {(a.scheme, a.granted.amount.id): a.bounds(results, columns, rows) for a in self._asked}


class _Asked:
    """One amount: the plans that say what is granted, and what their points stand for."""

    def __init__(self, scheme: str, plan: Plan | None, granted: Granted) -> None:
        assert plan is not None
        self.scheme, self.granted, self.plan = scheme, granted, plan
        name = f"{scheme} {granted.amount.id}"
        self.unit = 1 if granted.base else math.gcd(*_sums(granted.node)) or 1
        if granted.node.high // self.unit >= _LARGEST:
            blanks = {"name": granted.amount.id, "form": "one whose sums have a large common divisor"}
            raise RequestError([Problem("wrong-use", granted.amount.where, blanks)])
        self.plans = {name: _counting(plan, _divided(plan.graph, granted.node, self.unit))}
        self.name = name
        for n, (first, _) in enumerate(self.steps):
            inner = plan.graph.substitute(granted.node, granted.base, first)
            self.plans[f"{name} {n}"] = _counting(plan, inner)

    @cached_property
    def steps(self) -> tuple[tuple[int, int], ...]:
        """The first and the last value of each cell of the fact of which a share is granted."""
        if not self.granted.base:
            return ()
        variable = self.plan.variables[self.granted.base]
        edges = [e for e in cells([self.granted.node]).get(self.granted.base, ()) if variable.low < e <= variable.high]
        firsts = (variable.low, *edges)
        return tuple(zip(firsts, (*(e - 1 for e in edges), variable.high), strict=True))

    def bounds(self, results: Results, columns: Mapping[str, Column], rows: int) -> Bounds:
        low, high = _points(results, self.name)
        if not self.granted.base:
            low, high = low * self.unit, high * self.unit
        else:
            low, high = self._shares(low, high, results, columns.get(self.granted.base), rows)
        return Bounds(np.zeros(rows, np.int64) if self.granted.amount.discretionary else low, high)

    def _shares(self, low: Array, high: Array, results: Results, base: Column | None, rows: int) -> tuple[Array, Array]:
        """The share of what each row has; where that is unknown, over every cell in which it may lie."""
        told = np.zeros(rows, bool) if base is None else base.masked().valid
        known = np.ones(rows, bool) if told is None else told
        values = np.zeros(rows, np.int64)
        if base is not None:
            assert isinstance(base.values, np.ndarray)
            values = np.where(known, base.values, 0).astype(np.int64)
        share = self._share(values)
        low, high = low * share, high * share
        if not known.all():
            least, most = np.full(rows, np.iinfo(np.int64).max), np.zeros(rows, np.int64)
            for n, (first, last) in enumerate(self.steps):
                some, every = _points(results, f"{self.name} {n}")
                least = np.minimum(least, some * self._share(np.array(first)))
                most = np.maximum(most, every * self._share(np.array(last)))
            low, high = np.where(known, low, least), np.where(known, high, most)
        return low, high

    def _share(self, values: Array) -> Array:
        """The rate times a value, rounded down, under the cap."""
        rate, cap = self.granted.amount.rate, self.granted.amount.cap
        if rate.numerator * self.plan.variables[self.granted.base].high >= 1 << 63:
            values = values.astype(object)
        exact = values * rate.numerator // rate.denominator
        return np.asarray(exact if cap is None else np.minimum(exact, cap), np.int64)


def _points(results: Results, name: str) -> tuple[Array, Array]:
    result = results[name]
    assert result.low is not None and result.high is not None
    return result.low.astype(np.int64), result.high.astype(np.int64)


def _counting(plan: Plan, sums: Node) -> Plan:
    """A plan that has nothing but points."""
    graph = plan.graph
    return replace(
        plan, total=sums, best_total=None, outcome=graph.const(0), outcomes=(), gates=(), parts={}, amounts=(), choices=(),
        memory=Memory((sums,)),
    )  # fmt: skip


def _sums(node: Node) -> Iterator[int]:
    """The numbers that a node can give, or of which it is made."""
    match node.kind:
        case "const":
            yield node.low
        case "var":
            yield 1
        case "case":
            for cell in node.cells:
                yield from _sums(cell)
        case _:
            for child in node.children:
                yield from _sums(child)


def _divided(graph: Graph, node: Node, unit: int) -> Node:
    """The node whose every number is that many times smaller; `unit` divides all of them."""
    if unit == 1:
        return node
    match node.kind:
        case "const":
            return graph.const(node.low // unit)
        case "case":
            return graph.case(node.argument, node.breaks, [_divided(graph, c, unit) for c in node.cells])
    parts = [_divided(graph, c, unit) for c in node.children]
    return {"sum": graph.sum, "least": graph.least, "most": graph.most}[node.kind](parts)
