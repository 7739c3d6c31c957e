"""The browser's engine: plans exported as JSON, and `engine.js`, which holds them against a profile without a server.

The exported form (`urn:jifen:plan:1`) carries what a page shows of an answer: titles, rows, words, citations. Nodes are numbered from
the leaves up, so that a node names only nodes before it:

    ["const", value]   ["var", level, low, high]   ["case", argument, breaks, cells]   ["sum" | "least" | "most", children]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.plan.form import Granted, Plan, Track
from jifen.plan.nodes import Node, cells, variables
from jifen.plan.values import RATIO_PARTS, CompletedUnits, RatioOf, Typed, Variable
from jifen.schemes.amounts import covered
from jifen.schemes.citations import Citation
from jifen.schemes.model import Conditions, ConditionTable, Criterion, Further, Outcome, Requirement

FORM = "urn:jifen:plan:1"
ENGINE = Path(__file__).with_name("engine.js")
"""The engine, an ECMAScript module without dependencies."""
SAFE = 2**53 - 1
"""The largest whole number that a browser's numbers hold exactly."""


def export_bundle(
    plans: Iterable[Plan], vocabulary: Vocabulary, rules: tuple[Mapping[str, Typed], Mapping[str, Variable]], on: date
) -> dict[str, Any]:
    """Everything that a page needs to answer some schemes: the plans, the facts they ask, the rules that derive facts."""
    held = [export_plan(p) for p in plans]
    asked = {f for p in held for v in p["variables"] for f in v["facts"]}
    return {
        "$schema": FORM,
        "as_of": on.isoformat(),
        "vocabulary": export_vocabulary(vocabulary, rules, asked),
        "plans": held,
    }


def export_vocabulary(
    vocabulary: Vocabulary, rules: tuple[Mapping[str, Typed], Mapping[str, Variable]], asked: Iterable[str]
) -> dict[str, Any]:
    """The facts `asked`, those from which they follow, and the rules by which they do; the names of all other facts."""
    typed, every = rules
    needed, todo = set(), list(asked)
    while todo:
        name = todo.pop()
        if name in needed:
            continue
        needed.add(name)
        if name in typed:
            todo += [f for v in variables([typed[name].node]) for f in every[v].facts]
    derived = {n: t for n, t in typed.items() if n in needed and n in vocabulary.facts}
    levels = {name: level for level, name in enumerate(variables([t.node for t in derived.values()]))}
    nodes = _Nodes(levels)
    facts = [
        {"fact": name, "node": nodes.place(t.node), "asks": [levels[v] for v in variables([t.node])]}
        for name, t in derived.items()
    ]
    return {
        "facts": {n: _fact(vocabulary.facts[n]) for n in sorted(needed) if n in vocabulary.facts},
        "not_asked": sorted(set(vocabulary.facts) - needed),
        "rules": {"nodes": nodes.made, "variables": [_variable(every[v]) for v in levels], "facts": facts},
    }


def export_plan(plan: Plan) -> dict[str, Any]:
    """A plan as JSON holds it. Raises OverflowError if a number of it is too large for a browser to hold exactly."""
    scheme = plan.scheme
    nodes = _Nodes(plan.levels)
    place = nodes.place
    return {
        "$schema": FORM,
        "scheme": scheme.id,
        "title": dict(scheme.title),
        "version": scheme.start.isoformat(),
        "law": scheme.law,
        "jurisdiction": scheme.jurisdiction,
        "scheme_hash": scheme.hash,
        "pass_mark": scheme.pass_mark,
        "ranking": plan.ranking,
        "total": place(plan.total) if plan.total else None,
        "best_total": place(plan.best_total) if plan.best_total else None,
        "outcome": place(plan.outcome),
        "outcomes": _outcomes(plan, nodes),
        "first_authority": plan.first_authority,
        "presumed": dict(plan.presumed),
        "choices": list(plan.choices),
        "parts": list(_parts(plan, nodes)),
        "points_citation": _cited(scheme.points.citations) if scheme.points else [],
        "requirements": [_list(plan, nodes, requirement) for requirement in scheme.requirements],
        "money": [_money(plan, nodes, granted) for granted in plan.amounts],
        "amounts": {n: {"node": place(t.node), "places": t.places} for n, t in plan.derived.items() if not t.codes},
        "variables": [_variable(plan.variables[name]) for name in plan.levels],
        "asked": [plan.levels[name] for name in plan.variables],
        "nodes": nodes.made,
    }


class _Nodes:
    """Nodes as numbered lists, each once."""

    def __init__(self, levels: Mapping[str, int]) -> None:
        self.levels = levels
        self.made: list[list[Any]] = []
        self._places: dict[Node, int] = {}

    def place(self, node: Node) -> int:
        found = self._places.get(node)
        if found is None:
            made = self._list(node)
            found = self._places[node] = len(self.made)
            self.made.append(made)
        return found

    def _list(self, node: Node) -> list[Any]:
        match node.kind:
            case "const":
                return ["const", _safe(node.low)]
            case "var":
                return ["var", self.levels.get(node.name, -1), _safe(node.low), node.high]
            case "case":
                parts = [self.place(c) for c in node.children]
                return ["case", parts[0], [_safe(b) for b in node.breaks], parts[1:]]
        return [node.kind, [self.place(c) for c in node.children]]


def _safe(number: int) -> int:
    if abs(number) > SAFE:
        raise OverflowError(f"{number} is more than a browser holds exactly")
    return number


def _variable(variable: Variable) -> dict[str, Any]:
    how: dict[str, Any] | None = None
    match variable.compute:
        case CompletedUnits(_, unit, wanted, high):
            how = {"kind": "completed", "unit": unit, "wanted": [list(w) for w in wanted], "high": high}
        case RatioOf(_, _, high):
            how = {"kind": "ratio", "parts": RATIO_PARTS, "high": high}
    return {
        "name": variable.name,
        "low": variable.low,
        "high": variable.high,
        "facts": list(variable.facts),
        "authority": variable.authority,
        "code": variable.code,
        "compute": how,
    }


def _fact(fact: Fact) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": fact.kind, "title": dict(fact.title), "places": fact.places}
    if fact.kind == "spells":
        found["attributes"] = {k: list(v.values) if v else None for k, v in fact.attributes.items()}
    elif fact.codes:
        found["codes"] = list(fact.codes.values)
    else:
        found |= {"low": _safe(fact.low), "high": _safe(fact.high)}
    return found


def _outcomes(plan: Plan, nodes: _Nodes) -> list[dict[str, Any]]:
    """The outcomes, best first; one that stands in the document has its list of conditions."""
    written = {o.id: _list(plan, nodes, o) for o in plan.scheme.outcomes}
    return [written.get(id_, {"id": id_, "title": {}, "node": None}) for id_ in plan.outcomes]


def _list(plan: Plan, nodes: _Nodes, over: Requirement | Outcome) -> dict[str, Any]:
    """A list of conditions under its heading: of a requirement or an outcome."""
    return {
        "id": over.id,
        "title": dict(over.title),
        "citation": _cited(over.citations),
        "node": nodes.place(plan.lists[over.id]),
        **_items(plan, nodes, over.conditions),
    }


def _items(plan: Plan, nodes: _Nodes, conditions: Conditions) -> dict[str, Any]:
    items = []
    for item in conditions.items:
        found: dict[str, Any] = {
            "id": item.id,
            "words": dict(item.words),
            "node": nodes.place(plan.items[item.id]),
            "citation": _cited(item.citations),
        }
        if item.notes:
            found["law"] = list(item.notes)
        if isinstance(item.content, Conditions):
            found |= _items(plan, nodes, item.content)
        items.append(found)
    return {"how": conditions.how, "least": conditions.least or 1, "items": items}


def _parts(plan: Plan, nodes: _Nodes) -> Iterator[dict[str, Any]]:
    def under(criterion: Criterion, depth: int) -> Iterator[dict[str, Any]]:
        for inner in criterion.criteria():
            part = plan.parts[inner.id]
            yield {
                "id": inner.id,
                "title": dict(inner.title),
                "depth": depth,
                "group": bool(inner.criteria()),
                "how": inner.how,
                "only_when": inner.only_when is not None,
                "points": nodes.place(part.points),
                "max": part.most,
                "citation": _cited(inner.citations),
                "tables": [_table(nodes, t) for t in plan.tracks if t.criterion == inner.id],
                "conditions": [_conditions(plan, nodes, p) for p in inner.parts if isinstance(p, ConditionTable)],
            }
            yield from under(inner, depth + 1)

    if plan.scheme.points:
        yield from under(plan.scheme.points, 0)


def _money(plan: Plan, nodes: _Nodes, granted: Granted) -> dict[str, Any]:
    amount = granted.amount
    return {
        "id": amount.id,
        "words": dict(amount.title),
        "node": nodes.place(granted.node),
        "base": plan.levels[granted.base] if granted.base else None,
        "edges": list(cells([granted.node]).get(granted.base, ())),
        "rate": [amount.rate.numerator, amount.rate.denominator],
        "cap": amount.cap,
        "currency": granted.currency,
        "per": granted.per,
        "discretionary": amount.discretionary,
        "table": _table(nodes, granted.track) if granted.track else None,
        "citation": _cited(covered(amount)),
    }


def _table(nodes: _Nodes, track: Track) -> dict[str, Any]:
    found: dict[str, Any] = {
        "row": nodes.place(track.row),
        "rows": [
            {
                "label": list(row.label),
                "points": row.points,
                "further": isinstance(row.tests[0], Further),
                "citation": _cited(row.citations),
            }
            for row in track.table.rows
        ],
    }
    if track.table.grows:
        found["column"] = {"node": nodes.place(track.columns[0].node), "places": track.columns[0].places}
    return found


def _conditions(plan: Plan, nodes: _Nodes, table: ConditionTable) -> dict[str, Any]:
    rows = [
        {
            "node": nodes.place(plan.rows[row.id]),
            "words": dict(row.words),
            "text": row.text,
            "points": row.points,
            "citation": _cited(row.citations),
        }
        for row in table.rows
    ]
    return {"how": table.how, "rows": rows}


def _cited(citations: Sequence[Citation]) -> list[dict[str, str]]:
    return [c.data() for c in citations]
