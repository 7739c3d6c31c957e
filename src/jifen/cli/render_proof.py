"""What `verify`, `diff` and `cases` print."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from jifen.cli.console import console as _console
from jifen.cli.render import _cite
from jifen.proof.findings import Finding, LawRow
from jifen.proof.verify import Report

_SAY = {
    "en": {
        "holds": "holds", "versions": "versions", "days": "days", "findings": "findings", "accepted": "accepted oddities",
        "law": "law", "case": "a person who shows it, for cases.yaml", "why": "accepted", "all": "Every check of every scheme holds, for all possible people.",
        "sum": "{n} schemes, {d} versions and days of change proven, {f} findings.", "ordered": "outcomes that overlap are ordered",
        "proving": "Proving",
    },
    "zh": {
        "holds": "成立", "versions": "个版本", "days": "个变动日", "findings": "项发现", "accepted": "项已接受的异常", "law": "法条",
        "case": "可作例证的人（可贴入 cases.yaml）", "why": "已接受", "all": "所有方案的所有检查对一切可能的人均成立。",
        "sum": "共证明 {n} 个方案、{d} 个版本及变动日，{f} 项发现。", "ordered": "重叠的结果按顺序适用", "proving": "证明中",
    },
}  # fmt: skip


@contextmanager
def progress(total: int, lang: str) -> Iterator[Callable[[str], None]]:
    """A bar on standard error while something long runs; nothing where that is no terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(_SAY[lang]["proving"], total=total)

        def step(name: str) -> None:
            bar.update(task, advance=1, description=f"{_SAY[lang]['proving']} {name}")

        yield step


def reports(found: Sequence[Report], lang: str) -> None:
    """One line a scheme; findings and accepted oddities below it."""
    console, say = _console(), _SAY[lang]
    for report in found:
        mark, colour = ("●", "green") if report.holds else ("✕", "red")
        counts = [f"{len(report.versions)} {say['versions']}", f"{report.days} {say['days']}"]
        if report.findings or report.problems:
            counts.append(f"{len(report.findings) + len(report.problems)} {say['findings']}")
        if report.accepted:
            counts.append(f"{len({f.id for f, _ in report.accepted})} {say['accepted']}")
        state = say["holds"] if report.holds else ""
        console.print(f"[{colour}]{mark}[/] [bold]{report.scheme}[/]  {state}  [dim]{', '.join(counts)}[/]")
        for finding in report.findings:
            _finding(console, finding, lang)
        for problem in report.problems:
            console.print(escape("\n".join("    " + line for line in problem.text(lang).splitlines())))
        told: set[str] = set()
        for finding, oddity in report.accepted:
            if finding.id not in told:
                told.add(finding.id)
                console.print(f"    [yellow]○[/] {escape(finding.message(lang))}")
                cite = _cite(oddity.citations)
                colon = ": " if lang == "en" else "："
                console.print(f"      [dim]{say['why']}{colon}{escape(oddity.reason[lang])} {escape(f'[{cite}]')}[/]")
    count = sum(len(r.findings) + len(r.problems) for r in found)
    console.print()
    console.print(say["sum"].format(n=len(found), d=sum(r.days for r in found), f=count))
    if not count and found:
        console.print(say["all"])


def _finding(console: Console, finding: Finding, lang: str) -> None:
    say = _SAY[lang]
    console.print(
        f"    [red]✕[/] {escape(finding.message(lang))}  [dim]{escape(f'[{finding.id}]')} {finding.version}[/]"
    )
    for row in finding.rows:
        console.print(f"      {escape(law_row(row, lang))}", soft_wrap=True)
    if finding.case:
        console.print(f"      [dim]{say['case']}[/]")
        console.print(escape("\n".join("    " + line for line in finding.case.splitlines())), soft_wrap=True)


def law_row(row: LawRow, lang: str) -> str:
    """`file:line “heading” text — words [citation]`."""
    words = f" — {row.words[lang]}" if row.words and row.words.get("en") != row.text else ""
    cite = f" [{_cite(row.citations)}]" if row.citations else ""
    heading = f" “{row.where.heading}”" if row.where.heading else ""
    return f"{row.where.file}:{row.where.line}{heading}  {row.text}{words}{cite}"
