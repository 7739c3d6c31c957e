"""The Regulation as a map: 76 articles, every promise with what answers it, and nothing left empty without a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from jifen import registers
from jifen.problems import PolicyError, RequestError
from jifen.registers.coverage import (
    Links,
    citations_of,
    coverage,
    coverage_page,
    links,
    mentions,
    places,
    promises_of_register,
    promises_of_scheme,
)
from jifen.registers.regulation import Regulation, load_regulation
from jifen.schemes.load import load_scheme
from jifen.schemes.shelf import Shelf, policy_folder, scheme_files

SOURCE = policy_folder() / "cn" / "beijing" / "regulation.yaml"


@pytest.fixture(scope="module")
def regulation() -> Regulation:
    return load_regulation()


@pytest.fixture(scope="module")
def linked(regulation: Regulation, shelf: Shelf) -> Links:
    return links(regulation, shelf)


def test_all_76_articles_stand_in_order_in_their_seven_chapters(regulation: Regulation) -> None:
    assert list(regulation.articles) == list(range(1, 77))
    first = {}
    for article in regulation.articles.values():
        first.setdefault(article.chapter, article.number)
    assert first == {"I": 1, "II": 13, "III": 22, "IV": 38, "V": 48, "VI": 66, "VII": 75}


def test_the_map_is_no_scheme(regulation: Regulation) -> None:
    """It stands among the policies, and no reader of schemes takes it for one."""
    assert SOURCE not in scheme_files(policy_folder())
    assert regulation.id == "cn/beijing/regulation"


def test_every_foreign_facing_article_promises_something(regulation: Regulation) -> None:
    assert regulation.foreign_facing == (
        9, 12, 17, 33, 40, 43, 44, 45, 46, 47, 50, 54, 57, 59, 66, 67, 68, 69, 70, 71, 72, 73, 74,
    )  # fmt: skip
    assert [n for n in regulation.foreign_facing if not regulation.article(n).promises] == []


def test_no_promise_is_empty_without_a_reason(
    regulation: Regulation, public: registers.Registers, linked: Links
) -> None:
    found = coverage(regulation, public, linked, list(regulation.articles))
    assert [c.promise.id for c in found if c.status == "intent only" and not c.promise.missing] == []


def test_a_register_that_a_promise_names_has_the_rows(regulation: Regulation, public: registers.Registers) -> None:
    empty = [f"{p.id}: {s}" for p in regulation.promises() for s in p.registers if not s.rows(public)]
    assert empty == []


def test_schemes_are_linked_by_their_citations(linked: Links) -> None:
    found = {id_: [link.scheme for link in each] for id_, each in linked.items()}
    assert {"cn/beijing/two-zones", "cn/beijing/zhongguancun-hired", "cn/beijing/zhongguancun-start-up"} <= set(
        found["72.points"]
    )
    assert "cn/work-permit" in found["72.work-permits"]
    assert "cn/r-visa" in found["72.visas"]


def test_no_scheme_that_cites_the_regulation_is_lost(regulation: Regulation, shelf: Shelf) -> None:
    found = {link.scheme for each in links(regulation, shelf).values() for link in each}
    citing = {
        id_
        for id_, versions in shelf.schemes.items()
        for v in versions
        for name in [i.name for i in v.instruments.values() if i.title["zh"] == regulation.title["zh"]]
        if any(c.instrument == name and places(c.place) for c in citations_of(v))
    }
    assert found == citing


def test_a_scheme_that_only_mentions_an_article_is_shown_with_it_and_answers_nothing(
    regulation: Regulation, linked: Links
) -> None:
    assert "cn/beijing/special-post" in [link.scheme for link in mentions(regulation, linked, 72)]
    assert "72.visas" not in [p.id for p in promises_of_scheme("cn/beijing/special-post", regulation, linked)]


def test_links_go_both_ways(regulation: Regulation, linked: Links) -> None:
    assert "72.points" in [p.id for p in promises_of_scheme("cn/beijing/two-zones", regulation, linked)]
    assert {"47.schooling", "73.schools"} <= {p.id for p in promises_of_register("schools", regulation)}


SCHEME = """---
scheme: {id}
title: {{en: Example, zh: 示例}}
subject: person
jurisdiction: CN-BJ
authority: {{en: Example, zh: 示例}}
in force: {{from: 2024-03-01}}
instruments:
  REG:
    title: {{en: The Regulation, zh: 条例}}
---

# Requirements · 条件

All of: [REG {place}]

1. `age` ≥ 18 — of full age · 成年
"""


@pytest.mark.parametrize(
    ("id_", "place", "expected"),
    [
        ("cn/visiting-scholar", "Art. 43 ¶2", ["43.flexible"]),
        ("cn/visiting-scholar", "Art. 43", ["43.part-time", "43.flexible"]),
        ("cn/k-visa-example", "Art. 72 ¶1", ["72.visas"]),
        ("cn/nsfc/example", "Art. 72(2), uncertain", ["72.lead"]),
        ("cn/nowhere", "Art. 71 ¶2", []),
        ("cn/beijing/science-society", "Art. 71(2)", ["71.members", "71.officers"]),
        ("cn/nowhere", "Art. 46", ["46.service-talent"]),
        ("cn/nowhere", "Art. 76", []),
        ("cn/nowhere", "preamble", []),
    ],
)
def test_a_citation_of_the_short_name_finds_its_promises(
    id_: str, place: str, expected: list[str], regulation: Regulation, shelf: Shelf, tmp_path: Path
) -> None:
    path = tmp_path / id_ / "2024-03-01.md"
    path.parent.mkdir(parents=True)
    path.write_text(SCHEME.format(id=id_, place=place), "utf-8")
    scheme = load_scheme(path)
    one = Shelf(shelf.vocabulary, shelf.rules, {id_: [scheme]}, shelf.facts_hash)
    found = links(regulation, one)
    assert [p.id for p in regulation.promises() if p.id in found] == expected
    assert {link.sure for each in found.values() for link in each} <= {
        "uncertain" if "uncertain" in place else "confirmed"
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Art. 72 ¶1", {(72, 1)}),
        ("Art. 72", {(72, 0)}),
        ("Art. 72(2)", {(72, 2)}),
        ("Arts. 69, 72 ¶ 2", {(69, 0), (72, 2)}),
        ("chapter VI", set()),
        ("", set()),
    ],
)
def test_a_place_names_articles_and_paragraphs(text: str, expected: set[tuple[int, int]]) -> None:
    assert places(text) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("visa", [72]),
        ("VISAS permits", [72]),
        ("期刊", [68]),
        ("forum", [67]),
        ("国际学校", [73]),
        ("unicorn", []),
        ("  ", []),
    ],
)
def test_articles_are_found_by_what_they_say(words: str, expected: list[int], regulation: Regulation) -> None:
    assert [a.number for a in regulation.speaking_of(words)] == expected


@pytest.mark.parametrize("number", [0, 77, "x", "", "7.2", "-1", "七"])
def test_an_article_that_does_not_exist_is_refused(number: int | str, regulation: Regulation) -> None:
    with pytest.raises(RequestError, match="a number from 1 to 76"):
        regulation.article(number)


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("force: may", "force: might", ["not-one-of"]),
        ("chapter: VII\n", "chapter: VIII\n", ["not-one-of"]),
        ("at: ¶2", "at: 2", ["not-one-of"]),
        ("  76:\n", "  last:\n", ["bad-number"]),
        ("gives: {en: easier visas, zh: 签证便利}", "gives: {en: easier visas}", ["not-both-languages"]),
        ("        force: explore\n", "", ["missing-key"]),
        ("registers: [schools]", "registers: schools", ["not-text"]),
        ("short: REG", "shrt: REG", ["unknown-key", "missing-key"]),
        ("  75:\n", "  74:\n", ["duplicate-key"]),
    ],
)
def test_a_mistake_in_the_map_is_an_error_with_its_line(old: str, new: str, codes: list[str], tmp_path: Path) -> None:
    text = SOURCE.read_text("utf-8")
    assert old in text
    path = tmp_path / "regulation.yaml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_regulation(path)
    assert [p.code for p in caught.value.problems] == codes
    assert all(p.where.line for p in caught.value.problems)


def test_the_page_of_coverage_is_up_to_date(regulation: Regulation, public: registers.Registers, linked: Links) -> None:
    """If this fails, run script/coverage."""
    page = (Path(__file__).parent.parent / "docs" / "coverage.md").read_text("utf-8")
    assert page == coverage_page(regulation, public, linked)


def test_every_row_of_the_page_has_all_its_fields() -> None:
    page = (Path(__file__).parent.parent / "docs" / "coverage.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| \d", line)]
    assert len(rows) == 74
    for row in rows:
        cells = [c.strip() for c in row.strip("|").split(" | ")]
        assert len(cells) == 7
        assert all(cells)
        assert cells[5] != "intent only" or cells[6] != "–"
