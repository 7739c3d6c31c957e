"""The document of a scheme for one reader: the same headings, sentences, tables and lists, in one language.

Nothing is added and nothing left out. It has no look: the command line and the portal each give it theirs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from jifen.schemes.citations import Citation, Instrument
from jifen.schemes.document import Block, ListBlock, ListItem, Paragraph, Quote, Section, TableBlock
from jifen.schemes.model import Scheme
from jifen.schemes.shelf import Shelf
from jifen.schemes.speech import Piece, Run, Speech, plain
from jifen.schemes.words import in_language


@dataclass(frozen=True, slots=True)
class Statement:
    """Sentences that say how parts combine, how much, from when; with their citations."""

    words: Run


@dataclass(frozen=True, slots=True)
class Remark:
    """Commentary, or the law's own words."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: `right` says which columns hold numbers; a column of citations has its pieces in the cells."""

    header: tuple[Run, ...]
    rows: tuple[tuple[Run, ...], ...]
    right: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An item of a list: its number, its words, the condition that runs, on what it rests, remarks, and its own items."""

    mark: str
    words: Run
    condition: Run
    cited: Run
    remarks: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    entries: tuple[Entry, ...]

    @property
    def numbered(self) -> bool:
        return self.entries[0].mark != ""


Shown = Statement | Remark | Grid | Listing


@dataclass(frozen=True, slots=True)
class Part:
    """A heading (level 1 for the fixed words), what stands under it, and the headings below it."""

    id: str
    title: str
    level: int
    blocks: tuple[Shown, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """A version of a scheme as one reader sees it. `instruments` hold their titles in both languages."""

    title: str
    model: bool
    authority: str
    start: date
    until: date | None
    parts: tuple[Part, ...]
    instruments: tuple[Instrument, ...]


_CITED = re.compile(r"\s*\[([^\[\]]+)\](?!\()\s*$")
_TAIL = re.compile(r",\s*(all of|any one of|none of|at least \d+ of):$")


def read(scheme: Scheme, shelf: Shelf, lang: str) -> Reading:
    """The document of `scheme` in `lang` (`en` or `zh`); titles of facts and other schemes come from `shelf`."""
    speech = Speech(scheme, shelf, lang)
    return Reading(
        title=scheme.title[lang],
        model=scheme.law != "law",
        authority=scheme.authority[lang],
        start=scheme.start,
        until=scheme.until,
        parts=tuple(_part(s, speech) for s in scheme.document.sections),
        instruments=tuple(scheme.instruments.values()),
    )


def _part(section: Section, speech: Speech) -> Part:
    return Part(
        id=section.id,
        title=in_language(section.title, speech.lang),
        level=section.level,
        blocks=tuple(_block(b, speech) for b in section.blocks),
        parts=tuple(_part(s, speech) for s in section.sections),
    )


def _block(block: Block, speech: Speech) -> Shown:
    match block:
        case Paragraph():
            return Statement(speech.sentences(block.text))
        case Quote():
            return Remark(in_language(block.text, speech.lang))
        case TableBlock():
            return _grid(block, speech)
        case ListBlock():
            return Listing(tuple(_entry(i, speech) for i in block.items))


def _entry(item: ListItem, speech: Speech) -> Entry:
    words, condition, cited = _line(item.text.text, speech)
    return Entry(
        mark="" if item.mark == "-" else item.mark,
        words=words,
        condition=condition,
        cited=cited,
        remarks=tuple(in_language(n.text, speech.lang) for n in item.notes),
        entries=tuple(_entry(i, speech) for i in item.items),
    )


def _line(text: str, speech: Speech) -> tuple[Run, Run, Run]:
    """`condition — words · 中文 [citation]`: its words, its condition, its citation.

    A line without a condition has words only, and so has one whose condition is no more than its words.
    """
    cited: Run = ()
    if match := _CITED.search(text):
        text, cited = text[: match.start()], speech.cited(match[1])
    tail = ""
    if match := _TAIL.search(text):
        text, tail = text[: match.start()], match[1]
    first, dash, rest = text.partition(" — ")
    if dash and " · " not in first:
        words, condition = in_language(rest, speech.lang), speech.condition(first)
        same = plain(condition).strip("“”").casefold() == words.casefold()
        return (Piece(words),), () if same else condition, cited
    halves = [in_language(half, speech.lang) for half in (first, rest) if half]
    words = {"en": " — ", "zh": "——"}[speech.lang].join(halves)
    if tail:
        said = speech.sentences(tail.capitalize() + ":")
        if speech.lang == "zh":
            return (Piece(f"{words}，"), *said), (), cited
        return (Piece(f"{words}, {tail}:"),), (), cited
    return (Piece(words),), (), cited


def _grid(table: TableBlock, speech: Speech) -> Grid:
    """A table; in a matrix the columns beyond the first are rows of its second fact."""
    corner, matrix, across = table.header[0].text.partition(" \\ ")
    facts = [_fact(c.text) for c in table.header]
    if matrix:
        top = (*speech.header(corner), Piece(" \\ "), *speech.header(across))
        header = (top, *(speech.row(c.text, _fact(across)) for c in table.header[1:]))
        facts = [_fact(corner), *("" for _ in table.header[1:])]
    else:
        header = tuple(speech.header(c.text) for c in table.header)
    rows = tuple(tuple(_cell(c.text, facts[i], speech) for i, c in enumerate(row)) for row in table.rows)
    return Grid(header, rows, tuple(rule.endswith(":") for rule in table.rule))


def _fact(header: str) -> str:
    match = re.match(r"`([^`]+)`", header)
    return match[1] if match else ""


def _cell(text: str, fact: str, speech: Speech) -> Run:
    if " — " in text:
        words, condition, cited = _line(text, speech)
        gap = Piece(" ")
        bracket = {"en": (" (", ")"), "zh": ("（", "）")}[speech.lang]
        under = (Piece(bracket[0]), *condition, Piece(bracket[1])) if condition else ()
        return (*words, *under, *((gap, *cited) if cited else ()))
    if match := _CITED.fullmatch(text):
        return speech.cited(match[1])
    return speech.row(text, fact)


def citations_of(run: Run) -> tuple[Citation, ...]:
    """The citations among the pieces of a run."""
    return tuple(p.citation for p in run if p.citation)
