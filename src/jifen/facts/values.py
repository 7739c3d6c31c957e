"""Values of facts: read exactly as written, kept as whole numbers, shown as people write them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from jifen.facts.vocabulary import CodeList, Fact
from jifen.problems import Problem, ProfileError, Where, nearest
from jifen.strict_yaml import Items, Node, Table, Text

Spell = tuple[int, int | None, tuple[tuple[str, int], ...]]
"""A spell of work: first day, last day or None while it lasts, and its attributes, coded."""
Value = int | frozenset[str] | tuple[Spell, ...]
"""A known value: a whole number (see `vocabulary`), the codes of a `several of`, or spells."""

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_GROUPED = re.compile(r"-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")


def parse_number(text: str, kind: str = "whole", places: int = 0) -> int | None:
    """The whole number that `text` stands for, counted in its last place; None if it does not fit exactly.

    >>> parse_number("449,999.99", "money", 2)
    44999999
    >>> parse_number("0.005", "money", 2) is None
    True
    """
    if kind == "date":
        return parse_day(text)
    plain = text.replace(",", "") if _GROUPED.fullmatch(text) else text
    if len(plain) > 40 or not _NUMBER.fullmatch(plain):
        return None
    whole, _, fraction = plain.partition(".")
    fraction = fraction.rstrip("0")
    if len(fraction) > places:
        return None
    return int(whole + fraction.ljust(places, "0"))


def parse_day(text: str) -> int | None:
    """The ordinal of a day written `2024-03-01`, or None."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return None
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def read_value(fact: Fact, node: Node) -> Value:
    """The value of `fact` written at `node`. Raises ProfileError saying what was expected."""
    if fact.kind == "several of":
        return _several(fact, node)
    if fact.kind == "spells":
        return _spells(fact, node)
    if not isinstance(node, Text):
        raise _wrong(fact, node, "a list" if isinstance(node, Items) else "a mapping")
    text = node.value.strip()
    if fact.kind == "yes/no":
        known = {"yes": 1, "no": 0, "true": 1, "false": 0, "是": 1, "否": 0}
        if text.lower() not in known:
            raise _wrong(fact, node, text)
        return known[text.lower()]
    if fact.kind == "one of":
        return _code(fact, text, node)
    number = parse_number(text, fact.kind, fact.places)
    if number is None:
        if fact.kind != "date" and (_NUMBER.fullmatch(text) or _GROUPED.fullmatch(text)) and "." in text:
            blanks = {"fact": fact.id, "places": fact.places}
            raise ProfileError([Problem("too-many-places", node.where, blanks, text)])
        raise _wrong(fact, node, text)
    if not fact.low <= number <= fact.high:
        blanks = {"fact": fact.id, "low": show_value(fact, fact.low), "high": show_value(fact, fact.high)}
        raise ProfileError([Problem("out-of-domain", node.where, blanks, text)])
    return number


def _wrong(fact: Fact, node: Node, found: str) -> ProfileError:
    blanks = {"fact": fact.id, "example": example(fact)}
    return ProfileError([Problem("wrong-type", node.where, blanks, found or "nothing")])


_EXAMPLES = {
    "whole": "42",
    "decimal": "6.5",
    "money": "450000",
    "yes/no": "yes / no",
    "date": "1990-05-01",
}


def example(fact: Fact) -> str:
    """A value of the fact as a profile holds it, as an example of the form."""
    if fact.codes:
        codes = [c for c in fact.codes.values if c != "none"] or list(fact.codes.values)
        return codes[0] if fact.kind == "one of" else f"[{', '.join(codes[:2])}]"
    if fact.kind == "spells":
        more = "".join(f", {k}: {next(iter(c.values)) if c else 'yes'}" for k, c in fact.attributes.items())
        return f"[{{from: 2015-03-01, until: 2019-02-28{more}}}]"
    text = _EXAMPLES[fact.kind]
    number = parse_number(text, fact.kind, fact.places) if fact.kind != "yes/no" else None
    return text if number is None or fact.low <= number <= fact.high else show_value(fact, fact.high).replace(",", "")


def _code(fact: Fact, text: str, node: Node) -> int:
    assert fact.codes
    if text not in fact.codes.values:
        raise ProfileError([unknown_code(fact, fact.codes, node.where, text)])
    return fact.codes.index(text)


_SHOWN = 12


def unknown_code(fact: Fact, codes: CodeList, where: Where, text: str) -> Problem:
    """The problem that the list has no such code: the code most like the text, or the one called so in words (France is FR)."""
    values = codes.values
    called = {words.lower(): code for code, both in values.items() for words in both.values()}
    near = called.get(text.lower()) or nearest(text, values) or nearest(text.lower(), values)
    near = near or called.get(nearest(text.lower(), called), "")
    shown = ", ".join([*list(values)[:_SHOWN], *(["…"] if len(values) > _SHOWN else [])])
    return Problem("unknown-code", where, {"fact": fact.id, "codes": shown}, text, near)


def _several(fact: Fact, node: Node) -> frozenset[str]:
    assert fact.codes
    if not isinstance(node, Items):
        raise _wrong(fact, node, node.value if isinstance(node, Text) else "a mapping")
    codes = list(fact.codes.values)
    problems: list[Problem] = []
    found = set()
    for item in node.values:
        try:
            if not isinstance(item, Text):
                raise _wrong(fact, item, "a list")
            found.add(codes[_code(fact, item.value, item)])
        except ProfileError as e:
            problems.extend(e.problems)
    if problems:
        raise ProfileError(problems)
    return frozenset(found)


def _spells(fact: Fact, node: Node) -> tuple[Spell, ...]:
    if not isinstance(node, Items):
        raise _wrong(fact, node, node.value if isinstance(node, Text) else "a mapping")
    return tuple(_spell(fact, item) for item in node.values)


def _spell(fact: Fact, item: Node) -> Spell:
    if not isinstance(item, Table):
        raise _wrong(fact, item, "text")
    days: dict[str, int] = {}
    attributes: list[tuple[str, int]] = []
    allowed = ["from", "until", *fact.attributes]
    for key, value in item:
        text = value.value if isinstance(value, Text) else ""
        if key.value in ("from", "until"):
            day = parse_day(text)
            if day is None:
                raise _wrong(fact, value, text)
            days[key.value] = day
        elif key.value in fact.attributes:
            codes = fact.attributes[key.value]
            if codes is None:
                if text not in ("yes", "no"):
                    raise _wrong(fact, value, text)
                attributes.append((key.value, int(text == "yes")))
            elif text in codes.values:
                attributes.append((key.value, codes.index(text)))
            else:
                raise ProfileError([unknown_code(fact, codes, value.where, text)])
        else:
            blanks = {"key": key.value}
            raise ProfileError([Problem("unknown-key", key.where, blanks, key.value, nearest(key.value, allowed))])
    if "from" not in days:
        raise ProfileError([Problem("missing-key", item.where, {"key": "from"})])
    if days.get("until", days["from"]) < days["from"]:
        raise ProfileError([Problem("spell-backwards", item.where, {"fact": fact.id})])
    return days["from"], days.get("until"), tuple(sorted(attributes))


def show_number(number: int, places: int = 0) -> str:
    """`45000000` with two places → `450,000`; trailing zeros after the point are dropped."""
    if not places:
        return f"{number:,}"
    quotient = Decimal(number).scaleb(-places)
    text = f"{quotient:,.{places}f}"
    return text.rstrip("0").rstrip(".")


def show_value(fact: Fact, value: Value, lang: str = "en") -> str:
    """The value as a person writes it, with its unit left to the reader."""
    if isinstance(value, frozenset):
        assert fact.codes
        none = {"en": "none", "zh": "无"}[lang]
        return {"en": ", ", "zh": "、"}[lang].join(
            fact.codes.values[c][lang] for c in fact.codes.values if c in value
        ) or none
    if isinstance(value, tuple):
        return f"{len(value)}"
    if fact.kind == "yes/no":
        return {"en": ("no", "yes"), "zh": ("否", "是")}[lang][value]
    if fact.kind == "one of":
        assert fact.codes
        return list(fact.codes.values.values())[value][lang]
    if fact.kind == "date":
        return date.fromordinal(value).isoformat()
    return show_number(value, fact.places)


def plain_value(fact: Fact, value: Value) -> object:
    """The value as a profile file holds it."""
    if isinstance(value, frozenset):
        assert fact.codes
        return [c for c in fact.codes.values if c in value]
    if isinstance(value, tuple):
        return [_plain_spell(fact, s) for s in value]
    if fact.kind == "yes/no":
        return bool(value)
    if fact.kind == "one of":
        assert fact.codes
        return list(fact.codes.values)[value]
    if fact.kind == "date":
        return date.fromordinal(value).isoformat()
    if fact.places:
        return show_number(value, fact.places).replace(",", "")
    return value


def _plain_spell(fact: Fact, spell: Spell) -> dict[str, object]:
    start, end, attributes = spell
    plain: dict[str, object] = {"from": date.fromordinal(start).isoformat()}
    if end is not None:
        plain["until"] = date.fromordinal(end).isoformat()
    for name, code in attributes:
        codes = fact.attributes[name]
        plain[name] = bool(code) if codes is None else list(codes.values)[code]
    return plain
