"""Finding rows: by words in English, Chinese or pinyin, by need, by district, and by distance from a workplace."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from jifen.forms import Words
from jifen.problems import Problem, RequestError, nearest
from jifen.registers.places import Place, distance_m, district_of, place_of, read_place
from jifen.registers.rows import Row, When
from jifen.registers.store import Registers, Spoken

Phase = Literal["open", "to come", "over", "not known"]


@dataclass(frozen=True, slots=True)
class Found:
    """A row that fits. `metres` is the distance asked for, right within `within_m`; None where it was not asked or is not known."""

    row: Row
    place: Place | None
    metres: int | None = None
    within_m: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """Something that can be asked for: a code of a column, with its words."""

    register: str
    column: str
    code: str
    words: Words


def find(
    registers: Registers,
    words: str | Iterable[str] = "",
    *,
    within: Iterable[str] = (),
    need: Iterable[str] = (),
    district: str = "",
    near: str | Place | None = None,
    within_km: float | None = None,
    open_on: date | None = None,
) -> list[Found]:
    """Rows that fit everything asked, best first; by distance where `near` is given, and then the unplaced last.

    `within` names registers (all if empty); `need` codes or their words, such as `ib`, `emergency`, `English`; `district` an id or
    name; `near` a place as `read_place` reads it; `within_km` keeps what may lie within so many kilometres; `open_on` keeps what is
    not over on that day. Raises RequestError for a register, need, district or place that does not exist.

    >>> from jifen import registers
    >>> public = registers.load()
    >>> [f.row.id for f in registers.find(public, "union hospital")]
    ['peking-union']
    >>> [f.row.id for f in registers.find(public, need=["health_certificate"], near="Haidian")]
    ['travel-health-haidian', 'travel-health-dongcheng']
    """
    asked = tokens(words)
    names = list(within) or [n for n in registers if n != "districts" or asked]
    chosen = [registers[n] for n in names]
    wanted = [_need(n, registers, names) for n in need]
    in_district = _district(district, registers) if district else ""
    origin = read_place(near, registers) if isinstance(near, str) else near
    found: list[tuple[tuple[float, ...], Found]] = []
    for register in chosen:
        for row in register:
            score = _score(row, asked, registers)
            if score is None or not all(_has(row, n) for n in wanted):
                continue
            if in_district and row.text("district") != in_district:
                continue
            if open_on is not None and phase(row, open_on) == "over":
                continue
            place = place_of(row, registers)
            hit = _measured(row, place, origin)
            if within_km is not None and (hit.metres is None or hit.metres - hit.within_m > within_km * 1000):
                continue
            far = float("inf") if hit.metres is None else float(hit.metres)
            found.append(((far, -score) if origin else (-score, 0.0), hit))
    return [hit for _, hit in sorted(found, key=lambda each: each[0])]


def rows_of_scheme(registers: Registers, scheme: str) -> list[Row]:
    """The rows that name a scheme in their column `schemes`: windows, calls and fellowships that it is about."""
    return [
        row
        for register in registers.values()
        for row in register
        if isinstance(named := row.get("schemes"), tuple) and scheme in named
    ]


def phase(row: Row, on: date) -> Phase:
    """Whether a row with `start` or `end` is open on a day. An end that is not known is not an end that has not come."""
    start, end = row.get("start"), row.get("end")
    if isinstance(end, When) and end.last < on:
        return "over"
    if isinstance(start, When) and start.first > on:
        return "to come"
    if isinstance(start, When) and isinstance(end, When) and start.last <= on <= end.first:
        return "open"
    return "not known"


def needs(registers: Registers, within: Iterable[str] = ()) -> list[Need]:
    """Every need that can be asked for: the codes of the columns `one of` and `several of`, with their words."""
    return [
        Need(name, column.name, code, words)
        for name in within or registers
        for column in registers[name].columns.values()
        if column.name != "confidence"
        for code, words in column.values.items()
    ]


def _need(text: str, registers: Registers, within: Sequence[str]) -> set[tuple[str, str, str]]:
    """Register, column and code of every need that a text means: by its code or words, else by one word of them."""
    known, wanted = needs(registers, within), _plain(text)
    found = [n for n in known if wanted in (_plain(n.code), _plain(n.words["en"]), n.words["zh"])]
    if not found and wanted:
        found = [
            n for n in known if wanted in _plain(n.words["en"]).split() or (len(wanted) > 1 and wanted in n.words["zh"])
        ]
    if not found:
        codes = {n.code for n in known}
        spoken = {word: n.code for n in known for word in _plain(n.words["en"]).split()}
        near = nearest(text, sorted(codes)) or spoken.get(nearest(wanted, spoken), "")
        placed = {n.code for n in known if "district" in registers[n.register].columns}
        blanks = {"need": text, "choices": ", ".join(sorted(placed or codes))}
        raise RequestError([Problem("no-such-need", blanks=blanks, found=text, nearest=near)])
    return {(n.register, n.column, n.code) for n in found}


def _has(row: Row, need: set[tuple[str, str, str]]) -> bool:
    return any(
        (row.register, column, code) in need
        for column, value in row.values.items()
        for code in (value if isinstance(value, tuple) else (value,))
        if isinstance(code, str)
    )


def _district(text: str, registers: Registers) -> str:
    row = district_of(text, registers)
    return row.id if row else read_place(text, registers).district


def _measured(row: Row, place: Place | None, origin: Place | None) -> Found:
    if place is None or origin is None:
        return Found(row, place)
    return Found(row, place, distance_m(place, origin), place.within_m + origin.within_m)


# --- words ----------------------------------------------------------------------------------------------------


def tokens(words: str | Iterable[str]) -> list[str]:
    """The words asked for, without case, accents and full width."""
    text = words if isinstance(words, str) else " ".join(words)
    return _plain(text).split()


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c for c in parts if not unicodedata.combining(c))
    return "".join(c if c.isalnum() else " " for c in kept).strip()


def _score(row: Row, asked: Sequence[str], registers: Registers) -> int | None:
    """How well a row fits all words: its name counts most, then what kind of thing it is; None where a word is nowhere."""
    if not asked:
        return 0
    texts, sounds = _said(row, registers)
    total = 0
    for token in asked:
        if _sounds(token, sounds):
            total += 4
            continue
        pieces = _pieces(token, texts) if _chinese(token) else [token]
        found = [next((w for w, text in texts.items() if _in(piece, text)), 0) for piece in pieces]
        if not found or 0 in found:
            return None
        total += sum(found)
    return total


def _said(row: Row, registers: Registers) -> Spoken:
    """What is said of a row in both languages, by how much it counts, and the sounds of its Chinese name; made once."""
    kept = registers.spoken.get((row.register, row.id))
    if kept is None:
        kept = registers.spoken[row.register, row.id] = _say(row, registers)
    return kept


def _say(row: Row, registers: Registers) -> Spoken:
    register = registers[row.register]
    parts: list[str] = [*row.note.values()]
    kind: list[str] = [*register.schema.title.values()]
    for name, column in register.columns.items():
        if name in row.values:
            words = dict.fromkeys((registers.show(row, name, "en"), registers.show(row, name, "zh")))
            (kind if column.values or column.register else parts).extend(words)
    name = _plain(" ".join((*row.name.values(), row.id)))
    return {4: name, 2: _plain(" ".join(kind)), 1: _plain(" ".join(parts))}, _pinyin(row.name["zh"])


def _pieces(token: str, texts: Mapping[int, str]) -> list[str]:
    """Chinese is written without spaces: the longest pieces of two characters and more that are said somewhere (朝阳|学校)."""
    found, place = [], 0
    while place < len(token):
        ends = range(len(token), min(place + 1, len(token) - 1), -1)
        end = next((e for e in ends if any(token[place:e] in text for text in texts.values())), 0)
        if end == 0:
            return []
        found.append(token[place:end])
        place = end
    return found


def _chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def _in(token: str, text: str) -> bool:
    """Chinese is found anywhere, another word at the beginning of a word."""
    return token in text if _chinese(token) else f" {token}" in f" {text}"


@lru_cache(maxsize=4096)
def _pinyin(text: str) -> tuple[tuple[str, ...], ...]:
    """Readings of each character, without tones; nothing where pypinyin is not installed."""
    try:
        from pypinyin import Style, lazy_pinyin
    except ImportError:
        return ()
    han = "".join(c for c in text if "\u4e00" <= c <= "\u9fff")
    return (tuple(lazy_pinyin(han, style=Style.NORMAL)),) if han else ()


def _sounds(token: str, readings: Sequence[Sequence[str]]) -> bool:
    """Whether a word is the pinyin of a part of the name (xiehe), or its initials (xhyy)."""
    if not token.isascii() or len(token) < 3:
        return False
    for syllables in readings:
        for start in range(len(syllables)):
            if "".join(syllables[start:]).startswith(token) or "".join(s[0] for s in syllables[start:]).startswith(
                token
            ):
                return True
    return False
