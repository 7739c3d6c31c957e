"""The difference of two versions: exactly who gets another outcome or other points, by which changed rows of the law.

Both versions are compiled into one graph and read by the same diagrams, so that what did not change is the same object. What did
change is brought down to the deepest headings, rows and items that differ. The people whose answer changes are then parted into regions
by three things, each of which a person has exactly once: the outcome before and after, the points gained or lost, and what each
changed row does for them. So no two regions share a person; and every combination that is not listed has been shown to hold nobody.

The facts of a person are the same for both versions; what is counted from a date is counted on the second day.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from jifen.answers.door import Jifen
from jifen.forms import Words
from jifen.plan.diagram import END, Function, all_values
from jifen.plan.form import Plan
from jifen.plan.nodes import Graph
from jifen.plan.order import together
from jifen.problems import PolicyError
from jifen.proof.findings import LawRow, condition_row, criterion_row, item_row, table_row
from jifen.proof.ground import Ground, People
from jifen.proof.leaves import headings_of, leaves
from jifen.proof.people import Person
from jifen.proof.search import Box, Claim, Span, difference, joined
from jifen.proof.wording import codes_text, variable_text
from jifen.schemes.conditions import Compare
from jifen.schemes.model import Conditions, ConditionTable, Criterion, FactTable, Item, Scheme

MANY_WAYS = 5_000
"""Where the changed rows can do more together than this, they no longer part the regions."""
MANY_GAINS = 6
"""Where more different numbers of points are gained than this, regions are told apart by gain and loss only."""
MANY_BOXES = 24
"""A change that needs more boxes than this to be told is told by its rows alone."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What a change gives more or less, to the people in these boxes (in words; none if there are too many).

    `before` and `after` are known where the values themselves, and not only their difference, hang on these facts.
    """

    gain: int
    before: int | None
    after: int | None
    who: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A heading or an item that differs: a criterion (`points`) or a condition, with its rows before and after."""

    id: str
    title: Words
    points: bool
    before: tuple[LawRow, ...]
    after: tuple[LawRow, ...]
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """People whose answer changes in the same way. `by` says what each changed row gives them more (or less) than before.

    `points` are the fewest and the most that are gained (a loss is below zero).
    """

    before: str | None
    after: str | None
    points: Span
    by: Mapping[str, int]
    person: Person
    points_before: int | None
    points_after: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two versions. `parted` is False where there were too many regions to part them by changed rows."""

    first: tuple[str, date, date]
    second: tuple[str, date, date]
    titles: Mapping[str, Words]
    changes: tuple[Change, ...]
    regions: tuple[Region, ...]
    parted: bool

    def data(self, rules: Jifen) -> dict[str, Any]:
        """The difference as JSON holds it."""

        def side(one: tuple[str, date, date]) -> dict[str, str]:
            return {"scheme": one[0], "version": one[1].isoformat(), "as_of": one[2].isoformat()}

        return {
            "first": side(self.first),
            "second": side(self.second),
            "changes": [
                {
                    "id": c.id,
                    "title": dict(c.title),
                    "kind": "points" if c.points else "condition",
                    "before": [r.data() for r in c.before],
                    "after": [r.data() for r in c.after],
                    "shifts": [
                        {"gain": s.gain, "before": s.before, "after": s.after, "who": [dict(w) for w in s.who]}
                        for s in c.shifts
                    ],
                }
                for c in self.changes
            ],
            "regions": [
                {
                    "outcome_before": r.before,
                    "outcome_after": r.after,
                    "points_gained": list(r.points),
                    "points_before": r.points_before,
                    "points_after": r.points_after,
                    "by": dict(r.by),
                    "person": r.person.plain(rules.vocabulary),
                }
                for r in self.regions
            ],
            "parted_by_changed_rows": self.parted,
        }


@dataclass(frozen=True)
class _Pair:
    """A thing that both versions have under one id, or only one of them (None)."""

    id: str
    title: Words
    points: bool
    before: Function
    after: Function
    rows: tuple[tuple[LawRow, ...], tuple[LawRow, ...]]


def compare(rules: Jifen, one: tuple[Scheme, date], other: tuple[Scheme, date]) -> Difference:
    """The difference of two versions, each on a day. Raises PolicyError where one of them cannot be compiled."""
    graph = Graph()
    grounds = [Ground(rules, scheme, day, graph) for scheme, day in (one, other)]
    for ground in grounds:
        if ground.problems:
            raise PolicyError(ground.problems)
    people = _together(rules, other[1], graph, [g.plan for g in grounds])
    same = one[0].id == other[0].id
    pairs = list(_changed(people, grounds[0], grounds[1])) if same else []
    plans = (grounds[0].plan, grounds[1].plan)
    parted = _ways(people, pairs) <= MANY_WAYS
    regions = _regions(people, plans, pairs if parted else ())
    titles: dict[str, Words] = {}
    for scheme, _ in (one, other):
        titles |= {o.id: o.title for o in scheme.outcomes}
    return Difference(
        (one[0].id, one[0].start, one[1]),
        (other[0].id, other[0].start, other[1]),
        titles,
        tuple(_told(people, p) for p in pairs),
        tuple(regions),
        parted and same,
    )


def _together(rules: Jifen, on: date, graph: Graph, plans: Sequence[Plan]) -> People:
    """The people of both plans: the variables in the order of their diagrams; the authority's last."""
    variables = {n: v for plan in plans for n, v in plan.variables.items()}
    first, second = (list(plan.levels) for plan in plans)
    names = together(first, second)
    names.sort(key=lambda n: variables[n].authority)
    return People(rules, on, graph, variables, {n: level for level, n in enumerate(names)})


# --- what changed in the document ------------------------------------------------------------------------------


def _changed(people: People, one: Ground, other: Ground) -> Iterator[_Pair]:
    """The deepest headings and items whose function differs."""
    if one.scheme.points or other.scheme.points:
        yield from _criteria(people, one, other, one.scheme.points, other.scheme.points)
    marks = [g.plan.gates[len(g.scheme.requirements) :] for g in (one, other)]
    before, after = (people.function(m[0]) if m else (1, END) for m in marks)
    if one.scheme.pass_mark != other.scheme.pass_mark and before != after:
        rows = tuple((criterion_row(g.scheme.points),) if g.scheme.points else () for g in (one, other))
        yield _Pair("pass mark", {"en": "Pass mark", "zh": "及格线"}, False, before, after, (rows[0], rows[1]))
    lists: dict[str, list[Conditions | None]] = {}
    titles: dict[str, Words] = {}
    for n, ground in enumerate((one, other)):
        for heading in headings_of(ground.scheme):
            lists.setdefault(heading.id, [None, None])[n] = heading.conditions
            titles[heading.id] = heading.title
    for id_, (a, b) in lists.items():
        yield from _lists(people, one, other, id_, titles[id_], a, b)


def _criteria(people: People, one: Ground, other: Ground, a: Criterion | None, b: Criterion | None) -> Iterator[_Pair]:
    known = a or b
    assert known
    before, after = (people.function(g.plan.parts[c.id].points) if c else (0, END) for g, c in ((one, a), (other, b)))
    if before == after:
        return
    inner: list[_Pair] = []
    ids = dict.fromkeys(c.id for part in (a, b) if part for c in part.criteria())
    for id_ in ids:
        pair = [next((c for c in part.criteria() if c.id == id_), None) if part else None for part in (a, b)]
        inner += _criteria(people, one, other, pair[0], pair[1])
    if inner and a and b and (a.caps, a.how) == (b.caps, b.how):
        yield from inner
        return
    if inner and a and b and _same_caps(a, b):
        yield from inner
        return
    yield _Pair(known.id or "points", known.title, True, before, after, (_rows(a), _rows(b)))


def _same_caps(a: Criterion, b: Criterion) -> bool:
    return a.how == b.how and [(c.most, c.when is None) for c in a.caps] == [(c.most, c.when is None) for c in b.caps]


def _rows(criterion: Criterion | None) -> tuple[LawRow, ...]:
    if criterion is None:
        return ()
    rows: list[LawRow] = []
    for part in criterion.parts:
        if isinstance(part, FactTable):
            rows += map(table_row, part.rows)
        elif isinstance(part, ConditionTable):
            rows += map(condition_row, part.rows)
    return (criterion_row(criterion), *rows)


def _lists(
    people: People,
    one: Ground,
    other: Ground,
    id_: str,
    title: Words,
    a: Conditions | None,
    b: Conditions | None,
) -> Iterator[_Pair]:
    """The items of a list that differ; the list itself if it only combines them otherwise, or is only in one version."""
    before, after = (_of_list(people, g, id_, c) for g, c in ((one, a), (other, b)))
    if before == after:
        return
    if a is not None and b is not None and (a.how, a.least) == (b.how, b.least):
        items: dict[str, list[Item | None]] = {}
        for n, conditions in enumerate((a, b)):
            for item in conditions.items:
                items.setdefault(item.id, [None, None])[n] = item
        found: list[_Pair] = []
        following = False
        for inner_id, (x, y) in items.items():
            known = x or y
            assert known
            if x and y and isinstance(x.content, Conditions) and isinstance(y.content, Conditions):
                found += _lists(people, one, other, inner_id, known.words, x.content, y.content)
                continue
            neutral = (int(a.how == "all"), END)
            if x and y and x.text == y.text and asks_points(x):
                following = True  # the row is the same: it follows the points
                continue
            p, q = (people.function(g.plan.items[i.id]) if i else neutral for g, i in ((one, x), (other, y)))
            if p != q:
                rows = tuple((item_row(i),) if i else () for i in (x, y))
                found.append(_Pair(inner_id, known.words, False, p, q, (rows[0], rows[1])))
        if found or following:
            yield from found
            return
    first, second = (tuple(map(item_row, c.items)) if c else () for c in (a, b))
    yield _Pair(id_ or "requirements", title, False, before, after, (first, second))


def _of_list(people: People, ground: Ground, id_: str, conditions: Conditions | None) -> Function:
    if conditions is None:
        requirement = all(id_ != o.id for o in ground.scheme.outcomes)
        return int(requirement), END
    node = ground.plan.lists.get(id_) or ground.plan.items[id_]
    return people.function(node)


def _told(people: People, pair: _Pair) -> Change:
    """A change in words: who gets what before and after, by the cells of the facts."""
    step = difference(people.diagrams, pair.before, pair.after)
    facts = people.diagrams.support(step)
    shifts: list[Shift] = []
    if facts == people.diagrams.support(pair.before, pair.after):
        for before in sorted(all_values(pair.before)):
            for after in sorted(all_values(pair.after) - {before}):
                who = _who(people, [Claim(pair.before, before, before), Claim(pair.after, after, after)])
                if who is not None:
                    shifts.append(Shift(after - before, before, after, who))
    else:
        for gain in sorted(all_values(step) - {0}):
            shifts.append(Shift(gain, None, None, _who(people, [Claim(step, gain, gain)]) or ()))
    return Change(pair.id, pair.title, pair.points, *_differing(pair.rows), tuple(shifts))


def _who(people: People, claims: Sequence[Claim]) -> tuple[Words, ...] | None:
    """The people who meet the claims, box by box in words; None if nobody does, nothing if there are too many boxes."""
    found = list(islice(people.boxes(claims), 400))
    if not found:
        return None
    boxes = joined(found) if len(found) < 400 else found
    return tuple(words_of(people, b) for b in boxes) if len(boxes) <= MANY_BOXES else ()


def _differing(rows: tuple[tuple[LawRow, ...], tuple[LawRow, ...]]) -> tuple[tuple[LawRow, ...], tuple[LawRow, ...]]:
    """The rows of each version that the other does not have."""
    texts = [{r.text for r in side} for side in rows]
    left = tuple(tuple(r for r in side if r.text not in texts[1 - n]) for n, side in enumerate(rows))
    return (left[0], left[1]) if any(left) else rows


def words_of(people: People, box: Box) -> Words:
    """A box in words; the codes of one fact stand together."""
    vocabulary = people.rules.vocabulary
    named = people.named(box)
    codes: dict[str, tuple[list[str], list[str]]] = {}
    for name, (value, _) in named.items():
        variable = people.variables[name]
        if variable.code:
            codes.setdefault(variable.facts[0], ([], []))[value].append(variable.code)
    found: dict[str, str] = {}
    for lang, comma in (("en", "; "), ("zh", "；")):
        parts: dict[str, str] = {}
        for name, span in named.items():
            variable = people.variables[name]
            if variable.code:
                fact = variable.facts[0]
                parts.setdefault(fact, codes_text(vocabulary.facts[fact], *codes[fact], lang))
            else:
                parts[name] = variable_text(variable, span, vocabulary, lang)
        found[lang] = comma.join(parts.values()) or {"en": "everybody", "zh": "所有人"}[lang]
    return found


def asks_points(item: Item) -> bool:
    """Whether an item's condition compares points."""
    if isinstance(item.content, Conditions):
        return False
    compares = [leaf for leaf in leaves(item.content) if isinstance(leaf, Compare)]
    return any("points" in (c.left.name, c.right.name) for c in compares)


# --- the people whose answer changes ---------------------------------------------------------------------------


def _regions(people: People, plans: tuple[Plan, Plan], pairs: Sequence[_Pair]) -> list[Region]:
    """Every region that holds somebody."""
    outcomes = [people.function(p.outcome) for p in plans]
    totals = [people.function(p.total) if p.total else (0, END) for p in plans]
    counted = all(p.total for p in plans)
    gained = difference(people.diagrams, totals[0], totals[1]) if counted else (0, END)
    steps = [difference(people.diagrams, p.before, p.after) for p in pairs]
    found: list[Region] = []

    def ends(claims: list[Claim], by: dict[str, int]) -> None:
        for i in range(len(plans[0].outcomes) + 1):
            first = [*claims, Claim(outcomes[0], i, i)]
            if people.find(*first) is None:
                continue
            for j in range(len(plans[1].outcomes) + 1):
                second = [*first, Claim(outcomes[1], j, j)]
                before, after = _name(plans[0], i), _name(plans[1], j)
                for low, high in _gains(gained):
                    if before == after and low == high == 0:
                        continue
                    person = people.find(*second, Claim(gained, low, high))
                    if person is not None:
                        values = _exactly(totals, people.shown[-1])
                        span = _tight(people, second, gained, (low, high))
                        found.append(Region(before, after, span, by, person, *values))

    def part(n: int, claims: list[Claim], by: dict[str, int]) -> None:
        if n == len(pairs):
            ends(claims, by)
            return
        for step in sorted(all_values(steps[n]), key=abs):
            more = [*claims, Claim(steps[n], step, step)]
            if people.find(*more) is not None:
                part(n + 1, more, by | ({pairs[n].id: step} if step else {}))

    part(0, [], {})
    return found


def _ways(people: People, pairs: Sequence[_Pair]) -> int:
    return math.prod(len(all_values(difference(people.diagrams, p.before, p.after))) for p in pairs)


def _gains(gained: Function) -> list[Span]:
    """The numbers of points gained that part the regions: each of a few, else loss, none, gain."""
    values = sorted(all_values(gained), key=abs)
    if len(values) <= MANY_GAINS:
        return [(v, v) for v in values]
    low, high = min(values), max(values)
    return [(0, 0), *([(low, -1)] if low < 0 else []), *([(1, high)] if high > 0 else [])]


def _tight(people: People, claims: Sequence[Claim], gained: Function, span: Span) -> Span:
    """The least and the most points gained by the people who meet the claims, within a span."""
    ends = []
    for up in (False, True):
        low, high = span
        while low < high:
            middle = (low + high + up) // 2
            half = (middle, high) if up else (low, middle)
            if people.find(*claims, Claim(gained, *half)) is not None:
                low, high = half
            elif up:
                high = middle - 1
            else:
                low = middle + 1
        ends.append(low)
    return ends[0], ends[1]


def _name(plan: Plan, place: int) -> str | None:
    return plan.outcomes[place] if place < len(plan.outcomes) else None


def _exactly(totals: Sequence[Function], box: Box) -> tuple[int | None, int | None]:
    """The points before and after, where the facts of the box settle them."""
    values: list[int | None] = []
    for offset, node in totals:
        while node is not END and node.level in box:
            step, node = node.cells[bisect.bisect_right(node.breaks, box[node.level][0])]
            offset += step
        values.append(offset if node is END else None)
    return values[0], values[1]
