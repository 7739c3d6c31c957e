"""The generated Python function of a plan: status and points of one person in a few microseconds.

What is unknown takes its worst and its best cell (`kernel.order`), so that exact bounds are a few calls of the same function. Where an
unknown fact has no such cell the reference engine is asked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from jifen.engines.reference import State, Status
from jifen.facts.values import Value
from jifen.plan.form import Plan
from jifen.plan.nodes import Node


class Short(NamedTuple):
    """A short answer: the status, the outcome that is certain, and the bounds of the points (None if the scheme has none)."""

    status: Status
    outcome: str | None
    points: tuple[int, int] | None


Function = Callable[[Mapping[str, Value], date], Short]


def compile_function(plan: Plan) -> Function:
    """The function of a plan: from what is known (as `Jifen.complete` gives it) and a day to a short answer.

    >>> import jifen
    >>> from datetime import date
    >>> plan = jifen.load().plan("cn/work-permit", date(2026, 11, 23))
    >>> compile_function(plan)({"age": 17}, date(2026, 11, 23)).status
    'does not qualify'
    """
    return _Function(plan)


class _Function:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.none = len(plan.outcomes)
        variables = plan.variables.values()
        plain = [v for v in variables if not v.compute and not v.code]
        coded = [v for v in variables if v.code]
        self.plain = tuple(v.facts[0] for v in plain)
        self.coded = tuple((v.facts[0], v.code) for v in coded)
        self.computed = tuple(v for v in variables if v.compute)
        self.names = tuple(v.name for v in (*plain, *coded, *self.computed))
        self.presumed = tuple((self.names.index(n), v) for n, v in plan.presumed.items() if n in self.names)
        chosen = [c for c in plan.choices if c in self.names and plan.total is not None]
        self.choice = self.names.index(chosen[0]) if chosen else -1
        self.outcome = generate(plan.outcome, self.names)
        self.total = generate(plan.total, self.names) if plan.total is not None else None
        self._ends: dict[str, _Ends] | None = None

    def __call__(self, values: Mapping[str, Value], on: date) -> Short:
        """What is certain for these values; see `compile_function`."""
        get = values.get
        given: list[Any] = [get(f) for f in self.plain]
        for fact, code in self.coded:
            held = get(fact)
            given.append(None if held is None else 1 if code in held else 0)  # type: ignore[operator]
        for variable in self.computed:
            given.append(variable.known(values, on))
        for place, value in self.presumed:
            if given[place] is None:
                given[place] = value
        if self.choice >= 0 and given[self.choice] is None:
            if given.count(None) > 1:
                return _by_reference(self.plan, values, on)
            variable = self.plan.variables[self.names[self.choice]]
            given[self.choice] = self._best(given, range(variable.low, variable.high + 1))
        if None in given:
            return self._open(given) or _by_reference(self.plan, values, on)
        place = self.outcome(*given)
        points = None
        if self.total is not None:
            total = self.total(*given)
            points = total, total
        if place == self.none:
            return Short("does not qualify", None, points)
        return Short("qualifies", self.plan.outcomes[place], points)

    def _best(self, given: list[Any], options: Sequence[int]) -> int:
        """The choice that gives most; of several the first."""
        assert self.total is not None
        best, most = options[0], None
        for option in options:
            given[self.choice] = option
            total = self.total(*given)
            if most is None or total > most:
                best, most = option, total
        return best

    def _open(self, given: list[Any]) -> Short | None:
        """The exact bounds where each unknown has a worst and a best cell for every question; else None."""
        if self._ends is None:
            self._ends = {n: _ends(self.plan, node, self.names) for n, node in _asked(self.plan).items()}
        unknown = [n for n, value in enumerate(given) if value is None]
        outcome, total = self._ends["outcome"], self._ends.get("total")
        if not outcome.settles(unknown) or (total is not None and not total.settles(unknown)):
            return None
        points = None
        if total is not None and self.total is not None:
            points = (self.total(*total.put(given, unknown, 0, 0)), self.total(*total.put(given, unknown, 1, 1)))
        low = self.outcome(*outcome.put(given, unknown, 0, 0))
        high = self.outcome(*outcome.put(given, unknown, 1, 1))
        if high < self.none:
            return Short("qualifies", self.plan.outcomes[high], points)
        if low == self.none:
            return Short("does not qualify", None, points)
        if any(outcome.authority[n] for n in unknown):
            can_fail = self.outcome(*outcome.put(given, unknown, 0, 1)) == self.none
            can_pass = self.outcome(*outcome.put(given, unknown, 1, 0)) < self.none
            if can_fail and can_pass:
                return Short("for the authority", None, points)
        return Short("undetermined", None, points)


def _by_reference(plan: Plan, values: Mapping[str, Value], on: date) -> Short:
    state = State(plan, values, on)
    status, possible = state.status()
    total = state.total()
    outcome = possible[-1] if status == "qualifies" else None
    return Short(status, outcome, None if total is None else (total.low, total.high))


# --- what is unknown ----------------------------------------------------------------------------------------------


class _Ends(NamedTuple):
    """For each variable a value in its worst and in its best cell (None where there is no such cell), and who decides it."""

    ends: tuple[tuple[int | None, int | None], ...]
    authority: tuple[bool, ...]

    def settles(self, unknown: Sequence[int]) -> bool:
        return all(None not in self.ends[n] for n in unknown)

    def put(self, given: Sequence[Any], unknown: Sequence[int], side: int, authority: int) -> list[Any]:
        """The values with the unknown ones at a side; what the authority decides at its own."""
        made = list(given)
        for n in unknown:
            made[n] = self.ends[n][authority if self.authority[n] else side]
        return made


def _asked(plan: Plan) -> dict[str, Node]:
    return {"outcome": plan.outcome} | ({"total": plan.total} if plan.total is not None else {})


def _ends(plan: Plan, node: Node, names: Sequence[str]) -> _Ends:
    try:
        from jifen.engines.kernel.order import Order, first_values
    except ImportError:  # without numpy the reference engine decides
        return _Ends(((None, None),) * len(names), (False,) * len(names))
    starts = first_values([node])
    found = Order(starts).ends(node)
    ends: list[tuple[int | None, int | None]] = []
    for name in names:
        if name in starts:
            sides = [side[name] for side in (found.least, found.most)]
            low, high = (starts[name][cells[0]] if len(cells) == 1 else None for cells in sides)
            ends.append((low, high))
        else:
            ends.append((plan.variables[name].low,) * 2)
    return _Ends(tuple(ends), tuple(plan.variables[n].authority for n in names))


# --- generating ---------------------------------------------------------------------------------------------------

_DEEP = 12
_MANY = 4


def generate(root: Node, names: Sequence[str]) -> Callable[..., int]:
    """A Python function of the variables, in the order given, that computes a node."""
    return _Writer(root, names).function()


class _Writer:
    """Writes a node as source. What is used once stands where it is used, so that a case computes only the cell it takes."""

    def __init__(self, root: Node, names: Sequence[str]) -> None:
        self.root, self.names = root, {n: f"v{i}" for i, n in enumerate(names)}
        self.world: dict[str, Any] = {"cell": bisect_right}
        self.lines: list[str] = []
        self.local: dict[int, str] = {}
        self.uses: dict[int, int] = {}
        stack, seen = [root], set()
        while stack:
            node = stack.pop()
            for child in node.children:
                self.uses[id(child)] = self.uses.get(id(child), 0) + 1
                if id(child) not in seen:
                    seen.add(id(child))
                    stack.append(child)

    def function(self) -> Callable[..., int]:
        result = self.text(self.root, 0)
        body = "\n".join(f"    {line}" for line in [*self.lines, f"return {result}"])
        source = f"def run({', '.join(self.names.values())}):\n{body}\n"
        exec(compile(source, "<plan>", "exec"), self.world)
        return self.world["run"]  # type: ignore[no-any-return]

    def constant(self, value: object) -> str:
        name = f"k{len(self.world)}"
        self.world[name] = value
        return name

    def text(self, node: Node, depth: int) -> str:
        """The node as an expression; a shared or deep one becomes a line of its own first."""
        if node.kind == "const":
            return str(node.low)
        if node.kind == "var":
            return self.names[node.name]
        if id(node) in self.local:
            return self.local[id(node)]
        alone = self.uses.get(id(node), 0) > 1 or depth >= _DEEP
        made = self.expression(node, 0 if alone else depth + 1)
        if alone:
            name = self.local[id(node)] = f"n{len(self.local)}"
            self.lines.append(f"{name} = {made}")
            return name
        return made

    def expression(self, node: Node, depth: int) -> str:
        if node.kind != "case":
            parts = [self.text(c, depth) for c in node.children]
            if node.kind == "sum":
                return f"({' + '.join(parts)})"
            if (node.low, node.high) == (0, 1):
                return f"({(' and ' if node.kind == 'least' else ' or ').join(parts)})"
            return f"{'min' if node.kind == 'least' else 'max'}({', '.join(parts)})"
        argument, cells = self.text(node.argument, depth), node.cells
        if len(node.breaks) > _MANY or len({id(c) for c in cells}) < len(cells) - 2:
            place = f"cell({self.constant(node.breaks)}, {argument})"
            if all(c.kind == "const" for c in cells):
                return f"{self.constant(tuple(c.low for c in cells))}[{place}]"
            return f"{self._branches(node)}[{place}]({', '.join(self.names.values())})"
        if len(node.breaks) > 1 and node.argument.kind != "var" and not argument.startswith("n"):
            name = f"n{len(self.local)}"
            self.local[id(node.argument)] = name
            self.lines.append(f"{name} = {argument}")
            argument = name
        made = self.text(cells[-1], depth)
        for edge, cell in zip(reversed(node.breaks), reversed(cells[:-1]), strict=True):
            made = f"({self.text(cell, depth)} if {argument} < {edge} else {made})"
        return made

    def _branches(self, node: Node) -> str:
        """A function for each cell, of which one is called."""
        functions = {id(c): generate(c, list(self.names)) for c in node.cells}
        return self.constant(tuple(functions[id(c)] for c in node.cells))
