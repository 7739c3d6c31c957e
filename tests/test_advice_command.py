"""`jifen ask`, `path` and `when` as somebody at a prompt sees them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from test_command import DAY, ENGINEER, ROOT, Ran, jifen


def _ask(said: str, *args: str, cwd: Path = ROOT) -> Ran:
    ran = subprocess.run(
        [sys.executable, "-c", "from jifen.cli import main; main()", "ask", *DAY, *args],
        cwd=cwd, env={"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT / "src")}, input=said, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_ask_through_a_pipe_stops_when_nothing_asked_could_change_the_answer() -> None:
    """Two of three are settled at Tech.Pass: the third is not asked. Standard output holds the answer alone."""
    ran = _ask("30,000\n6\n", "-s", "sg/tech-pass")
    assert ran.code == 0
    assert ran.lines[2:4] == ["─" * 120, "● Tech.Pass qualifies Tech.Pass sg/tech-pass"]
    assert "Nothing that can be asked would change an answer." in ran.err
    assert "Questions: 2; a form with every fact would have 3." in ran.err
    assert (
        "asked by Tech.Pass: last drawn fixed monthly salary within the last year at the line or above [T]" in ran.err
    )


def test_ask_goes_back_and_takes_dont_know() -> None:
    """The second question is taken back, the first answered anew; what is unknown is never asked again."""
    ran = _ask("30000\nback\n10\n?\nwhy\n5\n", "-s", "sg/tech-pass")
    assert ran.code == 0
    asked = [line.split(":")[0].strip() for line in ran.err.splitlines() if line.startswith("   singapore.")]
    assert asked == [
        "singapore.last_drawn_salary",
        "singapore.tech_company_lead_years",
        "singapore.last_drawn_salary",
        "singapore.tech_company_lead_years",
        "singapore.tech_product_lead_years",
        "singapore.tech_product_lead_years",
    ]
    assert "○ Tech.Pass undetermined sg/tech-pass" in ran.lines


def test_ask_takes_a_date_of_birth_for_an_age_and_saves_the_profile(tmp_path: Path) -> None:
    ran = _ask("1990-05-01\n", "-s", "cn/permanent-residence/minor-child", "--save", "me.yaml", cwd=tmp_path)
    assert "1. How old are you in completed years?" in ran.err
    assert (tmp_path / "me.yaml").read_text("utf-8") == "birth_date: 1990-05-01\n"
    again = _ask("", "me.yaml", "-s", "cn/permanent-residence/minor-child", "--save", "me.yaml", cwd=tmp_path)
    assert again.code == 2
    assert again.err.splitlines()[0] == "the file exists already [file-exists]"


def test_ask_tells_a_wrong_value_and_asks_again() -> None:
    ran = _ask("much\n30000\n6\n", "-s", "sg/tech-pass", "--lang", "zh")
    assert "`singapore.last_drawn_salary` 的值格式不正确 [wrong-type]" in ran.err
    assert "再问下去不会改变任何结果。" in ran.err


def test_ask_as_json_prints_the_next_question_and_does_not_wait(tmp_path: Path) -> None:
    question = json.loads(_ask("", "-s", "sg/tech-pass", "--format", "json").out)
    assert question["fact"] == "singapore.last_drawn_salary"
    assert question["$schema"] == "urn:jifen:question:1"
    other = json.loads(_ask("", "-s", "sg/tech-pass", "--format", "json", "--unknown", question["fact"]).out)
    assert other["fact"] == "singapore.tech_company_lead_years"
    (tmp_path / "me.yaml").write_text("age: 17\n", "utf-8")
    assert _ask("", str(tmp_path / "me.yaml"), "-s", "cn/work-permit", "--format", "json").out == "null\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("people.csv", "singapore.tech_product_lead_years,singapore.tech_company_lead_years\n0,0\n9,0\n0,0\n9,0\n"),
        (
            "weights.yaml",
            "singapore.tech_product_lead_years: {0: 50, 9: 50}\nsingapore.tech_company_lead_years: {0: 100}\n",
        ),
    ],
)
def test_a_prior_changes_the_order_of_questions(tmp_path: Path, name: str, text: str) -> None:
    """Where nobody leads a company, its years settle nothing and are asked last."""
    (tmp_path / name).write_text(text, "utf-8")
    args = ("-s", "sg/tech-pass", "--format", "json", "--prior", str(tmp_path / name))
    first = json.loads(_ask("", *args).out)
    known = ("--unknown", first["fact"])
    second = json.loads(_ask("", *args, *known).out)
    assert {first["fact"], second["fact"]} == {"singapore.last_drawn_salary", "singapore.tech_product_lead_years"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("singapore.monthly_pay: {1: 1}\n", "`singapore.monthly_pay` is not a fact of the vocabulary [unknown-fact]"),
        ("age: {30: many}\n", "this is not a number [bad-number]"),
        ("age: {300: 1}\n", "the value of `age` is outside its domain [out-of-domain]"),
        ("age: 30\n", "names with values are expected here [not-a-mapping]"),
    ],
)
def test_a_mistake_in_a_prior_is_told(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "prior.yaml").write_text(text, "utf-8")
    ran = _ask("", "-s", "sg/tech-pass", "--prior", str(tmp_path / "prior.yaml"))
    assert (ran.code, ran.err.splitlines()[0]) == (2, message)


def test_path_prints_ways_with_points_clauses_and_what_the_costs_are_worth() -> None:
    ran = jifen("path", ENGINEER, "-s", "cn/work-permit", "--to", "A", "--ways", "2", *DAY)
    assert ran.code == 0
    assert ran.lines[1] == "target: Class A, high-end talent now: ● qualifies 83 points"
    assert "Way 1 effort 4 · 4 months → ● qualifies Class A, high-end talent 93 points" in ran.lines
    assert any("Years of continuous work in China: 3 → 5" in line and "+5 6 24" in line for line in ran.lines)
    assert "(uncertain)" in ran.out


def test_path_says_when_the_law_of_that_day_gives_less() -> None:
    """A nomination takes nine months, in which a birthday takes eleven points."""
    ran = jifen("path", ENGINEER, "-s", "ca/express-entry-crs", "--points", "500", "--ways", "1", *DAY)
    assert any("When it is done, about 2027-08" in line and "942 points" in line for line in ran.lines)


def test_path_that_does_not_exist_names_its_limit_and_exits_1() -> None:
    ran = jifen("path", ENGINEER, "-s", "hk/ttps", *DAY)
    assert ran.code == 1
    assert "Cannot be reached under this planning model, because" in ran.lines
    assert any("520,000 → 2,500,000 HKD a year or more" in line for line in ran.lines)


def test_path_across_puts_the_nearest_scheme_first() -> None:
    ran = jifen("path", ENGINEER, "--across", "-s", "hk", "-s", "sg/tech-pass", *DAY, "--format", "json")
    assert ran.code == 0
    found = json.loads(ran.out)
    assert found[0]["scheme"] == "hk/qmas"
    assert found[0]["reached"] is True
    assert len(found) >= 5


def test_path_without_a_scheme_is_a_mistake() -> None:
    ran = jifen("path", ENGINEER)
    assert (ran.code, ran.err.splitlines()[0]) == (2, "no scheme is named [no-scheme-named]")


def test_when_prints_the_last_day_before_a_loss(tmp_path: Path) -> None:
    ran = jifen("when", ENGINEER, "-s", "sg/compass", "-n", "1", *DAY, "--svg", str(tmp_path / "when.svg"))
    assert ran.code == 0
    assert "Best: now until 2026-12-31" in ran.lines
    assert "Apply before 2027-01-01: you lose 10 points that day" in ran.lines
    assert (tmp_path / "when.svg").read_text("utf-8").startswith("<svg ")
    again = jifen("when", ENGINEER, "-s", "sg/compass", "-n", "1", *DAY, "--svg", str(tmp_path / "when.svg"))
    assert (again.code, again.out) == (2, "")


def test_when_names_the_numbers_for_which_no_day_is_known() -> None:
    ran = jifen("when", ENGINEER, "-s", "cn/work-permit", "-n", "2", *DAY, "--lang", "zh")
    assert "仅给出数值，日期未知" in ran.out
    assert "--counting" in ran.out


def test_when_as_json_has_every_change_with_its_cause() -> None:
    [line] = json.loads(jifen("when", ENGINEER, "-s", "cn/work-permit", "-n", "4", *DAY, "--format", "json").out)[
        "schemes"
    ]
    [change] = line["changes"]
    assert (change["day"], change["points"], change["gain"]) == ("2030-05-17", -5, -1)
    assert change["causes"] == [{"kind": "fact", "name": "age", "before": "45", "after": "46"}]
    assert line["best"] == {"from": "2026-11-23", "before": "2030-05-17"}
