"""The prior: how common the values of each fact are thought to be. It orders questions and never changes an answer.

Nothing said about a fact: each of its cells weighs the same, and of a list of codes, one holds on average.
"""

from __future__ import annotations

import bisect
import csv
import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jifen.facts.values import read_value
from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.plan.values import Variable
from jifen.problems import JifenError, Problem, ProfileError, RequestError, Where, nearest
from jifen.strict_yaml import Items, Table, Text, decode, parse, read_bytes


@dataclass(frozen=True)
class Prior:
    """Marginal weights: fact → value → weight; for a `several of`, code → the share of people who have it (0 to 1)."""

    weights: Mapping[str, Mapping[int | str, float]] = field(default_factory=dict)
    codes: Mapping[str, int] = field(default_factory=dict)
    """How many codes the list of a `several of` has."""

    def shares(self, variable: Variable, edges: tuple[int, ...]) -> list[float]:
        """The share of each cell that `edges` cut; together 1."""
        known = self.weights.get(variable.facts[0]) if len(variable.facts) == 1 and not variable.compute else None
        if variable.code:
            share = 1 / max(2, self.codes.get(variable.facts[0], 2))
            if known is not None:
                share = min(1.0, max(0.0, known.get(variable.code, 0.0)))
            return [1 - share, share] if edges else [1.0]
        count = len(edges) + 1
        if not known:
            return [1 / count] * count
        shares = [0.0] * count
        for value, weight in known.items():
            assert isinstance(value, int)
            shares[bisect.bisect_right(edges, value)] += weight
        total = sum(shares)
        return [s / total for s in shares] if total else [1 / count] * count


def plain_prior(vocabulary: Vocabulary) -> Prior:
    """The prior that says nothing about any fact."""
    return Prior({}, {f.id: len(f.codes.values) for f in vocabulary.facts.values() if f.codes})


def read_prior(path: Path, vocabulary: Vocabulary) -> Prior:
    """A prior from a file: weights (YAML, `fact: {value: weight}`), or people (CSV: a column a fact, a row a person).

    In a CSV an empty field is unknown, and the codes of a `several of` are joined by `;`. Raises RequestError or ProfileError.
    """
    text = decode(read_bytes(path), str(path))
    weights = _people(text, path, vocabulary) if path.suffix == ".csv" else _weights(text, path, vocabulary)
    return Prior(weights, plain_prior(vocabulary).codes)


def _fact(name: str, where: Where, vocabulary: Vocabulary) -> Fact:
    fact = vocabulary.facts.get(name)
    if fact is None:
        raise ProfileError([Problem("unknown-fact", where, {"name": name}, name, nearest(name, vocabulary.facts))])
    return fact


def _weights(text: str, path: Path, vocabulary: Vocabulary) -> dict[str, dict[int | str, float]]:
    node = parse(text, str(path))
    if not isinstance(node, Table):
        raise ProfileError([Problem("not-a-mapping", node.where)])
    found: dict[str, dict[int | str, float]] = {}
    problems: list[Problem] = []
    for key, values in node:
        try:
            fact = _fact(key.value, key.where, vocabulary)
            if not isinstance(values, Table):
                raise ProfileError([Problem("not-a-mapping", values.where)])
            for value, weight in values:
                if not isinstance(weight, Text) or not re.fullmatch(r"\d{1,12}(\.\d{1,9})?", weight.value):
                    shown = weight.value if isinstance(weight, Text) else ""
                    raise ProfileError([Problem("bad-number", weight.where, found=shown)])
                found.setdefault(fact.id, {})[_value(fact, value)] = float(weight.value)
        except JifenError as e:
            problems += e.problems
    if problems:
        raise ProfileError(problems)
    return found


def _value(fact: Fact, text: Text) -> int | str:
    """A value as written: a code of a `several of` by its name."""
    if fact.kind == "several of":
        read_value(fact, Items((text,), text.where))
        return text.value
    value = read_value(fact, text)
    if not isinstance(value, int):
        raise ProfileError([Problem("wrong-type", text.where, {"fact": fact.id, "example": "42"}, text.value)])
    return value


def _people(text: str, path: Path, vocabulary: Vocabulary) -> dict[str, dict[int | str, float]]:
    reader = csv.DictReader(io.StringIO(text))
    names = list(reader.fieldnames or ())
    facts = [_fact(name, Where(str(path), 1), vocabulary) for name in names]
    found: dict[str, dict[int | str, float]] = {}
    counted = dict.fromkeys(names, 0)
    for line, row in enumerate(reader, 2):
        for fact in facts:
            field_ = row.get(fact.id)
            if field_ is None or not field_.strip():
                continue
            at = Where(str(path), line, path=fact.id)
            counted[fact.id] += 1
            tally = found.setdefault(fact.id, {})
            parts = [p.strip() for p in field_.split(";")] if fact.kind == "several of" else [field_.strip()]
            for part in parts:
                if part not in ("none", "[]"):
                    value = _value(fact, Text(part, at))
                    tally[value] = tally.get(value, 0.0) + 1
    if not any(counted.values()):
        raise RequestError([Problem("not-a-mapping", Where(str(path)))])
    for fact in facts:
        if fact.kind == "several of" and fact.id in found:
            found[fact.id] = {k: v / counted[fact.id] for k, v in found[fact.id].items()}
    return found
