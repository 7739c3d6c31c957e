"""The path: the cheapest sets of changes that reach an outcome, and what stands in the way where none does.

What the profile leaves out may be *supposed*, at the price that the model gives; it then is a condition of the way (“if …”).
The least value of such a fact (no, none, 0) costs nothing to suppose; a condition is told wherever the way depends on it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from jifen.advice.clauses import Clause, asking, placed
from jifen.advice.costs import Costs, Price
from jifen.advice.doubt import Sight
from jifen.advice.forks import Place, ends, least, lowest_case, restricted
from jifen.advice.moments import Moment
from jifen.advice.search import EFFORT, Found, Option, Search, Settled, TooFarError
from jifen.answers.door import Jifen
from jifen.engines.reference import Range, State, Status
from jifen.facts.profiles import Profile
from jifen.facts.values import Value, plain_value
from jifen.facts.vocabulary import Fact
from jifen.forms import Words
from jifen.plan.diagram import Diagrams, bounds_where

_MANY = 12
"""Cells above the one that is needed, of which so many are tried before “or more” is said."""


@dataclass(frozen=True, slots=True)
class Step:
    """One change, or one supposition about a fact that is not known. `least` and `most` are the cell that is needed.

    `points` are the points that it brings, with the steps before it done. For a `several of` the step is one `code` (without one: no code at all);
    `alone` says that the target also depends on no other code being held.
    """

    fact: Fact
    supposed: bool
    now: Value | None
    least: int
    most: int
    then: int
    price: Price
    code: str = ""
    alone: bool = False
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
            return {**found, "code": self.code, "includes": bool(self.then), "alone": self.alone}
        if fact.kind == "several of":
            return {**found, "then": []}
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
    `unfinished` says that the steps of the search were spent: the ways that are given are the cheapest, but whether there are others, or any, is not known.
    """

    scheme: str
    title: Words
    jurisdiction: str
    outcomes: Mapping[str, Words]
    on: date
    target: str
    reached: bool
    status: Status
    points: Range | None
    decided_by: str
    ways: tuple[Way, ...]
    limits: tuple[Step, ...]
    unfinished: bool = False

    def data(self) -> dict[str, Any]:
        return {
            "scheme": self.scheme,
            "title": dict(self.title),
            "jurisdiction": self.jurisdiction,
            "as_of": self.on.isoformat(),
            "target": self.target,
            "reached": self.reached,
            "status": self.status,
            "points": self.points.data() if self.points else None,
            "decided_by": self.decided_by,
            "ways": [w.data() for w in self.ways],
            "limits": [s.data() for s in self.limits],
            "unfinished": self.unfinished,
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
    effort: int = EFFORT,
) -> Paths | None:
    """The cheapest ways, at most `most`, none of which changes all the facts of a cheaper one; None if the scheme is not in force.

    `values` is what is known (`rules.complete(profile, on)`). The target is to qualify; or the outcome `to`, or a better one; or at least so many
    points. After `effort` steps of the search it ends, and says so. Raises RequestError for an outcome that the scheme does not have.
    """
    plan = rules.plan(scheme, on)
    if plan is None:
        return None
    return _Telling(Search(rules, plan, values, on, costs, to, points, effort)).paths(most)


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


class _Telling:
    """Makes of what a search finds the steps that people read."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.clauses = placed(search.plan)
        self._laid = _Laid(search.sight, search.answer, search.totals)
        self._of_clauses: dict[frozenset[tuple[str, int]], Diagrams] = {}

    def paths(self, most: int) -> Paths:
        scheme = self.search.plan.scheme
        status, _, points = self._answered(self._laid.further(self.search.put), self.search.values)
        found: list[Found] = []
        for certain in (True, False):
            self.search.certain = certain
            found = self.search.ways(most)
            if found or self.search.unfinished:
                break
        ways = tuple(self._way(f) for f in found)
        limits: tuple[Step, ...] = ()
        if not ways and not self.search.unfinished:
            blocked = self._blocked()
            if blocked is not None:
                steps = self._steps(blocked)
                touched = {s.fact.id for s in steps}
                told = self._brought(steps, [], self._untouched(touched))
                limits = tuple(s for s in told if not s.price.possible)
        reached = bool(ways) and not ways[0].steps and not ways[0].conditions
        decided_by = "" if self.search.certain or (self.search.unfinished and not ways) else "authority"
        titles = {o.id: o.title for o in scheme.outcomes}
        return Paths(
            scheme.id,
            scheme.title,
            scheme.jurisdiction,
            titles,
            self.search.on,
            self.search.target,
            reached,
            status,
            points,
            decided_by,
            ways,
            limits,
            self.search.unfinished,
        )

    def _blocked(self) -> Found | None:
        """The fewest changes that are held to be impossible, and that would have to be made."""
        self.search.limits, self.search.certain = True, False
        try:
            return self.search.best(frozenset())
        except TooFarError:
            self.search.unfinished = True
            return None

    def _answered(self, view: _Laid, values: Mapping[str, Value]) -> tuple[Status, str | None, Range | None]:
        """The answer where these diagrams are left: status, outcome (the best that is possible where it is for the authority), points."""
        sets = {e.end for e in ends(view.answer[1])}
        none = 1 << len(self.search.plan.outcomes)
        every = 0
        for mask in sets:
            every |= mask
        possible = [o for place, o in enumerate(self.search.plan.outcomes) if every >> place & 1]
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
        others = (restricted(t, worst, self.search.sight.weights)[0] for t in totals if t is not best)
        if all(low <= best[0] for low in others):
            return Range(best[0], max(t[0] + t[1].high for t in totals))
        return State(self.search.plan, values, self.search.on).total()

    def _way(self, found: Found) -> Way:
        steps = sorted(self._steps(found), key=lambda s: (s.supposed, s.price.months, s.price.cost))
        rest = self._untouched({s.fact.id for s in steps})
        conditions = self._conditions(found, steps, rest)
        steps = self._wider(steps, conditions, rest)
        values = self._after([*steps, *conditions])
        status, outcome, points = self._answered(rest.further(self._all_known(values)), values)
        cost = sum((s.price.cost for s in steps), Fraction(0))
        months = max((s.price.months for s in steps), default=0)
        alone = self._alone(steps, conditions, rest)
        told = tuple(
            replace(s, alone=s.supposed and s.fact.id in alone) for s in self._brought(steps, conditions, rest)
        )
        return Way(told, tuple(conditions), cost, months, status, outcome, points, values)

    def _untouched(self, facts: set[str]) -> _Laid:
        """The diagrams where all is known that these facts do not touch."""
        return self._laid.further(self._as_they_are(facts))

    def _as_they_are(self, facts: set[str]) -> dict[str, int]:
        """What is known that these facts do not touch."""
        return {n: k for n, k in self.search.put.items() if not facts & {*self.search.plan.variables[n].facts}}

    def _all_known(self, values: Mapping[str, Value]) -> dict[str, int]:
        known = {
            n: k for n, v in self.search.plan.variables.items() if (k := v.known(values, self.search.on)) is not None
        }
        return {**self.search.put, **known}

    def _steps(self, found: Found) -> list[Step]:
        steps = [self._step(o) for o in found.chosen if o.weight]
        return steps + [self._tried(s) for s in found.tied if s.changes]

    def _tried(self, settled: Settled) -> Step:
        fact, then = settled.fact, settled.then
        because = self.search.costs.rule(fact).because
        return Step(fact, settled.supposed, settled.now, then, then, then, settled.price, because=because)

    def _step(self, option: Option) -> Step:
        variable = self.search.sight.variables[option.level]
        fact = self.search.facts[variable.facts[0]]
        return Step(
            fact, option.supposed, self.search.values.get(fact.id), option.least, option.most, option.then, option.price,
            variable.code, because=self.search.costs.rule(fact).because,
        )  # fmt: skip

    def _after(self, steps: Sequence[Step]) -> dict[str, Value]:
        values = dict(self.search.values)
        for step in steps:
            if step.fact.kind == "several of" and not step.code:
                values[step.fact.id] = frozenset()
            elif step.code:
                before = values.get(step.fact.id, frozenset())
                assert isinstance(before, frozenset)
                values[step.fact.id] = before | {step.code} if step.then else before - {step.code}
            else:
                values[step.fact.id] = step.then
        return values

    def _reached(self, rest: _Laid, known: Mapping[str, int]) -> bool:
        """Whether the target is reached whatever is unknown besides."""
        levels = {self.search.sight.levels[n]: k for n, k in known.items()}
        if not all(self.search.accepts(e) for e in ends(rest.answer[1], levels)):
            return False
        need = self.search.need
        return need is None or max(least(t, levels) for t in rest.totals) >= need

    def _conditions(self, found: Found, steps: Sequence[Step], rest: _Laid) -> list[Step]:
        """Unknown facts at their least value without which the target would not be certain; as few as one by one can be left out.

        Of a list of which nothing is known, the least value is that it holds none of its codes.
        """
        if self._reached(rest, self._all_known(self._after(steps))):
            return []
        touched = {s.fact.id for s in steps}
        free = [self._step(o) for o in found.chosen if not o.weight and o.supposed]
        free += [self._tried(s) for s in found.tied if s.supposed and not s.price.cost]
        kept = list({s.fact.id: replace(s, code="") for s in free if s.fact.id not in touched}.values())
        for step in list(kept):
            less = [s for s in kept if s is not step]
            if self._reached(rest, self._all_known(self._after([*steps, *less]))):
                kept = less
        return kept

    def _wider(self, steps: Sequence[Step], conditions: Sequence[Step], rest: _Laid) -> list[Step]:
        """The steps, “or more” where every higher value reaches the target as well: one by one, and all at their highest."""

        def reached(changed: Sequence[Step]) -> bool:
            return self._reached(rest, self._all_known(self._after([*changed, *conditions])))

        wide = []
        for n, step in enumerate(steps):
            higher = [e for e in self.search.sight.edges.get(step.fact.id, ()) if e > step.most]
            if step.fact.ordered and higher and len(higher) <= _MANY:
                others = [s for m, s in enumerate(steps) if m != n]
                if all(reached([*others, replace(step, then=e)]) for e in higher):
                    step = replace(step, most=step.fact.high)
            wide.append(step)
        highest = [replace(s, then=s.most) if s.most == s.fact.high and s.fact.ordered else s for s in wide]
        return wide if reached(highest) else list(steps)

    def _alone(self, steps: Sequence[Step], conditions: Sequence[Step], rest: _Laid) -> set[str]:
        """Lists of which a code is supposed, where the target depends on it that no other code is held."""
        found = set()
        known = self._all_known(self._after([*steps, *conditions]))
        supposed = {(s.fact.id, s.code) for s in steps if s.supposed and s.code}
        for fact in {f for f, _ in supposed}:
            variables = self.search.plan.variables
            less = {
                n: k
                for n, k in known.items()
                if fact not in variables[n].facts or (fact, variables[n].code) in supposed
            }
            if not self._reached(rest, less):
                found.add(fact)
        return found

    def _diagrams(self, known: Mapping[str, int]) -> Diagrams:
        """Diagrams of single clauses; several ways often leave the same facts as they are."""
        key = frozenset(known.items())
        if key not in self._of_clauses:
            self._of_clauses[key] = self.search.plan.diagrams(known)
        return self._of_clauses[key]

    def _brought(self, steps: Sequence[Step], conditions: Sequence[Step], rest: _Laid) -> Iterator[Step]:
        """The steps with the points that each brings, one after another, and the clauses that it turns."""
        done: list[Step] = list(conditions)
        before = self._all_known(self._after(done))
        diagrams = self._diagrams(self._as_they_are({s.fact.id for s in steps}))
        low = self._lowest(rest, before)
        for step in steps:
            done.append(step)
            after = self._all_known(self._after(done))
            high = self._lowest(rest, after)
            names = frozenset(n for n, v in self.search.plan.variables.items() if step.fact.id in v.facts)
            levels = self.search.sight.levels
            one, two = ({levels[n]: k for n, k in known.items()} for known in (before, after))
            found = []
            for place in asking(self.clauses, names):
                function = diagrams.of(place.node)
                if bounds_where(function, one) != bounds_where(function, two):
                    found.append(place)
            points = None if low is None or high is None else high - low
            yield replace(step, points=points, clauses=tuple(p.clause for p in found))
            before, low = after, high

    def _lowest(self, rest: _Laid, known: Mapping[str, int]) -> int | None:
        levels = {self.search.sight.levels[n]: k for n, k in known.items()}
        return max((least(t, levels) for t in rest.totals), default=None)


@dataclass(frozen=True, slots=True)
class _Laid:
    """The diagrams of answer and points where something is known."""

    sight: Sight
    answer: Place
    totals: tuple[Place, ...]

    def further(self, known: Mapping[str, int]) -> _Laid:
        levels = {self.sight.levels[n]: k for n, k in known.items()}
        weights = self.sight.weights
        totals = tuple(restricted(t, levels, weights) for t in self.totals)
        return _Laid(self.sight, restricted(self.answer, levels, weights), totals)
