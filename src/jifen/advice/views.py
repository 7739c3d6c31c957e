"""Views: each plan as asking sees it, with the states of knowledge last seen. They hold diagrams of the law and cells, never a person."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping
from datetime import date
from weakref import WeakKeyDictionary

from jifen.advice.clauses import Placed, asking, placed
from jifen.advice.doubt import Sight
from jifen.advice.forks import Place, joined, restricted, support
from jifen.advice.prior import Prior, plain_prior
from jifen.advice.topics import Arranged, arranged, published_topics
from jifen.answers.door import Jifen
from jifen.facts.values import Value
from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.plan.diagram import Diagrams
from jifen.plan.form import Plan

_KEPT = 200
"""States of knowledge that are kept for each scheme."""
_MANY = 12
"""A clause that asks more variables than this is not cut down to see whether it is settled."""


class Desk:
    """What is kept for one set of loaded policies."""

    def __init__(self, vocabulary: Vocabulary, schemes: int) -> None:
        self.vocabulary = vocabulary
        self.arranged: Arranged = arranged(vocabulary, published_topics())
        self.prior = plain_prior(vocabulary)
        self._most = 4 * schemes + 40
        self._views: dict[tuple[int, frozenset[str], int], View] = {}

    def view(
        self, plan: Plan, values: Mapping[str, Value], on: date, prior: Prior | None
    ) -> tuple[View, dict[str, int]]:
        """The view of a plan and what is known in it: where the authority has said what is presumed otherwise, a view without that."""
        known = {n: k for n, v in plan.variables.items() if (k := v.known(values, on)) is not None}
        presumed = {n: p for n, p in plan.presumed.items() if n not in known}
        chosen = prior or self.prior
        key = id(plan), frozenset(presumed), id(chosen)
        found = self._views.get(key)
        if found is None:
            if len(self._views) > self._most:
                self._views.clear()
            found = self._views[key] = View(plan, presumed, chosen, self.vocabulary.facts)
        return found, known


_DESKS: WeakKeyDictionary[Jifen, Desk] = WeakKeyDictionary()


def desk_of(rules: Jifen) -> Desk:
    found = _DESKS.get(rules)
    if found is None:
        found = _DESKS[rules] = Desk(rules.vocabulary, len(rules.shelf.schemes))
    return found


class View:
    """One plan as asking sees it, with the states of knowledge last seen."""

    def __init__(self, plan: Plan, presumed: Mapping[str, int], prior: Prior, facts: Mapping[str, Fact]) -> None:
        self.plan, self.prior, self.facts = plan, prior, facts
        self.presumed = presumed
        self.sight = Sight(plan, prior)
        self.clauses = placed(plan)
        self._states: dict[frozenset[tuple[str, int]], State] = {}
        self._last: tuple[frozenset[tuple[str, int]], Diagrams] | None = None

    def _cells(self, known: Mapping[str, int]) -> dict[str, int]:
        """What is known of what the answer asks, each value moved to the first of its cell: in a cell nothing changes."""
        found = {}
        for name, edges in self.sight.edges.items():
            value = known.get(name)
            if value is not None and name not in self.plan.presumed:
                cell = bisect.bisect_right(edges, value)
                value = edges[cell - 1] if cell else self.plan.variables[name].low
            if value is not None:
                found[name] = value
        return found

    def diagrams(self, known: Mapping[str, int]) -> Diagrams:
        """The diagrams in which single clauses are looked at; those used last are kept."""
        key = frozenset(known.items())
        last = self._last
        if last is None or last[0] != key:
            last = self._last = key, self.plan.diagrams({**self.presumed, **known})
        return last[1]

    def state(self, known: Mapping[str, int]) -> State:
        """The state for what is known: from the nearest that is kept and knows less, or anew."""
        known = self._cells(known)
        key = frozenset(known.items())
        found = self._states.get(key)
        if found is None:
            near = max((k for k in list(self._states) if k <= key), key=len, default=None)
            nearest = self._states.get(near) if near is not None else None
            if near is not None and nearest is not None:
                found = nearest.further(dict(key - near))
            else:
                # The first to come is served at once; for others who know something else, all is laid out from nothing known.
                start = known if not self._states else {}
                put = {**self.presumed, **start}
                totals = self.sight.totals(put) if self.plan.ranking else ()
                found = State(self, self.sight.answer(put), totals)
                if len(start) != len(known):
                    self._states[frozenset()] = found
                    found = found.further(known)
            while len(self._states) >= _KEPT:
                oldest = next((k for k in self._states if k), None)
                self._states.pop(oldest or frozenset(), None)
            self._states[key] = found
        return found

    def open_clauses(self, fact: str, known: Mapping[str, int]) -> list[Placed]:
        """The clauses that ask the fact and are not settled yet. (A clause that asks very many facts counts as open.)"""
        names = frozenset(n for n, v in self.plan.variables.items() if fact in v.facts)
        diagrams = self.diagrams(known)
        found = []
        for place in asking(self.clauses, names):
            if len(place.asks) > _MANY or names & set(diagrams.support(diagrams.of(place.node))):
                found.append(place)
        return found


class State:
    """A plan with what is known put in: the answer that can still be given, in a ranking the points by each choice."""

    def __init__(self, view: View, answer: Place, totals: tuple[Place, ...]) -> None:
        self.view, self.answer, self.totals = view, answer, totals
        self._askable: dict[frozenset[int], tuple[str, ...]] = {}
        self._powers: dict[str, float] | None = None

    def further(self, known: Mapping[str, int]) -> State:
        """The state when these variables are known too."""
        sight, totals = self.view.sight, self.totals
        if len(totals) > 1 and sight.choice in known:
            totals = (totals[known[sight.choice] - self.view.plan.variables[sight.choice].low],)
        levels = {sight.levels[n]: v for n, v in known.items()}
        return State(
            self.view,
            restricted(self.answer, levels, sight.weights),
            tuple(restricted(t, levels, sight.weights) for t in totals),
        )

    def askable(self, unknown: frozenset[str], values: Mapping[str, Value]) -> tuple[str, ...]:
        """The facts that can be asked and can still change the answer, when the facts of `unknown` stay open for good."""
        sight = self.view.sight
        gone = frozenset(n for n, v in enumerate(sight.variables) if v.authority or any(f in unknown for f in v.facts))
        found = self._askable.get(gone)
        if found is None:
            found = self._askable[gone] = tuple(self._open(gone))
        return tuple(f for f in found if f not in values and f not in unknown)

    def _open(self, gone: frozenset[int]) -> Iterable[str]:
        sight = self.view.sight
        levels = support(self.answer)
        if levels & gone:
            levels = support(joined(self.answer, gone, sight.weights, "or", 1 << len(self.view.plan.outcomes)))
        for total in self._choices():
            asked = support(total)
            if asked & gone:
                asked = {level for how in ("min", "max") for level in support(joined(total, gone, sight.weights, how))}
            levels |= asked
        found = dict.fromkeys(f for level in sorted(levels) for f in sight.variables[level].facts)
        return [f for f in found if f in self.view.facts and not self.view.facts[f].authority]

    def _choices(self) -> tuple[Place, ...]:
        """The points by each choice; only one if it gives at least as many as every other in every case."""
        if len(self.totals) < 2:
            return self.totals
        best = max(self.totals, key=lambda t: (t[0], t[0] + t[1].high))
        others = [t for t in self.totals if t is not best]
        return (best,) if all(best[0] >= t[0] + t[1].high for t in others) else self.totals

    def powers(self) -> dict[str, float]:
        """For each fact the mean of its power over the answer and, in a ranking, the points.

        A variable that compares two facts is settled by both together: each has its part.
        """
        if self._powers is None:
            found: dict[str, float] = {}
            sight = self.view.sight
            parts = [sight.powers([self.answer])]
            if totals := self._choices():
                parts.append(sight.powers(totals))
            parts = [p for p in parts if p]
            for part in parts:
                for facts, power in part.items():
                    for fact in facts:
                        found[fact] = found.get(fact, 0.0) + power / len(parts) / len(facts)
            self._powers = found
        return self._powers
