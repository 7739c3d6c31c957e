"""Every edge of every scheme: a pair of people, one on each side, read off the law's own table by a second, simple reader."""

from datetime import date
from fractions import Fraction
from random import Random

import pytest

from helpers import random_profile
from jifen.answers.door import Jifen
from jifen.engines.reference import State
from jifen.plan.form import Plan, Track
from jifen.schemes.model import Anything, Further, Listed, Range, Rest, Row, RowTest
from jifen.schemes.shelf import policy_folder, scheme_files

FILES = [p.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())]


def _number(text: str, track: Track, column: int) -> Fraction:
    typed = track.columns[column]
    if typed.codes:
        return Fraction(typed.codes.index(text))
    if typed.truth:
        return Fraction(int(text == "yes"))
    if typed.date:
        return Fraction(date.fromisoformat(text).toordinal())
    return Fraction(text.replace(",", "")) * 10**typed.places


def _plain(test: RowTest) -> bool:
    return not isinstance(test, Range) or all(t is None or not t.name for t in (test.low, test.high))


def _covers(test: RowTest, value: int, track: Track, column: int) -> bool | None:
    """Whether a row takes a value by its own words; None for `below` and its like."""
    match test:
        case Anything():
            return True
        case Listed(values):
            return any(_number(v, track, column) == value for v in values)
        case Range(low, low_op, high, high_op):
            ok = True
            if low is not None:
                edge = low.coefficient * 0 + _number(low.literal, track, column)
                ok &= value >= edge if low_op == "≥" else value > edge
            if high is not None:
                edge = _number(high.literal, track, column)
                ok &= value <= edge if high_op == "≤" else value < edge
            return ok
        case _:
            return None


def _row(track: Track, values: list[int]) -> Row:
    """The first row whose every test takes its value; a rest takes what no row above took."""
    for row in track.table.rows:
        if all(_covers(t, v, track, n) is not False for n, (t, v) in enumerate(zip(row.tests, values, strict=True))):
            if any(isinstance(t, Rest) for t in row.tests) and _better(track, row, values):
                continue
            return row
    raise AssertionError(f"no row of {track.criterion} takes {values}")


def _better(track: Track, row: Row, values: list[int]) -> bool:
    others = track.table.rows[track.table.rows.index(row) + 1 :]
    return any(
        all(_covers(t, v, track, n) for n, (t, v) in enumerate(zip(other.tests, values, strict=True)))
        for other in others
    )


def _edges(track: Track) -> list[int]:
    found = set()
    column = track.columns[0]
    for row in track.table.rows:
        test = row.tests[0]
        if isinstance(test, Range):
            for bound in (test.low, test.high):
                if bound is not None and not bound.name:
                    edge = int(_number(bound.literal, track, 0))
                    found |= {edge - 1, edge, edge + 1}
        elif isinstance(test, Listed):
            for text in test.values:
                edge = int(_number(text, track, 0))
                found |= {edge - 1, edge, edge + 1}
    low, high = column.node.low, column.node.high
    return sorted(v for v in found if low <= v <= high)


def _tracks(plan: Plan) -> list[Track]:
    """Tables that ask facts directly, with printed edges and no further units."""
    return [
        t
        for t in plan.tracks
        if all(c.fact is not None and c.node.kind == "var" for c in t.columns)
        and all(_plain(x) and not isinstance(x, Further) for r in t.table.rows for x in r.tests)
    ]


@pytest.mark.parametrize("file", FILES)
def test_people_on_both_sides_of_every_edge_get_the_printed_points(rules: Jifen, file: str) -> None:
    scheme, _, day = file.removesuffix(".md").rpartition("/")
    on = date.fromisoformat(day)
    plan = rules.plan(scheme, on)
    assert plan
    random = Random(file)
    for track in _tracks(plan):
        for edge in _edges(track):
            people = random_profile(plan, rules.vocabulary, random)
            people[track.columns[0].fact.id] = edge  # type: ignore[union-attr]
            values = [people[c.fact.id] for c in track.columns]  # type: ignore[union-attr]
            state = State(plan, people, on)
            row = track.table.rows[state.value(track.row) or 0]
            assert row.label == _row(track, values).label, (track.criterion, values)
