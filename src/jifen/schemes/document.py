"""A scheme file as a tree of headings with blocks, each with its position; no meaning yet.

Blocks are paragraphs, lists, tables and quotations. Amending files are merged here, heading by heading (section 9 of
the language), so that everything after sees one consolidated document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from jifen.problems import PolicyError, Problem, Where
from jifen.strict_yaml import Table as YamlTable
from jifen.strict_yaml import parse


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences: `text` with the place of every character's line start kept in `lines` (offset, line)."""

    text: str
    lines: tuple[tuple[int, Where], ...]

    def where(self, offset: int) -> Where:
        start, at = max((entry for entry in self.lines if entry[0] <= offset), key=lambda entry: entry[0])
        return replace(at, column=at.column + offset - start)


@dataclass(frozen=True, slots=True)
class Quote:
    """Commentary, or the law's own words: shown, never run."""

    text: str
    where: Where


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    where: Where


@dataclass(frozen=True, slots=True)
class TableBlock:
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    where: Where
    rule: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item: its printed mark (`3`, or `-`), its text, what hangs under it."""

    mark: str
    text: Paragraph
    notes: tuple[Quote, ...]
    items: tuple[ListItem, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class ListBlock:
    items: tuple[ListItem, ...]
    where: Where


Block = Paragraph | Quote | TableBlock | ListBlock


@dataclass(frozen=True)
class Section:
    """A heading, what stands directly under it, and the headings below it."""

    title: str
    id: str
    level: int
    where: Where
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True)
class Document:
    """Front matter and sections. `text` is the file as written; `amended` the files it changes, newest first."""

    file: str
    identity: YamlTable
    sections: tuple[Section, ...]
    text: str
    amended: tuple[str, ...] = field(default=())


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Characters that hide or turn round what a person reads; tab and the end of a line are not among them."""
_HEADING = re.compile(r"(#{1,6}) +(.*?)\s*$")
_ID = re.compile(r"^(.*?)\s*\{#([A-Za-z0-9_.\-]+)\}$")
_ITEM = re.compile(r"( *)(\d+\.|-) +(?=\S)")


def read_document(text: str, file: str) -> Document:
    """Split a scheme file. Raises PolicyError where front matter, headings, lists or tables are not well formed."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if hidden := _CONTROL.search(line):
            at = Where(file, number, hidden.start() + 1)
            raise PolicyError([Problem("control-character", at, found=f"U+{ord(hidden[0]):04X}")])
    if not lines or lines[0].strip() != "---":
        raise PolicyError([Problem("no-front-matter", Where(file, 1, 1), found=lines[0][:40] if lines else "")])
    end = next((i for i, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if end is None:
        raise PolicyError([Problem("no-front-matter", Where(file, 1, 1))])
    identity = parse("\n".join(lines[1:end]), file, PolicyError, first_line=2)
    if not isinstance(identity, YamlTable):
        raise PolicyError([Problem("not-a-mapping", Where(file, 2, 1))])
    return Document(file, identity, _sections(lines, end + 1, file), text)


def _sections(lines: list[str], start: int, file: str) -> tuple[Section, ...]:
    heads: list[tuple[Section, int]] = []
    for i in range(start, len(lines)):
        match = _HEADING.match(lines[i])
        if match:
            where = Where(file, i + 1, 1)
            title, id_ = match[2], ""
            if m := _ID.match(title):
                title, id_ = m[1], m[2]
            heads.append((Section(title, id_, len(match[1]), replace(where, heading=_first_words(title))), i))
        elif not heads and lines[i].strip():
            raise PolicyError([Problem("text-before-heading", Where(file, i + 1, 1), found=lines[i].strip()[:60])])
    filled = []
    for n, (section, i) in enumerate(heads):
        end = heads[n + 1][1] if n + 1 < len(heads) else len(lines)
        blocks = tuple(_blocks(lines, i + 1, end, file, section.where.heading))
        filled.append(replace(section, blocks=blocks))
    result, rest = _nest(filled, 1)
    if rest:
        raise PolicyError([Problem("heading-level", rest[0].where, found="#" * rest[0].level)])
    return result


def _first_words(title: str) -> str:
    return title.split(" · ")[0]


def _nest(flat: list[Section], level: int) -> tuple[tuple[Section, ...], list[Section]]:
    done = []
    while flat and flat[0].level == level:
        head, flat = flat[0], flat[1:]
        inner, flat = _nest(flat, level + 1)
        done.append(replace(head, sections=inner))
    if flat and flat[0].level > level:
        raise PolicyError([Problem("heading-level", flat[0].where, found="#" * flat[0].level)])
    return tuple(done), flat


def _blocks(lines: list[str], start: int, end: int, file: str, heading: str) -> Iterator[Block]:
    i = start

    def at(index: int, column: int = 1) -> Where:
        return Where(file, index + 1, column, heading)

    while i < end:
        line = lines[i]
        stripped = line.strip()
        if not stripped:
            i += 1
        elif stripped.startswith(">"):
            j = i
            while j < end and lines[j].strip().startswith(">"):
                j += 1
            yield _quote(lines[i:j], at(i))
            i = j
        elif stripped.startswith("|"):
            j = i
            while j < end and lines[j].strip().startswith("|"):
                j += 1
            yield _table(lines[i:j], i, at)
            i = j
        elif _ITEM.match(line):
            items, j = _list(lines, i, end, at)
            yield ListBlock(items, at(i))
            i = j
        else:
            j = i
            while j < end and lines[j].strip() and not lines[j].strip().startswith((">", "|")) and (
                j == i or not _ITEM.match(lines[j])
            ):  # fmt: skip
                j += 1
            yield _paragraph([(lines[k], at(k)) for k in range(i, j)])
            i = j


def _quote(lines: list[str], where: Where) -> Quote:
    return Quote("\n".join(line.strip()[1:].strip() for line in lines), where)


def _paragraph(lines: list[tuple[str, Where]]) -> Paragraph:
    text, starts = "", []
    for line, where in lines:
        if text:
            text += " "
        starts.append((len(text), replace(where, column=where.column + len(line) - len(line.lstrip()))))
        text += line.strip()
    return Paragraph(text, tuple(starts))


def _list(lines: list[str], start: int, end: int, at) -> tuple[tuple[ListItem, ...], int]:  # type: ignore[no-untyped-def]
    """The items at the indentation of line `start`, and the index after them."""
    first = _ITEM.match(lines[start])
    assert first
    indent = len(first[1])
    items: list[ListItem] = []
    i = start
    while i < end:
        match = _ITEM.match(lines[i])
        if not match or len(match[1]) != indent:
            break
        body = [(lines[i][match.end() :], at(i, match.end() + 1))]
        notes: list[Quote] = []
        inner: tuple[ListItem, ...] = ()
        begin, i = i, i + 1
        while i < end:
            line = lines[i]
            depth = len(line) - len(line.lstrip())
            following = next((k for k in range(i, end) if lines[k].strip()), end)
            if not line.strip():
                ahead = lines[following] if following < end else ""
                if following < end and (len(ahead) - len(ahead.lstrip()) > indent):
                    i = following
                    continue
                if following < end and (m := _ITEM.match(ahead)) and len(m[1]) == indent:
                    i = following
                break
            if depth <= indent:
                break
            if line.strip().startswith(">"):
                j = i
                while j < end and lines[j].strip().startswith(">"):
                    j += 1
                notes.append(_quote(lines[i:j], at(i)))
                i = j
            elif _ITEM.match(line):
                more, i = _list(lines, i, end, at)
                inner += more
            elif inner or notes:
                problem = Problem("not-understood", at(i, depth + 1), found=line.strip()[:60])
                raise PolicyError([problem])
            else:
                body.append((line, at(i)))
                i += 1
        items.append(ListItem(match[2].rstrip("."), _paragraph(body), tuple(notes), inner, at(begin)))
    return tuple(items), i


_RULE = re.compile(r":?-+:?")


def _table(lines: list[str], start: int, at) -> TableBlock:  # type: ignore[no-untyped-def]
    rows = [tuple(_cells(line, start + k, at)) for k, line in enumerate(lines)]
    if len(rows) < 3 or not all(_RULE.fullmatch(c.text) for c in rows[1]):
        raise PolicyError([Problem("not-a-table", at(start))])
    for row in rows[1:]:
        if len(row) != len(rows[0]):
            blanks = {"expected": len(rows[0])}
            raise PolicyError([Problem("row-length", row[0].where, blanks, str(len(row)))])
    return TableBlock(rows[0], tuple(rows[2:]), at(start), tuple(c.text for c in rows[1]))


def _cells(line: str, index: int, at) -> Iterator[Cell]:  # type: ignore[no-untyped-def]
    body = line.rstrip()
    start = body.index("|") + 1
    stop = len(body) - 1 if body.endswith("|") else len(body)
    begin, ticks = start, False
    for k in range(start, stop + 1):
        if k < stop and body[k] == "`":
            ticks = not ticks
        if k == stop or (body[k] == "|" and not ticks):
            raw = body[begin:k]
            yield Cell(raw.strip(), at(index, begin + 1 + len(raw) - len(raw.lstrip())))
            begin = k + 1


def amend(base: Document, change: Document) -> Document:
    """`base` with the headings of `change` put in the place of those with the same id."""
    sections = list(base.sections)
    for section in change.sections:
        at = next((i for i, s in enumerate(sections) if s.title == section.title), None)
        if at is None:
            sections.append(section)
        else:
            sections[at] = _merge(sections[at], section, change.file)
    return replace(change, sections=tuple(sections), amended=(base.file, *base.amended))


def _merge(old: Section, new: Section, file: str) -> Section:
    """`new` changes `old`: a heading that is only repeated shows the place; a new one stands where it was written among them."""
    if new.id and new.blocks:
        return new
    if not new.id and new.blocks:
        return replace(new, sections=new.sections)
    inner = list(old.sections)
    place: int | None = None
    for n, section in enumerate(new.sections):
        at = _place(inner, section)
        if _repealed(section):
            if at is None:
                raise PolicyError([Problem("nothing-to-repeal", section.where, {"id": section.id})])
            del inner[at]
            place = at
        elif at is None:
            if place is None:
                following = (_place(inner, s) for s in new.sections[n + 1 :])
                place = next((p for p in following if p is not None), len(inner))
            inner.insert(place, section)
            place += 1
        else:
            inner[at] = _merge(inner[at], section, file)
            place = at + 1
    return replace(old, title=new.title, sections=tuple(inner))


def _place(sections: list[Section], wanted: Section) -> int | None:
    return next((i for i, s in enumerate(sections) if s.id == wanted.id), None)


def _repealed(section: Section) -> bool:
    first = next((b for b in section.blocks if isinstance(b, Paragraph)), None)
    return first is not None and first.text.startswith("Repealed.")
