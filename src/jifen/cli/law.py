"""The law of a scheme on a terminal: its reading with headings, tables and lists."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from jifen.schemes.reading import Entry, Grid, Listing, Part, Reading, Remark, Shown, Statement
from jifen.schemes.speech import Run

_SAY = {
    "en": {"model": "Model, not law", "from": "In force from", "instruments": "Instruments"},
    "zh": {"model": "模型，非法律", "from": "施行日期", "instruments": "文件"},
}


def print_reading(console: Console, reading: Reading, lang: str) -> None:
    """Print a reading from its title to its instruments."""
    say, colon = _SAY[lang], {"en": ": ", "zh": "："}[lang]
    console.print(Text(reading.title, style="bold underline"))
    if reading.model:
        console.print(Text(say["model"], style="bold magenta"))
    until = f" – {reading.until}" if reading.until else ""
    console.print(Text(reading.authority, style="dim"))
    console.print(Text(f"{say['from']}{colon}{reading.start}{until}", style="dim"))
    for part in reading.parts:
        for shown in _part(part):
            console.print(shown)
    console.print(Text(f"\n{say['instruments']}", style="bold cyan"))
    for instrument in reading.instruments:
        title = instrument.title.get(lang) or " · ".join(instrument.title.values())
        more = {"en": ", ", "zh": "，"}[lang].join(x for x in (instrument.number, instrument.date) if x)
        brackets = {"en": (" (", ")"), "zh": ("（", "）")}[lang]
        line = Text.assemble(
            (f"{instrument.name}  ", "bold"), title, f"{brackets[0]}{more}{brackets[1]}" if more else ""
        )
        console.print(Padding(line, (0, 0, 0, 2)))
        if instrument.url:
            console.print(Padding(Text(instrument.url, style=f"dim link {instrument.url}"), (0, 0, 0, 4)))


def _part(part: Part) -> Iterator[RenderableType]:
    style = {1: "bold cyan", 2: "bold"}.get(part.level, "italic bold")
    yield Text(f"\n{part.title}", style=style)
    for block in part.blocks:
        yield Padding(_block(block), (0, 0, 0, 2))
    for inner in part.parts:
        for shown in _part(inner):
            yield Padding(shown, (0, 0, 0, 2)) if part.level > 1 else shown


def _block(block: Shown) -> RenderableType:
    match block:
        case Statement():
            return _text(block.words)
        case Remark():
            return _remark(block.text)
        case Grid():
            return _table(block)
        case Listing():
            return Group(*(_entry(e) for e in block.entries))


def _remark(text: str) -> RenderableType:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text("│", style="dim"), Text(text, style="dim italic"))
    return grid


def _entry(entry: Entry) -> RenderableType:
    lines: list[RenderableType] = [Text.assemble(_text(entry.words), " ", _text(entry.cited, "dim"))]
    if entry.condition:
        lines.append(_text(entry.condition, "dim"))
    lines += [_remark(r) for r in entry.remarks]
    lines += [_entry(e) for e in entry.entries]
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, justify="right", min_width=3 if entry.mark else 1)
    grid.add_column(overflow="fold")
    grid.add_row(f"{entry.mark}." if entry.mark else "-", Group(*lines))
    return grid


def _table(grid: Grid) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim", show_edge=False)
    for head, right in zip(grid.header, grid.right, strict=True):
        table.add_column(_text(head), justify="right" if right else "left", overflow="fold")
    for row in grid.rows:
        table.add_row(*(_text(cell) for cell in row))
    return table


def _text(run: Run, style: str = "") -> Text:
    text = Text(style=style)
    for piece in run:
        text.append(
            piece.text, style="dim" if piece.citation or piece.text in ("[", "]") else "cyan" if piece.name else ""
        )
    return text
