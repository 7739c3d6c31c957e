"""Columns of facts, and the cells that their values lie in.

A column holds whole numbers in the fact's own coding (see `facts.vocabulary`): minor units of money, places in a code list, ordinals
of days, 1 and 0. A fact of several codes is a mapping from code to yes/no; a code that the mapping leaves out is held by nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.facts.values import Value, show_value
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.values import RATIO_PARTS, CompletedUnits, RatioOf, Variable, completed
from jifen.problems import Problem, ProfileError, Where

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Column:
    """The values of one fact, one a row; where `valid` is false the fact is unknown, and where the value is `unknown`.

    Instead of `valid` there may be `bits`, a bitmap as Arrow has it: row n is known if bit n % 8 of byte n // 8 is set.
    Spells are an array of objects: tuples as in a profile.
    """

    values: Array | Mapping[str, Array]
    valid: NDArray[np.bool_] | None = None
    unknown: int | None = None
    bits: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        if isinstance(self.values, Mapping):
            some = next(iter(self.values.values()), self.valid)
            return 0 if some is None else len(some)
        return len(self.values)

    @property
    def complete(self) -> bool:
        """Whether the fact is known in every row, as far as the form of the column says."""
        return self.valid is None and self.unknown is None and self.bits is None

    def masked(self) -> Column:
        """The same with all that is unknown in `valid`."""
        told = self.valid
        if self.bits is not None:
            marked = np.unpackbits(self.bits, count=len(self), bitorder="little").view(bool)
            told = marked if told is None else told & marked
        if self.unknown is not None:
            assert not isinstance(self.values, Mapping)
            differs = self.values != self.unknown
            told = differs if told is None else told & differs
        return self if told is self.valid else Column(self.values, told)

    def part(self, rows: Any) -> Column:
        """Some of the rows: a slice, places, or a mask."""
        if self.bits is not None and isinstance(rows, np.ndarray) and rows.dtype.kind == "i":
            told = (self.bits[rows >> 3] >> (rows & 7).astype(np.uint8) & 1).view(bool)
            own = self.valid[rows] & told if self.valid is not None else told
            return Column(Column(self.values).part(rows).values, own, self.unknown)
        if self.bits is not None:
            return self.masked().part(rows)
        valid = None if self.valid is None else self.valid[rows]
        if isinstance(self.values, Mapping):
            return Column({k: v[rows] for k, v in self.values.items()}, valid)
        return Column(self.values[rows], valid, self.unknown)


def length(columns: Mapping[str, Column]) -> int:
    """The number of rows; the columns must agree."""
    lengths = {len(c) for c in columns.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns of different lengths: {sorted(lengths)}")
    return lengths.pop() if lengths else 0


def check(columns: Mapping[str, Column], vocabulary: Vocabulary) -> None:
    """Raises ProfileError for the first value of each column that lies outside the domain of its fact."""
    problems = []
    for name, given in columns.items():
        column = given.masked()
        fact, values = vocabulary.facts[name], column.values
        if isinstance(values, Mapping) or values.dtype == object or not len(values):
            continue
        valid = column.valid
        if valid is None:
            low, high = values.min(), values.max()
        else:
            low = (
                values.min(where=valid, initial=fact.low) if _holds(values, fact.low) else values[valid].min(initial=0)
            )
            high = (
                values.max(where=valid, initial=fact.low) if _holds(values, fact.low) else values[valid].max(initial=0)
            )
        if low >= fact.low and high <= fact.high:
            continue
        wrong = (values < fact.low) | (values > fact.high)
        if valid is not None:
            wrong &= valid
        if wrong.any():
            row = int(wrong.argmax())
            blanks = {"fact": name, "low": show_value(fact, fact.low), "high": show_value(fact, fact.high)}
            at = Where(path=f"{name}, row {row + 1}")
            problems.append(Problem("out-of-domain", at, blanks, str(values[row])))
    if problems:
        raise ProfileError(problems)


def _holds(values: Array, number: int) -> bool:
    if values.dtype == bool:
        return 0 <= number <= 1
    info = np.iinfo(values.dtype)
    return info.min <= number <= info.max


def variable_column(
    variable: Variable, columns: Mapping[str, Column], on: date, starts: Sequence[int]
) -> Column | None:
    """The values of a variable, from the columns of its facts; None where a fact has no column.

    A computed value may be given as the first of its cell (`starts`).
    """
    if any(f not in columns for f in variable.facts):
        return None
    first = columns[variable.facts[0]]
    compute = variable.compute
    if compute is None:
        if isinstance(first.values, Mapping):
            held = first.values.get(variable.code)
            return Column(np.zeros(len(first), bool) if held is None else held, first.valid, bits=first.bits)
        return first
    first = first.masked()
    if isinstance(compute, CompletedUnits) and first.values.dtype != object:  # type: ignore[union-attr]
        days = completed_days(compute.unit, variable.high, on)
        return Column(np.searchsorted(days, -np.asarray(first.values, np.int64), "right"), first.valid)
    parts = [columns[f].masked() for f in variable.facts]
    valid = first.valid
    for part in parts[1:]:
        valid = part.valid if valid is None else valid if part.valid is None else valid & part.valid
    if isinstance(compute, RatioOf):
        return Column(ratios(columns[compute.left], columns[compute.right], compute.high, starts), valid)
    known = np.ones(len(first), bool) if valid is None else valid
    made = np.zeros(len(first), np.int64)
    for row in np.flatnonzero(known):
        made[row] = compute({f: _at(c, int(row)) for f, c in zip(variable.facts, parts, strict=True)}, on)
    return Column(made, valid)


def _at(column: Column, row: int) -> Value:
    assert not isinstance(column.values, Mapping)
    value = column.values[row]
    return value if isinstance(value, tuple) else int(value)


def completed_days(unit: str, high: int, on: date) -> NDArray[np.int64]:
    """For 1, 2, … completed units on a day: minus the latest day on which they can have begun (so the numbers rise)."""
    found = []
    for count in range(1, high + 1):
        first, last = 0, on.toordinal()
        while first < last:
            middle = (first + last + 1) // 2
            if completed(unit, date.fromordinal(middle), on) >= count:
                first = middle
            else:
                last = middle - 1
        if first == 0:
            break
        found.append(-first)
    return np.asarray(found, np.int64)


def ratios(left: Column, right: Column, high: int, starts: Sequence[int]) -> Array:
    """The places of the ratios of two columns on the line of `values.ratio_value`, each as the first of its cell.

    A place is reached where `left × RATIO_PARTS ≥ whole × right` (`>` for a place between two parts); nothing is divided.
    """
    assert not isinstance(left.values, Mapping) and not isinstance(right.values, Mapping)
    largest = int(max(left.values.max(initial=0), right.values.max(initial=0)))
    wide: Any = np.int64 if largest * max(RATIO_PARTS, high // 2 + 1) < 1 << 63 else object
    firsts = np.asarray(starts, np.min_scalar_type(starts[-1]))
    made = np.empty(len(left), firsts.dtype)
    for begin in range(0, len(made), _BLOCK):
        rows = slice(begin, begin + _BLOCK)
        above, below = left.values[rows].astype(wide) * RATIO_PARTS, right.values[rows].astype(wide)
        cell: Array = np.zeros(len(above), np.uint8 if len(starts) <= 255 else np.uint32)
        for start in starts[1:]:
            whole, between = divmod(start, 2)
            edge = below * whole
            cell += np.asarray(above > edge if between else above >= edge, bool)
        cell[below == 0] = len(starts) - 1
        made[rows] = firsts[cell]
    return made


_BLOCK = 16384
"""Rows that are worked on at a time, so that what lies between stays in the cache."""


def cells_of(column: Column | None, starts: Sequence[int], rows: int) -> Array:
    """The cell of each row: its place among `starts`, or their number where the value is unknown."""
    kind = np.uint8 if len(starts) <= 255 else np.uint16
    if column is None:
        return np.full(rows, len(starts), kind)
    column = column.masked()
    values = column.values
    assert not isinstance(values, Mapping)
    if values.dtype == bool:
        values = values.view(np.uint8)
    narrow = values.dtype.itemsize == 1
    if narrow:
        span = np.arange(256) if values.dtype == np.uint8 else np.arange(-128, 128)
        table = np.searchsorted(np.asarray(starts[1:]), span, "right").astype(kind)
        made = table[values if values.dtype == np.uint8 else values.astype(np.int16) + 128]
    else:
        made = np.searchsorted(np.asarray(starts[1:]), values, "right").astype(kind)
    if column.valid is not None:
        made[~column.valid] = len(starts)
    return made


def distances_of(column: Column, low: int, high: int) -> Array:
    """How far each value lies above the low end of its domain, at most up to its last edge; one more where it is unknown."""
    column = column.masked()
    assert not isinstance(column.values, Mapping)
    made = (np.minimum(column.values.astype(np.int64), high) - low).astype(np.int32)
    if column.valid is not None:
        made[~column.valid] = high - low + 1
    return made
