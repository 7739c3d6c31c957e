"""Registers of public data: read strictly or not at all, found by words, need and place, and exported without loss."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jifen import registers
from jifen.problems import JifenError, PolicyError, RegisterError, RequestError
from jifen.registers.places import distance_m
from jifen.registers.reading import read_rows
from jifen.registers.rows import When
from jifen.registers.schema import read_schema
from jifen.schemes.shelf import Shelf

FOLDER = registers.register_folder()
HEAD = "id,en,zh,kind,district,lat,lon,within_m,start,end,as_of,confidence,less_sure,source\n"
GOOD = "forum,Example Forum,示例论坛,forum,haidian,39.98,116.31,500,2026-03-01,2026-03-05,2026-01,confirmed,lat=memory,https://example.org\n"


def ids(found: list[registers.Found]) -> list[str]:
    return [f.row.id for f in found]


# --- what we publish ------------------------------------------------------------------------------------------


def test_every_register_has_rows_and_every_row_its_source_date_and_names(public: registers.Registers) -> None:
    assert len(public) == 14
    for register in public.values():
        assert len(register) > 0
        for row in register:
            assert row.source
            assert row.as_of.last.year >= 2009
            assert all(row.name.values())


def test_notes_are_written_in_both_languages_or_not_at_all(public: registers.Registers) -> None:
    rows = [row for register in public.values() for row in register]
    assert [r.id for r in rows if bool(r.note["en"]) != bool(r.note["zh"])] == []


def test_counts_that_are_published_are_the_counts_of_the_rows(public: registers.Registers) -> None:
    value = {r.id: r.get("value") for r in public["indicators"]}
    windows = [r for r in public["windows"] if "work_permit" in (r.get("services") or ())]  # type: ignore[operator]
    pilots = [r for r in public["hospitals"] if "pilot_2022" in (r.get("services") or ())]  # type: ignore[operator]
    communities = [r for r in public["communities"] if r.get("kind") == "community"]
    assert len(windows) == value["windows-2026"] == 26
    assert len(pilots) == value["hospitals-2022"] == 8
    assert len(communities) == value["communities-2019"] == 8


def test_districts_have_their_national_codes(public: registers.Registers) -> None:
    codes = {r.id: r.text("gb") for r in public["districts"]}
    assert (codes["dongcheng"], codes["haidian"], codes["yanqing"]) == ("110101", "110108", "110119")
    assert [id_ for id_, code in codes.items() if not code] == ["bda"]


def test_a_coordinate_of_ours_says_that_it_is_from_memory(public: registers.Registers) -> None:
    placed = [r for reg in public.values() for r in reg if r.get("lat") is not None]
    assert len(placed) > 30
    assert {r.sure_of("lat") for r in placed} == {"memory"}


def test_every_scheme_that_a_row_names_exists(public: registers.Registers, shelf: Shelf) -> None:
    named = {
        s.strip()
        for name in ("application-windows", "hubs")
        for r in public[name]
        for s in r.text("schemes").split(";")
    }
    assert {s for s in named if s and s not in shelf.schemes} == set()


# --- days -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "last", "exact"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31), False),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), False),
        ("2023-12", date(2023, 12, 1), date(2023, 12, 31), False),
        ("2024-03-01", date(2024, 3, 1), date(2024, 3, 1), True),
    ],
)
def test_a_date_is_as_precise_as_it_is_known(text: str, first: date, last: date, exact: bool) -> None:
    when = When.read(text)
    assert (when.first, when.last, when.exact, str(when)) == (first, last, exact, text)


@pytest.mark.parametrize(
    "text", ["", "24", "0000", "2024-13", "2023-02-29", "2024-1-1", "01.03.2024", "２０２４", "2024-03-01T00:00"]
)
def test_what_is_no_day_month_or_year_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no day, month or year"):
        When.read(text)


# --- bad rows -------------------------------------------------------------------------------------------------


def problems(text: str | bytes, tmp_path: Path, name: str = "events") -> list[tuple[str, int, int, str, str]]:
    """Code, line, column, found, nearest of every problem of a file; it must leave nothing behind."""
    file, local = tmp_path / "office.csv", tmp_path / "local"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(JifenError) as caught:
        registers.import_file(name, file, local)
    assert not local.exists() or list(local.iterdir()) == []
    return [(p.code, p.where.line, p.where.column, p.found, p.nearest) for p in caught.value.problems]


def bad(**fields: str) -> str:
    """A file with a good row and the same row with other fields, under another id and name."""
    names = HEAD.strip().split(",")
    row = (
        dict(zip(names, GOOD.strip().split(","), strict=True)) | {"id": "other", "en": "Other", "zh": "另一个"} | fields
    )
    return HEAD + GOOD + ",".join(row[n] for n in names) + "\n"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"lat": "116.31", "lon": "39.98"}, [("register-out-of-range", 3, 31, "116.31", "lat 39.98, lon 116.31"), ("register-out-of-range", 3, 38, "39.98", "lat 39.98, lon 116.31")]),
        ({"lat": "31.2"}, [("register-out-of-range", 3, 31, "31.2", "")]),
        ({"lat": "north"}, [("register-value", 3, 31, "north", "")]),
        ({"lat": "NaN"}, [("register-value", 3, 31, "NaN", "")]),
        ({"lat": ""}, [("register-half-coordinate", 3, 31, "", "")]),
        ({"within_m": ""}, [("register-empty", 3, 44, "", "")]),
        ({"within_m": "5,0"}, [("row-length", 3, 1, "15", "")]),
        ({"within_m": "12.5"}, [("register-value", 3, 44, "12.5", "")]),
        ({"district": "haidien"}, [("register-no-such-row", 3, 23, "haidien", "haidian")]),
        ({"district": "海淀区"}, [("register-no-such-row", 3, 23, "海淀区", "haidian")]),
        ({"source": ""}, [("register-empty", 3, 99, "", "")]),
        ({"confidence": "sure"}, [("register-value", 3, 78, "sure", "")]),
        ({"confidence": "memroy"}, [("register-value", 3, 78, "memroy", "memory")]),
        ({"less_sure": "latt=memory"}, [("register-value", 3, 88, "latt=memory", "lat")]),
        ({"less_sure": "lat=confirmed"}, [("register-value", 3, 88, "lat=confirmed", "")]),
        ({"end": "2026-02-28"}, [("register-end-before-start", 3, 59, "2026-02-28", "")]),
        ({"end": "2025"}, [("register-end-before-start", 3, 59, "2025", "")]),
        ({"start": "2026/3/1"}, [("register-value", 3, 48, "2026/3/1", "2026-03-01")]),
        ({"start": "2026年3月1日"}, [("register-value", 3, 48, "2026年3月1日", "2026-03-01")]),
        ({"kind": "forun"}, [("register-value", 3, 17, "forun", "forum")]),
        ({"id": "forum"}, [("register-row-twice", 3, 1, "", "")]),
        ({"id": "An Id"}, [("register-value", 3, 1, "An Id", "an-id")]),
        ({"en": "Example Forum", "zh": "示例论坛"}, [("register-row-twice", 3, 1, "", "")]),
        ({"en": ""}, [("register-empty", 3, 7, "", "")]),
        ({"zh": ""}, [("register-empty", 3, 13, "", "")]),
        ({"as_of": "soon"}, [("register-value", 3, 70, "soon", "")]),
        ({"en": "Oth\x1ber"}, [("register-control-character", 3, 7, "Oth\\x1ber", "")]),
        ({"en": "Oth\ter"}, [("register-control-character", 3, 7, "Oth\\ter", "")]),
        ({"en": '"Other'}, [("register-quotes", 3, 7, '', "")]),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_place_and_the_good_row_beside_it_is_not_taken(
    fields: dict[str, str], expected: list[tuple[str, int, int, str, str]], tmp_path: Path
) -> None:
    found = problems(bad(**fields), tmp_path)
    if expected[0][0] == "register-quotes":
        found = [(*f[:3], "", f[4]) for f in found]
    assert found == expected


def test_all_bad_rows_are_told_at_once(tmp_path: Path) -> None:
    text = (
        HEAD
        + GOOD.replace("haidian", "")
        + GOOD.replace("forum,haidian", "show,haidian")
        + GOOD.replace("https://example.org", "")
    )
    assert [p[:2] for p in problems(text, tmp_path)] == [("register-value", 3), ("register-empty", 4)]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (HEAD.replace("kind", "sort"), [("register-unknown-column", 1, 10, "sort", "start"), ("register-no-column", 1, 1, "", "")]),
        (HEAD.replace("district", "distrct"), [("register-unknown-column", 1, 15, "distrct", "district")]),
        (HEAD.replace("end", "start"), [("register-column-twice", 1, 47, "", "")]),
        (HEAD.replace(",source", ""), [("register-no-column", 1, 1, "", "")]),
    ],
)  # fmt: skip
def test_a_bad_header_is_refused_before_any_row(
    header: str, expected: list[tuple[str, int, int, str, str]], tmp_path: Path
) -> None:
    assert problems(header + GOOD, tmp_path) == expected


@pytest.mark.parametrize("text", ["", "\n\n", HEAD, HEAD + "\n\n"])
def test_a_file_without_rows_cannot_empty_a_register(text: str, tmp_path: Path) -> None:
    assert problems(text, tmp_path) == [("register-no-rows", 1, 1, "", "")]


def test_text_in_another_encoding_is_refused_and_shown_as_it_was_meant(tmp_path: Path) -> None:
    data = (HEAD + GOOD).encode("gb18030")
    [(code, line, column, found, near)] = problems(data, tmp_path)
    assert (code, line, column, found) == ("not-utf-8", 2, 23, "byte 0xc0")
    assert near.startswith("forum,Example Forum,示例论坛,forum")


def test_text_that_is_cut_in_the_middle_of_a_character_is_refused(tmp_path: Path) -> None:
    text = (HEAD + GOOD).encode()
    cut = text[: text.index("论".encode()) + 1]
    assert problems(cut, tmp_path) == [("not-utf-8", 2, 27, "byte 0xe8", "")]


def test_a_total_that_does_not_add_up_must_say_so(tmp_path: Path) -> None:
    lines = (FOLDER / "indicators.csv").read_text("utf-8").splitlines()
    silent = [
        line.replace("107 and 43 are 150; the published total is 149: one status was dropped or counted once.", "")
        for line in lines
    ]
    silent = [line.replace("107与43之和为150，公布总数为149：有一家被取消或未重复计算。", "") for line in silent]
    number = next(n for n, line in enumerate(silent, 1) if line.startswith("rd-2024-07,"))
    [(code, line, _, found, _)] = problems("\n".join(silent) + "\n", tmp_path, "indicators")
    assert (code, line, found) == ("register-total", number, "149")


def test_a_replacement_may_not_take_away_what_other_registers_name(tmp_path: Path) -> None:
    text = (FOLDER / "districts.csv").read_text("utf-8")
    without = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("yanqing,"))
    assert {p[0] for p in problems(without, tmp_path, "districts")} == {"register-no-such-row"}


def test_a_schema_is_as_strict_as_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(
        "register: exmple\ntitle: {en: Example}\nabout: {en: a, zh: b}\nkeeper: {en: a, zh: b}\n"
        "columns:\n  id: {type: text, title: {en: a, zh: b}}\n  size: {type: hole, title: {en: a, zh: b}, domain: [1]}\n",
        "utf-8",
    )
    with pytest.raises(PolicyError) as caught:
        read_schema(path)
    assert sorted(p.code for p in caught.value.problems) == [
        "bad-domain", "declared-twice", "not-both-languages", "not-one-of", "not-one-of",
    ]  # fmt: skip


# --- an office's own file -------------------------------------------------------------------------------------


def test_an_offices_file_takes_the_place_of_a_register_and_can_be_taken_away(tmp_path: Path) -> None:
    office, local = tmp_path / "office.csv", tmp_path / "local"
    office.write_text(
        "\ufeff标识,英文名称,中文名称,类别,所在区,数据日期,可靠程度,来源\nforum,Example Forum,示例论坛,论坛,haidian,2026-01,已核实,https://example.org\n",
        "utf-8",
    )
    change = registers.import_file("events", office, local)
    assert (change.added, change.removed) == (("forum",), ("zhongguancun-forum", "hicool", "cluster-opening"))
    now = registers.load(local)
    assert [r.id for r in now["events"]] == ["forum"]
    assert (now["events"].local, now["schools"].local) == (True, False)
    assert registers.remove_local("events", local) is True
    assert registers.remove_local("events", local) is False
    assert not registers.load(local)["events"].local


def test_a_bad_file_leaves_the_offices_last_good_file_as_it_was(tmp_path: Path) -> None:
    office, local = tmp_path / "office.csv", tmp_path / "local"
    office.write_text(HEAD + GOOD, "utf-8")
    registers.import_file("events", office, local)
    before = (local / "events.csv").read_bytes()
    office.write_text(HEAD + GOOD + GOOD.replace("https://example.org", ""), "utf-8")
    with pytest.raises(RegisterError):
        registers.import_file("events", office, local)
    assert (local / "events.csv").read_bytes() == before
    assert [p.name for p in local.iterdir()] == ["events.csv"]


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    office, local = tmp_path / "office.csv", tmp_path / "local"
    office.write_text(HEAD + GOOD, "utf-8")
    local.write_text("a file where the folder should be", "utf-8")
    with pytest.raises(RequestError):
        registers.import_file("events", office, local)
    local.unlink()
    (local / "events.csv").mkdir(parents=True)
    with pytest.raises(RequestError):
        registers.import_file("events", office, local)
    assert [p.name for p in local.iterdir()] == ["events.csv"]


def test_a_broken_local_file_is_named_and_can_be_replaced(tmp_path: Path) -> None:
    office, local = tmp_path / "office.csv", tmp_path / "local"
    local.mkdir()
    (local / "events.csv").write_text("id\nx\n", "utf-8")
    with pytest.raises(RegisterError, match=r"local/events\.csv"):
        registers.load(local)
    office.write_text(HEAD + GOOD, "utf-8")
    registers.import_file("events", office, local)
    assert [r.id for r in registers.load(local)["events"]] == ["forum"]


def test_checking_writes_nothing(tmp_path: Path) -> None:
    office = tmp_path / "office.csv"
    office.write_text((FOLDER / "events.csv").read_text("utf-8").replace("HICOOL,", "HICOOL 2026,", 1), "utf-8")
    change = registers.check_file("events", office, tmp_path / "local")
    assert (change.added, change.removed, change.changed) == ((), (), ("hicool",))
    assert not (tmp_path / "local").exists()


def test_an_unknown_register_is_told_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="nearest: schools"):
        registers.check_file("school", tmp_path / "x.csv", tmp_path)
    with pytest.raises(RequestError, match="nearest: schools"):
        registers.remove_local("school", tmp_path)


# --- finding --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("union hospital", "peking-union"),
        ("UNION", "peking-union"),
        ("协和", "peking-union"),
        ("xiehe", "peking-union"),
        ("xhyy", "peking-union"),
        ("Ｗｅｓｔｅｒｎ academy", "western-academy"),
        ("京西学校", "western-academy"),
        ("海淀学校", "zhongguancun-international"),
        ("wangjing", "wangjing"),
        ("robot", "wrco"),
        ("huizhi", "huizhi"),
        ("汇智", "huizhi"),
        ("12367", "hotline-12367"),
    ],
)
def test_a_row_is_found_by_words_in_english_chinese_and_pinyin(
    words: str, first: str, public: registers.Registers
) -> None:
    assert ids(registers.find(public, words))[0] == first


def test_a_word_that_is_nowhere_finds_nothing(public: registers.Registers) -> None:
    assert registers.find(public, "union zzz") == []
    assert registers.find(public, "月球学校") == []


def test_needs_are_codes_or_their_words_and_all_must_be_met(public: registers.Registers) -> None:
    by_code = ids(registers.find(public, need=["ib", "igcse"]))
    assert by_code == ["yew-chung", "dulwich"]
    assert ids(registers.find(public, need=["International Baccalaureate", "IGCSE"])) == by_code
    assert ids(registers.find(public, within=["hospitals"], need=["急诊"])) == ["peking-union", "united-family"]


def test_one_code_in_two_columns_is_not_mixed_up(public: registers.Registers) -> None:
    """`korean` is a curriculum of schools and a language of windows; a row has the need by the column that says it."""
    assert {(n.register, n.column) for n in registers.needs(public) if n.code == "korean"} == {
        ("schools", "curricula"),
        ("windows", "languages"),
        ("hospitals", "languages"),
    }
    assert ids(registers.find(public, need=["korean"])) == ["korean"]


def test_an_unknown_need_is_told_with_the_nearest(public: registers.Registers) -> None:
    with pytest.raises(RequestError, match="nearest: emergency"):
        registers.find(public, within=["hospitals"], need=["emergancy"])


def test_a_district_is_named_by_id_name_or_code(public: registers.Registers) -> None:
    wanted = ["zhongguancun-international"]
    for name in ("haidian", "Haidian", "海淀", "海淀区", "110108"):
        assert ids(registers.find(public, within=["schools"], district=name)) == wanted


def test_the_nearest_comes_first_and_what_has_no_place_last(public: registers.Registers) -> None:
    found = registers.find(public, within=["schools"], near="39.99,116.47")
    assert found[0].row.id == "korean"
    known = [f.metres for f in found if f.metres is not None]
    assert known == sorted(known)
    assert [f.metres for f in found[len(known) :]] == [None] * (len(found) - len(known))


def test_a_place_known_by_its_district_only_is_said_to_be_so(public: registers.Registers) -> None:
    [found] = registers.find(public, "shanfang", near="39.95,116.50")
    assert found.place is not None
    assert (found.place.by, found.place.district, found.metres, found.within_m) == ("district", "chaoyang", 0, 18000)


def test_a_limit_of_distance_keeps_what_may_lie_within_it(public: registers.Registers) -> None:
    for found in registers.find(public, near="39.99,116.47", within_km=5):
        assert found.metres is not None
        assert found.metres - found.within_m <= 5000


def test_what_is_over_on_a_day_is_left_out_and_an_unknown_end_is_kept(public: registers.Registers) -> None:
    found = ids(registers.find(public, within=["application-windows"], open_on=date(2026, 11, 25)))
    assert "two-zones-2021" not in found
    assert {"two-zones-2025", "equipment-2026-2030", "two-zones-2026"} <= set(found)


@pytest.mark.parametrize(
    ("id_", "on", "expected"),
    [
        ("two-zones-2021", date(2021, 11, 3), "to come"),
        ("two-zones-2021", date(2021, 11, 4), "open"),
        ("two-zones-2021", date(2021, 12, 12), "open"),
        ("two-zones-2021", date(2021, 12, 13), "over"),
        ("two-zones-2025", date(2026, 6, 1), "not known"),
        ("journals-2024-2028", date(2024, 6, 1), "not known"),
        ("journals-2024-2028", date(2026, 6, 1), "open"),
        ("journals-2024-2028", date(2028, 6, 1), "not known"),
        ("journals-2024-2028", date(2029, 1, 1), "over"),
    ],
)
def test_a_window_is_open_only_where_both_ends_say_so(
    id_: str, on: date, expected: str, public: registers.Registers
) -> None:
    assert registers.phase(public["application-windows"].rows[id_], on) == expected


@pytest.mark.parametrize(
    ("text", "lat", "within"),
    [("39.99, 116.47", 39.99, 0), ("39.99，116.47", 39.99, 0), ("wangjing", 39.995, 3000), ("望京", 39.995, 3000), ("协和医院", 39.913, 1000), ("Tongzhou", 39.8, 25000)],
)  # fmt: skip
def test_a_place_is_a_coordinate_a_district_or_a_row_with_its_precision(
    text: str, lat: float, within: int, public: registers.Registers
) -> None:
    place = registers.read_place(text, public)
    assert (place.lat, place.within_m) == (lat, within)


@pytest.mark.parametrize("text", ["", "91,10", "39.99", "116.47,39.99", "Pudong", "39.99,116.47,5", "nan,nan", "1e2,3"])
def test_what_is_no_place_is_refused(text: str, public: registers.Registers) -> None:
    with pytest.raises(RequestError) as caught:
        registers.read_place(text, public)
    assert [p.code for p in caught.value.problems] == ["bad-place"]


def test_distance_is_that_of_the_sphere() -> None:
    here = registers.Place(39.9, 116.4, 0, "place")
    assert distance_m(here, here) == 0
    assert distance_m(here, registers.Place(40.9, 116.4, 0, "place")) == 111195
    assert distance_m(registers.Place(0, 0, 0, "place"), registers.Place(0, 180, 0, "place")) == 20015115


@given(st.text(max_size=30))
def test_no_words_make_the_search_fail(words: str) -> None:
    for found in registers.find(PUBLIC, words):
        assert found.row.source


PUBLIC = registers.load(Path("no-local-registers"))


# --- exports --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(PUBLIC))
def test_a_register_written_as_csv_reads_back_the_same(name: str, tmp_path: Path) -> None:
    register = PUBLIC[name]
    path = tmp_path / f"{name}.csv"
    path.write_text(registers.as_csv(register, register), "utf-8")
    assert read_rows(path, register.schema) == tuple(register)


@pytest.mark.parametrize("name", list(PUBLIC))
def test_our_files_stand_as_the_export_would_write_them(name: str) -> None:
    assert Path(PUBLIC[name].file).read_text("utf-8") == registers.as_csv(PUBLIC[name], PUBLIC[name])


def test_json_has_codes_words_place_and_doubts(public: registers.Registers) -> None:
    [found] = registers.find(public, "western academy", near="39.99,116.47")
    data = registers.as_data(found, public)
    assert json.loads(json.dumps(data)) == data
    assert data["values"]["curricula"] == ["ib"]
    assert data["words"]["district"] == {"en": "Chaoyang", "zh": "朝阳区"}
    assert data["place"] == {"lat": 40.03, "lon": 116.48, "within_m": 2500, "by": "place", "sure": "memory"}
    assert data["less_sure"]["address"] == "memory"


def test_geojson_puts_longitude_first_and_leaves_out_what_has_no_place(public: registers.Registers) -> None:
    collection = registers.as_geojson(registers.find(public, within=["schools"]), public)
    features = {f["id"]: f for f in collection["features"]}
    assert features["schools/western-academy"]["geometry"] == {"type": "Point", "coordinates": [116.48, 40.03]}
    assert features["schools/rego-british"]["geometry"] is None
    assert features["schools/nord-anglia-shunyi"]["properties"]["place"]["by"] == "district"


def test_a_calendar_holds_the_days_that_are_known_and_names_the_rest(public: registers.Registers) -> None:
    text, left = registers.as_calendar(public["application-windows"], public)
    events = {str(e["UID"]): e for e in icalendar.Calendar.from_ical(text).walk("VEVENT")}
    whole = events["application-windows-two-zones-2021@registers.jifen"]
    assert (whole["DTSTART"].dt, whole["DTEND"].dt) == (date(2021, 11, 4), date(2021, 12, 13))
    opening = events["application-windows-two-zones-2025@registers.jifen"]
    assert (opening["DTSTART"].dt, opening["DTEND"].dt) == (date(2025, 11, 27), date(2025, 11, 28))
    assert str(opening["SUMMARY"]) == "Two Zones points assessment, 2025: opens (the end is not known)"
    assert [r.id for r in left] == ["two-zones-2023", "two-zones-2024", "two-zones-2026", "journals-2024-2028"]


def test_the_same_rows_give_the_same_calendar_to_the_byte(public: registers.Registers) -> None:
    first, _ = registers.as_calendar(public["application-windows"], public, "zh")
    assert first == registers.as_calendar(public["application-windows"], public, "zh")[0]
    assert "预计" not in first


def test_whole_numbers_stay_whole_in_json(public: registers.Registers) -> None:
    row = public["indicators"].rows["rd-spending-2024"]
    assert row.get("value") == Decimal("13.77")
    data = registers.as_data(registers.Found(public["indicators"].rows["rd-2024-07"], None), public)
    assert repr(data["values"]["value"]) == "149"


_FIELDS = st.sampled_from(
    ["", "x", "haidian", "39.9", "2026-01", "confirmed", '"', "，", "\u2028", "\x00", "=1+1", "forum"]
)


@given(st.lists(st.lists(_FIELDS, min_size=14, max_size=14), min_size=1, max_size=4))
def test_a_file_of_nonsense_is_refused_in_words_and_never_half_read(rows: list[list[str]]) -> None:
    """Whatever stands in the fields: all rows, or a RegisterError with a place."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "events.csv"
        path.write_text(HEAD + "\n".join(",".join(r) for r in rows) + "\n", "utf-8")
        told: list[bool] = []
        try:
            found = len(read_rows(path, PUBLIC["events"].schema))
        except RegisterError as e:
            found, told = len(rows), [bool(p.where.file and p.where.line) for p in e.problems]
        assert found == len(rows)
        assert all(told)
