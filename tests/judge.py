"""An independent judge: a plan as whole-number formulas of Z3, for which it can find people or prove that there are none.

It reads the nodes of a plan and nothing else of ours: no cells, no decision diagrams, no engine. So what both say is found by two methods.

    judge = Judge(plan)
    judge.find(judge.value(plan.outcome) == 0)           # values of the variables of such a person, or None if there is none
    judge.find(judge.value(plan.total) >= 70, fixed={"age": 40})
    judge.lowest(cost, judge.qualifies())                # the smallest value of a formula over such people, and one of them
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import z3

from jifen.plan.form import Plan
from jifen.plan.nodes import Node
from jifen.plan.values import RATIO_PARTS, RatioOf, Variable

Assignment = dict[str, int]
_SEEDS = 10
_PATIENCE = 60_000
"""Milliseconds that Z3 may take with one seed."""


class Judge:
    """Formulas of one plan, or of several that are held against each other (`more`): equal names are the same variable."""

    def __init__(self, plan: Plan, *more: Plan) -> None:
        self.plan = plan
        self.variables: dict[str, Variable] = {}
        for one in (plan, *more):
            self.variables.update(one.variables)
        self.symbols = {name: z3.Int(name) for name in self.variables}
        self.domains = [
            z3.And(self.symbols[v.name] >= v.low, self.symbols[v.name] <= v.high) for v in self.variables.values()
        ]
        self.domains += [f for v in self.variables.values() for f in self._ratio(v)]
        self._made: dict[int, Any] = {}
        self._kept: list[Node] = []

    def _ratio(self, variable: Variable) -> list[Any]:
        """A ratio of two facts is tied to them, if the plan asks them as well."""
        compute = variable.compute
        if not isinstance(compute, RatioOf):
            return []
        names = (compute.left, compute.right)
        left, right = (self.symbols.setdefault(n, z3.Int(n)) for n in names)
        place = self.symbols[variable.name]
        scaled, whole = left * RATIO_PARTS, place / 2
        even = z3.And(scaled == whole * right, place % 2 == 0)
        odd = z3.And(scaled > whole * right, scaled < (whole + 1) * right, place % 2 == 1)
        known = [z3.And(left >= 0, right >= 0)]
        return [*known, z3.If(right == 0, place == variable.high, z3.Or(even, odd))]

    def value(self, node: Node) -> Any:
        """The formula of a node."""
        made = self._made.get(id(node))
        if made is None:
            self._kept.append(node)
            made = self._made[id(node)] = self._make(node)
        return made

    def _make(self, node: Node) -> Any:
        if node.kind == "const":
            return z3.IntVal(node.low)
        if node.kind == "var":
            return self.symbols[node.name]
        if node.kind == "case":
            argument, cells = self.value(node.argument), [self.value(c) for c in node.cells]
            result = cells[-1]
            for edge, cell in zip(reversed(node.breaks), reversed(cells[:-1]), strict=True):
                result = z3.If(argument < edge, cell, result)
            return result
        parts = [self.value(c) for c in node.children]
        if node.kind == "sum":
            return z3.Sum(parts)
        result = parts[0]
        for part in parts[1:]:
            result = z3.If(part < result if node.kind == "least" else part > result, part, result)
        return result

    def holds(self, node: Node) -> Any:
        """A yes/no node as a truth."""
        return self.value(node) == 1

    def qualifies(self, outcome: str | None = None) -> Any:
        """That the plan gives an outcome: this one, or any."""
        place = self.value(self.plan.outcome)
        return place < len(self.plan.outcomes) if outcome is None else place == self.plan.outcomes.index(outcome)

    def _pinned(self, fixed: Mapping[str, int]) -> list[Any]:
        return [self.symbols[name] == value for name, value in fixed.items()]

    def find(self, *claims: Any, fixed: Mapping[str, int] = {}) -> Assignment | None:
        """The variables of a person for whom all claims are true, or None: then it is proven that there is none.

        Ratios make the formulas non-linear, and Z3 may lose itself in them: then it begins again with another seed. Raises RuntimeError
        if it gives up with every seed.
        """
        for seed in range(_SEEDS):
            solver = z3.Solver()
            solver.set("timeout", _PATIENCE)
            solver.set("random_seed", seed)
            solver.add(*self.domains, *claims, *self._pinned(fixed))
            answer = solver.check()
            if answer != z3.unknown:
                return self._read(solver.model()) if answer == z3.sat else None
        raise RuntimeError(solver.reason_unknown())

    def lowest(self, formula: Any, *claims: Any, fixed: Mapping[str, int] = {}) -> tuple[int, Assignment] | None:
        """The smallest value of a formula over the people for whom all claims are true, and one of them; None if none is."""
        solver = z3.Optimize()
        solver.add(*self.domains, *claims, *self._pinned(fixed))
        solver.minimize(formula)
        answer = solver.check()
        if answer == z3.unknown:
            raise RuntimeError(solver.reason_unknown())
        if answer == z3.unsat:
            return None
        model = solver.model()
        return model.eval(formula, model_completion=True).as_long(), self._read(model)

    def _read(self, model: Any) -> Assignment:
        return {n: model.eval(s, model_completion=True).as_long() for n, s in self.symbols.items()}


def evaluate(node: Node, values: Mapping[str, int], done: dict[int, int] | None = None) -> int:
    """The value of a node for these variables, read off the node itself."""
    done = {} if done is None else done
    if id(node) not in done:
        done[id(node)] = _evaluate(node, values, done)
    return done[id(node)]


def _evaluate(node: Node, values: Mapping[str, int], done: dict[int, int]) -> int:
    match node.kind:
        case "const":
            return node.low
        case "var":
            return values[node.name]
        case "case":
            argument = evaluate(node.argument, values, done)
            return evaluate(node.cells[sum(1 for b in node.breaks if argument >= b)], values, done)
    parts: Iterable[int] = [evaluate(c, values, done) for c in node.children]
    return {"sum": sum, "least": min, "most": max}[node.kind](parts)
