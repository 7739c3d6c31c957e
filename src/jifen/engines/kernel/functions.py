"""A program as functions of machine code that take turns over blocks of rows.

First come functions that make cells of columns of more than a byte a row, then the laws. Memory serves a few columns at once best, so no
function reads many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jifen.engines.kernel.ir import BLOCK, Body, Sink, Source, width
from jifen.engines.kernel.lines import Machine
from jifen.engines.kernel.program import Out, Program

Slots = tuple[tuple[str, Source], ...]
Sinks = tuple[tuple[Out, Sink], ...]
"""The inputs and the outputs of a program in order."""
_STEPS = 100
"""How many steps go into one function, unless one scheme alone has more: processors foresee only so many columns at once."""
_AT_ONCE = 8
"""How many columns are coded at once."""


def written(
    program: Program, sources: Mapping[str, Source], bits: Mapping[Out, int], way: Machine
) -> tuple[str, Slots, Sinks]:
    """A program as LLVM assembly, with its inputs and outputs in order."""
    live = {program.ops[s].name for s in program.live() if program.ops[s].kind == "cell"}
    slots = tuple((n, s) for n, s in sources.items() if n in live)
    places: dict[str, tuple[int, Source]] = {}
    at = 0
    for name, source in slots:
        places[name] = (at, source)
        at += 2 if source.mask else 1
    leaving = {Sink(s, bits[n]): n for n, s in reversed(program.outputs.items()) if program.ops[s].kind != "const"}
    sinks = tuple((n, s) for s, n in reversed(leaving.items()))
    parts: list[tuple[str, str]] = []
    declared: dict[str, None] = {}
    first = coded(program, slots)
    ready = {program.ops[s].name: n for n, s in enumerate(first)}

    def part(body: Body, outputs: Sequence[tuple[int, Sink]], cells: Mapping[int, int]) -> None:
        name = f"part{len(parts)}"
        parts.append((name, body.function(name, outputs, cells)))
        declared.update(body.used)

    for start in range(0, len(first), _AT_ONCE):
        cells = {s: ready[program.ops[s].name] for s in first[start : start + _AT_ONCE]}
        part(Body(machine=way, program=program, sources=places), (), cells)
    for group in _groups(program, sinks):
        body = Body(machine=way, program=program, sources=places, ready=ready)
        part(body, [(n, sinks[n][1]) for n in group], {})
    if not parts:
        return "", slots, sinks
    return "\n".join([_module(parts), *declared, _attributes(way)]), slots, sinks


def _attributes(way: Machine) -> str:
    """What holds for the functions: their stack begins at a line of the cache, so that no vector put aside there lies across two."""
    widest = ' "min-legal-vector-width"="512" "prefer-vector-width"="512"' if way.name == "vbmi" else ""
    return f'attributes #0 = {{ nounwind "stackrealign"{widest} }}'


def coded(program: Program, slots: Slots) -> list[int]:
    """The cells that are made before they are used, because that takes more than a byte a row: memory serves a few columns at once best."""
    sources = dict(slots)
    found = []
    for step in program.live():
        op = program.ops[step]
        if op.kind == "cell" and op.name in sources and width(op) == 8:
            source = sources[op.name]
            if source.mask == "bytes" or source.bits > 8:
                found.append(step)
    return found


def _groups(program: Program, sinks: Sequence[tuple[Out, Sink]]) -> list[list[int]]:
    """The outputs in groups of which each makes a function: schemes one after another, until a function has steps enough."""

    def under(step: int) -> set[int]:
        found: set[int] = set()
        stack = [step]
        while stack:
            place = stack.pop()
            if place not in found:
                found.add(place)
                stack.extend(program.ops[place].args)
        return found

    groups: list[list[int]] = []
    steps: set[int] = set()
    schemes = list(dict.fromkeys(name[0] for name, _ in sinks))
    for scheme in schemes:
        own = [n for n, (name, _) in enumerate(sinks) if name[0] == scheme]
        asked: set[int] = set()
        for n in own:
            asked |= under(sinks[n][1].step)
        if not groups or len(steps | asked) > _STEPS:
            groups.append([])
            steps = set()
        groups[-1] += own
        steps |= asked
    return groups


def _module(parts: Sequence[tuple[str, str]]) -> str:
    """A module of functions (name, text) and `run`, which takes them all over a block of rows before it goes to the next.

    `mid` is room for the cells of a block that one function makes for the others: `STRIDE` bytes for each of them.
    """
    calls = []
    for n, (name, _) in enumerate(parts):
        calls.append(f"  %f{n} = call i32 @{name}(ptr %in, ptr %out, ptr %mid, i64 %from, i64 %to)")
        calls.append(f"  %g{n} = or i32 %{'seen' if n == 0 else f'g{n - 1}'}, %f{n}")
    body = "\n".join(calls)
    last = f"%g{len(parts) - 1}"
    texts = "\n".join(text for _, text in parts)
    return f"""{texts}
declare void @llvm.prefetch.p0(ptr, i32, i32, i32)
define i32 @run(ptr %in, ptr %out, ptr %mid, i64 %start, i64 %end) {{
entry:
  %any = icmp slt i64 %start, %end
  br i1 %any, label %loop, label %done
loop:
  %from = phi i64 [ %start, %entry ], [ %to, %loop ]
  %seen = phi i32 [ 0, %entry ], [ {last}, %loop ]
  %next = add i64 %from, {BLOCK}
  %short = icmp slt i64 %next, %end
  %to = select i1 %short, i64 %next, i64 %end
{body}
  %more = icmp slt i64 %to, %end
  br i1 %more, label %loop, label %done
done:
  %flag = phi i32 [ 0, %entry ], [ {last}, %loop ]
  ret i32 %flag
}}
"""
