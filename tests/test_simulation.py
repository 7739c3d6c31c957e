"""Reforms: who gains and who loses is counted person by person, and small numbers do not come out by any way."""

import json
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jifen
from jifen.engines.reference import State
from jifen.plan.compile import compile_plan
from jifen.population.declared import population_file, read_declared
from jifen.population.people import People, read_people
from jifen.population.reforms import read_reform, with_parameter, with_pass_mark
from jifen.population.simulation import simulate
from jifen.population.sources import open_source
from jifen.population.suppression import holes, line_holes
from jifen.population.synthetic import synthesise
from jifen.schemes.shelf import policy_folder
from test_population_files import jifen as run

ON = date(2026, 11, 23)
MODEL = "model/permanent-residence"
REFORM = """---
scheme: model/permanent-residence
amends: 2026-01-01
title: {en: "Younger ages preferred (not law)", zh: 年龄改革（非法律）}
subject: person
jurisdiction: none
authority: {en: "None; a model for analysts", zh: 无（供分析使用的模型）}
in force: {from: 2027-01-01}
law: model, not law
---

# Points · 积分

## Person · 个人 {#person}

### Age · 年龄 {#age}

At most 20. [M §4]

| `age` (years) | points |
|---|---:|
| < 30 | 20 |
| 30–39 | 10 |
| above | 0 |
"""


@pytest.fixture(scope="module")
def crowd(rules: jifen.Jifen, tmp_path_factory: pytest.TempPathFactory) -> tuple[People, list[dict]]:
    """400 synthetic people, some facts of every fourth not known; as a population and as profiles."""
    random = Random(7)
    declared = read_declared(population_file("beijing-talent", [policy_folder()]), rules.vocabulary)
    [block] = synthesise(declared, 400, 1)
    rows = block.to_pylist()
    for row in rows[::4]:
        row.update({f: None for f in row if random.random() < 0.1})
    path = tmp_path_factory.mktemp("crowd") / "p.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=block.schema), path)
    profiles = [dict(rules.profile(row).values) for row in rows]
    return read_people(rules, open_source([path])), profiles


def answer(plan, person: dict) -> str:
    status, possible = State(plan, person, ON).status()
    return possible[-1] if status == "qualifies" else status


def test_changes_are_those_of_each_person(rules: jifen.Jifen, crowd: tuple[People, list[dict]], tmp_path: Path) -> None:
    """The table of answers before and after is that of the reference engine, counted one by one."""
    people, found = crowd
    (tmp_path / "reform.md").write_text(REFORM, "utf-8")
    baseline = rules.plan(MODEL, ON)
    assert baseline
    reform = read_reform(tmp_path / "reform.md", baseline.scheme, rules.shelf)
    after = compile_plan(reform, ON, rules.shelf)
    got = simulate(rules, people, baseline.scheme, {"r": reform}, ON, [people.groups("education.degree")], k=1)["r"]
    want = Counter((answer(baseline, p), answer(after, p)) for p in found)
    cells = {
        (a, b): n
        for a, row in zip(got.transitions.rows, got.transitions.cells, strict=True)
        for b, n in zip(got.transitions.columns, row, strict=True)
        if n
    }
    assert cells == want
    rank = {"priority": 0, "recommended": 1, "does not qualify": 2}
    gains = sum(n for (a, b), n in want.items() if a in rank and b in rank and rank[b] < rank[a])
    loses = sum(n for (a, b), n in want.items() if a in rank and b in rank and rank[b] > rank[a])
    assert (got.changes["gains"], got.changes["loses"]) == (gains, loses)
    assert sum(v or 0 for v in got.changes.values()) == 400
    by = got.by["education.degree"]
    assert list(by.column_sums) == [got.changes[c] for c in by.columns]
    assert sum(s or 0 for s in by.row_sums) == 400


def test_many_reforms_are_held_against_one_reading(rules: jifen.Jifen, crowd: tuple[People, list[dict]]) -> None:
    """A sweep of pass marks: a higher mark never lets more people pass."""
    people, _ = crowd
    baseline = rules.plan(MODEL, ON)
    assert baseline
    sweep = {str(m): with_pass_mark(baseline.scheme, m) for m in range(40, 100, 4)}
    found = simulate(rules, people, baseline.scheme, sweep, ON, k=1)
    passing = [found[m].after.qualify or 0 for m in sweep]
    assert passing == sorted(passing, reverse=True)
    assert len(set(passing)) >= 10


def test_a_parameter_is_a_reform(rules: jifen.Jifen, crowd: tuple[People, list[dict]]) -> None:
    people, found = crowd
    baseline = rules.plan(MODEL, ON)
    assert baseline
    reform = with_parameter(baseline.scheme, "average_wage", Fraction(1))
    got = simulate(rules, people, baseline.scheme, {"r": reform}, ON, k=1)["r"]
    plan = compile_plan(reform, ON, rules.shelf)
    assert got.after.qualify == sum(answer(plan, p) in plan.outcomes for p in found)
    with pytest.raises(jifen.RequestError, match="average_wage"):
        with_parameter(baseline.scheme, "average_wages", 1)


# --- small numbers --------------------------------------------------------------------------------------------

TABLES = st.integers(1, 5).flatmap(
    lambda columns: st.lists(st.lists(st.integers(0, 60), min_size=columns, max_size=columns), min_size=1, max_size=6)
)


@settings(deadline=None)
@given(TABLES, st.integers(1, 12))
def test_small_cells_and_what_gives_them_away_are_taken_out(counts: list[list[int]], k: int) -> None:
    """No small cell is shown; no row or column has a single hole, or holes that hold fewer than k, unless nothing else can be taken out."""
    table = np.array(counts, np.int64)
    hidden = holes(table, k)
    assert not (~hidden & (table > 0) & (table < k)).any()
    for cells, hide in ((table, hidden), (table.T, hidden.T)):
        for row, out in zip(cells, hide, strict=True):
            if out.any() and not out.all():
                assert out.sum() > 1
                assert row[out].sum() >= k


@settings(deadline=None)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), st.integers(1, 12))
def test_nothing_is_taken_out_without_need(counts: list[int], k: int) -> None:
    line = np.array(counts, np.int64)
    if not ((line > 0) & (line < k)).any():
        assert not line_holes(line, k).any()


def test_small_numbers_come_out_nowhere(rules: jifen.Jifen, crowd: tuple[People, list[dict]]) -> None:
    """In the whole answer there is no number of people from 1 to 9."""
    people, _ = crowd
    baseline = rules.plan(MODEL, ON)
    assert baseline
    reforms = {"r": with_pass_mark(baseline.scheme, 55)}
    groups = [people.groups("education.degree"), people.groups("age:10"), people.groups("healthy")]
    data = simulate(rules, people, baseline.scheme, reforms, ON, groups, k=10)["r"].data()
    assert data["people"] == 400
    numbers = [data["before"]["qualify"], data["after"]["qualify"], *data["changes"].values()]
    numbers += [*data["before"]["answers"].values(), *data["after"]["answers"].values()]
    for table in (data["transitions"], *data["by"].values()):
        numbers += [*table["row_sums"], *table["column_sums"], *(n for row in table["cells"] for n in row)]
    numbers += [n for b in data["points"] for n in (b["before"], b["after"])]
    assert None in numbers
    assert [n for n in numbers if n is not None and 0 < n < 10] == []


# --- the command ----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert run("synthesise", "-n", "5000", "p.parquet", cwd=tmp_path).code == 0
    (tmp_path / "reform.md").write_text(REFORM, "utf-8")
    return tmp_path


def test_the_command_prints_writes_and_draws(folder: Path) -> None:
    base = ("simulate", "-p", "p.parquet", "-b", f"{MODEL}@2026-11-23", "-r", "reform.md", "--by", "age:10")
    ran = run(*base, "--svg", "c.svg", cwd=folder)
    assert ran.code == 0, ran.err
    assert ran.lines[0] == "reform.md against model/permanent-residence@2026-11-23 · 5,000 people"
    assert any(line.startswith("before ↓, after →") for line in ran.lines)
    svg = (folder / "c.svg").read_text("utf-8")
    assert svg.count("<title") >= 3
    assert "Who gains and who loses: reform.md</title>" in svg
    data = json.loads(run(*base, "--format", "json", cwd=folder).out)
    [reform] = data["reforms"]
    assert reform["people"] == 5000
    assert reform["not_shown_below"] == 10
    chinese = run(*base, "--lang", "zh", cwd=folder)
    assert "受益" in chinese.out


def test_a_reform_that_is_wrong_is_told_with_the_place_in_its_own_file(folder: Path) -> None:
    (folder / "reform.md").write_text(REFORM.replace("| < 30 | 20 |", "| < 30 | twenty |"), "utf-8")
    ran = run("simulate", "-p", "p.parquet", "-b", f"{MODEL}@2026-11-23", "-r", "reform.md", cwd=folder)
    assert (ran.code, "[bad-points]" in ran.err, "where: reform.md:22:10" in ran.err) == (2, True, True)


WRONG = {
    "bad-baseline": ("-b", MODEL, "--pass-mark", "60"),
    "no-such-scheme": ("-b", "model/permanent@2026-11-23", "--pass-mark", "60"),
    "not-in-force": ("-b", f"{MODEL}@1990-01-01", "--pass-mark", "60"),
    "missing-key": ("-b", f"{MODEL}@2026-11-23"),
    "not-a-reform": ("-b", "cn/work-permit@2026-11-23", "-r", "reform.md"),
    "wrong-use": ("-b", "cn/k-visa@2026-11-23", "--pass-mark", "60"),
    "not-a-group": ("-b", f"{MODEL}@2026-11-23", "--pass-mark", "60", "--by", "age"),
}


@pytest.mark.parametrize("code", WRONG)
def test_what_cannot_be_simulated_is_told(folder: Path, code: str) -> None:
    ran = run("simulate", "-p", "p.parquet", *WRONG[code], cwd=folder)
    assert (ran.code, f"[{code}]" in ran.err) == (2, True), ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("by", ["prizes", "age:0", "age:x", "healthy:2", "nothing", "china.annual_salary:1"])
def test_a_fact_that_makes_no_groups_is_refused(folder: Path, by: str) -> None:
    ran = run("simulate", "-p", "p.parquet", "-b", f"{MODEL}@2026-11-23", "--pass-mark", "60", "--by", by, cwd=folder)
    assert (ran.code, "[not-a-group]" in ran.err) == (2, True)
