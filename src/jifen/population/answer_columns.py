"""The answers of one scheme as columns of a table, and their tally.

    cn_work_permit_status            qualifies, does not qualify, …
    cn_work_permit_outcome           A, B, …; null unless it qualifies
    cn_work_permit_low, _high        exact bounds of the points, where the scheme has points
    …_amount_ID_low, _high           exact bounds of each amount of money that the scheme grants

With reasons: `criteria` gives `…_points_ID_low` and `_high` a criterion, `failing` the first requirement that does not hold,
`distance` the lower bound less the pass mark, `deciding` the unknown fact that is asked first. Rows that are wrong are null.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from jifen.engines.kernel import Result
from jifen.engines.reference import STATUSES
from jifen.facts.vocabulary import currency_places
from jifen.plan.form import Plan
from jifen.population.amounts import Bounds, tally_of
from jifen.population.coding import Array
from jifen.population.tally import SchemeTally, Tally

_NOT_IN_FORCE = STATUSES.index("not in force")
_TEXT = pa.dictionary(pa.int16(), pa.string())


def column_name(scheme: str, part: str) -> str:
    """`cn/work-permit`, `status` → `cn_work_permit_status`."""
    return f"{scheme}_{part}".replace("/", "_").replace("-", "_")


class AnswerColumns:
    """Makes the columns of one scheme; `plan` None: it is not in force on the day."""

    def __init__(self, name: str, plan: Plan | None, reasons: tuple[str, ...]) -> None:
        self.name, self.plan = name, plan
        self.points = plan is not None and plan.total is not None
        self.criteria = tuple(p for p in plan.parts if p) if plan and "criteria" in reasons else ()
        self.reasons = reasons if plan else ()
        self.marked = plan is not None and plan.scheme.pass_mark is not None
        columns = [("status", pa.dictionary(pa.int8(), pa.string())), ("outcome", _TEXT)]
        if self.points:
            columns += [("low", pa.int32()), ("high", pa.int32())]
        self.granted = plan.amounts if plan is not None else ()
        for each in self.granted:
            money = pa.decimal128(24, currency_places(each.currency))
            columns += [(f"amount_{each.amount.id}_{end}", money) for end in ("low", "high")]
        for criterion in self.criteria:
            columns += [(f"points_{criterion}_low", pa.int32()), (f"points_{criterion}_high", pa.int32())]
        if "failing" in self.reasons:
            columns.append(("failing", _TEXT))
        if "distance" in self.reasons and self.marked:
            columns.append(("distance", pa.int32()))
        if "deciding" in self.reasons:
            columns.append(("deciding", _TEXT))
        self.fields = [pa.field(column_name(name, part), kind) for part, kind in columns]
        self.outcomes = pa.array(plan.outcomes if plan else (), pa.string())

    def write(
        self,
        result: Result | None,
        amounts: Mapping[tuple[str, str], Bounds],
        length: int,
        right: Array | None,
        chosen: Array | None,
        tally: Tally,
    ) -> list[pa.Array]:
        """The columns of a block. `right` marks rows without a mistake, `chosen` rows that are written; None: all.

        Rows that are both are counted in `tally`.
        """
        counted = right if chosen is None else (chosen if right is None else chosen & right)
        own = tally.schemes[self.name] = SchemeTally()
        if not length:
            return [pa.nulls(0, f.type) for f in self.fields]
        wrong = None if right is None else ~right
        if result is None:
            status = np.full(length, _NOT_IN_FORCE, np.uint8)
            _count(own.status, status if counted is None else status[counted], STATUSES)
            none = pa.nulls(length, _TEXT)
            return [_coded(status, pa.array(STATUSES), wrong, pa.int8()), none]
        _count(own.status, result.status if counted is None else result.status[counted], STATUSES)
        outcome = result.outcome if counted is None else result.outcome[counted]
        _count(own.outcome, outcome + 1, (None, *self.outcomes.to_pylist()))
        arrays = [
            _coded(result.status, pa.array(STATUSES), wrong, pa.int8()),
            _coded(result.outcome, self.outcomes, wrong, pa.int16()),
        ]
        if self.points:
            assert result.low is not None and result.high is not None
            arrays += [_numbers(result.low, wrong), _numbers(result.high, wrong)]
            _count_points(own, result.low, result.high, counted)
        for each in self.granted:
            bounds, places = amounts[self.name, each.amount.id], currency_places(each.currency)
            arrays += [_money(bounds.low, places, wrong), _money(bounds.high, places, wrong)]
            own.amounts[each.amount.id] = tally_of(each, bounds, counted)
        for criterion in self.criteria:
            low, high = result.criteria[criterion]
            arrays += [_numbers(low, wrong), _numbers(high, wrong)]
        if "failing" in self.reasons:
            arrays.append(_coded(result.failing, pa.array(result.gates, pa.string()), wrong, pa.int16()))
        if "distance" in self.reasons and self.marked:
            arrays.append(_numbers(result.distance, wrong))
        if "deciding" in self.reasons:
            arrays.append(_coded(result.deciding, pa.array(result.facts, pa.string()), wrong, pa.int16()))
        return arrays


def _coded(places: Array | None, names: pa.Array, wrong: Array | None, kind: pa.DataType) -> pa.Array:
    """Places in a list as a dictionary; below 0 is null."""
    assert places is not None
    none = None if places.dtype == np.uint8 else places < 0
    if none is not None and not none.any():
        none = None
    if wrong is not None:
        none = wrong if none is None else none | wrong
    indices = pa.array(places.astype(kind.to_pandas_dtype(), copy=False), mask=none)
    return pa.DictionaryArray.from_arrays(indices, names, safe=False)


def _numbers(values: Array | None, wrong: Array | None) -> pa.Array:
    assert values is not None
    return pa.array(values.astype(np.int32, copy=False), mask=wrong)


def _money(values: Array, places: int, wrong: Array | None) -> pa.Array:
    """Whole numbers of the smallest unit as decimals of the currency."""
    wide = np.stack([values, values >> 63], axis=1)
    told = None if wrong is None else pa.array(~wrong).buffers()[1]
    return pa.Array.from_buffers(
        pa.decimal128(24, places), len(values), [told, pa.py_buffer(np.ascontiguousarray(wide))]
    )


def _count(into: Counter[str], places: Array, names: Sequence[str | None]) -> None:
    for place, people in enumerate(np.bincount(places, minlength=len(names)).tolist()):
        name = names[place] if place < len(names) else None
        if people and name is not None:
            into[name] += people


def _count_points(own: SchemeTally, low: Array, high: Array, counted: Array | None) -> None:
    if counted is not None:
        low, high = low[counted], high[counted]
    if low is not high:
        same = low == high
        own.open_points = len(low) - int(np.count_nonzero(same))
        low = low[same] if own.open_points else low
    if not len(low):
        return
    least = int(low.min())
    for value, people in enumerate(np.bincount(low - least).tolist()):
        if people:
            own.points[least + value] = people
