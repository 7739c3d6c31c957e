"""Where tables come from: Parquet, CSV and Arrow files, globs and folders, read in blocks and cut into units of work.

A unit can be read on its own (a range of row groups, of batches, or of blocks of CSV), so that units run side by side and a
run that was killed goes on with the units that are left. Units and their numbers depend on the files alone.
"""

from __future__ import annotations

import csv
import glob
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from jifen.problems import Problem, RequestError, Where, nearest

BLOCK = 3 << 14
"""Rows of a block."""
UNIT = 1 << 20
"""Least rows of a unit, where row groups allow it."""
LINE = 16 << 20
"""Longest line of a CSV file, and the size of its blocks, in bytes."""
_BYTES_A_CODE = 3
_STREAM = 1 << 18
"""Bytes of a column of Parquet that are read at once."""
_CSV_UNIT = 4
"""Blocks of CSV in a unit."""
_FORMATS = {
    ".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "csv", ".csv.gz": "csv", ".tsv.gz": "csv",
    ".arrow": "arrow", ".feather": "arrow", ".ipc": "arrow", ".arrows": "arrow",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unit:
    """Some rows of a file, `first` counting from 0. `read` gives them in blocks; `rows` is 0 where nobody knows before.

    Units of Parquet and Arrow can be sent to another machine that sees the same files.
    """

    number: int
    file: Path
    first: int
    rows: int
    read: Callable[[], Iterator[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A line of CSV that has not as many fields as the header, by its number among the rows, from 1."""

    file: Path
    row: int
    expected: int
    found: int
    text: str


@dataclass
class Source:
    """Files of one form. `rows` is their number if the files say it, `size` the bytes of all.

    `skipped` is called for each line of CSV with too few or too many fields; without it such a line is an error. `texts` are the paths
    in Parquet that are read as dictionaries.
    """

    files: tuple[Path, ...]
    schema: pa.Schema
    rows: int | None
    size: int
    skipped: Callable[[Skipped], None] | None = None
    texts: tuple[str, ...] = ()
    _place: int = field(default=0, repr=False)

    @property
    def format(self) -> str:
        return format_of(self.files[0])

    @property
    def place(self) -> int:
        """How many bytes of CSV have been read, for a progress bar."""
        return self._place

    def sample(self, rows: int = 10_000) -> pa.RecordBatch:
        """The first rows, for a look at the values."""
        for unit in self.units():
            for block in unit.read():
                return block.slice(0, rows)
        return pa.RecordBatch.from_pylist([], schema=self.schema)

    def units(self, columns: Sequence[str] | None = None) -> Iterator[Unit]:
        """All units in order, each to give only `columns`. Raises RequestError where a file is broken."""
        number = 0
        for file in self.files:
            form = format_of(file)
            if form == "parquet":
                made = _parquet_units(file, number, columns, self.texts)
            else:
                made = self._csv_units(file, number, columns) if form == "csv" else _arrow_units(file, number, columns)
            for unit in made:
                number = unit.number + 1
                yield unit

    def _csv_units(self, file: Path, number: int, columns: Sequence[str] | None) -> Iterator[Unit]:
        first, held, rows = 0, [], 0
        for block in self._csv_blocks(file, columns):
            held.append(block)
            rows += len(block)
            if len(held) == _CSV_UNIT:
                yield Unit(number, file, first, rows, _given(held))
                number, first, held, rows = number + 1, first + rows, [], 0
        if held or first == 0:
            yield Unit(number, file, first, rows, _given(held))

    def _csv_blocks(self, file: Path, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
        names, delimiter = _csv_header(file)
        seen, wrong = [0], []

        def invalid(row: Any) -> str:
            skipped = Skipped(file, row.number or 0, row.expected_columns, row.actual_columns, row.text or "")
            if self.skipped is None:
                wrong.append(skipped)
                return "error"
            self.skipped(skipped)
            return "skip"

        before = self._place
        try:
            with pa.OSFile(str(file)) as raw:
                stream = pa.CompressedInputStream(raw, "gzip") if file.suffix == ".gz" else raw
                reader = pyarrow.csv.open_csv(
                    stream,
                    pyarrow.csv.ReadOptions(block_size=LINE, use_threads=False),
                    pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True, invalid_row_handler=invalid),
                    pyarrow.csv.ConvertOptions(
                        column_types={n: pa.string() for n in names},
                        null_values=[""],
                        strings_can_be_null=True,
                        include_columns=list(columns) if columns is not None else None,
                    ),
                )
                for block in reader:
                    if not raw.closed:
                        self._place = before + raw.tell()
                    seen[0] += len(block)
                    if len(block):
                        yield block
        except (pa.ArrowInvalid, OSError) as e:
            raise RequestError([_csv_problem(e, file, seen[0], wrong)]) from None
        self._place = before + file.stat().st_size


def _given(blocks: list[pa.RecordBatch]) -> Callable[[], Iterator[pa.RecordBatch]]:
    return partial(iter, blocks)


def format_of(path: Path) -> str:
    """`parquet`, `csv` or `arrow`, by the end of the name; empty if it says nothing."""
    name = path.name.lower()
    return next((f for end, f in _FORMATS.items() if name.endswith(end)), "")


def find_files(inputs: Sequence[Path | str]) -> tuple[Path, ...]:
    """The files that paths, globs and folders stand for, in order. Names that begin with `_` or `.` are passed over.

    Raises RequestError where one stands for nothing, or for a file of no known format.
    """
    found: dict[Path, None] = {}
    problems = []
    for each in inputs:
        path = Path(each)
        if path.is_dir():
            inner = sorted(p for p in path.rglob("*") if p.is_file() and format_of(p))
            matched = [p for p in inner if not any(q.startswith(("_", ".")) for q in p.relative_to(path).parts)]
        elif path.exists():
            matched = [path]
        else:
            matched = sorted(Path(p) for p in glob.glob(str(each), recursive=True) if Path(p).is_file())  # noqa: PTH207
        if not matched:
            beside = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
            problems.append(Problem("no-input", Where(str(each)), {}, "", nearest(path.name, beside)))
        for p in matched:
            if format_of(p):
                found[p] = None
            else:
                problems.append(Problem("unknown-format", Where(str(p)), {"formats": ", ".join(_FORMATS)}, p.suffix))
    if problems:
        raise RequestError(problems)
    return tuple(found)


def open_source(inputs: Sequence[Path | str]) -> Source:
    """Look at every file: that it can be read, and that all have the same columns. Raises RequestError."""
    files = find_files(inputs)
    problems: list[Problem] = []
    first: pa.Schema | None = None
    rows: int | None = 0
    for file in files:
        try:
            schema, count = _look(file)
        except RequestError as e:
            problems += e.problems
            continue
        rows = None if rows is None or count is None else rows + count
        if first is None:
            first = schema
        elif schema != first:
            problems.append(_differs(file, first, schema))
    if problems or first is None:
        raise RequestError(problems)
    texts: tuple[str, ...] = ()
    if format_of(files[0]) == "parquet":
        texts = _repeated_texts(files[0])
        with _parquet(files[0], texts) as opened:
            first = opened.schema_arrow.remove_metadata()
    return Source(files, first, rows, sum(f.stat().st_size for f in files), None, texts)


def _differs(file: Path, first: pa.Schema, schema: pa.Schema) -> Problem:
    missing = [n for n in first.names if n not in schema.names]
    more = [n for n in schema.names if n not in first.names]
    other = [n for n in first.names if n in schema.names and schema.field(n).type != first.field(n).type]
    found = [f"without {n}" for n in missing] + [f"with {n}" for n in more]
    found += [f"{n} is {schema.field(n).type}, not {first.field(n).type}" for n in other]
    return Problem("columns-differ", Where(str(file)), {}, "; ".join(found) or "another order")


def broken(file: Path, error: Exception) -> Problem:
    """The problem of a file that cannot be read as what its name says."""
    reason = str(error).strip().split("\n")[0]
    return Problem("broken-file", Where(str(file)), {"format": format_of(file)}, reason[:300])


def _look(file: Path) -> tuple[pa.Schema, int | None]:
    form = format_of(file)
    try:
        if form == "parquet":
            with pq.ParquetFile(file) as opened:
                schema, rows = opened.schema_arrow, opened.metadata.num_rows
        elif form == "arrow":
            schema, rows = _arrow_look(file)
        else:
            names, _ = _csv_header(file)
            schema, rows = pa.schema([(n, pa.string()) for n in names]), None
    except (pa.ArrowException, OSError) as e:
        raise RequestError([broken(file, e)]) from None
    twice = [n for n in schema.names if schema.names.count(n) > 1]
    if twice:
        raise RequestError([Problem("column-twice", Where(str(file)), {"column": twice[0]})])
    return schema.remove_metadata(), rows


# --- Parquet --------------------------------------------------------------------------------------------------


def _repeated_texts(file: Path) -> tuple[str, ...]:
    """The paths of texts that repeat themselves: they take few bytes a value, and are read as dictionaries."""
    metadata = pq.read_metadata(file)
    found = []
    for place in range(metadata.num_columns):
        column = metadata.schema.column(place)
        if column.physical_type != "BYTE_ARRAY" or str(column.logical_type) != "String" or not metadata.num_row_groups:
            continue
        if "." in column.path and column.max_repetition_level:
            continue  # Arrow cannot read lists of dictionaries in blocks.
        held = metadata.row_group(0).column(place)
        if held.total_uncompressed_size <= _BYTES_A_CODE * held.num_values:
            found.append(column.path)
    return tuple(found)


@lru_cache(maxsize=4)
def _footer(file: Path, changed: int) -> pq.FileMetaData:
    """The footer of a file, read once for all of its units."""
    return pq.read_metadata(file)


def _parquet(file: Path, texts: Sequence[str]) -> pq.ParquetFile:
    footer = _footer(file, file.stat().st_mtime_ns)
    return pq.ParquetFile(file, metadata=footer, read_dictionary=list(texts), pre_buffer=False, buffer_size=_STREAM)


def _parquet_units(file: Path, number: int, columns: Sequence[str] | None, texts: Sequence[str]) -> Iterator[Unit]:
    try:
        metadata = pq.read_metadata(file)
    except (pa.ArrowException, OSError) as e:
        raise RequestError([broken(file, e)]) from None
    sizes = [metadata.row_group(i).num_rows for i in range(metadata.num_row_groups)]
    first, groups, rows = 0, [], 0
    for group, size in enumerate(sizes):
        groups.append(group)
        rows += size
        if rows >= UNIT or group == len(sizes) - 1:
            yield Unit(number, file, first, rows, partial(_read_groups, file, tuple(groups), columns, texts))
            number, first, groups, rows = number + 1, first + rows, [], 0
    if not sizes:
        yield Unit(number, file, 0, 0, _given([]))


def _read_groups(
    file: Path, groups: Sequence[int], columns: Sequence[str] | None, texts: Sequence[str]
) -> Iterator[pa.RecordBatch]:
    try:
        with _parquet(file, texts) as opened:
            wanted = list(columns) if columns is not None else None
            yield from opened.iter_batches(BLOCK, row_groups=groups, columns=wanted, use_threads=False)
    except (pa.ArrowException, OSError) as e:
        raise RequestError([broken(file, e)]) from None


# --- Arrow ----------------------------------------------------------------------------------------------------


def _arrow_look(file: Path) -> tuple[pa.Schema, int | None]:
    with pa.memory_map(str(file)) as mapped:
        try:
            opened = pa.ipc.open_file(mapped)
        except pa.ArrowInvalid:
            mapped.seek(0)
            return pa.ipc.open_stream(mapped).schema, None
        return opened.schema, sum(opened.get_batch(i).num_rows for i in range(opened.num_record_batches))


def _arrow_units(file: Path, number: int, columns: Sequence[str] | None) -> Iterator[Unit]:
    """A file of batches in units of its batches; a stream as one unit."""
    first, held, rows = 0, 0, 0
    with pa.memory_map(str(file)) as mapped:
        try:
            opened = pa.ipc.open_file(mapped)
        except pa.ArrowInvalid:
            yield Unit(number, file, 0, 0, partial(_read_batches, file, None, columns))
            return
        count = opened.num_record_batches
        for i in range(count):
            rows += opened.get_batch(i).num_rows
            if rows >= UNIT or i == count - 1:
                yield Unit(number, file, first, rows, partial(_read_batches, file, range(held, i + 1), columns))
                number, first, held, rows = number + 1, first + rows, i + 1, 0
        if not count:
            yield Unit(number, file, 0, 0, _given([]))


def _read_batches(file: Path, batches: range | None, columns: Sequence[str] | None) -> Iterator[pa.RecordBatch]:
    try:
        with pa.memory_map(str(file)) as mapped:
            if batches is None:
                blocks: Iterator[pa.RecordBatch] = iter(pa.ipc.open_stream(mapped))
            else:
                opened = pa.ipc.open_file(mapped)
                blocks = (opened.get_batch(i) for i in batches)
            for batch in blocks:
                chosen = batch.select(list(columns)) if columns is not None else batch
                for start in range(0, len(chosen), BLOCK):
                    yield chosen.slice(start, BLOCK)
    except (pa.ArrowException, OSError) as e:
        raise RequestError([broken(file, e)]) from None


# --- CSV ------------------------------------------------------------------------------------------------------


def _csv_header(file: Path) -> tuple[list[str], str]:
    """The names of the columns, and what stands between fields. Raises RequestError where there is no header."""
    with pa.input_stream(str(file), compression="detect") as stream:
        start = stream.read(LINE)
    if not start:
        raise RequestError([Problem("broken-file", Where(str(file)), {"format": "csv"}, "an empty file")])
    try:
        text = start.decode("utf-8-sig", "strict" if len(start) < LINE else "ignore")
    except UnicodeDecodeError as e:
        line = start[: e.start].count(b"\n") + 1
        column = e.start - (start.rfind(b"\n", 0, e.start) + 1) + 1
        found = f"byte 0x{start[e.start]:02x}"
        raise RequestError([Problem("not-utf-8", Where(str(file), line, column), found=found)]) from None
    if len(start) == LINE and "\n" not in text and "\r" not in text:
        raise RequestError([_long_line(file, 1)])
    head = text.splitlines()[0] if text.splitlines() else ""
    delimiter = max(",;\t", key=head.count) if not file.name.lower().startswith(".tsv") else "\t"
    csv.field_size_limit(LINE)
    names = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    if not names or not any(n.strip() for n in names):
        raise RequestError([Problem("broken-file", Where(str(file)), {"format": "csv"}, "no header")])
    return names, delimiter


def _long_line(file: Path, line: int) -> Problem:
    return Problem("long-line", Where(str(file), line), {"limit": LINE})


def _csv_problem(error: Exception, file: Path, rows: int, wrong: list[Skipped]) -> Problem:
    """Arrow's words as a problem with a place. `rows` were read before."""
    if wrong:
        line = wrong[0].row or rows + 2
        found = f"{wrong[0].found}: {wrong[0].text[:80]}"
        return Problem("row-length", Where(str(file), line), {"expected": wrong[0].expected}, found)
    text = str(error)
    if "straddl" in text:
        return _long_line(file, rows + 2)
    if "UTF8" in text or "utf8" in text:
        return Problem("not-utf-8", Where(str(file)), {}, text.split("\n")[0][:200])
    return broken(file, error)
