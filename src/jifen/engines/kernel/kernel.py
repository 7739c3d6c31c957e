"""Kernels: a set of plans made ready for tables of people, and run over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from threading import RLock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.kernel import machine, native
from jifen.engines.kernel.columns import Column, cells_of, check, distances_of, length, variable_column
from jifen.engines.kernel.deciding import Deciding
from jifen.engines.kernel.derive import derived, rules_for
from jifen.engines.kernel.fingerprint import fingerprint
from jifen.engines.kernel.ir import Mask, Source
from jifen.engines.kernel.laws import NOT_IN_FORCE, REASONS, Law
from jifen.engines.kernel.lines import Machine
from jifen.engines.kernel.order import first_values
from jifen.engines.kernel.program import Out, Program
from jifen.engines.kernel.ratios import Ratio, ratio_of
from jifen.engines.kernel.resolve import Resolver
from jifen.engines.kernel.results import Result, Results
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.form import Plan
from jifen.plan.values import Typed, Variable

Array = NDArray[Any]
Rules = tuple[Mapping[str, Typed], Mapping[str, Variable]]
"""The derived facts of the vocabulary, as `plan.compile.compile_rules` gives them."""
_WIDE = 128
"""A variable of more cells than this is compared as a number."""


def compile_kernel(
    plans: Mapping[str, Plan | None],
    vocabulary: Vocabulary,
    rules: Rules = ({}, {}),
    *,
    reasons: frozenset[str] = frozenset(),
) -> Kernel:
    """Make plans ready for tables. A plan of None is a scheme that is not in force. `reasons` are some of `REASONS`.

    Machine code is made at the first run, when it is known how the columns come; later runs with columns of the same form use it again,
    later processes find it in the cache.
    """
    if reasons - set(REASONS):
        raise ValueError(f"reasons are {', '.join(REASONS)}; not {', '.join(sorted(reasons - set(REASONS)))}")
    return Kernel(plans, vocabulary, rules, reasons)


class Kernel:
    """Plans that can be run over columns of facts, by several threads at once. Made by `compile_kernel`."""

    def __init__(
        self, plans: Mapping[str, Plan | None], vocabulary: Vocabulary, rules: Rules, reasons: frozenset[str]
    ) -> None:
        self.vocabulary, self.reasons, self.names = vocabulary, reasons, tuple(plans)
        ready = {name: plan for name, plan in plans.items() if plan is not None}
        self.variables: dict[str, Variable] = {}
        cells: dict[str, set[int]] = {}
        for plan in ready.values():
            for name, starts in first_values(_roots(plan, reasons)).items():
                cells.setdefault(name, set()).update(starts)
                self.variables[name] = plan.variables[name]
        self.ratios: dict[str, Ratio] = {}
        for name, variable in list(self.variables.items()):
            ratio = ratio_of(variable, sorted(cells[name]), vocabulary)
            if ratio is not None:
                self.ratios[name] = ratio
                del self.variables[name]
                for fact in (ratio.left, ratio.right):
                    high = vocabulary.facts[fact].high
                    self.variables.setdefault(fact, Variable(fact, 0, high, (fact,)))
                    cells.setdefault(fact, set()).update((0, high))
        compared = {f for r in self.ratios.values() for f in (r.left, r.right)}
        self.cells = {name: tuple(sorted(starts)) for name, starts in cells.items()}
        self.wide = {
            n: (starts[0], starts[-1])
            for n, starts in self.cells.items()
            if n in compared or (len(starts) > _WIDE and starts[-1] - starts[0] < 1 << 30)
        }
        self.laws = {n: Law(n, _reduced(plan, self.cells), self.cells, reasons) for n, plan in ready.items()}
        self.resolvers = {n: Resolver(law) for n, law in self.laws.items()}
        self.deciders = {n: Deciding(law) for n, law in self.laws.items()} if "deciding" in reasons else {}
        asked = list(dict.fromkeys(f for v in self.variables.values() for f in v.facts))
        self.rules = rules_for(asked, *rules, vocabulary)
        self._asked = asked
        self._making = (
            RLock()
        )  # around what is made once and kept: programs, machine code, rows that the reference decided
        self._programs: dict[tuple[frozenset[str], frozenset[str], int], Program] = {}
        self._codes: dict[tuple[object, ...], native.Code] = {}

    @cached_property
    def _depends(self) -> list[str]:
        """All that its programs depend on, beside which facts have columns."""
        return [*(fingerprint(law) for law in self.laws.values()), repr((self.cells, self.wide, self.ratios))]

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The facts that the kernel can use, those included from which others follow."""
        found = dict.fromkeys(self._asked)
        for rule in self.rules:
            found |= dict.fromkeys(rule.facts)
        return tuple(f for f in found if f in self.vocabulary.facts)

    def program(self, opened: frozenset[str], absent: frozenset[str] = frozenset(), joint: int = 32) -> Program:
        """The steps of all plans where `opened` variables may be unknown, and `absent` ones always are."""
        key = (opened, absent, joint)
        with self._making:
            program = self._programs.get(key)
            if program is None:
                unknown = opened | absent
                unknown |= {n for n, r in self.ratios.items() if {r.left, r.right} & unknown}
                program = Program(joint, unknown, absent, self.wide, self.ratios)
                for law in self.laws.values():
                    law.write(program)
                self._programs[key] = program
        return program

    # --- running ------------------------------------------------------------------------------------------------

    def run(self, columns: Mapping[str, Column], on: date, *, threads: int = 1, into: Results | None = None) -> Results:
        """What every scheme gives for every row, as of a day. Facts without a column are unknown; columns of other facts are left aside.

        The arrays of `into`, an earlier result with as many rows that is no longer needed, are filled again.
        Raises ProfileError for a value outside its domain, and for one that contradicts what follows from others.
        """
        rows = length(columns)
        used = {name: column for name, column in columns.items() if name in self.inputs}
        for name, column in used.items():
            if isinstance(column.values, np.ndarray) and column.values.dtype.kind not in "biuO":
                raise TypeError(f"{name}: a column holds whole numbers, in the coding of its fact")
        given = dict(used)
        if any(f in used for rule in self.rules for f in rule.facts):
            check(given, self.vocabulary)
            used |= derived(self.rules, used, on, rows, self.vocabulary)
        found = {n: variable_column(v, used, on, self.cells[n]) for n, v in self.variables.items()}
        ready = {n: c for n, c in found.items() if c is not None}
        absent = frozenset(self.variables) - frozenset(ready)
        opened = frozenset(n for n, c in ready.items() if not c.complete)
        way = native.machine()
        if way is None:
            check(given, self.vocabulary)
            out = self._by_numpy(ready, opened, absent, rows)
        else:
            out, beyond, read = self._by_code(ready, opened, absent, rows, threads, way, into)
            check(given if beyond else {f: c for f, c in given.items() if f not in read}, self.vocabulary)
        counts = self._care(out, ready)
        return self._results(out, ready, used, rows, counts)

    def _by_numpy(
        self, ready: Mapping[str, Column], opened: frozenset[str], absent: frozenset[str], rows: int
    ) -> dict[Out, Array]:
        program = self.program(opened, absent)
        cells = {
            n: distances_of(c, *self.wide[n]) if n in self.wide else cells_of(c, self.cells[n], rows)
            for n, c in ready.items()
        }
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
    ) -> tuple[dict[Out, Array], bool, set[str]]:
        """The outputs by machine code, whether a value that it read may lie outside its domain, and the facts whose values it read."""
        sources: dict[str, Source] = {}
        inputs: dict[str, tuple[Array, Array | None]] = {}
        holders: dict[int, tuple[str, Array]] = {}
        for name, column in ready.items():
            several = sum(x is not None for x in (column.valid, column.unknown, column.bits)) > 1
            if several or (column.unknown is not None and name in self.wide):
                column = column.masked()
            values = _plain(column)
            variable, told = self.variables[name], column.valid if column.bits is None else column.bits
            mask: Mask = "" if told is None else "bytes" if column.bits is None else "bits"
            bits, signed = values.dtype.itemsize * 8, values.dtype.kind == "i"
            holder = name if told is None else holders.setdefault(id(told), (name, told))[0]
            sources[name] = Source(
                bits, signed, variable.low, variable.high, self.cells[name], mask, name in self.wide, column.unknown,
                "" if holder == name else holder,
            )  # fmt: skip
            inputs[name] = values, None if told is None else np.ascontiguousarray(told)
        key = (absent, way.name, tuple(sources.items()))
        with self._making:
            code = self._codes.get(key)
            if code is None:

                def make() -> Program:
                    return self.program(opened, absent, way.joint)

                depends = [*self._depends, repr(sorted(absent))]
                code = self._codes[key] = native.compile_program(make, sources, way, depends)
        layout, filled = code.layout, []
        kept = into.rooms if into is not None and into.rows == rows else {}
        firsts = {place: out for out, place in reversed(list(layout.outputs.items()))}
        for n, (bits, low) in enumerate(layout.columns):
            kind, old = native.kind_of(bits, low), kept.get(firsts[n])
            filled.append(old if old is not None and old.dtype == kind else native.room(rows, kind, n))
        beyond = code.call(inputs, filled, rows, threads)
        found = {out: filled[place] for out, place in layout.outputs.items()}
        for out, (value, bits) in layout.constants.items():
            found[out] = np.full(rows, value, native.kind_of(bits, value))
        variables = [self.variables[name] for name in layout.slots]
        return found, beyond, {v.facts[0] for v in variables if v.compute is None}

    def _care(self, out: dict[Out, Array], ready: Mapping[str, Column]) -> dict[str, int]:
        """Let the reference engine decide the marked rows of each plan; their number by scheme."""
        counts = {}
        for name, resolver in self.resolvers.items():
            marked = out.get((name, "mark", ""))
            rows = np.flatnonzero(marked) if marked is not None else np.empty(0, np.int64)
            if len(rows):
                with self._making:
                    resolved = resolver.resolve(self._cells(resolver.law, ready, rows))
                for key, values in resolved.items():
                    if key[1] == "high" and out[key] is out[name, "low", ""]:
                        out[key] = out[key].copy()
                    out[key][rows] = values
                counts[name] = len(rows)
        return counts

    def _cells(self, law: Law, ready: Mapping[str, Column], rows: Array) -> dict[str, Array]:
        """The cells of a plan's variables in some rows."""
        parts: dict[str, Column | None] = {}
        for v, variable in law.plan.variables.items():
            if v in self.ratios:
                facts = {f: ready[f].part(rows) for f in variable.facts if f in ready}
                parts[v] = variable_column(variable, facts, date.min, self.cells[v])
            else:
                parts[v] = ready[v].part(rows) if v in ready else None
        return {v: cells_of(part, self.cells[v], len(rows)) for v, part in parts.items()}

    # --- results ------------------------------------------------------------------------------------------------

    def _results(
        self,
        out: Mapping[Out, Array],
        ready: Mapping[str, Column],
        used: Mapping[str, Column],
        rows: int,
        counts: Mapping[str, int],
    ) -> Results:
        made: dict[str, Result] = {}
        for name in self.names:
            law = self.laws.get(name)
            if law is None:
                made[name] = Result(np.full(rows, NOT_IN_FORCE, np.uint8), np.full(rows, -1, np.int16))
                continue
            made[name] = _result(law, out)
            if "deciding" in self.reasons:
                facts, deciding = self._deciding(law, out, ready, used, rows)
                made[name] = replace(made[name], facts=facts, deciding=deciding)
        return Results(rows, made, counts, out)

    def _deciding(
        self,
        law: Law,
        out: Mapping[Out, Array],
        ready: Mapping[str, Column],
        used: Mapping[str, Column],
        rows: int,
    ) -> tuple[tuple[str, ...], Array]:
        """The unknown fact that can change the outcome and is asked first, where the outcome is open."""
        facts = tuple(dict.fromkeys(f for v in law.plan.variables.values() for f in v.facts))
        result = np.full(rows, -1, np.int16)
        open_rows = np.flatnonzero(out[law.name, "open", ""])
        if len(open_rows):
            names = list(law.plan.variables)
            with self._making:
                first = self.deciders[law.name].first(self._cells(law, ready, open_rows))
            for n in np.unique(first[first >= 0]):
                rows_of = open_rows[first == n]
                for fact in reversed(law.plan.variables[names[n]].facts):
                    column = used[fact].masked() if fact in used else None
                    known = np.zeros(len(rows_of), bool)
                    if column is not None:
                        known = np.ones(len(rows_of), bool) if column.valid is None else column.valid[rows_of]
                    result[rows_of[~known]] = facts.index(fact)
        return facts, result


def _result(law: Law, out: Mapping[Out, Array]) -> Result:
    plan, name = law.plan, law.name

    def points(what: str, part: str = "") -> Array | None:
        found = out.get((name, what, part))
        return None if found is None else found.astype(np.int32, copy=False)

    low, criteria, distance = points("low"), {}, None
    if "criteria" in law.reasons:
        criteria = {c: (out[name, "criterion low", c], out[name, "criterion high", c]) for c in plan.parts}
    if "distance" in law.reasons and low is not None and plan.scheme.pass_mark is not None:
        distance = low - np.int32(plan.scheme.pass_mark)
    failing = out.get((name, "failing", ""))
    return Result(
        status=out[name, "status", ""].astype(np.uint8, copy=False),
        outcome=out[name, "outcome", ""].astype(np.int16, copy=False),
        low=low,
        high=low if out.get((name, "high", "")) is out.get((name, "low", "")) else points("high"),
        outcomes=plan.outcomes,
        criteria=criteria,
        gates=law.gates,
        failing=None if failing is None else failing.astype(np.int16, copy=False),
        distance=distance,
    )


def _roots(plan: Plan, reasons: frozenset[str]) -> list[Any]:
    found = [plan.outcome, *(n for n in (plan.total, plan.best_total) if n is not None)]
    if "criteria" in reasons:
        found += [p.points for p in plan.parts.values()]
    return found + (list(plan.gates) if "failing" in reasons else [])


def _reduced(plan: Plan, cells: Mapping[str, Sequence[int]]) -> Plan:
    """The plan with only the variables that the roots of the kernel ask."""
    return replace(plan, variables={n: v for n, v in plan.variables.items() if n in cells})


def _plain(column: Column) -> Array:
    """The values in one run of memory, as machine code reads them."""
    values = column.values
    assert not isinstance(values, Mapping)
    if values.dtype.kind == "O":
        values = values.astype(np.int64)
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    return np.ascontiguousarray(values)
