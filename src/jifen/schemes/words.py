"""Words in both languages: `English · 中文`, and what stands before and after a dash."""

from __future__ import annotations

from jifen.forms import Words
from jifen.problems import PolicyError, Problem, Where


def bilingual(text: str, where: Where) -> Words:
    """`{"en": …, "zh": …}` from `English · 中文`. Raises PolicyError when one of them is missing."""
    english, dot, chinese = text.partition(" · ")
    if not dot or not english.strip() or not chinese.strip():
        raise PolicyError([Problem("not-bilingual", where, found=text[:80])])
    return {"en": english.strip(), "zh": chinese.strip()}


def in_language(note: str, lang: str) -> str:
    """The half of a note in one language, where it is written in both; otherwise the note as it stands.

    >>> in_language("All four come from one test. · 四项须取自同一次考试。", "zh")
    '四项须取自同一次考试。'
    """
    english, dot, chinese = note.partition(" · ")
    if not dot or not any("\u4e00" <= c <= "\u9fff" for c in chinese):
        return note
    return {"en": english, "zh": chinese}[lang]


def dashed(text: str, where: Where) -> tuple[str, str]:
    """What stands before and after the first ` — `; nothing after it gives ""."""
    before, _, after = text.partition(" — ")
    return before.strip(), after.strip()
