"""What `jifen facts` prints: a list of facts, or one with everything that helps to fill it in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from jifen.answers.door import Jifen
from jifen.cli.console import console as _console
from jifen.cli.console import hang, listed
from jifen.cli.template import allowed
from jifen.facts.values import example, plain_value
from jifen.facts.vocabulary import Fact

_KINDS = {
    "whole": {"en": "whole number", "zh": "整数"},
    "decimal": {"en": "decimal number", "zh": "小数"},
    "money": {"en": "money", "zh": "金额"},
    "yes/no": {"en": "yes/no", "zh": "是/否"},
    "one of": {"en": "one of", "zh": "单选"},
    "several of": {"en": "several of", "zh": "多选"},
    "date": {"en": "date", "zh": "日期"},
    "spells": {"en": "spells", "zh": "时段"},
}
_CHANGES = {
    "never": {"en": "never", "zh": "不变"},
    "with time": {"en": "with time", "zh": "随时间"},
    "by own act": {"en": "by own act", "zh": "由本人行为"},
    "by others": {"en": "by others", "zh": "由他人"},
}
_SAY = {
    "en": {"write": "write", "values": "values", "evidence": "proof", "changes": "changes", "asked": "asked by", "more": "and {n} more", "authority": "for the authority", "none": "no scheme"},
    "zh": {"write": "写法", "values": "取值", "evidence": "证明", "changes": "变化", "asked": "涉及方案", "more": "等 {n} 个", "authority": "由主管机关决定", "none": "无"},
}  # fmt: skip


def fact_data(fact: Fact) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": fact.id,
        "subject": fact.subject,
        "type": fact.kind,
        "unit": fact.unit_text,
        "title": dict(fact.title),
        "question": dict(fact.question),
        "help": dict(fact.help),
        "evidence": dict(fact.evidence),
        "personal": fact.personal,
        "changes": fact.changes,
        "decided_by_authority": fact.authority,
    }
    if fact.codes:
        found["codes"] = {k: dict(v) for k, v in fact.codes.values.items()}
    elif fact.kind not in ("yes/no", "spells"):
        found["domain"] = [plain_value(fact, fact.low), plain_value(fact, fact.high)]
    return found


def fact_list(found: Sequence[Fact], rules: Jifen, lang: str) -> None:
    """One fact in full, or several one a line."""
    if len(found) == 1:
        _one(found[0], rules, lang)
        return
    names = {"en": ("fact", "title", "type", "values"), "zh": ("事实", "名称", "类型", "取值")}[lang]
    rows = [
        (Text(f.id, style="bold"), Text(f.title[lang]), Text(_KINDS[f.kind][lang], style="dim"), Text(allowed(f, lang)))
        for f in found
    ]
    listed(_console(), names, rows)


def _one(fact: Fact, rules: Jifen, lang: str) -> None:
    console, say = _console(), _SAY[lang]
    mark = f"  [cyan]{say['authority']}[/cyan]" if fact.authority else ""
    console.print(f"[bold]{fact.id}[/bold]  {escape(fact.title[lang])}  [dim]{_KINDS[fact.kind][lang]}[/dim]{mark}")
    hang(console, "  ", f"{escape(fact.question[lang])}")
    if fact.help:
        hang(console, "  ", f"[dim]{escape(fact.help[lang])}[/dim]")
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    rows = [(say["write"], f"{fact.id}: {'yes' if fact.kind == 'yes/no' else example(fact)}")]
    if not fact.codes and fact.kind != "spells":
        rows.append((say["values"], allowed(fact, lang)))
    if fact.evidence:
        rows.append((say["evidence"], fact.evidence[lang]))
    rows.append((say["changes"], _CHANGES[fact.changes][lang]))
    wanted = {fact.id, *rules.following(fact.id)}
    asking = [s for s in rules.shelf.schemes if _asks(rules, s, wanted)]
    more = f" {say['more'].format(n=len(asking) - 4 if lang == 'en' else len(asking))}" if len(asking) > 4 else ""
    rows.append((say["asked"], ", ".join(asking[:4]) + more if asking else say["none"]))
    for name, text in rows:
        table.add_row(Text(f"  {name}", style="dim"), Text(text))
    console.print(table)
    lists = {"": fact.codes} if fact.codes else fact.attributes
    for name, codes in lists.items():
        if name:
            hang(console, "  ", f"{escape(name)}" + ("" if codes else "  [dim]yes, no[/dim]"))
        for code, words in (codes.values if codes else {}).items():
            hang(console, "    ", f"[cyan]{escape(code)}[/cyan]  {escape(words[lang])}")


def _asks(rules: Jifen, scheme: str, facts: set[str]) -> bool:
    plan = rules.plan(scheme, date.today())
    return plan is not None and any(f in facts for v in plan.variables.values() for f in v.facts)
