"""Searches over decision diagrams: who meets several claims at once, and where one function falls below another.

A claim is a function with the values that it may take. Claims are not joined into one diagram, which could be large: all are
followed together, variable by variable, and a combination of places that led nowhere is remembered. So the search is exact:
it ends with a box of people, or with the certainty that there is none.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jifen.plan.diagram import END, Cut, Diagrams, Function

Span = tuple[int, int]
"""Both ends included."""
Box = Mapping[int, Span]
"""For each level that matters: the values of its variable, all of which do the same. Other variables are free."""


@dataclass(frozen=True, slots=True)
class Claim:
    """That a function has a value in `low..high`."""

    function: Function
    low: int
    high: int


def holds(function: Function) -> Claim:
    """The claim that a yes/no function is yes."""
    return Claim(function, 1, 1)


def fails(function: Function) -> Claim:
    return Claim(function, 0, 0)


_State = tuple[tuple[Cut, int, int], ...]


def boxes(claims: Sequence[Claim], domains: Mapping[int, Span]) -> Iterator[Box]:
    """Disjoint boxes that together hold everybody who meets all claims. `domains` bounds the variable of each level."""
    start = _settled([(c.function, c.low, c.high) for c in claims])
    if start is not None:
        yield from _follow(start, {}, domains, set())


def _settled(claims: Sequence[tuple[Function, int, int]]) -> _State | None:
    """The claims that are still open, on normed nodes; None if one has failed."""
    open_: dict[tuple[int, int, int], tuple[Cut, int, int]] = {}
    for (offset, node), low, high in claims:
        low, high = max(low - offset, 0), min(high - offset, node.high)
        if low > high:
            return None
        if node is END or (low == 0 and high == node.high):
            continue
        open_[id(node), low, high] = (node, low, high)
    return tuple(open_.values())


def _follow(state: _State, box: dict[int, Span], domains: Mapping[int, Span], dead: set[object]) -> Iterator[Box]:
    if not state:
        yield dict(box)
        return
    key = frozenset((id(n), low, high) for n, low, high in state)
    if key in dead:
        return
    level = min(n.level for n, _, _ in state)
    edges = sorted({e for n, _, _ in state if n.level == level for e in n.breaks})
    first, last = domains[level]
    starts = [first, *edges]
    found = False
    for start, after in zip(starts, [*edges, last + 1], strict=True):
        step = [
            ((n.cells[bisect.bisect_right(n.breaks, start)] if n.level == level else (0, n)), low, high)
            for n, low, high in state
        ]
        inner = _settled(step)
        if inner is None:
            continue
        box[level] = (start, after - 1)
        for one in _follow(inner, box, domains, dead):
            found = True
            yield one
        del box[level]
    if not found:
        dead.add(key)


def joined(found: Sequence[Box]) -> list[Box]:
    """The same people in fewer boxes: boxes that differ in neighbouring values of one variable become one."""
    current = [dict(b) for b in found]
    changed = True
    while changed:
        changed = False
        for level in sorted({k for b in current for k in b}, reverse=True):
            groups: dict[object, list[dict[int, Span]]] = {}
            for box in current:
                rest = tuple(sorted((k, v) for k, v in box.items() if k != level))
                groups.setdefault((rest, level in box), []).append(box)
            merged: list[dict[int, Span]] = []
            for group in groups.values():
                group.sort(key=lambda b: b.get(level, (0, 0)))
                for box in group:
                    last = merged[-1] if merged and box is not group[0] else None
                    if last is not None and level in box and last[level][1] + 1 == box[level][0]:
                        last[level] = (last[level][0], box[level][1])
                        changed = True
                    else:
                        merged.append(box)
            current = merged
    return list(current)


def lowest_difference(f: Function, g: Function) -> tuple[int, dict[int, int | None]]:
    """The smallest value of `g - f`, and a case that gives it: level → first value of a cell (None: below every edge)."""
    memo: dict[tuple[int, int], int] = {}
    case: dict[int, int | None] = {}
    a, b = f[1], g[1]
    result = g[0] - f[0] + _lowest(a, b, memo)
    while a is not b:
        edge, p, q = min(_pairs(a, b), key=lambda t: t[2][0] - t[1][0] + _lowest(t[1][1], t[2][1], memo))
        case[min(a.level, b.level)] = edge
        a, b = p[1], q[1]
    return result, case


def _lowest(a: Cut, b: Cut, memo: dict[tuple[int, int], int]) -> int:
    if a is b or a is END:
        return 0
    if b is END:
        return -a.high
    key = (id(a), id(b))
    if key not in memo:
        memo[key] = min(q[0] - p[0] + _lowest(p[1], q[1], memo) for _, p, q in _pairs(a, b))
    return memo[key]


def _pairs(a: Cut, b: Cut) -> Iterator[tuple[int | None, Function, Function]]:
    """The cells of both along the earlier of their variables."""
    level = min(a.level, b.level)
    edges = sorted({e for n in (a, b) if n.level == level for e in n.breaks})
    for edge in (None, *edges):
        yield edge, _cell(a, level, edge), _cell(b, level, edge)


def _cell(node: Cut, level: int, edge: int | None) -> Function:
    if node.level != level:
        return 0, node
    return node.cells[0 if edge is None else bisect.bisect_right(node.breaks, edge)]


def restricted(diagrams: Diagrams, f: Function, level: int, value: int) -> Function:
    """The function where the variable of `level` has this value."""
    offset, node = _restricted(diagrams, f[1], level, value, {})
    return f[0] + offset, node


def _restricted(diagrams: Diagrams, node: Cut, level: int, value: int, memo: dict[int, Function]) -> Function:
    if node.level > level:
        return 0, node
    if node.level == level:
        return node.cells[bisect.bisect_right(node.breaks, value)]
    found = memo.get(id(node))
    if found is None:
        cells = []
        for offset, child in node.cells:
            inner = _restricted(diagrams, child, level, value, memo)
            cells.append((offset + inner[0], inner[1]))
        found = memo[id(node)] = diagrams.cut(node.level, node.breaks, cells)
    return found


def telling(f: Function, level: int, low: int, high: int, domains: Mapping[int, Span]) -> dict[int, Span] | None:
    """A case in which the function tells `low` from `high` of the variable of a level: its other variables. None if it never does."""
    path = _reach(f[1], level, low, high, {}, set(), domains)
    if path is None:
        return None
    case, p, q = path
    while p[1] is not q[1]:
        at = min(p[1].level, q[1].level)
        cells = list(_pairs(p[1], q[1]))
        for n, (edge, a, b) in enumerate(cells):
            a, b = (p[0] + a[0], a[1]), (q[0] + b[0], b[1])
            if a != b:
                after = cells[n + 1][0] if n + 1 < len(cells) else None
                case[at] = (
                    domains[at][0] if edge is None else edge,
                    domains[at][1] if after is None else after - 1,
                )
                p, q = a, b
                break
    return case


def _reach(
    node: Cut, level: int, low: int, high: int, case: dict[int, Span], dead: set[int], domains: Mapping[int, Span]
) -> tuple[dict[int, Span], Function, Function] | None:
    """The way to a node of the level whose cells for the two values differ, with those cells."""
    if node.level > level or id(node) in dead:
        return None
    if node.level == level:
        p, q = (node.cells[bisect.bisect_right(node.breaks, v)] for v in (low, high))
        if p != q:
            return dict(case), p, q
    else:
        for n, (_, child) in enumerate(node.cells):
            first = node.breaks[n - 1] if n else domains[node.level][0]
            last = node.breaks[n] - 1 if n < len(node.breaks) else domains[node.level][1]
            case[node.level] = (first, last)
            found = _reach(child, level, low, high, case, dead, domains)
            if found is not None:
                return found
        case.pop(node.level, None)
    dead.add(id(node))
    return None


def difference(diagrams: Diagrams, f: Function, g: Function) -> Function:
    """The function `g - f`."""
    return diagrams.add(g, _negative(diagrams, f, {}))


def _negative(diagrams: Diagrams, f: Function, memo: dict[int, Function]) -> Function:
    offset, node = f
    if node is END:
        return -offset, END
    found = memo.get(id(node))
    if found is None:
        cells = [_negative(diagrams, c, memo) for c in node.cells]
        found = memo[id(node)] = diagrams.cut(node.level, node.breaks, cells)
    return found[0] - offset, found[1]
