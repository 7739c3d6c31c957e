"""The path is true and cheapest: re-evaluated by the reference engine, tried out in full on small schemes, judged by Z3 on large ones."""

import itertools
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from random import Random

import pytest

from jifen.advice.costs import Costs, costs_file, read_costs
from jifen.advice.path import Paths, Way, find_paths
from jifen.answers.door import Jifen
from jifen.engines.reference import State
from jifen.facts.values import Value
from jifen.plan.form import Plan
from jifen.plan.nodes import cells
from jifen.problems import PolicyError, RequestError
from jifen.schemes.shelf import policy_folder, scheme_files
from judged_paths import choices, judged_path, judged_paths, somebody, targets

DAY = date(2026, 11, 23)
SCHEMES = sorted({p.parent.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())})


@pytest.fixture(scope="module")
def costs(rules: Jifen) -> Costs:
    return read_costs(costs_file(), rules.vocabulary)


def _wanted(plan: Plan, target: str) -> set[str]:
    names = plan.outcomes
    return set(names if target == "qualifies" or target.isdigit() else names[: names.index(target) + 1])


def _check(plan: Plan, found: Paths, way: Way) -> None:
    """What a way claims is what the reference engine says of its values."""
    state = State(plan, way.values, DAY)
    status, outcomes = state.status()
    assert status == way.status
    assert state.total() == way.points
    wanted = _wanted(plan, found.target)
    if found.decided_by:
        sets = state.possible()
        places = {n for n, o in enumerate(plan.outcomes) if o in wanted}
        assert all(places & s for s in sets)
    else:
        assert status == "qualifies"
        assert set(outcomes) <= wanted
    if found.target.isdigit():
        assert way.points
        assert way.points.low >= int(found.target)
    assert way.cost == sum((s.price.cost for s in way.steps), Fraction(0))
    assert all(s.price.possible for s in way.steps)
    for step in way.steps:  # “or more” is true to the end of the domain
        if step.fact.ordered and step.most == step.fact.high and not found.decided_by and not found.target.isdigit():
            assert set(State(plan, {**way.values, step.fact.id: step.most}, DAY).status()[1]) <= wanted
    lists = {s.fact.id for s in (*way.steps, *way.conditions) if s.supposed and s.fact.kind == "several of"}
    told = {s.fact.id for s in way.steps if s.alone} | {s.fact.id for s in way.conditions}
    for fact in (
        lists - told
    ):  # what is not said about a list has no influence: one code more changes nothing that is claimed
        held = way.values[fact]
        assert isinstance(held, frozenset)
        for variable in plan.variables.values():
            if variable.facts == (fact,) and variable.code and variable.code not in held:
                other = State(plan, {**way.values, fact: held | {variable.code}}, DAY)
                assert found.decided_by or other.status()[0] == "qualifies"


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_every_way_claims_is_true(rules: Jifen, costs: Costs, scheme: str) -> None:
    """On random profiles, whole and with gaps; ways come the cheapest first and none changes all that a cheaper one does."""
    plan = rules.plan(scheme, DAY)
    if plan is None:
        assert find_paths(rules, {}, DAY, scheme, costs) is None
        return
    random = Random(scheme)
    for left_out in (0.0, 0.3, 0.8):
        person = somebody(rules, plan, random, left_out)
        found = find_paths(rules, person, DAY, scheme, costs)
        assert found
        for way in found.ways:
            _check(plan, found, way)
        assert [w.cost for w in found.ways] == sorted(w.cost for w in found.ways)
        changed = [{s.fact.id for s in w.steps} for w in found.ways]
        assert not any(earlier <= after for earlier, after in itertools.combinations(changed, 2))
        assert found.ways or found.limits or not _open(plan, person)
        assert all(not s.price.possible for s in found.limits)


def _open(plan: Plan, person: Mapping[str, Value]) -> bool:
    return bool(State(plan, person, DAY).deciding())


# --- every other way tried out ------------------------------------------------------------------------------------


def _cheapest(rules: Jifen, plan: Plan, costs: Costs, person: Mapping[str, Value], wanted: set[int]) -> Fraction | None:
    """The least cost over every combination of cells, evaluated one by one."""
    asked = [v for v in plan.variables.values() if not v.authority]
    lists = [list(choices(rules, plan, costs, person, DAY, v)) for v in asked]
    fixed = dict(plan.presumed)
    best: Fraction | None = None
    for chosen in itertools.product(*lists):
        cost = sum((c for _, c in chosen), Fraction(0))
        if best is not None and cost >= best:
            continue
        known = {**fixed, **{v.name: value for v, (value, _) in zip(asked, chosen, strict=True)}}
        sets = plan.diagrams(known)
        reached = sets.value_sets(sets.of(plan.outcome), plan.first_authority)
        if all(s <= wanted for s in reached):
            best = cost
    return best


def _size(rules: Jifen, plan: Plan) -> int:
    roots = [n for n in (plan.outcome, plan.total) if n]
    size = 1
    for name, variable in plan.variables.items():
        if not variable.authority:
            size *= len(cells(roots).get(name, ())) + 1
    return size


SMALL = [
    "cn/k-visa", "cn/permanent-residence/elderly-relative", "cn/permanent-residence/minor-child", "hk/techtas", "hk/ttps",
    "jp/j-find", "sg/tech-pass", "cn/permanent-residence/family-of-principal", "cn/permanent-residence/market-salary",
    "cn/permanent-residence/spouse", "cn/permanent-residence/ethnic-chinese", "cn/permanent-residence/investment",
]  # fmt: skip


@pytest.mark.parametrize("scheme", SMALL)
def test_no_cheaper_combination_of_cells_exists(rules: Jifen, costs: Costs, scheme: str) -> None:
    plan = rules.plan(scheme, DAY)
    assert plan
    assert _size(rules, plan) <= 2000
    random = Random(scheme)
    wanted = set(range(len(plan.outcomes)))
    for left_out in (0.0, 0.2, 0.5):
        person = somebody(rules, plan, random, left_out)
        found = find_paths(rules, person, DAY, scheme, costs)
        assert found
        expected = _cheapest(rules, plan, costs, person, wanted)
        certain = None if found.decided_by or not found.ways else found.ways[0].cost
        assert certain == expected


# --- Z3 as a judge ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_judge_finds_nothing_cheaper(rules: Jifen, costs: Costs, scheme: str) -> None:
    """Z3 reads the plan alone: nobody below the cost of the first way reaches the target, and somebody at that cost does.

    Two random people of each scheme, one of them with gaps, and more if none of them has a way; before the best outcome and before any.
    """
    plan = rules.plan(scheme, DAY)
    if plan is None:
        return  # no law on that day: then there is no path either, which is tested above
    for question in judged_paths(rules, plan, costs, DAY, Random(scheme), targets(plan)):
        assert question.agrees, (question.kind, question.name)


def test_a_judge_finds_no_cheaper_way_to_a_number_of_points(rules: Jifen, costs: Costs) -> None:
    plan = rules.plan("ca/express-entry-crs", DAY)
    assert plan
    random = Random("ca/express-entry-crs")
    kinds = []
    for _ in range(2):
        person = somebody(rules, plan, random)
        for question in judged_path(rules, plan, costs, person, DAY, points=440):
            assert question.agrees, (question.kind, question.name)
            kinds.append(question.kind)
    assert kinds == ["cheapest", "reached", "no way"]


# --- what people see ----------------------------------------------------------------------------------------------


def test_a_step_says_the_points_that_it_brings_and_its_clause(rules: Jifen, costs: Costs) -> None:
    person = rules.complete(rules.profile("profiles/engineer.yaml"), DAY)
    found = find_paths(rules, person, DAY, "cn/work-permit", costs, to="A")
    assert found
    assert [[(s.fact.id, s.points, s.price.months) for s in w.steps] for w in found.ways] == [
        [("china.work_place", 10, 4)],
        [("china.continuous_work_years", 5, 24)],
        [("chinese.hsk", 2, 12)],
    ]
    [step] = found.ways[1].steps
    assert [(c.words["en"], str(c.citations[0])) for c in step.clauses] == [
        ("at least 5 years of continuous work in China", "T row 8")
    ]


def test_what_cannot_change_is_the_limit(rules: Jifen, costs: Costs) -> None:
    """At 30 nobody joins relatives as an elderly person in the years that the model grants."""
    found = find_paths(rules, {"age": 30}, DAY, "cn/permanent-residence/elderly-relative", costs)
    assert found
    assert found.ways == ()
    [limit] = found.limits
    assert (limit.fact.id, limit.now, limit.least) == ("age", 30, 60)
    assert limit.because
    assert limit.because["en"] == "only waiting makes older, and nothing makes younger"


def test_who_qualifies_already_has_an_empty_way(rules: Jifen, costs: Costs) -> None:
    person = rules.complete(rules.profile("profiles/engineer.yaml"), DAY)
    found = find_paths(rules, person, DAY, "cn/work-permit", costs)
    assert found
    assert found.reached
    assert [w.steps for w in found.ways] == [()]


def test_an_unknown_fact_is_a_condition_and_never_a_no(rules: Jifen, costs: Costs) -> None:
    """With nothing known, Tech.Pass is reached “if” two of its three hold; each is a supposition."""
    found = find_paths(rules, {}, DAY, "sg/tech-pass", costs)
    assert found
    assert len(found.ways) == 3
    assert all(len(w.steps) == 2 and all(s.supposed and s.now is None for s in w.steps) for w in found.ways)


def test_an_outcome_that_a_scheme_does_not_have_is_refused_with_the_nearest(rules: Jifen, costs: Costs) -> None:
    with pytest.raises(RequestError) as caught:
        find_paths(rules, {}, DAY, "ca/express-entry-crs", costs, to="pol")
    [problem] = caught.value.problems
    assert (problem.code, problem.nearest) == ("unknown-value", "pool")


def test_points_of_a_scheme_without_points_cannot_be_a_target(rules: Jifen, costs: Costs) -> None:
    with pytest.raises(RequestError) as caught:
        find_paths(rules, {}, DAY, "sg/tech-pass", costs, points=10)
    [problem] = caught.value.problems
    assert (problem.code, problem.found) == ("wrong-use", "sg/tech-pass")


def test_the_cost_model_prices_every_fact_and_lists_every_kind(rules: Jifen, costs: Costs) -> None:
    for fact in rules.vocabulary.facts.values():
        rule = costs.rule(fact)
        assert rule.unknown > 0
        assert set(rule.because) == {"en", "zh"}
    assert costs.sure == "uncertain"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("  age: {up:", "  aeg: {up:", "unknown-fact"),
        ("cost: 24, months: 24, most: 2", "cost: dear, months: 24, most: 2", "bad-number"),
        ("  never:\n", "  nevr:\n", "missing-key"),
        ("healthy: {unknown: 1,", "healthy: {add: {cost: 1, months: 1}, unknown: 1,", "unknown-key"),
        ("sure: uncertain\n", "sure: certainly\n", "not-one-of"),
    ],
)
def test_a_mistake_in_a_cost_model_is_told(rules: Jifen, tmp_path, old: str, new: str, code: str) -> None:  # type: ignore[no-untyped-def]
    text = costs_file().read_text("utf-8")
    assert old in text
    path = tmp_path / "costs.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PolicyError) as caught:
        read_costs(path, rules.vocabulary)
    assert code in [p.code for p in caught.value.problems]


def test_a_search_that_ends_early_says_so_and_what_it_found_is_still_the_cheapest(rules: Jifen, costs: Costs) -> None:
    scheme = "jp/highly-skilled-professional-c"
    whole = find_paths(rules, {}, DAY, scheme, costs)
    assert whole
    assert not whole.unfinished
    assert len(whole.ways) == 3
    found = 0
    for effort in (0, 10, 100, 500, 1_000, 2_000):
        part = find_paths(rules, {}, DAY, scheme, costs, effort=effort)
        assert part
        assert part.unfinished
        assert part.data()["unfinished"] is True
        assert part.limits == ()
        assert part.ways == whole.ways[: len(part.ways)]
        found = max(found, len(part.ways))
    assert found > 0
