"""The loaded rules of this process, and answers that were computed once and kept.

An answer of a scheme depends only on the facts that the scheme asks, so it is kept under those: a person who changes one
fact has only the schemes that ask it computed again, and two people who agree on them share one answer.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import jifen
from jifen.answers.answer import Answer
from jifen.answers.explain import answer_of, not_in_force
from jifen.engines.reference import State
from jifen.facts.profiles import Profile
from jifen.facts.values import Value

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """The values used last, at most `most` of them; safe for threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K) -> V | None:
        with self._lock:
            value = self._values.get(key)
            if value is not None:
                self._values.move_to_end(key)
            return value

    def put(self, key: K, value: V) -> V:
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


@cache
def rules() -> jifen.Jifen:
    """The policies that this service answers from, loaded once."""
    from django.conf import settings

    return jifen.load(settings.POLICIES)


def today() -> date:
    """The calendar day in Beijing."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


@dataclass(frozen=True)
class Subject:
    """A profile held against a day: what was given, and with it what follows from it by the vocabulary's rules."""

    profile: Profile
    values: Mapping[str, Value]
    on: date


_subjects: Kept[tuple[Any, date], Subject] = Kept(2_000)
_answers: Kept[tuple[Any, ...], Answer] = Kept(12_000)


def subject(facts: Mapping[str, Any], on: date) -> Subject:
    """Read a profile. Raises ProfileError with every mistake."""
    read = rules().profile(facts)
    key = (frozenset(read.values.items()), on)
    return _subjects.get(key) or _subjects.put(key, Subject(read, rules().complete(read, on), on))


_asked: dict[tuple[str, date], tuple[str, ...]] = {}


def asked(scheme: str, on: date) -> tuple[str, ...]:
    """The facts that a scheme asks on a day."""
    found = _asked.get((scheme, on))
    if found is None:
        plan = rules().plan(scheme, on)
        names = {fact for v in plan.variables.values() for fact in v.facts} if plan else set()
        found = _asked[scheme, on] = tuple(sorted(names))
    return found


def key_of(scheme: str, who: Subject) -> tuple[Any, ...]:
    """What the answer of a scheme depends on."""
    known = tuple((f, who.values[f]) for f in asked(scheme, who.on) if f in who.values)
    return (scheme, who.on, known)


def answer(scheme: str, who: Subject) -> Answer:
    """The answer of one scheme, without a receipt. Raises RequestError for an unknown scheme."""
    plan = rules().plan(scheme, who.on)
    key = key_of(scheme, who)
    found = _answers.get(key)
    if found is None:
        if plan is None:
            found = not_in_force(rules().versions(scheme), who.on, {})
        else:
            found = answer_of(State(plan, who.values, who.on), rules().vocabulary, who.on, {})
        _answers.put(key, found)
    return found


def answers(schemes: Iterable[str], who: Subject) -> list[Answer]:
    return [answer(s, who) for s in schemes]
