"""The heading Parameters: dated values, and tables that are CSV files beside the document."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

from jifen.facts.values import parse_day
from jifen.forms import Words
from jifen.problems import PolicyError, Problem, Where
from jifen.schemes.citations import Citation
from jifen.schemes.document import Cell, Paragraph, Quote, Section, TableBlock
from jifen.schemes.model import Dated, Lookup, Parameter
from jifen.schemes.reader import Reader, cited_by, no_headings_below, only_blocks
from jifen.schemes.sentences import Sentence
from jifen.schemes.tables import exact, read_column, source_of
from jifen.schemes.words import bilingual
from jifen.strict_yaml import LARGEST, decode, read_bytes


def read_parameters(reader: Reader, sections: dict[str, Section]) -> tuple[tuple[Parameter, ...], tuple[Lookup, ...]]:
    parameters: list[Parameter] = []
    lookups: list[Lookup] = []
    section = sections.get("Parameters")
    for inner in section.sections if section else ():
        found = reader.attempt(partial(_parameter, reader, inner))
        if isinstance(found, Lookup):
            lookups.append(found)
        elif found:
            parameters.extend(found)
    if section and section.blocks:
        reader.attempt(lambda: only_blocks(section.blocks, (Quote,)))
    return tuple(parameters), tuple(lookups)


def _parameter(reader: Reader, section: Section) -> Lookup | list[Parameter]:
    _, title = reader.headed(section)
    sentences = reader.sentences(section, {"lookup"})
    tables = [b for b in section.blocks if isinstance(b, TableBlock)]
    only_blocks(section.blocks, (Paragraph, TableBlock, Quote))
    no_headings_below(section)
    lookup = next((s for s in sentences if s.form == "lookup"), None)
    if lookup:
        return _lookup(reader, lookup, title, section)
    if not tables:
        raise PolicyError([Problem("empty-heading", section.where, found=section.title)])
    covered = cited_by(sentences)
    return [p for t in tables for p in _dated(reader, t, title, covered)]


def _dated(reader: Reader, table: TableBlock, title: Words, covered: tuple[Citation, ...]) -> list[Parameter]:
    header = [c.text for c in table.header]
    if "from" not in header:
        raise PolicyError([Problem("no-from-column", table.where)])
    at, source = header.index("from"), header.index("source") if "source" in header else None
    parameters = []
    for n, cell in enumerate(table.header):
        if n in (at, source):
            continue
        text, dash, words = cell.text.partition(" — ")
        column = read_column(replace(cell, text=text) if dash else cell)
        own = bilingual(words, cell.where) if dash else {}
        rows: list[Dated] = []
        for row in table.rows:
            day = parse_day(row[at].text)
            if day is None:
                raise PolicyError([Problem("bad-day", row[at].where, found=row[at].text)])
            start = date.fromordinal(day)
            value = _dated_value(row[n], column.unit)
            citations = source_of(row[source], reader.instruments) if source is not None else covered
            if not citations:
                raise PolicyError([Problem("missing-citation", row[n].where)])
            if rows and start <= rows[-1].start:
                raise PolicyError([Problem("days-must-rise", row[at].where, found=row[at].text)])
            rows.append(Dated(value, start, citations, row[n].where))
        parameters.append(Parameter(column.name, title, column.unit, tuple(rows), cell.where, own))
    return parameters


def _lookup(reader: Reader, sentence: Sentence, title: Words, section: Section) -> Lookup:
    name, label, file, _ = sentence.blanks
    keys = sentence.names(3)
    if not sentence.citations:
        raise PolicyError([Problem("missing-citation", sentence.where)])
    if label != file or "/" in file or not file.endswith(".csv"):
        raise PolicyError([Problem("bad-csv-link", sentence.at[2], found=file)])
    path = reader.path.with_name(file)
    data = read_bytes(path, PolicyError)
    if len(data) > LARGEST:
        raise PolicyError([Problem("file-too-large", Where(str(path)), {"limit": LARGEST})])
    reader.read_csv[file] = data
    try:
        rows = list(csv.reader(io.StringIO(decode(data, str(path), PolicyError))))
    except csv.Error as e:
        raise PolicyError([Problem("bad-csv-header", Where(str(path)), {"keys": ", ".join(keys)}, str(e))]) from None
    header = [c.strip() for c in rows[0]] if rows else []
    columns = [k.rsplit(".", 1)[-1] for k in keys]
    given = [h for h in header if h in keys or h in columns]
    if len(given) != len(keys) or header[-1:] != ["source"]:
        where = Where(str(path), 1)
        raise PolicyError([Problem("bad-csv-header", where, {"keys": ", ".join(keys)}, ", ".join(header))])
    positions = [header.index(k) if k in header else header.index(c) for k, c in zip(keys, columns, strict=True)]
    units: dict[str, str] = {}
    titles: dict[str, Words] = {}
    values: dict[int, str] = {}
    for n, text in enumerate(header[:-1]):
        if n in positions:
            continue
        match = re.fullmatch(r"(\w+)(?: \(([^)]*)\))?(?: — (.+))?", text)
        if not match:
            raise PolicyError([Problem("bad-csv-header", Where(str(path), 1), {"keys": ", ".join(keys)}, text)])
        values[n] = match[1]
        units[match[1]] = match[2] or ""
        if match[3]:
            titles[match[1]] = bilingual(match[3], Where(str(path), 1))
    table: dict[tuple[str, ...], dict[str, Any]] = {}
    problems = []
    for number, row in enumerate(rows[1:], 2):
        where = Where(str(path), number)
        if not any(c.strip() for c in row):
            continue
        if len(row) != len(header):
            problems.append(Problem("row-length", where, {"expected": len(header)}, str(len(row))))
            continue
        key = tuple(row[p].strip() for p in positions)
        if key in table:
            problems.append(Problem("csv-row-twice", where, {"key": ", ".join(key)}))
        if not row[-1].strip():
            problems.append(Problem("missing-citation", where))
        else:
            reader.attempt(partial(source_of, Cell(row[-1], where), reader.instruments))
        numbers = {column: exact(row[n]) for n, column in values.items()}
        problems += [Problem("bad-number", where, found=row[n]) for n, c in values.items() if numbers[c] is None]
        table[key] = numbers
    if problems:
        raise PolicyError(problems)
    return Lookup(
        name, title, file, keys, units, table, sentence.citations, section.where, titles
    )  # fmt: skip


def _dated_value(cell: Cell, unit: str) -> Fraction:
    """The value of a parameter, exactly as printed: a number, or for the unit `date` a day (as its ordinal)."""
    if unit == "date":
        day = parse_day(cell.text)
        if day is None:
            raise PolicyError([Problem("bad-day", cell.where, found=cell.text)])
        return Fraction(day)
    value = exact(cell.text)
    if value is None:
        raise PolicyError([Problem("bad-number", cell.where, found=cell.text)])
    return value
