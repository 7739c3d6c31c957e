"""Somebody who meets the command for the first time: what is typed wrong, narrow windows, pipes, full disks, closed folders."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jifen import load as jifen_rules
from jifen.schemes.show import as_markdown
from test_command import DAY, ENGINEER, ROOT, Ran, jifen

COMMAND = [sys.executable, "-c", "from jifen.cli import main; main()"]


def in_environment(*args: str, cwd: Path = ROOT, stdin: str = "", **environment: str) -> Ran:
    """Run the command with more in its environment and something on standard input."""
    ran = subprocess.run(
        [*COMMAND, *args],
        cwd=cwd, env={"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT / "src"), **environment}, input=stdin, capture_output=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.mark.parametrize(
    ("args", "first"),
    [
        (["chek"], "there is no command `chek` [no-such-command]"),
        (["check"], "`jifen check` needs PROFILE [missing-argument]"),
        (["check", "--scheme"], "the command line cannot be read [bad-usage]"),
        (["check", ENGINEER, "--langg", "zh"], "`jifen check` has no option `--langg` [no-such-option]"),
        (["check", ENGINEER, "--format", "xml"], "--format cannot take this value [option-value]"),
        (["check", ENGINEER, "more.yaml"], "the command line cannot be read [bad-usage]"),
        (["find", "--within", "-3", "school"], "--within cannot take this value [option-value]"),
        (["find", "--within", "3"], "`jifen find` needs --near [missing-argument]"),
        (["find", "--in", "foo"], "there is no register `foo` [no-such-register]"),
        (["show", "hk"], "`hk` is a group of schemes [group-of-schemes]"),
        (["check", "."], "this is not a file [not-a-file]"),
        (["check", "/dev/null"], "this is not a file [not-a-file]"),
        (["lint", "registers"], "there is no scheme here [no-documents]"),
    ],
)
def test_what_is_typed_wrong_is_told_in_the_one_grammar(args: list[str], first: str) -> None:
    """A mistake at the prompt is told like every other: one sentence, its code, what was expected; exit code 2."""
    ran = jifen(*args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == first


def test_what_is_typed_wrong_is_told_in_chinese() -> None:
    """With --lang zh a wrong option is told in Chinese."""
    ran = jifen("check", ENGINEER, "--lang", "zh", "--formt", "json")
    assert ran.err.splitlines() == [
        "`jifen check` 没有选项 `--formt` [no-such-option]",
        "  应为：选项；可用 `jifen check --help` 列出",
        "  实为：--formt",
        "  最接近：--format",
    ]


def test_what_is_typed_wrong_is_json_where_json_was_asked_for() -> None:
    """A program that asks for JSON gets a wrong option as JSON too."""
    ran = jifen("check", ENGINEER, "--format", "json", "--dy", "2026-01-01")
    assert ran.code == 2
    assert [p["code"] for p in json.loads(ran.out)["problems"]] == ["no-such-option"]


def test_the_version_can_be_asked_for() -> None:
    """`jifen --version` says the version and nothing else."""
    ran = jifen("--version")
    assert (ran.code, ran.out) == (0, "jifen 0.1.0\n")


def test_a_profile_may_come_through_a_pipe() -> None:
    """`-` stands for standard input."""
    ran = in_environment("check", "-", "-s", "cn/k-visa", *DAY, "--format", "json", stdin="education.degree: none\n")
    assert ran.code == 0
    assert [a["scheme"] for a in json.loads(ran.out)] == ["cn/k-visa"]


def test_a_profile_on_a_pipe_may_not_be_endless() -> None:
    """More than a megabyte through a pipe is refused like a file of that size."""
    ran = in_environment("check", "-", stdin="# padding\n" * 200_000)
    assert ran.code == 2
    assert ran.err.splitlines()[0] == "the file is too large [file-too-large]"


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_narrow_window_is_kept_to(width: int) -> None:
    """No line of an answer is wider than COLUMNS, and none ends in blanks."""
    ran = in_environment("check", ENGINEER, "-s", "cn/work-permit", *DAY, COLUMNS=str(width))
    assert ran.code == 0
    assert max(len(line) for line in ran.out.splitlines()) <= width
    assert [line for line in ran.out.splitlines() if line != line.rstrip()] == []


def test_a_full_disk_is_told_and_is_no_stack_trace() -> None:
    """What cannot be written to standard output is told in one sentence."""
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*COMMAND, "schemes", "hk"], cwd=ROOT, env={"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT / "src")}, stdout=full,
            stderr=subprocess.PIPE, encoding="utf-8", check=False,
        )  # fmt: skip
    assert ran.returncode == 2
    assert ran.stderr.splitlines()[0] == "the file cannot be written [cannot-write]"
    assert "Traceback" not in ran.stderr


def test_a_reader_that_goes_away_is_no_mistake() -> None:
    """`jifen facts | head -1` says nothing on standard error."""
    ran = subprocess.run(
        ["bash", "-c", f'"{sys.executable}" -c "from jifen.cli import main; main()" facts | head -1'], cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert (ran.stdout.split(), ran.stderr) == (["fact", "title", "type", "values"], "")


@pytest.mark.parametrize("home", ["/dev/null", "/proc/nowhere", ""])
def test_a_home_that_cannot_be_written_is_done_without(home: str) -> None:
    """Where nothing can be cached the answer is the same."""
    ran = in_environment("schemes", "hk", "--format", "json", HOME=home)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("spoilt", [b"", b"\x80\x04", b"\x80\x04\x8c\x03\xff\xff\xff.", b"hello world", b"\x80\x04N."])
def test_a_spoilt_cache_is_as_if_it_were_not_there(tmp_path: Path, spoilt: bytes) -> None:
    """A file of the cache that was cut or overwritten is made anew."""
    first = in_environment("schemes", "hk", XDG_CACHE_HOME=str(tmp_path))
    [kept] = tmp_path.rglob("shelf.pickle")
    kept.write_bytes(spoilt)
    assert in_environment("schemes", "hk", XDG_CACHE_HOME=str(tmp_path)) == first


def test_a_misspelt_file_offers_the_one_beside_it() -> None:
    """A profile that is not there: the file with nearly its name is offered."""
    ran = jifen("check", "profiles/enginer.yaml")
    assert ran.err.splitlines()[-1] == "  nearest: profiles/engineer.yaml"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("年龄: 30", "nearest: age"),
        ("Annual salary in China: 30", "nearest: china.annual_salary"),
        (
            "education: master",
            "nearest: education.degree, education.degree_years_ago, education.degree_date, education.stem",
        ),
        ("nationalities: [France]", "nearest: FR"),
        ("nationalities: [法国]", "nearest: FR"),
        ("education.degree: 硕士", "nearest: master"),
        ("family.partner: maybe", "expected: a value such as yes / no"),
        ("china.universities: well_known", "expected: a value such as [high_level_foreign, well_known]"),
        ("age: " + "9" * 5000, "found: " + "9" * 120 + "…"),
    ],
)
def test_a_mistake_in_a_profile_offers_what_was_meant(tmp_path: Path, line: str, told: str) -> None:
    """Words in either language lead to the fact or the code; what is endless is cut."""
    (tmp_path / "me.yaml").write_text(line + "\n", "utf-8")
    ran = jifen("check", "me.yaml", cwd=tmp_path)
    assert ran.code == 2
    assert told in [text.strip() for text in ran.err.splitlines()]


def test_facts_are_found_by_a_word_in_either_language() -> None:
    """A word of a title or a name finds its facts; the middle of a word does not."""
    assert "china.annual_salary" in jifen("facts", "salary").out
    assert jifen("facts", "salary").out.count("\n") > 3
    assert jifen("facts", "在华年薪").lines[0] == "china.annual_salary Annual salary in China money"
    assert jifen("facts", "prises").code == 2


def test_a_fact_of_spells_says_what_may_be_written() -> None:
    """Spells show an example with every attribute that a rule may ask, and who asks them."""
    lines = jifen("facts", "work.spells").lines
    assert "[{from: 2015-03-01, until: 2019-02-28" in lines[2]
    assert "country: " in lines[2]


def test_a_new_profile_is_about_one_kind_of_subject(tmp_path: Path) -> None:
    """Of a group with schemes for people and for organisations, a new profile has the facts of those for people."""
    assert jifen("new", "me.yaml", "-s", "cn", cwd=tmp_path).code == 0
    assert "#organisation." not in (tmp_path / "me.yaml").read_text("utf-8")
    assert jifen("new", "us.yaml", "-s", "cn", "--about", "organisation", cwd=tmp_path).code == 0
    assert "#organisation.in_beijing:" in (tmp_path / "us.yaml").read_text("utf-8").splitlines()


def test_a_new_profile_for_a_day_without_law_is_refused(tmp_path: Path) -> None:
    """Where none of the schemes is in force there is nothing to ask, and no file is written."""
    ran = jifen("new", "me.yaml", "-s", "cn/k-visa", "--on", "2020-01-01", cwd=tmp_path)
    assert (ran.code, list(tmp_path.iterdir())) == (2, [])


def test_replay_with_another_profile_says_so_even_if_the_answer_is_the_same(tmp_path: Path) -> None:
    """The K visa does not ask the age: the answer stays, and the officer sees that the profile is not the one of the receipt."""
    (tmp_path / "me.yaml").write_text("education.degree: none\n", "utf-8")
    (tmp_path / "other.yaml").write_text("education.degree: none\nage: 40\n", "utf-8")
    answer = jifen("check", "me.yaml", "-s", "cn/k-visa", *DAY, "--format", "json", cwd=tmp_path)
    (tmp_path / "answer.json").write_text(answer.out, "utf-8")
    ran = jifen("replay", "answer.json", "other.yaml", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "● cn/k-visa  2026-11-23  the same answer; not as before: profile\n")


def test_coverage_is_told_in_the_words_of_the_law(tmp_path: Path) -> None:
    """What the worked examples leave untried is named by heading and words, in both languages, with its id."""
    law = (ROOT / "docs" / "errors.md").read_text("utf-8")
    law = law[law.index("---\nscheme: xx/example") : law.index("and the vocabulary")].rpartition("```")[0]
    folder = tmp_path / "policies" / "xx" / "example"
    folder.mkdir(parents=True)
    (folder / "2020-01-01.md").write_text(law, "utf-8")
    case = "  - {case: young, on: 2020-06-01, profile: {age: 20, prizes: []}, expect: {status: does not qualify}}\n"
    (folder / "cases.yaml").write_text(f"scheme: xx/example\ncases:\n{case}", "utf-8")
    ran = jifen("test", "xx/example", "--policies", "policies", cwd=tmp_path)
    assert ran.lines == [
        "● xx/example 1 case 9 of 13 untried",
        "row never hit Age: 26–45 age_points",
        "row never hit Age: otherwise age_points",
        "never true Settled: has a partner settled.1",
        "never true Requirements: paid twice the average 2",
        "never true Class A: 30 points or more A.1",
        "never true Merit: Nobel laureate merit.1",
        "never false Settled: has a partner settled.1",
        "never false Requirements: of full age 1",
        "never false Requirements: paid twice the average 2",
        "1 passed, 0 failed",
    ]
    ran = jifen("test", "xx/example", "--policies", "policies", "--lang", "zh", cwd=tmp_path)
    assert ran.lines[:2] == ["● xx/example 1 个案例 13 项中 9 项未试", "从未适用的行 年龄：26–45 age_points"]


def test_a_narrow_list_cuts_nothing() -> None:
    """In a window too narrow for the table every row is a paragraph, with all its words."""
    ran = in_environment("compare", ENGINEER, "--with", "sg/compass", *DAY, COLUMNS="40")
    assert ran.lines[:3] == ["SG Employment Pass with COMPASS", "● qualifies points 70 Employment", "Pass"]
    ran = in_environment("facts", "canada", COLUMNS="40")
    assert "…" not in ran.out
    assert ran.lines[0] == "canada.partner_accompanies"


def test_many_answers_end_with_their_count() -> None:
    """After the answers of many schemes stands how many are of which status."""
    lines = jifen("check", ENGINEER, "-s", "sg", "-s", "hk", *DAY).lines
    assert lines[-3] == "● 2 qualifies ✕ 5 does not qualify"


def test_the_law_is_shown_in_one_language_where_one_is_asked_for() -> None:
    """`show` prints both languages; with --lang each line keeps its rule and its citation, and the words of one."""
    both = jifen("show", "cn/work-permit", *DAY, "--format", "markdown").out.splitlines()
    english = jifen("show", "cn/work-permit", *DAY, "--format", "markdown", "--lang", "en").out.splitlines()
    chinese = jifen("show", "cn/work-permit", *DAY, "--format", "markdown", "--lang", "zh").out.splitlines()
    assert (both[0], english[0], chinese[0]) == (
        "# Work permit for foreigners · 外国人来华工作许可", "# Work permit for foreigners", "# 外国人来华工作许可",
    )  # fmt: skip
    assert "1. `age` ≥ 18 — at least 18 years old · 年满18周岁" in both
    assert "1. `age` ≥ 18 — at least 18 years old" in english
    assert "1. `age` ≥ 18 — 年满18周岁" in chinese
    assert "5. 有确定的聘用单位, any one of: [B basic conditions]" in chinese
    assert "| ≥ 450,000 | 20 |" in chinese


def test_no_scheme_shown_in_english_holds_a_pair_of_words() -> None:
    """In one language no line of any scheme has its other half left, in headings, items and tables."""
    rules = jifen_rules()
    for versions in rules.shelf.schemes.values():
        text = as_markdown(versions[-1], "en")
        left = [x for x in text.splitlines() if " · " in x and not x.lstrip().startswith(">")]
        assert left == [], versions[-1].file


def test_cases_of_another_scheme_are_not_taken_for_these(tmp_path: Path) -> None:
    """A file of cases whose scheme is misspelt is refused, instead of being run for nothing."""
    folder = tmp_path / "policies" / "cn" / "k-visa"
    folder.mkdir(parents=True)
    (folder / "cases.yaml").write_text("scheme: cn/k-vsa\ncases: []\n", "utf-8")
    ran = jifen("test", "cn/k-visa", "--policies", "policies", cwd=tmp_path)
    assert ran.code == 2
    assert ran.err.splitlines()[:2] == [
        "the file does not stand in the folder of its scheme [wrong-folder]",
        "  where: policies/cn/k-visa/cases.yaml:1:9",
    ]


def test_a_need_that_nobody_knows_offers_needs_and_no_inner_codes() -> None:
    """What can be asked for is listed, without the codes by which indicators say how exact they are."""
    told = jifen("find", "--need", "foo").err
    assert " ib," in told
    assert "at_most" not in told


def test_problems_as_data_are_told_in_the_language_asked_for(tmp_path: Path) -> None:
    profile = tmp_path / "me.yaml"
    profile.write_text("agee: 30\n", "utf-8")
    ran = jifen("check", str(profile), "--format", "json", "--lang", "zh")
    [problem] = json.loads(ran.out)["problems"]
    assert (ran.code, problem["code"], problem["hint"]) == (2, "unknown-fact", "age")
    assert problem["message"] == "词汇表中没有事实 `agee`"
