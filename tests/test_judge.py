"""The judge itself: Z3 says of each published scheme what the reference engine says."""

from datetime import date
from random import Random

import pytest
import z3

from helpers import random_profile
from jifen.answers.door import Jifen
from jifen.engines.reference import State
from jifen.plan.nodes import Graph
from jifen.schemes.shelf import policy_folder, scheme_files
from judge import Judge, evaluate

FILES = [p.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())]


@pytest.mark.parametrize("file", FILES)
def test_the_judge_gives_random_people_what_the_reference_engine_gives(rules: Jifen, file: str) -> None:
    scheme, _, day = file.removesuffix(".md").rpartition("/")
    on = date.fromisoformat(day)
    plan = rules.plan(scheme, on)
    assert plan
    judge = Judge(plan)
    random = Random(file)
    for _ in range(2):
        state = State(plan, random_profile(plan, rules.vocabulary, random), on)
        outcome = state.value(plan.outcome)
        assert judge.find(fixed=state.known) is not None
        assert judge.find(z3.Not(judge.within(plan.outcome, outcome, outcome)), fixed=state.known) is None
        if plan.total:
            total = state.value(plan.total)
            assert judge.find(z3.Not(judge.within(plan.total, total, total)), fixed=state.known) is None


def test_the_judge_finds_a_person_whom_the_engine_confirms(rules: Jifen) -> None:
    plan = rules.plan("cn/work-permit", date(2026, 11, 23))
    assert plan and plan.total
    judge = Judge(plan)
    person = judge.find(judge.within(plan.total, 83, 83), judge.outcome(plan, "B"))
    assert person is not None
    assert (evaluate(plan.total, person), plan.outcomes[evaluate(plan.outcome, person)]) == (83, "B")


def test_the_judge_proves_that_nobody_has_more_than_the_maximum(rules: Jifen) -> None:
    plan = rules.plan("cn/work-permit", date(2026, 11, 23))
    assert plan and plan.total
    judge = Judge(plan)
    assert judge.find(judge.within(plan.total, 120, 120)) is not None
    assert judge.find(judge.within(plan.total, 121, 1000)) is None


def test_the_judge_proves_that_nobody_is_cheaper(rules: Jifen) -> None:
    plan = rules.plan("cn/work-permit", date(2026, 11, 23))
    assert plan and plan.total
    judge = Judge(plan)
    prices = {"china.annual_salary": [(0, 34_999_999, 1), (35_000_000, 10**12, 3)], "chinese.hsk": [(5, 6, 2)]}
    salary = judge.within(plan.parts["salary"].points, 17, 20)
    assert judge.find(salary, judge.cost_at_most(prices, 2)) is None
    found = judge.find(salary, judge.cost_at_most(prices, 3))
    assert found is not None
    assert found["china.annual_salary"] >= 35_000_000
    assert judge.find(salary, judge.cost_at_most(prices, 4), fixed={"chinese.hsk": 5}) is None


def test_a_ratio_is_only_found_where_whole_numbers_have_it(rules: Jifen) -> None:
    """Of three people nobody can be exactly 30%, and of ten three are."""
    plan = rules.plan("sg/compass", date(2026, 11, 23))
    assert plan
    judge = Judge(plan)
    name = next(n for n in plan.variables if n.startswith("singapore.firm_local_pmets"))
    share = judge.between(name, 3 * 2 * 252_000, 3 * 2 * 252_000)
    assert judge.find(share, fixed={"singapore.firm_pmets": 3}) is None
    found = judge.find(share, fixed={"singapore.firm_pmets": 30})
    assert found is not None
    assert found["singapore.firm_local_pmets"] == 9


def test_a_node_is_evaluated_by_its_own_meaning() -> None:
    graph = Graph()
    age = graph.var("age", 0, 120)
    node = graph.sum([graph.case(age, [18, 26], [graph.const(0), graph.const(10), graph.const(15)]), graph.const(1)])
    assert [evaluate(node, {"age": a}) for a in (17, 18, 25, 26)] == [1, 11, 11, 16]
