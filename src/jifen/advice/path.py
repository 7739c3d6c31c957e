"""The path: the cheapest sets of changes that reach an outcome, and what stands in the way where none does.

Every person is one way through the decision diagram of the target, and a cost model prices each cell of each fact; so the cheapest
person is a shortest way, and nothing cheaper exists under that model. Different ways are found by forbidding, in turn, each fact that a way
changes. Facts compared with each other (a share of the staff) are first tried out over the values at their edges.

What the profile leaves out may be *supposed*, at the price that the model gives; it then is a condition of the way (“if …”).
The least value of such a fact (no, none, 0) costs nothing to suppose; a condition is told wherever the way depends on it.
"""

from __future__ import annotations

import bisect
import calendar
import heapq
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from jifen.advice.clauses import Clause, asking, placed
from jifen.advice.costs import FREE, Costs, Price
from jifen.advice.doubt import Fork, Place, Sight, ends, lowest_case, restricted
from jifen.advice.prior import Prior
from jifen.advice.timeline import Moment
from jifen.answers.door import Jifen
from jifen.engines.reference import Range, State, Status
from jifen.facts.profiles import Profile
from jifen.facts.values import Value, plain_value
from jifen.facts.vocabulary import Fact
from jifen.forms import Words
from jifen.plan.diagram import bounds
from jifen.plan.form import Plan
from jifen.plan.values import Variable
from jifen.problems import Problem, RequestError, nearest

_STEPS = 4
_COST = 10**6
_LIMIT = 10**18
_NONE = 10**30
"""Weights in one whole number: limits broken, then cost in thousandths, then number of changes, then how high they go."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change, or one supposition about a fact that is not known. `least` and `most` are the cell that is needed.

    `points` are the points that it brings, with the steps before it done. For a `several of` the step is one `code`.
    """

    fact: Fact
    supposed: bool
    now: Value | None
    least: int
    most: int
    then: int
    price: Price
    code: str = ""
    points: int | None = None
    clauses: tuple[Clause, ...] = ()
    because: Words | None = None

    def data(self) -> dict[str, Any]:
        fact = self.fact
        found: dict[str, Any] = {
            "fact": fact.id,
            "supposed": self.supposed,
            "now": None if self.now is None else plain_value(fact, self.now),
            "cost": _plain(self.price.cost),
            "months": self.price.months,
            "points": self.points,
            "because": dict(self.because or {}),
            "clauses": [c.data() for c in self.clauses],
        }
        if self.code:
            return {**found, "code": self.code, "includes": bool(self.then)}
        ends = {"least": self.least, "most": self.most}
        return {**found, "then": plain_value(fact, self.then), **{k: plain_value(fact, v) for k, v in ends.items()}}


@dataclass(frozen=True, slots=True)
class Way:
    """Steps that together reach the target, and the answer of the reference engine when they are done.

    `conditions` are unknown facts at their least value on which the way depends. `months` is the longest of the steps.
    """

    steps: tuple[Step, ...]
    conditions: tuple[Step, ...]
    cost: Fraction
    months: int
    status: Status
    outcome: str | None
    points: Range | None
    values: Mapping[str, Value]

    def data(self) -> dict[str, Any]:
        return {
            "cost": _plain(self.cost),
            "months": self.months,
            "status": self.status,
            "outcome": self.outcome,
            "points": self.points.data() if self.points else None,
            "steps": [s.data() for s in self.steps],
            "conditions": [s.data() for s in self.conditions],
        }


@dataclass(frozen=True)
class Paths:
    """What `find_paths` found for one scheme.

    `target` is `qualifies`, an outcome, or a number of points; `decided_by` is `authority` where even the best way leaves the decision to the
    authority. Without `ways`, `limits` are the changes that would be needed and that the model holds to be impossible: the fewest.
    """

    scheme: str
    title: Words
    outcomes: Mapping[str, Words]
    on: date
    target: str
    reached: bool
    status: Status
    points: Range | None
    decided_by: str
    ways: tuple[Way, ...]
    limits: tuple[Step, ...]

    def data(self) -> dict[str, Any]:
        return {
            "scheme": self.scheme,
            "title": dict(self.title),
            "as_of": self.on.isoformat(),
            "target": self.target,
            "reached": self.reached,
            "status": self.status,
            "points": self.points.data() if self.points else None,
            "decided_by": self.decided_by,
            "ways": [w.data() for w in self.ways],
            "limits": [s.data() for s in self.limits],
        }


def _plain(cost: Fraction) -> int | float:
    return int(cost) if cost.denominator == 1 else float(cost)


def find_paths(
    rules: Jifen,
    values: Mapping[str, Value],
    on: date,
    scheme: str,
    costs: Costs,
    to: str = "",
    points: int | None = None,
    most: int = 3,
) -> Paths | None:
    """The cheapest ways, at most `most`, each changing a set of facts that contains no other's; None if the scheme is not in force.

    `values` is what is known (`rules.complete(profile, on)`). The target is to qualify; or the outcome `to`, or a better one; or at least so many
    points. Raises RequestError for an outcome that the scheme does not have.
    """
    plan = rules.plan(scheme, on)
    if plan is None:
        return None
    return _Search(rules, plan, values, on, costs, to, points).paths(most)


def later(rules: Jifen, profile: Profile, on: date, scheme: str, way: Way) -> Moment:
    """The answer on the day when a way is done: its changes made, what follows from dates grown, by the law in force then."""
    month = on.month - 1 + way.months
    year = on.year + month // 12
    day = date(year, month % 12 + 1, min(on.day, calendar.monthrange(year, month % 12 + 1)[1]))
    plan = rules.plan(scheme, day)
    if plan is None:
        return Moment("not in force", (), None, None)
    changed = {s.fact.id: way.values[s.fact.id] for s in (*way.steps, *way.conditions)}
    state = State(plan, {**rules.complete(profile, day), **changed}, day)
    status, outcomes = state.status()
    return Moment(status, tuple(outcomes), state.total(), plan.scheme.start)


@dataclass(frozen=True, slots=True)
class _Option:
    """One cell of a variable that may be chosen: its price, and the weight of that."""

    weight: int
    level: int
    least: int
    most: int
    then: int
    price: Price
    supposed: bool
    free: bool


class _Search:
    def __init__(
        self,
        rules: Jifen,
        plan: Plan,
        values: Mapping[str, Value],
        on: date,
        costs: Costs,
        to: str,
        points: int | None,
    ) -> None:
        self.rules, self.plan, self.values, self.on, self.costs = rules, plan, dict(values), on, costs
        self.facts = rules.vocabulary.facts
        if to and to not in plan.outcomes:
            blanks = {"name": plan.scheme.id}
            raise RequestError([Problem("unknown-value", blanks=blanks, found=to, nearest=nearest(to, plan.outcomes))])
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
        self._laid = _Laid(self.answer, self.totals)
        self.clauses = placed(plan)
        self.limits = False
        self.certain = True
        self._options: dict[tuple[int, tuple[int, ...]], tuple[_Option, ...]] = {}

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

    def options(self, level: int, edges: tuple[int, ...]) -> tuple[_Option, ...]:
        """For each cell of a variable the cheapest value in it."""
        key = (level, edges)
        found = self._options.get(key)
        if found is None:
            found = self._options[key] = tuple(self._cells(level, edges))
        return found

    def _cells(self, level: int, edges: tuple[int, ...]) -> Iterator[_Option]:
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
                made.append(_Option(weight, level, least, after - 1, then, price, supposed, free))
            yield min(made, key=lambda o: o.weight)

    # --- the shortest way -------------------------------------------------------------------------------------

    def shortest(
        self, total: Place | None, forbidden: frozenset[str], settled: Mapping[int, int], below: int
    ) -> _Found | None:
        """The cheapest cells that reach the target, if their weight is less than `below`; `settled` are levels with their values."""
        need = 0 if total is None or self.need is None else self.need - total[0]
        ahead = _Ahead(self, forbidden, settled)
        answer = self.answer
        start = ahead.of(answer[1])
        if start is None or start >= below:
            return None
        end = total[1] if total is not None else None
        counter = itertools.count()
        line: list[tuple[int, int, int, int, Fork, Fork | None, int, tuple[_Option, ...]]] = []
        heapq.heappush(line, (start, 0, next(counter), 0, answer[1], end, need, ()))
        least: dict[tuple[int, int], int] = {}
        while line:
            _, _, _, spent, fork, points, need, chosen = heapq.heappop(line)
            if points is not None and need <= 0:
                points = None
            if points is not None and need > points.high:
                continue
            if not fork.ways and points is None:
                return _Found(spent, chosen)
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

    def forbids(self, option: _Option, forbidden: frozenset[str]) -> bool:
        if option.weight >= _LIMIT and not self.limits:
            return True
        return any(f in forbidden for f in self.sight.variables[option.level].facts)

    def accepts(self, fork: Fork) -> bool:
        """Whether an end reaches the target: certainly, or if the authority so decides."""
        mask = fork.end
        return not mask & ~self.wanted if self.certain else bool(mask & self.wanted)

    def best(self, forbidden: frozenset[str]) -> _Found | None:
        """The cheapest way over every choice of the applicant and every value of facts that are compared with each other."""
        found: _Found | None = None
        totals: tuple[Place | None, ...] = self.totals if self.need is not None else (None,)
        for weight, tied, settled in self._combinations(forbidden):
            if found is not None and weight >= found.weight:
                break
            for total in totals:
                below = (found.weight if found else _NONE) - weight
                made = self.shortest(total, forbidden, settled, below)
                if made is not None:
                    found = _Found(weight + made.weight, made.chosen, tied)
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

    def _combinations(self, forbidden: frozenset[str]) -> list[tuple[int, tuple[Step, ...], dict[int, int]]]:
        """Each way of settling the facts that are compared with each other, the cheapest first; of equal cells only the cheapest."""
        if not self.tied:
            return [(0, (), {})]
        lists = [list(self._settling(name, forbidden)) for name in self.tied]
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

    def _settling(self, name: str, forbidden: frozenset[str]) -> Iterator[tuple[int, Step]]:
        """The values of one such fact, with the weight of each."""
        fact = self.facts[name]
        variable = Variable(name, fact.low, fact.high, (name,))
        now = self.values.get(name)
        assert now is None or isinstance(now, int)
        because = self.costs.rule(fact).because
        for value in _candidates(self, name):
            price, supposed = self._price(variable, now, value)
            free = value == now or (supposed and not price.cost)
            if free or (name not in forbidden and (price.possible or self.limits)):
                weight = 0 if free else self._weight(variable, price, value)
                yield weight, Step(fact, supposed, now, value, value, value, price, because=because)

    # --- ways that differ -------------------------------------------------------------------------------------

    def ways(self, most: int) -> list[_Found]:
        """The cheapest way, then the cheapest that does not change all the facts of an earlier one, and so on."""
        found: list[_Found] = []
        counter = itertools.count()
        line: list[tuple[int, int, frozenset[str], _Found]] = []
        tried: set[frozenset[str]] = set()

        def put(forbidden: frozenset[str]) -> None:
            if forbidden in tried:
                return
            tried.add(forbidden)
            known = next((w for w in found if not self.changed(w) & forbidden), None)
            made = known or self.best(forbidden)
            if made is not None:
                heapq.heappush(line, (made.weight, next(counter), forbidden, made))

        put(frozenset())
        while line and len(found) < most:
            _, _, forbidden, made = heapq.heappop(line)
            facts = self.changed(made)
            if not any(self.changed(w) <= facts for w in found):
                found.append(made)
            for fact in sorted(facts):
                put(forbidden | {fact})
        return found

    def changed(self, found: _Found) -> frozenset[str]:
        names = {f for o in found.chosen if o.weight for f in self.sight.variables[o.level].facts}
        return frozenset(
            names | {s.fact.id for s in found.tied if s.then != s.now and (s.price.cost or not s.supposed)}
        )

    # --- the result -------------------------------------------------------------------------------------------

    def paths(self, most: int) -> Paths:
        scheme = self.plan.scheme
        status, _, points = self._answered(self._laid.further(self.put, self), self.values)
        found: list[_Found] = []
        for certain in (True, False):
            self.certain = certain
            found = self.ways(most)
            if found:
                break
        ways = tuple(self._way(f) for f in found)
        limits: tuple[Step, ...] = ()
        if not ways:
            self.limits, self.certain = True, False
            blocked = self.best(frozenset())
            if blocked is not None:
                steps = self._steps(blocked)
                touched = {s.fact.id for s in steps}
                told = self._brought(steps, [], self._untouched(touched))
                limits = tuple(s for s in told if not s.price.possible)
        reached = bool(ways) and not ways[0].steps and not ways[0].conditions
        decided_by = "" if self.certain else "authority"
        titles = {o.id: o.title for o in scheme.outcomes}
        return Paths(
            scheme.id, scheme.title, titles, self.on, self.target, reached, status, points, decided_by, ways, limits
        )

    def _answered(self, view: _Laid, values: Mapping[str, Value]) -> tuple[Status, str | None, Range | None]:
        """The answer where these diagrams are left: status, outcome (the best that is possible where it is for the authority), points."""
        sets = {e.end for e in ends(view.answer[1])}
        none = 1 << len(self.plan.outcomes)
        every = 0
        for mask in sets:
            every |= mask
        possible = [o for place, o in enumerate(self.plan.outcomes) if every >> place & 1]
        status: Status = "undetermined"
        if not every & none:
            status = "qualifies"
        elif every == none:
            status = "does not qualify"
        elif all(mask & none and mask != none for mask in sets):
            status = "for the authority"
        outcome = (possible[-1] if status == "qualifies" else possible[0]) if possible else None
        return status, outcome, self._points(view.totals, values)

    def _points(self, totals: tuple[Place, ...], values: Mapping[str, Value]) -> Range | None:
        """The bounds of the points, a choice being made for the most (see `State.total`)."""
        if not totals:
            return None
        best = max(totals, key=lambda t: t[0])
        worst = lowest_case(best)
        others = (restricted(t, worst, self.sight.weights)[0] for t in totals if t is not best)
        if all(low <= best[0] for low in others):
            return Range(best[0], max(t[0] + t[1].high for t in totals))
        return State(self.plan, values, self.on).total()

    def _way(self, found: _Found) -> Way:
        steps = sorted(self._steps(found), key=lambda s: (s.supposed, s.price.months, s.price.cost))
        rest = self._untouched({s.fact.id for s in steps})
        conditions = self._conditions(found, steps, rest)
        values = self._after([*steps, *conditions])
        status, outcome, points = self._answered(rest.further(self._all_known(values), self), values)
        cost = sum((s.price.cost for s in steps), Fraction(0))
        months = max((s.price.months for s in steps), default=0)
        told = tuple(self._brought(steps, conditions, rest))
        return Way(told, tuple(conditions), cost, months, status, outcome, points, values)

    def _untouched(self, facts: set[str]) -> _Laid:
        """The diagrams where all is known that these facts do not touch."""
        known = {n: k for n, k in self.put.items() if not facts & {*self.plan.variables[n].facts}}
        return self._laid.further(known, self)

    def _all_known(self, values: Mapping[str, Value]) -> dict[str, int]:
        known = {n: k for n, v in self.plan.variables.items() if (k := v.known(values, self.on)) is not None}
        return {**self.put, **known}

    def _steps(self, found: _Found) -> list[Step]:
        steps = [self._step(o) for o in found.chosen if o.weight]
        return steps + [s for s in found.tied if s.then != s.now and (s.price.cost or not s.supposed)]

    def _step(self, option: _Option) -> Step:
        variable = self.sight.variables[option.level]
        fact = self.facts[variable.facts[0]]
        return Step(
            fact, option.supposed, self.values.get(fact.id), option.least, option.most, option.then, option.price,
            variable.code, because=self.costs.rule(fact).because,
        )  # fmt: skip

    def _after(self, steps: Sequence[Step]) -> dict[str, Value]:
        values = dict(self.values)
        for step in steps:
            if step.code:
                before = values.get(step.fact.id, frozenset())
                assert isinstance(before, frozenset)
                values[step.fact.id] = before | {step.code} if step.then else before - {step.code}
            else:
                values[step.fact.id] = step.then
        return values

    def _reached(self, view: _Laid) -> bool:
        """Whether the target is reached whatever is still unknown."""
        if not all(self.accepts(e) for e in ends(view.answer[1])):
            return False
        return self.need is None or max(t[0] for t in view.totals) >= self.need

    def _conditions(self, found: _Found, steps: Sequence[Step], rest: _Laid) -> list[Step]:
        """Unknown facts at their least value without which the target would not be certain; as few as one by one can be left out."""
        done = rest.further(self._all_known(self._after(steps)), self)
        if self._reached(done):
            return []
        kept = [self._step(o) for o in found.chosen if not o.weight and o.supposed]
        kept += [s for s in found.tied if s.supposed and not s.price.cost]
        kept = [s for s in kept if s.fact.id not in {t.fact.id for t in steps}]
        for step in list(kept):
            less = [s for s in kept if s is not step]
            if self._reached(done.further(self._all_known(self._after([*steps, *less])), self)):
                kept = less
        return kept

    def _brought(self, steps: Sequence[Step], conditions: Sequence[Step], rest: _Laid) -> Iterator[Step]:
        """The steps with the points that each brings, one after another, and the clauses that it turns."""
        done: list[Step] = list(conditions)
        before = self._all_known(self._after(done))
        low = self._lowest(rest.further(before, self))
        for step in steps:
            done.append(step)
            after = self._all_known(self._after(done))
            high = self._lowest(rest.further(after, self))
            names = frozenset(n for n, v in self.plan.variables.items() if step.fact.id in v.facts)
            one, two = (self.plan.diagrams(known) for known in (before, after))
            found = [p for p in asking(self.clauses, names) if bounds(one.of(p.node)) != bounds(two.of(p.node))]
            points = None if low is None or high is None else high - low
            yield replace(step, points=points, clauses=tuple(p.clause for p in found))
            before, low = after, high

    @staticmethod
    def _lowest(view: _Laid) -> int | None:
        return max((t[0] for t in view.totals), default=None)


@dataclass(frozen=True, slots=True)
class _Laid:
    """The diagrams of answer and points where something is known."""

    answer: Place
    totals: tuple[Place, ...]

    def further(self, known: Mapping[str, int], search: _Search) -> _Laid:
        levels = {search.sight.levels[n]: k for n, k in known.items()}
        weights = search.sight.weights
        return _Laid(
            restricted(self.answer, levels, weights), tuple(restricted(t, levels, weights) for t in self.totals)
        )


@dataclass(frozen=True, slots=True)
class _Found:
    """The cells chosen, in order, and what was tried out first."""

    weight: int
    chosen: tuple[_Option, ...]
    tied: tuple[Step, ...] = ()


class _Ahead:
    """The least weight from each fork to an end that reaches the target; None where there is none."""

    def __init__(self, search: _Search, forbidden: frozenset[str], settled: Mapping[int, int]) -> None:
        self.search, self.forbidden, self.settled = search, forbidden, settled
        self._done: dict[int, int | None] = {}

    def of(self, fork: Fork) -> int | None:
        if not fork.ways:
            return 0 if self.search.accepts(fork) else None
        if fork.level in self.settled:
            return self.of(_go(fork, fork.level, self.settled[fork.level])[1])
        if id(fork) not in self._done:
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


def _candidates(search: _Search, name: str) -> list[int]:
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


def _crossing(search: _Search, variable: Variable, name: str, other: str, value: int, edge: int, left: bool) -> int:
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
