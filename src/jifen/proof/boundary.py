"""Cases made from the law, for an expert to approve: people on both sides of every edge, and MC/DC pairs for every condition.

An edge case is a pair of people who differ in one fact by its smallest step, so chosen that the step changes as much as it can: the
outcome, else the points, else the points of one criterion, else one item. An MC/DC pair shows that a condition decides an outcome by
itself: both people are in the same place of the law as far as everything else goes, one meets the condition, the other does not, and
their answers differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jifen.answers.door import Jifen
from jifen.plan.diagram import END
from jifen.plan.nodes import Node
from jifen.proof.casetext import case_text
from jifen.proof.clauses import Place, decisions, places
from jifen.proof.ground import Ground, no, yes
from jifen.proof.leaves import headings_of
from jifen.proof.people import Person, UndecidedError
from jifen.proof.search import Claim, Span, telling
from jifen.proof.wording import variable_text


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people whose answers differ, why they were chosen, and the criteria that the cases should state."""

    names: tuple[str, str]
    first: Person
    second: Person
    about: tuple[str, ...]


def edges(ground: Ground, undecided: list[str]) -> Iterator[Pair]:
    """A pair of people for every edge at which the law cuts a fact. Edges for which none is found are added to `undecided`."""
    plan = ground.plan
    vocabulary = ground.rules.vocabulary
    targets: list[tuple[Node, tuple[str, ...]]] = [(plan.outcome, ())]
    if plan.total is not None:
        targets.append((plan.total, ()))
    targets += [(p.points, (id_,)) for id_, p in plan.parts.items() if id_ and not p.criterion.criteria()]
    targets += [(n, ()) for n in (*plan.items.values(), *plan.rows.values())]
    for name, cuts in ground.edges().items():
        variable = ground.variables[name]
        starts = (variable.low, *cuts, variable.high + 1)
        for before, edge, after in zip(starts, cuts, starts[2:], strict=False):
            below, above = ((edge - 1, edge - 1), (edge, edge))
            if variable.compute is not None:
                below, above = (before, edge - 1), (edge, after - 1)
            try:
                pair = _across(ground, name, below, above, targets)
            except UndecidedError:
                pair = None
                undecided.append(variable_text(variable, above, vocabulary))
            if pair is not None:
                first, second, about = pair
                sides = [variable_text(variable, s, vocabulary) for s in (below, above)]
                yield Pair((sides[0], sides[1]), first, second, about)


def _across(
    ground: Ground, name: str, below: Span, above: Span, targets: Sequence[tuple[Node, tuple[str, ...]]]
) -> tuple[Person, Person, tuple[str, ...]] | None:
    level = ground.diagrams.levels[name]
    for node, about in targets:
        found = telling(ground.function(node), level, below[1], above[0], ground.domains)
        if found is None:
            continue
        box = ground.named(found)
        first = ground.somebody({**box, name: below})
        second = ground.somebody({**box, name: above})
        if first is not None and second is not None:
            return first, second, about or _criteria_of(ground, name)
    return None


def _criteria_of(ground: Ground, name: str) -> tuple[str, ...]:
    """The criteria with tables whose points hang on a variable."""
    found = []
    for id_, part in ground.plan.parts.items():
        if id_ and not part.criterion.criteria() and name in ground.diagrams.support(ground.function(part.points)):
            found.append(id_)
    return tuple(found)


def mcdc(ground: Ground) -> Iterator[Pair]:
    """A pair of people for every condition that decides: one meets it, the other does not, and the answers differ."""
    headings = {h.id for h in headings_of(ground.scheme)}
    for id_, context, conditions in decisions(ground, answer=True):
        if id_ in headings:
            for place in places(ground, conditions, context):
                yield from _pairs(ground, place)


def _pairs(ground: Ground, place: Place) -> Iterator[Pair]:
    if place.inner:
        for inner in place.inner:
            yield from _pairs(ground, inner)
        return
    met = ground.find_box(*place.context, yes(place.node))
    if met is None:
        return
    own = set(ground.diagrams.support(ground.function(place.node)))
    kept = [_at(ground, level, span) for level, span in met[0].items() if ground.diagrams.names[level] not in own]
    missed = ground.find(*place.context, no(place.node), *kept) or ground.find(*place.context, no(place.node))
    if missed is not None:
        words = f"{place.id} {place.row.words.get('en', place.row.text)}"
        yield Pair((f"meets {words}", f"does not meet {words}"), met[1], missed, ())


def _at(ground: Ground, level: int, span: tuple[int, int]) -> Claim:
    """That the variable of a level stays where it is."""
    low, high = ground.domains[level]
    breaks = [e for e in (span[0], span[1] + 1) if low < e <= high]
    cells = [(int(span[0] <= start <= span[1]), END) for start in (low, *breaks)]
    return Claim(ground.diagrams.cut(level, breaks, cells), 1, 1)


def text(rules: Jifen, ground: Ground, pairs: Sequence[Pair], undecided: Sequence[str] = ()) -> str:
    """A file of cases: what is expected is what the document gives now; who knows the law approves or corrects it."""
    scheme = ground.scheme
    lines = [
        f"scheme: {scheme.id}",
        f"# Made from the version in force from {scheme.start}. What is expected is what that document gives now:",
        "# a case is worth something only after somebody who knows the law has approved it or put it right.",
        "# 由文本自动生成；期望值为文本现给出的结果，须经熟悉法规者逐条核准或更正。",
        *(f"# No pair of people was found for the edge: {edge}" for edge in undecided),
        "cases:",
    ]
    for n, pair in enumerate(pairs, 1):
        for side, name, person in zip("ab", pair.names, (pair.first, pair.second), strict=True):
            lines.append(case_text(rules, scheme.id, ground.on, person, f"{n}{side} {name}", pair.about))
    return "\n".join(lines) + "\n"
