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

from jifen.advice.clauses import Clause
from jifen.advice.prior import Prior
from jifen.advice.topics import Topic
from jifen.advice.views import View, desk_of
from jifen.answers.door import Jifen
from jifen.facts.values import Value, plain_value
from jifen.facts.vocabulary import Fact
from jifen.forms import Words

SCHEMA = "urn:jifen:question:1"
"""The name of the published form of a question; it changes when the form does."""


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


def powers(rules: Jifen, values: Mapping[str, Value], on: date, scheme: str) -> dict[str, float]:
    """The power of each fact that can still be asked, for one scheme; the sum over schemes is what `groups` orders by."""
    matter = _Matter(rules, values, on, [scheme], frozenset(), None)
    return {fact: of[scheme] for fact, of in matter.power.items()}


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
        self.desk = desk_of(rules)
        self.values, self.on = values, on
        self.power: dict[str, dict[str, float]] = {}
        self.views: dict[str, tuple[View, dict[str, int]]] = {}
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
        found = self.desk.vocabulary.facts[fact]
        return Question(found, self.desk.arranged.topic[fact], sum(powers.values()), tuple(why), self.open)
