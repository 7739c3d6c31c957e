"""What the commands for the Regulation and for indicators print on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from jifen.cli.console import console
from jifen.cli.register_text import SURE, table
from jifen.registers import Registers, Row
from jifen.registers.coverage import Covered, Link
from jifen.registers.indicators import Hub, amount, period, sum_of
from jifen.registers.regulation import Article, Regulation

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


def contents(regulation: Regulation, articles: Iterable[Article], lang: str) -> None:
    """Articles by chapter, a few lines each."""
    out = console()
    since = {"en": f"in force from {regulation.start}", "zh": f"施行自 {regulation.start}"}[lang]
    out.print(Text(regulation.title[lang], style="bold") + Text(f"  {since}  {regulation.url}", style="dim not bold"))
    chapter = ""
    for article in articles:
        if article.chapter != chapter:
            chapter = article.chapter
            out.print(f"\n[bold]{chapter}  {escape(regulation.chapters[chapter][lang])}[/bold]")
        mark = "●" if article.number in regulation.foreign_facing else " "
        line = Table.grid(padding=(0, 1, 0, 0))
        line.add_column(width=5, justify="right")
        line.add_column(overflow="fold")
        line.add_row(Text(f"{mark} {article.number}", style="cyan"), Text(article.summary[lang]))
        out.print(line)
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
            sure = "" if link.sure == "confirmed" else f" ({SURE[link.sure][lang]})"
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
    lines = table(*names[lang])
    for each in found:
        promise = each.promise
        where = [link.scheme for link in each.links] + [f"{n} ({c})" for n, c in each.rows.items()]
        at = f"{promise.article}" + (f" ¶{promise.paragraph}" if promise.paragraph else "")
        lines.add_row(
            Text(at, style="cyan"),
            Text(f"{_FORCE[promise.force][lang]}: {promise.gives[lang]}" if lang == "en" else f"{_FORCE[promise.force][lang]}：{promise.gives[lang]}"),
            Text(STATUS[each.status][lang], style=_COLOUR[each.status]),
            Text(", ".join(where)) if where else Text(promise.missing.get(lang, ""), style="dim"),
        )  # fmt: skip
    out.print(lines)
    counts = {s: sum(1 for c in found if c.status == s) for s in STATUS}
    said = ", ".join(f"{n} {STATUS[s][lang]}" for s, n in counts.items() if n)
    total = {"en": f"{len(found)} promises: {said}", "zh": f"{len(found)} 项：{said}"}[lang]
    out.print(Text(f"\n{total}", style="bold"))


# --- indicators ----------------------------------------------------------------------------------------------


def series_list(found: Mapping[str, Sequence[Row]], registers: Registers, lang: str) -> None:
    names = {"en": ("indicator", "title", "values", "newest", "when"), "zh": ("指标", "名称", "个数", "最新", "时间")}
    lines = table(*names[lang])
    for name, rows_ in found.items():
        last = rows_[-1]
        place = registers.show(last, "place", lang)
        lines.add_row(
            Text(name, style="bold"),
            Text(registers.show(last, "series", lang)),
            str(len(rows_)),
            Text(f"{amount(last, registers, lang)}  ") + Text(place, style="dim"),
            Text(period(last), style="dim"),
        )
    console().print(lines)


def series(rows_: Sequence[Row], registers: Registers, lang: str) -> None:
    out = console()
    out.print(Text(registers.show(rows_[0], "series", lang), style="bold"))
    for row in rows_:
        line = Text(f"  {period(row):<19} ")
        line.append(f"{amount(row, registers, lang):>12}", style="bold")
        line.append(f"  {registers.show(row, 'place', lang)}  {row.name[lang]}", style="default")
        line += Text("" if row.sure == "confirmed" else f"  ({SURE[row.sure][lang]})", style="yellow")
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
