"""Peers with an environment of their own: OpenFisca-Core, PolicyEngine-core and ZEN. Called by kernel.py with a folder.

Each criterion of the law, and each value that several of them use, is one variable with a vector formula in numpy, as the documentation
of OpenFisca and PolicyEngine advises. ZEN evaluates one person at a time, the same steps as one expression node.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

YEAR = "2026"


def main() -> None:
    folder = Path(sys.argv[1])
    plan = json.loads((folder / "plan.json").read_text())
    with np.load(folder / "people.npz") as file:
        people = {name: file[name] for name in file.files}
    expected = people.pop("expected")
    found = []
    for name, package in (("OpenFisca-Core", "openfisca_core"), ("PolicyEngine-core", "policyengine_core")):
        system = tax_benefit_system(package, plan)
        found.append({"name": name, **vectors(package, system, plan, people, expected)})
    found += zen(plan, people, expected)
    print(json.dumps(found))


def names_of(plan: dict[str, Any]) -> dict[int, str]:
    """The nodes that become variables: inputs, criteria, and what two of the others use."""
    nodes = plan["nodes"]
    names = {n: f"input_{plan['inputs'].index(node[2])}" for n, node in enumerate(nodes) if node[0] == "var"}
    for number, (_, place) in enumerate(plan["parts"].items()):
        names.setdefault(place, f"criterion_{number}")
    names.setdefault(plan["total"], "criterion_total")
    uses: dict[int, int] = {}
    for node in nodes:
        for child in node[4]:
            uses[child] = uses.get(child, 0) + 1
    for place, node in enumerate(nodes):
        if node[0] not in ("const", "var") and uses.get(place, 0) > 1:
            names.setdefault(place, f"shared_{place}")
    return names


def formula_for(place: int, plan: dict[str, Any], names: dict[int, str]) -> Any:
    nodes = plan["nodes"]

    def formula(person: Any, period: Any) -> Any:
        def value(n: int) -> Any:
            if n != place and n in names:
                return person(names[n], period)
            kind, low, _, breaks, children = nodes[n]
            if kind == "const":
                return low
            if kind == "case":
                cell = np.searchsorted(breaks, value(children[0]), "right")
                cells = children[1:]
                if all(nodes[c][0] == "const" for c in cells):
                    return np.array([nodes[c][1] for c in cells])[cell]
                return np.choose(cell, [value(c) for c in cells])
            parts = [value(c) for c in children]
            result = parts[0]
            for part in parts[1:]:
                result = (
                    result + part if kind == "sum" else (np.minimum if kind == "least" else np.maximum)(result, part)
                )
            return result

        return value(place)

    return formula


def tax_benefit_system(package: str, plan: dict[str, Any]) -> Any:
    entities = importlib.import_module(f"{package}.entities")
    systems = importlib.import_module(f"{package}.taxbenefitsystems")
    variables = importlib.import_module(f"{package}.variables")
    periods = importlib.import_module(f"{package}.periods")
    person = entities.build_entity(key="person", plural="persons", label="A person", is_person=True)
    system = systems.TaxBenefitSystem([person])
    names = names_of(plan)
    for place, name in names.items():
        body = {
            "value_type": int,
            "entity": person,
            "definition_period": getattr(periods, "YEAR", "year"),
            "label": name,
        }
        if plan["nodes"][place][0] != "var":
            body["formula"] = formula_for(place, plan, names)
        system.add_variable(type(name, (variables.Variable,), body))
    return system


def vectors(package: str, system: Any, plan: dict[str, Any], people: dict[str, Any], expected: Any) -> dict[str, Any]:
    builders = importlib.import_module(
        f"{package}.simulations" if package == "policyengine_core" else f"{package}.simulation_builder"
    )
    rows = len(expected)
    taken, points = [], None
    for _ in range(3):
        simulation = builders.SimulationBuilder().build_default_simulation(system, rows)
        for name, values in people.items():
            if (key := f"input_{plan['inputs'].index(name)}") in system.variables:
                simulation.set_input(key, YEAR, values.astype(np.int32))
        start = time.process_time()
        points = simulation.calculate(names_of(plan)[plan["total"]], YEAR)
        taken.append(time.process_time() - start)
    return {"seconds": statistics.median(taken), "same": bool((np.asarray(points) == expected).all())}


def zen(plan: dict[str, Any], people: dict[str, Any], expected: Any) -> list[dict[str, Any]]:
    """The seconds for all people, from a few hundred; also net of what an empty graph costs."""
    import zen as engine

    nodes = plan["nodes"]

    def text(n: int) -> str:
        kind, low, name, _, _ = nodes[n]
        return str(low) if kind == "const" else f"i{plan['inputs'].index(name)}" if kind == "var" else f"$.n{n}"

    steps = []
    for n, (kind, _, _, breaks, children) in enumerate(nodes):
        if kind == "case":
            made = text(children[-1])
            for edge, cell in zip(reversed(breaks), reversed(children[1:-1]), strict=False):
                made = f"({text(children[0])} < {edge} ? {text(cell)} : {made})"
        elif kind in ("sum", "least", "most"):
            parts = ", ".join(text(c) for c in children)
            made = {"sum": "sum", "least": "min", "most": "max"}[kind] + f"([{parts}])"
        else:
            continue
        steps.append({"id": f"e{n}", "key": f"n{n}", "value": made})

    def graph(expressions: list[dict[str, str]]) -> Any:
        content = {
            "nodes": [
                {"id": "a", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
                {
                    "id": "b",
                    "type": "expressionNode",
                    "name": "law",
                    "position": {"x": 1, "y": 0},
                    "content": {"expressions": expressions},
                },
                {"id": "c", "type": "outputNode", "name": "out", "position": {"x": 2, "y": 0}},
            ],
            "edges": [{"id": "x", "sourceId": "a", "targetId": "b"}, {"id": "y", "sourceId": "b", "targetId": "c"}],
        }
        return engine.ZenEngine().create_decision(json.dumps(content))

    count = 300
    persons = [{f"i{plan['inputs'].index(n)}": int(v[row]) for n, v in people.items()} for row in range(count)]
    result = []
    floor = 0.0
    law, empty = graph(steps), graph([{"id": "e", "key": "k", "value": "1"}])
    for decision, real in ((empty, False), (law, True)):
        same, taken = True, []
        for row, person in enumerate(persons):
            start = time.perf_counter()
            answer = decision.evaluate(person)
            if asyncio.iscoroutine(answer):
                answer = asyncio.run(answer)
            taken.append(time.perf_counter() - start)
            if real:
                same &= int(answer["result"][f"n{plan['total']}"]) == int(expected[row])
        each = statistics.median(taken)
        if not real:
            floor = each
            continue
        rows = len(expected)
        result.append({"name": f"ZEN, one at a time ({each * 1e6:.0f} µs)", "seconds": each * rows, "same": same})
        net = (each - floor) * 1e6
        result.append(
            {"name": f"ZEN, net of an empty graph ({net:.0f} µs)", "seconds": (each - floor) * rows, "same": same}
        )
    return result


if __name__ == "__main__":
    main()
