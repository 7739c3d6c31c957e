"""The order in which the diagrams of a plan ask its variables.

The law's own order is good, except where a fact is asked in several places. For large schemes `orders.json` holds an order that `sifting`
found; it changes how large the diagrams are, and no answer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

ORDERS = Path(__file__).with_name("orders.json")


@cache
def found_orders() -> Mapping[str, tuple[str, ...]]:
    """For each large scheme the names of variables, those that are asked first in front."""
    return {scheme: tuple(names) for scheme, names in json.loads(ORDERS.read_text("utf-8")).items()}


def arranged(names: Sequence[str], order: Sequence[str]) -> list[str]:
    """The names in an order; one that it does not have comes right after the one that stands before it in `names`.

    >>> arranged(["age", "degree", "new", "salary"], ["salary", "degree", "gone", "age"])
    ['salary', 'degree', 'new', 'age']
    """
    found = [name for name in order if name in names]
    for before, name in zip(("", *names), names, strict=False):
        if name not in order:
            found.insert(found.index(before) + 1 if before else 0, name)
    return found


def together(first: Sequence[str], second: Sequence[str]) -> list[str]:
    """The names of both: the first keep their order, what only the second has comes right after the one that stands before it there.

    >>> together(["age", "salary"], ["salary", "new", "age"])
    ['age', 'salary', 'new']
    """
    return arranged([*second, *(name for name in first if name not in second)], first)
