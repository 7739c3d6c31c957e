"""Every published scheme is proven, and the oddities of the real law that are accepted are these and no more."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from jifen.answers.cases import read_cases, run_case
from jifen.answers.door import Jifen
from jifen.facts.profiles import read_profile
from jifen.plan.diagram import bounds
from jifen.problems import PolicyError
from jifen.proof.clauses import overlaps
from jifen.proof.ground import Ground, Wish, versions_days, yes
from jifen.proof.oddities import read_oddities
from jifen.proof.people import UndecidedError
from jifen.proof.verify import prove, verify
from jifen.schemes.shelf import policy_folder, scheme_files

SCHEMES = sorted({p.parent.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())})


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_published_scheme_holds(rules: Jifen, scheme: str) -> None:
    report = verify(rules, scheme)
    assert [f.id for f in report.findings] == []
    assert report.problems == ()


def test_these_oddities_are_accepted_and_the_list_may_only_shrink(rules: Jifen) -> None:
    accepted = []
    for path in sorted(policy_folder().rglob("oddities.yaml")):
        scheme = path.parent.relative_to(policy_folder()).as_posix()
        instruments = {k: v for one in rules.versions(scheme) for k, v in one.instruments.items()}
        accepted += [(scheme, o.finding) for o in read_oddities(path, scheme, instruments)]
    assert accepted == [
        ("ca/express-entry-crs", "always-holds pool.1"),
        ("hk/ttps", "changes-nothing C.3"),
    ]


def test_an_oddity_that_is_no_longer_found_is_a_problem(rules: Jifen, tmp_path: Path) -> None:
    home = tmp_path / "cn" / "k-visa"
    home.mkdir(parents=True)
    [version] = rules.versions("cn/k-visa")
    (home / "2025-10-01.md").write_text(Path(version.file).read_text("utf-8"), "utf-8")
    moved = replace(version, file=str(home / "2025-10-01.md"))
    text = 'scheme: cn/k-visa\noddities:\n  - finding: never-holds young.1\n    reason: {en: "no", zh: 否}\n    citation: N\n'
    (home / "oddities.yaml").write_text(text, "utf-8")
    report = verify(Jifen(replace(rules.shelf, schemes={"cn/k-visa": [moved]})), "cn/k-visa")
    assert [p.code for p in report.problems] == ["stale-oddity"]
    assert not report.holds


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[]", "not-a-mapping"),
        ("scheme: cn/other\noddities: []\n", "not-one-of"),
        ("scheme: cn/k-visa\n", "missing-key"),
        ("scheme: cn/k-visa\noddities:\n  - finding: x\n", "missing-key"),
        ("scheme: cn/k-visa\noddities:\n  - {finding: x, reason: {en: a, zh: b}, citation: Z}\n", "unknown-instrument"),
    ],
)
def test_a_list_of_oddities_is_read_strictly(rules: Jifen, tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "oddities.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(PolicyError) as error:
        read_oddities(path, "cn/k-visa", rules.versions("cn/k-visa")[0].instruments)
    assert error.value.problems[0].code == code


def test_a_version_is_proven_on_every_day_on_which_a_number_or_a_scheme_it_asks_changes(rules: Jifen) -> None:
    latest = rules.versions("cn/work-permit")[-1]
    assert versions_days(rules, latest) == [date(2025, 4, 1), date(2026, 2, 1)]
    second = rules.versions("cn/r-visa")[1]
    assert versions_days(rules, second) == [date(2022, 1, 1), date(2024, 4, 28), date(2025, 4, 1), date(2026, 2, 1)]


def test_a_person_who_meets_two_classes_gets_the_better(rules: Jifen) -> None:
    latest = rules.versions("cn/work-permit")[-1]
    ground = Ground(rules, latest, latest.start)
    pairs = {(first, second): person for first, second, person in overlaps(ground)}
    assert set(pairs) == {("A", "B"), ("A", "C"), ("B", "C")}
    for (first, _), person in pairs.items():
        [answer] = rules.check(person.plain(rules.vocabulary), latest.start, ["cn/work-permit"])
        assert answer.outcome == first


def test_a_person_between_two_edges_of_a_ratio_has_facts_that_give_it(rules: Jifen) -> None:
    version = rules.versions("sg/compass")[0]
    ground = Ground(rules, version, version.start)
    person = ground.find(Wish(ground.plan.parts["c3"].points, 20, 20))
    assert person is not None
    profile = read_profile(person.plain(rules.vocabulary), rules.vocabulary)
    [answer] = rules.check(profile, version.start, ["sg/compass"])
    assert next(c.points.low for c in answer.criteria if c.id == "c3") == 20


def test_what_cannot_be_decided_is_a_finding(rules: Jifen, monkeypatch: pytest.MonkeyPatch) -> None:
    [version] = rules.versions("cn/k-visa")
    ground = Ground(rules, version, version.start)

    def gives_up(*_: object) -> None:
        raise UndecidedError("a question too hard")

    monkeypatch.setattr(ground, "find", gives_up)
    assert "undecided clauses" in [f.id for f in prove(ground)]


def test_every_way_to_an_outcome_is_a_person_whom_the_reference_engine_gives_it(rules: Jifen) -> None:
    for scheme in ("cn/work-permit", "hk/ttps", "sg/compass", "jp/highly-skilled-professional-b", "cn/r-visa"):
        version = rules.versions(scheme)[-1]
        ground = Ground(rules, version, version.start)
        for place, outcome in enumerate(ground.plan.outcomes):
            person = ground.find(Wish(ground.plan.outcome, place, place), *map(yes, ground.plan.gates))
            assert person is not None
            [answer] = rules.check(person.plain(rules.vocabulary), version.start, [scheme])
            assert (answer.status, answer.outcome) == ("qualifies", outcome)


@pytest.mark.parametrize("way", ["edges", "mcdc"])
@pytest.mark.parametrize("scheme", ["cn/k-visa", "hk/qmas", "cn/work-permit", "jp/j-skip"])
def test_cases_from_the_law_can_be_read_and_hold(rules: Jifen, tmp_path: Path, scheme: str, way: str) -> None:
    from jifen.proof import boundary

    version = rules.versions(scheme)[-1]
    ground = Ground(rules, version, version.start)
    undecided: list[str] = []
    pairs = list(boundary.edges(ground, undecided) if way == "edges" else boundary.mcdc(ground))
    assert len(pairs) >= 5
    assert undecided == []
    path = tmp_path / "cases.yaml"
    path.write_text(boundary.text(rules, ground, pairs), "utf-8")
    found = read_cases(path)
    assert len(found) == 2 * len(pairs)
    assert [d for c in found for d in run_case(rules, c).differences] == []


def test_an_mcdc_pair_has_two_answers(rules: Jifen) -> None:
    from jifen.proof import boundary

    version = rules.versions("cn/work-permit")[-1]
    ground = Ground(rules, version, version.start)
    for pair in boundary.mcdc(ground):
        answers = [
            rules.check(p.plain(rules.vocabulary), version.start, ["cn/work-permit"])[0]
            for p in (pair.first, pair.second)
        ]
        assert (answers[0].status, answers[0].outcome) != (answers[1].status, answers[1].outcome), pair.names


def test_a_maximum_that_the_law_does_not_print_is_the_most_that_somebody_can_have(rules: Jifen) -> None:
    """The bonus points of Japan's scheme sum up to 100, but two of them exclude each other."""
    plan = rules.plan("jp/highly-skilled-professional-a", date(2026, 11, 23))
    assert plan
    assert (plan.parts["bonus"].most, plan.parts[""].most) == (90, 220)
    for scheme, versions in rules.shelf.schemes.items():
        plan = rules.plan(scheme, versions[-1].start)
        for part in plan.parts.values() if plan else ():
            if not part.criterion.caps:
                assert bounds(plan.diagrams({}).of(part.points))[1] == part.most, scheme
