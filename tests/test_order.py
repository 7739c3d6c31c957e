"""Orders of variables: sifting makes diagrams smaller and changes no function; the published orders are of use."""

from datetime import date
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from jifen.answers.door import Jifen
from jifen.plan.diagram import END, Cut, Diagrams, Function, evaluate
from jifen.plan.nodes import Graph, Node
from jifen.plan.order import arranged, found_orders
from jifen.plan.sifting import Sifting

DAY = date(2026, 11, 23)
NAMES = ["a", "b", "c", "d", "e"]


def cuts(*functions: Function) -> int:
    """How many cuts some functions have together."""
    seen: set[Cut] = set()
    stack = [f[1] for f in functions]
    while stack:
        cut = stack.pop()
        if cut is not END and cut not in seen:
            seen.add(cut)
            stack += [inner for _, inner in cut.cells]
    return len(seen)


def pairs(graph: Graph) -> Node:
    """Whether a and b, or c and d: small where the pairs stand together."""
    a, b, c, d = (graph.var(n, 0, 1) for n in "abcd")
    return graph.most([graph.least([a, b]), graph.least([c, d])])


def test_sifting_brings_together_what_belongs_together() -> None:
    apart = ["a", "c", "b", "d"]
    function = Diagrams({n: i for i, n in enumerate(apart)}, {}).of(pairs(Graph()))
    sifting = Sifting([function], apart)
    assert sifting.size == cuts(function) == 6
    found = sifting.run(4)
    assert sifting.size == 4
    assert {frozenset(found[:2]), frozenset(found[2:])} == {frozenset("ab"), frozenset("cd")}


def test_what_stands_last_stays_last() -> None:
    apart = ["a", "c", "b", "d"]
    function = Diagrams({n: i for i, n in enumerate(apart)}, {}).of(pairs(Graph()))
    assert Sifting([function], apart).run(3)[3:] == ["d"]


@given(st.integers(0, 10_000))
def test_sifting_counts_the_cuts_of_the_order_that_it_finds(seed: int) -> None:
    """What it says of the size is what building anew in that order gives, and no function is another."""
    random, graph = Random(seed), Graph()
    variables = [graph.var(n, 0, 3) for n in NAMES]

    def table(left: list[Node]) -> Node:
        if not left or random.random() < 0.2:
            return graph.const(random.randint(0, 3))
        breaks = sorted(random.sample(range(1, 4), random.randint(1, 3)))
        return graph.case(left[0], breaks, [table(left[1:]) for _ in range(len(breaks) + 1)])

    parts = [table(random.sample(variables, 3)) for _ in range(3)]
    node = random.choice([graph.sum, graph.least, graph.most])(parts)
    law = {n: i for i, n in enumerate(NAMES)}
    function = Diagrams(law, {}).of(node)
    sifting = Sifting([function], NAMES)
    before = sifting.size
    found = {n: i for i, n in enumerate(sifting.run(len(NAMES)))}
    again = Diagrams(found, {}).of(node)
    assert sorted(found) == NAMES
    assert before == cuts(function) >= sifting.size == cuts(again)
    for _ in range(20):
        person = {n: random.randint(0, 3) for n in NAMES}
        said = [
            evaluate(f, {place: person[n] for n, place in at.items()}.__getitem__)
            for f, at in ((function, law), (again, found))
        ]
        assert said[0] == said[1]


def test_a_variable_that_an_order_lacks_follows_the_one_before_it() -> None:
    assert arranged(["new", "a", "b", "newer", "newest", "c"], ["c", "b", "gone", "a"]) == [
        "new",
        "c",
        "b",
        "newer",
        "newest",
        "a",
    ]
    assert arranged(["a", "b"], []) == ["a", "b"]


def test_the_published_orders_make_diagrams_smaller(rules: Jifen) -> None:
    """Each is made for all versions of a scheme; for today's alone it may be a little larger than the order of the law."""
    all_found = all_plain = 0
    for scheme in found_orders():
        plan = rules.plan(scheme, DAY)
        assert plan
        nodes = [n for n in (plan.outcome, plan.total) if n]
        law = {name: level for level, name in enumerate(plan.variables)}
        orders = [Diagrams(levels, plan.presumed) for levels in (plan.levels, law)]
        found, plain = (cuts(*(d.of(n) for n in nodes)) for d in orders)
        assert found <= plain + plain // 10, scheme
        all_found, all_plain = all_found + found, all_plain + plain
        assert list(plan.levels)[plan.first_authority :] == list(plan.variables)[plan.first_authority :]
    assert all_found * 3 < all_plain
