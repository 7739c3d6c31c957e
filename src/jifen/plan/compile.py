"""From the model of a scheme to its plan on a day: names become variables, tables become cells.

Here the meaning is checked: units, codes, gaps and overlaps of rows, rows that can never apply, circles. A plan is the same
for all days between two changes of the law, unless the scheme counts days itself.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from jifen.facts.values import parse_day, parse_number
from jifen.facts.vocabulary import Vocabulary
from jifen.plan import tables
from jifen.plan.form import Part, Plan, Shelf, Track, in_force
from jifen.plan.nodes import Graph, Node, variables
from jifen.plan.values import (
    RATIO_PARTS,
    CompletedUnits,
    RatioOf,
    Typed,
    Variable,
    ratio_edge,
    scale,
)
from jifen.problems import PolicyError, Problem, Where, nearest
from jifen.schemes.conditions import (
    Among,
    Both,
    Compare,
    Condition,
    Holds,
    Includes,
    Not,
    Qualifies,
    Term,
)
from jifen.schemes.model import (
    Between,
    Completed,
    Conditions,
    ConditionTable,
    Criterion,
    Derived,
    Extreme,
    FactTable,
    Lookup,
    Parameter,
    Scheme,
    ValueOf,
)


class NoValueError(PolicyError):
    """A parameter has no value on the day; a condition that needs it is neither true nor false."""


def compile_plan(scheme: Scheme, on: date, shelf: Shelf) -> Plan:
    """The plan of a version of a scheme. Raises PolicyError with every mistake of meaning found."""
    return Compiler(scheme, on, shelf, Graph(), ()).plan()


def compile_rules(rules: Sequence[Derived], vocabulary: Vocabulary) -> tuple[dict[str, Typed], dict[str, Variable]]:
    """The derived facts of the vocabulary: for each, its node; and the variables they ask."""
    compiler = Compiler(None, date.min, _Only(vocabulary), Graph(), (), rules)
    found = {}
    for rule in rules:
        found[rule.id] = compiler.resolve(rule.id, rule.where)
    compiler.check()
    return found, compiler.vars


@dataclass(frozen=True)
class _Only:
    vocabulary: Vocabulary

    @property
    def schemes(self) -> Mapping[str, Sequence[Scheme]]:
        return {}


class Compiler:
    """Compiles one scheme; a scheme that it refers to gets a compiler of its own over the same graph."""

    def __init__(
        self,
        scheme: Scheme | None,
        on: date,
        shelf: Shelf,
        graph: Graph,
        path: tuple[str, ...],
        rules: Sequence[Derived] = (),
    ) -> None:
        self.scheme, self.on, self.shelf, self.graph = scheme, on, shelf, graph
        self.path = (*path, scheme.id) if scheme else path
        self.vars: dict[str, Variable] = {}
        self.definitions = {d.id: d for d in (scheme.derived if scheme else rules)}
        self.parameters = {p.name: p for p in scheme.parameters} if scheme else {}
        self.lookups = {t.name: t for t in scheme.lookups} if scheme else {}
        self.derived: dict[str, Typed] = {}
        self.pending: list[str] = []
        self.used: dict[str, tuple[Parameter, Fraction]] = {}
        self.problems: list[Problem] = []
        self.parts: dict[str, Part] = {}
        self.items: dict[str, Node] = {}
        self.lists: dict[str, Node] = {}
        self.rows: dict[str, Node] = {}
        self.tracks: list[Track] = []
        self.total: Node | None = None
        self.presumed: dict[str, int] = {}
        self.counts_days = False
        self.others: dict[str, Compiler | None] = {}
        self.gated: tuple[list[Node], list[Node]] = ([], [])
        self.refers: dict[str, Scheme] = {}
        self.points_decide = False
        self.yes, self.no = graph.const(1), graph.const(0)

    def check(self) -> None:
        if self.problems:
            raise PolicyError(self.problems)

    # --- the whole --------------------------------------------------------------------------------------------

    def plan(self) -> Plan:
        scheme = self.scheme
        assert scheme
        gates, outcomes = self.body()
        graph = self.graph
        passed = graph.least([self.yes, *gates])
        places = range(len(outcomes) + 1)
        outcome = graph.const(len(outcomes))
        for place in reversed(places[:-1]):
            outcome = graph.case(outcomes[place], [1], [outcome, graph.const(place)])
        outcome = graph.case(passed, [1], [graph.const(len(outcomes)), outcome])
        self.check()
        roots = [n for n in (self.total, outcome) if n]
        roots += [*self.items.values(), *self.rows.values(), *(p.points for p in self.parts.values())]
        levels, first_authority = self.order(roots)
        ids = tuple(o.id for o in scheme.outcomes) or ("eligible",)
        return Plan(
            scheme=scheme,
            variables={name: self.vars[name] for name in levels},
            levels=levels,
            first_authority=first_authority,
            parts=self.parts,
            total=self.total,
            best_total=self.best(),
            ranking=self.total is not None and scheme.pass_mark is None and not self.points_decide,
            items=self.items,
            lists=self.lists,
            rows=self.rows,
            tracks=tuple(self.tracks),
            outcomes=ids,
            outcome=outcome,
            gates=tuple(gates),
            derived=self.derived,
            presumed=self.presumed,
            choices=tuple(c.fact for c in scheme.choices),
            parameters=self.used,
            counts_days=self.counts_days,
            refers=self.refers,
            graph=graph,
        )

    def body(self) -> tuple[list[Node], list[Node]]:
        """The gates (requirements, pass mark), and one node an outcome."""
        scheme = self.scheme
        assert scheme
        for presumed in scheme.presumed:
            self.attempt_presumed(presumed.fact, presumed.value, presumed.where)
        for choice in scheme.choices:
            self.try_(lambda c=choice: self.small(c.fact, self.fact(c.fact, c.where), c.where, 20))
        if scheme.points:
            self.total = self.criterion(scheme.points)
        self.names_once()
        for definition in scheme.derived:
            self.try_(lambda d=definition: self.resolve(d.id, d.where))
        gates: list[Node] = []
        for requirement in scheme.requirements:
            node = self.conditions(requirement.conditions)
            self.lists[requirement.id] = node
            gates.append(node)
        if scheme.pass_mark is not None and self.total:
            gates.append(self.graph.case(self.total, [scheme.pass_mark], [self.no, self.yes]))
        outcomes = []
        for outcome in scheme.outcomes:
            node = self.conditions(outcome.conditions)
            self.lists[outcome.id] = node
            outcomes.append(node)
        return gates, outcomes or [self.yes]

    def names_once(self) -> None:
        """A parameter, a table or a derived fact may not take a name that is in use."""
        scheme = self.scheme
        assert scheme
        seen = set(self.shelf.vocabulary.facts)
        named = [(p.name, p.where) for p in scheme.parameters] + [(t.name, t.where) for t in scheme.lookups]
        for name, where in [*named, *((d.id, d.where) for d in scheme.derived)]:
            if name in seen:
                self.problems.append(Problem("declared-twice", where, {"name": name}))
            seen.add(name)

    def best(self) -> Node | None:
        """The total with every choice of the applicant made for the most points."""
        total = self.total
        for choice in self.scheme.choices if self.scheme and total else ():
            assert total
            typed = self.fact(choice.fact, choice.where)
            values = range(typed.node.low, typed.node.high + 1)
            total = self.graph.most([self.graph.substitute(total, choice.fact, v) for v in values])
        return total

    def try_(self, make) -> Typed | Node | None:  # type: ignore[no-untyped-def]
        try:
            return make()  # type: ignore[no-any-return]
        except PolicyError as e:
            self.problems += [p for p in e.problems if p not in self.problems]
            return None

    def order(self, roots: Sequence[Node]) -> tuple[dict[str, int], int]:
        """Levels of the variables: in the order in which the law asks them, what an authority decides last."""
        names = sorted(variables(roots), key=lambda n: self.vars[n].authority)
        first = sum(1 for n in names if not self.vars[n].authority)
        return {name: level for level, name in enumerate(names)}, first

    def attempt_presumed(self, fact: str, value: str, where: Where) -> None:
        def make() -> None:
            typed = self.fact(fact, where)
            assert typed.fact
            if not typed.fact.authority:
                form = "a fact that the vocabulary marks `decided by: authority`"
                raise PolicyError([Problem("wrong-use", where, {"name": fact, "form": form})])
            self.presumed[fact] = self.literal(typed, value, where)

        self.try_(make)

    # --- names ------------------------------------------------------------------------------------------------

    def resolve(self, name: str, where: Where) -> Typed:
        """What a name means here: a derived fact, a parameter, a field of a table, or a fact."""
        if name in self.derived:
            return self.derived[name]
        if name in self.pending:
            at = self.pending.index(name)
            path = " → ".join([*self.pending[at:], name])
            raise PolicyError([Problem("cycle", where, {"path": path})])
        if name in self.definitions:
            self.pending.append(name)
            try:
                made = self.define(self.definitions[name])
            finally:
                self.pending.pop()
            self.derived[name] = made
            return made
        if name in self.parameters:
            return self.parameter(self.parameters[name], where)
        table, _, column = name.rpartition(".")
        if table in self.lookups:
            return self.looked_up(self.lookups[table], column, where)
        return self.fact(name, where)

    def fact(self, name: str, where: Where) -> Typed:
        fact = self.shelf.vocabulary.facts.get(name)
        if fact is None:
            known = [*self.definitions, *self.parameters, *self.shelf.vocabulary.facts]
            known += [f"{t.name}.{c}" for t in self.lookups.values() for c in t.units]
            problem = Problem("unknown-name", where, {"name": name}, name, nearest(name, known))
            raise PolicyError([problem])
        if self.scheme and fact.subject != self.scheme.subject:
            blanks = {"name": name, "subject": self.scheme.subject}
            raise PolicyError([Problem("wrong-subject", where, blanks, fact.subject)])
        if fact.kind in ("several of", "spells"):
            return Typed(self.no, fact=fact)
        variable = Variable(name, fact.low, fact.high, (name,), fact.authority)
        codes = tuple(fact.codes.values) if fact.codes else ()
        return Typed(
            self.var(variable),
            fact.places,
            fact.unit_text,
            codes,
            fact.ordered,
            fact.kind == "yes/no",
            fact.kind == "date",
            fact,
        )

    def var(self, variable: Variable) -> Node:
        self.vars.setdefault(variable.name, variable)
        return self.graph.var(variable.name, variable.low, variable.high)

    def parameter(self, parameter: Parameter, where: Where) -> Typed:
        row = next((r for r in reversed(parameter.rows) if r.start <= self.on), None)
        if row is None:
            blanks = {"name": parameter.name, "day": self.on, "first": parameter.rows[0].start}
            raise NoValueError([Problem("no-parameter-value", where, blanks)])
        self.used[parameter.name] = (parameter, row.value)
        places = _places(row.value)
        return Typed(self.graph.const(int(row.value * scale(places))), places, parameter.unit)

    def looked_up(self, lookup: Lookup, column: str, where: Where) -> Typed:
        if column not in lookup.units:
            name = f"{lookup.name}.{column}"
            raise PolicyError([Problem("unknown-name", where, {"name": name}, name, nearest(column, lookup.units))])
        if not lookup.rows:
            raise PolicyError([Problem("no-csv-row", lookup.where, {"name": lookup.name, "key": "any key"})])
        places = max(_places(row[column]) for row in lookup.rows.values())
        keys = [self.resolve(k, where) for k in lookup.keys]
        for name, key in zip(lookup.keys, keys, strict=True):
            self.small(name, key, where)

        def tree(depth: int, chosen: tuple[str, ...]) -> Node:
            if depth == len(keys):
                row = lookup.rows.get(chosen)
                if row is None:
                    blanks = {"name": lookup.name, "key": ", ".join(chosen)}
                    raise PolicyError([Problem("no-csv-row", lookup.where, blanks)])
                return self.graph.const(int(row[column] * scale(places)))
            key = keys[depth]
            if key.truth:
                codes: Sequence[str] = ("no", "yes")
            else:
                codes = key.codes or [str(v) for v in range(key.node.low, key.node.high + 1)]
            cells = [tree(depth + 1, (*chosen, code)) for code in codes]
            low = key.node.low
            return self.graph.case(key.node, range(low + 1, low + len(cells)), cells)

        for chosen in lookup.rows:
            for key, text in zip(keys, chosen, strict=True):
                if key.codes and text not in key.codes:
                    at = Where(str(lookup.file), 0)
                    raise PolicyError(
                        [Problem("unknown-value", at, {"name": lookup.name}, text, nearest(text, key.codes))]
                    )
        return Typed(tree(0, ()), places, lookup.units[column])

    # --- derived facts ----------------------------------------------------------------------------------------

    def define(self, derived: Derived) -> Typed:
        graph, definition = self.graph, derived.definition
        match definition:
            case Conditions():
                return Typed(self.conditions(definition), truth=True, codes=())
            case Extreme(how, names):
                parts = [self.resolve(n, derived.where) for n in names]
                for name, part in zip(names, parts, strict=True):
                    self.small(name, part, derived.where)
                if len({p.places for p in parts}) > 1:
                    form = "values with the same number of places"
                    raise PolicyError([Problem("wrong-use", derived.where, {"name": derived.id, "form": form})])
                nodes = [p.node for p in parts]
                combine = {"lowest": graph.least, "highest": graph.most, "sum": graph.sum}[how]
                return Typed(combine(nodes), parts[0].places, parts[0].unit)
            case FactTable():
                return tables.values(self, definition, derived)
            case Between():
                return self.between(definition, derived)
            case Completed():
                return self.completed(definition, derived)

    def small(self, name: str, typed: Typed, where: Where, limit: int = 5000) -> None:
        """A value that is used itself, not only compared, must have few values."""
        if typed.fact is not None and typed.fact.kind in ("several of", "spells"):
            form = "a fact with one value"
            raise PolicyError([Problem("wrong-use", where, {"name": name, "form": form})])
        if typed.node.high - typed.node.low > limit:
            raise PolicyError([Problem("too-wide", where, {"name": name, "limit": limit})])

    def between(self, b: Between, derived: Derived) -> Typed:
        if b.low_at >= b.high_at or not b.low.name or not b.high.name:
            form = "two parameters or fields of a table, at two numbers of which the first is smaller"
            raise PolicyError([Problem("wrong-use", derived.where, {"name": derived.id, "form": form})])
        low, high = self.side(b.low), self.side(b.high)
        fact = self.resolve(b.fact, derived.where)
        graph = self.graph
        cells = []
        for at in range(b.low_at, b.high_at + 1):

            def value(first: int, last: int, at: int = at) -> int:
                start, end = Fraction(first, scale(low.places)), Fraction(last, scale(high.places))
                exact = start + (end - start) * Fraction(at - b.low_at, b.high_at - b.low_at)
                return math.floor(exact + Fraction(1, 2))

            node = graph.both(low.node, high.node, value)
            if node is None:
                form = "parameters or fields of a table"
                raise PolicyError([Problem("wrong-use", derived.where, {"name": derived.id, "form": form})])
            cells.append(node)
        return Typed(graph.case(fact.node, range(b.low_at + 1, b.high_at + 1), cells), 0, low.unit)

    def completed(self, c: Completed, derived: Derived) -> Typed:
        fact = self.fact(c.fact, derived.where).fact
        assert fact
        if (fact.kind == "spells") != c.spells or fact.kind not in ("spells", "date"):
            form = "a fact of type date" if not c.spells else "a fact of type spells"
            raise PolicyError([Problem("wrong-use", derived.where, {"name": c.fact, "form": form})])
        self.counts_days = True
        target = self.shelf.vocabulary.facts.get(derived.id)
        high = target.high if target else {"years": 150, "months": 1800, "days": 55_000}[c.unit]
        wanted: dict[str, int] = {}
        for name, text in c.where_is:
            if name not in fact.attributes:
                problem = Problem("unknown-name", derived.where, {"name": name}, name, nearest(name, fact.attributes))
                raise PolicyError([problem])
            codes = fact.attributes[name]
            allowed = list(codes.values) if codes else ["no", "yes"]
            if text not in allowed:
                problem = Problem("unknown-value", derived.where, {"name": name}, text, nearest(text, allowed))
                raise PolicyError([problem])
            wanted[name] = allowed.index(text)

        compute = CompletedUnits(c.fact, c.unit, tuple(wanted.items()), high)
        name = f"{c.unit} of {c.fact}" + "".join(f", {k} {v}" for k, v in c.where_is)
        return Typed(self.var(Variable(name, 0, high, (c.fact,), compute=compute)), 0, c.unit)

    # --- conditions -------------------------------------------------------------------------------------------

    def conditions(self, conditions: Conditions) -> Node:
        nodes = []
        for item in conditions.items:
            try:
                node = self.content(item.content)
            except PolicyError as e:
                self.problems += [p for p in e.problems if p not in self.problems]
                node = self.no
            self.items[item.id] = node
            nodes.append(node)
        graph = self.graph
        match conditions.how:
            case "all":
                return graph.least([self.yes, *nodes])
            case "any":
                return graph.most([self.no, *nodes])
            case "none":
                return graph.no(graph.most([self.no, *nodes]))
            case "least":
                return graph.case(graph.sum(nodes), [conditions.least], [self.no, self.yes])

    def content(self, content: Condition | Conditions) -> Node:
        return self.conditions(content) if isinstance(content, Conditions) else self.condition(content)

    def condition(self, condition: Condition) -> Node:
        """A yes/no node for a condition."""
        graph = self.graph
        match condition:
            case Holds(name, where):
                typed = self.resolve(name, where)
                if not typed.truth:
                    form = "compare it: a yes/no fact can stand alone"
                    raise PolicyError([Problem("wrong-use", where, {"name": name, "form": form})])
                return typed.node
            case Not(part):
                return graph.no(self.condition(part))
            case Both("and", parts):
                return graph.least([self.yes, *map(self.condition, parts)])
            case Both(_, parts):
                return graph.most([self.no, *map(self.condition, parts)])
            case Among(name, codes, where):
                return self.among(name, codes, where)
            case Includes(name, codes, how, where):
                return self.includes(name, codes, how, where)
            case Qualifies(name, where):
                return self.other(name, None, where)
            case Compare(left, op, right, where):
                try:
                    return self.compare(left, op, right, where)
                except NoValueError as e:
                    name = str(e.problems[0].blanks["name"])
                    return self.var(Variable(f"{name} at line {where.line}", 0, 1, (name,)))

    def among(self, name: str, codes: tuple[str, ...], where: Where) -> Node:
        if name in self.shelf.schemes or "/" in name:
            return self.other(name, codes, where)
        typed = self.resolve(name, where)
        if typed.truth and set(codes) <= {"yes", "no"} and len(codes) == 1:
            return typed.node if codes[0] == "yes" else self.graph.no(typed.node)
        if not typed.codes:
            form = "compare it with ≥ or =: it is not a code"
            raise PolicyError([Problem("wrong-use", where, {"name": name, "form": form})])
        chosen = {self.literal(typed, code, where) for code in codes}
        cells = [self.yes if i in chosen else self.no for i in range(len(typed.codes))]
        return self.graph.case(typed.node, range(1, len(cells)), cells)

    def includes(self, name: str, codes: tuple[str, ...], how: str, where: Where) -> Node:
        fact = self.resolve(name, where).fact
        if fact is None or fact.kind != "several of" or fact.codes is None:
            form = "`is`: only a fact of type several of can include"
            raise PolicyError([Problem("wrong-use", where, {"name": name, "form": form})])
        nodes = []
        for code in codes:
            if code not in fact.codes.values:
                problem = Problem("unknown-value", where, {"name": name}, code, nearest(code, fact.codes.values))
                raise PolicyError([problem])
            variable = Variable(f"{name}∋{code}", 0, 1, (name,), fact.authority, code)
            nodes.append(self.var(variable))
        return self.graph.most(nodes) if how == "any" else self.graph.least(nodes)

    def other(self, name: str, codes: tuple[str, ...] | None, where: Where) -> Node:
        """Whether another scheme gives one of these outcomes (or any) on the same day."""
        if name in self.path:
            path = " → ".join([*self.path[self.path.index(name) :], name])
            raise PolicyError([Problem("cycle", where, {"path": path})])
        versions = self.shelf.schemes.get(name)
        if not versions:
            problem = Problem("no-such-scheme", where, {"scheme": name}, name, nearest(name, self.shelf.schemes))
            raise PolicyError([problem])
        if name not in self.others:
            scheme = in_force(versions, self.on)
            if scheme is None:
                self.others[name] = None
            else:
                made = self.others[name] = Compiler(scheme, self.on, self.shelf, self.graph, self.path)
                made.gated = made.body()
        inner = self.others[name]
        ids = [o.id for o in max(versions, key=lambda v: v.start).outcomes] or ["eligible"]
        if inner is not None:
            assert inner.scheme
            ids = [o.id for o in inner.scheme.outcomes] or ["eligible"]
        for code in codes or ():
            if code not in ids:
                problem = Problem("unknown-value", where, {"name": name}, code, nearest(code, ids))
                raise PolicyError([problem])
        if inner is None:
            return self.no
        if inner.problems:
            raise PolicyError(inner.problems)
        self.vars.update({k: v for k, v in inner.vars.items() if k not in self.vars})
        self.presumed.update({k: v for k, v in inner.presumed.items() if k not in self.presumed})
        self.used.update({k: v for k, v in inner.used.items() if k not in self.used})
        self.counts_days |= inner.counts_days
        self.refers |= {name: inner.scheme, **inner.refers}  # type: ignore[dict-item]
        gates, outcomes = inner.gated
        graph = self.graph
        chosen = [i for i, id_ in enumerate(ids) if codes is None or id_ in codes]
        earlier: list[Node] = []
        ways = []
        for i, outcome in enumerate(outcomes):
            if i in chosen:
                ways.append(graph.least([self.yes, outcome, *(graph.no(e) for e in earlier)]))
            else:
                earlier.append(outcome)
        return graph.least([self.yes, *gates, graph.most([self.no, *ways])])

    # --- comparisons ------------------------------------------------------------------------------------------

    def side(self, term: Term) -> Typed:
        """The named value of a side, without its coefficient."""
        if term.name == "points":
            return Typed(self.points_of(term))
        return self.resolve(term.name, term.where)

    def points_of(self, term: Term) -> Node:
        if not term.of:
            if self.total is None:
                form = "there are no points in this document, or they are being counted"
                raise PolicyError([Problem("wrong-use", term.where, {"name": "points", "form": form})])
            return self.total
        part = self.parts.get(term.of)
        if part is None:
            problem = Problem("unknown-name", term.where, {"name": term.of}, term.of, nearest(term.of, self.parts))
            raise PolicyError([problem])
        return part.points

    def compare(self, left: Term, op: str, right: Term, where: Where) -> Node:
        if not left.name:
            flipped = {"≥": "≤", "≤": "≥", ">": "<", "<": ">", "=": "=", "≠": "≠"}[op]
            if not right.name:
                raise PolicyError([Problem("bad-condition", where, found=left.literal)])
            return self.compare(right, flipped, left, where)
        if not left.coefficient or (right.name and not right.coefficient):
            raise PolicyError([Problem("bad-condition", where, found="0 ×")])
        one = self.side(left)
        if one.fact and one.fact.kind in ("several of", "spells"):
            form = "`includes`: several codes have no size"
            raise PolicyError([Problem("wrong-use", where, {"name": left.name, "form": form})])
        if one.codes and not one.ordered and op not in "=≠":
            form = "`is`: the codes have no order"
            raise PolicyError([Problem("wrong-use", where, {"name": left.name, "form": form})])
        if not right.name:
            node = self.against(one, left, op, self.threshold(one, left, right))
            self.points_decide |= left.name == "points" and node.kind != "const"
            if one.fact and node.kind == "const":
                raise PolicyError([Problem("unknown-value", right.where, {"name": left.name}, right.literal)])
            return node
        other = self.side(right)
        self.same_unit(one, other, left, right)
        tree = self.graph.leaves(one.node, lambda v: self.flip(other, right, op, v, one, left))
        tree = tree or self.graph.leaves(other.node, lambda v: self.leaf(one, left, op, v, other, right))
        if tree is not None:
            return tree
        return self.ratio(one, left, op, other, right, where)

    def threshold(self, one: Typed, left: Term, right: Term) -> Fraction:
        """A literal in the whole numbers of `one`'s node."""
        if one.codes or one.date or one.truth:
            return Fraction(self.literal(one, right.literal, right.where))
        if right.number is None:
            raise PolicyError([Problem("unknown-value", right.where, {"name": left.name}, right.literal)])
        return right.coefficient * scale(one.places) / left.coefficient

    def leaf(self, one: Typed, left: Term, op: str, value: int, other: Typed, right: Term) -> Node:
        exact = Fraction(value, scale(other.places)) * right.coefficient
        return self.against(one, left, op, exact * scale(one.places) / left.coefficient)

    def flip(self, other: Typed, right: Term, op: str, value: int, one: Typed, left: Term) -> Node:
        flipped = {"≥": "≤", "≤": "≥", ">": "<", "<": ">", "=": "=", "≠": "≠"}[op]
        return self.leaf(other, right, flipped, value, one, left)

    def against(self, one: Typed, left: Term, op: str, edge: Fraction) -> Node:
        """`one op edge`, with the edge an exact number on the scale of the node."""
        graph, node = self.graph, one.node
        up, above = math.ceil(edge), math.floor(edge) + 1
        match op:
            case "≥":
                return graph.case(node, [up], [self.no, self.yes])
            case ">":
                return graph.case(node, [above], [self.no, self.yes])
            case "<":
                return graph.case(node, [up], [self.yes, self.no])
            case "≤":
                return graph.case(node, [above], [self.yes, self.no])
        equal = self.no if up == above else graph.case(node, [up, above], [self.no, self.yes, self.no])
        return equal if op == "=" else graph.no(equal)

    def same_unit(self, one: Typed, other: Typed, left: Term, right: Term) -> None:
        units = {u.split(" ")[0] for u in (one.unit, other.unit) if u and u != "number"}
        if len(units) > 1 or (one.date != other.date):
            blanks = {"name": right.name, "unit": one.unit}
            raise PolicyError([Problem("wrong-unit", right.where, blanks, other.unit)])

    def ratio(self, one: Typed, left: Term, op: str, other: Typed, right: Term, where: Where) -> Node:
        """Two facts compared with each other become one variable: their ratio."""
        facts = (one.fact, other.fact)
        if not all(f and t.node.kind == "var" and t.node.low >= 0 for f, t in zip(facts, (one, other), strict=True)):
            form = "compare facts that are zero or more, or a fact with a parameter"
            raise PolicyError([Problem("wrong-use", where, {"name": left.name, "form": form})])
        assert one.fact and other.fact
        a, b = one.fact.id, other.fact.id
        parts = Fraction(scale(other.places), scale(one.places))
        edge = ratio_edge(right.coefficient / left.coefficient / parts)
        if edge is None:
            form = "a simpler multiple: this one falls between the parts in which ratios are counted"
            raise PolicyError([Problem("wrong-use", where, {"name": right.name, "form": form})])
        high = 2 * RATIO_PARTS * one.node.high + 2

        compute = RatioOf(a, b, high)
        variable = Variable(f"{a} ∶ {b}", 0, high, (a, b), one.fact.authority or other.fact.authority, compute=compute)
        node = Typed(self.var(variable))
        return self.against(node, replace(left, coefficient=Fraction(1)), op, Fraction(edge))

    def literal(self, typed: Typed, text: str, where: Where) -> int:
        """A literal as the whole number of the node; it must be in the code list or the domain."""
        if typed.truth and text in ("yes", "no"):
            return int(text == "yes")
        if typed.codes:
            if text not in typed.codes:
                name = typed.fact.id if typed.fact else "value"
                problem = Problem("unknown-value", where, {"name": name}, text, nearest(text, typed.codes))
                raise PolicyError([problem])
            return typed.codes.index(text)
        number = parse_day(text) if typed.date else parse_number(text, "money", typed.places)
        if number is None:
            name = typed.fact.id if typed.fact else "value"
            raise PolicyError([Problem("unknown-value", where, {"name": name}, text)])
        return number

    # --- points -----------------------------------------------------------------------------------------------

    def criterion(self, criterion: Criterion) -> Node:
        graph = self.graph
        nodes = []
        most = []
        for part in criterion.parts:
            try:
                match part:
                    case Criterion():
                        node = self.criterion(part)
                        most.append(self.parts[part.id].most)
                    case FactTable():
                        node = tables.points(self, part, criterion)
                        most.append(node.high)
                    case ConditionTable():
                        node = self.condition_table(part, criterion)
                        most.append(node.high)
                    case ValueOf(name, where):
                        typed = self.resolve(name, where)
                        self.small(name, typed, where)
                        node = typed.node
                        most.append(node.high)
            except PolicyError as e:
                self.problems += [p for p in e.problems if p not in self.problems]
                node = self.no
                most.append(0)
            nodes.append(node)
        uncapped = graph.most(nodes) if criterion.how == "best" else graph.sum(nodes)
        points = uncapped
        ceilings = []
        for cap in criterion.caps:
            capped = graph.least([points, graph.const(cap.most)])
            if cap.when is not None:
                holds = self.condition(cap.when)
                points = graph.case(holds, [1], [points, capped])
                ceilings.append((cap.most, False))
            else:
                points = capped
                ceilings.append((cap.most, True))
        if criterion.only_when is not None:
            holds = self.condition(criterion.only_when)
            points = graph.case(holds, [1], [self.no, points])
            uncapped = graph.case(holds, [1], [self.no, uncapped])
        if uncapped.low < 0:
            self.problems.append(Problem("below-zero", criterion.where))
        reachable = max(most, default=0) if criterion.how == "best" else sum(most)
        always = [m for m, c in ceilings if c]
        declared = min(always) if always else max((m for m, _ in ceilings), default=reachable)
        self.parts[criterion.id] = Part(criterion, points, uncapped, min(declared, reachable) if always else declared)
        return points

    def condition_table(self, table: ConditionTable, criterion: Criterion) -> Node:
        graph = self.graph
        conditions = []
        for row in table.rows:
            node = self.yes if row.condition is None else self.condition(row.condition)
            self.rows[row.id] = node
            conditions.append(node)
            tables.within_maximum(criterion, row.points, row.where)
        points = [graph.const(r.points) for r in table.rows]
        if table.how == "first":
            result = self.no
            for node, value in zip(reversed(conditions), reversed(points), strict=True):
                result = graph.case(node, [1], [result, value])
            return result
        worth = [graph.case(c, [1], [self.no, p]) for c, p in zip(conditions, points, strict=True)]
        return graph.sum(worth) if table.how == "sum" else graph.most([self.no, *worth])


def _places(value: Fraction) -> int:
    """How many digits after the point an exact decimal has."""
    places = 0
    while (value * scale(places)).denominator != 1 and places < 12:
        places += 1
    return places
