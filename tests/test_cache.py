"""What comes back from the cache is what was put in: the law, plans, and the sharing inside them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import jifen
from jifen.answers.door import Jifen
from jifen.schemes.cache import Cache
from jifen.schemes.shelf import contents, policy_folder, read_shelf

DAY = "2026-11-23"


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Jifen, Jifen]:
    """The policies read and compiled, and the same from the cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        first = jifen.load()
        for scheme in first.shelf.schemes:
            first.plan(scheme, date.fromisoformat(DAY))
        return first, jifen.load()


def test_every_answer_is_the_same_from_the_cache(twice: tuple[Jifen, Jifen]) -> None:
    made, kept = twice
    for profile in ({"age": 35}, {"age": 35, "education.degree": "doctorate", "china.annual_salary": 900000}):
        assert [a.data() for a in made.check(profile, DAY)] == [a.data() for a in kept.check(profile, DAY)]


def test_a_kept_plan_shares_its_nodes_and_its_facts(twice: tuple[Jifen, Jifen]) -> None:
    """Equal nodes stay one node, also those made later; a fact is the vocabulary's own."""
    plan = twice[1].plan("ca/express-entry-crs", date.fromisoformat(DAY))
    assert plan
    assert plan.total
    graph = plan.graph
    age = plan.variables["age"]
    assert graph.var("age", age.low, age.high) is graph.var("age", age.low, age.high)
    assert graph.sum([plan.total, graph.const(0)]) is plan.total
    assert graph.substitute(plan.total, "no such variable", 0) is plan.total
    [known] = {id(c.fact) for t in plan.tracks for c in t.columns if c.fact and c.fact.id == "age"}
    assert known == id(twice[1].vocabulary.facts["age"])


def test_a_shelf_from_the_cache_holds_the_schemes_that_were_read(twice: tuple[Jifen, Jifen]) -> None:
    read, kept = read_shelf([policy_folder()]), twice[1].shelf
    assert list(kept.schemes) == list(read.schemes)
    assert all(tuple(kept.schemes[i]) == tuple(read.schemes[i]) for i in read.schemes)
    assert ("cn/k-visa" in kept.schemes, "cn/no-such" in kept.schemes, len(kept.schemes)) == (
        True,
        False,
        len(read.schemes),
    )
    with pytest.raises(KeyError):
        kept.schemes["cn/no-such"]
    assert contents(kept.schemes) == contents(read.schemes)


def test_things_apart_are_kept_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    cache, thing = Cache([]), ["a thing"]
    assert cache.get("pair", lambda: (thing, 1), {"it": thing})[0] is thing
    other = ["another"]
    found = cache.get("pair", lambda: pytest.fail("it was kept"), {"it": other})
    assert found == (["another"], 1)
    assert found[0] is other
