"""Synthetic people from a declared population: as many as wanted, the same for the same seed, in blocks.

Facts go together through a Gaussian copula: each fact has a normal score, the scores have the declared correlations, and each score
is read off the declared spread, which is therefore kept. People are made in runs of `RUN`, each from its own counter of the Philox
generator, so that neither the size of blocks nor the number of threads changes anybody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from statistics import NormalDist

import numpy as np
import pyarrow as pa

from jifen.population.coding import Array
from jifen.population.declared import Declared, Spread

RUN = 1 << 16
"""People that are made together."""
_END = 4.0
"""The normal scores at which the quantiles 0 and 100 are reached."""
_EPOCH = date(1970, 1, 1).toordinal()


def schema_of(declared: Declared, seed: int) -> pa.Schema:
    """The columns, one a fact, named by it; the metadata say that nobody in the table is real."""
    fields = [pa.field(s.fact.id, _type(s)) for s in declared.spreads]
    words = f"synthetic people, made from the declared population {declared.name} with seed {seed}; nobody is real"
    return pa.schema(fields, metadata={"jifen": words})


def synthesise(declared: Declared, number: int, seed: int, threads: int = 0) -> Iterator[pa.RecordBatch]:
    """`number` people in blocks of `RUN`. The first n people of a larger population are the same."""
    runs = -(-number // RUN)
    maker = _Maker(declared, seed)
    workers = threads or min(os.cpu_count() or 1, 8)
    with ThreadPoolExecutor(workers, thread_name_prefix="jifen") as pool:
        waiting: list[Future[pa.RecordBatch]] = []
        for run in range(runs):
            waiting.append(pool.submit(maker.run, run))
            if len(waiting) > workers:
                yield waiting.pop(0).result()
        for place, future in enumerate(waiting):
            block = future.result()
            last = place == len(waiting) - 1
            yield block.slice(0, number - (runs - 1) * RUN) if last else block


class _Maker:
    def __init__(self, declared: Declared, seed: int) -> None:
        self.declared, self.seed = declared, seed
        self.schema = schema_of(declared, seed)
        self.cuts = [_cuts(s) for s in declared.spreads]

    def run(self, run: int) -> pa.RecordBatch:
        """The people of one run."""
        random = np.random.Generator(np.random.Philox(key=np.array([self.seed, run], np.uint64)))
        spreads = self.declared.spreads
        scores: list[Array | None] = []
        made: dict[str, tuple[Array | dict[str, Array], Array | None]] = {}
        later = {k for row in self.declared.weights for k in list(row)[:-1]}
        for place, (spread, weights, cuts) in enumerate(zip(spreads, self.declared.weights, self.cuts, strict=True)):
            if spread.each:
                scores.append(None)
                made[spread.fact.id] = self._each(spread, random)
                continue
            own = random.standard_normal(RUN)
            scores.append(own if place in later else None)
            score = own
            if len(weights) > 1:
                score = own * weights[place]
                for other, weight in weights.items():
                    if other != place:
                        base = scores[other]
                        assert base is not None
                        score = score + base * weight
            values, known = _read(spread, cuts, score), None
            if spread.unknown:
                known = random.random(RUN) >= float(spread.unknown)
            made[spread.fact.id] = self._fitted(spread, values, known, made)
        arrays = [_array(s, *made[s.fact.id]) for s in spreads]
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _each(self, spread: Spread, random: np.random.Generator) -> tuple[dict[str, Array], Array | None]:
        held = {code: random.random(RUN) < float(share) for code, share in spread.each}
        return held, random.random(RUN) >= float(spread.unknown) if spread.unknown else None

    def _fitted(
        self,
        spread: Spread,
        values: Array,
        known: Array | None,
        made: dict[str, tuple[Array | dict[str, Array], Array | None]],
    ) -> tuple[Array, Array | None]:
        """Where `when` is no, and not above the other fact."""
        if spread.most_of:
            most, _ = made[spread.most_of]
            assert isinstance(most, np.ndarray)
            values = np.maximum(np.minimum(values, most - spread.less), spread.fact.low)
        if spread.when:
            asked, _ = made[spread.when]
            assert isinstance(asked, np.ndarray)
            yes = asked == 1
            if spread.otherwise is None:
                known = yes if known is None else known & yes
            else:
                values = np.where(yes, values, spread.otherwise)
                known = None if known is None else known | ~yes
        return values, known


def _cuts(spread: Spread) -> tuple[Array, Array]:
    """The scores at which the value changes (shares), or of the quantiles; and the values."""
    normal = NormalDist()
    if spread.shares:
        total, scores = 0.0, []
        for _, share in spread.shares[:-1]:
            total += float(share)
            scores.append(-np.inf if total <= 0 else np.inf if total >= 1 else normal.inv_cdf(total))
        return np.array(scores), np.array([v for v, _ in spread.shares], np.int64)
    inner = [-_END if q == 0 else _END if q == 1 else normal.inv_cdf(float(q)) for q, _ in spread.quantiles]
    return np.array(inner), np.array([v for _, v in spread.quantiles], np.float64)


def _read(spread: Spread, cuts: tuple[Array, Array], score: Array) -> Array:
    at, values = cuts
    if spread.shares:
        if len(at) == 1:
            return np.asarray(values[(score >= at[0]).view(np.uint8)])
        return np.asarray(values[np.searchsorted(at, score, "right")])
    exact = np.interp(score, at, values)
    return np.asarray(np.floor(exact / spread.step + 0.5).astype(np.int64) * spread.step)


def _type(spread: Spread) -> pa.DataType:
    fact = spread.fact
    if fact.kind == "several of":
        return pa.list_(pa.string())
    if fact.kind == "one of":
        return pa.dictionary(pa.int16(), pa.string())
    if fact.kind == "yes/no":
        return pa.bool_()
    if fact.kind == "date":
        return pa.date32()
    if fact.kind == "decimal":
        return pa.decimal128(18, fact.places)
    return pa.int64() if fact.kind == "money" or fact.high >= 1 << 31 else pa.int32()


def _array(spread: Spread, values: Array | dict[str, Array], known: Array | None) -> pa.Array:
    fact, kind = spread.fact, _type(spread)
    none = None if known is None else ~known
    if isinstance(values, dict):
        return _lists(values, none)
    if fact.kind == "one of":
        assert fact.codes
        places = pa.array(values.astype(np.int16), mask=none)
        return pa.DictionaryArray.from_arrays(places, pa.array(list(fact.codes.values), pa.string()), safe=False)
    if fact.kind == "yes/no":
        return pa.array(values.astype(np.bool_), mask=none)
    if fact.kind == "date":
        return pa.array((values - _EPOCH).astype(np.int32), mask=none).cast(pa.date32())
    if fact.kind == "decimal":
        wide = np.stack([values, values >> 63], axis=1).astype(np.int64)
        valid = None if none is None else pa.array(~none).buffers()[1]
        return pa.Array.from_buffers(kind, len(values), [valid, pa.py_buffer(np.ascontiguousarray(wide))])
    if fact.kind == "money":
        return pa.array(values // 10**fact.places, mask=none)
    return pa.array(values.astype(kind.to_pandas_dtype()), mask=none)


def _lists(held: dict[str, Array], none: Array | None) -> pa.Array:
    """Lists of the codes that are held, in the order of the declaration."""
    codes = pa.array(list(held), pa.string())
    matrix = np.stack(list(held.values()), axis=1)
    if none is not None:
        matrix &= ~none[:, None]
    _, which = np.nonzero(matrix)
    ends = np.concatenate(([0], np.cumsum(matrix.sum(axis=1)))).astype(np.int32)
    items = codes.take(pa.array(which.astype(np.int32)))
    return pa.ListArray.from_arrays(pa.array(ends), items, mask=None if none is None else pa.array(none))
