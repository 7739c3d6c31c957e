"""Columns of wide whole numbers made into bytes, block by block: one function for all columns of a width, compiled once.

A byte holds how far the number lies above the low end of its domain; in a column in which a number means unknown, 255 means it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from jifen.engines.kernel.ir import STRIDE, Source
from jifen.engines.kernel.lines import Lines, Machine

_UNKNOWN = 255
_AHEAD = 4096
"""Bytes ahead that are asked for."""


@dataclass(frozen=True, slots=True)
class Narrowed:
    """A column to be made into bytes: the place of its input, of what is made, and how it comes."""

    slot: int
    place: int
    source: Source

    @property
    def bytes(self) -> Source:
        """How the bytes go on from here."""
        source = self.source
        low, high = source.reach
        starts = tuple(s - low for s in source.starts)
        unknown = None if source.unknown is None else _UNKNOWN
        return replace(source, bits=8, signed=False, low=0, high=high - low, starts=starts, unknown=unknown)

    @property
    def function(self) -> str:
        return f"bytes{self.source.bits}{'u' if self.source.unknown is not None else ''}"

    def call(self, name: str) -> str:
        """The lines that make the bytes of a block; `name` holds whether a number lay too far above the low end."""
        bits, unknown = self.source.bits, self.source.unknown or 0
        return f"""  {name}.at = getelementptr ptr, ptr %in, i64 {self.slot}
  {name}.in = load ptr, ptr {name}.at, align 8
  {name}.to = getelementptr i8, ptr %mid, i64 {self.place * STRIDE}
  {name} = call i32 @{self.function}(ptr {name}.in, ptr {name}.to, i64 %from, i64 %to, i{bits} {self.source.reach[0]}, i{bits} {unknown})"""


def fits(source: Source) -> bool:
    """Whether a column of more than a byte a number can be made into bytes."""
    low, high = source.reach
    return source.bits > 8 and not source.wide and high - low < _UNKNOWN


class _Function(Lines):
    """Writes the function of a width."""

    def function(self, name: str, bits: int, marked: bool) -> str:
        """`i32 @name(column, bytes, from, to, low, unknown)`: the bytes of the rows from..to, a whole number of vectors."""
        lanes, kind = self.machine.lanes, self._type(bits)
        at = self._new(f"getelementptr i{bits}, ptr %column, i64 %i")
        value = self._new(f"load {kind}, ptr {at}, align 1")
        for line in range(0, lanes * bits // 8, 64):
            ahead = self._new(f"getelementptr i8, ptr {at}, i64 {_AHEAD + line}")
            self.lines.append(f"  call void @llvm.prefetch.p0(ptr {ahead}, i32 0, i32 3, i32 1)")
        far = self._new(f"sub {kind} {value}, %lows")
        if marked:
            known = self._new(f"icmp ne {kind} {value}, %marks")
            far = self._select(known, bits, far, "zeroinitializer")
            seen, limit, how = self._call("umax", bits, "%seen", far), _UNKNOWN - 1, "umax"
            far = self._select(known, bits, far, self._splat(bits, _UNKNOWN))
        else:
            seen, limit, how = self._new(f"or {kind} %seen, {far}"), 255, "or"
        byte = self._new(f"trunc {kind} {far} to {self._type(8)}")
        row = self._new("sub i64 %i, %from")
        to = self._new(f"getelementptr i8, ptr %bytes, i64 {row}")
        self.lines.append(f"  store {self._type(8)} {byte}, ptr {to}, align {lanes}")
        self._need(f"declare i{bits} @llvm.vector.reduce.{how}.v{lanes}i{bits}({kind})")
        work = "\n".join(self.lines)
        return f"""define internal i32 @{name}(ptr %column, ptr %bytes, i64 %from, i64 %to, i{bits} %low, i{bits} %mark) #0 {{
entry:
  %low.one = insertelement {kind} poison, i{bits} %low, i32 0
  %lows = shufflevector {kind} %low.one, {kind} poison, <{lanes} x i32> zeroinitializer
  %mark.one = insertelement {kind} poison, i{bits} %mark, i32 0
  %marks = shufflevector {kind} %mark.one, {kind} poison, <{lanes} x i32> zeroinitializer
  br label %loop
loop:
  %i = phi i64 [ %from, %entry ], [ %next, %loop ]
  %seen = phi {kind} [ zeroinitializer, %entry ], [ {seen}, %loop ]
{work}
  %next = add i64 %i, {lanes}
  %more = icmp slt i64 %next, %to
  br i1 %more, label %loop, label %done
done:
  %most = call i{bits} @llvm.vector.reduce.{how}.v{lanes}i{bits}({kind} {seen})
  %bad = icmp ugt i{bits} %most, {limit}
  %flag = zext i1 %bad to i32
  ret i32 %flag
}}"""


def functions(columns: Iterable[Narrowed], way: Machine) -> tuple[list[str], dict[str, None]]:
    """The texts of the functions that the columns need, and their declarations."""
    needed = {c.function: c.source for c in columns}
    texts: list[str] = []
    declared: dict[str, None] = {}
    for name, source in needed.items():
        body = _Function(way)
        texts.append(body.function(name, source.bits, source.unknown is not None))
        declared |= body.used
    return texts, declared
