"""The timeline as a picture: SVG that stands alone, read aloud as well as seen, light and dark. One band a scheme, one field an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from xml.sax.saxutils import escape

from jifen.advice.timeline import Change, Line, Moment, Timeline

_LEFT, _WIDTH, _ROW, _BAND, _TOP = 256, 1000, 76, 30, 106
_STATUS = {
    "qualifies": ("●", "yes", {"en": "qualifies", "zh": "符合"}),
    "for the authority": ("◐", "office", {"en": "for the authority", "zh": "由主管机关决定"}),
    "undetermined": ("○", "open", {"en": "undetermined", "zh": "尚不能确定"}),
    "does not qualify": ("✕", "no", {"en": "does not qualify", "zh": "不符合"}),
    "not in force": ("–", "none", {"en": "not in force", "zh": "未施行"}),
}
_SAY = {
    "en": {
        "title": "When to apply", "span": "{a} to {b}", "best": "best window", "points": "points",
        "law": "law", "note": "What the published rules give; the law may change. The authority decides.",
        "none": "no change", "from": "from {day}: ", "now": "now: ",
    },
    "zh": {
        "title": "何时申请", "span": "{a} 至 {b}", "best": "最佳时段", "points": "分",
        "law": "法规", "note": "以上为公布规则的结果，法规可能变化，由主管机关最终决定。",
        "none": "无变化", "from": "自 {day} 起：", "now": "现在：",
    },
}  # fmt: skip
_STYLE = """
.s{font:14px system-ui,-apple-system,'Segoe UI','Noto Sans','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif;fill:#1c2430}
.h{font-size:20px;font-weight:600}.d{fill:#5b6675;font-size:12px}.b{font-weight:600}.m{font-size:12px;font-weight:600}
.paper{fill:#ffffff}.grid{stroke:#e3e7ec}.edge{stroke:#1c2430;stroke-width:1.5}
.yes{fill:#bfe3cb}.office{fill:#c4e1ee}.open{fill:#f5e3ae}.no{fill:#e9eaed}.none{fill:#f5f5f7}
.best{fill:none;stroke:#1f7a45;stroke-width:2.5}.bt{fill:#1f7a45}.up{fill:#1f7a45}.down{fill:#b3261e}
@media screen and (prefers-color-scheme:dark){.s{fill:#e8ebf0}.d{fill:#a3adba}.paper{fill:#14181f}.grid{stroke:#2b323c}.edge{stroke:#e8ebf0}
.yes{fill:#1f5636}.office{fill:#1d4a5e}.open{fill:#5c4a14}.no{fill:#2a2f38}.none{fill:#1c2028}.best{stroke:#5fd08f}.bt,.up{fill:#6fdc9d}.down{fill:#ff8a80}}
"""


def timeline_svg(found: Timeline, lang: str = "en") -> str:
    """The timeline as an SVG document. Colour is never the only sign: each field has a mark and words, and the whole is told in its description."""
    say = _SAY[lang]
    height = _TOP + _ROW * len(found.lines) + 44
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="jt jd" lang="{lang}" font-size="14">',
        f'<title id="jt">{escape(say["title"])}</title><desc id="jd">{escape(_told(found, lang))}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{_WIDTH}" height="{height}" rx="10"/>',
        _text(24, 38, say["title"], "s h"),
        _text(24, 60, say["span"].format(a=found.on, b=found.until), "s d"),
    ]
    scale = _Scale(found.on, found.until + timedelta(days=1))
    bottom = _TOP + _ROW * len(found.lines)
    for day in _years(found.on, found.until):
        x = scale(day)
        parts.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{_TOP - 32}" y2="{bottom - 10}"/>')
        parts.append(_text(x + 4, _TOP - 22, str(day.year), "s d"))
    for number, line in enumerate(found.lines):
        parts += _band(found, line, scale, _TOP + _ROW * number, lang)
    parts.append(_text(24, height - 16, say["note"], "s d"))
    parts.append("</svg>")
    return "\n".join(parts) + "\n"


class _Scale:
    def __init__(self, start: date, end: date) -> None:
        self.start, self.days = start, (end - start).days

    def __call__(self, day: date) -> int:
        return round(_LEFT + (_WIDTH - 28 - _LEFT) * (day - self.start).days / self.days)


def _years(on: date, until: date) -> Iterator[date]:
    for year in range(on.year + 1, until.year + 1):
        yield date(year, 1, 1)


def _band(found: Timeline, line: Line, scale: _Scale, y: int, lang: str) -> Iterator[str]:
    say = _SAY[lang]
    yield f"<g><title>{escape(_line_told(line, lang))}</title>"
    rows = _wrapped(line.title[lang], 27 if lang == "en" else 14)
    for n, row in enumerate(rows[:3]):
        yield _text(24, y + 16 + 17 * n, row + ("…" if n == 2 and len(rows) > 3 else ""), "s b")
    spans = list(line.spans(found.on, found.until))
    for start, end, moment in spans:
        x, width = scale(start), scale(end) - scale(start)
        yield f'<rect class="{_STATUS[moment.status][1]}" x="{x}" y="{y}" width="{max(width, 1)}" height="{_BAND}"/>'
        label = _label(line, moment, lang, width)
        if label:
            yield _text(x + 8, y + 20, label, "s")
    start, before = line.best
    end = before or found.until + timedelta(days=1)
    if line.changes:
        x = scale(start)
        yield f'<rect class="best" x="{x}" y="{y}" width="{max(scale(end) - x, 2)}" height="{_BAND}" rx="2"/>'
        yield _text(min(x + 8, _WIDTH - 120), y - 5, say["best"], "s m bt")
    last = -100
    for change in line.changes:
        x = scale(change.day)
        yield f'<line class="edge" x1="{x}" x2="{x}" y1="{y}" y2="{y + _BAND + 5}"/>'
        at = min(max(x - 4, last), _WIDTH - 150)
        text = f"{change.day} {_gain(change)}".strip()
        if at - x < 60:
            kind = "up" if change.gain > 0 else "down" if change.gain < 0 else ""
            yield _text(at, y + _BAND + 19, text, f"s m {kind}".strip())
            last = at + 8 * len(text) + 8
    yield "</g>"


def _gain(change: Change) -> str:
    points = change.points
    if points:
        return f"{'+' if points > 0 else '−'}{abs(points)}"
    return {1: "↑", -1: "↓"}.get(change.gain, "")


def _label(line: Line, moment: Moment, lang: str, width: int) -> str:
    """As much of the answer as there is room for."""
    sign, _, words = _STATUS[moment.status]
    points = _points(moment, lang)
    outcome = (
        line.titles[moment.outcomes[0]][lang] if len(moment.outcomes) == 1 and moment.outcomes[0] in line.titles else ""
    )
    one = 15 if lang == "zh" else 7.2
    for parts in ((words[lang], points, outcome), (words[lang], points), (points or words[lang],), ()):
        text = " · ".join(p for p in parts if p)
        if len(text) * one + 34 < width:
            return f"{sign} {text}".strip()
    return sign if width > 20 else ""


def _points(moment: Moment, lang: str) -> str:
    if moment.points is None:
        return ""
    low, high = moment.points.low, moment.points.high
    number = f"{low:,}" if low == high else f"{low:,}–{high:,}"
    return f"{number} {_SAY[lang]['points']}"


def _wrapped(text: str, width: int) -> list[str]:
    rows = [""]
    words: list[str] = text.split(" ") if " " in text else [text[i : i + width] for i in range(0, len(text), width)]
    for word in words:
        if rows[-1] and len(rows[-1]) + 1 + len(word) > width:
            rows.append(word)
        else:
            rows[-1] = f"{rows[-1]} {word}".strip()
    return rows


def _told(found: Timeline, lang: str) -> str:
    return " ".join(_line_told(line, lang) for line in found.lines)


def _line_told(line: Line, lang: str) -> str:
    """The band in words."""
    say = _SAY[lang]
    colon, stop = (": ", ".") if lang == "en" else ("：", "。")
    steps = [say["now"] + _moment_told(line.first, lang)]
    steps += [say["from"].format(day=c.day) + _moment_told(c.after, lang) for c in line.changes]
    return line.title[lang] + colon + "; ".join(steps) + stop


def _moment_told(moment: Moment, lang: str) -> str:
    words: Mapping[str, str] = _STATUS[moment.status][2]
    points = _points(moment, lang)
    return words[lang] + (f", {points}" if points else "")


def _text(x: int | float, y: int, text: str, kind: str) -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(text)}</text>'
