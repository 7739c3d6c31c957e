"""Where the commands print: in colour and as wide as the terminal; into a pipe plain, without blanks at the end of lines."""

from __future__ import annotations

import os
import re
import sys
from typing import Any, TextIO, cast

from rich.console import Console

_WIDTH = 120
"""Columns where nobody says how many there are."""
_PADDING = re.compile(r"[ \t]+(?=\n)")


def console() -> Console:
    """The console for standard output. `COLUMNS` gives its width, in a pipe too."""
    found = Console(highlight=False)
    if found.is_terminal:
        return found
    asked = os.environ.get("COLUMNS", "")
    width = int(asked) if asked.isdecimal() and 0 < int(asked) < 10_000 else _WIDTH
    return Console(highlight=False, width=width, file=cast(TextIO, _Trimmed(sys.stdout)))


class _Trimmed:
    """A stream without the blanks that fill the lines of a table."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_PADDING.sub("", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
