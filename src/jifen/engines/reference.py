"""The reference engine: the definition of what a plan gives for what is known.

It is exact and three-valued. What is known is put into the plan; what is left is a decision diagram over the unknown facts, from
which bounds, truth, status and the facts that still matter are read. Nothing is sampled and nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from jifen.facts.values import Value
from jifen.plan.compile import Plan
from jifen.plan.diagram import Diagrams, Function, bounds
from jifen.plan.nodes import Node

Status = Literal["qualifies", "does not qualify", "undetermined", "for the authority", "not in force"]
STATUSES: tuple[Status, ...] = (
    "qualifies", "does not qualify", "undetermined", "for the authority", "not in force",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Range:
    """Exact bounds of a number of points; both ends are reached by some completion of what is unknown."""

    low: int
    high: int

    @property
    def exact(self) -> bool:
        return self.low == self.high

    def data(self) -> dict[str, int]:
        return {"low": self.low, "high": self.high}


class State:
    """A plan with a profile put in. Every question about it is answered from the same diagrams."""

    def __init__(self, plan: Plan, values: Mapping[str, Value], on: date) -> None:
        self.plan = plan
        self.values = values
        self.known: dict[str, int] = {}
        self.assumed: dict[str, int] = {}
        self.chosen: dict[str, int] = {}
        for name, variable in plan.variables.items():
            value = variable.known(values, on)
            if value is not None:
                self.known[name] = value
            elif name in plan.presumed:
                self.known[name] = self.assumed[name] = plan.presumed[name]
        for fact in plan.choices:
            self._choose(fact)
        self.diagrams = Diagrams(plan.levels, self.known)

    def _choose(self, fact: str) -> None:
        """Take the choice that gives most, if one is at least as good as every other in every case."""
        plan = self.plan
        if fact in self.known or fact not in plan.variables or plan.total is None:
            return
        variable = plan.variables[fact]
        options: list[tuple[int, Range]] = []
        for value in range(variable.low, variable.high + 1):
            diagrams = Diagrams(plan.levels, {**self.known, fact: value})
            options.append((value, Range(*bounds(diagrams.of(plan.total)))))
        best = max(options, key=lambda o: (o[1].low, o[1].high))
        if all(best[1].low >= r.high for v, r in options if v != best[0]):
            self.known[fact] = self.chosen[fact] = best[0]

    @property
    def total(self) -> Node | None:
        """The node of the total: with a choice that is left open made for the most points."""
        plan = self.plan
        return plan.total if all(c in self.known for c in plan.choices) else plan.best_total

    def points(self, node: Node) -> Range:
        """The bounds of a node."""
        return Range(*bounds(self.diagrams.of(node)))

    def truth(self, node: Node) -> bool | None:
        """Whether a yes/no node holds; None while that is open."""
        low, high = bounds(self.diagrams.of(node))
        return None if low != high else bool(low)

    def value(self, node: Node) -> int | None:
        """The value of a node, or None while it is open."""
        low, high = bounds(self.diagrams.of(node))
        return low if low == high else None

    def possible(self) -> tuple[set[frozenset[int]], int]:
        """For each way of settling the facts, the outcomes that the authority can still give; and the place of "none"."""
        plan = self.plan
        outcome = self.diagrams.of(plan.outcome)
        return self.diagrams.value_sets(outcome, plan.first_authority), len(plan.outcomes)

    def status(self) -> tuple[Status, list[str]]:
        """The status, and the outcomes still possible, best first."""
        sets, none = self.possible()
        every = frozenset().union(*sets)
        names = [self.plan.outcomes[i] for i in sorted(every) if i != none]
        if none not in every:
            return "qualifies", names
        if every == {none}:
            return "does not qualify", []
        if all(len(s) > 1 and none in s for s in sets):
            return "for the authority", names
        return "undetermined", names

    def deciding(self) -> list[str]:
        """The facts that can still change status or outcome, those that settle most first."""
        return self.facts(self.diagrams.of(self.plan.outcome))

    def open(self) -> list[str]:
        """The facts that can still change the points."""
        return self.facts(self.diagrams.of(self.total)) if self.total else []

    def facts(self, *functions: Function) -> list[str]:
        """The unknown facts, in the order of the diagram, on which the functions depend."""
        found: dict[str, None] = {}
        for name in self.diagrams.support(*functions):
            for fact in self.plan.variables[name].facts:
                if fact not in self.values:
                    found[fact] = None
        return list(found)
