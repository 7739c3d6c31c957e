"""Every engine agrees with the reference: the kernel in each of its forms, the generated function, the conformance cases."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jifen.answers.door import Jifen
from jifen.cli.app import whole_application
from jifen.engines import python
from jifen.engines.agreement import Size, agree, columns, compare, others
from jifen.engines.conformance import document, law_hash, read_cases, says
from jifen.engines.kernel.writer import Writer
from jifen.engines.python import Short, compile_function
from jifen.schemes.shelf import policy_folder, scheme_files

DAY = date(2026, 11, 23)
SCHEMES = sorted({p.parent.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())})
CASES = Path(__file__).parent.parent / "conformance"


FEW = Size(people=24, browser=0, strange=4)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_no_engine_differs_from_the_reference(rules: Jifen, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """People on both sides of every edge, random people with much and little unknown, values that cannot be, small criteria whole."""
    monkeypatch.setattr(compare, "COMBINATIONS", 20_000)
    monkeypatch.setattr(compare, "_ONE_BY_ONE", 40)
    plan = rules.plan(scheme, DAY)
    if plan is None:
        return
    evidence = agree(scheme, plan, rules.vocabulary, rules.derivations, DAY, FEW, "tests")
    assert evidence.examples == []
    assert evidence.differences == 0
    assert evidence.people["edges"] > 0
    assert evidence.engines["reference, one by one"]["people"] >= 30


@pytest.mark.parametrize("form", ["plain", "numpy"])
@pytest.mark.parametrize(
    "scheme", ["ca/express-entry-crs", "sg/compass", "cn/work-permit", "jp/highly-skilled-professional-a"]
)
def test_the_kernel_agrees_without_byte_shuffles_and_without_llvm(
    rules: Jifen, scheme: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIFEN_KERNEL", form)
    monkeypatch.setattr(compare, "COMBINATIONS", 0)
    monkeypatch.setattr(compare, "_ONE_BY_ONE", 40)
    plan = rules.plan(scheme, DAY)
    assert plan
    size = Size(people=24, function=2, browser=0, strange=4)
    evidence = agree(scheme, plan, rules.vocabulary, rules.derivations, DAY, size, form)
    assert (evidence.examples, evidence.differences) == ([], 0)


def test_every_situation_of_a_small_scheme_is_tried(rules: Jifen) -> None:
    """Four facts of a yes, a no and unknown, and the degree: 3 × 3 × 3 × 3 × 3 cells."""
    evidence = asked(rules, "cn/k-visa")
    assert evidence.people == {"edges": 24, "random": 100, "combinations": 243, "out of domain": 10}
    assert evidence.engines["kernel"] == {"people": 24 + 100 + 243 + 10, "differences": 0}
    assert evidence.engines["browser"]["people"] == 20 + 20 + 10
    assert evidence.engines["sql"]["exact"] + evidence.engines["sql"]["enclosing"] == 24 + 100 + 243


def asked(rules: Jifen, scheme: str) -> compare.Evidence:
    plan = rules.plan(scheme, DAY)
    assert plan
    size = Size(people=100, browser=20, strange=10)
    return agree(scheme, plan, rules.vocabulary, rules.derivations, DAY, size, "seeded")


def differing(rules: Jifen, scheme: str = "cn/k-visa") -> dict[str, bool]:
    return {name: engine["differences"] > 0 for name, engine in asked(rules, scheme).engines.items()}


def only(engine: str) -> dict[str, bool]:
    names = ("reference, one by one", "kernel", "python", "sql", "browser", "door")
    return {name: name == engine for name in names}


def test_a_kernel_that_takes_an_edge_for_the_cell_below_is_found(rules: Jifen, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Writer._by_cell

    def below(self: Writer, variable, values, breaks, instead):  # type: ignore[no-untyped-def]
        made = right(self, variable, values, breaks, instead)
        return made if variable != "education.degree" else [made[0], *made[:-2], made[-1]]

    monkeypatch.setenv("JIFEN_NO_CACHE", "1")  # kept code is right, and what is written here must not be kept
    monkeypatch.setattr(Writer, "_by_cell", below)
    assert differing(rules) == only("kernel")


def test_a_function_that_takes_an_edge_for_the_cell_below_is_found(
    rules: Jifen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(source: str, *rest: str) -> object:
        return compile(source.replace(" < ", " <= "), *rest)  # type: ignore[call-overload]

    monkeypatch.setattr(python, "compile", wrong, raising=False)
    assert differing(rules) == only("python")


def test_sql_that_takes_an_edge_for_the_cell_below_is_found(rules: Jifen, monkeypatch: pytest.MonkeyPatch) -> None:
    right = others.write_sql
    monkeypatch.setattr(others, "write_sql", lambda *a, **k: right(*a, **k).replace(" < 1", " <= 1"))
    assert differing(rules) == only("sql")


def test_a_browser_that_takes_an_edge_for_the_cell_below_is_found(
    rules: Jifen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = tmp_path / "engine.js"
    wrong.write_text(others.ENGINE.read_text("utf-8").replace("breaks[middle] <= value", "breaks[middle] < value"))
    monkeypatch.setattr(others, "ENGINE", wrong)
    assert differing(rules) == only("browser")


def test_a_reference_in_columns_that_is_not_the_reference_is_found(
    rules: Jifen, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = columns.ReferenceColumns._settle
    monkeypatch.setattr(columns.ReferenceColumns, "_settle", lambda self, f: (right(self, f)[0] ^ 1, right(self, f)[1]))
    assert differing(rules)["reference, one by one"]


def test_a_kernel_that_lets_a_strange_value_through_is_found(rules: Jifen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("jifen.engines.kernel.kernel.check", lambda columns, vocabulary: None)
    assert differing(rules) == only("kernel")


def test_a_run_that_was_stopped_goes_on_with_the_schemes_that_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "evidence.json"
    arguments = ["agree", "cn/cas-fellowship", "-n", "10", "--browser", "0", "--on", "2026-11-23", "-j", "1"]
    arguments += ["--evidence", str(file)]
    done: list[str] = []
    right = compare.agree

    def stopped(name, *rest):  # type: ignore[no-untyped-def]
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(name)
        return right(name, *rest)

    monkeypatch.setattr("jifen.engines.agreement.agree", stopped)
    assert CliRunner().invoke(whole_application(), arguments).exit_code != 0
    assert sorted(e["scheme"] for e in json.loads(file.read_text())) == sorted(done)
    done.clear()
    assert CliRunner().invoke(whole_application(), arguments).exit_code == 0
    assert len(done) == 2
    assert len(json.loads(file.read_text())) == 4
    assert CliRunner().invoke(whole_application(), arguments).exit_code == 0
    assert len(done) == 2


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
    assert (evidence["scheme"], evidence["people"]["random"], evidence["differences"]) == ("cn/k-visa", 20, 0)
    assert evidence["conformance"] == {"cases": 24, "differences": 0, "stale": False}
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
