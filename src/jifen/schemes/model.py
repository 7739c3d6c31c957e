"""The model of a scheme: what a document says, checked in form, immutable, with every position kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Literal

from jifen.forms import Words
from jifen.problems import Where
from jifen.schemes.citations import Citation, Instrument
from jifen.schemes.conditions import Condition, Op, Term
from jifen.schemes.document import Document
from jifen.schemes.versions import read_version

# --- tables ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Range:
    """From one term to another; None leaves that side open. `op` is `≥` or `>` below, `≤` or `<` above."""

    low: Term | None
    low_op: Op
    high: Term | None
    high_op: Op


@dataclass(frozen=True)
class Listed:
    """These codes, numbers, or yes/no."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class Rest:
    """What the other rows leave (`below`, `above`, `otherwise`)."""


@dataclass(frozen=True)
class Anything:
    """`any`: this fact is left open."""


@dataclass(frozen=True)
class Further:
    """`each further year`: one step for each whole unit after the row above."""


RowTest = Range | Listed | Rest | Anything | Further


@dataclass(frozen=True)
class Row:
    """One row (or one field of a matrix): a test per column, and what it gives.

    `value` is a number of points, or in a derived fact the text of a number, a code or (`name`) a fact.
    """

    tests: tuple[RowTest, ...]
    label: tuple[str, ...]
    points: int
    value: str
    name: str
    citations: tuple[Citation, ...]
    where: Where


@dataclass(frozen=True)
class Column:
    """A fact in a table's header, with the unit as printed."""

    name: str
    unit: str
    where: Where


@dataclass(frozen=True)
class FactTable:
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    result: Literal["points", "value"]
    where: Where
    each: tuple[str, ...] = ()
    each_how: Literal["sum", "best"] = "sum"

    @property
    def grows(self) -> bool:
        """Whether a row counts further units."""
        return any(isinstance(row.tests[0], Further) for row in self.rows)


@dataclass(frozen=True)
class ConditionRow:
    id: str
    condition: Condition | None
    text: str
    words: Words
    points: int
    citations: tuple[Citation, ...]
    where: Where


@dataclass(frozen=True)
class ConditionTable:
    """`How` its rows combine: sum, best, first."""

    how: Literal["sum", "best", "first"]
    rows: tuple[ConditionRow, ...]
    where: Where


@dataclass(frozen=True)
class ValueOf:
    """The points are the fact itself."""

    name: str
    where: Where


# --- the tree of points ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cap:
    most: int
    when: Condition | None
    where: Where


@dataclass(frozen=True)
class Expectation:
    """What the law's tables show and `jifen verify` proves: more of these facts never does this to points or outcome."""

    facts: tuple[str, ...]
    never: Literal["lowers", "raises", "worsens", "betters"]
    text: str
    citations: tuple[Citation, ...]
    where: Where


@dataclass(frozen=True)
class Criterion:
    """A heading under Points: it gives points, from its own criteria or its tables."""

    id: str
    title: Words
    how: Literal["sum", "best"]
    parts: tuple[Criterion | FactTable | ConditionTable | ValueOf, ...]
    caps: tuple[Cap, ...]
    only_when: Condition | None
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    where: Where
    expects: tuple[Expectation, ...] = ()

    def criteria(self) -> tuple[Criterion, ...]:
        return tuple(p for p in self.parts if isinstance(p, Criterion))


# --- lists of conditions --------------------------------------------------------------------------------------

Combination = Literal["all", "any", "none", "least"]


@dataclass(frozen=True)
class Item:
    """A numbered item: a condition, or a list of its own."""

    id: str
    words: Words
    text: str
    content: Condition | Conditions
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    where: Where


@dataclass(frozen=True)
class Conditions:
    """`All of:`, `Any one of:`, `None of:`, `At least n of:`."""

    how: Combination
    least: int
    items: tuple[Item, ...]
    where: Where

    def walk(self) -> Iterator[Item]:
        for item in self.items:
            yield item
            if isinstance(item.content, Conditions):
                yield from item.content.walk()


@dataclass(frozen=True)
class Requirement:
    """A heading under Requirements with its list; the list directly under Requirements has the id ``."""

    id: str
    title: Words
    conditions: Conditions
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    where: Where


@dataclass(frozen=True)
class Line:
    """A line that is shown: a grant, a paper, a step, a thing that cannot be expressed (with the reason)."""

    words: Words
    reason: Words
    citations: tuple[Citation, ...]
    where: Where
    id: str = ""
    title: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    id: str
    title: Words
    conditions: Conditions
    grants: tuple[Line, ...]
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    where: Where


# --- amounts of money ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Amount:
    """Money that the scheme grants, in the smallest unit of its currency.

    With a `table`, what its row says; else `rate`, times the fact `base` if there is one (a share of money, or so much for each).
    `currency` is "" where it is that of `base`. A `discretionary` amount is only a ceiling.
    """

    id: str
    title: Words
    currency: str
    per: str
    discretionary: bool
    rate: Fraction
    base: str
    table: FactTable | None
    cap: int | None
    cap_currency: str
    only_when: Condition | None
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    where: Where


# --- values ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dated:
    """A value from a day on; `value` is exact, in the unit of its header: for `date` the ordinal of the day."""

    value: Fraction
    start: date
    citations: tuple[Citation, ...]
    where: Where


@dataclass(frozen=True)
class Parameter:
    """A value with its days. `column` are the words of its column, where several parameters share a table and its title."""

    name: str
    title: Words
    unit: str
    rows: tuple[Dated, ...]
    where: Where
    column: Words = field(default_factory=dict)


@dataclass(frozen=True)
class Lookup:
    """A CSV table: key columns are facts; `rows` maps the keys as written to the values of the value columns.

    `titles` are the words of a value column, where its header has them.
    """

    name: str
    title: Words
    file: str
    keys: tuple[str, ...]
    units: Mapping[str, str]
    rows: Mapping[tuple[str, ...], Mapping[str, Fraction]]
    citations: tuple[Citation, ...]
    where: Where
    titles: Mapping[str, Words] = field(default_factory=dict)


@dataclass(frozen=True)
class Extreme:
    """The lowest, the highest, or the sum of several."""

    how: Literal["lowest", "highest", "sum"]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Between:
    """From one value at a number of the fact to another at another, in equal steps, rounded half up."""

    low: Term
    low_at: int
    high: Term
    high_at: int
    fact: str


@dataclass(frozen=True)
class Completed:
    """Completed years, months or days since a date, on the day asked about; or in spells that pass a filter."""

    unit: Literal["years", "months", "days"]
    fact: str
    spells: bool
    where_is: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Derived:
    id: str
    title: Words
    definition: Conditions | FactTable | Extreme | Between | Completed
    citations: tuple[Citation, ...]
    notes: tuple[str, ...]
    where: Where


@dataclass(frozen=True)
class Presumed:
    """A thing that only an authority gives, and its value until it is given."""

    fact: str
    value: str
    citations: tuple[Citation, ...]
    where: Where


@dataclass(frozen=True)
class Choice:
    """A fact that the applicant chooses; if left open, the choice that gives more points is taken."""

    fact: str
    citations: tuple[Citation, ...]
    where: Where


@dataclass(frozen=True)
class Scheme:
    """One version of a scheme. `until` is the last day in force, or None while it lasts."""

    id: str
    title: Words
    subject: str
    jurisdiction: str
    authority: Words
    law: str
    start: date
    until: date | None
    instruments: Mapping[str, Instrument]
    parameters: tuple[Parameter, ...]
    lookups: tuple[Lookup, ...]
    derived: tuple[Derived, ...]
    presumed: tuple[Presumed, ...]
    choices: tuple[Choice, ...]
    requirements: tuple[Requirement, ...]
    points: Criterion | None
    pass_mark: int | None
    outcomes: tuple[Outcome, ...]
    lines: Mapping[str, tuple[Line, ...]]
    amounts: tuple[Amount, ...]
    file: str
    hash: str
    expects: tuple[Expectation, ...] = ()

    @cached_property
    def document(self) -> Document:
        """The document as it stands in its file, with what it amends merged in; read when first asked for."""
        return read_version(Path(self.file))
