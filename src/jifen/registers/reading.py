"""Reading a register: one CSV file, strictly against its schema, all or nothing.

A file with one wrong row gives no rows: `read_rows` collects every mistake and raises. What needs other registers (a district that must
exist) is checked in `store`, when all are read.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from jifen.problems import Problem, RegisterError, Where, nearest
from jifen.registers.rows import Row, Value, When, written
from jifen.registers.schema import Column, Schema
from jifen.schemes.citations import SURE, Sure
from jifen.strict_yaml import decode, read_bytes


def read_rows(path: Path, schema: Schema) -> tuple[Row, ...]:
    """The rows of a CSV file in UTF-8. The header names columns by id or by their title in either language.

    Raises RegisterError with every mistake: then no row was taken.
    """
    file = str(path)
    lines = decode(read_bytes(path, RegisterError), file, RegisterError).splitlines()
    while lines and not lines[-1].strip():
        lines.pop()
    problems: list[Problem] = []
    if not lines:
        raise RegisterError([Problem("register-no-rows", Where(file, 1, 1))])
    header = list(_cells(lines[0], Where(file, 1, 1), problems))
    columns = _header(header, schema, file, problems)
    if problems:
        raise RegisterError(problems)
    rows: list[Row] = []
    ids: dict[str, int] = {}
    names: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(lines[1:], 2):
        found: list[Problem] = []
        at = Where(file, number, 1)
        cells = list(_cells(line, at, found))
        if not found and len(cells) != len(columns):
            found.append(Problem("row-length", at, {"expected": len(columns)}, str(len(cells))))
        row = None if found else _row(dict(zip(columns, cells, strict=True)), schema, at, found)
        if row is not None:
            _once(row, ids, names, found)
            rows.append(row)
        problems += found
    if not problems and not rows:
        problems.append(Problem("register-no-rows", Where(file, 1, 1)))
    if problems:
        raise RegisterError(problems)
    return tuple(rows)


_Cell = tuple[str, Where]
_FIELD = re.compile(r'\s*(?:"(?:[^"]|"")*"|[^,]*)')


def _cells(line: str, at: Where, problems: list[Problem]) -> Iterator[_Cell]:
    """The fields of one line with their columns. A field may not hold a line break, so a row is a line."""
    try:
        [texts] = csv.reader([line], strict=True)
    except (csv.Error, ValueError):
        texts = []
    if line.count('"') % 2 or (not texts and line.strip()):
        column = line.find('"') + 1
        problems.append(Problem("register-quotes", Where(at.file, at.line, max(column, 1)), found=line[:60]))
        return
    place = 0
    for text in texts or [""]:
        yield text.strip(), Where(at.file, at.line, place + 1)
        match = _FIELD.match(line, place)
        place = (match.end() if match else len(line)) + 1


def _header(cells: list[_Cell], schema: Schema, file: str, problems: list[Problem]) -> list[str]:
    spoken = {c.title[lang].casefold(): c.name for c in schema.columns.values() for lang in ("en", "zh")}
    found: list[str] = []
    for text, at in cells:
        name = text if text in schema.columns else spoken.get(text.casefold(), "")
        if not name:
            near = nearest(text, schema.columns) or spoken.get(nearest(text.casefold(), spoken), "")
            problems.append(
                Problem("register-unknown-column", at, {"column": text, "register": schema.name}, text, near)
            )
        elif name in found:
            problems.append(Problem("register-column-twice", at, {"column": name}))
        found.append(name)
    for column in schema.columns.values():
        if column.needed and column.name not in found:
            problems.append(Problem("register-no-column", Where(file, 1, 1), {"column": column.name}))
    return found


def _row(cells: Mapping[str, _Cell], schema: Schema, at: Where, problems: list[Problem]) -> Row | None:
    values: dict[str, Value] = {}
    before = len(problems)
    for column in schema.columns.values():
        text, where = cells.get(column.name, ("", at))
        if text:
            value = _value(text, column, where, problems)
            if value is not None:
                values[column.name] = value
        elif column.needed:
            problems.append(Problem("register-empty", where, {"column": column.name}))
    _together(values, cells, at, problems)
    doubts = _doubts(cells.get("less_sure", ("", at)), schema, problems)
    if len(problems) > before:
        return None
    taken = {n: values.pop(n, "") for n in ("id", "en", "zh", "note_en", "note_zh", "as_of", "confidence", "source")}
    values.pop("less_sure", None)
    as_of, sure = taken["as_of"], taken["confidence"]
    assert isinstance(as_of, When)
    return Row(
        register=schema.name,
        id=str(taken["id"]),
        name={"en": str(taken["en"]), "zh": str(taken["zh"])},
        note={"en": str(taken["note_en"]), "zh": str(taken["note_zh"])},
        values=values,
        as_of=as_of,
        sure=sure,  # type: ignore[arg-type]  # its column allows nothing else
        less_sure=doubts,
        source=str(taken["source"]),
        where=at,
        fields={name: where for name, (_, where) in cells.items()},
    )


_EXAMPLES = {"date": "2024-03-01, 2024-03, 2024", "whole": "12", "number": "39.96", "url": "https://…"}


def _value(text: str, column: Column, at: Where, problems: list[Problem]) -> Value | None:
    """The typed value of a field, or None after saying what is wrong with it."""

    def wrong(expected: str, near: str = "") -> Value | None:
        problems.append(Problem("register-value", at, {"column": column.name, "form": expected}, text, near))
        return None

    if any(unicodedata.category(c) == "Cc" for c in text):
        problems.append(Problem("register-control-character", at, {"column": column.name}, repr(text)[1:-1][:60]))
        return None
    if column.name == "id" and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text, re.A):
        return wrong("a-b-1", re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-"))
    if column.type in ("one of", "several of"):
        parts = _parts(text) if column.type == "several of" else [text]
        codes = [_code(p, column) for p in parts]
        for part, code in zip(parts, codes, strict=True):
            if not code:
                wrong(", ".join(column.values), nearest(part, column.values))
        if not all(codes):
            return None
        return tuple(codes) if column.type == "several of" else codes[0]
    if column.type in ("several rows of", "several texts"):
        return tuple(_parts(text))
    if column.type == "date":
        try:
            return When.read(text)
        except ValueError:
            return wrong(_EXAMPLES["date"], _day(text))
    if column.type == "url" and not re.fullmatch(r"https?://[^\s/]+\.[^\s]+", text):
        return wrong(_EXAMPLES["url"])
    if column.type not in ("whole", "number"):
        return text
    if not re.fullmatch(r"-?\d+" if column.type == "whole" else r"-?\d+(\.\d+)?", text, re.A) or len(text) > 20:
        return wrong(_EXAMPLES[column.type], text.replace(",", "") if "," in text else "")
    number = int(text) if column.type == "whole" else Decimal(text)
    if (column.low is not None and number < column.low) or (column.high is not None and number > column.high):
        problems.append(
            Problem(
                "register-out-of-range", at,
                {"column": column.name, "low": f"{column.low:g}", "high": f"{column.high:g}"}, text,
            )
        )  # fmt: skip
        return None
    return number


def _parts(text: str) -> list[str]:
    return [p.strip() for p in re.split("[;；]", text) if p.strip()]


def _code(text: str, column: Column) -> str:
    """The code itself, or the code whose words in either language these are."""
    if text in column.values:
        return text
    return next((c for c, w in column.values.items() if text.casefold() in (w["en"].casefold(), w["zh"])), "")


def _day(text: str) -> str:
    """A date written with other signs (2024/3/1, 2024年3月1日), as it should stand."""
    match = re.fullmatch(r"(\d{4})[/.年](\d{1,2})[/.月](\d{1,2})日?", text, re.A)
    return f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}" if match else ""


def _together(values: Mapping[str, Value], cells: Mapping[str, _Cell], at: Where, problems: list[Problem]) -> None:
    """What two fields say together: an end after its start, both halves of a coordinate, and how near it is."""
    start, end = values.get("start"), values.get("end")
    if isinstance(start, When) and isinstance(end, When) and end.last < start.first:
        problems.append(Problem("register-end-before-start", cells["end"][1], {"start": start}, str(end)))
    lat, lon = cells.get("lat", ("", at)), cells.get("lon", ("", at))
    if bool(lat[0]) != bool(lon[0]):
        problems.append(Problem("register-half-coordinate", lat[1] if lon[0] else lon[1]))
    elif lat[0] and "within_m" in cells and not cells["within_m"][0]:
        problems.append(Problem("register-empty", cells["within_m"][1], {"column": "within_m"}))
    exchanged = [p for p in problems if p.code == "register-out-of-range" and p.where in (lat[1], lon[1])]
    if len(exchanged) == 2:
        for problem in exchanged:
            problems[problems.index(problem)] = Problem(
                problem.code, problem.where, problem.blanks, problem.found, f"lat {lon[0]}, lon {lat[0]}"
            )


def _doubts(cell: _Cell, schema: Schema, problems: list[Problem]) -> dict[str, Sure]:
    found: dict[str, Sure] = {}
    for part in _parts(cell[0]):
        name, _, sure = (p.strip() for p in part.partition("="))
        if name not in schema.columns or sure not in SURE[1:]:
            near = nearest(name, schema.columns) if name not in schema.columns else nearest(sure, SURE[1:])
            problems.append(
                Problem("register-value", cell[1], {"column": "less_sure", "form": "column=memory"}, part, near)
            )
        else:
            found[name] = sure
    return found


def _once(row: Row, ids: dict[str, int], names: dict[tuple[str, ...], int], problems: list[Problem]) -> None:
    """No id twice, and nothing that stands in the file twice under two ids."""
    if row.id in ids:
        problems.append(Problem("register-row-twice", row.where, {"row": row.id, "line": ids[row.id]}))
    same = (*row.name.values(), *(written(v) for v in row.values.values()))
    if same in names and row.id not in ids:
        problems.append(Problem("register-row-twice", row.where, {"row": row.name["en"], "line": names[same]}))
    ids.setdefault(row.id, row.where.line)
    names.setdefault(same, row.where.line)
