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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from jifen.engines.kernel.ratios import Ratio

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
    (low end, last edge). The cell of a variable of `ratios` is found from two wide ones.
    """

    joint: int = 32
    opened: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    wide: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    ratios: Mapping[str, Ratio] = field(default_factory=dict)
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
        if variable in self.ratios:
            return self._ratio(self.ratios[variable], count)
        if variable in self.absent:
            return self.const(count)
        return self._op(Op("cell", (), (), variable, 0, count if variable in self.opened else count - 1))

    def _ratio(self, ratio: Ratio, count: int) -> Step:
        """The cell of a ratio of `count` cells."""
        left, right = self.cell(ratio.left, 0), self.cell(ratio.right, 0)
        reached = []
        for over, under, above in ratio.edges:
            edge = self.add([self.times(right, over), self.const(above)])
            reached.append(self.least(self.times(left, under), edge))
        cell = self.pick(self.cut(right, [1]), (self.const(count - 1), self.add(reached)))
        unknown = self.extreme("max", [self.unknown(ratio.left, 0), self.unknown(ratio.right, 0)])
        return self.pick(unknown, (cell, self.const(count)))

    def times(self, x: Step, number: int) -> Step:
        """The lane as often as a number says, by doubling."""
        parts, doubled = [], x
        while number:
            if number & 1:
                parts.append(doubled)
            number >>= 1
            if number:
                doubled = self.add([doubled, doubled])
        return self.add(parts)

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
        assert len(data) > op.high and op.low >= 0
        data, reach = data[: op.high + 1], data[op.low : op.high + 1]
        if min(reach) == max(reach):
            return self.const(reach[0])
        if op.kind == "table" and len(op.data) <= max(len(data), 256):
            return self.table(op.args[0], [data[v] if 0 <= v < len(data) else 0 for v in op.data])
        if all(v == n for n, v in enumerate(reach, start=op.low)):
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
        shared = self._shared(left, ("add", "min", "max")) if len(left) > 1 else None
        if shared is not None:
            return self._same(shared[0], shared[1], self.extreme(kind, shared[2]))
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
        shared = self._shared(reach, ("add", "min", "max"))
        if shared is not None:
            rest = [shared[2][0]] * op.low + shared[2]
            return self._same(shared[0], shared[1], self.pick(x, rest))
        low, high = min(self.low(p) for p in reach), max(self.high(p) for p in reach)
        return self._op(Op("pick", (x, *lanes), (), "", low, high))

    def _shared(self, lanes: Sequence[Step], kinds: Sequence[Kind]) -> tuple[Kind, Step, list[Step]] | None:
        """The one operation of all lanes with one argument in common: the operation, that argument, the others. None if there is none."""
        first = self.ops[lanes[0]]
        if first.kind not in kinds or any(self.ops[p].kind != first.kind for p in lanes):
            return None
        for common in first.args:
            if all(common in self.ops[p].args for p in lanes):
                return first.kind, common, [_other(self.ops[p].args, common) for p in lanes]
        return None

    def _same(self, kind: Kind, x: Step, y: Step) -> Step:
        """An operation of two lanes, as `add` and `extreme` write it."""
        return self.add([x, y]) if kind == "add" else self.extreme("min" if kind == "min" else "max", [x, y])

    def live(self) -> list[Step]:
        """The steps on which outputs depend, in order."""
        needed = set(self.outputs.values())
        for place in reversed(range(len(self.ops))):
            if place in needed:
                needed.update(self.ops[place].args)
        return sorted(needed)


def _other(pair: tuple[Step, ...], one: Step) -> Step:
    """The other of a pair."""
    return pair[1] if pair[0] == one else pair[0]
