"""Points: declared maxima reached and never exceeded, the pass mark within reach, and what more of a fact is declared never to do."""

from __future__ import annotations

from collections.abc import Iterator

from jifen.plan import truths
from jifen.plan.diagram import Function, bounds
from jifen.plan.nodes import Node
from jifen.plan.values import Variable
from jifen.proof.findings import Finding, LawRow, criterion_row
from jifen.proof.ground import Ground, Wish, yes
from jifen.proof.leaves import criteria_of
from jifen.proof.people import UndecidedError
from jifen.proof.rows import active
from jifen.proof.search import Span, lowest_difference, restricted
from jifen.schemes.model import Criterion, Expectation


def check(ground: Ground) -> Iterator[Finding]:
    """All of it, for the criteria and for the whole."""
    for criterion, above in criteria_of(ground.scheme):
        counts = active(ground, criterion, above)
        if ground.find(*counts) is None:
            yield ground.finding("criterion-never", criterion.id, (criterion_row(criterion),), ground.find())
            continue
        yield from _maximum(ground, criterion, above[-1] if above else None)
    yield from _pass_mark(ground)
    yield from _expectations(ground)


def below_zero(ground: Ground) -> Iterator[Finding]:
    """Criteria that can fall below zero, which the loader refuses."""
    for criterion, _ in criteria_of(ground.scheme):
        part = ground.compiler.parts.get(criterion.id)
        if part is not None and part.uncapped.low < 0 and (low := ground.bounds(part.uncapped)[0]) < 0:
            person = ground.find(Wish(part.uncapped, low, low))
            yield ground.finding("points-below-zero", criterion.id, (criterion_row(criterion),), person, found=low)


def _maximum(ground: Ground, criterion: Criterion, above: Criterion | None) -> Iterator[Finding]:
    part = ground.plan.parts[criterion.id]
    row = (criterion_row(criterion),)
    always = [c.most for c in criterion.caps if c.when is None]
    low, high = ground.bounds(part.points)
    declared = min(always) if always else max((c.most for c in criterion.caps), default=high)
    if high > declared:
        person = ground.find(Wish(part.points, high, high))
        yield ground.finding("maximum-exceeded", criterion.id, row, person, found=high, most=declared)
    elif high < declared and always:
        person = ground.find(Wish(part.points, high, high))
        yield ground.finding("maximum-not-reached", criterion.id, row, person, found=high, most=declared)
    for cap in criterion.caps:
        if cap.when is None:
            continue
        holds = yes(truths.truth_of(ground.compiler, cap.when))
        best = ground.most(part.points, holds)
        if best is None:
            continue  # an item that nobody can meet is said where the condition stands
        if best[0] != cap.most:
            code = "maximum-not-reached" if best[0] < cap.most else "maximum-exceeded"
            yield ground.finding(code, criterion.id, row, best[1], found=best[0], most=cap.most)
    if above is not None:
        room = [c.most for c in above.caps if c.when is None]
        if room and high > min(room):
            person = ground.find(Wish(part.points, high, high))
            rows = (*row, criterion_row(above))
            yield ground.finding("maximum-cut", criterion.id, rows, person, found=min(room), most=high)
    if low < 0:
        person = ground.find(Wish(part.points, low, low))
        yield ground.finding("points-below-zero", criterion.id, row, person, found=low)


def _pass_mark(ground: Ground) -> Iterator[Finding]:
    plan, mark = ground.plan, ground.scheme.pass_mark
    if mark is None or plan.total is None or ground.scheme.points is None:
        return
    low, high = ground.bounds(plan.total)
    requirements = [yes(plan.lists[r.id]) for r in plan.scheme.requirements]
    row = (criterion_row(ground.scheme.points),)
    if low >= mark:
        person = ground.find(Wish(plan.total, low, low))
        yield ground.finding("pass-mark-idle", "", row, person, found=low, most=mark)
    elif high < mark or ground.find(*requirements, Wish(plan.total, mark, high)) is None:
        best = ground.most(plan.total, *requirements)
        if best is not None:
            yield ground.finding("pass-mark-unreachable", "", row, best[1], found=best[0], most=mark)


# --- what more of a fact never does ---------------------------------------------------------------------------

_HOW = {
    "lowers": ("lowers the points of", "降低"),
    "raises": ("raises the points of", "提高"),
    "worsens": ("worsens", "使其变差："),
    "betters": ("betters", "使其变好："),
}


def _expectations(ground: Ground) -> Iterator[Finding]:
    for criterion, _ in criteria_of(ground.scheme):
        part = ground.plan.parts[criterion.id]
        for expectation in criterion.expects:
            yield from _expectation(
                ground, expectation, part.points, criterion.id or "points", criterion_row(criterion)
            )
    for expectation in ground.scheme.expects:
        row = LawRow(expectation.where, "Outcomes", {"en": "Outcomes", "zh": "结果"}, expectation.citations)
        yield from _expectation(ground, expectation, ground.plan.outcome, "outcome", row)


def _expectation(ground: Ground, expectation: Expectation, node: Node, place: str, row: LawRow) -> Iterator[Finding]:
    """Every step of a fact to its next cell, held against what is declared; a lower place of the outcome is the better one."""
    rises = expectation.never in ("lowers", "betters")
    for fact in expectation.facts:
        asked = [v for v in ground.variables.values() if fact in v.facts]
        if not asked:
            continue
        if any(v.facts != (fact,) for v in asked):
            raise UndecidedError(f"more of `{fact}`, which is compared with another fact")
        for variable in asked:
            worst = _worst_step(ground, node, variable, rises)
            if worst is not None:
                before, after, found = worst
                en, zh = _HOW[expectation.never]
                blanks = {"fact": fact, "how": en, "how_zh": zh, "found": found}
                mark = LawRow(expectation.where, expectation.text, {}, expectation.citations)
                yield ground.finding(
                    "not-monotone", place, (mark, row, *_hit(ground, before, after)), (before, after), **blanks
                )


def _worst_step(ground: Ground, node: Node, variable: Variable, rises: bool):  # type: ignore[no-untyped-def]
    """Two people who differ only in one step of the variable, and how the value falls (or, if not `rises`, rises)."""
    diagrams, level = ground.diagrams, ground.diagrams.levels[variable.name]
    function = ground.function(node)
    edges = _edges(function, level)
    starts = [variable.low, *edges]
    for start, edge in zip(starts, edges, strict=False):
        lower, upper = restricted(diagrams, function, level, start), restricted(diagrams, function, level, edge)
        f, g = (lower, upper) if rises else (upper, lower)
        change, case = lowest_difference(f, g)
        if change >= 0:
            continue
        box: dict[str, Span] = {}
        for at, value in case.items():
            name = diagrams.names[at]
            first = ground.variables[name].low if value is None else value
            box[name] = (first, first)
        before = ground.somebody({**box, variable.name: (edge - 1, edge - 1)})
        after = ground.somebody({**box, variable.name: (edge, edge)})
        if before is None or after is None:
            raise UndecidedError(f"more of `{variable.name}`")
        values = [bounds(restricted_to(ground, function, {**box, variable.name: (v, v)}))[0] for v in (edge - 1, edge)]
        return before, after, f"{values[0]} → {values[1]}"
    return None


def restricted_to(ground: Ground, function: Function, box: dict[str, Span]) -> Function:
    for name, (value, _) in box.items():
        function = restricted(ground.diagrams, function, ground.diagrams.levels[name], value)
    return function


def _edges(function: Function, level: int) -> list[int]:
    """Where the variable of a level is cut anywhere in a diagram."""
    found: set[int] = set()
    seen: set[int] = set()
    stack = [function[1]]
    while stack:
        node = stack.pop()
        if id(node) in seen or node.level > level:
            continue
        seen.add(id(node))
        if node.level == level:
            found |= set(node.breaks)
        stack.extend(c[1] for c in node.cells)
    return sorted(found)


def _hit(ground: Ground, *people: object) -> Iterator[LawRow]:
    """The rows of tables in which the two people differ."""
    from jifen.engines.reference import State
    from jifen.proof.findings import condition_row, table_row
    from jifen.proof.people import Person
    from jifen.schemes.model import ConditionTable

    states = [State(ground.plan, p.values, ground.on) for p in people if isinstance(p, Person)]
    for track in ground.plan.tracks:
        places = [s.value(track.row) for s in states]
        if len(set(places)) > 1:
            yield from (table_row(track.table.rows[p]) for p in places if p is not None)
    for criterion, _ in criteria_of(ground.scheme):
        for part in criterion.parts:
            for row in part.rows if isinstance(part, ConditionTable) else ():
                if len({s.truth(ground.plan.rows[row.id]) for s in states}) > 1:
                    yield condition_row(row)
