"""The other engines, asked about a crowd: the kernel, the generated function, SQL text in DuckDB, the browser's engine in Node.

Each gives columns in the coding of the kernel: the place of the status in `STATUSES`, the place of the outcome or -1, bounds of the points.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.agreement.people import Crowd
from jifen.engines.javascript import ENGINE, export_bundle
from jifen.engines.kernel import Column, Kernel
from jifen.engines.kernel.kernel import Rules
from jifen.engines.python import compile_function
from jifen.engines.reference import STATUSES
from jifen.engines.sql import write_sql
from jifen.facts.values import plain_value
from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.plan.form import Plan

Array = NDArray[Any]
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class Said:
    """What an engine says of each person. `exact` is false where SQL gives bounds that enclose; `refused` where it refused the person."""

    status: Array
    outcome: Array
    points: tuple[Array, Array] | None
    criteria: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)
    failing: Array | None = None
    exact: Array | None = None
    refused: Array | None = None


# --- the kernel ---------------------------------------------------------------------------------------------------

FORMS = ("a mask", "a bitmap", "narrow numbers", "a number that means unknown")
"""How columns come to the kernel, in turn."""


def by_kernel(kernel: Kernel, name: str, crowd: Crowd, on: date, form: int) -> Said:
    """The kernel, over columns of one of `FORMS`."""
    columns = {f: _formed(c, FORMS[form % len(FORMS)]) for f, c in crowd.columns.items()}
    if not crowd.columns:
        columns = {kernel.inputs[0]: Column(np.zeros(crowd.rows, np.int64), np.zeros(crowd.rows, bool))}
    result = kernel.run(columns, on)[name]
    points = None if result.low is None or result.high is None else (result.low, result.high)
    return Said(result.status, result.outcome, points, result.criteria, result.failing)


def _formed(column: Column, form: str) -> Column:
    values = column.values
    if isinstance(values, Mapping) or values.dtype == object:
        if form == "a bitmap" and column.valid is not None:
            return replace(column, valid=None, bits=np.packbits(column.valid, bitorder="little"))
        return column
    if form == "a bitmap" and column.valid is not None:
        return Column(values, None, bits=np.packbits(column.valid, bitorder="little"))
    if form in FORMS[2:] and len(values):
        low, high = int(values.min()), int(values.max())
        kind = next((k for k in (np.uint8, np.int16, np.int32) if _holds(k, low, high)), np.int64)
        column = Column(values.astype(kind), column.valid)
        mark = int(np.iinfo(kind).max)
        if form == FORMS[3] and column.valid is not None and high < mark:
            return Column(np.where(column.valid, column.values, kind(mark)), unknown=mark)  # type: ignore[arg-type]
    return column


def _holds(kind: Any, low: int, high: int) -> bool:
    return bool(np.iinfo(kind).min <= low and high <= np.iinfo(kind).max)


# --- the generated function ---------------------------------------------------------------------------------------


def by_python(plan: Plan, crowd: Crowd, on: date) -> Said:
    """The generated function, over one person after another."""
    function = compile_function(plan)
    shorts = [function(person, on) for person in crowd.people()]
    status = np.array([STATUSES.index(s.status) for s in shorts], np.uint8)
    places: dict[str | None, int] = {None: -1} | {o: n for n, o in enumerate(plan.outcomes)}
    outcome = np.array([places[s.outcome] for s in shorts], np.int16)
    if plan.total is None:
        return Said(status, outcome, None)
    points = np.array([s.points for s in shorts], np.int64).reshape(-1, 2)
    return Said(status, outcome, (points[:, 0], points[:, 1]))


# --- SQL ----------------------------------------------------------------------------------------------------------


class Sql:
    """The SQL text of a plan in DuckDB. Raises RequestError where SQL cannot say what the scheme needs."""

    def __init__(self, plan: Plan, vocabulary: Vocabulary, rules: Rules, facts: Sequence[str], on: date) -> None:
        self.plan, self.vocabulary = plan, vocabulary
        self.columns = {f: f.replace(".", "_") for f in facts}
        text = write_sql(plan, vocabulary, rules, on, "duckdb", columns=self.columns)
        self.text = text.rstrip(";\n")

    def say(self, crowd: Crowd) -> Said:
        import duckdb

        with duckdb.connect(config={"threads": 1}) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.register("people", self._table(crowd))
            found = connection.sql(self.text).to_arrow_table().sort_by("id")
        plan = self.plan
        status, refused = _places(found.column("status"), STATUSES)
        outcome, _ = _places(found.column("outcome"), plan.outcomes)
        exact = found.column("exact").fill_null(False).to_numpy()
        points = None
        if plan.total is not None:
            low, high = (found.column(n).fill_null(0).to_numpy().astype(np.int64) for n in ("low", "high"))
            points = low, high
        refused &= found.column("exact").is_null().to_numpy()
        return Said(status.astype(np.uint8), outcome, points, exact=exact, refused=refused)

    def _table(self, crowd: Crowd) -> Any:
        import pyarrow as pa

        columns = {"id": pa.array(np.arange(crowd.rows))}
        for fact, name in self.columns.items():
            column = crowd.columns.get(fact) or Column(np.zeros(crowd.rows, np.int64), np.zeros(crowd.rows, bool))
            columns[name] = _arrow(self.vocabulary.facts[fact], column)
        return pa.table(columns)


def _places(texts: Any, names: Sequence[str]) -> tuple[Array, Array]:
    """The place of each text among names, -1 for none; and where there is none."""
    coded = texts.combine_chunks().dictionary_encode()
    at = np.array([*(names.index(t) for t in coded.dictionary.to_pylist()), -1], np.int16)
    missing = coded.is_null().to_numpy(zero_copy_only=False)
    return at[coded.indices.fill_null(len(at) - 1).to_numpy()], missing


def _arrow(fact: Fact, column: Column) -> Any:
    """A column as a warehouse has it: amounts as decimals, codes as text, days as dates."""
    import pyarrow as pa

    values, unknown = column.values, None if column.valid is None else ~column.valid
    if isinstance(values, Mapping):
        codes = list(values)
        held = np.stack([values[c] for c in codes], axis=1) if codes else np.zeros((len(column), 0), bool)
        ends = np.concatenate([[0], np.cumsum(held.sum(axis=1))]).astype(np.int32)
        texts = pa.DictionaryArray.from_arrays(np.nonzero(held)[1].astype(np.int32), pa.array(codes, pa.string()))
        mask = None if unknown is None else pa.array(unknown)
        return pa.ListArray.from_arrays(ends, texts.cast(pa.string()), mask=mask)
    if fact.kind == "yes/no":
        return pa.array(values.astype(bool), mask=unknown)
    if fact.kind == "one of":
        assert fact.codes
        names = pa.array([*fact.codes.values, "no such code"])
        places = np.where((values < 0) | (values >= len(names)), len(names) - 1, values)
        return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32), mask=unknown), names).cast(pa.string())
    if fact.kind == "date":
        return pa.array((values - _EPOCH).astype(np.int32), mask=unknown).cast(pa.date32())
    if fact.places:
        wide = np.stack([values.astype(np.int64), np.where(values < 0, -1, 0)], axis=1)
        bits = None if unknown is None else pa.array(~unknown).buffers()[1]
        kind = pa.decimal128(24, fact.places)
        return pa.Array.from_buffers(kind, len(values), [bits, pa.py_buffer(np.ascontiguousarray(wide))])
    return pa.array(values.astype(np.int64), mask=unknown)


# --- the browser's engine -----------------------------------------------------------------------------------------

_SCRIPT = """
import {readFileSync} from "node:fs";
const {engine, bundle, profiles} = JSON.parse(readFileSync(0, "utf8"));
const {check} = await import(engine);
const said = profiles.map((profile) => {
  const {answers: [a], problems} = check(bundle, profile);
  if (problems.length) return {refused: problems.map((p) => p.fact)};
  const points = a.points === null ? null : [a.points.low, a.points.high];
  return {status: a.status, outcome: a.outcome, points, criteria: Object.fromEntries(a.criteria.map((c) => [c.id, [c.points.low, c.points.high]]))};
});
console.log(JSON.stringify(said));
"""


def node_program() -> str | None:
    """Node, which runs the browser's engine without a browser: on the path, or as Playwright brings it; None if there is none."""
    found = shutil.which("node")
    if found:
        return found
    try:
        from playwright._impl._driver import compute_driver_executable
    except ImportError:
        return None
    return str(compute_driver_executable()[0])


_AT_ONCE = 16_384
"""Profiles that go to Node together."""


class Browser:
    """The browser's engine with the plan as it is exported for a page. Raises OverflowError for a number that a browser cannot hold."""

    def __init__(self, plan: Plan, vocabulary: Vocabulary, rules: Rules, on: date, node: str) -> None:
        self.plan, self.node = plan, node
        self.bundle = export_bundle([plan], vocabulary, rules, on)

    def answers(self, profiles: Sequence[Mapping[str, object]]) -> list[dict[str, Any]]:
        """What it says of profiles, as read from JSON."""
        given = {"engine": ENGINE.as_uri(), "bundle": self.bundle, "profiles": list(profiles)}
        ran = subprocess.run(
            [self.node, "--input-type=module", "-e", _SCRIPT], input=json.dumps(given), capture_output=True, text=True, check=True
        )  # fmt: skip
        found: list[dict[str, Any]] = json.loads(ran.stdout)
        return found

    def say(self, crowd: Crowd) -> Said:
        facts, plan = crowd.vocabulary.facts, self.plan
        people = [{f: plain_value(facts[f], v) for f, v in p.items()} for p in crowd.people()]
        told: list[dict[str, Any]] = []
        for first in range(0, len(people), _AT_ONCE):
            told += self.answers(people[first : first + _AT_ONCE])
        refused = np.array(["refused" in t for t in told], bool)
        told = [
            t if "refused" not in t else {"status": STATUSES[-1], "outcome": None, "points": None, "criteria": {}}
            for t in told
        ]
        places: dict[str | None, int] = {None: -1} | {o: n for n, o in enumerate(plan.outcomes)}
        status = np.array([STATUSES.index(t["status"]) for t in told], np.uint8)
        outcome = np.array([places[t["outcome"]] for t in told], np.int16)
        names = {c for t in told for c in t["criteria"]}
        criteria = {c: _pairs([t["criteria"].get(c) for t in told]) for c in sorted(names)}
        points = None if plan.total is None else _pairs([t["points"] for t in told])
        return Said(status, outcome, points, criteria, refused=refused)


def _pairs(given: Sequence[Sequence[int] | None]) -> tuple[Array, Array]:
    made = np.array([(0, 0) if pair is None else tuple(pair) for pair in given], np.int64).reshape(-1, 2)
    return made[:, 0], made[:, 1]
