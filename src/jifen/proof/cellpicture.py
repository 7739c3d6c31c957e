"""A picture of a decision diagram over cells, in SVG: facts as levels, cells as ways, outcomes or points at the ends.

Each box asks one fact and has a field for each way on; whoever follows the fields from the top comes to their answer. Where points of many facts add up,
fields carry the points that they add. A diagram with more boxes than fit is drawn from the top as far as they do; what is left out stands in dashed boxes:
the answers still possible there, and how much is not drawn.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from jifen.forms import Words
from jifen.plan.diagram import END, Function, all_values
from jifen.plan.values import Variable
from jifen.problems import Problem, RequestError, nearest
from jifen.proof.ground import Ground
from jifen.proof.leaves import criteria_of, headings_of, items_of
from jifen.proof.picture import wide, wrapped
from jifen.proof.wording import variable_text

MOST, ABREAST, FIELDS, STUBS = 64, 16, 8, 6
"""Boxes that ask a fact, fields side by side, fields of one box, and dashed boxes; what is more is left out, and said to be."""
_CELL, _LINE, _ROW, _LANE = 118, 15, 78, 14
_SAY = {
    "en": {
        "points": "{n} points", "from": "{a} to {b} points", "or": " or ", "none": "no outcome", "yes": "yes", "no": "no", "left": "{n} boxes not drawn",
        "all": "Complete: {n} boxes, {f} facts.", "part": "The first {n} of {m} boxes are drawn; dashed boxes stand for the rest.",
        "whole": "Outcome", "colon": ": ", "kinds": "{n} different values", "sum": "the sum of the points on the way", "base": ", and {n}", "more": "{n} more cells",
    },
    "zh": {
        "points": "{n}分", "from": "{a}至{b}分", "or": "或", "none": "无结果", "yes": "是", "no": "否", "left": "{n}个框未画",
        "all": "完整：{n}个框，{f}项事实。", "part": "共{m}个框，画出前{n}个；虚线框代表其余部分。",
        "whole": "结果", "colon": "：", "kinds": "{n}种不同的值", "sum": "沿途各分之和", "base": "，另加{n}", "more": "另外{n}格",
    },
}  # fmt: skip


@dataclass(eq=False)
class _Box:
    """A box of a rank: a fact with its fields, an end, something left out, or (without text) a bend of a long line."""

    rank: int
    kind: str
    title: list[str] = field(default_factory=list)
    fields: list[tuple[list[str], Function | None, _Box | None]] = field(default_factory=list)
    width: int = _LANE
    x: float = 0.0
    y: float = 0.0
    at: float = 0.0


@dataclass(frozen=True)
class _Drawn:
    """What is drawn: its function, its name, and what its values are called."""

    title: Words
    function: Function
    value: Callable[[int, str], str]
    numbers: bool


def cell_picture(ground: Ground, about: str = "", lang: str = "en") -> str:
    """The diagram of the outcome, or of the criterion, requirement, outcome or item with the id `about`. Raises RequestError for another id."""
    drawn = _drawn(ground, about)
    boxes, shown, all_of_them, facts = _boxes(ground, drawn, lang)
    ranks = _bent(boxes)
    _place(ranks)
    say = _SAY[lang]
    told = say["all"].format(n=shown, f=facts) if shown == all_of_them else say["part"].format(n=shown, m=all_of_them)
    return _svg(ground, drawn, ranks, told, lang)


def _drawn(ground: Ground, about: str) -> _Drawn:
    plan, scheme = ground.plan, ground.scheme
    if not about:
        titles = {o.id: o.title for o in scheme.outcomes}

        def outcome(place: int, lang: str) -> str:
            if place == len(plan.outcomes):
                return _SAY[lang]["none"]
            known = titles.get(plan.outcomes[place])
            return known[lang] if known else {"en": "eligible", "zh": "符合"}[lang]

        title = {lang: _SAY[lang]["whole"] for lang in _SAY}
        return _Drawn(title, ground.function(plan.outcome), outcome, False)
    for criterion, _ in criteria_of(scheme):
        if about == (criterion.id or "points"):
            node = plan.parts[criterion.id].points
            return _Drawn(
                criterion.title, ground.function(node), lambda v, lang: _SAY[lang]["points"].format(n=v), True
            )
    headings = {h.id: h.title for h in headings_of(scheme) if h.id}
    items = {i: item.words for i, item in items_of(scheme).items() if i in plan.items}
    words = headings | items
    if about not in words:
        known = ["points", *(c.id for c, _ in criteria_of(scheme) if c.id), *words]
        blanks = {"name": scheme.id}
        raise RequestError([Problem("unknown-value", blanks=blanks, found=about, nearest=nearest(about, known))])
    node = plan.lists[about] if about in plan.lists else plan.items[about]
    return _Drawn(words[about], ground.function(node), lambda v, lang: _SAY[lang]["yes" if v else "no"], False)


# --- boxes --------------------------------------------------------------------------------------------------------


def _boxes(ground: Ground, drawn: _Drawn, lang: str) -> tuple[list[_Box], int, int, int]:
    """The boxes that are drawn, how many ask a fact, how many there are in all, and how many facts they ask."""
    say, names = _SAY[lang], ground.diagrams.names
    whole = _walk(drawn.function, False)
    added = drawn.numbers and len(whole) > MOST
    if added:
        whole = _walk(drawn.function, True)
    start = (0, drawn.function[1]) if added else drawn.function
    kept = _kept(start, added)
    levels = sorted({f[1].level for f in kept})
    last = len(levels)
    made = {
        _key(f): _Box(
            levels.index(f[1].level), "ask", wrapped(_heading(ground, ground.variables[names[f[1].level]], lang), 34)
        )
        for f in kept
    }
    ends: dict[object, _Box] = {}
    left: dict[str, tuple[_Box, set[int]]] = {}

    def end(function: Function) -> _Box:
        key = _key(function)
        if key not in ends:
            text = drawn.value(function[0], lang)
            if added:
                base = drawn.function[0]
                text = say["sum"] + (say["base"].format(n=base) if base else "")
            nothing = not drawn.numbers and text in (say["none"], say["no"])
            ends[key] = _Box(last, "nil" if nothing else "end", wrapped(text, 26))
        return ends[key]

    def stub(function: Function) -> _Box:
        values = sorted(all_values(function))
        if drawn.numbers:
            text = say["from"].format(a=values[0], b=values[-1])
        elif len(values) > 4:
            text = say["kinds"].format(n=len(values))
        else:
            text = say["or"].join(drawn.value(v, lang) for v in values)
        if text not in left and len(left) >= STUBS:
            text = "…"
        box, inside = left.setdefault(text, (_Box(last, "left"), set()))
        inside.update(_inside(function))
        return box

    def target(function: Function) -> _Box:
        return made.get(_key(function)) or (end(function) if function[1] is END else stub(function))

    for function in kept:
        box, variable = made[_key(function)], ground.variables[names[function[1].level]]
        ways = _grouped(function, variable, added)
        for then, spans, more in ways[:FIELDS]:
            label = _short("; ".join(_label(ground, variable, s, lang) for s in spans))
            box.fields.append(([*label, f"+{more}"] if added and more else label, then, target(then)))
        if len(ways) > FIELDS:
            for then, _, _ in ways[FIELDS:]:
                aside = stub(then)
            box.fields.append((_short(say["more"].format(n=len(ways) - FIELDS)), None, aside))
        box.width = max(_CELL * len(box.fields), 20 + max(7 * wide(t) for t in box.title))
    for text, (box, inside) in left.items():
        box.title = [*wrapped(text, 26), say["left"].format(n=len(inside))]
    rest = [*ends.values(), *(box for box, _ in left.values())]
    for box in rest:
        box.width = 24 + max(7 * wide(t) for t in box.title)
    reached = _reached(made[_key(start)] if kept else end(start))
    boxes = [b for b in (*made.values(), *rest) if id(b) in reached]
    return boxes, sum(b.kind == "ask" for b in boxes), len(whole), len({f[1].level for f in whole})


def _key(function: Function) -> tuple[int, int]:
    return function[0], id(function[1])


def _walk(start: Function, added: bool) -> list[Function]:
    """Every box of a diagram; where points are `added` on the way, what came before does not tell boxes apart."""
    seen: dict[tuple[int, int], Function] = {}
    stack = [(0, start[1]) if added else start]
    while stack:
        one = stack.pop()
        if one[1] is END or _key(one) in seen:
            continue
        seen[_key(one)] = one
        stack.extend((0 if added else one[0] + offset, node) for offset, node in one[1].cells)
    return list(seen.values())


def _kept(start: Function, added: bool) -> list[Function]:
    """The boxes to draw, from the top: of each level the first few to which a drawn box leads."""
    waiting = {_key(start): start} if start[1] is not END else {}
    kept: list[Function] = []
    while waiting and len(kept) < MOST:
        level = min(f[1].level for f in waiting.values())
        here = [f for f in waiting.values() if f[1].level == level]
        waiting = {k: f for k, f in waiting.items() if f[1].level != level}
        room = ABREAST
        for one in here[: MOST - len(kept)]:
            room -= min(len(one[1].cells), FIELDS + 1)
            if room < 0 and one is not here[0]:
                break
            kept.append(one)
            for offset, node in one[1].cells:
                then = (0 if added else one[0] + offset, node)
                if node is not END:
                    waiting.setdefault(_key(then), then)
    return kept


def _grouped(function: Function, variable: Variable, added: bool) -> list[tuple[Function, list[tuple[int, int]], int]]:
    """The ways on from a box, each with its cells and the points that it adds."""
    offset, node = function
    ways: dict[tuple[int, int, int], tuple[Function, list[tuple[int, int]], int]] = {}
    starts = [variable.low, *node.breaks]
    for start, after, (more, inner) in zip(starts, [*node.breaks, variable.high + 1], node.cells, strict=True):
        then = (0 if added else offset + more, inner)
        ways.setdefault((*_key(then), more), (then, [], more))[1].append((start, after - 1))
    return list(ways.values())


def _reached(top: _Box) -> set[int]:
    """The boxes to which drawn fields lead."""
    seen: set[int] = set()
    stack = [top]
    while stack:
        box = stack.pop()
        if id(box) not in seen:
            seen.add(id(box))
            stack.extend(t for _, _, t in box.fields if t)
    return seen


def _inside(function: Function) -> set[int]:
    """The boxes of a part that is left out."""
    seen: set[int] = set()
    stack = [function[1]]
    while stack:
        node = stack.pop()
        if node is not END and id(node) not in seen:
            seen.add(id(node))
            stack.extend(n for _, n in node.cells)
    return seen


def _heading(ground: Ground, variable: Variable, lang: str) -> str:
    if variable.code:
        fact = ground.rules.vocabulary.facts[variable.facts[0]]
        assert fact.codes
        return f"{fact.title[lang]}{_SAY[lang]['colon']}{fact.codes.values[variable.code][lang]}"
    if len(variable.facts) == 1 and variable.facts[0] in ground.rules.vocabulary.facts:
        return ground.rules.vocabulary.facts[variable.facts[0]].title[lang]
    whole = variable_text(variable, (variable.low, variable.high), ground.rules.vocabulary, lang)
    return whole.removesuffix("–").rstrip()


def _label(ground: Ground, variable: Variable, span: tuple[int, int], lang: str) -> str:
    if variable.code:
        return _SAY[lang]["yes" if span[0] else "no"]
    text = variable_text(variable, span, ground.rules.vocabulary, lang)
    return text.removeprefix(_heading(ground, variable, lang)).lstrip(": ：").strip() or text


def _short(label: str) -> list[str]:
    lines = [t.strip() for t in wrapped(label, _CELL // 7)]
    return lines if len(lines) <= 3 else [*lines[:2], lines[2] + " …"]


# --- places -------------------------------------------------------------------------------------------------------


def _bent(boxes: Sequence[_Box]) -> list[list[_Box]]:
    """The boxes by rank, with a bend in every rank that a line passes; lines of one rank to the same box share their bends."""
    ranks: list[list[_Box]] = [[] for _ in range(max(b.rank for b in boxes) + 1)]
    for box in boxes:
        ranks[box.rank].append(box)
    bends: dict[tuple[int, int], _Box] = {}
    for box in boxes:
        fields: list[tuple[list[str], Function | None, _Box | None]] = []
        for label, then, target in box.fields:
            assert target
            onward = target
            for rank in range(target.rank - 1, box.rank, -1):
                key = (rank, id(target))
                if key not in bends:
                    bends[key] = _Box(rank, "bend", fields=[([], None, onward)])
                    ranks[rank].append(bends[key])
                onward = bends[key]
            fields.append((label, then, onward))
        box.fields = fields
    return ranks


def _place(ranks: list[list[_Box]]) -> None:
    """Order each rank by where its lines come from and go to, then set the boxes side by side, each near its neighbours."""
    above: dict[int, list[_Box]] = {}
    for rank in ranks:
        for box in rank:
            for _, _, target in box.fields:
                above.setdefault(id(target), []).append(box)

    def settle(rank: list[_Box]) -> None:
        for n, box in enumerate(rank):
            box.at = n

    for rank in ranks:
        settle(rank)
    for sweep in range(8):
        for rank in ranks if sweep % 2 == 0 else reversed(ranks):
            near = {id(b): above.get(id(b), []) if sweep % 2 == 0 else [t for _, _, t in b.fields if t] for b in rank}
            rank.sort(key=lambda b: sum(x.at for x in near[id(b)]) / len(near[id(b)]) if near[id(b)] else b.at)
            settle(rank)
    gap = 26
    for rank in ranks:
        x = 0.0
        for box in rank:
            box.x = x
            x += box.width + gap
    for sweep in range(12):
        for rank in ranks if sweep % 2 == 0 else reversed(ranks):
            wishes = []
            for box in rank:
                beside = [*above.get(id(box), []), *(t for _, _, t in box.fields if t)]
                centre = sum(b.x + b.width / 2 for b in beside) / len(beside) if beside else box.x + box.width / 2
                wishes.append(centre - box.width / 2)
            _spread(rank, wishes, gap)
    least = min(b.x for rank in ranks for b in rank)
    y = 96.0
    for rank in ranks:
        height = max((_height(b) for b in rank), default=0)
        for box in rank:
            box.x += 40 - least
            box.y = y
        y += height + _ROW


def _spread(rank: Sequence[_Box], wishes: Sequence[float], gap: int) -> None:
    """Boxes as near to where they wish to be as their order and widths allow: groups that collide share their mean."""
    groups: list[list[float]] = []  # weight, sum of (wish - place inside), width
    for box, wish in zip(rank, wishes, strict=True):
        groups.append([1, wish, box.width + gap])
        while len(groups) > 1 and groups[-2][1] / groups[-2][0] + groups[-2][2] > groups[-1][1] / groups[-1][0]:
            count, total, width = groups.pop()
            groups[-1][1] += total - count * groups[-1][2]
            groups[-1][0] += count
            groups[-1][2] += width
    place = iter(rank)
    for count, total, _ in groups:
        x = total / count
        for box in itertools.islice(place, int(count)):
            box.x = x
            x += box.width + gap


def _height(box: _Box) -> int:
    fields = max((len(label) for label, _, _ in box.fields), default=0) if box.kind == "ask" else 0
    return 14 + _LINE * len(box.title) + (10 + _LINE * fields if fields else 0)


# --- drawing ------------------------------------------------------------------------------------------------------

_STYLE = (
    "text{font-family:'Noto Sans','Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif;font-size:12px;fill:#1f2430}"
    ".h{font-weight:600}.t{font-weight:600;font-size:20px}.s{fill:#5a6272}.m{text-anchor:middle}"
    ".ask{fill:#fff;stroke:#8a93a6;stroke-width:1.2}.end{fill:#e9f5ee;stroke:#2c7a4b;stroke-width:1.4}.nil{fill:#f7ecec;stroke:#a33a3a;stroke-width:1.4}"
    ".left{fill:#f3f4f7;stroke:#8a93a6;stroke-dasharray:5 4}.cut{stroke:#d5d9e2}.way{stroke:#6b7690;fill:none;stroke-width:1.3}"
    ".to-nil{stroke:#a33a3a;stroke-dasharray:5 4}.to-end{stroke:#2c7a4b}"
)


def _svg(ground: Ground, drawn: _Drawn, ranks: Sequence[Sequence[_Box]], told: str, lang: str) -> str:
    boxes = [b for rank in ranks for b in rank]
    width = int(max(max(b.x + b.width for b in boxes) + 40, 560))
    height = int(max(b.y + _height(b) for b in boxes) + 40)
    scheme = ground.scheme
    title = escape(f"{scheme.title[lang]}{_SAY[lang]['colon']}{drawn.title[lang]}")
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" '
        f'lang="{lang}" aria-label="{title}">\n<title>{title}</title>\n<style>{_STYLE}</style>\n'
        f'<rect width="100%" height="100%" fill="#fafbfc"/>\n<text class="t" x="40" y="40">{title}</text>\n'
        f'<text class="s" x="40" y="62">{scheme.id} · {ground.on} · {escape(told)}</text>'
    ]
    for box in boxes:
        out += _ways(box)
    out += [_shape(b) for b in boxes if b.kind != "bend"]
    return "\n".join([*out, "</svg>\n"])


def _ways(box: _Box) -> list[str]:
    bottom = box.y + (_height(box) if box.kind == "ask" else 0)
    out = []
    for n, (_, _, target) in enumerate(box.fields):
        assert target
        x = box.x + box.width * (n + 0.5) / len(box.fields)
        to, y = target.x + target.width / 2, target.y
        goal = target
        while goal.kind == "bend" and goal.fields[0][2]:
            goal = goal.fields[0][2]
        pull = (y - bottom) / 2
        out.append(
            f'<path class="way to-{goal.kind}" d="M{x:.0f} {bottom:.0f}C{x:.0f} {bottom + pull:.0f} {to:.0f} {y - pull:.0f} {to:.0f} {y:.0f}"/>'
        )
    return out


def _shape(box: _Box) -> str:
    height = _height(box)
    round_ = 6 if box.kind in ("ask", "left") else height / 2
    out = [
        f'<rect class="{box.kind}" x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width}" height="{height}" rx="{round_:.0f}"/>'
    ]
    middle = box.x + box.width / 2
    y = box.y + 8
    for line in box.title:
        y += _LINE
        out.append(f'<text class="h m" x="{middle:.0f}" y="{y - 3:.0f}">{escape(line.strip())}</text>')
    if box.kind == "ask":
        top, share = y + 6, box.width / len(box.fields)
        out.append(f'<path class="cut" d="M{box.x:.0f} {top:.0f}h{box.width}"/>')
        for n, (label, _, _) in enumerate(box.fields):
            if n:
                out.append(f'<path class="cut" d="M{box.x + n * share:.0f} {top:.0f}V{box.y + height:.0f}"/>')
            for m, line in enumerate(label):
                at = top + (m + 1) * _LINE - 1
                out.append(f'<text class="m" x="{box.x + (n + 0.5) * share:.0f}" y="{at:.0f}">{escape(line)}</text>')
    return "\n".join(out)
