"""The timeline: every claimed day of change differs from the day before, and no other day of the horizon does."""

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from typing import Any

import pytest

from jifen.advice.picture import timeline_svg
from jifen.advice.timeline import Timeline, timeline
from jifen.answers.door import Jifen
from jifen.engines.reference import State
from jifen.problems import ProfileError, RequestError

DAY = date(2026, 11, 23)


def _line(
    rules: Jifen, profile: dict[str, Any], scheme: str, years: int = 5, **more: Any
) -> list[tuple[date, int | None]]:
    found = timeline(rules, rules.profile(profile), more.pop("on", DAY), years, [scheme], **more)
    return [(c.day, c.points) for c in found.lines[0].changes]


def _by_day(rules: Jifen, profile: dict[str, Any], scheme: str, on: date, until: date) -> list[date]:
    """The days on which the reference engine answers otherwise than on the day before, looked at one by one."""
    read = rules.profile(profile)
    found = []
    before: object = None
    day = on
    while day <= until:
        plan = rules.plan(scheme, day)
        now: object = "not in force"
        if plan is not None:
            state = State(plan, rules.complete(read, day), day)
            now = (state.status(), state.total())
        if before is not None and now != before:
            found.append(day)
        before = now
        day += timedelta(days=1)
    return found


ENGINEER = {
    "birth_date": "1984-05-17",
    "work.spells": [
        {"from": "2009-07-01", "until": "2015-01-31", "country": "DE", "related": True},
        {"from": "2025-03-15", "country": "CN", "related": True},
    ],
    "education.degree": "bachelor",
}


@pytest.mark.parametrize(
    ("scheme", "profile", "on", "years"),
    [
        ("cn/work-permit", ENGINEER, DAY, 6),
        ("ca/express-entry-crs", {**ENGINEER, "birth_date": "2008-02-29"}, date(2026, 1, 1), 4),
        ("sg/compass", {**ENGINEER, "singapore.sector": "infocomm", "singapore.monthly_salary": 6200}, date(2026, 1, 1), 2),
        ("cn/permanent-residence/elderly-relative", {"birth_date": "1968-02-29"}, date(2026, 1, 1), 4),
        ("jp/j-find", {"birth_date": "1990-01-01"}, date(2022, 1, 1), 3),
    ],
)  # fmt: skip
def test_exactly_the_days_of_change_are_found(
    rules: Jifen, scheme: str, profile: dict[str, Any], on: date, years: int
) -> None:
    """Held against the reference engine, day by day over the whole horizon."""
    found = timeline(rules, rules.profile(profile), on, years, [scheme])
    assert [c.day for c in found.lines[0].changes] == _by_day(rules, profile, scheme, on, found.until)


def test_a_birthday_takes_points_on_its_day_and_not_before(rules: Jifen) -> None:
    """In the Canadian ranking a single person of 30 loses points with each birthday."""
    person = {"birth_date": "1997-03-03", "family.partner": False}
    assert _line(rules, person, "ca/express-entry-crs", 2)[:1] == [(date(2027, 3, 3), None)]
    found = timeline(rules, rules.profile(person), DAY, 2, ["ca/express-entry-crs"])
    [change, *_] = found.lines[0].changes
    [cause] = change.causes
    assert cause.fact
    assert (cause.fact.id, cause.before, cause.after) == ("age", "29", "30")


def test_a_birthday_on_29_february_is_kept_on_1_march_in_a_common_year(rules: Jifen) -> None:
    person = {"birth_date": "1968-02-29"}
    changes = _line(rules, person, "cn/permanent-residence/elderly-relative", 3)
    assert [day for day, _ in changes] == [date(2028, 2, 29)]
    person = {"birth_date": "2008-02-29"}
    found = timeline(rules, rules.profile(person), date(2025, 6, 1), 2, ["cn/permanent-residence/minor-child"])
    assert [c.day for c in found.lines[0].changes] == [date(2026, 3, 1)]


def test_a_version_of_the_law_changes_the_answer_on_its_first_day(rules: Jifen) -> None:
    profile = rules.profile("profiles/engineer.yaml")
    found = timeline(rules, profile, DAY, 1, ["sg/compass"])
    [change] = found.lines[0].changes
    assert (change.day, change.points, change.gain) == (date(2027, 1, 1), -10, -1)
    assert change.causes[0].data() == {"kind": "law", "name": "", "before": "2026-07-01", "after": "2027-01-01"}
    assert found.lines[0].best == (DAY, date(2027, 1, 1))
    assert [(t.clause.id, t.points) for t in change.turns] == [("c1", -10)]


def test_the_best_window_begins_when_experience_is_completed_and_ends_with_a_birthday(rules: Jifen) -> None:
    """Two more years of continuous work bring five points; turning 46 takes five."""
    profile = rules.profile("profiles/engineer.yaml")
    found = timeline(rules, profile, DAY, 6, ["cn/work-permit"], counting=["china.continuous_work_years"])
    line = found.lines[0]
    assert [(c.day, c.points) for c in line.changes] == [(date(2028, 11, 23), 5), (date(2030, 5, 17), -5)]
    assert line.best == (date(2028, 11, 23), date(2030, 5, 17))


def test_a_number_without_dates_stays_as_it_is_and_is_named(rules: Jifen) -> None:
    """An age of 45 without a date of birth gives no day on which 46 is reached; nothing is guessed."""
    found = timeline(rules, rules.profile({"age": 45}), DAY, 5, ["cn/work-permit"])
    assert found.lines[0].changes == ()
    assert [f.id for f in found.lines[0].held] == ["age"]


def test_a_number_that_counts_on_is_said_to(rules: Jifen) -> None:
    found = timeline(
        rules, rules.profile({"age": 59}), DAY, 3, ["cn/permanent-residence/elderly-relative"], counting=["age"]
    )
    assert [c.day for c in found.lines[0].changes] == [date(2027, 11, 23)]
    assert [f.id for f in found.counting] == ["age"]
    assert found.lines[0].held == ()


def test_days_until_a_permit_ends_count_down(rules: Jifen) -> None:
    """An extension is asked for at least 30 days before the end: with 40 days left it is too late on the eleventh day."""
    profile = rules.profile("profiles/engineer.yaml")
    values = {**profile.plain(rules.vocabulary), "china.days_to_expiry": 40}
    values = {k: v for k, v in values.items() if k != "age"}
    found = timeline(
        rules, rules.profile(values), DAY, 1, ["cn/work-residence-permit"], counting=["china.days_to_expiry"]
    )
    assert [(c.day, c.after.status) for c in found.lines[0].changes] == [(DAY + timedelta(days=11), "does not qualify")]


def test_a_date_and_the_number_that_follows_from_it_may_stand_together(rules: Jifen) -> None:
    """They agree on the day asked about; the number then grows with the date."""
    both = _line(rules, {"birth_date": "1967-05-01", "age": 59}, "cn/permanent-residence/elderly-relative", 2)
    assert both == _line(rules, {"birth_date": "1967-05-01"}, "cn/permanent-residence/elderly-relative", 2)


def test_a_profile_that_contradicts_itself_is_refused(rules: Jifen) -> None:
    with pytest.raises(ProfileError):
        timeline(rules, rules.profile({"birth_date": "1967-05-01", "age": 30}), DAY, 2, ["cn/k-visa"])


@pytest.mark.parametrize(
    ("counting", "found"),
    [
        ("china.annual_salary", "CNY a year"),
        ("japan.residence_years", "unknown"),
        ("residence.stay_months_4_years", "looks back over a window that moves on"),
        ("age", "follows from dates"),
    ],
)
def test_what_cannot_count_on_is_refused_with_the_reason(rules: Jifen, counting: str, found: str) -> None:
    profile = {
        "birth_date": "1984-05-17", "age": 42, "china.annual_salary": 480000, "residence.stay_months_4_years": 33,
    }  # fmt: skip
    with pytest.raises(RequestError) as caught:
        timeline(rules, rules.profile(profile), DAY, 2, ["cn/work-permit"], counting=[counting])
    [problem] = caught.value.problems
    assert (problem.code, problem.found) == ("cannot-count", found)


@pytest.fixture(scope="module")
def drawn(rules: Jifen) -> Timeline:
    profile = rules.profile("profiles/engineer.yaml")
    return timeline(rules, profile, DAY, 5, ["ca/express-entry-crs", "cn/work-permit", "hk/qmas"])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_picture_is_well_formed_and_tells_everything_in_words(drawn: Timeline, lang: str) -> None:
    root = ET.fromstring(timeline_svg(drawn, lang))
    names = {"s": "http://www.w3.org/2000/svg"}
    assert root.get("role") == "img"
    told = root.findtext("s:desc", "", names)
    for line in drawn.lines:
        assert line.title[lang] in told
        assert all(str(c.day) in told for c in line.changes)
    assert root.findtext("s:title", "", names) == {"en": "When to apply", "zh": "何时申请"}[lang]


def test_the_picture_shows_a_mark_beside_every_colour(drawn: Timeline) -> None:
    svg = timeline_svg(drawn)
    assert len(re.findall(r'class="yes"', svg)) == sum(len(line.changes) + 1 for line in drawn.lines)
    assert "● " in svg


def test_a_scheme_is_compiled_once_for_days_between_which_its_own_law_stays(rules: Jifen) -> None:
    """Other laws change in between; its own amounts, and the schemes it refers to, make another plan when they change."""
    days = (date(2026, 6, 1), date(2027, 3, 31), date(2027, 4, 1))
    one, same, other = (rules.plan("jp/permanent-residence-by-points", day) for day in days)
    assert one is not None
    assert one is same
    assert one is not other
    for scheme, versions in rules.shelf.schemes.items():
        starts = sorted({r.start for v in versions for p in v.parameters for r in p.rows} & {*_days(rules)})
        for start in starts[:2]:
            before, after = rules.plan(scheme, start - timedelta(days=1)), rules.plan(scheme, start)
            assert before is None or before is not after, (scheme, start)


def _days(rules: Jifen) -> list[date]:
    return [
        r.start for versions in rules.shelf.schemes.values() for v in versions for p in v.parameters for r in p.rows
    ]
