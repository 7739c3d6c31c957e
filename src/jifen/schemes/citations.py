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
DOUBT: Mapping[str, Words] = {
    "confirmed": {"en": "", "zh": ""},
    "memory": {"en": "memory", "zh": "凭记忆"},
    "uncertain": {"en": "uncertain", "zh": "不确定"},
}
"""How sure a citation is, in a word beside it; confirmed needs none."""


@dataclass(frozen=True)
class Instrument:
    """A legal text: its short name in the document, its titles, and if known number, address, date."""

    name: str
    title: Words
    number: str = ""
    url: str = ""
    date: str = ""


@dataclass(frozen=True)
class Citation:
    """The place in an instrument on which a rule rests."""

    instrument: str
    place: str
    sure: Sure = "confirmed"

    def __str__(self) -> str:
        return f"{self.instrument} {self.place}".strip()

    def text(self, lang: str) -> str:
        """The citation for a reader: the place in the reader's words where they are common ones, and any doubt.

        >>> Citation("P", "Art. 6(2)", "memory").text("zh")
        'P 第6条（2），凭记忆'
        """
        doubt = DOUBT[self.sure][lang]
        comma = {"en": ", ", "zh": "，"}[lang]
        return f"{self.instrument} {place_in(self.place, lang)}".strip() + (comma + doubt if doubt else "")

    def data(self) -> dict[str, str]:
        return {"instrument": self.instrument, "place": self.place, "sure": self.sure}


def place_in(place: str, lang: str) -> str:
    """A place of an instrument in the reader's words, where they are common ones.

    >>> place_in("Art. 72(1)", "zh"), place_in("row 3", "zh")
    ('第72条（1）', '第3行')
    """
    if lang == "zh":
        for english, chinese in _PLACES:
            place = re.sub(english, chinese, place)
    return place


_PLACES = (
    (r"\b(?:[Aa]rt|ss?)\. (\d[\d.]*(?:–\d[\d.]*)?)", r"第\1条"),
    (r"(条)\((\w+)\)", r"\1（\2）"),
    (r"（(\w+)）\((\w+)\)", r"（\1）（\2）"),
    (r"\bnos?\. (\d+(?:–\d+)?)", r"第\1项"),
    (r", at (\d+)$", r"，\1岁"),
    (r"\btable\b,? ?", "表"),
    (r"\brow (\d+)", r"第\1行"),
    (r"\bstage (\d+)", r"第\1阶段"),
    (r"\bclass ([A-C])\b", r"\1类"),
    (r"\bup to (\d+) days\b", r"不超过\1日"),
    (r"\bnote not read\b", "注（未查阅）"), (r"\bdocuments\b", "材料"), (r"\bnote\b", "注"), (r"\bbasic conditions\b", "基本条件"), (r"\bgraduates\b", "毕业生"),
    (r"\bscope\b", "范围"), (r"\btimes\b", "时限"), (r"\bcatalogue\b", "目录"), (r"\bprerequisites\b", "先决条件"),
    (r"\bstart-up\b", "创业"), (r"\bexemptions\b", "豁免"), (r"\bvalidity\b", "有效期"), (r"\brenewals?\b", "续签"),
    (r"\bsalary\b", "薪金"), (r"\bage\b", "年龄"), (r"\beducation\b", "学历"), (r"\bfees\b", "收费"),
    (r"\bachievement\b", "成就"), (r"\bofficial language\b", "官方语言"), (r"\bfirst ", "第一"), (r"\bsecond ", "第二"),
)  # fmt: skip
"""The Chinese of the words that places in English instruments are named with; others stand as the document has them."""

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


def all_text(citations: Iterable[Citation], lang: str) -> str:
    """Several citations in a row, each once."""
    return {"en": "; ", "zh": "；"}[lang].join(c.text(lang) for c in dict.fromkeys(citations))
