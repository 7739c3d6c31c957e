"""The command `population`: a table of people held against schemes, with a report before, progress during, a summary after."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jifen.cli.app import (
    AsText,
    Format,
    Lang,
    Language,
    OnDay,
    Policies,
    SchemeIds,
    app,
    chosen,
    load_rules,
    print_json,
)
from jifen.problems import Problem, RequestError, Where

if TYPE_CHECKING:
    from jifen.answers.door import Jifen
    from jifen.population.job import Job, Progress
    from jifen.population.sources import Source
    from jifen.population.tally import Tally


class BadRowsChoice(StrEnum):
    stop = "stop"
    report = "report"


MappingFile = Annotated[
    Path | None, typer.Option("--mapping", "-m", metavar="FILE", help="Which column gives which fact (YAML).")
]


@app.command(
    epilog="Examples:  jifen population people.parquet answers.parquet --scheme cn/work-permit --on 2026-11-23  ·  "
    "jifen population 'in/*.csv' out --mapping columns.yaml --bad-rows report  ·  "
    "jifen population people.csv --suggest-mapping columns.yaml"
)
def population(
    paths: Annotated[
        list[str],
        typer.Argument(
            metavar="IN... OUT",
            help="Files, globs or folders of Parquet, CSV or Arrow; then what to write: a file, or a new folder.",
        ),
    ],
    scheme: SchemeIds = [],  # noqa: B006
    on: OnDay = None,
    mapping: MappingFile = None,
    suggest_mapping: Annotated[
        Path | None,
        typer.Option(
            "--suggest-mapping", metavar="FILE", help="Write a mapping file suggested from the headers of IN, and stop."
        ),
    ] = None,
    keep: Annotated[
        list[str],
        typer.Option(
            "--keep",
            metavar="COLUMN",
            help="Only this column of IN goes to OUT (may be repeated); `none` for none. All if left out.",
        ),
    ] = [],  # noqa: B006
    where: Annotated[
        str,
        typer.Option(
            "--where",
            metavar="CONDITION",
            help="Only rows of whom this holds, written as in a scheme: 'age >= 30 and cn/work-permit is B'.",
        ),
    ] = "",
    reasons: Annotated[
        list[str],
        typer.Option(
            "--reasons", metavar="KIND", help="criteria, failing, distance, deciding or all (may be repeated)."
        ),
    ] = [],  # noqa: B006
    bad_rows: Annotated[
        BadRowsChoice,
        typer.Option(
            "--bad-rows",
            help="Stop at the first value that cannot be read, or leave its row without an answer and list it.",
        ),
    ] = BadRowsChoice.stop,
    summary: Annotated[
        list[Path],
        typer.Option(
            "--summary", metavar="FILE", help="Also write the summary: .txt, .json or .svg (may be repeated)."
        ),
    ] = [],  # noqa: B006
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only report what the columns give.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over OUT.")] = False,
    restart: Annotated[bool, typer.Option("--restart", help="Throw away the parts of an unfinished run.")] = False,
    workers: Annotated[int, typer.Option("--workers", min=0, help="Parts at a time; 0: one a core.")] = 0,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Hold a table of people or organisations against schemes: status, outcome, points and amounts of every row.

    A run that was killed goes on when the same command is given again. OUT appears only when it is whole.
    """
    # Arrow reads this when it is loaded: its own way to keep memory is no faster here, and keeps a quarter more.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    from jifen.population.job import Job
    from jifen.population.sources import open_source

    rules = load_rules(policies)
    if suggest_mapping:
        source = open_source(paths)
        _suggest(source, suggest_mapping, rules, force, lang.value)
        return
    if len(paths) < 2 and not dry_run:
        raise RequestError([Problem("no-out", Where(paths[0]))])
    for each in summary:
        if each.suffix not in (".txt", ".json", ".svg"):
            raise RequestError(
                [Problem("unknown-format", Where(str(each)), {"formats": ".txt, .json, .svg"}, each.suffix)]
            )
    given, out = (paths[:-1], Path(paths[-1])) if len(paths) > 1 else (paths, Path("out"))
    source = open_source(given)
    settings = _settings(rules, source, chosen(rules, scheme), on, mapping, keep, where, reasons, bad_rows.value)
    job = Job(rules, source, out, settings, force or dry_run, restart, workers)
    report = _report(job)
    if dry_run:
        print_json(report) if format is Format.json else _print_report(report, lang.value, sys.stdout)
        return
    if format is Format.text:
        _print_report(report, lang.value, sys.stderr)
    tally = _with_progress(job, lang.value)
    data = {"on": job.scorer.on.isoformat(), "out": str(out), **tally.data()}
    if format is Format.json:
        print_json(data)
    else:
        print(summary_text(tally, rules, lang.value), end="")
    for each in summary:
        _write_summary(each, data, tally, rules, lang.value)


def _settings(
    rules: Jifen, source: Source, schemes: list[str] | None, on: str | None, mapping: Path | None, keep: list[str],
    where: str, reasons: list[str], bad_rows: str,
) -> Any:  # fmt: skip
    from jifen.answers.door import as_day
    from jifen.engines.kernel import REASONS
    from jifen.population.mapping import read_mapping
    from jifen.population.scoring import Settings
    from jifen.problems import nearest

    wanted = [w.strip() for r in reasons for w in r.split(",")]
    for each in wanted:
        if each not in (*REASONS, "all"):
            blanks = {"key": "--reasons", "choices": ", ".join((*REASONS, "all"))}
            raise RequestError([Problem("not-one-of", Where(), blanks, each, nearest(each, REASONS))])
    columns = read_mapping(mapping, rules.vocabulary) if mapping else None
    kept = None if not keep else () if keep == ["none"] else tuple(keep)
    return Settings(
        None if schemes is None else tuple(schemes),
        as_day(on),
        columns,
        tuple(r for r in REASONS if r in wanted or "all" in wanted),
        kept,
        where,
        bad_rows,  # type: ignore[arg-type]
    )


# --- before ---------------------------------------------------------------------------------------------------


def _suggest(source: Source, file: Path, rules: Jifen, force: bool, lang: str) -> None:
    from jifen.population.job import writing
    from jifen.population.mapping import as_yaml, suggest

    if file.exists() and not force:
        raise RequestError([Problem("file-exists", Where(str(file)))])
    text = as_yaml(suggest(source.sample(), rules.vocabulary), lang)
    with writing(file):
        file.write_text(text, "utf-8")
    print(text, end="")


def _report(job: Job) -> dict[str, Any]:
    """What each column gives, before the first row is read."""
    scorer, schema = job.scorer, job.source.schema
    columns = []
    for name in schema.names:
        coding = scorer.columns.get(name)
        entry: dict[str, Any] = {"column": name, "type": str(schema.field(name).type)}
        if coding:
            entry |= {"fact": coding.fact.id, "unit": coding.fact.unit_text, "asked": name not in scorer.unasked}
        entry["kept"] = name in scorer.kept
        columns.append(entry)
    return {
        "files": len(job.source.files),
        "rows": job.source.rows,
        "bytes": job.source.size,
        "on": scorer.on.isoformat(),
        "columns": columns,
        "unknown": list(scorer.unknown),
        "schemes": {name: plan.scheme.start.isoformat() if plan else None for name, plan in scorer.plans.items()},
    }


_SAY = {
    "en": {
        "column": "Column", "type": "Type", "fact": "Gives the fact", "through": "goes through", "unasked": "not asked by these schemes",
        "left": "left out", "rows": "rows", "files": "files", "file": "file", "unknown": "{n} facts that the schemes ask have no column and are unknown",
        "reading": "Rows", "scheme": "Scheme", "outcome": "Outcomes", "points": "Points", "mean": "mean", "left_out": "left out by --where",
        "undecided": "of them because a fact is unknown", "bad": "rows without an answer, because a value cannot be read",
        "lines": "lines of CSV with too few or too many fields", "people": "rows with answers", "stopped":
        "stopped; what is finished is kept, and the same command goes on from there", "disclaimer":
        "This is what the published rules give. The authority decides.", "kept": "finished before", "only": "only bounds known of",
        "amount": "Amount", "granted": "Granted to", "together": "Together", "certain": "certain", "open": "open",
        "known": "Points where they are known", "head": "A population held against the schemes",
    },
    "zh": {
        "column": "列", "type": "类型", "fact": "对应事实", "through": "原样输出", "unasked": "所选方案未询问", "left": "不输出",
        "rows": "行", "files": "个文件", "file": "个文件", "unknown": "方案询问的 {n} 个事实没有对应列，视为未知", "reading": "行数", "scheme": "方案",
        "outcome": "结果", "points": "积分", "mean": "平均", "left_out": "行不满足 --where", "undecided": "其中因事实未知",
        "bad": "行因值无法读取而没有结果", "lines": "行 CSV 字段数不符", "people": "行有结果", "stopped": "已中断；已完成部分保留，重新执行同一命令即可继续",
        "disclaimer": "以上为公布规则的结果，由主管机关最终决定。", "kept": "此前已完成", "only": "仅知上下界", "amount": "金额", "granted": "获得者",
        "together": "合计", "certain": "已确定", "open": "未定", "known": "已确定的积分", "head": "群体对照各方案的结果",
    },
}  # fmt: skip


def _print_report(report: dict[str, Any], lang: str, to: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    say = _SAY[lang]
    console = Console(file=to, highlight=False)
    if not console.is_terminal:
        console = Console(file=to, highlight=False, width=120)
    rows = f" · {report['rows']:,} {say['rows']}" if report["rows"] is not None else ""
    files = say["file"] if report["files"] == 1 else say["files"]
    console.print(f"{report['files']} {files}{rows} · {report['on']}")
    table = Table(box=None, pad_edge=False)
    for head in ("column", "type", "fact"):
        table.add_column(say[head])
    for c in report["columns"]:
        gives = c.get("fact", "")
        if gives:
            gives += f" ({c['unit']})" if c["unit"] else ""
            gives += "" if c["asked"] else f" – {say['unasked']}"
        else:
            gives = f"– {say['through'] if c['kept'] else say['left']}"
        table.add_row(
            c["column"], c["type"].replace("dictionary<values=string, indices=int32, ordered=0>", "string"), gives
        )
    console.print(table, markup=False)
    if report["unknown"]:
        names = ", ".join(report["unknown"][:6]) + (", …" if len(report["unknown"]) > 6 else "")
        console.print(f"{say['unknown'].format(n=len(report['unknown']))}: {names}", markup=False)


# --- during ---------------------------------------------------------------------------------------------------


def _with_progress(job: Job, lang: str) -> Tally:
    """Run with a bar on standard error: rows, rate and time left; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    say = _SAY[lang]
    console = Console(stderr=True, highlight=False)
    bar = Bar(
        TextColumn(say["reading"]), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[done]}"),
        TextColumn("{task.fields[rate]}"), TimeElapsedColumn(), TimeRemainingColumn(),
        console=console, disable=not console.is_terminal, transient=False,
    )  # fmt: skip
    with bar:
        task = bar.add_task("", total=job.source.rows or job.source.size, done="", rate="")
        told = False

        def show(p: Progress) -> None:
            nonlocal told
            if p.before and not told and not console.is_terminal:
                console.print(f"{say['kept']}: {p.before:,} {say['rows']}")
                told = True
            elapsed = bar.tasks[0].elapsed or 0
            rate = (p.done - p.before) / elapsed if elapsed else 0
            bar.update(
                task, completed=p.done if p.rows is not None else p.bytes, done=f"{p.done:,} {say['rows']}",
                rate=f"{rate / 1e6:.2f} M/s" if rate >= 1e5 else f"{rate:,.0f}/s",
            )  # fmt: skip

        try:
            tally = job.run(show)
        except KeyboardInterrupt:
            bar.stop()
            print(say["stopped"], file=sys.stderr)
            raise typer.Exit(130) from None
        bar.update(task, completed=job.source.rows or job.source.size)
    return tally


# --- after ----------------------------------------------------------------------------------------------------


def summary_text(tally: Tally, rules: Jifen, lang: str) -> str:
    """Counts by status and outcome, and the points, of every scheme."""
    from io import StringIO

    from rich.console import Console
    from rich.table import Table

    from jifen.cli.render import STATUS

    say = _SAY[lang]
    out = StringIO()
    on_terminal = sys.stdout.isatty()
    console = Console(file=out, highlight=False, width=None if on_terminal else 140, force_terminal=on_terminal)
    statuses = [s for s in STATUS if any(t.status[s] for t in tally.schemes.values())]
    table = Table(box=None, pad_edge=False)
    table.add_column(say["scheme"], no_wrap=True)
    for s in statuses:
        sign, _, words = STATUS[s]
        table.add_column(f"{sign} {words[lang]}", justify="right")
    table.add_column(say["outcome"])
    table.add_column(say["points"])
    for name, t in tally.schemes.items():
        of = sum(t.status.values()) or 1
        cells = [f"{t.status[s]:,} ({share(t.status[s], of)})" if t.status[s] else "" for s in statuses]
        outcomes = ", ".join(f"{o} {n:,}" for o, n in t.outcome.items()) if len(t.outcome) > 1 else ""
        table.add_row(name, *cells, outcomes, _points_text(t, say))
    console.print(table, markup=False)
    console.print(f"{tally.scored:,} {say['people']}")
    if tally.left_out:
        more = f", {tally.undecided:,} {say['undecided']}" if tally.undecided else ""
        console.print(f"{tally.left_out:,} {say['left_out']}{more}")
    if tally.bad:
        values = ", ".join(f"{k} {n:,}" for k, n in tally.mistakes.most_common(6))
        console.print(f"{tally.bad:,} {say['bad']}: {values}", markup=False)
    if tally.lines:
        console.print(f"{tally.lines:,} {say['lines']}")
    if any(t.amounts for t in tally.schemes.values()):
        console.print(_amounts_table(tally, rules, lang), markup=False)
    if len(tally.schemes) <= _DETAILED:
        for name, t in tally.schemes.items():
            if t.points:
                console.print(_distribution(name, t.points, say), markup=False)
    console.print(say["disclaimer"])
    return out.getvalue()


def _amounts_table(tally: Tally, rules: Jifen, lang: str) -> Any:
    """To how many each amount is granted, and what it comes to together: bounds where something is unknown."""
    from rich.table import Table

    from jifen.answers.answer import money_text

    say = _SAY[lang]
    table = Table(box=None, pad_edge=False)
    table.add_column(say["scheme"], no_wrap=True)
    table.add_column(say["amount"])
    table.add_column(say["granted"], justify="right")
    table.add_column(say["together"], justify="right")
    for name, t in tally.schemes.items():
        titles = _titles(rules, name)
        for id_, sum_ in t.amounts.items():
            number = " – ".join(f"{n:,}" for n in dict.fromkeys((sum_.certain, sum_.possible)))
            table.add_row(
                name, titles[id_][lang], number, money_text(sum_.low, sum_.high, sum_.currency, sum_.per)[lang]
            )
    return table


_DETAILED = 3
"""Up to so many schemes, the text also holds the distribution of the points."""


def _distribution(name: str, points: Mapping[int, int], say: dict[str, str]) -> str:
    """One line a bin: from–to, people, a bar."""
    from jifen.population.tally import bins

    held = bins(points)
    most = max(people for *_, people in held)
    labels = [f"{low}" if low == high else f"{low}–{high}" for low, high, _ in held]
    wide, digits = max(map(len, labels)), len(f"{most:,}")
    lines = [
        f"  {label.rjust(wide)}  {people:{digits},}  {'█' * round(40 * people / most)}"
        for label, (_, _, people) in zip(labels, held, strict=True)
    ]
    return "\n".join([f"{name} · {say['known']}", *(line.rstrip() for line in lines)])


def share(part: int, whole: int) -> str:
    """`12.3 %`; never 0 or 100 where it is not."""
    percent = 100 * part / whole
    text = f"{percent:.1f}"
    if text == "0.0" and part:
        text = "<0.1"
    if text == "100.0" and part != whole:
        text = ">99.9"
    return f"{text} %"


def _points_text(tally: Any, say: dict[str, str]) -> str:
    known = sum(tally.points.values())
    if not known:
        return f"{say['only']} {tally.open_points:,}" if tally.open_points else ""
    mean = sum(p * n for p, n in tally.points.items()) / known
    more = f"; {say['only']} {tally.open_points:,}" if tally.open_points else ""
    return f"{min(tally.points)}–{max(tally.points)}, {say['mean']} {mean:.1f}{more}"


def _write_summary(file: Path, data: dict[str, Any], tally: Tally, rules: Jifen, lang: str) -> None:
    from jifen.population.job import writing

    if file.suffix == ".json":
        text = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    elif file.suffix == ".svg":
        text = summary_svg(tally, rules, data["on"], lang)
    else:
        text = summary_text(tally, rules, lang)
    with writing(file):
        file.write_text(text, "utf-8")


def _sums(tally: Tally, rules: Jifen, unit: tuple[str, str], lang: str) -> dict[str, dict[str, int | None]]:
    """What each amount of a unit comes to, in whole units: for certain, and what is still open."""
    from jifen.facts.vocabulary import currency_places
    from jifen.plan.values import scale

    say, one = _SAY[lang], scale(currency_places(unit[0]))
    found: dict[str, dict[str, int | None]] = {}
    for name, t in tally.schemes.items():
        for id_, a in t.amounts.items():
            if (a.currency, a.per) == unit and a.high:
                title = f"{_titles(rules, name)[id_][lang]} · {rules.versions(name)[-1].title[lang]}"
                found[title] = {say["certain"]: a.low // one, say["open"]: a.high // one - a.low // one}
    return found


def _unit(currency: str, per: str, lang: str) -> str:
    from jifen.facts.units import in_words

    return in_words(f"{currency} a {per}" if per else currency, lang)


def _titles(rules: Jifen, scheme: str) -> dict[str, Any]:
    """The titles of the amounts of a scheme, in any of its versions."""
    return {a.id: a.title for version in rules.versions(scheme) for a in version.amounts}


def summary_svg(tally: Tally, rules: Jifen, on: str, lang: str) -> str:
    """Status of each scheme, outcomes where it has several, and the distribution of the points that are known."""
    from jifen.cli.render import STATUS
    from jifen.population.charts import grouped, spread, together
    from jifen.population.tally import bins

    say = _SAY[lang]
    status = {n: {STATUS[s][2][lang]: t.status[s] for s in STATUS} for n, t in tally.schemes.items()}
    description = f"{tally.scored:,} {say['people']} · {on} · {say['disclaimer']}"
    charts = [grouped(say["head"], description, status, lang)]
    outcomes = {n: dict(t.outcome) for n, t in tally.schemes.items() if len(t.outcome) > 1}
    for name, t in tally.schemes.items():
        title = rules.versions(name)[-1].title[lang]
        if name in outcomes:
            titles = {o.id: o.title[lang] for version in rules.versions(name) for o in version.outcomes}
            charts.append(
                grouped(
                    f"{title} · {say['outcome']}",
                    description,
                    {titles[o]: {say["people"]: n} for o, n in t.outcome.items()},
                    lang,
                )
            )
        if t.points:
            found = [(low, high, [n]) for low, high, n in bins(t.points)]
            words = f"{say['known']}: {_points_text(t, say)}"
            charts.append(spread(f"{title} · {say['points']}", words, found, [say["people"]], lang))
    for unit in dict.fromkeys((a.currency, a.per) for t in tally.schemes.values() for a in t.amounts.values()):
        sums, ends = _sums(tally, rules, unit, lang), (say["certain"], say["open"])
        charts.append(grouped(f"{say['amount']} · {_unit(*unit, lang)}", description, sums, lang, always=ends))
    return together(charts)
