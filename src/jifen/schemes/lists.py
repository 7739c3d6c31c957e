"""Lists of conditions: numbered items, and the headings Requirements and Outcomes that hold them."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

from jifen.problems import PolicyError, Problem, Where
from jifen.schemes.citations import Citation, take_trailing
from jifen.schemes.conditions import parse_condition
from jifen.schemes.document import ListBlock, ListItem, Paragraph, Quote, Section
from jifen.schemes.model import Conditions, Item, Line, Outcome, Requirement
from jifen.schemes.reader import (
    COMBINATIONS,
    Reader,
    cited_by,
    expectations_of,
    no_headings_below,
    notes_of,
    only_blocks,
)
from jifen.schemes.sentences import Sentence
from jifen.schemes.versions import HEADINGS
from jifen.schemes.words import bilingual, dashed


def read_conditions(
    reader: Reader, sentence: Sentence, items: tuple[ListItem, ...], prefix: str, covered: tuple[Citation, ...]
) -> Conditions:
    least = int(sentence.blanks[0]) if sentence.form == "least" else 0
    return _combined(reader, sentence.form, least, items, prefix, covered, sentence.where)


def _combined(
    reader: Reader,
    how: str,
    least: int,
    items: tuple[ListItem, ...],
    prefix: str,
    covered: tuple[Citation, ...],
    where: Where,
) -> Conditions:
    found = []
    last = 0
    for n, item in enumerate(items, 1):
        number = int(item.mark) if item.mark != "-" else n
        if number <= last:
            reader.problems.append(Problem("numbers-must-rise", item.where, found=item.mark))
        last = number
        id_ = f"{prefix}.{number}".lstrip(".")
        read = reader.attempt(partial(_item, reader, item, id_, covered))
        if read:
            found.append(read)
    if least > len(items):
        reader.problems.append(Problem("at-least-too-many", where, {"least": least}, str(len(items))))
    return Conditions(how, least, tuple(found), where)  # type: ignore[arg-type]


def _item(reader: Reader, item: ListItem, id_: str, covered: tuple[Citation, ...]) -> Item:
    where = item.text.where(0)
    text, own = take_trailing(item.text.text, reader.instruments, where)
    citations = own or covered
    notes = tuple(n.text for n in item.notes)
    content: Any
    if item.items:
        match = re.search(r",\s*(all of|any one of|none of|at least (\d+) of):$", text)
        if not match:
            raise PolicyError([Problem("no-combination", where, found=text[-40:])])
        words = bilingual(text[: match.start()], where)
        how = {"all of": "all", "any one of": "any", "none of": "none"}.get(match[1], "least")
        content = _combined(reader, how, int(match[2] or 0), item.items, id_, citations, item.where)
        sentence = match[1] + ":"
    else:
        sentence, after = dashed(text, where)
        if not after:
            raise PolicyError([Problem("no-words", where, found=text[:80])])
        words = bilingual(after, where)
        if not citations:
            raise PolicyError([Problem("missing-citation", where)])
        content = parse_condition(sentence, where)
    return Item(id_, words, sentence, content, citations, notes, item.where)


def _listed(
    reader: Reader, section: Section, id_: str, extra: set[str]
) -> tuple[Conditions | None, tuple[Sentence, ...]]:
    """The list of conditions directly under a heading, and its sentences."""
    sentences = reader.sentences(section, COMBINATIONS | extra)
    lists = [b for b in section.blocks if isinstance(b, ListBlock)]
    how = [s for s in sentences if s.form in COMBINATIONS]
    if not lists and not how:
        return None, sentences
    if len(how) != 1 or len(lists) != 1:
        raise PolicyError([Problem("no-combination", section.where, found=section.title)])
    return read_conditions(reader, how[0], lists[0].items, id_, how[0].citations), sentences


def read_requirements(reader: Reader, sections: dict[str, Section]) -> tuple[Requirement, ...]:
    section = sections.get("Requirements")
    if not section:
        return ()
    found = []
    direct, sentences = reader.attempt(lambda: _listed(reader, section, "", set()), (None, ()))
    reader.attempt(lambda: only_blocks(section.blocks, (Paragraph, ListBlock, Quote)))
    if direct:
        words = dict(zip(("en", "zh"), HEADINGS[2], strict=True))
        found.append(Requirement("", words, direct, cited_by(sentences), notes_of(section), section.where))
    for inner in section.sections:
        if requirement := reader.attempt(partial(_requirement, reader, inner)):
            found.append(requirement)
    if not found and not reader.problems:
        reader.problems.append(Problem("empty-heading", section.where, found=section.title))
    return tuple(found)


def _requirement(reader: Reader, section: Section) -> Requirement:
    id_, title = reader.headed(section)
    no_headings_below(section)
    only_blocks(section.blocks, (Paragraph, ListBlock, Quote))
    conditions, sentences = _listed(reader, section, id_, set())
    if conditions is None:
        raise PolicyError([Problem("no-combination", section.where, found=section.title)])
    return Requirement(id_, title, conditions, cited_by(sentences), notes_of(section), section.where)


def read_outcomes(reader: Reader, sections: dict[str, Section]) -> tuple[Outcome, ...]:
    section = sections.get("Outcomes")
    if not section:
        return ()
    reader.attempt(lambda: only_blocks(section.blocks, (Paragraph, Quote)))
    said = reader.sentences(section, {"never_outcome"})
    reader.expects = reader.attempt(lambda: expectations_of(said, "never_outcome", ()), ())
    if not section.sections:
        reader.problems.append(Problem("empty-heading", section.where, found=section.title))
    found = [o for s in section.sections if (o := reader.attempt(partial(_outcome, reader, s)))]
    return tuple(found)


def _outcome(reader: Reader, section: Section) -> Outcome:
    id_, title = reader.headed(section)
    no_headings_below(section)
    only_blocks(section.blocks, (Paragraph, ListBlock, Quote))
    conditions, sentences = _listed(reader, section, id_, {"grants"})
    if conditions is None:
        raise PolicyError([Problem("no-combination", section.where, found=section.title)])
    covered = next((s.citations for s in sentences if s.form in COMBINATIONS), ())
    grants = tuple(
        Line(bilingual(s.blanks[0], s.at[0]), {}, s.citations or covered, s.where)
        for s in sentences
        if s.form == "grants"
    )
    return Outcome(id_, title, conditions, grants, covered, notes_of(section), section.where)
