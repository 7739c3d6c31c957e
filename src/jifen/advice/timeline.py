"""The timeline: the days of the next years on which an answer changes, and why; the best window; the last day before a loss.

Every day of the horizon is looked at. A day on which a birthday, a month or a day of work completes a unit, or on which the law or one of its
amounts changes, is answered anew by the reference engine; on all other days nothing that an answer depends on differs from the day before.

What grows is what follows from dates: the age from the date of birth, years of work from spells that last. A number that is given
without dates (`age: 41`) stays as it is, because nobody knows on which day it was completed; it is named in `held`. Who says that a number was
completed on the day asked about lets it grow from there (`counting`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

from jifen.advice.clauses import placed
from jifen.advice.moments import Cause, Change, Line, Moment, Timeline, Turn, compare
from jifen.answers.door import Jifen
from jifen.engines.reference import State
from jifen.facts.profiles import Profile
from jifen.facts.values import Value, plain_value
from jifen.facts.vocabulary import Fact
from jifen.forms import Words
from jifen.plan.form import Plan
from jifen.plan.values import Variable, completed
from jifen.problems import PolicyError, Problem, RequestError, nearest
from jifen.schemes.shelf import policy_folder
from jifen.strict_yaml import Items, Table, Text, decode, parse, read_bytes

__all__ = ["Cause", "Change", "Line", "Moment", "Timeline", "Turn", "timeline"]

COUNTED_UNITS = ("years", "months", "days")
LONGEST = 50
"""Years that a timeline may span."""


def timeline(
    rules: Jifen, profile: Profile, on: date, years: int, schemes: Iterable[str], counting: Iterable[str] = ()
) -> Timeline:
    """Look at every day from `on` for so many years.

    Raises RequestError for a horizon that is too long, or a fact that cannot grow; ProfileError for a profile that contradicts itself.
    """
    if not 1 <= years <= LONGEST or on.year + years > date.max.year:
        raise RequestError([Problem("bad-horizon", blanks={"limit": LONGEST}, found=str(years))])
    follow = {f for f in profile.values if _follows(rules, profile, on, f)}
    follow |= set(rules.complete(profile, on)) - set(profile.values)
    counted = tuple(_counts_on(rules, profile, name, follow) for name in dict.fromkeys(counting))
    rest = {k: v for k, v in profile.values.items() if k not in follow}
    world = _World(rules, Profile(rest, profile.where, profile.file), on, _end(on, years), counted)
    return Timeline(on, world.until, tuple(world.line(s) for s in schemes), counted)


def _end(on: date, years: int) -> date:
    """The day before the same day so many years on; from 29 February it is counted to 1 March."""
    try:
        return on.replace(year=on.year + years) - timedelta(days=1)
    except ValueError:
        return date(on.year + years, 2, 28)


def _counts_on(rules: Jifen, profile: Profile, name: str, follow: set[str]) -> Fact:
    fact = rules.vocabulary.facts.get(name)
    if fact is None:
        raise RequestError(
            [Problem("unknown-fact", blanks={"name": name}, found=name, nearest=nearest(name, rules.vocabulary.facts))]
        )
    found = ""
    if name in follow:
        found = "follows from dates"
    elif name not in profile.values:
        found = "unknown"
    elif name in _moving("rolls"):
        found = "looks back over a window that moves on"
    elif not _counts(fact):
        found = fact.unit_text or fact.kind
    if found:
        raise RequestError([Problem("cannot-count", blanks={"fact": name}, found=found)])
    return fact


@cache
def _moving(how: str) -> frozenset[str]:
    """The facts that `policies/advice/time.yaml` lists under `falls` or `rolls`."""
    path = policy_folder() / "advice" / "time.yaml"
    node = parse(decode(read_bytes(path, PolicyError), str(path), PolicyError), str(path), PolicyError)
    listed = node.get(how) if isinstance(node, Table) else None
    if not isinstance(listed, Items):
        raise PolicyError([Problem("missing-key", node.where, {"key": how})])
    return frozenset(v.value for v in listed.values if isinstance(v, Text))


def _counts(fact: Fact) -> bool:
    """Whether a fact is a number of completed units that grows with time."""
    return fact.changes == "with time" and fact.kind == "whole" and fact.unit in COUNTED_UNITS


class _World:
    """A profile over time: what is known on each day, and the days on which that differs from the day before."""

    def __init__(self, rules: Jifen, profile: Profile, on: date, until: date, counting: Sequence[Fact]) -> None:
        self.rules, self.profile, self.on, self.until, self.counting = rules, profile, on, until, counting
        _, variables = rules.derivations
        self.counted = [v for v in variables.values() if v.compute]
        self.days = self._turning(self.counted, profile.values)
        self.law = self._law_days()
        self._known: dict[date, dict[str, Value]] = {}

    def _law_days(self) -> set[date]:
        """The days on which some version or amount of the law begins or ends."""
        found: set[date] = set()
        for versions in self.rules.shelf.schemes.values():
            for version in versions:
                found.add(version.start)
                if version.until:
                    found.add(version.until + timedelta(days=1))
                found |= {row.start for p in version.parameters for row in p.rows}
        return {d for d in found if self.on < d <= self.until}

    def _turning(self, variables: Sequence[Variable], values: Mapping[str, Value]) -> set[date]:
        """The days on which a counted value, or a number that grows, differs from the day before."""
        found: set[date] = set()
        before: tuple[int | None, ...] = ()
        day = self.on
        while True:
            now = (
                *(v.known(values, day) for v in variables),
                *(completed(f.unit, self.on, day) for f in self.counting),
            )
            if now != before:
                found.add(day)
                before = now
            if day == self.until:
                return found
            day += timedelta(days=1)

    def known(self, day: date) -> dict[str, Value]:
        """What is known on a day: the profile grown to it, and what follows."""
        if day not in self._known:
            values = dict(self.profile.values)
            for fact in self.counting:
                value = values[fact.id]
                assert isinstance(value, int)
                passed = completed(fact.unit, self.on, day)
                falls = fact.id in _moving("falls")
                values[fact.id] = max(fact.low, value - passed) if falls else min(fact.high, value + passed)
            self._known[day] = self.rules.complete(Profile(values, self.profile.where, self.profile.file), day)
        return self._known[day]

    def line(self, scheme: str) -> Line:
        """One scheme over the horizon."""
        days = sorted(self.days | self.law | self._own_days(scheme))
        first = before = self._moment(scheme, days[0])
        changes: list[Change] = []
        order: dict[str, None] = {}
        titles: dict[str, Words] = {}
        for day in days:
            plan = self.rules.plan(scheme, day)
            if plan is not None:
                order |= dict.fromkeys(plan.outcomes)
                titles |= {o.id: o.title for o in plan.scheme.outcomes}
            after = self._moment(scheme, day)
            if (after.status, after.outcomes, after.points) != (before.status, before.outcomes, before.points):
                eve = day - timedelta(days=1)
                causes, turns = self._why(scheme, eve, day)
                changes.append(Change(day, before, after, causes, turns, compare(before, after, list(order))))
            before = after
        latest = self.rules.versions(scheme)[-1]
        best = self._best(first, changes, list(order))
        return Line(scheme, latest.title, titles, tuple(order), first, tuple(changes), best, self._held(scheme))

    def _own_days(self, scheme: str) -> set[date]:
        """Days on which something turns that the scheme itself counts from dates."""
        found: set[date] = set()
        for day in sorted({self.on, *self.law}):
            plan = self.rules.plan(scheme, day)
            if plan is not None and plan.counts_days:
                counted = [v for v in plan.variables.values() if v.compute]
                found |= self._turning(counted, self.profile.values)
        return found

    def _moment(self, scheme: str, day: date) -> Moment:
        plan = self.rules.plan(scheme, day)
        if plan is None:
            return Moment("not in force", (), None, None)
        state = State(plan, self.known(day), day)
        status, outcomes = state.status()
        return Moment(status, tuple(outcomes), state.total(), plan.scheme.start)

    def _why(self, scheme: str, eve: date, day: date) -> tuple[tuple[Cause, ...], tuple[Turn, ...]]:
        old, new = self.rules.plan(scheme, eve), self.rules.plan(scheme, day)
        causes: list[Cause] = []
        if old is None or new is None:
            return (Cause(None, "", "", ""),), ()
        if old.scheme.start != new.scheme.start:
            causes.append(Cause(None, "", old.scheme.start.isoformat(), new.scheme.start.isoformat()))
        for name, (_, value) in new.parameters.items():
            if name in old.parameters and old.parameters[name][1] != value:
                causes.append(Cause(None, name, f"{old.parameters[name][1]}", f"{value}"))
        before, after = self.known(eve), self.known(day)
        asked = {f for v in new.variables.values() for f in v.facts}
        for name in sorted(asked):
            fact = self.rules.vocabulary.facts.get(name)
            if fact is not None and before.get(name) != after.get(name):
                shown = [str(plain_value(fact, v[name])) if name in v else "" for v in (before, after)]
                causes.append(Cause(fact, "", shown[0], shown[1]))
        return tuple(causes), tuple(_turns(old, new, before, after, eve, day))

    def _best(self, first: Moment, changes: Sequence[Change], order: Sequence[str]) -> tuple[date, date | None]:
        moments = [first, *(c.after for c in changes)]
        days: list[date | None] = [self.on, *(c.day for c in changes), None]
        at = 0
        for n, moment in enumerate(moments):
            if compare(moments[at], moment, order) > 0:
                at = n
        end = at + 1
        while end < len(moments) and compare(moments[at], moments[end], order) == 0:
            end += 1
        start = days[at]
        assert start is not None
        return start, days[end]

    def _held(self, scheme: str) -> tuple[Fact, ...]:
        """Facts that the scheme asks, that grow with time, and that are given as numbers."""
        plan = self.rules.plan(scheme, self.on)
        if plan is None:
            return ()
        asked = dict.fromkeys(f for v in plan.variables.values() for f in v.facts)
        facts = self.rules.vocabulary.facts
        return tuple(
            facts[f] for f in asked if f in self.profile.values and _counts(facts[f]) and facts[f] not in self.counting
        )


def _follows(rules: Jifen, profile: Profile, on: date, name: str) -> bool:
    """Whether a number that grows with time is given, and follows from dates that are given too."""
    if not _counts(rules.vocabulary.facts[name]):
        return False
    rest = {k: v for k, v in profile.values.items() if k != name}
    return name in rules.complete(Profile(rest, profile.where), on)


def _turns(
    old: Plan, new: Plan, before: Mapping[str, Value], after: Mapping[str, Value], eve: date, day: date
) -> Iterator[Turn]:
    """The clauses whose points or truth differ between the two days, by their id."""
    one, two = State(old, before, eve), State(new, after, day)
    earlier = {(p.clause.kind, p.clause.id): p for p in placed(old)}
    for place in placed(new):
        was = earlier.pop((place.clause.kind, place.clause.id), None)
        b = two.points(place.node)
        if was is None:
            if place.clause.kind == "criterion" and b.exact and b.low:
                yield Turn(place.clause, b.low * place.worth, None)
            continue
        a = one.points(was.node)
        if a == b:
            continue
        if place.clause.kind == "criterion":
            exact = a.exact and b.exact
            yield Turn(place.clause, b.low * place.worth - a.low * was.worth if exact else None, None)
        else:
            yield Turn(place.clause, None, bool(b.low) if b.exact else None)
    for gone in earlier.values():
        a = one.points(gone.node)
        if gone.clause.kind == "criterion" and a.exact and a.low:
            yield Turn(gone.clause, -a.low * gone.worth, None)
