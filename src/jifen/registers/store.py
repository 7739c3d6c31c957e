"""All registers together: read from the published folder, each replaced by the local file of the office that keeps it.

A local folder holds `NAME.csv` files in the same form. A register that stands there is taken from there whole; the schema stays ours.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from jifen.problems import Problem, RegisterError, RequestError, Where, nearest
from jifen.registers.reading import read_rows
from jifen.registers.rows import Row, Value, written
from jifen.registers.schema import Column, Schema, read_schema


@dataclass(frozen=True)
class Register:
    """One register: its schema, its rows by id in the order of the file, and whether an office's own file stands in for ours."""

    schema: Schema
    rows: Mapping[str, Row]
    file: str
    local: bool = False

    @property
    def name(self) -> str:
        return self.schema.name

    @property
    def columns(self) -> Mapping[str, Column]:
        return self.schema.columns

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def __len__(self) -> int:
        return len(self.rows)


Spoken = tuple[dict[int, str], tuple[tuple[str, ...], ...]]
"""What is said of a row, by how much it counts, and the sounds of its Chinese name."""


class Registers(Mapping[str, Register]):
    """Registers by name. `show` puts a field into words; raises RequestError for a name that is no register.

    `spoken` is kept by `search`.
    """

    def __init__(self, registers: Mapping[str, Register]) -> None:
        self._registers = dict(registers)
        self.spoken: dict[tuple[str, str], Spoken] = {}

    def __getitem__(self, name: str) -> Register:
        if name not in self._registers:
            near = nearest(name, self._registers)
            raise RequestError([Problem("no-such-register", blanks={"register": name}, found=name, nearest=near)])
        return self._registers[name]

    def __contains__(self, name: object) -> bool:
        return name in self._registers

    def __iter__(self) -> Iterator[str]:
        return iter(self._registers)

    def __len__(self) -> int:
        return len(self._registers)

    def show(self, row: Row, column: str, lang: str = "en") -> str:
        """A field in words: a code by its title, a row of another register by its name; unknown is empty."""
        value = row.get(column)
        return "" if value is None else self._words(self[row.register].columns[column], value, lang)

    def _words(self, column: Column, value: Value, lang: str) -> str:
        values = value if isinstance(value, tuple) else (written(value),)
        if column.values:
            words = [column.values[v][lang] for v in values]
        elif column.register:
            words = [self[column.register].rows[v].name[lang] for v in values]
        else:
            words = list(values)
        return {"en": ", ", "zh": "、"}[lang].join(words)


def register_folder() -> Path:
    """The registers of this distribution: inside the package when installed, at the top of the checkout otherwise."""
    inside = Path(__file__).parent / "data"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "registers"


def local_folder() -> Path:
    """Where the files of offices stand: `JIFEN_REGISTERS`, or the user's data folder."""
    given = os.environ.get("JIFEN_REGISTERS")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(given) if given else Path(base) / "jifen" / "registers"


def load(local: Path | str | None = None, published: Collection[str] = ()) -> Registers:
    """All registers; files in `local` (by default `local_folder()`) stand in for ours, but not for those named in `published`.

    Raises RegisterError with every mistake in the rows, PolicyError for a mistake in a schema.

    >>> from jifen import registers
    >>> public = registers.load()
    >>> row = public["schools"].rows["western-academy"]
    >>> row.name["zh"], public.show(row, "district"), row.sure, row.sure_of("address")
    ('北京京西学校', 'Chaoyang', 'confirmed', 'memory')
    """
    folder, mine = register_folder(), Path(local) if local is not None else local_folder()
    schemas = {path.stem: read_schema(path) for path in sorted(folder.glob("*.yaml"))}
    found: dict[str, Register] = {}
    problems: list[Problem] = []
    for name, schema in schemas.items():
        path = mine / f"{name}.csv"
        is_local = path.is_file() and name not in published
        path = path if is_local else folder / f"{name}.csv"
        try:
            found[name] = Register(schema, {r.id: r for r in read_rows(path, schema)}, str(path), is_local)
        except RegisterError as e:
            problems += e.problems
    if not problems:
        for register in found.values():
            problems += _references(register, found)
    if not problems:
        for register in found.values():
            problems += _totals(register)
    if problems:
        raise RegisterError(problems)
    return Registers(found)


def _references(register: Register, all_: Mapping[str, Register]) -> list[Problem]:
    """Rows of other registers that are named but not there."""
    problems = []
    links = [c for c in register.columns.values() if c.register]
    for row in register:
        for column in links:
            value = row.get(column.name)
            for id_ in value if isinstance(value, tuple) else () if value is None else (str(value),):
                target = all_[column.register]
                if id_ not in target.rows:
                    near = next((r.id for r in target if id_.casefold() in map(str.casefold, r.name.values())), "")
                    near = near or nearest(id_.casefold(), target.rows)
                    blanks = {"column": column.name, "register": column.register}
                    problems.append(Problem("register-no-such-row", row.fields[column.name], blanks, id_, near))
    return problems


def _totals(register: Register) -> list[Problem]:
    """Totals whose `parts` add up to something else, with nothing said about it."""
    problems = []
    for row in register if "parts" in register.columns else ():
        parts, value = row.get("parts"), row.get("value")
        if isinstance(parts, tuple) and isinstance(value, Decimal):
            values = [register.rows[p].get("value") for p in parts]
            total = sum((v for v in values if isinstance(v, Decimal)), Decimal(0))
            if total != value and not all(row.note.values()):
                problems.append(Problem("register-total", row.fields["value"], {"sum": total}, str(value)))
    return problems


# --- replacing a register -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Change:
    """What a file would change in a register: ids of rows added, left out, and different."""

    register: Register
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]


def check_file(name: str, file: Path | str, local: Path | str | None = None) -> Change:
    """Hold a file against the form of a register. Raises RegisterError with every mistake, RequestError for an unknown register."""
    try:
        registers = load(local)
    except RegisterError:
        registers = load(local, published=[name])
    old, path = registers[name], Path(file)
    new = Register(old.schema, {r.id: r for r in read_rows(path, old.schema)}, str(path), True)
    together = {**registers, name: new}
    problems = [p for register in together.values() for p in _references(register, together)] or _totals(new)
    if problems:
        raise RegisterError(problems)
    same = {id_ for id_, row in new.rows.items() if id_ in old.rows and row == old.rows[id_]}
    return Change(
        new,
        tuple(i for i in new.rows if i not in old.rows),
        tuple(i for i in old.rows if i not in new.rows),
        tuple(i for i in new.rows if i in old.rows and i not in same),
    )


def import_file(name: str, file: Path | str, local: Path | str | None = None) -> Change:
    """Check a file and put it in the place of a register: written whole or not at all. Raises RegisterError, RequestError."""
    from jifen.registers.export import as_csv

    change = check_file(name, file, local)
    folder = Path(local) if local is not None else local_folder()
    target = folder / f"{name}.csv"
    part = target.with_name(f".{name}.{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("w", encoding="utf-8", newline="") as out:
            out.write(as_csv(change.register, change.register))
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise RequestError([Problem("no-such-file", Where(str(folder)))]) from None
    return change


def remove_local(name: str, local: Path | str | None = None) -> bool:
    """Take an office's file away, so that ours stands again; False where there was none. Raises RequestError for an unknown register."""
    names = [path.stem for path in register_folder().glob("*.yaml")]
    if name not in names:
        raise RequestError(
            [Problem("no-such-register", blanks={"register": name}, found=name, nearest=nearest(name, names))]
        )
    try:
        ((Path(local) if local is not None else local_folder()) / f"{name}.csv").unlink()
    except FileNotFoundError:
        return False
    return True
