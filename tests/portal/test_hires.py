"""Planned hires from a table: who qualifies, what to mend, nothing stored."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from jifen.portal.models import Draft


def send(client, content: bytes, name: str = "a.csv", lang: str = "en"):  # type: ignore[no-untyped-def]
    return client.send(f"/{lang}/hires", {"file": SimpleUploadedFile(name, content)})


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_can_be_sent_back_as_it_is(client, lang: str, form: str) -> None:  # type: ignore[no-untyped-def]
    content = client.get(f"/{lang}/hires/template.{form}").content
    before = Draft.objects.count()
    html = send(client, content, f"a.{form}", lang).content.decode()
    assert {"en": "1 people", "zh": "1人"}[lang] in html and 'class="wrong"' not in html
    assert Draft.objects.count() == before


def test_words_codes_and_both_languages_are_read(client) -> None:  # type: ignore[no-untyped-def]
    table = (
        "姓名,education.degree,出生日期,Annual salary in China,工作地区\n李雷,博士,1985/7/8,900000,Beijing\n".replace(
            "1985/7/8", "1985/07/08"
        )
    )
    html = send(client, table.encode("gb18030")).content.decode()
    assert "李雷" in html and "1 people<" in html


def test_a_row_says_what_to_mend_and_the_others_are_answered(client) -> None:  # type: ignore[no-untyped-def]
    table = "Name,Date of birth,Highest degree\nA,31.5.1990,phd\nB,1990-05-31,doctorate\n"
    html = send(client, table.encode()).content.decode()
    assert "2 people, 1 rows to mend" in html
    assert "<b>Date of birth</b>" in html and "<b>Highest degree</b>" in html and "found: phd" in html


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
        packed.writestr("xl/workbook.xml", b"0" * 60_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"x", "a.csv", "no rows under its header"),
        (b"Name,Agee\nA,40\n", "a.csv", "No column of the header is known"),
        (b"\xff\xfe\x00\x01" * 9, "a.csv", "neither CSV in UTF-8 nor Excel"),
        (b"PK\x03\x04 broken", "a.xlsx", "The workbook cannot be read"),
        (_bomb(), "a.xlsx", "too large when unpacked"),
        (b"Name,Age\n" + b"A,40\n" * 600, "a.csv", "more than 150 rows"),
        (b"0" * 2_000_001, "a.csv", "larger than 2 MB"),
    ],
    ids=["empty", "no column", "binary", "broken", "bomb", "long", "large"],
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
