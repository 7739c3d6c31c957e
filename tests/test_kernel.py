"""The kernel engine gives for a table exactly what the reference engine gives for each of its rows."""

from collections.abc import Mapping, Sequence
from datetime import date
from random import Random

import numpy as np
import pytest

from helpers import random_profile
from jifen.answers.door import Jifen
from jifen.engines.kernel import Column, compile_kernel
from jifen.engines.kernel.resolve import reference_outputs
from jifen.engines.reference import STATUSES, State
from jifen.facts.values import Value
from jifen.facts.vocabulary import Vocabulary
from jifen.problems import ProfileError
from jifen.schemes.shelf import policy_folder, scheme_files

DAY = date(2026, 11, 23)
SCHEMES = sorted({p.parent.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())})
POINTS = frozenset({"criteria", "failing"})


def columns(people: Sequence[Mapping[str, Value]], facts: Sequence[str], vocabulary: Vocabulary) -> dict[str, Column]:
    """One column a fact that somebody knows."""
    found = {}
    for name in facts:
        fact = vocabulary.facts[name]
        told = np.array([name in p for p in people])
        if not told.any():
            continue
        valid = None if told.all() else told
        values = [p.get(name) for p in people]
        if fact.kind == "several of":
            assert fact.codes
            held = {c: np.array([c in (v or ()) for v in values]) for c in fact.codes.values}  # type: ignore[operator]
            found[name] = Column(held, valid)
        elif fact.kind == "spells":
            cells = np.empty(len(people), object)
            for row, value in enumerate(values):
                cells[row] = value
            found[name] = Column(cells, valid)
        else:
            found[name] = Column(np.array([v or 0 for v in values], np.int64), valid)
    return found


def people_of(rules: Jifen, scheme: str, count: int, shares: Sequence[float]) -> list[dict[str, Value]]:
    """Reproducible people near the edges of a scheme, of whose facts a share is unknown."""
    plan = rules.plan(scheme, DAY)
    assert plan
    random = Random(scheme)
    found = []
    for n in range(count):
        full = random_profile(plan, rules.vocabulary, random)
        found.append({k: v for k, v in full.items() if random.random() >= shares[n % len(shares)]})
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_status_outcome_points_and_reasons_are_those_of_the_reference(rules: Jifen, scheme: str) -> None:
    """With nothing, a twentieth, a fifth and half of the facts unknown."""
    plan = rules.plan(scheme, DAY)
    assert plan
    shares = (0, 0.05, 0.2) if scheme == "sg/compass" else (0, 0.05, 0.2, 0.5)
    people = people_of(rules, scheme, 24, shares)
    kernel = compile_kernel({scheme: plan}, rules.vocabulary, rules._rules, reasons=POINTS)
    result = kernel.run(columns(people, kernel.inputs, rules.vocabulary), DAY)[scheme]
    for row, person in enumerate(people):
        found = {(scheme, "status", ""): result.status[row], (scheme, "outcome", ""): result.outcome[row]}
        if result.low is not None and result.high is not None:
            found |= {(scheme, "low", ""): result.low[row], (scheme, "high", ""): result.high[row]}
        for criterion, (low, high) in result.criteria.items():
            found |= {(scheme, "criterion low", criterion): low[row], (scheme, "criterion high", criterion): high[row]}
        assert result.failing is not None
        found[scheme, "failing", ""] = result.failing[row]
        assert found == reference_outputs(kernel.laws[scheme], State(plan, person, DAY))


def test_a_scheme_that_is_not_in_force_says_so_for_every_row(rules: Jifen) -> None:
    kernel = compile_kernel({"cn/k-visa": rules.plan("cn/k-visa", date(2020, 1, 1))}, rules.vocabulary)
    result = kernel.run({}, date(2020, 1, 1))["cn/k-visa"]
    assert (len(result.status), result.low) == (0, None)
    plan = {"cn/k-visa": None, "cn/work-permit": rules.plan("cn/work-permit", DAY)}
    both = compile_kernel(plan, rules.vocabulary).run({"age": Column(np.array([17, 30]))}, DAY)
    assert [STATUSES[s] for s in both["cn/k-visa"].status] == ["not in force", "not in force"]
    assert [STATUSES[s] for s in both["cn/work-permit"].status] == ["does not qualify", "undetermined"]


def test_age_follows_from_the_date_of_birth(rules: Jifen) -> None:
    """Eighteen on the day asked about, and one day short of it."""
    plan = rules.plan("cn/work-permit", DAY)
    kernel = compile_kernel({"cn/work-permit": plan}, rules.vocabulary, rules._rules)
    days = np.array([date(2008, 11, 23).toordinal(), date(2008, 11, 24).toordinal()])
    result = kernel.run({"birth_date": Column(days)}, DAY)["cn/work-permit"]
    assert [STATUSES[s] for s in result.status] == ["undetermined", "does not qualify"]


def test_a_value_outside_its_domain_is_an_error_that_names_the_row(rules: Jifen) -> None:
    kernel = compile_kernel({"cn/work-permit": rules.plan("cn/work-permit", DAY)}, rules.vocabulary)
    with pytest.raises(ProfileError) as caught:
        kernel.run({"age": Column(np.array([30, 500]))}, DAY)
    [problem] = caught.value.problems
    assert (problem.code, problem.where.path if problem.where else "", problem.found) == (
        "out-of-domain",
        "age, row 2",
        "500",
    )


def test_an_age_that_contradicts_the_date_of_birth_is_an_error_that_names_the_row(rules: Jifen) -> None:
    kernel = compile_kernel({"cn/work-permit": rules.plan("cn/work-permit", DAY)}, rules.vocabulary, rules._rules)
    born = np.array([date(1990, 1, 1).toordinal()] * 2)
    with pytest.raises(ProfileError) as caught:
        kernel.run({"age": Column(np.array([36, 35])), "birth_date": Column(born)}, DAY)
    [problem] = caught.value.problems
    assert (problem.code, problem.where.path if problem.where else "") == ("contradiction", "age, row 2")
