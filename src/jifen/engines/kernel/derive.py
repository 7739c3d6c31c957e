"""Columns of facts that follow from others by the rules of the vocabulary: an age from a date of birth, a level from test scores."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.kernel import machine
from jifen.engines.kernel.columns import Column, cells_of, variable_column
from jifen.engines.kernel.order import Order, first_values
from jifen.engines.kernel.program import Program
from jifen.engines.kernel.writer import Writer
from jifen.facts.values import show_value
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.nodes import Node
from jifen.plan.values import Typed, Variable, counted_from, day_to_come
from jifen.problems import Problem, ProfileError, Where

Array = NDArray[Any]


@dataclass(frozen=True)
class Rule:
    """How one fact follows: the fact's id, the node that gives its value, the variables it asks."""

    fact: str
    node: Node
    variables: Mapping[str, Variable]

    @cached_property
    def starts(self) -> dict[str, tuple[int, ...]]:
        """The first value of each cell of each variable."""
        return first_values([self.node])

    @property
    def facts(self) -> list[str]:
        """The facts that it asks."""
        return list(dict.fromkeys(f for v in self.starts for f in self.variables[v].facts))

    @cached_property
    def _ways(self) -> tuple[Program, dict[str, list[int]]]:
        """The bounds of the value as a program, and the split variables whose cells are to be tried."""
        ends = Order(self.starts).ends(self.node)
        program = Program(opened=frozenset(self.starts))
        writer = Writer(program, self.starts)
        for side, put in (("least", ends.least), ("most", ends.most)):
            program.outputs["", side, ""] = writer.write(self.node, {v: c[0] for v, c in put.items()}, {})
        return program, {v: sorted({*ends.least[v], *ends.most[v]}) for v in ends.split}

    def bounds(self, cells: Mapping[str, Array], rows: int) -> tuple[Array, Array]:
        """The exact bounds of the value in each row."""
        program, tries = self._ways
        found = []
        for combination in itertools.product(*tries.values()):
            put = dict(cells)
            for v, cell in zip(tries, combination, strict=True):
                put[v] = np.where(cells[v] == len(self.starts[v]), cell, cells[v]).astype(cells[v].dtype)
            made = machine.run(program, put, rows)
            found.append((made["", "least", ""].astype(np.int64), made["", "most", ""].astype(np.int64)))
        low = np.minimum.reduce([f[0] for f in found])
        return low, np.maximum.reduce([f[1] for f in found])


def rules_for(
    facts: Sequence[str], typed: Mapping[str, Typed], variables: Mapping[str, Variable], vocabulary: Vocabulary
) -> list[Rule]:
    """The rules that give one of these facts."""
    return [Rule(n, t.node, variables) for n, t in typed.items() if n in facts and n in vocabulary.facts]


def derived(
    rules: Sequence[Rule], columns: Mapping[str, Column], on: date, rows: int, vocabulary: Vocabulary
) -> dict[str, Column]:
    """The columns of facts that follow, put together with what is given. Raises ProfileError where the two contradict each other, or a day from
    which time is counted is still to come."""
    made = {}
    for rule in rules:
        for name in counted_from((rule.variables[v] for v in rule.starts), vocabulary):
            if name in columns:
                _reached(name, columns[name].masked(), on)
        ready = {v: variable_column(rule.variables[v], columns, on, rule.starts[v]) for v in rule.starts}
        if any(c is not None for c in ready.values()):
            made[rule.fact] = _follow(rule, ready, columns.get(rule.fact), on, rows, vocabulary)
    return made


def _reached(name: str, column: Column, on: date) -> None:
    assert not isinstance(column.values, Mapping)
    late = later(column, on)
    if late.any():
        row = int(late.argmax())
        raise ProfileError([day_to_come(name, int(column.values[row]), on, Where(path=f"{name}, row {row + 1}"))])


def later(column: Column, on: date) -> Array:
    """The rows in which a known day lies after the day asked about."""
    column = column.masked()
    assert not isinstance(column.values, Mapping)
    late = np.asarray(column.values > on.toordinal())
    return late if column.valid is None else late & column.valid


def _follow(
    rule: Rule,
    ready: Mapping[str, Column | None],
    given: Column | None,
    on: date,
    rows: int,
    vocabulary: Vocabulary,
) -> Column:
    """Known where every completion of the facts asked gives the same value; what is given stands where it is not."""
    single = next(iter(ready.values()), None)
    if rule.node.kind == "var" and given is None and single is not None:
        return single
    cells = {v: cells_of(c, rule.starts[v], rows) for v, c in ready.items()}
    low, high = rule.bounds(cells, rows)
    known = np.logical_or.reduce([places != len(rule.starts[v]) for v, places in cells.items()]) & (low == high)
    if given is None:
        return Column(low, known)
    given = given.masked()
    assert not isinstance(given.values, Mapping)
    told = np.ones(rows, bool) if given.valid is None else given.valid
    wrong = told & known & (given.values != low)
    if wrong.any():
        row = int(wrong.argmax())
        fact = vocabulary.facts[rule.fact]
        blanks = {
            "fact": rule.fact,
            "others": ", ".join(f"`{f}`" for f in rule.facts),
            "value": show_value(fact, int(low[row])),
            "day": on,
        }
        at = Where(path=f"{rule.fact}, row {row + 1}")
        raise ProfileError([Problem("contradiction", at, blanks, show_value(fact, int(given.values[row])))])
    return Column(np.where(told, given.values, low), None if given.valid is None else told | known)
