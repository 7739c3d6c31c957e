"""The difference of two versions: the rows that changed, and regions of people that part the change."""

from datetime import date
from random import Random

import pytest

from helpers import random_profile
from jifen.answers.door import Jifen
from jifen.engines.reference import State
from jifen.plan.form import in_force
from jifen.proof.difference import Difference, compare
from jifen.proof.ground import Ground


def between(rules: Jifen, scheme: str, first: str, second: str) -> Difference:
    days = [date.fromisoformat(d) for d in (first, second)]
    one, other = ((v, d) for d in days if (v := in_force(rules.versions(scheme), d)))
    return compare(rules, one, other)


def test_the_end_of_points_for_a_job_offer_in_canada(rules: Jifen) -> None:
    found = between(rules, "ca/express-entry-crs", "2025-01-01", "2026-01-01")
    [change] = found.changes
    assert change.id == "job_offer"
    assert [(s.before, s.after) for s in change.shifts] == [(50, 0), (200, 0)]
    assert {r.citations[0].instrument for r in change.before} == {"G24"}
    assert {(r.before, r.after, r.points, r.by["job_offer"]) for r in found.regions} == {
        ("pool", "pool", (-50, -50), -50),
        ("pool", "pool", (-200, -200), -200),
        (None, None, (-50, -50), -50),
        (None, None, (-200, -200), -200),
    }


def test_a_nationality_that_is_no_longer_excluded(rules: Jifen) -> None:
    found = between(rules, "hk/qmas", "2020-12-01", "2024-01-01")
    assert [c.id for c in found.changes] == ["scope.1"]
    assert [(r.before, r.after, r.by) for r in found.regions] == [(None, "may_apply", {"scope.1": 1})]


def test_two_days_of_one_version_without_a_change_of_numbers_do_not_differ(rules: Jifen) -> None:
    found = between(rules, "cn/k-visa", "2025-11-01", "2026-11-01")
    assert found.changes == ()
    assert found.regions == ()


def test_an_item_that_only_follows_the_points_is_no_change_of_the_law(rules: Jifen) -> None:
    found = between(rules, "jp/highly-skilled-professional-b", "2018-01-01", "2026-01-01")
    assert [c.id for c in found.changes] == ["bonus"]
    assert [(s.gain, len(s.who)) for s in found.changes[0].shifts] == [(10, 2), (20, 1)]


@pytest.mark.parametrize(
    ("scheme", "first", "second"),
    [
        ("ca/express-entry-crs", "2025-01-01", "2026-01-01"),
        ("cn/work-permit", "2018-01-01", "2026-03-01"),
        ("hk/qmas", "2024-01-01", "2025-01-01"),
        ("hk/ttps", "2023-01-01", "2026-01-01"),
        ("jp/highly-skilled-professional-b", "2018-01-01", "2026-01-01"),
        ("sg/compass", "2026-01-01", "2027-01-01"),
        ("cn/permanent-residence/market-salary", "2020-01-01", "2026-03-01"),
    ],
)
def test_regions_hold_the_people_they_say_and_every_random_person_lies_in_one(
    rules: Jifen, scheme: str, first: str, second: str
) -> None:
    days = [date.fromisoformat(d) for d in (first, second)]
    versions = [in_force(rules.versions(scheme), d) for d in days]
    plans = [Ground(rules, v, d).plan for v, d in zip(versions, days, strict=True) if v]
    found = between(rules, scheme, first, second)
    for region in found.regions:
        answers = [rules.check(region.person.plain(rules.vocabulary), d, [scheme])[0] for d in days]
        # A person of two schemes of points may leave the better of two certain outcomes open, never another one.
        assert [a.outcome for a in answers] == [region.before, region.after]
    random = Random(scheme)
    places = {(r.before, r.after) for r in found.regions if r.before != r.after}
    for _ in range(30):
        profile = {**random_profile(plans[0], rules.vocabulary, random)}
        profile = {**random_profile(plans[1], rules.vocabulary, random), **profile}
        outcomes = []
        totals = []
        for plan in plans:
            state = State(plan, profile, days[1])
            place = state.value(plan.outcome)
            assert place is not None
            outcomes.append([*plan.outcomes, None][place])
            totals.append(state.value(plan.total) if plan.total else None)
        if outcomes[0] != outcomes[1]:
            assert tuple(outcomes) in places
        gain = (totals[1] - totals[0]) if None not in totals else 0
        if gain or outcomes[0] != outcomes[1]:
            inside = [
                r
                for r in found.regions
                if (r.before, r.after) == tuple(outcomes) and r.points[0] <= gain <= r.points[1]
            ]
            assert inside
