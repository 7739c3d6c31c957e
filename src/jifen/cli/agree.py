"""The command `jifen agree`: every engine held against the reference, with evidence."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from jifen.cli.app import AsText, Format, Lang, Language, OnDay, Policies, app, chosen, load_rules, print_json

_SAY = {
    Lang.en: {
        "columns": ("Scheme", "edges", "random", "combinations", "not a value", "reference alone", "kernel", "function",
                    "SQL", "browser", "cases", "differences"),
        "none": "No engine differs from the reference.",
        "some": "{n} differences.",
        "stale": "stale",
        "wrote": "Wrote {n} files to {folder}.",
        "progress": "Comparing",
        "kept": "{n} schemes stand in {file} already.",
    },
    Lang.zh: {
        "columns": ("方案", "边界人", "随机人", "全部组合", "非法值", "逐人参考", "内核", "生成函数", "SQL", "浏览器", "用例", "差异"),
        "none": "各引擎与参考引擎完全一致。",
        "some": "共有 {n} 处差异。",
        "stale": "已过期",
        "wrote": "已写入 {n} 个文件：{folder}。",
        "progress": "正在比较",
        "kept": "{file} 中已有 {n} 个方案。",
    },
}  # fmt: skip
_SOURCES = ("facts", "plan", "engines")


@app.command(
    epilog="Examples:  jifen agree  ·  jifen agree cn/work-permit --people 1000000 --evidence evidence.json  ·  "
    "jifen agree --write-cases conformance"
)
def agree(
    scheme: Annotated[str, typer.Argument(help="A scheme's id or group; all if left out.")] = "",
    people: Annotated[int, typer.Option("-n", "--people", min=0, help="Random people a scheme.")] = 1000,
    function: Annotated[
        int | None,
        typer.Option("--function", min=0, help="Of these, so many for the generated function; all if left out."),
    ] = None,
    browser: Annotated[int, typer.Option("--browser", min=0, help="Of these, so many for the browser's engine.")] = 200,
    strange: Annotated[
        int, typer.Option("--strange", min=0, help="People with a value outside its domain, a scheme.")
    ] = 100,
    jobs: Annotated[int, typer.Option("-j", "--jobs", min=0, help="Processes; 0: one a core.")] = 0,
    seed: Annotated[str, typer.Option("--seed", help="The people are the same for the same seed.")] = "1",
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--evidence",
            metavar="FILE",
            help="Write what was compared, as JSON, one scheme after another. Schemes that stand there already, compared with the "
            "same people, law and engines, are not compared again.",
        ),
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
    """Hold every engine against the reference: people on both sides of every edge, random people, every combination of cells where these are few.

    Exit code 1 if anything differs, or a conformance case is not what the law of today gives.
    """
    from rich.console import Console

    from jifen.answers.door import as_day

    rules, day, say = load_rules(policies), as_day(on), _SAY[lang]
    ids = chosen(rules, [scheme]) if scheme else None
    plans = {s: rules.plan(s, day) for s in ids or rules.shelf.schemes}
    if write_cases:
        written = _write(plans, rules.vocabulary, day, write_cases)
        print(str(say["wrote"]).format(n=written, folder=write_cases))
        return
    quiet = Console(stderr=True)
    size = {"people": people, "function": function, "browser": browser, "strange": strange}
    keys = {s: _key(p, rules, day, seed, size) for s, p in plans.items() if p is not None}
    found = _standing(evidence, keys)
    if found:
        quiet.print(str(say["kept"]).format(n=len(found), file=evidence), style="dim")
    todo = sorted((s for s in keys if s not in found), key=lambda s: (_weight(plans[s]), s))
    arguments = [(s, tuple(map(str, policies)), day, seed, size) for s in todo]
    for name, data in _compared(arguments, jobs or os.cpu_count() or 1, str(say["progress"]), quiet):
        found[name] = {**data, "key": keys[name]}
        if evidence:
            _keep(evidence, [found[s] for s in plans if s in found])
    listed = [found[s] | {"conformance": _conformance(s, plans[s], rules, cases)} for s in plans if s in found]
    if evidence:
        _keep(evidence, listed)
    if format is Format.json:
        print_json(listed)
    else:
        _table(listed, lang)
    if any(f["differences"] or f["conformance"]["differences"] or f["conformance"]["stale"] for f in listed):
        raise typer.Exit(1)


# --- comparing ----------------------------------------------------------------------------------------------------


def _compared(
    arguments: list[tuple[Any, ...]], jobs: int, words: str, console: Any
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Compare schemes, in processes of their own where there are several; each is given as soon as it is done."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(words, total=len(arguments))
        if min(jobs, len(arguments)) <= 1:
            for each in arguments:
                bar.update(task, description=f"{words} {each[0]}")
                yield _compare(*each)
                bar.advance(task)
            return
        with ProcessPoolExecutor(jobs, max_tasks_per_child=None) as pool:
            for future in as_completed([pool.submit(_compare, *each) for each in arguments]):
                name, data = future.result()
                bar.update(task, advance=1, description=f"{words} {name}")
                yield name, data


def _compare(
    name: str, policies: tuple[str, ...], day: date, seed: str, size: dict[str, Any]
) -> tuple[str, dict[str, Any]]:
    """One scheme, in whatever process."""
    from jifen.engines.agreement import Size
    from jifen.engines.agreement import agree as compare

    rules = _rules(policies)
    plan = rules.plan(name, day)
    assert plan
    return name, compare(name, plan, rules.vocabulary, rules.derivations, day, Size(**size), seed).data()


@cache
def _rules(policies: tuple[str, ...]) -> Any:
    return load_rules([Path(p) for p in policies])


def _weight(plan: Any) -> int:
    """The schemes that ask least come first, so that much stands soon."""
    return len(plan.variables)


# --- evidence -----------------------------------------------------------------------------------------------------


def _key(plan: Any, rules: Any, day: date, seed: str, size: dict[str, Any]) -> str:
    """All on which the evidence of a scheme depends."""
    from jifen.engines.conformance import law_hash

    given = [law_hash(plan), rules.shelf.facts_hash, _engines(), day.isoformat(), seed, size]
    return hashlib.sha256(json.dumps(given).encode()).hexdigest()


@cache
def _engines() -> str:
    """The hash of the engines, of what they stand on, and of the libraries that draw and look up."""
    import jifen

    top = Path(jifen.__file__).parent
    digest = hashlib.sha256()
    for folder in _SOURCES:
        for path in sorted(p for p in (top / folder).rglob("*") if p.suffix in (".py", ".js")):
            digest.update(path.relative_to(top).as_posix().encode() + b"\0" + path.read_bytes())
    for library in ("numpy", "llvmlite"):
        digest.update(version(library).encode())
    return digest.hexdigest()


def _standing(path: Path | None, keys: dict[str, str]) -> dict[str, dict[str, Any]]:
    """What stands in the file of an earlier run and still holds."""
    if path is None or not path.exists():
        return {}
    try:
        stands = json.loads(path.read_text("utf-8"))
        return {e["scheme"]: e for e in stands if keys.get(e["scheme"]) == e["key"]}
    except (ValueError, TypeError, KeyError):
        return {}


def _keep(path: Path, found: list[dict[str, Any]]) -> None:
    """Write the evidence, a scheme a line, so that nothing half-written is ever seen."""
    part = path.with_name(path.name + ".part")
    lines = ",\n".join(json.dumps(f, ensure_ascii=False) for f in found)
    part.write_text(f"[\n{lines}\n]\n", "utf-8")
    part.replace(path)


# --- conformance cases --------------------------------------------------------------------------------------------


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


# --- printing -----------------------------------------------------------------------------------------------------


def _table(found: list[dict[str, Any]], lang: Lang) -> None:
    from rich.console import Console
    from rich.table import Table

    say = _SAY[lang]
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    table = Table(box=None, header_style="dim", padding=(0, 2, 0, 0), pad_edge=False)
    first, *others = say["columns"]
    table.add_column(first)
    for name in others:
        table.add_column(name, justify="right")
    total = 0
    for f in found:
        cases, people, engines = f["conformance"], f["people"], f["engines"]
        wrong = f["differences"] + cases["differences"]
        total += wrong
        shown = str(say["stale"]) if cases["stale"] else f"{cases['cases']:,}"
        kinds = [people.get(k, 0) for k in ("edges", "random", "combinations", "out of domain")]
        kinds[2] += sum(f["combinations_of_criteria"].values())
        asked = [
            engines.get(e, {}).get("people", 0) for e in ("reference, one by one", "kernel", "python", "sql", "browser")
        ]
        style = "red" if wrong or cases["stale"] else None
        table.add_row(f["scheme"], *(f"{n:,}" for n in (*kinds, *asked)), shown, f"{wrong:,}", style=style)
    console.print(table)
    for f in found:
        for example in f["examples"]:
            console.print(f"{f['scheme']} · {example['engine']}: {example['expected_and_found']}", style="red")
            console.print(f"  {example.get('profile') or (example['fact'], example['value'])}", style="dim")
    console.print(str(say["some"]).format(n=total) if total else str(say["none"]))
