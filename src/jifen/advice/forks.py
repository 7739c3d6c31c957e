"""Forks: decision diagrams as advice uses them, with the averages of what stands below each fork.

A place is an offset and a fork. A fork cuts the values of one variable; at the ends of an answer stand sets of outcomes, and the offsets of points
add up on the way. Here they are cut down to what is known, joined over what stays open, and read.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from jifen.advice.prior import Prior
from jifen.plan.values import Variable

LAST = 1 << 60
"""The level of an end."""


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


_NOTHING: Mapping[int, int] = {}
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
            found = self._made[key] = self.parts(level, breaks)
        return found

    def parts(self, level: int, breaks: Sequence[int]) -> tuple[float, ...]:
        """The same for breaks that are not met again."""
        edges, sums = self._edges[level], self._sums[level]
        at = [0.0, *(sums[bisect.bisect_left(edges, b) + 1] for b in breaks), sums[-1]]
        return tuple(b - a for a, b in pairwise(at))


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
            if old is not None and key[2] == tuple((w[0], id(w[1])) for w in old.ways):
                made = old
            else:
                made = self._new(level, cut, kept)
            self._made[key] = made
        return low, made

    def _new(self, level: int, breaks: tuple[int, ...], ways: list[Place]) -> Fork:
        shares = self.weights.of(level, breaks)
        square, high = 0.0, 0
        first = 0.0
        for share, (offset, inner) in zip(shares, ways, strict=True):
            mean = inner.mean[0]
            first += share * (offset + mean)
            square += share * (offset * (offset + 2 * mean) + inner.square)
            high = max(high, offset + inner.high)
        means = [first]
        for k in range(1, len(ways[0][1].mean)):
            means.append(sum([share * way[1].mean[k] for share, way in zip(shares, ways, strict=True)]))
        return Fork(level, breaks, tuple(ways), tuple(means), square, high)


def restricted(place: Place, known: Mapping[int, int], weights: Weights) -> Place:
    """The diagram where the variables of these levels have these values."""
    if not known:
        return place
    offset, fork = _restricted(place[1], known, max(known), Builder(weights), {})
    return place[0] + offset, fork


def _restricted(fork: Fork, known: Mapping[int, int], last: int, build: Builder, done: dict[int, Place]) -> Place:
    if fork.level > last:
        return 0, fork
    found = done.get(id(fork))
    if found is None:
        value = known.get(fork.level)
        if value is not None:
            offset, inner = fork.ways[bisect.bisect_right(fork.breaks, value)]
            more, inner = _restricted(inner, known, last, build, done)
            found = offset + more, inner
        else:
            ways = []
            for offset, inner in fork.ways:
                more, inner = _restricted(inner, known, last, build, done)
                ways.append((offset + more, inner))
            found = build.fork(fork.level, fork.breaks, ways, fork)
        done[id(fork)] = found
    return found


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


def joined(place: Place, levels: Iterable[int], weights: Weights, how: str, none: int = 0) -> Place:
    """The diagram in which the variables of these levels are left open for good.

    `how` says what then stands for their several values: `or` the answer that is then given, `min` or `max` a bound of the points. An
    answer is all outcomes that are possible, and whether only the authority is left to say between one of them and `none` (its bit).
    """
    gone = set(levels)
    build = Builder(weights)
    done: dict[int, Place] = {}
    pairs: dict[tuple[object, ...], Place] = {}
    made: dict[tuple[int, bool], Fork] = {}
    nothing = tuple(0.0 for _ in place[1].mean)  # nobody is weighed here: only what can still change is read off

    def end(outcomes: int, authority: bool) -> Fork:
        return made.setdefault((outcomes, authority), Fork(LAST, (), (), nothing, 0.0, 0, outcomes))

    answers: dict[Fork, tuple[int, bool]] = {}
    for fork in ends(place[1]):
        authority = bool(fork.end & none) and fork.end != none
        made[fork.end, authority] = fork
        answers[fork] = fork.end, authority

    def both(a: Place, b: Place) -> Place:
        if a[1] is b[1]:
            return (min if how == "min" else max)(a[0], b[0]), a[1]
        if not a[1].ways and not b[1].ways:
            (some, one), (more, other) = answers[a[1]], answers[b[1]]
            fork = end(some | more, one and other)
            answers[fork] = some | more, one and other
            return 0, fork
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
        case[fork.level] = fork.breaks[at - 1] if at else -LAST
        fork = fork.ways[at][1]
    return case


def ends(fork: Fork, known: Mapping[int, int] = _NOTHING) -> Iterator[Fork]:
    """Every end that can still be reached where the variables of these levels have these values, once."""
    seen: set[int] = set()
    stack = [fork]
    while stack:
        at = stack.pop()
        if id(at) in seen:
            continue
        seen.add(id(at))
        if not at.ways:
            yield at
        elif at.level in known:
            stack.append(at.ways[bisect.bisect_right(at.breaks, known[at.level])][1])
        else:
            stack.extend(w[1] for w in at.ways)


def least(place: Place, known: Mapping[int, int]) -> int:
    """The fewest points where the variables of these levels have these values."""
    return place[0] + _least(place[1], known, {})


def _least(fork: Fork, known: Mapping[int, int], done: dict[int, int]) -> int:
    if not fork.ways:
        return 0
    found = done.get(id(fork))
    if found is None:
        if fork.level in known:
            offset, inner = fork.ways[bisect.bisect_right(fork.breaks, known[fork.level])]
            found = offset + _least(inner, known, done)
        else:
            found = min([offset + _least(inner, known, done) for offset, inner in fork.ways])
        done[id(fork)] = found
    return found


def _at(place: Place, level: int, edge: int | None) -> Place:
    if place[1].level != level:
        return place
    fork = place[1]
    offset, inner = fork.ways[0 if edge is None else bisect.bisect_right(fork.breaks, edge)]
    return place[0] + offset, inner
