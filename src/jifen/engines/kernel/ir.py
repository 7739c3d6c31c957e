"""From a program to LLVM assembly: one loop over explicit vectors, one byte a lane wherever the intervals allow it.

Look-ups are byte shuffles where the machine has them, else comparisons. Columns are read as they are and coded into cells in the
registers. Each function says at its end whether a value may have been outside its domain.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from jifen.engines.kernel.lookups import SHUFFLED, STAIRS, Lookups
from jifen.engines.kernel.program import Op, Program, Step

Mask = Literal["", "bytes", "bits"]


@dataclass(frozen=True, slots=True)
class Source:
    """How a variable arrives: `bits` of its whole numbers (8 to 64), signed or not, its domain, the first values of its cells.

    `mask`: `bytes` or `bits` say, one a row, whether it is known. `wide`: it is wanted as a number, not as a cell.
    `unknown`: the number that means that it is not known. `told_by`: the variable whose mask it shares, as all codes of a fact do.
    """

    bits: int
    signed: bool
    low: int
    high: int
    starts: tuple[int, ...]
    mask: Mask = ""
    wide: bool = False
    unknown: int | None = None
    told_by: str = ""

    @property
    def reach(self) -> tuple[int, int]:
        """The least and the greatest number of the domain that the whole numbers of the column can hold."""
        least, bits = (-(1 << self.bits - 1), self.bits - 1) if self.signed else (0, self.bits)
        return max(self.low, least), min(self.high, (1 << bits) - 1)


@dataclass(frozen=True, slots=True)
class Sink:
    """How an output leaves: a step, and the bits of its whole numbers."""

    step: Step
    bits: int


def width(op: Op) -> int:
    """The bits of the lanes of a step: 8 without sign, 16 and 32 with sign."""
    if op.low >= 0 and op.high <= 255:
        return 8
    return 16 if op.low >= -(1 << 15) and op.high < 1 << 15 else 32


BLOCK = 4096
"""Rows that one function takes before the next one does: what both read is still in the cache."""
STRIDE = BLOCK + 64
"""Bytes from the cells of one variable in a block to those of the next."""
_AHEAD: Mapping[int | str, int] = {1: 512, 8: 256, 16: 64, 32: 64, 64: 64, "out": 128}
"""Rows ahead that are asked for, by the width of a column: a law reads more columns at once than processors foresee by themselves, and
what waits to be written holds up what is put aside."""


@dataclass(kw_only=True)
class Body(Lookups):
    """Writes the function of some outputs of a program. `sources` and `masks` give each variable and each mask its place among the inputs;
    `ready`, `made` and `packed` give those of which another function has made the cells, the bytes, or bits of the mask, their place among
    what is so made; the source of bytes says how these come.
    A mask goes by the name of the first variable that it is about."""

    program: Program
    sources: Mapping[str, tuple[int, Source]]
    masks: Mapping[str, int]
    ready: Mapping[str, int] = field(default_factory=dict)
    made: Mapping[str, int] = field(default_factory=dict)
    packed: Mapping[str, int] = field(default_factory=dict)
    names: dict[Step, str] = field(default_factory=dict)
    wide: dict[tuple[Step, int], str] = field(default_factory=dict)
    checks: dict[tuple[int, int], str] = field(default_factory=dict)
    fetches: list[str] = field(default_factory=list)
    _known: dict[str, str] = field(default_factory=dict)

    def function(self, name: str, outputs: Sequence[tuple[int, Sink]], cells: Mapping[Step, int] = {}) -> str:
        """The text of `i32 @name(in, out, mid, from, to)`; from..to is a whole number of vectors. `cells` are to be made for others."""
        needed = {s.step for _, s in outputs} | set(cells)
        for place in range(max(needed, default=0), -1, -1):
            if place in needed:
                needed.update(self.program.ops[place].args)
        inputs: dict[str, int] = {}
        for place in sorted(needed):
            self.names[place] = self._step(place, inputs)
        for slot, sink in outputs:
            lane = self._as(sink.step, sink.bits)
            at = self._new(f"getelementptr i{sink.bits}, ptr %out{slot}, i64 %i")
            self.lines.append(f"  store {self._type(sink.bits)} {lane}, ptr {at}, align 1")
            self._ahead(f"%out{slot}", sink.bits, writes=True)
        for step, place in cells.items():
            at = self._between(place)
            self.lines.append(f"  store {self._type(8)} {self.names[step]}, ptr {at}, align {self.machine.lanes}")
        return self._framed(name, inputs, [slot for slot, _ in outputs])

    def packing(self, name: str, masks: Iterable[str]) -> str:
        """The text of a function of the same form that makes bits of masks of a byte a row."""
        inputs: dict[str, int] = {}
        for mask in masks:
            known = self._told(self.masks[mask], inputs)
            bits = self._new(f"bitcast <{self.machine.lanes} x i1> {known} to i{self.machine.lanes}")
            at = self._between(self.packed[mask], bits=1)
            self.lines.append(f"  store i{self.machine.lanes} {bits}, ptr {at}, align {self.machine.lanes // 8}")
        return self._framed(name, inputs, ())

    def _framed(self, name: str, inputs: Mapping[str, int], outputs: Iterable[int]) -> str:
        """The lines in their loop, with the columns loaded before it and the checks made after it."""
        lanes = self.machine.lanes
        head = [f"define internal i32 @{name}(ptr %in, ptr %out, ptr %mid, i64 %from, i64 %to) #0 {{", "entry:"]
        for key, slot in inputs.items():
            head.append(f"  %{key}.at = getelementptr ptr, ptr %in, i64 {slot}")
            head.append(f"  %{key} = load ptr, ptr %{key}.at, align 8")
        for slot in outputs:
            head.append(f"  %out{slot}.at = getelementptr ptr, ptr %out, i64 {slot}")
            head.append(f"  %out{slot} = load ptr, ptr %out{slot}.at, align 8")
        head += ["  br label %loop", "loop:", "  %i = phi i64 [ %from, %entry ], [ %i.next, %loop ]"]
        first = ["  %j = sub i64 %i, %from"]
        foot = [f"  %i.next = add i64 %i, {lanes}"]
        foot += ["  %more = icmp slt i64 %i.next, %to", "  br i1 %more, label %loop, label %done", "done:"]
        result = "0"
        for n, ((bits, limit), value) in enumerate(self.checks.items()):
            kind, how = f"<{lanes} x i{bits}>", "or" if _full(limit) else "umax"
            head.append(f"  {_seen(bits, limit)} = phi {kind} [ zeroinitializer, %entry ], [ {value}, %loop ]")
            foot.append(f"  %any{n} = call i{bits} @llvm.vector.reduce.{how}.v{lanes}i{bits}({kind} {value})")
            foot.append(f"  %bad{n} = icmp ugt i{bits} %any{n}, {limit}")
            foot.append(f"  %flag{n} = zext i1 %bad{n} to i32")
            foot.append(f"  %all{n} = or i32 {result}, %flag{n}")
            self._need(f"declare i{bits} @llvm.vector.reduce.{how}.v{lanes}i{bits}({kind})")
            result = f"%all{n}"
        foot += [f"  ret i32 {result}", "}"]
        return "\n".join([*head, *first, *self._spread(), *foot])

    # --- writing ------------------------------------------------------------------------------------------------

    def _as(self, step: Step, bits: int) -> str:
        """The lane of a step at a width that holds it."""
        op = self.program.ops[step]
        if op.kind == "const":
            return self._splat(bits, op.data[0])
        own = width(op)
        if own == bits:
            return self.names[step]
        key = (step, bits)
        if key not in self.wide:
            how = "trunc" if own > bits else "zext" if own == 8 else "sext"
            self.wide[key] = self._new(f"{how} {self._type(own)} {self.names[step]} to {self._type(bits)}")
        return self.wide[key]

    def _step(self, place: Step, inputs: dict[str, int]) -> str:
        op = self.program.ops[place]
        bits = width(op)
        match op.kind:
            case "const":
                return self._splat(bits, op.data[0])
            case "cell":
                return self._cell(op, inputs)
            case "table":
                return self._table(op.args[0], op)
            case "cut":
                return self._cut(self.names[op.args[0]], width(self.program.ops[op.args[0]]), op.data, bits)
            case "add":
                a, b = (self._as(x, bits) for x in op.args)
                return self._new(f"add {self._type(bits)} {a}, {b}")
            case "min" | "max":
                common = max(
                    bits, *(width(self.program.ops[x]) for x in op.args if self.program.ops[x].kind != "const")
                )
                sign = "u" if common == 8 else "s"
                result = self._call(f"{sign}{op.kind}", common, *(self._as(x, common) for x in op.args))
                if common != bits:
                    result = self._new(f"trunc {self._type(common)} {result} to {self._type(bits)}")
                return result
            case "least":
                common = max(width(self.program.ops[x]) for x in op.args)
                a, b = (self._as(x, common) for x in op.args)
                compare = "uge" if common == 8 else "sge"
                return self._byte(self._new(f"icmp {compare} {self._type(common)} {a}, {b}"))
            case "pick":
                return self._pick(op, bits)

    def _pick(self, op: Op, bits: int) -> str:
        index, *lanes = op.args
        own = width(self.program.ops[index])
        x = self._as(index, own)
        result = self._as(lanes[0], bits)
        for n, lane in enumerate(lanes[1:], start=1):
            if len(lanes) == 2:
                test = self._new(f"icmp ne {self._type(own)} {x}, zeroinitializer")
            else:
                test = self._new(f"icmp eq {self._type(own)} {x}, {self._splat(own, n)}")
            mask = f"<{self.machine.lanes} x i1> {test}"
            result = self._new(f"select {mask}, {self._type(bits)} {self._as(lane, bits)}, {self._type(bits)} {result}")
        return result

    def _cut(self, x: str, own: int, breaks: Sequence[int], bits: int) -> str:
        compare = "uge" if own == 8 else "sge"
        total = ""
        for edge in breaks:
            test = self._new(f"icmp {compare} {self._type(own)} {x}, {self._splat(own, edge)}")
            one = self._new(f"zext <{self.machine.lanes} x i1> {test} to {self._type(bits)}")
            total = one if not total else self._new(f"add {self._type(bits)} {total}, {one}")
        return total

    # --- reading ------------------------------------------------------------------------------------------------

    def _cell(self, op: Op, inputs: dict[str, int]) -> str:
        """The cells of a variable: as another function made them, else coded from its column."""
        if op.name in self.ready:
            return self._held(self.ready[op.name])
        slot, source = self.sources[op.name]
        bits, lane = source.bits, width(op)
        if op.name in self.made:
            value = self._held(self.made[op.name])
        else:
            inputs[f"in{slot}"] = slot
            at = self._new(f"getelementptr i{bits}, ptr %in{slot}, i64 %i")
            value = self._new(f"load {self._type(bits)}, ptr {at}, align 1")
            self._ahead(f"%in{slot}", bits)
        known = ""
        if source.mask:
            mask = source.told_by or op.name
            if mask not in self._known:
                self._known[mask] = self._mask(mask, source.mask, inputs)
            known = self._known[mask]
        elif source.unknown is not None:
            known = self._new(f"icmp ne {self._type(bits)} {value}, {self._splat(bits, source.unknown)}")
            # A number of the domain stands in, so that no check sees the other.
            stand_in = self._splat(bits, max(source.low, 0 if not source.signed else -(1 << bits - 1)))
            value = self._select(known, bits, value, stand_in)
        cell = self._coded(value, source, lane)
        return self._select(known, lane, cell, self._splat(lane, op.high)) if known else cell

    def _mask(self, mask: str, kind: Mask, inputs: dict[str, int]) -> str:
        """Which rows a mask marks: read from its bits, those that another function made of it, or its bytes."""
        slot = self.masks[mask]
        if mask in self.packed:
            return self._bits(self._between(self.packed[mask], bits=1))
        if kind == "bytes":
            return self._told(slot, inputs)
        inputs[f"in{slot}"] = slot
        self._ahead(f"%in{slot}", 1)
        place = self._new("lshr i64 %i, 3")
        return self._bits(self._new(f"getelementptr i8, ptr %in{slot}, i64 {place}"))

    def _told(self, slot: int, inputs: dict[str, int]) -> str:
        """Which rows a mask of a byte a row marks."""
        inputs[f"in{slot}"] = slot
        at = self._new(f"getelementptr i8, ptr %in{slot}, i64 %i")
        told = self._new(f"load {self._type(8)}, ptr {at}, align 1")
        self._ahead(f"%in{slot}", 8)
        return self._new(f"icmp ne {self._type(8)} {told}, zeroinitializer")

    def _bits(self, at: str) -> str:
        """Which rows the bits at an address mark."""
        lanes = self.machine.lanes
        told = self._new(f"load i{lanes}, ptr {at}, align 1")
        return self._new(f"bitcast i{lanes} {told} to <{lanes} x i1>")

    def _held(self, place: int) -> str:
        """What another function made of the rows: cells, or bytes of wide numbers."""
        return self._new(f"load {self._type(8)}, ptr {self._between(place)}, align {self.machine.lanes}")

    def _between(self, place: int, bits: int = 8) -> str:
        """Where what one function makes of a block for others lies: cells, or bits of a mask."""
        column = self._new(f"getelementptr i8, ptr %mid, i64 {place * STRIDE}")
        row = "%j" if bits == 8 else self._new("lshr i64 %j, 3")
        return self._new(f"getelementptr i8, ptr {column}, i64 {row}")

    def _ahead(self, column: str, bits: int, writes: bool = False) -> None:
        """Ask for the lines of memory that will be read or written soon."""
        lead = _AHEAD["out" if writes else bits] * bits // 8
        for line in range(0, max(64, self.machine.lanes * bits // 8), 64):
            self.count += 1
            at = f"%v{self.count}"
            row = "%i" if bits > 1 else f"{at}.n"
            self.fetches.append(
                (f"  {row} = lshr i64 %i, 3\n" if bits == 1 else "")
                + f"  {at}.i = getelementptr i{max(bits, 8)}, ptr {column}, i64 {row}\n"
                f"  {at} = getelementptr i8, ptr {at}.i, i64 {lead + line}\n"
                f"  call void @llvm.prefetch.p0(ptr {at}, i32 {int(writes)}, i32 3, i32 1)"
            )

    def _spread(self) -> list[str]:
        """The lines with the fetches spread evenly among them: a processor takes only so many at a time."""
        made, given = [], 0
        for n, line in enumerate(self.lines, start=1):
            made.append(line)
            while given < len(self.fetches) * n // len(self.lines):
                made.append(self.fetches[given])
                given += 1
        return made

    def _coded(self, value: str, source: Source, lane: int) -> str:
        """Cells from whole numbers: counted from the low end of the domain, in lanes as narrow as the domain allows."""
        bits = source.bits
        low, high = source.reach
        span = high - low
        if low:
            value = self._new(f"sub {self._type(bits)} {value}, {self._splat(bits, low)}")
        narrow = min(bits, next(b for b in (8, 16, 32, 64) if span < 1 << b))
        if narrow < bits:
            self._check(bits, (1 << narrow) - 1, value)
            value = self._new(f"trunc {self._type(bits)} {value} to {self._type(narrow)}")
        if span + 1 < 1 << narrow:
            self._check(narrow, span, value)
        if source.wide:
            last = source.starts[-1] - low
            if last < span:
                value = self._call("umin", narrow, value, self._splat(narrow, last))
            if narrow != lane:
                how = "trunc" if narrow > lane else "zext"
                value = self._new(f"{how} {self._type(narrow)} {value} to {self._type(lane)}")
            if low != source.low:
                value = self._new(f"add {self._type(lane)} {value}, {self._splat(lane, low - source.low)}")
            return value
        edges = [s - low for s in source.starts[1:]]
        if narrow == 8 and lane == 8:
            places = [bisect.bisect_right(edges, n) for n in range(span + 1)]
            return value if places == list(range(span + 1)) else self._lookup(value, places)
        total = self._splat(lane, sum(1 for e in edges if e <= 0))
        for edge in edges:
            if 0 < edge <= span:
                test = self._new(f"icmp uge {self._type(narrow)} {value}, {self._splat(narrow, edge)}")
                one = self._new(f"zext <{self.machine.lanes} x i1> {test} to {self._type(lane)}")
                total = self._new(f"add {self._type(lane)} {total}, {one}")
        return total

    def _check(self, bits: int, limit: int, value: str) -> None:
        """Remember whether a number was ever above a limit: the greatest one, or every bit that was ever set where that tells as much."""
        before = self.checks.get((bits, limit), _seen(bits, limit))
        if _full(limit):
            self.checks[bits, limit] = self._new(f"or {self._type(bits)} {before}, {value}")
        else:
            self.checks[bits, limit] = self._call("umax", bits, before, value)

    # --- looking up ---------------------------------------------------------------------------------------------

    def _table(self, arg: Step, op: Op) -> str:
        source = self.program.ops[arg]
        bits = width(op)
        x, own = self.names[arg], width(source)
        # Entries that no value of the lane reaches are made like their neighbours.
        data = [op.data[min(max(n, source.low), source.high)] for n in range(source.high + 1)]
        changes = sum(1 for a, b in pairwise(data) if a != b)
        if changes > STAIRS and (own != 8 or len(data) > SHUFFLED[self.machine.name]):
            return self._gather(x, own, data, bits)
        if own != 8:
            return self._stairs(x, own, data, bits)
        if bits == 8:
            return self._lookup(x, data)
        if min(data) >= -128 and max(data) <= 127:
            low = self._lookup(x, [v & 255 for v in data])
            return self._new(f"sext {self._type(8)} {low} to {self._type(bits)}")
        result = ""
        for shift in range(0, bits, 8):
            part = [v >> shift & 255 for v in data]
            if not any(part):
                continue
            byte = self._lookup(x, part)
            lane = self._new(f"zext {self._type(8)} {byte} to {self._type(bits)}")
            if shift:
                lane = self._new(f"shl {self._type(bits)} {lane}, {self._splat(bits, shift)}")
            result = lane if not result else self._new(f"or {self._type(bits)} {result}, {lane}")
        return result


def _seen(bits: int, limit: int) -> str:
    """The name of what was seen of the numbers with a limit before this round."""
    return f"%seen{bits}.{limit}"


def _full(limit: int) -> bool:
    """Whether the limit is all ones in binary: then a number is above it if it has a higher bit."""
    return limit & (limit + 1) == 0
