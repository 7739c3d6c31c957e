"""The heading Points: criteria, their tables, their caps, the pass mark."""

from __future__ import annotations

from functools import partial
from typing import Any

from jifen.forms import Words
from jifen.problems import PolicyError, Problem
from jifen.schemes.citations import Citation
from jifen.schemes.conditions import parse_condition
from jifen.schemes.document import ListBlock, Paragraph, Section, TableBlock
from jifen.schemes.model import Cap, Criterion, ValueOf
from jifen.schemes.reader import Reader, cited_by, expectations_of, notes_of
from jifen.schemes.sentences import Sentence, read_sentences, whole
from jifen.schemes.tables import read_condition_table, read_fact_table
from jifen.schemes.versions import HEADINGS


def read_points(reader: Reader, sections: dict[str, Section]) -> tuple[Criterion | None, int | None]:
    section = sections.get("Points")
    if not section:
        return None, None
    words = dict(zip(("en", "zh"), HEADINGS[3], strict=True))
    criterion, sentences = reader.attempt(lambda: _criterion(reader, section, "", words, ()), (None, ()))
    marks = [s for s in sentences if s.form in ("pass_mark", "no_pass_mark")]
    if len(marks) != 1 and criterion:
        reader.problems.append(Problem("no-pass-mark", section.where))
    mark = whole(marks[0].blanks[0]) if marks and marks[0].form == "pass_mark" else None
    return criterion, mark


def _criterion(
    reader: Reader, section: Section, id_: str, title: Words, covered: tuple[Citation, ...]
) -> tuple[Criterion, tuple[Sentence, ...]]:
    allowed = {"sum", "best", "first", "each", "cap", "cap_when", "only_when", "value_of", "never_points"}
    if not id_:
        allowed |= {"pass_mark", "no_pass_mark"}
    sentences: list[Sentence] = []
    for block in section.blocks:
        if isinstance(block, Paragraph):
            sentences += read_sentences(block, allowed, reader.instruments)
    citations = cited_by(sentences) or covered
    how = [s.form for s in sentences if s.form in ("sum", "best", "first")]
    tables = [b for b in section.blocks if isinstance(b, TableBlock)]
    parts: list[Any] = []
    table_sentences: list[Sentence] = []
    for block in section.blocks:
        if isinstance(block, Paragraph):
            table_sentences = list(read_sentences(block, allowed, reader.instruments))
        elif isinstance(block, TableBlock):
            each = next((s for s in table_sentences if s.form == "each"), None)
            if read := reader.attempt(partial(_table, reader, block, each, how, citations, id_)):
                parts.append(read)
        elif isinstance(block, ListBlock):
            reader.problems.append(Problem("not-understood", block.where, found="a list"))
    for s in sentences:
        if s.form == "value_of":
            if not citations:
                reader.problems.append(Problem("missing-citation", s.where))
            parts.append(ValueOf(s.blanks[0], s.where))
    for inner in section.sections:
        if read := reader.attempt(partial(_inner, reader, inner, citations)):
            parts.append(read)
    if not parts and not reader.problems:
        raise PolicyError([Problem("empty-heading", section.where, found=section.title)])
    if len(parts) > 1 and len(how) != 1:
        raise PolicyError([Problem("how-combined", section.where, found=section.title)])
    if "first" in how and (len(tables) != 1 or len(parts) != 1):
        raise PolicyError([Problem("how-combined", section.where, found=section.title)])
    caps = tuple(
        Cap(
            whole(s.blanks[0]),
            parse_condition(s.blanks[1], s.at[1]) if s.form == "cap_when" else None,
            s.where,
        )
        for s in sentences
        if s.form in ("cap", "cap_when")
    )
    if sum(1 for s in sentences if s.form == "only_when") > 1 or (
        "first" in how and tables[0].header[0].text != "condition"
    ):
        raise PolicyError([Problem("how-combined", section.where, found=section.title)])
    only = next((parse_condition(s.blanks[0], s.at[0]) for s in sentences if s.form == "only_when"), None)
    combine: Any = "best" if "best" in how else "sum"
    expects = expectations_of(sentences, "never_points", citations)
    criterion = Criterion(
        id_, title, combine, tuple(parts), caps, only, citations, notes_of(section), section.where, expects
    )
    return criterion, tuple(sentences)


def _inner(reader: Reader, section: Section, covered: tuple[Citation, ...]) -> Criterion:
    return _criterion(reader, section, *reader.headed(section), covered)[0]


def _table(
    reader: Reader,
    block: TableBlock,
    each: Sentence | None,
    how: list[str],
    covered: tuple[Citation, ...],
    id_: str,
) -> Any:
    if block.header[0].text == "condition":
        if len(how) != 1:
            raise PolicyError([Problem("how-combined", block.where, found="condition")])
        return read_condition_table(block, reader.instruments, covered, how[0], id_)
    if each:
        return read_fact_table(block, reader.instruments, each.citations or covered, each.names(0), each.blanks[1])
    return read_fact_table(block, reader.instruments, covered)
