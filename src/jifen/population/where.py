"""A condition that picks people, written as a scheme writes one, and held against them by the same engine.

`age >= 30 and education.degree is any of master, doctorate`; also ``cn/work-permit is B``. Backticks may be left out. Where a fact is unknown and the condition therefore open, the person is left out and counted.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from jifen.plan.compile import compile_plan
from jifen.plan.form import Plan
from jifen.problems import PolicyError, RequestError, Where
from jifen.schemes.conditions import parse_condition
from jifen.schemes.model import Conditions, Item, Requirement, Scheme
from jifen.schemes.shelf import Shelf


def compile_where(text: str, subject: str, on: date, shelf: Shelf) -> Plan:
    """A plan that qualifies those of whom the condition is true. Raises RequestError with what is wrong in the text."""
    place = Where(path=f"--where {text}")
    words = {"en": text, "zh": text}
    try:
        condition = parse_condition(_ticked(text, shelf), place)
        item = Item("1", words, text, condition, (), (), place)
        requirement = Requirement("where", words, Conditions("all", 1, (item,), place), (), (), place)
        return compile_plan(_scheme(requirement, subject, shelf), on, shelf)
    except PolicyError as e:
        raise RequestError([p.within(path=place.path) for p in e.problems]) from None


def _scheme(requirement: Requirement, subject: str, shelf: Shelf) -> Scheme:
    """A scheme with this one requirement and nothing else."""
    some = next(iter(shelf.schemes.values()))[-1]
    return replace(
        some, id="where", subject=subject, parameters=(), lookups=(), derived=(), presumed=(), choices=(),
        requirements=(requirement,), points=None, pass_mark=None, outcomes=(), lines={},
    )  # fmt: skip


def _ticked(text: str, shelf: Shelf) -> str:
    """The text with backticks around the names of facts and schemes."""
    names = set(shelf.vocabulary.facts) | set(shelf.schemes)
    if "`" in text:
        return text
    return re.sub(r"[A-Za-z_][\w./-]*", lambda m: f"`{m[0]}`" if m[0] in names else m[0], text)
