"""The loaded rules of this process, and answers that were computed once and kept.

An answer of a scheme depends only on the cells in which the facts lie that the scheme asks, so it is kept under those: a person who
changes one fact has only the schemes that ask it computed again, and two people in the same cells share one answer. What is kept
is the answer of a scheme and never whose it is; it is in memory only, bounded, and ends with the process and the policies it has loaded.
"""

from __future__ import annotations

import json
import threading
from array import array
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import jifen
from jifen.advice import interview
from jifen.answers.answer import Answer
from jifen.answers.explain import answer_of, not_in_force, shown_exactly
from jifen.engines.reference import State
from jifen.facts.profiles import Profile
from jifen.facts.values import Value
from jifen.plan.form import Plan

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
    weights: dict[Hashable, Mapping[str, float]] = field(default_factory=dict, compare=False)
    """What open questions can settle, by the schemes asked about."""


_subjects: Kept[tuple[str, date], Subject] = Kept(1_000)
_LONGEST = 20_000
"""Characters of a profile that is kept; a longer one is read anew each time."""


def subject(facts: Mapping[str, Any], on: date) -> Subject:
    """Read a profile. Raises ProfileError with every mistake."""
    key = (json.dumps(facts, sort_keys=True, default=repr), on)
    found = _subjects.get(key)
    if found is None:
        read = rules().profile(facts)
        found = Subject(read, rules().complete(read, on), on)
        if len(key[0]) <= _LONGEST:
            _subjects.put(key, found)
    return found


@dataclass(slots=True)
class Given:
    """What a scheme gives in some cells: the answer, and what was made of it when it was first wanted.

    `html` holds pieces of pages by language and kind, `powers` what each unknown fact can settle.
    """

    answer: Answer
    html: dict[Hashable, Any] = field(default_factory=dict)
    powers: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """The facts that a scheme asks on a day, in order, and those of which its answer shows the number itself."""

    plan: Plan | None
    facts: tuple[str, ...]
    shown: tuple[str, ...]

    def cells(self, who: Subject) -> bytes:
        """In which cells somebody stands, and of which facts that is known."""
        if self.plan is None:
            return b""
        known = {n: k for n, v in self.plan.variables.items() if (k := v.known(who.values, who.on)) is not None}
        at = array("i", self.plan.memory.at(known))
        at.extend(f in who.values for f in self.facts)
        return at.tobytes()


_asked: dict[tuple[str, date], _Asked] = {}
_places: Kept[tuple[Any, ...], tuple[Any, ...]] = Kept(60_000)
_given: Kept[tuple[Any, ...], Given] = Kept(12_000)
_settling: Kept[tuple[Any, ...], tuple[str, ...]] = Kept(12_000)


def _asks(scheme: str, on: date) -> _Asked:
    found = _asked.get((scheme, on))
    if found is None:
        plan = rules().plan(scheme, on)
        names = {fact for v in plan.variables.values() for fact in v.facts} if plan else set()
        shown = shown_exactly(plan) if plan else frozenset()
        if len(_asked) > 10_000:
            _asked.clear()
        found = _asked[scheme, on] = _Asked(plan, tuple(sorted(names)), tuple(sorted(shown)))
    return found


def key_of(scheme: str, who: Subject) -> tuple[Any, ...]:
    """The scheme, the day, and what is known of the facts that it asks."""
    return (scheme, who.on, *map(who.values.get, _asks(scheme, who.on).facts))


def given(scheme: str, who: Subject) -> Given:
    """What a scheme gives to somebody, kept. Raises RequestError for an unknown scheme."""
    exact = key_of(scheme, who)
    place = _places.get(exact)
    if place is None:
        asks = _asks(scheme, who.on)
        place = (scheme, who.on, asks.cells(who), *map(who.values.get, asks.shown))
        _places.put(exact, place)
    return _given.get(place) or _given.put(place, Given(_answer(scheme, who)))


def _answer(scheme: str, who: Subject) -> Answer:
    plan = rules().plan(scheme, who.on)
    if plan is None:
        return not_in_force(rules().versions(scheme), who.on, {})
    return answer_of(State(plan, who.values, who.on), rules().vocabulary, who.on, {})


def answer(scheme: str, who: Subject) -> Answer:
    """The answer of one scheme, without a receipt. Raises RequestError for an unknown scheme."""
    return given(scheme, who).answer


def answers(schemes: Iterable[str], who: Subject) -> list[Answer]:
    return [given(s, who).answer for s in schemes]


def powers(scheme: str, who: Subject) -> Mapping[str, float]:
    """What each unknown fact can settle of the answer of a scheme, by the library's interview; not there if nothing."""
    found = given(scheme, who)
    if found.powers is None:
        found.powers = interview.powers(rules(), who.values, who.on, scheme)
    return found.powers


def settling(scheme: str, who: Subject) -> tuple[str, ...]:
    """The facts that can still change status or outcome, as the law asks them: of the answer this alone, kept under the same cells."""
    asks = _asks(scheme, who.on)
    if asks.plan is None:
        return ()
    place = (scheme, who.on, asks.cells(who))
    found = _settling.get(place)
    if found is None:
        found = _settling.put(place, tuple(State(asks.plan, who.values, who.on).deciding()))
    return found
