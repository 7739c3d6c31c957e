"""One scheme: every engine held against the reference, and what was found as evidence."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.agreement.columns import ReferenceColumns, Says
from jifen.engines.agreement.others import Browser, Said, Sql, by_kernel, by_python, node_program
from jifen.engines.agreement.people import Crowd, People, at_random, combinations, of_people
from jifen.engines.kernel import Column, compile_kernel
from jifen.engines.kernel.kernel import Rules
from jifen.engines.kernel.order import first_values
from jifen.engines.kernel.program import Out, Program
from jifen.engines.kernel.resolve import reference_outputs
from jifen.engines.kernel.writer import Writer
from jifen.engines.reference import STATUSES, State
from jifen.facts.profiles import read_profile
from jifen.facts.values import plain_value
from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.plan.form import Plan
from jifen.problems import ProfileError, RequestError

Array = NDArray[Any]
REASONS = frozenset({"criteria", "failing"})
BLOCK = 1 << 17
"""People at a time."""
COMBINATIONS = 1_500_000
"""Combinations of cells that are tried, at most."""
_ONE_BY_ONE = 500
"""Of each kind of people the reference is asked about so many one by one as well."""
_EXAMPLES = 5


@dataclass(frozen=True)
class Size:
    """How many people: at random; of these for the generated function (all if None), and for the browser's engine; with a value out of its domain."""

    people: int = 1000
    function: int | None = None
    browser: int = 200
    strange: int = 100


@dataclass
class Evidence:
    """What was held against the reference for one scheme, and every difference found (the first few in full)."""

    scheme: str
    version: str
    on: str
    seed: str
    people: dict[str, int] = field(default_factory=dict)
    engines: dict[str, dict[str, Any]] = field(default_factory=dict)
    criteria: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    situations: int = 0
    seconds: float = 0
    examples: list[dict[str, object]] = field(default_factory=list)

    @property
    def differences(self) -> int:
        return sum(e.get("differences", 0) for e in self.engines.values())

    def data(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {
            "scheme": self.scheme,
            "version": self.version,
            "as_of": self.on,
            "seed": self.seed,
            "people": self.people,
            "engines": self.engines,
            "combinations_of_criteria": self.criteria,
            "statuses": self.statuses,
            "situations_put_to_the_reference": self.situations,
            "processor_seconds": round(self.seconds, 1),
            "differences": self.differences,
            "examples": self.examples,
        }

    def count(self, engine: str, people: int, differences: int = 0, **more: int) -> None:
        """Add to what an engine was asked."""
        own = self.engines.setdefault(engine, {"people": 0, "differences": 0})
        for key, number in {"people": people, "differences": differences, **more}.items():
            own[key] = own.get(key, 0) + number


def agree(
    name: str,
    plan: Plan,
    vocabulary: Vocabulary,
    rules: Rules,
    on: date,
    size: Size,
    seed: str,
    show: Callable[[int], None] = lambda people: None,
) -> Evidence:
    """Hold every engine against the reference for one scheme. `show` is told how many people were done."""
    return _Comparison(name, plan, vocabulary, rules, on, size, seed, show).run()


class _Comparison:
    def __init__(
        self,
        name: str,
        plan: Plan,
        vocabulary: Vocabulary,
        rules: Rules,
        on: date,
        size: Size,
        seed: str,
        show: Callable[[int], None],
    ) -> None:
        self.name, self.plan, self.vocabulary, self.rules, self.on = name, plan, vocabulary, rules, on
        self.size, self.seed, self.show = size, f"{seed} {name}", show
        self.evidence = Evidence(name, plan.scheme.start.isoformat(), on.isoformat(), seed)
        self.reference = ReferenceColumns(plan)
        self.kernel = compile_kernel({name: plan}, vocabulary, rules, reasons=REASONS)
        self.facts = People(plan, vocabulary).facts
        self.blocks = 0
        self.sql: Sql | None = None
        self.browser: Browser | None = None
        try:
            self.sql = Sql(plan, vocabulary, rules, self.facts, on)
        except RequestError as e:
            self.evidence.engines["sql"] = {"people": 0, "not_asked": e.problems[0].code}
        except ImportError as e:
            self.evidence.engines["sql"] = {"people": 0, "not_asked": f"{e.name} is not installed"}
        node = node_program()
        if node is None:
            self.evidence.engines["browser"] = {"people": 0, "not_asked": "there is no Node"}
        else:
            try:
                self.browser = Browser(plan, vocabulary, rules, on, node)
            except OverflowError as e:
                self.evidence.engines["browser"] = {"people": 0, "not_asked": str(e)}

    def run(self) -> Evidence:
        begin = time.process_time()
        for kind, crowd, browser in self._crowds():
            self._hold(crowd, browser)
            self.evidence.people[kind] = self.evidence.people.get(kind, 0) + crowd.rows
            self.show(crowd.rows)
        self._strange()
        for criterion, part in self.plan.parts.items():
            starts = first_values([part.points])
            count = math.prod(len(s) for s in starts.values())
            if starts and count <= COMBINATIONS:
                self._criterion(criterion, starts, count)
        self.evidence.situations = self.reference.asked
        self.evidence.seconds = time.process_time() - begin
        return self.evidence

    def _crowds(self) -> Iterator[tuple[str, Crowd, int]]:
        """Kinds of people, block by block, and how many of each block the browser's engine is asked about."""
        drawer, random = People(self.plan, self.vocabulary), Random(self.seed)
        edges = [dict(p) for p in drawer.boundary(random)]
        edges += [{f: v for f, v in p.items() if random.randrange(100) >= 30} for p in edges]
        yield "edges", of_people(edges, self.plan, self.vocabulary), self.size.browser
        every, total = combinations(self.plan, self.vocabulary), self.size.people
        for first in range(0, total, BLOCK):
            rows = min(BLOCK, total - first)
            share = -(-self.size.browser * rows // total)
            yield "random", at_random(self.plan, self.vocabulary, rows, f"{self.seed} {first}"), share
        if every is not None and every.count <= min(COMBINATIONS, 4 * total):
            for first in range(0, every.count, BLOCK):
                yield "combinations", every.crowd(first, BLOCK), 0

    # --- people whose values are in their domains -----------------------------------------------------------------

    def _hold(self, crowd: Crowd, browser: int) -> None:
        """Hold every engine against the reference for a crowd."""
        expected = self._reference(crowd)
        counted = np.bincount(expected.status, minlength=len(STATUSES))
        for status, number in zip(STATUSES, counted.tolist(), strict=True):
            if number:
                self.evidence.statuses[status] = self.evidence.statuses.get(status, 0) + number
        self._against("kernel", by_kernel(self.kernel, self.name, crowd, self.on, self.blocks), expected, crowd)
        rows = np.arange(crowd.rows)
        if self.size.function is not None and self.size.function < self.size.people:
            rows = _spread(crowd.rows, -(-self.size.function * crowd.rows // self.size.people))
        fewer = crowd.part(rows)
        self._against("python", by_python(self.plan, fewer, self.on), _part(expected, rows), fewer)
        if self.sql is not None:
            self._against_sql(self.sql.say(crowd), expected, crowd)
        if self.browser is not None and browser:
            rows = _spread(crowd.rows, browser)
            some = crowd.part(rows)
            self._against("browser", self.browser.say(some), _part(expected, rows), some)
        self.blocks += 1

    def _reference(self, crowd: Crowd) -> Says:
        """What the reference says: in columns, and of some people one by one; of all whose choice is open one by one."""
        plan = self.plan
        open_ = np.zeros(crowd.rows, bool)
        for choice in plan.choices:
            if choice in plan.variables and plan.total is not None:
                open_ |= ~crowd.known(choice)
        closed = crowd if not open_.any() else crowd.part(~open_)
        said = self.reference.says(closed.variables(plan, list(self.reference.cells), self.on), closed.rows)
        if open_.any():
            said = _whole(said, self._one_by_one(crowd.part(open_)), open_)
        some = _spread(crowd.rows, _ONE_BY_ONE)
        sample = crowd.part(some)
        alone = self._one_by_one(sample)
        own = Said(said.status, said.outcome, said.points, said.criteria, said.failing)
        self._against("reference, one by one", _part(own, some), alone, sample)
        return said

    def _one_by_one(self, crowd: Crowd) -> Says:
        law, name = self.kernel.laws[self.name], self.name
        found = [reference_outputs(law, State(self.plan, person, self.on)) for person in crowd.people()]

        def column(what: str, part: str = "") -> Array:
            out: Out = (name, what, part)
            return np.array([f[out] for f in found], np.int64)

        return Says(
            column("status").astype(np.uint8),
            column("outcome").astype(np.int16),
            (column("low"), column("high")) if self.plan.total is not None else None,
            {c: (column("criterion low", c), column("criterion high", c)) for c in self.plan.parts},
            column("failing").astype(np.int16),
        )

    # --- comparing ------------------------------------------------------------------------------------------------

    def _against(self, engine: str, said: Said, expected: Says, crowd: Crowd) -> None:
        wrong = np.zeros(crowd.rows, bool) if said.refused is None else said.refused.copy()
        for _, found, wanted in _columns(said, expected):
            wrong |= found != wanted
        if (said.points is None) != (expected.points is None):
            wrong[:] = True
        self.evidence.count(engine, crowd.rows, int(wrong.sum()))
        self._examples(engine, wrong, said, expected, crowd)

    def _against_sql(self, said: Said, expected: Says, crowd: Crowd) -> None:
        """Where SQL says that it is exact it must be; where it does not, it must enclose the truth and claim nothing more."""
        assert said.exact is not None and said.refused is not None
        wrong = said.refused.copy()
        for _, found, wanted in _columns(said, expected):
            wrong |= said.exact & (found != wanted)
        loose = ~said.exact
        unsure = (said.status == STATUSES.index("undetermined")) | (said.status == STATUSES.index("for the authority"))
        wrong |= loose & ~unsure & (said.status != expected.status)
        if said.points is not None and expected.points is not None:
            wrong |= loose & ((said.points[0] > expected.points[0]) | (said.points[1] < expected.points[1]))
        exact = int(np.count_nonzero(said.exact))
        self.evidence.count("sql", crowd.rows, int(wrong.sum()), exact=exact, enclosing=crowd.rows - exact)
        self._examples("sql", wrong, said, expected, crowd)

    def _examples(self, engine: str, wrong: Array, said: Said, expected: Says, crowd: Crowd) -> None:
        for row in np.flatnonzero(wrong)[: max(0, _EXAMPLES - len(self.evidence.examples))]:
            [person] = crowd.part(slice(row, row + 1)).people()
            facts = self.vocabulary.facts
            pairs = {n: [int(w[row]), int(f[row])] for n, f, w in _columns(said, expected) if f[row] != w[row]}
            profile = {f: plain_value(facts[f], v) for f, v in person.items()}
            self.evidence.examples.append({"engine": engine, "profile": profile, "expected_and_found": pairs})

    # --- values out of their domains ------------------------------------------------------------------------------

    def _strange(self) -> None:
        """People with one value that cannot be: every engine refuses them by the name of the fact, and nobody else."""
        facts = [self.vocabulary.facts[f] for f in self.facts if f in self.kernel.inputs]
        facts = [f for f in facts if f.kind not in ("several of", "spells")]
        count = self.size.strange
        if not facts or not count:
            return
        random = Random(f"{self.seed} strange")
        crowd = at_random(self.plan, self.vocabulary, count, f"{self.seed} strange")
        whole = list(crowd.people())
        chosen = [random.choice(facts) for _ in range(count)]
        values = [_beyond(fact, random) for fact in chosen]
        self.evidence.people["out of domain"] = count
        asked = {"door": self._door, "kernel": self._refused_by_kernel, "browser": self._refused_by_browser}
        for engine, ask in asked.items():
            missed = ask(whole, chosen, values)
            if missed is not None:
                self.evidence.count(engine, count, len(missed))
                for n in missed[: max(0, _EXAMPLES - len(self.evidence.examples))]:
                    told = {"engine": engine, "fact": chosen[n].id, "value": values[n], "expected_and_found": "refused"}
                    self.evidence.examples.append(told)
        if self.sql is not None:
            self._refused_by_sql(self.sql, crowd, chosen, values)

    def _door(self, people: Sequence[Mapping[str, Any]], facts: Sequence[Fact], values: Sequence[int]) -> list[int]:
        """The places of people that the reader of profiles (before the reference and the generated function) let through."""
        missed = []
        for n, (person, fact, value) in enumerate(zip(people, facts, values, strict=True)):
            try:
                read_profile(self._plain(person, fact, value), self.vocabulary)
                missed.append(n)
            except ProfileError as e:
                if [p.where.path for p in e.problems] != [fact.id]:
                    missed.append(n)
        return missed

    def _refused_by_kernel(
        self, people: Sequence[Mapping[str, Any]], facts: Sequence[Fact], values: Sequence[int]
    ) -> list[int]:
        missed = []
        for n, (person, fact, value) in enumerate(zip(people, facts, values, strict=True)):
            crowd = of_people([{**person, fact.id: value}], self.plan, self.vocabulary)
            try:
                self.kernel.run(crowd.columns, self.on)
                missed.append(n)
            except ProfileError as e:
                if [(p.code, p.blanks["fact"]) for p in e.problems] != [("out-of-domain", fact.id)]:
                    missed.append(n)
        return missed

    def _refused_by_browser(
        self, people: Sequence[Mapping[str, Any]], facts: Sequence[Fact], values: Sequence[int]
    ) -> list[int] | None:
        if self.browser is None:
            return None
        given = [self._plain(*each) for each in zip(people, facts, values, strict=True)]
        told = self.browser.answers(given)
        return [n for n, (t, f) in enumerate(zip(told, facts, strict=True)) if t.get("refused") != [f.id]]

    def _refused_by_sql(self, sql: Sql, crowd: Crowd, facts: Sequence[Fact], values: Sequence[int]) -> None:
        """Of two people, one with the strange value: only that one has no answer. A yes/no column has no strange value."""
        columns: dict[str, Column] = {}
        strange = np.zeros(crowd.rows, bool)
        for name, column in crowd.columns.items():
            if isinstance(column.values, Mapping) or self.vocabulary.facts[name].kind == "yes/no":
                columns[name] = column
                continue
            held, known = column.values.copy(), crowd.known(name).copy()
            for n, (fact, value) in enumerate(zip(facts, values, strict=True)):
                if fact.id == name and n % 2:
                    held[n], known[n], strange[n] = value, True, True
            columns[name] = Column(held, known)
        said = sql.say(Crowd(self.vocabulary, columns, crowd.rows))
        assert said.refused is not None
        self.evidence.count("sql", int(strange.sum()), int((said.refused != strange).sum()))

    def _plain(self, person: Mapping[str, Any], fact: Fact, value: int) -> dict[str, object]:
        """A profile as a file holds it, with the strange value."""
        facts = self.vocabulary.facts
        plain = {f: plain_value(facts[f], v) for f, v in person.items() if f != fact.id}
        if fact.kind == "yes/no":
            return {**plain, fact.id: "perhaps"}
        return {**plain, fact.id: "no-such-code" if fact.kind == "one of" else plain_value(fact, value)}

    # --- criteria -------------------------------------------------------------------------------------------------

    def _criterion(self, criterion: str, starts: Mapping[str, Sequence[int]], count: int) -> None:
        """Every combination of the cells of a criterion, through the steps of the kernel."""
        from jifen.engines.kernel.machine import run

        node = self.plan.parts[criterion].points
        program = Program()
        program.outputs["", criterion, ""] = Writer(program, starts).write(node, dict.fromkeys(starts, 0), {})
        differences = 0
        for first in range(0, count, BLOCK):
            places, rows = np.arange(first, min(first + BLOCK, count)), min(BLOCK, count - first)
            cells, values = {}, {}
            for name, firsts in starts.items():
                places, cell = np.divmod(places, len(firsts))
                cells[name], values[name] = cell, (np.array(firsts, np.int64)[cell], None)
            found = run(program, cells, rows)["", criterion, ""]
            low, high = self.reference.points(node, values, rows)
            differences += int(((low != found) | (high != found)).sum())
        self.evidence.criteria[criterion] = count
        self.evidence.count("kernel", 0, differences)


def _beyond(fact: Fact, random: Random) -> int:
    """A value outside the domain of a fact, next to it or far away."""
    far = 1 if fact.kind in ("yes/no", "one of", "date") else random.choice((1, 1, 2, 1000, 10**9))
    return fact.low - far if random.randrange(2) and fact.kind != "one of" else fact.high + far


def _spread(rows: int, count: int) -> Array:
    """So many rows, spread evenly; all where there are no more."""
    return np.arange(rows) if count >= rows else np.arange(count) * rows // count


def _columns(said: Said, expected: Says) -> Iterator[tuple[str, Array, Array]]:
    """What both say: its name, found and wanted."""
    yield "status", said.status, expected.status
    yield "outcome", said.outcome, expected.outcome
    if said.points is not None and expected.points is not None:
        yield "low", said.points[0], expected.points[0]
        yield "high", said.points[1], expected.points[1]
    for name, (low, high) in said.criteria.items():
        yield f"{name} low", low, expected.criteria[name][0]
        yield f"{name} high", high, expected.criteria[name][1]
    if said.failing is not None:
        yield "failing", said.failing, expected.failing


def _part(said: Any, rows: Array) -> Any:
    """Some people of what was said."""
    points = None if said.points is None else (said.points[0][rows], said.points[1][rows])
    criteria = {n: (low[rows], high[rows]) for n, (low, high) in said.criteria.items()}
    return type(said)(said.status[rows], said.outcome[rows], points, criteria, said.failing[rows])


def _whole(closed: Says, opened: Says, open_: Array) -> Says:
    """Two groups of people as one."""

    def joined(one: Array, other: Array) -> Array:
        made = np.empty(len(open_), one.dtype)
        made[~open_], made[open_] = one, other
        return made

    def pairs(one: tuple[Array, Array], other: tuple[Array, Array]) -> tuple[Array, Array]:
        return joined(one[0], other[0]), joined(one[1], other[1])

    assert closed.points is not None and opened.points is not None
    return Says(
        joined(closed.status, opened.status),
        joined(closed.outcome, opened.outcome),
        pairs(closed.points, opened.points),
        {n: pairs(ends, opened.criteria[n]) for n, ends in closed.criteria.items()},
        joined(closed.failing, opened.failing),
    )
