"""Cells in words: the values of a column or a variable as people write them, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from jifen.facts.units import in_words, with_unit
from jifen.facts.values import show_number, show_value
from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.plan.values import RATIO_PARTS, CompletedUnits, RatioOf, Typed, Variable
from jifen.proof.search import Span


def span_text(column: Typed, span: Span, lang: str = "en") -> str:
    """Values of a column: `age 18 – 25`."""
    low, high = span
    name = column.fact.title[lang] if column.fact else ""
    if column.codes:
        words = (
            [list(column.fact.codes.values.values())[v][lang] for v in range(low, high + 1)]
            if column.fact and column.fact.codes
            else [column.codes[v] for v in range(low, high + 1)]
        )
        text = {"en": ", ", "zh": "、"}[lang].join(words)
    elif column.fact:
        text = _numbers(
            low, high, (column.node.low, column.node.high), lambda v: show_value(column.fact, v, lang), lang
        )
    elif column.truth:
        text = {"en": ("no", "yes"), "zh": ("否", "是")}[lang][low] if low == high else "–"
    else:
        text = _numbers(low, high, (column.node.low, column.node.high), lambda v: show_number(v, column.places), lang)
    return f"{name} {text}".strip()


def _numbers(low: int, high: int, domain: Span, show: object, lang: str) -> str:
    assert callable(show)
    if low == high:
        return str(show(low))
    if high >= domain[1] and low > domain[0]:
        return f"≥ {show(low)}"
    if low <= domain[0] and high < domain[1]:
        return f"≤ {show(high)}"
    return f"{show(low)} – {show(high)}"


def variable_text(variable: Variable, span: Span, vocabulary: Vocabulary, lang: str = "en") -> str:
    """The values of a variable in a box, in words: `Age 18 – 25`, `Degree: master, doctorate`, `Prizes without Nobel Prize`."""
    low, high = span
    facts = [vocabulary.facts[f] for f in variable.facts if f in vocabulary.facts]
    if not facts:
        return f"{variable.name}: {low} – {high}"
    fact = facts[0]
    title = fact.title[lang]
    if variable.code:
        assert fact.codes
        word = fact.codes.values[variable.code][lang]
        link = {"en": ("without", "with"), "zh": ("不含", "含")}[lang][low]
        return f"{title} {link} “{word}”"
    if isinstance(variable.compute, RatioOf):
        return _ratio(variable, span, facts, lang)
    if isinstance(variable.compute, CompletedUnits):
        unit = in_words(variable.compute.unit, lang)
        numbers = _numbers(low, high, (variable.low, variable.high), lambda v: show_number(v), lang)
        return f"{title}: {numbers}{' ' if lang == 'en' else ''}{unit}"
    return fact_text(fact, span, lang)


def codes_text(fact: Fact, without: Sequence[str], including: Sequence[str], lang: str = "en") -> str:
    """What a fact of several codes holds and does not hold: `Prizes with Nobel Prize, without Fields Medal`."""
    assert fact.codes
    comma, with_, without_ = {"en": (", ", "with", "without"), "zh": ("、", "含", "不含")}[lang]
    parts = []
    for codes, link in ((including, with_), (without, without_)):
        if codes:
            words = [fact.codes.values[c][lang] for c in codes]
            if len(words) > 8:
                words = [*words[:6], {"en": f"{len(words) - 6} more", "zh": f"等另外{len(words) - 6}项"}[lang]]
            parts.append(f"{link} {comma.join(words)}")
    return f"{fact.title[lang]} " + comma.join(parts)


def fact_text(fact: Fact, span: Span, lang: str = "en") -> str:
    """The values of a fact in words, with its title and unit."""
    low, high = span
    title = fact.title[lang]
    if fact.kind == "yes/no":
        value = show_value(fact, low, lang) if low == high else {"en": "yes or no", "zh": "是或否"}[lang]
        return f"{title}: {value}"
    if fact.kind == "one of":
        assert fact.codes
        words = [w[lang] for w in list(fact.codes.values.values())[low : high + 1]]
        if fact.ordered and len(words) > 2:
            return f"{title}: {words[0]} … {words[-1]}"
        return f"{title}: " + {"en": " or ", "zh": "或"}[lang].join(words)
    numbers = _numbers(low, high, (fact.low, fact.high), lambda v: show_value(fact, v, lang), lang)
    return with_unit(f"{title} {numbers}", fact, lang)


def _ratio(variable: Variable, span: Span, facts: list[Fact], lang: str) -> str:
    def percent(place: int) -> str:
        exact = Fraction(place // 2, RATIO_PARTS) * 10 ** (facts[1].places - facts[0].places) * 100
        return f"{(Decimal(exact.numerator) / exact.denominator).normalize():f}%"

    low, high = span
    between = {"en": " of ", "zh": "占"}[lang]
    name = (
        f"{facts[0].title[lang]}{between}{facts[1].title[lang]}"
        if lang == "en"
        else f"{facts[0].title[lang]}与{facts[1].title[lang]}之比"
    )
    parts = []
    if low > variable.low:
        parts.append(f"{'≥' if low % 2 == 0 else '>'} {percent(low)}")
    if high < variable.high:
        parts.append(f"{'≤' if high % 2 == 0 else '<'} {percent(high + high % 2)}")
    return f"{name} {' '.join(parts) or '–'}"
