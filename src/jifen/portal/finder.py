"""Search in English, Chinese and pinyin over what the portal shows.

Each entry is a few words in both languages. The Chinese is also kept as pinyin without tones, whole and as initials, so that
`gongzuo xuke` and `gzxk` find 工作许可.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from pypinyin import Style, lazy_pinyin

from jifen.forms import Words
from jifen.portal.groups import both
from jifen.portal.registry import registers
from jifen.portal.rules import rules
from jifen.portal.uses import instruments
from jifen.registers.regulation import load_regulation


@dataclass(frozen=True)
class Entry:
    """A thing that can be found: its kind, its id, its title, and further words that lead to it."""

    kind: str
    id: str
    title: Words
    more: tuple[str, ...] = ()

    @property
    def register(self) -> str:
        return self.id.partition("/")[0]

    @property
    def row(self) -> str:
        return self.id.partition("/")[2]


@dataclass(frozen=True)
class _Indexed:
    entry: Entry
    title: str
    text: str
    pinyin: str
    initials: str


def plain(text: str) -> str:
    """Lower case, full-width letters made narrow, accents dropped.

    >>> plain("Ｒ Visa, José")
    'r visa, jose'
    """
    wide = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in wide if not unicodedata.combining(c))


def _index(entry: Entry) -> _Indexed:
    chinese = entry.title.get("zh", "")
    syllables = lazy_pinyin(chinese, errors="ignore")
    initials = "".join(lazy_pinyin(chinese, style=Style.FIRST_LETTER, errors="ignore"))
    title = plain(" ".join(entry.title.values()))
    return _Indexed(entry, title, plain(" ".join((title, entry.id, *entry.more))), "".join(syllables), initials)


def _entries() -> Iterable[Entry]:
    for id, versions in rules().shelf.schemes.items():
        last = versions[-1]
        outcomes = [words for o in last.outcomes for words in o.title.values()]
        yield Entry(
            "scheme",
            id,
            last.title,
            (*last.authority.values(), *outcomes, *(r for q in last.requirements for r in q.title.values())),
        )
    for name, sources in instruments().items():
        yield Entry("law", name, sources[0].instrument.title, (sources[0].instrument.number,))
    for number, article in load_regulation().articles.items():
        words = (*article.summary.values(), *(w for p in article.promises for w in p.gives.values()))
        yield Entry("article", str(number), both(f"Regulation, Art. {number}", f"条例第{number}条"), words)
    for name, register in registers().items():
        yield Entry("register", name, register.schema.title, tuple(register.schema.about.values()))
        for row in register:
            if name not in ("indicators", "districts"):
                yield Entry("row", f"{name}/{row.id}", row.name, tuple(row.note.values()))
    for id, fact in rules().vocabulary.facts.items():
        yield Entry("fact", id, fact.title, tuple(fact.question.values()))


@cache
def _indexed() -> tuple[_Indexed, ...]:
    return tuple(_index(e) for e in _entries())


def find(query: str, kinds: Iterable[str] = (), most: int = 40) -> list[Entry]:
    """The entries in which every word of the query is found; those that carry it in the title first."""
    words = re.findall(r"[^\W_]+", plain(query))
    if not words:
        return []
    wanted = set(kinds)
    joined = "".join(words)
    found: list[tuple[int, int, _Indexed]] = []
    for place, item in enumerate(_indexed()):
        if wanted and item.entry.kind not in wanted:
            continue
        if all(w in item.title for w in words):
            rank = 0 if item.title.startswith(words[0]) else 1
        elif (
            joined.isascii()
            and len(joined) > 1
            and (joined in item.pinyin or (len(joined) > 2 and joined in item.initials))
        ):
            rank = 2
        elif all(w in item.text for w in words):
            rank = 3
        else:
            continue
        found.append((rank, place, item))
    return [item.entry for _, _, item in sorted(found, key=lambda f: f[:2])[:most]]
