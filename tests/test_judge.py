"""The judge itself: Z3 says of each published scheme what the reference engine says."""

from datetime import date
from random import Random

import pytest

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
        outcome = judge.value(plan.outcome)
        assert judge.find(fixed=state.known) is not None
        assert judge.find(outcome != state.value(plan.outcome), fixed=state.known) is None
        if plan.total:
            assert judge.find(judge.value(plan.total) != state.value(plan.total), fixed=state.known) is None


def test_the_judge_finds_a_person_whom_the_engine_confirms(rules: Jifen) -> None:
    plan = rules.plan("ca/express-entry-crs", date(2026, 11, 23))
    assert plan and plan.total
    judge = Judge(plan)
    person = judge.find(judge.value(plan.total) == 600)
    assert person is not None
    assert evaluate(plan.total, person) == 600


def test_the_judge_proves_that_nobody_has_more_than_the_maximum(rules: Jifen) -> None:
    plan = rules.plan("cn/work-permit", date(2026, 11, 23))
    assert plan and plan.total
    judge = Judge(plan)
    assert judge.find(judge.value(plan.total) == 120) is not None
    assert judge.find(judge.value(plan.total) > 120) is None


def test_the_judge_finds_the_smallest_value(rules: Jifen) -> None:
    plan = rules.plan("cn/work-permit", date(2026, 11, 23))
    assert plan and plan.total
    judge = Judge(plan)
    salary = judge.symbols["china.annual_salary"]
    found = judge.lowest(salary, judge.value(plan.parts["salary"].points) == 17)
    assert found is not None and found[0] == 35_000_000


def test_a_node_is_evaluated_by_its_own_meaning() -> None:
    graph = Graph()
    age = graph.var("age", 0, 120)
    node = graph.sum([graph.case(age, [18, 26], [graph.const(0), graph.const(10), graph.const(15)]), graph.const(1)])
    assert [evaluate(node, {"age": a}) for a in (17, 18, 25, 26)] == [1, 11, 11, 16]
