"""The kernel engine against the limit of memory and against peers: tables of people, medians, ratios within one run.

.venv/bin/python benchmarks/kernel.py [--people 10_000_000] [--rounds 9] [--peers PYTHON] [--only PART…] [--write]

`--only memory further compiling peers one` takes some of the parts, and writes nothing. `--peers` names the Python of an environment with `benchmarks/requirements.txt`; without it those peers are left out. `--write` puts the
results into `docs/benchmarks.md`. Times are those of the processor, so that other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

os.environ.setdefault("POLARS_MAX_THREADS", "1")

import jifen
from jifen.engines.kernel import Column, compile_kernel, native
from jifen.engines.python import compile_function

sys.path.insert(0, str(Path(__file__).parent))
import peers

CRS = "ca/express-entry-crs"
DAY = date(2026, 11, 23)
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"
HEAD = "## Tables of people (`benchmarks/kernel.py`)"
TARGETS = """Targets: streaming 1.25, wide columns 1.6, unknown facts 2.0 times all known, each further scheme 0.5 times the ranking, compiling
150 ms cold and 20 ms cached a scheme, peers 300, 400, 20, 40 and 200 times, one person 20 µs. What memory allows: a mask of a byte a fact doubles
the bytes that are read and stays above 2.0 (no table comes so: Arrow has bitmaps); the nine schemes with points bring 29 bytes each that the ranking
does not read, so that streaming alone takes more than half of the ranking's time for each of them.""".splitlines()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=10_000_000)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--peers", default="")
    options.add_argument("--only", nargs="+", choices=("memory", "further", "compiling", "peers", "one"))
    options.add_argument("--write", action="store_true")
    chosen = options.parse_args()
    rows, rounds = chosen.people // 64 * 64, chosen.rounds
    rules = jifen.load()
    lines = [
        f"{date.today()}, {_machine()}, Python {platform.python_version()}, {rows:,} people, medians of {rounds} rounds."
    ]
    parts: dict[str, Callable[[], list[str]]] = {
        "memory": lambda: against_memory(rules, rows, rounds),
        "further": lambda: further_schemes(rules, min(rows, 2_000_000), rounds),
        "compiling": lambda: compiling(rules),
        "peers": lambda: against_peers(rules, min(rows, 1_000_000), chosen.peers),
        "one": lambda: one_person(rules, chosen.peers),
    }
    for name, part in parts.items():
        if chosen.only and name not in chosen.only:
            continue
        made = part()
        lines += ["", *made]
        print("\n".join(made), "\n", flush=True)
    lines += ["", *TARGETS]
    if chosen.write and not chosen.only:
        write(lines)


# --- measuring ------------------------------------------------------------------------------------------------------


def side_by_side(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Processor seconds (of all threads) of each work, in turn, round after round; the first round warms up and does not count."""
    taken: dict[str, list[float]] = {n: [] for n in works}
    for n in range(rounds + 1):
        for name, work in works.items():
            start = time.process_time()
            work()
            if n:
                taken[name].append(time.process_time() - start)
    return taken


def ratio(taken: Mapping[str, list[float]], one: str, other: str) -> float:
    """The median of the ratios of each round."""
    return statistics.median(a / b for a, b in zip(taken[one], taken[other], strict=True))


def streaming(inputs: list[Any], outputs: list[Any], rows: int) -> Callable[[], object]:
    """Reads every byte of the inputs and writes every byte of the outputs, with one cheap instruction between."""
    way = native.machine()
    assert way
    lanes = way.lanes
    lines = ["define i32 @run(ptr %in, ptr %out, i64 %start, i64 %end) {", "entry:"]
    for kind, arrays in (("in", inputs), ("out", outputs)):
        for n, _ in enumerate(arrays):
            lines.append(f"  %{kind}{n}.at = getelementptr ptr, ptr %{kind}, i64 {n}")
            lines.append(f"  %{kind}{n} = load ptr, ptr %{kind}{n}.at")
    lines += ["  br label %loop", "loop:", "  %i = phi i64 [ %start, %entry ], [ %next, %loop ]"]
    last, vector = "zeroinitializer", f"<{lanes} x i8>"
    for kind, arrays in (("in", inputs), ("out", outputs)):
        for n, array in enumerate(arrays):
            lines.append(f"  %{kind}{n}.o = mul i64 %i, {array.itemsize}")
            for part in range(array.itemsize):
                name = f"%{kind}{n}.{part}"
                lines.append(f"  {name}.o = add i64 %{kind}{n}.o, {part * lanes}")
                lines.append(f"  {name}.p = getelementptr i8, ptr %{kind}{n}, i64 {name}.o")
                if kind == "in":
                    lines.append(f"  {name}.v = load {vector}, ptr {name}.p, align 1")
                    lines.append(f"  {name}.x = xor {vector} {last}, {name}.v")
                    last = f"{name}.x"
                else:
                    lines.append(f"  store {vector} {last}, ptr {name}.p, align 1")
    lines += [f"  %next = add i64 %i, {lanes}", "  %more = icmp slt i64 %next, %end"]
    lines += ["  br i1 %more, label %loop, label %done", "done:", "  ret i32 0", "}"]
    engine, address = native._loaded(native._compile("\n".join(lines), native._target(way)), way)
    run = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64)(address)
    given = (ctypes.c_void_p * len(inputs))(*(a.ctypes.data for a in inputs))
    taken = (ctypes.c_void_p * len(outputs))(*(a.ctypes.data for a in outputs))
    return lambda: (run(given, taken, 0, rows), engine)


def placed(array: Any, number: int) -> Any:
    """The same column where columns should lie."""
    made = native.room(len(array), array.dtype, number)
    made[:] = array
    return made


def people_for(kernel: Any, rows: int, wide: bool = False, unknown: str = "") -> dict[str, Column]:
    """Everything that a kernel asks, drawn evenly; a twentieth unknown if asked, by a mask or by a number that means it."""
    draw = np.random.default_rng(1)
    found: dict[str, Column] = {}
    several: dict[str, dict[str, Any]] = {}
    for n, variable in enumerate(kernel.variables.values()):
        if variable.code:
            several.setdefault(variable.facts[0], {})[variable.code] = placed(draw.random(rows) < 0.2, 2 * n)
            continue
        for fact in variable.facts:
            about = kernel.vocabulary.facts[fact]
            if fact in found:
                continue
            high = min(about.high, about.low + 3_000_000)
            narrow = np.uint8 if about.low >= 0 and about.high < 255 else np.int32 if high < 1 << 31 else np.int64
            # As tables hold them: numbers as int64, codes as int32 of a dictionary, yes and no as a byte.
            kind = narrow if not wide else {"yes/no": np.uint8, "one of": np.int32}.get(about.kind, np.int64)
            values = draw.integers(about.low, high + 1, rows, np.int64).astype(kind)
            told = draw.random(rows) > 0.05
            if unknown == "number":
                values[~told] = np.iinfo(kind).max
            mask = placed(told, 2 * n + 1) if unknown == "mask" else None
            bits = placed(np.packbits(told, bitorder="little"), 2 * n + 1) if unknown == "bits" else None
            marked = int(np.iinfo(kind).max) if unknown == "number" else None
            found[fact] = Column(placed(values, 2 * n), mask, marked, bits)
    return found | {f: Column(codes) for f, codes in several.items()}


def arrays_of(columns: Mapping[str, Column]) -> list[Any]:
    found = []
    for column in columns.values():
        found += list(column.values.values()) if isinstance(column.values, Mapping) else [column.values]
        found += [m for m in (column.valid, column.bits) if m is not None]
    return found


def outputs_of(results: Any) -> list[Any]:
    return list({id(a): a for a in results.rooms.values()}.values())


# --- the parts ------------------------------------------------------------------------------------------------------


def against_memory(rules: jifen.Jifen, rows: int, rounds: int) -> list[str]:
    """Canada's ranking against streaming the same bytes: coded bytes, wide columns, unknowns."""
    lines = [
        "| Canada's ranking, one thread | bytes in, out | M people a second | × streaming the same bytes | × all known |",
        "|---|---:|---:|---:|---:|",
    ]
    plan = rules.plan(CRS, DAY)
    base: Callable[[], object] | None = None
    for title, wide, unknown in (
        ("coded bytes, all known", False, ""),
        ("coded bytes, 5 % unknown, a number means unknown", False, "number"),
        ("coded bytes, 5 % unknown, Arrow bitmaps", False, "bits"),
        ("coded bytes, 5 % unknown, masks of a byte a fact", False, "mask"),
        ("int64, int32 of dictionaries, bytes; coding included", True, ""),
    ):
        kernel = compile_kernel({CRS: plan}, rules.vocabulary)
        columns = people_for(kernel, rows, wide, unknown)
        state = {"last": kernel.run(columns, DAY)}

        def run(kernel: Any = kernel, columns: Any = columns, state: dict[str, Any] = state) -> None:
            state["last"] = kernel.run(columns, DAY, into=state["last"])

        inputs, outputs = arrays_of(columns), outputs_of(state["last"])
        if unknown == "bits":  # bitmaps are streamed as bytes, an eighth of the rows: eight of them as one column
            maps = [a for a in inputs if len(a) < rows]
            joined = [np.concatenate(maps[n : n + 8]) for n in range(0, len(maps), 8)]
            inputs = [a for a in inputs if len(a) == rows] + [j for j in joined if len(j) == rows]
        stream = streaming(inputs, outputs, rows)
        base = base or run
        taken = side_by_side({"streaming": stream, "kernel": run, "all known": base}, rounds)
        seconds = statistics.median(taken["kernel"])
        size = sum(a.nbytes for a in inputs) / rows, sum(a.nbytes for a in outputs) / rows
        beside = f"{ratio(taken, 'kernel', 'all known'):.2f}" if not wide else ""
        lines.append(
            f"| {title} | {size[0]:g}, {size[1]:g} | {rows / seconds / 1e6:.0f} | {ratio(taken, 'kernel', 'streaming'):.2f} | {beside} |"
        )
    return lines


def further_schemes(rules: jifen.Jifen, rows: int, rounds: int) -> list[str]:
    """What a further scheme costs in the same pass, as a share of Canada's ranking alone."""
    plans = {
        s: p for s in rules.shelf.schemes if (p := rules.plan(s, DAY)) is not None and p.scheme.subject == "person"
    }
    with_points = [s for s, p in plans.items() if p.total is not None and s != CRS]
    sets = {
        "Canada's ranking": [CRS],
        f"and {len(with_points)} schemes with points": [CRS, *with_points],
        f"and all {len(plans) - 1} other schemes for persons": [CRS, *(s for s in plans if s != CRS)],
    }
    lines = [
        "| schemes in one pass | bytes in | M people a second | × ranking alone | each further × ranking alone | × streaming |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    sizes: dict[str, int] = {}
    works: dict[str, Callable[[], object]] = {}
    for title, names in sets.items():
        kernel = compile_kernel({s: plans[s] for s in names}, rules.vocabulary)
        columns = people_for(kernel, rows)
        state = {"last": kernel.run(columns, DAY)}

        def run(kernel: Any = kernel, columns: Any = columns, state: dict[str, Any] = state) -> None:
            state["last"] = kernel.run(columns, DAY, into=state["last"])

        works[title] = run
        inputs = arrays_of(columns)
        sizes[title] = sum(a.itemsize for a in inputs)
        works[f"stream {title}"] = streaming(inputs, outputs_of(state["last"]), rows)
    taken = side_by_side(works, max(3, rounds // 3))
    for title, names in sets.items():
        whole = ratio(taken, title, "Canada's ranking")
        each = f"{(whole - 1) / (len(names) - 1):.2f}" if len(names) > 1 else ""
        rate, streamed = rows / statistics.median(taken[title]) / 1e6, ratio(taken, title, f"stream {title}")
        lines.append(f"| {title} | {sizes[title]} | {rate:.1f} | {whole:.2f} | {each} | {streamed:.2f} |")
    return lines


def compiling(rules: jifen.Jifen) -> list[str]:
    """From plans to machine code, with nothing kept and with everything kept, all known or every fact with a mask; plans compiled before."""
    plans = {s: p for s in rules.shelf.schemes if (p := rules.plan(s, DAY)) is not None}
    one = np.zeros(1, np.uint8)
    whens = [(f"{when}{facts}", bool(facts)) for facts in ("", ", facts may be unknown") for when in ("cold", "cached")]
    found: dict[str, dict[str, float]] = {when: {} for when, _ in whens}
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("XDG_CACHE_HOME")
        os.environ["XDG_CACHE_HOME"] = folder
        for when, masked in whens:
            told = np.ones(1, np.bool_) if masked else None
            for name, plan in plans.items():
                start = time.thread_time()
                kernel = compile_kernel({name: plan}, rules.vocabulary)
                columns: dict[str, Column] = {}
                for variable in kernel.variables.values():
                    for fact in variable.facts:
                        about = rules.vocabulary.facts.get(fact)
                        if about is None or about.kind == "spells":
                            continue
                        several = about.kind == "several of" and about.codes
                        low = np.full(1, about.low, np.int64)
                        columns[fact] = Column(dict.fromkeys(about.codes.values, one) if several else low, told)  # type: ignore[union-attr]
                kernel.run(columns, DAY)
                found[when][name] = time.thread_time() - start
        if before is None:
            del os.environ["XDG_CACHE_HOME"]
        else:
            os.environ["XDG_CACHE_HOME"] = before
    lines = [
        "| ms from plan to first answer | mean of all schemes | Canada's ranking | slowest |",
        "|---|---:|---:|---|",
    ]
    for when, taken in found.items():
        slow = max(taken, key=lambda n: taken[n])
        mean = statistics.mean(taken.values()) * 1000
        lines.append(f"| {when} | {mean:.0f} | {taken[CRS] * 1000:.0f} | {taken[slow] * 1000:.0f} {slow} |")
    return lines


def against_peers(rules: jifen.Jifen, rows: int, python: str) -> list[str]:
    """The same answers by other means, each written as its documentation advises, outputs compared row by row."""
    plan = rules.plan(CRS, DAY)
    assert plan
    kernel = compile_kernel({CRS: plan}, rules.vocabulary)
    columns = people_for(kernel, rows)
    state = {"last": kernel.run(columns, DAY)}
    expected = state["last"][CRS].low

    def run() -> None:
        state["last"] = kernel.run(columns, DAY, into=state["last"])

    values = {n: c.values for n, c in columns.items()}
    program = kernel.program(frozenset())
    works = peers.columnar(program, kernel, values, CRS)
    lines = ["| one thread | M people a second | kernel is × faster | same points |", "|---|---:|---:|---|"]
    ours = statistics.median(side_by_side({"kernel": run}, 9)["kernel"])
    lines.append(f"| kernel | {rows / ours / 1e6:.0f} | 1 | |")
    for title, work in works.items():
        start = time.perf_counter()
        points = work()
        rough = time.perf_counter() - start
        taken = side_by_side({"peer": work, "kernel": run}, 3 if rough < 5 else 1)
        seconds, times = statistics.median(taken["peer"]), ratio(taken, "peer", "kernel")
        same = "yes" if (np.asarray(points) == expected).all() else "NO"
        lines.append(f"| {title} | {rows / seconds / 1e6:.2f} | {times:.0f} | {same} |")
    if python:
        for found in _elsewhere(python, plan, values, expected, rows):
            times = found["seconds"] / ours
            same = "yes" if found["same"] else "NO"
            lines.append(f"| {found['name']} | {rows / found['seconds'] / 1e6:.3g} | {times:.0f} | {same} |")
    return [*lines, "", *peers.NOTES]


def _elsewhere(python: str, plan: Any, values: Mapping[str, Any], expected: Any, rows: int) -> list[dict[str, Any]]:
    """Peers that need an environment of their own."""
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "people.npz", expected=expected, **values)
        (Path(folder) / "plan.json").write_text(json.dumps(peers.criteria(plan)))
        command = [python, str(Path(__file__).parent / "peers_elsewhere.py"), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            return [{"name": f"failed: {done.stderr[-200:]}", "seconds": float("nan"), "same": False}]
        return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def one_person(rules: jifen.Jifen, python: str) -> list[str]:
    """One person, all known, by the generated function."""
    lines = ["| one person, the generated function | µs, all known | µs, 5 % of facts unknown |", "|---|---:|---:|"]
    for scheme in (CRS, "cn/work-permit", "sg/compass", "jp/highly-skilled-professional-b"):
        plan = rules.plan(scheme, DAY)
        assert plan
        function = compile_function(plan)
        cells = []
        for profiles in (peers.people(plan, rules.vocabulary, 0), peers.people(plan, rules.vocabulary, 5)):
            for person in profiles:
                function(person, DAY)
            taken = []
            for person in profiles * 20:
                start = time.perf_counter()
                function(person, DAY)
                taken.append(time.perf_counter() - start)
            cells.append(f"{statistics.median(taken) * 1e6:.1f}")
        lines.append(f"| {scheme} | {' | '.join(cells)} |")
    return lines


def _machine() -> str:
    way = native.machine()
    return f"{platform.machine()} ({native._cpu(way)[0] if way else 'no LLVM'}, {way.name if way else ''}), {platform.system()}"


def write(lines: list[str]) -> None:
    """Put the results into the page, in the place of the last ones."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(HEAD)
    after = rest.find("\n## ")
    tail = rest[after + 1 :] if after >= 0 else ""
    PAGE.write_text(
        before.rstrip() + f"\n\n{HEAD}\n\n" + "\n".join(lines) + "\n" + (f"\n{tail}" if tail else ""), "utf-8"
    )


if __name__ == "__main__":
    main()
