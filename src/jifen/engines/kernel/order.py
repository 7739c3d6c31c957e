"""Which cell of an unknown fact gives least and which gives most, whatever the other facts are: proved on the graph.

Where each unknown fact has such a cell, the exact bounds of a root are its values at two people: the one with every worst cell and
the one with every best cell. Sharing of facts between parts of a sum does no harm then. A fact that has no such cell (its best depends
on other facts) is *split*: all cells that can be worst or best have to be tried.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from jifen.plan.nodes import Node

Cells = Mapping[str, Sequence[int]]
"""The first value of each cell of each variable, rising."""
_Relation = Mapping[str, NDArray[np.bool_]]
"""For a variable: at (a, b), whether the value with cell a is never above the value with cell b. For a variable of many cells only
whether the value never falls, and whether it never rises, from cell to cell."""
_MANY = 64


@dataclass(frozen=True, slots=True)
class Ends:
    """For each variable under a root, the cells (by place) in which its least and its greatest value can lie."""

    least: Mapping[str, tuple[int, ...]]
    most: Mapping[str, tuple[int, ...]]

    @property
    def split(self) -> frozenset[str]:
        """The variables for which more than one cell has to be tried."""
        return frozenset(v for side in (self.least, self.most) for v, cells in side.items() if len(cells) > 1)


def first_values(roots: Iterable[Node]) -> dict[str, tuple[int, ...]]:
    """The first value of each cell of each variable under `roots`: between two of them nothing changes."""
    found: dict[str, set[int]] = {}
    seen: set[int] = set()
    stack = list(roots)
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if node.kind == "var":
            found.setdefault(node.name, set()).update(range(node.low, node.high + 1))
        elif node.kind == "case" and node.argument.kind == "var":
            found.setdefault(node.argument.name, set()).update((node.argument.low, *node.breaks))
            stack.extend(node.cells)
        else:
            stack.extend(node.children)
    return {name: tuple(sorted(values)) for name, values in found.items()}


class Order:
    """The orders of cells under the nodes of one plan."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self._relations: dict[int, _Relation] = {}
        self._never_above: dict[tuple[int, int], bool] = {}
        self._kept: list[Node] = []

    def ends(self, root: Node) -> Ends:
        """The cells of each variable in which the root's least and greatest value can lie."""
        relation = self.relation(root)
        return Ends(
            {v: _ends(r, self.cells[v]) for v, r in relation.items()},
            {v: _ends(_turned(r), self.cells[v]) for v, r in relation.items()},
        )

    def relation(self, node: Node) -> _Relation:
        found = self._relations.get(id(node))
        if found is None:
            self._kept.append(node)
            found = self._relations[id(node)] = self._relate(node)
        return found

    def _relate(self, node: Node) -> _Relation:
        if node.kind == "const":
            return {}
        if node.kind == "var":
            count = len(self.cells[node.name])
            rising = np.arange(count)
            return {node.name: _WIDE_RISING if count > _MANY else rising[:, None] <= rising[None, :]}
        if node.kind != "case":
            return _both(self.relation(c) for c in node.children)
        argument, cells = node.argument, node.cells
        result = _both(self.relation(c) for c in dict.fromkeys(cells))
        if argument.kind == "var":
            name = argument.name
            if len(self.cells[name]) > _MANY:
                own = np.array([self._rises(cells), self._rises(cells[::-1])])
                result[name] = own & result[name] if name in result else own
                return result
            place = [bisect.bisect_right(node.breaks, v) for v in self.cells[name]]
            own = self._table(cells)[np.ix_(place, place)]
            result[name] = own & result[name] if name in result else own
            return result
        rises, falls = self._rises(cells), self._rises(cells[::-1])
        for name, relation in self.relation(argument).items():
            own = relation if rises else _turned(relation) if falls else relation & _turned(relation)
            result[name] = own & result[name] if name in result else own
        return result

    def _table(self, nodes: Sequence[Node]) -> NDArray[np.bool_]:
        """At (a, b) whether node a is never above node b. Where they rise or fall one after another, neighbours tell it."""
        up = [self.never_above(a, b) for a, b in pairwise(nodes)]
        down = [self.never_above(b, a) for a, b in pairwise(nodes)]
        if not all(up) and not all(down):
            return np.array([[self.never_above(a, b) for b in nodes] for a in nodes])
        height = np.cumsum([0, *(not d if all(up) else -(not u) for u, d in zip(up, down, strict=True))])
        return np.asarray(height[:, None] <= height[None, :])

    def _rises(self, nodes: Sequence[Node]) -> bool:
        return all(self.never_above(a, b) for a, b in pairwise(nodes))

    def never_above(self, a: Node, b: Node) -> bool:
        """Whether `a` is at most `b` for everybody, as far as their form shows it."""
        if a is b or a.high <= b.low:
            return True
        if a.low > b.high or a.low > b.low == b.high:
            return False
        key = (id(a), id(b))
        found = self._never_above.get(key)
        if found is None:
            self._kept += (a, b)
            found = self._never_above[key] = self._compare(a, b)
        return found

    def _compare(self, a: Node, b: Node) -> bool:
        below = self.never_above
        if a.kind == "case" and b.kind == "case" and a.argument is b.argument:
            return self._cases(a, b)
        if b.kind == "least":
            return all(below(a, c) for c in b.children)
        if a.kind == "most":
            return all(below(c, b) for c in a.children)
        if a.kind == "sum" and b.kind == "sum" and _pairs(a, b, below):
            return True
        if a.kind == "least" and any(below(c, b) for c in a.children):
            return True
        if b.kind == "most" and any(below(a, c) for c in b.children):
            return True
        if a.kind == "case" and all(below(c, b) for c in a.cells):
            return True
        return b.kind == "case" and all(below(a, c) for c in b.cells)

    def _cases(self, a: Node, b: Node) -> bool:
        """The same of two cases over one argument: of the cells that lie over each other."""
        left, right, over, under = a.breaks, b.breaks, a.cells, b.cells
        m = n = 0
        while True:
            x, y = over[m], under[n]
            if not (x is y or x.high <= y.low or self.never_above(x, y)):
                return False
            if m == len(left) and n == len(right):
                return True
            one = m < len(left) and (n == len(right) or left[m] <= right[n])
            other = n < len(right) and (m == len(left) or right[n] <= left[m])
            m, n = m + one, n + other


_WIDE_RISING = np.array([True, False])


def _turned(relation: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return relation.T if relation.ndim == 2 else relation[::-1]


def _pairs(a: Node, b: Node, below: object) -> bool:
    """Whether the parts of one sum can be put beside parts of the other that are never below them."""
    assert callable(below)
    left = [c for c in a.children if not any(c is d for d in b.children)]
    right = [d for d in b.children if not any(d is c for c in a.children)]
    for part in left:
        match = next((d for d in right if below(part, d)), None)
        if match is not None:
            right.remove(match)
        elif part.high > 0:
            return False
    return all(d.low >= 0 for d in right)


def _both(relations: Iterable[_Relation]) -> dict[str, NDArray[np.bool_]]:
    result: dict[str, NDArray[np.bool_]] = {}
    for relation in relations:
        for name, table in relation.items():
            result[name] = table if name not in result else result[name] & table
    return result


def _ends(below: NDArray[np.bool_], cells: Sequence[int]) -> tuple[int, ...]:
    """The cells of which one is always lowest."""
    if below.ndim == 1:
        return (0,) if below[0] else (len(cells) - 1,) if below[1] else tuple(range(len(cells)))
    whole = np.flatnonzero(below.all(axis=1))
    if len(whole):
        return (int(whole[0]),)
    kept: list[int] = []
    for cell in range(len(cells)):
        if not any(below[k, cell] for k in kept):
            kept = [k for k in kept if not below[cell, k]] + [cell]
    return tuple(kept)
