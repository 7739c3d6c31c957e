"""Whether engines agree: people on both sides of every edge, random people, and all combinations of cells where these are few.

The reference engine is the definition. Another engine differs or it does not; there is no tolerance.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

import numpy as np

from jifen.engines.kernel import Column, Kernel, compile_kernel
from jifen.engines.kernel.kernel import Rules
from jifen.engines.kernel.order import first_values
from jifen.engines.kernel.program import Out, Program
from jifen.engines.kernel.resolve import reference_outputs
from jifen.engines.kernel.writer import Writer, value
from jifen.engines.python import compile_function
from jifen.engines.reference import STATUSES, State
from jifen.facts.values import Value, plain_value
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.form import Plan
from jifen.plan.nodes import Node

Person = Mapping[str, Value]
REASONS = frozenset({"criteria", "failing"})
_COMBINATIONS = 1_000_000
_SHARES = (0, 2, 10, 30)
"""How many in a hundred facts are unknown, in turn."""


@dataclass
class Evidence:
    """What was held against the reference for one scheme, and every difference found (the first few in full)."""

    scheme: str
    version: str
    on: str
    seed: str
    boundary: int = 0
    random: int = 0
    combinations: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    engines: tuple[str, ...] = ()
    differences: int = 0
    examples: list[dict[str, object]] = field(default_factory=list)

    def data(self) -> dict[str, object]:
        """As JSON holds it."""
        return {
            "scheme": self.scheme,
            "version": self.version,
            "as_of": self.on,
            "seed": self.seed,
            "engines": list(self.engines),
            "boundary_people": self.boundary,
            "random_people": self.random,
            "combinations": self.combinations,
            "statuses": self.statuses,
            "differences": self.differences,
            "examples": self.examples,
        }


# --- people -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class People:
    """Draws people for a plan: values mostly next to its edges, and what the plan cuts each fact into."""

    plan: Plan
    vocabulary: Vocabulary

    @property
    def facts(self) -> list[str]:
        return sorted({f for v in self.plan.variables.values() for f in v.facts if f in self.vocabulary.facts})

    def edges(self) -> dict[str, list[int]]:
        """For each fact of one number: the values on both sides of every edge, and the ends of its domain."""
        plan = self.plan
        starts = first_values(
            [plan.outcome, *(n for n in (plan.total,) if n), *(p.points for p in plan.parts.values())]
        )
        found = {}
        for name in self.facts:
            fact = self.vocabulary.facts[name]
            if fact.kind in ("several of", "spells"):
                continue
            sides = {s - d for s in starts.get(name, ()) for d in (0, 1)} | {fact.low, fact.high}
            found[name] = sorted(v for v in sides if fact.low <= v <= fact.high)
        return found

    def codes(self) -> dict[str, list[str]]:
        """For each fact of several codes: those that the plan asks for."""
        found: dict[str, list[str]] = {}
        for variable in self.plan.variables.values():
            if variable.code:
                found.setdefault(variable.facts[0], []).append(variable.code)
        return found

    def draw(
        self, random: Random, edges: Mapping[str, Sequence[int]], codes: Mapping[str, Sequence[str]]
    ) -> dict[str, Value]:
        """A value for every fact."""
        person: dict[str, Value] = {}
        for name in self.facts:
            fact = self.vocabulary.facts[name]
            if fact.kind == "several of":
                person[name] = frozenset(c for c in codes.get(name, ()) if random.randrange(100) < 25)
            elif fact.kind == "spells":
                person[name] = ()
            elif random.randrange(100) < 85:
                person[name] = random.choice(edges[name])
            else:
                person[name] = random.randint(fact.low, fact.high)
        return person

    def boundary(self, random: Random) -> Iterator[dict[str, Value]]:
        """One person on each side of each edge, and with and without each code; everything else is drawn."""
        edges, codes = self.edges(), self.codes()
        for name, values in edges.items():
            for each in values:
                yield {**self.draw(random, edges, codes), name: each}
        for name, held in codes.items():
            for code in held:
                person = self.draw(random, edges, codes)
                others = person[name]
                assert isinstance(others, frozenset)
                yield {**person, name: others | {code}}
                yield {**person, name: others - {code}}

    def random(self, count: int, random: Random) -> Iterator[dict[str, Value]]:
        """People of whom more and more is unknown, in turn."""
        edges, codes = self.edges(), self.codes()
        for n in range(count):
            share = _SHARES[n % len(_SHARES)]
            person = self.draw(random, edges, codes)
            yield {k: v for k, v in person.items() if random.randrange(100) >= share}


def columns_of(people: Sequence[Person], facts: Sequence[str], vocabulary: Vocabulary) -> dict[str, Column]:
    """One column a fact that somebody knows."""
    found = {}
    for name in facts:
        fact = vocabulary.facts[name]
        told = np.array([name in p for p in people], bool)
        if not told.any():
            continue
        valid = None if told.all() else told
        values = [p.get(name) for p in people]
        if fact.kind == "several of":
            assert fact.codes
            sets = [v if isinstance(v, frozenset) else frozenset() for v in values]
            found[name] = Column({c: np.array([c in s for s in sets], bool) for c in fact.codes.values}, valid)
        elif fact.kind == "spells":
            cells = np.empty(len(people), object)
            cells[:] = [v if v is not None else () for v in values]
            found[name] = Column(cells, valid)
        else:
            found[name] = Column(np.array([v if isinstance(v, int) else fact.low for v in values], np.int64), valid)
    return found


# --- comparing ----------------------------------------------------------------------------------------------------


def agree(name: str, plan: Plan, vocabulary: Vocabulary, rules: Rules, on: date, count: int, seed: str) -> Evidence:
    """Hold the kernel and the generated function against the reference."""
    evidence = Evidence(name, plan.scheme.start.isoformat(), on.isoformat(), seed, engines=("kernel", "python"))
    drawer = People(plan, vocabulary)
    random = Random(f"{seed} {name}")
    kernel = compile_kernel({name: plan}, vocabulary, rules, reasons=REASONS)
    boundary = list(drawer.boundary(random))
    evidence.boundary = len(boundary)
    _compare(evidence, kernel, plan, boundary, on)
    left = count
    while left > 0:
        people = list(drawer.random(min(left, 20_000), random))
        _compare(evidence, kernel, plan, people, on)
        left -= len(people)
    evidence.random = count
    for part, node in {c: p.points for c, p in plan.parts.items()}.items():
        tried = _all_combinations(evidence, plan, part, node)
        if tried:
            evidence.combinations[part] = tried
    return evidence


def _compare(evidence: Evidence, kernel: Kernel, plan: Plan, people: Sequence[Person], on: date) -> None:
    if not people:
        return
    name = evidence.scheme
    result = kernel.run(columns_of(people, kernel.inputs, kernel.vocabulary), on)[name]
    function = compile_function(plan)
    for row, person in enumerate(people):
        expected = reference_outputs(kernel.laws[name], State(plan, person, on))
        status = STATUSES[expected[name, "status", ""]]
        evidence.statuses[status] = evidence.statuses.get(status, 0) + 1
        found: dict[Out, int] = {
            (name, "status", ""): int(result.status[row]),
            (name, "outcome", ""): int(result.outcome[row]),
        }
        if result.low is not None and result.high is not None:
            found |= {(name, "low", ""): int(result.low[row]), (name, "high", ""): int(result.high[row])}
        for part, (low, high) in result.criteria.items():
            found |= {(name, "criterion low", part): int(low[row]), (name, "criterion high", part): int(high[row])}
        if result.failing is not None:
            found[name, "failing", ""] = int(result.failing[row])
        if found != expected:
            _differs(evidence, kernel.vocabulary, "kernel", person, found, expected)
        short = function(person, on)
        points = (expected.get((name, "low", "")), expected.get((name, "high", "")))
        wanted = (status, None if points[0] is None else points)
        if (short.status, short.points) != wanted:
            got = {(name, "status", ""): STATUSES.index(short.status)}
            if short.points:
                got |= {(name, "low", ""): short.points[0], (name, "high", ""): short.points[1]}
            _differs(evidence, kernel.vocabulary, "python", person, got, {k: expected[k] for k in got})


def _differs(
    evidence: Evidence,
    vocabulary: Vocabulary,
    engine: str,
    person: Person,
    found: Mapping[Out, int],
    expected: Mapping[Out, int],
) -> None:
    evidence.differences += 1
    if len(evidence.examples) < 5:
        wrong = {" ".join(k[1:]).strip(): [expected[k], found.get(k)] for k in expected if found.get(k) != expected[k]}
        profile = {f: plain_value(vocabulary.facts[f], v) for f, v in person.items()}
        evidence.examples.append({"engine": engine, "profile": profile, "expected_and_found": wrong})


def _all_combinations(evidence: Evidence, plan: Plan, part: str, node: Node) -> int:
    """Every combination of the cells of a criterion through the kernel's steps and through the definition of a node."""
    from jifen.engines.kernel.machine import run

    starts = first_values([node])
    size = math.prod(len(s) for s in starts.values())
    if not starts or size > _COMBINATIONS:
        return 0
    program = Program()
    program.outputs["", part, ""] = Writer(program, starts).write(node, dict.fromkeys(starts, 0), {})
    shape = [len(s) for s in starts.values()]
    grid = np.indices(shape).reshape(len(shape), -1)
    found = run(program, dict(zip(starts, grid, strict=True)), size)["", part, ""]
    memo = _Values(node)
    for place, row in enumerate(itertools.product(*starts.values())):
        if memo.of(dict(zip(starts, row, strict=True))) != found[place]:
            evidence.differences += 1
    return size


@dataclass(frozen=True)
class _Values:
    node: Node

    def of(self, values: Mapping[str, int]) -> int:
        return value(self.node, values)
