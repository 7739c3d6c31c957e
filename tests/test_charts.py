"""Charts: well-formed SVG that says everything in words too, and never draws what is not known."""

import re
from datetime import date
from xml.dom import minidom

import pytest

from jifen.charts import CSS, Chart, Point, Series, ticks

CENTRES = Series("centres", (Point(date(2022, 9, 1), 29), Point(date(2024, 1, 1), 107), Point(date(2024, 7, 1), 149)))
STEP = Chart("Centres", "Three counts.", (CENTRES,), kind="step", unit="centres")


def marks(svg: str, name: str) -> list[str]:
    return [e.toxml() for e in minidom.parseString(svg).getElementsByTagName(name)]


def test_a_chart_names_and_describes_itself_for_those_who_do_not_see_it() -> None:
    svg = minidom.parseString(STEP.svg()).documentElement
    ids = {e.getAttribute("id"): e for e in svg.childNodes if e.nodeName in ("title", "desc")}
    assert svg.getAttribute("role") == "img"
    assert ids[svg.getAttribute("aria-labelledby")].firstChild.data == "Centres: centres"
    told = ids[svg.getAttribute("aria-describedby")].firstChild.data
    assert told == "Three counts. 2022-09-01 29; 2024-01-01 107; 2024-07-01 149"


def test_the_table_says_what_the_picture_shows() -> None:
    assert STEP.rows() == (
        ("", "centres (centres)"),
        ("2022-09-01", "29"),
        ("2024-01-01", "107"),
        ("2024-07-01", "149"),
    )
    assert '<th scope="row">2022-09-01</th><td>29</td>' in STEP.table()


def test_a_step_goes_across_before_it_goes_up() -> None:
    [path] = re.findall(r'<path [^>]*d="([^"]+)"', STEP.svg())
    assert re.fullmatch(r"M[\d.]+ [\d.]+(H[\d.]+V[\d.]+){2}", path)


def test_an_unknown_value_is_a_gap_in_the_line_and_an_empty_field() -> None:
    chart = Chart("T", "", (Series("a", (Point(2016, 1), Point(2017, None), Point(2018, 3), Point(2019, 4))),))
    [path] = re.findall(r'<path [^>]*d="([^"]+)"', chart.svg())
    assert path.count("M") == 2
    assert chart.rows()[2] == ("2017", "")


def test_a_value_that_is_not_confirmed_is_drawn_hollow_and_said() -> None:
    chart = Chart("T", "", (Series("a", (Point("x", 1), Point("y", 2, "memory"))),), kind="bars")
    bars = [m for m in marks(chart.svg(), "rect") if "<title>" in m]
    assert ["stroke-dasharray" in b for b in bars] == [False, True]
    assert chart.rows()[2] == ("y", "2 (memory)")


def test_a_stacked_bar_with_an_unknown_part_has_no_total() -> None:
    whole = Series("a", (Point("Beijing", 40), Point("Tokyo", 60)))
    part = Series("b", (Point("Beijing", 35), Point("Tokyo", None)))
    texts = [
        t
        for m in marks(Chart("T", "", (whole, part), kind="stacked").svg(), "text")
        for t in re.findall(">([^<]*)<", m)
    ]
    assert "75" in texts
    assert texts.count("60") == 1


def test_words_in_a_chart_cannot_become_marks() -> None:
    svg = Chart(
        '<script>"x"</script>', "a & b", (Series("<b>", (Point("<i>", 1),)),), kind="stacked", note="</svg>"
    ).svg()
    assert marks(svg, "script") == []
    assert "<b>" not in svg


def test_a_page_may_bring_the_style_sheet_itself() -> None:
    assert "<style>" not in STEP.svg(style=False)
    assert "style=" not in STEP.svg(style=False)
    assert CSS in STEP.svg()


@pytest.mark.parametrize("kind", ["line", "step", "bars", "stacked"])
@pytest.mark.parametrize("points", [(), (Point(2020, 0),), (Point(2020, None),), (Point(2020, 5), Point(2021, 5))])
def test_a_chart_of_few_or_no_values_is_still_a_picture(kind: str, points: tuple[Point, ...]) -> None:
    chart = Chart("T", "", (Series("a", points),), kind=kind)  # type: ignore[arg-type]
    assert minidom.parseString(chart.svg()).documentElement.tagName == "svg"


def test_a_name_on_a_scale_is_refused() -> None:
    with pytest.raises(TypeError, match="days or numbers"):
        Chart("T", "", (Series("a", (Point("x", 1),)),)).svg()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 149, [0, 50, 100, 150]), (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]), (-3, 7, [-4, -2, 0, 2, 4, 6, 8])],
)  # fmt: skip
def test_ticks_are_round_and_cover_the_values(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == expected


def test_a_long_title_is_broken_into_lines_in_either_script() -> None:
    english = Chart(
        "A long title about the number of foreign-funded research centres " * 2, "", (CENTRES,), kind="step"
    )
    chinese = Chart("外资研发中心" * 10, "", (CENTRES,), kind="step", lang="zh")
    for chart, lines in ((english, 2), (chinese, 2)):
        assert chart.svg().count('font-size="16"') == lines


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("a/short/name", ["a/short/name"]),
        (
            "Lump sum by paid-in capital · Regional headquarters of a multinational company",
            ["Lump sum by paid-in capital · Regional", "headquarters of a multinational company"],
        ),
        ("外资研发中心 · 在京首个实体化研发创新中心或开放创新平台", ["外资研发中心 · 在京首个实体化研发创新中心或开放创", "新平台"]),
        ("one " * 30, ["one " * 10 + "one", "one " * 10 + "one…"]),
    ],
)  # fmt: skip
def test_a_long_name_before_a_bar_takes_two_lines_and_no_more(name: str, lines: list[str]) -> None:
    chart = Chart("T", "d", (Series("people", (Point(name, 3.0),)),), "stacked")
    written = re.findall(r'text-anchor="end"[^>]*>([^<]*)<', chart.svg())
    assert written == lines
