"""Registers in the forms of others: JSON, CSV, GeoJSON and iCalendar. Every form carries source, date and how sure we are."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from jifen.problems import Problem, RequestError
from jifen.registers.rows import Row, Value, When, written
from jifen.registers.search import Found
from jifen.registers.store import Register, Registers


def as_data(found: Found, registers: Registers) -> dict[str, Any]:
    """A row as JSON: codes as they are, their words beside them, place and distance with their precision."""
    row = found.row
    register = registers[row.register]
    data: dict[str, Any] = {"register": row.register, "id": row.id, "name": dict(row.name)}
    data["values"] = {c: _plain(v) for c, v in row.values.items()}
    data["words"] = {
        c: {lang: registers.show(row, c, lang) for lang in ("en", "zh")}
        for c in row.values
        if register.columns[c].values or register.columns[c].register
    }
    if any(row.note.values()):
        data["note"] = dict(row.note)
    if found.place:
        data["place"] = {"lat": found.place.lat, "lon": found.place.lon, "within_m": found.place.within_m, "by": found.place.by, "sure": found.place.sure}  # fmt: skip
    if found.metres is not None:
        data["distance"] = {"metres": found.metres, "within_m": found.within_m}
    data |= {"as_of": str(row.as_of), "sure": row.sure, "less_sure": dict(row.less_sure), "source": row.source}
    data["local"] = register.local
    return data


def _plain(value: Value) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral() else float(value)
    return list(value) if isinstance(value, tuple) else str(value) if isinstance(value, When) else value


def as_csv(register: Register, rows: Iterable[Row]) -> str:
    """Rows of one register in the form in which it is read; what is written here is read back the same."""
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(register.columns)
    for row in rows:
        fixed = {
            "id": row.id, "en": row.name["en"], "zh": row.name["zh"], "note_en": row.note["en"], "note_zh": row.note["zh"],
            "as_of": str(row.as_of), "confidence": row.sure, "source": row.source,
            "less_sure": "; ".join(f"{c}={s}" for c, s in row.less_sure.items()),
        }  # fmt: skip
        out.writerow([fixed[c] if c in fixed else written(row.values.get(c, "")) for c in register.columns])
    return text.getvalue()


def only_register(names: Iterable[str], registers: Registers, form: str) -> Register:
    """The one register that a form with fixed columns can hold. Raises RequestError where there are several, or none."""
    found = list(dict.fromkeys(names))
    if len(found) != 1:
        raise RequestError([Problem("one-register", blanks={"form": form}, found=", ".join(found))])
    return registers[found[0]]


def as_geojson(found: Sequence[Found], registers: Registers) -> dict[str, Any]:
    """A feature for each row; one whose place is not known has no geometry. `place.by` says when a point is only its district's."""
    features = []
    for each in found:
        data = as_data(each, registers)
        point = [each.place.lon, each.place.lat] if each.place else None
        features.append(
            {
                "type": "Feature",
                "id": f"{each.row.register}/{each.row.id}",
                "geometry": {"type": "Point", "coordinates": point} if point else None,
                "properties": data,
            }
        )
    return {"type": "FeatureCollection", "features": features}


def as_calendar(rows: Iterable[Row], registers: Registers, lang: str = "en") -> tuple[str, tuple[Row, ...]]:
    """Events and windows as iCalendar (RFC 5545), and the rows that it cannot hold: those with no day that is exactly known.

    Where only the beginning or only the end is known, the entry is that day and says so.
    """
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//Jifen//registers//EN")
    calendar.add("version", "2.0")
    left = []
    for row in rows:
        start, end = (v if isinstance(v, When) and v.exact else None for v in (row.get("start"), row.get("end")))
        first = start or end
        if first is None:
            left.append(row)
            continue
        what = _SAID[lang]["both" if start and end else "start" if start else "end"]
        event = Event()
        event.add("uid", f"{row.register}-{row.id}@registers.jifen")
        event.add("dtstamp", datetime(row.as_of.first.year, row.as_of.first.month, row.as_of.first.day, tzinfo=UTC))
        event.add("dtstart", first.first)
        event.add("dtend", ((end or first).first) + timedelta(days=1))
        event.add("summary", what.format(row.name[lang]))
        said = [row.note[lang], _SURE[lang].format(registers["districts"].columns["confidence"].values[row.sure][lang])]
        event.add("description", "\n".join(s for s in [*said, row.source] if s))
        event.add("categories", [registers[row.register].schema.title[lang]])
        calendar.add_component(event)
    return calendar.to_ical().decode("utf-8"), tuple(left)


_SAID = {
    "en": {"both": "{}", "start": "{}: opens (the end is not known)", "end": "{}: last day"},
    "zh": {"both": "{}", "start": "{}：开始（截止日期未知）", "end": "{}：截止日"},
}
_SURE = {"en": "How sure: {}", "zh": "可靠程度：{}"}
