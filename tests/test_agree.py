"""Every engine agrees with the reference: the kernel in each of its forms, the generated function, the conformance cases."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jifen.answers.door import Jifen
from jifen.cli.app import whole_application
from jifen.engines.agreement import agree
from jifen.engines.conformance import document, law_hash, read_cases, says
from jifen.engines.python import Short, compile_function
from jifen.schemes.shelf import policy_folder, scheme_files

DAY = date(2026, 11, 23)
SCHEMES = sorted({p.parent.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())})
CASES = Path(__file__).parent.parent / "conformance"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_engine_differs_from_the_reference(rules: Jifen, scheme: str) -> None:
    """People on both sides of every edge, random people with much and little unknown, all combinations of small criteria."""
    plan = rules.plan(scheme, DAY)
    if plan is None:
        return
    evidence = agree(scheme, plan, rules.vocabulary, rules.derivations, DAY, 12, "tests")
    assert evidence.examples == []
    assert evidence.differences == 0
    assert evidence.boundary > 0


@pytest.mark.parametrize("form", ["plain", "numpy"])
@pytest.mark.parametrize(
    "scheme", ["ca/express-entry-crs", "sg/compass", "cn/work-permit", "jp/highly-skilled-professional-a"]
)
def test_the_kernel_agrees_without_byte_shuffles_and_without_llvm(
    rules: Jifen, scheme: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIFEN_KERNEL", form)
    plan = rules.plan(scheme, DAY)
    assert plan
    assert agree(scheme, plan, rules.vocabulary, rules.derivations, DAY, 40, form).examples == []


def test_every_conformance_case_made_from_the_law_of_today_holds(rules: Jifen) -> None:
    held = 0
    for path in sorted(CASES.rglob("*.json")):
        head, cases = read_cases(path, rules.vocabulary)
        day = date.fromisoformat(head["as_of"])
        plan = rules.plan(head["scheme"], day)
        if plan is None or law_hash(plan) != head["law_hash"]:
            continue
        function = compile_function(plan)
        for case in cases:
            assert says(plan, case.profile, day) == case.says, path
            assert function(case.profile, day).status == case.says["status"], path
            held += 1
    assert held > 0


def test_a_conformance_file_says_what_it_is_about_and_is_the_same_each_time(rules: Jifen) -> None:
    plan = rules.plan("cn/k-visa", DAY)
    assert plan
    text = document(plan, rules.vocabulary, DAY, 3)
    assert text == document(plan, rules.vocabulary, DAY, 3)
    data = json.loads(text)
    assert (data["$schema"], data["scheme"], data["version"]) == ("urn:jifen:conformance:1", "cn/k-visa", "2025-10-01")
    assert [sorted(c) for c in data["cases"]] == [["criteria", "outcome", "points", "profile", "status"]] * 3


def test_the_generated_function_says_what_is_certain_and_no_more(rules: Jifen) -> None:
    plan = rules.plan("cn/work-permit", DAY)
    assert plan
    function = compile_function(plan)
    assert function({"age": 17}, DAY).status == "does not qualify"
    assert function({}, DAY) == Short("undetermined", None, (0, 110))


def test_the_command_writes_its_evidence(tmp_path: Path) -> None:
    file = tmp_path / "evidence.json"
    arguments = ["agree", "cn/k-visa", "-n", "20", "--on", "2026-11-23", "--evidence", str(file)]
    result = CliRunner().invoke(whole_application(), arguments)
    assert result.exit_code == 0, result.output
    [evidence] = json.loads(file.read_text())
    assert (evidence["scheme"], evidence["random_people"], evidence["differences"]) == ("cn/k-visa", 20, 0)
    assert "No engine differs from the reference." in result.output


def test_a_conformance_case_that_does_not_hold_is_a_failure(tmp_path: Path, rules: Jifen) -> None:
    plan = rules.plan("cn/k-visa", DAY)
    assert plan
    wrong = json.loads(document(plan, rules.vocabulary, DAY, 2))
    wrong["cases"][0]["status"] = "not in force"
    (tmp_path / "cn").mkdir()
    (tmp_path / "cn" / "k-visa.json").write_text(json.dumps(wrong))
    arguments = ["agree", "cn/k-visa", "-n", "0", "--on", "2026-11-23", "--cases", str(tmp_path), "--format", "json"]
    result = CliRunner().invoke(whole_application(), arguments)
    assert result.exit_code == 1
    [found] = json.loads(result.output)
    assert found["conformance"] == {"cases": 2, "differences": 1, "stale": False}
