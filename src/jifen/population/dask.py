"""Populations on Dask (extra `dask`): workers read and write files themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jifen.answers.door import as_day
from jifen.population.partitions import Task, run_files
from jifen.population.scoring import Settings
from jifen.population.tally import Tally


def evaluate_files(
    client: Any,
    inputs: Sequence[Path | str],
    out: Path | str,
    settings: Settings = Settings(),  # noqa: B008
    policies: Sequence[Path | str] = (),
    force: bool = False,
    restart: bool = False,
) -> Tally:
    """Partition mode on a `distributed.Client`: ranges of row groups go to workers that see the same files."""

    def workers(run: Any, tasks: Sequence[Task]) -> Iterable[int]:
        found: list[int] = client.gather(client.map(run, tasks, pure=False))
        return found

    return run_files(workers, inputs, out, replace(settings, on=as_day(settings.on)), policies, force, restart)
