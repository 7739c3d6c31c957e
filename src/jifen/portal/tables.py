"""Tables that somebody sends or takes away: CSV and Excel as rows of text, and rows of text as CSV and Excel."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jifen.portal.groups import both

BYTES, UNPACKED, COLUMNS = 5_000_000, 80_000_000, 120
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TableError(ValueError):
    """The file is no table that can be read. `words` say what to do."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.words = both(en, zh)


def read_table(content: bytes, name: str, most: int) -> list[Sequence[Any]]:
    """The rows of a file or of the first sheet, the header among them. Raises TableError where it is none, too large, or too long."""
    if len(content) > BYTES:
        raise TableError(f"The file is larger than {BYTES // 10**6} MB.", f"文件超过{BYTES // 10**6}MB。")
    excel = content[:2] == b"PK" or name.lower().endswith((".xlsx", ".xlsm"))
    rows: list[Sequence[Any]] = []
    for row in _excel(content, most) if excel else _csv(content):
        if len(rows) > most:
            raise TableError(f"The table has more than {most:,} rows. Split it.", f"表格超过{most:,}行，请拆分。")
        rows.append(row)
    while rows and not any(text_of(c) for c in rows[-1]):
        rows.pop()
    return rows


def text_of(cell: Any) -> str:
    """A cell as text, exactly: a day as 1990-05-31, a number without an invented decimal place."""
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


def _excel(content: bytes, most: int) -> Iterator[Sequence[Any]]:
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(i.file_size for i in packed.infolist()) > UNPACKED:
                raise TableError("The workbook is too large when unpacked.", "工作簿解压后过大。")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        yield from sheet.iter_rows(values_only=True, max_row=most + 2, max_col=COLUMNS)
    except TableError:
        raise
    except Exception:  # openpyxl raises many kinds for a broken workbook
        raise TableError(
            "The workbook cannot be read. Save it again as .xlsx or as CSV.", "无法读取工作簿。请另存为 .xlsx 或 CSV。"
        ) from None


def as_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """CSV that Excel opens as UTF-8. Text that a spreadsheet would run as a formula is marked as text."""
    out = io.StringIO()
    csv.writer(out).writerows([_harmless(c) for c in row] for row in rows)
    return ("\ufeff" + out.getvalue()).encode()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def as_excel(
    title: str, rows: Sequence[Sequence[Any]], more: Sequence[tuple[str, Sequence[Sequence[Any]]]] = ()
) -> bytes:
    """A workbook: a sheet with a bold header that stays in view, and `more` plain sheets. No cell is a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    bold = Font(bold=True)
    for name, lines in ((title, rows), *more):
        sheet = book.create_sheet(name)
        if lines is rows:
            sheet.freeze_panes = "B2"
            for i, text in enumerate(rows[0], 1):
                sheet.column_dimensions[get_column_letter(i)].width = max(14, min(40, len(str(text)) + 4))
        for number, line in enumerate(lines):
            cells: list[Any] = []
            for value in line:
                if isinstance(value, str) and (value[:1] == "=" or (lines is rows and not number)):
                    value = WriteOnlyCell(sheet, _harmless(value))
                    if not number:
                        value.font = bold
                cells.append(value)
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
