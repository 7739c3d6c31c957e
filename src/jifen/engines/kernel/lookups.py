"""Look-ups of a number for a small number: byte shuffles where the machine has them, comparisons, or memory for the longest."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from jifen.engines.kernel.lines import Lines, signed

SHUFFLED = {"vbmi": 128, "avx2": 64, "ssse3": 64, "neon": 64, "plain": 0}
"""The longest table that is looked up by byte shuffles."""
STAIRS = 16
"""With more changes than this a longer table is looked up in memory."""


class Lookups(Lines):
    """Writes look-ups."""

    def _gather(self, x: str, own: int, data: Sequence[int], bits: int) -> str:
        """A look-up in memory, for tables too long for anything else."""
        lanes = self.machine.lanes
        entries = ", ".join(f"i32 {v}" for v in data)
        text = f"internal constant [{len(data)} x i32] [{entries}], align 64"
        name = "@t" + hashlib.sha256(text.encode()).hexdigest()[:16]
        self._need(f"{name} = {text}")
        self._need(
            f"declare <{lanes} x i32> @llvm.masked.gather.v{lanes}i32.v{lanes}p0(<{lanes} x ptr>, <{lanes} x i1>, <{lanes} x i32>)"
        )
        index = x
        if own != 32:
            how = "zext" if own == 8 else "sext"
            index = self._new(f"{how} {self._type(own)} {x} to {self._type(32)}")
        at = self._new(f"getelementptr i32, ptr {name}, {self._type(32)} {index}")
        found = self._new(
            f"call <{lanes} x i32> @llvm.masked.gather.v{lanes}i32.v{lanes}p0(<{lanes} x ptr> align 4 {at}, "
            f"<{lanes} x i1> splat (i1 true), <{lanes} x i32> poison)"
        )
        return found if bits == 32 else self._new(f"trunc {self._type(32)} {found} to {self._type(bits)}")

    def _stairs(self, x: str, own: int, data: Sequence[int], bits: int) -> str:
        """A look-up by comparisons: one for each place where the value changes."""
        compare = "uge" if own == 8 else "sge"
        result = self._splat(bits, signed(data[0], bits))
        for n in range(1, len(data)):
            if data[n] != data[n - 1]:
                test = self._new(f"icmp {compare} {self._type(own)} {x}, {self._splat(own, n)}")
                result = self._new(
                    f"select <{self.machine.lanes} x i1> {test}, {self._type(bits)} "
                    f"{self._splat(bits, signed(data[n], bits))}, {self._type(bits)} {result}"
                )
        return result if result.startswith("%") else self._new(f"or {self._type(bits)} {result}, zeroinitializer")

    def _lookup(self, x: str, data: Sequence[int]) -> str:
        """A byte for a byte."""
        changes = [n for n in range(1, len(data)) if data[n] != data[n - 1]]
        if not changes:
            return self._new(f"or {self._type(8)} {self._splat(8, signed(data[0], 8))}, zeroinitializer")
        first, last = changes[0] - 1, changes[-1]
        shuffles = SHUFFLED[self.machine.name]
        size = 64 if self.machine.name == "vbmi" else 16
        if len(changes) == 1 or shuffles == 0:
            return self._stairs(x, 8, data, 8)
        trimmed = last - first + 1
        whole = -(-len(data) // size)
        if -(-(last + 1) // size) < whole or (trimmed <= shuffles < len(data)):
            x = self._call("umin", 8, x, self._splat(8, signed(last, 8)))
            data = data[: last + 1]
        if -(-trimmed // size) < -(-len(data) // size):
            x = self._call("usub.sat", 8, x, self._splat(8, signed(first, 8)))
            data = data[first:]
        if len(data) > shuffles or 2 * len(changes) < len(data) // size:
            return self._stairs(x, 8, data, 8)
        return getattr(self, f"_{self.machine.name}")(x, data)  # type: ignore[no-any-return]

    def _constant(self, data: Sequence[int], size: int) -> str:
        """A table as a vector, repeated to fill it."""
        padded = [*data, *[0] * (size - len(data))] * (self.machine.lanes // size)
        return "<" + ", ".join(f"i8 {signed(v, 8)}" for v in padded) + ">"

    def _vbmi(self, x: str, data: Sequence[int]) -> str:
        kind = self._type(8)
        if len(data) <= 64:
            self._need(f"declare {kind} @llvm.x86.avx512.permvar.qi.512({kind}, {kind})")
            table = self._constant(data, 64)
            return self._new(f"call {kind} @llvm.x86.avx512.permvar.qi.512({kind} {table}, {kind} {x})")
        self._need(f"declare {kind} @llvm.x86.avx512.vpermi2var.qi.512({kind}, {kind}, {kind})")
        low, high = self._constant(data[:64], 64), self._constant(data[64:], 64)
        call = f"call {kind} @llvm.x86.avx512.vpermi2var.qi.512({kind} {low}, {kind} {x}, {kind} {high})"
        return self._new(call)

    def _avx2(self, x: str, data: Sequence[int], name: str = "llvm.x86.avx2.pshuf.b") -> str:
        """A shuffle looks at four bits and gives 0 where bit seven is set; each sixteen entries have one."""
        kind = self._type(8)
        self._need(f"declare {kind} @{name}({kind}, {kind})")
        result = ""
        for start in range(0, len(data), 16):
            index = x
            if start:
                index = self._new(f"sub {kind} {index}, {self._splat(8, start)}")
            if start + 16 < len(data):
                index = self._call("uadd.sat", 8, index, self._splat(8, 0x70))
            table = self._constant(data[start : start + 16], 16)
            part = self._new(f"call {kind} @{name}({kind} {table}, {kind} {index})")
            result = part if not result else self._new(f"or {kind} {result}, {part}")
        return result

    def _ssse3(self, x: str, data: Sequence[int]) -> str:
        return self._avx2(x, data, "llvm.x86.ssse3.pshuf.b.128")

    def _neon(self, x: str, data: Sequence[int]) -> str:
        kind = self._type(8)
        tables = [self._constant(data[n : n + 16], 16) for n in range(0, len(data), 16)]
        name = f"llvm.aarch64.neon.tbl{len(tables)}.v16i8"
        self._need(f"declare {kind} @{name}({', '.join([kind] * (len(tables) + 1))})")
        return self._new(f"call {kind} @{name}({', '.join(f'{kind} {t}' for t in tables)}, {kind} {x})")
