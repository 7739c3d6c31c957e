"""Points in a plan: criteria, their tables, their caps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from jifen.plan import comparisons, tables, truths
from jifen.plan.diagram import Diagrams, bounds
from jifen.plan.form import Part
from jifen.plan.nodes import Node, cells, variables
from jifen.problems import PolicyError, Problem
from jifen.schemes.model import ConditionTable, Criterion, FactTable, ValueOf

if TYPE_CHECKING:
    from jifen.plan.compile import Compiler


LOOKED_INTO = 400
"""Edges in a criterion from which on its parts are not held against each other."""


def points_of(compiler: Compiler, criterion: Criterion) -> Node:
    graph = compiler.graph
    nodes = []
    most = []
    for part in criterion.parts:
        try:
            match part:
                case Criterion():
                    node = points_of(compiler, part)
                    most.append(compiler.parts[part.id].most)
                case FactTable():
                    node = tables.points(compiler, part, criterion)
                    most.append(node.high)
                case ConditionTable():
                    node = condition_table(compiler, part, criterion)
                    most.append(node.high)
                case ValueOf(name, where):
                    typed = compiler.resolve(name, where)
                    comparisons.small(compiler, name, typed, where)
                    node = typed.node
                    most.append(node.high)
        except PolicyError as e:
            compiler.problems += [p for p in e.problems if p not in compiler.problems]
            node = compiler.no
            most.append(0)
        nodes.append(node)
    uncapped = graph.most(nodes) if criterion.how == "best" else graph.sum(nodes)
    points = uncapped
    ceilings = []
    for cap in criterion.caps:
        capped = graph.least([points, graph.const(cap.most)])
        if cap.when is not None:
            holds = truths.truth_of(compiler, cap.when)
            points = graph.case(holds, [1], [points, capped])
            ceilings.append((cap.most, False))
        else:
            points = capped
            ceilings.append((cap.most, True))
    if criterion.only_when is not None:
        holds = truths.truth_of(compiler, criterion.only_when)
        points = graph.case(holds, [1], [compiler.no, points])
        uncapped = graph.case(holds, [1], [compiler.no, uncapped])
    if uncapped.low < 0 and not any(_below_zero(compiler, part) for part in criterion.parts):
        compiler.problems.append(Problem("below-zero", criterion.where, found=str(uncapped.low)))
    reachable = max(most, default=0) if criterion.how == "best" else sum(most)
    always = [m for m, c in ceilings if c]
    declared = min(always) if always else max((m for m, _ in ceilings), default=reachable)
    compiler.parts[criterion.id] = Part(criterion, points, uncapped, min(declared, reachable) if always else declared)
    return points


def with_maxima(parts: Mapping[str, Part], levels: Mapping[str, int]) -> dict[str, Part]:
    """The criteria with the most points that somebody can have, where the law prints no maximum.

    The sum of the parts is that already, unless two parts ask the same fact and may not be had together. That is not looked into where
    a table is as large as `LOOKED_INTO` (every plan is compiled for every answer); a test says that the sum is right there.
    """
    diagrams = Diagrams(levels, {})
    found = dict(parts)
    for name, part in parts.items():
        if part.criterion.caps or part.points.kind != "sum":
            continue
        count = Counter(v for child in part.points.children for v in variables([child]))
        if sum(map(len, cells([part.points]).values())) < LOOKED_INTO and any(n > 1 for n in count.values()):
            found[name] = replace(part, most=bounds(diagrams.of(part.points))[1])
    return found


def _below_zero(compiler: Compiler, part: object) -> bool:
    """Whether this part is a criterion that was refused already for points below zero."""
    return isinstance(part, Criterion) and part.id in compiler.parts and compiler.parts[part.id].uncapped.low < 0


def condition_table(compiler: Compiler, table: ConditionTable, criterion: Criterion) -> Node:
    graph = compiler.graph
    conditions = []
    for row in table.rows:
        node = compiler.yes if row.condition is None else truths.truth_of(compiler, row.condition)
        compiler.rows[row.id] = node
        conditions.append(node)
        tables.within_maximum(criterion, row.points, row.where)
    points = [graph.const(r.points) for r in table.rows]
    if table.how == "first":
        result = compiler.no
        for node, value in zip(reversed(conditions), reversed(points), strict=True):
            result = graph.case(node, [1], [result, value])
        return result
    worth = [graph.case(c, [1], [compiler.no, p]) for c, p in zip(conditions, points, strict=True)]
    return graph.sum(worth) if table.how == "sum" else graph.most([compiler.no, *worth])
