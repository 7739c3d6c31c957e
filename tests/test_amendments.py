"""A version that amends an earlier one: only what changes is written, and the whole is as if it had been written out."""

from pathlib import Path

import pytest

from jifen.problems import PolicyError
from jifen.schemes.load import load_scheme
from jifen.schemes.show import as_markdown

BASE = """---
scheme: test/amended
title: {en: Example, zh: 示例}
subject: person
jurisdiction: CN
authority: {en: None, zh: 无}
in force: {from: 2020-01-01}
instruments:
  S: {title: {en: A law, zh: 法律}}
---

# Points · 积分

Sum of: Pass mark 5. [S 1]

## Age · 年龄 {#age}

| `age` (years) | points |
|---|---:|
| < 30 | 5 |
| ≥ 30 | 0 |

## Degree · 学位 {#degree}

| `education.degree` | points |
|---|---:|
| doctorate | 5 |
| below | 0 |
"""
CHANGE = """---
scheme: test/amended
title: {en: Example, zh: 示例}
subject: person
jurisdiction: CN
authority: {en: None, zh: 无}
in force: {from: 2021-01-01}
amends: 2020-01-01
---

# Requirements · 条件

All of: [S 2]

1. `healthy` — in good health · 身体健康

# Points · 积分

## Age · 年龄 {#age}

[S 1]

| `age` (years) | points |
|---|---:|
| < 40 | 5 |
| ≥ 40 | 0 |

## Degree · 学位 {#degree}

Repealed. [S 3]
> Degrees no longer count.
"""


def _write(tmp_path: Path) -> Path:
    folder = tmp_path / "test" / "amended"
    folder.mkdir(parents=True)
    (folder / "2020-01-01.md").write_text(BASE, "utf-8")
    path = folder / "2021-01-01.md"
    path.write_text(CHANGE, "utf-8")
    return path


def test_a_heading_with_the_same_id_is_replaced_and_a_repealed_one_is_gone(tmp_path: Path) -> None:
    scheme = load_scheme(_write(tmp_path))
    assert scheme.points is not None
    assert [c.id for c in scheme.points.criteria()] == ["age"]
    assert "| < 40 | 5 |" in as_markdown(scheme)
    assert "| < 30 | 5 |" not in as_markdown(scheme)


def test_what_is_not_changed_stays_and_instruments_need_not_be_repeated(tmp_path: Path) -> None:
    scheme = load_scheme(_write(tmp_path))
    assert scheme.pass_mark == 5
    assert list(scheme.instruments) == ["S"]


def test_a_first_level_heading_that_is_new_takes_its_place_in_the_order(tmp_path: Path) -> None:
    scheme = load_scheme(_write(tmp_path))
    assert [s.title for s in scheme.document.sections] == ["Requirements · 条件", "Points · 积分"]


def test_a_change_of_the_earlier_file_changes_the_hash_of_the_later_version(tmp_path: Path) -> None:
    path = _write(tmp_path)
    before = load_scheme(path).hash
    base = path.with_name("2020-01-01.md")
    base.write_text(base.read_text("utf-8").replace("| doctorate | 5 |", "| doctorate | 4 |"), "utf-8")
    assert load_scheme(path).hash != before


NEW = """## Health · 健康 {#health}

| `healthy` | points |
|---|---:|
| yes | 1 |
| no | 0 |

"""
AGE, DEGREE = "## Age · 年龄 {#age}\n\n", "## Degree · 学位 {#degree}\n\n"


@pytest.mark.parametrize(
    ("written", "order"),
    [
        (NEW, ["age", "degree", "health"]),
        (AGE + NEW, ["age", "health", "degree"]),
        (NEW + AGE, ["health", "age", "degree"]),
        (NEW + DEGREE, ["age", "health", "degree"]),
        (DEGREE + NEW, ["age", "degree", "health"]),
        (AGE + "Repealed. [S 3]\n\n" + NEW, ["health", "degree"]),
        (AGE + NEW + NEW.replace("health}", "health_2}"), ["age", "health", "health_2", "degree"]),
    ],
)
def test_a_new_heading_stands_where_it_is_written(tmp_path: Path, written: str, order: list[str]) -> None:
    """After the heading above it; as the first, before the one below it; alone, last. A heading repeated bare changes nothing."""
    path = _write(tmp_path)
    path.write_text(CHANGE[: CHANGE.index("# Requirements")] + "# Points · 积分\n\n" + _cited(written), "utf-8")
    scheme = load_scheme(path)
    assert scheme.points is not None
    assert [c.id for c in scheme.points.criteria()] == order


def _cited(text: str) -> str:
    return text.replace("| `healthy`", "[S 4]\n\n| `healthy`")


def test_a_repeated_heading_may_have_new_words(tmp_path: Path) -> None:
    """A heading repeated bare under other words is the same rule under its new name."""
    path = _write(tmp_path)
    head = CHANGE[: CHANGE.index("# Requirements")]
    path.write_text(head + "# Points · 积分\n\n## Years of age · 周岁 {#age}\n", "utf-8")
    scheme = load_scheme(path)
    assert scheme.points is not None
    assert [c.title["en"] for c in scheme.points.criteria()] == ["Years of age", "Degree"]


def test_a_new_heading_without_content_is_a_mistake(tmp_path: Path) -> None:
    """Only a heading of the earlier version may be repeated bare; a new one must say something."""
    path = _write(tmp_path)
    head = CHANGE[: CHANGE.index("# Requirements")]
    path.write_text(head + "# Points · 积分\n\n## Health · 健康 {#health}\n", "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_scheme(path)
    assert [p.code for p in caught.value.problems] == ["empty-heading"]
