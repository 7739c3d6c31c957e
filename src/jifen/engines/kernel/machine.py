"""The numpy back end: each step of a program over a whole block. Used where there is no llvmlite, and for rows that need care."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jifen.engines.kernel.program import Op, Out, Program

Array = NDArray[Any]


def run(program: Program, cells: Mapping[str, Array], rows: int) -> dict[Out, Array]:
    """The outputs of a program, from the cell of each variable in each row. Constant outputs are given for every row too."""
    lanes: dict[int, Any] = {}
    live = program.live()
    last = {arg: place for place in live for arg in program.ops[place].args}
    kept = set(program.outputs.values())
    for place in live:
        op = program.ops[place]
        lanes[place] = _step(op, lanes, cells)
        for arg in op.args:
            if last[arg] == place and arg not in kept:
                lanes.pop(arg, None)
    return {name: np.broadcast_to(lanes[place], (rows,)) for name, place in program.outputs.items()}


def kind_for(low: int, high: int) -> Any:
    """The narrowest type for an interval."""
    for kind in (np.uint8, np.int16, np.int32):
        info = np.iinfo(kind)
        if info.min <= low and high <= info.max:
            return kind
    return np.int64


def _step(op: Op, lanes: Mapping[int, Any], cells: Mapping[str, Array]) -> Any:
    kind = kind_for(op.low, op.high)
    match op.kind:
        case "cell":
            return cells[op.name]
        case "const":
            return kind(op.data[0])
        case "table":
            # A lane never takes a place outside its interval, so entries there may be cut to fit.
            data = np.clip(np.asarray(op.data), op.low, op.high).astype(kind)
            return data[lanes[op.args[0]]]
        case "cut":
            return np.searchsorted(np.asarray(op.data), lanes[op.args[0]], "right").astype(kind)
        case "pick":
            index = lanes[op.args[0]]
            parts = [lanes[a] for a in op.args[1:]]
            if len(parts) == 2:
                return np.where(np.asarray(index, bool), parts[1], parts[0]).astype(kind)
            result = np.asarray(parts[-1]).astype(kind)
            for n, part in enumerate(parts[:-1]):
                result = np.where(index == n, part, result).astype(kind)
            return result
    a, b = lanes[op.args[0]], lanes[op.args[1]]
    match op.kind:
        case "add":
            return np.add(a, b, dtype=kind, casting="unsafe")
        case "min":
            return np.minimum(a, b).astype(kind)
        case "max":
            return np.maximum(a, b).astype(kind)
    return (a >= b).astype(np.uint8)
