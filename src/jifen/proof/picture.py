"""A picture of the decision: the law's own requirements, grounds and outcomes as a decision diagram, in SVG.

Each box is a condition of the law, or several that follow each other and lead the same way. Green goes on where it holds, red where it
does not; the round boxes at the end are the outcomes. Whoever follows the lines from the top comes to their outcome.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from jifen.schemes.model import Conditions, Item, Scheme

_WIDTH, _LINE, _PAD, _GAP = 460, 18, 12, 34
_SAY = {
    "en": {
        "none": "no outcome", "mark": "pass mark {n} reached", "all": "all of these", "any": "any one of these", "none_of": "none of these",
        "least": "at least {n} of these", "yes": "yes", "no": "no", "requirements": "Requirements", "eligible": "eligible", "points": "Points", "more": "… and {n} more",
    },
    "zh": {
        "none": "无结果", "mark": "达到及格线{n}分", "all": "以下全部", "any": "以下任一", "none_of": "以下均不", "least": "以下至少{n}项", "yes": "是", "no": "否",
        "requirements": "条件", "eligible": "符合", "points": "积分", "more": "……及另外{n}项",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """One step: its heading, its lines, and where a yes and a no lead (the place of a later step, or an outcome below zero)."""

    heading: str
    how: str
    lines: tuple[str, ...]
    yes: int
    no: int


def steps(scheme: Scheme, lang: str) -> tuple[list[Box], list[str]]:
    """The decision as steps from top to bottom, and the ends: the outcomes, best first, then none."""
    say = _SAY[lang]
    ends = [o.title[lang] for o in scheme.outcomes] or [say["eligible"]]
    nothing = -len(ends) - 1
    lists: list[tuple[str, str, tuple[str, ...]]] = []
    for requirement in scheme.requirements:
        title = requirement.title[lang] if requirement.id else say["requirements"]
        lists.append((title, *_told(requirement.conditions, lang)))
    if scheme.pass_mark is not None:
        lists.append((say["points"], "", (say["mark"].format(n=scheme.pass_mark),)))
    boxes = []
    count = len(lists)
    for n, (title, how, lines) in enumerate(lists):
        onward = n + 1 if n + 1 < count or scheme.outcomes else -1
        boxes.append(Box(title, how, lines, onward, nothing))
    for n, outcome in enumerate(scheme.outcomes):
        last = n + 1 == len(scheme.outcomes)
        how, lines = _told(outcome.conditions, lang)
        boxes.append(Box(outcome.title[lang], how, lines, -n - 1, nothing if last else count + n + 1))
    return boxes, [*ends, say["none"]]


def _told(conditions: Conditions, lang: str) -> tuple[str, tuple[str, ...]]:
    say = _SAY[lang]
    how = {"all": say["all"], "any": say["any"], "none": say["none_of"]}.get(
        conditions.how, say["least"].format(n=conditions.least)
    )
    lines: list[str] = []
    for item in conditions.items:
        lines += _item(item, lang, 0)
    if len(conditions.items) == 1:
        how = ""
    return how, tuple(lines)


def _item(item: Item, lang: str, depth: int) -> list[str]:
    cite = f" [{'; '.join(map(str, item.citations))}]" if item.citations and depth == 0 else ""
    number = item.id.rsplit(".", 1)[-1]
    lines = [f"{'   ' * depth}{number}. {item.words[lang]}{cite}"]
    if isinstance(item.content, Conditions):
        how = _told(item.content, lang)[0]
        lines[0] += f" ({how})" if how else ""
        for inner in item.content.items:
            lines += _item(inner, lang, depth + 1)
    return lines


# --- drawing --------------------------------------------------------------------------------------------------


def wide(text: str) -> int:
    """The width of text in halves of a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, room: int) -> list[str]:
    """Lines of at most `room` halves; what follows the first is set in."""
    indent = len(text) - len(text.lstrip()) + 3
    lines, line = [], " " * (indent - 3)
    for word in text.split():
        parts = [word] if wide(word) <= (room if word.isascii() else room // 2) else list(word)
        for n, part in enumerate(parts):
            glue = "" if n or not line.strip() else " "
            if line.strip() and wide(line + glue + part) > room:
                lines.append(line)
                line = " " * indent + part
            else:
                line += glue + part
    return [*lines, line]


def picture(scheme: Scheme, lang: str = "en") -> str:
    """The decision of a version as SVG: steps in one column on the left, outcomes on the right."""
    say = _SAY[lang]
    boxes, ends = steps(scheme, lang)
    room = _WIDTH // 7 - 4
    drawn: list[tuple[Box, list[str], int, int]] = []
    top = 84
    for box in boxes:
        lines = [w for line in box.lines for w in wrapped(line, room)]
        height = _PAD * 2 + _LINE * (len(lines) + 1 + (1 if box.how else 0))
        drawn.append((box, lines, top, height))
        top += height + _GAP
    left, right = 40, 40 + _WIDTH + 150
    total = max(top + 20, 84 + len(ends) * 70)
    places = _end_places(drawn, len(ends), total)
    out = [_head(scheme, lang, right + 260, total)]
    lane = 0
    for box, _, y, height in drawn:
        for way, target in (("yes", box.yes), ("no", box.no)):
            if target >= 0:
                out.append(_down(left + (60 if way == "yes" else 120), y + height, drawn[target][2], way, say[way]))
            else:
                lane += 1
                at = y + height * (0.35 if way == "yes" else 0.65) if box.yes < 0 and box.no < 0 else y + height * 0.5
                out.append(_across(left + _WIDTH, int(at), right, places[-target - 1], way, say[way], lane))
    for box, lines, y, height in drawn:
        out.append(_box(box, lines, left, y, height))
    for n, text in enumerate(ends):
        out.append(_end(text, right, places[n], n + 1 == len(ends)))
    return "\n".join([*out, "</svg>\n"])


def _end_places(drawn: Sequence[tuple[Box, list[str], int, int]], count: int, total: int) -> list[int]:
    """The height of each end: beside the step that leads to it; none at the bottom."""
    places: list[int] = []
    for n in range(count):
        beside = [y + h // 2 for box, _, y, h in drawn if -n - 1 == box.yes]
        at = beside[0] if beside else total - 50
        places.append(max(at, places[-1] + 70) if places else at)
    return places


def _head(scheme: Scheme, lang: str, width: int, height: int) -> str:
    title = escape(scheme.title[lang])
    style = (
        "text{font-family:'Noto Sans','Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif;font-size:13px;fill:#1f2430}"
        ".h{font-weight:600;font-size:14px}.t{font-weight:600;font-size:20px}.s{fill:#5a6272;font-size:12px}"
        ".box{fill:#fff;stroke:#8a93a6;stroke-width:1.2}.end{fill:#e9f5ee;stroke:#2c7a4b;stroke-width:1.4}.nil{fill:#f7ecec;stroke:#a33a3a;stroke-width:1.4}"
        ".yes{stroke:#2c7a4b;fill:none;stroke-width:1.8}.no{stroke:#a33a3a;fill:none;stroke-width:1.4;stroke-dasharray:5 4}"
        ".ly{fill:#2c7a4b;font-size:12px}.ln{fill:#a33a3a;font-size:12px}"
    )
    marks = "".join(
        f'<marker id="{way}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
        for way, colour in (("yes", "#2c7a4b"), ("no", "#a33a3a"))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'lang="{lang}" aria-label="{title}">\n<title>{title}</title>\n<style>{style}</style>\n<defs>{marks}</defs>\n'
        f'<rect width="100%" height="100%" fill="#fafbfc"/>\n'
        f'<text class="t" x="40" y="40">{title}</text>\n<text class="s" x="40" y="60">{scheme.id} · {scheme.start}</text>'
    )


def _box(box: Box, lines: Sequence[str], x: int, y: int, height: int) -> str:
    out = [f'<rect class="box" x="{x}" y="{y}" width="{_WIDTH}" height="{height}" rx="6"/>']
    at = y + _PAD + 13
    out.append(f'<text class="h" x="{x + _PAD}" y="{at}">{escape(box.heading)}</text>')
    if box.how:
        at += _LINE
        out.append(f'<text class="s" x="{x + _PAD}" y="{at}">{escape(box.how)}</text>')
    for line in lines:
        at += _LINE
        indent = (len(line) - len(line.lstrip())) * 5
        out.append(f'<text x="{x + _PAD + indent}" y="{at}">{escape(line.strip())}</text>')
    return "\n".join(out)


def _down(x: int, y: int, to: int, way: str, word: str) -> str:
    return (
        f'<path class="{way}" d="M{x} {y}V{to - 2}" marker-end="url(#{way})"/>'
        f'<text class="l{way[0]}" x="{x + 6}" y="{y + 16}">{word}</text>'
    )


def _across(x: int, y: int, to_x: int, to_y: int, way: str, word: str, lane: int) -> str:
    bend = x + 50 + (lane * 9) % 80
    return (
        f'<path class="{way}" d="M{x} {y}H{bend}V{to_y}H{to_x - 2}" marker-end="url(#{way})"/>'
        f'<text class="l{way[0]}" x="{x + 6}" y="{y - 5}">{word}</text>'
    )


def _end(text: str, x: int, y: int, nothing: bool) -> str:
    lines = wrapped(text, 30)
    height = 20 + _LINE * len(lines)
    out = [
        f'<rect class="{"nil" if nothing else "end"}" x="{x}" y="{y - height // 2}" width="230" height="{height}" rx="{height // 2}"/>'
    ]
    for n, line in enumerate(lines):
        at = y - height // 2 + 24 + n * _LINE
        out.append(f'<text class="h" x="{x + 18}" y="{at}">{escape(line.strip())}</text>')
    return "\n".join(out)
