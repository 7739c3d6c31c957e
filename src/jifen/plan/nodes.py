"""Nodes: whole-number functions of variables, each made once, each with the interval of its values.

    const   a number
    var     a variable: a fact, one code of a `several of`, or a value computed from facts
    case    cuts the values of its argument at `breaks` and goes on with the child of that cell
    sum, least, most   of its children

Yes is 1 and no is 0; so `all of` is `least`, `any of` is `most`, and counting is `sum`. A `case` never has a `case` as its
argument: it is pushed down to the leaves, so that the argument is a variable or a combination of variables.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["const", "var", "case", "sum", "least", "most"]


@dataclass(frozen=True, eq=False)
class Node:
    """Made only by a `Graph`; two equal nodes of a graph are the same object. Values lie in `low..high`."""

    kind: Kind
    low: int
    high: int
    name: str = ""
    breaks: tuple[int, ...] = ()
    children: tuple[Node, ...] = ()
    """For a `case`: the argument, then one child per cell (one more than there are breaks)."""

    @property
    def argument(self) -> Node:
        return self.children[0]

    @property
    def cells(self) -> tuple[Node, ...]:
        return self.children[1:]


class Graph:
    """Makes nodes, simplified and each once."""

    def __init__(self, nodes: Iterable[Node] = ()) -> None:
        self._made: dict[tuple[object, ...], Node] = {
            _key(n.kind, n.low, n.high, n.name, n.breaks, n.children): n for n in nodes
        }
        self._within: dict[tuple[Node, str, int, int], Node] = {}

    def __reduce__(self) -> tuple[type[Graph], tuple[list[Node]]]:
        """Kept as its nodes, each after those that it is made of."""
        return Graph, (list(self._made.values()),)

    def _node(
        self,
        kind: Kind,
        low: int,
        high: int,
        name: str = "",
        breaks: tuple[int, ...] = (),
        children: tuple[Node, ...] = (),
    ) -> Node:
        key = _key(kind, low, high, name, breaks, children)
        node = self._made.get(key)
        if node is None:
            node = self._made[key] = Node(kind, low, high, name, breaks, children)
        return node

    def const(self, value: int) -> Node:
        return self._node("const", value, value)

    def var(self, name: str, low: int, high: int) -> Node:
        return self._node("var", low, high, name)

    def case(self, argument: Node, breaks: Sequence[int], cells: Sequence[Node]) -> Node:
        """`cells[i]` where `breaks[i-1] <= argument < breaks[i]`.

        >>> g = Graph()
        >>> age = g.var("age", 0, 120)
        >>> child = g.case(age, [18], [g.const(1), g.const(0)])
        >>> (child.low, child.high), child.breaks
        ((0, 1), (18,))
        """
        if argument.kind == "case":
            return self.case(argument.argument, argument.breaks, [self.case(c, breaks, cells) for c in argument.cells])
        first = bisect.bisect_right(breaks, argument.low)
        last = bisect.bisect_right(breaks, argument.high)
        cut: list[int] = []
        kept: list[Node] = [cells[first]]
        for i in range(first, last):
            if cells[i + 1] is not kept[-1]:
                cut.append(breaks[i])
                kept.append(cells[i + 1])
        if not cut:
            return kept[0]
        low, high = min(c.low for c in kept), max(c.high for c in kept)
        return self._node("case", low, high, "", tuple(cut), (argument, *kept))

    def sum(self, parts: Iterable[Node]) -> Node:
        constant, rest = 0, []
        for part in parts:
            inner = part.children if part.kind == "sum" else (part,)
            for node in inner:
                if node.kind == "const":
                    constant += node.low
                else:
                    rest.append(node)
        if constant or not rest:
            rest.append(self.const(constant))
        if len(rest) == 1:
            return rest[0]
        low, high = sum(n.low for n in rest), sum(n.high for n in rest)
        return self._node("sum", low, high, "", (), tuple(rest))

    def least(self, parts: Iterable[Node]) -> Node:
        return self._extreme("least", parts)

    def most(self, parts: Iterable[Node]) -> Node:
        return self._extreme("most", parts)

    def _extreme(self, kind: Literal["least", "most"], parts: Iterable[Node]) -> Node:
        flat: dict[int, Node] = {}
        for part in parts:
            for node in part.children if part.kind == kind else (part,):
                flat[id(node)] = node
        nodes = list(flat.values())
        if kind == "least":
            bound = min(n.high for n in nodes)
            kept = [n for n in nodes if n.low < bound]
            low, high = min(n.low for n in nodes), bound
        else:
            bound = max(n.low for n in nodes)
            kept = [n for n in nodes if n.high > bound]
            low, high = bound, max(n.high for n in nodes)
        if not kept:
            return next(n for n in nodes if (n.high if kind == "least" else n.low) == bound)
        if not any((n.high if kind == "least" else n.low) == bound for n in kept):
            kept.append(self.const(bound))
        if len(kept) == 1:
            return kept[0]
        return self._node(kind, low, high, "", (), tuple(kept))

    def no(self, node: Node) -> Node:
        """1 where a yes/no node is 0, and 0 where it is 1."""
        return self.case(node, [1], [self.const(1), self.const(0)])

    def substitute(self, node: Node, name: str, value: int) -> Node:
        """The node where the variable `name` has this value."""
        done: dict[int, Node] = {}

        def go(n: Node) -> Node:
            if id(n) not in done:
                done[id(n)] = make(n)
            return done[id(n)]

        def make(n: Node) -> Node:
            if n.kind == "var":
                return self.const(value) if n.name == name else n
            if n.kind == "const":
                return n
            parts = [go(c) for c in n.children]
            if n.kind == "case":
                return self.case(parts[0], n.breaks, parts[1:])
            return {"sum": self.sum, "least": self.least, "most": self.most}[n.kind](parts)

        return go(node)

    def within(self, node: Node, name: str, low: int, high: int) -> Node:
        """The node where the variable `name` is known to lie in `low..high`: cells outside are dropped from trees of cases."""
        if node.kind != "case":
            return node
        key = (node, name, low, high)
        found = self._within.get(key)
        if found is None:
            first, last = 0, len(node.breaks)
            if node.argument.kind == "var" and node.argument.name == name:
                first, last = bisect.bisect_right(node.breaks, low), bisect.bisect_right(node.breaks, high)
            inner = [self.within(c, name, low, high) for c in node.cells[first : last + 1]]
            found = self._within[key] = self.case(node.argument, node.breaks[first:last], inner)
        return found

    def choose(self, test: Node, otherwise: Node, then: Node) -> Node:
        """`then` where a yes/no node is 1, else `otherwise`; each is cut down to what the tests before it leave possible.

        For rows whose edges are looked up: every row asks the same keys, and no row should ask them again.
        """
        if test.kind != "case" or test.argument.kind != "var":
            return self.case(test, [1], [otherwise, then])
        name, made = test.argument.name, []
        ends = (test.argument.low, *test.breaks, test.argument.high + 1)
        for cell, (low, after) in zip(test.cells, itertools.pairwise(ends), strict=True):
            parts = (self.within(part, name, low, after - 1) for part in (otherwise, then))
            made.append(self.choose(cell, *parts))
        return self.case(test.argument, test.breaks, made)

    def leaves(self, node: Node, make: Callable[[int], Node]) -> Node | None:
        """The tree of cases of `node` with `make(value)` for each leaf; None if a leaf is not a constant."""
        if node.kind == "const":
            return make(node.low)
        if node.kind != "case":
            return None
        made = [self.leaves(c, make) for c in node.cells]
        if any(m is None for m in made):
            return None
        return self.case(node.argument, node.breaks, [m for m in made if m is not None])

    def both(self, one: Node, other: Node, make: Callable[[int, int], int]) -> Node | None:
        """A node with `make(a, b)` where `one` is a and `other` is b, for trees of cases with constant leaves."""
        if one.kind == "const":
            return self.leaves(other, lambda b: self.const(make(one.low, b)))
        if other.kind == "const":
            return self.leaves(one, lambda a: self.const(make(a, other.low)))
        if one.kind != "case" or other.kind != "case":
            return None
        if one.argument is not other.argument:
            made = [self.both(c, other, make) for c in one.cells]
            breaks = one.breaks
        else:
            breaks = tuple(sorted({*one.breaks, *other.breaks}))
            points = [one.argument.low, *breaks]
            made = [
                self.both(
                    one.cells[bisect.bisect_right(one.breaks, p)],
                    other.cells[bisect.bisect_right(other.breaks, p)],
                    make,
                )
                for p in points
            ]
        if any(m is None for m in made):
            return None
        return self.case(one.argument, breaks, [m for m in made if m is not None])


def _key(
    kind: Kind, low: int, high: int, name: str, breaks: tuple[int, ...], children: tuple[Node, ...]
) -> tuple[object, ...]:
    """What makes two nodes of a graph the same."""
    return (kind, low, high, name, breaks, *map(id, children))


def variables(roots: Iterable[Node]) -> dict[str, int]:
    """The variables under `roots` with the number of places where each is used, in order of first use."""
    count: dict[str, int] = {}
    seen: set[int] = set()
    stack = list(reversed(list(roots)))
    while stack:
        node = stack.pop()
        if node.kind == "var":
            count[node.name] = count.get(node.name, 0) + 1
        elif id(node) not in seen:
            seen.add(id(node))
            stack.extend(reversed(node.children))
    return count


def cells(roots: Iterable[Node]) -> dict[str, tuple[int, ...]]:
    """The edges at which each variable under `roots` is cut, rising: between two edges nothing changes."""
    stack = list(roots)
    edges: dict[str, set[int]] = {n.name: set(range(n.low + 1, n.high + 1)) for n in stack if n.kind == "var"}
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        parts = node.children
        if node.kind == "var":
            edges.setdefault(node.name, set())
        elif node.kind == "case" and node.argument.kind == "var":
            edges.setdefault(node.argument.name, set()).update(node.breaks)
            parts = node.cells
        for part in parts:
            if part.kind == "var":
                edges.setdefault(part.name, set()).update(range(part.low + 1, part.high + 1))
        stack.extend(node.children)
    return {name: tuple(sorted(e)) for name, e in edges.items()}
