"""Where the commands print: in colour and as wide as the terminal; into a pipe plain, without blanks at the end of lines."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO, cast

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

_WIDTH = 120
"""Columns where nobody says how many there are."""
_NARROW = 90
_PADDING = re.compile(r"[ \t]+(?=\n)")


def console() -> Console:
    """The console for standard output. `COLUMNS` gives its width, in a pipe too."""
    found = Console(highlight=False)
    if found.is_terminal:
        return found
    asked = os.environ.get("COLUMNS", "")
    width = int(asked) if asked.isdecimal() and 0 < int(asked) < 10_000 else _WIDTH
    return Console(highlight=False, width=width, file=cast(TextIO, _Trimmed(sys.stdout)))


def hang(console: Console, before: str | Text, text: str | Text) -> None:
    """Print a paragraph whose lines all begin where the first does, after `before`; a `str` is markup."""
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(before, text)
    console.print(grid)


def listed(console: Console, columns: Iterable[str], rows: Iterable[Sequence[Text]], right: Sequence[str] = ()) -> None:
    """Print a table; in a narrow window each row as a paragraph of its own, so that nothing is cut."""
    names = list(columns)
    if console.width < _NARROW:
        for first, *rest in rows:
            console.print(first)
            told = [Text(f"{n} ") + t if n in right else t for n, t in zip(names[1:], rest, strict=True) if t.plain]
            line = Text("  ").join(told)
            if line.plain:
                hang(console, "  ", line)
        return
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    for column in names:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def indented(text: Text, by: int) -> RenderableType:
    """A cell that begins further right, its later lines too."""
    return Padding(text, (0, 0, 0, by), expand=False)


class _Trimmed:
    """A stream without the blanks that fill the lines of a table."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_PADDING.sub("", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
