"""The browser's engine in a real Chromium: it says what the library says, for every worked example and for random people."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from helpers import random_profile
from jifen.answers.cases import case_files, read_cases
from jifen.answers.door import Jifen
from jifen.engines.javascript import ENGINE, export_bundle, export_plan
from jifen.facts.values import plain_value
from jifen.plan.nodes import Graph
from jifen.schemes.shelf import policy_folder
from system_parts import chromium

DAY = date(2026, 11, 23)
ROOT = Path(__file__).parent.parent / "conformance"
CONFORMANCE = sorted(ROOT.rglob("*.json"))
SCHEMES = sorted({p.parent.relative_to(policy_folder()).as_posix() for p in policy_folder().rglob("cases.yaml")})


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page that has loaded the engine as `engine`, and reaches no network."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium()), args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        page = browser.new_page()
        page.route("**", lambda route: route.abort())
        page.evaluate(
            """async (source) => {
                const url = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
                window.engine = await import(url);
            }""",
            ENGINE.read_text("utf-8"),
        )
        yield page
        browser.close()


def bundle(rules: Jifen, scheme: str, on: date) -> dict[str, Any]:
    plan = rules.plan(scheme, on)
    assert plan
    return export_bundle([plan], rules.vocabulary, rules.derivations, on)


def in_browser(page: Page, held: dict[str, Any], profiles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the browser answers for profiles, as JSON."""
    text = page.evaluate(
        "([bundle, profiles]) => JSON.stringify(profiles.map((p) => engine.check(JSON.parse(bundle), p)))",
        [json.dumps(held), profiles],
    )
    return json.loads(text)  # type: ignore[no-any-return]


def shared(answer: dict[str, Any]) -> dict[str, Any]:
    """What both say of an answer."""
    keys = (
        "scheme title version as_of status points pass_mark outcome possible_outcomes missing refining deciding"
        " for_the_authority"
    )
    found = {k: answer[k] for k in keys.split()}
    money = ("id", "words", "low", "high", "currency", "per", "discretionary", "facts", "citation")
    found["amounts"] = [{k: a[k] for k in money} for a in answer["amounts"]]
    criterion = ("id", "title", "points", "max", "group", "depth", "row")
    found["criteria"] = [{k: c[k] for k in criterion} for c in answer["criteria"]]
    item = ("id", "words", "holds", "for_the_authority", "depth", "citation")
    found["requirements"] = [{k: r[k] for k in item} for r in answer["requirements"]]
    reason = ("kind", "id", "words", "citation", "law")
    found["reasons"] = [{k: r[k] for k in reason} for r in answer["reasons"] if r["kind"] != "open"]
    return found


def agree(page: Page, rules: Jifen, scheme: str, on: date, profiles: list[dict[str, Any]]) -> None:
    answers = in_browser(page, bundle(rules, scheme, on), profiles)
    for profile, found in zip(profiles, answers, strict=True):
        [expected] = rules.check(profile, on, [scheme])
        assert found["problems"] == [], profile
        assert [shared(a) for a in found["answers"]] == [shared(json.loads(json.dumps(expected.data())))], profile


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_worked_example_gets_the_same_answer_in_the_browser(page: Page, rules: Jifen, scheme: str) -> None:
    days: dict[date, list[dict[str, Any]]] = {}
    for file in case_files(policy_folder(), scheme):
        for case in read_cases(file):
            if rules.plan(scheme, case.on):
                days.setdefault(case.on, []).append(case.read_profile(rules.vocabulary).plain(rules.vocabulary))
    assert days
    for on, profiles in days.items():
        agree(page, rules, scheme, on, profiles)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_random_people_with_unknown_facts_get_the_same_answer(page: Page, rules: Jifen, scheme: str) -> None:
    plan = rules.plan(scheme, DAY)
    assert plan
    random = Random(scheme)
    facts = rules.vocabulary.facts
    profiles = []
    for share in (1.0, 1.0, 0.9, 0.9, 0.8, 0.8):
        full = random_profile(plan, rules.vocabulary, random)
        profiles.append({k: plain_value(facts[k], v) for k, v in full.items() if random.random() < share})
    agree(page, rules, scheme, DAY, profiles)


@pytest.mark.parametrize("file", CONFORMANCE, ids=lambda f: f.relative_to(ROOT).with_suffix("").as_posix())
def test_the_conformance_cases_hold_in_the_browser(page: Page, rules: Jifen, file: Path) -> None:
    held = json.loads(file.read_text("utf-8"))
    on = date.fromisoformat(held["as_of"])
    found = in_browser(page, bundle(rules, held["scheme"], on), [c["profile"] for c in held["cases"]])
    assert len(found) >= 12
    for case, told in zip(held["cases"], found, strict=True):
        [answer] = told["answers"]
        said = {k: answer[k] for k in ("status", "outcome", "points")}
        said["criteria"] = {c["id"]: c["points"] for c in answer["criteria"]}
        expected = {k: case[k] for k in ("status", "outcome", "points")}
        expected["criteria"] = {k: v for k, v in case["criteria"].items() if k}  # not the heading Points itself
        assert said == expected, case["profile"]


def test_age_follows_from_the_day_of_birth_in_the_browser_too(page: Page, rules: Jifen) -> None:
    """On the eve of the 18th birthday the work permit is refused; on the day it is open."""
    eve = bundle(rules, "cn/work-permit", date(2026, 11, 22))
    day = bundle(rules, "cn/work-permit", date(2026, 11, 23))
    profile = {"birth_date": "2008-11-23"}
    assert in_browser(page, eve, [profile])[0]["answers"][0]["status"] == "does not qualify"
    assert in_browser(page, day, [profile])[0]["answers"][0]["status"] == "undetermined"


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"agee": 30}, {"fact": "agee", "expected": "a fact of the vocabulary"}),
        ({"age": "thirty"}, {"fact": "age", "expected": "whole"}),
        ({"age": 30.5}, {"fact": "age", "expected": "a whole number, or an exact decimal as text"}),
        ({"age": 400}, {"fact": "age", "expected": "between 0 and 120"}),
        ({"birth_date": "2001-02-29"}, {"fact": "birth_date", "expected": "date"}),
        ({"age": 30, "birth_date": "1990-01-01"}, {"fact": "age", "expected": "36"}),
        (
            {"birth_date": "2026-11-24"},
            {"fact": "birth_date", "expected": "2026-11-23 or earlier", "to_come": True},
        ),
        ({"china.postdoc": "perhaps"}, {"fact": "china.postdoc", "expected": "yes or no"}),
    ],
)
def test_a_mistake_in_the_profile_is_named_and_nothing_is_answered(
    page: Page, rules: Jifen, profile: dict[str, Any], expected: dict[str, str]
) -> None:
    [found] = in_browser(page, bundle(rules, "cn/work-permit", DAY), [profile])
    assert found == {"answers": [], "problems": [expected]}


def test_a_number_that_a_browser_cannot_hold_exactly_is_refused_on_export(rules: Jifen) -> None:
    from dataclasses import replace

    plan = rules.plan("cn/k-visa", DAY)
    assert plan
    graph = Graph()
    huge = graph.case(graph.var("age", 0, 2**60), [2**55], [graph.const(0), graph.const(1)])
    with pytest.raises(OverflowError, match="more than a browser holds exactly"):
        export_plan(replace(plan, outcome=huge))
