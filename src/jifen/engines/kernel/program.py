"""Programs: straight-line steps over lanes of whole numbers, the common form of the machine-code and the numpy back end.

A lane holds one number a person. Every step is made once (equal steps are the same step, across plans too), and knows the interval of
its values, from which the back ends choose the width of their lanes.

    cell    the place of the cell of a variable; one more than the last cell means unknown
    const   a number
    table   data[x]
    cut     how many of the rising numbers `data` are at most x
    add, min, max   of two lanes
    least   whether x is at least y: 1 or 0
    pick    the x-th of the lanes that follow
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from jifen.plan.nodes import Node

Kind = Literal["cell", "const", "table", "cut", "add", "min", "max", "least", "pick"]
Step = int
"""The place of a step in a program."""
Out = tuple[str, str, str]
"""The name of an output: the scheme, what it is, and the criterion if it is about one."""


@dataclass(frozen=True, slots=True)
class Op:
    """One step; `args` are earlier steps, values lie in `low..high`."""

    kind: Kind
    args: tuple[Step, ...]
    data: tuple[int, ...] = ()
    name: str = ""
    low: int = 0
    high: int = 0


@dataclass
class Program:
    """Steps in order, and the named ones that come out.

    A joint table has at most `joint` combinations of cells. `opened` are the variables that may be unknown, `absent` those that always
    are. A `wide` variable comes not as the place of its cell but as its value less the low end of its domain, up to its last edge
    (low end, last edge).
    """

    joint: int = 32
    opened: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    wide: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    outputs: dict[Out, Step] = field(default_factory=dict)
    _made: dict[Op, Step] = field(default_factory=dict)

    def _op(self, op: Op) -> Step:
        place = self._made.get(op)
        if place is None:
            place = self._made[op] = len(self.ops)
            self.ops.append(op)
        return place

    def low(self, x: Step) -> int:
        return self.ops[x].low

    def high(self, x: Step) -> int:
        return self.ops[x].high

    def cell(self, variable: str, count: int) -> Step:
        """The cell of a variable that has `count` cells; `count` itself stands for unknown."""
        if variable in self.wide:
            low, high = self.wide[variable]
            count = high - low + 1
        if variable in self.absent:
            return self.const(count)
        return self._op(Op("cell", (), (), variable, 0, count if variable in self.opened else count - 1))

    def unknown(self, variable: str, count: int) -> Step:
        """1 where the variable is unknown, else 0."""
        if variable in self.wide:
            low, high = self.wide[variable]
            count = high - low + 1
        return self.cut(self.cell(variable, count), [count])

    def const(self, value: int) -> Step:
        return self._op(Op("const", (), (value,), "", value, value))

    def table(self, x: Step, data: Sequence[int]) -> Step:
        """`data[x]`, where `data` has an entry for every value of `x` from 0 on."""
        op = self.ops[x]
        reach = data[op.low : op.high + 1]
        assert len(data) > op.high and op.low >= 0
        if min(reach) == max(reach):
            return self.const(reach[0])
        if op.kind == "table" and len(op.data) <= max(len(data), 256):
            return self.table(op.args[0], [data[v] if 0 <= v < len(data) else 0 for v in op.data])
        if all(v == n for n, v in enumerate(data)):
            return x
        return self._op(Op("table", (x,), tuple(data), "", min(reach), max(reach)))

    def cut(self, x: Step, breaks: Sequence[int]) -> Step:
        """In which of the cells between `breaks` the lane lies."""
        op = self.ops[x]
        passed = sum(1 for b in breaks if b <= op.low)
        kept = tuple(b for b in breaks if op.low < b <= op.high)
        if not kept:
            return self.const(passed)
        if passed:
            return self.table(self.cut(x, kept), [n + passed for n in range(len(kept) + 1)])
        if op.kind == "table":
            return self.table(op.args[0], [bisect.bisect_right(kept, v) for v in op.data])
        if op.low >= 0 and len(kept) == op.high and kept == tuple(range(1, op.high + 1)):
            return x
        return self._op(Op("cut", (x,), kept, "", 0, len(kept)))

    def chosen(self, x: Step, breaks: Sequence[int], values: Sequence[int]) -> Step:
        """`values[i]` where `x` lies in the i-th cell of `breaks`."""
        op = self.ops[x]
        if op.kind == "table":
            return self.table(op.args[0], [values[bisect.bisect_right(breaks, v)] for v in op.data])
        if op.low >= 0 and op.high < self.joint:
            return self.table(x, [values[bisect.bisect_right(breaks, v)] for v in range(op.high + 1)])
        return self.table(self.cut(x, breaks), values)

    def add(self, parts: Sequence[Step]) -> Step:
        """The sum, narrow lanes first, so that lanes are widened as late as may be."""
        constant = sum(self.low(p) for p in parts if self.ops[p].kind == "const")
        queue = sorted((p for p in parts if self.ops[p].kind != "const"), key=lambda p: (self.high(p), p))
        while len(queue) > 1:
            a, b, *queue = queue
            low, high = self.low(a) + self.low(b), self.high(a) + self.high(b)
            made = self._op(Op("add", (min(a, b), max(a, b)), (), "", low, high))
            bisect.insort(queue, made, key=lambda p: (self.high(p), p))
        if not queue:
            return self.const(constant)
        if not constant:
            return queue[0]
        [total] = queue
        op = self.ops[total]
        if op.kind == "table":
            return self.table(op.args[0], [v + constant for v in op.data])
        return self._op(Op("add", (total, self.const(constant)), (), "", op.low + constant, op.high + constant))

    def extreme(self, kind: Literal["min", "max"], parts: Sequence[Step]) -> Step:
        """The smallest or the largest, by pairs."""
        pick = min if kind == "min" else max
        left = sorted(set(parts))
        bound = pick(self.high(p) if kind == "min" else self.low(p) for p in left)
        left = [p for p in left if not (self.low(p) >= bound if kind == "min" else self.high(p) <= bound)] or [
            next(p for p in left if (self.high(p) if kind == "min" else self.low(p)) == bound)
        ]
        if not any((self.high(p) if kind == "min" else self.low(p)) == bound for p in left):
            left.append(self.const(bound))
        while len(left) > 1:
            a, b, *rest = left
            low, high = pick(self.low(a), self.low(b)), pick(self.high(a), self.high(b))
            made = self._op(Op(kind, (min(a, b), max(a, b)), (), "", low, high))
            left = [*rest, made]
        return left[0]

    def least(self, x: Step, y: Step) -> Step:
        """1 where x ≥ y, else 0."""
        if self.low(x) >= self.high(y):
            return self.const(1)
        if self.high(x) < self.low(y):
            return self.const(0)
        if self.ops[y].kind == "const":
            return self.cut(x, [self.low(y)])
        return self._op(Op("least", (x, y), (), "", 0, 1))

    def pick(self, x: Step, lanes: Sequence[Step]) -> Step:
        """The lane whose place x holds."""
        op = self.ops[x]
        reach = lanes[op.low : op.high + 1]
        if len(set(reach)) == 1:
            return reach[0]
        if all(self.ops[p].kind == "const" for p in lanes):
            return self.table(x, [self.low(p) for p in lanes])
        low, high = min(self.low(p) for p in reach), max(self.high(p) for p in reach)
        return self._op(Op("pick", (x, *lanes), (), "", low, high))

    def live(self) -> list[Step]:
        """The steps on which outputs depend, in order."""
        needed = set(self.outputs.values())
        for place in reversed(range(len(self.ops))):
            if place in needed:
                needed.update(self.ops[place].args)
        return sorted(needed)


class Writer:
    """Writes nodes of one plan as steps of a program.

    `cells` holds the first value of each cell of each variable (for the whole kernel); `lanes` the steps that stand for cells.
    An unknown variable counts as the cell that `instead` gives for it.
    """

    def __init__(self, program: Program, cells: Mapping[str, Sequence[int]]) -> None:
        self.program, self.cells = program, cells
        self._values: dict[int, Mapping[str, frozenset[int]]] = {}
        self._written: dict[tuple[object, ...], Step] = {}
        self._kept: list[Node] = []

    def lane(self, variable: str) -> Step:
        return self.program.cell(variable, len(self.cells[variable]))

    def write(self, node: Node, instead: Mapping[str, int], lanes: Mapping[str, Step]) -> Step:
        """The step that holds the value of a node."""
        used = tuple((v, instead[v], lanes[v] if v in lanes else self.lane(v)) for v in self.support(node))
        key = (id(node), used)
        found = self._written.get(key)
        if found is None:
            self._kept.append(node)
            found = self._written[key] = self._write(node, instead, lanes)
        return found

    def support(self, node: Node) -> Mapping[str, frozenset[int]]:
        """The variables under a node, with the first values of the cells into which the node itself cuts them."""
        found = self._values.get(id(node))
        if found is not None:
            return found
        merged: dict[str, frozenset[int]] = {}
        if node.kind == "var":
            merged[node.name] = frozenset(range(node.low, node.high + 1))
        parts: Sequence[Node] = node.children
        if node.kind == "case" and node.argument.kind == "var":
            merged[node.argument.name] = frozenset((node.argument.low, *node.breaks))
            parts = node.cells
        for part in dict.fromkeys(parts):
            for name, values in self.support(part).items():
                merged[name] = merged[name] | values if name in merged else values
        self._kept.append(node)
        self._values[id(node)] = merged
        return merged

    def _by_cell(self, variable: str, values: Sequence[int], breaks: Sequence[int], instead: int) -> list[int]:
        """For each cell of a variable, and last for unknown, the value of that of the cells between `breaks` in which it lies."""
        places = [bisect.bisect_right(breaks, v) for v in self.cells[variable]]
        places.append(places[instead])
        return [values[p] for p in places]

    def _write(self, node: Node, instead: Mapping[str, int], lanes: Mapping[str, Step]) -> Step:
        program = self.program
        match node.kind:
            case "const":
                return program.const(node.low)
            case "var":
                name = node.name
                if name in program.wide:
                    return program.add([self._wide(name, instead), program.const(program.wide[name][0])])
                values = [*self.cells[name], self.cells[name][instead[name]]]
                return program.table(lanes[name] if name in lanes else self.lane(name), values)
            case "sum":
                return program.add([self.write(c, instead, lanes) for c in node.children])
            case "least" | "most":
                kind: Literal["min", "max"] = "min" if node.kind == "least" else "max"
                return program.extreme(kind, [self.write(c, instead, lanes) for c in node.children])
        argument, cells = node.argument, node.cells
        constant = all(c.kind == "const" for c in cells)
        if argument.kind == "var" and argument.name not in program.wide:
            name = argument.name
            lane = lanes[name] if name in lanes else self.lane(name)
            if constant:
                return program.table(lane, self._by_cell(name, [c.low for c in cells], node.breaks, instead[name]))
            made = self._joint(node, instead, lanes)
            if made is None:
                made = self._ladder(node, instead, lanes)
            if made is not None:
                return made
            places = program.table(lane, self._by_cell(name, range(len(cells)), node.breaks, instead[name]))
            return program.pick(places, [self.write(c, instead, lanes) for c in cells])
        if argument.kind == "var":
            low = program.wide[argument.name][0]
            step, breaks = self._wide(argument.name, instead), tuple(b - low for b in node.breaks)
        else:
            step, breaks = self.write(argument, instead, lanes), node.breaks
        if constant:
            return program.chosen(step, breaks, [c.low for c in cells])
        return program.pick(program.cut(step, breaks), [self.write(c, instead, lanes) for c in cells])

    def _wide(self, variable: str, instead: Mapping[str, int]) -> Step:
        """The value of a wide variable less the low end of its domain."""
        program = self.program
        put = program.const(self.cells[variable][instead[variable]] - program.wide[variable][0])
        return program.pick(program.unknown(variable, 0), (self.lane(variable), put))

    def _index(
        self, support: Mapping[str, Iterable[int]], instead: Mapping[str, int], lanes: Mapping[str, Step]
    ) -> tuple[Step, list[dict[str, int]]]:
        """One lane for all combinations of cells of some variables, and the combinations in order (by first values)."""
        places: list[dict[str, int]] = [{}]
        index: list[Step] = []
        stride = 1
        for name, starts in support.items():
            firsts = sorted(starts)
            own = range(0, len(firsts) * stride, stride)
            lane = lanes[name] if name in lanes else self.lane(name)
            index.append(self.program.table(lane, self._by_cell(name, own, firsts[1:], instead[name])))
            places = [{**p, name: v} for v in firsts for p in places]
            stride *= len(firsts)
        return self.program.add(index), places

    def _joint(self, node: Node, instead: Mapping[str, int], lanes: Mapping[str, Step]) -> Step | None:
        """A small table over the combinations of all cells under a node, or None."""
        support = self.support(node)
        if any(v in self.program.wide for v in support):
            return None
        if math.prod(len(v) for v in support.values()) > self.program.joint:
            return None
        index, places = self._index(support, instead, lanes)
        return self.program.table(index, [value(node, p) for p in places])

    def _ladder(self, node: Node, instead: Mapping[str, int], lanes: Mapping[str, Step]) -> Step | None:
        """One wide variable whose edges depend on others (wages by sector and age): the edges are looked up, or None."""
        program, support = self.program, self.support(node)
        wide = [v for v in support if v in program.wide]
        others = {v: starts for v, starts in support.items() if v not in program.wide}
        if len(wide) != 1 or math.prod(len(v) for v in others.values()) > _LADDERS:
            return None
        [name] = wide
        low, high = program.wide[name]
        index, places = self._index(others, instead, lanes)
        found = []
        for place in places:
            steps = _steps(node, place, name, low, high)
            if steps is None or len(steps) > _RUNGS:
                return None
            found.append(steps)
        result = program.table(index, [steps[0][1] for steps in found])
        step = self._wide(name, instead)
        for n in range(1, max(len(steps) for steps in found)):
            edge = program.table(index, [s[n][0] - low if n < len(s) else high - low + 1 for s in found])
            then = program.table(index, [s[n][1] if n < len(s) else s[-1][1] for s in found])
            result = program.pick(program.least(step, edge), (result, then))
        return result


_LADDERS, _RUNGS = 4096, 8


def _steps(node: Node, places: Mapping[str, int], name: str, low: int, high: int) -> list[tuple[int, int]] | None:
    """The first values and results of a tree of cases over one variable in low..high, all others known; None if it is no such tree."""
    while node.kind == "case" and node.argument.kind == "var" and node.argument.name != name:
        node = node.cells[bisect.bisect_right(node.breaks, places[node.argument.name])]
    if node.kind == "const":
        return [(low, node.low)]
    if node.kind != "case" or node.argument.kind != "var":
        return None
    found: list[tuple[int, int]] = []
    for first, after, cell in zip((low, *node.breaks), (*node.breaks, high + 1), node.cells, strict=True):
        if max(first, low) < min(after, high + 1):
            inner = _steps(cell, places, name, max(first, low), min(after - 1, high))
            if inner is None:
                return None
            found += [s for n, s in enumerate(inner) if n or not found or found[-1][1] != s[1]]
    return found


def value(node: Node, values: Mapping[str, int]) -> int:
    """The value of a node where everything is known."""
    match node.kind:
        case "const":
            return node.low
        case "var":
            return values[node.name]
        case "case":
            place = bisect.bisect_right(node.breaks, value(node.argument, values))
            return value(node.cells[place], values)
        case "sum":
            return sum(value(c, values) for c in node.children)
        case "least":
            return min(value(c, values) for c in node.children)
        case "most":
            return max(value(c, values) for c in node.children)
