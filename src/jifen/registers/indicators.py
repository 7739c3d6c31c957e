"""Indicators: published counts with date and source, as series and as charts; and hubs side by side.

The values are rows of the register `indicators`. Series are never mixed and nothing is added up: a sum is only compared with the total
that was published (`store` refuses a difference without a word about it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from jifen.charts import Chart, Point, Series
from jifen.forms import Words
from jifen.problems import Problem, RequestError, nearest
from jifen.registers.rows import Row, When
from jifen.registers.store import Registers
from jifen.schemes.model import Scheme
from jifen.schemes.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Sum:
    """What the parts of a published total add up to; `same` is False where they do not, and the row's note says why."""

    parts: tuple[str, ...]
    total: Decimal
    same: bool


@dataclass(frozen=True, slots=True)
class Hub:
    """A city: its points schemes in force on a day with their pass marks, and the newest count of each series that another hub counts too."""

    row: Row
    schemes: tuple[tuple[str, Words, int | None], ...]
    counts: Mapping[str, Row]


def all_series(registers: Registers) -> dict[str, list[Row]]:
    """The rows of every series that has any, oldest first."""
    found: dict[str, list[Row]] = {s: [] for s in registers["indicators"].columns["series"].values}
    for row in registers["indicators"]:
        found[row.text("series")].append(row)
    return {s: sorted(rows, key=_when) for s, rows in found.items() if rows}


def one_series(name: str, registers: Registers) -> list[Row]:
    """The rows of a series, oldest first. Raises RequestError for a name that is none."""
    found = all_series(registers)
    if name not in found:
        near = nearest(name, found)
        raise RequestError([Problem("no-such-indicator", blanks={"indicator": name}, found=name, nearest=near)])
    return found[name]


def sum_of(row: Row, registers: Registers) -> Sum | None:
    """The parts of a total, added up; None for a row without parts."""
    parts = row.get("parts")
    if not isinstance(parts, tuple):
        return None
    rows = registers["indicators"].rows
    total = sum((_value(rows[p]) for p in parts), Decimal(0))
    return Sum(parts, total, total == _value(row))


def period(row: Row) -> str:
    """When a value was counted, or the period that it covers: `2024-07`, `2004 – 2009-08`."""
    start = row.text("from")
    return f"{start} – {row.text('when')}" if start and start != row.text("when") else row.text("when")


def chart(name: str, registers: Registers, lang: str = "en") -> Chart:
    """A series as a chart: steps where a stock was counted several times, bars where periods or places stand side by side."""
    rows = one_series(name, registers)
    column = registers["indicators"].columns["series"]
    parts = {p for row in rows if (s := sum_of(row, registers)) for p in s.parts}
    shown = [row for row in rows if row.id not in parts or not any(row.get("from") for row in rows)]
    places = list(dict.fromkeys(row.text("place") for row in shown))
    stock = not any(row.get("from") for row in shown) and len(shown) > len(places)
    title = column.values[name][lang]
    if stock:
        series = tuple(
            Series(
                registers.show(next(r for r in shown if r.text("place") == place), "place", lang),
                tuple(_point(r, _when(r), registers, lang) for r in shown if r.text("place") == place),
            )
            for place in places
        )
    else:
        comma = ", " if lang == "en" else "，"
        spoken = [(registers.show(r, "place", lang) + comma + period(r), r) for r in shown]
        series = (Series(title, tuple(_point(r, label, registers, lang) for label, r in spoken)),)
    return Chart(
        title=title,
        description=_described(shown, registers, lang),
        series=series,
        kind="step" if stock else "stacked",
        unit="" if shown[0].text("unit") == "count" else registers.show(shown[0], "unit", lang),
        note=_note(shown, registers, lang),
        lang=lang,
    )


def _point(row: Row, x: date | str, registers: Registers, lang: str) -> Point:
    said = registers.show(row, "reading", lang) if row.text("reading") != "exactly" else ""
    return Point(x, float(_value(row)), row.sure_of("value"), said or row.name[lang])


def _described(rows: Sequence[Row], registers: Registers, lang: str) -> str:
    """First and last value in a sentence."""
    first, last = rows[0], rows[-1]
    if lang == "zh":
        said = f"{period(first)}为{amount(first, registers, lang)}"
        return f"{said}，{period(last)}为{amount(last, registers, lang)}。" if last is not first else f"{said}。"
    said = f"{amount(first, registers, lang)} in {period(first)}"
    return f"{said}, {amount(last, registers, lang)} in {period(last)}." if last is not first else f"{said}."


def _note(rows: Sequence[Row], registers: Registers, lang: str) -> str:
    """What a reader must know: totals that do not add up, values that are not exact or not confirmed, periods that overlap."""
    said = []
    for row in rows:
        found, sure = sum_of(row, registers), row.sure_of("value")
        if row.text("reading") not in ("", "exactly") or sure != "confirmed":
            words = registers["indicators"].columns["confidence"].values[sure][lang]
            doubt = "" if sure == "confirmed" else f", {words}" if lang == "en" else f"，{words}"
            value = amount(row, registers, lang) + doubt
            said.append(f"{period(row)}: {value}." if lang == "en" else f"{period(row)}：{value}。")
        if found and not found.same:
            said.append(row.note[lang])
    if sum(1 for row in rows if row.get("from")) > 1:
        said.append({"en": "Periods overlap and are not added up.", "zh": "各时段有重叠，未作加总。"}[lang])
    if len({row.text("place") for row in rows}) == len(rows) > 1:
        said.append({"en": "Each place counts by its own conditions.", "zh": "各地统计口径不同。"}[lang])
    return (" " if lang == "en" else "").join(said)


def amount(row: Row, registers: Registers, lang: str = "en") -> str:
    """A value as it is read: `149`, `more than 110`, `CNY 13.77 billion`."""
    value = _value(row)
    text = f"{value:,}"
    unit = row.text("unit")
    if unit == "cny_bn":
        text = f"CNY {text} billion" if lang == "en" else f"{value * 10:,.1f}亿元人民币"
    elif unit == "percent":
        text += " per cent" if lang == "en" else "%"
    reading = row.text("reading")
    if reading in ("", "exactly"):
        return text
    return f"{registers.show(row, 'reading', lang)}{' ' if lang == 'en' else ''}{text}"


def _value(row: Row) -> Decimal:
    value = row.get("value")
    assert isinstance(value, Decimal)
    return value


def _when(row: Row) -> date:
    value = row.get("when")
    assert isinstance(value, When)
    return value.first


def hubs(registers: Registers, shelf: Shelf, on: date) -> list[Hub]:
    """The hubs side by side: rules read from the schemes in force on a day, counts from the indicators.

    Pass marks stand on scales of their own and do not compare; a hub without a scheme has no points test.
    """
    found = []
    places = set(registers["hubs"].rows)
    shared = {
        name: rows for name, rows in all_series(registers).items() if len({r.text("place") for r in rows} & places) > 1
    }
    for row in registers["hubs"]:
        schemes = []
        named = row.get("schemes")
        for id_ in named if isinstance(named, tuple) else ():
            version = _in_force(shelf.schemes.get(id_, ()), on)
            if version:
                schemes.append((id_, version.title, version.pass_mark))
        counts = {
            name: newest[-1]
            for name, rows in shared.items()
            if (newest := [r for r in rows if r.text("place") == row.id])
        }
        found.append(Hub(row, tuple(schemes), counts))
    return found


def _in_force(versions: Sequence[Scheme], on: date) -> Scheme | None:
    return next((v for v in reversed(versions) if v.start <= on and (v.until is None or on <= v.until)), None)
