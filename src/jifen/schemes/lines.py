"""Headings whose lines are shown: Grants with its amounts, Evidence, Steps, Cannot express."""

from __future__ import annotations

from functools import partial

from jifen.forms import Words
from jifen.problems import PolicyError, Problem
from jifen.schemes.amounts import SENTENCES, read_amount
from jifen.schemes.citations import Citation, take_trailing
from jifen.schemes.document import ListBlock, ListItem, Paragraph, Quote, Section, TableBlock
from jifen.schemes.model import Amount, Line
from jifen.schemes.reader import Reader, cited_by, no_headings_below, notes_of, only_blocks
from jifen.schemes.sentences import read_sentences
from jifen.schemes.versions import TITLES
from jifen.schemes.words import bilingual, dashed


def read_amounts(reader: Reader, sections: dict[str, Section]) -> tuple[Amount, ...]:
    section = sections.get("Grants")
    return tuple(a for s in (section.sections if section else ()) if (a := reader.attempt(partial(_amount, reader, s))))


def _amount(reader: Reader, section: Section) -> Amount:
    id_, title = reader.headed(section)
    no_headings_below(section)
    only_blocks(section.blocks, (Paragraph, TableBlock, Quote))
    paragraphs = [b for b in section.blocks if isinstance(b, Paragraph)]
    found = [s for p in paragraphs for s in read_sentences(p, SENTENCES, reader.instruments)]
    return read_amount(id_, title, section, found, reader.instruments, notes_of(section))


def read_lines(reader: Reader, section: Section) -> tuple[Line, ...]:
    if section.title != TITLES[5]:
        no_headings_below(section)
    found: list[Line] = []
    covered = cited_by(reader.sentences(section, set()))
    for block in section.blocks:
        if isinstance(block, ListBlock):
            for item in block.items:
                if line := reader.attempt(partial(_line, reader, item, covered, section)):
                    found.append(line)
        elif not isinstance(block, (Quote, Paragraph)):
            reader.problems.append(Problem("not-understood", section.where, found="a table"))
    return tuple(found)


def _line(reader: Reader, item: ListItem, covered: tuple[Citation, ...], section: Section) -> Line:
    where = item.text.where(0)
    text, own = take_trailing(item.text.text, reader.instruments, where)
    if not (own or covered):
        raise PolicyError([Problem("missing-citation", where)])
    reason: Words = {}
    if section.title == TITLES[-1]:
        text, after = dashed(text, where)
        if not after:
            raise PolicyError([Problem("no-reason", where, found=text[:80])])
        reason = bilingual(after, where)
    return Line(bilingual(text, where), reason, own or covered, where)
