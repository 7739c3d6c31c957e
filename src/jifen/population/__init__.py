"""Populations: tables of people (or organisations) held against the schemes, synthetic people, reforms.

`evaluate` takes any table that speaks Arrow (pyarrow, polars, pandas, DuckDB, …) and gives one back.
"""

from typing import Any

__all__ = ["evaluate"]


def __getattr__(name: str) -> Any:
    if name == "evaluate":
        from jifen.population.scoring import evaluate

        return evaluate
    raise AttributeError(name)
