"""Strict YAML: a small part of YAML, read with positions and without surprises.

Refused: anchors and aliases (so no “billion laughs”), tags, several documents, duplicate keys, keys that are not
plain text, deep nesting, files over a limit, text that is not UTF-8, numbers with a leading zero (which other readers take
for octal). No value is guessed from its look: every scalar is text until a schema says what it is (`NO` is Norway where a
country is asked, and no where yes/no is asked). A file that ends in `.json` is read as JSON (`strict_json`).
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from jifen.problems import JifenError, Problem, ProfileError, RequestError, Where, nearest

LARGEST = 1_000_000
"""Largest file that is read, in bytes."""
DEEPEST = 12
"""Lists and mappings inside each other, at most."""
_ZEROS = re.compile(r"([-+])?0+(?:([1-9][0-9]*(?:\.[0-9]*)?)|(0(?:\.[0-9]*)?))")
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as written."""

    value: str
    where: Where
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    values: tuple[Node, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping; keys are unique, in the order written."""

    entries: tuple[tuple[Text, Node], ...]
    where: Where

    def get(self, key: str) -> Node | None:
        return next((v for k, v in self.entries if k.value == key), None)

    def __iter__(self) -> Iterator[tuple[Text, Node]]:
        return iter(self.entries)


Node = Text | Items | Table


def read_bytes(path: Path, error: type[JifenError] = ProfileError) -> bytes:
    """The bytes of a file, or of what a pipe brings. Raises `error` when larger than `LARGEST`, RequestError when it cannot be read."""
    name = str(path)
    try:
        if not (path.is_file() or path.is_fifo()) and path.exists():
            raise RequestError([Problem("not-a-file", Where(name))])
        size = path.stat().st_size
        if size <= LARGEST:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
            if len(data) <= LARGEST:
                return data
            size = len(data)
        raise error([Problem("file-too-large", Where(name), {"limit": LARGEST}, found=f"{size:,} bytes")])
    except JifenError:
        raise
    except (FileNotFoundError, NotADirectoryError, ValueError):
        raise RequestError([Problem("no-such-file", Where(name), nearest=_beside(path))]) from None
    except OSError as e:
        raise RequestError([Problem("cannot-read", Where(name), found=e.strerror or "")]) from None


def _beside(path: Path) -> str:
    """The file in the same folder whose name is most like this one."""
    try:
        found = nearest(path.name, sorted(p.name for p in path.parent.iterdir()))
    except (OSError, ValueError):
        return ""
    return str(path.with_name(found)) if found else ""


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises RequestError where it cannot be written."""
    partial = path.with_name(f"{path.name}.{os.getpid()}.part") if path.name else path
    try:
        partial.write_text(text, "utf-8")
        partial.replace(path)
    except OSError as e:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        raise RequestError([Problem("cannot-write", Where(str(path)), found=e.strerror or "")]) from None


def decode(data: bytes, file: str, error: type[JifenError] = ProfileError) -> str:
    """UTF-8 text of `data`; a byte-order mark is dropped. Raises `error` at the first byte that is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as e:
        line = data[: e.start].count(b"\n") + 1
        column = e.start - (data.rfind(b"\n", 0, e.start) + 1) + 1
        found = f"byte 0x{data[e.start]:02x}"
        raise error([Problem("not-utf-8", Where(file, line, column), found=found, nearest=_chinese(data))]) from None


def _chinese(data: bytes) -> str:
    """What the text says where its bytes are Chinese in the encoding that older office programs write."""
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return ""
    shown = next((line for line in text.splitlines() if any("\u4e00" <= c <= "\u9fff" for c in line)), "")
    return f"{shown.strip()[:40]} (GB 18030 → UTF-8)" if shown else ""


def parse(text: str, file: str, error: type[JifenError] = ProfileError, first_line: int = 1) -> Node:
    """Read strict YAML, or JSON if `file` ends in `.json`. `first_line` is the line of `text` in `file` (front matter starts on line 2).

    Raises `error` with one problem: the first mistake.
    """

    if file.lower().endswith(".json"):
        from jifen import strict_json

        return strict_json.parse(text, file, error)

    def where(mark: yaml.Mark) -> Where:
        return Where(file, mark.line + first_line, mark.column + 1)

    try:
        return _build(yaml.parse(text, Loader=_Loader), file, where, error)
    except JifenError:
        raise
    except yaml.YAMLError as e:
        mark = getattr(e, "problem_mark", None)
        reason = str(getattr(e, "problem", "") or getattr(e, "reason", "") or e)
        raise error([Problem("not-yaml", where(mark) if mark else Where(file), found=reason.strip())]) from None
    except (RecursionError, ValueError) as e:
        raise error([Problem("not-yaml", Where(file), found=str(e))]) from None


def _build(events: Iterator[yaml.Event], file: str, where, error) -> Node:  # type: ignore[no-untyped-def]
    def fail(code: str, at: Where, found: str = "", **blanks: object) -> JifenError:
        problem: JifenError = error([Problem(code, at, blanks, found=found)])
        return problem

    root: Node | None = None
    stack: list[tuple[str, Where, list]] = []  # type: ignore[type-arg]
    documents = 0
    for event in events:
        node: Node
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise fail("several-documents", where(event.start_mark))
            continue
        if isinstance(event, yaml.AliasEvent):
            raise fail("yaml-alias", where(event.start_mark), f"*{event.anchor}")
        if isinstance(event, yaml.NodeEvent):
            if event.anchor is not None:
                raise fail("yaml-alias", where(event.start_mark), f"&{event.anchor}")
            if getattr(event, "tag", None) not in (None, "!"):
                raise fail("yaml-tag", where(event.start_mark), str(event.tag))  # type: ignore[attr-defined]
        if isinstance(event, yaml.ScalarEvent):
            node = Text(event.value, where(event.start_mark), bool(event.style))
            if wrong := leading_zero(node):
                raise error([wrong])
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            if len(stack) >= DEEPEST:
                raise fail("too-deep", where(event.start_mark), limit=DEEPEST)
            kind = "list" if isinstance(event, yaml.SequenceStartEvent) else "table"
            stack.append((kind, where(event.start_mark), []))
            continue
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            kind, at, parts = stack.pop()
            node = Items(tuple(parts), at) if kind == "list" else table(parts, at, fail)
        else:
            continue
        if stack:
            stack[-1][2].append(node)
        else:
            root = node
    if root is None:
        return Table((), Where(file, 1, 1))
    return root


def leading_zero(node: Text) -> Problem | None:
    """What is wrong with a number written `030`; nothing in quotation marks."""
    found = None if node.quoted else _ZEROS.fullmatch(node.value)
    if not found:
        return None
    return Problem("leading-zero", node.where, {}, node.value, (found[1] or "") + (found[2] or found[3]))


def table(parts: list[Node], at: Where, fail: Callable[..., JifenError]) -> Table:
    """A mapping from its keys and values in turn; `fail` makes the problem of a key that is no text or stands twice."""
    seen: dict[str, Where] = {}
    entries = []
    for key, value in zip(parts[::2], parts[1::2], strict=True):
        if not isinstance(key, Text):
            raise fail("key-not-text", key.where)
        if key.value in seen:
            raise fail("duplicate-key", key.where, key=key.value, line=seen[key.value].line)
        seen[key.value] = key.where
        entries.append((key, value))
    return Table(tuple(entries), at)
