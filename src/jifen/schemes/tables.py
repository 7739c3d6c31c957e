"""Tables: the law's tables over one fact, two facts (a matrix), several facts, or conditions."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

from jifen.problems import PolicyError, Problem
from jifen.schemes.citations import Citation, Instrument, read_citations, take_trailing
from jifen.schemes.conditions import Op, parse_condition, parse_term
from jifen.schemes.document import Cell, TableBlock
from jifen.schemes.model import (
    Anything,
    Column,
    ConditionRow,
    ConditionTable,
    FactTable,
    Further,
    Listed,
    Range,
    Rest,
    Row,
    RowTest,
)
from jifen.schemes.words import bilingual, dashed

_HEADER = re.compile(r"`([^`]+)`(?:\s*\(([^)]*)\))?$|(each)(?:\s*\(([^)]*)\))?$")
_SPAN = re.compile(r"([\d.,]+|`[^`]+`)\s*[–-]\s*([\d.,]+|`[^`]+`)$")
_BRACKET = re.compile(r"([\[(])\s*(.+?),\s+(.+?)\s*([\])])$")
_ONE_SIDED = re.compile(r"(≥|≤|>|<)\s*(.+)$")


def read_column(cell: Cell) -> Column:
    """A fact and its unit, as a header prints them."""
    match = _HEADER.match(cell.text)
    if not match:
        raise PolicyError([Problem("bad-column", cell.where, found=cell.text)])
    return Column(match[1] or "each", (match[2] or match[4] or "").strip(), cell.where)


def read_test(cell: Cell) -> RowTest:
    """Which values a row covers. Raises PolicyError for a form that the language does not have."""
    text, where = cell.text, cell.where
    if text == "any":
        return Anything()
    if text in ("below", "above", "otherwise"):
        return Rest()
    if text.startswith("each further "):
        return Further()
    if match := _BRACKET.match(text):
        low_op: Op = "≥" if match[1] == "[" else ">"
        high_op: Op = "≤" if match[4] == "]" else "<"
        return Range(parse_term(match[2], where), low_op, parse_term(match[3], where), high_op)
    if match := _SPAN.match(text):
        return Range(parse_term(match[1], where), "≥", parse_term(match[2], where), "≤")
    first, _, second = text.partition(" and ")
    if match := _ONE_SIDED.match(first):
        bounds = [match] + ([m] if second and (m := _ONE_SIDED.match(second)) else [])
        if second and len(bounds) == 1:
            raise PolicyError([Problem("bad-row", where, found=text)])
        test = Range(None, "≥", None, "≤")
        for bound in bounds:
            op: Any = bound[1]
            edge = parse_term(bound[2], where)
            if op in "≥>" and test.low is None:
                test = Range(edge, op, test.high, test.high_op)
            elif op in "≤<" and test.high is None:
                test = Range(test.low, test.low_op, edge, op)
            else:
                raise PolicyError([Problem("bad-row", where, found=text)])
        return test
    values = tuple(part.strip().strip("`") for part in re.split(r",\s+", text))
    if not all(re.fullmatch(r"[\w.,\-]+", v) for v in values):
        raise PolicyError([Problem("bad-row", where, found=text)])
    return Listed(values)


def read_fact_table(
    block: TableBlock,
    instruments: dict[str, Instrument],
    covered: tuple[Citation, ...],
    each: tuple[str, ...] = (),
    each_how: str = "sum",
) -> FactTable:
    """A table over facts. `covered` are the citations of the line above it, for rows that have none of their own."""
    header = [c.text for c in block.header]
    if " \\ " in header[0]:
        return _matrix(block, covered, each, each_how)
    sources = 1 if header[-1] == "source" else 0
    result = header[-1 - sources]
    if result not in ("points", "value"):
        at = block.header[-1 - sources]
        raise PolicyError([Problem("bad-result-column", at.where, found=at.text)])
    columns = tuple(read_column(c) for c in block.header[: -1 - sources])
    if not columns:
        raise PolicyError([Problem("bad-column", block.where, found=header[0])])
    rows = []
    for cells in block.rows:
        citations = covered
        if sources:
            source = cells[-1]
            _, own = take_trailing(source.text, instruments, source.where)
            citations = own or covered
        tests = tuple(read_test(c) for c in cells[: len(columns)])
        label = tuple(c.text for c in cells[: len(columns)])
        rows.append(_row(tests, label, cells[len(columns)], result, citations))
    return FactTable(columns, tuple(rows), result, block.where, each, each_how)  # type: ignore[arg-type]


def _matrix(block: TableBlock, covered: tuple[Citation, ...], each: tuple[str, ...], each_how: str) -> FactTable:
    corner = block.header[0]
    first, _, second = corner.text.partition(" \\ ")
    columns = tuple(read_column(Cell(text.strip(), corner.where)) for text in (first, second))
    across = [read_test(c) for c in block.header[1:]]
    result = "points"
    if not all(re.fullmatch(r"[+-]?[\d,]+", c.text) for row in block.rows for c in row[1:]):
        result = "value"
    rows = tuple(
        _row((read_test(row[0]), test), (row[0].text, head.text), cell, result, covered)
        for row in block.rows
        for test, head, cell in zip(across, block.header[1:], row[1:], strict=True)
    )
    return FactTable(columns, rows, result, block.where, each, each_how)  # type: ignore[arg-type]


def _row(
    tests: tuple[RowTest, ...],
    label: tuple[str, ...],
    cell: Cell,
    result: str,
    citations: tuple[Citation, ...],
) -> Row:
    if not citations:
        raise PolicyError([Problem("missing-citation", cell.where)])
    if result == "points":
        return Row(tests, label, read_points(cell), "", "", citations, cell.where)
    name = cell.text.strip("`") if cell.text.startswith("`") else ""
    return Row(tests, label, 0, "" if name else cell.text, name, citations, cell.where)


def read_points(cell: Cell) -> int:
    """A whole number of points; `+1` in a row of further units."""
    text = cell.text.replace(",", "").replace("−", "-")
    if not re.fullmatch(r"[+-]?\d{1,9}", text, re.ASCII):
        raise PolicyError([Problem("bad-points", cell.where, found=cell.text)])
    return int(text)


def read_condition_table(
    block: TableBlock,
    instruments: dict[str, Instrument],
    covered: tuple[Citation, ...],
    how: str,
    id_: str,
) -> ConditionTable:
    """Rows of `condition — words [citation] | points`."""
    if [c.text for c in block.header] != ["condition", "points"]:
        raise PolicyError([Problem("bad-column", block.where, found=" | ".join(c.text for c in block.header))])
    rows = []
    for n, (cell, points) in enumerate(block.rows, 1):
        text, own = take_trailing(cell.text, instruments, cell.where)
        citations = own or covered
        if not citations:
            raise PolicyError([Problem("missing-citation", cell.where)])
        sentence, words = dashed(text, cell.where)
        condition = None
        if sentence != "otherwise":
            condition = parse_condition(sentence, cell.where)
        elif n != len(block.rows) or how != "first":
            raise PolicyError([Problem("otherwise-last", cell.where)])
        both = bilingual(words, cell.where) if words else {}
        rows.append(ConditionRow(f"{id_}.{n}", condition, sentence, both, read_points(points), citations, cell.where))
    return ConditionTable(how, tuple(rows), block.where)  # type: ignore[arg-type]


def exact(text: str) -> Fraction | None:
    """A number of a parameter or a CSV file, exactly as printed."""
    plain = text.strip()
    if len(plain) > 40 or not re.fullmatch(r"-?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", plain, re.ASCII):
        return None
    return Fraction(plain.replace(",", ""))


def source_of(cell: Cell, instruments: dict[str, Instrument]) -> tuple[Citation, ...]:
    """The citations in a `source` column, with or without brackets."""
    inside = cell.text.strip().removeprefix("[").removesuffix("]")
    if not inside:
        raise PolicyError([Problem("missing-citation", cell.where)])
    return read_citations(inside, instruments, cell.where)
