"""The `jifen` command as somebody at a prompt sees it: what it prints, where, and with which exit code."""

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from jifen.schemes.shelf import policy_folder

ROOT = Path(__file__).parent.parent
ENGINEER = str(ROOT / "profiles" / "engineer.yaml")
DAY = ("--on", "2026-11-23")


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines printed, with runs of blanks made one."""
        return [" ".join(line.split()) for line in self.out.splitlines()]


def jifen(*args: str, cwd: Path = ROOT) -> Ran:
    """Run the command in a process of its own, its output not a terminal."""
    ran = subprocess.run(
        [sys.executable, "-m", "jifen", *args],
        cwd=cwd, env={"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT / "src")}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture(scope="module")
def printed() -> Ran:
    return jifen("check", ENGINEER, "-s", "cn/work-permit", *DAY)


@pytest.fixture(scope="module")
def as_json() -> Ran:
    return jifen("check", ENGINEER, "-s", "cn/work-permit", *DAY, "--format", "json")


def test_check_prints_status_points_and_reasons_and_exits_0(printed: Ran) -> None:
    """A check says status, points, outcome, reasons with their article, and whose the decision is."""
    assert printed.code == 0
    assert printed.err == ""
    for line in (
        "● Work permit for foreigners qualifies 83 points Class B, professional cn/work-permit",
        "in force from: 2025-04-01",
        "60 points or more [S B(6)]",
        "Assumed: Provincial encouragement points = 0",
        "This is what the published rules give. The authority decides.",
    ):
        assert line in printed.lines


def test_output_that_is_no_terminal_has_no_colour_codes(printed: Ran) -> None:
    """Into a pipe go plain words, without escape codes."""
    assert "\x1b" not in printed.out


def test_json_of_an_answer_has_its_parts(as_json: Ran) -> None:
    """The JSON of a check parses, and holds the answer with its receipt."""
    assert as_json.code == 0
    [answer] = json.loads(as_json.out)
    assert answer["scheme"] == "cn/work-permit"
    assert answer["version"] == "2025-04-01"
    assert answer["as_of"] == "2026-11-23"
    assert answer["status"] == "qualifies"
    assert answer["points"] == {"low": 83, "high": 83}
    assert answer["pass_mark"] is None
    assert answer["outcome"] == "B"
    assert answer["missing"] == []
    assert answer["confidence"] == "confirmed"
    assert [c["points"]["low"] for c in answer["criteria"]] == [20, 10, 20, 15, 3, 0, 15, 0, 0]
    assert answer["requirements"][0] == {
        "id": "1",
        "words": {"en": "at least 18 years old", "zh": "年满18周岁"},
        "holds": True,
        "for_the_authority": False,
        "depth": 0,
        "citation": [
            {"instrument": "G", "place": "basic conditions", "sure": "confirmed"},
            {"instrument": "B", "place": "basic conditions", "sure": "confirmed"},
        ],
    }
    receipt = answer["receipt"]
    assert (receipt["scheme"], receipt["version"], receipt["as_of"]) == (
        "cn/work-permit", "2025-04-01", "2026-11-23",
    )  # fmt: skip
    assert all(len(receipt[k]) == 64 for k in ("profile_hash", "facts_hash", "scheme_hash", "answer_hash"))


def test_chinese_answer_is_in_chinese() -> None:
    """With --lang zh the same answer is said in Chinese."""
    ran = jifen("check", ENGINEER, "-s", "cn/work-permit", *DAY, "--lang", "zh")
    assert ran.code == 0
    assert "● 外国人来华工作许可 符合 83分 B类，外国专业人才 cn/work-permit" in ran.lines
    assert "以上为公布规则的结果，由主管机关最终决定。" in ran.lines


def test_compare_puts_jurisdictions_side_by_side() -> None:
    """A comparison has one line for each scheme; “does not qualify” is an answer too, and the exit code is 0."""
    ran = jifen("compare", ENGINEER, "--with", "cn/work-permit", "--with", "hk", *DAY)
    assert ran.code == 0
    assert "CN Work permit for foreigners ● qualifies 83 Class B, professional" in ran.lines
    assert "HK Top Talent Pass Scheme ✕ does not qualify" in ran.lines


def test_day_on_which_nothing_is_in_force_is_said() -> None:
    """Asked about a day before the first version, the answer says since when the scheme is in force."""
    ran = jifen("check", ENGINEER, "-s", "cn/k-visa", "--on", "2025-09-30")
    assert ran.code == 0
    assert "No version is in force on 2025-09-30; first in force from 2025-10-01." in ran.lines


def test_unknown_scheme_offers_the_nearest() -> None:
    """A misspelt scheme is a mistake of the user: exit code 2, on standard error, with the nearest name."""
    ran = jifen("check", ENGINEER, "-s", "cn/work-permt")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "there is no scheme `cn/work-permt` [no-such-scheme]",
        "  expected: the id of a scheme; `jifen schemes` lists them",
        "  found: cn/work-permt",
        "  nearest: cn/work-permit",
    ]


def test_mistake_is_json_where_json_was_asked_for() -> None:
    """A mistake in a request for JSON is a JSON object on standard output, and the exit code stays 2."""
    ran = jifen("check", ENGINEER, "-s", "cn/work-permt", "--format", "json")
    assert ran.code == 2
    [problem] = json.loads(ran.out)["problems"]
    assert (problem["code"], problem["hint"]) == ("no-such-scheme", "cn/work-permit")


def test_every_mistake_of_a_profile_is_reported_with_its_place(tmp_path: Path) -> None:
    """All mistakes of a profile come at once, each with its line and column."""
    (tmp_path / "me.yaml").write_text("chinese.hsk: 12\nhealty: yes\n", "utf-8")
    ran = jifen("check", "me.yaml", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines() == [
        "the value of `chinese.hsk` is outside its domain [out-of-domain]",
        "  where: me.yaml:1:14, chinese.hsk",
        "  expected: 0 to 9",
        "  found: 12",
        "`healty` is not a fact of the vocabulary [unknown-fact]",
        "  where: me.yaml:2:1, healty",
        "  expected: a fact; `jifen facts` lists them",
        "  found: healty",
        "  nearest: healthy",
    ]


def test_mistake_is_said_in_chinese_where_chinese_was_asked_for() -> None:
    """With --lang zh a mistake too is said in Chinese."""
    ran = jifen("check", "none.yaml", "--lang", "zh")
    assert ran.code == 2
    assert ran.err.splitlines()[1] == "  位置：none.yaml"


def test_new_writes_a_template_that_reads_as_a_profile(tmp_path: Path) -> None:
    """A new profile lists the facts of its scheme as comments, and can be checked as it stands."""
    ran = jifen("new", "me.yaml", "-s", "cn/k-visa", cwd=tmp_path)
    assert (ran.code, ran.out) == (0, "me.yaml\n")
    lines = (tmp_path / "me.yaml").read_text("utf-8").splitlines()
    assert "# What is the highest degree you hold?" in lines
    start = lines.index("#     none: Less than secondary school")
    assert lines[start + 5 : start + 7] == ["#     doctorate: Doctorate", "#education.degree:"]
    assert "#   Several, as [high_level_foreign, well_known]; [] for none." in lines
    checked = jifen("check", "me.yaml", "-s", "cn/k-visa", *DAY, cwd=tmp_path)
    assert checked.code == 0
    assert "○ Visa for young science and technology talent (K) undetermined cn/k-visa" in checked.lines


def test_new_does_not_write_over_a_file(tmp_path: Path) -> None:
    """A file that exists stays as it is, nothing else is left beside it, and --force is named."""
    (tmp_path / "me.yaml").write_text("chinese.hsk: 3\n", "utf-8")
    ran = jifen("new", "me.yaml", "-s", "cn/k-visa", cwd=tmp_path)
    assert ran.code == 2
    assert ran.err.splitlines() == [
        "the file exists already [file-exists]",
        "  where: me.yaml",
        "  expected: a new name, or --force",
    ]
    assert [f.name for f in tmp_path.iterdir()] == ["me.yaml"]
    assert (tmp_path / "me.yaml").read_text("utf-8") == "chinese.hsk: 3\n"


def test_new_that_cannot_write_leaves_nothing(tmp_path: Path) -> None:
    """Where the folder does not exist, the exit code is 2 and nothing half-written is left."""
    ran = jifen("new", "away/me.yaml", "-s", "cn/k-visa", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert list(tmp_path.iterdir()) == []


def test_interview_asks_until_the_answers_are_settled(tmp_path: Path) -> None:
    """An interview asks what decides, takes a wrong answer back, and writes only what was said."""
    ran = subprocess.run(
        [sys.executable, "-c", "from jifen.cli import main; main()", "new", "me.yaml", "--ask", "-s", "jp/j-find"],
        cwd=tmp_path, env={"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT / "src")}, input="maybe\nno\n", capture_output=True, encoding="utf-8",
        check=False,
    )  # fmt: skip
    assert ran.returncode == 0
    assert (tmp_path / "me.yaml").read_text("utf-8") == "japan.top100_university: no\n"


def test_replay_tells_the_same_answer_from_a_different_one(tmp_path: Path, as_json: Ran) -> None:
    """From its receipt an answer comes out the same; after the profile changes it differs, and says in what."""
    (tmp_path / "answer.json").write_text(as_json.out, "utf-8")
    same = jifen("replay", "answer.json", ENGINEER, cwd=tmp_path)
    assert (same.code, same.out) == (0, "● cn/work-permit  2026-11-23  the same answer\n")
    changed = Path(ENGINEER).read_text("utf-8").replace("chinese.hsk: 3", "chinese.hsk: 5")
    (tmp_path / "me.yaml").write_text(changed, "utf-8")
    other = jifen("replay", "answer.json", "me.yaml", cwd=tmp_path)
    assert (other.code, other.out) == (
        1,
        "✕ cn/work-permit  2026-11-23  a different answer; not as before: profile\n",
    )


def test_replay_of_what_is_no_receipt_is_a_mistake() -> None:
    """A file that is no receipt is named as such, with exit code 2."""
    ran = jifen("replay", ENGINEER, ENGINEER)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == "the receipt cannot be read [bad-receipt]"


def test_lint_of_a_sound_scheme_exits_0() -> None:
    """A published scheme has no problem."""
    assert jifen("lint", str(policy_folder() / "cn" / "k-visa")).code == 0


def test_lint_of_a_broken_scheme_exits_1_with_the_line(tmp_path: Path) -> None:
    """A misspelt fact in a scheme is reported with file, line, column, heading, and the nearest name."""
    law = (policy_folder() / "cn" / "k-visa" / "2025-10-01.md").read_text("utf-8")
    folder = tmp_path / "policies" / "cn" / "k-visa"
    folder.mkdir(parents=True)
    (folder / "2025-10-01.md").write_text(law.replace("`china.stem_post`", "`china.stem_pst`"), "utf-8")
    line = law.splitlines().index(next(x for x in law.splitlines() if "`china.stem_post`" in x)) + 1
    ran = jifen("lint", str(tmp_path / "policies"), "--format", "json")
    assert ran.code == 1
    [problem] = json.loads(ran.out)["problems"]
    assert problem == {
        "code": "unknown-name",
        "where": {
            "file": str(folder / "2025-10-01.md"), "line": line, "column": 4, "heading": "Science and technology",
        },
        "message": "`china.stem_pst` is not a fact, a parameter or a derived fact",
        "expected": "a name of the vocabulary or of this document",
        "found": "china.stem_pst",
        "hint": "china.stem_post",
    }  # fmt: skip


def test_worked_examples_of_a_scheme_pass() -> None:
    """The worked examples of the K visa agree with their scheme."""
    ran = jifen("test", "cn/k-visa", "--format", "json")
    assert ran.code == 0
    [scheme] = json.loads(ran.out)
    assert (scheme["scheme"], scheme["failed"]) == ("cn/k-visa", [])
    assert scheme["cases"] >= 13


def test_show_prints_the_law_with_its_tables() -> None:
    """The law of a scheme as Markdown holds its tables as they are published."""
    ran = jifen("show", "cn/work-permit", "--format", "markdown", *DAY)
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == "# Work permit for foreigners · 外国人来华工作许可"
    start = lines.index("| `china.annual_salary` (CNY a year) | points |")
    assert lines[start + 2 : start + 4] == ["| ≥ 450,000 | 20 |", "| ≥ 350,000 | 17 |"]


def test_show_speaks_one_language() -> None:
    """In Chinese no heading, header, code or sentence is left in English; in English none in Chinese."""
    chinese = jifen("show", "cn/work-permit", "--lang", "zh", *DAY)
    assert chinese.code == 0
    for line in (
        "外国人来华工作许可",
        "年薪",
        "最高20分。 [T 第1行]",
        "在华年薪（元/年） 分数",
        "低于上列各档 0",
        "最高学位 ≥ 学士",
    ):
        assert line in chinese.lines
    english = jifen("show", "cn/work-permit", *DAY)
    for line in (
        "Work permit for foreigners",
        "At most 20. [T row 1]",
        "Annual salary in China (CNY a year) points",
        "below 0",
    ):
        assert line in english.lines
    assert "Points · 积分" not in english.out


def test_show_on_a_day_without_a_version_exits_1() -> None:
    """There is no law to show before the first version, and the exit code says so."""
    ran = jifen("show", "cn/k-visa", "--on", "2025-09-30")
    assert (ran.code, ran.out) == (
        1,
        "No version is in force on 2025-09-30; first in force from 2025-10-01.\n",
    )


def test_schemes_lists_a_group_with_its_versions() -> None:
    """The list of a group names its schemes and the days from which their versions hold."""
    ran = jifen("schemes", "hk", "--format", "json")
    assert ran.code == 0
    listed = json.loads(ran.out)
    assert [s["scheme"] for s in listed] == ["hk/qmas", "hk/qmas-achievement", "hk/techtas", "hk/ttps"]
    assert [v["from"] for v in listed[3]["versions"]] == ["2022-12-28", "2023-10-25", "2024-10-16"]


def test_facts_shows_one_fact_with_its_codes() -> None:
    """A single fact is shown with its question and the codes that may be given."""
    ran = jifen("facts", "education.degree")
    assert ran.code == 0
    assert ran.lines == [
        "education.degree Highest degree one of",
        "What is the highest degree you hold?",
        "write education.degree: secondary",
        "proof Degree certificate, authenticated",
        "changes by own act",
        "asked by cn/beijing/graduate-employment, cn/beijing/postdoctoral-station, cn/k-visa, cn/nsfc/excellent-young-scholar",
        "and 15 more",
        "none Less than secondary school",
        "secondary Secondary school",
        "short_cycle Short-cycle tertiary, such as junior college",
        "bachelor Bachelor's degree",
        "master Master's degree",
        "doctorate Doctorate",
    ]


@pytest.mark.parametrize(
    ("args", "first"),
    [
        (("check", ENGINEER, "--on", "2026-02-30"), "this is not a day [bad-day]"),
        (("show", "none.md"), "there is no such file [no-such-file]"),
        (("facts", "prises"), "`prises` is not a fact of the vocabulary [unknown-fact]"),
    ],
)
def test_mistake_in_what_was_asked_exits_2(args: tuple[str, ...], first: str) -> None:
    """What the user got wrong is said in one sentence on standard error; nothing is printed as an answer."""
    ran = jifen(*args)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.splitlines()[0] == first


def test_unknown_command_exits_2() -> None:
    """A command that does not exist is a mistake of the user."""
    assert jifen("chek").code == 2
