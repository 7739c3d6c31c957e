"""Amounts of money: exact sums, caps, ceilings that promise nothing, and bounds while facts are unknown."""

from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jifen.answers.answer import AmountAnswer
from jifen.answers.cases import read_cases, run_case
from jifen.answers.door import Jifen
from jifen.answers.schemas import answer_schema
from jifen.engines.amounts import amount
from jifen.engines.reference import Range, State
from jifen.problems import PolicyError
from jifen.schemes.load import load_scheme
from jifen.schemes.shelf import read_shelf

DAY = date(2021, 1, 1)
FACTS = """subject: organisation
facts:
"""
ONE = """  test.{name}:
    type: {kind}
    title: {{en: {name}, zh: 测试}}
    question: {{en: "How much?", zh: 多少？}}
    evidence: {{en: Accounts, zh: 账目}}
    personal: no
    changes: by others
"""
DECLARED = FACTS + "".join(
    ONE.format(name=name, kind=kind)
    for name, kind in {
        "admitted": "yes/no",
        "first": "yes/no",
        "rent": "money\n    currency: CNY\n    domain: [0, 9.99]",
        "fee": "money\n    currency: JPY\n    per: year\n    domain: [0, 900]",
        "staff": "whole\n    unit: people\n    domain: [0, 20]",
    }.items()
)
HEAD = """---
scheme: test/money
title: {en: Money, zh: 金额}
subject: organisation
jurisdiction: CN
authority: {en: Office, zh: 机关}
in force: {from: 2020-01-01}
instruments:
  M:
    title: {en: Measures, zh: 办法}
---

# Requirements · 条件

All of: [M 1]

1. `test.admitted` — admitted · 已获准

# Grants · 待遇

- A desk · 工位 [M 2]

"""


def _folder(where: Path, grants: str) -> Path:
    (where / "facts").mkdir(parents=True, exist_ok=True)
    (where / "facts" / "test.yaml").write_text(DECLARED, "utf-8")
    scheme = where / "test" / "money"
    scheme.mkdir(parents=True, exist_ok=True)
    (scheme / "2020-01-01.md").write_text(HEAD + grants, "utf-8")
    return where


def _rules(where: Path, grants: str) -> Jifen:
    return Jifen(read_shelf([_folder(where, grants)]))


def _amount(rules: Jifen, profile: dict[str, Any]) -> AmountAnswer:
    [answer] = rules.check(profile, "2021-01-01", ["test/money"])
    [found] = answer.amounts
    return found


def _bounds(rules: Jifen, profile: dict[str, Any]) -> tuple[int, int]:
    found = _amount(rules, profile)
    return found.low, found.high


YES = {"test.admitted": True}


def test_a_fixed_amount_is_given_in_the_smallest_unit(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "## Desk · 工位 {#desk}\n\nCNY 2,000,000. [M 3]\n")
    found = _amount(rules, YES)
    assert (found.low, found.high, found.currency, found.discretionary) == (200_000_000, 200_000_000, "CNY", False)
    assert found.text() == {"en": "CNY 2,000,000", "zh": "2,000,000元"}
    assert [str(c) for c in found.citations] == ["M 3"]


def test_nothing_is_granted_without_an_outcome_and_anything_may_be_while_that_is_open(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "## Desk · 工位 {#desk}\n\nCNY 300 a year. [M 3]\n")
    assert _bounds(rules, {"test.admitted": False}) == (0, 0)
    found = _amount(rules, {"test.first": True})
    assert (found.low, found.high, found.per, found.facts) == (0, 30_000, "year", ("test.admitted",))
    assert found.text()["en"] == "CNY 0 – 300 a year"


def test_a_ceiling_is_never_promised(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "## Desk · 工位 {#desk}\n\nMay be assessed for up to CNY 50,000,000. [M 3]\n")
    found = _amount(rules, YES)
    assert (found.low, found.high, found.discretionary) == (0, 5_000_000_000, True)
    assert found.text() == {
        "en": "may be assessed for up to CNY 50,000,000",
        "zh": "经评估最高可获50,000,000元",
    }


@pytest.mark.parametrize(
    ("rent", "sum_"),
    [("0", 0), ("0.01", 0), ("0.02", 1), ("0.03", 1), ("5.99", 299), ("6", 300), ("6.01", 300), ("9.99", 300)],
)
def test_a_share_is_rounded_down_and_stops_at_its_cap(tmp_path: Path, rent: str, sum_: int) -> None:
    """Half of the rent, at most 3 yuan."""
    rules = _rules(tmp_path, "## Rent · 房租 {#rent}\n\n50% of `test.rent`. At most CNY 3. [M 3]\n")
    assert _bounds(rules, {**YES, "test.rent": rent}) == (sum_, sum_)


def test_a_share_of_an_unknown_sum_lies_between_its_ends(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "## Rent · 房租 {#rent}\n\n2.5% of `test.rent`. At most CNY 3. [M 3]\n")
    found = _amount(rules, YES)
    assert (found.low, found.high, found.facts) == (0, 24, ("test.rent",))
    [answer] = rules.check(YES, "2021-01-01", ["test/money"])
    assert (answer.missing, answer.refining) == ((), ("test.rent",))


def test_a_currency_without_cents_has_none(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "## Fee · 费用 {#fee}\n\n33% of `test.fee`. [M 3]\n")
    found = _amount(rules, {**YES, "test.fee": 10})
    assert (found.low, found.high, found.currency, found.per) == (3, 3, "JPY", "year")


def test_so_much_for_each_is_multiplied_and_capped(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "## Staff · 人员 {#staff}\n\nCNY 1.50 for each `test.staff`. At most CNY 20. [M 3]\n")
    assert _bounds(rules, {**YES, "test.staff": 7}) == (1050, 1050)
    assert _bounds(rules, {**YES, "test.staff": 14}) == (2000, 2000)
    assert _bounds(rules, YES) == (0, 2000)


def test_a_condition_takes_the_amount_away_and_its_facts_with_it(tmp_path: Path) -> None:
    rules = _rules(tmp_path, "## Rent · 房租 {#rent}\n\n50% of `test.rent`. Only when `test.first`. [M 3]\n")
    assert _bounds(rules, {**YES, "test.first": False}) == (0, 0)
    assert _amount(rules, {**YES, "test.first": False}).facts == ()
    assert _amount(rules, YES).facts == ("test.first", "test.rent")


def test_a_threshold_on_the_sum_itself_keeps_the_bounds_exact(tmp_path: Path) -> None:
    """Granted up to 5 yuan of rent only: what is unknown cannot give more than half of 5 yuan."""
    rules = _rules(tmp_path, "## Rent · 房租 {#rent}\n\n50% of `test.rent`. Only when `test.rent` ≤ 5. [M 3]\n")
    assert _bounds(rules, YES) == (0, 250)
    assert _bounds(rules, {**YES, "test.rent": "5.01"}) == (0, 0)


TABLE = """## Staff · 人员 {#staff}

| `test.staff` (people) | amount (CNY a year) | source |
|---|---:|---|
| ≥ 10 | 1,500,000 | [M 3] |
| ≥ 5 | 500,000 | [M 4] |
| below | 0 | [M 5] |
"""


@pytest.mark.parametrize(("staff", "sum_", "row"), [(4, 0, "M 5"), (5, 500_000, "M 4"), (10, 1_500_000, "M 3")])
def test_a_table_gives_the_sum_of_the_row_that_applies(tmp_path: Path, staff: int, sum_: int, row: str) -> None:
    found = _amount(_rules(tmp_path, TABLE), {**YES, "test.staff": staff})
    assert (found.low, found.high, found.per) == (sum_ * 100, sum_ * 100, "year")
    assert [str(c) for c in found.citations] == [row]


def test_a_table_of_ceilings_promises_no_row(tmp_path: Path) -> None:
    text = TABLE.replace("{#staff}\n", "{#staff}\n\nMay be assessed for up to: [M 6]\n")
    found = _amount(_rules(tmp_path, text), {**YES, "test.staff": 5})
    assert (found.low, found.high, found.discretionary) == (0, 50_000_000, True)


@settings(max_examples=20, deadline=None)
@given(
    rate=st.integers(0, 120),
    cap=st.integers(0, 12),
    edge=st.integers(1, 8),
    op=st.sampled_from(["≥", "≤", "<", ">"]),
)
def test_the_bounds_are_the_least_and_the_most_of_all_values(
    tmp_path_factory: pytest.TempPathFactory, rate: int, cap: int, edge: int, op: str
) -> None:
    """With the rent unknown, the bounds are those that trying every rent gives."""
    text = f"## Rent · 房租 {{#rent}}\n\n{rate}% of `test.rent`. At most CNY {cap}. Only when `test.rent` {op} {edge}. [M]\n"
    plan = _rules(tmp_path_factory.mktemp("money"), text).plan("test/money", DAY)
    assert plan
    [rent] = plan.amounts
    tried = [amount(State(plan, {"test.admitted": 1, "test.rent": r}, DAY), rent).low for r in range(1000)]
    assert amount(State(plan, {"test.admitted": 1}, DAY), rent) == Range(min(tried), max(tried))


@pytest.mark.parametrize(
    ("grants", "code"),
    [
        ("## A · 甲 {#a}\n\n[M 3]\n", "bad-amount"),
        ("## A · 甲 {#a}\n\nCNY 5. CNY 6. [M 3]\n", "bad-amount"),
        ("## A · 甲 {#a}\n\nCNY 5. At most CNY 6. At most CNY 7. [M 3]\n", "bad-amount"),
        ("## A · 甲 {#a}\n\nCNY 5. May be assessed for up to: [M 3]\n", "bad-amount"),
        ("## A · 甲 {#a}\n\nCNY 5.\n", "missing-citation"),
        ("## A · 甲 {#a}\n\nABC 5. [M 3]\n", "unknown-currency"),
        ("## A · 甲 {#a}\n\nCNY 5.001. [M 3]\n", "bad-number"),
        ("## A · 甲 {#a}\n\nAbout CNY 5. [M 3]\n", "not-understood"),
        ("## A · 甲 {#a}\n\nUp to CNY 5. [M 3]\n", "not-understood"),
        ("## A · 甲 {#a}\n\n-5% of `test.rent`. [M 3]\n", "not-understood"),
        ("## A\n\nCNY 5. [M 3]\n", "missing-id"),
        ("## A · 甲 {#a}\n\n### B · 乙 {#b}\n\nCNY 5. [M 3]\n", "heading-too-deep"),
        (TABLE.replace("1,500,000", "many"), "bad-number"),
        (TABLE.replace("1,500,000", "-1"), "bad-number"),
        (TABLE.replace("amount (CNY a year)", "points"), "bad-amount-column"),
    ],
)
def test_an_amount_that_is_not_well_formed_is_refused(tmp_path: Path, grants: str, code: str) -> None:
    path = _folder(tmp_path, grants) / "test" / "money" / "2020-01-01.md"
    with pytest.raises(PolicyError) as caught:
        load_scheme(path)
    assert [p.code for p in caught.value.problems] == [code]


@pytest.mark.parametrize(
    ("grants", "code"),
    [
        ("## A · 甲 {#a}\n\n50% of `test.staff`. [M 3]\n", "wrong-use"),
        ("## A · 甲 {#a}\n\nCNY 5 for each `test.rent`. [M 3]\n", "wrong-use"),
        ("## A · 甲 {#a}\n\n50% of `test.admitted`. [M 3]\n", "wrong-use"),
        ("## A · 甲 {#a}\n\n50% of `test.rents`. [M 3]\n", "unknown-name"),
        ("## A · 甲 {#a}\n\n50% of `test.rent`. At most USD 5. [M 3]\n", "amount-currency"),
        ("## A · 甲 {#a}\n\nCNY 5. Only when `test.third`. [M 3]\n", "unknown-name"),
        (TABLE.replace("| below | 0 | [M 5] |\n", ""), "rows-gap"),
        (TABLE.replace("(people)", "(years)"), "wrong-unit"),
    ],
)
def test_an_amount_without_meaning_is_refused(tmp_path: Path, grants: str, code: str) -> None:
    rules = _rules(tmp_path, grants)
    with pytest.raises(PolicyError) as caught:
        rules.check(YES, "2021-01-01", ["test/money"])
    assert [p.code for p in caught.value.problems] == [code]


def test_a_case_says_what_it_expects_of_an_amount(tmp_path: Path) -> None:
    rules = _rules(tmp_path, TABLE + "\n## Help · 资助 {#help}\n\nMay be assessed for up to CNY 7. [M 7]\n")
    path = tmp_path / "cases.yaml"
    path.write_text(
        "scheme: test/money\ncases:\n"
        "  - {case: right, on: 2021-01-01, profile: {test.admitted: yes, test.staff: 5},"
        " expect: {amounts: {staff: 500000, help: up to 7}}}\n"
        "  - {case: open, on: 2021-01-01, profile: {test.admitted: yes}, expect: {amounts: {staff: [0, 1500000]}}}\n"
        "  - {case: wrong, on: 2021-01-01, profile: {test.admitted: yes, test.staff: 4},"
        " expect: {amounts: {staff: 500000, none: 1}}}\n",
        "utf-8",
    )
    results = [run_case(rules, c) for c in read_cases(path)]
    assert [r.passed for r in results] == [True, True, False]
    assert results[2].differences == (("amount staff", "500000", "0"), ("amount none", "1", "no such amount"))


def test_an_answer_with_amounts_has_the_published_form(tmp_path: Path) -> None:
    [answer] = _rules(tmp_path, TABLE).check(YES, "2021-01-01", ["test/money"])
    data = answer.data()
    jsonschema.Draft202012Validator(answer_schema()).validate(data)
    assert data["amounts"] == [
        {
            "id": "staff",
            "words": {"en": "Staff", "zh": "人员"},
            "text": {"en": "CNY 0 – 1,500,000 a year", "zh": "每年0–1,500,000元"},
            "low": 0,
            "high": 150_000_000,
            "currency": "CNY",
            "per": "year",
            "discretionary": False,
            "facts": ["test.staff"],
            "citation": [{"instrument": "M", "place": p, "sure": "confirmed"} for p in ("3", "4", "5")],
        }
    ]
