"""What the judge judges: verification results, cheapest paths and differences of versions, question by question.

The suite asks a stated sample of the questions about every published scheme; `benchmarks/judged.py` asks all of them and writes `docs/judged.md`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Literal

import z3

from jifen.answers.door import Jifen
from jifen.plan import truths
from jifen.plan.form import Plan
from jifen.plan.nodes import Graph, Node, cells
from jifen.proof import clauses
from jifen.proof.difference import Region, compare
from jifen.proof.ground import Ground, Wish, no, yes
from jifen.proof.leaves import criteria_of
from jifen.proof.rows import active, tables_of
from jifen.schemes.model import ConditionTable, Criterion, Expectation, Scheme
from judge import Judge, large

ODD = {"changes-nothing C.3", "always-holds pool.1"}
"""The accepted oddities of the law: of these items the finding is what must be true."""


@dataclass(frozen=True)
class Question:
    """Whether the judge finds somebody, and whether `jifen verify` has proven that there is somebody."""

    kind: str
    name: str
    found: Callable[[], bool]
    somebody: bool = True

    @property
    def agrees(self) -> bool:
        return self.found() == self.somebody


def sample(questions: Iterable[Question], random: Random, each: int, facts: int) -> list[Question]:
    """At most so many questions of each kind, and of facts, each of which costs more."""
    kinds: dict[str, list[Question]] = {}
    for question in questions:
        kinds.setdefault(question.kind, []).append(question)
    limits = {kind: facts if kind == "fact" else each for kind in kinds}
    return [q for kind, group in kinds.items() for q in random.sample(group, min(limits[kind], len(group)))]


# --- verification -------------------------------------------------------------------------------------------------


def asked(ground: Ground) -> Iterator[Question]:
    """Everything that the proof of a version says, as questions. Items come with every part of their conditions.

    Of sums with very many values (the whole of Canada's points) what more of a fact never does is not asked: that takes Z3 too long.
    """
    judge = Judge(ground.plan)

    def question(kind: str, name: str, *wishes: Wish, somebody: bool = True) -> Question:
        def found() -> bool:
            person = ground.find(*wishes) if somebody else None
            known = {n: v.known(person.values, ground.on) for n, v in judge.variables.items()} if person else {}
            fixed = {n: value for n, value in known.items() if value is not None}
            return judge.find(*(judge.within(w.node, w.low, w.high) for w in wishes), fixed=fixed) is not None

        return Question(kind, name, found, somebody)

    plan = ground.plan
    gates = [yes(g) for g in plan.gates]
    yield question("outcome", "the requirements can be met together", *gates)
    for place, name in enumerate(plan.outcomes):
        yield question("outcome", f"somebody has {name}", Wish(plan.outcome, place, place))
    for _, context, conditions in clauses.decisions(ground):
        for place in clauses.places(ground, conditions, context):
            yield from _item(question, place)
    for tabled in tables_of(ground):
        for row in range(len(tabled.table.rows)) if tabled.track else ():
            assert tabled.track
            yield question("row", f"{tabled.name} row {row + 1}", *tabled.counts, Wish(tabled.track.row, row, row))
    for criterion, above in criteria_of(ground.scheme):
        yield from _criterion(ground, question, criterion, active(ground, criterion, above))
    if plan.total is not None:
        low, high = ground.bounds(plan.total)
        yield question("points", "the fewest", Wish(plan.total, low, low))
        yield question("points", "the most", Wish(plan.total, high, high))
        yield question("points", "fewer", Wish(plan.total, plan.total.low - 1, low - 1), somebody=False)
        yield question("points", "more", Wish(plan.total, high + 1, plan.total.high + 1), somebody=False)
        mark = ground.scheme.pass_mark
        if mark is not None:
            yield question("points", "below the pass mark", Wish(plan.total, low, mark - 1))
    for never, fact, node in _declared(ground):
        for edge in cells([node]).get(fact, ()) if not large(node) else ():
            yield _step(judge, never, fact, edge, node)
    yield from _moving(ground)


def _item(question: Callable[..., Question], place: clauses.Place) -> Iterator[Question]:
    always, idle = (f"{code} {place.id}" in ODD for code in ("always-holds", "changes-nothing"))
    yield question("item", f"somebody meets {place.id}", yes(place.node))
    yield question("item", f"somebody does not meet {place.id}", no(place.node), somebody=not always)
    if place.others and not always:
        wishes = {"all": [no], "least": [yes, no]}.get(place.how, [yes])
        for wish in wishes:
            yield question(
                "hangs", f"an answer hangs on {place.id}", *place.context, wish(place.node), somebody=not idle
            )
    for inner in place.inner if not idle else ():
        yield from _item(question, inner)


def _criterion(
    ground: Ground, question: Callable[..., Question], criterion: Criterion, counts: list[Wish]
) -> Iterator[Question]:
    points = ground.plan.parts[criterion.id].points
    always = [c.most for c in criterion.caps if c.when is None]
    most = min(always) if always else ground.bounds(points)[1]
    yield question("points", f"{criterion.id} reaches its maximum", Wish(points, most, most))
    yield question("points", f"{criterion.id} exceeds it", Wish(points, most + 1, points.high + 1), somebody=False)
    yield question("points", f"{criterion.id} falls below zero", Wish(points, points.low - 1, -1), somebody=False)
    for part in criterion.parts:
        if not isinstance(part, ConditionTable):
            continue
        compiler = ground.compiler
        nodes = [truths.truth_of(compiler, r.condition) if r.condition is not None else compiler.yes for r in part.rows]
        for n, row in enumerate(part.rows):
            earlier = [no(m) for m in nodes[:n]] if part.how == "first" else []
            yield question("row", row.id, *counts, *earlier, yes(nodes[n]))
            if part.how == "best":
                better = [
                    no(nodes[m]) for m, r in enumerate(part.rows) if m != n and (r.points, -m) >= (row.points, -n)
                ]
                yield question("row", f"{row.id} counts", *counts, yes(nodes[n]), *better)


def _declared(ground: Ground) -> Iterator[tuple[str, str, Node]]:
    """What more of a fact is declared never to do, with the node to which it never does it."""

    def facts(expectation: Expectation, node: Node) -> Iterator[tuple[str, str, Node]]:
        for fact in expectation.facts:
            for variable in ground.variables.values():
                if variable.facts == (fact,):
                    yield expectation.never, variable.name, node

    for criterion, _ in criteria_of(ground.scheme):
        for expectation in criterion.expects:
            yield from facts(expectation, ground.plan.parts[criterion.id].points)
    for expectation in ground.scheme.expects:
        yield from facts(expectation, ground.plan.outcome)


def _step(judge: Judge, never: str, name: str, edge: int, node: Node) -> Question:
    """Nobody is worse off by one step of a fact, everything else the same. A higher place of the outcome is the worse one."""
    change: Literal["lower", "higher"] = "lower" if never in ("lowers", "betters") else "higher"

    def found() -> bool:
        return judge.find(judge.step(node, name, edge, change)) is not None

    return Question("declared", f"{name} to {edge} {never}", found, False)


def _moving(ground: Ground) -> Iterator[Question]:
    """Each fact that is asked can change the outcome or the points."""
    plan = ground.plan
    roots = [n for n in (plan.total, plan.outcome) if n]
    edges = cells(roots)

    def found(name: str) -> bool:
        judge = Judge(plan)
        for node in roots:
            for edge in cells([node]).get(name, ()):
                if judge.find(judge.step(node, name, edge, "other")) is not None:
                    return True
        return False

    for name in sorted(n for n, e in edges.items() if e):
        if not ground.variables[name].code:
            yield Question("fact", f"{name} changes something", lambda name=name: found(name))  # type: ignore[misc]


# --- differences --------------------------------------------------------------------------------------------------


def differing(rules: Jifen, one: Scheme, other: Scheme) -> Iterator[Question]:
    """The difference of two versions: each region holds its person, and nobody outside of the regions has another answer.

    Complete means: whoever has the one outcome before and the other after gains as many points as one of the regions of these outcomes says.
    """
    found = compare(rules, (one, one.start), (other, other.start))
    graph = Graph()
    plans = [Ground(rules, v, on, graph).plan for v, on in ((one, one.start), (other, other.start))]
    judge = Judge(*plans)
    totals = [p.total for p in plans]
    for n, region in enumerate(found.regions, 1):
        yield Question("region", f"region {n}", lambda r=region: _in_region(judge, plans, r, other.start))  # type: ignore[misc]
    for before in (*plans[0].outcomes, None):
        for after in (*plans[1].outcomes, None):
            spans = [r.points for r in found.regions if (r.before, r.after) == (before, after)]
            spans += [(0, 0)] if before == after else []
            claims = [judge.outcome(plans[0], before), judge.outcome(plans[1], after)]
            if totals[0] is not None and totals[1] is not None:
                claims.append(judge.gains(totals[0], totals[1], spans))
            elif spans:
                continue  # without points everybody with these outcomes is in the region
            yield Question("nobody else", f"{before} → {after}", lambda c=claims: judge.find(*c) is not None, False)  # type: ignore[misc]


def _in_region(judge: Judge, plans: list[Plan], region: Region, on: date) -> bool:
    """The person of a region has the outcomes that it says, whatever else is true of the person, and can gain its points."""
    known = {n: v.known(region.person.values, on) for n, v in judge.variables.items()}
    fixed = {n: value for n, value in known.items() if value is not None}
    outcomes = [judge.outcome(p, o) for p, o in zip(plans, (region.before, region.after), strict=True)]
    if judge.find(z3.Not(z3.And(outcomes)), fixed=fixed) is not None:
        return False
    totals = [p.total for p in plans]
    if totals[0] is None or totals[1] is None:
        return True
    return judge.find(z3.Not(judge.gains(totals[0], totals[1], [region.points])), fixed=fixed) is not None
