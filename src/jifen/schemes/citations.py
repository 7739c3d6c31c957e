"""Citations: where in which instrument a rule stands, and how sure we are of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from jifen.forms import Words
from jifen.problems import PolicyError, Problem, Where, nearest

Sure = Literal["confirmed", "memory", "uncertain"]
SURE: tuple[Sure, ...] = ("confirmed", "memory", "uncertain")


@dataclass(frozen=True, slots=True)
class Instrument:
    """A legal text: its short name in the document, its titles, and if known number, address, date."""

    name: str
    title: Words
    number: str = ""
    url: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """The place in an instrument on which a rule rests."""

    instrument: str
    place: str
    sure: Sure = "confirmed"

    def __str__(self) -> str:
        return f"{self.instrument} {self.place}".strip()

    def data(self) -> dict[str, str]:
        return {"instrument": self.instrument, "place": self.place, "sure": self.sure}


_TRAILING = re.compile(r"\[([^\[\]]+)\](?!\()\s*$")
LEADING = re.compile(r"\[([^\[\]]+)\](?!\()")


def take_trailing(text: str, instruments: Mapping[str, Instrument], where: Where) -> tuple[str, tuple[Citation, ...]]:
    """Split the citation off the end of a line: `("selected …", (Citation(…),))`; none there gives ()."""
    match = _TRAILING.search(text)
    if not match:
        return text.strip(), ()
    return text[: match.start()].strip(), read_citations(match[1], instruments, where)


def read_citations(inside: str, instruments: Mapping[str, Instrument], where: Where) -> tuple[Citation, ...]:
    """The citations between one pair of brackets. Raises PolicyError for an instrument that is not declared."""
    found = []
    for part in inside.split(";"):
        part = part.strip()
        sure: Sure = "confirmed"
        head, _, last = part.rpartition(",")
        if last.strip() in SURE:
            sure, part = last.strip(), head.strip()  # type: ignore[assignment]
        name, _, place = part.partition(" ")
        name = name.rstrip(",")
        if name not in instruments:
            problem = Problem("unknown-instrument", where, {"name": name}, part, nearest(name, instruments))
            raise PolicyError([problem])
        found.append(Citation(name, place.strip(), sure))
    return tuple(found)


def least_sure(citations: Iterable[Citation]) -> Sure:
    """The weakest of several: one uncertain clause makes the whole uncertain."""
    return max((c.sure for c in citations), key=SURE.index, default="confirmed")
