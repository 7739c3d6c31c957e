"""Decision diagrams over cells: the form in which what is unknown is decided exactly.

A function is `(offset, node)`; a node cuts the values of one variable at its breaks and holds a function for each cell, normed
so that the smallest value of a node is 0. Partial sums so become offsets: a sum of parts that share no variable needs no more
nodes than the parts together, and equal functions are the same object. Bounds are read off in one step, and the
variables of a diagram are exactly those that can still change its value.

Variables are ordered by `level`; one diagram asks them from the smallest level on.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jifen.plan.nodes import Node as PlanNode


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """One test of a diagram; `high` is the largest value below it (the smallest is 0)."""

    level: int
    breaks: tuple[int, ...]
    cells: tuple[Function, ...]
    high: int


Function = tuple[int, Cut]
Whole = tuple[int, tuple[tuple[int, tuple[int, ...], tuple[tuple[int, int], ...]], ...]]
"""A function as plain numbers: its offset, and its cuts, each naming only cuts before it (0 is the end); the last is its own."""
END = Cut(1 << 60, (), (), 0)
"""The node of a constant."""


def bounds(f: Function) -> tuple[int, int]:
    """The smallest and the largest value; both are reached."""
    return f[0], f[0] + f[1].high


def bounds_where(f: Function, known: Mapping[int, int]) -> tuple[int, int]:
    """The same where the variables of these levels have these values; the diagram itself is not cut down."""
    low, high = _bounds_where(f[1], known, {id(END): (0, 0)})
    return f[0] + low, f[0] + high


def _bounds_where(cut: Cut, known: Mapping[int, int], done: dict[int, tuple[int, int]]) -> tuple[int, int]:
    found = done.get(id(cut))
    if found is None:
        cells = cut.cells
        if cut.level in known:
            cells = (cells[bisect.bisect_right(cut.breaks, known[cut.level])],)
        ends = [
            (more + low, more + high) for more, inner in cells for low, high in (_bounds_where(inner, known, done),)
        ]
        found = done[id(cut)] = min([e[0] for e in ends]), max([e[1] for e in ends])
    return found


LARGE = 300
"""A plan that needs more cuts than this is cut down from its whole, if there is one."""


class _TooLargeError(Exception):
    pass


class Diagrams:
    """Makes the diagrams of one plan for one state of knowledge.

    `levels` orders the variables; `known` holds those whose value is known, which then appear in no diagram. `whole` gives a
    function with nothing known, where it has one; it is asked only when building from the nodes becomes large.
    """

    def __init__(
        self,
        levels: Mapping[str, int],
        known: Mapping[str, int],
        whole: Callable[[PlanNode], Whole | None] | None = None,
    ) -> None:
        self.levels = levels
        self.known = known
        self.names = {v: k for k, v in levels.items()}
        self._cuts: dict[tuple[object, ...], Cut] = {}
        self._of: dict[PlanNode, Function] = {}
        self._done: dict[tuple[object, ...], Function] = {}
        self._whole = whole
        self._large = False

    # --- building ---------------------------------------------------------------------------------------------

    def cut(self, level: int, breaks: Sequence[int], cells: Sequence[Function]) -> Function:
        kept, at = [cells[0]], []
        for edge, cell in zip(breaks, cells[1:], strict=True):
            if cell != kept[-1]:
                at.append(edge)
                kept.append(cell)
        if not at:
            return kept[0]
        low = min([f[0] for f in kept])
        normed = tuple([(more - low, inner) for more, inner in kept] if low else kept)
        key = (level, tuple(at), normed)
        node = self._cuts.get(key)
        if node is None:
            if self._whole and not self._large and len(self._cuts) >= LARGE:
                raise _TooLargeError
            high = max([more + inner.high for more, inner in normed])
            node = self._cuts.setdefault(key, Cut(level, tuple(at), normed, high))
        return low, node

    def of(self, node: PlanNode) -> Function:
        """The diagram of a node of the plan, with what is known put in."""
        try:
            return self._function(node)
        except _TooLargeError:
            self._large = True
            return self._function(node)

    def _function(self, node: PlanNode) -> Function:
        done = self._of.get(node)
        if done is None:
            whole = self._whole(node) if self._large and self._whole else None
            done = self._of[node] = self._narrow(whole) if whole else self._make(node)
        return done

    def _narrow(self, whole: Whole) -> Function:
        """A function of the whole, where what is known is put in."""
        known = {self.levels[name]: value for name, value in self.known.items() if name in self.levels}
        offset, cuts = whole
        met = bytearray(len(cuts) + 1)
        met[-1] = 1
        ways: list[tuple[int, int]] = [(0, 0)] * len(cuts)
        for n in range(len(cuts), 0, -1):  # from the top down: which cuts are still met
            if met[n]:
                level, breaks, cells = cuts[n - 1]
                if level in known:
                    ways[n - 1] = way = cells[bisect.bisect_right(breaks, known[level])]
                    met[way[1]] = 1
                else:
                    for _, inner in cells:
                        met[inner] = 1
        done: list[Function] = [(0, END)] * (len(cuts) + 1)
        for n in range(1, len(cuts) + 1):  # and from the end up
            if met[n]:
                level, breaks, cells = cuts[n - 1]
                if level in known:
                    more, inner = ways[n - 1]
                    done[n] = done[inner][0] + more, done[inner][1]
                else:
                    done[n] = self.cut(
                        level, breaks, [(done[inner][0] + more, done[inner][1]) for more, inner in cells]
                    )
        return offset + done[-1][0], done[-1][1]

    def _make(self, node: PlanNode) -> Function:
        kind = node.kind
        if kind == "const":
            return node.low, END
        if kind == "var":
            if node.name in self.known:
                return self.known[node.name], END
            values = range(node.low, node.high + 1)
            return self.cut(self.levels[node.name], values[1:], [(v, END) for v in values])
        if kind == "case":
            argument, cells = node.children[0], node.children
            if argument.kind == "var":
                value = self.known.get(argument.name)
                if value is not None:
                    return self._function(cells[1 + bisect.bisect_right(node.breaks, value)])
                test: Function | None = None
            else:
                test = self._function(argument)
                if test[1] is END:
                    return self._function(cells[1 + bisect.bisect_right(node.breaks, test[0])])
            branches = tuple(self._function(c) for c in node.cells)
            if test is None:
                return self.choose_by_variable(self.levels[argument.name], node.breaks, branches)
            return self.choose(test, node.breaks, branches)
        if kind == "sum":
            result: Function = (0, END)
            for child in node.children:
                result = self.add(result, self._function(child))
            return result
        # An early end matters here: one part that decides makes the others not asked.
        result = self._function(node.children[0])
        for child in node.children[1:]:
            if kind == "least" and bounds(result)[1] <= child.low:
                continue
            if kind == "most" and bounds(result)[0] >= child.high:
                continue
            result = self.extreme(result, self._function(child), kind == "most")
        return result

    # --- combining --------------------------------------------------------------------------------------------

    def _pairwise(self, f: Cut, g: Cut) -> tuple[int, tuple[int, ...], list[tuple[Function, Function]]]:
        """Both functions cut along the earlier of their variables."""
        if f.level < g.level:
            return f.level, f.breaks, [(c, (0, g)) for c in f.cells]
        if g.level < f.level:
            return g.level, g.breaks, [((0, f), c) for c in g.cells]
        if f.breaks == g.breaks:
            return f.level, f.breaks, list(zip(f.cells, g.cells, strict=True))
        breaks = tuple(sorted({*f.breaks, *g.breaks}))
        pairs = [(f.cells[0], g.cells[0])]
        for edge in breaks:
            pairs.append((_at(f, edge), _at(g, edge)))
        return f.level, breaks, pairs

    def add(self, f: Function, g: Function) -> Function:
        if f[1] is END:
            return f[0] + g[0], g[1]
        if g[1] is END:
            return f[0] + g[0], f[1]
        a, b = (f[1], g[1]) if id(f[1]) <= id(g[1]) else (g[1], f[1])
        key = ("+", id(a), id(b))
        done = self._done.get(key)
        if done is None:
            level, breaks, pairs = self._pairwise(a, b)
            done = self._done[key] = self.cut(level, breaks, [self.add(p, q) for p, q in pairs])
        return f[0] + g[0] + done[0], done[1]

    def extreme(self, f: Function, g: Function, most: bool) -> Function:
        """The larger (`most`) or the smaller of two functions."""
        (f_low, f_high), (g_low, g_high) = bounds(f), bounds(g)
        if f_low >= g_high:
            return f if most else g
        if g_low >= f_high:
            return g if most else f
        if f[1] is g[1]:
            return (max(f[0], g[0]) if most else min(f[0], g[0])), f[1]
        key = ("m" if most else "l", id(f[1]), id(g[1]), g[0] - f[0])
        done = self._done.get(key)
        if done is None:
            level, breaks, pairs = self._pairwise(f[1], g[1])
            shift = g[0] - f[0]
            cells = [self.extreme(p, (q[0] + shift, q[1]), most) for p, q in pairs]
            done = self._done[key] = self.cut(level, breaks, cells)
        return f[0] + done[0], done[1]

    def choose(self, test: Function, breaks: tuple[int, ...], branches: tuple[Function, ...]) -> Function:
        """`branches[i]` where `test` lies in the i-th cell of `breaks`."""
        low, high = bounds(test)
        first, last = bisect.bisect_right(breaks, low), bisect.bisect_right(breaks, high)
        if first == last:
            return branches[first]
        breaks, branches = breaks[first:last], branches[first : last + 1]
        key = ("?", test[0], id(test[1]), breaks, tuple((b[0], id(b[1])) for b in branches))
        done = self._done.get(key)
        if done is None:
            level = min(test[1].level, *(b[1].level for b in branches))
            edges = sorted({e for f in (test, *branches) if f[1].level == level for e in f[1].breaks})
            cells = []
            for edge in (None, *edges):
                inner = tuple(_restrict(b, level, edge) for b in branches)
                cells.append(self.choose(_restrict(test, level, edge), breaks, inner))
            done = self._done[key] = self.cut(level, edges, cells)
        return done

    def choose_by_variable(self, level: int, breaks: tuple[int, ...], branches: tuple[Function, ...]) -> Function:
        """`branches[i]` where the variable of `level` lies in the i-th cell of `breaks`."""
        if all(b[1].level > level for b in branches):
            return self.cut(level, breaks, branches)
        top = min(b[1].level for b in branches)
        key = ("v", level, breaks, tuple((b[0], id(b[1])) for b in branches))
        done = self._done.get(key)
        if done is not None:
            return done
        if top < level:
            edges = sorted({e for b in branches if b[1].level == top for e in b[1].breaks})
            cells = [
                self.choose_by_variable(level, breaks, tuple(_restrict(b, top, edge) for b in branches))
                for edge in (None, *edges)
            ]
            done = self.cut(top, edges, cells)
        else:
            edges = sorted({*breaks, *(e for b in branches if b[1].level == level for e in b[1].breaks)})
            cells = []
            for edge in (None, *edges):
                branch = branches[0 if edge is None else bisect.bisect_right(breaks, edge)]
                cells.append(_restrict(branch, level, edge))
            done = self.cut(level, edges, cells)
        self._done[key] = done
        return done

    # --- reading ----------------------------------------------------------------------------------------------

    def support(self, *functions: Function) -> list[str]:
        """The variables that can still change one of the values, in order of level."""
        levels: set[int] = set()
        seen: set[int] = set()
        stack = [f[1] for f in functions]
        while stack:
            node = stack.pop()
            if node is END or id(node) in seen:
                continue
            seen.add(id(node))
            levels.add(node.level)
            stack.extend(c[1] for c in node.cells)
        return [self.names[level] for level in sorted(levels)]

    def value_sets(self, f: Function, last: int) -> set[frozenset[int]]:
        """For each way of settling the variables below level `last`: the values that the rest can still give."""
        return _value_sets(f, last, {})


def _value_sets(f: Function, last: int, memo: dict[tuple[int, int], set[frozenset[int]]]) -> set[frozenset[int]]:
    key = (f[0], id(f[1]))
    found = memo.get(key)
    if found is None:
        if f[1].level >= last:
            found = {frozenset(all_values(f))}
        else:
            found = set().union(*[_value_sets((f[0] + c[0], c[1]), last, memo) for c in f[1].cells])
        memo[key] = found
    return found


def all_values(f: Function) -> set[int]:
    """Every value that the function takes."""
    return {f[0] + v for v in _values(f[1], {id(END): frozenset((0,))})}


def _values(node: Cut, memo: dict[int, frozenset[int]]) -> frozenset[int]:
    found = memo.get(id(node))
    if found is None:
        found = memo[id(node)] = frozenset([c[0] + v for c in node.cells for v in _values(c[1], memo)])
    return found


def lowest_case(f: Function) -> dict[int, int | None]:
    """A case in which the function has its lowest value: level → the first value of a cell (None: below every edge)."""
    case: dict[int, int | None] = {}
    node = f[1]
    while node is not END:
        place = next(i for i, cell in enumerate(node.cells) if cell[0] == 0)
        case[node.level] = node.breaks[place - 1] if place else None
        node = node.cells[place][1]
    return case


def evaluate(f: Function, value_at: Callable[[int], int]) -> int:
    """The value of the function when the variable of each level has the value `value_at(level)`."""
    total, node = f
    while node is not END:
        offset, node = _at(node, value_at(node.level))
        total += offset
    return total


def _at(node: Cut, value: int) -> Function:
    return node.cells[bisect.bisect_right(node.breaks, value)]


def _restrict(f: Function, level: int, edge: int | None) -> Function:
    """The function where the variable of `level` is at `edge` (None: below every edge)."""
    if f[1].level != level:
        return f
    cell = f[1].cells[0] if edge is None else _at(f[1], edge)
    return f[0] + cell[0], cell[1]
