"""The commands for public data as somebody at a prompt sees them: registers, find, register, regulation, indicators."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.dom import minidom

import icalendar
import pytest

from jifen import registers
from jifen.cli import main

PAGE = Path(__file__).parent.parent / "docs" / "registers.md"


class Ran(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """The lines printed, with runs of blanks made one."""
        return [" ".join(line.split()) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Run the command in an empty folder, with no local files of offices but those put into `local`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JIFEN_REGISTERS", str(tmp_path / "local"))

    def command(*args: str) -> Ran:
        monkeypatch.setattr("sys.argv", ["jifen", *args])
        with pytest.raises(SystemExit) as left:
            main()
        out = capsys.readouterr()
        return Ran(int(left.value.code or 0), out.out, out.err)

    return command


def test_registers_lists_every_register_with_its_rows_and_keeper(run: Run) -> None:
    ran = run("registers")
    assert (ran.code, ran.err) == (0, "")
    assert "hospitals Hospitals 16 Beijing Municipal Health Commission" in ran.lines
    assert "hospitals 医院 16 北京市卫生健康委员会" in run("registers", "--lang", "zh").lines


def test_a_register_can_be_printed_in_every_form(run: Run) -> None:
    assert run("registers", "schools").lines[0] == "Western Academy of Beijing 北京京西学校 schools/western-academy"
    assert len(json.loads(run("registers", "schools", "--format", "json").out)) == 25
    assert json.loads(run("registers", "schools", "--format", "geojson").out)["type"] == "FeatureCollection"
    assert run("registers", "schools", "--format", "csv").out == (
        registers.register_folder() / "schools.csv"
    ).read_text("utf-8")


def test_a_calendar_goes_out_and_what_it_cannot_hold_is_said_on_the_side(run: Run) -> None:
    ran = run("registers", "application-windows", "--format", "ics")
    assert len(icalendar.Calendar.from_ical(ran.out).walk("VEVENT")) == 11
    assert (
        ran.err
        == "left out, no exact day is known: two-zones-2023, two-zones-2024, two-zones-2026, journals-2024-2028\n"
    )


def test_find_says_how_far_and_how_sure(run: Run) -> None:
    ran = run("find", "xiehe", "--near", "39.92,116.42")
    assert ran.code == 0
    assert "Dongcheng, 1 Shuaifuyuan, Wangfujing about 1 km, within 1 km" in ran.lines
    assert ran.lines[-1] == "1 row"


def test_a_distance_never_looks_finer_than_the_place(run: Run) -> None:
    there = run("find", "shanfang", "--near", "Chaoyang")
    assert "Chaoyang (from memory) somewhere in Chaoyang" in there.lines
    far = run("find", "shanfang", "--near", "延庆")
    assert any("to the middle of Chaoyang, place not known nearer than 56 km" in line for line in far.lines)


def test_find_answers_in_chinese(run: Run) -> None:
    ran = run("find", "海淀", "学校", "--lang", "zh")
    assert ran.lines[0] == "北京中关村国际学校 Zhongguancun International School schools/zhongguancun-international"
    assert "类别：外籍人员子女学校" in ran.lines
    assert ran.lines[-1] == "1 条"


def test_nothing_found_is_said_and_exits_1(run: Run) -> None:
    ran = run("find", "qqqqq")
    assert ran.code == 1
    assert ran.out.startswith("Nothing found. Try fewer words")
    assert json.loads(run("find", "qqqqq", "--format", "json").out) == []


def test_what_no_row_says_is_unknown_and_not_a_no(run: Run) -> None:
    ran = run("find", "--in", "windows", "--need", "English")
    assert (ran.code, ran.out) == (1, "No row says so. What a row does not say is unknown, not a no.\n")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("registers", "school"), "no-such-register"),
        (("registers", "--format", "csv"), "one-register"),
        (("find", "beijing", "--format", "csv"), "one-register"),
        (("find", "--need", "ibb"), "no-such-need"),
        (("find", "--near", "Pudong"), "bad-place"),
        (("find", "--district", "Pudong"), "bad-place"),
        (("find", "--in", "school"), "no-such-register"),
        (("find", "--on", "soon"), "bad-day"),
        (("register", "check", "schools", "nowhere.csv"), "no-such-file"),
        (("register", "check", "school", "nowhere.csv"), "no-such-register"),
        (("register", "remove", "school"), "no-such-register"),
        (("regulation", "77"), "no-such-article"),
        (("regulation", "unicorn"), "no-such-article"),
        (("indicators", "rd"), "no-such-indicator"),
        (("indicators", "rd_centres", "--svg", "nowhere/x.svg"), "no-such-file"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_question_is_a_message_and_exits_2(args: tuple[str, ...], code: str, run: Run) -> None:
    ran = run(*args)
    assert ran.code == 2
    assert f"[{code}]" in ran.err
    assert "Traceback" not in ran.err


def test_an_office_replaces_a_register_and_takes_its_file_away_again(run: Run, tmp_path: Path) -> None:
    office = tmp_path / "office.csv"
    shutil.copy(registers.register_folder() / "events.csv", office)
    office.write_text(office.read_text("utf-8").replace("HICOOL,", "HICOOL summit,", 1), "utf-8")
    checked = run("register", "check", "events", "office.csv")
    assert checked.lines == ["events: 3 rows; 0 new, 1 changed, 0 gone", "~ hicool", "nothing written"]
    assert not (tmp_path / "local").exists()
    assert run("register", "import", "events", "office.csv").code == 0
    assert run("find", "summit").code == 0
    assert any("local file" in line for line in run("registers").lines)
    assert run("register", "remove", "events").out == "events: the published register stands again\n"
    assert run("register", "remove", "events").code == 1
    assert run("find", "summit").code == 1


def test_a_bad_file_is_refused_with_line_and_reason_as_text_and_as_data(run: Run, tmp_path: Path) -> None:
    text = (registers.register_folder() / "events.csv").read_text("utf-8")
    (tmp_path / "office.csv").write_text(text.replace(",shunyi,", ",shunyy,"), "utf-8")
    ran = run("register", "import", "events", "office.csv", "--lang", "zh")
    assert (ran.code, ran.out) == (2, "")
    assert "位置：office.csv:3:" in ran.err
    assert "最接近：shunyi" in ran.err
    data = json.loads(run("register", "import", "events", "office.csv", "--format", "json").out)
    assert data["problems"][0]["where"]["line"] == 3
    assert not (tmp_path / "local").exists()


def test_the_regulation_is_read_article_by_article(run: Run) -> None:
    assert "● 72 Visas, work permits and residence permits are made easy for overseas talent;" in " ".join(
        run("regulation").lines
    )
    ran = run("regulation", "72")
    assert ran.lines[0] == "Article 72 VI International openness and cooperation"
    assert "● cn/beijing/two-zones Two Zones points assessment for permanent residence" in ran.lines
    assert any(line.startswith("missing: the point values of both assessments") for line in ran.lines)
    assert run("regulation", "72", "--lang", "zh").lines[0] == "第72条 VI 国际开放合作"
    assert run("regulation", "visa").lines == ran.lines


def test_the_regulation_as_data_has_force_schemes_and_registers(run: Run) -> None:
    [article] = json.loads(run("regulation", "73", "--format", "json").out)
    promise = next(p for p in article["promises"] if p["promise"] == "73.apartments")
    assert (promise["force"], article["foreign_facing"]) == ("shall", True)
    assert promise["registers"] == [{"register": "communities", "rows": 3, "where": {"kind": "apartments"}}]
    assert len(json.loads(run("regulation", "--format", "json").out)) == 76


def test_coverage_counts_every_promise(run: Run) -> None:
    assert run("regulation", "--coverage").lines[-1].startswith("57 promises: ")
    assert len(json.loads(run("regulation", "--coverage", "--all", "--format", "json").out)) == 74
    table = run("regulation", "--coverage", "--format", "markdown", "--lang", "zh").out.splitlines()
    assert table[0] == "| 条 | 对象 | 内容 | 效力 | 对应 | 状态 | 缺少什么及原因 |"
    assert len(table) == 59


def test_indicators_show_values_with_their_sources(run: Run) -> None:
    ran = run("indicators", "rd_centres")
    assert "2024-07 149 Beijing Recognised by July 2024" in ran.lines
    assert "the parts add up to 150" in ran.lines
    data = json.loads(run("indicators", "rd_centres", "--format", "json").out)
    assert [(d["parts_add_up_to"], d["parts_add_up"]) for d in data if "parts_add_up" in d] == [(150, False)]
    assert "cluster Organisations in the headquarters 3 28 Beijing 2025-10" in run("indicators").lines


def test_an_indicator_is_drawn_into_a_file(run: Run, tmp_path: Path) -> None:
    assert run("indicators", "rd_centres", "--svg", "centres.svg", "--lang", "zh").out == "centres.svg\n"
    svg = minidom.parse(str(tmp_path / "centres.svg")).documentElement
    assert svg.getElementsByTagName("title")[0].firstChild.data == "获认定的外资研发中心"
    assert [p.name for p in tmp_path.iterdir()] == ["centres.svg"]


def test_hubs_stand_side_by_side_without_a_ranking(run: Run) -> None:
    ran = run("indicators", "--hubs", "--on", "2026-11-23")
    assert "● Two Zones points assessment for permanent residence pass mark 70 cn/beijing/two-zones" in ran.lines
    assert "– no points scheme" in ran.lines
    assert ran.lines[-1].startswith("Pass marks stand on scales of their own")


def test_the_examples_of_the_page_run(capsys: pytest.CaptureFixture[str]) -> None:
    for body in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S):
        exec(body, {})
    out = capsys.readouterr().out
    assert "北京京西学校 国际文凭课程（IB）\nconfirmed memory\n" in out
    assert "\nopen\n" in out
    assert "['72.visas']\n" in out
