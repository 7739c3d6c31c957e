"""The charts of a population and of a simulation: which numbers are drawn, and several charts as one picture."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from jifen.charts import Chart, Point, Series


def grouped(
    title: str,
    description: str,
    groups: Mapping[str, Mapping[str, int | None]],
    lang: str,
    note: str = "",
    always: Sequence[str] = (),
) -> Chart:
    """One horizontal bar a group, stacked of its parts; a part that is None is not shown, one that is 0 everywhere neither unless `always`."""
    names = dict.fromkeys(always) | dict.fromkeys(
        part for parts in groups.values() for part, people in parts.items() if people != 0
    )
    series = tuple(Series(n, tuple(Point(g, parts.get(n, 0)) for g, parts in groups.items())) for n in names)
    return Chart(title, description, series, "stacked", note=note, lang=lang)


def spread(
    title: str,
    description: str,
    bins: Iterable[tuple[int, int, Sequence[int | None]]],
    names: Sequence[str],
    lang: str,
    note: str = "",
) -> Chart:
    """People by points: for each bin (first, last) one bar a name."""
    held = list(bins)
    series = tuple(
        Series(
            name, tuple(Point(f"{low}" if low == high else f"{low}–{high}", people[i]) for low, high, people in held)
        )
        for i, name in enumerate(names)
    )
    return Chart(title, description, series, "bars", note=note, lang=lang)


def together(charts: Sequence[Chart], width: int = 760) -> str:
    """Several charts as one SVG, one under the other, each with its own title and description."""
    inner, below = [], 0.0
    for chart in charts:
        text = chart.svg(width)
        found = re.search(r'<svg[^>]* height="([\d.]+)"', text)
        assert found
        inner.append(text.replace("<svg ", f'<svg y="{below:g}" ', 1))
        below += float(found[1]) + 24
    size = f'width="{width}" height="{below:g}" viewBox="0 0 {width} {below:g}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(inner)}</svg>\n'
