"""An independent judge: plans as circuits of yes and no, about which Z3's SAT solver finds people or proves that there are none.

It reads the nodes of a plan and nothing else of ours: no decision diagrams, no engine. A variable becomes the questions “at least this much?”
at the places where the nodes cut it; a node becomes, for each of its values, a formula that says when it has it. So what both say is
found by two methods.

    judge = Judge(plan)
    judge.find(judge.within(plan.total, 70, 120), judge.outcome(plan, "B"))  # the variables of such a person, or None: there is none
    judge.find(judge.holds(plan.items["A.2"]), fixed={"age": 40})
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal

import z3

from jifen.plan.form import Plan
from jifen.plan.nodes import Node
from jifen.plan.values import RATIO_PARTS, RatioOf, Variable

Assignment = dict[str, int]
Span = tuple[int, int]
"""Both ends included."""
Ways = dict[int, Any]
"""For each value that something can have, the formula that says when it has it: of the formulas exactly one is true."""
MANY = 300
"""A sum with more values than this is reckoned with whole numbers."""
PATIENCE = 60_000
"""Milliseconds that one answer may take."""
YES, NO = z3.BoolVal(True), z3.BoolVal(False)


class Judge:
    """Formulas of one plan, or of several that are held against each other: equal names are the same variable."""

    def __init__(self, *plans: Plan) -> None:
        self.variables: dict[str, Variable] = {n: v for plan in plans for n, v in plan.variables.items()}
        big = any(map(large, (n for p in plans for n in (p.outcome, p.total) if n)))
        self.solver = z3.SimpleSolver() if big else z3.SolverFor("QF_FD")
        self.solver.set("timeout", PATIENCE)
        self._edges: dict[str, dict[int, Any]] = {}
        self._ways: dict[tuple[Node, frozenset[tuple[str, int]]], Ways] = {}
        self._sums: dict[object, Ways] = {}
        self._numbers: dict[object, Any] = {}
        self._asked: dict[Node, frozenset[str]] = {}
        self._count = itertools.count()
        roots = [[n for n in (p.outcome, p.total) if n] for p in plans]
        self._shared = Counter(n for pair in roots for n in set(_all(pair)))

    # --- variables --------------------------------------------------------------------------------------------

    def at_least(self, name: str, value: int) -> Any:
        variable = self.variables[name]
        if value <= variable.low or value > variable.high:
            return YES if value <= variable.low else NO
        edges = self._edges.setdefault(name, {})
        if value not in edges:
            here = edges[value] = z3.Bool(f"{name} ≥ {value}")
            order = sorted(edges)
            place = order.index(value)
            if place:
                self.solver.add(z3.Implies(here, edges[order[place - 1]]))
            if place + 1 < len(order):
                self.solver.add(z3.Implies(edges[order[place + 1]], here))
        return edges[value]

    def between(self, name: str, low: int, high: int) -> Any:
        """That a variable lies in `low..high`."""
        return every([self.at_least(name, low), _not(self.at_least(name, high + 1))])

    def differs(self, name: str, low: int, high: int) -> Any:
        """That a variable does not lie in `low..high`."""
        return _not(self.between(name, low, high))

    # --- nodes ------------------------------------------------------------------------------------------------

    def within(self, node: Node, low: int, high: int, where: Mapping[str, int] = {}) -> Any:
        """That a node lies in `low..high`; with `where`, that it would if these variables had these values."""
        if node.kind == "var" and node.name not in where:
            return self.between(node.name, low, high)
        if large(node):
            number = self._number(node, where)
            return z3.And(number >= low, number <= high)
        return either([f for v, f in self.ways(node, where).items() if low <= v <= high])

    def holds(self, node: Node) -> Any:
        """That a yes/no node is yes."""
        return self.within(node, 1, 1)

    def fails(self, node: Node) -> Any:
        return self.within(node, 0, 0)

    def outcome(self, plan: Plan, *outcomes: str | None, where: Mapping[str, int] = {}) -> Any:
        """That a plan gives one of these outcomes (None is no outcome)."""
        places = [len(plan.outcomes) if o is None else plan.outcomes.index(o) for o in outcomes]
        return either([self.within(plan.outcome, p, p, where) for p in places])

    def ways(self, node: Node, where: Mapping[str, int] = {}) -> Ways:
        """The values of a node, each with its formula."""
        put = {n: v for n, v in where.items() if n in self._asks(node)} if where else {}
        key = (node, frozenset(put.items()))
        if key not in self._ways:
            self._ways[key] = self._make(node, put)
        return self._ways[key]

    def gains(self, before: Node, after: Node, spans: Sequence[Span]) -> Any:
        """That what one sum has more than another lies in none of the spans.

        Parts that both have count for nothing, so the nodes must be of one graph.
        """
        if large(before) or large(after):
            gained = self._number(after) - self._number(before)
            return z3.Not(z3.Or([z3.And(gained >= a, gained <= b) for a, b in spans]))
        gains = self._gains((before, {}), (after, {}))
        return either([f for v, f in gains.items() if not any(a <= v <= b for a, b in spans)])

    def step(self, node: Node, name: str, edge: int, change: Literal["lower", "higher", "other"]) -> Any:
        """That a node is lower (or higher, or another) when a variable, everything else the same, comes to an edge."""
        before, after = {name: edge - 1}, {name: edge}
        if large(node):
            one, other = self._number(node, before), self._number(node, after)
            return {"lower": other < one, "higher": other > one, "other": other != one}[change]
        if node.kind == "sum":
            first, second = {0: YES}, self._gains((node, before), (node, after))
        else:
            first, second = self.ways(node, before), self.ways(node, after)
        if change == "other":
            return either([every([f, _not(second.get(v, NO))]) for v, f in first.items()])
        return self._below(second, first) if change == "lower" else self._below(first, second)

    def _gains(self, *sides: tuple[Node, Mapping[str, int]]) -> Ways:
        parts = [[self.ways(part, where) for part in _parts(node)] for node, where in sides]
        made = {id(w): w for side in parts for w in side}
        before, after = (Counter(map(id, side)) for side in parts)
        ways: Ways = {0: YES}
        for sign, rest in ((-1, before - after), (1, after - before)):
            for part in rest.elements():
                ways = self._added(ways, {sign * v: f for v, f in made[part].items()})
        return ways

    def _below(self, one: Ways, other: Ways) -> Any:
        """That the first has a lower value than the second."""
        found, lower, left = [], NO, sorted(one)
        for value in sorted(other):
            while left and left[0] < value:
                lower = self._named(either([lower, one[left.pop(0)]]))
            found.append(every([other[value], lower]))
        return either(found)

    def _number(self, node: Node, where: Mapping[str, int] = {}) -> Any:
        """A node with very many values as a whole number, not as a formula for each."""
        key = (node, frozenset((n, v) for n, v in where.items() if n in self._asks(node)))
        if key not in self._numbers:
            inner = node.cells if node.kind == "case" else node.children
            parts = [self._number(c, where) for c in inner] if large(node) else []
            if not large(node):
                ways = self.ways(node, where)
                made = z3.IntVal(max(ways))
                for value in sorted(ways, reverse=True)[1:]:
                    made = z3.If(ways[value], value, made)
            elif node.kind == "sum":
                made = z3.Sum(parts)
            elif node.kind == "case":
                made = parts[-1]
                for here, part in zip(self._cells(node, where)[:-1], parts[:-1], strict=True):
                    made = z3.If(here, part, made)
            else:
                made = parts[0]
                for part in parts[1:]:
                    made = z3.If(part < made if node.kind == "least" else part > made, part, made)
            letter = self._numbers[key] = z3.Int(f"_{next(self._count)}")
            self.solver.add(letter == made)
            if not large(node):
                self.solver.add(letter >= min(ways), letter <= max(ways))
        return self._numbers[key]

    def _asks(self, node: Node) -> frozenset[str]:
        """The names of the variables under a node."""
        if node not in self._asked:
            own = frozenset((node.name,)) if node.kind == "var" else frozenset[str]()
            self._asked[node] = own.union(*map(self._asks, node.children))
        return self._asked[node]

    def _make(self, node: Node, where: Mapping[str, int]) -> Ways:
        if node.kind == "const":
            return {node.low: YES}
        if node.kind == "var":
            if node.name in where:
                return {where[node.name]: YES}
            return {v: self._named(self.between(node.name, v, v)) for v in range(node.low, node.high + 1)}
        if node.kind == "case":
            found: dict[int, list[Any]] = {}
            for here, cell in zip(self._cells(node, where), node.cells, strict=True):
                for value, formula in self.ways(cell, where).items() if not z3.is_false(here) else ():
                    found.setdefault(value, []).append(every([here, formula]))
            return self._joined(found)
        if node.kind == "sum":
            # What several sums share comes first, so that its partial sums are the same formulas.
            order = sorted(node.children, key=lambda c: (bool(self._asks(c) & where.keys()), -self._shared[c]))
            return self._sum([self.ways(c, where) for c in order])
        sides = [self.ways(c, where) for c in node.children]
        join = every if node.kind == "least" else either
        values = sorted({v for s in sides for v in s if node.low <= v <= node.high} | {node.low})
        up = [self._named(join([either([f for u, f in s.items() if u >= v]) for s in sides])) for v in values[1:]]
        return {
            v: self._named(every([a, _not(b)])) for v, a, b in zip(values, [YES, *up], [*up, NO], strict=True)
        }  # a yes/no node so has a formula and its opposite

    def _cells(self, node: Node, where: Mapping[str, int]) -> list[Any]:
        """When the argument of a case lies in each of its cells."""
        argument = node.argument
        ends = [argument.low, *node.breaks, argument.high + 1]
        return [self._named(self.within(argument, a, b - 1, where)) for a, b in itertools.pairwise(ends)]

    def _sum(self, parts: Sequence[Ways]) -> Ways:
        key = tuple(map(id, parts))
        if key not in self._sums:
            self._sums[key] = parts[0] if len(parts) == 1 else self._added(self._sum(parts[:-1]), parts[-1])
        return self._sums[key]

    def _added(self, one: Ways, other: Ways) -> Ways:
        found: dict[int, list[Any]] = {}
        for (a, f), (b, g) in itertools.product(one.items(), other.items()):
            found.setdefault(a + b, []).append(every([f, g]))
        return self._joined(found)

    def _joined(self, found: Mapping[int, Sequence[Any]]) -> Ways:
        made = {v: either(fs) for v, fs in found.items()}
        made = {v: f for v, f in made.items() if not z3.is_false(f)}
        if set(made) == {0, 1}:
            yes = self._named(made[1])
            return {0: _not(yes), 1: yes}
        return {v: self._named(f) for v, f in made.items()}

    def _named(self, formula: Any) -> Any:
        """A letter that is equal to a formula, so that larger formulas stay small."""
        inner = formula.arg(0) if z3.is_not(formula) else formula
        if inner.num_args() == 0:
            return formula
        letter = z3.Bool(f"_{next(self._count)}")
        self.solver.add(letter == formula)
        return letter

    # --- people -----------------------------------------------------------------------------------------------

    def cost_at_most(self, prices: Mapping[str, Sequence[tuple[int, int, int]]], most: int) -> Any:
        """That the cells of a person cost together no more than this; for each variable spans of values with their cost."""
        unit = math.gcd(*(cost for spans in prices.values() for _, _, cost in spans)) or 1
        terms = [
            (self._named(self.between(n, a, b)), cost // unit)
            for n, spans in prices.items()
            for a, b, cost in spans
            if cost
        ]
        if most < 0:
            return NO
        return z3.PbLe(terms, most // unit) if terms else YES

    def find(self, *claims: Any, fixed: Mapping[str, int] = {}) -> Assignment | None:
        """The variables of a person for whom all claims are true, or None: then it is proven that there is none.

        The ratio of two facts is a variable of its own; where a circuit has found cells, whole numbers must be found that have that ratio,
        or the cells are ruled out and the search goes on (ratios that are fixed are taken as they are). Raises RuntimeError if Z3 gives up.
        """
        wanted = [*claims, *(self.between(n, v, v) for n, v in fixed.items())]
        if any(map(z3.is_false, wanted)):
            return None
        ratios = [n for n, _ in self._computed()]
        given = ratios if fixed.keys() >= set(ratios) else []
        self.solver.push()
        try:
            self.solver.add(*wanted)
            while True:
                answer = self.solver.check()
                if answer == z3.unknown:
                    raise RuntimeError(self.solver.reason_unknown())
                if answer == z3.unsat:
                    return None
                spans = dict(self._spans(self.solver.model()))
                tied = {n: fixed[n] for n in given} if given else self._ratios(spans)
                if tied is not None:
                    return {n: low for n, (low, _) in spans.items()} | tied
                self.solver.add(z3.Not(every([self.between(n, *spans[n]) for n in self._tied()])))
        finally:
            self.solver.pop()

    def _spans(self, model: Any) -> Iterator[tuple[str, Span]]:
        """The cell of each variable."""
        for name, variable in self.variables.items():
            edges = sorted(self._edges.get(name, ()))
            count = sum(1 for e in edges if z3.is_true(model.eval(self._edges[name][e], model_completion=True)))
            ends = [variable.low, *edges, variable.high + 1]
            yield name, (ends[count], ends[count + 1] - 1)

    def _computed(self) -> list[tuple[str, RatioOf]]:
        return [(n, v.compute) for n, v in self.variables.items() if isinstance(v.compute, RatioOf)]

    def _tied(self) -> list[str]:
        """The ratios, and the facts of which they are the ratios as far as they are asked themselves."""
        names = dict.fromkeys(name for n, c in self._computed() for name in (n, c.left, c.right))
        return [n for n in names if n in self.variables]

    def _ratios(self, spans: Mapping[str, Span]) -> Assignment | None:
        """Whole numbers in their cells that have ratios in theirs; nothing to tie is an empty answer."""
        ratios = self._computed()
        if not ratios:
            return {}
        solver = z3.Solver()
        numbers = {name: z3.Int(name) for _, c in ratios for name in (c.left, c.right)}
        for name, number in numbers.items():
            low, high = spans.get(name, (0, 10**12))
            solver.add(number >= low, number <= high)
        for name, compute in ratios:
            low, high = spans[name]
            left, right = numbers[compute.left] * RATIO_PARTS, numbers[compute.right]
            above = left > low // 2 * right if low % 2 else left >= low // 2 * right
            below = left < (high // 2 + 1) * right if high % 2 else left <= high // 2 * right
            nothing = z3.BoolVal(low <= self.variables[name].high <= high)
            solver.add(z3.If(right == 0, nothing, z3.And(above, below)))
        if solver.check() != z3.sat:
            return None
        model = solver.model()
        found = {name: model.eval(number, model_completion=True).as_long() for name, number in numbers.items()}
        return found | {name: self._place(name, found[c.left], found[c.right]) for name, c in ratios}

    def _place(self, name: str, left: int, right: int) -> int:
        """Where a ratio lies on its line: even on a part, odd between two; behind everything if there is nothing to compare with."""
        if not right:
            return self.variables[name].high
        parts, rest = divmod(left * RATIO_PARTS, right)
        return 2 * parts + (rest > 0)


def evaluate(node: Node, values: Mapping[str, int], done: dict[Node, int] | None = None) -> int:
    """The value of a node for these variables, read off the node itself."""
    done = {} if done is None else done
    if node not in done:
        done[node] = _evaluate(node, values, done)
    return done[node]


def _evaluate(node: Node, values: Mapping[str, int], done: dict[Node, int]) -> int:
    match node.kind:
        case "const":
            return node.low
        case "var":
            return values[node.name]
        case "case":
            argument = evaluate(node.argument, values, done)
            return evaluate(node.cells[bisect.bisect_right(node.breaks, argument)], values, done)
    parts: Iterable[int] = [evaluate(c, values, done) for c in node.children]
    return {"sum": sum, "least": min, "most": max}[node.kind](parts)


def _all(roots: Iterable[Node]) -> Iterator[Node]:
    """Every node under some nodes, once."""
    seen: set[Node] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack.extend(node.children)
            yield node


@cache
def large(node: Node) -> bool:
    """Whether a node is made of a sum with very many values."""
    if node.kind == "sum" and node.high - node.low > MANY:
        return True
    return any(map(large, node.cells if node.kind == "case" else node.children))


def _parts(node: Node) -> tuple[Node, ...]:
    return node.children if node.kind == "sum" else (node,)


def every(parts: Iterable[Any]) -> Any:
    kept = [p for p in parts if not z3.is_true(p)]
    if any(map(z3.is_false, kept)):
        return NO
    return z3.And(kept) if len(kept) > 1 else kept[0] if kept else YES


def either(parts: Iterable[Any]) -> Any:
    kept = [p for p in parts if not z3.is_false(p)]
    if any(map(z3.is_true, kept)):
        return YES
    return z3.Or(kept) if len(kept) > 1 else kept[0] if kept else NO


def _not(part: Any) -> Any:
    if z3.is_true(part) or z3.is_false(part):
        return NO if z3.is_true(part) else YES
    return part.arg(0) if z3.is_not(part) else z3.Not(part)
