"""Machine code for programs: compiled by LLVM once, kept with all that is needed to call it, called on slices of columns.

`JIFEN_KERNEL` forces a way of writing (`vbmi`, `avx2`, `ssse3`, `neon`, `plain`) or `numpy`.
"""

from __future__ import annotations

import ctypes
import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.kernel.functions import before, masks_of, written
from jifen.engines.kernel.ir import STRIDE, Sink, Source
from jifen.engines.kernel.keeping import keep, kept, name_of
from jifen.engines.kernel.lines import MACHINES, Machine
from jifen.engines.kernel.program import Out, Program

try:
    import llvmlite.binding as llvm  # type: ignore[import-untyped]  # it has no type stubs
except ImportError:  # the numpy back end takes its place
    llvm = None

Array = NDArray[Any]
_SHARE = 16384
"""The fewest rows that are worth a thread."""


def machine() -> Machine | None:
    """How to write for this machine; None where there is no llvmlite."""
    wanted = os.environ.get("JIFEN_KERNEL", "")
    if llvm is None or wanted == "numpy":
        return None
    return MACHINES[wanted] if wanted else _best()


@cache
def _best() -> Machine:
    has = dict(llvm.get_host_cpu_features())
    if has.get("avx512vbmi") and has.get("avx512bw"):
        return MACHINES["vbmi"]
    for feature, name in (("avx2", "avx2"), ("ssse3", "ssse3"), ("neon", "neon")):
        if has.get(feature):
            return MACHINES[name]
    return MACHINES["plain"]


@dataclass(frozen=True, slots=True)
class Layout:
    """How machine code is called. `slots` are the columns that it reads, in order, and `masks` the variables whose masks follow.

    `columns` are those that it fills: the bits and the least value of each. `outputs` gives the place of each output among them,
    `constants` the value and the bits of those that are the same for everybody. `made` columns of a block are made before use.
    """

    slots: tuple[str, ...]
    masks: tuple[str, ...]
    columns: tuple[tuple[int, int], ...]
    outputs: Mapping[Out, int]
    constants: Mapping[Out, tuple[int, int]]
    made: int = 0

    def kept(self) -> bytes:
        outputs = [[*n, place] for n, place in self.outputs.items()]
        constants = [[*n, *c] for n, c in self.constants.items()]
        return json.dumps([self.slots, self.masks, self.columns, outputs, constants, self.made]).encode()

    @classmethod
    def read(cls, kept: bytes) -> Layout:
        slots, masks, columns, outputs, constants, made = json.loads(kept)
        places = {(a, b, c): place for a, b, c, place in outputs}
        same = {(a, b, c): (value, bits) for a, b, c, value, bits in constants}
        return cls(tuple(slots), tuple(masks), tuple((bits, low) for bits, low in columns), places, same, made)


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled program: its layout, the form in which each input comes, and the function."""

    machine: Machine
    layout: Layout
    sources: Mapping[str, Source]
    run: Any = None
    engine: Any = None

    def call(
        self, inputs: Mapping[str, tuple[Array, Array | None]], outputs: Sequence[Array], rows: int, threads: int
    ) -> bool:
        """Fill the outputs, one array for each column of the layout; the result says whether a value may have been outside its domain."""
        lanes = self.machine.lanes
        if rows == 0 or not outputs:
            return False
        if rows < lanes:
            return self._padded(inputs, outputs, rows)
        sources = [inputs[name][0] for name in self.layout.slots]
        for name in self.layout.masks:
            mask = inputs[name][1]
            assert mask is not None
            sources.append(mask)
        given = (ctypes.c_void_p * max(1, len(sources)))(*(a.ctypes.data for a in sources))
        taken = (ctypes.c_void_p * len(outputs))(*(a.ctypes.data for a in outputs))
        whole = rows - rows % lanes
        by_bits = any(source.mask == "bits" for source in self.sources.values())
        share = max(_SHARE, -(-whole // threads // lanes) * lanes)
        parts = [(at, min(at + share, whole)) for at in range(0, whole, share)]
        if whole < rows and not by_bits:
            # The last vector goes back over rows that are done already: the same again, and no row is left over.
            parts.append((rows - lanes, rows))

        def one(part: tuple[int, int]) -> int:
            mid = room(self.layout.made * STRIDE, np.dtype(np.uint8), 0)
            return int(self.run(given, taken, mid.ctypes.data, *part))

        if threads == 1 or len(parts) == 1:
            flags = [one(p) for p in parts]
        else:
            with ThreadPoolExecutor(threads) as pool:
                flags = list(pool.map(one, parts))
        if whole < rows and by_bits:
            # Bits cannot be read from any row on; the rows left over get a vector of their own.
            by = {n: source.mask for n, source in self.sources.items()}
            rest = {
                n: (v[whole:], m if m is None else m[whole // 8 :] if by[n] == "bits" else m[whole:])
                for n, (v, m) in inputs.items()
            }
            flags.append(self._padded(rest, [a[whole:] for a in outputs], rows - whole))
        return any(flags)

    def _padded(self, inputs: Mapping[str, tuple[Array, Array | None]], outputs: Sequence[Array], rows: int) -> bool:
        lanes = self.machine.lanes
        wider = {n: (np.resize(v, lanes), None if m is None else np.resize(m, lanes)) for n, (v, m) in inputs.items()}
        room = [np.empty(lanes, a.dtype) for a in outputs]
        beyond = self.call(wider, room, lanes, 1)
        for array, values in zip(outputs, room, strict=True):
            array[:] = values[:rows]
        return beyond


def kind_of(bits: int, low: int) -> Any:
    """The type of an output by its bits and its least value."""
    return np.dtype({8: np.uint8 if low >= 0 else np.int8, 16: np.int16, 32: np.int32}[bits])


def room(rows: int, kind: Any, number: int) -> Array:
    """An empty column. Columns begin on lines of the cache, each at another place in its page: machines are slow where all
    begin at the same place."""
    size = rows * kind.itemsize
    raw = np.empty(size + 8192, np.uint8)
    begin = -raw.ctypes.data % 4096 + number * 448 % 4096
    return raw[begin : begin + size].view(kind)


def bits_of(program: Program) -> dict[Out, int]:
    """The bits in which each output leaves."""
    fixed = {"status": 8, "outcome": 16, "mark": 8, "open": 8, "failing": 16, "low": 32, "high": 32}
    return {
        n: fixed.get(n[1]) or (16 if program.low(s) >= -(1 << 15) and program.high(s) < 1 << 15 else 32)
        for n, s in program.outputs.items()
    }


def compile_program(
    make: Callable[[], Program], sources: Mapping[str, Source], way: Machine, depends: Sequence[str]
) -> Code:
    """Machine code for a program, from the cache if it is there: then the program is not even made. It is kept under what it
    `depends` on, the machine, and the form of the inputs."""
    columns = [repr((n, s)) for n, s in sources.items()]
    key = name_of([*depends, *columns, way.name, *_cpu(way), str(llvm.llvm_version_info)])
    held = kept(key)
    if held is not None:
        size = int.from_bytes(held[:4], "little")
        try:
            return _code(Layout.read(held[4 : 4 + size]), held[4 + size :], sources, way)
        except RuntimeError:  # what LLVM cannot load is made anew
            pass
    text, layout = laid_out(make(), sources, way)
    told, code = layout.kept(), _compile(text, _target(way)) if text else b""
    keep(key, len(told).to_bytes(4, "little") + told + code)
    return _code(layout, code, sources, way)


def laid_out(program: Program, sources: Mapping[str, Source], way: Machine) -> tuple[str, Layout]:
    """A program as LLVM assembly, and how its code is called."""
    bits = bits_of(program)
    text, slots, sinks = written(program, sources, bits, way)
    places = {sink: place for place, (_, sink) in enumerate(sinks)}
    outputs, constants = {}, {}
    for out, step in program.outputs.items():
        place = places.get(Sink(step, bits[out]))
        if place is None:
            constants[out] = program.low(step), bits[out]
        else:
            outputs[out] = place
    columns = tuple((sink.bits, program.low(sink.step)) for _, sink in sinks)
    first = before(program, slots)
    names = tuple(name for name, _ in slots)
    return text, Layout(names, tuple(masks_of(slots)), columns, outputs, constants, len(first))


def _code(layout: Layout, code: bytes, sources: Mapping[str, Source], way: Machine) -> Code:
    if not code:
        return Code(way, layout, sources)
    engine, address = _loaded(code, way)
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    run = ctypes.CFUNCTYPE(ctypes.c_int32, pointer, pointer, pointer, number, number)(address)
    return Code(way, layout, sources, run, engine)


# --- compiling ----------------------------------------------------------------------------------------------------


def _loaded(code: bytes, way: Machine) -> tuple[Any, int]:
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target(way))
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine, engine.get_function_address("run")


def _compile(text: str, target: Any) -> bytes:
    """An object file. The steps are each made once and in their final form, so there is nothing for LLVM's passes to do before it
    chooses instructions; without them compiling takes half the time."""
    parsed = llvm.parse_assembly(text)
    parsed.triple = llvm.get_process_triple()
    return bytes(target.emit_object(parsed))


_BASE = {"vbmi": "x86-64-v4", "avx2": "x86-64-v3", "ssse3": "x86-64-v2", "plain": "x86-64", "neon": "generic"}


def _cpu(way: Machine) -> tuple[str, str]:
    """The processor and its features for a way of writing: this very one, unless a humbler way is forced."""
    if way is _best():
        return str(llvm.get_host_cpu_name()), str(llvm.get_host_cpu_features().flatten())
    if way.name == "plain" and "x86" not in str(llvm.get_default_triple()):
        return "generic", ""
    return _BASE[way.name], "+avx512vbmi" if way.name == "vbmi" else ""


def _target(way: Machine) -> Any:
    """A target machine; an engine that is made with one owns it, so each gets its own."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    triple = llvm.Target.from_default_triple()
    cpu, features = _cpu(way)
    return triple.create_target_machine(cpu=cpu, features=features, opt=1, jit=True, codemodel="jitdefault")
