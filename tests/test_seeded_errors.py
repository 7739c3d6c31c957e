"""A sound scheme has no finding; each way of breaking it is found, and the broken row is the one that is named.

Gaps, overlaps, dead rows and their like are found in the document alone. A shifted edge or swapped points can be just as lawful as
the right ones: they are found by what is declared beside them, in the document (`never lowers`) or in the worked examples.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jifen.answers.cases import read_cases, run_case
from jifen.answers.door import Jifen
from jifen.proof.findings import Finding
from jifen.proof.verify import Report, verify
from jifen.schemes.load import load_scheme

SEEDS = Path(__file__).parent / "seeds"
BASE = (SEEDS / "base.md").read_text("utf-8")

# name, what is replaced by what (several pairs follow each other), the finding, words of the row that must be named
BROKEN: list[tuple[str, list[tuple[str, str]], str, str]] = [
    # gaps
    ("a gap between two bands", [("| 46–60 | 10 |", "| 47–60 | 10 |")], "rows-gap", "47–60"),
    ("a gap at the top", [("| > 60 | 0 |\n", "")], "rows-gap", "46–60"),
    ("a gap at the bottom", [("| < 18 | 0 |\n", "")], "rows-gap", "18–25"),
    ("a half-open band that leaves a hole", [("| 46–60 | 10 |", "| [47, 61) | 10 |")], "rows-gap", "[47, 61)"),
    ("a code that no row covers", [("| below | 0 |\n\n## Work", "| secondary | 0 |\n\n## Work")], "rows-gap", "secondary"),
    ("a hole in a matrix", [("| doctorate | otherwise |", "| doctorate | master, bachelor |")], "rows-gap", "master, bachelor"),
    ("a gap in a derived fact", [("| ≥ 46 | late |", "| ≥ 47 | late |")], "rows-gap", "≥ 47"),
    # overlaps
    ("two bands that overlap by a year", [("| 18–25 | 15 |", "| 18–26 | 15 |")], "rows-overlap", "18–26"),
    ("a closed band in the place of an open one", [("| > 60 | 0 |", "| 60–120 | 0 |")], "rows-overlap", "60–120"),
    ("a code in two rows", [("| master | 20 |", "| bachelor, master | 20 |")], "rows-overlap", "bachelor, master"),
    ("a derived fact with two values", [("| 26–45 | middle |", "| 25–45 | middle |")], "rows-overlap", "25–45"),
    # rows that nobody is in
    ("a staircase upside down", [("| ≥ 400,000 | 15 | 10 |\n| ≥ 200,000 | 10 | 5 |", "| ≥ 200,000 | 10 | 5 |\n| ≥ 400,000 | 15 | 10 |")], "refused", "≥ 400,000"),
    ("a row above the domain", [("| > 60 | 0 |", "| 61–150 | 0 |\n| > 150 | 5 |")], "refused", "> 150"),
    ("a condition row shadowed by the row above", [("`chinese.hsk` ≥ 5 — HSK 5", "`chinese.hsk` ≥ 2 — HSK 5")], "row-never", "`chinese.hsk` ≥ 3"),
    ("a condition that contradicts itself", [("`family.partner` and `china.months_a_year` ≥ 6", "`family.partner` and not `family.partner`")], "row-never", "`family.partner` and not `family.partner`"),
    ("a row for whom the criterion does not count", [("| young | 4 |", "| young | 4 |"), ("Only when `settled`. At most 10.", "Only when `settled` and `age` ≥ 30. At most 10.")], "row-never", "young"),
    ("a row of the best that another always beats", [("`prizes` includes any of turing, fields — named prize · 所列奖项 | 10", "`prizes` includes nobel and `age` ≥ 40 — named prize · 所列奖项 | 10")], "row-idle", "`prizes` includes nobel and `age` ≥ 40"),
    ("a row of the best that gives nothing", [("former national · 曾有国籍 | 5", "former national · 曾有国籍 | 0")], "row-idle", "former_national"),
    ("a criterion that never counts", [("Only when `settled`.", "Only when `age` < 18 and `age` ≥ 30.")], "criterion-never", "Household"),
    # maxima and the pass mark
    ("a row above the maximum", [("| 26–45 | 20 |", "| 26–45 | 25 |")], "above-maximum", "26–45"),
    ("a condition row above the maximum", [("HSK 5 · 五级 | 10", "HSK 5 · 五级 | 12")], "above-maximum", "`chinese.hsk` ≥ 5"),
    ("a maximum too high", [("At most 30.", "At most 35.")], "maximum-not-reached", "Degree"),
    ("a maximum of the whole too high", [("At most 120. Pass mark", "At most 150. Pass mark")], "maximum-not-reached", "Points"),
    ("a maximum under a condition too high", [("At most 3 when not", "At most 4 when not")], "maximum-not-reached", "Partner"),
    ("a maximum that nothing holds to", [("At most 6 when `family.partner`. At most 3 when not `family.partner`.", "At most 3 when not `family.partner` and `healthy`.")], "maximum-exceeded", "Partner"),
    ("a cap below one of its parts", [("Sum of: At most 10.\n\n### Household", "Sum of: At most 8.\n\n### Household")], "maximum-cut", "Household"),
    ("points below zero", [("| 26–45 | 20 |", "| 26–45 | -5 |")], "points-below-zero", "Age"),
    ("a pass mark out of reach", [("Pass mark 50.", "Pass mark 121.")], "pass-mark-unreachable", "Points"),
    ("a pass mark that nobody misses", [("Pass mark 50.", "Pass mark 0.")], "pass-mark-idle", "Points"),
    ("a pass mark that the requirements put out of reach", [("1. `age` ≥ 18 —", "1. `age` > 60 and `education.degree` is none and `work.related_years` < 2 and `chinese.hsk` = 0 —"), ("Pass mark 50.", "Pass mark 60.")], "pass-mark-unreachable", "Points"),
    # requirements, outcomes, items
    ("requirements that contradict", [("2. `healthy` — in", "2. `age` < 18 — in")], "requirements-contradict", "`age` < 18"),
    ("requirements of two lists that contradict", [("2. `healthy` — in", "2. not `family.partner` and not `china.has_employer` — in")], "requirements-contradict", "not `china.has_employer`"),
    ("an item that nobody can meet", [("`china.annual_salary` ≥ 3 × `wage` —", "`age` ≥ 60 and `age` < 40 —")], "never-holds", "`age` ≥ 60 and `age` < 40"),
    ("a class that asks more points than there are", [("1. points ≥ 60 —", "1. points ≥ 130 —")], "never-holds", "points ≥ 130"),
    ("a condition that everybody meets", [("2. `no_criminal_record` — no record · 无犯罪记录\n\n## Class C", "2. `no_criminal_record` or not `no_criminal_record` — no record · 无犯罪记录\n\n## Class C")], "always-holds", "not `no_criminal_record`"),
    ("a clause that another includes", [("2. `prizes` includes nobel — Nobel", "2. points ≥ 90 — Nobel")], "changes-nothing", "points ≥ 90"),
    ("a clause that a requirement includes", [("1. `china.postdoc` — does research · 从事研究\n   2.", "1. `age` ≥ 16 — does research · 从事研究\n   2.")], "changes-nothing", "`age` ≥ 16"),
    ("a requirement that another includes", [("2. `healthy` — in", "2. `age` ≥ 16 — in")], "changes-nothing", "`age` ≥ 16"),
    ("a part of a condition that changes nothing", [("1. `age` ≥ 18 —", "1. `age` ≥ 18 and `age` ≥ 16 —")], "changes-nothing", "`age` ≥ 18 and `age` ≥ 16"),
    ("a class that the better one swallows", [("1. points ≥ 60 —", "1. points ≥ 85 —")], "outcome-never", "Class B"),
    ("outcomes in the wrong order", [("## Class A · A类 {#A}", "## Class C0 · C0类 {#C0}\n\nAll of: [L §5]\n\n1. `healthy` — healthy · 健康\n\n## Class A · A类 {#A}")], "outcome-never", "Class A"),
    ("the number of ties too low", [("At least 2 of:", "At least 1 of:"), ("3. `china.postdoc` — does research · 从事研究\n\n#", "3. `china.postdoc` and `family.partner` — does research · 从事研究\n\n#")], "changes-nothing", "`china.postdoc` and `family.partner`"),
    ("a derived condition that changes nothing", [("2. `china.continuous_work_years` ≥ 3", "2. `china.continuous_work_years` ≥ 3 and `family.partner`")], "changes-nothing", "`china.continuous_work_years` ≥ 3 and `family.partner`"),
    # what more of a fact never does
    ("points of two rows swapped", [("| doctorate | 30 |\n| master | 20 |", "| doctorate | 20 |\n| master | 30 |")], "not-monotone", "doctorate → 20"),
    ("a further year that costs", [("| each further year | +1 |", "| 3 | 4 |\n| ≥ 4 | 20 |")], "not-monotone", "3 → 4"),
    ("columns of a matrix swapped", [("| ≥ 400,000 | 15 | 10 |", "| ≥ 400,000 | 10 | 10 |"), ("| ≥ 200,000 | 10 | 5 |", "| ≥ 200,000 | 15 | 5 |")], "not-monotone", "≥ 400,000 | doctorate → 10"),
    ("condition rows swapped", [("HSK 5 · 五级 | 10", "HSK 5 · 五级 | 5"), ("HSK 3 · 三级 | 5", "HSK 3 · 三级 | 10")], "not-monotone", "`chinese.hsk` ≥ 5"),
    ("a better degree leads to a worse class", [("2. `no_criminal_record` — no record · 无犯罪记录\n\n## Class C", "2. `no_criminal_record` and not `education.degree` ≥ doctorate — no record · 无犯罪记录\n\n## Class C")], "not-monotone", "More of `education.degree` never worsens the outcome."),
    # edges and numbers that only a worked example can know
    ("an edge too early by one", [("| 18–25 | 15 |\n| 26–45 | 20 |", "| 18–24 | 15 |\n| 25–45 | 20 |")], "case-differs", "25–45 → 20"),
    ("an edge too late by one", [("| 18–25 | 15 |\n| 26–45 | 20 |", "| 18–26 | 15 |\n| 27–45 | 20 |")], "case-differs", "18–26 → 15"),
    ("above in the place of at least", [("≥ 200,000 | 10 | 5", "> 200,000 | 10 | 5")], "case-differs", "below | otherwise → 0"),
    ("the age of majority shifted", [("1. `age` ≥ 18 —", "1. `age` > 18 —")], "case-differs", "`age` > 18"),
    ("a parameter of the wrong year", [("| 110,000 | 2021-01-01 |", "| 110,000 | 2020-07-01 |")], "case-differs", "`china.annual_salary` ≥ `wage`"),
    ("a level of language shifted", [("`chinese.hsk` ≥ 5 — HSK 5", "`chinese.hsk` ≥ 4 — HSK 5")], "case-differs", "`chinese.hsk` ≥ 4"),
    ("an `at least` of three in the place of two", [("At least 2 of:", "At least 3 of:")], "case-differs", "Ties"),
    # names that nothing hangs on
    ("a fact that changes nothing", [("1. `family.partner` — has a partner · 有伴侣\n2. `china.continuous_work_years` ≥ 3", "1. `family.partner` or (`china.former_national` and not `china.former_national`) — has a partner · 有伴侣\n2. `china.continuous_work_years` ≥ 3"), ("| `china.former_national` — former national · 曾有国籍 | 5 |\n", "")], "fact-idle", "china.former_national"),
    ("a derived fact that nobody asks", [("Only when `settled`. At most 10.", "Only when `family.partner`. At most 10.")], "derived-idle", "Settled"),
    ("a parameter that nobody asks", [("paid the average", "paid the average"), ("≥ `wage` —", "≥ 100,000 —"), ("≥ 3 × `wage` —", "≥ 300,000 —")], "parameter-idle", "wage"),
]  # fmt: skip


def proven(rules: Jifen, folder: Path, text: str) -> tuple[Jifen, Report]:
    """The report of this text as the scheme `xx/points`, with its worked examples beside it."""
    home = folder / "xx" / "points"
    home.mkdir(parents=True)
    (home / "2020-01-01.md").write_text(text, "utf-8")
    (home / "cases.yaml").write_text((SEEDS / "cases.yaml").read_text("utf-8"), "utf-8")
    scheme = load_scheme(home / "2020-01-01.md")
    with_it = Jifen(replace(rules.shelf, schemes={"xx/points": [scheme]}))
    return with_it, verify(with_it, "xx/points")


def named(finding: Finding) -> str:
    return "\n".join(f"{r.text} {' '.join(r.words.values())}" for r in finding.rows)


def test_the_sound_scheme_has_no_finding(rules: Jifen, tmp_path: Path) -> None:
    _, report = proven(rules, tmp_path, BASE)
    assert [f.id for f in report.findings] == []
    assert report.problems == ()
    assert report.days == 2
    assert [(o.first, o.second) for o in report.overlaps] == [("A", "B"), ("A", "C"), ("B", "C")]


def test_there_are_many_ways_to_break_it() -> None:
    assert len({name for name, *_ in BROKEN}) == len(BROKEN) >= 40


@pytest.mark.parametrize(("name", "changes", "code", "row"), BROKEN, ids=[b[0] for b in BROKEN])
def test_every_seeded_error_is_found_and_its_row_named(
    rules: Jifen, tmp_path: Path, name: str, changes: list[tuple[str, str]], code: str, row: str
) -> None:
    text = BASE
    for old, new in changes:
        assert text.count(old) >= 1, f"{name}: the place is not there"
        text = text.replace(old, new, 1)
    with_it, report = proven(rules, tmp_path, text)
    found = [f for f in report.findings if f.code == code and row in named(f)]
    assert found, [(f.id, named(f)) for f in report.findings]
    _pasted_cases_hold(with_it, tmp_path, found[0])


def _pasted_cases_hold(rules: Jifen, folder: Path, finding: Finding) -> None:
    """A case of a finding can be pasted into `cases.yaml`, and says what the document gives now."""
    if not finding.case or "cannot be read" in finding.case:
        return
    path = folder / "pasted.yaml"
    path.write_text(f"scheme: xx/points\ncases:\n{finding.case}\n", "utf-8")
    assert [d for c in read_cases(path) for d in run_case(rules, c).differences] == []
