"""A scheme as SQL gives what the reference engine gives where it says so, and never claims what the facts do not settle."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import duckdb
import psycopg
import pyarrow as pa
import pytest

import jifen
from jifen.engines.reference import State
from jifen.engines.sql import write_sql
from jifen.plan.compile import compile_rules
from system_parts import PostgreSQL, postgres
from tables import as_table, random_people
from test_population_files import jifen as run

ON = date(2026, 11, 23)
SCHEMES = sorted(s for s, vs in jifen.load().shelf.schemes.items() if vs[-1].subject == "person" and vs[0].start <= ON)


def text(rules: jifen.Jifen, scheme: str, dialect: str, columns: dict[str, str] | None = None) -> str:
    plan = rules.plan(scheme, ON)
    assert plan
    follow = compile_rules(rules.shelf.rules, rules.vocabulary)
    return write_sql(plan, rules.vocabulary, follow, ON, dialect, columns=columns)  # type: ignore[arg-type]


def agree(rules: jifen.Jifen, scheme: str, people: list[dict], rows: list[tuple]) -> int:
    """Compare rows (id, status, outcome, low, high, exact) with the reference engine; gives how many are exact."""
    plan = rules.plan(scheme, ON)
    assert plan
    assert [r[0] for r in rows] == list(range(len(people)))
    exact = 0
    for (_, status, outcome, low, high, said), person in zip(rows, people, strict=True):
        state = State(plan, person, ON)
        want, possible = state.status()
        total = state.total()
        if said:
            exact += 1
            assert status == want
            assert outcome == (possible[-1] if want == "qualifies" else None)
            assert (low, high) == ((total.low, total.high) if total else (None, None))
        else:
            assert status in (want, "undetermined", "for the authority")
            assert total is None or low <= total.low <= total.high <= high
    return exact


def columns_of(people: list[dict]) -> dict[str, str]:
    return {f: f.replace(".", "_") for p in people for f in p}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_duckdb_agrees_with_the_reference_engine(rules: jifen.Jifen, scheme: str) -> None:
    plan = rules.plan(scheme, ON)
    if plan is None:
        with pytest.raises(AssertionError):
            text(rules, scheme, "duckdb")
        return
    people = random_people(rules, plan, 30, seed=7)
    query = text(rules, scheme, "duckdb", columns_of(people))
    with duckdb.connect() as connection:
        connection.register("people", as_table(rules, people, flat=True))
        rows = connection.execute(query.rstrip(";\n") + " ORDER BY id").fetchall()
    assert agree(rules, scheme, people, rows) >= 15


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    with postgres() as started:
        yield started


TYPES = {
    pa.int64(): "bigint",
    pa.bool_(): "boolean",
    pa.string(): "text",
    pa.list_(pa.string()): "text[]",
    pa.date32(): "date",
}


@pytest.mark.parametrize(
    "scheme", ["cn/work-permit", "cn/k-visa", "ca/express-entry-crs", "jp/highly-skilled-professional-b", "sg/one-pass"]
)
def test_postgresql_agrees_with_the_reference_engine(rules: jifen.Jifen, server: PostgreSQL, scheme: str) -> None:
    plan = rules.plan(scheme, ON)
    assert plan
    people = random_people(rules, plan, 30, seed=9)
    table = as_table(rules, people, flat=True)
    declared = ", ".join(f'"{f.name}" {TYPES.get(f.type, "numeric")}' for f in table.schema)
    with psycopg.connect(server.dsn) as connection:
        connection.execute(f"CREATE TEMPORARY TABLE people ({declared})")
        blanks = ", ".join(["%s"] * table.num_columns)
        rows = [tuple(r.values()) for r in table.to_pylist()]
        connection.cursor().executemany(f"INSERT INTO people VALUES ({blanks})", rows)
        found = connection.execute(text(rules, scheme, "postgres", columns_of(people)).rstrip(";\n") + " ORDER BY id")
        assert agree(rules, scheme, people, found.fetchall()) >= 15


def test_the_age_follows_from_a_column_with_the_date_of_birth(rules: jifen.Jifen) -> None:
    """On the day before the eighteenth birthday not yet; for a birthday on 29 February on 1 March."""
    columns = {"birth_date": "born", "model.service_years": "years"}
    query = text(rules, "model/permanent-residence", "duckdb", columns)
    born = pa.array([date(2008, 11, 23), date(2008, 11, 24), None, date(2004, 2, 29)])
    people = pa.table({"id": [0, 1, 2, 3], "born": born, "years": pa.nulls(4, pa.int64())})
    with duckdb.connect() as connection:
        connection.register("people", people)
        rows = connection.execute(query.rstrip(";\n") + " ORDER BY id").fetchall()
    assert [r[1] for r in rows] == ["undetermined", "does not qualify", "undetermined", "undetermined"]


def test_a_day_of_birth_still_to_come_gives_null(rules: jifen.Jifen) -> None:
    query = text(rules, "model/permanent-residence", "duckdb", {"birth_date": "born"})
    people = pa.table({"id": [0, 1], "born": [ON, ON + timedelta(1)]})
    with duckdb.connect() as connection:
        connection.register("people", people)
        rows = connection.execute(query.rstrip(";\n") + " ORDER BY id").fetchall()
    assert [r[1] for r in rows] == ["does not qualify", None]


def test_a_value_that_cannot_be_its_fact_gives_null(rules: jifen.Jifen) -> None:
    query = text(
        rules, "cn/work-permit", "duckdb", {"age": "age", "education.degree": "degree", "china.annual_salary": "pay"}
    )
    pay = pa.array([Decimal("1.000"), Decimal("1.000"), Decimal("1.005"), None], pa.decimal128(12, 3))
    people = pa.table(
        {"id": [0, 1, 2, 3], "age": [30, 130, 30, 30], "degree": ["master", "master", "master", "phd"], "pay": pay}
    )
    with duckdb.connect() as connection:
        connection.register("people", people)
        rows = connection.execute(query.rstrip(";\n") + " ORDER BY id").fetchall()
    assert [r[1] for r in rows] == ["undetermined", None, None, None]
    assert rows[1][1:] == (None, None, None, None, None)


def test_a_null_is_neither_zero_nor_no(rules: jifen.Jifen) -> None:
    query = text(rules, "cn/work-permit", "duckdb", {"age": "age"})
    with duckdb.connect() as connection:
        connection.register("people", pa.table({"id": [0], "age": pa.array([None], pa.int64())}))
        [(_, status, outcome, low, high, exact)] = connection.execute(query.rstrip(";\n")).fetchall()
    assert (status, outcome, exact) == ("undetermined", None, False)
    assert low < high


def test_the_command_writes_text_for_each_dialect(tmp_path) -> None:
    (tmp_path / "m.yaml").write_text("columns:\n  Alter: age\n")
    for dialect in ("duckdb", "postgres", "spark"):
        ran = run(
            "sql", "cn/k-visa", "--dialect", dialect, "--on", "2026-11-23", "--table", "t", "--key", "no", cwd=tmp_path
        )
        assert ran.code == 0, ran.err
        assert ran.out.startswith("-- cn/k-visa, in force from 2025-10-01, as of 2026-11-23;")
        assert ran.out.rstrip().endswith(";")
    ran = run("sql", "cn/work-permit", "--on", "2026-11-23", "--mapping", "m.yaml", cwd=tmp_path)
    assert '"Alter" AS "f:age"' in ran.out
    listed = run("sql", "cn/k-visa", "--on", "2026-11-23", "--columns", cwd=tmp_path)
    assert listed.out.splitlines()[0] == "education_degree\tone of\t\tHighest degree"


WRONG = {
    "not-in-force": ("cn/k-visa", "--on", "2020-01-01"),
    "no-such-scheme": ("cn/kvisa",),
    "bad-day": ("cn/k-visa", "--on", "x"),
    "not-in-sql": ("cn/work-permit", "--mapping", "m.yaml"),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_sql_cannot_say_is_told(tmp_path, code: str) -> None:
    (tmp_path / "m.yaml").write_text("columns:\n  pay: {fact: china.annual_salary, times: 12}\n")
    ran = run("sql", *WRONG[code], cwd=tmp_path)
    assert (ran.code, f"[{code}]" in ran.err) == (2, True)
