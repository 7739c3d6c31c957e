"""Comparisons in a plan: a value against a number, a code, a day, a parameter, or another fact."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from jifen.facts.values import parse_day, parse_number
from jifen.plan.nodes import Node
from jifen.plan.values import RATIO_PARTS, RatioOf, Typed, Variable, ratio_edge, scale
from jifen.problems import PolicyError, Problem, Where, nearest
from jifen.schemes.conditions import Term

if TYPE_CHECKING:
    from jifen.plan.compile import Compiler


def side(compiler: Compiler, term: Term) -> Typed:
    """The named value of a side, without its coefficient."""
    if term.name == "points":
        return Typed(points_of(compiler, term))
    return compiler.resolve(term.name, term.where)


def points_of(compiler: Compiler, term: Term) -> Node:
    if not term.of:
        if compiler.total is None:
            form = "there are no points in this document, or they are being counted"
            raise PolicyError([Problem("wrong-use", term.where, {"name": "points", "form": form})])
        return compiler.total
    part = compiler.parts.get(term.of)
    if part is None:
        problem = Problem("unknown-name", term.where, {"name": term.of}, term.of, nearest(term.of, compiler.parts))
        raise PolicyError([problem])
    return part.points


def compare(compiler: Compiler, left: Term, op: str, right: Term, where: Where) -> Node:
    if not left.name:
        flipped = {"≥": "≤", "≤": "≥", ">": "<", "<": ">", "=": "=", "≠": "≠"}[op]
        if not right.name:
            raise PolicyError([Problem("bad-condition", where, found=left.literal)])
        return compare(compiler, right, flipped, left, where)
    if not left.coefficient or (right.name and not right.coefficient):
        raise PolicyError([Problem("bad-condition", where, found="0 ×")])
    one = side(compiler, left)
    if one.date and (left.coefficient != 1 or (right.number is None and right.coefficient != 1)):
        form = "a day as it stands: it has no multiple and no share"
        raise PolicyError([Problem("wrong-use", where, {"name": left.name, "form": form})])
    if one.fact and one.fact.kind in ("several of", "spells"):
        form = "`includes`: several codes have no size"
        raise PolicyError([Problem("wrong-use", where, {"name": left.name, "form": form})])
    if one.codes and not one.ordered and op not in "=≠":
        form = "`is`: the codes have no order"
        raise PolicyError([Problem("wrong-use", where, {"name": left.name, "form": form})])
    if not right.name:
        node = against(compiler, one, left, op, threshold(compiler, one, left, right))
        compiler.points_decide |= left.name == "points" and node.kind != "const"
        if one.fact and node.kind == "const":
            raise PolicyError([Problem("unknown-value", right.where, {"name": left.name}, right.literal)])
        return node
    other = side(compiler, right)
    same_unit(compiler, one, other, left, right)
    tree = compiler.graph.leaves(one.node, lambda v: flip(compiler, other, right, op, v, one, left))
    tree = tree or compiler.graph.leaves(other.node, lambda v: leaf(compiler, one, left, op, v, other, right))
    if tree is not None:
        return tree
    return ratio(compiler, one, left, op, other, right, where)


def threshold(compiler: Compiler, one: Typed, left: Term, right: Term) -> Fraction:
    """A literal in the whole numbers of `one`'s node."""
    if one.codes or one.date or one.truth:
        return Fraction(literal(compiler, one, right.literal, right.where))
    if right.number is None:
        raise PolicyError([Problem("unknown-value", right.where, {"name": left.name}, right.literal)])
    return right.coefficient * scale(one.places) / left.coefficient


def leaf(compiler: Compiler, one: Typed, left: Term, op: str, value: int, other: Typed, right: Term) -> Node:
    exact = Fraction(value, scale(other.places)) * right.coefficient
    return against(compiler, one, left, op, exact * scale(one.places) / left.coefficient)


def flip(compiler: Compiler, other: Typed, right: Term, op: str, value: int, one: Typed, left: Term) -> Node:
    flipped = {"≥": "≤", "≤": "≥", ">": "<", "<": ">", "=": "=", "≠": "≠"}[op]
    return leaf(compiler, other, right, flipped, value, one, left)


def against(compiler: Compiler, one: Typed, left: Term, op: str, edge: Fraction) -> Node:
    """`one op edge`, with the edge an exact number on the scale of the node."""
    graph, node = compiler.graph, one.node
    up, above = math.ceil(edge), math.floor(edge) + 1
    match op:
        case "≥":
            return graph.case(node, [up], [compiler.no, compiler.yes])
        case ">":
            return graph.case(node, [above], [compiler.no, compiler.yes])
        case "<":
            return graph.case(node, [up], [compiler.yes, compiler.no])
        case "≤":
            return graph.case(node, [above], [compiler.yes, compiler.no])
    equal = compiler.no if up == above else graph.case(node, [up, above], [compiler.no, compiler.yes, compiler.no])
    return equal if op == "=" else graph.no(equal)


def same_unit(compiler: Compiler, one: Typed, other: Typed, left: Term, right: Term) -> None:
    units = {u.split(" ")[0] for u in (_unit(one), _unit(other)) if u and u != "number"}
    if len(units) > 1 or (one.date != other.date):
        blanks = {"name": right.name, "unit": _unit(one)}
        raise PolicyError([Problem("wrong-unit", right.where, blanks, _unit(other))])


def _unit(typed: Typed) -> str:
    return "date" if typed.date else typed.unit


def ratio(compiler: Compiler, one: Typed, left: Term, op: str, other: Typed, right: Term, where: Where) -> Node:
    """Two facts compared with each other become one variable: their ratio."""
    facts = (one.fact, other.fact)
    if not all(f and t.node.kind == "var" and t.node.low >= 0 for f, t in zip(facts, (one, other), strict=True)):
        form = "compare facts that are zero or more, or a fact with a parameter"
        raise PolicyError([Problem("wrong-use", where, {"name": left.name, "form": form})])
    assert one.fact and other.fact
    a, b = one.fact.id, other.fact.id
    parts = Fraction(scale(other.places), scale(one.places))
    edge = ratio_edge(right.coefficient / left.coefficient / parts)
    if edge is None:
        form = "a simpler multiple: this one falls between the parts in which ratios are counted"
        raise PolicyError([Problem("wrong-use", where, {"name": right.name, "form": form})])
    high = 2 * RATIO_PARTS * one.node.high + 2

    compute = RatioOf(a, b, high)
    variable = Variable(f"{a} ∶ {b}", 0, high, (a, b), one.fact.authority or other.fact.authority, compute=compute)
    node = Typed(compiler.var(variable))
    return against(compiler, node, replace(left, coefficient=Fraction(1)), op, Fraction(edge))


def literal(compiler: Compiler, typed: Typed, text: str, where: Where) -> int:
    """A literal as the whole number of the node; it must be in the code list or the domain."""
    if typed.truth and text in ("yes", "no"):
        return int(text == "yes")
    if typed.codes:
        if text not in typed.codes:
            name = typed.fact.id if typed.fact else "value"
            problem = Problem("unknown-value", where, {"name": name}, text, nearest(text, typed.codes))
            raise PolicyError([problem])
        return typed.codes.index(text)
    number = parse_day(text) if typed.date else parse_number(text, "money", typed.places)
    if number is None:
        name = typed.fact.id if typed.fact else "value"
        raise PolicyError([Problem("unknown-value", where, {"name": name}, text)])
    return number


def small(compiler: Compiler, name: str, typed: Typed, where: Where, limit: int = 5000) -> None:
    """A value that is used itself, not only compared, must have few values."""
    if typed.fact is not None and typed.fact.kind in ("several of", "spells"):
        form = "a fact with one value"
        raise PolicyError([Problem("wrong-use", where, {"name": name, "form": form})])
    if typed.node.high - typed.node.low > limit:
        raise PolicyError([Problem("too-wide", where, {"name": name, "limit": limit})])
