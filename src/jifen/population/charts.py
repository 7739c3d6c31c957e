"""Charts as SVG that stand alone: a title and a description for those who do not see them, every number also as text.

Colours come from one palette that holds on white and on black; nothing is told by colour only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

WIDTH = 760
_LEFT, _RIGHT, _ROW, _TOP = 230, 120, 26, 64
PALETTE = {
    "qualifies": "#2f7d4f",
    "does not qualify": "#9a3b3b",
    "undetermined": "#8a6d1f",
    "for the authority": "#3b5f9a",
    "not in force": "#6b6b6b",
    "gains": "#2f7d4f",
    "loses": "#9a3b3b",
    "points": "#3b5f9a",
    "before": "#8f8f8f",
    "after": "#3b5f9a",
}
_STYLE = (
    "svg{color-scheme:light dark;background:#fff;color:#1c1c1c}"
    "text{font:13px 'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif;fill:currentColor}"
    ".t{font-size:17px;font-weight:600}.s{font-size:12px;opacity:.75}.n{font-variant-numeric:tabular-nums}"
    ".axis{stroke:currentColor;opacity:.25}"
    "@media (prefers-color-scheme:dark){svg{background:#161616;color:#e8e8e8}}"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its size, what is written at its end, and which colour of the palette it has."""

    label: str
    size: int
    text: str
    colour: str = "points"


@dataclass(frozen=True, slots=True)
class Group:
    """Bars under one heading."""

    title: str
    bars: tuple[Bar, ...]


def bar_chart(title: str, description: str, groups: Sequence[Group], note: str = "") -> str:
    """Horizontal bars in groups, all on one scale. Labels are cut where they are too long; the whole stands in a tooltip."""
    most = max((b.size for g in groups for b in g.bars), default=0) or 1
    span = WIDTH - _LEFT - _RIGHT
    body: list[str] = []
    y = _TOP
    for group in groups:
        if group.title:
            body.append(f'<text x="16" y="{y + 16}" font-weight="600">{escape(group.title)}</text>')
            y += 28
        top = y
        for bar in group.bars:
            width = round(bar.size / most * span, 1)
            body.append(
                f"<g><title>{escape(f'{bar.label}: {bar.text}')}</title>"
                f'<text x="{_LEFT - 10}" y="{y + 17}" text-anchor="end">{escape(_cut(bar.label))}</text>'
                f'<rect x="{_LEFT}" y="{y + 4}" width="{max(width, 1 if bar.size else 0)}" height="18" rx="2" '
                f'fill="{PALETTE.get(bar.colour, PALETTE["points"])}"/>'
                f'<text class="n" x="{_LEFT + width + 8}" y="{y + 17}">{escape(bar.text)}</text></g>'
            )
            y += _ROW
        body.append(f'<line class="axis" x1="{_LEFT}" y1="{top}" x2="{_LEFT}" y2="{y}"/>')
        y += 14
    return _svg(title, description, body, y, note)


def histogram(title: str, description: str, bins: Sequence[tuple[str, Sequence[Bar]]], note: str = "") -> str:
    """Columns side by side: for each bin its label and one bar a series."""
    most = max((b.size for _, bars in bins for b in bars), default=0) or 1
    left, right, height = 56, 16, 240
    span = (WIDTH - left - right) / max(len(bins), 1)
    base = _TOP + height
    body = [f'<line class="axis" x1="{left}" y1="{base}" x2="{WIDTH - right}" y2="{base}"/>']
    for share in (0, 0.5, 1):
        y = base - height * share
        body.append(f'<line class="axis" x1="{left}" y1="{y}" x2="{WIDTH - right}" y2="{y}"/>')
        body.append(f'<text class="s n" x="{left - 6}" y="{y + 4}" text-anchor="end">{_short(most * share)}</text>')
    every = max(1, -(-len(bins) * 44 // (WIDTH - left - right)))
    for place, (name, bars) in enumerate(bins):
        at = left + place * span
        each = span * 0.86 / max(len(bars), 1)
        for series, bar in enumerate(bars):
            tall = bar.size / most * height
            body.append(
                f"<g><title>{escape(f'{bar.label}, {name}: {bar.text}')}</title>"
                f'<rect x="{at + span * 0.07 + series * each:.1f}" y="{base - tall:.1f}" width="{each:.1f}" '
                f'height="{tall:.1f}" fill="{PALETTE.get(bar.colour, PALETTE["points"])}"/></g>'
            )
        if place % every == 0:
            body.append(f'<text class="s" x="{at + span / 2:.1f}" y="{base + 18}" text-anchor="middle">{name}</text>')
    y = base + 34
    names = {b.label: b.colour for _, bars in bins for b in bars}
    if len(names) > 1:
        x = left
        for label, colour in names.items():
            body.append(
                f'<rect x="{x}" y="{y}" width="12" height="12" fill="{PALETTE.get(colour, PALETTE["points"])}"/>'
            )
            body.append(f'<text class="s" x="{x + 18}" y="{y + 11}">{escape(label)}</text>')
            x += 40 + 8 * len(label)
        y += 24
    return _svg(title, description, body, y, note)


def stacked(charts: Sequence[str]) -> str:
    """Several charts as one SVG, one under the other."""
    heights = [int(c.split('height="', 1)[1].split('"', 1)[0]) for c in charts]
    inner, y = [], 0
    for chart, height in zip(charts, heights, strict=True):
        inner.append(chart.replace("<svg ", f'<svg y="{y}" ', 1).replace(' xmlns="http://www.w3.org/2000/svg"', "", 1))
        y += height
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}">{"".join(inner)}</svg>\n'


def _svg(title: str, description: str, body: Sequence[str], height: float, note: str) -> str:
    tall = int(height) + (30 if note else 10)
    foot = f'<text class="s" x="16" y="{tall - 12}">{escape(note)}</text>' if note else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{tall}" viewBox="0 0 {WIDTH} {tall}" '
        f'role="img"><title>{escape(title)}</title><desc>{escape(description)}</desc><style>{_STYLE}</style>'
        f'<rect width="{WIDTH}" height="{tall}" fill="none"/>'
        f'<text class="t" x="16" y="28">{escape(title)}</text>'
        f'<text class="s" x="16" y="48">{escape(_cut(description, 110))}</text>'
        f"{''.join(body)}{foot}</svg>\n"
    )


def _cut(text: str, most: int = 30) -> str:
    wide = 0
    for place, sign in enumerate(text):
        wide += 2 if ord(sign) > 0x2E80 else 1
        if wide > most:
            return text[:place].rstrip() + "…"
    return text


def _short(number: float) -> str:
    for size, sign in ((1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.3g} {sign}"
    return f"{number:.3g}"
