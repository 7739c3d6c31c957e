"""Private mode in a real Chromium: nothing about the person is sent, and the answers are the server's."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from jifen.answers.door import Jifen
from jifen.portal.check import places_offered
from jifen.portal.demo import people
from jifen.portal.questions import scope
from jifen.schemes.citations import place_in
from portal_browser import faults, visitor
from portal_server import Server


@pytest.fixture
def page(server: Server, chromium: Browser) -> Iterator[Page]:
    with visitor(chromium) as page:
        yield page


def enter(page: Page, address: str, path: str = "en/private") -> None:
    page.goto(f"{address}/{path}")
    expect(page.locator("#tally .count")).to_have_count(4)


def settled(page: Page) -> None:
    """The answers to what was last typed have come."""
    expect(page.locator("#private-form")).not_to_have_attribute("aria-busy", "true", timeout=60_000)


def unfold(page: Page) -> None:
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")


def watched(page: Page) -> list[str]:
    """Every request from now on, with what it sends; what stays in the browser (`blob:`) is no request, the sign of the house no matter."""
    sent: list[str] = []
    page.context.on(
        "request",
        lambda r: (
            sent.append(f"{r.method} {r.url} {r.post_data or ''}".strip())
            if not re.search(r"^blob:|/static/[\w.]+\.svg$", r.url)
            else None
        ),
    )
    return sent


def kept(page: Page, path: Path) -> dict[str, object]:
    with page.expect_download() as download:
        page.click("#keep")
    download.value.save_as(path)
    return json.loads(path.read_text("utf-8"))  # type: ignore[no-any-return]


def nothing_stays(page: Page) -> None:
    assert {c["name"] for c in page.context.cookies()} <= {"jifen-lang"}
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_no_request_carries_a_fact_of_a_person(server: Server, page: Page, tmp_path: Path) -> None:
    """Everything that is sent after the page has come is written down: the rules of Japan, the page in Chinese, nothing else."""
    enter(page, server.address)
    page.wait_for_load_state("networkidle")
    day = page.get_attribute("[data-private]", "data-day")
    sent = watched(page)
    page.fill("input[name=birth_date]", "1985-07-08")
    page.check("input[name=healthy][value=yes]")
    page.click("summary:has-text('Education')")
    page.check("input[name='education.degree'][value=doctorate]")
    settled(page)
    first = page.inner_text("#results")
    page.check("input[name='education.degree'][value=bachelor]")
    settled(page)
    assert page.inner_text("#results") != first
    assert sent == []
    page.check("#places input[value=JP]")
    page.click("summary:has-text('Work experience')")
    spell = page.locator("[data-fact='work.spells'] .spell")
    spell.nth(0).locator("input").nth(0).fill("2010-04-01")
    spell.nth(0).locator("select[name$=related]").select_option("yes")
    spell.nth(0).locator("select[name$=country]").select_option("JP")
    expect(page.locator("[data-fact='work.related_years'] .follows")).to_contain_text("other answers: 1")
    spell.nth(1).locator("input").nth(0).fill("2001-01-01")
    spell.nth(1).locator("input").nth(1).fill("2003-12-31")
    expect(spell).to_have_count(3)
    settled(page)
    assert "Japan · Work" in (page.text_content("#results") or "")
    assert sent == [f"GET {server.address}/plans/person-JP-{day}.json"]
    file = kept(page, tmp_path / "kept.json")
    assert file["places"] == ["CN", "JP"]
    assert file["facts"] == {
        "birth_date": "1985-07-08",
        "healthy": True,
        "education.degree": "bachelor",
        "work.spells": [
            {"from": "2010-04-01", "country": "JP", "related": True},
            {"from": "2001-01-01", "until": "2003-12-31"},
        ],
    }
    page.click("#clear")
    assert page.input_value("input[name=birth_date]") == ""
    page.set_input_files("#open", tmp_path / "kept.json")
    expect(page.locator("#file-said")).to_have_text("Opened.")
    assert page.input_value("input[name=birth_date]") == "1985-07-08"
    assert kept(page, tmp_path / "again.json") == file
    page.click(".switch")
    expect(page.locator("h1")).to_have_text("私密自查")
    expect(page.locator("#tally .count")).to_have_count(4)
    assert page.input_value("input[name=birth_date]") == "1985-07-08"
    assert kept(page, tmp_path / "zh.json") == file
    assert sent[1:] == [f"GET {server.address}/zh/private"]
    nothing_stays(page)


def test_no_request_carries_a_fact_of_an_organisation(server: Server, page: Page, tmp_path: Path) -> None:
    enter(page, server.address, "zh/private/organisation")
    page.wait_for_load_state("networkidle")
    sent = watched(page)
    first = page.inner_text("#results")
    page.select_option("select[name='organisation.kind']", index=2)
    unfold(page)
    page.check("input[name='organisation.in_beijing'][value=yes]")
    settled(page)
    assert page.inner_text("#results") != first
    assert kept(page, tmp_path / "kept.json")["start"] == "organisation"
    page.click("#clear")
    page.set_input_files("#open", tmp_path / "kept.json")
    expect(page.locator("#file-said")).to_have_text("已打开。")
    assert page.is_checked("input[name='organisation.in_beijing'][value=yes]")
    assert sent == []
    nothing_stays(page)


@pytest.mark.parametrize("kind", ["person", "organisation"])
def test_every_sample_gets_the_answers_of_the_library(
    server: Server, page: Page, rules: Jifen, tmp_path: Path, kind: str
) -> None:
    """A kept file opened here, about all places: status, points, outcome, and the reasons one by one."""
    enter(page, server.address, "en/private" if kind == "person" else "en/private/organisation")
    day = date.fromisoformat(page.get_attribute("[data-private]", "data-day") or "")
    places = places_offered(kind)
    asked = scope(kind, places)
    for sample in people():
        if sample.subject != kind:
            continue
        facts = rules.profile(sample.facts).plain(rules.vocabulary)
        path = tmp_path / f"{sample.id}.json"
        path.write_text(
            json.dumps({"form": "urn:jifen:profile:1", "start": sample.start, "places": places, "facts": facts}),
            "utf-8",
        )
        page.evaluate("document.getElementById('file-said').textContent = ''")
        page.set_input_files("#open", path)
        expect(page.locator("#file-said")).to_have_text("Opened.")
        settled(page)
        found = page.evaluate(
            """[...document.querySelectorAll("#results .mini")].map((card) => [card.dataset.scheme, [
                card.dataset.status, card.dataset.points, card.dataset.outcome,
                [...card.querySelectorAll(".reason > p:first-child")].map((p) => p.textContent)]])"""
        )
        expected = {}
        for answer in rules.check(facts, day, asked):
            points = answer.points
            said = "" if points is None else f"{points.low}" if points.exact else f"{points.low}–{points.high}"
            reasons = [r.words["en"] for r in answer.reasons if r.kind != "open"]
            expected[answer.scheme] = [answer.status, said, answer.outcome or "", reasons]
        assert dict(found) == {s: a for s, a in expected.items() if a[0] != "not in force"}, sample.id


def test_reasons_are_folded_with_the_articles_they_rest_on(server: Server, page: Page) -> None:
    enter(page, server.address)
    page.check("input[name=healthy][value=no]")
    settled(page)
    group = page.locator(".by-status.no")
    expect(group.locator("h3")).to_contain_text("Does not qualify")
    card = group.locator(".mini").first
    expect(card.locator(".reason").first).to_be_hidden()
    card.locator("summary").click()
    expect(card.locator(".reason").first).to_be_visible()
    href = card.locator(".cite").first.get_attribute("href") or ""
    assert page.request.get(server.address + href).status == 200
    page.check("input[name=no_criminal_record][value=yes]")
    settled(page)
    expect(page.locator(".by-status.no .mini").first.locator(".reason").first).to_be_visible()


def test_the_places_of_the_law_are_named_in_the_language_of_the_page(server: Server, page: Page) -> None:
    """The requirement of health rests on the basic conditions of two instruments."""
    enter(page, server.address, "zh/private")
    page.check("input[name=healthy][value=no]")
    settled(page)
    card = page.locator(".mini[data-scheme='cn/work-permit']")
    places = card.locator(".reason").first.locator(".cite-place")
    expect(places).to_have_text(["基本条件", "基本条件"])
    page.click(".switch")
    expect(places).to_have_text(["basic conditions", "basic conditions"])
    named = page.evaluate(
        "fetch(document.querySelector('#places input').dataset.address).then((r) => r.json()).then((b) => b.law_places)"
    )
    assert named == {place: place_in(place, "zh") for place in named} and named["row 3"] == "第3行"


def test_private_mode_by_keyboard_alone(server: Server, page: Page) -> None:
    enter(page, server.address)

    def tab_to(selector: str) -> None:
        for _ in range(150):
            page.keyboard.press("Tab")
            if page.evaluate("s => document.activeElement?.matches(s)", selector):
                return
        raise AssertionError(f"{selector} was not reached")

    tab_to("#places input[value=HK]")
    page.keyboard.press("Space")
    expect(page.locator("#tally")).to_contain_text("59")
    tab_to("input[name=healthy]")
    page.keyboard.press("ArrowLeft")
    settled(page)
    expect(page.locator(".by-status.no")).to_be_visible()
    page.evaluate("document.querySelector('.wide-side').focus()")
    tab_to(".mini summary, .others > summary")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open")


def test_what_cannot_be_used_is_said_at_its_question_and_left_out(server: Server, page: Page) -> None:
    enter(page, server.address, "zh/private")
    page.fill("input[name=age]", "四百")
    page.keyboard.press("Tab")
    expect(page.locator("#e-age")).to_have_text("应为：0至120之间的数。")
    page.fill("input[name=age]", "４００")
    page.keyboard.press("Tab")
    expect(page.locator("#e-age")).to_be_visible()
    page.fill("input[name=age]", "40")
    page.keyboard.press("Tab")
    expect(page.locator("#e-age")).to_be_hidden()
    page.fill("input[name=birth_date]", "2099-12-31")
    page.keyboard.press("Tab")
    day = page.get_attribute("[data-private]", "data-day")
    expect(page.locator("#e-birth_date")).to_have_text(f"应为：{day}或更早；此日期尚未到来。")
    page.fill("input[name=birth_date]", "")
    unfold(page)
    page.fill("input[name='work.spells:0:until']", "2020-01-01")
    expect(page.locator("[id='e-work.spells']")).to_have_text("应为：每段经历均填开始日期，且结束日期不早于开始日期。")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "That is not a file of this service."),
        ('{"form": "urn:jifen:profile:1", "facts": []}', "That is not a file of this service."),
        (
            '{"form": "urn:jifen:profile:1", "start": "organisation", "facts": {}}',
            "That is the file of an organisation. Choose “An organisation” above, then open it again.",
        ),
        (
            '{"form": "urn:jifen:profile:1", "facts": {"healthy": true, "age": 400, "nonsense": 1}}',
            "Nothing was opened. These facts of the file cannot be used: How old are you in completed years?, nonsense",
        ),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(
    server: Server, page: Page, tmp_path: Path, content: str, said: str
) -> None:
    enter(page, server.address)
    page.fill("input[name=age]", "40")
    (tmp_path / "wrong.json").write_text(content, "utf-8")
    page.set_input_files("#open", tmp_path / "wrong.json")
    expect(page.locator("#file-said")).to_have_text(said)
    assert page.input_value("input[name=age]") == "40"


def test_rules_that_do_not_come_are_said_and_no_place_is_needed_to_stay(server: Server, page: Page) -> None:
    enter(page, server.address)
    page.route(re.compile("person-SG"), lambda route: route.fulfill(status=404))
    page.click("#places input[value=SG]")
    expect(page.locator("#places-said")).to_have_text("The rules did not come: no connection. Choose the place again.")
    assert not page.is_checked("#places input[value=SG]")
    page.uncheck("#places input[value=CN]")
    expect(page.locator("#places-said")).to_have_text("Choose at least one place.")
    expect(page.locator("#results .mini")).to_have_count(0)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_private_mode_is_accessible(server: Server, chromium: Browser, lang: str) -> None:
    with visitor(chromium) as page:
        enter(page, server.address, f"{lang}/private/organisation")
        found = faults(page)
        enter(page, server.address, f"{lang}/private")
        page.fill("input[name=age]", "much")
        page.check("input[name=healthy][value=no]")
        expect(page.locator("#e-age")).to_be_visible()
        settled(page)
        assert found + faults(page) == []
