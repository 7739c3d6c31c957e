"""A database that cannot write: nothing is half written, the page says so, and what was typed is still on it."""

import logging
import re
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.db import OperationalError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone
from playwright.sync_api import Browser, expect

from jifen.portal.middleware import problems
from jifen.portal.models import Draft, Share
from portal_browser import visitor
from portal_server import running


def pragma(text: str) -> int:
    with connection.cursor() as cursor:
        row = cursor.execute(f"PRAGMA {text}").fetchone()
    return int(row[0]) if row else 0


@contextmanager
def full() -> Iterator[None]:
    """No page of the file is left: SQLite may take no more, and what was free is filled."""
    before = pragma("max_page_count")
    draft = Draft.objects.create(code="FILL", name="x" * 10)
    pragma(f"max_page_count = {pragma('page_count')}")
    fill(lambda number, text: Draft.objects.create(code=f"FILL-{number}", name=text))
    fill(
        lambda number, text: Share.objects.create(token=f"F{number}", draft=draft, content=text, expires=timezone.now())
    )
    try:
        yield
    finally:
        pragma(f"max_page_count = {before}")
        Draft.objects.filter(code__startswith="FILL").delete()


def fill(make: Callable[[int, str], object]) -> None:
    """Rows that take every place a table has left, the large ones first."""
    size, number = 2_000, 0
    while size:
        try:
            with transaction.atomic():
                make(number, "x" * size)
            number += 1
        except OperationalError:
            size //= 4


@contextmanager
def locked() -> Iterator[None]:
    """Somebody else writes and does not end."""
    before = pragma("busy_timeout")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    pragma("busy_timeout = 10")
    try:
        yield
    finally:
        other.close()
        pragma(f"busy_timeout = {before}")


@contextmanager
def read_only() -> Iterator[None]:
    pragma("query_only = ON")
    try:
        yield
    finally:
        pragma("query_only = OFF")


Trouble = Callable[[], AbstractContextManager[None]]
TROUBLES = [
    (full, "database or disk is full"),
    (locked, "database is locked"),
    (read_only, "attempt to write a readonly"),
]
LONG = {"name": "y" * 150, "places-shown": "1", "places": ["CN", "HK", "JP"]}


def stored() -> list[tuple[object, ...]]:
    drafts = Draft.objects.exclude(code__startswith="FILL").order_by("code")
    return [*drafts.values_list(), *Share.objects.order_by("token").values_list()]


@pytest.mark.parametrize(("trouble", "reason"), TROUBLES)
def test_answers_stay_on_the_page_and_nothing_is_kept(  # type: ignore[no-untyped-def]
    client, caplog: pytest.LogCaptureFixture, trouble: Trouble, reason: str
) -> None:
    client.begin()
    before = stored()
    countries = ["AF", "AL", "DZ", "AD", "AO", "AR", "AM", "AU", "AT", "AZ", "BS", "BH"] * 20
    fields = {"birth_date": "1992-05-05", "healthy": "yes", "nationalities": countries, "go": "next"}
    with trouble(), caplog.at_level(logging.ERROR):
        answer = client.send("/en/check/you", fields, "/en/check/you")
    html = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "60", "no-store")
    assert "Nothing was saved" in html and "send it again in a few minutes" in html
    assert 'value="1992-05-05"' in html and re.search(r'name="healthy" value="yes"[^>]* checked', html)
    assert re.search(r'<option value="AF" selected', html)
    assert stored() == before
    assert any(r.getMessage().startswith("not stored: ") and reason in r.getMessage() for r in caplog.records)
    assert not any(r.exc_info for r in caplog.records)
    answer = client.send("/en/check/you", fields, "/en/check/you")
    assert answer.redirect_chain and "1992-05-05" in str(stored())


def test_a_mistake_beside_it_is_still_said_in_chinese(client) -> None:  # type: ignore[no-untyped-def]
    client.begin("zh")
    with read_only():
        answer = client.send("/zh/check/you", {"birth_date": "1899-01-01", "healthy": "yes"}, "/zh/check/you")
    html = answer.content.decode()
    assert answer.status_code == 503 and "未能保存" in html and "请过几分钟再提交" in html
    assert 'value="1899-01-01"' in html and "出生日期" in html and "超出取值范围" in html


@pytest.mark.parametrize(("trouble", "reason"), TROUBLES)
def test_every_other_page_that_stores_says_so(client, trouble: Trouble, reason: str) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    before = stored()
    with trouble():
        for lang, said in (
            ("en", "The service cannot store anything at the moment"),
            ("zh", "服务目前无法保存任何内容"),
        ):
            for page, fields, to in [
                ("check/", {"start": "engineer"}, "check/begin"),
                ("samples/", {"sample": "founder"}, "check/sample"),
                ("results/", LONG, "check/settings"),
                ("results/share", {"scheme": "cn/work-permit", "days": "7", "detail": "reasons"}, ""),
            ]:
                answer = client.send(f"/{lang}/{page}", fields, to and f"/{lang}/{to}")
                html = answer.content.decode()
                assert (answer.status_code, f"<h1>{said}</h1>" in html) == (503, True), page
                assert "Traceback" not in html
    assert stored() == before


def test_deleting_a_check_says_that_it_is_not_deleted(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    before = stored()
    with read_only():
        assert client.send("/en/results/", {}, "/en/check/forget").status_code == 503
    assert stored() == before and client.get("/en/results/").status_code == 200
    client.send("/en/results/", {}, "/en/check/forget")
    assert client.get("/en/results/").status_code == 302


def test_what_saves_itself_is_told_that_it_did_not(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    with read_only():
        answer = client.send("/en/check/you", {"healthy": "yes"}, "/en/check/you", headers={"HX-Request": "true"})
    assert answer.status_code == 503 and stored()[-1] is not None and Draft.objects.filter(facts={}).exists()


def test_programs_are_told_as_a_problem() -> None:
    """Nothing of the interface stores anything today; what the database raises under it has the same form."""
    handle = problems(lambda request: None)  # type: ignore[arg-type, return-value]
    answer = handle.process_exception(RequestFactory().post("/api/v1/check"), OperationalError("x"))  # type: ignore[attr-defined]
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.content == b'{"type": "urn:jifen:problem:not-stored", "title": "not stored", "status": 503}'


@pytest.mark.parametrize(
    ("lang", "said"), [("en", "Not saved: the service cannot store"), ("zh", "未保存：服务目前无法保存")]
)
def test_a_server_whose_files_cannot_grow_says_so_while_somebody_types(
    chromium: Browser, tmp_path: Path, lang: str, said: str
) -> None:
    """The system refuses to write one byte more; when it can again, the next answer is saved with all before it."""
    with running(tmp_path, "--workers", "1") as server, visitor(chromium) as page:
        page.goto(f"{server.address}/{lang}/check/")
        page.click("button[value=engineer]")
        page.check("input[name=healthy][value=yes]")
        expect(page.locator("#saved")).to_have_text({"en": "Saved", "zh": "已保存"}[lang])
        assert server.process
        found = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True)
        workers = [int(pid) for pid in found.stdout.split()]
        for pid in workers:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        page.fill("input[name=birth_date]", "1990-05-31")
        page.keyboard.press("Tab")
        expect(page.locator("#saved")).to_contain_text(said)
        expect(page.locator("#saved")).to_be_in_viewport()
        page.click(".bar .button")
        expect(page.locator("#errors h2")).to_have_text({"en": "Nothing was saved", "zh": "未能保存"}[lang])
        expect(page.locator("input[name=birth_date]")).to_have_value("1990-05-31")
        for pid in workers:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        page.click(".bar .button")
        page.wait_for_url("**/check/education")
        page.goto(f"{server.address}/{lang}/check/you")
        expect(page.locator("input[name=birth_date]")).to_have_value("1990-05-31")
