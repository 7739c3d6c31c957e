"""Tables to files: one part after another, and one file made of parts. A file under its own name is always whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from jifen.population.sources import BLOCK, format_of

FORMATS = ".parquet, .csv, .arrow"
"""What can be written."""


def write_part(path: Path, schema: pa.Schema, blocks: Iterable[pa.RecordBatch], header: bool = False) -> None:
    """Write a file in the format of its name; it appears only when it is whole. Raises OSError."""
    part, form = path.with_name(path.name + ".tmp"), format_of(path)
    try:
        with pa.OSFile(str(part), "wb") as sink, _writer(path, sink, schema, header) as writer:
            for block in blocks:
                if len(block):
                    writer.write_batch(block if form == "parquet" else plain(block, lists=form == "arrow"))
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _writer(path: Path, sink: Any, schema: pa.Schema, header: bool) -> Any:
    form = format_of(path)
    if form == "parquet":
        return pq.ParquetWriter(sink, schema)
    if form == "csv":
        return pyarrow.csv.CSVWriter(
            sink,
            plain_schema(schema),
            write_options=pyarrow.csv.WriteOptions(include_header=header, quoting_style="needed"),
        )
    return pa.ipc.new_file(sink, plain_schema(schema, lists=True))


def join_parts(parts: Sequence[Path], whole: Path, schema: pa.Schema) -> Path:
    """One file of the parts, in their order; where there is one part only, that part. Raises OSError."""
    form = format_of(whole)
    if form == "csv":
        with whole.open("wb") as out:
            head = pa.BufferOutputStream()
            empty = pa.Table.from_pylist([], schema=plain_schema(schema))
            pyarrow.csv.write_csv(empty, head)
            out.write(head.getvalue().to_pybytes())
            for part in parts:
                with part.open("rb") as file:
                    shutil.copyfileobj(file, out, 1 << 20)
            out.flush()
            os.fsync(out.fileno())
        return whole
    if len(parts) == 1:
        return parts[0]
    write_part(whole, schema, _blocks(parts))
    return whole


def _blocks(parts: Sequence[Path]) -> Iterable[pa.RecordBatch]:
    for part in parts:
        if format_of(part) == "parquet":
            with pq.ParquetFile(part, pre_buffer=False) as opened:
                yield from opened.iter_batches(BLOCK, use_threads=False)
        else:
            with pa.memory_map(str(part)) as mapped:
                opened = pa.ipc.open_file(mapped)
                for i in range(opened.num_record_batches):
                    yield opened.get_batch(i)


def _plain_type(kind: pa.DataType, lists: bool) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.list_(_plain_type(kind.value_type, lists)) if lists else pa.string()
    return kind


def plain_schema(schema: pa.Schema, lists: bool = False) -> pa.Schema:
    """The form of a table in a format without dictionaries; `lists` whether it has lists."""
    return pa.schema([f.with_type(_plain_type(f.type, lists)) for f in schema])


def plain(block: pa.RecordBatch, lists: bool = False) -> pa.RecordBatch:
    """A block without dictionaries."""
    schema = plain_schema(block.schema, lists)
    arrays = []
    for array, f in zip(block.columns, schema, strict=True):
        if pa.types.is_string(f.type) and (pa.types.is_list(array.type) or pa.types.is_large_list(array.type)):
            plain = array.cast(pa.list_(pa.string()))
            arrays.append(pc.binary_join(plain, "; "))
        else:
            arrays.append(array if array.type == f.type else array.cast(f.type))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
