"""A parameter that is a day: compared with a date as the law prints it, and refused where it is no day."""

from datetime import date
from pathlib import Path

import pytest

import jifen
from jifen.plan.compile import compile_plan
from jifen.problems import PolicyError
from jifen.schemes.load import load_scheme
from jifen.schemes.show import as_data

DOCUMENT = """---
scheme: test/guide
title: {en: Guide, zh: 指南}
subject: person
jurisdiction: CN
authority: {en: None, zh: 无}
in force: {from: 2021-01-01}
instruments:
  G: {title: {en: A guide, zh: 指南}}
---

# Parameters · 参数

## Earliest day of the birth · 最早出生日 {#earliest}

| `earliest` (date) | from | source |
|---:|---|---|
| 1981-01-01 | 2021-01-01 | [G 2021] |
| 1983-01-01 | 2023-01-01 | [G 2023] |

# Requirements · 条件

All of: [G]

1. `birth_date` ≥ `earliest` — born on that day or later · 该日及以后出生
"""


def guide(folder: Path, text: str = DOCUMENT) -> Path:
    path = folder / "test" / "guide" / "2021-01-01.md"
    path.parent.mkdir(parents=True)
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("born", "on", "status"),
    [
        ("1981-01-01", "2021-01-01", "qualifies"),
        ("1980-12-31", "2021-01-01", "does not qualify"),
        ("1981-01-01", "2022-12-31", "qualifies"),
        ("1982-12-31", "2023-01-01", "does not qualify"),
        ("1983-01-01", "2023-01-01", "qualifies"),
    ],
)
def test_the_limit_day_of_the_guide_in_force_is_inside_and_the_day_before_is_not(born, on, status, tmp_path) -> None:
    guide(tmp_path)
    [answer] = jifen.load(tmp_path).check({"birth_date": born}, on=on, schemes=["test/guide"])
    assert answer.status == status


def test_an_unknown_day_leaves_the_answer_open(tmp_path) -> None:
    guide(tmp_path)
    [answer] = jifen.load(tmp_path).check({}, on="2023-06-01", schemes=["test/guide"])
    assert (answer.status, answer.missing) == ("undetermined", ("birth_date",))


def test_a_scheme_shown_as_data_prints_the_day(tmp_path) -> None:
    [parameter] = as_data(load_scheme(guide(tmp_path)))["parameters"]
    assert parameter["unit"] == "date"
    assert [v["value"] for v in parameter["values"]] == ["1981-01-01", "1983-01-01"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("| 1981-01-01 |", "| 1981-02-29 |", "bad-day"),
        ("| 1981-01-01 |", "| 40 |", "bad-day"),
        ("(date)", "(years)", "bad-number"),
        ("`birth_date` ≥ `earliest`", "`birth_date` ≥ 2 × `earliest`", "wrong-use"),
        ("`birth_date` ≥ `earliest`", "`birth_date` ≥ 50% of `earliest`", "wrong-use"),
        ("`birth_date` ≥ `earliest`", "2 × `birth_date` ≥ `earliest`", "wrong-use"),
        ("`birth_date` ≥ `earliest`", "`age` ≥ `earliest`", "wrong-unit"),
        ("`birth_date` ≥ `earliest`", "`birth_date` ≥ 1981", "unknown-value"),
    ],
)
def test_what_is_no_day_is_refused_where_it_stands(old, new, code, tmp_path) -> None:
    path = guide(tmp_path, DOCUMENT.replace(old, new))
    with pytest.raises(PolicyError) as error:
        compile_plan(load_scheme(path), date(2023, 1, 1), jifen.load().shelf)
    [problem] = error.value.problems
    assert problem.code == code
    assert problem.where and problem.where.line
