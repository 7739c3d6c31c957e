"""The interview: which groups still matter, which comes next, and reading a posted group.

Between groups, what settles most comes first; inside a group the order is a person's. A question that can no longer change
any answer is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from typing import Any

from django.http import QueryDict

from jifen.answers.answer import Answer
from jifen.facts.values import plain_value
from jifen.facts.vocabulary import Fact
from jifen.portal.groups import STARTS, Group, groups
from jifen.portal.models import Draft
from jifen.portal.rules import Subject, answers, powers, rules, subject
from jifen.portal.words import place_of
from jifen.problems import JifenError, Problem, ProfileError

NONE = "-"
"""The posted value of “none of these” in a list, and of “don't know” elsewhere."""


def scope(subject_kind: str, places: Sequence[str]) -> tuple[str, ...]:
    """The schemes that a check is about: law, for this kind of subject, in the chosen places."""
    return _scope(subject_kind, frozenset(places) & _places() if places else frozenset({"CN"}))


@cache
def _places() -> frozenset[str]:
    return frozenset(place_of(v[-1].jurisdiction) for v in rules().shelf.schemes.values())


@lru_cache(maxsize=200)
def _scope(subject_kind: str, wanted: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        id
        for id, versions in rules().shelf.schemes.items()
        if (v := versions[-1]).subject == subject_kind and v.law == "law" and place_of(v.jurisdiction) in wanted
    )


@dataclass
class Check:
    """A draft held against the rules of a day."""

    draft: Draft
    who: Subject
    aside: tuple[str, ...] = ()
    """Facts of the draft that could not be used (they contradict others, or the vocabulary has changed)."""

    @property
    def scope(self) -> tuple[str, ...]:
        """The schemes that the check is about."""
        return scope(self.draft.subject, self.draft.places)

    @cached_property
    def answers(self) -> list[Answer]:
        return answers(self.scope, self.who)

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """What each unknown fact can settle of these answers."""
        return weights(self.scope, self.who)


def held(draft: Draft, on: date) -> Check:
    """Hold a draft against a day; facts that cannot be used are set aside and named."""
    facts = dict(draft.facts)
    aside: list[str] = []
    while True:
        try:
            return Check(draft, subject(facts, on), tuple(aside))
        except ProfileError as e:
            wrong = {p.where.path for p in e.problems} & set(facts)
            if not wrong:
                wrong = set(facts)
            for name in wrong:
                del facts[name]
            aside += sorted(wrong)


def weights(schemes: Iterable[str], who: Subject) -> Mapping[str, float]:
    """How much each unknown fact can settle, by the library's interview. A fact that can settle nothing is not there."""
    ids = tuple(schemes)
    if ids not in who.weights:
        found: dict[str, float] = {}
        for scheme in ids:
            for fact, power in powers(scheme, who).items():
                found[fact] = found.get(fact, 0.0) + power
        who.weights[ids] = found
    return who.weights[ids]


@dataclass(frozen=True)
class Step:
    """A group in the list of groups: how many of its questions are answered, and how many still matter."""

    group: Group
    answered: int
    open: int
    seen: bool
    worth: float

    @property
    def state(self) -> str:
        if self.open == 0:
            return "done" if self.answered else "none"
        return "part" if self.answered else ("skipped" if self.seen else "open")


def steps(check: Check) -> list[Step]:
    """The groups that matter for this check: those of the start first, then by what they can settle."""
    weight = check.weights
    start = STARTS.get(check.draft.start)
    first = start.first if start else ()
    found = []
    for group in groups().values():
        if group.subject != check.draft.subject:
            continue
        answered = sum(f in check.draft.facts for f in group.facts)
        unknown = [f for f in group.facts if f not in check.who.values and f in weight]
        if answered or unknown:
            worth = sum(weight[f] for f in unknown)
            found.append(Step(group, answered, len(unknown), group.id in check.draft.groups, worth))
    best: dict[str, float] = {}
    for s in found:
        best[s.group.topic] = max(best.get(s.group.topic, 0), s.worth)
    place = {topic: i for i, topic in enumerate(first)}
    return sorted(found, key=lambda s: (place.get(s.group.topic, len(first)), -best[s.group.topic]))


def next_group(check: Check, after: str = "") -> str | None:
    """The group to ask next: open, not yet seen, not the one just left."""
    return next((s.group.id for s in steps(check) if s.open and not s.seen and s.group.id != after), None)


def asked_now(check: Check, group: Group) -> list[Fact]:
    """The questions of a group that still matter or are answered. Age is not asked of whoever gave the day of birth."""
    weight = check.weights
    facts = rules().vocabulary.facts
    follows = {f for f in check.who.values if f not in check.draft.facts}
    wanted = [facts[f] for f in group.facts if (f in weight or f in check.draft.facts) and f not in follows]
    if any(f.id == "age" for f in wanted) and "birth_date" not in follows and "birth_date" in group.facts:
        wanted = [facts["birth_date"], *(f for f in wanted if f.id != "birth_date")]
    if "birth_date" in check.draft.facts:
        wanted = [f for f in wanted if f.id != "age"]
    return wanted


def read_group(data: QueryDict, facts: Iterable[Fact]) -> tuple[dict[str, Any], dict[str, Problem]]:
    """The facts of a posted group as a profile would hold them (None: unknown), and what is wrong by fact."""
    found: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for fact in facts:
        if not any(key == fact.id or key.startswith(f"{fact.id}:") for key in data):
            if fact.kind == "several of":
                found[fact.id] = None
            continue
        value = _posted(fact, data)
        if value is None:
            found[fact.id] = None
            continue
        try:
            read = rules().profile({fact.id: value})
            found[fact.id] = plain_value(fact, read.values[fact.id])
        except ProfileError as e:
            problems[fact.id] = e.problems[0]
    return found, problems


def _posted(fact: Fact, data: QueryDict) -> Any:
    if fact.kind == "several of":
        codes = [c for c in data.getlist(fact.id) if c.strip()]
        return None if not codes else [c for c in codes if c != NONE]
    if fact.kind == "spells":
        return _spells(fact, data)
    text = data.get(fact.id, "").strip()
    if text in ("", NONE):
        return None
    wide = str.maketrans("０１２３４５６７８９．，－", "0123456789.,-")
    return (
        text.translate(wide).replace(" ", "").replace("，", ",") if fact.kind in ("whole", "decimal", "money") else text
    )


SPELLS = 8
"""Rows of a form for periods."""


def _spells(fact: Fact, data: QueryDict) -> Any:
    rows = []
    for i in range(SPELLS):
        row = {name: data.get(f"{fact.id}:{i}:{name}", "").strip() for name in ("from", "until", *fact.attributes)}
        row = {k: v for k, v in row.items() if v and v != NONE}
        if row:
            rows.append(row)
    return rows or None


def check_change(draft: Draft, change: Mapping[str, Any], on: date) -> dict[str, Problem]:
    """What the changed facts contradict, by the changed fact."""
    facts = {k: v for k, v in {**draft.facts, **change}.items() if v is not None}
    if "birth_date" in facts:
        facts.pop("age", None)
    try:
        subject(facts, on)
    except JifenError as e:
        return {p.where.path: p for p in e.problems if p.where.path}
    return {}
