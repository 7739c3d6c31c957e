"""Five-minute tours in a real Chromium: organisation, explorer, private mode and phone in both languages; by keyboard; without JavaScript.

The tours of single people (researcher, founder, student, family) stand in `test_browser.py`.
"""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from portal_browser import open_sample, visitor

PHONE = {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True}
HIRES = b"Name,Date of birth,Highest degree\nA,1990-05-31,doctorate\nB,31.5.1990,phd\n"
BOTH = pytest.mark.parametrize("lang", ["en", "zh"])


def answered(page: Page) -> int:
    """How many answers of the panel are no longer open."""
    return sum(int(n) for n in page.locator("#panel .count:not(.open) b").all_inner_texts())


def reach(page: Page, selector: str) -> None:
    """Press Tab until a thing has the focus."""
    for _ in range(250):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement?.matches(s)", selector):
            return
    raise AssertionError(f"{selector} was not reached")


def press(page: Page, selector: str, address: str) -> None:
    reach(page, selector)
    page.keyboard.press("Enter")
    page.wait_for_url(address)


@BOTH
@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_organisation_checks_itself_and_its_planned_hires(
    server, chromium: Browser, lang: str, scripts: bool
) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium, java_script_enabled=scripts) as page:
        page.goto(f"{server.address}/{lang}/")
        page.click(".door[href$='#organisation']")
        page.click("#organisation")
        page.wait_for_url(f"**/{lang}/check/organisation")
        page.locator(".field select").first.select_option(index=1)
        page.locator(".field input[value=yes]").first.check()
        page.click(".bar .button")
        page.wait_for_url(re.compile(r"/check/(?!organisation$)"))
        page.click(".bar .plain")
        page.wait_for_url("**/results/")
        expect(page.locator(".card, .line").nth(5)).to_be_visible()
        page.click(f".tools a[href='/{lang}/hires']")
        page.set_input_files("#file", {"name": "hires.csv", "mimeType": "text/csv", "buffer": HIRES})
        page.click("#form .button")
        expect(page.locator("table.hires")).to_have_count(3)
        expect(page.locator(".hires tbody tr.wrong li")).to_have_count(2)
        page.goto(f"{server.address}/{lang}/results/")
        assert page.locator(".card, .line").count() > 5


@BOTH
def test_a_founder_asks_what_is_next_and_takes_the_results_along(server, chromium: Browser, lang: str) -> None:  # type: ignore[no-untyped-def]
    """From results to ways, to one answer with its coming years, to places side by side, to a link that ends when told to."""
    with visitor(chromium) as page:
        open_sample(page, server.address, lang, "founder")
        page.click(".tools a[href$='/results/ways']")
        expect(page.locator(".way").nth(3)).to_be_visible()
        page.click(".way-of h2 a >> nth=0")
        page.click("a[href='?ahead=1']")
        page.wait_for_url("**?ahead=1")
        page.click(".crumb a")
        page.click(".tools a[href$='/compare']")
        page.check("input[value=HK]")
        page.click(".filter-form .button")
        expect(page.locator(".column")).to_have_count(2)
        page.goto(f"{server.address}/{lang}/results/share")
        page.click("#form .button")
        link = page.inner_text(".links a")
        page.goto(link)
        expect(page.locator(".card").first).to_be_visible()
        page.go_back()
        page.click(".links button")
        expect(page.locator(".links a")).to_have_count(0)
        page.goto(link)
        expect(page.locator("h1")).to_contain_text({"en": "This link has ended", "zh": "此链接已失效"}[lang])


@BOTH
def test_a_researcher_on_a_phone(server, chromium: Browser, lang: str) -> None:  # type: ignore[no-untyped-def]
    """Taps alone, on a narrow screen; the answers stand when the page is opened again by its code."""
    with visitor(chromium, **PHONE) as page:
        page.goto(f"{server.address}/{lang}/")
        page.tap(".hero .button")
        page.tap("button[value=researcher]")
        page.wait_for_url("**/check/you")
        before = answered(page)
        page.tap(".choice:has([name=healthy][value=no])")
        expect(page.locator("#saved")).to_have_text({"en": "Saved", "zh": "已保存"}[lang])
        assert answered(page) > before
        code = page.inner_text(".code-text")
        page.context.clear_cookies()
        page.goto(f"{server.address}/{lang}/check/resume")
        page.fill("#code", code.lower().replace("-", " "))
        page.tap("#form .button")
        page.wait_for_url("**/results/")
        page.tap(".group.no .line a >> nth=0")
        page.wait_for_url("**/results/cn/**")
        assert page.evaluate("document.documentElement.scrollWidth") == 390


@BOTH
def test_private_mode_answers_and_forgets(server, chromium: Browser, lang: str) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium) as page:
        page.goto(f"{server.address}/{lang}/check/")
        page.click(f"a[href='/{lang}/private']")
        expect(page.locator("#tally .count")).to_have_count(4)
        before = page.inner_text("#tally")
        page.check("input[name=healthy][value=no]")
        expect(page.locator("#tally")).not_to_have_text(before, use_inner_text=True)
        expect(page.locator("#results")).to_contain_text({"en": "Does not qualify", "zh": "不符合"}[lang])
        page.click("#clear")
        expect(page.locator("#tally")).to_have_text(before, use_inner_text=True)


@BOTH
def test_an_explorer_without_javascript(server, chromium: Browser, lang: str) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium, java_script_enabled=False) as page:
        page.goto(f"{server.address}/{lang}/search")
        page.fill("#q", "gzxk")
        page.click("main .button")
        page.click(".index a >> nth=0")
        page.wait_for_url("**/schemes/**")
        page.click(".toc a[href='#versions']")
        page.click(".versions a >> nth=0")
        page.click(".sheet .cite a >> nth=0")
        page.wait_for_url("**/law/**")
        page.goto(f"{server.address}/{lang}/law/regulation/72")
        page.click(".promise a >> nth=0")
        page.wait_for_url(f"**/{lang}/schemes/**")
        page.goto(f"{server.address}/{lang}/registers/")
        page.click(".door[href$='/hospitals/']")
        page.select_option("#need", "emergency")
        page.click(".register-find .button")
        expect(page.locator(".entries > li")).to_have_count(2)
        expect(page.locator(".map .point")).to_have_count(2)
        page.goto(f"{server.address}/{lang}/indicators")
        page.click(".chart summary >> nth=0")
        expect(page.locator(".chart table").first).to_be_visible()


@BOTH
def test_an_organisation_and_an_explorer_by_keyboard_alone(server, chromium: Browser, lang: str) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium) as page:
        page.goto(f"{server.address}/{lang}/check/")
        press(page, "#organisation", f"**/{lang}/check/organisation")
        reach(page, ".field select")
        page.keyboard.press("ArrowDown")
        press(page, ".bar .plain", "**/results/")
        press(page, ".tools a[href$='/hires']", "**/hires")
        reach(page, "#file")
        press(page, "#form .button", "**/hires")
        expect(page.locator(".errors")).to_be_visible()
        page.goto(f"{server.address}/{lang}/search")
        reach(page, "#q")
        page.keyboard.type("gzxk")
        page.keyboard.press("Enter")
        page.wait_for_url("**q=gzxk")
        press(page, ".index a", "**/schemes/**")
        press(page, ".versions a", "**/schemes/**/20*")
        press(page, ".switch", f"**/{ {'en': 'zh', 'zh': 'en'}[lang] }/schemes/**/20*")
