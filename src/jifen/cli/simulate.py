"""The command `simulate`: reforms of a scheme held against a population."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jifen.cli.app import AsText, Format, Lang, Language, Policies, app, load_rules, print_json
from jifen.cli.population import MappingFile, share
from jifen.problems import Problem, RequestError, Where

if TYPE_CHECKING:
    from jifen.population.simulation import Comparison, Table
    from jifen.population.tally import AmountTally


@app.command(
    epilog="Examples:  jifen simulate --population people.parquet --baseline cn/work-permit@2026-11-23 --reform reform.md --by education.degree  ·  "
    "jifen simulate --population people.parquet --baseline model/permanent-residence@2026-11-23 --pass-mark 65 --pass-mark 60 --by age:10 --svg chart.svg"
)
def simulate(
    population: Annotated[
        list[str],
        typer.Option("--population", "-p", metavar="P", help="Files, globs or folders of people (may be repeated)."),
    ],
    baseline: Annotated[
        str,
        typer.Option(
            "--baseline", "-b", metavar="SCHEME@DATE", help="The scheme, and the day as of which all is held."
        ),
    ],
    reform: Annotated[
        list[Path],
        typer.Option(
            "--reform",
            "-r",
            metavar="FILE",
            help="A version of the scheme that is not law; it may amend one (may be repeated).",
        ),
    ] = [],  # noqa: B006
    pass_mark: Annotated[
        list[int], typer.Option("--pass-mark", min=0, help="Another pass mark as a reform (may be repeated).")
    ] = [],  # noqa: B006
    by: Annotated[
        list[str],
        typer.Option(
            "--by",
            metavar="FACT",
            help="Also by groups: a fact with codes or yes/no, or a number with a width as in age:10 (may be repeated).",
        ),
    ] = [],  # noqa: B006
    k: Annotated[
        int,
        typer.Option(
            "-k", min=1, help="Numbers below this are not shown, nor those from which they could be computed."
        ),
    ] = 10,
    mapping: MappingFile = None,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Write the charts.")] = None,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Hold reforms of a scheme against a population: who gains, who loses, by group, how many pass, how points are spread, what it costs."""
    from jifen.answers.door import as_day
    from jifen.plan.form import version_on
    from jifen.population.job import writing
    from jifen.population.mapping import read_mapping
    from jifen.population.people import read_people
    from jifen.population.reforms import read_reform, with_pass_mark
    from jifen.population.simulation import simulate as hold
    from jifen.population.sources import open_source

    rules = load_rules(policies)
    name, at, day = baseline.partition("@")
    if not at or not day:
        raise RequestError([Problem("bad-baseline", found=baseline)])
    on = as_day(day)
    scheme = version_on(rules.versions(name), on)
    reforms = {str(f): read_reform(f, scheme, rules.shelf) for f in reform}
    mark = {"en": "pass mark", "zh": "及格线"}[lang.value]
    reforms |= {f"{mark} {m}": with_pass_mark(scheme, m) for m in pass_mark}
    if not reforms:
        raise RequestError([Problem("missing-key", Where(path="simulate"), {"key": "--reform"})])
    columns = read_mapping(mapping, rules.vocabulary) if mapping else None
    people = read_people(rules, open_source(population), columns)
    groups = [people.groups(b, lang.value) for b in by]
    found = hold(rules, people, scheme, reforms, on, groups, k)
    if svg:
        with writing(svg):
            svg.write_text(chart(found, baseline, lang.value), "utf-8")
    if format is Format.json:
        print_json({"baseline": name, "on": on.isoformat(), "reforms": [c.data() for c in found.values()]})
    else:
        for comparison in found.values():
            print_comparison(comparison, baseline, lang.value)


_SAY = {
    "en": {
        "against": "against", "people": "people", "gains": "gain", "loses": "lose", "moves": "move", "open": "open", "same": "same",
        "qualify": "qualify", "before": "before", "after": "after", "group": "Group", "all": "People", "mean": "mean points",
        "answer": "Answer", "hidden": "– not shown: fewer than {k} people, or computable from what is shown", "change":
        "gain: qualifies then and did not, or for a better outcome · open: one of the two answers is not settled and they differ",
        "points": "Points", "disclaimer": "This is what the rules give. The authority decides.", "was": "before ↓, after →",
        "sums": "sum", "spread": "Points before and after", "changed": "Who gains and who loses", "few": "not shown",
        "money": "What it comes to (and to how many it is granted)", "amount": "Amount",
    },
    "zh": {
        "against": "对照", "people": "人", "gains": "受益", "loses": "受损", "moves": "变动", "open": "未定", "same": "不变",
        "qualify": "符合", "before": "此前", "after": "此后", "group": "组别", "all": "人数", "mean": "平均积分", "answer": "结果",
        "hidden": "– 不显示：少于 {k} 人，或可由已显示数字推算", "change": "受益：由不符合变为符合，或结果更好 · 未定：其中一个结果尚不能确定且两者不同",
        "points": "积分", "disclaimer": "以上为规则的结果，由主管机关最终决定。", "was": "此前 ↓，此后 →", "sums": "合计",
        "spread": "积分分布：此前与此后", "changed": "受益与受损", "few": "不显示", "money": "金额合计（及获得者数）", "amount": "金额",
    },
}  # fmt: skip


def _shown(number: int | None, of: int = 0) -> str:
    if number is None:
        return "–"
    return f"{number:,} ({share(number, of)})" if of else f"{number:,}"


def _name(answer: str, lang: str) -> str:
    from jifen.cli.render import STATUS

    answer = "qualifies" if answer == "eligible" else answer
    return STATUS[answer][2][lang] if answer in STATUS else answer


def print_comparison(c: Comparison, baseline: str, lang: str) -> None:
    import sys

    from rich.console import Console
    from rich.table import Table as Grid

    say = _SAY[lang]
    console = Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=140)
    console.print(f"[bold]{c.reform}[/bold] {say['against']} {baseline} · {c.people:,} {say['people']}")
    both = [
        f"{say['before']} {_shown(c.before.qualify, c.people)}",
        f"{say['after']} {_shown(c.after.qualify, c.people)}",
    ]
    console.print(f"  {say['qualify']}: {' → '.join(both)}")
    if c.before.points_mean is not None and c.after.points_mean is not None:
        console.print(f"  {say['mean']}: {c.before.points_mean} → {c.after.points_mean}")
    words = " · ".join(f"{say[n]} {_shown(v, c.people)}" for n, v in c.changes.items() if v != 0)
    console.print(f"  {words}")
    console.print(_grid(c.transitions, say["was"], say["sums"], lambda n: _name(n, lang)), markup=False)
    for fact, table in c.by.items():
        grid = Grid(title=fact, title_justify="left", box=None, pad_edge=False)
        grid.add_column(say["group"])
        shown = [i for i, n in enumerate(table.columns) if table.column_sums[i] != 0]
        for i in shown:
            grid.add_column(say[table.columns[i]], justify="right")
        grid.add_column(say["all"], justify="right")
        for name, cells, total in zip(table.rows, table.cells, table.row_sums, strict=True):
            grid.add_row(name, *(_shown(cells[i]) for i in shown), _shown(total))
        console.print(grid)
    if any(x != y for _, _, x, y in c.points):
        console.print(say["spread"])
        grid = Grid(box=None, pad_edge=False)
        for head in ("points", "before", "after"):
            grid.add_column(say[head], justify="right")
        for low, high, x, y in c.points:
            grid.add_row(f"{low}" if low == high else f"{low}–{high}", _shown(x), _shown(y))
        console.print(grid)
    if c.costs:
        console.print(_costs(c, say, lang), markup=False)
    console.print(say["change"])
    if c.hides:
        console.print(say["hidden"].format(k=c.k))
    console.print(say["disclaimer"])
    console.print()


def _costs(c: Comparison, say: dict[str, str], lang: str) -> Any:
    """What each amount comes to before and after, and to how many it is granted."""
    from rich.table import Table as Grid

    grid = Grid(title=say["money"], title_justify="left", box=None, pad_edge=False)
    for head in ("amount", "before", "after"):
        grid.add_column(say[head], justify="left" if head == "amount" else "right")
    for cost in c.costs.values():
        grid.add_row(cost.words[lang], *(_sum(side, lang) if cost.shown else "–" for side in (cost.before, cost.after)))
    return grid


def _sum(side: AmountTally | None, lang: str) -> str:
    from jifen.answers.answer import money_text

    if side is None:
        return ""
    number = "–".join(f"{n:,}" for n in dict.fromkeys((side.certain, side.possible)))
    return f"{money_text(side.low, side.high, side.currency, side.per)[lang]} ({number})"


def _grid(table: Table, head: str, sums: str, name: Any) -> Any:
    from rich.table import Table as Grid

    columns = [i for i, s in enumerate(table.column_sums) if s != 0]
    grid = Grid(box=None, pad_edge=False)
    grid.add_column(head)
    for i in columns:
        grid.add_column(name(table.columns[i]), justify="right")
    grid.add_column(sums, justify="right")
    for row, cells, total in zip(table.rows, table.cells, table.row_sums, strict=True):
        if total != 0:
            grid.add_row(name(row), *(_shown(cells[i]) for i in columns), _shown(total))
    grid.add_row(sums, *(_shown(table.column_sums[i]) for i in columns), "")
    return grid


def chart(found: dict[str, Comparison], baseline: str, lang: str) -> str:
    """For each reform: who gains and loses in all and by group, and the points before and after."""
    from jifen.population.charts import grouped, spread, together

    say = _SAY[lang]
    charts = []
    for c in found.values():
        note = say["hidden"].format(k=c.k).replace("– ", "")
        description = f"{say['against']} {baseline} · {c.people:,} {say['people']}"
        both = (say["gains"], say["loses"])
        changed = {say["all"]: {say[n]: v for n, v in c.changes.items() if n != "same"}}
        charts.append(grouped(f"{say['changed']}: {c.reform}", description, changed, lang, note, both))
        for fact, table in c.by.items():
            groups = {
                row: {say[n]: v for n, v in zip(table.columns, cells, strict=True) if n != "same"}
                for row, cells in zip(table.rows, table.cells, strict=True)
            }
            charts.append(grouped(f"{fact}: {c.reform}", description, groups, lang, note, both))
        if c.points:
            held = [(low, high, [x, y]) for low, high, x, y in c.points]
            names = [say["before"], say["after"]]
            charts.append(spread(f"{say['spread']}: {c.reform}", description, held, names, lang, note))
    return together(charts)
