"""One scheme as SQL text, for warehouses that keep their data: status, outcome, bounds of the points, and whether they are exact.

A NULL is unknown, never zero and never no. Every node of the plan becomes two columns, the least and the most it can be, computed
with interval arithmetic. Where all facts asked are known the two are equal, and everything is what the reference engine gives.
Where facts are unknown the bounds hold but may be wider than the reference engine's: `exact` is then false, and

- `low` and `high` enclose the exact bounds;
- *qualifies* and *does not qualify* are right, and the outcome is one that is certain to be reached, though a better may be;
- *undetermined* and *for the authority* say that intervals could not settle it; the reference engine may.

A row with a value that cannot be what its fact is (no such code, outside the domain, too fine) gives NULL throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Literal

from jifen.engines.reference import STATUSES
from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.plan.form import Plan
from jifen.plan.nodes import Node, cells, variables
from jifen.plan.values import RATIO_PARTS, CompletedUnits, RatioOf, Typed, Variable
from jifen.problems import Problem, RequestError

Dialect = Literal["duckdb", "postgres", "spark"]
Rules = tuple[Mapping[str, Typed], Mapping[str, Variable]]


def write_sql(
    plan: Plan,
    vocabulary: Vocabulary,
    rules: Rules,
    on: date,
    dialect: Dialect,
    table: str = "people",
    keys: Sequence[str] = ("id",),
    columns: Mapping[str, str] | None = None,
) -> str:
    """A SELECT that gives, for every row of `table`: its `keys`, then status, outcome, low, high, exact.

    `columns` names the column of each fact (`china.annual_salary` → `salary`); facts without one are unknown. Without it every fact that
    the scheme asks has a column, named by it with `_` for `.`. Columns: numbers and money as DECIMAL or whole numbers in the fact's
    unit, codes as text, yes/no as BOOLEAN, days as DATE, several codes as an array of text.

    Raises RequestError where the scheme needs something that SQL cannot say (spells of work, days counted).
    """
    writer = _Writer(plan, vocabulary, rules, on, columns)
    text = writer.whole(table, keys, dialect != "spark")
    import sqlglot

    [made] = sqlglot.transpile(text, read="duckdb", write=dialect, pretty=True)
    return made + ";\n"


def asked(plan: Plan, vocabulary: Vocabulary) -> list[Fact]:
    """The facts that a scheme asks, each once."""
    names = dict.fromkeys(f for v in plan.variables.values() for f in v.facts)
    return [vocabulary.facts[n] for n in names if n in vocabulary.facts]


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


Ends = tuple[str, str]
_EPOCH = date(2000, 1, 1)


class _Writer:
    def __init__(
        self, plan: Plan, vocabulary: Vocabulary, rules: Rules, on: date, columns: Mapping[str, str] | None
    ) -> None:
        self.plan, self.vocabulary, self.on = plan, vocabulary, on
        self.columns = {f.id: f.id.replace(".", "_") for f in asked(plan, vocabulary)} if columns is None else columns
        self.derived, self.rule_variables = rules
        self.layers: list[list[str]] = []
        self.floor = 0
        self.made: dict[int, tuple[Ends, int]] = {}
        self.facts: list[str] = []
        self.bad: list[str] = []
        self.follows: set[str] = set()
        self.names: dict[str, str] = {}
        self.edges: dict[str, tuple[int, ...]] = {}

    # --- the whole --------------------------------------------------------------------------------------------

    def whole(self, table: str, keys: Sequence[str], materialized: bool) -> str:
        plan, none = self.plan, len(self.plan.outcomes)
        self._rules()
        nodes = [n for n in (plan.outcome, plan.total, plan.best_total) if n is not None]
        self.edges = cells(nodes)
        for variable in plan.variables.values():
            self._variable(variable, plan.presumed.get(variable.name))
        first = self.floor = len(self.layers)
        least, most = self._bounds(plan.outcome)
        total = self._total()
        shown = [_name(k) for k in keys]
        decided = f"CASE WHEN bad THEN NULL WHEN {most} < {none} THEN {_text(STATUSES[0])} "
        decided += f"WHEN {least} = {none} THEN {_text(STATUSES[1])} {self._authority()}ELSE {_text(STATUSES[2])} END"
        outcome = "CAST(NULL AS VARCHAR)"
        if none:
            ways = " ".join(f"WHEN {most} = {i} THEN {_text(o)}" for i, o in enumerate(plan.outcomes))
            outcome = f"CASE WHEN bad THEN NULL {ways} END"
        exact = [f"{least} = {most}"] + ([f"{total[0]} = {total[1]}"] if total else [])
        exact += [f"NOT {self.names[c]} IS NULL" for c in plan.choices if c in self.names]
        shown += [f"{decided} AS status", f"{outcome} AS outcome"]
        ends = total or ("CAST(NULL AS BIGINT)", "CAST(NULL AS BIGINT)")
        shown += [f"CASE WHEN bad THEN NULL ELSE {e} END AS {n}" for e, n in zip(ends, ("low", "high"), strict=True)]
        shown.append(f"CASE WHEN bad THEN NULL ELSE {' AND '.join(exact)} END AS exact")
        bad = " OR ".join(f"({b})" for b in self.bad) or "FALSE"
        steps = [("given", f"SELECT {', '.join([*map(_name, keys), *self._given()])} FROM {_name(table)}")]
        for i, layer in enumerate(self.layers[:first]):
            steps.append((f"follow_{i}", f"SELECT *, {', '.join(layer)} FROM {steps[-1][0]}"))
        coded = ", ".join(self.facts) or "1 AS nothing"
        steps.append(("coded", f"SELECT *, {coded} FROM {steps[-1][0]}"))
        steps.append(("checked", f"SELECT *, COALESCE({bad}, FALSE) AS bad FROM {steps[-1][0]}"))
        for i, layer in enumerate(self.layers[first:]):
            steps.append((f"step_{i}", f"SELECT *, {', '.join(layer)} FROM {steps[-1][0]}"))
        keep = " MATERIALIZED" if materialized else ""
        parts = ", ".join(f"{name} AS{keep} ({body})" for name, body in steps)
        return f"WITH {parts} SELECT {', '.join(shown)} FROM {steps[-1][0]}"

    def _given(self) -> list[str]:
        """The columns of the table, under the names of their facts."""
        used = {f.id for f in asked(self.plan, self.vocabulary)} | self._rule_facts()
        return [f"{_name(c)} AS {_name('f:' + f)}" for f, c in self.columns.items() if f in used]

    def _total(self) -> Ends | None:
        plan = self.plan
        if plan.total is None:
            return None
        ends = self._bounds(plan.total)
        open_ = [self.names[c] for c in plan.choices if c in self.names]
        if not open_ or plan.best_total is None:
            return ends
        best = self._bounds(plan.best_total)
        anyone = " OR ".join(f"{v} IS NULL" for v in open_)
        low, high = (f"CASE WHEN {anyone} THEN {b} ELSE {e} END" for b, e in zip(best, ends, strict=True))
        return low, high

    def _authority(self) -> str:
        """The status where only what the authority decides is open."""
        used = [self.plan.variables[n] for n in variables([self.plan.outcome])]
        if not any(v.authority for v in used):
            return ""
        known = [f"NOT {self.names[v.name]} IS NULL" for v in used if not v.authority]
        return f"WHEN {' AND '.join(known) or 'TRUE'} THEN {_text(STATUSES[3])} "

    # --- facts ------------------------------------------------------------------------------------------------

    def _rule_facts(self) -> set[str]:
        """Facts with a column from which facts asked follow."""
        wanted = {f.id for f in asked(self.plan, self.vocabulary)}
        found: set[str] = set()
        for name in self.derived:
            if name in wanted:
                for v in variables([self.derived[name].node]):
                    found |= {f for f in self.rule_variables[v].facts if f in self.columns}
        return found

    def _rules(self) -> None:
        """Facts that follow from others, such as the age from the date of birth, where these have columns."""
        for name in self.derived:
            node = self.derived[name].node
            asks = [self.rule_variables[v] for v in variables([node])]
            if name not in {f.id for f in asked(self.plan, self.vocabulary)}:
                continue
            if not any(f in self.columns for v in asks for f in v.facts):
                continue
            self.edges = cells([node])
            for v in asks:
                if v.name not in self.names:
                    self._place([self._coded(v, None)])
            low, high = self._bounds(node)
            follows = f"CASE WHEN {low} = {high} THEN {low} END"
            self._place([f"{follows} AS {_name('d:' + name)}"])
            self.follows.add(name)

    def _place(self, columns: list[str]) -> None:
        """A layer of its own; nodes made later stand below it."""
        self.layers.append(columns)
        self.floor = len(self.layers)

    def _variable(self, variable: Variable, presumed: int | None) -> None:
        if variable.name not in self.names:
            self.facts.append(self._coded(variable, presumed))

    def _coded(self, variable: Variable, presumed: int | None) -> str:
        """The column of a variable: its whole number, or NULL."""
        name = self.names[variable.name] = f"v{len(self.names)}"
        value = self._value(variable, name)
        if presumed is not None:
            value = f"COALESCE({value}, {presumed})"
        return f"{value} AS {name}"

    def _value(self, variable: Variable, name: str) -> str:
        compute = variable.compute
        if isinstance(compute, CompletedUnits):
            return self._completed(compute, variable)
        if isinstance(compute, RatioOf):
            return self._ratio(compute, variable)
        fact = self.vocabulary.facts.get(variable.facts[0])
        if fact is None or compute is not None:
            raise _cannot(variable.name, "a scheme without this")
        if variable.code:
            column = self._column(fact)
            if column is None:
                return "CAST(NULL AS BIGINT)"
            held = f"LIST_CONTAINS({column}, {_text(variable.code)})"
            return f"CASE WHEN {column} IS NULL THEN NULL WHEN {held} THEN 1 ELSE 0 END"
        value = self._number(fact)
        if fact.id in self.follows:
            value = f"COALESCE({value}, {_name('d:' + fact.id)})"
        self._check(fact, name)
        return value

    def _column(self, fact: Fact) -> str | None:
        return _name("f:" + fact.id) if fact.id in self.columns else None

    def _number(self, fact: Fact) -> str:
        """The whole number of a fact's column."""
        column = self._column(fact)
        if column is None:
            return "CAST(NULL AS BIGINT)"
        if fact.kind == "yes/no":
            return f"CASE WHEN {column} THEN 1 WHEN NOT {column} THEN 0 END"
        if fact.kind == "one of":
            assert fact.codes
            return f"CASE {column} {' '.join(f'WHEN {_text(c)} THEN {i}' for i, c in enumerate(fact.codes.values))} END"
        if fact.kind == "date":
            return f"DATE_DIFF('day', DATE '{_EPOCH}', CAST({column} AS DATE)) + {_EPOCH.toordinal()}"
        if fact.places:
            return f"CAST(CAST({column} AS DECIMAL(24, {fact.places})) * {10**fact.places} AS BIGINT)"
        return f"CAST({column} AS BIGINT)"

    def _check(self, fact: Fact, name: str) -> None:
        column = self._column(fact)
        if column is None or fact.kind == "yes/no":
            return
        if fact.kind == "one of":
            self.bad.append(f"NOT {column} IS NULL AND {name} IS NULL")
            return
        self.bad.append(f"{name} < {fact.low} OR {name} > {fact.high}")
        if fact.kind == "date":
            return
        kind = f"DECIMAL(24, {fact.places})" if fact.places else "BIGINT"
        self.bad.append(f"{column} <> CAST({column} AS {kind})")

    def _completed(self, compute: CompletedUnits, variable: Variable) -> str:
        """Completed years or months to the day asked about, held to the domain."""
        fact = self.vocabulary.facts[compute.fact]
        column = self._column(fact)
        if column is None:
            return "CAST(NULL AS BIGINT)"
        if fact.kind != "date" or compute.unit == "days":
            raise _cannot(fact.id, "a column with the completed years or months")
        self._check(fact, f"({self._number(fact)})")
        on = self.on
        self.bad.append(f"CAST({column} AS DATE) > DATE '{on}'")
        months = f"({on.year * 12 + on.month} - (EXTRACT(YEAR FROM {column}) * 12 + EXTRACT(MONTH FROM {column}))"
        months += f" - CASE WHEN EXTRACT(DAY FROM {column}) > {on.day} THEN 1 ELSE 0 END)"
        counted = f"FLOOR({months} / 12)" if compute.unit == "years" else months
        value = f"CAST(GREATEST(0, LEAST({compute.high}, {counted})) AS BIGINT)"
        return f"CASE WHEN {column} IS NULL THEN NULL ELSE {value} END"

    def _ratio(self, compute: RatioOf, variable: Variable) -> str:
        """How many edges the ratio of two facts has reached, by multiplying across."""
        left, right = (self.vocabulary.facts[f] for f in (compute.left, compute.right))
        one, other = self._number(left), self._number(right)
        self._check(left, f"({one})")
        self._check(right, f"({other})")
        above, below = f"CAST({one} AS DECIMAL(38, 0))", f"CAST({other} AS DECIMAL(38, 0))"
        steps = []
        for edge in self.edges.get(variable.name, ()):
            whole, odd = divmod(edge, 2)
            sign = ">" if odd else ">="
            reached = f"({other}) = 0 OR {above} * {RATIO_PARTS} {sign} {below} * {whole}"
            steps.append(f"CASE WHEN {reached} THEN 1 ELSE 0 END")
        return f"CASE WHEN ({one}) IS NULL OR ({other}) IS NULL THEN NULL ELSE {' + '.join(steps) or '0'} END"

    # --- nodes ------------------------------------------------------------------------------------------------

    def _bounds(self, node: Node) -> Ends:
        """The least and the most of a node as SQL: numbers, or names of columns."""
        if node.kind == "const":
            return str(node.low), str(node.low)
        if node.kind == "var":
            name = self.names[node.name]
            if self._is_ratio(node.name):
                raise _cannot(node.name, "a table over the ratio")
            return f"COALESCE({name}, {node.low})", f"COALESCE({name}, {node.high})"
        if id(node) not in self.made:
            self.made[id(node)] = self._make(node)
        return self.made[id(node)][0]

    def _make(self, node: Node) -> tuple[Ends, int]:
        """Two columns for a node, in the first layer below which all its parts stand."""
        parts = [c for c in node.children if not (node.kind == "case" and c is node.argument and c.kind == "var")]
        inner = [self._bounds(p) for p in parts]
        lows, highs = [e[0] for e in inner], [e[1] for e in inner]
        if node.kind == "sum":
            low, high = " + ".join(lows), " + ".join(highs)
        elif node.kind in ("least", "most"):
            both = _least if node.kind == "least" else _most
            low, high = both(lows), both(highs)
        elif node.argument.kind == "var":
            low, high = self._by_variable(node, lows, _least), self._by_variable(node, highs, _most)
        else:
            low, high = _by_interval(node, inner[0], lows[1:], highs[1:])
        names = f"n{len(self.made)}_low", f"n{len(self.made)}_high"
        layer = max([self.floor, *(self.made[id(p)][1] + 1 for p in parts if id(p) in self.made)])
        if layer == len(self.layers):
            self.layers.append([])
        self.layers[layer] += [f"{low} AS {names[0]}", f"{high} AS {names[1]}"]
        return names, layer

    def _is_ratio(self, name: str) -> bool:
        variable = self.plan.variables.get(name) or self.rule_variables.get(name)
        return variable is not None and isinstance(variable.compute, RatioOf)

    def _by_variable(self, node: Node, ends: Sequence[str], both: Callable[[Sequence[str]], str]) -> str:
        name, breaks = self.names[node.argument.name], node.breaks
        if self._is_ratio(node.argument.name):
            edges = self.edges[node.argument.name]
            breaks = tuple(edges.index(b) + 1 for b in breaks)
        ways = [f"WHEN {name} IS NULL THEN {both(ends)}"]
        ways += [f"WHEN {name} < {b} THEN {e}" for b, e in zip(breaks, ends, strict=False)]
        return f"CASE {' '.join(ways)} ELSE {ends[-1]} END"


def _least(ends: Sequence[str]) -> str:
    return _extreme(ends, "LEAST")


def _most(ends: Sequence[str]) -> str:
    return _extreme(ends, "GREATEST")


def _extreme(ends: Sequence[str], word: str) -> str:
    numbers = [int(e) for e in ends if e.lstrip("-").isdecimal()]
    rest = list(dict.fromkeys(e for e in ends if not e.lstrip("-").isdecimal()))
    if numbers:
        rest.append(str(min(numbers) if word == "LEAST" else max(numbers)))
    return rest[0] if len(rest) == 1 else f"{word}({', '.join(rest)})"


def _by_interval(node: Node, argument: Ends, lows: Sequence[str], highs: Sequence[str]) -> Ends:
    """The extremes over the cells that the interval of the argument touches."""
    low, high = argument
    least, most = [], []
    for i, cell in enumerate(node.cells):
        tests = ([f"{high} >= {node.breaks[i - 1]}"] if i else []) + (
            [f"{low} < {node.breaks[i]}"] if i < len(node.breaks) else []
        )
        test = " AND ".join(tests)
        least.append(
            f"CASE WHEN {test} THEN {lows[i]} ELSE {node.high} END" if cell.low < node.high else str(node.high)
        )
        most.append(f"CASE WHEN {test} THEN {highs[i]} ELSE {node.low} END" if cell.high > node.low else str(node.low))
    return _least(least), _most(most)


def _cannot(name: str, instead: str) -> RequestError:
    return RequestError([Problem("not-in-sql", blanks={"name": name, "instead": instead})])
