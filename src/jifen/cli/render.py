"""What the commands print: tables and sentences, in colour only on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from jifen.answers.answer import Answer, Hit
from jifen.answers.door import Jifen
from jifen.answers.receipts import Replay
from jifen.cli.console import console as _console
from jifen.cli.console import hang, indented, listed
from jifen.engines.reference import Range
from jifen.forms import Words
from jifen.problems import Problem
from jifen.schemes.citations import DOUBT, all_text
from jifen.schemes.load import load_scheme
from jifen.schemes.shelf import Shelf
from jifen.schemes.speech import CELLS
from jifen.schemes.words import in_language

STATUS = {
    "qualifies": ("●", "green", {"en": "qualifies", "zh": "符合"}),
    "for the authority": ("◐", "cyan", {"en": "for the authority", "zh": "由主管机关决定"}),
    "undetermined": ("○", "yellow", {"en": "undetermined", "zh": "尚不能确定"}),
    "does not qualify": ("✕", "red", {"en": "does not qualify", "zh": "不符合"}),
    "not in force": ("–", "dim", {"en": "not in force", "zh": "未施行"}),
}
_SAY = {
    "en": {
        "points": "points", "max": "of", "mark": "pass mark", "criterion": "Criterion", "row": "Row",
        "article": "Article", "requirement": "Requirement", "reasons": "Why", "missing": "Missing",
        "outcome": "outcome", "possible": "possible", "assumed": "Assumed", "chosen": "Chosen", "gives": "Gives",
        "sure": "how sure", "version": "in force from", "asof": "as of", "next": "next row", "scheme": "Scheme",
        "status": "Status", "model": "MODEL, NOT LAW", "authority": "for the authority",
        "disclaimer": "This is what the published rules give. The authority decides.",
        "money": "Amount", "depends": "depends on",
        "law": "the law's words", "before": "before the cap", "nothing": "No scheme fits the subject of this profile.",
    },
    "zh": {
        "points": "积分", "max": "最高", "mark": "及格线", "criterion": "项目", "row": "适用行", "article": "条款",
        "requirement": "条件", "reasons": "理由", "missing": "尚缺", "outcome": "结果", "possible": "可能",
        "assumed": "假定", "chosen": "选择", "gives": "待遇", "sure": "可靠程度", "version": "施行自", "asof": "查询日期",
        "next": "下一档", "scheme": "方案", "status": "状态", "model": "模型，非法律",
        "authority": "由主管机关决定", "disclaimer": "以上为公布规则的结果，由主管机关最终决定。", "law": "法律原文",
        "before": "封顶前", "nothing": "没有适用于此主体的方案。",
        "money": "金额", "depends": "取决于",
    },
}  # fmt: skip
_SUBJECTS = {"person": {"en": "person", "zh": "个人"}, "organisation": {"en": "organisation", "zh": "机构"}}


def clear() -> None:
    _console().clear()


def _points(points: Range | None) -> str:
    if points is None:
        return ""
    return f"{points.low:,}" if points.exact else f"{points.low:,}–{points.high:,}"


def _titles(rules: Jifen, facts: Sequence[str], lang: str) -> list[str]:
    known = rules.vocabulary.facts
    return [known[f].title[lang] if f in known else f for f in facts]


def _value(rules: Jifen, fact: str, value: str, lang: str) -> str:
    """A value that an answer names in English, in words of `lang`."""
    known = rules.vocabulary.facts.get(fact)
    codes = known.codes.values.values() if known and known.codes else ()
    found = next((w[lang] for w in codes if w["en"] == value), value)
    return CELLS.get(found, found) if lang == "zh" else found


def _row(hit: Hit, rules: Jifen, lang: str) -> str:
    """A row as printed, with codes in words."""
    if lang in hit.words:
        return hit.words[lang]
    cells = []
    for place, text in enumerate(hit.row):
        fact = rules.vocabulary.facts.get(hit.facts[place]) if place < len(hit.facts) else None
        codes = fact.codes.values if fact and fact.codes else {}
        parts = text.split(", ")
        if codes and all(p in codes for p in parts):
            text = {"en": ", ", "zh": "、"}[lang].join(codes[p][lang] for p in parts)
        elif lang == "zh":
            text = CELLS.get(text, text)
        cells.append(text)
    return " | ".join(cells)


def _outcome(answer: Answer, rules: Jifen, lang: str) -> str:
    if answer.outcome and answer.outcome != "eligible":
        return answer.outcome_title.get(lang, answer.outcome)
    if len(answer.possible) > 1:
        plan = rules.plan(answer.scheme, answer.as_of)
        titles = {o.id: o.title[lang] for o in plan.scheme.outcomes} if plan else {}
        sep, colon = ("; ", ": ") if lang == "en" else ("、", "：")
        return f"{_SAY[lang]['possible']}{colon}{sep.join(titles.get(p, p) for p in answer.possible)}"
    return ""


def answers(found: Sequence[Answer], rules: Jifen, lang: str, details: bool, name: str) -> None:
    """Answers grouped by status; with `details`, each in full."""
    console, say = _console(), _SAY[lang]
    if not found:
        console.print(say["nothing"])
        return
    colon = ": " if lang == "en" else "："
    console.print(f"[bold]{escape(name)}[/bold]  [dim]{say['asof']}{colon}{found[0].as_of}[/dim]\n")
    order = list(STATUS)
    for answer in sorted(found, key=lambda a: order.index(a.status)):
        if details:
            _detailed(console, answer, rules, lang)
        else:
            _brief(console, answer, rules, lang)
    if len(found) > 3:
        count = Counter(str(a.status) for a in found)
        parts = [f"[{c}]{sign}[/{c}] {count[s]} {words[lang]}" for s, (sign, c, words) in STATUS.items() if count[s]]
        console.print("\n" + "  ".join(parts))
    console.print(f"\n[dim]{say['disclaimer']}[/dim]")


def _head(console: Console, answer: Answer, rules: Jifen, lang: str) -> None:
    sign, colour, words = STATUS[answer.status]
    line = Text()
    line.append(answer.title[lang], style="bold")
    if answer.law != "law":
        line.append(f"  [{_SAY[lang]['model']}]", style="magenta")
    line.append(f"  {words[lang]}", style=colour)
    if answer.points:
        points = _points(answer.points)
        line.append(f"  {points}分" if lang == "zh" else f"  {points} points")
        if answer.pass_mark is not None:
            mark = f"（及格线{answer.pass_mark}分）" if lang == "zh" else f" (pass mark {answer.pass_mark})"
            line.append(mark, style="dim")
    if outcome := _outcome(answer, rules, lang):
        line.append(f"  {outcome}", style="cyan")
    line.append(f"  {answer.scheme}", style="dim")
    hang(console, Text(f"{sign} ", style=colour), line)


def _brief(console: Console, answer: Answer, rules: Jifen, lang: str) -> None:
    _head(console, answer, rules, lang)
    shown = [r for r in answer.reasons if r.kind != "open"][:2]
    for reason in shown:
        cite = f"  [dim][{escape(all_text(reason.citations, lang))}][/dim]" if reason.citations else ""
        hang(console, "    ", f"{escape(reason.words[lang])}{cite}")
    for amount in answer.amounts:
        if amount.high:
            colon = ": " if lang == "en" else "："
            hang(console, "    ", f"[green]{escape(amount.words[lang])}{colon}[/green]{escape(amount.text()[lang])}")
    if answer.missing:
        names = _titles(rules, answer.missing[:4], lang)
        rest = len(answer.missing) - len(names)
        extra = {"en": f" (+{rest} more)", "zh": f"（另有{rest}项）"}[lang] if rest else ""
        sep, colon = ("; ", ": ") if lang == "en" else ("；", "：")
        hang(console, "    ", f"[yellow]{_SAY[lang]['missing']}{colon}[/yellow]{escape(sep.join(names))}{extra}")


def _detailed(console: Console, answer: Answer, rules: Jifen, lang: str) -> None:
    say = _SAY[lang]
    colon = ": " if lang == "en" else "："
    console.rule(style="dim")
    _head(console, answer, rules, lang)
    if answer.version:
        sure = f" · {say['sure']}{colon}{DOUBT[answer.confidence][lang]}" if answer.confidence != "confirmed" else ""
        hang(console, "  ", f"[dim]{say['version']}{colon}{answer.version}{sure}[/dim]")
    if answer.criteria:
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        table.add_column(say["criterion"])
        table.add_column(say["points"], justify="right", no_wrap=True)
        table.add_column(say["max"], justify="right", no_wrap=True)
        table.add_column(say["row"])
        table.add_column(say["article"], style="dim")
        for c in answer.criteria:
            style = "bold" if c.group else ""
            row = {"en": "; ", "zh": "；"}[lang].join(_row(h, rules, lang) for h in c.rows)
            if c.uncapped != c.points:
                row += f"  ({say['before']}{colon}{_points(c.uncapped)})"
            if c.next:
                row += f"  → {_row(c.next, rules, lang)}{colon}{c.next.points}"
            cited = [x for h in c.rows for x in h.citations] or list(c.citations)
            table.add_row(
                indented(Text(c.title[lang], style=style), 2 * (c.depth + 1)),
                Text(_points(c.points), style=style),
                Text(f"{c.max:,}", style="dim"),
                Text(row),
                Text(all_text(cited, lang)),
            )
        console.print(table)
    if answer.requirements:
        table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
        table.add_column("")
        table.add_column(say["requirement"])
        table.add_column(say["article"], style="dim")
        for r in answer.requirements:
            sign, colour = {True: ("●", "green"), False: ("✕", "red"), None: ("○", "yellow")}[r.holds]
            if r.holds is None and r.authority:
                sign, colour = "◐", "cyan"
            if r.depth:
                sign = "–" if r.holds is False else sign
                colour = f"dim {colour}" if r.holds else "dim"
            words = indented(Text(r.words[lang], style="dim" if r.depth else ""), 3 * r.depth)
            table.add_row(Text("  " + sign, style=colour), words, Text(all_text(r.citations, lang)))
        console.print(table)
    if answer.reasons:
        hang(console, "  ", f"[bold]{say['reasons']}[/bold]")
    for reason in answer.reasons:
        cite = f"  [dim][{escape(all_text(reason.citations, lang))}][/dim]" if reason.citations else ""
        hang(console, "    ", f"{escape(reason.words[lang])}{cite}")
        for note in reason.notes:
            hang(console, "      ", f"[dim italic]{escape(in_language(note, lang))}[/dim italic]")
    for title, values in ((say["assumed"], answer.assumed), (say["chosen"], answer.chosen)):
        for fact, value in values.items():
            hang(
                console,
                "  ",
                f"[dim]{title}{colon}{escape(_titles(rules, [fact], lang)[0])} = {escape(_value(rules, fact, value, lang))}[/dim]",
            )
    for grant in answer.grants:
        hang(console, "  ", f"[green]{say['gives']}{colon}[/green]{escape(grant[lang])}")
    for amount in answer.amounts:
        if amount.high:
            cite = f"  [dim][{escape(all_text(amount.citations, lang))}][/dim]"
            line = f"{escape(amount.words[lang])}{colon}[bold]{escape(amount.text()[lang])}[/bold]"
            hang(console, "  ", f"[green]{say['money']}{colon}[/green]{line}{cite}")
            for note in amount.notes:
                hang(console, "      ", f"[dim italic]{escape(' '.join(in_language(note, lang).split()))}[/dim italic]")
            if amount.low != amount.high and amount.facts:
                sep = "; " if lang == "en" else "；"
                names = sep.join([*_titles(rules, amount.facts[:4], lang), *(["…"] if len(amount.facts) > 4 else [])])
                hang(console, "      ", f"[yellow]{say['depends']}{colon}[/yellow]{escape(names)}")
    if answer.missing:
        hang(console, "  ", f"[yellow]{say['missing']}[/yellow]")
        for fact, title in zip(answer.missing, _titles(rules, answer.missing, lang), strict=True):
            brackets = {"en": (" (", ")"), "zh": ("（", "）")}[lang]
            mark = f"{brackets[0]}{say['authority']}{brackets[1]}" if fact in answer.for_authority else ""
            hang(console, "    ", f"{escape(title)}{mark}  [dim]{escape(fact)}[/dim]")


def comparison(found: Sequence[Answer], rules: Jifen, lang: str) -> None:
    """Side by side: one line a scheme."""
    say = _SAY[lang]
    rows = []
    for a in found:
        sign, colour, words = STATUS[a.status]
        missing = _titles(rules, a.missing[:2], lang)
        more = f" +{len(a.missing) - 2}" if len(a.missing) > 2 else ""
        rows.append(
            (
                Text(f"{a.jurisdiction} {a.title[lang]}"),
                Text(f"{sign} {words[lang]}", style=colour),
                Text(_points(a.points)),
                Text("" if a.pass_mark is None else str(a.pass_mark)),
                Text(_outcome(a, rules, lang)),
                Text({"en": "; ", "zh": "；"}[lang].join(missing) + more, style="dim"),
            )
        )
    console = _console()
    columns = [say[name] for name in ("scheme", "status", "points", "mark", "outcome", "missing")]
    listed(console, columns, rows, right=(say["points"], say["mark"]))
    console.print(f"\n[dim]{say['disclaimer']}[/dim]")


def scheme_list(rows: Sequence[dict[str, Any]], lang: str) -> None:
    """The schemes, one line each, with the days from which their versions hold."""
    names = {"en": ("scheme", "title", "about", "in force from"), "zh": ("方案", "名称", "主体", "施行自")}[lang]
    lines = []
    for row in rows:
        versions = ", ".join(v["from"] + (f" – {v['until']}" if v["until"] else "") for v in row["versions"])
        title = row["title"][lang] + (f" [{_SAY[lang]['model']}]" if row["law"] != "law" else "")
        about = _SUBJECTS[row["subject"]][lang]
        lines.append(
            (Text(row["scheme"], style="bold"), Text(title), Text(about, style="dim"), Text(versions, style="dim"))
        )
    listed(_console(), names, lines)


def scheme_file(path: Path, format_: str, lang: str, shelf: Shelf) -> None:
    """The document of a scheme: as a reader's text, as its own Markdown (in both languages without `lang`), or as data."""
    from jifen.schemes.show import as_data as data
    from jifen.schemes.show import as_markdown

    scheme = load_scheme(path.resolve())
    if format_ == "json":
        import json

        print(json.dumps(data(scheme), ensure_ascii=False, indent=2))
    elif format_ == "markdown":
        print(as_markdown(scheme, lang), end="")
    else:
        from jifen.cli.law import print_reading
        from jifen.schemes.reading import read

        print_reading(_console(), read(scheme, shelf, lang or "en"), lang or "en")


def lint(problems: Sequence[Problem], checked: int, lang: str) -> None:
    console = _console()
    for problem in problems:
        console.print(Text(problem.text(lang)))
    files = f"{checked} file" + ("" if checked == 1 else "s")
    if problems:
        words: Words = {
            "en": f"{len(problems)} problem{'' if len(problems) == 1 else 's'} in {files}",
            "zh": f"{checked} 个文件中有 {len(problems)} 个问题",
        }
        console.print(f"[red]{words[lang]}[/red]")
    else:
        words = {"en": f"{files}, no problem", "zh": f"{checked} 个文件，没有问题"}
        console.print(f"[green]{words[lang]}[/green]")


_CASES = {
    "en": {
        "cases": "{n} cases", "one": "1 case", "untried": "{n} of {of} untried", "line": "line {n}",
        "differs": "{what}: expected {expected}, found {found}", "sum": "{passed} passed, {failed} failed",
        "rows": "row never hit", "never_true": "never true", "never_false": "never false", "none": "No worked examples.",
    },
    "zh": {
        "cases": "{n} 个案例", "one": "1 个案例", "untried": "{of} 项中 {n} 项未试", "line": "第 {n} 行",
        "differs": "{what}：应为 {expected}，实为 {found}", "sum": "{passed} 个通过，{failed} 个未通过",
        "rows": "从未适用的行", "never_true": "从未成立", "never_false": "从未不成立", "none": "没有案例。",
    },
}  # fmt: skip


def case_results(found: Sequence[dict[str, Any]], details: bool, lang: str) -> None:
    """The worked examples of schemes, and with `details` what they leave untried, in the words of the law."""
    console, say = _console(), _CASES[lang]
    if not found:
        console.print(say["none"])
        return
    total = sum(s["cases"] for s in found)
    failed = sum(len(s["failed"]) for s in found)
    for scheme in found:
        left = scheme["untried"]
        count = sum(len(left[k]) for k in ("rows", "never_true", "never_false"))
        mark = "[red]✕[/red]" if scheme["failed"] else "[green]●[/green]"
        cases = say["one"] if scheme["cases"] == 1 else say["cases"].format(n=scheme["cases"])
        rest = f"  [yellow]{say['untried'].format(n=count, of=left['of'])}[/yellow]" if count else ""
        console.print(f"{mark} {scheme['scheme']}  {cases}{rest}")
        for case in scheme["failed"]:
            line = say["line"].format(n=case["where"].get("line"))
            hang(console, "    ", f"[red]{escape(case['case'])}[/red]  [dim]{line}[/dim]")
            for d in case["differences"]:
                hang(console, "      ", f"{escape(say['differs'].format(**d))}")
        if details and count:
            table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
            for key in ("rows", "never_true", "never_false"):
                for rule in left[key]:
                    heading, words = (rule[part].get(lang, "") for part in ("heading", "words"))
                    told = (
                        ": ".join(x for x in (heading, words) if x)
                        if lang == "en"
                        else f"{heading}：{words}".strip("：")
                    )
                    table.add_row(Text(f"    {say[key]}", style="yellow"), Text(told), Text(rule["id"], style="dim"))
            console.print(table)
    colour = "red" if failed else "green"
    console.print(f"[{colour}]{say['sum'].format(passed=total - failed, failed=failed)}[/{colour}]")


_PARTS = {
    "profile_hash": {"en": "profile", "zh": "档案"},
    "facts_hash": {"en": "vocabulary", "zh": "事实词汇"},
    "scheme_hash": {"en": "text of the scheme", "zh": "方案文本"},
    "refers": {"en": "a scheme that it refers to", "zh": "所引用的方案"},
    "version": {"en": "version in force", "zh": "施行版本"},
    "engine": {"en": "version of the engine", "zh": "引擎版本"},
}


def replays(results: Sequence[Replay], lang: str) -> None:
    """Each answer computed again: the same or not, and what differs from the day on which it was given."""
    console = _console()
    sep = {"en": ", ", "zh": "、"}[lang]
    for result in results:
        if result.same:
            sign, words = "[green]●[/green]", {"en": "the same answer", "zh": "答复相同"}[lang]
        else:
            sign, words = "[red]✕[/red]", {"en": "a different answer", "zh": "答复不同"}[lang]
        changed = sep.join(_PARTS[part][lang] for part in result.differs if part in _PARTS)
        if changed:
            words += {"en": "; not as before: ", "zh": "；与当时不同："}[lang] + changed
        elif not result.same:
            words += {"en": "; the receipt was altered", "zh": "；回执被改动"}[lang]
        console.print(f"{sign} {result.scheme}  {result.as_of}  {words}")
