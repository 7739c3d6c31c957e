"""Bad input, as people really give it: each mistake has its code, its line, and the nearest right thing; nothing crashes."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import jifen
from jifen.answers.receipts import read_receipts
from jifen.facts.vocabulary import load_vocabulary
from jifen.plan.compile import compile_plan
from jifen.schemes.load import load_scheme
from jifen.strict_yaml import LARGEST

ON = "2026-11-23"

Read = Callable[..., jifen.Problem]
Lint = Callable[..., list[jifen.Problem]]


@pytest.fixture
def problem(rules: jifen.Jifen, tmp_path: Path) -> Read:
    """Reads a profile with one mistake, from a file or from Python, and gives that mistake."""

    def read(source: Any, name: str = "profile.yaml") -> jifen.Problem:
        if isinstance(source, (str, bytes)):
            path = tmp_path / name
            path.write_bytes(source if isinstance(source, bytes) else source.encode())
            source = path
        with pytest.raises(jifen.JifenError) as caught:
            rules.check(source, ON, [])
        [only] = caught.value.problems
        return only

    return read


def place(problem: jifen.Problem) -> tuple[str, int, int]:
    return problem.code, problem.where.line, problem.where.column


# --- facts and values -----------------------------------------------------------------------------------------------


def test_fact_misspelt(problem: Read) -> None:
    """A misspelt fact is refused and the nearest one offered."""
    found = problem("age: 30\neducation.degre: master\n")
    assert place(found) == ("unknown-fact", 2, 1)
    assert found.nearest == "education.degree"


def test_fact_misspelt_inside_mapping(problem: Read) -> None:
    """A nested name is told in full, at the line of its last part."""
    found = problem("age: 30\neducation:\n  degree_year_ago: 3\n")
    assert place(found) == ("unknown-fact", 3, 3)
    assert found.found == "education.degree_year_ago"
    assert found.nearest == "education.degree_years_ago"


def test_fact_like_nothing(problem: Read) -> None:
    """Where nothing is near, nothing is offered."""
    found = problem("xyzzy: 1\n")
    assert place(found) == ("unknown-fact", 1, 1)
    assert found.nearest == ""


def test_fact_with_key_of_yaml_merge(problem: Read) -> None:
    """`<<` has no meaning of its own here: it is a name that no fact has."""
    assert place(problem("<<: {age: 30}\n")) == ("unknown-fact", 1, 6)


def test_fact_given_dotted_and_nested(problem: Read) -> None:
    """Two ways to write one fact do not make two facts."""
    found = problem("education.degree: master\neducation:\n  degree: doctorate\n")
    assert place(found) == ("fact-given-twice", 3, 3)


def test_type_word_for_number(problem: Read) -> None:
    """A number written as a word is not guessed."""
    found = problem("age: thirty\n")
    assert place(found) == ("wrong-type", 1, 6)
    assert found.found == "thirty"


def test_type_list_for_number(problem: Read) -> None:
    """A list where a number belongs is refused, even a list of one."""
    found = problem("age: [30]\n")
    assert place(found) == ("wrong-type", 1, 6)
    assert found.found == "a list"


def test_type_mapping_for_number(problem: Read) -> None:
    """A mapping where a number belongs is refused."""
    found = problem("age: {years: 30}\n")
    assert place(found) == ("wrong-type", 1, 6)
    assert found.found == "a mapping"


def test_type_code_for_list(problem: Read) -> None:
    """A fact that takes several codes takes a list, not one code."""
    found = problem("prizes: nobel\n")
    assert place(found) == ("wrong-type", 1, 9)
    assert found.found == "nobel"


def test_type_nothing_after_colon(problem: Read) -> None:
    """A name without a value is not the same as a fact left out."""
    found = problem("age:\n")
    assert found.code == "wrong-type"
    assert found.found == "nothing"


def test_type_null_of_json(problem: Read) -> None:
    """`null` is no value; an unknown fact is left out."""
    found = problem('{"age": null}', "profile.json")
    assert place(found) == ("wrong-type", 1, 9)
    assert found.found == "null"


def test_type_word_for_yes_no(problem: Read) -> None:
    """Only yes and no (true, false) answer a yes/no question."""
    assert place(problem("healthy: maybe\n")) == ("wrong-type", 1, 10)


@pytest.mark.parametrize("day", ["1990-02-30", "1990-5-1", "01.05.1990", "19900501", "1990-W18-2"])
def test_type_day_that_is_none(problem: Read, day: str) -> None:
    """A day is written 1990-05-01 and exists."""
    assert place(problem(f"birth_date: {day}\n")) == ("wrong-type", 1, 13)


@pytest.mark.parametrize(
    "number", ["NaN", ".nan", ".inf", "-.inf", "Infinity", "4.5e5", "450e3", "0x6DDD0", "450_000", "¥450000"]
)
def test_number_not_plain(problem: Read, number: str) -> None:
    """NaN, infinity, exponents, other bases, underscores and currency signs are not read as numbers."""
    found = problem(f"age: 30\nchina.annual_salary: {number}\n")
    assert place(found) == ("wrong-type", 2, 22)
    assert found.found == number


@pytest.mark.parametrize("age", ["121", "-1", "99999999999999999999"])
def test_domain_value_outside(problem: Read, age: str) -> None:
    """A value outside the domain is refused, never cut to fit."""
    found = problem(f"age: {age}\n")
    assert place(found) == ("out-of-domain", 1, 6)
    assert found.expected() == "0 to 120"


def test_domain_day_outside(problem: Read) -> None:
    """A day before the domain is shown with the domain in days."""
    found = problem("birth_date: 1899-12-31\n")
    assert place(found) == ("out-of-domain", 1, 13)
    assert found.expected() == "1900-01-01 to 2100-12-31"


def test_number_finer_than_fen(problem: Read) -> None:
    """A third of a fen is not rounded away."""
    found = problem("china.annual_salary: 449999.995\n")
    assert place(found) == ("too-many-places", 1, 22)
    assert found.expected() == "at most 2 digits after the point"


def test_number_with_trailing_zeros(rules: jifen.Jifen, tmp_path: Path) -> None:
    """Zeros at the end add no precision and are accepted."""
    path = tmp_path / "profile.yaml"
    path.write_text("china.annual_salary: 449999.9900\n")
    assert dict(rules.profile(path).values) == {"china.annual_salary": 44_999_999}


def test_code_unknown(problem: Read) -> None:
    """A code that the list does not have is refused and the nearest offered."""
    found = problem("education.degree: Masters\n")
    assert place(found) == ("unknown-code", 1, 19)
    assert found.nearest == "master"


def test_code_unknown_inside_list(problem: Read) -> None:
    """In a list, the place is the code's own."""
    found = problem("prizes:\n  - nobel\n  - turingg\n")
    assert place(found) == ("unknown-code", 3, 5)
    assert found.nearest == "turing"


def test_code_norway_is_no_no(rules: jifen.Jifen, tmp_path: Path) -> None:
    """`NO` is Norway where a country is asked."""
    path = tmp_path / "profile.yaml"
    path.write_text("nationalities: [NO]\n")
    assert dict(rules.profile(path).values) == {"nationalities": frozenset({"NO"})}


def test_spell_backwards(problem: Read) -> None:
    """A period of work does not end before it begins."""
    found = problem("work.spells:\n  - {from: 2019-03-01, until: 2015-02-28}\n")
    assert place(found) == ("spell-backwards", 2, 5)


def test_spell_with_misspelt_key(problem: Read) -> None:
    """A misspelt attribute of a spell offers the nearest."""
    found = problem("work.spells:\n  - {from: 2015-03-01, untill: 2019-02-28}\n")
    assert place(found) == ("unknown-key", 2, 24)
    assert found.nearest == "until"


def test_facts_contradict(problem: Read) -> None:
    """An age that does not follow from the date of birth is a contradiction on the day asked about."""
    found = problem("birth_date: 1990-05-01\nage: 30\n")
    assert place(found) == ("contradiction", 2, 1)
    assert found.expected() == "36, which follows from `birth_date` on 2026-11-23"
    assert found.found == "30"


def test_a_day_of_birth_still_to_come(problem: Read) -> None:
    """Nobody has an age before the day of birth; on that day it is 0."""
    found = problem("healthy: yes\nbirth_date: 2026-11-24\n")
    assert place(found) == ("day-to-come", 2, 1)
    assert (found.expected(), found.expected("zh"), found.found) == (
        "2026-11-23 or earlier",
        "2026-11-23 或更早",
        "2026-11-24",
    )
    assert found.message("zh") == "`birth_date` 在查询日期尚未到来"


def test_a_degree_still_to_come(problem: Read) -> None:
    """The highest degree that somebody holds was awarded before the day asked about."""
    assert place(problem("education.degree_date: 2027-06-30\n")) == ("day-to-come", 1, 1)


def test_the_day_asked_about_may_be_the_day_of_birth(rules: jifen.Jifen) -> None:
    """And a period of work may begin later: it counts when it has begun."""
    later = {"birth_date": ON, "work.spells": [{"from": "2027-01-01", "related": True}]}
    values = rules.complete(rules.profile(later), date.fromisoformat(ON))
    assert (values["age"], values["work.related_years"]) == (0, 0)


def test_facts_agree(rules: jifen.Jifen) -> None:
    """Given both ways and equal, the profile is good."""
    assert rules.check({"birth_date": "1990-05-01", "age": 36}, ON, []) == ()


def test_every_mistake_is_told(rules: jifen.Jifen, tmp_path: Path) -> None:
    """Three mistakes on three lines are told at once, in the order of the file."""
    path = tmp_path / "profile.yaml"
    path.write_text("age: 130\nhealty: yes\neducation.degree: phd\n")
    with pytest.raises(jifen.ProfileError) as caught:
        rules.check(path, ON, [])
    assert [place(p) for p in caught.value.problems] == [
        ("out-of-domain", 1, 6),
        ("unknown-fact", 2, 1),
        ("unknown-code", 3, 19),
    ]
    assert [p.nearest for p in caught.value.problems] == ["", "healthy", ""]


# --- Python values --------------------------------------------------------------------------------------------------


def test_python_float_for_money(problem: Read) -> None:
    """A float is refused even where it happens to be exact, because the next one is not."""
    found = problem({"china.annual_salary": 450000.5})
    assert (found.code, found.where.path, found.found) == ("not-exact", "china.annual_salary", "450000.5")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_python_float_that_is_no_number(problem: Read, value: float) -> None:
    """NaN and infinity as floats have a code of their own."""
    assert problem({"age": value}).code == "not-a-number"


def test_python_float_inside_list(problem: Read) -> None:
    """A float is found inside a list too."""
    assert problem({"prizes": [1.0]}).code == "not-exact"


def test_python_decimal_nan(problem: Read) -> None:
    """A Decimal that is no number is refused."""
    assert problem({"china.annual_salary": Decimal("NaN")}).code == "wrong-type"


def test_python_decimal_exact(rules: jifen.Jifen) -> None:
    """A Decimal is exact and accepted."""
    profile = rules.profile({"china.annual_salary": Decimal("450000.50")})
    assert dict(profile.values) == {"china.annual_salary": 45_000_050}


def test_python_bool_for_number(problem: Read) -> None:
    """True is yes, never 1."""
    found = problem({"age": True})
    assert (found.code, found.found) == ("wrong-type", "yes")


def test_python_bytes(problem: Read) -> None:
    """An object that no fact can hold is named by its type."""
    found = problem({"age": b"30"})
    assert (found.code, found.found) == ("not-a-value", "bytes")


def test_python_none_is_unknown(rules: jifen.Jifen) -> None:
    """None in a mapping leaves the fact unknown."""
    assert dict(rules.profile({"age": None}).values) == {}


# --- files ----------------------------------------------------------------------------------------------------------


def test_file_missing(rules: jifen.Jifen, tmp_path: Path) -> None:
    """A missing file is a mistake in the request, with the path as given."""
    path = tmp_path / "nowhere.yaml"
    with pytest.raises(jifen.RequestError) as caught:
        rules.check(path, ON)
    [found] = caught.value.problems
    assert (found.code, found.where.file) == ("no-such-file", str(path))


def test_file_is_directory(rules: jifen.Jifen, tmp_path: Path) -> None:
    """A folder is not a profile."""
    with pytest.raises(jifen.RequestError) as caught:
        rules.check(tmp_path, ON)
    assert [p.code for p in caught.value.problems] == ["not-a-file"]


def test_file_is_device(rules: jifen.Jifen) -> None:
    """An endless device is not read at all."""
    with pytest.raises(jifen.RequestError) as caught:
        rules.check(os.devnull, ON)
    assert [p.code for p in caught.value.problems] == ["not-a-file"]


@pytest.mark.parametrize("text", ["", "# nothing is known\n", "{}", "\ufeff"])
def test_file_empty_means_nothing_known(rules: jifen.Jifen, tmp_path: Path, text: str) -> None:
    """An empty file is a good profile of which nothing is known."""
    path = tmp_path / "profile.yaml"
    path.write_text(text, "utf-8")
    assert dict(rules.profile(path).values) == {}
    [answer] = rules.check(path, ON, ["cn/k-visa"])
    assert answer.status == "undetermined"


def test_file_of_fifty_megabytes(rules: jifen.Jifen, tmp_path: Path) -> None:
    """A huge file is refused by its size, before it is read."""
    path = tmp_path / "profile.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(jifen.ProfileError) as caught:
        rules.check(path, ON)
    [found] = caught.value.problems
    assert (found.code, found.found) == ("file-too-large", "50,000,000 bytes")
    assert found.expected() == "at most 1,000,000 bytes"


def test_file_of_exactly_the_limit(rules: jifen.Jifen, tmp_path: Path) -> None:
    """A file of one million bytes is still read; one byte more is not."""
    assert LARGEST == 1_000_000
    path = tmp_path / "profile.yaml"
    path.write_bytes(b"age: 30\n" + b"#" * (1_000_000 - 8))
    assert dict(rules.profile(path).values) == {"age": 30}
    path.write_bytes(b"age: 30\n" + b"#" * (1_000_001 - 8))
    with pytest.raises(jifen.ProfileError):
        rules.profile(path)


def test_file_not_utf_8(problem: Read) -> None:
    """The first byte that is not UTF-8 is shown with its line and column."""
    found = problem(b"age: 30\n# \xd6\xd0\xce\xc4\n")
    assert place(found) == ("not-utf-8", 2, 3)
    assert found.found == "byte 0xd6"


def test_file_in_utf_16(problem: Read) -> None:
    """UTF-16, as some editors save, is not UTF-8 from its first byte on."""
    assert place(problem("age: 30\n".encode("utf-16"))) == ("not-utf-8", 1, 1)


@pytest.mark.parametrize("text", ["age: \x00\n", "age: \x07\n"])
def test_file_with_control_characters(problem: Read, text: str) -> None:
    """Control characters are not YAML."""
    assert problem(text).code == "not-yaml"


# --- YAML and JSON --------------------------------------------------------------------------------------------------


def test_yaml_key_twice(problem: Read) -> None:
    """The second of two equal keys is the mistake, and the line of the first is told."""
    found = problem("age: 30\nhealthy: yes\nage: 31\n")
    assert place(found) == ("duplicate-key", 3, 1)
    assert found.message() == "the key `age` stands twice, first on line 1"


def test_json_key_twice(problem: Read) -> None:
    """JSON with a key twice is refused, though most readers take the last."""
    found = problem('{\n  "age": 30,\n  "age": 31\n}\n', "profile.json")
    assert place(found) == ("duplicate-key", 3, 3)


def test_json_key_twice_inside(problem: Read) -> None:
    """Inside a nested mapping too."""
    found = problem('{"education": {"degree": "master", "degree": "doctorate"}}', "profile.json")
    assert place(found) == ("duplicate-key", 1, 36)


def test_json_surrogate(problem: Read) -> None:
    """Half of a surrogate pair is no text."""
    assert place(problem('{"age": "\\ud800"}', "profile.json")) == ("not-json", 1, 9)


@pytest.mark.parametrize(
    ("text", "line", "column", "expected", "found"),
    [
        ('{"age": 30,}', 1, 11, "`}`", ","),
        ('{\n\t"prizes": ["nobel", ]\n}', 2, 20, "`]`", ","),
        ('{"age": 30 "healthy": true}', 1, 12, "`,` `}`", '"'),
        ("{age: 30}", 1, 2, '`"…":`', "age"),
        ("{'age': 30}", 1, 2, '`"…":`', "'age'"),
        ('{"age" 30}', 1, 8, "`:`", "30"),
        ('{"age": yes}', 1, 9, '`"…"` `42` `true` `false` `[…]` `{…}`', "yes"),
        ('{"age": NaN}', 1, 9, '`"…"` `42` `true` `false` `[…]` `{…}`', "NaN"),
        ('{"age": .5}', 1, 9, '`"…"` `42` `true` `false` `[…]` `{…}`', ".5"),
        ('{"age": 3.}', 1, 9, '`"…"` `42` `true` `false` `[…]` `{…}`', "3."),
        ('{"age": +3}', 1, 9, '`"…"` `42` `true` `false` `[…]` `{…}`', "+3"),
        ('{"age": 30', 1, 11, "`,` `}`", ""),
        ('{"education.degree": "mas\nter"}', 1, 26, '`"…"`', ""),
        ('{"education.degree": "\\x"}', 1, 23, '`"…"`', "\\x"),
        ("age: 30", 1, 1, '`"…"` `42` `true` `false` `[…]` `{…}`', "age"),
        ("", 1, 1, '`"…"` `42` `true` `false` `[…]` `{…}`', ""),
    ],
)
def test_json_is_read_as_json(problem: Read, text: str, line: int, column: int, expected: str, found: str) -> None:
    """What YAML would let pass in a file that says it is JSON is told with its place."""
    wrong = problem(text, "profile.json")
    assert place(wrong) == ("not-json", line, column)
    assert (wrong.expected(), wrong.found.strip()) == (f"here one of: {expected}", found)


def test_json_goes_on(problem: Read) -> None:
    assert place(problem('{"age": 30} # so', "profile.json")) == ("json-goes-on", 1, 13)


def test_json_as_programs_write_it(rules: jifen.Jifen, tmp_path: Path) -> None:
    """Tabs, escapes, pairs of surrogates and exponents are JSON; what a fact takes is another question."""
    path = tmp_path / "profile.JSON"
    path.write_text('{"education": {\t"degree": "m\\u0061ster"},\r\n"prizes": [], "healthy": true, "age": 30}')
    read = rules.profile(path)
    assert read.plain(rules.vocabulary) == {"age": 30, "education.degree": "master", "healthy": True, "prizes": []}
    path.write_text('{"education.degree": "\\ud83d\\ude00"}')
    with pytest.raises(jifen.ProfileError) as caught:
        rules.profile(path)
    assert (caught.value.problems[0].code, caught.value.problems[0].found) == ("unknown-code", "😀")


@pytest.mark.parametrize("written", ["[" * 13 + "]" * 13, '{"a":' * 13 + "1" + "}" * 13])
def test_json_too_deep(problem: Read, written: str) -> None:
    assert problem(written, "profile.json").code == "too-deep"


@pytest.mark.parametrize(
    ("written", "nearest"),
    [("030", "30"), ("00", "0"), ("-03", "-3"), ("030.50", "30.50"), ("00.5", "0.5"), ("0008", "8")],
)
@pytest.mark.parametrize("file", ["profile.yaml", "profile.json"])
def test_a_number_with_a_leading_zero(problem: Read, file: str, written: str, nearest: str) -> None:
    """Readers of YAML do not agree on what `030` is: 24 for some, 30 for others."""
    wrong = problem({"profile.yaml": f"age: {written}\n", "profile.json": f'{{"age": {written}}}'}[file], file)
    column = {"profile.yaml": 6, "profile.json": 9}[file]
    assert (*place(wrong), wrong.found, wrong.nearest) == ("leading-zero", 1, column, written, nearest)


def test_a_zero_and_a_text_may_begin_with_zero(rules: jifen.Jifen, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text('chinese.hsk: 0\nage: "030"\nbirth_date: 1996-03-01\n')
    assert rules.profile(path).plain(rules.vocabulary) == {"age": 30, "birth_date": "1996-03-01", "chinese.hsk": 0}


def test_yaml_bomb_of_aliases(problem: Read) -> None:
    """A “billion laughs” is refused at its first anchor."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    found = problem("\n".join(lines))
    assert place(found) == ("yaml-alias", 1, 5)
    assert found.found == "&a0"


def test_yaml_alias_without_anchor(problem: Read) -> None:
    """An alias alone is refused as well."""
    found = problem("age: *a\n")
    assert place(found) == ("yaml-alias", 1, 6)
    assert found.found == "*a"


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("[" * 500_000, 1, 13),
        ("{a: " * 200_000, 1, 49),
        ("age: " + "[" * 12 + "30" + "]" * 12, 1, 17),
        ("\n".join(" " * n + "a:" for n in range(1000)), 13, 13),
        ("- " * 100_000, 1, 25),
    ],
)
def test_yaml_bomb_of_depth(problem: Read, text: str, line: int, column: int) -> None:
    """Deep nesting is refused at the thirteenth level, however much follows."""
    assert place(problem(text)) == ("too-deep", line, column)


def test_yaml_tag(problem: Read) -> None:
    """A tag that would run code in a careless reader is refused."""
    found = problem("age: !!python/object/apply:os.system [true]\n")
    assert place(found) == ("yaml-tag", 1, 6)


def test_yaml_several_documents(problem: Read) -> None:
    """One file is one profile."""
    assert place(problem("age: 30\n---\nage: 40\n")) == ("several-documents", 2, 1)


def test_yaml_key_is_list(problem: Read) -> None:
    """A key is a name."""
    assert place(problem("[a, b]: 1\n")) == ("key-not-text", 1, 1)


def test_yaml_tab_as_indentation(problem: Read) -> None:
    """A tab cannot indent."""
    assert place(problem("education:\n\tdegree: master\n")) == ("not-yaml", 2, 1)


@pytest.mark.parametrize("text", ["age: [30\n", 'age: "30\n', "age: 30\n  x: 1\n", "age: }\n", "%bad\n---\n", "@\n"])
def test_yaml_broken(problem: Read, text: str) -> None:
    """Broken YAML is one problem with a line, not a traceback."""
    found = problem(text)
    assert found.code == "not-yaml"
    assert found.where.line > 0


@pytest.mark.parametrize("text", ["- age\n- 30\n", "hello\n", "42\n", '"age: 30"\n'])
def test_yaml_not_a_mapping(problem: Read, text: str) -> None:
    """A list or a single value is not a profile."""
    assert place(problem(text)) == ("not-a-mapping", 1, 1)


# --- requests -------------------------------------------------------------------------------------------------------


def test_day_before_any_version(rules: jifen.Jifen) -> None:
    """Before its first version a scheme is not in force, and the answer says from when it is."""
    [answer] = rules.check({"age": 30}, "2017-03-31", ["cn/work-permit"])
    assert answer.status == "not in force"
    assert "2017-04-01" in answer.reasons[0].words["en"]
    assert "2017-04-01" in answer.reasons[0].words["zh"]


@pytest.mark.parametrize("day", ["2026-02-30", "2026-2-3", "tomorrow", "", "20260203"])
def test_day_that_is_none(rules: jifen.Jifen, day: str) -> None:
    """A day asked about is written 2026-02-03 and exists."""
    with pytest.raises(jifen.RequestError) as caught:
        rules.check({}, day, [])
    assert [(p.code, p.found) for p in caught.value.problems] == [("bad-day", day)]


def test_scheme_misspelt(rules: jifen.Jifen) -> None:
    """A misspelt scheme offers the nearest."""
    with pytest.raises(jifen.RequestError) as caught:
        rules.check({}, ON, ["cn/work-permitt"])
    assert [(p.code, p.nearest) for p in caught.value.problems] == [("no-such-scheme", "cn/work-permit")]


@pytest.mark.parametrize("text", ["", "null", "[]", "{}", "[1]", '{"scheme": 1}', "[" * 100_000, "NaN"])
def test_receipt_unreadable(tmp_path: Path, text: str) -> None:
    """What is no receipt is refused in one sentence."""
    path = tmp_path / "answer.json"
    path.write_text(text)
    with pytest.raises(jifen.RequestError) as caught:
        read_receipts(path)
    assert [p.code for p in caught.value.problems] == ["bad-receipt"]


# --- schemes --------------------------------------------------------------------------------------------------------

IDENTITY = """\
---
scheme: {id}
title: {{en: Example, zh: 示例}}
subject: person
jurisdiction: none
authority: {{en: Example office, zh: 示例机关}}
in force: {{from: 2020-01-01}}
instruments:
  L:
    title: {{en: Example Act, zh: 示例法}}
---

"""
"""Eleven lines and an empty one: what follows begins on line 13."""

TABLE = """\
# Points · 积分

Pass mark 10. [L §1]

## Age · 年龄 {#age_points}

| `age` (years) | points |
|---|---:|
"""
"""Eight lines: the first row of the table stands on line 21."""


def scheme_file(folder: Path, body: str, id_: str = "xx/one", identity: str = IDENTITY) -> Path:
    path = folder / id_ / "2020-01-01.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(identity.format(id=id_) + body, "utf-8")
    return path


@pytest.fixture
def linted(rules: jifen.Jifen, tmp_path: Path) -> Lint:
    """Reads a scheme and compiles it on its first day; gives every mistake found."""

    def lint(body: str, identity: str = IDENTITY) -> list[jifen.Problem]:
        try:
            scheme = load_scheme(scheme_file(tmp_path, body, identity=identity))
            compile_plan(scheme, scheme.start, rules.shelf)
        except jifen.JifenError as e:
            return list(e.problems)
        return []

    return lint


def test_scheme_correct(linted: Lint) -> None:
    """The document that the tests below spoil is good."""
    assert linted(TABLE + "| 18–45 | 10 |\n| otherwise | 0 |\n") == []


def test_scheme_bands_overlap(linted: Lint) -> None:
    """The second of two overlapping rows is the mistake; the line of the first is told."""
    [found] = linted(TABLE + "| 18–25 | 10 |\n| 25–45 | 5 |\n| otherwise | 0 |\n")
    assert place(found) == ("rows-overlap", 22, 11)
    assert found.expected() == "each value in one row; also covered on line 21"
    assert found.found == "25–45"


def test_scheme_bands_leave_gap(linted: Lint) -> None:
    """The values without a row are named."""
    [found] = linted(TABLE + "| ≤ 25 | 10 |\n| 27–45 | 5 |\n| ≥ 46 | 0 |\n")
    assert place(found) == ("rows-gap", 19, 1)
    assert found.found == "26"


def test_scheme_row_never_applies(linted: Lint) -> None:
    """A row beyond the domain is dead."""
    [found] = linted(TABLE + "| > 120 | 10 |\n| otherwise | 0 |\n")
    assert place(found) == ("dead-row", 21, 11)


def test_scheme_without_citation(linted: Lint) -> None:
    """A rule that rests on nothing is refused, at the place of its condition."""
    [found] = linted("# Requirements · 条件\n\nAll of:\n\n1. `age` ≥ 18 — of full age · 成年\n")
    assert place(found) == ("missing-citation", 17, 4)


def test_scheme_cites_undeclared_instrument(linted: Lint) -> None:
    """A citation of an instrument that was not declared offers the nearest."""
    body = "# Requirements · 条件\n\nAll of:\n\n1. `age` ≥ 18 — of full age · 成年 [LL 1]\n"
    [found] = linted(body)
    assert place(found) == ("unknown-instrument", 17, 4)
    assert found.nearest == "L"


def test_scheme_key_twice_in_front_matter(linted: Lint) -> None:
    """Lines in front matter are counted from the top of the file."""
    identity = IDENTITY.replace("subject: person\n", "subject: person\nsubject: person\n")
    [found] = linted(TABLE + "| otherwise | 0 |\n", identity=identity)
    assert place(found) == ("duplicate-key", 5, 1)
    assert found.message() == "the key `subject` stands twice, first on line 4"


def test_scheme_alias_in_front_matter(linted: Lint) -> None:
    """Front matter is strict YAML as well."""
    [found] = linted("", identity=IDENTITY.replace("scheme: {id}", "scheme: &x {id}"))
    assert place(found) == ("yaml-alias", 2, 9)


def test_scheme_unknown_heading(linted: Lint) -> None:
    """A first-level heading that is not in the list offers the nearest."""
    [found] = linted("# Requirement · 条件\n\nAll of: [L §1]\n\n1. `age` ≥ 18 — of full age · 成年\n")
    assert place(found) == ("unknown-heading", 13, 1)
    assert found.nearest == "Requirements · 条件"


def test_scheme_heading_in_one_language(linted: Lint) -> None:
    """A heading in English only is not in the list."""
    [found] = linted("# Steps\n")
    assert place(found) == ("unknown-heading", 13, 1)
    assert found.nearest == "Steps · 步骤"


def test_scheme_misspelt_fact(linted: Lint) -> None:
    """A misspelt fact in a condition offers the nearest."""
    body = "# Requirements · 条件\n\nAll of: [L §1]\n\n1. `education.degre` ≥ master — degree · 学位\n"
    [found] = linted(body)
    assert place(found) == ("unknown-name", 17, 4)
    assert found.nearest == "education.degree"


def test_scheme_derived_facts_in_circle(linted: Lint) -> None:
    """Two derived facts that are defined by each other are a circle, told with its path."""
    body = "# Derived facts · 推算事实\n"
    for one, other in (("a", "b"), ("b", "a")):
        body += f"\n## Fact · 事实 {{#{one}}}\n\nAll of: [L §1]\n\n1. `{other}` — other · 其他\n"
    [found] = linted(body)
    assert found.code == "cycle"
    assert found.message() == "these refer to each other in a circle: a → b → a"


def test_schemes_in_circle(tmp_path: Path) -> None:
    """Two schemes that refer to each other are a circle; the rest of the policies still answers."""
    for one, other in (("xx/one", "xx/two"), ("xx/two", "xx/one")):
        body = f"# Requirements · 条件\n\nAll of: [L §1]\n\n1. `{other}` qualifies — other · 其他\n"
        scheme_file(tmp_path, body, one)
    both = jifen.load(tmp_path)
    with pytest.raises(jifen.PolicyError) as caught:
        both.check({}, ON, ["xx/one"])
    [found] = caught.value.problems
    assert found.code == "cycle"
    assert found.message() == "these refer to each other in a circle: xx/one → xx/two → xx/one"
    assert found.where.file == str(tmp_path / "xx/two/2020-01-01.md")
    assert found.where.line == 17
    assert len(both.check({"age": 30}, ON, ["cn/work-permit"])) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no-front-matter"),
        ("# Points · 积分\n", "no-front-matter"),
        ("---\nscheme: xx/one\n", "no-front-matter"),
        ("---\n- a\n---\n", "not-a-mapping"),
        ("---\nscheme: [\n---\n", "not-yaml"),
        (IDENTITY.format(id="xx/one") + "Words.\n", "text-before-heading"),
        (IDENTITY.format(id="xx/one") + "## Points · 积分\n", "heading-level"),
    ],
)
def test_scheme_that_is_no_document(tmp_path: Path, text: str, code: str) -> None:
    """Text that is no scheme at all is one problem."""
    path = tmp_path / "xx" / "one" / "2020-01-01.md"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    with pytest.raises(jifen.PolicyError) as caught:
        load_scheme(path)
    assert [p.code for p in caught.value.problems] == [code]


def test_vocabulary_with_misspelt_type(tmp_path: Path) -> None:
    """A misspelt type offers the nearest, at the place of the type."""
    (tmp_path / "facts.yaml").write_text("subject: person\nfacts:\n  a.b:\n    type: hole\n", "utf-8")
    with pytest.raises(jifen.PolicyError) as caught:
        load_vocabulary(tmp_path)
    assert [(place(p), p.nearest) for p in caught.value.problems] == [(("not-one-of", 4, 11), "whole")]


# --- what crashed when it was first tried ---------------------------------------------------------------------------

WAGE = """\
# Parameters · 参数

## Wage · 工资 {#average}

| `wage` (CNY a year) | from | source |
|---:|---|---|
| 100,000 | 2020-01-01 | [L §1] |

"""
DERIVED = "# Derived facts · 推算事实\n\n## Fact · 事实 {#fact}\n\n"
REQUIRED = "# Requirements · 条件\n\nAll of: [L §1]\n\n1. "


@pytest.mark.parametrize(
    "body",
    [
        REQUIRED + "0 × `age` ≥ 18 — of full age · 成年\n",
        REQUIRED + "not " * 3000 + "`healthy` — in good health · 身体健康\n",
        REQUIRED + "(" * 3000 + "`healthy`" + ")" * 3000 + " — in good health · 身体健康\n",
        TABLE + "| 18–45 | " + "9" * 5000 + " |\n| otherwise | 0 |\n",
        TABLE.replace("Pass mark 10.", "Pass mark ,.") + "| otherwise | 0 |\n",
        WAGE + DERIVED + "From `wage` at `age` 23 to `wage` at `age` 23, in equal steps, rounded half up. [L §1]\n",
        WAGE + DERIVED + "From `wage` at `age` 45 to `wage` at `age` 23, in equal steps, rounded half up. [L §1]\n",
        DERIVED + "[L §1]\n\n| `healthy` | value |\n|---|---|\n| yes | 1/0 |\n| no | 0 |\n",
    ],
    ids=["times-zero", "not-not", "brackets", "digits", "comma", "no-step", "steps-back", "division"],
)
def test_scheme_that_cannot_be_computed(linted: Lint, body: str) -> None:
    """Numbers and conditions out of all measure are mistakes of the document, not of the program."""
    assert linted(body) != []


@pytest.mark.parametrize(
    "csv",
    [
        "partner,least (CNY a year),source\n",
        f"partner,least (CNY a year),source\nyes,{'1' * 200_000},L\n",
        f"partner,least (CNY a year),source\nyes,{'1' * 6000},L\nno,1,L\n",
    ],
    ids=["no-rows", "long-field", "digits"],
)
def test_scheme_with_bad_csv(linted: Lint, tmp_path: Path, csv: str) -> None:
    """A table that cannot be used is a mistake of the policies."""
    scheme_file(tmp_path, "").with_name("wages.csv").write_text(csv, "utf-8")
    body = "# Parameters · 参数\n\n## Wages · 工资 {#wages}\n\n"
    body += "`wages` is the row of [wages.csv](wages.csv) for `family.partner`. [L §1]\n\n"
    body += REQUIRED + "`china.annual_salary` ≥ `wages.least` — paid the least · 达到最低工资\n"
    assert linted(body) != []


@pytest.mark.parametrize("source", ["a\0b", {"age": 10**5000}], ids=["path-with-nul", "huge-int"])
def test_profile_out_of_all_measure(rules: jifen.Jifen, source: Any) -> None:
    """A path that cannot be one, and a number too long to print, are mistakes of the user."""
    with pytest.raises(jifen.JifenError):
        rules.check(source, ON, [])


def test_receipt_with_huge_number(tmp_path: Path) -> None:
    """A number too long to read makes a bad receipt."""
    path = tmp_path / "answer.json"
    path.write_text('{"points": ' + "1" * 5000 + "}")
    with pytest.raises(jifen.RequestError):
        read_receipts(path)
