"""The command `jifen agree`: every engine held against the reference, with evidence."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from jifen.cli.app import AsText, Format, Lang, Language, OnDay, Policies, app, chosen, load_rules, print_json

_SAY = {
    Lang.en: {
        "columns": ("Scheme", "boundary", "random", "combinations", "conformance", "differences"),
        "none": "No engine differs from the reference.",
        "some": "{n} differences.",
        "stale": "stale",
        "wrote": "Wrote {n} files to {folder}.",
        "progress": "Comparing",
    },
    Lang.zh: {
        "columns": ("方案", "边界人", "随机人", "全部组合", "一致性用例", "差异"),
        "none": "各引擎与参考引擎完全一致。",
        "some": "共有 {n} 处差异。",
        "stale": "已过期",
        "wrote": "已写入 {n} 个文件：{folder}。",
        "progress": "正在比较",
    },
}  # fmt: skip


@app.command(
    epilog="Examples:  jifen agree  ·  jifen agree cn/work-permit -n 1000000 --evidence evidence.json  ·  "
    "jifen agree --write-cases conformance"
)
def agree(
    scheme: Annotated[str, typer.Argument(help="A scheme's id or group; all if left out.")] = "",
    people: Annotated[int, typer.Option("-n", "--people", min=0, help="Random people a scheme.")] = 1000,
    seed: Annotated[str, typer.Option("--seed", help="The people are the same for the same seed.")] = "1",
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", metavar="FILE", help="Write what was compared, scheme by scheme, as JSON."),
    ] = None,
    cases: Annotated[
        Path,
        typer.Option("--cases", metavar="DIR", help="The folder of conformance cases, checked where there are any."),
    ] = Path("conformance"),
    write_cases: Annotated[
        Path | None, typer.Option("--write-cases", metavar="DIR", help="Make the conformance cases anew and stop.")
    ] = None,
    on: OnDay = None,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Hold every engine against the reference: people on both sides of every edge, random people, all combinations of small criteria.

    Exit code 1 if anything differs, or a conformance case is not what the law of today gives.
    """
    from rich.console import Console
    from rich.progress import track

    from jifen.answers.door import as_day
    from jifen.engines.agreement import agree as compare

    rules, day, say = load_rules(policies), as_day(on), _SAY[lang]
    ids = chosen(rules, [scheme]) if scheme else None
    plans = {s: rules.plan(s, day) for s in ids or rules.shelf.schemes}
    if write_cases:
        written = _write(plans, rules.vocabulary, day, write_cases)
        print(str(say["wrote"]).format(n=written, folder=write_cases))
        return
    found: list[dict[str, Any]] = []
    quiet = Console(stderr=True)
    todo = [(s, p) for s, p in plans.items() if p is not None]
    for name, plan in track(todo, str(say["progress"]), console=quiet, disable=not quiet.is_terminal):
        data = compare(name, plan, rules.vocabulary, rules.derivations, day, people, seed).data()
        data["conformance"] = _conformance(name, plan, rules, cases)
        found.append(data)
    if evidence:
        _keep(evidence, found)
    if format is Format.json:
        print_json(found)
    else:
        _table(found, lang)
    if any(f["differences"] or f["conformance"]["differences"] or f["conformance"]["stale"] for f in found):
        raise typer.Exit(1)


def _write(plans: Any, vocabulary: Any, day: date, folder: Path) -> int:
    from jifen.engines.conformance import document, file_of

    count = 0
    for name, plan in plans.items():
        if plan is not None:
            path = file_of(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(document(plan, vocabulary, day), "utf-8")
            count += 1
    return count


def _conformance(name: str, plan: Any, rules: Any, folder: Path) -> dict[str, Any]:
    """How many cases of the scheme were held against the reference and the generated function, and how many differ."""
    from jifen.engines.conformance import file_of, law_hash, read_cases, says
    from jifen.engines.python import compile_function

    path = file_of(folder, name)
    result = {"cases": 0, "differences": 0, "stale": False}
    if not path.is_file():
        return result
    head, cases = read_cases(path, rules.vocabulary)
    day = date.fromisoformat(head["as_of"])
    plan = rules.plan(name, day)
    if plan is None or law_hash(plan) != head["law_hash"]:
        return result | {"stale": True}
    function = compile_function(plan)
    for case in cases:
        result["cases"] += 1
        short = function(case.profile, day)
        points = None if short.points is None else {"low": short.points[0], "high": short.points[1]}
        brief = {"status": short.status, "outcome": short.outcome, "points": points}
        same = says(plan, case.profile, day) == case.says and all(case.says[k] == v for k, v in brief.items())
        result["differences"] += not same
    return result


def _keep(path: Path, found: list[dict[str, Any]]) -> None:
    """Write the evidence so that nothing half-written is ever seen."""
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    part.replace(path)


def _table(found: list[dict[str, Any]], lang: Lang) -> None:
    from rich.console import Console
    from rich.table import Table

    say = _SAY[lang]
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=120)
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    first, *others = say["columns"]
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    total = 0
    for f in found:
        cases = f["conformance"]
        wrong = f["differences"] + cases["differences"]
        total += wrong
        shown = str(say["stale"]) if cases["stale"] else f"{cases['cases']:,}"
        row = (f["boundary_people"], f["random_people"], sum(f["combinations"].values()))
        table.add_row(
            f["scheme"], *(f"{n:,}" for n in row), shown, f"{wrong:,}", style="red" if wrong or cases["stale"] else None
        )
    console.print(table)
    for f in found:
        for example in f["examples"]:
            console.print(f"{f['scheme']} · {example['engine']}: {example['expected_and_found']}", style="red")
            console.print(f"  {example['profile']}", style="dim")
    console.print(str(say["some"]).format(n=total) if total else str(say["none"]))
