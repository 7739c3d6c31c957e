"""Kernels: a set of plans made ready for tables of people, and what they give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.kernel import machine, native
from jifen.engines.kernel.columns import Column, cells_of, check, length, variable_column
from jifen.engines.kernel.ir import Machine, Source
from jifen.engines.kernel.laws import NOT_IN_FORCE, REASONS, Law
from jifen.engines.kernel.native import Code
from jifen.engines.kernel.order import first_values
from jifen.engines.kernel.program import Out, Program
from jifen.engines.kernel.resolve import Counts, Resolver
from jifen.facts.values import show_value
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.form import Plan
from jifen.plan.values import Typed, Variable
from jifen.problems import Problem, ProfileError, Where

Array = NDArray[Any]
Rules = tuple[Mapping[str, Typed], Mapping[str, Variable]]
"""The derived facts of the vocabulary, as `plan.compile.compile_rules` gives them."""


@dataclass(frozen=True, slots=True)
class Result:
    """What one scheme gives, one entry a row.

    `status` is the place in `engines.reference.STATUSES`; `outcome` the place in `outcomes`, -1 unless the status is `qualifies`. `low`
    and `high` are the exact bounds of the points, None if the scheme has none (the same array where nothing can be unknown).

    Asked for as reasons: `criteria` gives (low, high) a criterion; `failing` the place in `gates` of the first requirement (or the pass
    mark) that does not hold, -1 if there is none; `distance` the lower bound less the pass mark; `deciding` the place in `facts` of the
    unknown fact that can change status or outcome and is asked first, -1 if there is none.
    """

    status: Array
    outcome: Array
    low: Array | None
    high: Array | None
    outcomes: tuple[str, ...] = ()
    criteria: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)
    gates: tuple[str, ...] = ()
    failing: Array | None = None
    distance: Array | None = None
    facts: tuple[str, ...] = ()
    deciding: Array | None = None


@dataclass(frozen=True)
class Results(Mapping[str, Result]):
    """The results of a run by scheme, and how many rows needed care."""

    rows: int
    schemes: Mapping[str, Result]
    counts: Mapping[str, Counts]
    rooms: Mapping[Out, Array] = field(default_factory=dict)

    def __getitem__(self, scheme: str) -> Result:
        return self.schemes[scheme]

    def __iter__(self) -> Iterator[str]:
        return iter(self.schemes)

    def __len__(self) -> int:
        return len(self.schemes)


def compile_kernel(
    plans: Mapping[str, Plan | None],
    vocabulary: Vocabulary,
    rules: Rules = ({}, {}),
    *,
    reasons: frozenset[str] = frozenset(),
) -> Kernel:
    """Make plans ready for tables. A plan of None is a scheme that is not in force. `reasons` are some of `REASONS`."""
    if reasons - set(REASONS):
        raise ValueError(f"reasons are {', '.join(REASONS)}; not {', '.join(sorted(reasons - set(REASONS)))}")
    return Kernel(plans, vocabulary, rules, reasons)


class Kernel:
    """Plans that can be run over columns of facts. Made by `compile_kernel`."""

    def __init__(
        self, plans: Mapping[str, Plan | None], vocabulary: Vocabulary, rules: Rules, reasons: frozenset[str]
    ) -> None:
        self.vocabulary, self.rules, self.reasons = vocabulary, rules, reasons
        self.idle = tuple(name for name, plan in plans.items() if plan is None)
        self.names = tuple(plans)
        self.variables: dict[str, Variable] = {}
        cells: dict[str, set[int]] = {}
        for plan in plans.values():
            if plan is None:
                continue
            roots = [plan.outcome, *(n for n in (plan.total, plan.best_total) if n is not None)]
            if "criteria" in reasons:
                roots += [p.points for p in plan.parts.values()]
            if "failing" in reasons:
                roots += plan.gates
            for name, starts in first_values(roots).items():
                cells.setdefault(name, set()).update(starts)
                self.variables[name] = plan.variables[name]
        self.cells = {name: tuple(sorted(starts)) for name, starts in cells.items()}
        self.laws = {n: Law(n, _reduced(p, self.cells), self.cells, reasons) for n, p in plans.items() if p is not None}
        self.resolvers = {n: Resolver(law) for n, law in self.laws.items()}
        self._programs: dict[tuple[frozenset[str], frozenset[str], int], Program] = {}
        self._codes: dict[tuple[object, ...], Code] = {}

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The facts that the kernel can use, those included from which others follow."""
        asked = {f: None for v in self.variables.values() for f in v.facts}
        typed, variables = self.rules
        for name in self._derivable:
            for variable in first_values([typed[name].node]):
                asked |= dict.fromkeys(variables[variable].facts)
        return tuple(f for f in asked if f in self.vocabulary.facts)

    @cached_property
    def _derivable(self) -> tuple[str, ...]:
        """The facts asked that the rules of the vocabulary can give."""
        asked = {f for v in self.variables.values() for f in v.facts}
        return tuple(n for n in self.rules[0] if n in asked and n in self.vocabulary.facts)

    def program(self, opened: frozenset[str], absent: frozenset[str] = frozenset(), joint: int = 32) -> Program:
        """The steps of all plans where `opened` variables may be unknown, and `absent` ones always are."""
        key = (opened, absent, joint)
        program = self._programs.get(key)
        if program is None:
            program = self._programs[key] = Program(joint, absent)
            for law in self.laws.values():
                law.write(program, opened & frozenset(law.plan.variables))
        return program

    # --- running ------------------------------------------------------------------------------------------------

    def run(self, columns: Mapping[str, Column], on: date, *, threads: int = 1, into: Results | None = None) -> Results:
        """What every scheme gives for every row, as of a day. Facts without a column are unknown; columns of other facts are left aside.

        The arrays of `into`, an earlier result with as many rows that is no longer needed, are filled again.

        Raises ProfileError for a value outside its domain, and for one that contradicts what follows from others.
        """
        used = {name: column for name, column in columns.items() if name in self.inputs}
        rows = length(columns)
        given = dict(used)
        if any(isinstance(c.values, np.ndarray) and c.values.dtype.kind not in "biuO" for c in used.values()):
            raise TypeError("columns hold whole numbers, in the coding of their fact")
        derived = self._derived(used, on, rows)
        if derived:
            check(used, self.vocabulary)
            used |= derived
        ready = {n: c for n, v in self.variables.items() if (c := variable_column(v, used, on)) is not None}
        absent = frozenset(self.variables) - frozenset(ready)
        opened = absent | {n for n, c in ready.items() if c.valid is not None}
        way = native.machine()
        if way is None:
            check(given, self.vocabulary)
            out = self._by_numpy(ready, opened, absent, rows)
        else:
            out = self._by_code(ready, opened, absent, rows, threads, way, into)
            if out is None:
                check(given, self.vocabulary)
                raise AssertionError("a value lies outside its cells")
        counts = self._care(out, ready)
        return self._results(out, rows, counts)

    def _by_numpy(
        self, ready: Mapping[str, Column], opened: frozenset[str], absent: frozenset[str], rows: int
    ) -> dict[Out, Array]:
        cells = {n: cells_of(c, self.cells[n], rows) for n, c in ready.items()}
        program = self.program(opened, absent)
        return {k: np.array(v) for k, v in machine.run(program, cells, rows).items()}

    def _by_code(
        self,
        ready: Mapping[str, Column],
        opened: frozenset[str],
        absent: frozenset[str],
        rows: int,
        threads: int,
        way: Machine,
        into: Results | None,
    ) -> dict[Out, Array] | None:
        """The outputs by machine code; None if a value may lie outside its domain."""
        program = self.program(opened, absent, way.joint)
        sources, inputs = {}, {}
        for name, column in ready.items():
            values = _plain(column, self.cells[name])
            variable = self.variables[name]
            bits, signed = values.dtype.itemsize * 8, values.dtype.kind == "i"
            low, high = variable.low, variable.high
            sources[name] = Source(bits, signed, low, high, self.cells[name], column.valid is not None)
            inputs[name] = values, None if column.valid is None else np.ascontiguousarray(column.valid)
        key = (program.absent, opened, way.name, tuple(sources.items()))
        code = self._codes.get(key)
        if code is None:
            code = self._codes[key] = native.compile_program(program, sources, _kinds(program), way)
        room = dict(into.rooms) if into is not None and into.rows == rows else {}
        outputs = {}
        for n, (name, sink) in enumerate(code.sinks):
            kept = room.get(name)
            kind = native.TYPES[sink.bits, program.ops[sink.step].low < 0]
            outputs[name] = kept if kept is not None and kept.dtype == kind else native.room(rows, kind, n)
        if code.call(inputs, outputs, rows, threads):
            check({n: c for n, c in ready.items() if n in self.vocabulary.facts}, self.vocabulary)
        for name, step in program.outputs.items():
            if name not in outputs:
                twin = next((o for o, s in code.sinks if s.step == step and s.bits == _kinds(program)[name]), None)
                outputs[name] = outputs[twin] if twin else _filled(program, step, _kinds(program)[name], rows)
        return outputs

    def _derived(self, columns: Mapping[str, Column], on: date, rows: int) -> dict[str, Column]:
        """The columns of facts that follow from others, put together with those given."""
        typed, variables = self.rules
        made: dict[str, Column] = {}
        for name in self._derivable:
            node = typed[name].node
            asked = [v for v in first_values([node]) if variables[v].facts[0] in columns]
            if asked:
                made[name] = self._follow(name, node, columns, on, rows)
        return made

    def _follow(self, name: str, node: Any, columns: Mapping[str, Column], on: date, rows: int) -> Column:
        """What follows for one fact: known where every completion of the facts it is made of gives the same."""
        variables = self.rules[1]
        starts = first_values([node])
        ready = {v: variable_column(variables[v], columns, on) for v in starts}
        cells = {v: cells_of(c, starts[v], rows) for v, c in ready.items()}
        low, high = _bounds(node, starts, cells, rows)
        touched = np.zeros(rows, bool)
        for v, places in cells.items():
            touched |= places != len(starts[v])
        known = touched & (low == high)
        given = columns.get(name)
        if given is None:
            return Column(low, known)
        assert not isinstance(given.values, Mapping)
        told = np.ones(rows, bool) if given.valid is None else given.valid
        wrong = told & known & (given.values != low)
        if wrong.any():
            self._contradiction(name, int(wrong.argmax()), given.values, low, [*starts], on)
        return Column(np.where(told, given.values, low), None if given.valid is None else told | known)

    def _contradiction(
        self, name: str, row: int, given: Array, follows: Array, variables: Sequence[str], on: date
    ) -> None:
        fact = self.vocabulary.facts[name]
        others = dict.fromkeys(f for v in variables for f in self.rules[1][v].facts)
        blanks = {
            "fact": name,
            "others": ", ".join(f"`{o}`" for o in others),
            "value": show_value(fact, int(follows[row])),
            "day": on,
        }
        at = Where(path=f"{name}, row {row + 1}")
        raise ProfileError([Problem("contradiction", at, blanks, show_value(fact, int(given[row])))])

    def _care(self, out: dict[Out, Array], ready: Mapping[str, Column]) -> dict[str, Counts]:
        """Resolve the marked rows of each plan."""
        counts = {}
        for name, resolver in self.resolvers.items():
            marked = out.get((name, "mark", ""))
            rows = np.flatnonzero(marked) if marked is not None else ()
            if not len(rows):
                continue
            cells = {}
            for v in resolver.law.plan.variables:
                column = ready.get(v)
                cells[v] = cells_of(None if column is None else column.part(rows), self.cells[v], len(rows))
            found, counts[name] = resolver.resolve(cells, len(rows))
            for key, values in found.items():
                if key[1] == "high" and out[key] is out[name, "low", ""]:
                    out[key] = out[key].copy()
                out[key][rows] = values
        return counts

    def _results(self, out: Mapping[Out, Array], rows: int, counts: Mapping[str, Counts]) -> Results:
        made = {n: self._result(law, out, rows) for n, law in self.laws.items()}
        for name in self.idle:
            made[name] = Result(np.full(rows, NOT_IN_FORCE, np.uint8), np.full(rows, -1, np.int16), None, None)
        return Results(rows, {n: made[n] for n in self.names}, counts, out)

    def _result(self, law: Law, out: Mapping[Out, Array], rows: int) -> Result:
        plan, name = law.plan, law.name

        def whole(what: str, part: str = "") -> Array | None:
            found = out.get((name, what, part))
            return None if found is None else found.astype(np.int32, copy=False)

        low = whole("low")
        criteria = {}
        if "criteria" in self.reasons:
            for part in plan.parts:
                least, most = whole("criterion low", part), whole("criterion high", part)
                assert least is not None and most is not None
                criteria[part] = (least, most)
        distance = None
        if "distance" in self.reasons and low is not None and plan.scheme.pass_mark is not None:
            distance = low - np.int32(plan.scheme.pass_mark)
        failing = out.get((name, "failing", ""))
        return Result(
            status=out[name, "status", ""].astype(np.uint8, copy=False),
            outcome=out[name, "outcome", ""].astype(np.int16, copy=False),
            low=low,
            high=whole("high"),
            outcomes=plan.outcomes,
            criteria=criteria,
            gates=law.gates,
            failing=None if failing is None else failing.astype(np.int16, copy=False),
            distance=distance,
        )


def _kinds(program: Program) -> dict[Out, int]:
    """The bits in which each output leaves."""
    fixed = {"status": 8, "outcome": 16, "mark": 8, "failing": 16, "low": 32, "high": 32}
    return {
        n: fixed.get(n[1]) or (16 if program.low(s) >= -(1 << 15) and program.high(s) < 1 << 15 else 32)
        for n, s in program.outputs.items()
    }


def _filled(program: Program, step: int, bits: int, rows: int) -> Array:
    return np.full(rows, program.low(step), native.TYPES[bits, program.low(step) < 0])


def _plain(column: Column, starts: Sequence[int]) -> Array:
    """The values in one run of memory, as machine code reads them."""
    values = column.values
    assert not isinstance(values, Mapping)
    if values.dtype.kind == "O":
        values = values.astype(np.int64)
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    return np.ascontiguousarray(values)


def _reduced(plan: Plan, cells: Mapping[str, Sequence[int]]) -> Plan:
    """The plan with only the variables that the roots of the kernel ask."""
    from dataclasses import replace

    kept = {n: v for n, v in plan.variables.items() if n in cells}
    return replace(plan, variables=kept)


def _bounds(
    node: Any, starts: Mapping[str, Sequence[int]], cells: Mapping[str, Array], rows: int
) -> tuple[Array, Array]:
    """The exact bounds of one node, where any of its variables may be unknown."""
    import itertools

    from jifen.engines.kernel.order import Order
    from jifen.engines.kernel.program import Writer

    ends = Order(starts).ends(node)
    program = Program()
    writer = Writer(program, starts)
    for side, put in (("least", ends.least), ("most", ends.most)):
        program.outputs["", side, ""] = writer.write(node, {v: c[0] for v, c in put.items()}, {})
    tries = {v: sorted({*ends.least[v], *ends.most[v]}) for v in ends.split}
    low = high = None
    for combination in itertools.product(*tries.values()):
        put_in = dict(cells)
        for v, c in zip(tries, combination, strict=True):
            put_in[v] = np.where(cells[v] == len(starts[v]), c, cells[v]).astype(cells[v].dtype)
        found = machine.run(program, put_in, rows)
        one, other = found["", "least", ""].astype(np.int64), found["", "most", ""].astype(np.int64)
        low = one if low is None else np.minimum(low, one)
        high = other if high is None else np.maximum(high, other)
    assert low is not None and high is not None
    return low, high
