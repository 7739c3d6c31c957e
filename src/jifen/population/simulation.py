"""Reforms held against a population: who gains, who loses, by group, how the points are spread, what it costs; small cells taken out.

Both sides are held against the same people as of the same day. A person *gains* who then qualifies and did not, or for a better
outcome; *loses* likewise; is *open* where one of the two answers is undetermined or for the authority and they differ; *moves* where
both qualify and the outcomes cannot be compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from jifen.answers.door import Jifen
from jifen.engines.kernel import Results, compile_kernel
from jifen.engines.reference import STATUSES
from jifen.forms import Words
from jifen.plan.compile import compile_plan
from jifen.plan.form import Plan
from jifen.population.amounts import Amounts, Bounds, tally_of
from jifen.population.coding import Array
from jifen.population.people import Groups, People
from jifen.population.suppression import holes, line_holes
from jifen.population.tally import AmountTally, bins
from jifen.schemes.model import Scheme

CHANGES = ("gains", "loses", "moves", "open", "same")
_TOGETHER = 8
"""So many reforms are compiled into one kernel."""
_QUALIFIES = STATUSES.index("qualifies")


@dataclass(frozen=True)
class Table:
    """Counts with holes: `cells` is rows × columns; None stands for a number that is not published."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[int | None, ...], ...]
    row_sums: tuple[int | None, ...]
    column_sums: tuple[int | None, ...]

    def data(self) -> dict[str, Any]:
        return {
            "rows": list(self.rows),
            "columns": list(self.columns),
            "cells": [list(r) for r in self.cells],
            "row_sums": list(self.row_sums),
            "column_sums": list(self.column_sums),
        }


@dataclass(frozen=True)
class Side:
    """One of the two: people by answer (outcome, or status where it does not qualify); the mean of the points that are known."""

    answers: Mapping[str, int | None]
    qualify: int | None
    points_mean: float | None


@dataclass(frozen=True)
class Cost:
    """One amount of money before and after, None where the law has no such amount; `shown` is false where so few people are granted it, or
    granted another sum, that their sums could be told from it."""

    words: Words
    before: AmountTally | None
    after: AmountTally | None
    shown: bool

    def data(self) -> dict[str, Any]:
        sides = {"before": self.before, "after": self.after} if self.shown else {}
        return {"words": dict(self.words)} | {n: None if s is None else asdict(s) for n, s in sides.items()}


@dataclass(frozen=True)
class Comparison:
    """A reform against the baseline. `changes` are all people by change; `by` the same a group; `transitions` answers before × after;
    `points` (first, last, people before, people after) of those whose points are known; `costs` what each amount comes to.
    """

    reform: str
    people: int
    before: Side
    after: Side
    changes: Mapping[str, int | None]
    transitions: Table
    by: Mapping[str, Table]
    points: tuple[tuple[int, int, int | None, int | None], ...]
    costs: Mapping[str, Cost]
    k: int

    @property
    def hides(self) -> bool:
        """Whether any number was taken out."""
        tables = (self.transitions, *self.by.values())
        lines: list[Iterable[int | None]] = [
            self.before.answers.values(),
            self.after.answers.values(),
            self.changes.values(),
        ]
        lines += [line for t in tables for line in (*t.cells, t.row_sums, t.column_sums)]
        lines += [sides for _, _, *sides in self.points]
        return any(n is None for line in lines for n in line) or not all(c.shown for c in self.costs.values())

    def data(self) -> dict[str, Any]:
        return {
            "reform": self.reform,
            "people": self.people,
            "before": asdict(self.before),
            "after": asdict(self.after),
            "changes": dict(self.changes),
            "transitions": self.transitions.data(),
            "by": {f: t.data() for f, t in self.by.items()},
            "points": [{"from": a, "to": b, "before": x, "after": y} for a, b, x, y in self.points],
            "costs": {name: cost.data() for name, cost in self.costs.items()},
            "not_shown_below": self.k,
        }


def simulate(
    rules: Jifen,
    people: People,
    baseline: Scheme,
    reforms: Mapping[str, Scheme],
    on: date,
    by: Sequence[Groups] = (),
    k: int = 10,
) -> dict[str, Comparison]:
    """Hold reforms against the people of the baseline, all as of one day. `k`: cells with fewer people are not shown.

    The population is in memory and coded; a reform costs its compilation and one pass. Raises PolicyError where a reform has a mistake
    of meaning, RequestError where the population has none of the facts.
    """
    before = compile_plan(baseline, on, rules.shelf)
    names = list(reforms)
    found: dict[str, Comparison] = {}
    for start in range(0, len(names), _TOGETHER):
        plans = {n: compile_plan(reforms[n], on, rules.shelf) for n in names[start : start + _TOGETHER]}
        found |= _held(rules, people, before, plans, on, tuple(by), k)
    return found


def between(
    rules: Jifen, people: People, one: tuple[Scheme, date], other: tuple[Scheme, date], k: int = 10
) -> Comparison:
    """Two versions, each with the numbers of its own day, held against the same people.

    What a day makes of a person (an age from a date of birth) is counted on the second day, so that only the law differs.
    """
    before, after = (compile_plan(scheme, on, rules.shelf) for scheme, on in (one, other))
    name = f"{other[0].id}@{other[1]}"
    return _held(rules, people, before, {name: after}, other[1], (), k)[name]


def _held(
    rules: Jifen,
    people: People,
    before: Plan,
    plans: Mapping[str, Plan],
    on: date,
    groups: tuple[Groups, ...],
    k: int,
) -> dict[str, Comparison]:
    follow = rules.derivations
    sides = {"": before, **plans}
    kernel = compile_kernel(sides, rules.vocabulary, follow)
    amounts = Amounts(sides, rules.vocabulary, follow)
    counts = {n: _Count(before, plan, groups) for n, plan in plans.items()}

    def take(results: Results, rows: slice) -> dict[str, _Block]:
        granted = amounts.of(people.part(rows, amounts.facts), on, rows.stop - rows.start, people.threads)
        by_side: dict[str, dict[str, Bounds]] = {n: {} for n in sides}
        for (side, amount), bounds in granted.items():
            by_side[side][amount] = bounds
        return {n: c.block(results[""], results[n], rows, (by_side[""], by_side[n])) for n, c in counts.items()}

    for blocks in people.hold(kernel, on, take):
        for n, block in blocks.items():
            counts[n].add(block)
    return {n: c.comparison(n, people.rows, k) for n, c in counts.items()}


@dataclass(frozen=True)
class _Block:
    """What one block comes to: people by group × before × after (the first table is everybody), and by points."""

    tables: tuple[Array, ...]
    before: Counter[int]
    after: Counter[int]
    costs: dict[str, _Sums]


@dataclass
class _Sums:
    """One amount before and after, and how many people are granted another sum."""

    words: Words
    before: AmountTally | None = None
    after: AmountTally | None = None
    changed: int = 0

    def add(self, other: _Sums) -> None:
        for side, more in ((self.before, other.before), (self.after, other.after)):
            if side is not None and more is not None:
                side.add(more)
        self.changed += other.changed

    def cost(self, k: int) -> Cost:
        counts = [self.changed]
        for side in (self.before, self.after):
            if side is not None:
                counts += [side.certain, side.possible, side.possible - side.certain]
        return Cost(self.words, self.before, self.after, not any(0 < n < k for n in counts))


class _Count:
    def __init__(self, before: Plan, after: Plan, groups: Sequence[Groups]) -> None:
        self.before, self.after, self.groups = before, after, groups
        self.rows, self.columns = _answers(before), _answers(after)
        sizes = [1, *(len(g.names) for g in groups)]
        self.tables = [np.zeros((s, len(self.rows), len(self.columns)), np.int64) for s in sizes]
        self.points: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
        self.costs: dict[str, _Sums] = {}

    def block(
        self, before: Any, after: Any, rows: slice, granted: tuple[Mapping[str, Bounds], Mapping[str, Bounds]]
    ) -> _Block:
        was, then = _answer(before, self.before), _answer(after, self.after)
        pair = was * len(self.columns) + then
        size = len(self.rows) * len(self.columns)
        tables = [np.bincount(pair, minlength=size)]
        for g in self.groups:
            tables.append(np.bincount(g.places[rows] * size + pair, minlength=size * len(g.names)))
        return _Block(tuple(tables), _points(before), _points(after), _sums(self.before, self.after, granted))

    def add(self, block: _Block) -> None:
        for table, more in zip(self.tables, block.tables, strict=True):
            table += more.reshape(table.shape)
        self.points[0].update(block.before)
        self.points[1].update(block.after)
        for name, sums in block.costs.items():
            if name in self.costs:
                self.costs[name].add(sums)
            else:
                self.costs[name] = sums

    def comparison(self, name: str, people: int, k: int) -> Comparison:
        change = self.changes()
        whole = self.tables[0][0]
        by = {}
        for groups, table in zip(self.groups, self.tables[1:], strict=True):
            flat = table.reshape(len(table), -1)
            counted = np.stack([flat[:, change == c].sum(axis=1) for c in range(len(CHANGES))], axis=1)
            some = [i for i in range(len(counted)) if counted[i].any()]
            by[groups.fact] = _table([groups.names[i] for i in some], CHANGES, counted[some], k)
        totals = np.array([whole.reshape(-1)[change == c].sum() for c in range(len(CHANGES))])
        return Comparison(
            name,
            people,
            _side(self.rows, whole.sum(axis=1), self.before, self.points[0], k),
            _side(self.columns, whole.sum(axis=0), self.after, self.points[1], k),
            dict(zip(CHANGES, _line(totals, k), strict=True)),
            _table(self.rows, self.columns, whole, k),
            by,
            _spread(*self.points, k),
            {name: sums.cost(k) for name, sums in self.costs.items()},
            k,
        )

    def changes(self) -> Array:
        """The change of each pair of answers, as a place in CHANGES."""
        return np.array([_change(self.before, self.after, a, b) for a in self.rows for b in self.columns])


def _answers(plan: Plan) -> tuple[str, ...]:
    return (*plan.outcomes, *STATUSES[1:])


def _answer(result: Any, plan: Plan) -> Array:
    """The place of each answer in `_answers`."""
    status = result.status.astype(np.int64)
    return np.asarray(np.where(status == _QUALIFIES, result.outcome, status - 1 + len(plan.outcomes)))


def _change(before: Plan, after: Plan, was: str, then: str) -> int:
    if was == then:
        change = "same"
    elif was in before.outcomes and then in after.outcomes:
        if was in after.outcomes and then in before.outcomes:
            change = "gains" if after.outcomes.index(then) < after.outcomes.index(was) else "loses"
        else:
            change = "moves"
    elif was in STATUSES[2:4] or then in STATUSES[2:4]:
        change = "open"
    else:
        change = "gains" if then in after.outcomes else "loses"
    return CHANGES.index(change)


def _points(result: Any) -> Counter[int]:
    """People by points, where these are known."""
    counted: Counter[int] = Counter()
    if result.low is None:
        return counted
    known = result.low[result.low == result.high]
    if len(known):
        least = int(known.min())
        counted.update({least + i: n for i, n in enumerate(np.bincount(known - least).tolist()) if n})
    return counted


def _sums(before: Plan, after: Plan, granted: tuple[Mapping[str, Bounds], Mapping[str, Bounds]]) -> dict[str, _Sums]:
    """Each amount of either side: what it comes to in a block, and to how many another sum is granted."""
    found: dict[str, _Sums] = {}
    known = [{g.amount.id: g for g in plan.amounts} for plan in (before, after)]
    for name in dict.fromkeys((*known[0], *known[1])):
        sides = [tally_of(g[name], b[name]) if name in g else None for g, b in zip(known, granted, strict=True)]
        ends = [(b[name].low, b[name].high) if name in b else (np.int64(0), np.int64(0)) for b in granted]
        changed = int(np.count_nonzero((ends[0][0] != ends[1][0]) | (ends[0][1] != ends[1][1])))
        [words, *_] = [g[name].amount.title for g in known if name in g]
        found[name] = _Sums(words, sides[0], sides[1], changed)
    return found


def _side(names: Sequence[str], counts: Array, plan: Plan, points: Counter[int], k: int) -> Side:
    cells = _line(counts, k)
    answers = {n: c for n, c in zip(names, cells, strict=True) if c != 0}
    qualify = _line(np.array([counts[: len(plan.outcomes)].sum(), counts[len(plan.outcomes) :].sum()]), k)[0]
    known = points.total()
    mean = round(sum(p * n for p, n in points.items()) / known, 2) if known and known >= k else None
    return Side(answers, qualify, mean)


def _spread(before: Counter[int], after: Counter[int], k: int) -> tuple[tuple[int, int, int | None, int | None], ...]:
    """The points before and after in the same bins."""
    edges = bins(before + after, most=12)
    sides = []
    for points in (before, after):
        counts = [sum(points[p] for p in range(low, high + 1)) for low, high, _ in edges]
        sides.append(_line(np.array(counts, np.int64), k))
    return tuple((low, high, sides[0][i], sides[1][i]) for i, (low, high, _) in enumerate(edges))


def _table(rows: Sequence[str], columns: Sequence[str], counts: Array, k: int) -> Table:
    """A table with its small cells taken out, and small sums."""
    hidden = holes(counts, k)
    cells = tuple(
        tuple(None if hide else int(n) for n, hide in zip(row, out, strict=True))
        for row, out in zip(counts, hidden, strict=True)
    )
    return Table(tuple(rows), tuple(columns), cells, _line(counts.sum(axis=1), k), _line(counts.sum(axis=0), k))


def _line(counts: Array, k: int) -> tuple[int | None, ...]:
    """Counts whose sum is known, with small ones taken out."""
    hidden = line_holes(counts, k)
    return tuple(None if hide else int(n) for n, hide in zip(counts, hidden, strict=True))
