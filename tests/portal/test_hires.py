"""Planned hires from a table: who qualifies, what to mend, nothing stored."""

import csv
import io
import re
import zipfile
from datetime import date
from random import Random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook, load_workbook

from jifen.answers.door import Jifen
from jifen.portal.hires import ROWS, SCHEMES, SHOWN, _result_rows, check_table
from jifen.portal.models import Draft
from jifen.portal.rules import today


def send(client, content: bytes, name: str = "a.csv", lang: str = "en"):  # type: ignore[no-untyped-def]
    return client.send(f"/{lang}/hires", {"file": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_can_be_sent_back_as_it_is(client, lang: str, form: str) -> None:  # type: ignore[no-untyped-def]
    content = client.get(f"/{lang}/hires/template.{form}").content
    before = Draft.objects.count()
    html = send(client, content, f"a.{form}", lang).content.decode()
    assert {"en": "1 person", "zh": "1人"}[lang] in html and 'class="wrong"' not in html
    assert Draft.objects.count() == before


def test_words_codes_and_both_languages_are_read(client) -> None:  # type: ignore[no-untyped-def]
    table = (
        "姓名,education.degree,出生日期,Annual salary in China,工作地区\n李雷,博士,1985/7/8,900000,Beijing\n".replace(
            "1985/7/8", "1985/07/08"
        )
    )
    html = send(client, table.encode("gb18030")).content.decode()
    assert "李雷" in html and "1 person<" in html


def test_a_row_says_what_to_mend_and_the_others_are_answered(client) -> None:  # type: ignore[no-untyped-def]
    table = "Name,Date of birth,Highest degree\nA,31.5.1990,phd\nB,1990-05-31,doctorate\n"
    html = send(client, table.encode()).content.decode()
    assert "2 people, 1 row to mend" in html
    assert "<b>Date of birth</b>" in html and "<b>Highest degree</b>" in html and "found: phd" in html


def test_a_day_of_birth_still_to_come_is_a_row_to_mend(client) -> None:  # type: ignore[no-untyped-def]
    html = send(client, b"Name,Date of birth\nA,2100-01-01\nB,1990-05-31\n").content.decode()
    assert "2 people, 1 row to mend" in html and "still to come" in html


def test_an_unknown_column_is_named_with_the_nearest(client) -> None:  # type: ignore[no-untyped-def]
    html = send(client, b"Name,Date of birht,Age\nA,x,40\n").content.decode()
    assert "Columns that are not known and were left out: Date of birht (nearest: date of birth)" in html


def _book(rows: list[list[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * 90_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"x", "a.csv", "no rows under its header"),
        (b"Name,Agee\nA,40\n", "a.csv", "No column of the header is known"),
        (b"\xff\xfe\x00\x01" * 9, "a.csv", "neither CSV in UTF-8 nor Excel"),
        (b"PK\x03\x04 broken", "a.xlsx", "The workbook cannot be read"),
        (_bomb(), "a.xlsx", "too large when unpacked"),
        (b"Name,Age\n" + b"A,40\n" * 5_001, "a.csv", "more than 5,000 rows"),
        (b"Name,Age,age\nA,40,41\n", "a.csv", "Two columns say"),
        (b"0" * 5_000_001, "a.csv", "larger than 5 MB"),
    ],
    ids=["empty", "no column", "binary", "broken", "bomb", "long", "twice", "large"],
)
def test_a_file_that_cannot_be_used_says_why(client, content: bytes, name: str, said: str) -> None:  # type: ignore[no-untyped-def]
    answer = send(client, content, name)
    assert answer.status_code == 422 and said in answer.content.decode()


def test_without_a_file_it_says_so(client) -> None:  # type: ignore[no-untyped-def]
    answer = client.send("/en/hires", {})
    assert answer.status_code == 422 and "Choose a file first." in answer.content.decode()


def test_cells_of_excel_are_read_exactly_and_formulas_do_not_run(client) -> None:  # type: ignore[no-untyped-def]
    import datetime

    content = _book(
        [
            ["Name", "Date of birth", "Annual salary in China"],
            ["A", datetime.date(1990, 5, 31), 420000.0],
            ["<b>B</b>", None, "=1+1"],
        ]
    )
    html = send(client, content, "a.xlsx").content.decode()
    assert "2 people" in html and "<b>B</b>" not in html


def _planned(rows: int) -> tuple[list[list[str]], list[dict[str, object]]]:
    """A table as somebody fills it in, with empty cells, and the same people as profiles."""
    random = Random(20261125)
    columns = {
        "birth_date": lambda: date(
            random.randint(1958, 2003), random.randint(1, 12), random.randint(1, 28)
        ).isoformat(),
        "education.degree": lambda: random.choice(["bachelor", "master", "doctorate"]),
        "china.annual_salary": lambda: str(random.randrange(100_000, 1_500_000, 500)),
        "work.related_years": lambda: str(random.randint(0, 30)),
        "china.work_place": lambda: random.choice(["beijing", "western"]),
        "chinese.hsk": lambda: str(random.randint(0, 6)),
        "china.months_a_year": lambda: str(random.randint(0, 12)),
        "prizes": lambda: random.choice([[], [], ["nobel"]]),
        "no_criminal_record": lambda: random.choice(["yes", "yes", "no"]),
        "nationalities": lambda: random.choice([["DE"], ["FR", "US"]]),
    }
    people = [{c: draw() for c, draw in columns.items() if random.random() < 0.85} for _ in range(rows)]

    def cell(value: object) -> str:
        return ("; ".join(value) or "none") if isinstance(value, list) else str(value)

    table = [["Name", *columns]]
    table += [[f"P{i}", *(cell(p[c]) if c in p else "" for c in columns)] for i, p in enumerate(people)]
    return table, people  # type: ignore[return-value]


def test_each_row_gets_the_answer_of_the_library(rules: Jifen) -> None:
    """Status, class, exact bounds of the points, and the first requirement that is not met."""
    table, profiles = _planned(60)
    people, unknown = check_table(table, today(), "en")
    assert unknown == [] and len(people) == 60
    for person, profile in zip(people, profiles, strict=True):
        assert person.problems == ()
        for given, answer in zip(person.given, rules.check(profile, today(), SCHEMES), strict=True):
            points = (None, None) if answer.points is None else (answer.points.low, answer.points.high)
            assert (given.status, given.low, given.high) == (answer.status, *points)
            assert given.outcome == (answer.outcome_title or {})
            authority = {f for f in answer.missing if rules.vocabulary.facts[f].authority}
            open_ = [f for f in answer.deciding if f not in authority] if answer.status == "undetermined" else []
            assert list(given.open) == open_


def test_an_open_row_says_which_facts_would_settle_it(client) -> None:  # type: ignore[no-untyped-def]
    table = b"Name,age,education.degree,healthy\nA,30,doctorate,yes\nB,17,doctorate,yes\n"
    html = send(client, table, lang="zh").content.decode()
    assert "有助于确定：" in html and "等" in html and "无犯罪记录" in html
    html = send(client, table).content.decode()
    assert re.search(r"would settle it: [^<]*No criminal record[^<]* and \d+ more<", html)
    first, second = re.findall(r"<th scope=\"row\">[AB]</th><td>(.*?)</td>", html)
    assert "would settle it" in first and "would settle it" not in second


def test_a_long_result_says_for_which_rows_open_facts_are_named() -> None:
    table, _ = _planned(SHOWN + 10)
    people, _ = check_table(table, today(), "en")
    assert not any(g.open for p in people[SHOWN:] for g in p.given)
    head, *rows = _result_rows(people, "en")
    named = [n for n, title in enumerate(head) if "would settle it (first 200 rows)" in title]
    assert len(named) == len(SCHEMES) and any(rows[0][n] for n in named)
    assert "有助于确定（前200行）" in _result_rows(people, "zh")[0][7]
    assert "：有助于确定" in _result_rows(people[:5], "zh")[0][7]


def test_the_most_rows_are_answered_and_the_page_shows_the_first(client) -> None:  # type: ignore[no-untyped-def]
    table, _ = _planned(ROWS)
    text = "\n".join(",".join(row) for row in table)
    html = send(client, text.encode()).content.decode()
    assert "5,000 people" in html and "The first 200 of 5,000" in html
    assert html.count('<th scope="row">P') == 200


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_result_is_a_file_with_every_row_and_what_to_mend(client, lang: str, form: str) -> None:  # type: ignore[no-untyped-def]
    table = b"Name,birth_date,age,education.degree\n=1+1,1990-05-31,,doctorate\nB,1990-05-31,20,phd\nC,1990-05-31,20,master\n"
    file = SimpleUploadedFile("a.csv", table)
    answer = client.send(f"/{lang}/hires", {"file": file, "as": form})
    assert f".{form}" in answer["Content-Disposition"] and "no-store" in answer["Cache-Control"]
    if form == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    else:
        sheet = load_workbook(io.BytesIO(answer.content)).worksheets[0]
        rows = [["" if c is None else str(c) for c in row] for row in sheet.iter_rows(values_only=True)]
    assert [r[0] for r in rows[1:]] == ["2", "3", "4"]
    assert rows[1][1] == "'=1+1" and rows[1][2] == ""
    assert rows[1][3] == {"en": "Not decided yet", "zh": "尚不能确定"}[lang]
    assert {"en": "Highest degree", "zh": "最高学位"}[lang] in rows[2][2]
    assert {"en": "Age", "zh": "年龄"}[lang] in rows[3][2] and "".join(rows[3][3:]) == ""
