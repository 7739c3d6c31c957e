"""What the machine code of a law depends on, as a text: read in order, each node once, so that equal laws of other processes have the same."""

from __future__ import annotations

from collections.abc import Iterable

from jifen.engines.kernel.laws import Law
from jifen.plan.nodes import Node


def fingerprint(law: Law) -> str:
    """All of a law that `Law.write` asks; equal for two laws only if they write the same program."""
    plan, reasons = law.plan, law.reasons
    roots = [plan.outcome]
    roots += [node for node in (plan.total, plan.best_total) if node is not None]
    names = [law.name, plan.total is not None, plan.best_total is not None, len(plan.outcomes), sorted(reasons)]
    if "criteria" in reasons:
        names.append(list(plan.parts))
        roots += [part.points for part in plan.parts.values()]
    if "failing" in reasons:
        names.append(len(plan.gates))
        roots += plan.gates
    variables = [(v.name, v.low, v.high, v.authority) for v in plan.variables.values()]
    return repr((names, variables, sorted(plan.presumed.items()), plan.choices, *_nodes(roots)))


def _nodes(roots: Iterable[Node]) -> tuple[list[object], list[int]]:
    """Every node after those that it is made of, which it names by their places; and the places of the roots."""
    places: dict[Node, int] = {}
    told: list[object] = []

    def place(root: Node) -> int:
        stack = [root]
        while stack:
            node = stack[-1]
            missing = [c for c in node.children if c not in places]
            if missing:
                stack += missing
                continue
            stack.pop()
            if node not in places:
                places[node] = len(told)
                children = [places[c] for c in node.children]
                told.append((node.kind, node.low, node.high, node.name, node.breaks, children))
        return places[root]

    found = [place(root) for root in roots]
    return told, found
