"""Lines of LLVM assembly over vectors, and the machines that they are written for."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Machine:
    """How to write for a machine: lanes in a vector, which byte shuffle, how many entries a joint table may have."""

    name: str
    lanes: int
    joint: int


MACHINES = {m.name: m for m in (
    Machine("vbmi", 64, 128), Machine("avx2", 32, 32), Machine("ssse3", 16, 32), Machine("neon", 16, 64),
    Machine("plain", 32, 8),
)}  # fmt: skip


@dataclass
class Lines:
    """Writes instructions over vectors of one machine; `used` are the declarations that they need."""

    machine: Machine
    lines: list[str] = field(default_factory=list)
    used: dict[str, None] = field(default_factory=dict)
    count: int = 0

    def _new(self, text: str) -> str:
        self.count += 1
        self.lines.append(f"  %v{self.count} = {text}")
        return f"%v{self.count}"

    def _type(self, bits: int) -> str:
        return f"<{self.machine.lanes} x i{bits}>"

    def _need(self, declaration: str) -> None:
        self.used[declaration] = None

    def _splat(self, bits: int, value: int) -> str:
        value = signed(value, bits)
        return "zeroinitializer" if value == 0 else f"splat (i{bits} {value})"

    def _call(self, name: str, bits: int, *args: str) -> str:
        kind = self._type(bits)
        full = f"@llvm.{name}.v{self.machine.lanes}i{bits}"
        self._need(f"declare {kind} {full}({', '.join([kind] * len(args))})")
        return self._new(f"call {kind} {full}({', '.join(f'{kind} {a}' for a in args)})")

    def _byte(self, truth: str) -> str:
        return self._new(f"zext <{self.machine.lanes} x i1> {truth} to {self._type(8)}")

    def _select(self, truth: str, bits: int, one: str, other: str) -> str:
        kind = self._type(bits)
        return self._new(f"select <{self.machine.lanes} x i1> {truth}, {kind} {one}, {kind} {other}")


def signed(value: int, bits: int) -> int:
    """The number with the same bits that LLVM prints."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value
