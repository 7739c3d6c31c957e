"""A program as functions of machine code that take turns over blocks of rows.

First come functions that make less of columns of more than a byte a row (see `Before`), then the laws. Memory serves a few columns at once best, so no
function reads many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from jifen.engines.kernel.ir import BLOCK, Body, Sink, Source, width
from jifen.engines.kernel.lines import Machine
from jifen.engines.kernel.narrowing import Narrowed, fits, functions
from jifen.engines.kernel.program import Out, Program

Slots = tuple[tuple[str, Source], ...]
Sinks = tuple[tuple[Out, Sink], ...]
"""The inputs and the outputs of a program in order."""
_STEPS = 100
"""How many steps go into one function, unless one scheme alone has more: processors foresee only so many columns at once."""
_AT_ONCE, _PACKED = 8, 17
"""How many columns are coded at once, and of how many the masks are packed."""


def written(
    program: Program, sources: Mapping[str, Source], bits: Mapping[Out, int], way: Machine
) -> tuple[str, Slots, Sinks]:
    """A program as LLVM assembly, with its inputs and outputs in order."""
    live = {program.ops[s].name for s in program.live() if program.ops[s].kind == "cell"}
    slots = tuple((n, s) for n, s in sources.items() if n in live)
    places = {name: (at, source) for at, (name, source) in enumerate(slots)}
    masks = {mask: at for at, mask in enumerate(masks_of(slots), start=len(slots))}
    leaving = {Sink(s, bits[n]): n for n, s in reversed(program.outputs.items()) if program.ops[s].kind != "const"}
    sinks = tuple((n, s) for s, n in reversed(leaving.items()))
    parts: list[tuple[str, str]] = []
    declared: dict[str, None] = {}
    first = before(program, slots)
    ready = {program.ops[s].name: n for n, s in enumerate(first.cells)}
    packed = {mask: n for n, mask in enumerate(first.masks, start=len(ready))}
    made = {name: n for n, name in enumerate(first.bytes, start=len(ready) + len(packed))}
    narrowed = [Narrowed(places[name][0], place, places[name][1]) for name, place in made.items()]
    places |= {name: (n.slot, n.bytes) for name, n in zip(made, narrowed, strict=True)}
    body = partial(Body, machine=way, program=program, sources=places, masks=masks, made=made)

    def part(body: Body, text: Callable[[str], str]) -> None:
        name = f"part{len(parts)}"
        parts.append((name, text(name)))
        declared.update(body.used)

    for start in range(0, len(first.masks), _PACKED):
        packing = body(packed=packed)
        part(packing, partial(packing.packing, masks=first.masks[start : start + _PACKED]))
    for start in range(0, len(first.cells), _AT_ONCE):
        cells = {s: ready[program.ops[s].name] for s in first.cells[start : start + _AT_ONCE]}
        coding = body()
        part(coding, partial(coding.function, outputs=(), cells=cells))
    for group in _groups(program, sinks):
        law = body(ready=ready, packed=packed)
        part(law, partial(law.function, outputs=[(n, sinks[n][1]) for n in group]))
    if not parts:
        return "", slots, sinks
    texts, used = functions(narrowed, way)
    module = _module(parts, narrowed)
    return "\n".join([*texts, module, *(declared | used), _attributes(way)]), slots, sinks


def _attributes(way: Machine) -> str:
    """What holds for the functions: their stack begins at a line of the cache, so that no vector put aside there lies across two."""
    widest = ' "min-legal-vector-width"="512" "prefer-vector-width"="512"' if way.name == "vbmi" else ""
    return f'attributes #0 = {{ nounwind "stackrealign"{widest} }}'


@dataclass(frozen=True, slots=True)
class Before:
    """What is made of a block before the laws: the cells of some variables (steps), bits of the masks of others, bytes of wide columns.

    A column of more than a byte a number becomes bytes where its domain fits into them, else cells. A mask of a byte a row becomes bits,
    read beside the values like those of Arrow.
    """

    cells: tuple[int, ...]
    masks: tuple[str, ...]
    bytes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.cells) + len(self.masks) + len(self.bytes)


def masks_of(slots: Slots) -> list[str]:
    """The masks of inputs, by the names of the variables that hold them."""
    return list(dict.fromkeys(source.told_by or name for name, source in slots if source.mask))


def before(program: Program, slots: Slots) -> Before:
    """What takes more than a byte a row is made smaller first: memory serves a few columns at once best."""
    sources = dict(slots)
    cells: list[int] = []
    masks: list[str] = []
    narrow: list[str] = []
    for step in program.live():
        op = program.ops[step]
        if op.kind == "cell" and op.name in sources:
            source = sources[op.name]
            if fits(source):
                narrow.append(op.name)
            elif source.bits > 8 and width(op) == 8:
                cells.append(step)
                continue
            if source.mask == "bytes":
                masks.append(source.told_by or op.name)
    return Before(tuple(cells), tuple(dict.fromkeys(masks)), tuple(narrow))


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


def _module(parts: Sequence[tuple[str, str]], narrowed: Sequence[Narrowed]) -> str:
    """A module of functions (name, text) and `run`, which takes them all over a block of rows before it goes to the next.

    `mid` is room for the cells and bits of a block that one function makes for the others: `STRIDE` bytes for each of them.
    """
    calls = [column.call(f"%f{n}") for n, column in enumerate(narrowed)]
    for n, (name, _) in enumerate(parts, start=len(narrowed)):
        calls.append(f"  %f{n} = call i32 @{name}(ptr %in, ptr %out, ptr %mid, i64 %from, i64 %to)")
    count = len(calls)
    for n in range(count):
        calls.append(f"  %g{n} = or i32 %{'seen' if n == 0 else f'g{n - 1}'}, %f{n}")
    body = "\n".join(calls)
    last = f"%g{count - 1}"
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
