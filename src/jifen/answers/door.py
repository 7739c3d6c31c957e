"""The Python door: load policies once, then hold profiles against them.

What reads and compiles policies is imported where it is called: it takes long to import, and what it makes is mostly in the cache.
"""

from __future__ import annotations

import bisect
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from jifen.answers.answer import Answer
from jifen.answers.explain import answer_of, not_in_force
from jifen.engines.reference import State
from jifen.facts.profiles import Profile, read_profile
from jifen.facts.values import Value, parse_day, show_value
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.diagram import END, Diagrams, Whole
from jifen.plan.form import Plan, in_force
from jifen.plan.values import Typed, Variable, counted_from, day_to_come
from jifen.problems import Problem, ProfileError, RequestError, nearest
from jifen.schemes.cache import Cache
from jifen.schemes.model import Scheme
from jifen.schemes.shelf import Contents, Shelf, contents, open_shelf, policy_folder

__version__ = "0.1.0"
ENGINE = f"reference {__version__}"


def load(policies: Path | str | Iterable[Path | str] | None = None) -> Jifen:
    """Read the published policies, and folders of local ones on top of them.

    Raises PolicyError with every mistake in the policies.

    >>> import jifen
    >>> rules = jifen.load()
    >>> [answer] = rules.check({"age": 17}, on="2026-11-23", schemes=["cn/work-permit"])
    >>> answer.status
    'does not qualify'
    """
    if policies is None:
        more: list[Path] = []
    elif isinstance(policies, (str, Path)):
        more = [Path(policies)]
    else:
        more = [Path(p) for p in policies]
    folders = [policy_folder(), *more]
    cache = Cache(folders)
    return Jifen(*open_shelf(folders, cache), cache)


class Jifen:
    """The loaded policies. Immutable to its user; plans are compiled when first needed and kept."""

    def __init__(self, shelf: Shelf, inside: Contents | None = None, cache: Cache | None = None) -> None:
        self.shelf = shelf
        self._inside = inside or contents(shelf.schemes)
        self._cache = cache
        self._plans: dict[tuple[str, date, int], Plan] = {}

    @property
    def vocabulary(self) -> Vocabulary:
        return self.shelf.vocabulary

    @cached_property
    def derivations(self) -> tuple[dict[str, Typed], dict[str, Variable]]:
        """The facts that follow from others: for each its node, and the variables that these ask. Compiled once."""

        def make() -> tuple[dict[str, Typed], dict[str, Variable]]:
            from jifen.plan.compile import compile_rules

            return compile_rules(self.shelf.rules, self.vocabulary)

        return self._cache.get("rules", make, self.vocabulary.facts) if self._cache else make()

    def plan(self, scheme: str, on: date) -> Plan | None:
        """The compiled scheme on a day, or None if no version is in force."""
        span = in_force(self._inside.spans[self._known(scheme)], on)
        if span is None:
            return None
        key = (scheme, span.start, bisect.bisect_right(self._inside.turns, on))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._as_before(scheme, span.start, on) or self._compiled(*key, on)
        return plan

    def _as_before(self, scheme: str, start: date, on: date) -> Plan | None:
        """The plan that is held for other days, if between them and this one nothing begins or ends that it rests on."""
        for (other, begun, period), plan in list(self._plans.items()):
            if other == scheme and begun == start:
                day = self._inside.turns[period - 1] if period else date.min
                turns = contents({s: self.shelf.schemes[s] for s in (scheme, *plan.named)}).turns
                if bisect.bisect_right(turns, day) == bisect.bisect_right(turns, on):
                    return plan
        return None

    def _compiled(self, scheme: str, start: date, period: int, on: date) -> Plan:
        """The plan of a version for the days between two changes of any law, from the cache if it is there."""

        def make() -> tuple[object, Plan]:
            from jifen.plan.compile import compile_plan

            version = next(v for v in self.versions(scheme) if v.start == start)
            plan = compile_plan(version, on, self.shelf)
            return plan.graph, plan  # the graph first: its nodes then follow those that they are made of

        if self._cache is None:
            return make()[1]
        name = f"{scheme} {start} {period}"
        plan = self._cache.get(name, make, self.vocabulary.facts)[1]
        plan.memory.keep = partial(_kept, self._cache, name)
        return plan

    def versions(self, scheme: str) -> Sequence[Scheme]:
        """The versions of a scheme, oldest first. Raises RequestError for an unknown id."""
        return self.shelf.schemes[self._known(scheme)]

    def _known(self, scheme: str) -> str:
        if scheme not in self._inside.spans:
            near = nearest(scheme, self._inside.spans)
            raise RequestError([Problem("no-such-scheme", blanks={"scheme": scheme}, found=scheme, nearest=near)])
        return scheme

    def profile(self, source: Path | str | Mapping[str, Any] | Profile) -> Profile:
        """Read a profile from a file or a mapping; raises ProfileError with every mistake."""
        return read_profile(source, self.vocabulary)

    def complete(self, profile: Profile, on: date) -> dict[str, Value]:
        """What is known on a day: the profile, and what follows from it by the rules of the vocabulary.

        Raises ProfileError where a fact that is given contradicts what follows from others, or a day from which time is
        counted is still to come.
        """
        values = dict(profile.values)
        typed, variables = self.derivations
        problems = [
            day_to_come(name, day, on, profile.where[name])
            for name in self.counted_from
            if isinstance(day := values.get(name), int) and day > on.toordinal()
        ]
        if problems:
            raise ProfileError(problems)
        for _ in range(2):
            known = {n: k for n, v in variables.items() if (k := v.known(values, on)) is not None}
            diagrams = Diagrams({n: i for i, n in enumerate(variables)}, known)
            for name, rule in typed.items():
                fact = self.vocabulary.facts.get(name)
                if fact is None or (name in values and name not in profile.values):
                    continue
                result = diagrams.of(rule.node) if _touched(rule.node, known) else None
                if result is None or result[1] is not END:
                    continue
                if name not in values:
                    values[name] = result[0]
                elif values[name] != result[0]:
                    problems.append(self._contradiction(profile, name, result[0], variables, rule.node, on))
            if problems:
                raise ProfileError(problems)
        return values

    @cached_property
    def counted_from(self) -> list[str]:
        """The facts whose day may not lie after the day asked about, because time is counted from it."""
        return counted_from(self.derivations[1].values(), self.vocabulary)

    def following(self, fact: str) -> list[str]:
        """The facts that follow from this one by the rules of the vocabulary: the age from the date of birth."""
        from jifen.plan.nodes import variables as used

        typed, variables = self.derivations
        return [
            name
            for name, rule in typed.items()
            if name in self.vocabulary.facts and any(fact in variables[v].facts for v in used([rule.node]))
        ]

    def _contradiction(self, profile: Profile, name: str, value: int, variables: Any, node: Any, on: date) -> Problem:
        from jifen.plan.nodes import variables as used

        fact = self.vocabulary.facts[name]
        others = [f for v in used([node]) for f in variables[v].facts if f in profile.values]
        blanks = {
            "fact": name,
            "others": ", ".join(f"`{o}`" for o in dict.fromkeys(others)),
            "value": show_value(fact, value),
            "day": on,
        }
        return Problem("contradiction", profile.where[name], blanks, show_value(fact, profile.values[name]))

    def state(self, plan: Plan, values: Mapping[str, Value], on: date) -> State:
        return State(plan, values, on)

    def check(
        self,
        profile: Path | str | Mapping[str, Any] | Profile,
        on: date | str | None = None,
        schemes: Iterable[str] | None = None,
    ) -> tuple[Answer, ...]:
        """Hold a profile against schemes (all of them for the kind of subject, if none are named), as of a day (today).

        Raises ProfileError, RequestError.
        """
        day = as_day(on)
        read = self.profile(profile)
        values = self.complete(read, day)
        wanted = list(schemes) if schemes is not None else self.fitting(read)
        profile_hash = _hash(read.plain(self.vocabulary))
        return tuple(self._answer(s, values, day, profile_hash) for s in wanted)

    def fitting(self, profile: Profile) -> list[str]:
        """The schemes for the kind of subject that the profile's facts are about; a person if there are none."""
        subjects = {self.vocabulary.facts[f].subject for f in profile.values} or {"person"}
        return [s for s, subject in self._inside.subjects.items() if subject in subjects]

    def _answer(self, scheme: str, values: Mapping[str, Value], on: date, profile_hash: str) -> Answer:
        plan = self.plan(scheme, on)
        receipt: dict[str, Any] = {
            "engine": ENGINE,
            "scheme": scheme,
            "as_of": on.isoformat(),
            "facts_hash": self.shelf.facts_hash,
            "profile_hash": profile_hash,
        }
        if plan is None:
            answer = not_in_force(self.versions(scheme), on, receipt)
        else:
            receipt["version"] = plan.scheme.start.isoformat()
            receipt["scheme_hash"] = plan.scheme.hash
            if plan.refers:
                receipt["refers"] = {k: v.hash for k, v in sorted(plan.refers.items())}
            answer = answer_of(State(plan, values, on), self.vocabulary, on, receipt)
        receipt["answer_hash"] = _hash(answer.body())
        return answer


def _kept(cache: Cache, plan: str, name: str, make: Callable[[], Whole]) -> Whole:
    return cache.get(f"{plan} {name}", make)


def _touched(node: Any, known: Mapping[str, int]) -> bool:
    from jifen.plan.nodes import variables as used

    return any(v in known for v in used([node]))


def _hash(data: object) -> str:
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def as_day(on: date | str | None) -> date:
    """A day from a date, from `2026-11-23`, or today. Raises RequestError."""
    if on is None:
        return date.today()
    if isinstance(on, datetime):
        return on.date()
    if isinstance(on, date):
        return on
    day = parse_day(str(on))
    if day is None:
        raise RequestError([Problem("bad-day", found=str(on))])
    return date.fromordinal(day)
