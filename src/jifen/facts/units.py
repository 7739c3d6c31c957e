"""Units in words: what stands behind a number of a fact, in the reader's language."""

from __future__ import annotations

from jifen.facts.vocabulary import Fact

_CURRENCIES = {"CNY": "元", "HKD": "港元", "JPY": "日元", "SGD": "新元", "USD": "美元", "CAD": "加元", "EUR": "欧元",
               "GBP": "英镑", "KRW": "韩元"}  # fmt: skip
_UNITS = {
    "years": "年", "months": "个月", "days": "日", "hours": "小时", "points": "分", "percent": "%", "people": "人", "score": "分",
    "level": "级", "papers": "篇", "date": "日期",
}  # fmt: skip
_PER = {"year": "年", "month": "月", "day": "日", "hour": "小时"}


def in_words(unit: str, lang: str) -> str:
    """A unit as a table's header prints it, in words.

    >>> in_words("CNY a year", "zh"), in_words("months", "zh"), in_words("percent", "en")
    ('元/年', '个月', '%')
    """
    if lang == "en":
        return {"percent": "%", "number": "", "score": "", "level": ""}.get(unit, unit)
    first, _, per = unit.partition(" a ")
    if per:
        return f"{_CURRENCIES.get(first, first)}/{_PER.get(per, per)}"
    return "" if unit == "number" else _CURRENCIES.get(unit) or _UNITS.get(unit, unit)


def unit_of(fact: Fact, lang: str) -> str:
    """The unit of a fact in words; an age in Chinese is counted in 周岁."""
    if lang == "zh" and fact.unit == "years" and fact.title["zh"].endswith("年龄"):
        return "周岁"
    return in_words(fact.unit_text, lang)


def with_unit(number: str, fact: Fact, lang: str) -> str:
    """A number of a fact as text, with its unit behind it; a day has none."""
    unit = "" if fact.kind == "date" else unit_of(fact, lang)
    return f"{number}{unit}" if lang == "zh" or unit in ("", "%") else f"{number} {unit}"
