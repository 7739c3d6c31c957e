"""The cost model: what can change, by how much, in how many months, at what cost; and what cannot. Read from `policies/advice/costs.yaml`.

It is a declared assumption for planning, no law: every number of it stands in that file, none here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from jifen.facts.vocabulary import CHANGES, KINDS, Fact, Vocabulary
from jifen.forms import Form, Words
from jifen.plan.values import scale
from jifen.problems import PolicyError, Problem, nearest
from jifen.schemes.citations import SURE
from jifen.schemes.shelf import policy_folder
from jifen.strict_yaml import Node, Table, decode, parse, read_bytes

_MOVES = ("up", "down", "to", "add", "remove")
_OF_KIND = {
    "yes/no": {"up", "down"},
    "whole": {"up", "down"},
    "decimal": {"up", "down"},
    "money": {"up", "down"},
    "one of": {"up", "down", "to"},
    "several of": {"add", "remove"},
    "date": set[str](),
    "spells": set[str](),
}


@dataclass(frozen=True, slots=True)
class Move:
    """One way of changing: `cost` and `months` for each step of `each` units (or `percent` of what is now), at most `most` steps."""

    cost: Fraction
    months: int
    each: Fraction = Fraction(1)
    percent: bool = False
    most: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """How one fact changes. `unknown` is the cost of supposing something about it, for each step above its lowest value."""

    moves: Mapping[str, Move]
    unknown: Fraction
    because: Words


@dataclass(frozen=True, slots=True)
class Price:
    """What one change costs. It is `possible` unless it goes beyond what the model thinks possible."""

    cost: Fraction
    months: int
    possible: bool = True


FREE = Price(Fraction(0), 0)


@dataclass(frozen=True)
class Costs:
    """A cost model: rules by fact or beginning of facts, and defaults by way of changing and type."""

    title: Words
    note: Words
    unit: str
    sure: str
    defaults: Mapping[tuple[str, str], Rule]
    facts: Mapping[str, Rule]

    def rule(self, fact: Fact) -> Rule:
        """The rule of a fact: its own, that of the longest beginning that fits, or the default."""
        if fact.id in self.facts:
            return self.facts[fact.id]
        fits = [name for name in self.facts if name.endswith("*") and fact.id.startswith(name[:-1])]
        if fits:
            return self.facts[max(fits, key=len)]
        return self.defaults[fact.changes, fact.kind]

    def change(self, fact: Fact, now: int, then: int) -> Price:
        """The price of bringing a fact that is no `several of` from one value to another."""
        if now == then:
            return FREE
        moves = self.rule(fact).moves
        if fact.kind == "one of" and not fact.ordered:
            move = moves.get("to")
            if move is None:
                return _NEVER
            return Price(move.cost, move.months)
        move = moves.get("up" if then > now else "down")
        if move is None:
            return _NEVER
        step = move.each * scale(fact.places) if not move.percent else now * move.each / 100
        if step <= 0:
            return _NEVER
        steps = -(-Fraction(abs(then - now)) // step)
        return Price(move.cost * steps, int(move.months * steps), not move.most or steps <= move.most)

    def code(self, fact: Fact, add: bool) -> Price:
        """The price of a code more, or of one less, in a `several of`."""
        move = self.rule(fact).moves.get("add" if add else "remove")
        if move is None:
            return _NEVER
        return Price(move.cost, move.months)


_NEVER = Price(Fraction(0), 0, possible=False)


def read_costs(path: Path, vocabulary: Vocabulary) -> Costs:
    """Read a cost model. Raises PolicyError with every mistake, among them a kind of fact without a default."""
    node = parse(decode(read_bytes(path, PolicyError), str(path), PolicyError), str(path), PolicyError)
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", node.where)])
    form = Form(node, {"sure", "currency", "title", "note", "defaults", "facts"})
    sure = form.one_of("sure", SURE)
    unit, title, note = form.text("currency"), form.words("title"), form.words("note")
    tables, own = form.table("defaults"), form.table("facts")
    defaults: dict[tuple[str, str], Rule] = {}
    for changes in CHANGES:
        kinds = tables.get(changes)
        if not isinstance(kinds, Table):
            form.problems.append(Problem("missing-key", tables.where, {"key": changes}))
            continue
        for kind in KINDS:
            rule = kinds.get(kind)
            if rule is None:
                form.problems.append(Problem("missing-key", kinds.where, {"key": kind}))
            else:
                defaults[changes, kind] = _rule(rule, {kind}, form.problems)
    facts: dict[str, Rule] = {}
    for key, entry in own:
        fitting = [f for f in vocabulary.facts.values() if _fits(key.value, f.id)]
        if not fitting:
            near = nearest(key.value, vocabulary.facts)
            form.problems.append(Problem("unknown-fact", key.where, {"name": key.value}, key.value, near))
        facts[key.value] = _rule(entry, {f.kind for f in fitting}, form.problems)
    form.done()
    return Costs(title, note, unit, sure, defaults, facts)


def _fits(name: str, fact: str) -> bool:
    return name == fact or (name.endswith("*") and fact.startswith(name[:-1]))


def _rule(node: Node, kinds: set[str], problems: list[Problem]) -> Rule:
    if not isinstance(node, Table):
        problems.append(Problem("not-a-mapping", node.where))
        return Rule({}, Fraction(0), {})
    allowed = {m for k in kinds for m in _OF_KIND[k]}
    form = Form(node, {*allowed, "unknown", "because"})
    moves = {}
    for name in _MOVES:
        inner = node.get(name)
        if inner is not None and name in allowed:
            moves[name] = _move(inner, form.problems)
    unknown = _number(form, "unknown")
    because = form.words("because")
    problems += form.problems
    return Rule(moves, unknown, because)


def _move(node: Node, problems: list[Problem]) -> Move:
    if not isinstance(node, Table):
        problems.append(Problem("not-a-mapping", node.where))
        return Move(Fraction(0), 0)
    form = Form(node, {"cost", "months", "each", "most"})
    each = form.text("each", "1")
    percent = each.endswith("%")
    made = Move(
        cost=_number(form, "cost"),
        months=int(_number(form, "months")),
        each=_number(form, "each", "1", each.removesuffix("%")),
        percent=percent,
        most=int(_number(form, "most", "0")),
    )
    problems += form.problems
    return made


def _number(form: Form, key: str, default: str | None = None, text: str | None = None) -> Fraction:
    if text is None:
        text = form.text(key, default)
    if not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", text):
        if form.node.get(key) is not None:
            at = form.node.get(key)
            assert at is not None
            form.problems.append(Problem("bad-number", at.where, found=text))
        return Fraction(0)
    return Fraction(text)


def costs_file() -> Path:
    """The published cost model."""
    return policy_folder() / "advice" / "costs.yaml"
