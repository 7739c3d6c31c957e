"""From the column of a table to a fact's own whole numbers, checked value by value but never row by row in Python.

Nothing is guessed and nothing is cut to fit. A null is unknown. A value that cannot be what the fact is (no such code, outside the
domain, finer than it can be counted, not exact) is reported with its row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from jifen.engines.kernel import Column
from jifen.facts.values import parse_number, read_value, show_value
from jifen.facts.vocabulary import Fact
from jifen.plan.values import scale
from jifen.problems import Problem, ProfileError, Where
from jifen.strict_yaml import Text

Array = npt.NDArray[Any]
Rows = npt.NDArray[np.intp]

_FEW = 4096
"""Up to so many different texts in a block, each is read as a profile would read it; more go through Arrow first."""
_KEPT = 100_000
"""So many different texts of a column are remembered from block to block."""
_PLAIN = r"^-?[0-9]{1,30}(\.[0-9]{1,9})?$"


@dataclass(frozen=True, slots=True)
class Bad:
    """Values that cannot be what the fact is: the same mistake in `rows` of the block, `problem` for the first."""

    problem: Problem
    rows: Rows


@dataclass(frozen=True, slots=True)
class Coded:
    """One fact of a block. `values` are whole numbers, or for a `several of` yes/no by code.

    `bits`: Arrow's bitmap of the rows in which it is known, from the first row on; None: in all. Where a value is bad, it is not known.
    """

    values: Array | Mapping[str, Array]
    bits: Array | None = None
    bad: tuple[Bad, ...] = ()

    @property
    def column(self) -> Column:
        """The same as the kernel takes it."""
        return Column(self.values, bits=self.bits)


@dataclass(frozen=True)
class Coding:
    """How one column gives one fact. `values` maps texts of the file to a fact's own (`unknown` among them);
    `currency` names the column that says each row's currency; `times` multiplies what is written.
    """

    column: str
    fact: Fact
    values: Mapping[str, str] | None = None
    currency: str = ""
    times: int = 1


class Refused(Exception):  # noqa: N818
    """A column whose type can never give the fact; `expected` names the types that can."""

    def __init__(self, expected: str) -> None:
        self.expected = expected


_TYPES = {
    "whole": "whole numbers, decimals or text",
    "decimal": "decimals, whole numbers or text",
    "money": "decimals, whole numbers or text",
    "yes/no": "yes/no, 0 and 1, or text",
    "one of": "text or dictionary codes",
    "several of": "lists of text, or text with codes between semicolons",
    "date": "dates, or text such as 1990-05-01",
    "spells": "no column: give the years of work instead",
}


def coder(coding: Coding, kind: pa.DataType, codes: frozenset[str] | None = None) -> Callable[[pa.Array], Coded]:
    """The function that reads blocks of a column of type `kind`; of a `several of`, only `codes` are made.

    Raises Refused where no value of that type could be read.
    """
    fact = coding.fact
    if pa.types.is_null(kind):
        return lambda block: _nothing(fact, len(block), codes)
    if fact.kind == "spells":
        raise Refused(_TYPES["spells"])
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    if fact.kind == "several of":
        if pa.types.is_list(inner) or pa.types.is_large_list(inner):
            if _is_text(inner.value_type) or (
                pa.types.is_dictionary(inner.value_type) and _is_text(inner.value_type.value_type)
            ):
                return _Several(coding, codes)
        elif _is_text(inner):
            several = _Several(coding, codes)
            return lambda block: several(_split(_plain(block)))
        raise Refused(_TYPES[fact.kind])
    if _is_text(inner):
        return _Texts(coding)
    if pa.types.is_dictionary(kind):
        made = coder(coding, inner, codes)
        return lambda block: made(_plain(block))
    if fact.kind == "one of" and pa.types.is_integer(kind):
        texts = _Texts(coding)
        return lambda block: texts(block.cast(pa.string()))
    if fact.kind == "yes/no":
        if pa.types.is_boolean(kind):
            return lambda block: Coded(_bools(block), _bits(block))
        if pa.types.is_integer(kind):
            return lambda block: _integers(coding, block)
    if fact.kind == "date" and (pa.types.is_date(kind) or pa.types.is_timestamp(kind)):
        return lambda block: _dates(fact, block)
    if fact.kind in ("whole", "decimal", "money"):
        if pa.types.is_integer(kind):
            return lambda block: _integers(coding, block)
        if pa.types.is_decimal(kind):
            return lambda block: _decimals(coding, block)
        if pa.types.is_floating(kind):
            return lambda block: _floats(coding, block)
    raise Refused(_TYPES[fact.kind])


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def narrowest(fact: Fact) -> type[np.integer[Any]]:
    """The narrowest whole numbers that hold a fact's domain."""
    for kind in (np.uint8, np.int16, np.int32):
        limits = np.iinfo(kind)
        if limits.min <= fact.low and fact.high <= limits.max:
            return kind
    return np.int64


def _plain(block: pa.Array) -> pa.Array:
    return block.dictionary_decode() if pa.types.is_dictionary(block.type) else block


# --- numpy views of Arrow -------------------------------------------------------------------------------------


def _valid(block: pa.Array) -> Array | None:
    if block.null_count == 0:
        return None
    return _bools(block.is_valid()).view(np.bool_)


def _bits(block: pa.Array) -> Array | None:
    """The bitmap of the rows that are not null, without a copy where it begins at a whole byte; None where no row is."""
    if block.null_count == 0:
        return None
    whole = block.buffers()[0]
    if whole is None:  # of kinds that have no bitmap of their own
        return _packed(_valid(block))
    first, shift = divmod(block.offset, 8)
    found = np.frombuffer(whole, np.uint8)[first : -(-(block.offset + len(block)) // 8)]
    if not shift:
        return found
    after = np.append(found[1:], np.uint8(0))
    return np.asarray(found >> shift | after << (8 - shift), np.uint8)[: -(-len(block) // 8)]


def _packed(valid: Array | None) -> Array | None:
    """A bitmap of a mask; None where all is known."""
    return None if valid is None or valid.all() else np.packbits(valid, bitorder="little")


def _bools(block: pa.Array) -> Array:
    """One byte a value; a null gives 0."""
    if block.null_count:
        block = block.fill_null(False)
    return np.asarray(block.cast(pa.uint8()).to_numpy(zero_copy_only=False), np.uint8)


def _numbers(block: pa.Array) -> Array:
    """The values without a copy; where the block is null, whatever stands there."""
    if block.null_count == 0:
        return np.asarray(block.to_numpy(zero_copy_only=True))
    kind = block.type.to_pandas_dtype()
    whole = np.frombuffer(block.buffers()[1], kind)
    return whole[block.offset : block.offset + len(block)]


def _nothing(fact: Fact, length: int, codes: frozenset[str] | None) -> Coded:
    unknown = np.zeros(-(-length // 8), np.uint8)
    if fact.kind == "several of":
        return Coded({c: np.zeros(length, np.bool_) for c in codes or ()}, unknown)
    return Coded(np.full(length, fact.low, np.int64), unknown)


# --- what is wrong --------------------------------------------------------------------------------------------


def _problem(fact: Fact, code: str, found: str, near: str = "") -> Problem:
    blanks: dict[str, Any] = {"fact": fact.id}
    if code == "out-of-domain":
        blanks |= {"low": show_value(fact, fact.low), "high": show_value(fact, fact.high)}
    if code == "too-many-places":
        blanks["places"] = fact.places
    return Problem(code, Where(), blanks, found, near)


def _checked(fact: Fact, block: pa.Array, wrong: Array, code: str) -> tuple[Bad, ...]:
    """One Bad for the rows marked in `wrong` that are not null."""
    valid = _valid(block)
    rows = np.flatnonzero(wrong if valid is None else wrong & valid)
    if not len(rows):
        return ()
    return (Bad(_problem(fact, code, str(block[int(rows[0])].as_py())), rows),)


# --- numbers --------------------------------------------------------------------------------------------------


def _integers(coding: Coding, block: pa.Array) -> Coded:
    fact = coding.fact
    factor = scale(fact.places) * coding.times
    least, most = -(-fact.low // factor), fact.high // factor
    ends = pc.min_max(block)
    low, high = ends["min"].as_py(), ends["max"].as_py()
    limits = np.iinfo(block.type.to_pandas_dtype())
    # What stands under a null or was refused is anything; it must not overflow.
    instead = min(max(least, limits.min, 0), limits.max)
    bad: tuple[Bad, ...] = ()
    if low is None or (low >= least and high <= most):
        values = _numbers(block.fill_null(pa.scalar(instead, block.type)) if block.null_count else block)
        bits = _bits(block)
    else:
        values, valid = _numbers(block), _valid(block)
        wrong = np.zeros(len(values), np.bool_)
        if low < least:
            wrong |= values < max(least, limits.min)
        if high > most:
            wrong |= values > min(most, limits.max)
        bad = _checked(fact, block, wrong, "out-of-domain")
        right = _truth(valid, len(values)) & ~wrong
        values, bits = np.where(right, values, values.dtype.type(instead)), _packed(right)
    if factor != 1:
        values = values.astype(np.int64) * factor
    return Coded(values, bits, bad)


def _truth(valid: Array | None, length: int) -> Array:
    return np.ones(length, np.bool_) if valid is None else valid


def _decimals(coding: Coding, block: pa.Array) -> Coded:
    """A decimal is exact; one that is finer than the fact can be counted is refused."""
    fact = coding.fact
    places = max(block.type.scale, fact.places, 0)
    finer = places - fact.places
    try:
        wide = block.cast(pa.decimal128(38, places))
    except pa.ArrowInvalid:
        return _Texts(coding)(block.cast(pa.string()))
    halves = np.frombuffer(wide.buffers()[1], np.int64).reshape(-1, 2)[wide.offset : wide.offset + len(wide)]
    low, high = halves[:, 0], halves[:, 1]
    valid = _truth(_valid(block), len(block))
    step = scale(finer)
    limit = (2**62) // max(coding.times, 1)
    large = (high != (low >> 63)) | (low > limit) | (low < -limit)
    safe = np.where(valid & ~large, low, 0) * coding.times
    fine = (safe % step != 0) if finer else np.zeros(len(block), np.bool_)
    values = safe // step if finer else safe
    outside = (large | (values < fact.low) | (values > fact.high)) & valid & ~fine
    bad = _checked(fact, block, outside, "out-of-domain") + _checked(fact, block, fine, "too-many-places")
    right = valid & ~outside & ~fine
    return Coded(values, _packed(right), bad)


def _floats(coding: Coding, block: pa.Array) -> Coded:
    """A float is taken only where it is exactly a value of the fact: 72.5 is, 0.1 is not.

    With p places that is so where x times 2 to the p is whole: its powers of two are exact, and so is the product with 5 to the p.
    """
    fact = coding.fact
    valid = _truth(_valid(block), len(block))
    numbers = np.where(valid, _numbers(block).astype(np.float64), 0)
    odd = ~np.isfinite(numbers)
    halved = np.where(odd, 0, numbers) * 2**fact.places * coding.times
    large = np.abs(halved) > 2**53 / 5**fact.places
    inexact = ~large & (halved != np.floor(halved))
    values = np.where(large | inexact, 0, halved).astype(np.int64) * 5**fact.places
    outside = (large | (values < fact.low) | (values > fact.high)) & ~odd & ~inexact
    bad = _checked(fact, block, odd, "not-a-number") + _checked(fact, block, inexact, "not-exact")
    bad += _checked(fact, block, outside & valid, "out-of-domain")
    right = valid & ~(odd | inexact | outside)
    return Coded(values, _packed(right), bad)


_EPOCH = 719163
"""The ordinal of 1970-01-01."""


def _dates(fact: Fact, block: pa.Array) -> Coded:
    within = np.zeros(len(block), np.bool_)
    if pa.types.is_timestamp(block.type):
        whole = pc.floor_temporal(block, unit="day")
        within = np.asarray(pc.not_equal(whole, block).fill_null(False).to_numpy(zero_copy_only=False))
        block, given = whole, block
    else:
        given = block
    days = block.cast(pa.date32())
    valid = _truth(_valid(block), len(block))
    values = np.where(valid, _numbers(days.cast(pa.int32())).astype(np.int64) + _EPOCH, fact.low)
    outside = ((values < fact.low) | (values > fact.high)) & ~within
    bad = _checked(fact, given, outside, "out-of-domain") + _checked(fact, given, within, "wrong-type")
    bad = tuple(Bad(_with_example(b.problem), b.rows) for b in bad)
    right = valid & ~outside & ~within
    return Coded(values, _packed(right), bad)


def _with_example(problem: Problem) -> Problem:
    if problem.code != "wrong-type":
        return problem
    return Problem(problem.code, problem.where, {**problem.blanks, "example": "1990-05-01"}, problem.found)


# --- texts ----------------------------------------------------------------------------------------------------


class _Texts:
    """Reads texts as a profile would, each different text once."""

    def __init__(self, coding: Coding) -> None:
        self.coding = coding
        self.kind = narrowest(coding.fact)
        self.known: dict[str, int | Problem | None] = {}

    def __call__(self, block: pa.Array) -> Coded:
        if not pa.types.is_dictionary(block.type):
            quick = self._quick(block)
            if quick is not None:
                return quick
            block = block.dictionary_encode()
        indices = block.indices.fill_null(len(block.dictionary)) if block.indices.null_count else block.indices
        places = indices.to_numpy()
        read = [self._read(t) for t in block.dictionary.to_pylist()]
        read.append(None)
        low = self.coding.fact.low
        values = np.array([r if isinstance(r, int) else low for r in read], self.kind)[places]
        if all(isinstance(r, int) for r in read[:-1]):
            return Coded(values, _bits(block.indices))
        valid = np.array([isinstance(r, int) for r in read], np.bool_)[places]
        return Coded(values, _packed(valid), _grouped(read, places))

    def _quick(self, block: pa.Array) -> Coded | None:
        """Many different plain numbers, through Arrow's decimals; None if any text needs the careful way."""
        fact = self.coding.fact
        if fact.kind not in ("whole", "decimal", "money") or self.coding.values or len(block) <= _FEW:
            return None
        if pc.count_distinct(block.slice(0, _FEW)).as_py() < _FEW // 2:
            return None
        if not pc.all(pc.match_substring_regex(block, _PLAIN), min_count=0).as_py():
            return None
        try:
            exact = block.cast(pa.decimal128(38, 8))
        except pa.ArrowInvalid:
            return None
        return _decimals(self.coding, exact)

    def _read(self, text: str | None) -> int | Problem | None:
        if text is None:
            return None
        try:
            return self.known[text]
        except KeyError:
            if len(self.known) >= _KEPT:
                self.known.clear()
            found = self.known[text] = self._first(text)
            return found

    def _first(self, text: str) -> int | Problem | None:
        coding = self.coding
        meant = coding.values.get(text, text) if coding.values else text
        if meant == "unknown" and coding.values and text in coding.values:
            return None
        if coding.times != 1:
            number = parse_number(meant, coding.fact.kind, coding.fact.places)
            if number is not None:
                meant = _written(number * coding.times, coding.fact.places)
        try:
            value = read_value(coding.fact, Text(meant, Where()))
        except ProfileError as e:
            return e.problems[0]
        assert isinstance(value, int)
        return value


def _written(number: int, places: int) -> str:
    if not places:
        return str(number)
    sign, digits = "-" if number < 0 else "", str(abs(number)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def _grouped(read: list[int | Problem | None], places: Array) -> tuple[Bad, ...]:
    """One Bad for each kind of mistake among texts; `places` says which text stands in each row."""
    codes = sorted({r.code for r in read if isinstance(r, Problem)})
    found = []
    for code in codes:
        wrong = np.array([isinstance(r, Problem) and r.code == code for r in read], np.bool_)
        rows = np.flatnonzero(wrong[places])
        if len(rows):
            first = read[int(places[rows[0]])]
            assert isinstance(first, Problem)
            found.append(Bad(first, rows))
    return tuple(found)


# --- several of -----------------------------------------------------------------------------------------------


def _split(texts: pa.Array) -> pa.Array:
    """`a; b` as a list; an empty text is an empty list, a null stays unknown."""
    trimmed = pc.utf8_trim_whitespace(texts)
    lists = pc.split_pattern_regex(trimmed, r"\s*[;|]\s*")
    empty = pc.equal(trimmed, "")
    if not pc.any(empty, min_count=0).as_py():
        return lists
    return pc.if_else(empty, pa.scalar([], lists.type), lists)


class _Several:
    """Reads lists of codes: for each code, in which rows it stands."""

    def __init__(self, coding: Coding, codes: frozenset[str] | None) -> None:
        assert coding.fact.codes
        self.texts = _Texts(Coding(coding.column, _one_of(coding.fact), coding.values))
        self.all = list(coding.fact.codes.values)
        self.wanted = [c for c in self.all if codes is None or c in codes]
        place = {c: i for i, c in enumerate(self.wanted)}
        self.place = np.array([place.get(c, len(place)) for c in self.all], np.int64)

    def __call__(self, block: pa.Array) -> Coded:
        block = _plain(block)
        items = block.flatten()
        lengths = np.asarray(pc.list_value_length(block).fill_null(0).to_numpy(zero_copy_only=False))
        parents = np.repeat(np.arange(len(block)), lengths)
        coded = self.texts(items)
        matrix = np.zeros((len(self.wanted) + 1, len(block)), np.bool_)
        assert isinstance(coded.values, np.ndarray)
        told = coded.column.masked().valid
        known = slice(None) if told is None else told
        matrix[self.place[coded.values[known]], parents[known]] = True
        wrong = np.zeros(len(block), np.bool_)
        bad = [Bad(b.problem, np.unique(parents[b.rows])) for b in coded.bad]
        nulls: Rows = np.flatnonzero(np.asarray(items.is_null().to_numpy(zero_copy_only=False)))
        if len(nulls):
            problem = Problem("wrong-type", Where(), {"fact": self.texts.coding.fact.id, "example": "[a, b]"}, "a null")
            bad.append(Bad(problem, np.unique(parents[nulls])))
        for each in bad:
            wrong[each.rows] = True
        valid = _truth(_valid(block), len(block)) & ~wrong
        values = {code: matrix[i] for i, code in enumerate(self.wanted)}
        return Coded(values, _packed(valid), tuple(bad))


def _one_of(fact: Fact) -> Fact:
    return replace(fact, kind="one of")
