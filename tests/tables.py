"""Profiles as an Arrow table, as somebody would keep them: amounts as decimals, codes as text, days as dates."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import pyarrow as pa

import jifen
from helpers import random_profile
from jifen.facts.values import Value
from jifen.facts.vocabulary import Fact
from jifen.plan.form import Plan

TYPES = {
    "whole": pa.int64(),
    "yes/no": pa.bool_(),
    "one of": pa.string(),
    "several of": pa.list_(pa.string()),
    "date": pa.date32(),
}


def written(fact: Fact, value: Value) -> Any:
    """A value as a column holds it."""
    if isinstance(value, frozenset):
        assert fact.codes
        return [c for c in fact.codes.values if c in value]
    assert isinstance(value, int)
    if fact.kind == "yes/no":
        return bool(value)
    if fact.kind == "one of":
        assert fact.codes
        return list(fact.codes.values)[value]
    if fact.kind == "date":
        return date.fromordinal(value)
    return Decimal(value).scaleb(-fact.places) if fact.places else value


def column_type(fact: Fact) -> pa.DataType:
    if fact.kind in ("money", "decimal") and fact.places:
        return pa.decimal128(24, fact.places)
    return TYPES["whole"] if fact.kind in ("money", "decimal") else TYPES[fact.kind]


def as_table(rules: jifen.Jifen, profiles: Sequence[Mapping[str, Value]], flat: bool = False) -> pa.Table:
    """A column for each fact of any profile, null where a profile leaves it out; `id` counts from 0."""
    names = sorted({f for p in profiles for f in p})
    columns: dict[str, pa.Array] = {"id": pa.array(range(len(profiles)), pa.int64())}
    for name in names:
        fact = rules.vocabulary.facts[name]
        values = [written(fact, p[name]) if name in p else None for p in profiles]
        columns[name.replace(".", "_") if flat else name] = pa.array(values, column_type(fact))
    return pa.table(columns)


def random_people(
    rules: jifen.Jifen, plan: Plan, number: int, seed: int, unknown: float = 0.15
) -> list[dict[str, Value]]:
    """People on both sides of the edges of a plan; each fact is left out with some chance, in half of them."""
    random = Random(seed)
    found = []
    for place in range(number):
        person = random_profile(plan, rules.vocabulary, random)
        person = {f: v for f, v in person.items() if rules.vocabulary.facts[f].kind != "spells"}
        if place % 2:
            person = {f: v for f, v in person.items() if random.random() > unknown}
        found.append(person)
    return found
