"""Cutting a diagram down from the whole gives exactly what building it gives; and what is remembered is remembered for cells only."""

from datetime import date
from random import Random

import pytest

from helpers import random_profile
from jifen.answers.door import Jifen
from jifen.engines.reference import State
from jifen.facts.values import Value
from jifen.plan import diagram
from jifen.plan.form import Memory, Plan
from jifen.plan.nodes import Graph, cells

DAY = date(2026, 11, 23)
LARGE = [
    "ca/express-entry-crs",
    "cn/r-visa",
    "cn/work-permit",
    "jp/highly-skilled-professional-b",
    "model/permanent-residence",
    "sg/compass",
]


def _told(plan: Plan, values: dict[str, Value]) -> tuple[object, ...]:
    plan.memory.forget()
    state = State(plan, values, DAY)
    return state.status(), state.total(), state.deciding(), state.open(), [state.truth(n) for n in plan.lists.values()]


@pytest.mark.parametrize("scheme", LARGE)
def test_building_and_cutting_down_give_the_same(rules: Jifen, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = rules.plan(scheme, DAY)
    assert plan
    random = Random(scheme)
    for share in (0.3, 0.6, 0.9):
        full = random_profile(plan, rules.vocabulary, random)
        values = {k: v for k, v in full.items() if random.random() < share}
        monkeypatch.setattr(diagram, "LARGE", 10**9)
        built = _told(plan, values)
        monkeypatch.setattr(diagram, "LARGE", 0)
        assert _told(plan, values) == built


def test_two_people_in_the_same_cells_are_told_the_same_and_see_their_own_numbers(rules: Jifen) -> None:
    """30 and 40 are one cell of the work permit's age; 50 is another. Years of work are printed as each person's own."""
    facts = {"china.annual_salary": 450_000, "education.degree": "master"}
    told = {age: rules.check({**facts, "age": age}, "2026-11-23", ["cn/work-permit"])[0] for age in (30, 40, 50)}
    assert told[30].points == told[40].points != told[50].points
    plan = rules.plan("cn/work-permit", DAY)
    assert plan
    memories = [id(plan.memory.of({"age": age})) for age in (30, 40, 50)]
    assert memories[0] == memories[1] != memories[2]


def test_the_memory_forgets_the_cells_that_were_asked_longest_ago(rules: Jifen) -> None:
    plan = rules.plan("cn/k-visa", DAY)
    assert plan
    plan.memory.forget()
    name = next(iter(plan.variables))
    first = plan.memory.of({name: 0})
    first["asked"] = True
    for place in range(300):
        plan.memory.remember((place,))
    assert "asked" not in plan.memory.of({name: 0})


def test_an_unreadable_cache_is_as_if_it_were_not_there(rules: Jifen, tmp_path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    import jifen

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(diagram, "LARGE", 0)
    profile = {"age": 30}
    expected = jifen.load().check(profile, "2026-11-23", ["cn/work-permit"])[0].data()
    files = list(tmp_path.rglob("*.pickle"))
    assert len(files) > 1
    for file in files:
        file.write_bytes(b"\x80\x05broken")
    assert jifen.load().check(profile, "2026-11-23", ["cn/work-permit"])[0].data() == expected


def test_a_variable_that_is_itself_a_result_is_cut_at_every_value() -> None:
    """Where the answer is the fact itself, two values of it are never one cell."""
    graph = Graph()
    asked, told = graph.var("asked", 0, 1), graph.var("told", 0, 3)
    node = graph.case(asked, [1], [graph.const(0), told])
    assert cells([node]) == {"asked": (1,), "told": (1, 2, 3)}
    memory = Memory([node])
    assert memory.of({"asked": 1, "told": 2}) is not memory.of({"asked": 1, "told": 3})
