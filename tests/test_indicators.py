"""Indicators: dated counts with their source, never mixed, never added up in silence; and hubs side by side."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from xml.dom import minidom

import pytest

from jifen import registers
from jifen.problems import RequestError
from jifen.registers.indicators import all_series, amount, chart, hubs, one_series, period, sum_of
from jifen.schemes.shelf import Shelf


def test_recognised_centres_rose_from_29_over_107_to_149(public: registers.Registers) -> None:
    city = [r for r in one_series("rd_centres", public) if r.get("place") == "beijing"]
    assert [(r.text("when"), amount(r, public), r.sure) for r in city] == [
        ("2022-09", "29", "confirmed"),
        ("2024-01", "107", "confirmed"),
        ("2024-07", "149", "confirmed"),
        ("2024-12", "about 221", "memory"),
    ]


def test_the_cluster_grew_from_8_to_28(public: registers.Registers) -> None:
    assert [(r.text("when"), r.text("value")) for r in one_series("cluster", public)] == [
        ("2023-05-31", "8"),
        ("2024-02", "8"),
        ("2025-10", "28"),
    ]


def test_a_total_that_does_not_add_up_says_so(public: registers.Registers) -> None:
    row = public["indicators"].rows["rd-2024-07"]
    total = sum_of(row, public)
    assert total is not None
    assert (total.total, total.same) == (Decimal(150), False)
    assert "107 and 43 are 150" in row.note["en"]
    assert row.note["en"] in chart("rd_centres", public).note


def test_a_total_that_adds_up_says_nothing(public: registers.Registers) -> None:
    total = sum_of(public["indicators"].rows["pr-2009"], public)
    assert total is not None
    assert (total.total, total.same) == (Decimal(311), True)


def test_different_measures_are_different_series(public: registers.Registers) -> None:
    found = all_series(public)
    assert [r.text("value") for r in found["rd_enterprises"]] == ["189"]
    assert "189" not in [r.text("value") for r in found["rd_centres"]]
    for rows in found.values():
        assert len({r.get("unit") for r in rows}) == 1


@pytest.mark.parametrize(
    ("id_", "en", "zh", "when"),
    [
        ("rd-new-2024", "more than 110", "超过110", "2024-01 – 2024-12"),
        ("rd-spending-2024", "CNY 13.77 billion", "137.7亿元人民币", "2024-01 – 2024-08"),
        ("rd-growth-2024", "13.1 per cent", "13.1%", "2024-01 – 2024-11"),
        ("medical-2022", "12,211", "12,211", "2022-12"),
        ("pr-national-2016", "1,576", "1,576", "2016"),
    ],
)
def test_a_value_is_read_with_its_unit_and_its_doubt(
    id_: str, en: str, zh: str, when: str, public: registers.Registers
) -> None:
    row = public["indicators"].rows[id_]
    assert (amount(row, public), amount(row, public, "zh"), period(row)) == (en, zh, when)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_series_can_be_drawn_in_both_languages(lang: str, public: registers.Registers) -> None:
    for name in all_series(public):
        drawn = chart(name, public, lang)
        assert minidom.parseString(drawn.svg()).documentElement.getAttribute("lang") == lang
        assert len(drawn.rows()) > 1


def test_stocks_are_steps_and_periods_are_bars(public: registers.Registers) -> None:
    assert chart("rd_centres", public).kind == "step"
    granted = chart("pr_granted", public)
    assert granted.kind == "stacked"
    assert "not added up" in granted.note
    assert [p.x for p in granted.series[0].points][:2] == ["Beijing, 2004 – 2009-08", "Beijing, 2004 – 2012-12"]


def test_an_unknown_series_is_told_with_the_nearest(public: registers.Registers) -> None:
    with pytest.raises(RequestError, match="nearest: rd_centres"):
        one_series("rd_centers", public)


def test_hubs_take_their_rules_from_the_schemes_in_force(public: registers.Registers, shelf: Shelf) -> None:
    found = {h.row.id: h for h in hubs(public, shelf, date(2026, 11, 23))}
    assert {s: m for s, _, m in found["beijing"].schemes}["cn/beijing/two-zones"] == 70
    assert {s: m for s, _, m in found["tokyo"].schemes}["jp/highly-skilled-professional-a"] == 70
    assert [s for s, _, _ in found["singapore"].schemes] == ["sg/compass"]
    assert found["silicon-valley"].schemes == ()
    assert hubs(public, shelf, date(2010, 1, 1))[0].schemes == ()


def test_hubs_are_compared_only_where_two_have_a_sourced_count(public: registers.Registers, shelf: Shelf) -> None:
    found = {h.row.id: h for h in hubs(public, shelf, date(2026, 11, 23))}
    assert {n: r.text("value") for n, r in found["beijing"].counts.items()} == {
        "rd_centres_all": "149",
        "headquarters": "252",
    }
    assert {n: r.text("value") for n, r in found["shanghai"].counts.items()} == {
        "rd_centres_all": "575",
        "headquarters": "985",
    }
    assert found["tokyo"].counts == found["singapore"].counts == found["silicon-valley"].counts == {}
