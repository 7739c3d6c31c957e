"""Planned hires from a table: each row a person, held against the schemes that an employer asks about. Nothing is stored.

The table is CSV or Excel. Its header names facts by id or by title in either language; its cells may hold codes or their words.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from jifen.facts.vocabulary import Fact
from jifen.portal import cards
from jifen.portal.check import said
from jifen.portal.groups import both
from jifen.portal.pages import lang_of, personal, show
from jifen.portal.rules import answers, rules, subject, today
from jifen.problems import ProfileError, nearest

SCHEMES = ("cn/work-permit", "cn/r-visa", "cn/k-visa", "cn/work-permit-short-term", "cn/beijing/two-zones")
"""What an employer asks about somebody it wants to hire."""
COLUMNS = (
    "birth_date", "nationalities", "education.degree", "education.degree_years_ago", "education.stem", "china.universities",
    "work.related_years", "china.annual_salary", "china.work_place", "china.months_a_year", "chinese.hsk", "china.background",
    "prizes", "no_criminal_record", "healthy", "china.encouraged_posts", "china.achievements", "china.professional_grounds",
)  # fmt: skip
ROWS, BYTES, UNPACKED = 150, 2_000_000, 40_000_000
NAME = both("Name or number", "姓名或编号")


class TableError(ValueError):
    """The file is no table that can be read. `words` say what to do."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.words = both(en, zh)


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
    name = {"en": "planned-hires", "zh": "nipin-renyuan"}[lang]
    if form == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([head, row])
        response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    else:
        response = HttpResponse(
            _workbook(head, row, lang), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
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


def _workbook(head: list[str], row: list[str], lang: str) -> bytes:
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = {"en": "Hires", "zh": "拟聘人员"}[lang]
    sheet.append(head)
    sheet.append(row)
    for i, text in enumerate(head, 1):
        sheet.cell(1, i).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(i)].width = max(14, min(40, len(text) + 4))
    sheet.freeze_panes = "B2"
    words = book.create_sheet({"en": "Values", "zh": "取值"}[lang])
    for fact in _facts():
        if fact.codes and len(fact.codes.values) < 60:
            words.append([fact.title[lang], *(w[lang] for w in fact.codes.values.values())])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@require_http_methods(["GET", "HEAD", "POST"])
def hires(request: HttpRequest, lang: str) -> HttpResponse:
    """The form; and for a posted table every row with its answers or what to mend in it."""
    context: dict[str, Any] = {"nav": "check", "most": ROWS}
    status = 200
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise TableError("Choose a file first.", "请先选择文件。")
            content = upload.read(BYTES + 1)
            context |= _checked(content, str(upload.name or ""), lang_of(request))
        except TableError as e:
            context["wrong"] = e.words
            status = 422
    return personal(show(request, "hires.html", context, status))


def _checked(content: bytes, name: str, lang: str) -> dict[str, Any]:
    table = list(_rows(content, name))
    if len(table) < 2:
        raise TableError("The table has no rows under its header.", "表头之下没有任何行。")
    header, columns, unknown = table[0], {}, []
    named = {
        spoken.casefold(): f
        for f in rules().vocabulary.facts.values()
        for spoken in (f.id, *f.title.values())
        if f.subject == "person"
    }
    for place, text in enumerate(header):
        key = str(text or "").strip().casefold()
        if key in named:
            columns[place] = named[key]
        elif place and key:
            unknown.append({"text": str(text)[:60], "near": nearest(key, list(named))})
    if not columns:
        raise TableError(
            "No column of the header is known. Start from the template.", "表头中没有可识别的列。请从模板开始填写。"
        )
    day = today()
    schemes = [s for s in SCHEMES if s in rules().shelf.schemes]
    people = []
    for number, row in enumerate(table[1:], 2):
        if not any(str(c).strip() for c in row if c is not None):
            continue
        facts, problems = _row(row, columns, lang)
        if not problems:
            try:
                who = subject(facts, day)
                found = [cards.prepared(a) for a in answers(schemes, who)]
            except ProfileError as e:
                problems = [{"title": _title(p.where.path, lang), "said": said(p, lang)} for p in e.problems]
                found = []
        else:
            found = []
        called = "" if 0 in columns else str(row[0] or "")[:80] if row else ""
        people.append({"row": number, "name": called, "problems": problems, "cells": found})
    return {
        "people": people,
        "columns": [rules().versions(s)[-1].title for s in schemes],
        "unknown": unknown,
        "bad": sum(bool(p["problems"]) for p in people),
    }


def _title(fact: str, lang: str) -> str:
    facts = rules().vocabulary.facts
    return facts[fact].title[lang] if fact in facts else fact


def _row(row: Sequence[Any], columns: dict[int, Fact], lang: str) -> tuple[dict[str, Any], list[dict[str, str]]]:
    facts: dict[str, Any] = {}
    problems = []
    for place, fact in columns.items():
        cell = row[place] if place < len(row) else None
        text = _text(cell)
        if not text:
            continue
        try:
            value = _value(fact, text)
            rules().profile({fact.id: value})
            facts[fact.id] = value
        except ProfileError as e:
            problems.append({"title": fact.title[lang], "said": said(e.problems[0], lang), "found": text[:60]})
    return facts, problems


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        exact = Decimal(str(cell))
        return format(exact.quantize(Decimal(1)) if exact == exact.to_integral() else exact, "f")
    return str(cell).strip()[:2000]


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


def _rows(content: bytes, name: str) -> Iterator[Sequence[Any]]:
    """The rows of the first sheet. Raises TableError where the file is none, too large, or too long."""
    if len(content) > BYTES:
        raise TableError("The file is larger than 2 MB.", "文件超过2MB。")
    found = _excel(content) if content[:2] == b"PK" or name.lower().endswith((".xlsx", ".xlsm")) else _csv(content)
    for number, row in enumerate(found):
        if number > ROWS:
            raise TableError(f"The table has more than {ROWS} rows. Split it.", f"表格超过{ROWS}行，请拆分。")
        yield row


def _csv(content: bytes) -> Iterator[Sequence[Any]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise TableError("The file is neither CSV in UTF-8 nor Excel.", "文件既不是 UTF-8 的 CSV，也不是 Excel。")
    if "\0" in text:
        raise TableError("The file is neither CSV in UTF-8 nor Excel.", "文件既不是 UTF-8 的 CSV，也不是 Excel。")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error:
        raise TableError("A row of the file cannot be read as CSV.", "文件中有一行无法按 CSV 读取。") from None


def _excel(content: bytes) -> Iterator[Sequence[Any]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(i.file_size for i in packed.infolist()) > UNPACKED:
                raise TableError("The workbook is too large when unpacked.", "工作簿解压后过大。")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        yield from sheet.iter_rows(values_only=True, max_row=ROWS + 2, max_col=120)
    except TableError:
        raise
    except Exception:  # openpyxl raises many kinds for a broken workbook
        raise TableError(
            "The workbook cannot be read. Save it again as .xlsx or as CSV.", "无法读取工作簿。请另存为 .xlsx 或 CSV。"
        ) from None
