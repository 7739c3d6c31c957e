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
    """The half of a note in one language, on one line; a note written in one language only stands as it is.

    The dot that parts the languages may begin a line of a note over several lines.

    >>> in_language("All four come from one test. · 四项须取自同一次考试。", "zh")
    '四项须取自同一次考试。'
    >>> in_language("All four come\\nfrom one test.\\n· 四项须取自同一次考试。", "en")
    'All four come from one test.'
    """
    english, dot, chinese = " ".join(note.split()).partition(" · ")
    if not dot or not any("\u4e00" <= c <= "\u9fff" for c in chinese):
        return " ".join(note.split())
    return {"en": english, "zh": chinese}[lang]


def dashed(text: str, where: Where) -> tuple[str, str]:
    """What stands before and after the first ` — `; nothing after it gives ""."""
    before, _, after = text.partition(" — ")
    return before.strip(), after.strip()
