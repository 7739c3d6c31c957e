"""Derived facts in a plan: values made from other facts by a list, a table, an extreme, equal steps, or a count of days."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from jifen.plan import comparisons, tables, truths
from jifen.plan.values import CompletedUnits, Typed, Variable, scale
from jifen.problems import PolicyError, Problem, nearest
from jifen.schemes.model import Between, Completed, Conditions, Derived, Extreme, FactTable

if TYPE_CHECKING:
    from jifen.plan.compile import Compiler


def define(compiler: Compiler, derived: Derived) -> Typed:
    graph, definition = compiler.graph, derived.definition
    match definition:
        case Conditions():
            return Typed(truths.truth_of_list(compiler, definition), truth=True, codes=())
        case Extreme(how, names):
            parts = [compiler.resolve(n, derived.where) for n in names]
            for name, part in zip(names, parts, strict=True):
                comparisons.small(compiler, name, part, derived.where)
            if len({p.places for p in parts}) > 1:
                form = "values with the same number of places"
                raise PolicyError([Problem("wrong-use", derived.where, {"name": derived.id, "form": form})])
            nodes = [p.node for p in parts]
            combine = {"lowest": graph.least, "highest": graph.most, "sum": graph.sum}[how]
            return Typed(combine(nodes), parts[0].places, parts[0].unit)
        case FactTable():
            return tables.values(compiler, definition, derived)
        case Between():
            return between(compiler, definition, derived)
        case Completed():
            return completed(compiler, definition, derived)


def between(compiler: Compiler, b: Between, derived: Derived) -> Typed:
    if b.low_at >= b.high_at or not b.low.name or not b.high.name:
        form = "two parameters or fields of a table, at two numbers of which the first is smaller"
        raise PolicyError([Problem("wrong-use", derived.where, {"name": derived.id, "form": form})])
    low, high = comparisons.side(compiler, b.low), comparisons.side(compiler, b.high)
    fact = compiler.resolve(b.fact, derived.where)
    graph = compiler.graph
    cells = []
    for at in range(b.low_at, b.high_at + 1):

        def value(first: int, last: int, at: int = at) -> int:
            start, end = Fraction(first, scale(low.places)), Fraction(last, scale(high.places))
            exact = start + (end - start) * Fraction(at - b.low_at, b.high_at - b.low_at)
            return math.floor(exact + Fraction(1, 2))

        node = graph.both(low.node, high.node, value)
        if node is None:
            form = "parameters or fields of a table"
            raise PolicyError([Problem("wrong-use", derived.where, {"name": derived.id, "form": form})])
        cells.append(node)
    return Typed(graph.case(fact.node, range(b.low_at + 1, b.high_at + 1), cells), 0, low.unit)


def completed(compiler: Compiler, c: Completed, derived: Derived) -> Typed:
    fact = compiler.fact(c.fact, derived.where).fact
    assert fact
    if (fact.kind == "spells") != c.spells or fact.kind not in ("spells", "date"):
        form = "a fact of type date" if not c.spells else "a fact of type spells"
        raise PolicyError([Problem("wrong-use", derived.where, {"name": c.fact, "form": form})])
    compiler.counts_days = True
    target = compiler.shelf.vocabulary.facts.get(derived.id)
    high = target.high if target else {"years": 150, "months": 1800, "days": 55_000}[c.unit]
    wanted: dict[str, int] = {}
    for name, text in c.where_is:
        if name not in fact.attributes:
            problem = Problem("unknown-name", derived.where, {"name": name}, name, nearest(name, fact.attributes))
            raise PolicyError([problem])
        codes = fact.attributes[name]
        allowed = list(codes.values) if codes else ["no", "yes"]
        if text not in allowed:
            problem = Problem("unknown-value", derived.where, {"name": name}, text, nearest(text, allowed))
            raise PolicyError([problem])
        wanted[name] = allowed.index(text)

    compute = CompletedUnits(c.fact, c.unit, tuple(wanted.items()), high)
    name = f"{c.unit} of {c.fact}" + "".join(f", {k} {v}" for k, v in c.where_is)
    return Typed(compiler.var(Variable(name, 0, high, (c.fact,), compute=compute)), 0, c.unit)
