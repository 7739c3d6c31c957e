"""The reference engine: the definition of what a plan gives for what is known.

It is exact and three-valued. What is known is put into the plan; what is left is a decision diagram over the unknown facts, from
which bounds, truth, status and the facts that still matter are read. Nothing is sampled and nothing is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, TypeVar

from jifen.facts.values import Value
from jifen.plan.diagram import Diagrams, Function, bounds, lowest_case
from jifen.plan.form import Plan
from jifen.plan.nodes import Node

T = TypeVar("T")
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
    """A plan with a profile put in. Every question about it is answered from the same diagrams.

    What was worked out is remembered by the plan for the cells in which the known facts lie: two people in the same cells
    have the same bounds, truths and open facts. The memory holds cells and results only, never a profile.
    """

    def __init__(self, plan: Plan, values: Mapping[str, Value], on: date) -> None:
        self.plan = plan
        self.values = values
        self.known: dict[str, int] = {}
        self.assumed: dict[str, int] = {}
        for name, variable in plan.variables.items():
            value = variable.known(values, on)
            if value is not None:
                self.known[name] = value
            elif name in plan.presumed:
                self.known[name] = self.assumed[name] = plan.presumed[name]
        self._memory = plan.memory.of(self.known)
        self.chosen: dict[str, int] = {}
        self.undecided_choice = ""
        for fact in plan.choices:
            if fact not in self.known and fact in plan.variables and plan.total is not None:
                best = self.remember(("choice", fact), lambda f=fact: self._best(f))  # type: ignore[misc]
                if best is None:
                    self.undecided_choice = fact
                else:
                    self.known[fact] = self.chosen[fact] = best

    @cached_property
    def diagrams(self) -> Diagrams:
        """The diagrams over what is unknown; made when first needed."""
        return self.plan.diagrams(self.known)

    def remember(self, question: object, work_out: Callable[[], T]) -> T:
        """What was worked out for these cells, or is now; it must follow from the cells alone."""
        if question not in self._memory:
            self._memory[question] = work_out()
        return self._memory[question]  # type: ignore[no-any-return]

    @cached_property
    def options(self) -> dict[int, tuple[Diagrams, Function]]:
        """For each value of the choice that is left open: the diagrams, and the total."""
        return self._options(self.undecided_choice)

    def _options(self, fact: str) -> dict[int, tuple[Diagrams, Function]]:
        variable = self.plan.variables[fact]
        return {v: self._given({fact: v}) for v in range(variable.low, variable.high + 1)}

    def _best(self, fact: str) -> int | None:
        """The choice that gives most, if one is at least as good as every other in every case."""
        options = self._options(fact)
        ranges = {v: Range(*bounds(function)) for v, (_, function) in options.items()}
        best = max(ranges, key=lambda v: (ranges[v].low, ranges[v].high))
        if all(ranges[best].low >= r.high for v, r in ranges.items() if v != best):
            return best
        self.options = options
        return None

    def _given(self, more: Mapping[str, int]) -> tuple[Diagrams, Function]:
        """The diagrams, and the total, where more is known."""
        assert self.plan.total
        diagrams = self.plan.diagrams({**self.known, **more})
        return diagrams, diagrams.of(self.plan.total)

    def total(self) -> Range | None:
        """The bounds of the points; None if the scheme has none."""
        return self.remember("total", self._total)

    def _total(self) -> Range | None:
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
        if node in self.plan.memory.nodes:
            return self.remember(node, lambda: Range(*bounds(self.diagrams.of(node))))
        return Range(*bounds(self.diagrams.of(node)))

    def truth(self, node: Node) -> bool | None:
        """Whether a yes/no node holds; None while that is open."""
        found = self.points(node)
        return bool(found.low) if found.exact else None

    def value(self, node: Node) -> int | None:
        """The value of a node, or None while it is open."""
        found = self.points(node)
        return found.low if found.exact else None

    def possible(self) -> set[frozenset[int]]:
        """For each way of settling the facts, the outcomes that the authority can still give; their number stands for none."""
        plan = self.plan

        def sets() -> set[frozenset[int]]:
            return self.diagrams.value_sets(self.diagrams.of(plan.outcome), plan.first_authority)

        return self.remember("sets", sets)

    def status(self) -> tuple[Status, list[str]]:
        """The status, and the outcomes still possible, best first."""
        return settled(self.possible(), self.plan.outcomes)

    def deciding(self) -> list[str]:
        """The facts that can still change status or outcome, as the law asks them."""
        return self._named(
            self.remember("deciding", lambda: self.diagrams.support(self.diagrams.of(self.plan.outcome)))
        )

    def open(self) -> list[str]:
        """The facts that can still change the points."""
        if self.plan.total is None:
            return []
        return self._named(self.remember("open", self._open), self.undecided_choice)

    def _open(self) -> list[str]:
        """The variables that can still change the points."""
        assert self.plan.total
        if not self.undecided_choice:
            return self.diagrams.support(self.diagrams.of(self.plan.total))
        return [self.undecided_choice, *(v for d, function in self.options.values() for v in d.support(function))]

    def open_in(self, node: Node) -> list[str]:
        """The facts on which the value of a node still depends."""
        if node not in self.plan.memory.nodes:
            return self.facts(self.diagrams.of(node))
        return self._named(self.remember(("open", node), lambda: self.diagrams.support(self.diagrams.of(node))))

    def facts(self, *functions: Function) -> list[str]:
        """The unknown facts on which the functions depend, as the law asks them."""
        return self._named(self.diagrams.support(*functions))

    def _named(self, variables: Iterable[str], first: str = "") -> list[str]:
        """The unknown facts of these variables, as the law asks them, but for one that comes first."""
        asked = {*variables}
        names = [v for v in (first, *self.plan.variables) if v in asked]
        facts = (fact for name in names for fact in self.plan.variables[name].facts)
        return list(dict.fromkeys(f for f in facts if f not in self.values))


def settled(sets: Collection[frozenset[int]], outcomes: Sequence[str]) -> tuple[Status, list[str]]:
    """The status, and the outcomes still possible, best first; from the outcomes that each way of settling the facts leaves open."""
    every, none = frozenset().union(*sets), len(outcomes)
    names = [outcomes[i] for i in sorted(every) if i != none]
    if none not in every:
        return "qualifies", names
    if every == {none}:
        return "does not qualify", []
    if all(len(s) > 1 and none in s for s in sets):
        return "for the authority", names
    return "undetermined", names
