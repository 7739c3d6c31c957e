"""What the commands for registers print on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from jifen.cli.console import console
from jifen.forms import Words
from jifen.registers import Change, Found, Registers, Row

SURE = {
    "confirmed": {"en": "confirmed", "zh": "已核实"},
    "memory": {"en": "from memory", "zh": "凭记忆"},
    "uncertain": {"en": "uncertain", "zh": "不确定"},
}
_PLACE_COLUMNS = ("lat", "lon", "within_m", "district", "address")


def table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


# --- registers ------------------------------------------------------------------------------------------------


def listing(registers: Registers, lang: str) -> None:
    names = {"en": ("register", "title", "rows", "kept by"), "zh": ("名录", "名称", "行数", "主管单位")}[lang]
    found = table(*names)
    found.columns[2].justify = "right"
    for register in registers.values():
        own = {"en": "local file", "zh": "本地文件"}[lang] if register.local else ""
        keeper = Text(register.schema.keeper[lang], style="dim")
        if own:
            keeper.append(f"  {own}", style="cyan")
        found.add_row(Text(register.name, style="bold"), Text(register.schema.title[lang]), str(len(register)), keeper)
    console().print(found)


_NOTHING = {
    "en": "Nothing found. Try fewer words, or `jifen registers` for what there is.",
    "zh": "没有找到。可减少关键词，或用 `jifen registers` 查看名录。",
}
_NOT_SAID = {
    "en": "No row says so. What a row does not say is unknown, not a no.",
    "zh": "没有条目载明此项。未载明即未知，并不表示没有。",
}


def rows(found: Sequence[Found], registers: Registers, lang: str, asked_need: bool = False) -> None:
    """Each row in a few lines: name, what it offers, where and how far, how sure, and the source."""
    out = console()
    if not found:
        out.print((_NOT_SAID if asked_need else _NOTHING)[lang])
        return
    other = "zh" if lang == "en" else "en"
    for each in found:
        row = each.row
        head = Text(row.name[lang], style="bold")
        head.append(f"  {row.name[other]}", style="default not bold")
        head.append(f"  {row.register}/{row.id}", style="dim not bold")
        out.print(head)
        for column in registers[row.register].columns.values():
            if column.name in row.values and column.name not in _PLACE_COLUMNS:
                line = Text(f"  {column.title[lang]}: " if lang == "en" else f"  {column.title[lang]}：", style="dim")
                line.append(registers.show(row, column.name, lang), style="not dim")
                out.print(line + _doubt(row, column.name, lang))
        where = _where(each, registers, lang)
        if where.plain.strip():
            out.print(where)
        if row.note[lang]:
            out.print(Text(f"  {row.note[lang]}"))
        sure = {"en": f"{SURE[row.sure][lang]}, as of {row.as_of}", "zh": f"{SURE[row.sure][lang]}，截至 {row.as_of}"}
        out.print(Text(f"  {sure[lang]}", style="dim"))
        for source in row.source.split("; "):
            out.print(Text(f"  {source}", style="dim"), soft_wrap=True)
        out.print()
    count = len(found)
    out.print(Text({"en": f"{count} row{'' if count == 1 else 's'}", "zh": f"{count} 条"}[lang], style="dim"))


def _doubt(row: Row, column: str, lang: str) -> Text:
    sure = row.sure_of(column)
    return Text("" if sure == row.sure else f"  ({SURE[sure][lang]})", style="yellow")


def _where(each: Found, registers: Registers, lang: str) -> Text:
    row = each.row
    line = Text("  ")
    parts = [registers.show(row, "district", lang), row.text("address")]
    line.append({"en": ", ", "zh": "，"}[lang].join(p for p in parts if p))
    line += _doubt(row, "address" if row.get("address") else "district", lang)
    if each.metres is not None and each.place is not None:
        line.append("  " + _distance(each, registers, lang), style="cyan")
    return line


def _distance(each: Found, registers: Registers, lang: str) -> str:
    """A distance as precise as it is known: never a number finer than the place."""
    assert each.metres is not None and each.place is not None
    known = max(1, -(-each.within_m // 1000))
    far = max(0.1, each.metres / 1000)
    text = f"{far:.0f}" if far >= 3 or each.within_m >= 500 else f"{far:.1f}"
    if each.place.by == "district":
        name = registers["districts"].rows[each.place.district].name[lang]
        if each.metres <= each.within_m // 2:
            return {"en": f"somewhere in {name}", "zh": f"在{name}内，具体位置未知"}[lang]
        return {
            "en": f"about {text} km to the middle of {name}, place not known nearer than {known} km",
            "zh": f"距{name}中部约{text}公里，具体位置误差{known}公里",
        }[lang]
    if each.within_m:
        return {"en": f"about {text} km, within {known} km", "zh": f"约{text}公里，误差{known}公里"}[lang]
    return {"en": f"{text} km", "zh": f"{text}公里"}[lang]


def left_out(rows: Sequence[Row], lang: str) -> None:
    """On standard error: what a calendar cannot hold."""
    if rows:
        names = ", ".join(r.id for r in rows)
        said = {"en": f"left out, no exact day is known: {names}", "zh": f"未列入（没有确切日期）：{names}"}[lang]
        print(said, file=sys.stderr)


def change(found: Change, lang: str, written: str) -> None:
    out = console()
    words: Words = {
        "en": f"{found.register.name}: {len(found.register)} rows; {len(found.added)} new, {len(found.changed)} changed, {len(found.removed)} gone",
        "zh": f"{found.register.name}：{len(found.register)} 行；新增 {len(found.added)}，修改 {len(found.changed)}，删除 {len(found.removed)}",
    }
    out.print(Text(words[lang], style="bold"))
    for mark, colour, ids in (("+", "green", found.added), ("~", "yellow", found.changed), ("−", "red", found.removed)):
        for id_ in ids:
            out.print(Text(f"  {mark} {id_}", style=colour))
    if written:
        out.print(Text({"en": f"written to {written}", "zh": f"已写入 {written}"}[lang], style="dim"))
    else:
        out.print(Text({"en": "nothing written", "zh": "未写入"}[lang], style="dim"))
