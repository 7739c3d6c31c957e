"""Doubt: what is still open in a scheme, and how much of it each fact would take away.

The answer that asking can settle is a decision diagram over facts: at its ends stands the set of outcomes that the authority can
then still give (in a ranking, a second diagram has the points). Every fact is weighed by a prior, facts apart from each other.
The **doubt** is the variance of the answer under these weights: the chance that two people who answer differently are taken for the
same. The **power** of a fact is the exact share of the doubt that knowing it takes away on average (the variance between its
values); 1 settles everything. Weights and powers are floats: they order questions and decide no answer.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jifen.advice.prior import Prior
from jifen.plan.diagram import END, Function
from jifen.plan.form import Plan
from jifen.plan.nodes import cells
from jifen.plan.values import Variable

_LAST = 1 << 60


@dataclass(frozen=True, slots=True, eq=False)
class Fork:
    """Cuts the variable of one level; `ways` are (offset, next) for each cell, the smallest offset is 0.

    `mean` is the average of each component of the answer, `square` that of the sum of their squares, `high` the largest number of points
    below. An end has no ways; `end` is what it stands for.
    """

    level: int
    breaks: tuple[int, ...]
    ways: tuple[tuple[int, Fork], ...]
    mean: tuple[float, ...]
    square: float
    high: int = 0
    end: int = -1


Place = tuple[int, Fork]
"""A function: an offset and a fork. In the diagram of an answer every offset is 0."""


class Weights:
    """The share of people whose variable of a level lies in a cell, by the edges of the whole scheme."""

    def __init__(self, variables: Sequence[Variable], edges: Mapping[str, tuple[int, ...]], prior: Prior) -> None:
        self._edges = [edges.get(v.name, ()) for v in variables]
        self._sums: list[list[float]] = []
        for variable, at in zip(variables, self._edges, strict=True):
            shares = prior.shares(variable, at)
            sums = [0.0]
            for share in shares:
                sums.append(sums[-1] + share)
            self._sums.append(sums)
        self._made: dict[tuple[int, tuple[int, ...]], tuple[float, ...]] = {}

    def of(self, level: int, breaks: tuple[int, ...]) -> tuple[float, ...]:
        """One share a cell; together 1."""
        key = (level, breaks)
        found = self._made.get(key)
        if found is None:
            edges, sums = self._edges[level], self._sums[level]
            at = [0.0, *(sums[bisect.bisect_left(edges, b) + 1] for b in breaks), sums[-1]]
            found = self._made[key] = tuple(b - a for a, b in pairwise(at))
        return found


class Builder:
    """Makes the forks of one diagram, reduced, each once."""

    def __init__(self, weights: Weights) -> None:
        self.weights = weights
        self._made: dict[tuple[object, ...], Fork] = {}

    def fork(self, level: int, breaks: Sequence[int], ways: Sequence[Place], old: Fork | None = None) -> Place:
        kept, at = [ways[0]], []
        for edge, way in zip(breaks, ways[1:], strict=True):
            if way[1] is not kept[-1][1] or way[0] != kept[-1][0]:
                at.append(edge)
                kept.append(way)
        if not at:
            return kept[0]
        low = min(w[0] for w in kept)
        if low:
            kept = [(w[0] - low, w[1]) for w in kept]
        cut = tuple(at)
        key = (level, cut, tuple((w[0], id(w[1])) for w in kept))
        made = self._made.get(key)
        if made is None:
            if old is not None and len(kept) == len(old.ways) and all(
                a[1] is b[1] and a[0] == b[0] for a, b in zip(kept, old.ways, strict=True)
            ):  # fmt: skip
                made = old
            else:
                shares = self.weights.of(level, cut)
                size = range(len(kept[0][1].mean))
                mean = tuple(sum(s * (w[0] + w[1].mean[k]) for s, w in zip(shares, kept, strict=True)) for k in size)
                square = sum(
                    s * (w[0] * w[0] + 2 * w[0] * w[1].mean[0] + w[1].square) for s, w in zip(shares, kept, strict=True)
                )
                made = Fork(level, cut, tuple(kept), mean, square, max(w[0] + w[1].high for w in kept))
            self._made[key] = made
        return low, made


def restricted(place: Place, known: Mapping[int, int], weights: Weights) -> Place:
    """The diagram where the variables of these levels have these values."""
    if not known:
        return place
    last = max(known)
    build = Builder(weights)
    done: dict[int, Place] = {}

    def go(fork: Fork) -> Place:
        if fork.level > last:
            return 0, fork
        found = done.get(id(fork))
        if found is None:
            value = known.get(fork.level)
            if value is not None:
                offset, inner = fork.ways[bisect.bisect_right(fork.breaks, value)]
                more, inner = go(inner)
                found = offset + more, inner
            else:
                ways = []
                for offset, inner in fork.ways:
                    more, inner = go(inner)
                    ways.append((offset + more, inner))
                found = build.fork(fork.level, fork.breaks, ways, fork)
            done[id(fork)] = found
        return found

    offset, fork = go(place[1])
    return place[0] + offset, fork


def by_level(place: Place) -> list[Fork]:
    """Every fork of a diagram that is no end, by level."""
    seen: set[int] = set()
    found: list[Fork] = []
    stack = [place[1]]
    while stack:
        fork = stack.pop()
        if fork.ways and id(fork) not in seen:
            seen.add(id(fork))
            found.append(fork)
            stack.extend(w[1] for w in fork.ways)
    found.sort(key=lambda f: f.level)
    return found


def support(place: Place) -> set[int]:
    """The levels that can still change the value."""
    return {f.level for f in by_level(place)}


def joined(place: Place, levels: Iterable[int], weights: Weights, how: str) -> Place:
    """The diagram in which the variables of these levels are left open for good.

    `how` says what then stands for their several values: `or` all outcomes that are possible, `min` or `max` a bound of the points.
    """
    gone = set(levels)
    build = Builder(weights)
    done: dict[int, Place] = {}
    pairs: dict[tuple[object, ...], Place] = {}
    made: dict[int, Fork] = {f.end: f for f in ends(place[1])}

    def both(a: Place, b: Place) -> Place:
        if a[1] is b[1]:
            return (min if how == "min" else max)(a[0], b[0]), a[1]
        if not a[1].ways and not b[1].ways:
            both_ends = a[1].end | b[1].end
            return 0, made.setdefault(both_ends, Fork(_LAST, (), (), a[1].mean, a[1].square, 0, both_ends))
        key = (id(a[1]), id(b[1]), b[0] - a[0])
        found = pairs.get(key)
        if found is None:
            shift = b[0] - a[0]
            level = min(a[1].level, b[1].level)
            edges = sorted({e for f in (a[1], b[1]) if f.level == level for e in f.breaks})
            ways = []
            for edge in (None, *edges):
                p, q = _at((0, a[1]), level, edge), _at((shift, b[1]), level, edge)
                ways.append(both(p, q))
            found = pairs[key] = build.fork(level, edges, ways)
        return a[0] + found[0], found[1]

    def go(fork: Fork) -> Place:
        if not fork.ways:
            return 0, fork
        found = done.get(id(fork))
        if found is None:
            ways = []
            for offset, inner in fork.ways:
                more, inner = go(inner)
                ways.append((offset + more, inner))
            if fork.level in gone:
                found = ways[0]
                for way in ways[1:]:
                    found = both(found, way)
            else:
                found = build.fork(fork.level, fork.breaks, ways)
            done[id(fork)] = found
        return found

    offset, fork = go(place[1])
    return place[0] + offset, fork


def lowest_case(place: Place) -> dict[int, int]:
    """A case in which the points are fewest: for each level that it meets, a value (one below every edge where that will do)."""
    case: dict[int, int] = {}
    fork = place[1]
    while fork.ways:
        at = next(n for n, (offset, _) in enumerate(fork.ways) if offset == 0)
        case[fork.level] = fork.breaks[at - 1] if at else -_LAST
        fork = fork.ways[at][1]
    return case


def ends(fork: Fork) -> Iterator[Fork]:
    """Every end that can still be reached, once."""
    seen: set[int] = set()
    stack = [fork]
    while stack:
        at = stack.pop()
        if id(at) not in seen:
            seen.add(id(at))
            stack.extend(w[1] for w in at.ways)
            if not at.ways:
                yield at


def _at(place: Place, level: int, edge: int | None) -> Place:
    if place[1].level != level:
        return place
    fork = place[1]
    offset, inner = fork.ways[0 if edge is None else bisect.bisect_right(fork.breaks, edge)]
    return place[0] + offset, inner


class Sight:
    """One plan as asking sees it: the diagrams of its answer and its points for what is known, and the power of each fact over them."""

    def __init__(self, plan: Plan, prior: Prior) -> None:
        self.plan = plan
        self.levels = plan.levels
        self.variables = [plan.variables[name] for name in plan.levels]
        self.edges = cells([n for n in (plan.outcome, plan.total) if n])
        self.weights = Weights(self.variables, self.edges, prior)
        self.choice = next((c for c in plan.choices if c in plan.variables), "") if plan.total else ""

    def answer(self, known: Mapping[str, int]) -> Place:
        """The outcomes that the authority can still give, as a set of bits: bit 0 for the best, the last for none."""
        return self._seen(self.plan.diagrams(known).of(self.plan.outcome))

    def totals(self, known: Mapping[str, int]) -> tuple[Place, ...]:
        """The points by each choice of the applicant; one diagram where nothing is left to choose, none where there are no points."""
        total = self.plan.total
        if total is None:
            return ()
        if not self.choice or self.choice in known:
            return (self._points(self.plan.diagrams(known).of(total)),)
        variable = self.plan.variables[self.choice]
        options = range(variable.low, variable.high + 1)
        return tuple(self._points(self.plan.diagrams({**known, self.choice: v}).of(total)) for v in options)

    def _seen(self, function: Function) -> Place:
        masks: dict[tuple[int, int], int] = {}
        first = self.plan.first_authority

        def mask(f: Function) -> int:
            key = (f[0], id(f[1]))
            if key not in masks:
                masks[key] = 1 << f[0]
                if f[1] is not END:
                    masks[key] = 0
                    for cell in f[1].cells:
                        masks[key] |= mask((f[0] + cell[0], cell[1]))
            return masks[key]

        found: set[int] = set()
        visited: set[tuple[int, int]] = set()

        def collect(f: Function) -> None:
            key = (f[0], id(f[1]))
            if key in visited:
                return
            visited.add(key)
            if f[1].level >= first:
                found.add(mask(f))
            else:
                for cell in f[1].cells:
                    collect((f[0] + cell[0], cell[1]))

        collect(function)
        classes = sorted(found)
        ends = {
            m: Fork(_LAST, (), (), tuple(float(m == c) for c in classes), 1.0, 0, m) for m in classes
        }  # fmt: skip
        build = Builder(self.weights)
        done: dict[tuple[int, int], Place] = {}

        def go(f: Function) -> Place:
            key = (f[0], id(f[1]))
            if key not in done:
                if f[1].level >= first:
                    done[key] = 0, ends[mask(f)]
                else:
                    ways = [go((f[0] + c[0], c[1])) for c in f[1].cells]
                    done[key] = build.fork(f[1].level, f[1].breaks, ways)
            return done[key]

        return go(function)

    def _points(self, function: Function) -> Place:
        build = Builder(self.weights)
        end = Fork(_LAST, (), (), (0.0,), 0.0, 0, 0)
        done: dict[int, Place] = {id(END): (0, end)}

        def go(f: Function) -> Place:
            if id(f[1]) not in done:
                ways = [go(c) for c in f[1].cells]
                done[id(f[1])] = build.fork(f[1].level, f[1].breaks, ways)
            offset, fork = done[id(f[1])]
            return f[0] + offset, fork

        return go(function)

    def powers(self, places: Sequence[Place]) -> dict[tuple[str, ...], float]:
        """The power of each group of facts over functions that are equally likely: an answer, or the points by each choice."""
        mean = [0.0] * len(places[0][1].mean)
        square = 0.0
        for offset, fork in places:
            mean = [m + (offset + f) / len(places) for m, f in zip(mean, fork.mean, strict=True)]
            square += (offset * offset + 2 * offset * fork.mean[0] + fork.square) / len(places)
        doubt = square - sum(m * m for m in mean)
        if doubt <= 1e-12:
            return {}
        forks, reach = self._reach(places)
        levels: dict[tuple[str, ...], list[int]] = {}
        for fork in forks:
            at = levels.setdefault(self.variables[fork.level].facts, [])
            if fork.level not in at:
                at.append(fork.level)
        starts = [f.level for f in forks]
        found: dict[tuple[str, ...], float] = {}
        for facts, asked in levels.items():
            inside = forks[bisect.bisect_left(starts, asked[0]) : bisect.bisect_right(starts, asked[-1])]
            found[facts] = min(1.0, max(0.0, self._between(asked, inside, reach, mean) / doubt))
        return found

    def _reach(self, places: Sequence[Place]) -> tuple[list[Fork], dict[Fork, dict[int, Mass]]]:
        """Every fork by level, and who comes to it, by the level they come from (-1 at the root)."""
        made: dict[int, Fork] = {}
        reach: dict[Fork, dict[int, Mass]] = {}
        for offset, fork in places:
            made |= {id(f): f for f in by_level((offset, fork))}
            if fork.ways:
                _pour(reach.setdefault(fork, {}), -1, 1 / len(places), offset / len(places))
        forks = sorted(made.values(), key=lambda f: f.level)
        for fork in forks:
            share = sum(m[0] for m in reach[fork].values())
            points = sum(m[1] for m in reach[fork].values())
            for part, (offset, inner) in zip(self.weights.of(fork.level, fork.breaks), fork.ways, strict=True):
                if inner.ways:
                    _pour(reach.setdefault(inner, {}), fork.level, share * part, part * (points + offset * share))
        return forks, reach

    def _between(
        self, asked: list[int], inside: list[Fork], reach: dict[Fork, dict[int, Mass]], mean: list[float]
    ) -> float:
        """The variance between the values of the variables of these levels, which one answer settles together.

        `inside` are the forks from the first of the levels to the last. People who come to none of them that leads to such a level are a rest
        on which the answer has no influence.
        """
        size = range(len(mean))
        touching: set[Fork] = set()
        for fork in reversed(inside):
            if fork.level in asked or any(w[1] in touching for w in fork.ways):
                touching.add(fork)
        left: dict[Fork, Mass] = {}
        rest = list(mean)
        for fork in inside:
            if fork in touching:
                come = [m for level, m in reach[fork].items() if level < asked[0]]
                if come:
                    share, points = sum(m[0] for m in come), sum(m[1] for m in come)
                    left[fork] = share, points
                    for k in size:
                        rest[k] -= points + share * fork.mean[k]
        states: dict[object, _Split] = {(): (1.0, left, tuple(rest))}
        for level in asked:
            states = self._step(level, states, touching)
        total = 0.0
        for weight, left, value in states.values():
            sums = [value[k] + sum(p + s * f.mean[k] for f, (s, p) in left.items()) for k in size]
            total += weight * sum(v * v for v in sums)
        return total - sum(m * m for m in mean)

    def _step(self, level: int, states: dict[object, _Split], touching: set[Fork]) -> dict[object, _Split]:
        """Every state once for each cell of the variable of a level; what is asked before it is averaged."""
        after: dict[object, _Split] = {}
        for weight, before, value in states.values():
            left, ends = dict(before), list(value)
            while earlier := [f for f in left if f.level < level]:
                fork = min(earlier, key=lambda f: f.level)
                share, points = left.pop(fork)
                for part, way in zip(self.weights.of(fork.level, fork.breaks), fork.ways, strict=True):
                    _flow(way, share * part, points * part, left, ends, touching)
            here = [f for f in left if f.level == level]
            edges = tuple(sorted({e for f in here for e in f.breaks}))
            for part, edge in zip(self.weights.of(level, edges), (None, *edges), strict=True):
                if not part:
                    continue
                stay = {f: m for f, m in left.items() if f.level != level}
                sums = list(ends)
                for fork in here:
                    way = fork.ways[0 if edge is None else bisect.bisect_right(fork.breaks, edge)]
                    _flow(way, *left[fork], stay, sums, touching)
                key = (
                    tuple(sorted((id(f), round(s, 12), round(p, 9)) for f, (s, p) in stay.items())),
                    tuple(round(v, 12) for v in sums),
                )
                old = after[key][0] if key in after else 0.0
                after[key] = old + weight * part, stay, tuple(sums)
        return after


Mass = tuple[float, float]
"""A share of people, and that share times the points that they have so far."""
_Split = tuple[float, dict[Fork, Mass], tuple[float, ...]]
"""The chance of a state, who stands at which fork in it, and the part of the answer that is settled."""


def _pour(into: dict[int, Mass], key: int, share: float, points: float) -> None:
    old = into.get(key, (0.0, 0.0))
    into[key] = old[0] + share, old[1] + points


def _flow(
    way: Place, share: float, points: float, left: dict[Fork, Mass], ends: list[float], touching: set[Fork]
) -> None:
    """Send a share along a way: to a fork that leads on, or into what is settled."""
    offset, fork = way
    points += share * offset
    if fork in touching:
        old = left.get(fork, (0.0, 0.0))
        left[fork] = old[0] + share, old[1] + points
    else:
        for k, m in enumerate(fork.mean):
            ends[k] += points + share * m
