"""A population that was read once and stays in memory as whole numbers, so that any number of schemes can be held against it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from os import cpu_count
from typing import TypeVar

import numpy as np

from jifen.answers.door import Jifen
from jifen.engines.kernel import Column, Kernel, Results
from jifen.facts.vocabulary import Fact
from jifen.population.coding import Array, coder, narrowest
from jifen.population.mapping import Columns, by_name, check
from jifen.population.scoring import BadValue, stop
from jifen.population.sources import Source
from jifen.problems import Problem, RequestError, nearest

T = TypeVar("T")
_SLICE = 1 << 20
"""Rows that are held at once."""


@dataclass(frozen=True)
class Groups:
    """The group of each person: its place among `names`; the last is that of people of whom the fact is unknown."""

    fact: str
    names: tuple[str, ...]
    places: Array


@dataclass(frozen=True)
class People:
    """The columns of a population by fact, each in the narrowest whole numbers that hold its domain."""

    columns: Mapping[str, Column]
    facts: Mapping[str, Fact]
    rows: int

    def hold(self, kernel: Kernel, on: date, take: Callable[[Results, slice], T]) -> Iterator[T]:
        """Run a kernel over everybody, slice by slice on all cores; `take` makes of each slice what is wanted."""
        if not any(f in kernel.inputs for f in self.columns):
            raise RequestError([Problem("no-fact-column", found=", ".join(list(self.columns)[:8]))])
        for at in range(0, self.rows, _SLICE):
            rows = slice(at, min(at + _SLICE, self.rows))
            yield take(kernel.run(self.part(rows, kernel.inputs), on, threads=self.threads), rows)

    def part(self, rows: slice, facts: Collection[str]) -> dict[str, Column]:
        """The columns of some facts, as far as there are any, for some of the people."""
        return {f: c.part(rows) for f, c in self.columns.items() if f in facts}

    @property
    def threads(self) -> int:
        """How many threads work on them."""
        return min(cpu_count() or 1, 8)

    def groups(self, by: str, lang: str = "en") -> Groups:
        """People grouped by a fact: `education.degree`, `family.partner`, or `age:10` for a number in steps of ten.

        Raises RequestError where the fact is not in the population, or cannot make groups.
        """
        name, _, width = by.partition(":")
        fact = self.facts.get(name)
        if fact is None:
            raise RequestError(
                [Problem("not-a-group", blanks={"name": by}, found=name, nearest=nearest(name, self.facts))]
            )
        column = self.columns[name].masked()
        values = column.values
        if not isinstance(values, np.ndarray) or (fact.kind in ("whole", "decimal", "money")) != bool(width):
            raise RequestError([Problem("not-a-group", blanks={"name": by}, found=fact.kind)])
        if width:
            if not width.isdecimal() or int(width) == 0:
                raise RequestError([Problem("not-a-group", blanks={"name": by}, found=width)])
            size = int(width) * 10**fact.places
            known = values if column.valid is None else values[column.valid]
            least, most = (int(known.min()), int(known.max())) if len(known) else (0, 0)
            first, last = least // size, most // size
            names = tuple(f"{n * int(width):,}–{(n + 1) * int(width) - 1:,}" for n in range(first, last + 1))
            if len(names) > _MOST_GROUPS:
                raise RequestError([Problem("not-a-group", blanks={"name": by}, found=f"{len(names):,} groups")])
            places = (np.clip(values, least, most) // size - first).astype(np.int64)
        else:
            if fact.codes:
                names = tuple(words[lang] for words in fact.codes.values.values())
            elif fact.kind == "yes/no":
                names = {"en": ("no", "yes"), "zh": ("否", "是")}[lang]
            else:
                raise RequestError([Problem("not-a-group", blanks={"name": by}, found=fact.kind)])
            places = values.astype(np.int64)
        if column.valid is not None:
            places = np.where(column.valid, places, len(names))
        unknown = {"en": "unknown", "zh": "未知"}[lang]
        return Groups(name, (*names, unknown), places)


_MOST_GROUPS = 400


def read_people(
    rules: Jifen, source: Source, columns: Columns | None = None, facts: Sequence[str] | None = None
) -> People:
    """Read a population whole, only the facts wanted (all that it has). Raises RequestError at the first bad value."""
    given = columns if columns is not None else by_name(source.schema.names, rules.vocabulary)
    check(given, source.schema, rules.vocabulary, str(source.files[0]))
    wanted = {c: k for c, k in given.items() if facts is None or k.fact.id in facts}
    parts: dict[str, list[Column]] = {k.fact.id: [] for k in wanted.values()}
    coders = {c: coder(k, source.schema.field(c).type, _all_codes(k.fact)) for c, k in wanted.items()}
    rows = 0
    for unit in source.units(list(wanted)):
        at = unit.first
        for block in unit.read():
            bad = []
            for name, coding in wanted.items():
                coded = coders[name](block.column(name))
                bad += [
                    BadValue(str(unit.file), at + int(r) + 1, name, b.problem) for b in coded.bad for r in b.rows[:1]
                ]
                parts[coding.fact.id].append(_narrow(coding.fact, coded.column))
            if bad:
                raise stop(bad, len({b.row for b in bad}), at + len(block))
            at += len(block)
            rows += len(block)
    return People({f: _joined(p) for f, p in parts.items()}, {k.fact.id: k.fact for k in wanted.values()}, rows)


def _all_codes(fact: Fact) -> frozenset[str] | None:
    return frozenset(fact.codes.values) if fact.codes and fact.kind == "several of" else None


def _narrow(fact: Fact, column: Column) -> Column:
    if not isinstance(column.values, np.ndarray):
        return column
    return Column(column.values.astype(narrowest(fact)), bits=column.bits)


def _joined(parts: list[Column]) -> Column:
    if not parts:
        return Column(np.zeros(0, np.uint8))
    bits = None
    if any(p.bits is not None for p in parts):
        told = [p.masked().valid for p in parts]
        every = [np.ones(len(p), np.bool_) if t is None else t for p, t in zip(parts, told, strict=True)]
        bits = np.packbits(np.concatenate(every), bitorder="little")
    return Column(_values(parts), bits=bits)


def _values(parts: list[Column]) -> Array | Mapping[str, Array]:
    first = parts[0].values
    if isinstance(first, np.ndarray):
        return np.concatenate(list(_arrays(parts)))
    return {c: np.concatenate([p.values[c] for p in parts if isinstance(p.values, Mapping)]) for c in first}


def _arrays(parts: list[Column]) -> Iterator[Array]:
    for p in parts:
        assert isinstance(p.values, np.ndarray)
        yield p.values
