"""The commands verify, diff, cases and show --diagram, as people run them."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jifen.cli.app import whole_application
from jifen.problems import RequestError

SEEDS = Path(__file__).parent / "seeds"


def run(*words: str):
    return CliRunner().invoke(whole_application(), list(words))


def test_verify_says_that_a_scheme_holds() -> None:
    result = run("verify", "cn/k-visa", "--jobs", "1")
    assert result.exit_code == 0
    assert "● cn/k-visa  holds" in result.stdout
    assert "Every check of every scheme holds" in result.stdout


def test_verify_shows_accepted_oddities_in_chinese() -> None:
    result = run("verify", "hk/ttps", "--lang", "zh", "--jobs", "1")
    assert result.exit_code == 0
    assert "成立" in result.stdout
    assert "已接受：计划规定C类申请人工作经验少于三年" in result.stdout.replace("\n", "")


def test_verify_proves_several_schemes_at_once_and_prints_json() -> None:
    result = run("verify", "cn/k-visa", "hk/ttps", "--jobs", "2", "--format", "json")
    assert result.exit_code == 0
    reports = json.loads(result.stdout)
    assert [(r["scheme"], r["holds"]) for r in reports] == [("cn/k-visa", True), ("hk/ttps", True)]
    assert reports[1]["accepted"][0]["id"] == "changes-nothing C.3"


def test_verify_shows_a_person_who_meets_two_outcomes() -> None:
    result = run("verify", "jp/highly-skilled-professional-c", "--overlaps", "--jobs", "1")
    assert result.exit_code == 0
    assert "one person can meet both hsp_80 and hsp_70; the first is the answer  2025-10-16" in result.stdout
    assert "      outcome: hsp_80\n" in result.stdout
    [report] = json.loads(run("verify", "hk/ttps", "--jobs", "1", "--format", "json").stdout)
    pairs = [(o["first"], o["second"]) for o in report["ordered_outcomes"] if o["version"] == "2024-10-16"]
    assert pairs == [("A", "B"), ("A", "C")]
    assert all("outcome: A\n" in o["case"] + "\n" for o in report["ordered_outcomes"])


def test_verify_of_a_draft_names_the_row_and_a_person_and_ends_with_one(tmp_path: Path) -> None:
    home = tmp_path / "xx" / "points"
    home.mkdir(parents=True)
    text = (SEEDS / "base.md").read_text("utf-8").replace("| 46–60 | 10 |", "| 47–60 | 10 |")
    (home / "2020-01-01.md").write_text(text, "utf-8")
    result = run("verify", str(home / "2020-01-01.md"))
    assert result.exit_code == 1
    assert "no row of `age_points` covers Age 46" in result.stdout
    assert "47–60 → 10 [L §4]" in result.stdout
    assert "age: 46" in result.stdout


def test_diff_prints_rows_regions_and_that_it_is_complete() -> None:
    result = run("diff", "ca/express-entry-crs@2025-01-01", "ca/express-entry-crs@2026-01-01")
    assert result.exit_code == 0
    assert "teer_0_to_3 → 50 [G24 D, arranged employment]" in result.stdout
    assert "50 → 0: Qualifying job offer in Canada" in result.stdout
    assert "1. In the pool, ranked by score (stays), 50 fewer points" in result.stdout
    assert "Complete:" in result.stdout


WAGES = ("cn/permanent-residence/market-salary@2024-12-01", "cn/permanent-residence/market-salary@2026-01-01")
"""Beijing asked for 500,000 a year until 2025, and asks for more since."""


def test_diff_counts_who_loses_among_the_people_of_a_file(tmp_path: Path) -> None:
    """Of 40 people who all qualified, the 25 at 500,000 lose, the 15 at 900,000 do not."""
    facts = {
        "china.continuous_work_years": 5, "residence.least_months_4_years": 12, "healthy": "yes", "no_criminal_record": "yes",
        "residence.obeys_law": "yes", "authority.earlier_wage_amounts": "no",
    }  # fmt: skip
    names = ["china.lowest_annual_salary", "china.lowest_annual_tax", *facts]
    rows = [[500_000, 100_000]] * 25 + [[900_000, 200_000]] * 15
    lines = [",".join(names), *(",".join(map(str, [*r, *facts.values()])) for r in rows)]
    file = tmp_path / "people.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    result = run("diff", *WAGES, "--population", str(file), "--format", "json")
    assert result.exit_code == 0, result.output
    counted = json.loads(result.stdout)["population"]
    assert (counted["people"], counted["before"]["qualify"], counted["after"]["qualify"]) == (40, 40, 15)
    assert counted["changes"]["loses"] == 25
    assert "qualify: before 40 (100.0 %) → after 15 (37.5 %)" in run("diff", *WAGES, "--population", str(file)).stdout


def test_diff_with_a_population_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no-input"):
        raise run("diff", *WAGES, "--population", str(tmp_path / "people.csv")).exception  # type: ignore[misc]


def test_diff_prints_chinese_and_json() -> None:
    pair = ("hk/qmas@2020-12-01", "hk/qmas@2024-01-01")
    assert "不再成立" not in run("diff", *pair, "--lang", "zh").stdout
    assert "现在成立" in run("diff", *pair, "--lang", "zh").stdout
    data = json.loads(run("diff", *pair, "--format", "json").stdout)
    assert [r["by"] for r in data["regions"]] == [{"scope.1": 1}]


def test_diff_of_two_files(tmp_path: Path) -> None:
    home = tmp_path / "xx" / "points"
    home.mkdir(parents=True)
    text = (SEEDS / "base.md").read_text("utf-8")
    (home / "2020-01-01.md").write_text(text, "utf-8")
    later = text.replace("from: 2020-01-01}", "from: 2021-01-01}").replace("| master | 20 |", "| master | 25 |")
    (home / "2021-01-01.md").write_text(later.replace("At most 120", "At most 120"), "utf-8")
    result = run("diff", f"{home}/2020-01-01.md@2021-06-01", f"{home}/2021-01-01.md@2021-06-01")
    assert result.exit_code == 0
    assert "20 → 25: Highest degree: Master's degree" in result.stdout


def test_diff_says_when_nothing_differs() -> None:
    result = run("diff", "cn/k-visa@2025-11-01", "cn/k-visa@2026-01-01")
    assert "Nothing differs: everybody has the same outcome and the same points." in result.stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("diff", "cn/k-visa@2020-01-01", "cn/k-visa@2026-01-01"), "not-in-force"),
        (("diff", "cn/k-vise@2026-01-01", "cn/k-visa@2026-01-01"), "no-such-scheme"),
        (("diff", "nowhere.md", "cn/k-visa@2026-01-01"), "no-such-file"),
        (("diff", "cn/k-visa@soon", "cn/k-visa@2026-01-01"), "bad-day"),
        (("verify", "nowhere.md"), "no-such-file"),
        (("verify", "cn/k-vise"), "no-such-scheme"),
        (("cases", "cn/k-vise", "--edges"), "no-such-scheme"),
    ],
)
def test_a_mistake_in_what_was_asked_is_told_by_its_code(words: tuple[str, ...], code: str) -> None:
    error = run(*words).exception
    assert isinstance(error, RequestError)
    assert error.problems[0].code == code


def test_cases_are_written_for_approval() -> None:
    result = run("cases", "cn/k-visa", "--edges", "--on", "2026-01-01")
    assert result.stdout.startswith("scheme: cn/k-visa\n# Made from the version in force from 2025-10-01.")
    assert "status: qualifies" in result.stdout


def test_cases_need_one_way_of_making_them() -> None:
    assert run("cases", "cn/k-visa").exit_code == 2
    assert run("cases", "cn/k-visa", "--edges", "--mcdc").exit_code == 2


@pytest.mark.parametrize(
    ("lang", "words"), [("en", ["Category C, recent graduate", "no outcome"]), ("zh", ["C类，近年毕业生", "无结果"])]
)
def test_show_draws_the_decision(tmp_path: Path, lang: str, words: list[str]) -> None:
    path = tmp_path / "decision.svg"
    result = run("show", "hk/ttps", "--on", "2026-01-01", "--diagram", str(path), "--lang", lang)
    assert result.exit_code == 0
    root = ET.fromstring(path.read_text("utf-8"))
    texts = [t.text for t in root.iter("{http://www.w3.org/2000/svg}text")]
    assert [w for w in words if w not in texts] == []


def test_a_picture_goes_nowhere_that_does_not_exist(tmp_path: Path) -> None:
    error = run("show", "hk/ttps", "--diagram", str(tmp_path / "no" / "decision.svg")).exception
    assert isinstance(error, RequestError)


# --- the diagram over cells ------------------------------------------------------------------------------------


def _texts(path: Path) -> list[str]:
    return [e.text or "" for e in ET.parse(path).iter() if e.tag.endswith("text")]


@pytest.mark.parametrize(
    ("lang", "told", "ask", "cell", "end"),
    [
        ("en", "Complete: 9 boxes, 9 facts.", "Years of work in the last five", "≥ 3 years", "Category A, high income"),
        ("zh", "完整：9个框，9项事实。", "过去五年内的工作年限", "≥ 3年", "A类，高收入人士"),
    ],
)
def test_show_draws_facts_cells_and_outcomes(
    tmp_path: Path, lang: str, told: str, ask: str, cell: str, end: str
) -> None:
    path = tmp_path / "cells.svg"
    result = run("show", "hk/ttps", "--on", "2026-01-01", "--diagram", str(path), "--cells", "outcome", "--lang", lang)
    assert result.exit_code == 0
    texts = _texts(path)
    assert told in texts[1]
    assert {ask, cell, end} <= set(texts)


def test_a_diagram_of_a_criterion_ends_in_its_points(tmp_path: Path) -> None:
    path = tmp_path / "salary.svg"
    run("show", "cn/work-permit", "--on", "2026-01-01", "--diagram", str(path), "--cells", "salary")
    ends = [t for t in _texts(path) if t.endswith(" points")]
    assert ends == ["0 points", "5 points", "8 points", "11 points", "14 points", "17 points", "20 points"]


def test_a_large_diagram_is_drawn_from_the_top_and_says_what_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "large.svg"
    run("show", "cn/work-permit", "--on", "2026-01-01", "--diagram", str(path), "--cells", "outcome")
    texts = _texts(path)
    assert texts[1].endswith("The first 64 of 7538 boxes are drawn; dashed boxes stand for the rest.")
    assert any(t.endswith(" boxes not drawn") for t in texts)


def test_points_that_add_up_stand_in_the_cells(tmp_path: Path) -> None:
    path = tmp_path / "points.svg"
    run("show", "jp/highly-skilled-professional-b", "--on", "2026-01-01", "--diagram", str(path), "--cells", "points")
    assert {"+5", "+30", "Highest degree"} <= set(_texts(path))


def test_a_diagram_of_what_a_scheme_does_not_have_is_refused_with_the_nearest(tmp_path: Path) -> None:
    error = run("show", "cn/work-permit", "--diagram", str(tmp_path / "x.svg"), "--cells", "salery").exception
    assert isinstance(error, RequestError)
    assert error.problems[0].nearest == "salary"
    assert not (tmp_path / "x.svg").exists()


def test_cells_need_a_picture() -> None:
    assert run("show", "cn/work-permit", "--cells", "salary").exit_code == 2
