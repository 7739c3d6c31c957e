"""Every condition of a scheme, and the plain conditions of which a condition is made."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jifen.problems import Where
from jifen.schemes.conditions import Both, Condition, Not
from jifen.schemes.document import Block, Document, ListBlock, ListItem, Paragraph, Section, TableBlock
from jifen.schemes.model import Conditions, ConditionTable, Criterion, Item, Outcome, Requirement, Scheme


def leaves(condition: Condition) -> Iterator[Condition]:
    """The parts of a condition that hold no `and`, `or` or `not`."""
    match condition:
        case Not(part):
            yield from leaves(part)
        case Both(_, parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield condition


def lists_of(scheme: Scheme) -> Iterator[Conditions]:
    """Every list of conditions: of requirements, outcomes, derived facts."""
    for requirement in scheme.requirements:
        yield requirement.conditions
    for outcome in scheme.outcomes:
        yield outcome.conditions
    for derived in scheme.derived:
        if isinstance(derived.definition, Conditions):
            yield derived.definition


def headings_of(scheme: Scheme) -> Iterator[Requirement | Outcome]:
    """The headings of requirements, then of outcomes."""
    yield from scheme.requirements
    yield from scheme.outcomes


def items_of(scheme: Scheme) -> dict[str, Item]:
    """Every item of every list, by its id."""
    return {item.id: item for conditions in lists_of(scheme) for item in conditions.walk()}


def criteria_of(scheme: Scheme) -> Iterator[tuple[Criterion, tuple[Criterion, ...]]]:
    """Every criterion with those that it stands under, the outermost first."""

    def go(criterion: Criterion, above: tuple[Criterion, ...]) -> Iterator[tuple[Criterion, tuple[Criterion, ...]]]:
        yield criterion, above
        for part in criterion.criteria():
            yield from go(part, (*above, criterion))

    if scheme.points:
        yield from go(scheme.points, ())


def conditions_of(scheme: Scheme) -> Iterator[Condition]:
    """Every condition: of items, of rows, of caps, of `Only when`."""
    for item in items_of(scheme).values():
        if not isinstance(item.content, Conditions):
            yield item.content
    for criterion, _ in criteria_of(scheme):
        if criterion.only_when is not None:
            yield criterion.only_when
        for cap in criterion.caps:
            if cap.when is not None:
                yield cap.when
        for part in criterion.parts:
            if isinstance(part, ConditionTable):
                for row in part.rows:
                    if row.condition is not None:
                        yield row.condition


def names_in(document: Document) -> Iterator[tuple[str, str, str, Where]]:
    """Every name in backticks, with the first-level heading (in English), the id of its heading, and its place."""

    def texts(block: Block | ListItem) -> Iterator[tuple[str, Where]]:
        match block:
            case Paragraph(text=text):
                yield text, block.where(0)
            case TableBlock(header=header, rows=rows):
                yield from ((c.text, c.where) for line in (header, *rows) for c in line)
            case ListBlock(items=items):
                for item in items:
                    yield from texts(item)
            case ListItem(text=paragraph, items=items):
                yield paragraph.text, block.where
                for item in items:
                    yield from texts(item)

    def go(section: Section, chapter: str) -> Iterator[tuple[str, str, str, Where]]:
        for block in section.blocks:
            for text, where in texts(block):
                for name in re.findall(r"`([^`]+)`", text):
                    yield chapter, section.id, name, where
        for inner in section.sections:
            yield from go(inner, chapter)

    for section in document.sections:
        yield from go(section, section.title.split(" · ")[0])
