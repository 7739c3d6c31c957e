"""Clauses: the places of a scheme's law that use a fact, with the law's words and citation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from jifen.forms import Words
from jifen.plan.form import Plan
from jifen.plan.nodes import Node, variables
from jifen.schemes.citations import Citation
from jifen.schemes.conditions import Both, Compare, Condition, Not
from jifen.schemes.model import Conditions, ConditionTable, Criterion, FactTable, Item

Kind = Literal["requirement", "outcome", "criterion"]


@dataclass(frozen=True, slots=True)
class Clause:
    """One place of the law: its id in the scheme, words, citations and notes; for a criterion the rows with their points."""

    scheme: str
    kind: Kind
    id: str
    words: Words
    citations: tuple[Citation, ...]
    notes: tuple[str, ...] = ()
    rows: tuple[tuple[str, int], ...] = ()

    def data(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "id": self.id,
            "words": dict(self.words),
            "citation": [c.data() for c in self.citations],
            "law": list(self.notes),
            "rows": [{"row": r, "points": p} for r, p in self.rows],
        }


@dataclass(frozen=True, slots=True)
class Placed:
    """A clause, its node in the plan, and the variables that it asks. `worth` are the points of a row that is true or not."""

    clause: Clause
    node: Node
    asks: frozenset[str]
    worth: int = 1


def placed(plan: Plan) -> tuple[Placed, ...]:
    """Every clause of a plan that asks facts itself, in the order of the document.

    A condition on the points is left out: the criteria that give the points stand for it.
    """
    found = []
    scheme = plan.scheme
    for requirement in scheme.requirements:
        for item, above in _leaves(requirement.conditions, requirement.citations):
            found.append(_item(plan, "requirement", item, above))
    for criterion in _criteria(scheme.points) if scheme.points else ():
        found += _criterion(plan, criterion)
    for outcome in scheme.outcomes:
        for item, above in _leaves(outcome.conditions, outcome.citations):
            found.append(_item(plan, "outcome", item, above))
    return tuple(p for p in found if p.asks)


def _leaves(conditions: Conditions, above: tuple[Citation, ...]) -> Iterator[tuple[Item, tuple[Citation, ...]]]:
    for item in conditions.items:
        cited = item.citations or above
        if isinstance(item.content, Conditions):
            yield from _leaves(item.content, cited)
        elif not _on_points(item.content):
            yield item, cited


def _on_points(condition: Condition) -> bool:
    match condition:
        case Compare(left, _, right, _):
            return "points" in (left.name, right.name)
        case Not(part):
            return _on_points(part)
        case Both(_, parts):
            return all(_on_points(p) for p in parts)
    return False


def _item(plan: Plan, kind: Kind, item: Item, above: tuple[Citation, ...]) -> Placed:
    node = plan.items[item.id]
    clause = Clause(plan.scheme.id, kind, item.id, item.words, item.citations or above, item.notes)
    return Placed(clause, node, frozenset(variables([node])))


def _criteria(criterion: Criterion) -> Iterator[Criterion]:
    yield criterion
    for inner in criterion.criteria():
        yield from _criteria(inner)


def _criterion(plan: Plan, criterion: Criterion) -> Iterator[Placed]:
    own = [p for p in criterion.parts if not isinstance(p, Criterion)]
    if not own or criterion.id not in plan.parts:
        return
    rows: list[tuple[str, int]] = []
    for part in own:
        if isinstance(part, FactTable):
            rows += [(" | ".join(r.label), r.points) for r in part.rows]
        elif isinstance(part, ConditionTable):
            for row in part.rows:
                node = plan.rows[row.id]
                clause = Clause(
                    plan.scheme.id, "criterion", row.id, row.words or criterion.title, row.citations or criterion.citations,
                    criterion.notes, ((row.text, row.points),),
                )  # fmt: skip
                yield Placed(clause, node, frozenset(variables([node])), row.points)
    if rows or not any(isinstance(p, ConditionTable) for p in own):
        node = plan.parts[criterion.id].points
        clause = Clause(
            plan.scheme.id,
            "criterion",
            criterion.id,
            criterion.title,
            criterion.citations,
            criterion.notes,
            tuple(rows),
        )
        yield Placed(clause, node, frozenset(variables([node])))


def asking(found: Sequence[Placed], names: frozenset[str]) -> list[Placed]:
    """Those that ask one of these variables."""
    return [p for p in found if p.asks & names]
