"""What the commands for registers, the Regulation and indicators print on a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from jifen.forms import Words
from jifen.registers import Change, Found, Registers, Row
from jifen.registers.indicators import Hub, amount, period, sum_of
from jifen.registers.regulation import Article, Covered, Link, Regulation

_SURE = {
    "confirmed": {"en": "confirmed", "zh": "已核实"},
    "memory": {"en": "from memory", "zh": "凭记忆"},
    "uncertain": {"en": "uncertain", "zh": "不确定"},
}
_FORCE = {
    "shall": {"en": "shall", "zh": "应当"},
    "support": {"en": "supports", "zh": "支持"},
    "encourage": {"en": "encourages", "zh": "鼓励"},
    "may": {"en": "may", "zh": "可以"},
    "explore": {"en": "explores", "zh": "探索"},
}
STATUS = {
    "scheme and register": {"en": "scheme and register", "zh": "有方案和名录"},
    "scheme": {"en": "scheme", "zh": "有方案"},
    "register": {"en": "register", "zh": "有名录"},
    "intent only": {"en": "intent only", "zh": "仅有意向"},
}
_COLOUR = {"scheme and register": "green", "scheme": "green", "register": "cyan", "intent only": "yellow"}
_PLACE_COLUMNS = ("lat", "lon", "within_m", "district", "address")


def console() -> Console:
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=120)


def _table(*columns: str) -> Table:
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    for column in columns:
        table.add_column(column)
    return table


# --- registers ------------------------------------------------------------------------------------------------


def listing(registers: Registers, lang: str) -> None:
    names = {"en": ("register", "title", "rows", "kept by"), "zh": ("名录", "名称", "行数", "主管单位")}[lang]
    table = _table(*names)
    table.columns[2].justify = "right"
    for register in registers.values():
        own = {"en": "local file", "zh": "本地文件"}[lang] if register.local else ""
        keeper = Text(register.schema.keeper[lang], style="dim")
        if own:
            keeper.append(f"  {own}", style="cyan")
        table.add_row(Text(register.name, style="bold"), Text(register.schema.title[lang]), str(len(register)), keeper)
    console().print(table)


def rows(found: Sequence[Found], registers: Registers, lang: str) -> None:
    """Each row in a few lines: name, what it offers, where and how far, how sure, and the source."""
    out = console()
    if not found:
        out.print({"en": "Nothing found. Try fewer words, or `jifen registers` for what there is.", "zh": "没有找到。可减少关键词，或用 `jifen registers` 查看名录。"}[lang])  # fmt: skip
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
        sure = {"en": f"{_SURE[row.sure][lang]}, as of {row.as_of}", "zh": f"{_SURE[row.sure][lang]}，截至 {row.as_of}"}
        out.print(Text(f"  {sure[lang]}", style="dim"))
        for source in row.source.split("; "):
            out.print(Text(f"  {source}", style="dim"), soft_wrap=True)
        out.print()
    count = len(found)
    out.print(Text({"en": f"{count} row{'' if count == 1 else 's'}", "zh": f"{count} 条"}[lang], style="dim"))


def _doubt(row: Row, column: str, lang: str) -> Text:
    sure = row.sure_of(column)
    return Text("" if sure == row.sure else f"  ({_SURE[sure][lang]})", style="yellow")


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


# --- the Regulation -------------------------------------------------------------------------------------------


def contents(regulation: Regulation, lang: str) -> None:
    """All articles by chapter, a line each."""
    out = console()
    since = {"en": f"in force from {regulation.start}", "zh": f"施行自 {regulation.start}"}[lang]
    out.print(Text(regulation.title[lang], style="bold") + Text(f"  {since}  {regulation.url}", style="dim not bold"))
    chapter = ""
    for article in regulation.articles.values():
        if article.chapter != chapter:
            chapter = article.chapter
            out.print(f"\n[bold]{chapter}  {escape(regulation.chapters[chapter][lang])}[/bold]")
        mark = "●" if article.number in regulation.foreign_facing else " "
        table = Table.grid(padding=(0, 1, 0, 0))
        table.add_column(width=5, justify="right")
        table.add_column()
        table.add_row(Text(f"{mark} {article.number}", style="cyan"), Text(article.summary[lang]))
        out.print(table)
    said = {"en": "● concerns people and bodies from abroad. Our own summaries; the official text is at the address above.", "zh": "● 涉及境外人员和机构。以上为本项目概括，正式文本见上述网址。"}  # fmt: skip
    out.print(Text(f"\n{said[lang]}", style="dim"))


def article(
    found: Article, regulation: Regulation, covered: Iterable[Covered], mentions: Sequence[Link], lang: str
) -> None:
    out = console()
    head = {"en": f"Article {found.number}", "zh": f"第{found.number}条"}[lang]
    out.print(f"[bold]{head}[/bold]  [dim]{found.chapter} {escape(regulation.chapters[found.chapter][lang])}[/dim]")
    out.print(Text(found.summary[lang]))
    for each in covered:
        promise = each.promise
        at = f" ¶{promise.paragraph}" if promise.paragraph else ""
        line = Text(f"\n{_FORCE[promise.force][lang]}", style="bold cyan")
        line.append(f"{at}  ", style="dim not bold")
        line.append(promise.gives[lang], style="default not bold")
        out.print(line)
        colon = ": " if lang == "en" else "："
        out.print(Text({"en": "  for", "zh": "  对象"}[lang] + colon + promise.to[lang], style="dim"))
        for link in each.links:
            sure = "" if link.sure == "confirmed" else f" ({_SURE[link.sure][lang]})"
            out.print(Text(f"  ● {link.scheme}", style="green") + Text(f"  {link.title[lang]}{sure}", style="default"))
        for shown, count in each.rows.items():
            out.print(Text(f"  ○ {shown}", style="cyan") + Text({"en": f"  {count} row{'' if count == 1 else 's'}", "zh": f"  {count} 条"}[lang], style="dim"))  # fmt: skip
        if promise.missing:
            out.print(Text({"en": "  missing", "zh": "  缺少"}[lang] + colon + promise.missing[lang], style="yellow"))
    if mentions:
        head = {"en": "Also cited by", "zh": "另有方案引用"}[lang] + (": " if lang == "en" else "：")
        out.print(Text(f"\n{head}{', '.join(link.scheme for link in mentions)}", style="dim"))
    said = {"en": "● scheme  ○ register. Our own summary; official text: ", "zh": "● 方案  ○ 名录。以上为本项目概括；正式文本："}[lang]  # fmt: skip
    out.print(Text(f"\n{said}{regulation.url}", style="dim"))


def coverage(found: Sequence[Covered], lang: str) -> None:
    out = console()
    names = {"en": ("Art.", "promise", "status", "schemes and registers"), "zh": ("条", "内容", "状态", "方案和名录")}
    table = _table(*names[lang])
    for each in found:
        promise = each.promise
        where = [link.scheme for link in each.links] + [f"{n} ({c})" for n, c in each.rows.items()]
        at = f"{promise.article}" + (f" ¶{promise.paragraph}" if promise.paragraph else "")
        table.add_row(
            Text(at, style="cyan"),
            Text(f"{_FORCE[promise.force][lang]}: {promise.gives[lang]}" if lang == "en" else f"{_FORCE[promise.force][lang]}：{promise.gives[lang]}"),
            Text(STATUS[each.status][lang], style=_COLOUR[each.status]),
            Text(", ".join(where)) if where else Text(promise.missing.get(lang, ""), style="dim"),
        )  # fmt: skip
    out.print(table)
    counts = {s: sum(1 for c in found if c.status == s) for s in STATUS}
    said = ", ".join(f"{n} {STATUS[s][lang]}" for s, n in counts.items() if n)
    total = {"en": f"{len(found)} promises: {said}", "zh": f"{len(found)} 项：{said}"}[lang]
    out.print(Text(f"\n{total}", style="bold"))


# --- indicators -----------------------------------------------------------------------------------------------


def series_list(found: dict[str, list[Row]], registers: Registers, lang: str) -> None:
    names = {"en": ("indicator", "title", "values", "newest", "when"), "zh": ("指标", "名称", "个数", "最新", "时间")}
    table = _table(*names[lang])
    for name, rows_ in found.items():
        last = rows_[-1]
        place = registers.show(last, "place", lang)
        table.add_row(
            Text(name, style="bold"),
            Text(registers.show(last, "series", lang)),
            str(len(rows_)),
            Text(f"{amount(last, registers, lang)}  ") + Text(place, style="dim"),
            Text(period(last), style="dim"),
        )
    console().print(table)


def series(rows_: Sequence[Row], registers: Registers, lang: str) -> None:
    out = console()
    out.print(Text(registers.show(rows_[0], "series", lang), style="bold"))
    for row in rows_:
        line = Text(f"  {period(row):<19} ")
        line.append(f"{amount(row, registers, lang):>12}", style="bold")
        line.append(f"  {registers.show(row, 'place', lang)}  {row.name[lang]}", style="default")
        line += Text("" if row.sure == "confirmed" else f"  ({_SURE[row.sure][lang]})", style="yellow")
        out.print(line)
        total = sum_of(row, registers)
        if total and not total.same:
            said = {"en": f"the parts add up to {total.total}", "zh": f"各部分之和为{total.total}"}[lang]
            out.print(Text(f"      {said}", style="yellow"))
        if row.note[lang]:
            out.print(Text(f"      {row.note[lang]}"))
        for source in row.source.split("; "):
            out.print(Text(f"      {source}", style="dim"), soft_wrap=True)


def hubs(found: Sequence[Hub], registers: Registers, lang: str) -> None:
    out = console()
    for hub in found:
        out.print(Text(hub.row.name[lang], style="bold"))
        for id_, title, mark in hub.schemes:
            if mark is None:
                said = {"en": "classes or conditions, no single pass mark", "zh": "按类别或条件，无单一及格线"}[lang]
            else:
                said = {"en": f"pass mark {mark}", "zh": f"及格线 {mark}"}[lang]
            out.print(Text(f"  ● {title[lang]}  ") + Text(f"{said}  {id_}", style="dim"))
        if not hub.schemes:
            out.print(Text({"en": "  – no points scheme", "zh": "  – 没有积分方案"}[lang], style="dim"))
        if hub.row.note[lang]:
            out.print(Text(f"    {hub.row.note[lang]}", style="dim"))
        for row in hub.counts.values():
            out.print(
                Text(f"    {registers.show(row, 'series', lang)}: {amount(row, registers, lang)}")
                + Text(f"  {period(row)}", style="dim")
            )
        if not hub.counts:
            out.print(Text({"en": "    no sourced figure", "zh": "    没有有来源的数字"}[lang], style="dim"))
    last = {
        "en": "Pass marks stand on scales of their own and do not compare; nor do counts by each city's own conditions.",
        "zh": "各方案及格线量表不同，不可比较；各市统计口径亦不同。",
    }
    out.print(Text(f"\n{last[lang]}", style="dim"))
