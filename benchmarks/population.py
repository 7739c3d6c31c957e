"""Populations: Parquet to Parquet beside pyarrow, memory, synthetic people, reforms; with --clusters also Spark and Dask.

.venv/bin/python benchmarks/population.py [--people N] [--rounds R] [--clusters] [--memory ROWS]

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
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq

import jifen
from jifen.population.declared import population_file, read_declared
from jifen.population.job import Job
from jifen.population.partitions import evaluate_files
from jifen.population.people import read_people
from jifen.population.reforms import with_pass_mark
from jifen.population.scoring import Settings
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
    code = "from pathlib import Path; from jifen.cli import main\ntry: main()\nexcept SystemExit: pass\n"
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


def spark(people: Path, rounds: int, folder: Path) -> None:
    """mapInArrow beside an identity mapInArrow; partition mode beside one worker of our own."""
    from jifen.population import spark as ours

    settings = Settings(("cn/work-permit",), ON, keep=("age",))
    with spark_session() as session:
        frame = session.read.parquet(str(people))  # type: ignore[attr-defined]
        flat = frame.select(*(frame[f"`{c}`"].alias(f"c{i}") for i, c in enumerate(frame.columns)))

        def identity() -> None:
            flat.mapInArrow(lambda blocks: blocks, flat.schema).write.format("noop").mode("overwrite").save()

        def answered() -> None:
            ours.evaluate(frame, settings).write.format("noop").mode("overwrite").save()

        identity(), answered()
        rows = pq.read_metadata(people).num_rows
        pairs = [(seconds(identity), seconds(answered)) for _ in range(rounds)]
        same, own = (statistics.median(p[i] for p in pairs) for i in (0, 1))
        ratio = statistics.median(a / b for a, b in pairs)
        print(
            f"| Spark `mapInArrow`, cn/work-permit, against an identity `mapInArrow` of the same rows | {rows / own / 1e6:.2f} M rows/s | {rows / same / 1e6:.2f} M rows/s | {ratio:.2f} of its rate (target ≥ 0.8) |"
        )
        alone = statistics.median(
            seconds(lambda: score(people, folder / "one", ("cn/work-permit",), 1)) for _ in range(rounds)
        )
        evaluate_files(ours.workers(session), [people], folder / "sp0", settings, force=True)
        spread = statistics.median(
            seconds(
                lambda: evaluate_files(
                    ours.workers(session), [people], folder / "sp", Settings(("cn/work-permit",), ON), force=True
                )
            )
            for _ in range(rounds)
        )
        print(
            f"| Spark, partition mode, 2 workers, against one process with one worker | {rows / spread / 1e6:.2f} M rows/s | {rows / alone / 1e6:.2f} M rows/s | {alone / spread / 2:.2f} of its rate per worker (target ≥ 0.7) |"
        )


def dask(people: Path, rounds: int, folder: Path) -> None:
    from distributed import Client, LocalCluster

    from jifen.population import dask as ours

    rows = pq.read_metadata(people).num_rows
    settings = Settings(("cn/work-permit",), ON)
    rates = {}
    for count in (1, 2):
        with (
            LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None) as cluster,
            Client(cluster) as client,
        ):
            evaluate_files(ours.workers(client), [people], folder / "dk", settings, force=True)
            rates[count] = statistics.median(
                seconds(
                    lambda client=client: evaluate_files(
                        ours.workers(client), [people], folder / "dk", settings, force=True
                    )
                )
                for _ in range(rounds)
            )
    print(
        f"| Dask, partition mode, 2 workers against 1 | {rows / rates[2] / 1e6:.2f} M rows/s | {rows / rates[1] / 1e6:.2f} M rows/s | {rates[1] / rates[2]:.2f} × |"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0, help="also the peak memory over a file of so many rows")
    parser.add_argument("--clusters", action="store_true", help="also Spark and Dask")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="jifen-bench-"))
    rules = jifen.load()
    try:
        print(
            f"{date.today()}, {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
        )
        print(f"{asked.people:,} people, medians of {asked.rounds} rounds, as of {ON}\n")
        print("| work | ours | beside it | ratio |\n|---|---:|---:|---|")
        people, candidates = folder / "people.parquet", folder / "candidates.parquet"
        for name, path in (("beijing-talent", people), ("express-entry", candidates)):
            taken = make(name, asked.people, path)
            facts = pq.read_metadata(path).num_columns
            print(
                f"| `synthesise --from {name}`, {facts} columns to Parquet | {asked.people / taken / 1e6:.2f} M people/s | | |"
            )
        every = len([s for s, vs in rules.shelf.schemes.items() if vs[-1].subject == "person"])
        loads = [
            ("cn/work-permit", people, ("cn/work-permit",)),
            ("ca/express-entry-crs", candidates, ("ca/express-entry-crs",)),
            (f"all {every} schemes", people, None),
        ]
        for name, path, schemes in loads:
            own, theirs, ratio, processor = against_pyarrow(path, schemes, asked.rounds, folder)
            print(
                f"| Parquet → Parquet, {name}, against reading and writing the same files with pyarrow | {own:.1f} s, {asked.people / own / 1e6:.2f} M people/s | {theirs:.1f} s | {ratio:.2f} × its time (target ≤ 1.15); {processor:.2f} × its processor time |"
            )
        crowd = read_people(rules, open_source([people]))
        plan = rules.plan("model/permanent-residence", ON)
        assert plan
        reforms = {str(m): with_pass_mark(plan.scheme, m) for m in range(50, 90)}
        taken = seconds(lambda: simulate(rules, crowd, plan.scheme, reforms, ON, [crowd.groups("education.degree")]))
        print(
            f"| {len(reforms)} reforms held against the same people in memory, by degree | {taken / len(reforms):.2f} s a reform, {asked.people * len(reforms) / taken / 1e6:.0f} M answers/s | | |"
        )
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
