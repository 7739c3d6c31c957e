"""From the state of a plan to an answer: what was hit, what failed, what is open, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from jifen.answers.amounts import amounts_of
from jifen.answers.answer import Answer, CriterionAnswer, Hit, Reason, RequirementAnswer
from jifen.engines.reference import State
from jifen.facts.values import show_number, show_value
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.form import Plan, Track
from jifen.plan.nodes import variables
from jifen.schemes.citations import Citation, least_sure
from jifen.schemes.model import Conditions, ConditionTable, Criterion, Further, Item, Scheme

_NAMED = re.compile(r"`([^`]+)`")


def answer_of(state: State, vocabulary: Vocabulary, on: date, receipt: dict[str, Any]) -> Answer:
    """The whole answer for one scheme."""
    plan, scheme = state.plan, state.plan.scheme
    status, possible = state.status()
    deciding = state.deciding()
    missing = list(dict.fromkeys([*deciding, *(state.open() if plan.ranking else ())]))
    authority = {f for v in plan.variables.values() if v.authority for f in v.facts}
    outcome = possible[-1] if status == "qualifies" else None
    reached = next((o for o in scheme.outcomes if o.id == outcome), None)
    criteria = tuple(_criteria(state, scheme.points, 0)) if scheme.points else ()
    requirements = tuple(_requirements(state, authority))
    reasons = tuple(_reasons(state, status, outcome, deciding, vocabulary))
    cited: list[Citation] = [c for r in reasons for c in r.citations]
    cited += [c for k in criteria for h in k.rows for c in h.citations]
    cited += [c for r in requirements for c in r.citations]
    amounts = tuple(amounts_of(state))
    cited += [c for a in amounts if a.high for c in a.citations]

    def shown(values: dict[str, int]) -> dict[str, str]:
        facts = vocabulary.facts
        return {k: show_value(facts[k], v) for k, v in values.items() if k in facts}

    grants = [line.words for line in (reached.grants if reached else ())]
    if status == "qualifies":
        grants += [line.words for line in scheme.lines.get("grants", ())]
    return Answer(
        scheme=scheme.id,
        title=scheme.title,
        law=scheme.law,
        jurisdiction=scheme.jurisdiction,
        version=scheme.start,
        as_of=on,
        status=status,
        points=state.total(),
        pass_mark=scheme.pass_mark,
        outcome=outcome,
        outcome_title=reached.title if reached else {},
        possible=tuple(possible),
        criteria=criteria,
        requirements=requirements,
        missing=tuple(missing),
        refining=tuple(dict.fromkeys([*state.open(), *(f for a in amounts for f in a.facts)])),
        deciding=tuple(deciding),
        for_authority=tuple(m for m in missing if m in authority),
        reasons=reasons,
        assumed=shown(state.assumed),
        chosen=shown(state.chosen),
        grants=tuple(grants),
        amounts=amounts,
        confidence=least_sure(cited),
        receipt=receipt,
    )


def shown_exactly(plan: Plan) -> frozenset[str]:
    """The facts of which an answer shows a number itself, and not only the cell in which it lies: the base of an amount of money, the
    value that a row counts or names. Two profiles with the same facts known, in the same cells, and equal in these, have one answer.
    """
    nodes = [t.columns[0].node for t in plan.tracks if t.table.grows]
    tables = [row.label for t in plan.tracks for row in t.table.rows]
    named = {name for label in tables for text in label for name in _NAMED.findall(text)}
    nodes += [typed.node for name, typed in plan.derived.items() if name in named]
    asked = variables(n for n in nodes if n not in plan.memory.nodes or n.kind == "var")
    return frozenset(f for v in [*asked, *(g.base for g in plan.amounts if g.base)] for f in plan.variables[v].facts)


def not_in_force(versions: Iterable[Scheme], on: date, receipt: dict[str, Any]) -> Answer:
    """The answer on a day on which no version holds: the fact, not a verdict."""
    ordered = sorted(versions, key=lambda v: v.start)
    first, last = ordered[0], ordered[-1]
    if on < first.start:
        en, zh = f"first in force from {first.start}", f"自 {first.start} 起首次施行"
    else:
        ended = max((v for v in ordered if v.start <= on), key=lambda v: v.start)
        en, zh = f"last in force until {ended.until}", f"施行至 {ended.until}"
    words = {"en": f"No version is in force on {on}; {en}.", "zh": f"{on} 没有施行中的版本；{zh}。"}
    return Answer(
        scheme=last.id, title=last.title, law=last.law, jurisdiction=last.jurisdiction, version=None, as_of=on,
        status="not in force", points=None, pass_mark=None, outcome=None, outcome_title={}, possible=(), criteria=(),
        requirements=(), missing=(), refining=(), deciding=(), for_authority=(), reasons=(Reason("law", words),), assumed={}, chosen={},
        grants=(), amounts=(), confidence="confirmed", receipt=receipt,
    )  # fmt: skip


def _criteria(state: State, criterion: Criterion, depth: int) -> Iterator[CriterionAnswer]:
    for inner in criterion.criteria():
        part = state.plan.parts[inner.id]
        rows, further = _rows(state, inner)
        yield CriterionAnswer(
            id=inner.id,
            title=inner.title,
            points=state.points(part.points),
            uncapped=state.points(part.uncapped),
            max=part.most,
            depth=depth,
            group=bool(inner.criteria()),
            rows=rows,
            citations=inner.citations,
            next=further,
        )
        yield from _criteria(state, inner, depth + 1)


def _rows(state: State, criterion: Criterion) -> tuple[tuple[Hit, ...], Hit | None]:
    """The rows that apply under a criterion, and in a single table the next better row."""
    plan = state.plan
    if criterion.only_when is not None and state.points(plan.parts[criterion.id].points).high == 0:
        return (), None
    hits: list[Hit] = []
    better: Hit | None = None
    tracks = [t for t in plan.tracks if t.criterion == criterion.id]
    for track in tracks:
        place = state.value(track.row)
        if place is None:
            continue
        row = track.table.rows[place]
        label, points = _label(state, row.label), row.points
        if isinstance(row.tests[0], Further):
            value = state.value(track.columns[0].node)
            points = state.points(plan.parts[criterion.id].points).low
            label = label if value is None else (show_number(value, track.columns[0].places),)
        hits.append(Hit(_columns(track), label, points, row.citations))
        if len(tracks) == 1 and len(track.columns) == 1 and points < plan.parts[criterion.id].most:
            higher = [r for r in track.table.rows if r.points > points]
            if higher:
                step = min(higher, key=lambda r: r.points)
                better = Hit(_columns(track), _label(state, step.label), step.points, step.citations)
    for part in criterion.parts:
        if isinstance(part, ConditionTable):
            for line in part.rows:
                if state.truth(plan.rows[line.id]):
                    printed = (line.words.get("en", line.text),)
                    hits.append(Hit((), printed, line.points, line.citations, line.words))
                    if part.how == "first":
                        break
    if criterion.how == "best" and hits:
        most = max(h.points for h in hits)
        hits = [h for h in hits if h.points == most][:1]
    return tuple(hits), better


def _label(state: State, label: tuple[str, ...]) -> tuple[str, ...]:
    """A row as printed, with the amount in the place of a parameter or derived value where it is known."""

    def amount(match: re.Match[str]) -> str:
        typed = state.plan.derived.get(match[1])
        value = state.value(typed.node) if typed else None
        if typed is None or value is None:
            return match[0]
        return show_number(value, typed.places)

    return tuple(_NAMED.sub(amount, text) for text in label)


def _columns(track: Track) -> tuple[str, ...]:
    return tuple(track.each if c.name == "each" else c.name for c in track.table.columns)


def _requirements(state: State, authority: set[str]) -> Iterator[RequirementAnswer]:
    for requirement in state.plan.scheme.requirements:
        yield from _listed(state, requirement.conditions, authority, 0)


def _listed(state: State, conditions: Conditions, authority: set[str], depth: int) -> Iterator[RequirementAnswer]:
    for item in conditions.items:
        node = state.plan.items[item.id]
        holds = state.truth(node)
        open_facts = state.open_in(node) if holds is None else []
        by_authority = bool(open_facts) and all(f in authority for f in open_facts)
        yield RequirementAnswer(item.id, item.words, item.text, holds, by_authority, item.citations, item.notes, depth)
        if isinstance(item.content, Conditions):
            yield from _listed(state, item.content, authority, depth + 1)


def _reasons(
    state: State, status: str, outcome: str | None, deciding: list[str], vocabulary: Vocabulary
) -> Iterator[Reason]:
    plan, scheme = state.plan, state.plan.scheme
    for requirement in scheme.requirements:
        if state.truth(plan.lists[requirement.id]) is False:
            yield from _failing(state, requirement.conditions, requirement.title, requirement.citations, requirement.id)
    if plan.total and scheme.pass_mark is not None:
        yield _against_mark(state, plan, scheme.pass_mark)
    if status == "does not qualify" and scheme.outcomes:
        for way in scheme.outcomes:
            if state.truth(plan.lists[way.id]) is False:
                yield from _failing(state, way.conditions, way.title, way.citations, way.id)
    for way in scheme.outcomes:
        if way.id == outcome and state.truth(plan.lists[way.id]):
            for item in _satisfying(state, way.conditions):
                yield Reason("reached", item.words, item.citations, item.id, item.notes)
    if status in ("undetermined", "for the authority") and deciding:
        yield _open(deciding, status, vocabulary)


def _open(deciding: list[str], status: str, vocabulary: Vocabulary) -> Reason:
    names = {
        lang: [vocabulary.facts[f].title[lang] if f in vocabulary.facts else f for f in deciding]
        for lang in ("en", "zh")
    }
    if status == "for the authority":
        words = {
            "en": "Only the authority can say: " + "; ".join(names["en"]),
            "zh": "须由主管机关决定：" + "；".join(names["zh"]),
        }
    else:
        words = {"en": "Still open: " + "; ".join(names["en"]), "zh": "尚待确定：" + "；".join(names["zh"])}
    return Reason("open", words, facts=tuple(deciding))


def _against_mark(state: State, plan: Plan, mark: int) -> Reason:
    found = state.total()
    assert found and plan.scheme.points
    points = f"{found.low}" if found.exact else f"{found.low}–{found.high}"
    if found.low >= mark:
        en, zh = "reach", "达到"
    elif found.high < mark:
        en, zh = "do not reach", "未达到"
    else:
        en, zh = "may reach", "可能达到"
    words = {"en": f"{points} points {en} the pass mark of {mark}", "zh": f"{points}分{zh}及格线{mark}分"}
    return Reason("points", words, plan.scheme.points.citations)


def _failing(
    state: State, conditions: Conditions, title: Any, citations: tuple[Citation, ...], id_: str
) -> Iterator[Reason]:
    """The items because of which a list does not hold."""
    if conditions.how in ("any", "least") and len(conditions.items) > 3:
        holding = sum(1 for i in conditions.items if state.truth(state.plan.items[i.id]))
        count = len(conditions.items)
        least = conditions.least or 1
        words = {
            "en": f"{title['en']}: {holding} of {count} hold, {least} needed",
            "zh": f"{title['zh']}：{count}项中满足{holding}项，需{least}项",
        }
        yield Reason("fails", words, citations, id_)
        return
    wrong = conditions.how == "none"
    for item in conditions.items:
        if state.truth(state.plan.items[item.id]) is wrong:
            if isinstance(item.content, Conditions) and not wrong:
                yield from _failing(state, item.content, item.words, item.citations, item.id)
            else:
                yield Reason("fails", item.words, item.citations, item.id, item.notes)


def _satisfying(state: State, conditions: Conditions) -> Iterator[Item]:
    """The items because of which a list holds."""
    if conditions.how == "none":
        return
    for item in conditions.items:
        if state.truth(state.plan.items[item.id]):
            if isinstance(item.content, Conditions):
                yield from _satisfying(state, item.content)
            else:
                yield item
