"""Amounts of money over tables: every row gets what one profile alone would get, and reforms are costed."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

import jifen
from jifen.engines.agreement.people import at_random
from jifen.engines.amounts import amount
from jifen.engines.kernel import Column
from jifen.engines.reference import State
from jifen.facts.values import plain_value
from jifen.population import evaluate
from jifen.population.amounts import Amounts
from jifen.population.declared import population_file, read_declared
from jifen.population.people import People
from jifen.population.reforms import read_reform
from jifen.population.simulation import simulate
from jifen.population.synthetic import synthesise
from jifen.problems import RequestError
from jifen.schemes.shelf import policy_folder
from test_population_files import jifen as run

ON = date(2026, 11, 23)
FOREIGN = "cn/beijing/e-town-foreign-investment"
WITH_AMOUNTS = (
    "cn/beijing/chaoyang-headquarters",
    "cn/beijing/daxing-start-up-award",
    "cn/beijing/e-town-foreign-investment",
    "cn/beijing/e-town-headquarters",
    "cn/beijing/e-town-rd-centre",
    "cn/beijing/foreign-rd-centre",
    "cn/beijing/regional-headquarters",
    "cn/journal-excellence",
    "cn/nsfc/excellent-young-scholar",
    "cn/nsfc/senior-scholar",
    "cn/nsfc/young-scholar",
    "cn/talented-young-scientists",
)
COMPANY = {"organisation.district": "e_town", "organisation.foreign_invested": True, "organisation.fortune_500": False}


def test_every_published_scheme_with_amounts_is_held_against_the_reference_here(rules: jifen.Jifen) -> None:
    plans = {scheme: rules.plan(scheme, ON) for scheme in rules.shelf.schemes}
    assert tuple(sorted(s for s, p in plans.items() if p and p.amounts)) == WITH_AMOUNTS


@pytest.mark.parametrize("scheme", WITH_AMOUNTS)
def test_amounts_are_those_of_the_reference_engine(rules: jifen.Jifen, scheme: str) -> None:
    """Of random people and organisations, facts unknown among them; what an authority assesses is 0 at least."""
    plan = rules.plan(scheme, ON)
    assert plan
    crowd = at_random(plan, rules.vocabulary, 600, f"amounts of {scheme}")
    found = Amounts({scheme: plan}, rules.vocabulary, rules.derivations).of(crowd.columns, ON, crowd.rows)
    for row, person in enumerate(crowd.people()):
        state = State(plan, person, ON)
        for granted in plan.amounts:
            wanted = amount(state, granted)
            bounds = found[scheme, granted.amount.id]
            low = 0 if granted.amount.discretionary else wanted.low
            profile = {f: plain_value(rules.vocabulary.facts[f], v) for f, v in person.items()}
            assert (bounds.low[row], bounds.high[row]) == (low, wanted.high), profile
    assert any(bounds.high.any() for bounds in found.values())


def companies() -> pa.Table:
    """2.5 % of 100 million yuan; more than the cap; capital unknown; too little in the first year; the first year unknown."""
    yuan = [100_000_000, 9_000_000_000, None, 100_000_000, 40_000_000]
    first = [10_000_000, 20_000_000, 10_000_000, 9_999_999, None]
    columns = {f: [v] * 5 for f, v in COMPANY.items()}
    money = pa.decimal128(24, 2)
    return pa.table(
        {
            **columns,
            "investment.foreign_capital_yuan": pa.array(yuan, pa.int64()).cast(money),
            "investment.foreign_capital_first_year": pa.array(first, pa.int64()).cast(money),
        }
    )


def test_a_share_of_a_fact_is_exact_capped_and_bounded_where_the_fact_is_unknown(rules: jifen.Jifen) -> None:
    rows = evaluate(companies(), rules, [FOREIGN], ON, keep=()).read_all().to_pylist()
    name = "cn_beijing_e_town_foreign_investment_amount_award"
    assert [(r[f"{name}_low"], r[f"{name}_high"]) for r in rows] == [
        (Decimal("2500000.00"), Decimal("2500000.00")),
        (Decimal("30000000.00"), Decimal("30000000.00")),
        (Decimal("0.00"), Decimal("30000000.00")),
        (Decimal("0.00"), Decimal("0.00")),
        (Decimal("0.00"), Decimal("1000000.00")),
    ]


def test_a_table_without_the_fact_of_which_a_share_is_granted_gives_bounds(rules: jifen.Jifen) -> None:
    table = companies().drop_columns("investment.foreign_capital_yuan").slice(0, 1)
    [row] = evaluate(table, rules, [FOREIGN], ON, keep=()).read_all().to_pylist()
    name = "cn_beijing_e_town_foreign_investment_amount_award"
    assert (row[f"{name}_low"], row[f"{name}_high"]) == (Decimal("0.00"), Decimal("30000000.00"))


def test_a_bad_row_has_no_amount_and_is_not_counted(rules: jifen.Jifen, tmp_path: Path) -> None:
    table = companies()
    districts = pa.array(["e_town", "atlantis", "e_town", "e_town", "e_town"])
    table = table.set_column(table.schema.get_field_index("organisation.district"), "organisation.district", districts)
    pq.write_table(table, tmp_path / "in.parquet")
    done = run("population", "in.parquet", "out.parquet", "-s", FOREIGN, "--on", str(ON), "--bad-rows", "report",
               "--format", "json", cwd=tmp_path)  # fmt: skip
    assert done.code == 0, done.err
    amounts = json.loads(done.out)["schemes"][FOREIGN]["amounts"]["award"]
    assert amounts == {
        "currency": "CNY", "per": "", "certain": 1, "possible": 3, "low": 2_500_000_00, "high": 33_500_000_00,
    }  # fmt: skip
    written = pq.read_table(tmp_path / "out.parquet")["cn_beijing_e_town_foreign_investment_amount_award_high"]
    assert [n is None for n in written.to_pylist()] == [False, True, False, False, False]


def test_the_summary_says_what_each_amount_comes_to(tmp_path: Path) -> None:
    pq.write_table(companies(), tmp_path / "in.parquet")
    done = run(
        "population", "in.parquet", "out.parquet", "-s", FOREIGN, "--on", str(ON), "--summary", "s.svg", cwd=tmp_path
    )
    assert done.code == 0, done.err
    drawn = (tmp_path / "s.svg").read_text("utf-8")
    assert "open, Share of the foreign capital · Award of Beijing E-Town for foreign investment: 31,000,000" in drawn
    [line] = [each for each in done.out.splitlines() if "Share of the foreign capital  " in each]
    assert line.split("  ")[-1].strip() == "CNY 32,500,000 – 63,500,000"
    assert "2 – 4" in line


def test_some_synthetic_company_may_be_granted_each_amount(rules: jifen.Jifen) -> None:
    declared = read_declared(population_file("beijing-companies", [policy_folder()]), rules.vocabulary)
    companies = pa.Table.from_batches(list(synthesise(declared, 3000, 1)))
    schemes = [
        s for s in WITH_AMOUNTS if rules.versions(s)[-1].subject == "organisation" and s != "cn/journal-excellence"
    ]
    found = evaluate(companies, rules, schemes, ON, keep=()).read_all()
    highs = [c for c in found.column_names if "_amount_" in c and c.endswith("_high")]
    assert len(highs) == 11
    assert [c for c in highs if not pc.max(found[c]).as_py()] == []


def _population(rules: jifen.Jifen, rows: int) -> People:
    """As many companies that meet every condition, with 100 million yuan each."""
    facts = rules.vocabulary.facts
    codes = facts["organisation.district"].codes
    assert codes
    columns = {
        "organisation.district": np.full(rows, list(codes.values).index("e_town")),
        "organisation.foreign_invested": np.ones(rows, np.uint8),
        "organisation.fortune_500": np.zeros(rows, np.uint8),
        "investment.foreign_capital_yuan": np.full(rows, 100_000_000_00),
        "investment.foreign_capital_first_year": np.full(rows, 10_000_000_00),
    }
    return People({f: Column(v) for f, v in columns.items()}, {f: facts[f] for f in columns}, rows)


@pytest.fixture(scope="module")
def reform(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four in a hundred instead of two and a half."""
    text = (policy_folder() / FOREIGN / "2023-10-25.md").read_text("utf-8")
    file = tmp_path_factory.mktemp("reform") / "reform.md"
    file.write_text(text.replace("2.5% of", "4% of"), "utf-8")
    return file


def test_a_reform_is_costed_before_and_after(rules: jifen.Jifen, reform: Path) -> None:
    scheme = rules.versions(FOREIGN)[-1]
    found = simulate(rules, _population(rules, 20), scheme, {"more": read_reform(reform, scheme, rules.shelf)}, ON)
    award, other = (found["more"].costs[name] for name in ("award", "award_500"))
    assert award.before and award.after and award.shown
    assert (award.before.low, award.before.high) == (20 * 2_500_000_00, 20 * 2_500_000_00)
    assert (award.after.low, award.after.certain) == (20 * 4_000_000_00, 20)
    assert other.data()["before"] == {"currency": "CNY", "per": "", "certain": 0, "possible": 0, "low": 0, "high": 0}


def test_the_cost_of_a_few_is_not_shown(rules: jifen.Jifen, reform: Path) -> None:
    """Neither where few are granted it nor where few are granted another sum than before."""
    scheme = rules.versions(FOREIGN)[-1]
    reforms = {"more": read_reform(reform, scheme, rules.shelf)}
    few = simulate(rules, _population(rules, 9), scheme, reforms, ON)["more"]
    assert not few.costs["award"].shown and few.hides
    assert set(few.costs["award"].data()) == {"words"}
    crowd = _population(rules, 20)
    capital = np.full(20, 9_000_000_000_00)  # above the cap, before and after
    capital[:9] = 100_000_000_00
    columns = {**crowd.columns, "investment.foreign_capital_yuan": Column(capital)}
    some = simulate(rules, People(columns, crowd.facts, 20), scheme, reforms, ON)["more"]
    assert not some.costs["award"].shown


def test_a_sum_too_fine_for_its_size_is_refused_by_its_name(rules: jifen.Jifen) -> None:
    scheme = "cn/beijing/daxing-start-up-award"
    plan = rules.plan(scheme, ON)
    assert plan
    [granted] = plan.amounts
    graph = plan.graph
    fine = graph.sum([granted.node, graph.case(granted.node, [1], [graph.const(0), graph.const((1 << 40) + 1)])])
    odd = replace(plan, amounts=(replace(granted, node=fine),))
    with pytest.raises(RequestError) as caught:
        Amounts({scheme: odd}, rules.vocabulary, rules.derivations)
    [problem] = caught.value.problems
    assert (problem.code, problem.blanks["name"]) == ("wrong-use", "award")
