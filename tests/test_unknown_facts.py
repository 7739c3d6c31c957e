"""What is unknown: an answer is definite only if no value of an unknown fact would contradict it."""

from datetime import date
from random import Random

import pytest

from helpers import random_profile, random_value
from jifen.answers.door import Jifen
from jifen.engines.reference import State
from jifen.schemes.shelf import policy_folder, scheme_files

DAY = date(2026, 11, 23)
VERSIONS = sorted({p.parent.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())})


@pytest.mark.parametrize("scheme", VERSIONS)
def test_a_profile_with_one_fact_removed_never_contradicts_a_value_of_that_fact(rules: Jifen, scheme: str) -> None:
    """Bounds hold every completion, and a settled status or outcome is the status of every completion."""
    plan = rules.plan(scheme, DAY)
    if plan is None:
        pytest.fail(f"{scheme} is not in force on {DAY}")
    random = Random(scheme)
    for _ in range(12):
        full = random_profile(plan, rules.vocabulary, random)
        names = sorted(set(full) - set(plan.presumed))
        removed = random.choice(names)
        fact = rules.vocabulary.facts[removed]
        less = {k: v for k, v in full.items() if k != removed}
        open_state = State(plan, less, DAY)
        status, possible = open_state.status()
        bounds = open_state.total()
        for _ in range(6):
            value = random_value(fact, plan, random)
            state = State(plan, {**less, removed: value}, DAY)
            found, outcomes = state.status()
            if status in ("qualifies", "does not qualify"):
                assert found == status, (removed, value)
            assert set(outcomes) <= set(possible), (removed, value)
            points = state.total()
            if bounds and points:
                assert bounds.low <= points.low <= points.high <= bounds.high, (removed, value)


def test_bounds_are_reached_where_all_completions_can_be_tried(rules: Jifen) -> None:
    """On the Hong Kong criteria, six unknown yes/no facts: the status of the rest is exactly what trying all 64 gives."""
    plan = rules.plan("hk/qmas", DAY)
    assert plan
    random = Random(6)
    for _ in range(40):
        full = random_profile(plan, rules.vocabulary, random)
        yes_no = [f for f in sorted(full) if rules.vocabulary.facts[f].kind == "yes/no"]
        free = random.sample(yes_no, min(6, len(yes_no)))
        fixed = {k: v for k, v in full.items() if k not in free}
        tried = set()
        for bits in range(1 << len(free)):
            values = {**fixed, **{f: bits >> i & 1 for i, f in enumerate(free)}}
            tried.add(State(plan, values, DAY).status()[0])
        status = State(plan, fixed, DAY).status()[0]
        if tried == {"qualifies"} or tried == {"does not qualify"}:
            assert {status} == tried
        else:
            assert status == ("for the authority" if tried == {"for the authority"} else "undetermined")


def test_a_missing_fact_is_named_only_if_it_can_change_the_answer(rules: Jifen) -> None:
    """Under 18 no other fact matters to a work permit."""
    [answer] = rules.check({"age": 17}, on="2026-11-23", schemes=["cn/work-permit"])
    assert answer.status == "does not qualify"
    assert answer.missing == ()


def test_what_only_an_authority_grants_is_assumed_absent_and_the_answer_says_so(rules: Jifen) -> None:
    """Provincial points are 0 until they are granted; the assumption is listed beside the points."""
    [answer] = rules.check({"age": 42}, on="2026-11-23", schemes=["cn/work-permit"])
    provincial = next(c for c in answer.criteria if c.title["en"].startswith("Provincial"))
    assert (provincial.points.low, provincial.points.high, provincial.max) == (0, 0, 10)
    assert answer.assumed["authority.provincial_points"] == "0"


def test_nothing_known_is_never_a_no(rules: Jifen) -> None:
    """An empty profile qualifies for nothing and fails nothing."""
    for answer in rules.check({}, on="2026-11-23", schemes=["hk/qmas", "cn/k-visa", "sg/tech-pass", "jp/j-skip"]):
        assert answer.status == "undetermined"
