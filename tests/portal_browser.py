"""A visitor with a real browser, what axe says of a page in every width and colour, and ways to a page that several tests go."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Browser, Page

NARROW, WIDE = 320, 1280
SEEN = {"en": ((NARROW, "light"), (WIDE, "dark")), "zh": ((WIDE, "light"), (NARROW, "dark"))}
"""Width and colour in which a page is looked at, by its language. Each language has each width and each colour; under
`JIFEN_WHOLE_MATRIX=1` each width in each colour."""
if os.environ.get("JIFEN_WHOLE_MATRIX") == "1":
    SEEN = dict.fromkeys(SEEN, tuple((width, colour) for width in (NARROW, WIDE) for colour in ("light", "dark")))
_RULES = {"light": [], "dark": ["color-contrast", "link-in-text-block"]}
"""Dark is the same page in other colours: there the rules about colour are run."""


@contextmanager
def visitor(chromium: Browser, **options: object) -> Iterator[Page]:
    """A page in a browser of its own. A message of the console or a request to elsewhere fails the test."""
    chosen = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce", **options}
    context = chromium.new_context(**chosen)  # type: ignore[arg-type]
    page = context.new_page()
    wrong: list[str] = []
    page.on(
        "console",
        lambda m: (
            wrong.append(m.text)
            if m.type in ("error", "warning") and not re.search("status of 4|(status of|Error Code) 503", m.text)
            else None
        ),
    )
    page.on("pageerror", lambda e: wrong.append(str(e)))
    page.on(
        "request", lambda r: wrong.append(r.url) if not re.match(r"https?://127\.0\.0\.1|blob:|data:", r.url) else None
    )
    yield page
    context.close()
    assert wrong == [], wrong


def open_sample(page: Page, address: str, lang: str, sample: str) -> None:
    page.goto(f"{address}/{lang}/samples/")
    page.click(f"button[value={sample}]")
    page.wait_for_url("**/results/")


@cache
def _axe() -> str:
    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")


_RUN = """async (rules) => {
    for (const frame of [1, 2]) await new Promise(requestAnimationFrame);  // a map moves with the next frame
    const only = rules.length ? {type: "rule", values: rules}
        : {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]};
    const found = await axe.run(document, {runOnly: only, resultTypes: ["violations"], iframes: false});
    const said = found.violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 160)} ×${v.nodes.length}`);
    if (document.documentElement.scrollWidth > innerWidth) said.push("wider than the screen");
    return said;
}"""


def faults(page: Page) -> list[str]:
    """Violations of WCAG 2.2 AA that axe finds on a page, and a page wider than the screen, in every width and colour of `SEEN`."""
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    page.evaluate(_axe())
    found = []
    for width, colour in SEEN["zh" if "/zh/" in page.url else "en"]:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=colour)  # type: ignore[arg-type]
        found += [f"{page.url} {width} {colour}: {said}" for said in page.evaluate(_RUN, _RULES[colour])]
    page.emulate_media(color_scheme="light")
    return found
