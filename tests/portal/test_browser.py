"""Tours in a real Chromium: each user in both languages, by keyboard, on a phone, without JavaScript; axe on every page state."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from portal_server import running

STATES = [("en", 320), ("zh", 1280)]
"""Both languages and both widths; the other two pairs are only held against the width of the screen."""


@contextmanager
def visitor(chromium: Browser, **options: object) -> Iterator[Page]:
    """A page in a browser of its own. A message of the console or a request to elsewhere fails the test."""
    context = chromium.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})  # type: ignore[arg-type]
    page = context.new_page()
    wrong: list[str] = []
    page.on(
        "console",
        lambda m: wrong.append(m.text) if m.type in ("error", "warning") and "status of 4" not in m.text else None,
    )
    page.on("pageerror", lambda e: wrong.append(str(e)))
    page.on(
        "request", lambda r: wrong.append(r.url) if not re.match(r"https?://127\.0\.0\.1|blob:|data:", r.url) else None
    )
    yield page
    context.close()
    assert wrong == []


def faults(page: Page) -> list[str]:
    """Violations of WCAG 2.2 AA that axe finds on a page, and a page that is wider than the screen."""
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(page, options=options).response["violations"]
    said = [f"{page.url}: {v['id']}: {v['nodes'][0]['html'][:160]} ×{len(v['nodes'])}" for v in found]
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return [*said, f"{page.url} is wider than the screen"] if wide else said


def open_sample(page: Page, address: str, lang: str, sample: str) -> None:
    page.goto(f"{address}/{lang}/samples/")
    page.click(f"button[value={sample}]")
    page.wait_for_url("**/results/")


PUBLIC = [
    "", "check/", "check/resume", "hires", "schemes/", "schemes/cn/work-permit", "schemes/jp/highly-skilled-professional-b/2017-04-26", "law/",
    "law/regulation/", "law/regulation/72", "registers/", "registers/schools/", "registers/hospitals/peking-union", "registers/hospitals/?q=zzz",
    "indicators", "search?q=visa", "search?q=zzz", "samples/", "facts/prizes", "api", "about", "privacy", "accessibility", "nope",
]  # fmt: skip


@pytest.mark.parametrize(("lang", "width"), STATES)
def test_public_pages_are_accessible(server, chromium: Browser, lang: str, width: int) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium, viewport={"width": width, "height": 800}) as page:
        found = []
        for path in PUBLIC:
            page.goto(f"{server.address}/{lang}/{path}")
            found += faults(page)
        assert found == []


@pytest.mark.parametrize(("lang", "width"), [("zh", 320), ("en", 1280)])
def test_no_page_is_wider_than_the_screen(server, chromium: Browser, lang: str, width: int) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium, viewport={"width": width, "height": 800}) as page:
        open_sample(page, server.address, lang, "founder")
        paths = [
            "check/you",
            "check/china-background",
            "results/",
            "results/cn/work-permit",
            "results/compare?place=CN&place=HK",
            "results/ways",
        ]
        wide = []
        for path in PUBLIC + paths:
            page.goto(f"{server.address}/{lang}/{path}")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wide.append(path)
        assert wide == []


@pytest.mark.parametrize(("lang", "width"), STATES)
def test_pages_of_a_check_are_accessible_empty_filled_and_with_errors(
    server, chromium: Browser, lang: str, width: int
) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium, viewport={"width": width, "height": 800}) as page:
        page.goto(f"{server.address}/{lang}/check/")
        page.click("button[value=researcher]")
        found = faults(page)
        page.goto(f"{server.address}/{lang}/results/")
        found += faults(page)
        page.goto(f"{server.address}/{lang}/check/china-job?all")
        page.fill("input[name='china.annual_salary']", "much")
        page.click(".bar .button")
        expect(page.locator("#errors")).to_be_visible()
        found += faults(page)
        open_sample(page, server.address, lang, "founder")
        found += faults(page)
        for path in ("check/you", "check/china-background", "check/work?all", "results/cn/work-permit", "results/cn/permanent-residence/spouse",
                     "results/sg/tech-pass", "results/compare?place=CN&place=HK", "results/ways", "results/report",
                     "results/share", "check/"):  # fmt: skip
            page.goto(f"{server.address}/{lang}/{path}")
            page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
            found += faults(page)
        assert found == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_pages_are_accessible_in_the_dark(server, chromium: Browser, lang: str) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium, color_scheme="dark") as page:
        open_sample(page, server.address, lang, "engineer")
        found = []
        for path in ("", "check/", "check/you", "results/", "results/cn/work-permit", "results/ways", "schemes/cn/work-permit",
                     "schemes/cn/work-permit/2025-04-01", "registers/hospitals/", "indicators", "law/regulation/72"):  # fmt: skip
            page.goto(f"{server.address}/{lang}/{path}")
            found += faults(page)
        assert found == []


@pytest.mark.parametrize(
    ("lang", "qualifies", "open_"), [("en", "Qualifies", "Not decided yet"), ("zh", "符合", "尚不能确定")]
)
@pytest.mark.parametrize("start", ["researcher", "founder", "student", "family"])
def test_a_person_finds_what_they_get(
    server, chromium: Browser, lang: str, qualifies: str, open_: str, start: str
) -> None:  # type: ignore[no-untyped-def]
    """Start, answer a group with autosave, see the panel move, stop, see results, open one, go back."""
    with visitor(chromium) as page:
        page.goto(f"{server.address}/{lang}/")
        page.click(".hero .button")
        page.click(f"button[value={start}]")
        before = page.inner_text("#panel")
        page.check("input[name=healthy][value=no]")
        expect(page.locator("#saved")).to_have_text({"en": "Saved", "zh": "已保存"}[lang])
        assert page.inner_text("#panel") != before
        page.reload()
        assert page.is_checked("input[name=healthy][value=no]")
        page.check("input[name=healthy][value=yes]")
        expect(page.locator("#saved")).to_have_text({"en": "Saved", "zh": "已保存"}[lang])
        page.click(".bar .plain")
        page.wait_for_url("**/results/")
        assert open_ in page.inner_text("main")
        page.click(".card h3 a >> nth=0")
        assert page.inner_text("h1")
        page.go_back()
        page.wait_for_url("**/results/")


def test_the_language_switch_keeps_what_was_typed(server, chromium: Browser) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium) as page:
        page.goto(f"{server.address}/en/check/")
        page.click("button[value=engineer]")
        page.fill("input[name=birth_date]", "1990-05-31")
        page.click(".switch")
        page.wait_for_url("**/zh/check/you")
        assert page.input_value("input[name=birth_date]") == "1990-05-31"


def test_an_explorer_reads_a_scheme_the_law_and_a_register(server, chromium: Browser) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium) as page:
        page.goto(f"{server.address}/zh/schemes/")
        page.fill("#q", "gzxk")
        page.keyboard.press("Enter")
        page.click("a:text('外国人来华工作许可')")
        assert "施行" in page.inner_text("main")
        page.click(".sheet .cite a >> nth=0")
        page.wait_for_url("**/law/**")
        page.goto(f"{server.address}/zh/registers/hospitals/")
        page.select_option("#district", "chaoyang")
        page.click(".register-find .button")
        assert "中日友好医院" in page.inner_text(".entries")
        page.click(".switch")
        assert "China–Japan Friendship Hospital" in page.inner_text(".entries")


def test_the_main_way_by_keyboard_alone(server, chromium: Browser) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium) as page:

        def tab_to(selector: str) -> None:
            for _ in range(200):
                page.keyboard.press("Tab")
                if page.evaluate("s => document.activeElement?.matches(s)", selector):
                    return
            raise AssertionError(f"{selector} was not reached")

        page.goto(f"{server.address}/en/")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        tab_to(".hero .button")
        page.keyboard.press("Enter")
        page.wait_for_url("**/check/")
        tab_to("button[value=engineer]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/check/you")
        tab_to("input[name=healthy]")
        page.keyboard.press("ArrowDown")
        tab_to(".bar .plain")
        page.keyboard.press("Enter")
        page.wait_for_url("**/results/")
        tab_to(".card h3 a")
        page.keyboard.press("Enter")
        page.wait_for_url("**/results/cn/**")
        page.go_back()
        page.wait_for_url("**/results/")
        tab_to("[name='chinese.hsk']")
        page.keyboard.type("6")
        expect(page.locator("#what-if-result")).not_to_be_empty()


def test_the_main_way_without_javascript_on_a_phone(server, chromium: Browser) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium, java_script_enabled=False, viewport={"width": 360, "height": 740}) as page:
        page.goto(f"{server.address}/zh/check/")
        page.click("button[value=student]")
        page.check("input[name=healthy][value=yes]")
        page.click(".bar .button")
        page.wait_for_url("**/check/education")
        page.check("input[name='education.degree'][value=doctorate]")
        page.click(".switch")
        page.wait_for_url("**/en/check/education")
        assert page.is_checked("input[name='education.degree'][value=doctorate]")
        page.click(".bar .plain")
        page.wait_for_url("**/en/results/")
        page.fill("#w-chinese\\.hsk", "5")
        page.click(".what-if-form .button")
        assert "HSK level" in page.inner_text("main")
        page.goto(f"{server.address}/en/results/share")
        page.check("input[name=scheme] >> nth=0")
        page.click("text=Make a link")
        assert page.locator(".links li").count() == 1


def test_what_if_is_answered_in_the_browser(server, chromium: Browser) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium) as page:
        open_sample(page, server.address, "en", "engineer")
        page.focus("#w-chinese\\.hsk")
        page.wait_for_load_state("networkidle")
        sent: list[str] = []
        page.on("request", lambda r: sent.append(r.url))
        page.fill("#w-chinese\\.hsk", "5")
        expect(page.locator("#what-if-result")).to_contain_text("Qualifies 85")
        assert sent == []


@pytest.mark.parametrize("sample", ["engineer"])
def test_browser_and_server_give_the_same_answers(server, chromium: Browser, sample: str) -> None:  # type: ignore[no-untyped-def]
    """The status of every scheme on the result page is the one that the browser's engine gives."""
    with visitor(chromium) as page:
        open_sample(page, server.address, "en", sample)
        data = json.loads(page.request.get(f"{server.address}/results.json").text())
        server_side = {a["scheme"]: (a["status"], a["points"], a["outcome"]) for a in data["answers"]}
        browser_side = page.evaluate(
            """async () => {
                const form = document.querySelector("[data-engine]");
                const words = JSON.parse(document.getElementById("words").textContent);
                const engine = await import(form.dataset.engine);
                const bundle = await (await fetch(form.dataset.plans)).json();
                return engine.check(bundle, words.facts, words.day).answers.map((a) => [a.scheme, a.status, a.points, a.outcome]);
            }"""
        )
        assert {s: (status, points, outcome) for s, status, points, outcome in browser_side} == server_side


def test_nothing_is_lost_when_the_server_is_killed_in_the_middle_of_a_form(chromium: Browser, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    with running(tmp_path) as server, visitor(chromium) as page:
        page.goto(f"{server.address}/en/check/")
        page.click("button[value=engineer]")
        page.check("input[name=healthy][value=yes]")
        expect(page.locator("#saved")).to_have_text("Saved")
        server.kill()
        page.on("console", lambda m: None)
        server.start()
        page.fill("input[name=birth_date]", "1990-05-31")
        page.click(".bar .button")
        page.wait_for_url("**/check/education")
        page.goto(f"{server.address}/en/check/you")
        assert page.is_checked("input[name=healthy][value=yes]")
        assert page.input_value("input[name=birth_date]") == "1990-05-31"
