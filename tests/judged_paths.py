"""Cheapest paths, judged: what each cell of a person costs under the cost model, and that nobody who costs less reaches the target."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from random import Random

from helpers import random_profile
from jifen.advice.costs import Costs
from jifen.advice.path import find_paths
from jifen.answers.door import Jifen
from jifen.facts.values import Value
from jifen.facts.vocabulary import Fact
from jifen.plan.form import Plan
from jifen.plan.nodes import cells
from jifen.plan.values import Variable
from judge import Assignment, Judge
from judged import Question

Prices = dict[str, list[tuple[int, int, int]]]


def somebody(rules: Jifen, plan: Plan, random: Random, left_out: float = 0.0) -> dict[str, Value]:
    """A random person who says nothing that an authority decides, and leaves out some facts."""
    found = random_profile(plan, rules.vocabulary, random)
    facts = rules.vocabulary.facts
    return {k: v for k, v in found.items() if not facts[k].authority and random.random() >= left_out}


def _height(variable: Variable, fact: Fact, edges: tuple[int, ...], value: int) -> int:
    """Steps above the least value: one a cell, at most four."""
    if fact.kind == "one of" and not fact.ordered:
        return int(value > 0)
    height = bisect.bisect_right(edges, value)
    return height if len(edges) <= 4 else -(-4 * height // len(edges))


def choices(
    rules: Jifen, plan: Plan, costs: Costs, person: Mapping[str, Value], on: date, variable: Variable
) -> Iterator[tuple[int, Fraction]]:
    """The values of a variable worth trying, one a cell, each with its price; only those that are possible."""
    fact = rules.vocabulary.facts[variable.facts[0]]
    roots = [n for n in (plan.outcome, plan.total) if n]
    edges = cells(roots).get(variable.name, ())
    now = variable.known(person, on)
    for least, after in itertools.pairwise((variable.low, *edges, variable.high + 1)):
        if now is None:
            yield least, costs.rule(fact).unknown * _height(variable, fact, edges, least)
            continue
        then = min(max(now, least), after - 1)
        values = range(least, after) if fact.kind == "one of" else (then,)
        for value in values:
            if variable.code and value == now:
                yield value, Fraction(0)
            elif variable.code:
                price = costs.code(fact, bool(value))
                if price.possible:
                    yield value, price.cost
            elif (price := costs.change(fact, now, value)).possible:
                yield value, price.cost


# --- as the judge reads it ----------------------------------------------------------------------------------------


def _priced(
    rules: Jifen, plan: Plan, costs: Costs, person: Mapping[str, Value], on: date
) -> tuple[Prices, Prices, Assignment]:
    """Spans with their cost in thousandths, spans that are impossible, and variables whose value is presumed."""
    prices: Prices = {}
    impossible: Prices = {}
    presumed: Assignment = {}
    edges = cells([n for n in (plan.outcome, plan.total) if n])
    for name, variable in plan.variables.items():
        now = variable.known(person, on)
        if name in plan.presumed and now is None:
            presumed[name] = plan.presumed[name]
        if variable.authority or name in presumed:
            continue
        single = now is not None and rules.vocabulary.facts[variable.facts[0]].kind == "one of"
        known = dict(choices(rules, plan, costs, person, on, variable))
        for least, after in itertools.pairwise((variable.low, *edges.get(name, ()), variable.high + 1)):
            for low, high in ((v, v) for v in range(least, after)) if single else ((least, after - 1),):
                inside = [int(c * 1000) for v, c in known.items() if low <= v <= high]
                if inside:
                    prices.setdefault(name, []).append((low, high, min(inside)))
                else:
                    impossible.setdefault(name, []).append((low, high, 0))
    return prices, impossible, presumed


class Payer:
    """One person before a target, and whom the judge finds for a price."""

    def __init__(
        self, rules: Jifen, plan: Plan, costs: Costs, person: Mapping[str, Value], on: date, to: str, points: int | None
    ) -> None:
        self.plan, self.judge = plan, Judge(plan)
        self.prices, impossible, self.fixed = _priced(rules, plan, costs, person, on)
        self.wanted = plan.outcomes[: plan.outcomes.index(to) + 1] if to else plan.outcomes
        self.claims = [self.judge.differs(n, a, b) for n, spans in impossible.items() for a, b, _ in spans]
        if points is not None:
            assert plan.total
            self.claims.append(self.judge.within(plan.total, points, plan.total.high))
        self.open = [n for n, v in plan.variables.items() if v.authority and n not in self.fixed]

    def finds(self, most: int | None, certain: bool) -> bool:
        """Whether somebody who costs at most so many thousandths reaches the target: whatever the authority says, or if it so decides.

        What the authority could say is not listed: whenever the judge finds somebody, it is asked for a word of the authority that fails him, and
        that word is held against everybody from then on.
        """
        judge = self.judge
        claims = [*self.claims, *([] if most is None else [judge.cost_at_most(self.prices, most)])]
        if not certain or not self.open:
            return judge.find(*claims, judge.outcome(self.plan, *self.wanted), fixed=self.fixed) is not None
        said: list[Assignment] = [{n: self.plan.variables[n].low for n in self.open}]
        missed = [None, *(o for o in self.plan.outcomes if o not in self.wanted)]
        while True:
            reached = [judge.outcome(self.plan, *self.wanted, where=word) for word in said]
            found = judge.find(*claims, *reached, fixed=self.fixed)
            if found is None:
                return False
            held = {n: v for n, v in found.items() if n in self.plan.variables and n not in self.open}
            failed = judge.find(judge.outcome(self.plan, *missed), fixed=held)
            if failed is None:
                return True
            said.append({n: failed[n] for n in self.open})


def judged_path(
    rules: Jifen,
    plan: Plan,
    costs: Costs,
    person: Mapping[str, Value],
    on: date,
    to: str = "",
    points: int | None = None,
) -> Iterator[Question]:
    """What `jifen path` says of one person, as questions."""
    person = {k: v for k, v in person.items() if k not in plan.choices}
    found = find_paths(rules, person, on, plan.scheme.id, costs, to, points)
    assert found
    payer = Payer(rules, plan, costs, person, on, to, points)
    certain = not found.decided_by
    if not found.ways:
        yield Question("no way", found.target, lambda: payer.finds(None, False), False)
        return
    if not certain:
        yield Question("for the authority", found.target, lambda: payer.finds(None, True), False)
    cost = int(found.ways[0].cost * 1000)
    yield Question("cheapest", f"{found.target} below {cost}", lambda: payer.finds(cost - 1, certain), False)
    yield Question("reached", f"{found.target} at {cost}", lambda: payer.finds(cost, certain))


GAPS = (0.0, 0.4, 0.7, 1.0)
"""Shares of the facts that the people who are judged leave out, one after another."""


def judged_paths(
    rules: Jifen, plan: Plan, costs: Costs, on: date, random: Random, targets: Sequence[tuple[str, int | None]]
) -> Iterator[Question]:
    """Random people before targets: the first two, and further ones, who leave out more, until one has a way to the last target."""
    for place, gaps in enumerate(GAPS):
        person = somebody(rules, plan, random, gaps)
        asked: list[Question] = []
        for to, points in targets:
            asked = list(judged_path(rules, plan, costs, person, on, to, points))
            yield from asked
        if place and any(q.kind == "cheapest" for q in asked):
            return


def targets(plan: Plan) -> list[tuple[str, int | None]]:
    """The best outcome, and any; where points only rank, two fifths of the most points."""
    best: list[tuple[str, int | None]] = [(plan.outcomes[0], None)] if len(plan.outcomes) > 1 else []
    if plan.ranking and plan.total:
        best.append(("", plan.total.high * 2 // 5))
    return [*best, ("", None)]
