"""Organisations: what the sample profiles get, worked out by hand, and how the schemes for organisations are written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from jifen import Answer, Jifen
from jifen.answers.cases import case_files, read_cases, untried
from jifen.schemes.amounts import covered
from jifen.schemes.citations import Citation
from jifen.schemes.model import Conditions, Scheme
from jifen.schemes.shelf import policy_folder

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "profiles" / "organisations"
DAY = "2026-11-23"
SAMPLES = ("journal", "ngo-office", "rd-centre", "start-up", "university")

# sample, scheme, status, outcome
EXPECTED = [
    # recognised, own team; the first centre of a known multinational
    ("rd-centre", "cn/beijing/foreign-rd-centre", "qualifies", "innovation_centre"),
    # 31 of 10 million dollars, 12.5 of 10 %
    ("rd-centre", "cn/beijing/e-town-rd-centre", "qualifies", "eligible"),
    # 25 of 2 million dollars paid in
    ("rd-centre", "cn/beijing/rd-headquarters", "qualifies", "eligible"),
    # 25 of 8 million dollars, 80 of 80 staff, 46 of 20 million yuan
    ("rd-centre", "cn/rd-equipment-import-tax", "qualifies", "eligible"),
    # the parent did not authorise it as regional headquarters
    ("rd-centre", "cn/beijing/regional-headquarters", "does not qualify", None),
    ("rd-centre", "cn/beijing/employer-of-foreign-talent", "qualifies", "rd_centre"),
    ("rd-centre", "cn/foreign-staff-allowances", "qualifies", "eligible"),
    ("rd-centre", "cn/beijing/cross-border-rd-data", "qualifies", "free"),
    # 41 of 80 staff
    ("start-up", "cn/rd-equipment-import-tax", "does not qualify", None),
    # not yet recognised
    ("start-up", "cn/beijing/foreign-rd-centre", "for the authority", None),
    ("start-up", "cn/beijing/e-town-rd-centre", "for the authority", None),
    # 12 of 10 million dollars within a year
    ("start-up", "cn/beijing/e-town-foreign-investment", "qualifies", "eligible"),
    # not authorised by its parent
    ("start-up", "cn/beijing/rd-headquarters", "does not qualify", None),
    ("university", "cn/beijing/employer-of-foreign-talent", "qualifies", "public_research"),
    ("university", "cn/journal-excellence", "for the authority", None),
    ("university", "cn/beijing/overseas-institution", "for the authority", None),
    ("university", "cn/beijing/science-prize", "for the authority", None),
    # what the employee has chosen is not known
    ("university", "cn/foreign-staff-allowances", "undetermined", None),
    # 28 of 2 years; consent and other conditions are the authority's
    ("ngo-office", "cn/overseas-ngo-office", "for the authority", None),
    ("ngo-office", "cn/beijing/international-organisation-cluster", "for the authority", None),
    ("ngo-office", "cn/beijing/found-international-organisation", "for the authority", None),
    # its journal is led from abroad
    ("ngo-office", "cn/journal-excellence", "does not qualify", None),
    ("ngo-office", "cn/beijing/employer-of-foreign-talent", "does not qualify", None),
    ("journal", "cn/journal-excellence", "for the authority", None),
    ("journal", "cn/beijing/employer-of-foreign-talent", "qualifies", "other"),
    # the deductions were chosen
    ("journal", "cn/foreign-staff-allowances", "does not qualify", None),
]

# sample, scheme, amount, text
MONEY = [
    ("rd-centre", "cn/beijing/foreign-rd-centre", "first_centre", "may be assessed for up to CNY 50,000,000"),
    ("rd-centre", "cn/beijing/e-town-rd-centre", "newly_recognised", "CNY 2,000,000"),
    ("rd-centre", "cn/beijing/e-town-rd-centre", "global_centre", "CNY 3,000,000"),
    # 3 % of 180 million
    ("rd-centre", "cn/beijing/e-town-foreign-investment", "award_500", "CNY 5,400,000"),
    # 2.5 % of 86.4 million
    ("start-up", "cn/beijing/e-town-foreign-investment", "award", "CNY 2,160,000"),
    ("start-up", "cn/beijing/e-town-rd-centre", "newly_recognised", "CNY 0 – 2,000,000"),
    ("university", "cn/journal-excellence", "support", "may be assessed for up to CNY 1,500,000 a year"),
]


@pytest.fixture(scope="module")
def answers(rules: Jifen) -> dict[str, dict[str, Answer]]:
    """Each sample held against every scheme that fits it."""
    return {s: {a.scheme: a for a in rules.check(FOLDER / f"{s}.yaml", on=DAY)} for s in SAMPLES}


def _schemes(rules: Jifen) -> dict[str, list[Scheme]]:
    found = {s: list(v) for s, v in rules.shelf.schemes.items()}
    return {s: v for s, v in found.items() if v[-1].subject == "organisation"}


def _jifen(*args: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", "from jifen.cli import main; main()", *args],
        cwd=ROOT, env={"LANG": "C.UTF-8", "PYTHONPATH": str(ROOT / "src")}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.parametrize(("sample", "scheme", "status", "outcome"), EXPECTED)
def test_sample_has_the_answer_worked_out_by_hand(
    answers: dict[str, dict[str, Answer]], sample: str, scheme: str, status: str, outcome: str | None
) -> None:
    answer = answers[sample][scheme]
    assert (answer.status, answer.outcome) == (status, outcome)


@pytest.mark.parametrize(("sample", "scheme", "amount", "text"), MONEY)
def test_sample_is_granted_the_amount_worked_out_by_hand(
    answers: dict[str, dict[str, Answer]], sample: str, scheme: str, amount: str, text: str
) -> None:
    found = {a.id: a.text()["en"] for a in answers[sample][scheme].amounts}
    assert found[amount] == text


def test_every_sample_of_an_organisation_is_listed_here_and_says_that_it_is_synthetic() -> None:
    files = sorted(FOLDER.glob("*.yaml"))
    assert tuple(f.stem for f in files) == SAMPLES
    for file in files:
        assert file.read_text("utf-8").startswith("# A synthetic sample, no real organisation: ")


def test_an_organisation_is_held_against_schemes_for_organisations_only(
    rules: Jifen, answers: dict[str, dict[str, Answer]]
) -> None:
    for sample in SAMPLES:
        assert list(answers[sample]) == list(_schemes(rules))


def test_a_person_is_held_against_schemes_for_persons_only(rules: Jifen) -> None:
    found = {a.scheme for a in rules.check({"age": 30}, on=DAY)}
    assert not found & set(_schemes(rules))
    assert len(found) + len(_schemes(rules)) == len(rules.shelf.schemes)


def test_every_scheme_for_an_organisation_has_twelve_cases_that_leave_nothing_untried(rules: Jifen) -> None:
    for scheme in _schemes(rules):
        [file] = case_files(policy_folder(), scheme)
        cases = read_cases(file)
        left = untried(rules, cases)
        assert len(cases) >= 12, scheme
        assert (scheme, left.rows, left.never_true, left.never_false) == (scheme, (), (), ())


def _citations(scheme: Scheme) -> set[Citation]:
    def listed(conditions: Conditions) -> set[Citation]:
        return {c for item in conditions.walk() for c in item.citations}

    found: set[Citation] = set()
    for requirement in scheme.requirements:
        found |= set(requirement.citations) | listed(requirement.conditions)
    for outcome in scheme.outcomes:
        found |= set(outcome.citations) | listed(outcome.conditions) | {c for g in outcome.grants for c in g.citations}
    found |= {c for lines in scheme.lines.values() for line in lines for c in line.citations}
    return found | {c for a in scheme.amounts for c in covered(a)}


ARTICLES = {
    "cn/beijing/cross-border-rd-data": {"Art. 57"},
    "cn/beijing/e-town-rd-centre": {"Art. 70"},
    "cn/beijing/employer-of-foreign-talent": {
        "Art. 40(1)", "Art. 40(2)", "Art. 42(1)", "Art. 43(2)", "Art. 71(2)", "Art. 72(1)", "Art. 72(2)",
    },
    "cn/beijing/foreign-rd-centre": {"Art. 70", "Art. 74"},
    "cn/beijing/found-international-organisation": {"Art. 33", "Art. 71(1)"},
    "cn/beijing/international-organisation-cluster": {"Art. 71(1)"},
    "cn/beijing/overseas-institution": {"Art. 69(1)", "Art. 69(2)"},
    "cn/beijing/rd-headquarters": {"Art. 70"},
    "cn/beijing/science-prize": {"Art. 12(2)"},
    "cn/journal-excellence": {"Art. 68"},
    "cn/overseas-ngo-office": {"Art. 71(1)"},
    "cn/rd-equipment-import-tax": {"Art. 70", "Art. 74"},
}  # fmt: skip


def test_a_scheme_that_carries_out_the_regulation_cites_its_articles_from_its_first_day_on(rules: Jifen) -> None:
    found: dict[str, set[str]] = {}
    for name, versions in _schemes(rules).items():
        for version in versions:
            places = {c.place for c in _citations(version) if c.instrument == "REG"}
            if places:
                assert version.start.isoformat() >= "2024-03-01"
                assert version.instruments["REG"].title["zh"] == "北京国际科技创新中心建设条例"
                assert all(re.fullmatch(r"Art\. \d+(\(\d\))?", p) for p in places)
                found.setdefault(name, set()).update(places)
    assert found == ARTICLES


def test_check_prints_the_amounts_of_an_organisation_in_both_languages() -> None:
    args = ("check", "profiles/organisations/rd-centre.yaml", "-s", "cn/beijing/e-town-rd-centre", "--on", DAY)
    assert "Amount: Newly recognised centre: CNY 2,000,000  [E24]" in _jifen(*args)
    assert "金额：新认定外资研发中心：2,000,000元  [E24]" in _jifen(*args, "--lang", "zh")


def test_a_short_list_of_answers_prints_the_amounts_too() -> None:
    text = _jifen("check", "profiles/organisations/rd-centre.yaml", "--on", DAY)
    assert "    First centre or platform in Beijing: may be assessed for up to CNY 50,000,000\n" in text


def test_a_new_profile_of_an_organisation_asks_its_facts_only(tmp_path: Path) -> None:
    path = tmp_path / "us.yaml"
    _jifen("new", str(path), "--about", "organisation")
    text = path.read_text("utf-8")
    assert text.startswith("# A profile: what is known about one organisation.")
    assert "#rd_centre.staff:" in text
    assert "birth_date" not in text
