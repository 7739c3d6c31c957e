"""From nodes of a plan to steps of a program: cells become look-ups, small combinations joint tables, moving edges ladders."""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from jifen.engines.kernel.program import Program, Step
from jifen.plan.nodes import Node


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
        """One lane for all combinations of cells of some variables, and the combinations in order (by first values).

        As far as a joint table has room, unknown is one more cell (then all bounds share the index, whatever stands for unknown). Where
        that leaves half of the room, one variable keeps the cells of the whole kernel, so that its lane is part of the index as it is.
        """
        program = self.program
        own = {v: lanes[v] if v in lanes else self.lane(v) for v in support}
        firsts = {v: sorted(starts) for v, starts in support.items()}
        rooms = {v: len(f) + (program.high(own[v]) >= len(self.cells[v])) for v, f in firsts.items()}
        if math.prod(rooms.values()) > program.joint:
            rooms = {v: len(f) for v, f in firsts.items()}
        for name in sorted(support, key=lambda v: -len(self.cells[v])):
            wider = len(self.cells[name]) + rooms[name] - len(firsts[name])
            if wider > rooms[name] and math.prod(rooms.values()) // rooms[name] * wider <= program.joint // 2:
                firsts = {name: list(self.cells[name]), **{v: f for v, f in firsts.items() if v != name}}
                rooms[name] = wider
                break
        places: list[dict[str, int]] = [{}]
        index: list[Step] = []
        stride = 1
        for name, starts in firsts.items():
            by_cell = self._by_cell(name, range(0, len(starts) * stride, stride), starts[1:], instead[name])
            values = [*starts]
            if rooms[name] > len(starts):
                values.append(starts[by_cell[-1] // stride])
                by_cell[-1] = len(starts) * stride
            index.append(program.table(own[name], by_cell))
            places = [{**p, name: v} for v in values for p in places]
            stride *= len(values)
        return program.add(index), places

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
