"""The reference engine: the definition of what a plan gives for what is known.

It is exact and three-valued. What is known is put into the plan; what is left is a decision diagram over the unknown facts, from
which bounds, truth, status and the facts that still matter are read. Nothing is sampled and nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from jifen.facts.values import Value
from jifen.plan.diagram import Diagrams, Function, bounds, lowest_case
from jifen.plan.form import Plan
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
        self.undecided_choice = ""
        self.options: dict[int, tuple[Diagrams, Function]] = {}
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
        if fact in self.known or fact not in self.plan.variables or self.plan.total is None:
            return
        variable = self.plan.variables[fact]
        options = {v: self._given({fact: v}) for v in range(variable.low, variable.high + 1)}
        ranges = {v: Range(*bounds(function)) for v, (_, function) in options.items()}
        best = max(ranges, key=lambda v: (ranges[v].low, ranges[v].high))
        if all(ranges[best].low >= r.high for v, r in ranges.items() if v != best):
            self.known[fact] = self.chosen[fact] = best
        else:
            self.undecided_choice, self.options = fact, options

    def _given(self, more: Mapping[str, int]) -> tuple[Diagrams, Function]:
        """The diagrams, and the total, where more is known."""
        assert self.plan.total
        diagrams = Diagrams(self.plan.levels, {**self.known, **more})
        return diagrams, diagrams.of(self.plan.total)

    def total(self) -> Range | None:
        """The bounds of the points; a choice that is left open is made for the most points in each case.

        The highest is the highest of any choice. The lowest is that of the best choice, if in the case that gives it no other
        choice gives more; this is so unless the choices pull against each other, and then all cases are compared.
        """
        plan = self.plan
        if plan.total is None:
            return None
        fact = self.undecided_choice
        if not fact:
            return self.points(plan.total)
        ranges = {v: Range(*bounds(function)) for v, (_, function) in self.options.items()}
        best = max(ranges, key=lambda v: ranges[v].low)
        diagrams, function = self.options[best]
        worst: dict[str, int] = {}
        for level, value in lowest_case(function).items():
            name = diagrams.names[level]
            worst[name] = plan.variables[name].low if value is None else value
        others = [v for v in ranges if v != best]
        if len(others) == 1:
            rest = self._given({fact: others[0], **worst})[1]
            if bounds(rest)[0] <= ranges[best].low:
                return Range(ranges[best].low, max(r.high for r in ranges.values()))
        assert plan.best_total
        return self.points(plan.best_total)

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
        if self.plan.total is None:
            return []
        fact = self.undecided_choice
        if not fact:
            return self.facts(self.diagrams.of(self.plan.total))
        found: dict[str, None] = {fact: None}
        for diagrams, function in self.options.values():
            found |= dict.fromkeys(self._named(diagrams.support(function)))
        return list(found)

    def facts(self, *functions: Function) -> list[str]:
        """The unknown facts, in the order of the diagram, on which the functions depend."""
        return self._named(self.diagrams.support(*functions))

    def _named(self, variables: Iterable[str]) -> list[str]:
        facts = (fact for name in variables for fact in self.plan.variables[name].facts)
        return list(dict.fromkeys(f for f in facts if f not in self.values))
