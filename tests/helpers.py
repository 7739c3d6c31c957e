"""Random but reproducible people for a plan: values drawn on both sides of its edges."""

from random import Random

from jifen.facts.values import Value
from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.plan.form import Plan
from jifen.plan.nodes import Node, cells


def roots(plan: Plan) -> list[Node]:
    found = [plan.outcome, *(p.points for p in plan.parts.values()), *plan.items.values(), *plan.rows.values()]
    return found + ([plan.total] if plan.total else [])


def edges(plan: Plan) -> dict[str, tuple[int, ...]]:
    """The edges of every variable of a plan."""
    return cells(roots(plan))


def random_value(fact: Fact, plan: Plan, random: Random) -> Value:
    """A value of a fact, mostly next to an edge."""
    if fact.kind == "several of":
        codes = [v.code for v in plan.variables.values() if v.facts == (fact.id,) and v.code]
        return frozenset(c for c in codes if random.random() < 0.2)
    if fact.kind == "spells":
        return ()
    at = edges(plan).get(fact.id, ())
    if at and random.random() < 0.8:
        edge = random.choice(at)
        return min(max(edge - random.choice((0, 1)), fact.low), fact.high)
    return random.randint(fact.low, min(fact.high, fact.low + 10**6))


def random_profile(plan: Plan, vocabulary: Vocabulary, random: Random) -> dict[str, Value]:
    """A value for every fact that a plan asks."""
    names = sorted({f for v in plan.variables.values() for f in v.facts if f in vocabulary.facts})
    return {n: random_value(vocabulary.facts[n], plan, random) for n in names}
