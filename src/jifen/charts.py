"""Charts as SVG text: lines, steps, bars and horizontal stacked bars, each with a table that says the same.

A chart is data (`Chart`); `svg()` draws it and `table()` is the alternative for those who do not see it. Nothing is computed here but
places on the page, and the total of a stacked bar of which every part is known. An unknown value (None) is a gap.

Colours are attributes, so the picture is right anywhere; a style sheet (`CSS`, inside the picture unless `style=False`) replaces them
by the variables of the page (`--chart-1` … `--chart-6`, `--chart-ink`, `--chart-soft`, `--chart-grid`, `--chart-ground`), light or dark.
"""

from __future__ import annotations

import hashlib
import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Literal

Kind = Literal["line", "step", "bars", "stacked"]
X = date | float | str
"""A day or a number along a scale (`line`, `step`), or the name of a category (`bars`, `stacked`)."""

_LIGHT = ("#2364aa", "#c8641e", "#1d7f66", "#a83e73", "#6a5acd", "#5f6b76")
_DARK = ("#7fb2ee", "#f2a35e", "#5cc9a7", "#ec8fb9", "#b3a7f5", "#aab4bf")
_PLAIN = {"ink": "#1b2430", "soft": "#55606e", "grid": "#dde2e8", "ground": "#ffffff"}
_NIGHT = {"ink": "#eef2f6", "soft": "#aab4bf", "grid": "#36404b", "ground": "#161b21"}
_FONT = "system-ui,-apple-system,'Segoe UI','Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"


def _rules(series: Sequence[str], named: dict[str, str]) -> str:
    rules = [f".jc .c{i}{{fill:var(--chart-{i},{c})}}" for i, c in enumerate(series, 1)]
    rules += [f".jc .l{i}{{stroke:var(--chart-{i},{c})}}" for i, c in enumerate(series, 1)]
    rules += [f".jc .t-{n}{{fill:var(--chart-{n},{c})}}" for n, c in named.items()]
    rules.append(f".jc .s-grid{{stroke:var(--chart-grid,{named['grid']})}}")
    rules.append(f".jc .s-soft{{stroke:var(--chart-soft,{named['soft']})}}")
    rules.append(f".jc .s-ground{{stroke:var(--chart-ground,{named['ground']})}}")
    return "".join(rules)


CSS = f"{_rules(_LIGHT, _PLAIN)}@media screen and (prefers-color-scheme:dark){{{_rules(_DARK, _NIGHT)}}}"
"""The style sheet of every chart, for a page that does not allow styles inside a picture."""


@dataclass(frozen=True, slots=True)
class Point:
    """One value. `y` None is unknown. A value that is not `confirmed` is drawn hollow, and the table says how sure it is."""

    x: X
    y: float | None
    sure: str = "confirmed"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """Points under one name, in the order drawn."""

    name: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is shown: title, what the picture tells in one or two sentences, and the series.

    >>> chart = Chart("Centres", "From 29 to 149.", (Series("recognised", (Point(2022, 29), Point(2024, 149))),), kind="step")
    >>> chart.svg().startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    True
    >>> chart.rows()
    (('', 'recognised'), ('2022', '29'), ('2024', '149'))
    """

    title: str
    description: str
    series: tuple[Series, ...]
    kind: Kind = "line"
    unit: str = ""
    note: str = ""
    lang: str = "en"
    from_zero: bool = True

    def svg(self, width: int = 720, height: int = 0, style: bool = True) -> str:
        """The picture. `height` 0 chooses a fitting one; `style=False` leaves the style sheet to the page (`CSS`)."""
        return _Drawing(self, width, height).text(style)

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The values as text, header first: one row for each x, one column for each series; unknown is empty."""
        xs = _categories(self.series)
        if self.kind in ("line", "step"):
            xs = tuple(sorted(xs, key=_place))
        found = {(s.name, p.x): p for s in self.series for p in s.points}
        body = [
            (_label(x), *(_value(found[s.name, x]) if (s.name, x) in found else "" for s in self.series)) for x in xs
        ]
        return (("", *(s.name + (f" ({self.unit})" if self.unit else "") for s in self.series)), *body)

    def table(self) -> str:
        """The same as an HTML table, with the title as caption."""
        head, *body = self.rows()
        cells = "<td></td>" + "".join(f'<th scope="col">{escape(c)}</th>' for c in head[1:])
        rows = "".join(
            f'<tr><th scope="row">{escape(r[0])}</th>' + "".join(f"<td>{escape(c)}</td>" for c in r[1:]) + "</tr>"
            for r in body
        )
        caption = f"<caption>{escape(self.title)}</caption>"
        return f"<table>{caption}<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"


# --- places ---------------------------------------------------------------------------------------------------


def _categories(series: Sequence[Series]) -> tuple[X, ...]:
    return tuple(dict.fromkeys(p.x for s in series for p in s.points))


def _place(x: X) -> float:
    if isinstance(x, str):
        raise TypeError("a line or step chart needs days or numbers along its scale")
    return float(x.toordinal()) if isinstance(x, date) else float(x)


def _label(x: X) -> str:
    return x.isoformat() if isinstance(x, date) else x if isinstance(x, str) else _number(x)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) and abs(value) >= 10_000 else f"{value:g}"


def _amount(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"


def _value(point: Point) -> str:
    if point.y is None:
        return ""
    return _amount(point.y) + (f" ({point.sure})" if point.sure != "confirmed" else "")


def _width(text: str, size: float = 12) -> float:
    """About how wide a text is drawn; a Chinese character is one em."""
    return sum(size if unicodedata.east_asian_width(c) in "WF" else size * 0.56 for c in text)


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round values from at most `low` to at least `high`, in steps of 1, 2 or 5.

    >>> ticks(0, 149)
    [0, 50, 100, 150]
    """
    if high <= low:
        high = low + 1
    raw = (high - low) / about
    power = 10 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) if step < 1 else int(i * step) for i in range(first, last + 1)]


def _days(low: date, high: date, most: int) -> list[tuple[date, str]]:
    """Beginnings of years, or of months when there are few, with their labels."""
    months = (high.year - low.year) * 12 + high.month - low.month
    step = next((s for s in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600) if months / s <= most), 1200)
    found = []
    for count in range(months + 2):
        year, month = low.year + (low.month - 1 + count) // 12, (low.month - 1 + count) % 12 + 1
        day = date(year, month, 1)
        if low <= day <= high and ((year * 12 + month - 1) % step == 0):
            found.append((day, f"{year}" if step >= 12 or month == 1 else f"{year}-{month:02}"))
    return found


# --- drawing --------------------------------------------------------------------------------------------------


class _Drawing:
    """One picture being drawn: marks are appended from back to front."""

    def __init__(self, chart: Chart, width: int, height: int) -> None:
        self.chart, self.width = chart, width
        self.marks: list[str] = []
        legend = len(chart.series) > 1
        self.titles = self._wrapped(chart.title, 17)
        self.top = 26.0 + 20 * max(1, len(self.titles)) + (24 * self._legend_lines() if legend else 0)
        self.left, self.right = 20.0, width - 20.0
        self.below = (16.0 if chart.kind == "stacked" else 34.0) + (
            18 * len(self._wrapped(chart.note)) if chart.note else 0
        )
        if chart.kind == "stacked":
            self.height = height or int(self.top + self.below + 34 * max(1, len(_categories(chart.series))) + 6)
        else:
            self.height = height or 360
        self.bottom = self.height - self.below

    def text(self, style: bool) -> str:
        chart = self.chart
        for n, line in enumerate(self.titles):
            self._write(20, 28 + 20 * n, line, 16, bold=True)
        if len(chart.series) > 1:
            self._legend()
        {"line": self._lines, "step": self._lines, "bars": self._bars, "stacked": self._stacked}[chart.kind]()
        for n, line in enumerate(self._wrapped(chart.note)):
            self._write(20, self.height - 14 - 18 * (len(self._wrapped(chart.note)) - 1 - n), line, 12, "soft")
        seed = f"{chart!r}{self.width}{self.height}".encode()
        name = "c" + hashlib.sha256(seed).hexdigest()[:8]
        values = "; ".join(" ".join(c for c in row if c) for row in chart.rows()[1:])
        colon = "：" if chart.lang == "zh" else ": "
        told = f"{chart.description} {values if len(values) < 1500 else ''}".strip()
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="jc" role="img" lang="{escape(chart.lang)}" viewBox="0 0 {self.width} {self.height}"'
            f' width="{self.width}" height="{self.height}" style="max-width:100%;height:auto" font-family="{escape(_FONT)}"'
            f' aria-labelledby="{name}t" aria-describedby="{name}d">'
            f'<title id="{name}t">{escape(chart.title + (colon + chart.unit if chart.unit else ""))}</title><desc id="{name}d">{escape(told)}</desc>'
        )
        if not style:
            head = head.replace(' style="max-width:100%;height:auto"', "")
        sheet = f"<style>{CSS}</style>" if style else ""
        ground = (
            f'<rect class="t-ground" width="{self.width}" height="{self.height}" rx="6" fill="{_PLAIN["ground"]}"/>'
        )
        return f"{head}{sheet}{ground}{''.join(self.marks)}</svg>"

    # parts

    def _write(self, x: float, y: float, text: str, size: int = 12, ink: str = "ink", anchor: str = "start", bold: bool = False) -> None:  # fmt: skip
        weight = ' font-weight="600"' if bold else ""
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.marks.append(
            f'<text class="t-{ink}" x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{_PLAIN[ink]}"{place}{weight}>{escape(text)}</text>'
        )

    def _rule(self, x1: float, y1: float, x2: float, y2: float, ink: str = "grid") -> None:
        self.marks.append(
            f'<line class="s-{ink}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{_PLAIN[ink]}"/>'
        )

    def _wrapped(self, text: str, size: float = 12, room: float = 0) -> list[str]:
        """The text in lines that fit into the room; into that of the whole chart if none is given."""
        lines: list[str] = []
        for word in _pieces(text):
            if lines and _width((lines[-1] + word).rstrip(), size) <= (room or self.width - 40):
                lines[-1] += word
            else:
                lines.append(word.lstrip())
        return lines

    def _beside(self, text: str, y: float, room: float) -> None:
        """A name before a bar: on one line, else on two smaller ones; what does not fit there is left out, and a sign says so."""
        first, *rest = self._wrapped(text, 12, room)
        if not rest:
            size = 13 if _width(text, 13) <= room else 12
            self._write(self.left - 10, y + 16, text, size, "ink", "end")
            return
        second = "".join(rest)
        if _width(second, 12) > room:
            kept = next(n for n in range(len(second), -1, -1) if _width(second[:n], 12) + 12 <= room)
            second = second[:kept].rstrip() + "…"
        self._write(self.left - 10, y + 9, first.rstrip(), 12, "ink", "end")
        self._write(self.left - 10, y + 24, second, 12, "ink", "end")

    def _legend_places(self) -> list[tuple[float, int]]:
        x, line, found = 20.0, 0, []
        for each in self.chart.series:
            wide = 18 + _width(each.name) + 20
            if x + wide > self.width and x > 20:
                x, line = 20.0, line + 1
            found.append((x, line))
            x += wide
        return found

    def _legend_lines(self) -> int:
        return self._legend_places()[-1][1] + 1

    def _legend(self) -> None:
        for n, (x, line) in enumerate(self._legend_places()):
            y = 32.0 + 20 * max(1, len(self.titles)) + 22 * line
            if self.chart.kind in ("line", "step"):
                self.marks.append(_marker(n, x + 5, y - 4))
            else:
                self.marks.append(
                    f'<rect class="c{n % 6 + 1}" x="{x:.1f}" y="{y - 10:.1f}" width="12" height="12" rx="2" fill="{_LIGHT[n % 6]}"/>'
                )
            self._write(x + 18, y, self.chart.series[n].name)

    def _scale(self, low: float, high: float) -> list[float]:
        """Horizontal rules with their values; leaves `left` beside the widest."""
        marks = ticks(low, high)
        self.left = 20 + max(_width(_amount(m)) for m in marks) + 8
        for mark in marks:
            y = self._y(mark, marks)
            self._rule(self.left, y, self.right, y, "soft" if mark == 0 else "grid")
            self._write(self.left - 8, y + 4, _amount(mark), 12, "soft", "end")
        if self.chart.unit:
            self._write(20, self.top - 12, self.chart.unit, 12, "soft")
        return marks

    def _y(self, value: float, marks: Sequence[float]) -> float:
        return self.bottom - (value - marks[0]) / (marks[-1] - marks[0]) * (self.bottom - self.top)

    def _lines(self) -> None:
        chart = self.chart
        if chart.unit:
            self.top += 12
        values = [p.y for s in chart.series for p in s.points if p.y is not None]
        xs = [p.x for s in chart.series for p in s.points]
        if not values:
            return
        low = min(0.0, *values) if chart.from_zero else min(values)
        marks = self._scale(low, max(values) if max(values) > low else low + 1)
        first, last = min(map(_place, xs)), max(map(_place, xs))
        span = (last - first) or 1.0
        self.right -= 14

        def across(x: X | float) -> float:
            return self.left + 14 + (_place(x) - first) / span * (self.right - self.left - 14)

        if isinstance(xs[0], date):
            for day, label in _days(date.fromordinal(int(first)), date.fromordinal(int(last)), 8):
                self._rule(across(day), self.bottom, across(day), self.bottom + 5, "soft")
                self._write(across(day), self.bottom + 20, label, 12, "soft", "middle")
        else:
            whole = all(float(_place(x)).is_integer() for x in xs)
            for mark in ticks(first, last, 6):
                if first <= mark <= last and (not whole or mark == int(mark)):
                    self._rule(across(mark), self.bottom, across(mark), self.bottom + 5, "soft")
                    self._write(across(mark), self.bottom + 20, _number(mark), 12, "soft", "middle")
        few = len(xs) <= 40
        for n, each in enumerate(chart.series):
            path, pen = "", "M"
            for point in each.points:
                if point.y is None:
                    pen = "M"
                    continue
                x, y = across(point.x), self._y(point.y, marks)
                if chart.kind == "step" and pen == "L":
                    path += f"H{x:.1f}V{y:.1f}"
                else:
                    path += f"{pen}{x:.1f} {y:.1f}"
                pen = "L"
            self.marks.append(
                f'<path class="l{n % 6 + 1}" d="{path}" fill="none" stroke="{_LIGHT[n % 6]}" stroke-width="2.25" stroke-linejoin="round" stroke-linecap="round"/>'
            )
            if few:
                self._points(n, each, across, marks, len(xs) <= 16)

    def _points(self, n: int, each: Series, across, marks: Sequence[float], named: bool) -> None:  # type: ignore[no-untyped-def]
        """Marks of the points, and their values where they do not run into each other."""
        free = -math.inf
        for point in each.points:
            if point.y is None:
                continue
            x, y = across(point.x), self._y(point.y, marks)
            told = f"{each.name}, {_label(point.x)}: {_value(point)}" + (f" – {point.note}" if point.note else "")
            self.marks.append(_marker(n, x, y, told, hollow=point.sure != "confirmed"))
            half = _width(_amount(point.y)) / 2
            middle = min(x, self.width - 8 - half)
            if named and middle - half > free:
                self._write(middle, y - 10, _amount(point.y), 12, "ink", "middle", bold=True)
                free = middle + half + 4

    def _bars(self) -> None:
        chart, xs = self.chart, _categories(self.chart.series)
        if chart.unit:
            self.top += 12
        values = [p.y for s in chart.series for p in s.points if p.y is not None]
        if not values:
            return
        marks = self._scale(min(0.0, *values), max(0.0, *values))
        room = (self.right - self.left) / len(xs)
        wide = min(56.0, room * 0.78 / len(chart.series))
        named = all(_width(_amount(v)) <= wide + 6 for v in values)
        every = math.ceil(max(_width(_label(x)) + 8 for x in xs) / room)
        zero = self._y(0, marks)
        for place, x in enumerate(xs):
            middle = self.left + room * (place + 0.5)
            if place % every == 0:
                self._write(middle, self.bottom + 20, _label(x), 12, "soft", "middle")
            for n, each in enumerate(chart.series):
                point = next((p for p in each.points if p.x == x), None)
                if point is None or point.y is None:
                    continue
                left = middle + (n - len(chart.series) / 2) * wide
                y = self._y(point.y, marks)
                told = f"{each.name}, {_label(x)}: {_value(point)}" + (f" – {point.note}" if point.note else "")
                self.marks.append(_bar(n, left + 1, min(y, zero), wide - 2, abs(y - zero), told, point.sure))
                if named:
                    above = min(y, zero) - 5 if point.y >= 0 else y + 15
                    self._write(left + wide / 2, above, _amount(point.y), 12, "ink", "middle", bold=True)

    def _stacked(self) -> None:
        chart, xs = self.chart, _categories(self.chart.series)
        values = {(s.name, p.x): p for s in chart.series for p in s.points if p.y is not None}
        ends = {x: sum(p.y or 0 for s in chart.series if (p := values.get((s.name, x)))) for x in xs}
        most = max(ends.values(), default=0) or 1
        label = min(self.width * 0.42, max(_width(_label(x), 13) for x in xs) + 12) if xs else 0
        self.left = 20 + label
        room = self.right - self.left - _width(f"{_amount(most)} {chart.unit}") - 14
        for place, x in enumerate(xs):
            y, left = self.top + 34 * place + 6, self.left
            self._beside(_label(x), y, label)
            for n, each in enumerate(chart.series):
                point = values.get((each.name, x))
                if point is None or point.y is None:
                    continue
                wide = point.y / most * room
                told = f"{each.name}, {_label(x)}: {_value(point)}" + (f" – {point.note}" if point.note else "")
                self.marks.append(_bar(n, left, y, wide - 1, 22, told, point.sure))
                if len(chart.series) > 1 and _width(_amount(point.y)) + 8 <= wide and point.sure == "confirmed":
                    self._write(left + wide / 2, y + 15, _amount(point.y), 12, "ground", "middle", bold=True)
                left += wide
            if all((s.name, x) in values for s in chart.series):
                end = _amount(ends[x]) + (f" {chart.unit}" if chart.unit and place == 0 else "")
                self._write(left + 8, y + 16, end, 12, bold=True)
            elif left == self.left:
                self._write(left + 8, y + 16, "–", 12, "soft")


def _pieces(text: str) -> list[str]:
    """Where a line may break: after a space, and before every Chinese character."""
    found: list[str] = []
    for char in text:
        wide = unicodedata.east_asian_width(char) == "W" and char not in "，。；：、）”"
        if not found or wide or found[-1].endswith(" ") or (found[-1] and ord(found[-1][-1]) > 0x2E80 and char != " "):
            if found and char in "，。；：、）”":
                found[-1] += char
            else:
                found.append(char)
        else:
            found[-1] += char
    return found


def _bar(n: int, x: float, y: float, wide: float, high: float, told: str, sure: str) -> str:
    colour = _LIGHT[n % 6]
    faint = "" if sure == "confirmed" else f' fill-opacity="0.25" stroke="{colour}" stroke-dasharray="4 3"'
    classes = f"c{n % 6 + 1}" + ("" if sure == "confirmed" else f" l{n % 6 + 1}")
    return (
        f'<rect class="{classes}" x="{x:.1f}" y="{y:.1f}" width="{max(0.0, wide):.1f}" height="{high:.1f}" rx="2"'
        f' fill="{colour}"{faint}><title>{escape(told)}</title></rect>'
    )


def _marker(n: int, x: float, y: float, told: str = "", hollow: bool = False) -> str:
    """Circle, square, triangle, diamond in turn, so that series differ without colour; hollow when not confirmed."""
    colour = _LIGHT[n % 6]
    look = (
        f'class="t-ground l{n % 6 + 1}" fill="{_PLAIN["ground"]}" stroke="{colour}" stroke-width="2"'
        if hollow
        else f'class="c{n % 6 + 1} s-ground" fill="{colour}" stroke="{_PLAIN["ground"]}" stroke-width="1.5"'
    )
    title = f"<title>{escape(told)}</title>" if told else ""
    shape = n % 4
    if shape == 0:
        return f'<circle {look} cx="{x:.1f}" cy="{y:.1f}" r="5">{title}</circle>'
    if shape == 1:
        return f'<rect {look} x="{x - 4.5:.1f}" y="{y - 4.5:.1f}" width="9" height="9">{title}</rect>'
    points = [(0, -6), (5.5, 4.5), (-5.5, 4.5)] if shape == 2 else [(0, -6), (6, 0), (0, 6), (-6, 0)]
    drawn = " ".join(f"{x + a:.1f},{y + b:.1f}" for a, b in points)
    return f'<polygon {look} points="{drawn}">{title}</polygon>'
