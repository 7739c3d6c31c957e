"""Facts that cannot change any answer, derived facts and parameters that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jifen.facts.vocabulary import Fact
from jifen.plan.nodes import Node
from jifen.proof.findings import Finding, LawRow
from jifen.proof.ground import Ground
from jifen.proof.leaves import names_in
from jifen.schemes.model import Scheme

_LOOKED_AT = 60
"""How many of the people already shown are looked at before the whole diagram is asked."""


def check(ground: Ground) -> Iterator[Finding]:
    """Facts that the document names and on which neither outcome, points nor amounts of money depend."""
    named = {name: where for _, _, name, where in reversed(list(names_in(ground.scheme.document)))}
    moving = set(ground.diagrams.support(ground.function(ground.plan.total))) if ground.plan.total else set()
    moving |= set(ground.diagrams.support(*(ground.function(a.node) for a in ground.plan.amounts)))
    moving |= {a.base for a in ground.plan.amounts if a.base and ground.bounds(a.node)[1] > 0}
    moving |= _seen_moving(ground, moving)
    asked = {n for n, v in ground.variables.items() if set(v.facts) & set(named)}
    if asked - moving:
        moving |= set(ground.diagrams.support(ground.function(ground.plan.outcome)))
    facts: dict[str, bool] = {}
    for name in asked:
        for fact in ground.variables[name].facts:
            facts[fact] = facts.get(fact, False) or name in moving
    for name in sorted(f for f, moves in facts.items() if not moves and f in named):
        known: Fact = ground.rules.vocabulary.facts[name]
        yield ground.finding("fact-idle", name, (LawRow(named[name], f"`{name}`", known.title),), ground.find())


def unused(scheme: Scheme) -> Iterator[Finding]:
    """Derived facts and parameters of a version that neither outcome, points nor another derived fact uses."""
    used = _names(scheme)
    for derived in scheme.derived:
        if derived.id not in used:
            row = LawRow(derived.where, derived.title["en"], derived.title, derived.citations)
            yield Finding("derived-idle", derived.id, scheme.id, scheme.start, scheme.start, (row,))
    for parameter in scheme.parameters:
        if parameter.name not in used:
            row = LawRow(parameter.where, parameter.name, parameter.title, parameter.rows[0].citations)
            yield Finding("parameter-idle", parameter.name, scheme.id, scheme.start, scheme.start, (row,))


def _names(scheme: Scheme) -> set[str]:
    """The names that the document uses elsewhere than where it defines them."""
    derived = {d.id for d in scheme.derived}
    found: set[str] = set()
    for chapter, heading, name, _ in names_in(scheme.document):
        if chapter != "Parameters" and (name != heading or name not in derived):
            found.add(name)
    return found


# --- quick evidence -------------------------------------------------------------------------------------------


def _seen_moving(ground: Ground, known: set[str]) -> set[str]:
    """Variables of which a person already shown is proof: with another value, the person's outcome or points are others."""
    names = ground.diagrams.names
    roots = [ground.plan.outcome]
    edges = ground.edges()
    found = set(known)
    step = max(1, len(ground.shown) // _LOOKED_AT)
    for box in ground.shown[::step]:
        if len(found) == len(ground.variables):
            break
        values = {n: v.low for n, v in ground.variables.items()} | {names[k]: s[0] for k, s in box.items()}
        before = evaluate_all(roots, values)
        for name in ground.variables:
            if name in found:
                continue
            for value in (ground.variables[name].low, *edges.get(name, ())):
                if evaluate_all(roots, {**values, name: value}) != before:
                    found.add(name)
                    break
    return found


def evaluate_all(roots: list[Node], values: Mapping[str, int]) -> list[int]:
    """The values of nodes for one person all of whose variables are known."""
    done: dict[int, int] = {}
    return [_evaluate(r, values, done) for r in roots]


def _evaluate(node: Node, values: Mapping[str, int], done: dict[int, int]) -> int:
    key = id(node)
    if key in done:
        return done[key]
    match node.kind:
        case "const":
            result = node.low
        case "var":
            result = values[node.name]
        case "case":
            argument = _evaluate(node.argument, values, done)
            place = 0
            while place < len(node.breaks) and argument >= node.breaks[place]:
                place += 1
            result = _evaluate(node.cells[place], values, done)
        case "sum":
            result = sum(_evaluate(c, values, done) for c in node.children)
        case "least":
            result = min(_evaluate(c, values, done) for c in node.children)
        case _:
            result = max(_evaluate(c, values, done) for c in node.children)
    done[key] = result
    return result
