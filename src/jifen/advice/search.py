"""The search for the cheapest cells: a shortest way through the decision diagram of a target, under a cost model.

Every person is one way through the diagram and the model prices each cell, so nothing cheaper than a shortest way exists. Facts that are compared with each
other (a share of the staff) do not add up so; they are tried out first, over the values at their edges.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jifen.advice.costs import FREE, Costs, Price
from jifen.advice.doubt import Sight
from jifen.advice.forks import Fork, Place
from jifen.advice.prior import Prior
from jifen.answers.door import Jifen
from jifen.facts.values import Value
from jifen.facts.vocabulary import Fact
from jifen.plan.form import Plan
from jifen.plan.values import Variable
from jifen.problems import Problem, RequestError, nearest

_STEPS = 4
_COST = 10**6
_LIMIT = 10**18
_NONE = 10**30
"""Weights in one whole number: limits broken, then cost in thousandths, then number of changes, then how high they go."""


EFFORT = 3_000_000
"""Steps of a search that are enough for every published scheme with nothing known; a step is a fork, a place in a line, or a combination looked at."""


class TooFarError(Exception):
    """The steps are spent; what was not looked at stays unsaid."""


@dataclass(frozen=True, slots=True)
class Option:
    """One cell of a variable that may be chosen: its price, and the weight of that."""

    weight: int
    level: int
    least: int
    most: int
    then: int
    price: Price
    supposed: bool
    free: bool


class Search:
    def __init__(
        self,
        rules: Jifen,
        plan: Plan,
        values: Mapping[str, Value],
        on: date,
        costs: Costs,
        to: str,
        points: int | None,
        effort: int = EFFORT,
    ) -> None:
        self.rules, self.plan, self.values, self.on, self.costs = rules, plan, dict(values), on, costs
        self.facts = rules.vocabulary.facts
        if to and to not in plan.outcomes:
            blanks = {"name": plan.scheme.id}
            raise RequestError([Problem("unknown-value", blanks=blanks, found=to, nearest=nearest(to, plan.outcomes))])
        if points is not None and plan.total is None:
            form = "a scheme that gives points"
            raise RequestError([Problem("wrong-use", blanks={"name": "--points", "form": form}, found=plan.scheme.id)])
        best = plan.outcomes.index(to) if to else len(plan.outcomes) - 1
        self.wanted = (1 << (best + 1)) - 1
        self.need = points if plan.total is not None else None
        self.target = str(points) if points is not None else to or "qualifies"
        self.sight = Sight(plan, Prior())
        self.known = {n: k for n, v in plan.variables.items() if (k := v.known(values, on)) is not None}
        self.put = {n: p for n, p in plan.presumed.items() if n not in self.known} | self.known
        self.tied = self._tied()
        fixed = {n: k for n, k in self.put.items() if n not in self.known or not self._changeable(plan.variables[n])}
        self.answer = self.sight.answer(fixed)
        self.totals = self.sight.totals(fixed)
        self.limits = False
        self.certain = True
        self.left = effort
        self.unfinished = False
        self._options: dict[tuple[int, tuple[int, ...]], tuple[Option, ...]] = {}

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raises TooFarError when they are spent."""
        self.left -= steps
        if self.left < 0:
            raise TooFarError

    # --- what may change --------------------------------------------------------------------------------------

    def _tied(self) -> list[str]:
        """The facts that are compared with each other and may change."""
        found = dict.fromkeys(f for v in self.plan.variables.values() if len(v.facts) > 1 for f in v.facts)
        return [f for f in found if f in self.facts and self._fact_changes(self.facts[f])] if found else []

    def _fact_changes(self, fact: Fact) -> bool:
        return fact.id not in self.values or bool(self.costs.rule(fact).moves)

    def _changeable(self, variable: Variable) -> bool:
        return any(f in self.facts and self._fact_changes(self.facts[f]) for f in variable.facts)

    def _price(self, variable: Variable, now: int | None, then: int) -> tuple[Price, bool]:
        """What it costs that a variable has a value, and whether that is a supposition."""
        fact = self.facts.get(variable.facts[0])
        if fact is None or variable.compute or (fact.authority and now is None):
            return Price(Fraction(0), 0, possible=False), now is None
        if now is None:
            steps = self._height(variable, fact, then)
            return Price(self.costs.rule(fact).unknown * steps, 0), True
        if variable.code:
            return (self.costs.code(fact, bool(then)) if then != now else FREE), False
        return self.costs.change(fact, now, then), False

    def _height(self, variable: Variable, fact: Fact, then: int) -> int:
        """How many steps a value that is supposed stands above the least: one a cell, or a quarter of the cells where there are more."""
        if fact.kind == "one of" and not fact.ordered:
            return int(then > 0)
        edges = self.sight.edges.get(variable.name, ())
        height = bisect.bisect_right(edges, then)
        return height if len(edges) <= _STEPS else -(-_STEPS * height // len(edges))

    def _weight(self, variable: Variable, price: Price, then: int) -> int:
        height = bisect.bisect_right(self.sight.edges.get(variable.name, ()), then)
        return int(price.cost * 1000) * _COST + 1000 + min(height, 999) + (0 if price.possible else _LIMIT)

    def options(self, level: int, edges: tuple[int, ...]) -> tuple[Option, ...]:
        """For each cell of a variable the cheapest value in it."""
        key = (level, edges)
        found = self._options.get(key)
        if found is None:
            found = self._options[key] = tuple(self._cells(level, edges))
        return found

    def _cells(self, level: int, edges: tuple[int, ...]) -> Iterator[Option]:
        variable = self.sight.variables[level]
        now = self.put.get(variable.name)
        fact = self.facts.get(variable.facts[0])
        for least, after in itertools.pairwise((variable.low, *edges, variable.high + 1)):
            inside = [least] if now is None else [min(max(now, least), after - 1)]
            if fact is not None and fact.kind == "one of" and not fact.ordered:
                inside = list(range(least, after))
            made = []
            for then in inside:
                price, supposed = self._price(variable, now, then)
                free = then == now or (supposed and price.possible and not price.cost)
                weight = 0 if free else self._weight(variable, price, then)
                made.append(Option(weight, level, least, after - 1, then, price, supposed, free))
            yield min(made, key=lambda o: o.weight)

    # --- the shortest way -------------------------------------------------------------------------------------

    def shortest(
        self, total: Place | None, forbidden: frozenset[str], settled: Mapping[int, int], below: int
    ) -> Found | None:
        """The cheapest cells that reach the target, if their weight is less than `below`; `settled` are levels with their values."""
        need = 0 if total is None or self.need is None else self.need - total[0]
        ahead = _Ahead(self, forbidden, settled)
        answer = self.answer
        start = ahead.of(answer[1])
        if start is None or start >= below:
            return None
        end = total[1] if total is not None else None
        counter = itertools.count()
        line: list[tuple[int, int, int, int, Fork, Fork | None, int, tuple[Option, ...]]] = []
        heapq.heappush(line, (start, 0, next(counter), 0, answer[1], end, need, ()))
        least: dict[tuple[int, int], int] = {}
        while line:
            self.spend()
            _, _, _, spent, fork, points, need, chosen = heapq.heappop(line)
            if points is not None and need <= 0:
                points = None
            if points is not None and need > points.high:
                continue
            if not fork.ways and points is None:
                return Found(spent, chosen)
            place = (id(fork), id(points))
            if place in least and least[place] <= need:
                continue
            least[place] = need
            level = min(fork.level, points.level if points is not None else fork.level)
            if level in settled:
                value = settled[level]
                _, then = _go(fork, level, value)
                offset, rest = _go(points, level, value) if points is not None else (0, None)
                if (reach := ahead.of(then)) is not None:
                    left = need - offset
                    heapq.heappush(line, (spent + reach, left, next(counter), spent, then, rest, left, chosen))
                continue
            edges = _edges(fork, points, level)
            for option in self.options(level, edges):
                if option.weight and self.forbids(option, forbidden):
                    continue
                value = option.least
                _, then = _go(fork, level, value)
                offset, rest = _go(points, level, value) if points is not None else (0, None)
                reach = ahead.of(then)
                weight = spent + option.weight
                if reach is None or weight + reach >= below:
                    continue
                entry = (
                    weight + reach,
                    need - offset,
                    next(counter),
                    weight,
                    then,
                    rest,
                    need - offset,
                    (*chosen, option),
                )
                heapq.heappush(line, entry)
        return None

    def forbids(self, option: Option, forbidden: frozenset[str]) -> bool:
        if option.weight >= _LIMIT and not self.limits:
            return True
        return any(f in forbidden for f in self.sight.variables[option.level].facts)

    def accepts(self, fork: Fork) -> bool:
        """Whether an end reaches the target: certainly, or if the authority so decides."""
        mask = fork.end
        return not mask & ~self.wanted if self.certain else bool(mask & self.wanted)

    def best(self, forbidden: frozenset[str]) -> Found | None:
        """The cheapest way over every choice of the applicant and every value of facts that are compared with each other."""
        found: Found | None = None
        totals: tuple[Place | None, ...] = self.totals if self.need is not None else (None,)
        for weight, tied, settled in self._combinations(forbidden):
            if found is not None and weight >= found.weight:
                break
            for total in totals:
                below = (found.weight if found else _NONE) - weight
                made = self.shortest(total, forbidden, settled, below)
                if made is not None:
                    found = Found(weight + made.weight, made.chosen, tied)
        return found

    def _known(self, changed: Mapping[str, int]) -> dict[int, int]:
        """The variables that are known by what is tied."""
        values = {**self.values, **changed}
        found = {}
        for level, variable in enumerate(self.sight.variables):
            if any(f in self.tied for f in variable.facts):
                value = variable.known(values, self.on)
                if value is not None:
                    found[level] = value
        return found

    def _combinations(self, forbidden: frozenset[str]) -> list[tuple[int, tuple[Settled, ...], dict[int, int]]]:
        """Each way of settling the facts that are compared with each other, the cheapest first; of equal cells only the cheapest."""
        if not self.tied:
            return [(0, (), {})]
        lists = [list(self._settling(name, forbidden)) for name in self.tied]
        self.spend(math.prod(len(of) for of in lists))
        combined = [(sum(w for w, _ in c), tuple(s for _, s in c)) for c in itertools.product(*lists)]
        found = []
        seen: set[tuple[int, ...]] = set()
        for weight, steps in sorted(combined, key=lambda c: c[0]):
            settled = self._known({s.fact.id: s.then for s in steps})
            edges = (self.sight.edges.get(self.sight.variables[level].name, ()) for level in settled)
            cells = tuple(bisect.bisect_right(e, v) for e, v in zip(edges, settled.values(), strict=True))
            if cells not in seen:
                seen.add(cells)
                found.append((weight, steps, settled))
        return found

    def _settling(self, name: str, forbidden: frozenset[str]) -> Iterator[tuple[int, Settled]]:
        """The values of one such fact, with the weight of each."""
        fact = self.facts[name]
        variable = Variable(name, fact.low, fact.high, (name,))
        now = self.values.get(name)
        assert now is None or isinstance(now, int)
        for value in _candidates(self, name):
            price, supposed = self._price(variable, now, value)
            free = value == now or (supposed and not price.cost)
            if free or (name not in forbidden and (price.possible or self.limits)):
                weight = 0 if free else self._weight(variable, price, value)
                yield weight, Settled(fact, supposed, now, value, price)

    # --- ways that differ -------------------------------------------------------------------------------------

    def ways(self, most: int) -> list[Found]:
        """The cheapest way, then the cheapest that does not change all the facts of an earlier one, and so on.

        When the steps are spent it ends, `unfinished`: none that is found then was beaten by another, but there may be more.
        """
        found: list[Found] = []
        counter = itertools.count()
        line: list[tuple[int, int, frozenset[str], Found]] = []
        tried: set[frozenset[str]] = set()

        def put(forbidden: frozenset[str]) -> None:
            if forbidden in tried:
                return
            tried.add(forbidden)
            known = next((w for w in found if not self.changed(w) & forbidden), None)
            made = known or self.best(forbidden)
            if made is not None:
                heapq.heappush(line, (made.weight, next(counter), forbidden, made))

        try:
            put(frozenset())
            while line and len(found) < most:
                _, _, forbidden, made = heapq.heappop(line)
                facts = self.changed(made)
                if not any(self.changed(w) <= facts for w in found):
                    found.append(made)
                for fact in sorted(facts):
                    put(forbidden | {fact})
        except TooFarError:
            self.unfinished = True
        return found

    def changed(self, found: Found) -> frozenset[str]:
        names = {f for o in found.chosen if o.weight for f in self.sight.variables[o.level].facts}
        return frozenset(names | {s.fact.id for s in found.tied if s.changes})


@dataclass(frozen=True, slots=True)
class Settled:
    """A value tried out for a fact that is compared with others."""

    fact: Fact
    supposed: bool
    now: int | None
    then: int
    price: Price

    @property
    def changes(self) -> bool:
        """Whether it is a change, or a supposition that has its price."""
        return self.then != self.now and bool(self.price.cost or not self.supposed)


@dataclass(frozen=True, slots=True)
class Found:
    """The cells chosen, in order, and what was tried out first."""

    weight: int
    chosen: tuple[Option, ...]
    tied: tuple[Settled, ...] = ()


class _Ahead:
    """The least weight from each fork to an end that reaches the target; None where there is none."""

    def __init__(self, search: Search, forbidden: frozenset[str], settled: Mapping[int, int]) -> None:
        self.search, self.forbidden, self.settled = search, forbidden, settled
        self._done: dict[int, int | None] = {}

    def of(self, fork: Fork) -> int | None:
        if not fork.ways:
            return 0 if self.search.accepts(fork) else None
        if fork.level in self.settled:
            return self.of(_go(fork, fork.level, self.settled[fork.level])[1])
        if id(fork) not in self._done:
            self.search.spend()
            found: int | None = None
            options = self.search.options(fork.level, fork.breaks)
            for option, (_, inner) in zip(options, fork.ways, strict=True):
                if option.weight and self.search.forbids(option, self.forbidden):
                    continue
                rest = self.of(inner)
                if rest is not None and (found is None or option.weight + rest < found):
                    found = option.weight + rest
            self._done[id(fork)] = found
        return self._done[id(fork)]


def _edges(fork: Fork, points: Fork | None, level: int) -> tuple[int, ...]:
    if points is None or points.level != level:
        return fork.breaks
    if fork.level != level:
        return points.breaks
    return tuple(sorted({*fork.breaks, *points.breaks}))


def _go(fork: Fork, level: int, value: int) -> Place:
    if fork.level != level:
        return 0, fork
    return fork.ways[bisect.bisect_right(fork.breaks, value)]


def _candidates(search: Search, name: str) -> list[int]:
    """The values of a fact that is compared with others at which something changes: its own edges, and those of the comparison."""
    found: set[int] = set()
    for own in (search.values.get(name), search.facts[name].low):
        if isinstance(own, int):
            found.add(own)
    fact = search.facts[name]
    for edge in search.sight.edges.get(name, ()):
        found |= {edge, edge - 1}
    for variable in search.plan.variables.values():
        if name not in variable.facts or not variable.compute or len(variable.facts) != 2:
            continue
        left = variable.facts[0] == name
        other = variable.facts[1 if left else 0]
        others = {search.facts[other].low, *search.sight.edges.get(other, ())}
        others |= {e - 1 for e in search.sight.edges.get(other, ())}
        if isinstance(known := search.values.get(other), int):
            others.add(known)
        for edge in search.sight.edges.get(variable.name, ()):
            for value in sorted(others):
                at = _crossing(search, variable, name, other, value, edge, left)
                found |= {at, at - 1}
    return sorted(v for v in found if fact.low <= v <= fact.high)


def _crossing(search: Search, variable: Variable, name: str, other: str, value: int, edge: int, left: bool) -> int:
    """The first value of a fact at which its ratio to the other is on the far side of an edge (above for the left of the two)."""
    fact = search.facts[name]
    low, high = fact.low, fact.high + 1
    assert variable.compute
    while low < high:
        middle = (low + high) // 2
        above = variable.compute({name: middle, other: value}, search.on) >= edge
        if above is left:
            high = middle
        else:
            low = middle + 1
    return low
