"""Rows of tables: every value in exactly one row, and every row of use to somebody.

The rows are read here once more, from the document's model alone: cell by cell, which rows take it. So gaps and overlaps are
proven by another way than the loader's, and the plan is held against it: for each cell it must take the same row.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from jifen.plan import comparisons, truths
from jifen.plan.form import Track
from jifen.plan.nodes import Node
from jifen.plan.values import Typed, scale
from jifen.problems import PolicyError, Where
from jifen.proof.findings import Finding, LawRow, condition_row, table_name, table_row
from jifen.proof.ground import Ground, Wish, no, yes
from jifen.proof.leaves import criteria_of
from jifen.proof.search import Span
from jifen.proof.wording import span_text
from jifen.schemes.conditions import Term
from jifen.schemes.model import (
    Anything,
    ConditionTable,
    Criterion,
    FactTable,
    Further,
    Listed,
    Range,
    Rest,
    Row,
    RowTest,
)

MOST_CELLS = 200_000
"""A table with more combinations of cells than this is called undecided."""


@dataclass(frozen=True)
class _Test:
    """A test of a row as spans of a column; `direction` +1 or -1 where it is open on one side."""

    spans: tuple[Span, ...]
    direction: int


@dataclass(frozen=True)
class Tabled:
    """A table over facts with the name of what it belongs to, once for each fact of `For each of`."""

    name: str
    table: FactTable
    each: str
    track: Track | None
    counts: tuple[Wish, ...]
    most: int | None


def tables_of(ground: Ground) -> Iterator[Tabled]:
    """The tables of criteria, of derived facts, of amounts of money."""
    tracks = {(id(t.table), t.each): t for t in ground.compiler.tracks}
    for criterion, above in criteria_of(ground.scheme):
        most = min((c.most for c in criterion.caps if c.when is None), default=None)
        counts = () if ground.problems else tuple(active(ground, criterion, above))
        for part in criterion.parts:
            if isinstance(part, FactTable):
                for each in part.each or ("",):
                    track = tracks.get((id(part), each))
                    yield Tabled(table_name(criterion, part), part, each, track, counts, most)
    for derived in ground.scheme.derived:
        if isinstance(derived.definition, FactTable):
            yield Tabled(derived.id, derived.definition, "", None, (), None)
    granted = {a.amount.id: a.track for a in ground.plan.amounts} if not ground.problems else {}
    for amount in ground.scheme.amounts:
        if amount.table is not None:
            yield Tabled(amount.id, amount.table, "", granted.get(amount.id), (), None)


def active(ground: Ground, criterion: Criterion, above: Sequence[Criterion]) -> list[Wish]:
    """That the criterion counts at all: its own `Only when` and those of the headings above it hold."""
    conditions = [c.only_when for c in (*above, criterion) if c.only_when is not None]
    return [yes(truths.truth_of(ground.compiler, c)) for c in conditions]


def check(ground: Ground) -> Iterator[Finding]:
    """Gaps, overlaps, rows above the maximum, rows that nobody is in or that change nothing, amounts that nobody gets."""
    for tabled in tables_of(ground):
        table, each = tabled.table, tabled.each
        try:
            names = [c.name if c.name != "each" else each for c in table.columns]
            columns = tuple(_column(ground, name, table, n) for n, name in enumerate(names))
            tests = _tests(ground, table, columns)
        except PolicyError:
            continue  # the loader's own words about it are among the findings
        if tests is not None:
            yield from _cells(ground, tabled, columns, tests)
        yield from _above(ground, tabled, columns)
        if tabled.track is not None and not ground.problems:
            yield from _never(ground, tabled, tabled.track)
    for criterion, above in criteria_of(ground.scheme):
        for part in criterion.parts:
            if isinstance(part, ConditionTable):
                yield from _conditions(ground, criterion, above, part)
    for granted in ground.plan.amounts if not ground.problems else ():
        if ground.bounds(granted.node)[1] <= 0:
            amount = granted.amount
            row = LawRow(amount.where, amount.title["en"], amount.title, amount.citations)
            yield ground.finding("amount-never", amount.id, (row,), ground.find())


def _column(ground: Ground, name: str, table: FactTable, n: int) -> Typed:
    return ground.compiler.resolve(name, table.columns[n].where)


# --- one cell, one row ----------------------------------------------------------------------------------------


def _number(ground: Ground, term: Term, column: Typed) -> Fraction | None:
    """An edge on the scale of the column; None if it depends on facts."""
    if not term.name:
        return comparisons.threshold(ground.compiler, column, Term(Fraction(1), "", "", term.where), term)
    value = comparisons.side(ground.compiler, term)
    if value.node.kind != "const":
        return None
    return Fraction(value.node.low, scale(value.places)) * term.coefficient * scale(column.places)


def _tests(ground: Ground, table: FactTable, columns: Sequence[Typed]) -> dict[tuple[int, int], _Test] | None:
    """The spans of every test by row and column; None for a table with an edge that moves with facts."""
    found: dict[tuple[int, int], _Test] = {}
    for r, row in enumerate(table.rows):
        for n, (test, column) in enumerate(zip(row.tests, columns, strict=True)):
            made = _test(ground, test, column, found.get((r - 1, n)), row.where)
            if made is None:
                return None
            found[r, n] = made
    return found


def _test(ground: Ground, test: RowTest, column: Typed, before: _Test | None, where: Where) -> _Test | None:
    low, high = column.node.low, column.node.high
    match test:
        case Range(low=least, low_op=low_op, high=most, high_op=high_op):
            start, end = low, high
            if least is not None:
                edge = _number(ground, least, column)
                if edge is None:
                    return None
                start = max(start, math.ceil(edge) if low_op == "≥" else math.floor(edge) + 1)
            if most is not None:
                edge = _number(ground, most, column)
                if edge is None:
                    return None
                end = min(end, math.floor(edge) if high_op == "≤" else math.ceil(edge) - 1)
            direction = 0 if least is not None and most is not None else 1 if least is not None else -1
            return _Test(((start, end),) if start <= end else (), direction)
        case Listed(texts):
            values = sorted({comparisons.literal(ground.compiler, column, t, where) for t in texts})
            return _Test(tuple((v, v) for v in values if low <= v <= high), 0)
        case Further() if before is not None and before.spans:
            first = before.spans[-1][0 if before.direction else 1] + scale(column.places)
            return _Test(((first, high),), 1)
    return _Test((), 0)


def _cells(
    ground: Ground, tabled: Tabled, columns: Sequence[Typed], tests: dict[tuple[int, int], _Test]
) -> Iterator[Finding]:
    name, table, track = tabled.name, tabled.table, tabled.track
    axes: list[list[Span]] = []
    for n, column in enumerate(columns):
        low, high = column.node.low, column.node.high
        edges = {e for (_, m), t in tests.items() if m == n for a, b in t.spans for e in (a, b + 1)}
        starts = [low, *sorted(e for e in edges if low < e <= high)]
        axes.append([(s, e - 1) for s, e in zip(starts, [*starts[1:], high + 1], strict=True)])
    if math.prod(map(len, axes)) > MOST_CELLS:
        yield ground.finding("undecided", name, (), found="too many cells")
        return
    said: set[str] = set()
    for cell in product(*axes):
        chosen = _taking(table.rows, tests, [s[0] for s in cell])
        words, words_zh = (
            comma.join(span_text(c, s, lang) for c, s in zip(columns, cell, strict=True))
            for lang, comma in (("en", "; "), ("zh", "；"))
        )
        wishes = [Wish(c.node, *s) for c, s in zip(columns, cell, strict=True)]
        if not chosen:
            person = ground.find(*wishes)
            if person is not None:
                around = tuple(map(table_row, _around(table.rows, tests, cell)))
                yield ground.finding("rows-gap", name, around, person, found=words, found_zh=words_zh)
        elif len(chosen) > 1:
            rows = chosen[:2]
            key = f"{rows[0].where.line}/{rows[1].where.line}"
            if key not in said and (person := ground.find(*wishes)) is not None:
                said.add(key)
                yield ground.finding(
                    "rows-overlap", name, tuple(map(table_row, rows)), person, found=words, found_zh=words_zh
                )
        elif track is not None and not ground.problems:
            wrong = (
                Wish(track.row, 0, table.rows.index(chosen[0]) - 1),
                Wish(track.row, table.rows.index(chosen[0]) + 1, len(table.rows)),
            )
            for wish in wrong:
                if wish.low <= wish.high and (person := ground.find(*wishes, wish)) is not None:
                    yield ground.finding(
                        "compiled-otherwise", name, (table_row(chosen[0]),), person, found=words, found_zh=words_zh
                    )


def _taking(rows: Sequence[Row], tests: dict[tuple[int, int], _Test], values: Sequence[int]) -> list[Row]:
    """The rows that take these values, column by column: rows of one direction give way to those above them."""
    left = list(range(len(rows)))
    for n, value in enumerate(values):
        named = [r for r in left if any(a <= value <= b for a, b in tests[r, n].spans)]
        open_ = [r for r in left if isinstance(rows[r].tests[n], Anything)]
        if named and all(tests[r, n].direction == tests[named[0], n].direction != 0 for r in named):
            named = [r for r in named if tests[r, n] == tests[named[0], n]]
        if not named:
            named = [r for r in left if isinstance(rows[r].tests[n], Rest)]
        left = sorted({*named, *open_})
    return [rows[r] for r in left]


def _around(rows: Sequence[Row], tests: dict[tuple[int, int], _Test], cell: Sequence[Span]) -> list[Row]:
    """The rows next to a gap: those that would take the values just below or just above it in one column."""
    found: list[Row] = []
    for n, (low, high) in enumerate(cell):
        for value in (low - 1, high + 1):
            values = [value if m == n else s[0] for m, s in enumerate(cell)]
            found += [r for r in _taking(rows, tests, values) if r not in found]
    return found or list(rows)


# --- rows and the rest of the document ------------------------------------------------------------------------


def _above(ground: Ground, tabled: Tabled, columns: Sequence[Typed]) -> Iterator[Finding]:
    for row in tabled.table.rows if tabled.most is not None else ():
        if row.points > (tabled.most or 0):
            made = [_test(ground, t, c, None, row.where) for t, c in zip(row.tests, columns, strict=True)]
            wishes = [
                Wish(c.node, *m.spans[0]) for m, c in zip(made, columns, strict=True) if m is not None and m.spans
            ]
            blanks = {"found": row.points, "most": tabled.most}
            yield ground.finding("above-maximum", tabled.name, (table_row(row),), ground.find(*wishes), **blanks)


def _never(ground: Ground, tabled: Tabled, track: Track) -> Iterator[Finding]:
    if ground.find(*tabled.counts) is None:
        return
    table = tabled.table
    for place, row in enumerate(table.rows):
        if ground.find(*tabled.counts, Wish(track.row, place, place)) is None:
            wishes = _first_column(ground, table, row, track)
            person = ground.find(*wishes) if wishes else None
            instead: tuple[LawRow, ...] = ()
            if person is not None:
                instead = tuple(
                    table_row(r)
                    for p, r in enumerate(table.rows)
                    if p != place and ground.find(*wishes, Wish(track.row, p, p)) is not None
                )[:3]
            name = f"{tabled.name}: {' | '.join(row.label)}"
            yield ground.finding("row-never", name, (table_row(row), *instead), person)


def _first_column(ground: Ground, table: FactTable, row: Row, track: Track) -> list[Wish]:
    made = _test(ground, row.tests[0], track.columns[0], None, row.where)
    return [Wish(track.columns[0].node, *made.spans[0])] if made is not None and made.spans else []


def _conditions(
    ground: Ground, criterion: Criterion, above: Sequence[Criterion], table: ConditionTable
) -> Iterator[Finding]:
    most = min((c.most for c in criterion.caps if c.when is None), default=None)
    nodes: list[Node] = []
    for row in table.rows:
        try:
            nodes.append(
                ground.compiler.yes if row.condition is None else truths.truth_of(ground.compiler, row.condition)
            )
        except PolicyError:
            return
    for row, node in zip(table.rows, nodes, strict=True):
        if most is not None and row.points > most:
            yield ground.finding(
                "above-maximum",
                criterion.id,
                (condition_row(row),),
                ground.find(yes(node)),
                found=row.points,
                most=most,
            )
    if ground.problems:
        return
    counts = active(ground, criterion, above)
    if ground.find(*counts) is None:
        return
    for n, (row, node) in enumerate(zip(table.rows, nodes, strict=True)):
        earlier = [no(x) for x in nodes[:n]] if table.how == "first" else []
        if ground.find(*counts, *earlier, yes(node)) is None:
            person = ground.find(*counts, yes(node)) or ground.find(yes(node))
            before = tuple(condition_row(r) for r in table.rows[:n]) if earlier else ()
            yield ground.finding("row-never", row.id, (condition_row(row), *before), person)
        elif table.how == "best":
            as_good = [m for m, r in enumerate(table.rows) if m != n and (r.points, -m) >= (row.points, -n)]
            if row.points <= 0 or ground.find(*counts, yes(node), *(no(nodes[m]) for m in as_good)) is None:
                better = tuple(condition_row(table.rows[m]) for m in as_good)
                person = ground.find(*counts, yes(node))
                yield ground.finding("row-idle", row.id, (condition_row(row), *better), person)
