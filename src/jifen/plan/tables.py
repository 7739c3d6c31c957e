"""Tables in a plan: rows become cells; every value of the facts must fall in exactly one row.

Rows of one direction (`≥ 10`, `≥ 5`, …) follow each other like a staircase: each means “and not covered by a row above”.
Where an edge is itself looked up by facts (`≥ p90`), the table is read as that staircase, row by row.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from jifen.plan import comparisons
from jifen.plan.nodes import Graph, Node
from jifen.plan.values import Typed, places_of, scale
from jifen.problems import PolicyError, Problem, Where, nearest
from jifen.schemes.conditions import Term
from jifen.schemes.model import (
    Anything,
    Column,
    Criterion,
    Derived,
    FactTable,
    Further,
    Listed,
    Range,
    Rest,
    Row,
)
from jifen.schemes.tables import exact

if TYPE_CHECKING:
    from jifen.plan.compile import Compiler
    from jifen.plan.form import Track

Interval = tuple[int, int]
"""Both ends included."""


@dataclass(frozen=True, slots=True)
class _Span:
    """The values of one column that a row covers, and whether its test is open on one side (-1 below, +1 above, 0 not)."""

    intervals: tuple[Interval, ...]
    open: int


def within_maximum(criterion: Criterion, points: int, where: Where) -> None:
    """A row may not give more than the maximum declared beside it."""
    most = min((c.most for c in criterion.caps if c.when is None), default=None)
    if most is not None and points > most:
        raise PolicyError([Problem("above-maximum", where, {"most": most}, str(points))])


def points(compiler: Compiler, table: FactTable, criterion: Criterion) -> Node:
    """The points of a table under a criterion, and a track of the row that applies."""
    from jifen.plan.form import Track

    graph = compiler.graph
    for row in table.rows:
        within_maximum(criterion, row.points, row.where)
    most = min((c.most for c in criterion.caps if c.when is None), default=None)
    nodes = []
    for each in table.each or ("",):
        columns = tuple(_column(compiler, c, each) for c in table.columns)
        steps = _steps(table, columns, most)
        node = _tree(compiler, table, columns, lambda row, k: graph.const(row.points + _rise(table, row, k)), steps)
        places = {id(r): n for n, r in enumerate(table.rows)}
        track = _tree(compiler, table, columns, partial(_place, graph, places), steps)
        compiler.tracks.append(Track(criterion.id, table, columns, track, each))
        nodes.append(node)
    return graph.most(nodes) if table.each and table.each_how == "best" else graph.sum(nodes)


def _place(graph: Graph, places: dict[int, int], row: Row, step: int) -> Node:
    return graph.const(places[id(row)])


def _rise(table: FactTable, row: Row, step: int) -> int:
    """In a row of further units: what the row above gives, plus the steps but one already counted in `points`."""
    if not isinstance(row.tests[0], Further):
        return 0
    before = table.rows[table.rows.index(row) - 1]
    return before.points + row.points * (step - 1)


def sums(compiler: Compiler, table: FactTable, id_: str) -> tuple[Node, Track]:
    """The sum of money that a table gives, in the smallest unit, and a track of the row that applies."""
    from jifen.plan.form import Track

    columns = tuple(_column(compiler, c, "") for c in table.columns)
    node = _tree(compiler, table, columns, lambda row, k: compiler.graph.const(int(row.value)), 0)
    places = {id(r): n for n, r in enumerate(table.rows)}
    row = _tree(compiler, table, columns, partial(_place, compiler.graph, places), 0)
    return node, Track(id_, table, columns, row)


def values(compiler: Compiler, table: FactTable, derived: Derived) -> Typed:
    """The value of a derived fact that is given by a table: numbers, codes, or facts."""
    graph = compiler.graph
    columns = tuple(_column(compiler, c, "") for c in table.columns)
    named = {r.name: compiler.resolve(r.name, r.where) for r in table.rows if r.name}
    numbers = {r.value: exact(r.value) for r in table.rows if not r.name}
    for row in table.rows:
        if row.value and numbers[row.value] is None and not re.fullmatch(r"[A-Za-z][\w\-]*", row.value):
            raise PolicyError([Problem("bad-number", row.where, found=row.value)])
    codes: tuple[str, ...] = ()
    places = 0
    truth = False
    if any(n is None for n in numbers.values()):
        if set(numbers) <= {"yes", "no"}:
            truth = True
        else:
            codes = tuple(dict.fromkeys(r.value for r in table.rows if not r.name))
    for typed in named.values():
        if named and (typed.codes or typed.truth):
            codes, truth = typed.codes, typed.truth
        places = max(places, typed.places)
    places = max([places, *(places_of(n) for n in numbers.values() if n is not None)])
    if any(t.places != places and not t.codes for t in named.values()):
        form = "values with the same number of places"
        raise PolicyError([Problem("wrong-use", derived.where, {"name": derived.id, "form": form})])

    def leaf(row: Row, step: int) -> Node:
        if row.name:
            return named[row.name].node
        if truth:
            return graph.const(int(row.value == "yes"))
        if codes:
            if row.value not in codes:
                problem = Problem(
                    "unknown-value", row.where, {"name": derived.id}, row.value, nearest(row.value, codes)
                )
                raise PolicyError([problem])
            return graph.const(codes.index(row.value))
        number = numbers[row.value]
        assert number is not None
        return graph.const(int(number * scale(places)))

    node = _tree(compiler, table, columns, leaf, 0)
    ordered = any(t.ordered for t in named.values()) if codes else True
    unit = next((t.unit for t in named.values()), "")
    return Typed(node, places, unit, codes, ordered, truth, fact=None)


def _column(compiler: Compiler, column: Column, each: str) -> Typed:
    name = each if column.name == "each" else column.name
    typed = compiler.resolve(name, column.where)
    if typed.fact and typed.fact.kind in ("several of", "spells"):
        form = "a table of conditions: several codes do not make rows"
        raise PolicyError([Problem("wrong-use", column.where, {"name": name, "form": form})])
    if column.unit and typed.unit and column.unit != typed.unit:
        raise PolicyError([Problem("wrong-unit", column.where, {"name": name, "unit": typed.unit}, column.unit)])
    return typed


def _steps(table: FactTable, columns: Sequence[Typed], most: int | None) -> int:
    """How many further units a table needs: until its maximum, or to the end of the domain."""
    further = next((r for r in table.rows if isinstance(r.tests[0], Further)), None)
    if further is None:
        return 0
    before = table.rows[table.rows.index(further) - 1]
    unit = scale(columns[0].places)
    room = (columns[0].node.high - columns[0].node.low) // unit + 1
    if most is not None and further.points > 0:
        room = min(room, -(-(most - before.points) // further.points))
    return max(room, 0)


def _tree(
    compiler: Compiler,
    table: FactTable,
    columns: Sequence[Typed],
    leaf: Callable[[Row, int], Node],
    steps: int,
) -> Node:
    """The table as cases: column by column, each value to the one row that covers it."""
    if any(_moves(compiler, test) for row in table.rows for test in row.tests):
        return _staircase(compiler, table, columns, leaf)
    names = ", ".join(c.name for c in table.columns)
    spans = {}
    last: Row | None = None
    for row in table.rows:
        for n, (test, column) in enumerate(zip(row.tests, columns, strict=True)):
            spans[id(row), n] = _span(compiler, test, column, row, table, last, steps)
        last = row
    unused = {id(r) for r in table.rows}

    def further(row: Row, value: int) -> int:
        span = spans[id(row), 0]
        return (value - span.intervals[0][0]) // scale(columns[0].places) + 1

    def build(rows: list[Row], n: int, first_value: int) -> Node:
        if n == len(columns):
            if len(rows) > 1:
                blanks = {"facts": names, "line": rows[0].where.line}
                raise PolicyError([Problem("rows-overlap", rows[1].where, blanks, " | ".join(rows[1].label))])
            unused.discard(id(rows[0]))
            step = further(rows[0], first_value) if isinstance(rows[0].tests[0], Further) else 0
            return leaf(rows[0], step)
        column = columns[n]
        low, high = column.node.low, column.node.high
        edges = {e for r in rows for a, b in spans[id(r), n].intervals for e in (a, b + 1)}
        for r in rows:
            if isinstance(r.tests[n], Further):
                a, b = spans[id(r), n].intervals[0]
                unit = scale(column.places)
                edges |= set(range(a, min(b, a + steps * unit) + 1, unit))
        cut = sorted(e for e in edges if low < e <= high)
        cells = []
        for start in (low, *cut):
            chosen = _covering(rows, n, start, spans, names)
            if not chosen:
                last_value = next((e for e in cut if e > start), high + 1) - 1
                found = _values_text(column, start, last_value)
                raise PolicyError([Problem("rows-gap", table.where, {"facts": names}, found)])
            cells.append(build(chosen, n + 1, start if n == 0 else first_value))
        return compiler.graph.case(column.node, cut, cells)

    tree = build(list(table.rows), 0, 0)
    for row in table.rows:
        if id(row) in unused:
            raise PolicyError([Problem("dead-row", row.where, found=" | ".join(row.label))])
    return tree


def _covering(rows: Sequence[Row], n: int, value: int, spans: dict[tuple[int, int], _Span], names: str) -> list[Row]:
    """The rows of column `n` that take `value`: the explicit ones, else the rest; and those that leave it open."""
    groups: dict[tuple[Interval, ...], list[Row]] = {}
    for row in rows:
        if not isinstance(row.tests[n], (Rest, Anything)):
            span = spans[id(row), n]
            if any(a <= value <= b for a, b in span.intervals):
                groups.setdefault(span.intervals, []).append(row)
    chosen = list(groups.values())
    if len(chosen) > 1:
        directions = {spans[id(g[0]), n].open for g in chosen}
        if len(directions) != 1 or 0 in directions:
            blanks = {"facts": names, "line": chosen[0][0].where.line}
            raise PolicyError([Problem("rows-overlap", chosen[1][0].where, blanks, " | ".join(chosen[1][0].label))])
    found = chosen[0] if chosen else [r for r in rows if isinstance(r.tests[n], Rest)]
    return found + [r for r in rows if isinstance(r.tests[n], Anything)]


def _span(
    compiler: Compiler,
    test: object,
    column: Typed,
    row: Row,
    table: FactTable,
    before: Row | None,
    steps: int,
) -> _Span:
    low, high = column.node.low, column.node.high
    match test:
        case Range():
            start, end = low, high
            if test.low is not None:
                edge = _edge(compiler, test.low, column)
                start = math.ceil(edge) if test.low_op == "≥" else math.floor(edge) + 1
            if test.high is not None:
                edge = _edge(compiler, test.high, column)
                end = math.floor(edge) if test.high_op == "≤" else math.ceil(edge) - 1
            if start > end or start > high or end < low:
                raise PolicyError([Problem("dead-row", row.where, found=" | ".join(row.label))])
            direction = 0 if test.low and test.high else (1 if test.low else -1)
            return _Span(((max(start, low), min(end, high)),), direction)
        case Listed(texts):
            numbers = sorted(comparisons.literal(compiler, column, t, row.where) for t in texts)
            for number in numbers:
                if not low <= number <= high:
                    raise PolicyError([Problem("dead-row", row.where, found=" | ".join(row.label))])
            return _Span(tuple(_joined(numbers)), 0)
        case Further():
            if before is None or len(table.columns) != 1 or isinstance(before.tests[0], (Further, Rest, Anything)):
                raise PolicyError([Problem("bad-row", row.where, found=" | ".join(row.label))])
            previous = _span(compiler, before.tests[0], column, before, table, None, steps)
            start = previous.intervals[-1][1] + scale(column.places)
            if previous.open:
                start = previous.intervals[-1][0] + scale(column.places)
            return _Span(((start, high),), 1)
        case _:
            return _Span((), 0)


def _joined(numbers: Iterable[int]) -> list[Interval]:
    joined: list[Interval] = []
    for number in numbers:
        if joined and number == joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], number)
        else:
            joined.append((number, number))
    return joined


def _edge(compiler: Compiler, term: Term, column: Typed) -> Fraction:
    """An edge of a row on the scale of the column's whole numbers."""
    if not term.name:
        return comparisons.threshold(compiler, column, Term(Fraction(1), "", "", term.where), term)
    value = comparisons.side(compiler, term)
    return Fraction(value.node.low, scale(value.places)) * term.coefficient * scale(column.places)


def _moves(compiler: Compiler, test: object) -> bool:
    """Whether an edge of the test depends on facts."""
    if not isinstance(test, Range):
        return False
    terms = [t for t in (test.low, test.high) if t is not None and t.name]
    return any(comparisons.side(compiler, t).node.kind != "const" for t in terms)


def _staircase(
    compiler: Compiler, table: FactTable, columns: Sequence[Typed], leaf: Callable[[Row, int], Node]
) -> Node:
    graph = compiler.graph
    last = table.rows[-1]
    if not all(isinstance(t, (Rest, Anything)) for t in last.tests):
        raise PolicyError([Problem("rows-gap", last.where, {"facts": table.columns[0].name}, "below")])
    result = leaf(last, 0)
    for row in reversed(table.rows[:-1]):
        conditions = [compiler.yes]
        for test, column, header in zip(row.tests, columns, table.columns, strict=True):
            left = Term(Fraction(1), header.name, "", header.where)
            if isinstance(test, Range):
                for op, edge in ((test.low_op, test.low), (test.high_op, test.high)):
                    if edge is not None:
                        conditions.append(comparisons.compare(compiler, left, op, edge, row.where))
            elif isinstance(test, Listed):
                cells = {comparisons.literal(compiler, column, t, row.where) for t in test.values}
                points_ = sorted({e for c in cells for e in (c, c + 1)})
                made = [compiler.yes if p in cells else compiler.no for p in points_]
                conditions.append(graph.case(column.node, points_, [compiler.no, *made]))
            elif not isinstance(test, Anything):
                raise PolicyError([Problem("bad-row", row.where, found=" | ".join(row.label))])
        result = graph.choose(graph.least(conditions), result, leaf(row, 0))
    return result


def _values_text(column: Typed, first: int, last: int) -> str:
    """Some values of a column, as people write them."""
    from jifen.facts.values import show_number, show_value

    def text(value: int) -> str:
        if column.codes:
            return column.codes[value]
        return show_value(column.fact, value) if column.fact else show_number(value, column.places)

    return text(first) if first == last else f"{text(first)} – {text(last)}"
