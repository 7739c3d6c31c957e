"""Ways to the exact bounds of a root where split facts are unknown: parts that share no fact with the rest are bounded on their own.

A *module* is a part of a root whose facts occur nowhere else in it. Its bounds are found first and stand for it. A root that never falls as
the module rises takes the module's lower bound for its own; one that is not so ordered tries both answers of a yes/no module. What
is split after that is tried cell by cell.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from jifen.engines.kernel.order import Ends, Order
from jifen.plan.nodes import Graph, Node

How = Literal["rises", "falls", "open"]
_TRIES = 32
"""How many combinations of cells are tried for each side of a root, and"""
_WORK = 1200
"""how many steps that may come to (a handful of combinations is always tried)."""
_WIDEST = 250


@dataclass(frozen=True)
class Way:
    """A root rewritten over its modules, with the cells at its ends. `tried` are split variables to be tried here.

    `rough` are the variables for which that would be too much: rows in which one of them is unknown need other care.
    """

    node: Node
    ends: Ends
    modules: tuple[Module, ...] = ()
    tried: tuple[str, ...] = ()
    rough: frozenset[str] = frozenset()

    @property
    def all_rough(self) -> frozenset[str]:
        return self.rough.union(*(m.way.all_rough for m in self.modules))


@dataclass(frozen=True)
class Module:
    """A part of a root with the variable that stands for it, and how the root goes with it."""

    name: str
    way: Way
    how: How


class Ways:
    """Finds ways in one plan. `cells` (the first value of each cell of each variable) grows by the variables of modules."""

    def __init__(self, graph: Graph, cells: Mapping[str, Sequence[int]]) -> None:
        self.graph = graph
        self.cells: dict[str, Sequence[int]] = dict(cells)
        self.order = Order(self.cells)
        self._under: dict[int, frozenset[str]] = {}
        self._kept: list[Node] = []
        self._count = 0

    def find(self, root: Node, opened: frozenset[str]) -> Way:
        """The way to the bounds of a root, where `opened` variables may be unknown."""
        if not self.under(root) & opened:
            anywhere = dict.fromkeys(self.under(root), (0,))
            return Way(root, Ends(anywhere, anywhere))
        modules: list[Module] = []
        node = root
        while True:
            ends = self.order.ends(node)
            split = ends.split & opened
            found = self._module(node, split, {m.name for m in modules}) if split else None
            if found is None:
                break
            part, node, name, how = found
            modules.append(Module(name, self.find(part, opened), how))
        answers = {m.name for m in modules if m.how == "open"}
        tried = tuple(sorted(ends.split & (opened | answers)))
        most = max(math.prod(len(side[v]) for v in tried) for side in (ends.least, ends.most))
        rough: frozenset[str] = frozenset()
        if most > _TRIES or (most > 4 and most * len(_nodes(node)) > _WORK):
            rough = frozenset(tried).union(*(self.under(m.way.node) for m in modules if m.how == "open")) & opened
            tried = ()
        return Way(node, ends, tuple(modules), tried, rough)

    def under(self, node: Node) -> frozenset[str]:
        """The variables under a node."""
        found = self._under.get(id(node))
        if found is None:
            self._kept.append(node)
            own = frozenset((node.name,)) if node.kind == "var" else frozenset()
            found = self._under[id(node)] = own.union(*(self.under(c) for c in dict.fromkeys(node.children)))
        return found

    def _module(self, root: Node, split: frozenset[str], named: set[str]) -> tuple[Node, Node, str, How] | None:
        """The largest part with split variables that stands apart from the rest: the part, the rest, its variable, and how they go."""
        found = [
            (target, part, members)
            for target, part, members in self._parts(root, split)
            if part is not root and not self.under(part) & named and 0 <= part.low <= part.high <= _WIDEST
        ]
        found.sort(key=lambda f: -len(self.under(f[1])))
        users: dict[str, set[int]] = {}
        for node in _nodes(root):
            for child in node.children:
                if child.kind == "var":
                    users.setdefault(child.name, set()).add(id(node))
        for target, part, members in found:
            holders = _holders(root, target, members)
            inside = {id(n) for n in (*_nodes(part), *holders)}
            if not all(users[v] <= inside for v in self.under(part)):
                continue
            self._count += 1
            name = f"module {self._count}"
            variable = self.graph.var(name, part.low, part.high)
            rest = self._put(root, variable, holders, members)
            under = self.under(rest)
            if self.under(part) & under or name not in under:
                continue
            self.cells[name] = range(part.low, part.high + 1)
            ends = self.order.ends(rest)
            last = part.high - part.low
            if ends.least[name] == (0,) and ends.most[name] == (last,):
                return part, rest, name, "rises"
            if ends.least[name] == (last,) and ends.most[name] == (0,):
                return part, rest, name, "falls"
            if (part.low, part.high) == (0, 1):
                return part, rest, name, "open"
        return None

    def _parts(self, root: Node, split: frozenset[str]) -> Iterator[tuple[Node, Node, Sequence[Node]]]:
        """Nodes, and groups of children of a sum, least or most that share variables: (node, part, the members of the group)."""
        for node in _nodes(root):
            if node.kind in ("const", "var") or not self.under(node) & split or len(self.under(node)) < 2:
                continue
            yield node, node, ()
            if node.kind == "case":
                continue
            for group in self._groups(node.children):
                if 1 < len(group) < len(node.children):
                    yield node, _combined(self.graph, node.kind, group), group

    def _groups(self, children: Iterable[Node]) -> list[list[Node]]:
        groups: list[tuple[frozenset[str], list[Node]]] = []
        for child in children:
            own, joined = self.under(child), [child]
            kept = []
            for names, members in groups:
                if names & own:
                    own, joined = own | names, members + joined
                else:
                    kept.append((names, members))
            groups = [*kept, (own, joined)]
        return [members for _, members in groups]

    def _put(self, root: Node, variable: Node, holders: Sequence[Node], members: Sequence[Node]) -> Node:
        """The root with a variable in the place of the holders, or of the members among their children."""
        done: dict[int, Node] = {}
        held = {id(h) for h in holders}
        gone = {id(m) for m in members}

        def go(node: Node) -> Node:
            found = done.get(id(node))
            if found is None:
                found = done[id(node)] = make(node)
            return found

        def make(node: Node) -> Node:
            if id(node) in held and not members:
                return variable
            if node.kind in ("const", "var"):
                return node
            parts = [go(c) for c in node.children if id(node) not in held or id(c) not in gone]
            if id(node) in held:
                return _combined(self.graph, node.kind, [*parts, variable])
            if all(a is b for a, b in zip(parts, node.children, strict=True)):
                return node
            if node.kind == "case":
                return self.graph.case(parts[0], node.breaks, parts[1:])
            return _combined(self.graph, node.kind, parts)

        return go(root)


def _holders(root: Node, target: Node, members: Sequence[Node]) -> list[Node]:
    """The nodes in which a part stands: itself, or all of the same kind that have the members of a group among their children."""
    if not members:
        return [target]
    wanted = {id(m) for m in members}
    return [n for n in _nodes(root) if n.kind == target.kind and wanted <= {id(c) for c in n.children}]


def _combined(graph: Graph, kind: str, parts: Sequence[Node]) -> Node:
    return {"sum": graph.sum, "least": graph.least, "most": graph.most}[kind](parts)


def _nodes(root: Node) -> list[Node]:
    seen: dict[int, Node] = {}
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) not in seen:
            seen[id(node)] = node
            stack.extend(reversed(node.children))
    return list(seen.values())
