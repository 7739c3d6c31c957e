"""The power of a fact is exact: what adding up all combinations of cells gives."""

import itertools
from collections import defaultdict
from datetime import date

import pytest

from jifen.advice.doubt import Sight
from jifen.advice.forks import joined, restricted, support
from jifen.advice.prior import plain_prior
from jifen.answers.door import Jifen
from jifen.plan.form import Plan

DAY = date(2026, 11, 23)


def _people(sight: Sight, plan: Plan) -> list[tuple[dict[str, int], dict[str, int], float]]:
    """Every combination of cells: values of the variables, the cells, and the share of people in it."""
    lists = []
    for level, variable in enumerate(sight.variables):
        if variable.authority:
            continue
        edges = sight.edges.get(variable.name, ())
        shares = sight.weights.of(level, edges)
        lists.append(
            [(variable.name, v, c, s) for c, (v, s) in enumerate(zip((variable.low, *edges), shares, strict=True))]
        )
    found = []
    for chosen in itertools.product(*lists):
        share = 1.0
        for *_, part in chosen:
            share *= part
        found.append(({n: v for n, v, _, _ in chosen}, {n: c for n, _, c, _ in chosen}, share))
    return found


@pytest.mark.parametrize(
    "scheme",
    ["cn/k-visa", "hk/ttps", "sg/tech-pass", "cn/permanent-residence/family-of-principal", "jp/j-find", "cn/work-permit-short-term"],
)  # fmt: skip
def test_the_power_of_every_fact_is_the_variance_between_its_values(rules: Jifen, scheme: str) -> None:
    plan = rules.plan(scheme, DAY)
    assert plan
    sight = Sight(plan, plain_prior(rules.vocabulary))
    people = _people(sight, plan)
    assert 1 < len(people) < 20_000
    answers = []
    for values, _, _ in people:
        diagrams = plan.diagrams({**plan.presumed, **values})
        [answer] = diagrams.value_sets(diagrams.of(plan.outcome), plan.first_authority)
        answers.append(answer)
    classes = set(answers)

    def spread(facts: tuple[str, ...] | None) -> float:
        """The sum over the answers of the variance between the groups of people who give these facts alike (None: between all)."""
        names = [v.name for v in sight.variables if facts is None or v.facts == facts]
        groups: dict[object, dict[object, float]] = defaultdict(lambda: defaultdict(float))
        for answer, (_, cells, share) in zip(answers, people, strict=True):
            groups[tuple(cells.get(n) for n in names)][answer] += share
        mean = {c: sum(g[c] for g in groups.values()) for c in classes}
        total = 0.0
        for group in groups.values():
            weight = sum(group.values())
            total += sum(group[c] ** 2 for c in classes) / weight if weight else 0.0
        return total - sum(m * m for m in mean.values())

    found = sight.powers([sight.answer(plan.presumed)])
    doubt = spread(None)
    assert found
    for facts, power in found.items():
        assert power == pytest.approx(spread(facts) / doubt, abs=1e-9), facts


def test_a_diagram_cut_down_is_the_diagram_of_what_is_known(rules: Jifen) -> None:
    """Step by step or at once, the same facts still matter."""
    plan = rules.plan("cn/work-permit", DAY)
    assert plan
    sight = Sight(plan, plain_prior(rules.vocabulary))
    whole = sight.answer(plan.presumed)
    known = {"age": 30, "china.annual_salary": 20_000_000, "healthy": 1}
    levels = {sight.levels[n]: v for n, v in known.items()}
    at_once = restricted(whole, levels, sight.weights)
    by_steps = whole
    for level, value in levels.items():
        by_steps = restricted(by_steps, {level: value}, sight.weights)
    anew = sight.answer({**plan.presumed, **known})
    assert support(at_once) == support(by_steps) == support(anew)
    assert at_once[1].mean == pytest.approx(anew[1].mean)
    assert by_steps[1].mean == pytest.approx(anew[1].mean)


def test_what_stays_open_for_good_leaves_the_facts_that_still_settle_something(rules: Jifen) -> None:
    """Two of three at Tech.Pass: with one open, the other two still matter; with two open, the third settles nothing."""
    plan = rules.plan("sg/tech-pass", DAY)
    assert plan
    sight = Sight(plan, plain_prior(rules.vocabulary))
    whole = sight.answer({})
    assert len(support(joined(whole, {0}, sight.weights, "or"))) == 2
    assert support(joined(whole, {0, 1}, sight.weights, "or")) == set()
    one_fails = restricted(whole, {0: 0}, sight.weights)
    assert support(joined(one_fails, {1}, sight.weights, "or")) == {2}
