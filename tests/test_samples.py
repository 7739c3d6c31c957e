"""The sample profiles and the README: their answers, worked out by hand from the tables in policies/."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from jifen import Answer, Jifen

ROOT = Path(__file__).parent.parent
DAY = "2026-11-23"

# sample, scheme, status, outcome, least and most points
EXPECTED = [
    # salary 20, bachelor 10, 17 years 20, 11 months 15, HSK 3 gives 3, Beijing 0, age 42 gives 15
    ("engineer", "cn/work-permit", "qualifies", "B", (83, 83)),
    ("engineer", "cn/r-visa", "does not qualify", None, None),
    ("engineer", "cn/k-visa", "does not qualify", None, None),
    ("engineer", "cn/work-residence-permit", "qualifies", "from_1_year", None),
    # bachelor 10, 17 years 20, 11 million yen 40, age 42 gives 0, a patent 15, N2 10, listed university 10
    ("engineer", "jp/highly-skilled-professional-b", "qualifies", "hsp_80", (105, 105)),
    # 12,500 lies above the 65th percentile of 12,455 at 42: 10; degree 10; 4 of 120 is 20; local 10; shortage 20
    ("engineer", "sg/compass", "qualifies", "employment_pass", (70, 70)),
    # age 28, bachelor 120, IELTS as CLB 10, 9, 9, 10 gives 130, degree with language 25, foreign work with it 50
    ("engineer", "ca/express-entry-crs", "qualifies", "pool", (353, 353)),
    ("engineer", "hk/qmas", "qualifies", "may_apply", None),
    # enterprise 6 + 4 + 4 + 4 + 4 = 22; person 8 + 6 + 8 + 4 + 6 + 6 + 0 + 2 + 2 = 42; the mark is 70
    ("engineer", "model/permanent-residence", "does not qualify", None, (64, 64)),
    # a Nobel laureate is class A by A(2).1, whatever the points and the age of 65
    ("researcher", "cn/work-permit", "qualifies", "A", (80, 80)),
    ("researcher", "cn/r-visa", "qualifies", "eligible", None),
    # 30 + 15 + 40 + 0 + 25 + 10 are certain, 60 more are open
    ("researcher", "jp/highly-skilled-professional-a", "qualifies", "hsp_80", (120, 180)),
    ("researcher", "hk/qmas-achievement", "qualifies", "may_apply", None),
    ("researcher", "sg/one-pass", "for the authority", None, None),
    ("researcher", "cn/permanent-residence/outstanding-contribution", "for the authority", None, None),
    ("researcher", "cn/permanent-residence/recommended-talent", "for the authority", None, None),
    ("researcher", "cn/work-permit-short-term", "does not qualify", None, None),
    # master 15, HSK 5 gives 5, age 25 gives 10; salary, qualification, months, place and background are open
    ("graduate", "cn/work-permit", "undetermined", None, (30, 85)),
    ("graduate", "cn/k-visa", "for the authority", None, None),
    ("graduate", "hk/ttps", "qualifies", "C", None),
    ("graduate", "jp/j-find", "qualifies", "eligible", None),
    # master 20, age 15 and N2 10 are certain
    ("graduate", "jp/highly-skilled-professional-b", "undetermined", None, (45, 210)),
    ("graduate", "ca/express-entry-crs", "undetermined", None, (110, 1200)),
    ("graduate", "cn/permanent-residence/doctoral-graduate", "does not qualify", None, None),
    # 5 % of the shares is enough; only the panel is open
    ("founder", "cn/beijing/zhongguancun-start-up", "for the authority", None, (0, 100)),
    ("founder", "cn/beijing/zhongguancun-hired", "does not qualify", None, (0, 100)),
    # salary 17, master 15, 9 years 12, 10 months 15, HSK 4 gives 4, 36 today gives 15, a patent 5
    ("founder", "cn/work-permit", "qualifies", "B", (83, 83)),
    ("founder", "cn/r-visa", "does not qualify", None, None),
    ("founder", "cn/k-visa", "for the authority", None, None),
    ("founder", "cn/permanent-residence/investment", "does not qualify", None, None),
    # a capital of 10 million yen is below the 30 million asked since 16 October 2025
    ("founder", "jp/j-skip", "does not qualify", None, None),
    ("family", "cn/permanent-residence/spouse", "qualifies", "eligible", None),
    ("family", "cn/work-permit", "does not qualify", None, None),
    ("family", "cn/k-visa", "does not qualify", None, None),
    ("family", "cn/work-residence-permit", "does not qualify", None, None),
    # the ground of family is that of a foreigner's family; another ground is for the authority
    ("family", "cn/private-affairs-residence-permit", "for the authority", None, None),
    ("family", "hk/ttps", "undetermined", None, None),
    ("family", "cn/permanent-residence/minor-child", "does not qualify", None, None),
    ("family", "cn/family-reunion-visa", "qualifies", "Q1", None),
    # a chief scientist may lead, under the rules of the programme
    ("researcher", "cn/beijing/city-project-lead", "for the authority", None, None),
    ("researcher", "cn/beijing/flexible-post", "qualifies", "researcher", None),
    ("researcher", "cn/beijing/title-recognition", "for the authority", None, None),
    ("researcher", "cn/nsfc/young-scholar", "does not qualify", None, None),
    ("founder", "cn/beijing/start-up-founder", "qualifies", "incubator", None),
    # a doctorate of 15 July 2021 lies after 1 January 2020, the limit day of the guide of 2026
    ("postdoc", "cn/nsfc/young-scholar", "qualifies", "eligible", None),
    ("postdoc", "cn/beijing/postdoctoral-station", "qualifies", "eligible", None),
    ("postdoc", "cn/beijing/natural-science-foundation", "for the authority", None, None),
    # salary 14, doctorate 20, 5 years 8, 11 months 15, HSK 1 gives 1, age 33 gives 15; class A by A(5): post-doc of at most 40
    ("postdoc", "cn/work-permit", "qualifies", "A", (73, 73)),
    # two years are neither 6 nor 12 months
    ("postdoc", "cn/talented-young-scientists", "does not qualify", None, None),
    ("intern", "cn/beijing/internship", "qualifies", "one_year", None),
    ("intern", "cn/work-permit", "does not qualify", None, None),
    ("accompanying", "cn/family-visit-visa", "qualifies", "S1", None),
    ("accompanying", "cn/r-visa-family", "qualifies", "eligible", None),
    ("accompanying", "cn/private-affairs-residence-permit", "qualifies", "family", None),
    ("accompanying", "cn/beijing/schools/foreign-personnel", "qualifies", "foreign", None),
    ("accompanying", "cn/beijing/accompanying-child-study-permit", "qualifies", "eligible", None),
]
SAMPLES = ("accompanying", "engineer", "family", "founder", "graduate", "intern", "postdoc", "researcher")


@pytest.fixture(scope="module")
def answers(rules: Jifen) -> dict[str, tuple[Answer, ...]]:
    """Each sample held against every scheme."""
    return {s: rules.check(ROOT / "profiles" / f"{s}.yaml", on=DAY) for s in SAMPLES}


def _check(rules: Jifen, sample: str, scheme: str, day: str = DAY) -> Answer:
    [answer] = rules.check(ROOT / "profiles" / f"{sample}.yaml", on=day, schemes=[scheme])
    return answer


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / "README.md").read_text("utf-8"), re.M | re.S)


def _run(code: str, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=ROOT, env={"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT / "src")}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.mark.parametrize(("sample", "scheme", "status", "outcome", "points"), EXPECTED)
def test_sample_has_the_answer_worked_out_by_hand(
    answers: dict[str, tuple[Answer, ...]],
    sample: str,
    scheme: str,
    status: str,
    outcome: str | None,
    points: tuple[int, int] | None,
) -> None:
    """Each sample gets the status and outcome, and where named the points, that the law's tables give."""
    [answer] = [a for a in answers[sample] if a.scheme == scheme]
    assert (answer.status, answer.outcome) == (status, outcome)
    if points:
        assert answer.points is not None
        assert (answer.points.low, answer.points.high) == points


def test_every_sample_is_listed_here() -> None:
    """The samples are these, and each begins by saying that it is synthetic."""
    files = sorted((ROOT / "profiles").glob("*.yaml"))
    assert tuple(f.stem for f in files) == SAMPLES
    for file in files:
        assert file.read_text("utf-8").startswith("# A synthetic sample, no real person: ")


def test_samples_are_held_against_every_scheme_for_a_person(
    rules: Jifen, answers: dict[str, tuple[Answer, ...]]
) -> None:
    """A sample gets one answer for each scheme that is about a person, and no scheme is left out."""
    people = [s for s, versions in rules.shelf.schemes.items() if versions[-1].subject == "person"]
    for sample in SAMPLES:
        assert [a.scheme for a in answers[sample]] == people


def test_samples_show_every_status_of_a_scheme_in_force(answers: dict[str, tuple[Answer, ...]]) -> None:
    """Between them the samples show the four statuses that a scheme in force can give."""
    found = {a.status for s in SAMPLES for a in answers[s]}
    assert found == {"qualifies", "for the authority", "undetermined", "does not qualify"}


def test_engineer_leaves_nothing_open_but_what_only_an_authority_can_say(
    answers: dict[str, tuple[Answer, ...]],
) -> None:
    """Every answer for the engineer is settled, apart from three that wait for the authority alone."""
    assert {a.scheme: a.status for a in answers["engineer"] if a.missing} == {
        "cn/family-visit-visa": "for the authority",
        "cn/permanent-residence/outstanding-contribution": "for the authority",
        "cn/private-affairs-residence-permit": "for the authority",
    }


def test_day_before_the_k_visa_is_not_in_force(rules: Jifen) -> None:
    """On the day before the K visa began the answer is that it is not in force."""
    answer = _check(rules, "graduate", "cn/k-visa", "2025-09-30")
    assert answer.status == "not in force"
    assert answer.reasons[0].words["en"] == ("No version is in force on 2025-09-30; first in force from 2025-10-01.")


def test_founder_has_the_birthday_on_the_day_asked_about(rules: Jifen) -> None:
    """On the thirty-sixth birthday the founder is 36: CRS gives 72 for age, and 77 the day before."""
    today = _check(rules, "founder", "ca/express-entry-crs")
    yesterday = _check(rules, "founder", "ca/express-entry-crs", "2026-11-22")
    assert today.points is not None
    assert yesterday.points is not None
    assert (today.points.low, yesterday.points.low) == (72, 77)


def test_python_of_the_readme_prints_what_it_says() -> None:
    """The Python example of the README runs and prints these lines."""
    [code] = _blocks("python")
    result = _run(code)
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "qualifies 83 B",
        "Annual salary 20 of 20",
        "Education or vocational qualification 10 of 20",
        "Related work 20 of 20",
        "Months of work in China a year 15 of 15",
        "Chinese 3 of 5",
        "Place of work 0 of 10",
        "Age 15 of 15",
        "Background 0 of 5",
        "Provincial encouragement 0 of 10",
        "does not qualify because of G basic conditions: at least 18 years old",
    ]


def test_session_of_the_readme_is_a_true_one() -> None:
    """Every command in the README's sessions prints the lines shown, in order; … stands for lines left out."""
    sessions = "".join(_blocks("console"))
    commands = re.findall(r"^\$ jifen (.*)\n((?:(?!\$ ).*\n)*)", sessions, re.M)
    assert len(commands) >= 3
    for command, shown in commands:
        result = _run("from jifen.cli import main; main()", *command.split())
        printed = [" ".join(line.split()) for line in result.stdout.splitlines()]
        place, skipping = 0, False
        for line in [" ".join(line.split()) for line in shown.splitlines()]:
            if line == "…":
                skipping = True
                continue
            found = printed.index(line, place) if line in printed[place:] else None
            assert found is not None, line
            assert skipping or found == place, line
            place, skipping = found + 1, False
        assert skipping or not any(printed[place:])
