"""Populations on Apache Spark (extra `spark`): a DataFrame in, a DataFrame out; or workers that read and write files themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from jifen.answers.door import as_day, load
from jifen.population.partitions import Map, Task, rules_of, scorer_of
from jifen.population.scoring import Scorer, Settings
from jifen.population.writers import plain, plain_schema


def evaluate(frame: Any, settings: Settings = Settings(), policies: Sequence[Path | str] = ()) -> Any:  # noqa: B008
    """Hold every row of a Spark DataFrame against schemes; gives a DataFrame with the columns of `jifen.population.evaluate`.

    The kernel runs in Spark's Python workers on Arrow blocks (`mapInArrow`). Rows are numbered within each partition where a bad value
    is told. Larger blocks are faster: set `spark.sql.execution.arrow.maxRecordsPerBatch` to 100000 or so.
    """
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    rules = load(policies)
    settings = replace(settings, on=as_day(settings.on))
    schema = to_arrow_schema(frame.schema)
    scorer = Scorer(rules, schema, settings)
    # Spark's mapInArrow cannot name a column with a dot, and facts have dots.
    needed = [frame[f"`{n}`"].alias(f"c{i}") for i, n in enumerate(scorer.needed)]
    narrowed = pa.schema([schema.field(n) for n in scorer.needed])
    paths, facts_hash = tuple(map(str, policies)), rules.shelf.facts_hash
    if settings.keep is None:
        settings = replace(settings, keep=tuple(scorer.kept))

    def run(blocks: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        own = scorer_of(rules_of(paths, facts_hash), narrowed, settings)
        first = 0
        for block in blocks:
            named = pa.RecordBatch.from_arrays(block.columns, names=narrowed.names)
            yield plain(own.score(named, first).block, lists=True)
            first += len(block)

    return frame.select(*needed).mapInArrow(run, from_arrow_schema(plain_schema(scorer.schema, lists=True)))


def workers(session: Any) -> Map:
    """The workers of a Spark session, for `partitions.evaluate_files`: no row crosses the JVM."""

    def run(function: Callable[[Task], int], tasks: Sequence[Task]) -> Iterable[int]:
        found: list[int] = session.sparkContext.parallelize(tasks, len(tasks)).map(function).collect()
        return found

    return run
