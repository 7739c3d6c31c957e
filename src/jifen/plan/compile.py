"""From the model of a scheme to its plan on a day: names become variables, tables become cells.

Here the meaning is checked: units, codes, gaps and overlaps of rows, rows that can never apply, circles. A plan is the same
for all days between two changes of the law, unless the scheme counts days itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from jifen.facts.vocabulary import Vocabulary
from jifen.plan import amounts, comparisons, criteria, derivations, truths
from jifen.plan.form import Granted, Memory, NoValueError, Part, Plan, Shelf, Track
from jifen.plan.nodes import Graph, Node, variables
from jifen.plan.order import arranged, found_orders
from jifen.plan.values import Typed, Variable, places_of, scale
from jifen.problems import PolicyError, Problem, Where, nearest
from jifen.schemes.model import Derived, Lookup, Parameter, Scheme


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
        self.named: set[str] = set()
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
        found = [self.try_(lambda a=a: amounts.granted(self, a, outcome, len(outcomes))) for a in scheme.amounts]
        self.check()
        money = [g for g in found if isinstance(g, Granted)]
        best_total = self.best()
        roots = [n for n in (self.total, outcome) if n]
        roots += [*self.items.values(), *self.rows.values(), *(p.points for p in self.parts.values())]
        roots += [g.node for g in money]
        bases = [self.fact(g.base, g.amount.where).node for g in money if g.base]
        names, levels, first_authority = self.order([*roots, *bases])
        ids = tuple(o.id for o in scheme.outcomes) or ("eligible",)
        roots += [*self.lists.values(), *(p.uncapped for p in self.parts.values())]
        roots += [best_total] if best_total else []
        for track in (*self.tracks, *(g.track for g in money if g.track)):
            counted = [c.node for c in track.columns if track.table.grows and c.node.kind != "var"]
            roots += [track.row, *counted]
        return Plan(
            scheme=scheme,
            variables={name: self.vars[name] for name in names},
            levels=levels,
            first_authority=first_authority,
            parts=criteria.with_maxima(self.parts, levels),
            total=self.total,
            best_total=best_total,
            ranking=self.total is not None and scheme.pass_mark is None and not self.points_decide,
            items=self.items,
            lists=self.lists,
            rows=self.rows,
            tracks=tuple(self.tracks),
            outcomes=ids,
            outcome=outcome,
            gates=tuple(gates),
            amounts=tuple(money),
            derived=self.derived,
            presumed=self.presumed,
            choices=tuple(c.fact for c in scheme.choices),
            parameters=self.used,
            counts_days=self.counts_days,
            refers=self.refers,
            named=frozenset(self.named),
            graph=graph,
            memory=Memory(roots),
        )

    def body(self) -> tuple[list[Node], list[Node]]:
        """The gates (requirements, pass mark), and one node an outcome."""
        scheme = self.scheme
        assert scheme
        for presumed in scheme.presumed:
            self.attempt_presumed(presumed.fact, presumed.value, presumed.where)
        for choice in scheme.choices:
            self.try_(lambda c=choice: comparisons.small(self, c.fact, self.fact(c.fact, c.where), c.where, 20))
        if scheme.points:
            self.total = criteria.points_of(self, scheme.points)
        self.names_once()
        self.expected(scheme)
        for definition in scheme.derived:
            self.try_(lambda d=definition: self.resolve(d.id, d.where))
        gates: list[Node] = []
        for requirement in scheme.requirements:
            node = truths.truth_of_list(self, requirement.conditions)
            self.lists[requirement.id] = node
            gates.append(node)
        if scheme.pass_mark is not None and self.total:
            gates.append(self.graph.case(self.total, [scheme.pass_mark], [self.no, self.yes]))
        outcomes = []
        for outcome in scheme.outcomes:
            node = truths.truth_of_list(self, outcome.conditions)
            self.lists[outcome.id] = node
            outcomes.append(node)
        return gates, outcomes or [self.yes]

    def expected(self, scheme: Scheme) -> None:
        """What is declared of more of a fact must name facts that have more and less."""

        def ordered(name: str, where: Where) -> None:
            fact = self.fact(name, where).fact
            if fact and (fact.kind == "spells" or (fact.kind == "one of" and not fact.ordered)):
                form = "a fact that has more and less: its values have no order"
                raise PolicyError([Problem("wrong-use", where, {"name": name, "form": form})])

        for expectation in (*scheme.expects, *(e for p in self.parts.values() for e in p.criterion.expects)):
            for name in expectation.facts:
                self.try_(lambda n=name, w=expectation.where: ordered(n, w))

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

    def try_(self, make) -> Typed | Node | Granted | None:  # type: ignore[no-untyped-def]
        try:
            return make()  # type: ignore[no-any-return]
        except PolicyError as e:
            self.problems += [p for p in e.problems if p not in self.problems]
            return None

    def order(self, roots: Sequence[Node]) -> tuple[list[str], dict[str, int], int]:
        """The variables as the law asks them, what an authority decides last; their levels in the diagrams; the first of an authority."""
        assert self.scheme
        names = sorted(variables(roots), key=lambda n: self.vars[n].authority)
        first = sum(1 for n in names if not self.vars[n].authority)
        asked = arranged(names[:first], found_orders().get(self.scheme.id, ()))
        return names, {name: level for level, name in enumerate([*asked, *names[first:]])}, first

    def attempt_presumed(self, fact: str, value: str, where: Where) -> None:
        def make() -> None:
            typed = self.fact(fact, where)
            assert typed.fact
            if not typed.fact.authority:
                form = "a fact that the vocabulary marks `decided by: authority`"
                raise PolicyError([Problem("wrong-use", where, {"name": fact, "form": form})])
            self.presumed[fact] = comparisons.literal(self, typed, value, where)

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
                made = derivations.define(self, self.definitions[name])
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
        places = places_of(row.value)
        node = self.graph.const(int(row.value * scale(places)))
        return Typed(node, places, parameter.unit, date=parameter.unit == "date")

    def looked_up(self, lookup: Lookup, column: str, where: Where) -> Typed:
        if column not in lookup.units:
            name = f"{lookup.name}.{column}"
            raise PolicyError([Problem("unknown-name", where, {"name": name}, name, nearest(column, lookup.units))])
        if not lookup.rows:
            raise PolicyError([Problem("no-csv-row", lookup.where, {"name": lookup.name, "key": "any key"})])
        places = max(places_of(row[column]) for row in lookup.rows.values())
        keys = [self.resolve(k, where) for k in lookup.keys]
        for name, key in zip(lookup.keys, keys, strict=True):
            comparisons.small(self, name, key, where)

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
