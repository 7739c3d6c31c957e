"""A table of people gets, row by row, the answers that each profile alone would get."""

from datetime import date
from pathlib import Path
from random import Random

import pandas
import polars
import pyarrow as pa
import pytest

import jifen
from jifen.engines.reference import State
from jifen.population import evaluate
from tables import as_table, random_people

ON = date(2026, 11, 23)
SCHEMES = (
    "cn/work-permit",
    "ca/express-entry-crs",
    "sg/compass",
    "jp/highly-skilled-professional-b",
    "cn/k-visa",
    "hk/ttps",
)


def expected(rules: jifen.Jifen, scheme: str, person: dict) -> tuple:
    """Status, outcome and bounds as the reference engine gives them."""
    plan = rules.plan(scheme, ON)
    assert plan
    state = State(plan, person, ON)
    status, possible = state.status()
    total = state.total()
    outcome = possible[-1] if status == "qualifies" else None
    return (status, outcome, *((total.low, total.high) if total else (None, None)))


def given(row: dict, scheme: str) -> tuple:
    name = scheme.replace("/", "_").replace("-", "_")
    return tuple(row.get(f"{name}_{part}") for part in ("status", "outcome", "low", "high"))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_rows_get_the_answers_of_the_reference_engine(rules: jifen.Jifen, scheme: str) -> None:
    """Of people on both sides of every edge, half of them with facts unknown, none differs."""
    plan = rules.plan(scheme, ON)
    assert plan
    people = random_people(rules, plan, 60, seed=11)
    table = evaluate(as_table(rules, people), rules, [scheme], ON).read_all()
    assert [given(r, scheme) for r in table.to_pylist()] == [expected(rules, scheme, p) for p in people]


def test_a_row_with_a_birth_date_gets_the_age_of_the_day_asked_about(rules: jifen.Jifen) -> None:
    table = pa.table({"birth_date": [date(2008, 11, 23), date(2008, 11, 24), None]})
    reader = evaluate(table, rules, ["cn/work-permit"], ON, where="age >= 18")
    assert reader.read_all()["birth_date"].to_pylist() == [date(2008, 11, 23)]


def test_a_scheme_that_is_not_in_force_says_so_in_every_row(rules: jifen.Jifen) -> None:
    table = evaluate(pa.table({"age": [30, 40]}), rules, ["cn/k-visa"], "2020-01-01").read_all()
    assert table["cn_k_visa_status"].to_pylist() == ["not in force", "not in force"]


def test_only_the_columns_to_keep_go_through(rules: jifen.Jifen) -> None:
    table = pa.table({"id": [7], "name": ["somebody"], "age": [30]})
    assert evaluate(table, rules, ["hk/ttps"], ON, keep=["id"]).schema.names == [
        "id",
        "hk_ttps_status",
        "hk_ttps_outcome",
    ]
    assert "name" in evaluate(table, rules, ["hk/ttps"], ON).schema.names
    assert evaluate(table, rules, ["hk/ttps"], ON, keep=[]).schema.names == ["hk_ttps_status", "hk_ttps_outcome"]


def test_a_column_that_has_the_name_of_an_answer_stays(rules: jifen.Jifen) -> None:
    table = pa.table({"hk_ttps_status": ["old"], "age": [30]})
    row = evaluate(table, rules, ["hk/ttps"], ON).read_all().to_pylist()[0]
    assert row["hk_ttps_status"] == "old"
    assert row["hk_ttps_status_2"] == "undetermined"


def test_polars_and_pandas_come_in_through_arrow(rules: jifen.Jifen) -> None:
    """Their own types of text, category and missing number give the same answers."""
    columns = {"age": [30, None, 17], "education.degree": ["master", "doctorate", None]}
    want = evaluate(pa.table(columns), rules, ["cn/work-permit"], ON, keep=[]).read_all().to_pylist()
    frames = [
        polars.DataFrame(columns),
        polars.DataFrame(columns).with_columns(polars.col("education.degree").cast(polars.Categorical)),
        pandas.DataFrame(columns),
        pandas.DataFrame(columns).astype({"education.degree": "category"}),
    ]
    for frame in frames:
        assert evaluate(frame, rules, ["cn/work-permit"], ON, keep=[]).read_all().to_pylist() == want


def test_blocks_are_answered_one_by_one(rules: jifen.Jifen) -> None:
    """A reader without end can be read from: what is asked for is computed, and nothing more."""
    schema = pa.schema([("age", pa.int64())])
    made = []

    def endless():
        while True:
            made.append(1)
            yield pa.record_batch({"age": [30] * 10}, schema=schema)

    reader = evaluate(pa.RecordBatchReader.from_batches(schema, endless()), rules, ["hk/ttps"], ON)
    assert len(reader.read_next_batch()) == 10
    assert len(reader.read_next_batch()) == 10
    assert len(made) <= 3


def test_where_takes_the_language_of_schemes(rules: jifen.Jifen) -> None:
    """A condition may use facts, and outcomes of schemes; of whom it is open, is left out."""
    table = pa.table({"id": [1, 2, 3, 4], "age": [17, 30, None, 65], "education.degree": ["master"] * 4})

    def ids(where: str) -> list[int]:
        return evaluate(table, rules, ["hk/ttps"], ON, where=where).read_all()["id"].to_pylist()

    assert ids("age >= 18") == [2, 4]
    assert ids("`age` ≥ 18 and `age` < 60") == [2]
    assert ids("not (age >= 18)") == [1]
    assert ids("education.degree >= bachelor") == [1, 2, 3, 4]
    assert ids("education.degree is doctorate") == []


def test_reasons_are_columns(rules: jifen.Jifen) -> None:
    """Points a criterion, the first requirement that fails, the distance to the pass mark."""
    table = pa.table({"age": [17, 30]})
    rows = evaluate(
        table, rules, ["model/permanent-residence"], ON, reasons=["criteria", "failing", "distance"], keep=[]
    ).read_all()
    first, second = rows.to_pylist()
    prefix = "model_permanent_residence_"
    assert (first[prefix + "points_age_low"], second[prefix + "points_age_low"]) == (0, 8)
    assert first[prefix + "failing"] is not None
    assert second[prefix + "failing"] is None
    assert second[prefix + "distance"] == second[prefix + "low"] - 70


def test_a_mapping_names_codes_currency_and_factor(rules: jifen.Jifen, tmp_path: Path) -> None:
    (tmp_path / "columns.yaml").write_text(
        "columns:\n  Pay: {fact: china.annual_salary, currency: Cur, times: 12}\n"
        "  Study: {fact: education.degree, values: {PhD: doctorate, n/a: unknown}}\n  Age: age\n"
    )
    table = pa.table({"Pay": [37_500, 37_499], "Cur": ["CNY", "cny"], "Study": ["PhD", "n/a"], "Age": [30, 30]})
    rows = evaluate(
        table, rules, ["cn/work-permit"], ON, mapping=tmp_path / "columns.yaml", reasons=["criteria"], keep=[]
    ).read_all()
    salary = [(r["cn_work_permit_points_salary_low"], r["cn_work_permit_points_salary_high"]) for r in rows.to_pylist()]
    assert salary == [(20, 20), (17, 17)]
    education = [r["cn_work_permit_points_education_high"] for r in rows.to_pylist()]
    assert education == [20, 20]


def test_a_fact_that_contradicts_others_is_a_bad_value(rules: jifen.Jifen) -> None:
    table = pa.table({"birth_date": [date(1990, 1, 1), date(1990, 1, 1), None], "age": [36, 20, 20]})
    rows = evaluate(table, rules, ["cn/work-permit"], ON, bad_rows="report", keep=[]).read_all().to_pylist()
    assert [r["problem"] for r in rows] == [None, "age: contradiction", None]
    assert rows[1]["cn_work_permit_status"] is None
    with pytest.raises(jifen.RequestError, match="row 2, column age"):
        evaluate(table, rules, ["cn/work-permit"], ON).read_all()


def test_a_day_of_birth_still_to_come_is_a_bad_value(rules: jifen.Jifen) -> None:
    """Beside it an age that contradicts: each row says what is wrong in it."""
    born = [date(1990, 1, 1), date(2027, 1, 1), date(2027, 1, 1), date(1990, 1, 1)]
    table = pa.table({"birth_date": born, "age": [36, None, 20, 20]})
    rows = evaluate(table, rules, ["cn/work-permit"], ON, bad_rows="report", keep=[]).read_all().to_pylist()
    problems = [None, "birth_date: day-to-come", "birth_date: day-to-come", "age: contradiction"]
    assert [r["problem"] for r in rows] == problems
    assert rows[1]["cn_work_permit_status"] is None


def test_same_people_in_any_block_give_the_same_answers(rules: jifen.Jifen) -> None:
    """Where blocks are cut changes nobody's answer."""
    plan = rules.plan("cn/work-permit", ON)
    assert plan
    table = as_table(rules, random_people(rules, plan, 50, seed=5))
    whole = evaluate(table, rules, ["cn/work-permit"], ON).read_all()
    random = Random(1)
    cut = sorted(random.sample(range(1, 50), 6))
    parts = [table.slice(a, b - a) for a, b in zip([0, *cut], [*cut, 50], strict=True)]
    blocks = [b for p in parts for b in p.combine_chunks().to_batches()]
    again = evaluate(pa.RecordBatchReader.from_batches(table.schema, blocks), rules, ["cn/work-permit"], ON).read_all()
    assert again.to_pylist() == whole.to_pylist()


@pytest.mark.parametrize("data", [[1, 2], {"age": [30]}, "people.parquet", None])
def test_what_does_not_speak_arrow_is_refused(rules: jifen.Jifen, data: object) -> None:
    with pytest.raises(jifen.RequestError) as caught:
        evaluate(data, rules, ["hk/ttps"], ON)
    assert caught.value.problems[0].code == "no-arrow-table"


def test_a_list_of_which_no_scheme_asks_a_code_stands_beside_the_others(rules: jifen.Jifen) -> None:
    """Every row known, none of its codes asked: the list says nothing, and is no column of another length."""
    table = pa.table({"age": [17, 30], "nationalities": pa.array([["DE"], ["FR"]])})
    answers = evaluate(table, rules, ["cn/work-permit"], on="2026-11-23", keep=[]).read_all().to_pylist()
    assert [a["cn_work_permit_status"] for a in answers] == ["does not qualify", "undetermined"]
