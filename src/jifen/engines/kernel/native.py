"""Machine code for programs: compiled by LLVM once, kept under a name made of all it depends on, called on slices of columns.

A kept piece of code stands behind its own hash; one that cannot be read, is not the user's own or was changed is as if it were not there.
`JIFEN_NO_CACHE` does without, as for policies. `JIFEN_KERNEL` forces a way of writing (`vbmi`, `avx2`, `ssse3`, `neon`, `plain`) or `numpy`.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.kernel.functions import Sinks, Slots, before, written
from jifen.engines.kernel.ir import STRIDE, Source
from jifen.engines.kernel.lines import MACHINES, Machine
from jifen.engines.kernel.program import Out, Program

try:
    import llvmlite.binding as llvm  # type: ignore[import-untyped]  # it has no type stubs
except ImportError:  # the numpy back end takes its place
    llvm = None

Array = NDArray[Any]
_SHARE = 16384
"""The fewest rows that are worth a thread."""
_KEPT = 200


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
class Code:
    """A compiled program. `slots` are the inputs in order; a masked one is followed by its mask. `made` columns are made before use."""

    machine: Machine
    run: Any
    engine: Any
    slots: Slots
    sinks: Sinks
    made: int = 0

    def call(
        self, inputs: Mapping[str, tuple[Array, Array | None]], outputs: Mapping[Out, Array], rows: int, threads: int
    ) -> bool:
        """Fill the outputs; the result says whether a value may have been outside its domain."""
        lanes = self.machine.lanes
        if rows == 0 or not self.sinks:
            return False
        if rows < lanes:
            return self._padded(inputs, outputs, rows)
        sources: list[Array] = []
        for name, source in self.slots:
            values, mask = inputs[name]
            sources.append(values)
            if source.mask:
                assert mask is not None
                sources.append(mask)
        given = (ctypes.c_void_p * max(1, len(sources)))(*(a.ctypes.data for a in sources))
        taken = (ctypes.c_void_p * len(self.sinks))(*(outputs[n].ctypes.data for n, _ in self.sinks))
        whole = rows - rows % lanes
        by_bits = any(source.mask == "bits" for _, source in self.slots)
        share = max(_SHARE, -(-whole // threads // lanes) * lanes)
        parts = [(at, min(at + share, whole)) for at in range(0, whole, share)]
        if whole < rows and not by_bits:
            # The last vector goes back over rows that are done already: the same again, and no row is left over.
            parts.append((rows - lanes, rows))

        def one(part: tuple[int, int]) -> int:
            mid = room(self.made * STRIDE, np.dtype(np.uint8), 0)
            return int(self.run(given, taken, mid.ctypes.data, *part))

        if threads == 1 or len(parts) == 1:
            flags = [one(p) for p in parts]
        else:
            with ThreadPoolExecutor(threads) as pool:
                flags = list(pool.map(one, parts))
        if whole < rows and by_bits:
            # Bits cannot be read from any row on; the rows left over get a vector of their own.
            masks = {n: source.mask for n, source in self.slots}
            rest = {
                n: (v[whole:], m if m is None else m[whole // 8 :] if masks[n] == "bits" else m[whole:])
                for n, (v, m) in inputs.items()
                if n in masks
            }
            flags.append(self._padded(rest, {n: a[whole:] for n, a in outputs.items()}, rows - whole))
        return any(flags)

    def _padded(
        self, inputs: Mapping[str, tuple[Array, Array | None]], outputs: Mapping[Out, Array], rows: int
    ) -> bool:
        lanes = self.machine.lanes
        wider = {n: (np.resize(v, lanes), None if m is None else np.resize(m, lanes)) for n, (v, m) in inputs.items()}
        room = {n: np.empty(lanes, a.dtype) for n, a in outputs.items()}
        beyond = self.call(wider, room, lanes, 1)
        for name, values in room.items():
            outputs[name][:] = values[:rows]
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


def compile_program(program: Program, sources: Mapping[str, Source], bits: Mapping[Out, int], way: Machine) -> Code:
    """Machine code for the outputs of a program that are not constant. `bits` are those of each output."""
    text, slots, sinks = written(program, sources, bits, way)
    if not text:
        return Code(way, None, None, slots, sinks)
    engine, address = _ready(text, way)
    pointer, number = ctypes.c_void_p, ctypes.c_int64
    run = ctypes.CFUNCTYPE(ctypes.c_int32, pointer, pointer, pointer, number, number)(address)
    first = before(program, slots)
    return Code(way, run, engine, slots, sinks, len(first.cells) + len(first.masks))


# --- compiling and keeping ----------------------------------------------------------------------------------------


def _ready(text: str, way: Machine) -> tuple[Any, int]:
    """The machine code of a module, from the cache if it is there, loaded into this process."""
    key = hashlib.sha256("\0".join((text, *_cpu(way), str(llvm.llvm_version_info), _own_hash())).encode()).hexdigest()
    code = _kept(key)
    if code is not None:
        try:
            return _loaded(code, way)
        except RuntimeError:
            pass
    code = _compile(text, _target(way))
    _keep(key, code)
    return _loaded(code, way)


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


@cache
def _own_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _kept(key: str) -> bytes | None:
    if os.environ.get("JIFEN_NO_CACHE"):
        return None
    path = _folder() / f"{key}.o"
    try:
        if path.stat().st_uid != os.getuid():
            return None
        data = path.read_bytes()
    except OSError:
        return None
    digest, code = data[:32], data[32:]
    return code if hashlib.sha256(key.encode() + code).digest() == digest else None


def _keep(key: str, code: bytes) -> None:
    if os.environ.get("JIFEN_NO_CACHE"):
        return
    folder = _folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
            part.write(hashlib.sha256(key.encode() + code).digest() + code)
        Path(part.name).replace(folder / f"{key}.o")
        for old in sorted(folder.glob("*.o"), key=lambda p: p.stat().st_mtime, reverse=True)[_KEPT:]:
            old.unlink()
    except OSError:
        return


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "jifen-kernels"
