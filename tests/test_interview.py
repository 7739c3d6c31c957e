"""The interview asks what settles most, says why, and stops when nothing asked could change an answer."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from random import Random

import pytest

from helpers import random_profile
from jifen.advice.interview import groups, next_group, next_question
from jifen.advice.topics import check_topics, published_topics
from jifen.answers.door import Jifen
from jifen.engines.reference import State
from jifen.facts.values import Value
from jifen.plan.form import Plan
from jifen.schemes.shelf import policy_folder, scheme_files

DAY = date(2026, 11, 23)
SCHEMES = sorted({p.parent.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())})


def _told(rules: Jifen, plan: Plan, random: Random) -> dict[str, Value]:
    """What a random person can tell: nothing that an authority decides, and no choice that is theirs to make."""
    found = random_profile(plan, rules.vocabulary, random)
    return {k: v for k, v in found.items() if not rules.vocabulary.facts[k].authority and k not in plan.choices}


def _interview(
    rules: Jifen, schemes: list[str], truth: dict[str, Value], unknown: Iterable[str] = ()
) -> tuple[list[str], dict[str, Value]]:
    """The facts asked, in order, of somebody who knows all but `unknown`; and what is known in the end."""
    known: dict[str, Value] = {}
    refused: set[str] = set()
    asked: list[str] = []
    while question := next_question(rules, known, DAY, schemes, refused):
        fact = question.fact.id
        assert fact not in asked
        asked.append(fact)
        if fact in unknown:
            refused.add(fact)
        else:
            known[fact] = truth[fact]
    return asked, known


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_answer_after_the_interview_is_the_answer_with_every_fact_known(rules: Jifen, scheme: str) -> None:
    plan = rules.plan(scheme, DAY)
    assert plan
    random = Random(scheme)
    for _ in range(5):
        truth = _told(rules, plan, random)
        asked, known = _interview(rules, [scheme], truth)
        assert len(asked) <= len(truth)
        after, whole = State(plan, known, DAY), State(plan, truth, DAY)
        assert after.status() == whole.status()
        if plan.ranking:
            assert after.total() == whole.total()


def test_a_fact_is_asked_only_if_it_can_change_an_answer(rules: Jifen) -> None:
    assert next_question(rules, {"age": 17}, DAY, ["cn/work-permit"]) is None
    assert next_question(rules, {"age": 17}, DAY, ["cn/work-permit", "sg/tech-pass"]) is not None


def test_what_is_said_to_be_unknown_is_never_asked_again_nor_what_only_it_could_settle(rules: Jifen) -> None:
    """At Singapore's Tech.Pass two of three are needed: with two unknown the third settles nothing in the end."""
    facts = {"singapore.last_drawn_salary", "singapore.tech_company_lead_years", "singapore.tech_product_lead_years"}
    assert next_question(rules, {}, DAY, ["sg/tech-pass"], unknown=facts) is None
    question = next_question(rules, {}, DAY, ["sg/tech-pass"], unknown={"singapore.last_drawn_salary"})
    assert question and question.fact.id in facts - {"singapore.last_drawn_salary"}


@pytest.mark.parametrize("scheme", ["cn/work-permit", "hk/qmas", "jp/highly-skilled-professional-b", "cn/r-visa"])
def test_an_interview_with_gaps_ends_with_all_that_the_known_facts_can_settle(rules: Jifen, scheme: str) -> None:
    """After “I don't know” the answer is that of a profile with every other fact."""
    plan = rules.plan(scheme, DAY)
    assert plan
    random = Random(scheme)
    for _ in range(5):
        truth = _told(rules, plan, random)
        unknown = set(random.sample(sorted(truth), min(4, len(truth))))
        _, known = _interview(rules, [scheme], truth, unknown)
        rest = {k: v for k, v in truth.items() if k not in unknown}
        assert State(plan, known, DAY).status() == State(plan, rest, DAY).status()


def test_what_would_leave_only_the_authority_to_decide_is_still_asked(rules: Jifen) -> None:
    """With the post unknown, the degree can take the K visa from undetermined to a matter for the authority."""
    unknown = frozenset({"china.stem_post"})
    question = next_question(rules, {}, DAY, ["cn/k-visa"], unknown)
    assert question is not None
    assert question.fact.id in ("education.degree", "education.stem", "china.universities")


def test_a_question_says_why_with_the_words_of_the_law(rules: Jifen) -> None:
    question = next_question(rules, {}, DAY, ["sg/tech-pass"])
    assert question
    [why] = question.why
    assert (why.scheme, why.title["en"]) == ("sg/tech-pass", "Tech.Pass")
    [clause] = why.clauses
    assert (clause.kind, [str(c) for c in clause.citations]) == ("outcome", ["T"])
    assert clause.words["en"] == "last drawn fixed monthly salary within the last year at the line or above"


def test_a_clause_that_is_settled_is_no_reason(rules: Jifen) -> None:
    """Where every clause that asks a fact is settled, the scheme is not among the reasons."""
    question = next_question(rules, {"age": 30}, DAY, ["cn/work-permit", "cn/k-visa"])
    assert question
    for why in question.why:
        assert why.clauses


def test_the_powers_of_a_fair_choice_are_exact(rules: Jifen) -> None:
    """Two of three, each cell weighing the same: each fact takes away a quarter of the doubt."""
    question = next_question(rules, {}, DAY, ["sg/tech-pass"])
    assert question and question.power == pytest.approx(0.25)


def test_groups_hold_facts_of_one_topic_in_human_order(rules: Jifen) -> None:
    found = groups(rules, {}, DAY, SCHEMES)
    assert len({g.topic.id for g in found}) == len(found) > 5
    you = next(g for g in found if g.topic.id == "you")
    assert [q.fact.id for q in you.questions] == ["age", "nationalities", "healthy", "no_criminal_record", "prizes"]
    powers = [g.power for g in found]
    assert powers == sorted(powers, reverse=True)
    first = next_group(rules, {}, DAY, SCHEMES)
    assert first and first.topic == found[0].topic


def test_the_topics_name_only_facts_that_exist(rules: Jifen) -> None:
    assert check_topics(published_topics(), rules.vocabulary) == []


def test_the_examples_of_the_page_run(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parent.parent / "docs" / "advice.md").read_text("utf-8")
    names: dict[str, object] = {}
    for block in re.findall(r"^```python\n(.*?)^```", page, re.M | re.S):
        exec(block, names)
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 3
    assert printed[2].count("singapore.") == 6
