"""Tags of the templates. Words stand in the template in both languages, side by side.

`{% t "Check" "查询" %}` for a few words; `{% en %}…{% zh %}…{% end %}` for more, with markup and variables;
`{% w title %}` for words that come from the rules; `{% to "results" %}` for an address in the page's language.
"""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Mapping
from typing import Any

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from jifen.schemes.citations import place_in
from jifen.schemes.words import in_language

register = template.Library()


@register.simple_tag(takes_context=True)
def t(context: Context, en: str, zh: str) -> str:
    """Few words in the language of the page. They are the template author's and hold no markup."""
    return zh if context["lang"] == "zh" else en


@register.simple_tag(takes_context=True)
def w(context: Context, words: Mapping[str, str] | None) -> str:
    """Words from the rules, in the language of the page."""
    return said(words, context["lang"])


def said(words: Mapping[str, str] | None, lang: str) -> str:
    """Words in a language, in the other if they are missing."""
    if not words:
        return ""
    return words.get(lang) or words.get("en") or next(iter(words.values()), "")


@register.simple_tag(takes_context=True)
def to(context: Context, name: str, *args: Any) -> str:
    """The address of a page in the language of the page."""
    return reverse(name, args=(context["lang"], *args))


class _Both(Node):
    child_nodelists = ("en", "zh")

    def __init__(self, en: NodeList, zh: NodeList) -> None:
        self.en, self.zh = en, zh

    def render(self, context: Context) -> SafeString:
        return (self.zh if context["lang"] == "zh" else self.en).render(context)


@register.tag("en")
def both(parser: Parser, token: Token) -> _Both:
    """`{% en %}…{% zh %}…{% end %}`"""
    en = parser.parse(("zh",))
    parser.delete_first_token()
    zh = parser.parse(("end",))
    parser.delete_first_token()
    return _Both(en, zh)


@register.filter
def spoken(note: str, lang: str) -> str:
    """The half of a note in the language of the page, where it is written in both."""
    return in_language(note, lang)


@register.filter
def place(text: str, lang: str) -> str:
    """The place in an instrument, in the language of the page where its words are common ones."""
    return place_in(text, lang)


@register.filter
def day(text: object, lang: str) -> str:
    """A day, month or year as `2024-03-01`, as it is written in the language; other text as it stands.

    >>> day("2024-03-01", "en"), day("2024-03", "zh"), day("2024", "en")
    ('1 March 2024', '2024年3月', '2024')
    """
    match = re.fullmatch(r"(\d{4})-(\d\d)(?:-(\d\d))?", str(text))
    if not match:
        return str(text)
    year, month, number = match[1], int(match[2]), match[3]
    if lang == "zh":
        return f"{year}年{month}月" + (f"{int(number)}日" if number else "")
    return f"{int(number)} {month_name[month]} {year}" if number else f"{month_name[month]} {year}"


@register.filter
def get(mapping: Mapping[str, Any] | None, key: str) -> Any:
    return mapping.get(key) if mapping else None


@register.filter
def thousands(number: int | None) -> str:
    return "" if number is None else f"{number:,}"


@register.simple_tag(takes_context=True)
def listed(context: Context, items: list[str]) -> SafeString:
    """Items with the separator of the language."""
    return mark_safe(("、" if context["lang"] == "zh" else ", ").join(conditional_escape(i) for i in items))


@register.simple_tag(takes_context=True)
def tongue(context: Context, text: str) -> SafeString:
    """Marks text that stands in the other language, for screen readers and fonts."""
    return foreign(text, context["lang"])


def foreign(text: str, lang: str) -> SafeString:
    """The attribute that says so; empty for text in the page's own language."""
    chinese = any("\u4e00" <= c <= "\u9fff" for c in text)
    if lang == "zh" and not chinese:
        return mark_safe(' lang="en"')
    return mark_safe(' lang="zh-Hans"') if lang == "en" and chinese else mark_safe("")


@register.filter
def flow(text: str) -> str:
    """Text without the line breaks of its file: a blank between Latin words, nothing between Chinese characters.

    >>> flow("six times\\nthe wage"), flow("全口径\\n城镇")
    ('six times the wage', '全口径城镇')
    """
    return re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])\n(?=[\u3000-\u9fff\uff00-\uffef])", "", text).replace("\n", " ")
