"""Populations on Dask (extra `dask`): workers read and write files themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jifen.population.partitions import Map, Task


def workers(client: Any) -> Map:
    """The workers of a `distributed.Client`, for `partitions.evaluate_files`."""

    def run(function: Callable[[Task], int], tasks: Sequence[Task]) -> Iterable[int]:
        found: list[int] = client.gather(client.map(function, tasks, pure=False))
        return found

    return run
