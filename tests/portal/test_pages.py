"""The pages that need no check: they answer, in both languages, with nothing from elsewhere."""

import re
from urllib.parse import urlsplit

import pytest
from django.test import Client

PAGES = [
    "", "check/", "check/resume", "hires", "private", "schemes/", "schemes/cn/work-permit", "schemes/cn/work-permit/2017-04-01",
    "schemes/sg/compass", "schemes/ca/express-entry-crs", "schemes/model/permanent-residence", "law/", "law/regulation/",
    "law/regulation/72", "registers/", "registers/hospitals/", "registers/hospitals/peking-union", "registers/hospitals/?q=yiyuan",
    "registers/hospitals/?need=emergency&district=chaoyang", "indicators", "search", "search?q=gzxk", "search?q=zzzz", "samples/",
    "facts/age", "api", "about", "privacy", "accessibility",
]  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("page", PAGES)
def test_page_answers_and_asks_nothing_of_others(client: Client, lang: str, page: str) -> None:
    answer = client.get(f"/{lang}/{page}")
    assert answer.status_code == 200
    html = answer.content.decode()
    assert f'<html lang="{ {"en": "en", "zh": "zh-Hans"}[lang] }"' in html
    loaded = re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)=\"([^\"]+)\"", html)
    assert [u for u in loaded if urlsplit(u).netloc] == []
    assert not re.search(r"<(?:script|style)>|\sstyle=|\son[a-z]+=", html)
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]


def test_every_scheme_and_every_version_has_a_page(client: Client) -> None:
    from jifen.portal.rules import rules

    for id, versions in rules().shelf.schemes.items():
        for lang in ("en", "zh"):
            assert client.get(f"/{lang}/schemes/{id}").status_code == 200
        for version in versions:
            assert client.get(f"/en/schemes/{id}/{version.start}").status_code == 200
            assert client.get(f"/en/schemes/{id}/{version.start}.md").content.decode().startswith("# ")


def test_every_instrument_has_a_page(client: Client) -> None:
    from jifen.portal.uses import instruments

    for name in instruments():
        assert client.get(f"/zh/law/{name}").status_code == 200


def test_the_front_door_leads_to_the_language_of_the_visitor(client: Client) -> None:
    assert client.get("/", headers={"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"})["Location"] == "/zh/"
    assert client.get("/", headers={"Accept-Language": "de"})["Location"] == "/en/"
    assert client.get("/schemes/?place=CN", headers={"Accept-Language": "zh"})["Location"] == "/zh/schemes/?place=CN"


def test_the_language_switch_keeps_the_place(client: Client) -> None:
    html = client.get("/en/schemes/?q=visa&place=CN").content.decode()
    assert 'href="/zh/schemes/?q=visa&amp;place=CN"' in html


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("work permit", "cn/work-permit"),
        ("工作许可", "cn/work-permit"),
        ("gongzuo xuke", "cn/work-permit"),
        ("gzxk", "cn/work-permit"),
    ],
)
def test_search_finds_in_english_chinese_and_pinyin(client: Client, query: str, first: str) -> None:
    html = client.get("/en/search", {"q": query}).content.decode()
    assert f"/en/schemes/{first}" in html


def test_a_scheme_page_tells_machines_what_it_is(client: Client) -> None:
    import json

    html = client.get("/en/schemes/cn/work-permit").content.decode()
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    data = json.loads(text)
    assert (data["@type"], data["identifier"]) == ("GovernmentService", "cn/work-permit")
    assert data["provider"]["name"] == "Beijing Overseas Talents Center"


def test_a_scheme_page_says_what_changed_and_what_is_doubtful(client: Client) -> None:
    html = client.get("/en/schemes/cn/work-permit/2025-04-01").content.decode()
    assert 'class="added"' in html and "average_wage" in html
    assert "from memory, not looked up" in html


@pytest.mark.parametrize("form", ["csv", "json", "geojson", "atom"])
def test_registers_can_be_taken_away(client: Client, form: str) -> None:
    answer = client.get(f"/registers/hospitals.{form}?district=chaoyang")
    assert answer.status_code == 200 and "China–Japan Friendship Hospital" in answer.content.decode()


def test_a_calendar_of_dated_rows(client: Client) -> None:
    assert client.get("/registers/events.ics").content.startswith(b"BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    "page",
    ["nope", "schemes/cn/nope", "schemes/cn/work-permit/1999-01-01", "law/nope", "law/regulation/999", "registers/nope/",
     "registers/hospitals/nope", "facts/nope", "check/nope/nope", "schemes/%00", "results/../../etc/passwd"],
)  # fmt: skip
def test_an_address_without_a_page_says_so_in_the_language(client: Client, page: str) -> None:
    answer = client.get(f"/zh/{page}", follow=True)
    assert answer.status_code == 404
    assert "此地址没有页面" in answer.content.decode()


def test_pages_are_small(client: Client) -> None:
    """First page with all that it loads, as sent."""
    import gzip

    page = client.get("/zh/", headers={"Accept-Encoding": "gzip"})
    total = len(page.content)
    for name in re.findall(r'(?:src|href)="(/static/[^"]+)"', gzip.decompress(page.content).decode()):
        from django.conf import settings

        path = settings.STATIC_ROOT / (name.removeprefix("/static/") + ".gz")
        total += path.stat().st_size if path.exists() else path.with_suffix("").stat().st_size
    assert total < 60_000
