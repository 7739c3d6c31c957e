"""Doubt: what is still open in a scheme, and how much of it each fact would take away.

The answer that asking can settle is a decision diagram over facts: at its ends stands the set of outcomes that the authority can
then still give (in a ranking, a second diagram has the points). Every fact is weighed by a prior, facts apart from each other.
The **doubt** is the variance of the answer under these weights: the chance that two people who answer differently are taken for the
same. The **power** of a fact is the exact share of the doubt that knowing it takes away on average (the variance between its
values); 1 settles everything. Weights and powers are floats: they order questions and decide no answer.
"""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Mapping, Sequence

from jifen.advice.forks import LAST, Builder, Fork, Place, Weights, by_level
from jifen.advice.prior import Prior
from jifen.plan.diagram import END, Function
from jifen.plan.form import Plan
from jifen.plan.nodes import cells


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
        if len(classes) == 2:  # one of them tells two answers apart
            classes = classes[:1]
        told = {m: tuple(float(m == c) for c in classes) for m in found}
        ends = {m: Fork(LAST, (), (), told[m], sum(told[m]), 0, m) for m in found}
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
        end = Fork(LAST, (), (), (0.0,), 0.0, 0, 0)
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
                old = reach.setdefault(fork, {}).get(-1, _NOBODY)
                reach[fork][-1] = old[0] + 1 / len(places), old[1] + offset / len(places)
        forks = sorted(made.values(), key=lambda f: f.level)
        for fork in forks:
            share = points = 0.0
            for one, two in reach[fork].values():
                share += one
                points += two
            level = fork.level
            for part, (offset, inner) in zip(self.weights.of(level, fork.breaks), fork.ways, strict=True):
                if inner.ways:
                    into = reach.get(inner)
                    if into is None:
                        into = reach[inner] = {}
                    old = into.get(level, _NOBODY)
                    into[level] = old[0] + share * part, old[1] + part * (points + offset * share)
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
        if len(asked) == 1:
            return self._by_cells(asked[0], left, rest) - sum(m * m for m in mean)
        states: dict[object, _Split] = {(): (1.0, left, tuple(rest))}
        for level in asked:
            states = self._step(level, states, touching)
        total = 0.0
        for weight, left, value in states.values():
            sums = [value[k] + sum(p + s * f.mean[k] for f, (s, p) in left.items()) for k in size]
            total += weight * sum(v * v for v in sums)
        return total - sum(m * m for m in mean)

    def _by_cells(self, level: int, left: dict[Fork, Mass], rest: list[float]) -> float:
        """The average square of the answer over the cells of one variable."""
        size = range(len(rest))
        now = list(rest)
        turns: dict[int, list[float]] = {}
        for fork, (share, points) in left.items():
            before: list[float] = []
            for at, (offset, inner) in enumerate(fork.ways):
                value = [points + share * (offset + m) for m in inner.mean]
                if at:
                    turn = turns.setdefault(fork.breaks[at - 1], [0.0] * len(rest))
                    for k in size:
                        turn[k] += value[k] - before[k]
                else:
                    for k in size:
                        now[k] += value[k]
                before = value
        edges = sorted(turns)
        parts = self.weights.parts(level, edges)
        total = parts[0] * sum(v * v for v in now)
        for part, edge in zip(parts[1:], edges, strict=True):
            for k, more in enumerate(turns[edge]):
                now[k] += more
            total += part * sum(v * v for v in now)
        return total

    def _step(self, level: int, states: dict[object, _Split], touching: set[Fork]) -> dict[object, _Split]:
        """Every state once for each cell of the variable of a level; what is asked before it is averaged."""
        after: dict[object, _Split] = {}
        for weight, before, value in states.values():
            left, ends = dict(before), list(value)
            between = [(f.level, n, f) for n, f in enumerate(left) if f.level < level]
            heapq.heapify(between)
            number = len(left)
            while between:
                _, _, fork = heapq.heappop(between)
                share, points = left.pop(fork)
                for part, way in zip(self.weights.of(fork.level, fork.breaks), fork.ways, strict=True):
                    if way[1].level < level and way[1] in touching and way[1] not in left:
                        number += 1
                        heapq.heappush(between, (way[1].level, number, way[1]))
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


_NOBODY: Mass = (0.0, 0.0)


def _flow(
    way: Place, share: float, points: float, left: dict[Fork, Mass], ends: list[float], touching: set[Fork]
) -> None:
    """Send a share along a way: to a fork that leads on, or into what is settled."""
    offset, fork = way
    points += share * offset
    if fork in touching:
        old = left.get(fork, _NOBODY)
        left[fork] = old[0] + share, old[1] + points
    else:
        for k, m in enumerate(fork.mean):
            ends[k] += points + share * m
