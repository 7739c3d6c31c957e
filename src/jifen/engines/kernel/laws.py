"""One plan as a kernel sees it: its roots, the cells at their ends, and how bounds, status, outcome and reasons are written as steps.

What is unknown takes its worst cell for the lower bound and its best cell for the upper one (see `order`, `ways`). Rows for which these bounds
are not proved are marked, and `resolve` asks the reference engine.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from jifen.engines.kernel.order import Ends
from jifen.engines.kernel.program import Program, Step
from jifen.engines.kernel.ways import Way, Ways
from jifen.engines.kernel.writer import Writer
from jifen.engines.reference import STATUSES
from jifen.plan.form import Plan
from jifen.plan.nodes import Node

REASONS = ("criteria", "failing", "distance", "deciding")
"""What can be asked beside points, status and outcome."""
Side = Literal["least", "most"]
_OTHER: dict[Side, Side] = {"least": "most", "most": "least"}
QUALIFIES, NOT, OPEN, AUTHORITY, NOT_IN_FORCE = range(len(STATUSES))


@dataclass(frozen=True)
class Law:
    """A plan with the reasons asked for. `cells` is the first value of each cell of each variable, for the whole kernel."""

    name: str
    plan: Plan
    cells: Mapping[str, Sequence[int]]
    reasons: frozenset[str]

    @property
    def choice(self) -> str:
        """The fact that is the applicant's choice, if there is one."""
        plan = self.plan
        chosen = [c for c in plan.choices if c in plan.variables and plan.total is not None]
        return chosen[0] if chosen else ""

    @cached_property
    def options(self) -> tuple[Node, ...]:
        """The total for each value of the choice."""
        plan, total = self.plan, self.plan.total
        if not self.choice or total is None:
            return ()
        variable = plan.variables[self.choice]
        return tuple(plan.graph.substitute(total, self.choice, v) for v in range(variable.low, variable.high + 1))

    @cached_property
    def roots(self) -> dict[str, Node]:
        """What is computed, by name; `total` and the criteria are points, the rest truths and the outcome."""
        plan = self.plan
        found = {"outcome": plan.outcome}
        if plan.total is not None:
            found["total"] = plan.total
        for n, node in enumerate(self.options):
            found[f"option {n}"] = node
        if self.options and plan.best_total is not None:
            found["best"] = plan.best_total
        if "criteria" in self.reasons:
            found |= {f"criterion {name}": part.points for name, part in plan.parts.items()}
        if "failing" in self.reasons:
            found |= {f"gate {n}": node for n, node in enumerate(plan.gates)}
        return found

    @cached_property
    def gates(self) -> tuple[str, ...]:
        """The names of what must hold, in order: the requirements, then `pass mark`."""
        requirements = tuple(r.id for r in self.plan.scheme.requirements)
        return (*requirements, "pass mark")[: len(self.plan.gates)]

    @cached_property
    def ways(self) -> Ways:
        """How the bounds of the roots are found."""
        return Ways(self.plan.graph, self.cells)

    @cached_property
    def presumed(self) -> dict[str, int]:
        """The cells of what is taken to be so until the authority says otherwise."""
        return {v: place(self.cells[v], value) for v, value in self.plan.presumed.items() if v in self.cells}

    def put(self, ends: Ends, name: str, side: str, authority: str) -> int:
        """The cell that stands for an unknown variable."""
        if name in self.presumed:
            return self.presumed[name]
        variable = self.plan.variables.get(name)
        if variable is not None and variable.authority:
            side = authority
        return (ends.least if side == "least" else ends.most)[name][0]

    def write(self, program: Program) -> None:
        """Everything that is asked of this plan, as outputs of the program."""
        Page(self, program).write()

    @property
    def plain_roots(self) -> list[str]:
        """The roots that are asked for; the others only serve the choice."""
        return [n for n in self.roots if n != "best" and not n.startswith("option ")]

    @cached_property
    def plain_plan(self) -> Plan:
        """The plan with every variable a fact of its own, so that cells can be put into the reference engine."""
        variables = {n: replace(v, facts=(n,), code="", compute=None) for n, v in self.plan.variables.items()}
        return replace(self.plan, variables=variables)


class Page:
    """The steps of one law in one program."""

    def __init__(self, law: Law, program: Program) -> None:
        self.law, self.program = law, program
        self.opened = program.opened & frozenset(law.plan.variables)
        self.careful = self.opened - frozenset(law.presumed) - {law.choice}
        self.writer = Writer(program, law.ways.cells)
        self.rough: set[str] = set()
        self._ways: dict[str, Way] = {}

    def write(self) -> None:
        law, program, choice = self.law, self.program, self.law.choice
        lanes: dict[str, Step] = {}
        if choice:
            lanes[choice] = self._chosen()
        bounds = {n: self._bounds(n, lanes) for n in law.plain_roots if n != "total" or choice not in self.opened}
        if choice and choice in self.opened:
            # As given, or the best in each case.
            ways = [self._bounds(f"option {n}", {}) for n in range(len(law.options))] + [self._bounds("best", {})]
            values = _values(law.plan, choice)
            options = [values.index(v) for v in law.cells[choice]]
            given = program.table(self.writer.lane(choice), [*options, len(options)])
            bounds["total"] = program.pick(given, [w[0] for w in ways]), program.pick(given, [w[1] for w in ways])
        self._finish(bounds, self._authority(lanes))
        marks = [program.unknown(v, len(law.cells[v])) for v in sorted(self.rough)]
        if marks:
            program.outputs[law.name, "mark", ""] = program.extreme("max", marks)

    # --- bounds -------------------------------------------------------------------------------------------------

    def _way(self, root: str) -> Way:
        way = self._ways.get(root)
        if way is None:
            points = root in ("total", "best") or root.startswith("option ")
            careful = self.careful if points else self.careful | ({self.law.choice} & self.opened)
            way = self._ways[root] = self.law.ways.find(self.law.roots[root], careful)
            self.rough |= way.all_rough
        return way

    def _bounds(self, root: str, lanes: Mapping[str, Step]) -> tuple[Step, Step]:
        way = self._way(root)
        return self._end(way, lanes, "least", "least"), self._end(way, lanes, "most", "most")

    def _authority(self, lanes: Mapping[str, Step]) -> tuple[Step | None, Step | None]:
        """The least of the most that the authority can make of the outcome, and the most of the least."""
        law = self.law
        decided = {v for v in law.ways.under(law.plan.outcome) if law.plan.variables[v].authority}
        if not (decided - set(law.presumed)) & self.opened:
            return None, None
        way = self._way("outcome")
        self._mixed(way)
        return self._end(way, lanes, "least", "most"), self._end(way, lanes, "most", "least")

    def _mixed(self, way: Way) -> None:
        """Where what the authority decides is tried together with other facts, rows need other care."""
        decided = {v for v, variable in self.law.plan.variables.items() if variable.authority}
        for module in way.modules:
            if module.how == "open" and decided & self.law.ways.under(module.way.node):
                self.rough |= self.law.ways.under(module.way.node) & self.careful
            self._mixed(module.way)
        self.rough |= {v for v in way.tried if v in decided}

    def _end(self, way: Way, lanes: Mapping[str, Step], side: Side, authority: Side) -> Step:
        """The least or most of a root over what is unknown; over what an authority decides, the end given for that."""
        law, program = self.law, self.program
        lanes = dict(lanes)
        for module in way.modules:
            inner = module.way
            if module.how == "rises":
                step = self._end(inner, lanes, side, authority)
            elif module.how == "falls":
                step = self._end(inner, lanes, _OTHER[side], _OTHER[authority])
            else:
                low, high = self._end(inner, lanes, "least", "least"), self._end(inner, lanes, "most", "most")
                step = program.table(program.add([low, high]), (0, 2, 1))
                lanes[module.name] = step
                continue
            lanes[module.name] = program.add([step, program.const(-inner.node.low)])
        put = {v: law.put(way.ends, v, side, authority) if v in self.opened else 0 for v in way.ends.least}
        ends = way.ends.least if side == "least" else way.ends.most
        found = [
            self.writer.write(way.node, {**put, **dict(zip(way.tried, combination, strict=True))}, lanes)
            for combination in itertools.product(*(ends[v] for v in way.tried))
        ]
        return program.extreme("min" if side == "least" else "max", found)

    def _chosen(self) -> Step:
        """The cell of the choice: as given; else the one that gives most in every case; else unknown."""
        law, program, name = self.law, self.program, self.law.choice
        given, count = self.writer.lane(name), len(law.cells[name])
        if name not in self.opened:
            return given
        places = [place(law.cells[name], v) for v in _values(law.plan, name)]
        bounds = [self._bounds(f"option {n}", {}) for n in range(len(law.options))]
        best, (low, high) = program.const(0), bounds[0]
        for n, (other_low, other_high) in enumerate(bounds[1:], start=1):
            above = _no(program, program.least(low, other_low))
            level = program.extreme("min", [program.least(other_low, low), program.least(low, other_low)])
            higher = _no(program, program.least(high, other_high))
            better = program.extreme("max", [above, program.extreme("min", [level, higher])])
            best = program.pick(better, (best, program.const(n)))
            low, high = program.pick(better, (low, other_low)), program.pick(better, (high, other_high))
        settled = []
        for n, (own_low, _) in enumerate(bounds):
            least = [program.least(own_low, o) for m, (_, o) in enumerate(bounds) if m != n]
            settled.append(program.extreme("min", least or [program.const(1)]))
        cell = program.table(best, places)
        taken = program.pick(program.pick(best, settled), (program.const(count), cell))
        return program.pick(program.cut(given, [count]), (given, taken))

    def _finish(self, bounds: Mapping[str, tuple[Step, Step]], authority: tuple[Step | None, Step | None]) -> None:
        """Outputs from the bounds of the roots."""
        law, program, plan, out = self.law, self.program, self.law.plan, self.program.outputs
        none = len(plan.outcomes)
        low, high = bounds["outcome"]
        out[law.name, "status", ""] = _status(program, none, low, high, authority)
        out[law.name, "outcome", ""] = program.table(high, [*range(none), -1])
        if "deciding" in law.reasons:
            out[law.name, "open", ""] = program.table(program.least(low, high), (1, 0))
        if plan.total is not None:
            out[law.name, "low", ""], out[law.name, "high", ""] = bounds["total"]
        for name, (least, most) in bounds.items():
            if name.startswith("criterion "):
                criterion = name.removeprefix("criterion ")
                out[law.name, "criterion low", criterion] = least
                out[law.name, "criterion high", criterion] = most
        if "failing" in law.reasons:
            failing = program.const(-1)
            for n in reversed(range(len(plan.gates))):
                failing = program.pick(bounds[f"gate {n}"][1], (program.const(n), failing))
            out[law.name, "failing", ""] = failing


def _values(plan: Plan, variable: str) -> range:
    return range(plan.variables[variable].low, plan.variables[variable].high + 1)


def place(cells: Sequence[int], value: int) -> int:
    """The place of the cell in which a value lies."""
    return max(0, sum(1 for first in cells if first <= value) - 1)


def _no(program: Program, truth: Step) -> Step:
    return program.table(truth, (1, 0))


def _status(program: Program, none: int, low: Step, high: Step, authority: tuple[Step | None, Step | None]) -> Step:
    never = program.cut(low, [none])
    fails = program.cut(high, [none])
    index = [fails, program.table(never, (0, 2))]
    table = [QUALIFIES, OPEN, QUALIFIES, NOT]
    least_of_most, most_of_least = authority
    if least_of_most is not None and most_of_least is not None:
        can_fail = program.cut(least_of_most, [none])
        can_pass = _no(program, program.cut(most_of_least, [none]))
        index.append(program.table(program.extreme("min", [can_fail, can_pass]), (0, 4)))
        table += [QUALIFIES, AUTHORITY, QUALIFIES, NOT]
    return program.table(program.add(index), table)
