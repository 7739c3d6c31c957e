"""Peers of the kernel: the same law for numpy, Polars and DuckDB, generated from the same steps; and what the others get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from jifen.engines.agreement import People
from jifen.engines.kernel import machine
from jifen.engines.kernel.columns import Column, cells_of

NOTES = [
    "The peers do more: Polars and DuckDB take any query and any type; OpenFisca and PolicyEngine keep every variable, and handle periods and"
    " entities; numpy needs no compiler. All get the same coded columns; numpy, Polars and DuckDB the same shared steps.",
]


def people(plan: Any, vocabulary: Any, unknown: int) -> list[dict[str, Any]]:
    """Fifty people of whom that many facts in a hundred are unknown."""
    drawer, random = People(plan, vocabulary), Random("bench")
    edges, codes = drawer.edges(), drawer.codes()
    drawn = [drawer.draw(random, edges, codes) for _ in range(50)]
    return [{k: v for k, v in p.items() if random.randrange(100) >= unknown} for p in drawn]


def columnar(program: Any, kernel: Any, values: Mapping[str, Any], scheme: str) -> dict[str, Callable[[], Any]]:
    """numpy, Polars and DuckDB on one thread, each giving the points."""
    import duckdb
    import polars as pl
    import pyarrow as pa

    rows = len(next(iter(values.values())))

    def by_numpy() -> Any:
        cells = {n: cells_of(Column(v), kernel.cells[n], rows) for n, v in values.items()}
        return machine.run(program, cells, rows)[scheme, "low", ""]

    names = {n: f"c{i}" for i, n in enumerate(values)}
    text = sql(program, program.outputs[scheme, "low", ""], kernel, names)
    frame = pl.DataFrame({names[n]: v for n, v in values.items()})
    table = pa.table({names[n]: v for n, v in values.items()})
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.register("people", table)
    context = pl.SQLContext(people=frame.lazy())

    def by_polars() -> Any:
        return context.execute(text).collect().to_series().to_numpy()

    def by_duckdb() -> Any:
        return connection.sql(text).to_arrow_table().column(0).to_numpy()

    return {
        "numpy, take on bytes": by_numpy,
        "Polars, SQL with shared steps": by_polars,
        "DuckDB, SQL with shared steps": by_duckdb,
    }


def sql(program: Any, wanted: int, kernel: Any, names: Mapping[str, str]) -> str:
    """The steps under one output as nested selects: each step once, in the layer after those it needs."""
    needed = {wanted}
    for place in range(wanted, -1, -1):
        if place in needed:
            needed.update(program.ops[place].args)
    depth: dict[int, int] = {}
    for place in sorted(needed):
        op = program.ops[place]
        depth[place] = 0 if op.kind == "const" else 1 + max((depth[a] for a in op.args), default=0)
    layers = max(depth.values())
    text = "people"
    last_use = {
        a: max(depth[p] for p in needed if a in program.ops[p].args) for p in needed for a in program.ops[p].args
    }
    for layer in range(1, layers + 1):
        made = [f"{_expression(program, p, kernel, names)} AS s{p}" for p in sorted(needed) if depth[p] == layer]
        kept = [
            f"s{p}" for p in sorted(needed) if 0 < depth[p] < layer and (last_use.get(p, 0) >= layer or p == wanted)
        ]
        text = f"(SELECT {', '.join([*kept, *made])} FROM {text}) AS t{layer}"
    return f"SELECT s{wanted} FROM {text}"


def _expression(program: Any, place: int, kernel: Any, names: Mapping[str, str]) -> str:
    op = program.ops[place]

    def lane(step: int) -> str:
        inner = program.ops[step]
        return str(inner.data[0]) if inner.kind == "const" else f"s{step}"

    match op.kind:
        case "cell":
            starts = kernel.cells[op.name]
            return _stairs(names[op.name], [*range(len(starts))], starts)
        case "table":
            source = program.ops[op.args[0]]
            data = op.data[source.low : source.high + 1]
            return _stairs(lane(op.args[0]), data, range(source.low, source.high + 1))
        case "cut":
            return _stairs(lane(op.args[0]), range(len(op.data) + 1), (None, *op.data))
        case "add":
            return f"{lane(op.args[0])} + {lane(op.args[1])}"
        case "min":
            return f"LEAST({lane(op.args[0])}, {lane(op.args[1])})"
        case "max":
            return f"GREATEST({lane(op.args[0])}, {lane(op.args[1])})"
        case "least":
            return f"CASE WHEN {lane(op.args[0])} >= {lane(op.args[1])} THEN 1 ELSE 0 END"
    index, *lanes = op.args
    tests = " ".join(f"WHEN {lane(index)} = {n} THEN {lane(x)}" for n, x in enumerate(lanes[:-1]))
    return f"CASE {tests} ELSE {lane(lanes[-1])} END"


def _stairs(column: str, data: Any, starts: Any) -> str:
    """CASE from the top down, one test where the value changes."""
    data, starts = list(data), list(starts)
    tests = [
        f"WHEN {column} >= {starts[n]} THEN {data[n]}" for n in range(len(data) - 1, 0, -1) if data[n] != data[n - 1]
    ]
    return f"CASE {' '.join(tests)} ELSE {data[0]} END" if tests else str(data[0])


def criteria(plan: Any) -> dict[str, Any]:
    """The points of each criterion as plain data, for peers that know nothing of plans: nodes from the leaves up."""
    nodes: list[list[Any]] = []
    places: dict[int, int] = {}

    def place(node: Any) -> int:
        if id(node) not in places:
            children = [place(c) for c in node.children]
            nodes.append([node.kind, node.low, node.name, list(node.breaks), children])
            places[id(node)] = len(nodes) - 1
        return places[id(node)]

    parts = {name or "total": place(part.points) for name, part in plan.parts.items()}
    return {"nodes": nodes, "parts": parts, "total": place(plan.total), "inputs": list(plan.variables)}
