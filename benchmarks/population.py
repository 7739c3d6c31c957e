"""Populations: Parquet to Parquet beside pyarrow, memory, synthetic people, reforms; with --clusters also Spark and Dask.

.venv/bin/python benchmarks/population.py [--people N] [--rounds R] [--clusters] [--memory ROWS] [--unknowns] [--only-these]

Every ratio is of two things done in turn in one process (or, for memory, of a process of its own). Prints a section of
docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import jifen
from jifen.population.declared import population_file, read_declared
from jifen.population.job import Job
from jifen.population.partitions import evaluate_files
from jifen.population.people import read_people
from jifen.population.reforms import with_pass_mark
from jifen.population.scoring import Scorer, Settings
from jifen.population.simulation import simulate
from jifen.population.sources import BLOCK, UNIT, open_source
from jifen.population.synthetic import schema_of, synthesise
from jifen.population.writers import write_part
from jifen.schemes.shelf import policy_folder

ON = date(2026, 11, 23)
ROOT = Path(__file__).parent.parent


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def make(name: str, number: int, path: Path) -> float:
    """Synthetic people in a file; gives the seconds."""
    declared = read_declared(population_file(name, [policy_folder()]), jifen.load().vocabulary)
    return seconds(lambda: write_part(path, schema_of(declared, 1), synthesise(declared, number, 1)))


def score(people: Path, out: Path, schemes: tuple[str, ...] | None, workers: int = 0) -> None:
    shutil.rmtree(out, ignore_errors=True)
    Job(jifen.load(), open_source([people]), out, Settings(schemes, ON), workers=workers).run()


def copy(people: Path, answers: Path, out: Path) -> None:
    """What pyarrow needs to read the same input and to write the same output, from memory to file, with all its threads.

    The output is read first, outside of the clock; the clock runs over reading the input and writing the output in the same parts.
    """
    table = pq.read_table(people)
    assert table.num_rows
    for place, part in enumerate(answers_in_memory(answers)):
        pq.write_table(part, out / f"{place}.parquet")


_MEMORY: dict[Path, list] = {}


def answers_in_memory(answers: Path) -> list:
    if answers not in _MEMORY:
        _MEMORY[answers] = [pq.read_table(p) for p in sorted(answers.glob("*.parquet"))]
    return _MEMORY[answers]


def against_pyarrow(
    people: Path, schemes: tuple[str, ...] | None, rounds: int, folder: Path
) -> tuple[float, float, float, float]:
    """Median seconds of ours and of pyarrow, the median ratio of a round, and the median ratio of processor time."""
    out, copied = folder / "answers", folder / "copied"
    copied.mkdir(exist_ok=True)
    score(people, out, schemes)
    answers_in_memory(out)
    ours, theirs, processor = [], [], []
    for _ in range(rounds):
        start = time.process_time()
        theirs.append(seconds(lambda: copy(people, out, copied)))
        middle = time.process_time()
        ours.append(seconds(lambda: score(people, folder / "again", schemes)))
        processor.append((time.process_time() - middle) / (middle - start))
    _MEMORY.clear()
    ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
    return tuple(map(statistics.median, (ours, theirs, ratios, processor)))  # type: ignore[return-value]


def memory(rows: int, folder: Path) -> int:
    """Peak MiB of `jifen population` over a file of so many rows, in a process of its own."""
    big = folder / "big.parquet"
    block = pq.read_table(folder / "people.parquet").slice(0, UNIT)
    with pq.ParquetWriter(big, block.schema) as writer:
        for _ in range(-(-rows // len(block))):
            writer.write_table(block)
    shutil.rmtree(folder / "big-out", ignore_errors=True)
    code = (
        "from pathlib import Path; from jifen.cli import main\ntry: main()\nexcept SystemExit as e: assert not e.code\n"
    )
    code += "lines = Path('/proc/self/status').read_text().splitlines()\n"
    code += "print(next(int(line.split()[1]) // 1024 for line in lines if line.startswith('VmHWM')))"
    arguments = [
        "population",
        str(big),
        str(folder / "big-out"),
        "-s",
        "cn/work-permit",
        "--keep",
        "age",
        "--on",
        str(ON),
    ]
    ran = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return int(ran.stdout.split()[-1])


@contextmanager
def spark_session() -> Iterator[object]:
    sys.path.insert(0, str(ROOT / "tests"))
    from pyspark.sql import SparkSession

    from system_parts import spark_cluster

    with spark_cluster(2) as master:
        builder = SparkSession.builder.master(master).config("spark.ui.enabled", "false")
        builder = builder.config("spark.sql.execution.arrow.maxRecordsPerBatch", str(BLOCK))
        session = builder.config("spark.executor.memory", "900m").getOrCreate()
        try:
            yield session
        finally:
            session.stop()


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds, and seconds of processor time of this process and of all that it started and that still run."""
    before, start = _processor(), time.perf_counter()
    work()
    return time.perf_counter() - start, _processor() - before


def _processor() -> float:
    import psutil

    total = time.process_time()
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


def unknowns(name: str, scheme: str, number: int, rounds: int, folder: Path) -> None:
    """Tables of Arrow in memory with a twentieth of every column null beside the same with nothing null: the whole way from table to
    answers, and the kernel alone on columns that are coded already."""
    path = folder / f"{name}-unknowns.parquet"
    make(name, number, path)
    table = pq.read_table(path)
    draw, filled, sparse = np.random.default_rng(1), {}, {}
    for column in table.column_names:
        values = table[column].combine_chunks()
        told = values.is_valid().to_numpy(zero_copy_only=False)
        if told.any():
            rows = np.where(told, np.arange(number), np.flatnonzero(told)[0])
            filled[column] = values.take(pa.array(rows))
            sparse[column] = values.take(pa.array(rows, mask=draw.random(number) < 0.05))
    works: dict[str, Callable[[], object]] = {}
    for words, columns in (("known", filled), ("null", sparse)):
        blocks = pa.table(columns).to_batches(BLOCK)
        scorer = Scorer(jifen.load(), blocks[0].schema, Settings((scheme,), ON, keep=()))
        coded = [scorer._coded(b, 0, "")[0] for b in blocks]
        works[words] = partial(_all, scorer.score, blocks)
        works[f"{words}, kernel"] = partial(_all, lambda c, k=scorer.kernel: k.run(c, ON), coded)
    took = medians(works, rounds)
    for part, words in (("", "from a table of Arrow to answers"), (", kernel", "the kernel alone, columns as coded")):
        own, other = took[f"null{part}"], took[f"known{part}"]
        rates = " | ".join(f"{number / t / 1e6:.1f} M rows/s" for t, _ in (own, other))
        print(
            f"| {scheme}, 5 % of every column null against none, {words} | {rates} | {own[1] / other[1]:.2f} × its processor time (target ≤ 2) |",
            flush=True,
        )

    reasons(scheme, sparse, rounds)


def reasons(scheme: str, table: dict[str, Any], rounds: int) -> None:
    """What reasons cost, beside the answers alone, where a twentieth of every column is null; nothing is known from the round before."""
    blocks = pa.table(table).to_batches(BLOCK)
    number = sum(map(len, blocks))

    def answers(*wanted: str) -> None:
        _all(Scorer(jifen.load(), blocks[0].schema, Settings((scheme,), ON, reasons=wanted, keep=())).score, blocks)

    kinds = {"criteria": ("criteria",), "failing, distance": ("failing", "distance"), "deciding": ("deciding",)}
    works: dict[str, Callable[[], object]] = {"alone": answers} | {n: partial(answers, *k) for n, k in kinds.items()}
    took = medians(works, rounds)
    for name in kinds:
        rates = " | ".join(f"{number / took[n][0] / 1e6:.2f} M rows/s" for n in (name, "alone"))
        print(
            f"| {scheme}, 5 % of every column null, with reasons: {name}, against none | {rates} | {took[name][1] / took['alone'][1]:.2f} × its processor time |",
            flush=True,
        )


def _all(work: Callable[[Any], object], blocks: list[Any]) -> None:
    for block in blocks:
        work(block)


def medians(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, float]]:
    """Each done once to warm up, then in turn; the median seconds and processor seconds of each."""
    for work in works.values():
        work()
    found = [{name: spent(work) for name, work in works.items()} for _ in range(rounds)]
    return {n: tuple(statistics.median(f[n][i] for f in found) for i in (0, 1)) for n in works}  # type: ignore[misc]


def beside(
    words: str, rows: int, own: tuple[float, float], other: tuple[float, float], share: float, target: str
) -> None:
    """A line of the table; `share` is how many times the work or the workers differ."""
    rates = " | ".join(f"{rows / seconds / 1e6:.2f} M rows/s" for seconds, _ in (own, other))
    ratios = f"{other[0] / own[0] / share:.2f} {target}; by processor time {other[1] / own[1]:.2f}"
    print(f"| {words} | {rates} | {ratios} |", flush=True)


ALONE = ("cn/work-permit",)


def spark(people: Path, rounds: int, folder: Path) -> None:
    """mapInArrow beside an identity mapInArrow; partition mode beside one worker of our own."""
    from jifen.population import spark as ours

    settings, rows = Settings(ALONE, ON, keep=("age",)), pq.read_metadata(people).num_rows
    needed = Scorer(jifen.load(), pq.read_schema(people), settings).needed
    with spark_session() as session:
        frame = session.read.parquet(str(people))  # type: ignore[attr-defined]
        same = frame.select(*(frame[f"`{c}`"].alias(f"c{i}") for i, c in enumerate(needed)))

        def save(frame: Any) -> None:
            frame.write.format("noop").mode("overwrite").save()

        works: dict[str, Callable[[], object]] = {
            "identity": lambda: save(same.mapInArrow(lambda blocks: blocks, same.schema)),
            "answers": lambda: save(ours.evaluate(frame, settings)),
            "alone": lambda: score(people, folder / "one", ALONE, 1),
            "files": lambda: evaluate_files(
                ours.workers(session), [people], folder / "sp", Settings(ALONE, ON), force=True
            ),
        }
        took = medians(works, rounds)
    words = f"Spark `mapInArrow`, cn/work-permit, against an identity `mapInArrow` of the same {len(needed)} columns"
    beside(words, rows, took["answers"], took["identity"], 1, "of its rate (target ≥ 0.8)")
    words = "Spark, partition mode, 2 workers, against one process with one worker"
    beside(words, rows, took["files"], took["alone"], 2, "of its rate per worker (target ≥ 0.7)")


def dask(people: Path, rounds: int, folder: Path) -> None:
    from distributed import Client, LocalCluster

    from jifen.population import dask as ours

    rows, took = pq.read_metadata(people).num_rows, {}
    for count in (1, 2):
        with (
            LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):

            def run(client: Any = client) -> None:
                evaluate_files(ours.workers(client), [people], folder / "dk", Settings(ALONE, ON), force=True)

            took[count] = medians({"files": run}, rounds)["files"]
    alone = medians({"alone": lambda: score(people, folder / "one", ALONE, 1)}, rounds)["alone"]
    words = "Dask, partition mode, 2 workers, against one process with one worker"
    beside(words, rows, took[2], alone, 2, "of its rate per worker (target ≥ 0.7)")
    beside("Dask, partition mode, 2 workers against 1", rows, took[2], took[1], 2, "of its rate per worker (1: linear)")


def files(rules: jifen.Jifen, people: Path, number: int, rounds: int, folder: Path) -> None:
    """Synthetic people, Parquet to Parquet, reforms."""
    candidates = folder / "candidates.parquet"
    for name, path in (("beijing-talent", people), ("express-entry", candidates)):
        taken = make(name, number, path)
        facts = pq.read_metadata(path).num_columns
        print(f"| `synthesise --from {name}`, {facts} columns to Parquet | {number / taken / 1e6:.2f} M people/s | | |")
    every = len([s for s, vs in rules.shelf.schemes.items() if vs[-1].subject == "person"])
    loads = [
        ("cn/work-permit", people, ("cn/work-permit",)),
        ("ca/express-entry-crs", candidates, ("ca/express-entry-crs",)),
        (f"all {every} schemes", people, None),
    ]
    for name, path, schemes in loads:
        own, theirs, ratio, processor = against_pyarrow(path, schemes, rounds, folder)
        print(
            f"| Parquet → Parquet, {name}, against reading and writing the same files with pyarrow | {own:.1f} s, {number / own / 1e6:.2f} M people/s | {theirs:.1f} s | {ratio:.2f} × its time (target ≤ 1.15); {processor:.2f} × its processor time |"
        )
    crowd = read_people(rules, open_source([people]))
    plan = rules.plan("model/permanent-residence", ON)
    assert plan
    reforms = {str(m): with_pass_mark(plan.scheme, m) for m in range(50, 90)}
    taken = seconds(lambda: simulate(rules, crowd, plan.scheme, reforms, ON, [crowd.groups("education.degree")]))
    print(
        f"| {len(reforms)} reforms held against the same people in memory, by degree | {taken / len(reforms):.2f} s a reform, {number * len(reforms) / taken / 1e6:.0f} M answers/s | | |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0, help="also the peak memory over a file of so many rows")
    parser.add_argument("--clusters", action="store_true", help="also Spark and Dask")
    parser.add_argument(
        "--unknowns", action="store_true", help="also nulls against none, in memory; 1 M people are enough"
    )
    parser.add_argument(
        "--only-these",
        action="store_true",
        help="only unknowns, memory and clusters, as asked; 1 M to 4 M people are enough",
    )
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="jifen-bench-"))
    rules = jifen.load()
    try:
        print(
            f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
        )
        print(f"{asked.people:,} people, medians of {asked.rounds} rounds, as of {ON}\n")
        print("| work | ours | beside it | ratio |\n|---|---:|---:|---|")
        people = folder / "people.parquet"
        if asked.only_these and not (asked.memory or asked.clusters):
            pass
        elif asked.only_these:
            make("beijing-talent", asked.people, people)
        else:
            files(rules, people, asked.people, asked.rounds, folder)
        if asked.unknowns:
            unknowns("beijing-talent", "cn/work-permit", asked.people, asked.rounds, folder)
            unknowns("express-entry", "ca/express-entry-crs", asked.people, asked.rounds, folder)
        if asked.memory:
            print(
                f"| peak memory of `jifen population`, {asked.memory:,} rows | {memory(asked.memory, folder)} MiB | | target ≤ 500 MB |"
            )
        if asked.clusters:
            spark(people, asked.rounds, folder)
            dask(people, asked.rounds, folder)
        print(f"\npeak of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
