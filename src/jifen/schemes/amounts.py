"""Amounts of money under a heading of *Grants*: one sentence or one table that says how much, a cap, a condition.

Sums are kept in the smallest unit of their currency, as whole numbers; whether names mean something is for the plan to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from jifen.facts.vocabulary import currency_places
from jifen.forms import Words
from jifen.problems import PolicyError, Problem, Where
from jifen.schemes.citations import Citation, Instrument
from jifen.schemes.conditions import parse_condition
from jifen.schemes.document import Cell, Section, TableBlock
from jifen.schemes.model import Amount
from jifen.schemes.sentences import Sentence
from jifen.schemes.tables import exact, read_fact_table

SENTENCES = {"amount", "share", "assessed", "cap_money", "only_when"}
"""The sentences that may stand under the heading of an amount."""

_COLUMN = re.compile(r"amount \(([A-Z]{3})(?: a (year|month))?\)")


def read_amount(
    id_: str,
    title: Words,
    section: Section,
    sentences: Sequence[Sentence],
    instruments: dict[str, Instrument],
    notes: tuple[str, ...],
) -> Amount:
    """The amount of a heading. Raises PolicyError unless exactly one sentence or one table says how much."""
    citations = tuple(dict.fromkeys(c for s in sentences for c in s.citations))
    said = {
        form: [s for s in sentences if s.form == form]
        for form in ("amount", "share", "assessed", "cap_money", "only_when")
    }
    tables = [b for b in section.blocks if isinstance(b, TableBlock)]
    ways = len(said["amount"]) + len(said["share"]) + len(tables)
    if ways != 1 or any(len(said[f]) > 1 for f in ("assessed", "cap_money", "only_when")):
        raise PolicyError([Problem("bad-amount", section.where, found=section.title)])
    if said["assessed"] and not tables:
        raise PolicyError([Problem("bad-amount", said["assessed"][0].where, found="May be assessed for up to:")])
    if not citations and not tables:
        raise PolicyError([Problem("missing-citation", section.where)])
    only = next((parse_condition(s.blanks[0], s.at[0]) for s in said["only_when"]), None)
    found = Amount(
        id=id_,
        title=title,
        currency="",
        per="",
        discretionary=bool(said["assessed"]),
        rate=Fraction(0),
        base="",
        table=None,
        cap=None,
        cap_currency="",
        only_when=only,
        citations=citations,
        notes=notes,
        where=section.where,
    )
    for s in said["amount"]:
        discretion, currency, number, per, each = s.blanks
        sum_ = Fraction(minor(currency, number, s.at[2]))
        found = replace(found, currency=currency, per=per, discretionary=bool(discretion), rate=sum_, base=each)
    for s in said["share"]:
        discretion, percent, base = s.blanks
        found = replace(found, discretionary=bool(discretion), rate=Fraction(percent) / 100, base=base)
    for s in said["cap_money"]:
        found = replace(found, cap=minor(s.blanks[0], s.blanks[1], s.at[1]), cap_currency=s.blanks[0])
    return _tabled(found, tables[0], instruments) if tables else found


def _tabled(amount: Amount, block: TableBlock, instruments: dict[str, Instrument]) -> Amount:
    """The amount with its table, whose values become sums in the smallest unit."""
    place = len(block.header) - (2 if block.header[-1].text == "source" else 1)
    head = block.header[place]
    match = _COLUMN.fullmatch(head.text)
    if not match or place < 1:
        raise PolicyError([Problem("bad-amount-column", head.where, found=head.text)])
    header = tuple(Cell("value", c.where) if n == place else c for n, c in enumerate(block.header))
    table = read_fact_table(replace(block, header=header), instruments, amount.citations)
    rows = tuple(replace(r, value=str(minor(match[1], r.value, r.where))) for r in table.rows)
    return replace(amount, currency=match[1], per=match[2] or "", table=replace(table, rows=rows))


def minor(currency: str, text: str, where: Where) -> int:
    """A printed sum in the smallest unit of its currency. Raises PolicyError for what is no sum of that currency."""
    from pycountry import currencies

    if currencies.get(alpha_3=currency) is None:
        raise PolicyError([Problem("unknown-currency", where, {"currency": currency}, currency)])
    number = exact(text)
    scaled = number * 10 ** currency_places(currency) if number is not None else None
    if scaled is None or scaled.denominator != 1 or scaled < 0:
        raise PolicyError([Problem("bad-number", where, found=text)])
    return int(scaled)


def covered(amount: Amount) -> tuple[Citation, ...]:
    """Everything that an amount cites: its heading and the rows of its table."""
    rows = amount.table.rows if amount.table else ()
    return tuple(dict.fromkeys([*amount.citations, *(c for r in rows for c in r.citations)]))
