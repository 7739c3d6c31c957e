"""Columns of a table as facts: every type a file may have, exactly, and what cannot be the fact is told with its row."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jifen
from jifen.facts.values import parse_number
from jifen.population.coding import Coded, Coding, Refused, coder

SALARY, AGE, SHARE, DEGREE = "china.annual_salary", "age", "china.company_share", "education.degree"
HEALTHY, BORN, PRIZES, CURRENCY = "healthy", "birth_date", "prizes", "CNY"


def read(rules: jifen.Jifen, fact: str, column: pa.Array, **more: object) -> Coded:
    coding = Coding("x", rules.vocabulary.facts[fact], **more)  # type: ignore[arg-type]
    return coder(coding, column.type)(column)


def values(coded: Coded) -> list[int | None]:
    """The whole numbers, None where unknown."""
    assert isinstance(coded.values, np.ndarray)
    return [int(v) if known else None for v, known in zip(coded.values, told(coded), strict=True)]


def told(coded: Coded) -> list[bool]:
    """Whether each row is known."""
    valid = coded.column.masked().valid
    return [True] * len(coded.column) if valid is None else valid.tolist()


def mistakes(coded: Coded) -> list[tuple[str, list[int], str]]:
    return [(b.problem.code, b.rows.tolist(), b.problem.found) for b in coded.bad]


GOOD = [
    (AGE, pa.array([0, 30, None, 120], pa.int8()), [0, 30, None, 120]),
    (AGE, pa.array([0, 30, None], pa.uint64()), [0, 30, None]),
    (AGE, pa.array([30.0, None, 0.0], pa.float64()), [30, None, 0]),
    (AGE, pa.array([Decimal("30.0"), None], pa.decimal128(5, 1)), [30, None]),
    (AGE, pa.array(["30", " 31 ", None]), [30, 31, None]),
    (AGE, pa.array([None, None], pa.null()), [None, None]),
    (SALARY, pa.array([450_000, None], pa.int32()), [45_000_000, None]),
    (SALARY, pa.array([Decimal("449999.99"), None], pa.decimal128(12, 2)), [44_999_999, None]),
    (SALARY, pa.array([Decimal("449999.990"), Decimal("1")], pa.decimal128(20, 3)), [44_999_999, 100]),
    (SALARY, pa.array([Decimal("450000")], pa.decimal128(9, 0)), [45_000_000]),
    (SALARY, pa.array([Decimal("450000.5")], pa.decimal256(40, 1)), [45_000_050]),
    (SALARY, pa.array(["449,999.99", "450000", None]), [44_999_999, 45_000_000, None]),
    (SALARY, pa.array([450_000.25, None, 1e6]), [45_000_025, None, 100_000_000]),
    (SHARE, pa.array([30, 100]), [3000, 10000]),
    (SHARE, pa.array([0.5, 99.75]), [50, 9975]),
    (HEALTHY, pa.array([True, None, False]), [1, None, 0]),
    (HEALTHY, pa.array([1, 0, None], pa.int8()), [1, 0, None]),
    (HEALTHY, pa.array(["yes", "NO", "是", "false", None]), [1, 0, 1, 0, None]),
    (DEGREE, pa.array(["none", "doctorate", None]), [0, 5, None]),
    (DEGREE, pa.array(["none", "doctorate", None]).dictionary_encode(), [0, 5, None]),
    (DEGREE, pa.array(["none", "doctorate"], pa.large_string()), [0, 5]),
    (DEGREE, pa.array(["none", "doctorate"], pa.string_view()), [0, 5]),
    (BORN, pa.array([date(1990, 5, 1), None]), [date(1990, 5, 1).toordinal(), None]),
    (BORN, pa.array([date(1990, 5, 1)], pa.date64()), [date(1990, 5, 1).toordinal()]),
    (BORN, pa.array([datetime(1990, 5, 1)], pa.timestamp("us")), [date(1990, 5, 1).toordinal()]),  # noqa: DTZ001
    (BORN, pa.array(["1990-05-01", None]), [date(1990, 5, 1).toordinal(), None]),
]


@pytest.mark.parametrize(("fact", "column", "want"), GOOD)
def test_a_column_gives_the_facts_own_whole_numbers(
    rules: jifen.Jifen, fact: str, column: pa.Array, want: list
) -> None:
    coded = read(rules, fact, column)
    assert values(coded) == want
    assert coded.bad == ()
    sliced = read(rules, fact, pa.concat_arrays([column, column]).slice(len(column)))
    assert values(sliced) == want


BAD = [
    (AGE, pa.array([30, 121, -1, None]), [("out-of-domain", [1, 2], "121")]),
    (AGE, pa.array([200, 30], pa.uint8()), [("out-of-domain", [0], "200")]),
    (AGE, pa.array([2**64 - 1], pa.uint64()), [("out-of-domain", [0], str(2**64 - 1))]),
    (AGE, pa.array([-(2**63), 5]), [("out-of-domain", [0], str(-(2**63)))]),
    (AGE, pa.array([30.5, 30.0]), [("not-exact", [0], "30.5")]),
    (
        AGE,
        pa.array([float("inf"), float("nan"), 1e300]),
        [("not-a-number", [0, 1], "inf"), ("out-of-domain", [2], "1e+300")],
    ),
    (AGE, pa.array(["thirty", "", "1e1", "30"]), [("wrong-type", [0, 1, 2], "thirty")]),
    (SALARY, pa.array([0.1, 0.25]), [("not-exact", [0], "0.1")]),
    (SALARY, pa.array([10**18, 1]), [("out-of-domain", [0], str(10**18))]),
    (SALARY, pa.array([Decimal("1.005"), Decimal("1.010")], pa.decimal128(9, 3)), [("too-many-places", [0], "1.005")]),
    (SALARY, pa.array([Decimal(10**30), Decimal(1)], pa.decimal128(38, 0)), [("out-of-domain", [0], str(10**30))]),
    (SALARY, pa.array(["1.005", "CNY 5"]), [("too-many-places", [0], "1.005"), ("wrong-type", [1], "CNY 5")]),
    (HEALTHY, pa.array([2, 1]), [("out-of-domain", [0], "2")]),
    (HEALTHY, pa.array(["maybe"]), [("wrong-type", [0], "maybe")]),
    (DEGREE, pa.array(["phd", "master", "Master"]), [("unknown-code", [0, 2], "phd")]),
    (BORN, pa.array([date(1890, 1, 1)]), [("out-of-domain", [0], "1890-01-01")]),
    (BORN, pa.array([datetime(1990, 5, 1, 12)], pa.timestamp("ms")), [("wrong-type", [0], "1990-05-01 12:00:00")]),  # noqa: DTZ001
    (BORN, pa.array(["01/05/1990"]), [("wrong-type", [0], "01/05/1990")]),
]


@pytest.mark.parametrize(("fact", "column", "want"), BAD)
def test_a_value_that_cannot_be_the_fact_is_told_and_not_taken(
    rules: jifen.Jifen, fact: str, column: pa.Array, want: list
) -> None:
    coded = read(rules, fact, column)
    assert mistakes(coded) == want
    wrong = {r for _, rows, _ in want for r in rows}
    assert [v is None for v in values(coded)] == [i in wrong or not column[i].is_valid for i in range(len(column))]


@pytest.mark.parametrize(
    ("fact", "kind"),
    [
        (AGE, pa.bool_()), (AGE, pa.date32()), (AGE, pa.binary()), (SALARY, pa.list_(pa.int64())), (DEGREE, pa.float64()),
        (HEALTHY, pa.float64()), (BORN, pa.int64()), (PRIZES, pa.int64()), (PRIZES, pa.list_(pa.int64())), (AGE, pa.struct([])),
        ("work.spells", pa.string()),
    ],
)  # fmt: skip
def test_a_type_that_can_never_give_the_fact_is_refused(rules: jifen.Jifen, fact: str, kind: pa.DataType) -> None:
    with pytest.raises(Refused):
        coder(Coding("x", rules.vocabulary.facts[fact]), kind)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([["nobel", "turing"], [], None, ["fields"]]),
        pa.array([["nobel", "turing"], [], None, ["fields"]], pa.large_list(pa.string())),
        pa.array(["nobel; turing", "", None, "fields"]),
        pa.array(["nobel|turing", " ", None, "fields"]).dictionary_encode(),
    ],
)
def test_several_codes_are_lists_or_text_between_semicolons(rules: jifen.Jifen, column: pa.Array) -> None:
    """An empty list is none of them; a null is unknown."""
    coded = read(rules, PRIZES, column)
    assert told(coded) == [True, True, False, True]
    assert not isinstance(coded.values, np.ndarray)
    assert [c for c, held in coded.values.items() if held[0]] == ["nobel", "turing"]
    assert not any(held[1] for held in coded.values.values())
    assert [c for c, held in coded.values.items() if held[3]] == ["fields"]


def test_an_unknown_code_in_a_list_is_told(rules: jifen.Jifen) -> None:
    coded = read(rules, PRIZES, pa.array([["nobel"], ["nobbel"], [None]]))
    assert mistakes(coded) == [("unknown-code", [1], "nobbel"), ("wrong-type", [2], "a null")]
    assert coded.bad[0].problem.nearest == "nobel"
    assert told(coded) == [True, False, False]


def test_a_narrow_column_of_a_fact_with_large_values_is_out_of_its_domain(rules: jifen.Jifen) -> None:
    fact = replace(rules.vocabulary.facts[AGE], low=300, high=500)
    column = pa.array([5, None, 255], pa.uint8())
    coded = coder(Coding("x", fact), column.type)(column)
    assert mistakes(coded) == [("out-of-domain", [0, 2], "5")]
    assert values(coded) == [None, None, None]


def test_values_of_the_file_may_stand_for_others(rules: jifen.Jifen) -> None:
    coded = read(rules, DEGREE, pa.array(["PhD", "?", "master"]), values={"PhD": "doctorate", "?": "unknown"})
    assert values(coded) == [5, None, 4]
    assert coded.bad == ()


def test_a_factor_multiplies_what_is_written(rules: jifen.Jifen) -> None:
    for column in (pa.array([37_500]), pa.array(["37500.00"]), pa.array([Decimal("37500")]), pa.array([37_500.0])):
        assert values(read(rules, SALARY, column, times=12)) == [45_000_000]


@settings(deadline=None)
@given(st.lists(st.integers(-(10**12), 10**14) | st.none(), min_size=1, max_size=40))
def test_decimals_text_and_profiles_agree(rules: jifen.Jifen, cents: list[int | None]) -> None:
    """The same amounts as decimals and as text give the same numbers, those that a profile gives."""
    fact = rules.vocabulary.facts[SALARY]
    written = [None if c is None else f"{Decimal(c).scaleb(-2):f}" for c in cents]
    decimals = pa.array([None if w is None else Decimal(w) for w in written], pa.decimal128(20, 2))
    one, other = read(rules, SALARY, decimals), read(rules, SALARY, pa.array(written, pa.string()))
    want = [None if c is None or not fact.low <= c <= fact.high else c for c in cents]
    assert values(one) == values(other) == want
    assert want == [
        n if w is not None and (n := parse_number(w, "money", 2)) is not None and fact.low <= n <= fact.high else None
        for w in written
    ]


def test_many_different_amounts_as_text_are_read_exactly(rules: jifen.Jifen) -> None:
    """A long block of plain numbers goes through decimals, with the same result."""
    cents = [7 * n for n in range(10_000)]
    texts = pa.array([f"{c // 100}.{c % 100:02}" for c in cents])
    assert values(read(rules, SALARY, texts)) == cents
    spoiled = pa.concat_arrays([texts, pa.array(["7,000.5", "x"])])
    coded = read(rules, SALARY, spoiled)
    assert values(coded)[-2:] == [700_050, None]
    assert mistakes(coded) == [("wrong-type", [10_001], "x")]


@pytest.mark.parametrize("start", [0, 1, 7, 8, 19])
def test_a_slice_of_a_column_keeps_what_is_unknown_in_its_place(rules: jifen.Jifen, start: int) -> None:
    """Arrow's bitmap of a slice begins within a byte of the whole; whole numbers, texts, dates, yes and no, lists."""
    ages = [None if n % 3 == 0 else n for n in range(45)]
    days = [None if a is None else date(1990, 1, a % 28 + 1) for a in ages]
    truths = [None if a is None else a % 2 == 0 for a in ages]
    for fact, whole in (
        (AGE, pa.array(ages, pa.uint8())),
        (AGE, pa.array([None if a is None else str(a) for a in ages])),
        (AGE, pa.array([None if a is None else str(a) for a in ages]).dictionary_encode()),
        (AGE, pa.array(ages, pa.float64())),
    ):
        assert values(read(rules, fact, whole.slice(start, 21))) == ages[start : start + 21]
    born = [None if d is None else d.toordinal() for d in days]
    assert values(read(rules, BORN, pa.array(days).slice(start, 21))) == born[start : start + 21]
    assert values(read(rules, HEALTHY, pa.array(truths).slice(start, 21))) == truths[start : start + 21]
    lists = pa.array([None if a is None else ["nobel"] for a in ages]).slice(start, 21)
    assert told(read(rules, PRIZES, lists)) == [a is not None for a in ages[start : start + 21]]


def test_the_bitmap_of_a_column_is_taken_as_it_lies_in_memory(rules: jifen.Jifen) -> None:
    column = pa.array([5, None, 7, None] * 16, pa.uint8())
    coded = read(rules, AGE, column.slice(16))
    assert coded.bits is not None
    assert coded.bits.ctypes.data == column.buffers()[0].address + 2


def test_what_stands_under_a_null_is_never_read(rules: jifen.Jifen) -> None:
    """Memory under a null may hold anything; here 255, which no age is and no salary may be multiplied from."""
    bitmap = pa.py_buffer(np.packbits([True, False, True], bitorder="little").tobytes())
    raw = pa.Array.from_buffers(pa.uint8(), 3, [bitmap, pa.py_buffer(bytes([30, 255, 31]))])
    coded = read(rules, AGE, raw)
    assert isinstance(coded.values, np.ndarray)
    assert (coded.values.tolist(), values(coded)) == ([30, 0, 31], [30, None, 31])
