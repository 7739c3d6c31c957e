"""Planned hires from a table: each row a person, held against the schemes that an employer asks about. Nothing is stored.

The table is CSV or Excel. Its header names facts by id or by title in either language; its cells may hold codes or their words. Each
different cell is read once, and all rows are answered together by the population engine: exactly as one by one. What would settle an open
answer costs a diagram a row, so the first `SHOWN` rows say it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from jifen.facts.values import plain_value
from jifen.facts.vocabulary import Fact
from jifen.forms import Words
from jifen.plan.form import Plan
from jifen.portal.check import said
from jifen.portal.groups import both
from jifen.portal.pages import lang_of, personal, show
from jifen.portal.rules import rules, settling, subject, today
from jifen.portal.tables import BYTES, EXCEL, TableError, as_csv, as_excel, read_table, text_of
from jifen.portal.words import STATUS
from jifen.problems import ProfileError, nearest

if TYPE_CHECKING:  # the population engine is loaded with the first table
    import pyarrow as pa

    from jifen.population.scoring import Scorer

SCHEMES = ("cn/work-permit", "cn/r-visa", "cn/k-visa", "cn/work-permit-short-term", "cn/beijing/two-zones")
"""What an employer asks about somebody it wants to hire."""
COLUMNS = (
    "birth_date", "nationalities", "education.degree", "education.degree_years_ago", "education.stem", "china.universities",
    "work.related_years", "china.annual_salary", "china.work_place", "china.months_a_year", "chinese.hsk", "china.background",
    "prizes", "no_criminal_record", "healthy", "china.encouraged_posts", "china.achievements", "china.professional_grounds",
)  # fmt: skip
ROWS = 5_000
SHOWN = 200
"""Rows on the page, and rows to mend; a file has them all, but names open facts for so many rows only."""
_NAMED = 4
"""Open facts that a cell of the page names."""
NAME = both("Name or number", "姓名或编号")
_FILE = both("planned-hires", "nipin-renyuan")


@dataclass(frozen=True)
class Given:
    """What a scheme gives one row: the same as the library's answer. `open` are the facts that would settle it."""

    status: str
    outcome: Words
    low: int | None
    high: int | None
    fails: Words
    open: tuple[str, ...] = ()

    @property
    def css(self) -> str:
        return STATUS[self.status][0]

    @property
    def words(self) -> Words:
        return STATUS[self.status][1]

    @property
    def points(self) -> str:
        if self.low is None or self.high is None:
            return ""
        return f"{self.low}" if self.low == self.high else f"{self.low}–{self.high}"

    @property
    def settles(self) -> Words:
        """The facts that would settle it, as a cell of the page names them."""
        return self.named(_NAMED)

    def named(self, most: int | None = None) -> Words:
        """The facts that would settle it by their titles, at most so many; nothing if there are none."""
        facts = rules().vocabulary.facts
        rest = len(self.open[most:]) if most is not None else 0
        en = "; ".join(facts[f].title["en"] for f in self.open[:most])
        zh = "、".join(facts[f].title["zh"] for f in self.open[:most])
        if not en:
            return {}
        return both(f"{en} and {rest} more", f"{zh}等{len(self.open)}项") if rest else both(en, zh)


@dataclass(frozen=True)
class Person:
    """A row: its number in the table, what it is called, what to mend in it; or its answers, in the order of the schemes."""

    row: int
    name: str
    problems: tuple[Mapping[str, str], ...]
    given: tuple[Given, ...]


def _facts() -> list[Fact]:
    return [rules().vocabulary.facts[c] for c in COLUMNS if c in rules().vocabulary.facts]


@require_safe
def template(request: HttpRequest, lang: str, form: str) -> HttpResponse:
    """An empty table to fill in, with one synthetic row as an example."""
    head = [NAME[lang], *(f.title[lang] for f in _facts())]
    row = [
        {"en": "Example (delete this row)", "zh": "示例（请删除此行）"}[lang],
        *(_example(f, lang) for f in _facts()),
    ]
    values = [
        [f.title[lang], *(w[lang] for w in f.codes.values.values())]
        for f in _facts()
        if f.codes and len(f.codes.values) < 60
    ]
    return _download(
        [head, row], form, _FILE[lang], both("Hires", "拟聘人员")[lang], [(both("Values", "取值")[lang], values)]
    )


def _download(
    rows: Sequence[Sequence[Any]], form: str, name: str, title: str, more: Sequence[tuple[str, Any]] = ()
) -> HttpResponse:
    if form == "csv":
        response = HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(as_excel(title, rows, more), content_type=EXCEL)
    response["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response


def _example(fact: Fact, lang: str) -> str:
    given = {
        "birth_date": "1990-05-31",
        "work.related_years": "5",
        "china.annual_salary": "420000",
        "china.months_a_year": "10",
        "chinese.hsk": "3",
    }
    if fact.id in given:
        return given[fact.id]
    if fact.kind == "yes/no":
        return {"en": "yes", "zh": "是"}[lang]
    if fact.codes and fact.kind == "one of":
        return (
            list(fact.codes.values.values())[-1][lang]
            if fact.codes.ordered
            else next(iter(fact.codes.values.values()))[lang]
        )
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
def hires(request: HttpRequest, lang: str) -> HttpResponse:
    """The form; and for a posted table every row with its answers or what to mend in it, as a page or as a file to keep."""
    context: dict[str, Any] = {"nav": "check", "most": ROWS, "megabytes": BYTES // 10**6}
    status = 200
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise TableError("Choose a file first.", "请先选择文件。")
            table = read_table(upload.read(BYTES + 1), str(upload.name or ""), ROWS)
            people, unknown = check_table(table, today(), lang_of(request))
            form = request.POST.get("as", "")
            if form in ("csv", "xlsx"):
                name = f"{_FILE[lang]}-{today()}"
                return personal(_download(_result_rows(people, lang), form, name, both("Hires", "拟聘人员")[lang]))
            context |= _page(people) | {"unknown": unknown}
        except TableError as e:
            context["wrong"] = e.words
            status = 422
    return personal(show(request, "hires.html", context, status))


def _plans(on: date) -> dict[str, Plan | None]:
    return {s: rules().plan(s, on) for s in SCHEMES if s in rules().shelf.schemes}


def _page(people: Sequence[Person]) -> dict[str, Any]:
    """Counts of every status by scheme, rows to mend first, then the first rows."""
    bad = [p for p in people if p.problems]
    good = [p for p in people if not p.problems]
    titles = [rules().versions(s)[-1].title for s in _plans(today())]
    tallies = [Counter(p.given[i].status for p in good) for i in range(len(titles))]
    return {
        "people": len(people),
        "columns": titles,
        "counts": [
            {"css": css, "words": words, "numbers": [t[status] for t in tallies]}
            for status, (css, words, _) in STATUS.items()
            if any(t[status] for t in tallies)
        ],
        "bad": len(bad),
        "mend": bad[:SHOWN],
        "good": len(good),
        "shown": good[:SHOWN],
    }


def _result_rows(people: Sequence[Person], lang: str) -> list[list[Any]]:
    """The whole result as a table: a row of each person, five columns a scheme."""
    parts = [both("status", "结果"), both("class", "类别"), both("points", "积分"), both("not met", "不满足")]
    if len(people) <= SHOWN:
        parts.append(both("would settle it", "有助于确定"))
    else:
        parts.append(both(f"would settle it (first {SHOWN} rows)", f"有助于确定（前{SHOWN}行）"))
    head: list[Any] = [both("Row", "行")[lang], NAME[lang], both("To mend", "需修改")[lang]]
    for id in _plans(today()):
        title = rules().versions(id)[-1].title[lang]
        head += [f"{title}{both(': ', '：')[lang]}{p[lang]}" for p in parts]
    rows = [head]
    for p in people:
        mend = both("; ", "；")[lang].join(f"{x['title']}{both(': ', '：')[lang]}{x['said']}" for x in p.problems)
        row: list[Any] = [p.row, p.name, mend]
        for g in p.given:
            points: Any = g.low if g.low is not None and g.low == g.high else g.points
            row += [g.words[lang], g.outcome.get(lang, ""), points, g.fails.get(lang, ""), g.named().get(lang, "")]
        rows.append(row)
    return rows


def check_table(
    table: Sequence[Sequence[Any]], on: date, lang: str
) -> tuple[list[Person], list[dict[str, str | None]]]:
    """Every row of a table with its answers, and the columns that are not known. Raises TableError where no row or no column can be used."""
    import pyarrow as pa

    if len(table) < 2:
        raise TableError("The table has no rows under its header.", "表头之下没有任何行。")
    columns, unknown = _columns(table[0])
    if not columns:
        raise TableError(
            "No column of the header is known. Start from the template.", "表头中没有可识别的列。请从模板开始填写。"
        )
    read = {place: _Cells(fact, lang) for place, fact in columns.items()}
    numbers: list[int] = []
    names: list[str] = []
    problems: list[list[Mapping[str, str]]] = []
    values: dict[int, list[Any]] = {place: [] for place in columns}
    for number, row in enumerate(table[1:], 2):
        texts = [text_of(c) for c in row]
        if not any(texts):
            continue
        numbers.append(number)
        names.append(texts[0][:80] if texts and 0 not in columns else "")
        found: list[Mapping[str, str]] = []
        for place, cells in read.items():
            value, problem = cells.read(texts[place] if place < len(texts) else "")
            values[place].append(value)
            if problem:
                found.append(problem)
        problems.append(found)
    arrays = {
        fact.id: pa.array(values[place], pa.list_(pa.string()) if fact.kind == "several of" else pa.string())
        for place, fact in columns.items()
    }
    block = pa.RecordBatch.from_pydict(arrays)
    scored = _scorer(tuple((name, str(a.type)) for name, a in arrays.items()), block.schema, on).score(block)
    for bad in scored.bad:
        title = rules().vocabulary.facts[bad.column].title[lang]
        problems[bad.row - 1].append({"title": title, "said": said(bad.problem, lang), "found": bad.problem.found})
    given = [_given(id, plan, scored.block) for id, plan in _plans(on).items()]
    people = [
        Person(number, names[i], tuple(problems[i]), () if problems[i] else tuple(g[i] for g in given))
        for i, number in enumerate(numbers)
    ]
    _settle(people, list(columns.values()), list(values.values()), on)
    return people, unknown


def _settle(people: list[Person], facts: list[Fact], values: list[list[Any]], on: date) -> None:
    """Name every open fact in the first rows that are answered."""
    good = [i for i, p in enumerate(people) if not p.problems]
    for i in good[:SHOWN]:
        held = {f.id: column[i] for f, column in zip(facts, values, strict=True) if column[i] is not None}
        who = subject(held, on)
        given = [
            replace(g, open=_askable(settling(scheme, who))) if g.status == "undetermined" else g
            for scheme, g in zip(_plans(on), people[i].given, strict=True)
        ]
        people[i] = replace(people[i], given=tuple(given))


def _askable(names: Iterable[str]) -> tuple[str, ...]:
    """The facts that somebody can give: not those that the authority decides."""
    facts = rules().vocabulary.facts
    return tuple(n for n in names if n in facts and not facts[n].authority)


@lru_cache(maxsize=8)
def _scorer(_: tuple[tuple[str, str], ...], schema: pa.Schema, on: date) -> Scorer:
    """The population engine for tables with these columns, compiled once."""
    from jifen.population.scoring import Scorer, Settings

    settings = Settings(tuple(_plans(on)), on, reasons=("failing",), keep=(), bad_rows="report")
    return Scorer(rules(), schema, settings)


def _columns(header: Sequence[Any]) -> tuple[dict[int, Fact], list[dict[str, str | None]]]:
    """The facts of the columns by their place, each fact once, and the headers that name none."""
    named = {
        spoken.casefold(): f
        for f in rules().vocabulary.facts.values()
        for spoken in (f.id, *f.title.values())
        if f.subject == "person" and f.kind != "spells"
    }
    columns: dict[int, Fact] = {}
    unknown: list[dict[str, str | None]] = []
    for place, cell in enumerate(header):
        text = text_of(cell)
        fact = named.get(text.casefold())
        if fact and fact in columns.values():
            raise TableError(f"Two columns say “{text[:60]}”. Leave one.", f"有两列均为“{text[:60]}”，请保留一列。")
        if fact:
            columns[place] = fact
        elif place and text:
            unknown.append({"text": text[:60], "near": nearest(text.casefold(), list(named))})
    return columns, unknown


def _given(id: str, plan: Plan | None, block: pa.RecordBatch) -> list[Given]:
    """The column of a scheme. What many rows share is one object."""
    from jifen.population.answer_columns import column_name

    def column(part: str) -> list[Any]:
        name = column_name(id, part)
        none = [None] * len(block)
        return block.column(name).to_pylist() if name in block.schema.names else none

    scheme = plan.scheme if plan else rules().versions(id)[-1]
    outcomes = {o.id: o.title for o in scheme.outcomes}
    gates = {r.id: r.title for r in scheme.requirements} | {"pass mark": both("the pass mark", "及格线")}
    made: dict[tuple[Any, ...], Given | None] = {}
    found = []
    for key in zip(*(column(p) for p in ("status", "outcome", "low", "high", "failing")), strict=True):
        if key not in made:
            status, outcome, low, high, failing = key
            fails = gates.get(failing, {}) if status == "does not qualify" else {}
            made[key] = Given(status, outcomes.get(outcome, {}), low, high, fails) if status else None
        found.append(made[key])
    return found  # type: ignore[return-value]  # None stands in a row that is bad, and is not taken


class _Cells:
    """Reads the cells of one column; a text that was seen before is not read again."""

    def __init__(self, fact: Fact, lang: str) -> None:
        self.fact, self.lang = fact, lang
        self.seen: dict[str, tuple[Any, Mapping[str, str] | None]] = {"": (None, None)}

    def read(self, text: str) -> tuple[Any, Mapping[str, str] | None]:
        """The value as a column of the population engine holds it (None: unknown), and what is wrong."""
        found = self.seen.get(text)
        if found is None:
            found = self.seen[text] = self._read(text)
        return found

    def _read(self, text: str) -> tuple[Any, Mapping[str, str] | None]:
        fact = self.fact
        try:
            held = rules().profile({fact.id: _value(fact, text)})
        except ProfileError as e:
            return None, {"title": fact.title[self.lang], "said": said(e.problems[0], self.lang), "found": text[:60]}
        value = plain_value(fact, held.values[fact.id])
        if isinstance(value, list):
            return value, None
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value), None


def _value(fact: Fact, text: str) -> Any:
    if fact.kind == "several of":
        none = ("none", "无", "-", "—")
        parts = [p.strip() for p in text.replace("；", ";").replace("、", ";").replace(",", ";").split(";")]
        return [] if text.casefold() in none else [_code(fact, p) for p in parts if p]
    if fact.kind == "one of":
        return _code(fact, text)
    if fact.kind == "date":
        return text.replace("/", "-").replace(".", "-")
    if fact.kind == "yes/no":
        return {"y": "yes", "n": "no", "有": "yes", "无": "no"}.get(text.casefold(), text)
    return text.replace(" ", "").replace("，", ",")


def _code(fact: Fact, text: str) -> str:
    """The code for a code or for its words in either language; other text stays, and is then said to be wrong."""
    assert fact.codes
    key = text.casefold()
    for code, words in fact.codes.values.items():
        if key == code.casefold() or key in (w.casefold() for w in words.values()):
            return code
    return text
