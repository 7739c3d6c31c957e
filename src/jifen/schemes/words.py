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


def dashed(text: str, where: Where) -> tuple[str, str]:
    """What stands before and after the first ` — `; nothing after it gives ""."""
    before, _, after = text.partition(" — ")
    return before.strip(), after.strip()
