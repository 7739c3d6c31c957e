"""What a kernel gives: one array a question, one entry a row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from jifen.engines.kernel.program import Out

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Result:
    """What one scheme gives, one entry a row.

    `status` is the place in `engines.reference.STATUSES`; `outcome` the place in `outcomes`, -1 unless the status is `qualifies`. `low`
    and `high` are the exact bounds of the points, None if the scheme has none (the same array where nothing can be unknown).

    Asked for as reasons: `criteria` gives (low, high) a criterion; `failing` the place in `gates` of the first requirement (or the pass
    mark) that does not hold, -1 if there is none; `distance` the lower bound less the pass mark; `deciding` the place in `facts` of the
    unknown fact that can change status or outcome and is asked first, -1 if there is none.
    """

    status: Array
    outcome: Array
    low: Array | None = None
    high: Array | None = None
    outcomes: tuple[str, ...] = ()
    criteria: Mapping[str, tuple[Array, Array]] = field(default_factory=dict)
    gates: tuple[str, ...] = ()
    failing: Array | None = None
    distance: Array | None = None
    facts: tuple[str, ...] = ()
    deciding: Array | None = None


@dataclass(frozen=True)
class Results(Mapping[str, Result]):
    """The results of a run by scheme. `counts` says how many rows the reference engine had to decide, where there were any.

    `rooms` are the arrays that a later run may fill again.
    """

    rows: int
    schemes: Mapping[str, Result]
    counts: Mapping[str, int]
    rooms: Mapping[Out, Array] = field(default_factory=dict, repr=False)

    def __getitem__(self, scheme: str) -> Result:
        return self.schemes[scheme]

    def __iter__(self) -> Iterator[str]:
        return iter(self.schemes)

    def __len__(self) -> int:
        return len(self.schemes)
