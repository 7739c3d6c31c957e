"""The declared form of a register: its columns, their types and words, read from `registers/NAME.yaml`.

Every register has the same first and last columns (`COMMON`): what a row is called in both languages, how old it is, how sure we are
of it, and where it comes from. The columns between are its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from jifen.forms import Form, Words
from jifen.problems import PolicyError, Problem
from jifen.strict_yaml import Items, Table, Text, decode, parse, read_bytes

ColumnType = Literal[
    "text", "several texts", "url", "whole", "number", "date", "one of", "several of", "row of", "several rows of"
]
TYPES: tuple[ColumnType, ...] = (
    "text", "several texts", "url", "whole", "number", "date", "one of", "several of", "row of", "several rows of",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `values` are the codes of `one of` and `several of`; `register` holds the rows that `row of` names.

    `low` and `high` bound a whole or decimal number; `needed` says that it may not be empty.
    """

    name: str
    type: ColumnType
    title: Words
    needed: bool = False
    values: Mapping[str, Words] = field(default_factory=dict)
    register: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Schema:
    """What a register is: `keeper` is the office that owns the data, `columns` in the order of the file."""

    name: str
    title: Words
    about: Words
    keeper: Words
    columns: Mapping[str, Column]


def _column(name: str, type_: ColumnType, en: str, zh: str, needed: bool = False, **more: object) -> Column:
    return Column(name, type_, {"en": en, "zh": zh}, needed, **more)  # type: ignore[arg-type]


SURE_WORDS: Mapping[str, Words] = {
    "confirmed": {"en": "confirmed", "zh": "已核实"},
    "memory": {"en": "from memory", "zh": "凭记忆"},
    "uncertain": {"en": "uncertain", "zh": "不确定"},
}
FIRST = (
    _column("id", "text", "Id", "标识", True),
    _column("en", "text", "Name in English", "英文名称", True),
    _column("zh", "text", "Name in Chinese", "中文名称", True),
)
LAST = (
    _column("note_en", "text", "Note in English", "英文备注"),
    _column("note_zh", "text", "Note in Chinese", "中文备注"),
    _column("as_of", "date", "As of", "数据日期", True),
    _column("confidence", "one of", "How sure", "可靠程度", True, values=SURE_WORDS),
    _column("less_sure", "text", "Less sure", "较不确定的栏"),
    _column("source", "text", "Source", "来源", True),
)
COMMON = (*FIRST, *LAST)
"""The columns of every register. `less_sure` names columns of the row that are less sure than the row: `address=memory; phone=uncertain`."""


def read_schema(path: Path) -> Schema:
    """The schema in a file. Raises PolicyError with every mistake in it."""
    name = str(path)
    node = parse(decode(read_bytes(path, PolicyError), name, PolicyError), name, PolicyError)
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", node.where)])
    form = Form(node, {"register", "title", "about", "keeper", "columns"})
    own = {}
    for key, value in form.table("columns"):
        try:
            own[key.value] = _read_column(key, value)
        except PolicyError as e:
            form.problems += e.problems
    schema = Schema(
        name=form.one_of("register", (path.stem,)),
        title=form.words("title"),
        about=form.words("about"),
        keeper=form.words("keeper"),
        columns={c.name: c for c in (*FIRST, *own.values(), *LAST)},
    )
    form.done()
    return schema


def _read_column(key: Text, node: object) -> Column:
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", key.where)])
    if any(c.name == key.value for c in COMMON):
        raise PolicyError([Problem("declared-twice", key.where, {"name": key.value})])
    form = Form(node, {"type", "title", "needed", "values", "register", "domain"})
    type_ = form.one_of("type", TYPES)
    values: dict[str, Words] = {}
    if type_ in ("one of", "several of"):
        for code, words in form.table("values"):
            inner = Form(Table(((code, words),), code.where), {code.value})
            values[code.value] = inner.words(code.value)
            form.problems += inner.problems
    bounds: list[float | None] = [None, None]
    domain = node.get("domain")
    if domain is not None:
        try:
            assert isinstance(domain, Items)
            bounds = [float(v.value) for v in domain.values if isinstance(v, Text)]
            assert len(bounds) == 2
        except (AssertionError, ValueError):
            form.problems.append(Problem("bad-domain", domain.where, {"name": key.value}))
            bounds = [None, None]
    column = Column(
        name=key.value,
        type=type_,  # type: ignore[arg-type]  # one_of has checked it
        title=form.words("title"),
        needed=form.one_of("needed", ("yes", "no"), "no") == "yes",
        values=values,
        register=form.text("register") if type_ in ("row of", "several rows of") else "",
        low=bounds[0],
        high=bounds[1],
    )
    form.done()
    return column
