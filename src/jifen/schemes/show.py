"""A scheme shown as it stands: the consolidated document as Markdown, and its rules as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from jifen.schemes.citations import Citation
from jifen.schemes.document import Block, ListBlock, ListItem, Paragraph, Quote, Section, TableBlock
from jifen.schemes.model import Amount, Conditions, ConditionTable, Criterion, FactTable, Scheme
from jifen.schemes.words import in_language


def as_markdown(scheme: Scheme, lang: str = "") -> str:
    """The whole version, with what it amends merged in: title, dates, headings, instruments. In one language, or in both."""

    def both(words: Mapping[str, str]) -> str:
        return words[lang] if lang and words.get(lang) else f"{words.get('en', '')} · {words.get('zh', '')}"

    lines = [f"# {both(scheme.title)}", ""]
    if scheme.law != "law":
        lines += [f"**{both(_MODEL)}**", ""]
    until = f" – {scheme.until}" if scheme.until else ""
    lines += [both(scheme.authority), "", f"{both(_IN_FORCE)}: {scheme.start}{until}", ""]
    for section in scheme.document.sections:
        lines += _section(section, lang)
    lines += [f"## {both(_INSTRUMENTS)}", ""]
    for instrument in scheme.instruments.values():
        more = ", ".join(x for x in (instrument.number, instrument.date, instrument.url) if x)
        lines.append(f"- **{instrument.name}**: {both(instrument.title)}" + (f" ({more})" if more else ""))
    return "\n".join(lines) + "\n"


_MODEL = {"en": "Model, not law", "zh": "模型，非法律"}
_IN_FORCE = {"en": "In force", "zh": "施行"}
_INSTRUMENTS = {"en": "Instruments", "zh": "文件"}
_PAIR = re.compile(r"((?:Grants: )?)(.*?) · (.*?)(\.?(?:, [a-z0-9 ]+ of:)?(?: \[[^\]]*\])?)")
"""Words in both languages, with what a line may say before and after them."""


def _told(text: str, lang: str) -> str:
    """A line of a scheme in one language: of each `English · 中文` between dashes one half stays."""
    if not lang:
        return text
    parts = []
    for part in text.split(" — "):
        pair = _PAIR.fullmatch(part)
        parts.append(f"{pair[1]}{pair[2 if lang == 'en' else 3]}{pair[4]}" if pair else part)
    return " — ".join(parts)


def _section(section: Section, lang: str) -> Iterator[str]:
    yield f"{'#' * (section.level + 1)} {_told(section.title, lang)}"
    yield ""
    for block in section.blocks:
        yield from _block(block, lang)
        yield ""
    for inner in section.sections:
        yield from _section(inner, lang)


def _block(block: Block, lang: str) -> Iterator[str]:
    match block:
        case Paragraph():
            yield _told(block.text, lang)
        case Quote():
            yield from _quoted(block, lang)
        case TableBlock():
            yield "| " + " | ".join(_told(c.text, lang) for c in block.header) + " |"
            yield "|" + "|".join(block.rule) + "|"
            for row in block.rows:
                yield "| " + " | ".join(_told(c.text, lang) for c in row) + " |"
        case ListBlock():
            for item in block.items:
                yield from _item(item, 0, lang)


def _quoted(quote: Quote, lang: str) -> Iterator[str]:
    text = in_language(quote.text, lang) if lang else quote.text
    for line in text.split("\n"):
        yield f"> {line}"


def _item(item: ListItem, depth: int, lang: str) -> Iterator[str]:
    pad = "   " * depth
    mark = f"{item.mark}." if item.mark != "-" else "-"
    yield f"{pad}{mark} {_told(item.text.text, lang)}"
    for note in item.notes:
        for line in _quoted(note, lang):
            yield f"{pad}   {line}"
    for inner in item.items:
        yield from _item(inner, depth + 1, lang)


def as_data(scheme: Scheme) -> dict[str, Any]:
    """The rules of a version as JSON: parameters, requirements, points, outcomes, with citations."""
    return {
        "scheme": scheme.id,
        "title": dict(scheme.title),
        "law": scheme.law,
        "subject": scheme.subject,
        "jurisdiction": scheme.jurisdiction,
        "authority": dict(scheme.authority),
        "from": scheme.start.isoformat(),
        "until": scheme.until.isoformat() if scheme.until else None,
        "hash": scheme.hash,
        "instruments": {
            i.name: {"title": dict(i.title), "number": i.number, "url": i.url, "date": i.date}
            for i in scheme.instruments.values()
        },
        "parameters": [
            {
                "name": p.name,
                "unit": p.unit,
                "values": [
                    {"value": _printed(r.value, p.unit), "from": r.start.isoformat(), "citation": _cited(r.citations)}
                    for r in p.rows
                ],
            }
            for p in scheme.parameters
        ],
        "requirements": [
            {"id": r.id, "title": dict(r.title), **_conditions(r.conditions)} for r in scheme.requirements
        ],
        "points": _criterion(scheme.points) if scheme.points else None,
        "pass_mark": scheme.pass_mark,
        "outcomes": [
            {
                "id": o.id,
                "title": dict(o.title),
                "grants": [dict(g.words) for g in o.grants],
                **_conditions(o.conditions),
            }
            for o in scheme.outcomes
        ],
        "amounts": [_amount(a) for a in scheme.amounts],
        **{
            name: [
                {"words": dict(line.words), "reason": dict(line.reason), "citation": _cited(line.citations)}
                for line in lines
            ]
            for name, lines in scheme.lines.items()
        },
    }


def _amount(amount: Amount) -> dict[str, Any]:
    rows = amount.table.rows if amount.table else ()
    return {
        "id": amount.id,
        "title": dict(amount.title),
        "discretionary": amount.discretionary,
        "currency": amount.currency,
        "per": amount.per,
        "rate": str(amount.rate),
        "of": amount.base,
        "at_most": amount.cap,
        "rows": [{"row": list(r.label), "amount": int(r.value), "citation": _cited(r.citations)} for r in rows],
        "citation": _cited(amount.citations),
    }


def _printed(value: Fraction, unit: str) -> str:
    return date.fromordinal(int(value)).isoformat() if unit == "date" else str(value)


def _cited(citations: tuple[Citation, ...]) -> list[dict[str, str]]:
    return [c.data() for c in citations]


def _conditions(conditions: Conditions) -> dict[str, Any]:
    items = []
    for item in conditions.items:
        entry: dict[str, Any] = {"id": item.id, "words": dict(item.words), "citation": _cited(item.citations)}
        if isinstance(item.content, Conditions):
            entry |= _conditions(item.content)
        else:
            entry["condition"] = item.text
        items.append(entry)
    found: dict[str, Any] = {"how": conditions.how, "items": items}
    if conditions.how == "least":
        found["least"] = conditions.least
    return found


def _criterion(criterion: Criterion) -> dict[str, Any]:
    parts: list[Any] = []
    for part in criterion.parts:
        match part:
            case Criterion():
                parts.append(_criterion(part))
            case FactTable():
                rows = [{"row": list(r.label), "points": r.points, "citation": _cited(r.citations)} for r in part.rows]
                parts.append({"facts": [c.name for c in part.columns], "each": list(part.each), "rows": rows})
            case ConditionTable():
                lines = [
                    {
                        "condition": r.text,
                        "words": dict(r.words),
                        "points": r.points,
                        "citation": _cited(r.citations),
                    }
                    for r in part.rows
                ]
                parts.append({"how": part.how, "conditions": lines})
            case _:
                parts.append({"value_of": part.name})
    return {
        "id": criterion.id,
        "title": dict(criterion.title),
        "how": criterion.how,
        "at_most": [c.most for c in criterion.caps],
        "citation": _cited(criterion.citations),
        "parts": parts,
    }
