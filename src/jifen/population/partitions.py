"""Partition mode: workers of a cluster read and write files themselves, so that rows never pass through the cluster's own memory.

What the cluster must bring is a `map`: `spark.workers(session)` or `dask.workers(client)`. All machines must see the same files under the same names.
Parts, notes and the folder are those of a run on one machine: a run that was killed goes on, on either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import pyarrow as pa

from jifen.answers.door import Jifen, as_day, load
from jifen.population.job import Job, make_part
from jifen.population.scoring import Scorer, Settings
from jifen.population.sources import Unit, open_source
from jifen.population.tally import Tally
from jifen.problems import Problem, RequestError, Where


@dataclass(frozen=True)
class Task:
    """One unit of work, complete: what to read, what is asked, where to write."""

    unit: Unit
    policies: tuple[str, ...]
    facts_hash: str
    settings: Settings
    schema: pa.Schema
    parts: str
    format: str


Map = Callable[[Callable[[Task], int], Sequence[Task]], Iterable[int]]
"""Runs a function over tasks on workers; gives the results in any order."""


def evaluate_files(
    workers: Map,
    inputs: Sequence[Path | str],
    out: Path | str,
    settings: Settings = Settings(),  # noqa: B008
    policies: Sequence[Path | str] = (),
    force: bool = False,
    restart: bool = False,
) -> Tally:
    """Hold Parquet or Arrow files against schemes on the workers of a cluster; OUT (a folder or file) appears when all is done.

    Raises RequestError as `jifen population` does.
    """
    settings = replace(settings, on=as_day(settings.on))
    rules = load(policies)
    source = open_source(inputs)
    if source.format == "csv":
        form = ".parquet, .arrow; read CSV with `jifen population`"
        raise RequestError([Problem("unknown-format", Where(str(source.files[0])), {"formats": form}, ".csv")])
    job = Job(rules, source, Path(out), settings, force, restart)
    done = job.prepare()
    units = list(source.units(job.scorer.needed))
    tasks = [
        Task(
            u,
            tuple(map(str, policies)),
            rules.shelf.facts_hash,
            settings,
            source.schema,
            str(job.parts.absolute()),
            job.format,
        )
        for u in units
        if u.number not in done
    ]
    for _ in workers(run_task, tasks) if tasks else ():
        pass
    tally = job.tally(len(units))
    job.appear(len(units), tally)
    return tally


def run_task(task: Task) -> int:
    """What a worker does with one task; gives the rows read."""
    rules = rules_of(task.policies, task.facts_hash)
    scorer = scorer_of(rules, task.schema, task.settings)
    return make_part(scorer, task.unit, Path(task.parts), task.format)


@lru_cache(maxsize=2)
def rules_of(policies: tuple[str, ...], facts_hash: str) -> Jifen:
    """The policies as this worker has them. Raises RequestError where they are not those of the driver."""
    rules = load(policies)
    if rules.shelf.facts_hash != facts_hash:
        raise RequestError([Problem("other-policies", blanks={}, found=rules.shelf.facts_hash[:12])])
    return rules


_SCORERS: list[tuple[Jifen, pa.Schema, Settings, Scorer]] = []


def scorer_of(rules: Jifen, schema: pa.Schema, settings: Settings) -> Scorer:
    """The scorer of this process, compiled once."""
    for r, s, t, scorer in _SCORERS:
        if r is rules and s == schema and t == settings:
            return scorer
    made = Scorer(rules, schema, settings)
    _SCORERS[:] = [(rules, schema, settings, made), *_SCORERS[:3]]
    return made
