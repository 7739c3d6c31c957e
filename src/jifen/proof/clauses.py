"""Clauses: which requirements, outcomes and items can hold, can fail, and make a difference.

An item makes a difference if somebody's answer hangs on it. To know that, each item is asked only about the people for whom
nothing else has decided yet: those who meet the other requirements, have no better outcome, and in an `any one of` none of the other
items, in an `all of` every other item.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jifen.plan import truths
from jifen.plan.nodes import Node
from jifen.proof.findings import Finding, LawRow, condition_text, heading_row, item_row
from jifen.proof.ground import Ground, Wish, no, yes
from jifen.proof.people import Person
from jifen.schemes.conditions import Both, Condition
from jifen.schemes.model import Conditions, Item


@dataclass(frozen=True)
class Place:
    """An item, or a part of its condition, among the people for whom it alone decides (`context`)."""

    id: str
    row: LawRow
    node: Node
    context: tuple[Wish, ...]
    how: str
    others: tuple[LawRow, ...]
    inner: tuple[Place, ...]


def decisions(ground: Ground, answer: bool = False) -> Iterator[tuple[str, tuple[Wish, ...], Conditions]]:
    """Each list of requirements, outcomes and derived facts, with the people for whom it decides.

    A requirement decides the whole `answer` only for those who would have an outcome.
    """
    plan, graph = ground.plan, ground.plan.graph
    reached = graph.most([ground.compiler.no, *(plan.lists[o.id] for o in plan.scheme.outcomes)])
    some = [yes(reached)] if answer and plan.scheme.outcomes else []
    mark = plan.gates[len(plan.scheme.requirements) :]
    for requirement in plan.scheme.requirements:
        others = [yes(plan.lists[r.id]) for r in plan.scheme.requirements if r is not requirement]
        yield requirement.id, (*others, *map(yes, mark), *some), requirement.conditions
    better: list[Wish] = []
    for outcome in plan.scheme.outcomes:
        yield outcome.id, (*map(yes, plan.gates), *better), outcome.conditions
        better.append(no(plan.lists[outcome.id]))
    for derived in plan.scheme.derived:
        if isinstance(derived.definition, Conditions):
            yield derived.id, (), derived.definition


def places(ground: Ground, conditions: Conditions, context: tuple[Wish, ...]) -> tuple[Place, ...]:
    """The items of a list as places, each with what is inside it."""
    items = conditions.items
    nodes = [ground.plan.items[i.id] for i in items]
    rows = [item_row(i) for i in items]
    found = []
    for n, item in enumerate(items):
        inside = (*context, *_decides(ground, conditions.how, conditions.least, nodes, n))
        others = tuple(r for m, r in enumerate(rows) if m != n)
        inner = _inside(ground, item, inside)
        found.append(Place(item.id, rows[n], nodes[n], inside, conditions.how, others, inner))
    return tuple(found)


def _decides(ground: Ground, how: str, least: int, nodes: Sequence[Node], n: int) -> tuple[Wish, ...]:
    """The people for whom the other items have not decided the list."""
    others = [node for m, node in enumerate(nodes) if m != n]
    if how == "least":
        return (Wish(ground.plan.graph.sum(others), least - 1, least - 1),) if others else ()
    return tuple(map(yes if how == "all" else no, others))


def _inside(ground: Ground, item: Item, context: tuple[Wish, ...]) -> tuple[Place, ...]:
    if isinstance(item.content, Conditions):
        return places(ground, item.content, context)
    return _parts(ground, item.content, context, item_row(item), item.id)


def _parts(ground: Ground, condition: Condition, context: tuple[Wish, ...], row: LawRow, id_: str) -> tuple[Place, ...]:
    """The parts of an `and` or `or` as places."""
    if not isinstance(condition, Both):
        return ()
    nodes = [truths.truth_of(ground.compiler, p) for p in condition.parts]
    how = "all" if condition.how == "and" else "any"
    found = []
    for n, part in enumerate(condition.parts):
        inside = (*context, *_decides(ground, how, 0, nodes, n))
        name = f"{id_} {condition_text(part)}"
        inner = _parts(ground, part, inside, row, id_)
        found.append(Place(name, row, nodes[n], inside, how, (row,), inner))
    return tuple(found)


# --- the checks -----------------------------------------------------------------------------------------------


def check(ground: Ground) -> Iterator[Finding]:
    """Requirements that contradict, outcomes that nobody has, items that never hold, always hold, or change nothing."""
    contradict = list(_requirements(ground))
    yield from contradict
    dead = list(_outcomes(ground)) if not contradict else []
    yield from dead
    for _, context, conditions in decisions(ground):
        alive = (not contradict or not context) and ground.find(*context) is not None
        for place in places(ground, conditions, context):
            yield from _place(ground, place, alive)


def _requirements(ground: Ground) -> Iterator[Finding]:
    plan = ground.plan
    if ground.find(*map(yes, plan.gates)) is not None:
        return
    named: list[tuple[Node, LawRow]] = []
    for requirement in plan.scheme.requirements:
        if requirement.conditions.how == "all":
            named += [(plan.items[i.id], item_row(i)) for i in requirement.conditions.items]
        else:
            named.append((plan.lists[requirement.id], heading_row(requirement)))
    if ground.find(*(yes(n) for n, _ in named)) is not None:
        return  # the pass mark is what cannot be reached; that is said of it
    core = named
    for one in named:
        rest = [c for c in core if c is not one]
        if ground.find(*(yes(n) for n, _ in rest)) is None:
            core = rest
    nearest = ground.find(*(yes(n) for n, _ in core[:-1]))
    ids = {id(n): i for i, n in plan.items.items()}
    place = ", ".join(ids.get(id(n), r.text) for n, r in core)
    yield ground.finding("requirements-contradict", place, tuple(r for _, r in core), nearest)


def _outcomes(ground: Ground) -> Iterator[Finding]:
    plan = ground.plan
    if ground.find(*map(yes, plan.gates)) is None:
        return
    better: list[Wish] = []
    rows: list[LawRow] = []
    for outcome in plan.scheme.outcomes:
        wishes = [*map(yes, plan.gates), yes(plan.lists[outcome.id])]
        if ground.find(*wishes, *better) is None:
            person = ground.find(*wishes) or ground.find(yes(plan.lists[outcome.id]))
            shadows = rows if ground.find(*wishes) is not None else []
            yield ground.finding("outcome-never", outcome.id, (heading_row(outcome), *shadows), person)
        better.append(no(plan.lists[outcome.id]))
        rows.append(heading_row(outcome))


def overlaps(ground: Ground) -> Iterator[tuple[str, str, Person]]:
    """Pairs of outcomes that one person can meet, the better first, with such a person: there the order decides."""
    plan = ground.plan
    ids = [o.id for o in plan.scheme.outcomes]
    for n, first in enumerate(ids):
        for second in ids[n + 1 :]:
            person = ground.find(*map(yes, plan.gates), yes(plan.lists[first]), yes(plan.lists[second]))
            if person is not None:
                yield first, second, person


_WHY = {
    "all": ("whoever meets all the others meets it too", "符合其他各项者必然符合此项"),
    "any": ("whoever meets it meets one of the others too", "符合此项者必然符合其他某一项"),
    "none": ("whoever meets it meets one of the others too", "符合此项者必然符合其他某一项"),
    "least": ("it never makes the number", "它从不决定是否达到项数"),
}


def _place(ground: Ground, place: Place, alive: bool) -> Iterator[Finding]:
    low, high = ground.bounds(place.node)
    if low == high:
        settled = [p for p in place.inner if len(set(ground.bounds(p.node))) == 1]
        if settled:
            for part in settled:
                yield from _place(ground, part, alive)
            return
        rows = (place.row, *(p.row for p in place.inner if p.row is not place.row))
        code, person = ("never-holds", _beside(ground, place)) if high == 0 else ("always-holds", ground.find())
        yield ground.finding(code, place.id, tuple(r for n, r in enumerate(rows) if r not in rows[:n]), person)
    elif alive and place.others and (how := _idle(ground, place)):
        person = ground.find(yes(place.node)) if how != "all" else ground.find(no(place.node))
        en, zh = _WHY[how]
        yield ground.finding(
            "changes-nothing", place.id, (place.row, *place.others[:12]), person, found=en, found_zh=zh
        )
    else:
        for inner in place.inner:
            yield from _place(ground, inner, alive)


def _idle(ground: Ground, place: Place) -> str:
    """How the list combines, if nobody's answer hangs on the place; else nothing."""
    if place.how == "all":
        return "all" if ground.find(*place.context, no(place.node)) is None else ""
    if ground.find(*place.context, yes(place.node)) is None:
        return place.how
    if place.how == "least" and ground.find(*place.context, no(place.node)) is None:
        return "least"
    return ""


def _beside(ground: Ground, place: Place) -> Person | None:
    """Somebody who meets as much as possible of what can never be met together."""
    for inner in place.inner:
        person = ground.find(yes(inner.node))
        if person is not None:
            return person
    return None
