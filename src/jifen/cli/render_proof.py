"""What `verify`, `diff` and `cases` print."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from jifen.answers.door import Jifen
from jifen.cli.console import console as _console
from jifen.facts.values import show_value
from jifen.proof.difference import Change, Difference, Region
from jifen.proof.findings import Finding, LawRow
from jifen.proof.verify import Report
from jifen.schemes.citations import all_text

_SAY = {
    "en": {
        "holds": "holds", "versions": "versions", "days": "days", "findings": "findings", "accepted": "accepted oddities",
        "law": "law", "case": "a person who shows it, for cases.yaml", "why": "accepted", "all": "Every check of every scheme holds, for all possible people.",
        "sum": "{n} schemes, {d} versions and days of change proven, {f} findings.", "ordered": "one person can meet both {first} and {second}; the first is the answer",
        "proving": "Proving",
    },
    "zh": {
        "holds": "成立", "versions": "个版本", "days": "个变动日", "findings": "项发现", "accepted": "项已接受的异常", "law": "法条",
        "case": "可作例证的人（可贴入 cases.yaml）", "why": "已接受", "all": "所有方案的所有检查对一切可能的人均成立。",
        "sum": "共证明 {n} 个方案、{d} 个版本及变动日，{f} 项发现。", "ordered": "同一人可同时符合 {first} 与 {second}，以前者为准", "proving": "证明中",
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


def reports(found: Sequence[Report], lang: str, overlaps: bool = False) -> None:
    """One line a scheme; findings and accepted oddities below it, and with `overlaps` the outcomes that one person can meet."""
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
        versions: dict[str, list[Finding]] = {}
        for finding in report.findings:
            versions.setdefault(finding.id, []).append(finding)
        for group in versions.values():
            _finding(console, group, lang)
        for problem in report.problems:
            console.print(escape("\n".join("    " + line for line in problem.text(lang).splitlines())))
        told: set[str] = set()
        for finding, oddity in report.accepted:
            if finding.id not in told:
                told.add(finding.id)
                console.print(f"    [yellow]○[/] {escape(finding.message(lang))}")
                cite = all_text(oddity.citations, lang)
                colon = ": " if lang == "en" else "："
                console.print(f"      [dim]{say['why']}{colon}{escape(oddity.reason[lang])} {escape(f'[{cite}]')}[/]")
        if overlaps:
            _overlaps(console, report, lang)
    count = sum(len(r.findings) + len(r.problems) for r in found)
    console.print()
    console.print(say["sum"].format(n=len(found), d=sum(r.days for r in found), f=count))
    if not count and found:
        console.print(say["all"])


def _finding(console: Console, group: Sequence[Finding], lang: str) -> None:
    """A finding once, with all the versions that it is about."""
    say, finding = _SAY[lang], group[0]
    days = ", ".join(str(f.version) for f in group)
    console.print(f"    [red]✕[/] {escape(finding.message(lang))}  [dim]{escape(f'[{finding.id}]')} {days}[/]")
    for row in finding.rows:
        console.print(f"      {escape(law_row(row, lang))}", soft_wrap=True)
    if finding.case:
        console.print(f"      [dim]{say['case']}[/]")
        console.print(escape("\n".join("    " + line for line in finding.case.splitlines())), soft_wrap=True)


def _overlaps(console: Console, report: Report, lang: str) -> None:
    """Each pair of outcomes that overlap once, with the person of the latest version."""
    say = _SAY[lang]
    for overlap in {(o.first, o.second): o for o in report.overlaps}.values():
        text = say["ordered"].format(first=overlap.first, second=overlap.second)
        console.print(f"    [dim]○[/] {escape(text)}  [dim]{overlap.version}[/]")
        console.print(f"      [dim]{say['case']}[/]")
        console.print(escape("\n".join("    " + line for line in overlap.case.splitlines())), soft_wrap=True)


def _shown(file: str) -> str:
    """A file as it is named from here, if it lies below."""
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file


def law_row(row: LawRow, lang: str) -> str:
    """`file:line “heading” text — words [citation]`."""
    words = f" — {row.words[lang]}" if row.words and row.words.get("en") != row.text else ""
    cite = f" [{all_text(row.citations, lang)}]" if row.citations else ""
    heading = f" “{row.where.heading}”" if row.where.heading else ""
    return f"{_shown(row.where.file)}:{row.where.line}{heading}  {row.text}{words}{cite}"


# --- what differs between two versions -------------------------------------------------------------------------

_DIFF = {
    "en": {
        "same": "Nothing differs: everybody has the same outcome and the same points.", "changed": "What changed in the law",
        "who": "Whose answer changes", "none": "no outcome", "points": "points", "same_points": "the same points",
        "because": "because", "more": "{n} more", "fewer": "{n} fewer", "holds": "now holds", "fails": "no longer holds", "example": "for example",
        "many": "too many kinds of people to list: see the rows", "everybody": "everybody", "to": "to", "only": "no outcome or points change, although the rows do",
        "proof": "Complete: the regions share nobody, and every combination of outcome before, outcome after{by} and points that is not listed was shown to hold nobody.",
        "by": ", change of rows", "stays": "stays",
    },
    "zh": {
        "same": "没有差异：所有人的结果和积分均相同。", "changed": "法规的变化", "who": "答复发生变化的人", "none": "无结果", "points": "分",
        "same_points": "积分不变", "because": "原因", "more": "多{n}", "fewer": "少{n}", "holds": "现在成立", "fails": "不再成立", "example": "例如",
        "many": "人群种类过多，不逐一列出，请见各行", "everybody": "所有人", "to": "至", "only": "各行有变化，但无人的结果或积分改变",
        "proof": "完整性：各区域互不重叠；未列出的“原结果、新结果{by}、积分”组合均已证明不含任何人。", "by": "、条款变化", "stays": "不变",
    },
}  # fmt: skip


def difference(found: Difference, rules: Jifen, lang: str) -> None:
    """First the rows of the law that changed and for whom, then the regions of people whose answer changes."""
    console, say = _console(), _DIFF[lang]
    sides = [f"{scheme} {version} [dim]({on})[/]" for scheme, version, on in (found.first, found.second)]
    console.print(f"[bold]{sides[0]}[/] → [bold]{sides[1]}[/]\n")
    if not found.changes and not found.regions:
        console.print(say["same"])
        return
    if found.changes:
        console.print(f"[bold]{say['changed']}[/]")
        for change in found.changes:
            _change(console, change, lang)
    console.print(f"\n[bold]{say['who']}[/]")
    if not found.regions:
        console.print(f"  {say['only']}")
    titles = {c.id: c.title[lang] for c in found.changes}
    for n, region in enumerate(found.regions, 1):
        _region(console, n, region, found, titles, rules, lang)
    console.print(f"\n[dim]{say['proof'].format(by=say['by'] if found.parted else '')}[/]")


def _change(console: Console, change: Change, lang: str) -> None:
    say = _DIFF[lang]
    console.print(f"  {escape(change.title[lang])} [dim]{escape(f'[{change.id}]')}[/]")
    for rows, sign, colour in ((change.before, "-", "red"), (change.after, "+", "green")):
        for row in rows[:12]:
            console.print(f"    [{colour}]{sign}[/] {escape(law_row(row, lang))}", soft_wrap=True)
        if len(rows) > 12:
            console.print(f"    [{colour}]{sign}[/] … {len(rows) - 12}")
    colon = ": " if lang == "en" else "："
    for shift in change.shifts:
        if not change.points:
            what = say["holds"] if shift.gain > 0 else say["fails"]
        elif shift.before is None:
            what = _gain(shift.gain, lang)
        else:
            what = f"{shift.before} → {shift.after}"
        for words in shift.who or ({"en": say["many"], "zh": say["many"]},):
            console.print(f"    [bold]{what}[/]{colon}{escape(words[lang])}", soft_wrap=True)


def _gain(gain: int, lang: str) -> str:
    say = _DIFF[lang]
    space = " " if lang == "en" else ""
    return say["more" if gain > 0 else "fewer"].format(n=abs(gain)) + space + say["points"]


def _region(
    console: Console, n: int, region: Region, found: Difference, titles: dict[str, str], rules: Jifen, lang: str
) -> None:
    say = _DIFF[lang]

    def outcome(id_: str | None) -> str:
        if id_ is None:
            return say["none"]
        return found.titles[id_][lang] if id_ in found.titles else id_

    before, after = outcome(region.before), outcome(region.after)
    low, high = region.points
    if low == high == 0:
        points = ""
    elif low == high:
        points = ", " + _gain(low, lang)
    else:
        points = f", {_gain(low, lang) if low else say['same_points']} {say['to']} {_gain(high, lang) if high else say['same_points']}"
    change = f"{before} → {after}" if before != after else f"{before} ({say['stays']})"
    console.print(f"  {n}. [bold]{escape(change)}[/]{points}")
    if region.by:
        reasons = [
            f"{titles[i]} {_gain(g, lang) if next(c for c in found.changes if c.id == i).points else say['holds' if g > 0 else 'fails']}"
            for i, g in region.by.items()
        ]
        console.print(f"     {say['because']}: {escape('; '.join(reasons))}", soft_wrap=True)
    facts = rules.vocabulary.facts
    person = "; ".join(
        f"{facts[f].title[lang]} {show_value(facts[f], v, lang)}" for f, v in region.person.values.items()
    )
    console.print(f"     [dim]{say['example']}: {escape(person)}[/]", soft_wrap=True)
