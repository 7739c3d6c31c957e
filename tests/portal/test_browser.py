"""Tours in a real Chromium: each user in both languages, by keyboard, on a phone, without JavaScript."""

import json
import re
import zlib
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from jifen.advice.picture import timeline_svg
from jifen.advice.timeline import timeline
from jifen.answers.door import Jifen
from portal_browser import open_sample, visitor
from portal_server import running


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
        page.wait_for_url(re.compile(r"/check/\w"))
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
        expect(page.locator("main")).to_contain_text(open_)
        page.click(".card h3 a >> nth=0")
        page.wait_for_url("**/results/cn/**")
        expect(page.locator("h1")).not_to_be_empty()
        page.go_back()
        page.wait_for_url("**/results/")


def test_the_language_switch_keeps_what_was_typed(server, chromium: Browser) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium) as page:
        page.goto(f"{server.address}/en/check/")
        page.click("button[value=engineer]")
        page.fill("input[name=birth_date]", "1990-05-31")
        page.click(".switch")
        page.wait_for_url("**/zh/check/you")
        expect(page.locator("input[name=birth_date]")).to_have_value("1990-05-31")


def test_an_explorer_reads_a_scheme_the_law_and_a_register(server, chromium: Browser) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium) as page:
        page.goto(f"{server.address}/zh/schemes/")
        page.fill("#q", "gzxk")
        page.keyboard.press("Enter")
        page.click("a:text('外国人来华工作许可')")
        expect(page.locator("main")).to_contain_text("施行")
        page.click(".sheet .cite a >> nth=0")
        page.wait_for_url("**/law/**")
        page.goto(f"{server.address}/zh/registers/hospitals/")
        page.select_option("#district", "chaoyang")
        page.click(".register-find .button")
        expect(page.locator(".entries")).to_contain_text("中日友好医院")
        page.click(".switch")
        expect(page.locator(".entries")).to_contain_text("China–Japan Friendship Hospital")


@pytest.mark.parametrize(("lang", "name"), [("en", "Peking Union Medical College Hospital"), ("zh", "北京协和医院")])
def test_the_map_moves_and_its_points_list_what_stands_there_by_keyboard(
    server, chromium: Browser, lang: str, name: str
) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium) as page:
        page.goto(f"{server.address}/{lang}/registers/hospitals/")
        expect(page.locator(".map")).to_be_hidden()
        together = page.locator(".pin").count()
        point = page.locator(f".pin[aria-label*='{name}']")
        point.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".map-list a:focus")).to_have_count(1)
        link = page.locator(".map-list a", has_text=name)
        link.focus()
        page.keyboard.press("Enter")
        assert page.evaluate("document.querySelector(':target').id") == "e-peking-union"
        page.locator(".map-list a").first.focus()
        page.keyboard.press("Escape")
        expect(page.locator(".map-list")).to_have_count(0)
        page.focus(".live-map")
        for _ in range(3):
            page.keyboard.press("+")
        expect(page.locator(f".pin[aria-label='{name}']")).to_have_count(1)
        assert page.locator(".pin").count() > together
        page.emulate_media(media="print")
        expect(page.locator(".map")).to_be_visible()


def test_without_javascript_the_map_is_drawn(server, chromium: Browser) -> None:  # type: ignore[no-untyped-def]
    with visitor(chromium, java_script_enabled=False) as page:
        page.goto(f"{server.address}/zh/registers/hospitals/")
        assert page.locator(".map .point").count() == 14
        page.click(".map a >> nth=0")
        page.wait_for_url("**#e-peking-union")


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
        expect(page.locator("main")).to_contain_text("HSK level")
        page.goto(f"{server.address}/en/results/share")
        page.check("input[name=scheme] >> nth=0")
        page.click("text=Make a link")
        assert page.inner_text(".links a").startswith(f"{server.address}/en/shared/")


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


@pytest.mark.parametrize("sample", ["engineer", "mononym", "laureate", "family"])
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
        page.wait_for_url("**/check/you")
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
        expect(page.locator("input[name=birth_date]")).to_have_value("1990-05-31")


def _sheets(pdf: bytes) -> list[bytes]:
    """What is drawn on each sheet of a PDF that Chromium wrote."""
    sheets = re.findall(rb"/Type /Page\n.*?/Contents (\d+) 0 R", pdf, re.S)
    drawn = (re.search(rb"\n" + n + rb" 0 obj\n.*?stream\r?\n(.*?)\r?\nendstream", pdf, re.S) for n in sheets)
    return [zlib.decompress(found[1]) for found in drawn if found]


@pytest.mark.parametrize(("lang", "path"), [("en", "results/"), ("zh", "results/report")])
def test_every_printed_sheet_of_a_sample_says_that_it_is_a_demonstration(
    server, chromium: Browser, lang: str, path: str
) -> None:  # type: ignore[no-untyped-def]
    """The band has a colour of its own on paper, #7a4a00."""
    with visitor(chromium) as page:
        open_sample(page, server.address, lang, "founder")
        page.goto(f"{server.address}/{lang}/{path}")
        sheets = _sheets(page.pdf(prefer_css_page_size=True))
        assert len(sheets) > 3
        assert [n for n, drawn in enumerate(sheets, 1) if not re.search(rb"\.478\d* \.290\d* 0 rg", drawn)] == []
        page.goto(f"{server.address}/{lang}/schemes/cn/k-visa")
        assert not any(re.search(rb"\.478\d* \.290\d* 0 rg", drawn) for drawn in _sheets(page.pdf()))


@pytest.mark.parametrize("path", ["zh/indicators", "en/registers/research-centres/", "timeline"])
def test_pictures_from_a_dark_screen_are_printed_in_the_colours_of_paper(  # type: ignore[no-untyped-def]
    server, chromium: Browser, rules: Jifen, path: str
) -> None:
    """On the screen they are dark, and on paper each stroke and surface is what it is from a light screen."""
    colours = """() => [...document.querySelectorAll("svg, svg *")].map((e) => { const s = getComputedStyle(e); return [s.fill, s.stroke]; })"""
    with visitor(chromium) as page:
        if path == "timeline":
            found = timeline(
                rules, rules.profile({"birth_date": "1990-05-31"}), date(2026, 11, 23), 5, ["cn/work-permit"]
            )
            page.set_content(timeline_svg(found))
        else:
            page.goto(f"{server.address}/{path}")
        seen = {}
        for media in ("screen", "print"):
            for scheme in ("light", "dark"):
                page.emulate_media(media=media, color_scheme=scheme)  # type: ignore[arg-type]
                seen[media, scheme] = page.evaluate(colours)
        assert seen["screen", "light"] != seen["screen", "dark"]
        assert seen["print", "light"] == seen["print", "dark"] != []
