"""What `jifen path` and `jifen when` print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from rich.console import Console
from rich.table import Table
from rich.text import Text

from jifen.advice.costs import Costs
from jifen.advice.path import Paths, Step, Way
from jifen.advice.timeline import Cause, Change, Line, Moment, Timeline
from jifen.answers.door import Jifen
from jifen.cli.console import console as _console
from jifen.cli.render import STATUS
from jifen.engines.reference import Range
from jifen.facts.units import with_unit
from jifen.facts.values import show_value
from jifen.facts.vocabulary import Fact
from jifen.schemes.citations import all_text

_SAY = {
    "en": {
        "now": "now", "points": "points", "effort": "effort", "months": "months", "do": "do", "if": "if", "change": "Change",
        "clause": "Clause", "way": "Way {n}", "reached": "reached already", "left": "Nothing is left to do: the authority decides.", "target": "target", "qualifies": "qualify",
        "limits": "Cannot be reached under this planning model, because", "needed": "needed", "nothing": "No value of any fact reaches it.",
        "authority": "No way makes it certain: these leave the decision to the authority.",
        "after": "When it is done, about {day}, by the law published today and with what grows by itself",
        "model": "Efforts and months: {title} ({sure}). {note}", "more": "or more", "less": "or less", "without": "without", "with": "with", "alone": "and none of the others", "nothing_of_it": "none",
        "unknown": "unknown", "scheme": "Scheme", "first": "First steps", "none": "no way", "best": "Best", "until": "until {day}",
        "to_end": "to the end of these years", "before": "Apply before {day}", "loses": "you lose {n} points that day", "worse": "the answer is worse from that day",
        "wait": "From {day}", "gains": "{n} points more", "better": "a better answer", "law": "the law changes", "held": "Given as numbers, so no day is known",
        "held_help": "give dates, or count on with --counting", "counting": "Counted on, as completed on the first day", "same": "No change in these years",
        "still": "unchanged in these years", "amount": "amount of the law", "disclaimer": "This is what the published rules give. The authority decides.",
    },
    "zh": {
        "now": "现在", "points": "分", "effort": "投入", "months": "月", "do": "做", "if": "若", "change": "变化",
        "clause": "条款", "way": "途径 {n}", "reached": "已经达到", "left": "无需更多步骤，由主管机关决定。", "target": "目标", "qualifies": "符合条件",
        "limits": "在此规划模型下无法达到，原因", "needed": "需要", "nothing": "任何事实取值都无法达到。",
        "authority": "没有确定的途径：以下途径最终由主管机关决定。",
        "after": "完成时（约 {day}），按今日已公布的法律并计入自然增长",
        "model": "投入与月数：{title}（{sure}）。{note}", "more": "及以上", "less": "及以下", "without": "不含", "with": "包含", "alone": "且无其他各项", "nothing_of_it": "无",
        "unknown": "未知", "scheme": "方案", "first": "首要步骤", "none": "无途径", "best": "最佳时段", "until": "至 {day}",
        "to_end": "至期末", "before": "请在 {day} 前申请", "loses": "当日起减少 {n} 分", "worse": "当日起结果变差",
        "wait": "自 {day} 起", "gains": "增加 {n} 分", "better": "结果更好", "law": "法律变更", "held": "仅给出数值，日期未知",
        "held_help": "请填写日期，或用 --counting 推算", "counting": "假定于首日恰满，由此推算", "same": "此期间无变化",
        "still": "此期间不变", "amount": "法定数额", "disclaimer": "以上为公布规则的结果，由主管机关最终决定。",
    },
}  # fmt: skip


def _number(cost: Fraction) -> str:
    return f"{float(cost):g}"


def _points(points: Range | None, lang: str) -> str:
    if points is None:
        return ""
    number = f"{points.low:,}" if points.exact else f"{points.low:,}–{points.high:,}"
    return f"{number} {_SAY[lang]['points']}"


# --- path ---------------------------------------------------------------------------------------------------------


def nearness(paths: Paths) -> tuple[int, Fraction, int]:
    """How near a scheme is: reached, then with a way (certain before left to the authority), then by cost."""
    if not paths.ways:
        return 2, Fraction(len(paths.limits)), 0
    return int(bool(paths.decided_by)), paths.ways[0].cost, len(paths.ways[0].steps)


def paths(found: Paths, then: Sequence[Moment], costs: Costs, lang: str) -> None:
    """The ways for one scheme."""
    console, say = _console(), _SAY[lang]
    colon = ": " if lang == "en" else "："
    head = Text()
    head.append(found.title[lang], style="bold")
    head.append(f"  {found.scheme}", style="dim")
    console.print(head)
    target = say["qualifies"] if found.target == "qualifies" else found.target
    if found.target in found.outcomes:
        target = found.outcomes[found.target][lang]
    if found.target.isdigit():
        target += f" {say['points']}"
    sign, colour, words = STATUS[found.status]
    console.print(
        Text(f"  {say['target']}{colon}{target}    {say['now']}{colon}").append(f"{sign} {words[lang]}", style=colour),
        Text(_points(found.points, lang)),
    )
    if found.reached:
        left = found.decided_by == "authority"
        console.print(Text(f"  {say['left' if left else 'reached']}", style="cyan" if left else "green"))
        return
    if found.decided_by and found.ways:
        console.print(Text(f"  {say['authority']}", style="cyan"))
    for number, (way, moment) in enumerate(zip(found.ways, then, strict=True), 1):
        _way(console, way, moment, number, found, lang)
    if not found.ways:
        _limits(console, found, lang)
    note = say["model"].format(title=costs.title[lang], sure=costs.sure, note=costs.note[lang])
    console.print()
    console.print(Text(note, style="dim"))
    console.print(Text(say["disclaimer"], style="dim"))


def _way(console: Console, way: Way, moment: Moment, number: int, found: Paths, lang: str) -> None:
    say = _SAY[lang]
    colon = ": " if lang == "en" else "："
    sign, colour, words = STATUS[way.status]
    head = Text(f"\n{say['way'].format(n=number)}  ", style="bold")
    head.append(f"{say['effort']} {_number(way.cost)} · {way.months} {say['months']}  →  ", style="not bold")
    head.append(f"{sign} {words[lang]}", style=colour)
    title = found.outcomes[way.outcome][lang] if way.outcome and way.outcome in found.outcomes else ""
    tail = "  ".join(t for t in (title, _points(way.points, lang)) if t)
    head.append(f"  {tail}", style="not bold")
    console.print(head)
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name, side in (
        ("", "left"),
        ("change", "left"),
        ("points", "right"),
        ("effort", "right"),
        ("months", "right"),
        ("clause", "left"),
    ):
        table.add_column(say[name] if name else "", justify="right" if side == "right" else "left")
    with_points = found.points is not None
    for step in (*way.steps, *way.conditions):
        clauses = [f"{c.words[lang]} [{all_text(c.citations, lang)}]" for c in step.clauses[:2]]
        if len(step.clauses) > 2:
            clauses.append(f"+{len(step.clauses) - 2}")
        gained = "" if not with_points or step.points is None else f"{step.points:+d}" if step.points else "·"
        table.add_row(
            Text("  " + (say["if"] if step.supposed else say["do"]), style="yellow" if step.supposed else "green"),
            Text(_change(step, lang)),
            gained,
            _number(step.price.cost) if step.price.cost else "",
            str(step.price.months) if step.price.months else "",
            Text("; ".join(clauses), style="dim"),
        )
    console.print(table)
    if moment.status != way.status or moment.points != way.points:
        day = found.on + timedelta(days=way.months * 30)
        sign, colour, words = STATUS[moment.status]
        text = Text(f"  {say['after'].format(day=f'{day:%Y-%m}')}{colon}", style="yellow")
        text.append(f"{sign} {words[lang]} {_points(moment.points, lang)}", style=colour)
        console.print(text)


def _limits(console: Console, found: Paths, lang: str) -> None:
    say = _SAY[lang]
    if not found.limits:
        console.print(Text(f"  {say['nothing']}", style="red"))
        return
    console.print(Text(f"  {say['limits']}", style="red"))
    for step in found.limits:
        text = Text(f"    {_change(step, lang)}", style="bold")
        text.append(f"  {(step.because or {}).get(lang, '')}", style="not bold")
        cited = [f"{c.words[lang]} [{all_text(c.citations, lang)}]" for c in step.clauses[:2]]
        if cited:
            text.append("  " + "; ".join(cited), style="not bold dim")
        console.print(text)


def _change(step: Step, lang: str) -> str:
    """A step in words: `Age: 30 → 35 or more`."""
    say, fact = _SAY[lang], step.fact
    colon = ": " if lang == "en" else "："
    if step.code:
        assert fact.codes
        code = fact.codes.values[step.code][lang]
        alone = f" ({say['alone']})" if step.alone else ""
        return f"{fact.title[lang]}{colon}{say['with'] if step.then else say['without']} {code}{alone}"
    if fact.kind == "several of":
        return f"{fact.title[lang]}{colon}{say['nothing_of_it']}"
    now = say["unknown"] if step.now is None else show_value(fact, step.now, lang)
    then = _cell(fact, step, lang)
    return f"{fact.title[lang]}{colon}{then}" if step.supposed else f"{fact.title[lang]}{colon}{now} → {then}"


def _cell(fact: Fact, step: Step, lang: str) -> str:
    """The values of a cell: a code or several, a number or more, or less, or between."""
    say = _SAY[lang]
    low, high = show_value(fact, step.least, lang), show_value(fact, step.most, lang)
    if fact.kind == "yes/no" or step.least == step.most:
        return low
    if fact.kind == "one of" and not fact.ordered:
        codes = [show_value(fact, v, lang) for v in range(step.least, step.most + 1)]
        return " / ".join(codes[:4]) + (" / …" if len(codes) > 4 else "")
    gap = " " if lang == "en" else ""
    if step.most == fact.high:
        return f"{with_unit(low, fact, lang)}{gap}{say['more']}"
    if step.least == fact.low:
        return f"{with_unit(high, fact, lang)}{gap}{say['less']}"
    return with_unit(f"{low}–{high}", fact, lang)


def nearest_schemes(found: Sequence[Paths], costs: Costs, lang: str) -> None:
    """One line a scheme, the nearest first."""
    console, say = _console(), _SAY[lang]
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for name in ("scheme", "now", "effort", "months", "first"):
        table.add_column(say[name], justify="right" if name in ("effort", "months") else "left")
    for each in found:
        sign, colour, words = STATUS[each.status]
        row = [Text(f"{each.jurisdiction} {each.title[lang]}"), Text(f"{sign} {words[lang]}", style=colour)]
        if each.reached:
            table.add_row(*row, "0", "", Text(say["left" if each.decided_by else "reached"], style="green"))
        elif each.ways:
            way = each.ways[0]
            steps = [f"{say['if']} {_change(s, lang)}" if s.supposed else _change(s, lang) for s in way.steps]
            told = "; ".join(steps[:2]) + (f" +{len(steps) - 2}" if len(steps) > 2 else "")
            mark = "◐ " if each.decided_by else ""
            table.add_row(*row, _number(way.cost), str(way.months), Text(mark + told))
        else:
            limits = "; ".join(_change(s, lang) for s in each.limits[:2])
            table.add_row(*row, "–", "", Text(f"{say['none']}: {limits}" if limits else say["none"], style="dim"))
    console.print(table)
    console.print()
    console.print(
        Text(say["model"].format(title=costs.title[lang], sure=costs.sure, note=costs.note[lang]), style="dim")
    )
    console.print(Text(say["disclaimer"], style="dim"))


# --- when ---------------------------------------------------------------------------------------------------------


def changing(found: Timeline) -> Timeline:
    """The schemes whose answer changes; all of them if none does."""
    lines = tuple(line for line in found.lines if line.changes)
    return replace(found, lines=lines) if lines else found


def timeline(found: Timeline, rules: Jifen, lang: str, every: bool) -> None:
    """The days on which answers change, scheme by scheme."""
    console, say = _console(), _SAY[lang]
    colon, sep = (": ", "; ") if lang == "en" else ("：", "；")
    console.print(Text(f"{found.on} – {found.until}", style="bold"))
    quiet = [line for line in found.lines if not line.changes]
    for line in found.lines:
        if line.changes or every:
            _line(console, line, found, lang)
    if quiet and not every:
        console.print(Text(f"\n{say['same']}{colon}", style="dim").append(sep.join(q.title[lang] for q in quiet)))
    held = dict.fromkeys(f.id for line in found.lines for f in line.held)
    facts = rules.vocabulary.facts
    if found.counting:
        names = sep.join(f"{f.title[lang]} ({f.id})" for f in found.counting)
        console.print(Text(f"\n{say['counting']}{colon}{names}", style="yellow"))
    if held:
        names = sep.join(f"{facts[f].title[lang]} ({f})" for f in held)
        console.print(Text(f"\n{say['held']}{colon}{names} – {say['held_help']}", style="yellow"))
    console.print(Text(f"\n{say['disclaimer']}", style="dim"))


def _line(console: Console, line: Line, found: Timeline, lang: str) -> None:
    say = _SAY[lang]
    colon = ": " if lang == "en" else "："
    console.print(Text(f"\n{line.title[lang]}", style="bold").append(f"  {line.scheme}", style="not bold dim"))
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_row(f"  {say['now']}", "", _moment(line, line.first, lang), "")
    for change in line.changes:
        style = {1: "green", -1: "red", 0: ""}[change.gain]
        points = change.points
        sign = f"{points:+d}" if points else {1: "▲", -1: "▼", 0: "·"}[change.gain]
        table.add_row(
            Text(f"  {change.day}"),
            Text(sign, style=style),
            _moment(line, change.after, lang),
            Text(_why(change, lang), style="dim"),
        )
    console.print(table)
    if not line.changes:
        console.print(Text(f"  {say['still']}", style="dim"))
        return
    start, before = line.best
    first = say["now"] if start == found.on else str(start)
    last = say["until"].format(day=before - timedelta(days=1)) if before else say["to_end"]
    console.print(Text(f"  {say['best']}{colon}{first} {last}", style="bold"))
    for change in line.changes:
        if change.gain:
            console.print(Text(f"  {_advice(change, lang)}", style="green" if change.gain > 0 else "red"))


def _advice(change: Change, lang: str) -> str:
    say, points = _SAY[lang], change.points
    colon = ": " if lang == "en" else "："
    same = (change.before.status, change.before.outcomes) == (change.after.status, change.after.outcomes)
    if change.gain < 0:
        lost = say["loses"].format(n=-points) if points and points < 0 and same else say["worse"]
        return say["before"].format(day=change.day) + colon + lost
    won = say["gains"].format(n=points) if points and points > 0 and same else say["better"]
    return say["wait"].format(day=change.day) + colon + won


def _moment(line: Line, moment: Moment, lang: str) -> Text:
    sign, colour, words = STATUS[moment.status]
    text = Text(f"{sign} {words[lang]}", style=colour)
    if moment.points:
        text.append(f"  {_points(moment.points, lang)}", style="not bold default")
    if len(moment.outcomes) == 1 and moment.outcomes[0] in line.titles:
        text.append(f"  {line.titles[moment.outcomes[0]][lang]}", style="not bold default")
    return text


def _why(change: Change, lang: str) -> str:
    causes = "; ".join(_cause(c, lang) for c in change.causes[:3])
    turns = []
    for turn in change.turns[:3]:
        sign = (
            f" {turn.points:+d}"
            if turn.points is not None
            else " ✓"
            if turn.holds
            else " ✕"
            if turn.holds is False
            else ""
        )
        turns.append(f"{turn.clause.words[lang]}{sign} [{all_text(turn.clause.citations, lang)}]")
    return " · ".join(p for p in (causes, "; ".join(turns)) if p)


def _cause(cause: Cause, lang: str) -> str:
    if cause.fact is None and not cause.amount:
        return _SAY[lang]["law"] + (f" ({cause.after})" if cause.after else "")
    name = cause.fact.title[lang] if cause.fact else f"{_SAY[lang]['amount']} {cause.amount}"
    return f"{name} {cause.before} → {cause.after}"
