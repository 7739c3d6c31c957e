"""Findings: what a proof says of a scheme, with the law's rows and a person who shows it; in English, Chinese, and as data.

A finding is no mistake in how a document is written (those are problems); it is a fact about what the document says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jifen.forms import Words
from jifen.problems import Problem, Where
from jifen.proof.people import Person
from jifen.schemes.citations import Citation
from jifen.schemes.conditions import Condition
from jifen.schemes.model import ConditionRow, Criterion, FactTable, Item, Outcome, Requirement, Row

SENTENCES: dict[str, Words] = {
    "rows-gap": {"en": "no row of `{place}` covers {found}", "zh": "`{place}` 没有任何一行覆盖 {found_zh}"},
    "rows-overlap": {"en": "two rows of `{place}` cover {found}", "zh": "`{place}` 有两行同时覆盖 {found_zh}"},
    "compiled-otherwise": {
        "en": "the plan takes another row of `{place}` for {found} than the document says",
        "zh": "对 {found_zh}，计划采用的 `{place}` 的行与文本不符",
    },
    "row-never": {"en": "no possible person is in this row of `{place}`", "zh": "任何人都不会落入 `{place}` 的这一行"},
    "row-idle": {
        "en": "this row of `{place}` changes nothing: whoever is in it has as many points from another row",
        "zh": "`{place}` 的这一行不起作用：落入此行者总能从另一行得到同样多的分",
    },
    "above-maximum": {
        "en": "a row of `{place}` gives {found} points, above the declared maximum of {most}",
        "zh": "`{place}` 的一行给 {found} 分，超过声明的最高分 {most}",
    },
    "maximum-not-reached": {
        "en": "nobody reaches the declared maximum of `{place}`: {most} are declared, {found} are the most that can be had",
        "zh": "没有人能达到 `{place}` 声明的最高分：声明 {most} 分，实际最多 {found} 分",
    },
    "maximum-exceeded": {
        "en": "`{place}` can give {found} points, more than the declared maximum of {most}",
        "zh": "`{place}` 可给 {found} 分，超过声明的最高分 {most}",
    },
    "maximum-cut": {
        "en": "the declared maximum of `{place}`, {most}, can never count: the heading above it counts at most {found}",
        "zh": "`{place}` 声明的最高分 {most} 不可能全部计入：上级标题最多计 {found} 分",
    },
    "criterion-never": {
        "en": "`{place}` never counts: its condition can never hold",
        "zh": "`{place}` 永不计分：其条件不可能成立",
    },
    "points-below-zero": {"en": "`{place}` can fall to {found} points", "zh": "`{place}` 可能降至 {found} 分"},
    "pass-mark-unreachable": {
        "en": "nobody who meets the requirements reaches the pass mark of {most}; the most is {found}",
        "zh": "符合条件者无人能达到及格线 {most}；最多 {found} 分",
    },
    "pass-mark-idle": {
        "en": "everybody reaches the pass mark of {most}: the fewest points are {found}",
        "zh": "所有人都达到及格线 {most}：最少为 {found} 分",
    },
    "requirements-contradict": {
        "en": "nobody can meet these requirements together",
        "zh": "没有人能同时符合这些条件",
    },
    "outcome-never": {
        "en": "nobody can have the outcome `{place}`",
        "zh": "没有人能得到结果 `{place}`",
    },
    "never-holds": {"en": "nobody can meet `{place}`", "zh": "没有人能符合 `{place}`"},
    "always-holds": {"en": "everybody meets `{place}`", "zh": "所有人都符合 `{place}`"},
    "changes-nothing": {
        "en": "`{place}` changes nothing: {found}",
        "zh": "`{place}` 不起作用：{found_zh}",
    },
    "not-monotone": {
        "en": "more of `{fact}` {how} `{place}`, although the document says that it never does: {found}",
        "zh": "`{fact}` 增加时 `{place}` {how_zh}，与文本的声明不符：{found}",
    },
    "amount-never": {"en": "nobody can be granted the amount `{place}`", "zh": "没有人能获得金额 `{place}`"},
    "fact-idle": {
        "en": "`{place}` is asked, and no value of it can change an answer",
        "zh": "询问了 `{place}`，但其任何取值都不会改变答复",
    },
    "derived-idle": {"en": "the derived fact `{place}` is used nowhere", "zh": "推算事实 `{place}` 没有被使用"},
    "parameter-idle": {"en": "the parameter `{place}` is used nowhere", "zh": "参数 `{place}` 没有被使用"},
    "case-differs": {
        "en": "the worked example “{place}” expects another answer: {found}",
        "zh": "示例“{place}”期望的答复不同：{found}",
    },
    "undecided": {
        "en": "a check of `{place}` is not decided: {found}",
        "zh": "对 `{place}` 的检查未能得出结论：{found}",
    },
    "refused": {"en": "{problem}", "zh": "{problem_zh}"},
}
"""The sentence of every finding. `place` is the id of the heading, item, row or fact that it is about."""


@dataclass(frozen=True, slots=True)
class LawRow:
    """A row, an item or a heading of the law, as printed, with its place and its citation."""

    where: Where
    text: str
    words: Words = field(default_factory=dict)
    citations: tuple[Citation, ...] = ()

    def data(self) -> dict[str, Any]:
        return {
            "where": self.where.data(),
            "text": self.text,
            "words": dict(self.words),
            "citation": [c.data() for c in self.citations],
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding about one version on one day. `people` show it, `case` is the first of them for `cases.yaml`."""

    code: str
    place: str
    scheme: str
    version: date
    day: date
    rows: tuple[LawRow, ...]
    people: tuple[Person, ...] = ()
    blanks: Mapping[str, Any] = field(default_factory=dict)
    case: str = ""

    @property
    def id(self) -> str:
        """The name under which `oddities.yaml` accepts it: it says what and where, and no day."""
        return f"{self.code} {self.place}"

    def message(self, lang: str = "en") -> str:
        return SENTENCES[self.code][lang].format(place=self.place, **self.blanks)

    def data(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "code": self.code,
            "place": self.place,
            "scheme": self.scheme,
            "version": self.version.isoformat(),
            "day": self.day.isoformat(),
            "message": {"en": self.message("en"), "zh": self.message("zh")},
            "rows": [r.data() for r in self.rows],
            "case": self.case,
        }


def refused(problem: Problem, scheme: str, version: date, day: date) -> Finding:
    """A problem for which the loader refuses the document, as a finding."""
    blanks = {"problem": problem.message("en"), "problem_zh": problem.message("zh")}
    row = LawRow(problem.where, problem.found)
    place = f"{problem.code} line {problem.where.line}"
    return Finding("refused", place, scheme, version, day, (row,), blanks=blanks)


# --- rows of the law ------------------------------------------------------------------------------------------


def item_row(item: Item) -> LawRow:
    return LawRow(item.where, item.text, item.words, item.citations)


def criterion_row(criterion: Criterion) -> LawRow:
    return LawRow(criterion.where, criterion.title["en"], criterion.title, criterion.citations)


def heading_row(heading: Outcome | Requirement) -> LawRow:
    return LawRow(heading.where, heading.title["en"], heading.title, heading.citations)


def table_row(row: Row) -> LawRow:
    label = " | ".join(row.label)
    given = row.value or (f"+{row.points}" if _further(row) else str(row.points))
    return LawRow(row.where, f"{label} → {given}", {}, row.citations)


def _further(row: Row) -> bool:
    from jifen.schemes.model import Further

    return any(isinstance(t, Further) for t in row.tests)


def condition_row(row: ConditionRow) -> LawRow:
    return LawRow(row.where, f"{row.text} → {row.points}", row.words, row.citations)


def table_name(criterion: Criterion, table: FactTable) -> str:
    """The id of a table: that of its criterion, with its first fact where the criterion has several tables."""
    tables = [p for p in criterion.parts if isinstance(p, FactTable)]
    return criterion.id if len(tables) < 2 else f"{criterion.id} by {table.columns[0].name}"


def condition_text(condition: Condition | None) -> str:
    """A condition in plain signs, where no line of the document is at hand."""
    from jifen.schemes.conditions import Among, Both, Compare, Holds, Includes, Not, Qualifies, Term

    def term(t: Term) -> str:
        if not t.name:
            return t.literal
        name = f"points of `{t.of}`" if t.of else (t.name if t.name == "points" else f"`{t.name}`")
        return name if t.coefficient == 1 else f"{t.coefficient} × {name}"

    match condition:
        case Holds(name, _):
            return f"`{name}`"
        case Compare(left, op, right, _):
            return f"{term(left)} {op} {term(right)}"
        case Among(name, codes, _):
            return f"`{name}` is " + (codes[0] if len(codes) == 1 else f"any of {', '.join(codes)}")
        case Includes(name, codes, how, _):
            return f"`{name}` includes " + (codes[0] if len(codes) == 1 else f"{how} of {', '.join(codes)}")
        case Qualifies(name, _):
            return f"`{name}` qualifies"
        case Not(part):
            return f"not ({condition_text(part)})"
        case Both(how, parts):
            return f" {how} ".join(
                f"({condition_text(p)})" if isinstance(p, Both) else condition_text(p) for p in parts
            )
    return "otherwise"


def unique(findings: Iterable[Finding]) -> list[Finding]:
    """Each finding once a version: a later day of the same version adds nothing to the same finding."""
    found: dict[tuple[str, date], Finding] = {}
    for finding in findings:
        found.setdefault((finding.id, finding.version), finding)
    return list(found.values())
