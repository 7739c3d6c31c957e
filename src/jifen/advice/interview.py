"""The interview: which fact to ask next, and why.

Pure questions about a state of knowledge: nothing here remembers a person. What is kept between calls are diagrams of the law.

>>> import jifen
>>> from datetime import date
>>> from jifen.advice.interview import next_question
>>> rules, day = jifen.load(), date(2026, 11, 23)
>>> question = next_question(rules, {}, day, ["sg/tech-pass"])
>>> question.fact.id, round(question.power, 2)
('singapore.last_drawn_salary', 0.25)
>>> next_question(rules, {"age": 17}, day, ["cn/work-permit"]) is None  # nothing asked could change the answer
True
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from weakref import WeakKeyDictionary

from jifen.advice.clauses import Clause, Placed, asking, placed
from jifen.advice.doubt import Place, Sight, joined, restricted, support
from jifen.advice.prior import Prior, plain_prior
from jifen.advice.topics import Arranged, Topic, arranged, published_topics
from jifen.answers.door import Jifen
from jifen.facts.values import Value, plain_value
from jifen.facts.vocabulary import Fact
from jifen.forms import Words
from jifen.plan.form import Plan

SCHEMA = "urn:jifen:question:1"
"""The name of the published form of a question; it changes when the form does."""
_KEPT = 200
"""States of knowledge that are kept for each scheme."""


@dataclass(frozen=True, slots=True)
class Why:
    """What a fact does for one scheme: the share of what is open there that it settles, and the clauses that ask it."""

    scheme: str
    title: Words
    power: float
    clauses: tuple[Clause, ...]

    def data(self) -> dict[str, Any]:
        return {
            "scheme": self.scheme,
            "title": dict(self.title),
            "power": round(self.power, 4),
            "clauses": [c.data() for c in self.clauses],
        }


@dataclass(frozen=True, slots=True)
class Question:
    """The fact to ask. `power` is the sum over the schemes of the share that it settles; `why` has those it settles most first.

    `open` is the number of schemes whose answer can still change.
    """

    fact: Fact
    topic: Topic
    power: float
    why: tuple[Why, ...]
    open: int

    def data(self) -> dict[str, Any]:
        """The question as JSON holds it (schema: `schemas/question.json`)."""
        fact = self.fact
        found: dict[str, Any] = {
            "$schema": SCHEMA,
            "fact": fact.id,
            "type": fact.kind,
            "unit": fact.unit_text,
            "title": dict(fact.title),
            "question": dict(fact.question),
            "help": dict(fact.help),
            "evidence": dict(fact.evidence),
            "personal": fact.personal,
            "topic": {"id": self.topic.id, "title": dict(self.topic.title)},
            "power": round(self.power, 4),
            "open": self.open,
            "why": [w.data() for w in self.why],
        }
        if fact.codes:
            found["codes"] = {k: dict(v) for k, v in fact.codes.values.items()}
        elif fact.kind not in ("yes/no", "spells"):
            found["domain"] = [plain_value(fact, fact.low), plain_value(fact, fact.high)]
        return found


@dataclass(frozen=True, slots=True)
class Group:
    """The questions of one topic that still matter, in their human order. `power` is the sum of theirs."""

    topic: Topic
    power: float
    questions: tuple[Question, ...]
    open: int

    def data(self) -> dict[str, Any]:
        return {
            "topic": {"id": self.topic.id, "title": dict(self.topic.title)},
            "power": round(self.power, 4),
            "open": self.open,
            "questions": [q.data() for q in self.questions],
        }


def next_question(
    rules: Jifen,
    values: Mapping[str, Value],
    on: date,
    schemes: Iterable[str],
    unknown: Collection[str] = frozenset(),
    prior: Prior | None = None,
) -> Question | None:
    """The fact that settles most over these schemes, or None when nothing asked could change any of their answers.

    `values` is what is known (`rules.complete(profile, on)`); the facts in `unknown` are never asked, and what only they could settle
    is left open. What an authority decides is not asked, nor a choice that is the applicant's: it is made for the most points.
    """
    matter = _Matter(rules, values, on, schemes, frozenset(unknown), prior)
    best = max(matter.power, key=matter.rank, default=None)
    return matter.question(best) if best is not None else None


def next_group(
    rules: Jifen,
    values: Mapping[str, Value],
    on: date,
    schemes: Iterable[str],
    unknown: Collection[str] = frozenset(),
    prior: Prior | None = None,
) -> Group | None:
    """The topic whose open questions together settle most, with all of these in their human order; None as in `next_question`."""
    found = groups(rules, values, on, schemes, unknown, prior)
    return found[0] if found else None


def groups(
    rules: Jifen,
    values: Mapping[str, Value],
    on: date,
    schemes: Iterable[str],
    unknown: Collection[str] = frozenset(),
    prior: Prior | None = None,
) -> tuple[Group, ...]:
    """Every topic that still has questions, the one that settles most first."""
    matter = _Matter(rules, values, on, schemes, frozenset(unknown), prior)
    topics: dict[str, list[str]] = {}
    for fact in matter.power:
        topics.setdefault(matter.desk.arranged.topic[fact].id, []).append(fact)
    found = []
    for facts in topics.values():
        facts.sort(key=lambda f: matter.desk.arranged.place[f])
        power = sum(sum(matter.power[f].values()) for f in facts)
        questions = tuple(matter.question(f) for f in facts)
        found.append(Group(questions[0].topic, power, questions, matter.open))
    return tuple(sorted(found, key=lambda g: -g.power))


class _Matter:
    """What still matters: for each fact that can be asked, its power in each scheme."""

    def __init__(
        self,
        rules: Jifen,
        values: Mapping[str, Value],
        on: date,
        schemes: Iterable[str],
        unknown: frozenset[str],
        prior: Prior | None,
    ) -> None:
        self.desk = _desk(rules)
        self.values, self.on = values, on
        self.power: dict[str, dict[str, float]] = {}
        self.views: dict[str, tuple[_View, dict[str, int]]] = {}
        self.open = 0
        for scheme in schemes:
            plan = rules.plan(scheme, on)
            if plan is None:
                continue
            view, known = self.desk.view(plan, values, on, prior)
            state = view.state(known)
            facts = state.askable(unknown, values)
            self.open += bool(facts)
            self.views[scheme] = view, known
            powers = state.powers() if facts else {}
            for fact in facts:
                self.power.setdefault(fact, {})[scheme] = powers.get(fact, 0.0)

    def rank(self, fact: str) -> tuple[float, int, int]:
        """Most settled first; among equals the fact that more schemes ask, then the human order."""
        powers = self.power[fact]
        return round(sum(powers.values()), 9), len(powers), -self.desk.arranged.place[fact]

    def question(self, fact: str) -> Question:
        powers = self.power[fact]
        why = []
        for scheme in sorted(powers, key=lambda s: -powers[s]):
            view, known = self.views[scheme]
            clauses = tuple(p.clause for p in view.open_clauses(fact, known))
            why.append(Why(scheme, view.plan.scheme.title, powers[scheme], clauses))
        found = self.desk.rules.vocabulary.facts[fact]
        return Question(found, self.desk.arranged.topic[fact], sum(powers.values()), tuple(why), self.open)


class _Desk:
    """What is kept for one set of loaded policies."""

    def __init__(self, rules: Jifen) -> None:
        self.rules = rules
        self.arranged: Arranged = arranged(rules.vocabulary, published_topics())
        self.prior = plain_prior(rules.vocabulary)
        self._views: dict[tuple[int, frozenset[str], int], _View] = {}

    def view(
        self, plan: Plan, values: Mapping[str, Value], on: date, prior: Prior | None
    ) -> tuple[_View, dict[str, int]]:
        """The view of a plan and what is known in it: where the authority has said what is presumed otherwise, a view without that."""
        known = {n: k for n, v in plan.variables.items() if (k := v.known(values, on)) is not None}
        presumed = {n: p for n, p in plan.presumed.items() if n not in known}
        chosen = prior or self.prior
        key = id(plan), frozenset(presumed), id(chosen)
        found = self._views.get(key)
        if found is None:
            if len(self._views) > 4 * len(self.rules.shelf.schemes) + 40:
                self._views.clear()
            found = self._views[key] = _View(plan, presumed, chosen, self.rules.vocabulary.facts)
        return found, known


_DESKS: WeakKeyDictionary[Jifen, _Desk] = WeakKeyDictionary()


def _desk(rules: Jifen) -> _Desk:
    found = _DESKS.get(rules)
    if found is None:
        found = _DESKS[rules] = _Desk(rules)
    return found


class _View:
    """One plan as asking sees it, with the states of knowledge last seen."""

    def __init__(self, plan: Plan, presumed: Mapping[str, int], prior: Prior, facts: Mapping[str, Fact]) -> None:
        self.plan, self.prior, self.facts = plan, prior, facts
        self.presumed = presumed
        self.sight = Sight(plan, prior)
        self.clauses = placed(plan)
        self._states: dict[frozenset[tuple[str, int]], _State] = {}

    def state(self, known: Mapping[str, int]) -> _State:
        """The state for what is known: from the nearest that is kept and knows less, or anew."""
        key = frozenset(known.items())
        found = self._states.get(key)
        if found is None:
            near = max((k for k in list(self._states) if k <= key), key=len, default=None)
            if near is not None:
                found = self._states[near].further(dict(key - near))
            else:
                # The first to come is served at once; for others who know something else, all is laid out from nothing known.
                start = known if not self._states else {}
                put = {**self.presumed, **start}
                totals = self.sight.totals(put) if self.plan.ranking else ()
                found = _State(self, self.sight.answer(put), totals)
                if len(start) != len(known):
                    self._states[frozenset()] = found
                    found = found.further(known)
            while len(self._states) >= _KEPT:
                oldest = next((k for k in self._states if k), None)
                self._states.pop(oldest or frozenset(), None)
            self._states[key] = found
        return found

    def open_clauses(self, fact: str, known: Mapping[str, int]) -> list[Placed]:
        """The clauses that ask the fact and are not settled yet."""
        names = frozenset(n for n, v in self.plan.variables.items() if fact in v.facts)
        diagrams = self.plan.diagrams({**self.presumed, **known})
        found = asking(self.clauses, names)
        return [p for p in found if names & set(diagrams.support(diagrams.of(p.node)))]


class _State:
    """A plan with what is known put in: the answer that can still be given, in a ranking the points by each choice."""

    def __init__(self, view: _View, answer: Place, totals: tuple[Place, ...]) -> None:
        self.view, self.answer, self.totals = view, answer, totals
        self._askable: dict[frozenset[int], tuple[str, ...]] = {}
        self._powers: dict[str, float] | None = None

    def further(self, known: Mapping[str, int]) -> _State:
        """The state when these variables are known too."""
        sight, totals = self.view.sight, self.totals
        if len(totals) > 1 and sight.choice in known:
            totals = (totals[known[sight.choice] - self.view.plan.variables[sight.choice].low],)
        levels = {sight.levels[n]: v for n, v in known.items()}
        return _State(
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
            levels = support(joined(self.answer, gone, sight.weights, "or"))
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
