"""Blocks of a table in, blocks with answers out: status, outcome, bounds of the points and of the amounts of every scheme asked.

The columns of an answer are named by the scheme, `cn_work_permit_status`, `…_outcome`, `…_low`, `…_high`; the latter two where the
scheme has points. A row with a value that cannot be read has no answer, and with `bad_rows="report"` the column `problem` says why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from jifen.answers.door import Jifen, as_day
from jifen.engines.kernel import Column, Results, compile_kernel
from jifen.engines.kernel.derive import derived, later
from jifen.engines.reference import STATUSES
from jifen.facts.values import show_value
from jifen.plan.form import Plan
from jifen.population.amounts import Amounts
from jifen.population.answer_columns import AnswerColumns
from jifen.population.coding import Array, Coded, Coding, coder
from jifen.population.mapping import Columns, by_name, check, read_mapping
from jifen.population.sources import BLOCK
from jifen.population.tally import Tally
from jifen.population.where import compile_where
from jifen.problems import Problem, ProfileError, RequestError, Where, nearest

BadRows = Literal["stop", "report"]
_WHERE = "--where"


@dataclass(frozen=True)
class Settings:
    """What is asked of a population. All of it can be written down, compared and sent to another machine.

    `schemes` None: every scheme for the subject that the columns are about. `keep` None: all columns of the table go through.
    """

    schemes: tuple[str, ...] | None = None
    on: date | None = None
    columns: Columns | None = None
    reasons: tuple[str, ...] = ()
    keep: tuple[str, ...] | None = None
    where: str = ""
    bad_rows: BadRows = "stop"


@dataclass(frozen=True)
class BadValue:
    """A value that could not be read: `row` counts from 1 in its file."""

    file: str
    row: int
    column: str
    problem: Problem

    def placed(self) -> Problem:
        place = f"row {self.row:,}, column {self.column}" if self.column else f"row {self.row:,}"
        return replace(self.problem, where=Where(self.file, path=place))


@dataclass(frozen=True)
class Scored:
    """A block with answers, what it came to, and the values that could not be read, one a mistake and row."""

    block: pa.RecordBatch
    tally: Tally
    bad: tuple[BadValue, ...]


class Scorer:
    """Holds blocks of one form of table against schemes. Compiled once; may be used by several threads at once.

    `schema` is the form of the table that comes out. Raises RequestError where columns are missing or of a wrong type.
    """

    def __init__(self, rules: Jifen, schema: pa.Schema, settings: Settings, file: str = "") -> None:
        vocabulary = rules.vocabulary
        self.settings = settings
        self.on = as_day(settings.on)
        self.columns = settings.columns if settings.columns is not None else by_name(schema.names, vocabulary)
        check(self.columns, schema, vocabulary, file)
        subject = _subject(self.columns, file)
        wanted = settings.schemes
        if wanted is None:
            wanted = tuple(s for s, vs in rules.shelf.schemes.items() if vs[-1].subject == subject)
        self.plans: dict[str, Plan | None] = {s: rules.plan(s, self.on) for s in wanted}
        compiled = {s: p for s, p in self.plans.items() if p}
        if settings.where:
            compiled[_WHERE] = compile_where(settings.where, subject, self.on, rules.shelf)
        follow = rules.derivations
        self.kernel = compile_kernel(compiled, vocabulary, follow, reasons=frozenset(settings.reasons))
        self.amounts = Amounts(self.plans, vocabulary, follow)
        asked = dict.fromkeys((*self.kernel.inputs, *self.amounts.facts))
        codes = _codes(compiled.values())
        self.unasked = tuple(c for c, coding in self.columns.items() if coding.fact.id not in asked)
        self.coders: list[tuple[Coding, Callable[[pa.Array], Coded]]] = [
            (coding, coder(coding, schema.field(column).type, codes.get(coding.fact.id, frozenset())))
            for column, coding in self.columns.items()
        ]
        given = {coding.fact.id for coding in self.columns.values()}
        self.unknown = tuple(f for f in asked if f not in given)
        self.kept = schema.names if settings.keep is None else _kept(settings.keep, schema, file)
        self.needed = list(dict.fromkeys([*self.columns, *self._currencies(), *self.kept]))
        self.writers = [AnswerColumns(name, plan, settings.reasons) for name, plan in self.plans.items()]
        fields = [schema.field(n) for n in self.kept]
        fields += [f for w in self.writers for f in w.fields]
        if settings.bad_rows == "report":
            fields.append(pa.field("problem", pa.string()))
        self.schema = _unique(fields)

    def _currencies(self) -> list[str]:
        return [coding.currency for coding, _ in self.coders if coding.currency]

    def score(self, block: pa.RecordBatch, first: int = 0, file: str = "") -> Scored:
        """The answers for a block whose first row is row `first` (from 0) of `file`.

        Raises RequestError at the first block with a bad value, unless bad rows are reported.
        """
        columns, wrong, bad = self._coded(block, first, file)
        results, wrong = self._run(columns, wrong, bad, block, first, file)
        if wrong is not None and self.settings.bad_rows == "stop":
            raise stop(bad, int(np.count_nonzero(wrong)), first + len(block))
        tally = Tally(rows=len(block))
        for each in bad:
            tally.mistakes[f"{each.column} [{each.problem.code}]"] += 1
        amounts = self.amounts.of(columns, self.on, len(block)) if results is not None else {}
        chosen = self._chosen(results, wrong, tally)
        right = None if wrong is None else ~wrong
        arrays = [block.column(n) for n in self.kept]
        for writer in self.writers:
            result = results.get(writer.name) if results is not None else None
            arrays += writer.write(result, amounts, len(block), right, chosen, tally)
        if self.settings.bad_rows == "report":
            arrays.append(_problem_column(bad, first, len(block)))
        made = pa.RecordBatch.from_arrays(_fitted(arrays, self.schema), schema=self.schema)
        if chosen is not None:
            made = made.filter(pa.array(chosen))
        return Scored(made, tally, tuple(bad))

    def _coded(
        self, block: pa.RecordBatch, first: int, file: str
    ) -> tuple[dict[str, Column], Array | None, list[BadValue]]:
        columns: dict[str, Column] = {}
        wrong: Array | None = None
        bad: list[BadValue] = []
        for coding, code in self.coders:
            values = block.column(coding.column)
            coded = code(values)
            found = [(b.problem, b.rows) for b in coded.bad]
            if coding.currency:
                found += _other_currency(coding, block)
            for problem, rows in found:
                if wrong is None:
                    wrong = np.zeros(len(block), np.bool_)
                wrong[rows] = True
                bad += [BadValue(file, first + int(r) + 1, coding.column, _at(problem, values, int(r))) for r in rows]
            if (
                not isinstance(coded.values, Mapping) or coded.values
            ):  # a list of which no code is asked has no rows to give
                columns[coding.fact.id] = coded.column
        return columns, wrong, sorted(bad, key=lambda b: b.row)

    def _run(
        self,
        columns: dict[str, Column],
        wrong: Array | None,
        bad: list[BadValue],
        block: pa.RecordBatch,
        first: int,
        file: str,
    ) -> tuple[Results | None, Array | None]:
        """The answers; a value that contradicts what follows from others, or a day still to come, is taken out and its row is bad."""
        names = {coding.fact.id: c for c, coding in self.columns.items()}
        while len(block):
            try:
                return self.kernel.run(columns, self.on), wrong
            except ProfileError as e:
                problem = e.problems[0]
                fact = problem.blanks["fact"]
                given = columns[fact]
                follows: Column | None = None
                assert isinstance(given.values, np.ndarray)
                if problem.code == "day-to-come":
                    against = later(given, self.on)
                else:
                    others = {f: c for f, c in columns.items() if f != fact}
                    follows = derived(self.kernel.rules, others, self.on, len(block), self.kernel.vocabulary)[fact]
                    assert isinstance(follows.values, np.ndarray)
                    against = (given.values != follows.values) & _known(given) & _known(follows)
                rows = np.flatnonzero(against)
                columns[fact] = Column(given.values, _known(given) & ~against)
                wrong = against if wrong is None else wrong | against
                values = block.column(names[fact])
                for row in rows.tolist():
                    blanks = dict(problem.blanks)
                    if follows is not None:
                        assert isinstance(follows.values, np.ndarray)
                        blanks["value"] = show_value(self.columns[names[fact]].fact, int(follows.values[row]))
                    at = Problem(problem.code, Where(), blanks, str(values[row].as_py()))
                    bad.append(BadValue(file, first + row + 1, names[fact], at))
        return None, wrong

    def _chosen(self, results: Results | None, wrong: Array | None, tally: Tally) -> Array | None:
        """The rows that are written; a bad row is, so that nothing is lost."""
        tally.bad = 0 if wrong is None else int(np.count_nonzero(wrong))
        if not self.settings.where or results is None:
            return None
        status = results[_WHERE].status
        chosen = status == STATUSES.index("qualifies")
        no = status == STATUSES.index("does not qualify")
        if wrong is not None:
            chosen, no = chosen | wrong, no & ~wrong
        tally.left_out = len(status) - int(np.count_nonzero(chosen))
        tally.undecided = tally.left_out - int(np.count_nonzero(no))
        return np.asarray(chosen)


def stop(bad: Sequence[BadValue], rows: int, seen: int) -> RequestError:
    """The error that ends a run: the first of each mistake, and how many rows of those read have one."""
    firsts: dict[tuple[str, str], BadValue] = {}
    for each in bad:
        firsts.setdefault((each.column, each.problem.code), each)
    total = Problem("bad-rows", Where(bad[0].file), {"rows": rows, "seen": seen})
    return RequestError([*(b.placed() for b in firsts.values()), total])


def evaluate(
    data: Any,
    rules: Jifen,
    schemes: Iterable[str] | None = None,
    on: date | str | None = None,
    mapping: Path | str | Columns | None = None,
    reasons: Iterable[str] = (),
    keep: Iterable[str] | None = None,
    where: str = "",
    bad_rows: BadRows = "stop",
) -> pa.RecordBatchReader:
    """Hold every row of a table against schemes, as of a day (today); the answers come as a stream of Arrow blocks.

    `data` is a table or reader of pyarrow, or anything with the Arrow interface (`__arrow_c_stream__`): polars, pandas, DuckDB. A
    column gives a fact by its name (`age`, `china.annual_salary`) or by `mapping`. `keep` names the columns that go through (all).
    `where` is a condition as in a scheme. The stream is read while it is computed: memory is bounded by its blocks.

    Raises RequestError: a column is missing or of a wrong type, a value cannot be read (while reading, with row and column).

    >>> import jifen, pyarrow as pa
    >>> table = pa.table({"id": [1, 2], "age": [17, None]})
    >>> reader = evaluate(table, jifen.load(), ["cn/work-permit"], on="2026-11-23", keep=["id"])
    >>> reader.read_all().to_pylist()[0]["cn_work_permit_status"]
    'does not qualify'
    """
    reader = as_reader(data)
    columns = read_mapping(Path(mapping), rules.vocabulary) if isinstance(mapping, (str, Path)) else mapping
    settings = Settings(
        None if schemes is None else tuple(schemes), as_day(on), columns, tuple(reasons),
        None if keep is None else tuple(keep), where, bad_rows,
    )  # fmt: skip
    scorer = Scorer(rules, reader.schema, settings)

    def blocks() -> Iterator[pa.RecordBatch]:
        first = 0
        for batch in reader:
            for start in range(0, len(batch), BLOCK):
                block = batch.slice(start, BLOCK)
                yield scorer.score(block, first).block
                first += len(block)

    return pa.RecordBatchReader.from_batches(scorer.schema, blocks())


def as_reader(data: Any) -> pa.RecordBatchReader:
    """A stream of blocks from whatever speaks Arrow. Raises RequestError for anything else."""
    if isinstance(data, pa.RecordBatchReader):
        return data
    if isinstance(data, pa.RecordBatch):
        data = pa.Table.from_batches([data])
    if isinstance(data, pa.Table):
        return data.to_reader(BLOCK)
    if hasattr(data, "__arrow_c_stream__"):
        return pa.RecordBatchReader.from_stream(data)
    raise RequestError([Problem("no-arrow-table", Where(), {}, type(data).__name__)])


# --- small pieces ---------------------------------------------------------------------------------------------


def _subject(columns: Columns, file: str) -> str:
    """What the rows are about; columns about two kinds of subject are a mistake."""
    found = {coding.fact.subject: coding for coding in columns.values()}
    if len(found) > 1:
        one, other = list(found.values())[:2]
        blanks = {"name": one.fact.id, "subject": other.fact.subject}
        raise RequestError([Problem("wrong-subject", Where(file), blanks, one.fact.subject)])
    return next(iter(found), "person")


def _codes(plans: Iterable[Plan]) -> dict[str, frozenset[str]]:
    """The codes that plans ask of each `several of`."""
    found: dict[str, set[str]] = {}
    for plan in plans:
        for v in plan.variables.values():
            if v.code:
                found.setdefault(v.facts[0], set()).add(v.code)
    return {f: frozenset(c) for f, c in found.items()}


def _kept(keep: tuple[str, ...], schema: pa.Schema, file: str) -> list[str]:
    missing = [n for n in keep if n not in schema.names]
    if missing:
        raise RequestError(
            [Problem("no-such-column", Where(file), {"column": n}, n, nearest(n, schema.names)) for n in missing]
        )
    return list(keep)


def _unique(fields: list[pa.Field]) -> pa.Schema:
    """Answers never take the place of a column of the table that has their name."""
    names: Counter[str] = Counter()
    made = []
    for f in fields:
        names[f.name] += 1
        made.append(f if names[f.name] == 1 else f.with_name(f"{f.name}_{names[f.name]}"))
    return pa.schema(made)


def _fitted(arrays: list[pa.Array], schema: pa.Schema) -> list[pa.Array]:
    """Texts that a reader gave as dictionaries, as the table has them, and the other way round."""
    return [a if a.type == f.type else a.cast(f.type) for a, f in zip(arrays, schema, strict=True)]


def _known(column: Column) -> Array:
    valid = column.masked().valid
    return np.ones(len(column), np.bool_) if valid is None else valid


def _at(problem: Problem, values: pa.Array, row: int) -> Problem:
    """The problem with the value of this row as what was found."""
    if problem.code in ("mixed-currency",):
        return problem
    found = values[row].as_py()
    return replace(problem, found=str(found)[:80]) if found is not None else problem


def _other_currency(coding: Coding, block: pa.RecordBatch) -> list[tuple[Problem, Any]]:
    """Rows whose amount is in another currency than the fact's; an amount without a currency is one too."""
    currencies = block.column(coding.currency)
    amounts = block.column(coding.column)
    if not pa.types.is_dictionary(currencies.type):
        currencies = currencies.dictionary_encode()
    names = [str(n).strip().upper() for n in currencies.dictionary.to_pylist()]
    same = np.array([*(n == coding.fact.currency for n in names), False], np.bool_)
    places = currencies.indices.cast(pa.int64()).fill_null(len(names)).to_numpy()
    wrong = ~same[places]
    if amounts.null_count:
        wrong &= np.asarray(amounts.is_valid().to_numpy(zero_copy_only=False))
    rows = np.flatnonzero(wrong)
    found = []
    for place in np.unique(places[rows]):
        name = names[place] if place < len(names) else "no currency"
        blanks = {"fact": coding.fact.id, "currency": coding.fact.currency}
        found.append((Problem("mixed-currency", Where(), blanks, name), rows[places[rows] == place]))
    return found


def _problem_column(bad: list[BadValue], first: int, length: int) -> pa.Array:
    words: list[str | None] = [None] * length
    for each in bad:
        place = each.row - first - 1
        text = f"{each.column}: {each.problem.code}"
        words[place] = text if words[place] is None else f"{words[place]}; {text}"
    return pa.array(words, pa.string()) if bad else pa.nulls(length, pa.string())
