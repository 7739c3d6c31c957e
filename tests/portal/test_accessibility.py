"""Every page in every state (empty, filled, with errors) held against axe: narrow and wide, light and dark, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect

from portal_browser import faults, open_sample, visitor

Look = Callable[[], None]


def _public(page: Page, at: str, look: Look) -> None:
    for path in ("", "schemes/", "schemes/?q=zzz", "schemes/cn/work-permit/2025-04-01",
                 "schemes/jp/highly-skilled-professional-b/2017-04-26", "schemes/model/permanent-residence",
                 "search", "search?q=visa", "search?q=zzz", "samples/", "facts/prizes",
                 "api", "about", "privacy", "accessibility"):  # fmt: skip
        answer = page.goto(f"{at}/{path}")
        assert answer and answer.ok
        look()


def _law_and_registers(page: Page, at: str, look: Look) -> None:
    for path in ("law/", "law/regulation/", "law/regulation/72", "law/points-table-of-the-classification-criteria-provisional", "registers/", "registers/schools/",
                 "registers/events/", "registers/hospitals/?need=emergency&district=chaoyang", "registers/hospitals/?q=zzz",
                 "registers/hospitals/peking-union", "indicators"):  # fmt: skip
        answer = page.goto(f"{at}/{path}")
        assert answer and answer.ok
        look()
    page.goto(f"{at}/registers/hospitals/?district=dongcheng")
    page.click(".pin")
    expect(page.locator(".map-list")).to_be_visible()
    look()
    page.emulate_media(media="print")
    look()


def _questions(page: Page, at: str, look: Look) -> None:
    """The start, questions of each kind, answers that cannot be read, nothing more to ask."""
    page.goto(f"{at}/check/")
    look()
    page.click("button[value=researcher]")
    for group in ("you", "education", "work", "languages", "china-background", "research-host-2"):
        page.goto(f"{at}/check/{group}?all")
        look()
    page.goto(f"{at}/check/china-job?all")
    page.fill("input[name='china.annual_salary']", "much")
    page.click(".bar .button")
    expect(page.locator("#errors")).to_be_visible()
    look()
    page.goto(f"{at}/check/")
    look()


def _results(page: Page, at: str, look: Look) -> None:
    """Results of a check that is empty, then of one that is filled; the pages behind them; the print."""
    page.goto(f"{at}/check/")
    page.click("button[value=family]")
    page.goto(f"{at}/results/")
    look()
    page.goto(f"{at}/check/resume")
    look()
    page.fill("#code", "no code")
    page.click("#form .button")
    expect(page.locator(".errors")).to_be_visible()
    look()
    open_sample(page, at.rpartition("/")[0], at.rpartition("/")[2], "founder")
    look()
    for path in ("results/cn/work-permit", "results/cn/permanent-residence/spouse?ahead=1", "results/sg/tech-pass",
                 "results/compare?place=CN&place=HK", "results/ways", "results/report"):  # fmt: skip
        answer = page.goto(f"{at}/{path}")
        assert answer and answer.ok
        look()
    page.emulate_media(media="print")
    look()
    page.emulate_media(media="screen")


def _what_if_and_sharing(page: Page, at: str, look: Look) -> None:
    open_sample(page, at.rpartition("/")[0], at.rpartition("/")[2], "engineer")
    page.fill("#w-chinese\\.hsk", "5")
    expect(page.locator("#what-if-result .moves")).to_be_visible()
    look()
    page.goto(f"{at}/results/share")
    look()
    page.evaluate("for (const box of document.querySelectorAll('[name=scheme]')) box.checked = false")
    page.click("#form .button")
    expect(page.locator(".errors")).to_be_visible()
    look()
    page.check("input[name=scheme] >> nth=0")
    page.click("#form .button")
    page.wait_for_selector(".links a")
    look()
    link = page.locator(".links a").get_attribute("href")
    page.goto(f"{at.rpartition('/')[0]}{link}")
    look()
    page.go_back()
    page.click(".links button")
    page.goto(f"{at.rpartition('/')[0]}{link}")
    look()


def _organisations(page: Page, at: str, look: Look) -> None:
    """An organisation's own check, and its planned hires: no file, one that cannot be used, rows to mend, rows answered."""
    open_sample(page, at.rpartition("/")[0], at.rpartition("/")[2], "organisation-start-up")
    look()
    page.goto(f"{at}/check/organisation?all")
    look()
    page.goto(f"{at}/hires")
    look()
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"Name,Agee\nA,40\n"})
    page.click("#form .button")
    expect(page.locator(".errors")).to_be_visible()
    look()
    table = b"Name,Age,Highest degree,Colour\nA,40,doctorate,red\nB,old,phd,\n"
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": table})
    page.click("#form .button")
    expect(page.locator("table.hires")).to_have_count(3)
    look()


def _private(page: Page, at: str, look: Look) -> None:
    page.goto(f"{at}/private")
    expect(page.locator("#tally .count")).to_have_count(4)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.fill("input[name=birth_date]", "1985-07-08")
    page.fill("input[name='china.annual_salary']", "much")
    page.check("input[name=healthy][value=yes]")
    expect(page.locator(".field.wrong")).to_have_count(1)
    look()


def _wrong_turns(page: Page, at: str, look: Look) -> None:
    """An address without a page; and the pages of problems that a visitor cannot call up at will, as the service writes them."""
    from django.test import RequestFactory

    from jifen.portal.middleware import problem

    page.goto(f"{at}/nope")
    look()
    for status, name in (
        (413, "too-large"),
        (429, "too-often"),
        (403, "old-form"),
        (500, "fault"),
        (400, "bad-request"),
    ):
        shown = problem(RequestFactory().get(f"/{at.rpartition('/')[2]}/"), status, name).content
        page.route(f"**/{name}", lambda route, request, body=shown: route.fulfill(body=body, content_type="text/html"))
        page.goto(f"{at}/{name}")
        look()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "part",
    [_public, _law_and_registers, _questions, _results, _what_if_and_sharing, _organisations, _private, _wrong_turns],
    ids=lambda part: part.__name__.strip("_"),
)
def test_pages_are_accessible(server, chromium: Browser, part: Callable[[Page, str, Look], None], lang: str) -> None:  # type: ignore[no-untyped-def]
    found: list[str] = []
    with visitor(chromium) as page:
        part(page, f"{server.address}/{lang}", lambda: found.extend(faults(page)))
    assert found == []
