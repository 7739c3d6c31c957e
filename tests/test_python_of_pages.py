"""The Python on the pages of the documentation runs, and prints what the comments beside it say."""

import contextlib
import io
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
PAGES = [p.name for p in sorted(DOCS.glob("*.md")) if "```python\n" in p.read_text("utf-8") and p.name != "errors.md"]


def blocks(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```$", (DOCS / page).read_text("utf-8"), re.M | re.S)


@pytest.mark.parametrize("page", PAGES)
def test_python_of_a_page_runs_from_top_to_bottom(page: str) -> None:
    """The blocks of a page run one after the other in one session; a printed line with a comment prints that, `…` standing for more."""
    printed = io.StringIO()
    session: dict[str, object] = {}
    with contextlib.redirect_stdout(printed):
        for block in blocks(page):
            exec(block, session)
    lines = printed.getvalue().splitlines()
    for told in re.findall(r"^print\(.*\)  # (.*)$", "\n".join(blocks(page)), re.M):
        start, more, _ = told.partition(", …")
        assert any(line.startswith(start) if more else line == told for line in lines), (told, lines)


def test_pages_with_python_are_found() -> None:
    """The registers and the advice are documented with Python."""
    assert {"advice.md", "registers.md"} <= set(PAGES)
