"""One run over files: units side by side, each written as a part; what is finished is never done again, what is not never seen.

Parts and notes about them stand in a folder `OUT.parts` until all are done. Then OUT appears in one step: the folder itself under its
new name, or one file made of the parts. A run that was killed goes on from the parts when the same command is given again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from jifen.answers.door import ENGINE, Jifen
from jifen.population.scoring import BadValue, Scorer, Settings
from jifen.population.sources import Skipped, Source, Unit, format_of
from jifen.population.tally import Tally, tally_from
from jifen.population.writers import join_parts, write_part
from jifen.problems import Problem, RequestError, Where

NOTES = "_jifen"
"""The folder beside the parts that says what they are; readers of Parquet folders pass it over."""
_LINES_TOLD = 100_000
"""So many unreadable lines of CSV are listed; all are counted."""
_OF_THE_TABLE = ("bad-rows", "row-length", "long-line", "not-utf-8")
"""Mistakes that only another table mends: parts of this one are of no use then."""


@dataclass
class Progress:
    """How far a run is: rows done by this run and before it; `rows` in all if the files say it, else bytes read of `size`."""

    rows: int | None
    size: int
    done: int = 0
    before: int = 0
    bytes: int = 0


@dataclass
class Job:
    """A run that is ready to start: everything that can be wrong before the first row has been checked.

    Raises RequestError: OUT exists, or an unfinished run with other settings stands in its place.
    """

    rules: Jifen
    source: Source
    out: Path
    settings: Settings
    force: bool = False
    restart: bool = False
    workers: int = 0
    lines: list[Skipped] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.scorer = Scorer(self.rules, self.source.schema, self.settings, str(self.source.files[0]))
        self.folder = not format_of(self.out)
        self.format = format_of(self.out) or "parquet"
        self.parts = self.out.with_name(self.out.name + ".parts")
        self.notes = self.parts / NOTES
        self.line_count = 0
        if self.out.exists() and not self.force:
            raise RequestError([Problem("file-exists", Where(str(self.out)))])
        if self.out.resolve() in {f.resolve() for f in self.source.files}:
            raise RequestError([Problem("out-is-in", Where(str(self.out)))])
        if not self.out.absolute().parent.is_dir():
            raise RequestError([Problem("no-such-file", Where(str(self.out.parent)))])
        self.source.skipped = self._skipped if self.settings.bad_rows == "report" else None

    def _skipped(self, line: Skipped) -> None:
        self.line_count += 1
        if len(self.lines) < _LINES_TOLD:
            self.lines.append(line)

    # --- what stands already --------------------------------------------------------------------------------

    def identity(self) -> dict[str, Any]:
        """Everything on which the parts depend."""
        settings = self.settings
        plans = self.scorer.plans.items()
        return {
            "engine": ENGINE,
            "inputs": [[str(f), f.stat().st_size, f.stat().st_mtime_ns] for f in self.source.files],
            "out": self.format,
            "on": self.scorer.on.isoformat(),
            "facts": self.rules.shelf.facts_hash,
            "schemes": {name: plan.scheme.hash if plan else "" for name, plan in plans},
            "columns": {
                c: [k.fact.id, dict(k.values or {}), k.currency, k.times] for c, k in self.scorer.columns.items()
            },
            "reasons": list(settings.reasons),
            "keep": list(self.scorer.kept),
            "where": settings.where,
            "bad_rows": settings.bad_rows,
        }

    def prepare(self) -> set[int]:
        """Make the folder of parts, or take up the one that stands there; gives the numbers of finished parts."""
        identity = json.loads(json.dumps(self.identity()))
        manifest = self.notes / "manifest.json"
        if self.restart:
            shutil.rmtree(self.parts, ignore_errors=True)
        if manifest.exists():
            stands = json.loads(manifest.read_text("utf-8"))
            other = [k for k in identity if stands.get(k) != identity[k]]
            if other:
                raise RequestError([Problem("other-run", Where(str(self.parts)), {}, ", ".join(other))])
        else:
            with writing(self.parts):
                shutil.rmtree(self.parts, ignore_errors=True)
                self.notes.mkdir(parents=True)
                _write(manifest, json.dumps(identity, ensure_ascii=False, indent=1))
        return {int(p.stem) for p in self.notes.glob("[0-9]*.json")}

    # --- the run ----------------------------------------------------------------------------------------------

    def run(self, show: Callable[[Progress], None] = lambda p: None) -> Tally:
        """Do what is left, and let OUT appear. Raises RequestError; finished parts then stay for the next try.

        Only where the mistake is in the table itself (bad rows, a line without end) nothing is kept.
        """
        done = self.prepare()
        before = sum(json.loads((self.notes / f"{n:05}.json").read_text("utf-8"))["rows"] for n in done)
        progress = Progress(self.source.rows, self.source.size, before, before)
        show(progress)
        workers = self.workers or min(os.cpu_count() or 1, 8)
        numbers = 0
        try:
            with ThreadPoolExecutor(workers, thread_name_prefix="jifen") as pool:
                running: set[Future[int]] = set()
                try:
                    for unit in self.source.units(self.scorer.needed):
                        numbers += 1
                        progress.bytes = self.source.place
                        if unit.number in done:
                            continue
                        if len(running) >= workers:
                            running = _finish_one(running, progress, show)
                        running.add(pool.submit(self.part, unit))
                    while running:
                        running = _finish_one(running, progress, show)
                except BaseException:
                    for future in running:
                        future.cancel()
                    raise
        except RequestError as e:
            if any(p.code in _OF_THE_TABLE for p in e.problems):
                shutil.rmtree(self.parts, ignore_errors=True)
            raise
        tally = self.tally(numbers)
        self.appear(numbers, tally)
        return tally

    def part(self, unit: Unit) -> int:
        """Write one part; gives its number of rows."""
        return make_part(self.scorer, unit, self.parts, self.format)

    def tally(self, numbers: int) -> Tally:
        """The sum over all parts."""
        tally = Tally(lines=self.line_count)
        for number in range(numbers):
            note = self.notes / f"{number:05}.json"
            tally.add(tally_from(json.loads(note.read_text("utf-8"))))
        return tally

    def appear(self, numbers: int, tally: Tally) -> None:
        """OUT in one step, after everything beside it stands."""
        paths = [self.parts / f"part-{n:05}.{self.format}" for n in range(numbers)]
        notes = [self.notes / f"{n:05}.bad.csv" for n in range(numbers)]
        with writing(self.out):
            if tally.bad or self.line_count:
                listed = self.out.with_name(f"{self.out.name}.bad-rows.csv")
                with (self.notes / "bad-rows.csv").open("w", encoding="utf-8") as file:
                    file.write("file,row,column,code,found,nearest\n")
                    for line in self.lines:
                        file.write(bad_line(_as_bad(line)))
                    for note in notes:
                        if note.exists():
                            file.write(note.read_text("utf-8"))
                (self.notes / "bad-rows.csv").replace(listed)
            if self.folder:
                _write(self.notes / "summary.json", json.dumps(tally.data(), ensure_ascii=False, indent=1))
                _put_aside(self.out)
                self.parts.rename(self.out)
                for note in self.out.glob(f"{NOTES}/[0-9]*"):
                    note.unlink()
            else:
                whole = join_parts(paths, self.parts / f"whole.{self.format}", self.scorer.schema)
                if self.out.is_dir():
                    _put_aside(self.out)
                whole.replace(self.out)
                shutil.rmtree(self.parts, ignore_errors=True)


def make_part(scorer: Scorer, unit: Unit, parts: Path, form: str) -> int:
    """Write one part and its note; the note comes last, so that a part with a note is whole. Gives the rows read."""
    tally = Tally()
    bad: list[BadValue] = []

    def blocks() -> Iterator[Any]:
        first = unit.first
        for block in unit.read():
            scored = scorer.score(block, first, str(unit.file))
            first += len(block)
            tally.add(scored.tally)
            bad.extend(scored.bad)
            yield scored.block

    notes = parts / NOTES
    with writing(parts):
        write_part(parts / f"part-{unit.number:05}.{form}", scorer.schema, blocks())
        if bad:
            _write(notes / f"{unit.number:05}.bad.csv", "".join(map(bad_line, bad)))
        _write(notes / f"{unit.number:05}.json", json.dumps(tally.data(), ensure_ascii=False))
    pa.default_memory_pool().release_unused()
    return tally.rows


def _put_aside(out: Path) -> None:
    """Clear the place of OUT, where something old may stand."""
    if out.is_dir():
        shutil.rmtree(out)
    else:
        out.unlink(missing_ok=True)


def _finish_one(running: set[Future[int]], progress: Progress, show: Callable[[Progress], None]) -> set[Future[int]]:
    finished, left = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
    while not finished:
        show(progress)
        finished, left = wait(running, timeout=0.5, return_when=FIRST_COMPLETED)
    for future in finished:
        progress.done += future.result()
    show(progress)
    return set(left)


class writing:  # noqa: N801
    """What goes wrong while writing (disk full, no permission) as a problem that names the place."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError) and not isinstance(error, RequestError):
            reason = os.strerror(error.errno) if error.errno else str(error).split("\n")[0]
            raise RequestError([Problem("cannot-write", Where(str(self.place)), {}, reason)]) from None


def _write(path: Path, text: str) -> None:
    """A small file, whole or not at all."""
    part = path.with_name(path.name + ".tmp")
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def bad_line(bad: BadValue) -> str:
    """One line of the list of bad rows."""
    fields = (bad.file, str(bad.row), bad.column, bad.problem.code, bad.problem.found, bad.problem.nearest)
    return ",".join('"' + f.replace('"', '""') + '"' if any(c in f for c in ',"\n\r') else f for f in fields) + "\n"


def _as_bad(line: Skipped) -> BadValue:
    found = f"{line.found}: {line.text[:80]}"
    return BadValue(
        str(line.file), line.row, "", Problem("row-length", blanks={"expected": line.expected}, found=found)
    )
