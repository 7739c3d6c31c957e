"""What is kept is what would be worked out anew: people in the same cells have the same answer, and no others share one."""

from random import Random

import portal_setup  # noqa: F401
from helpers import random_profile
from jifen.advice import interview
from jifen.answers.explain import answer_of
from jifen.engines.reference import State
from jifen.facts.profiles import Profile
from jifen.portal.questions import scope
from jifen.portal.rules import Subject, answer, powers, rules, today

SCHEMES = [s for place in ("CN", "JP", "SG", "CA") for kind in ("person", "organisation") for s in scope(kind, [place])]


def _people(scheme: str, number: int) -> list[Subject]:
    plan = rules().plan(scheme, today())
    assert plan
    random = Random(scheme)
    found = []
    for _ in range(number):
        values = random_profile(plan, rules().vocabulary, random)
        values = {k: v for k, v in values.items() if random.random() < 0.6}
        found.append(Subject(Profile(values, {}, ""), values, today()))
    return found


def test_a_kept_answer_is_the_one_that_the_reference_engine_gives() -> None:
    for scheme in SCHEMES:
        plan = rules().plan(scheme, today())
        for who in _people(scheme, 6) if plan else ():
            fresh = answer_of(State(plan, who.values, who.on), rules().vocabulary, who.on, {})
            assert answer(scheme, who) == fresh, scheme


def test_two_salaries_in_the_same_cell_share_one_answer_and_two_sums_that_are_shown_do_not() -> None:
    one, other = ({"china.annual_salary": n} for n in (301_000_00, 302_000_00))
    same = [Subject(Profile(v, {}, ""), v, today()) for v in (one, other)]
    assert answer("cn/work-permit", same[0]) is answer("cn/work-permit", same[1])
    rent = "cn/beijing/chaoyang-headquarters"
    sums = [{"headquarters.rent_three_years": n} for n in (1_000_000_00, 1_000_100_00)]
    apart = [Subject(Profile(v, {}, ""), v, today()) for v in sums]
    assert answer(rent, apart[0]) is not answer(rent, apart[1])


def test_kept_powers_are_those_of_the_interview() -> None:
    for scheme in ("cn/work-permit", "sg/compass", "cn/r-visa"):
        for who in _people(scheme, 3):
            found = interview.groups(rules(), who.values, who.on, [scheme])
            assert powers(scheme, who) == {q.fact.id: q.power for g in found for q in g.questions}
