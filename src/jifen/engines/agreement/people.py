"""People for comparisons: on both sides of every edge, at random mostly next to edges, in every combination of cells.

`People` draws one person after another as a profile holds them; `Crowd` is many people in columns, as the kernel takes them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.agreement.columns import roots_of
from jifen.engines.kernel import Column
from jifen.engines.kernel.order import first_values
from jifen.facts.values import Value
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.form import Plan
from jifen.plan.values import RATIO_PARTS, RatioOf

Array = NDArray[Any]
Person = Mapping[str, Value]
_SHARES = (0, 2, 10, 30)
"""How many in a hundred facts are unknown, in turn."""
_PATTERNS = 64
"""Sets of unknown facts in a block of people, for each of the shares."""


@dataclass(frozen=True)
class People:
    """Draws people for a plan: values mostly next to its edges, and what the plan cuts each fact into."""

    plan: Plan
    vocabulary: Vocabulary

    @property
    def facts(self) -> list[str]:
        return sorted({f for v in self.plan.variables.values() for f in v.facts if f in self.vocabulary.facts})

    def edges(self) -> dict[str, list[int]]:
        """For each fact of one number: the values on both sides of every edge, and the ends of its domain."""
        plan = self.plan
        points = [p.points for p in plan.parts.values()]
        starts = first_values([plan.outcome, *(n for n in (plan.total,) if n), *points])
        found = {}
        for name in self.facts:
            fact = self.vocabulary.facts[name]
            if fact.kind in ("several of", "spells"):
                continue
            sides = {s - d for s in starts.get(name, ()) for d in (0, 1)} | {fact.low, fact.high}
            found[name] = sorted(v for v in sides if fact.low <= v <= fact.high)
        return found

    def codes(self) -> dict[str, list[str]]:
        """For each fact of several codes: those that the plan asks for."""
        found: dict[str, list[str]] = {}
        for variable in self.plan.variables.values():
            if variable.code:
                found.setdefault(variable.facts[0], []).append(variable.code)
        return found

    def draw(
        self, random: Random, edges: Mapping[str, Sequence[int]], codes: Mapping[str, Sequence[str]]
    ) -> dict[str, Value]:
        """A value for every fact."""
        person: dict[str, Value] = {}
        for name in self.facts:
            fact = self.vocabulary.facts[name]
            if fact.kind == "several of":
                person[name] = frozenset(c for c in codes.get(name, ()) if random.randrange(100) < 25)
            elif fact.kind == "spells":
                person[name] = ()
            elif random.randrange(100) < 85:
                person[name] = random.choice(edges[name])
            else:
                person[name] = random.randint(fact.low, fact.high)
        return person

    def boundary(self, random: Random) -> Iterator[dict[str, Value]]:
        """One person on each side of each edge, and with and without each code; everything else is drawn."""
        edges, codes = self.edges(), self.codes()
        for name, values in edges.items():
            for each in values:
                yield {**self.draw(random, edges, codes), name: each}
        for name, held in codes.items():
            for code in held:
                person = self.draw(random, edges, codes)
                others = person[name]
                assert isinstance(others, frozenset)
                yield {**person, name: others | {code}}
                yield {**person, name: others - {code}}

    def random(self, count: int, random: Random) -> Iterator[dict[str, Value]]:
        """People of whom more and more is unknown, in turn."""
        edges, codes = self.edges(), self.codes()
        for n in range(count):
            share = _SHARES[n % len(_SHARES)]
            person = self.draw(random, edges, codes)
            yield {k: v for k, v in person.items() if random.randrange(100) >= share}


def columns_of(people: Sequence[Person], facts: Sequence[str], vocabulary: Vocabulary) -> dict[str, Column]:
    """One column a fact that somebody knows."""
    found = {}
    for name in facts:
        fact = vocabulary.facts[name]
        told = np.array([name in p for p in people], bool)
        if not told.any():
            continue
        valid = None if told.all() else told
        values = [p.get(name) for p in people]
        if fact.kind == "several of":
            assert fact.codes
            sets = [v if isinstance(v, frozenset) else frozenset() for v in values]
            found[name] = Column({c: np.array([c in s for s in sets], bool) for c in fact.codes.values}, valid)
        elif fact.kind == "spells":
            cells = np.empty(len(people), object)
            cells[:] = [v if v is not None else () for v in values]
            found[name] = Column(cells, valid)
        else:
            found[name] = Column(np.array([v if isinstance(v, int) else fact.low for v in values], np.int64), valid)
    return found


@dataclass(frozen=True)
class Crowd:
    """People in columns: whole numbers in the coding of each fact, yes/no for each code; `valid` says where a fact is known."""

    vocabulary: Vocabulary
    columns: Mapping[str, Column]
    rows: int

    def part(self, rows: Any) -> Crowd:
        """Some of the people: a slice, places, or a mask."""
        columns = {f: c.part(rows) for f, c in self.columns.items()}
        count = len(np.arange(self.rows)[rows])
        return Crowd(self.vocabulary, columns, count)

    def known(self, fact: str) -> Array:
        column = self.columns.get(fact)
        if column is None:
            return np.zeros(self.rows, bool)
        return np.ones(self.rows, bool) if column.valid is None else column.valid

    @cached_property
    def _cells(self) -> list[list[Value | None]]:
        """One list a fact: the value of each person, None where it is unknown."""
        found = []
        for column in self.columns.values():
            held = column.values
            values: list[Value | None] = _sets(held, self.rows) if isinstance(held, Mapping) else held.tolist()
            if column.valid is not None:
                values = [v if k else None for v, k in zip(values, column.valid.tolist(), strict=True)]
            found.append(values)
        return found

    def people(self) -> Iterator[dict[str, Value]]:
        """One profile after another."""
        names = tuple(self.columns)
        if not names:
            yield from ({} for _ in range(self.rows))
        for row in zip(*self._cells, strict=True):
            yield {n: v for n, v in zip(names, row, strict=True) if v is not None}

    def variables(self, plan: Plan, names: Sequence[str], on: date) -> dict[str, tuple[Array, Array | None]]:
        """The values of a plan's variables, computed as the reference computes them: each distinct tuple of facts once."""
        found: dict[str, tuple[Array, Array | None]] = {}
        for name in names:
            variable = plan.variables[name]
            known = np.logical_and.reduce([self.known(f) for f in variable.facts])
            told = None if known.all() else known
            first = self.columns.get(variable.facts[0])
            if first is None or not known.any():
                found[name] = np.zeros(self.rows, np.int64), np.zeros(self.rows, bool)
            elif variable.compute is None:
                values = first.values
                held = values.get(variable.code) if isinstance(values, Mapping) else values
                found[name] = (np.zeros(self.rows, np.int64) if held is None else held.astype(np.int64)), told
            else:
                parts = [np.asarray(self.columns[f].values) for f in variable.facts]
                made, rows = np.zeros(self.rows, np.int64), np.flatnonzero(known)
                computed: dict[tuple[Value, ...], int] = {}
                keys = zip(*(p[rows].tolist() for p in parts), strict=True)
                for row, key in zip(rows.tolist(), keys, strict=True):
                    if key not in computed:
                        value = variable.known(dict(zip(variable.facts, key, strict=True)), on)
                        assert value is not None
                        computed[key] = value
                    made[row] = computed[key]
                found[name] = made, told
        return found


def _sets(held: Mapping[str, Array], rows: int) -> list[Value | None]:
    """The codes that each person has."""
    codes = list(held)
    if not codes:
        return [frozenset()] * rows
    packed = np.packbits(np.stack([held[c] for c in codes], axis=1), axis=1)
    made: dict[bytes, frozenset[str]] = {}
    found: list[Value | None] = []
    for row, key in enumerate(map(bytes, packed)):
        if key not in made:
            made[key] = frozenset(c for c in codes if held[c][row])
        found.append(made[key])
    return found


def of_people(people: Sequence[Person], plan: Plan, vocabulary: Vocabulary) -> Crowd:
    """A list of people as columns."""
    return Crowd(vocabulary, columns_of(people, People(plan, vocabulary).facts, vocabulary), len(people))


def at_random(plan: Plan, vocabulary: Vocabulary, rows: int, seed: str) -> Crowd:
    """So many random people, the same for the same seed. In turn all facts of a person are known, or all but 2, 10 or 30 in a hundred.

    Which facts these are is drawn for groups of people rather than for each (people who do not know the same facts ask the same of the
    reference). A choice of the applicant is open for one in sixteen of those only: what it comes to is worked out person by person.
    """
    random = np.random.Generator(np.random.PCG64(int.from_bytes(hashlib.sha256(seed.encode()).digest(), "big")))
    people = People(plan, vocabulary)
    edges, codes = people.edges(), people.codes()
    pattern = np.arange(rows) % (len(_SHARES) * _PATTERNS)
    share = np.array(_SHARES, np.uint8)[np.arange(len(_SHARES) * _PATTERNS) % len(_SHARES)]
    columns: dict[str, Column] = {}
    for name in people.facts:
        fact = vocabulary.facts[name]
        values: Array | dict[str, Array]
        if fact.kind == "several of":
            values = {c: random.integers(100, size=rows, dtype=np.uint8) < 25 for c in codes.get(name, ())}
        elif fact.kind == "spells":
            values = np.empty(rows, object)
            values[:] = [()] * rows
        else:
            near = np.array(edges[name], np.int64)[random.integers(len(edges[name]), size=rows)]
            anywhere = random.integers(fact.low, fact.high, size=rows, endpoint=True)
            values = np.where(random.integers(100, size=rows, dtype=np.uint8) < 85, near, anywhere)
        known = (random.integers(100, size=len(share), dtype=np.uint8) >= share)[pattern]
        if name in plan.choices:
            known |= random.integers(16, size=rows, dtype=np.uint8) > 0
        columns[name] = Column(values, known)
    for variable in plan.variables.values():
        if isinstance(variable.compute, RatioOf):
            _near_ratios(plan, vocabulary, columns, variable.compute, variable.name, random)
    return Crowd(vocabulary, columns, rows)


def _near_ratios(
    plan: Plan,
    vocabulary: Vocabulary,
    columns: dict[str, Column],
    ratio: RatioOf,
    name: str,
    random: np.random.Generator,
) -> None:
    """Every second person gets a ratio next to an edge."""
    left, right = columns[ratio.left], columns[ratio.right]
    assert not isinstance(left.values, Mapping) and not isinstance(right.values, Mapping)
    starts = np.array(first_values(roots_of(plan))[name][1:], np.int64)
    fact = vocabulary.facts[ratio.left]
    rows = np.flatnonzero(random.integers(2, size=len(left.values)))
    whole = random.integers(1, 400, size=len(rows))
    edge = starts[random.integers(len(starts), size=len(rows))] // 2
    near = edge * whole // RATIO_PARTS + random.integers(-1, 2, size=len(rows))
    right.values[rows] = whole
    left.values[rows] = np.clip(near, fact.low, fact.high)


@dataclass(frozen=True)
class Combinations:
    """Every combination of the cells of all facts that a plan asks, "unknown" being one more cell of each."""

    plan: Plan
    vocabulary: Vocabulary
    choices: Mapping[str, Sequence[Value]]

    @property
    def count(self) -> int:
        return math.prod(len(c) + 1 for c in self.choices.values())

    def crowd(self, first: int, rows: int) -> Crowd:
        """Some of them, by their place."""
        places, columns = np.arange(first, min(first + rows, self.count)), {}
        for name, values in self.choices.items():
            places, cell = np.divmod(places, len(values) + 1)
            known = cell < len(values)
            cell[~known] = 0
            sets = [v for v in values if isinstance(v, frozenset)]
            if sets:
                codes = sorted(frozenset().union(*sets))
                held = {c: np.array([c in v for v in sets], np.bool_)[cell] for c in codes}
                columns[name] = Column(held, known)
            else:
                columns[name] = Column(np.array(values, np.int64)[cell], known)
        return Crowd(self.vocabulary, columns, len(known))


def combinations(plan: Plan, vocabulary: Vocabulary) -> Combinations | None:
    """The combinations of a plan; None where a value is computed from several facts, or too many codes are asked."""
    starts = first_values(roots_of(plan))
    choices: dict[str, list[Value]] = {}
    for name, firsts in starts.items():
        variable = plan.variables[name]
        if variable.compute is not None:
            return None
        fact = variable.facts[0]
        if variable.code:
            held = choices.setdefault(fact, [frozenset()])
            if len(held) > 1 << 12:
                return None
            held += [h | {variable.code} for h in held if isinstance(h, frozenset)]
        else:
            choices[fact] = list(firsts)
    return Combinations(plan, vocabulary, choices) if choices else None
