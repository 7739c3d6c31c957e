"""One plan as a kernel sees it: its roots, the cells at their ends, and how bounds, status, outcome and reasons are written as steps.

What is unknown takes its worst cell for the lower bound and its best cell for the upper one (see `order`). Rows in which a *split*
fact is unknown are marked: for them these bounds are not proved, and `resolve` tries all cells that matter.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from jifen.engines.kernel.order import Ends, Order, first_values
from jifen.engines.kernel.program import Program, Step, Writer
from jifen.engines.reference import STATUSES
from jifen.plan.form import Plan
from jifen.plan.nodes import Node

REASONS = ("criteria", "failing", "distance", "deciding")
"""What can be asked beside points, status and outcome."""
QUALIFIES, NOT, OPEN, AUTHORITY, NOT_IN_FORCE = range(len(STATUSES))


_MOST_INSIDE = 64


@dataclass(frozen=True)
class Law:
    """A plan with the reasons asked for. `cells` is the first value of each cell of each variable, for the whole kernel."""

    name: str
    plan: Plan
    cells: Mapping[str, Sequence[int]]
    reasons: frozenset[str]
    inside: tuple[str, ...] = ()

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
    def ends(self) -> dict[str, Ends]:
        """The cells at the ends of each root, as places among the kernel's cells."""
        own = first_values(self.roots.values())
        order = Order(own)

        def placed(side: Mapping[str, tuple[int, ...]]) -> dict[str, tuple[int, ...]]:
            return {v: tuple(self.cells[v].index(own[v][c]) for c in cells) for v, cells in side.items()}

        found = {}
        for name, node in self.roots.items():
            ends = order.ends(node)
            found[name] = Ends(placed(ends.least), placed(ends.most))
        return found

    @cached_property
    def presumed(self) -> dict[str, int]:
        """The cells of what is taken to be so until the authority says otherwise."""
        return {v: place(self.cells[v], value) for v, value in self.plan.presumed.items() if v in self.cells}

    @cached_property
    def tries(self) -> dict[str, tuple[int, ...]]:
        """The split variables, each with the cells to be tried where it is unknown. The choice is not among them."""
        found: dict[str, set[int]] = {}
        for ends in self.ends.values():
            for name in ends.split:
                found.setdefault(name, set()).update(ends.least[name], ends.most[name])
        return {v: tuple(sorted(c)) for v, c in found.items() if v not in self.presumed and v != self.choice}

    @cached_property
    def choice_matters(self) -> bool:
        """Whether anything but the total depends on the choice where it stays open."""
        asked = [e for name, e in self.ends.items() if name not in ("total", "best") and not name.startswith("option ")]
        return any(len({*e.least.get(self.choice, ()), *e.most.get(self.choice, ())}) > 1 for e in asked)

    def sides(self, root: str, opened: frozenset[str], authority: str = "") -> tuple[dict[str, int], dict[str, int]]:
        """The cells that unknown variables take for the lower and for the upper bound of a root.

        With `authority` what an authority decides takes the cell of that end (`least`, `most`) on both sides.
        """
        ends, plan = self.ends[root], self.plan
        low: dict[str, int] = {}
        high: dict[str, int] = {}
        for name in ends.least:
            variable = plan.variables[name]
            least, most = ends.least[name][0], ends.most[name][0]
            if name not in opened:
                least = most = 0
            if name in self.presumed:
                least = most = self.presumed[name]
            elif authority and variable.authority:
                least = most = least if authority == "least" else most
            low[name], high[name] = least, most
        return low, high

    def write(self, program: Program, opened: frozenset[str]) -> None:
        """Everything that is asked of this plan, as outputs of the program. `opened` are the variables that may be unknown."""
        inside = self.split_inside(program.absent)
        if inside != self.inside:
            law = replace(self, inside=inside)
            law.__dict__.update({k: v for k, v in self.__dict__.items() if k in ("ends", "roots", "options", "tries")})
            law.write(program, opened)
            return
        writer = Writer(program, self.cells)
        lanes: dict[str, Step] = {}
        if self.choice:
            lanes[self.choice] = self._chosen(writer, opened)
        bounds = {name: self._bounds(writer, name, opened, lanes) for name in self._plain}
        if self.choice and self.choice in opened:
            given = writer.lane(self.choice)
            unknown = program.cut(given, [len(self.cells[self.choice])])
            best = self._bounds(writer, "best", opened, {})
            total = self._bounds(writer, "total", opened, {})
            bounds["total"] = (
                program.pick(unknown, (total[0], best[0])),
                program.pick(unknown, (total[1], best[1])),
            )
        self._finish(program, bounds, self._authority(writer, opened, lanes))
        marks = [
            program.cut(writer.lane(v), [len(self.cells[v])]) for v in self.tries if v in opened and v not in inside
        ]
        if self.choice and self.choice in opened and self.choice_matters:
            marks.append(program.cut(lanes[self.choice], [len(self.cells[self.choice])]))
        if marks:
            program.outputs[self.name, "mark", ""] = program.extreme("max", marks)

    @property
    def _plain(self) -> list[str]:
        return [n for n in self.roots if n != "best" and not n.startswith("option ")]

    def _bounds(
        self, writer: Writer, root: str, opened: frozenset[str], lanes: Mapping[str, Step]
    ) -> tuple[Step, Step]:
        low, high = self.sides(root, opened)
        return self._least(writer, root, low, lanes), self._most(writer, root, high, lanes)

    def _authority(
        self, writer: Writer, opened: frozenset[str], lanes: Mapping[str, Step]
    ) -> tuple[Step | None, Step | None]:
        """The least of the most that the authority can make of the outcome, and the most of the least."""
        authority = {v for v in self.ends["outcome"].least if self.plan.variables[v].authority}
        if not (authority - set(self.presumed)) & opened:
            return None, None
        least_of_most, _ = self.sides("outcome", opened, "most")
        _, most_of_least = self.sides("outcome", opened, "least")
        return (
            self._least(writer, "outcome", least_of_most, lanes),
            self._most(writer, "outcome", most_of_least, lanes),
        )

    def _least(self, writer: Writer, root: str, side: Mapping[str, int], lanes: Mapping[str, Step]) -> Step:
        ends = self.ends[root].least
        return writer.program.extreme("min", [writer.write(self.roots[root], s, lanes) for s in self._put(side, ends)])

    def _most(self, writer: Writer, root: str, side: Mapping[str, int], lanes: Mapping[str, Step]) -> Step:
        ends = self.ends[root].most
        return writer.program.extreme("max", [writer.write(self.roots[root], s, lanes) for s in self._put(side, ends)])

    def _put(self, side: Mapping[str, int], ends: Mapping[str, tuple[int, ...]]) -> Iterator[Mapping[str, int]]:
        """The side with every combination of the cells of those split variables that are tried within the program."""
        inside = [v for v in self.inside if v in ends]
        for combination in itertools.product(*(ends[v] for v in inside)):
            yield {**side, **dict(zip(inside, combination, strict=True))}

    def split_inside(self, absent: frozenset[str]) -> tuple[str, ...]:
        """The split variables that have no column: they are tried within the program, for every row, unless they are too many."""
        found = [v for v in self.tries if v in absent]
        if any(self.plan.variables[v].authority for v in found):
            return ()
        return tuple(found) if math.prod(len(self.tries[v]) for v in found) <= _MOST_INSIDE else ()

    def _chosen(self, writer: Writer, opened: frozenset[str]) -> Step:
        """The cell of the choice: as given; else the one that gives most in every case; else unknown."""
        program, name = writer.program, self.choice
        given, count = writer.lane(name), len(self.cells[name])
        if name not in opened:
            return given
        places = [place(self.cells[name], v) for v in _values(self.plan, name)]
        bounds = [self._bounds(writer, f"option {n}", opened, {}) for n in range(len(self.options))]
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

    def _finish(
        self, program: Program, bounds: Mapping[str, tuple[Step, Step]], authority: tuple[Step | None, Step | None]
    ) -> None:
        """Outputs from the bounds of the roots."""
        plan, out = self.plan, program.outputs
        none = len(plan.outcomes)
        low, high = bounds["outcome"]
        out[self.name, "status", ""] = _status(program, none, low, high, authority)
        place = program.table(high, [*range(none), none])
        out[self.name, "outcome", ""] = program.table(place, [*range(none), -1])
        if plan.total is not None:
            out[self.name, "low", ""], out[self.name, "high", ""] = bounds["total"]
        for name, (least, most) in bounds.items():
            if name.startswith("criterion "):
                criterion = name.removeprefix("criterion ")
                out[self.name, "criterion low", criterion] = least
                out[self.name, "criterion high", criterion] = most
        if "failing" in self.reasons:
            failing = program.const(-1)
            for n in reversed(range(len(plan.gates))):
                failing = program.pick(bounds[f"gate {n}"][1], (program.const(n), failing))
            out[self.name, "failing", ""] = failing

    @cached_property
    def plain_plan(self) -> Plan:
        """The plan with every variable a fact of its own, so that cells can be put into the reference engine."""
        variables = {n: replace(v, facts=(n,), code="", compute=None) for n, v in self.plan.variables.items()}
        return replace(self.plan, variables=variables)


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
