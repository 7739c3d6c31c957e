"""The ground of a proof: a plan on a day, with nothing known, and the people who meet claims about its nodes."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from jifen.answers.door import Jifen
from jifen.plan.compile import Compiler
from jifen.plan.diagram import Diagrams, Function, bounds
from jifen.plan.form import Plan, in_force
from jifen.plan.nodes import Graph, Node, cells
from jifen.plan.values import Variable
from jifen.problems import PolicyError, Problem
from jifen.proof.findings import Finding, LawRow
from jifen.proof.people import Person, UndecidedError, person_in
from jifen.proof.search import Box, Claim, Span, boxes
from jifen.schemes.model import Scheme

MANY = 20_000
"""How many boxes that nobody lies in are looked at before a question is called undecided."""


@dataclass(frozen=True)
class Wish:
    """A claim about a node of the plan: that its value lies in `low..high`."""

    node: Node
    low: int
    high: int


def yes(node: Node) -> Wish:
    return Wish(node, 1, 1)


def no(node: Node) -> Wish:
    return Wish(node, 0, 0)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Diagrams are many small objects that all stay: looking them over for garbage would take most of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class People:
    """All possible people, for some variables: diagrams over them, and whoever meets claims about nodes of a graph."""

    def __init__(
        self, rules: Jifen, on: date, graph: Graph, variables: Mapping[str, Variable], levels: Mapping[str, int]
    ) -> None:
        self.rules, self.on, self.graph, self.variables = rules, on, graph, variables
        self.diagrams = Diagrams(levels, {})
        self.domains = {level: (variables[n].low, variables[n].high) for n, level in levels.items()}
        self.shown: list[Box] = []

    def function(self, node: Node) -> Function:
        return self.diagrams.of(node)

    def bounds(self, node: Node) -> Span:
        """The smallest and the largest value of a node over all people."""
        return bounds(self.diagrams.of(node))

    def claim(self, wish: Wish) -> Claim:
        if wish.node.kind != "var":
            return Claim(self.function(wish.node), wish.low, wish.high)
        outside, inside = self.graph.const(0), self.graph.const(1)
        node = self.graph.case(wish.node, (wish.low, wish.high + 1), (outside, inside, outside))
        return Claim(self.function(node), 1, 1)

    def boxes(self, wishes: Sequence[Wish | Claim]) -> Iterator[Box]:
        """Disjoint boxes that together hold everybody who meets the wishes."""
        claims = [self.claim(w) if isinstance(w, Wish) else w for w in wishes]
        # Small functions first: they fail soonest.
        claims.sort(key=lambda c: c.function[1].high)
        return boxes(claims, self.domains)

    def named(self, box: Box) -> dict[str, Span]:
        return {self.diagrams.names[level]: span for level, span in box.items()}

    def somebody(self, box: Mapping[str, Span]) -> Person | None:
        """A person in a box that is given by the names of variables; None is a proof that there is none."""
        return person_in(box, self.variables, self.rules.vocabulary, self.on)

    def find(self, *wishes: Wish | Claim) -> Person | None:
        """Somebody who meets every wish; None is a proof that nobody does. Raises UndecidedError."""
        found = self.find_box(*wishes)
        return found[1] if found else None

    def find_box(self, *wishes: Wish | Claim) -> tuple[Box, Person] | None:
        for tried, box in enumerate(self.boxes(wishes)):
            person = self.somebody(self.named(box))
            if person is not None:
                self.shown.append(box)
                return box, person
            if tried >= MANY:
                raise UndecidedError("too many cases that nobody can be in")
        return None

    def most(self, node: Node, *wishes: Wish | Claim) -> tuple[int, Person] | None:
        """The largest value of a node over the people who meet the wishes, and one of them."""
        low, high = self.bounds(node)
        best = self.find(*wishes)
        if best is None:
            return None
        while low < high:
            middle = (low + high + 1) // 2
            person = self.find(*wishes, Wish(node, middle, high))
            if person is None:
                high = middle - 1
            else:
                low, best = middle, person
        return low, self.find(*wishes, Wish(node, low, low)) or best


class Ground(People):
    """A version of a scheme on a day, compiled, and all possible people.

    Where the compiler refuses the document, `problems` says why, and only what it could read of the tables can be asked.
    """

    def __init__(self, rules: Jifen, scheme: Scheme, on: date, graph: Graph | None = None) -> None:
        self.scheme = scheme
        self.compiler = Compiler(scheme, on, rules.shelf, graph or Graph(), ())
        self.problems: tuple[Problem, ...] = ()
        self._plan: Plan | None = None
        try:
            self._plan = self.compiler.plan()
            levels = self._plan.levels
        except PolicyError as e:
            self.problems = e.problems
            levels = {name: level for level, name in enumerate(self.compiler.vars)}
        super().__init__(rules, on, self.compiler.graph, {n: self.compiler.vars[n] for n in levels}, levels)

    @property
    def plan(self) -> Plan:
        assert self._plan, "the document was refused"
        return self._plan

    def edges(self) -> dict[str, tuple[int, ...]]:
        """The edges at which the law cuts each variable."""
        plan = self.plan
        roots = [plan.outcome, *(p.points for p in plan.parts.values()), *plan.items.values(), *plan.rows.values()]
        roots += [plan.total] if plan.total else []
        return cells(roots)

    def finding(
        self, code: str, place: str, rows: tuple[LawRow, ...], people: object = None, **blanks: object
    ) -> Finding:
        """A finding about this version on this day."""
        shown = people if isinstance(people, tuple) else (people,) if isinstance(people, Person) else ()
        return Finding(code, place or "Points", self.scheme.id, self.scheme.start, self.on, rows, shown, blanks)


def versions_days(rules: Jifen, scheme: Scheme) -> list[date]:
    """The first day of a version, and every later day of it on which its numbers, or a scheme that it asks, change."""
    versions = rules.versions(scheme.id)
    last = min((v.start for v in versions if v.start > scheme.start), default=date.max)
    days = {scheme.start}
    asked: set[str] = set()
    queue = [scheme]
    while queue:
        one = queue.pop()
        edges = [r.start for p in one.parameters for r in p.rows]
        days |= {d for d in edges if scheme.start < d < last}
        for name in referred(one):
            if name in asked:
                continue
            asked.add(name)
            for version in rules.shelf.schemes.get(name, ()):
                queue.append(version)
                if scheme.start < version.start < last:
                    days.add(version.start)
                if version.until is not None and scheme.start < (
                    end := date.fromordinal(version.until.toordinal() + 1)
                ):
                    days |= {end} if end < last else set()
    if scheme.until is not None:
        days = {d for d in days if d <= scheme.until}
    return sorted(d for d in days if in_force(versions, d) is scheme)


def referred(scheme: Scheme) -> set[str]:
    """The other schemes whose outcome a version asks for."""
    from jifen.proof.leaves import conditions_of, leaves
    from jifen.schemes.conditions import Among, Qualifies

    found = set()
    for condition in conditions_of(scheme):
        for leaf in leaves(condition):
            if isinstance(leaf, Qualifies) or (isinstance(leaf, Among) and "/" in leaf.name):
                found.add(leaf.name)
    return found
