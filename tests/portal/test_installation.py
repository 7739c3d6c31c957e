"""How the portal stands on a machine: secure settings, both databases, the command."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

import system_parts
from jifen.portal.serve import environment
from portal_server import running


@pytest.fixture
def settings_origin() -> Iterator[None]:
    """As behind a proxy."""
    from django.test import override_settings

    with override_settings(ORIGIN="https://jifen.example"):
        yield


def django(data: Path, code: str, database: str = "", origin: str = "") -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own with the settings of an installation."""
    given = {**os.environ, **environment(data, database, origin), "PYTHONWARNINGS": "error"}
    del given["DJANGO_ALLOW_ASYNC_UNSAFE"]  # set for the browser in this process only
    return subprocess.run([sys.executable, "-c", code], env=given, capture_output=True, text=True, check=False)


def test_the_settings_of_a_public_installation_have_no_weakness(tmp_path: Path) -> None:
    code = "import django; django.setup(); from django.core.management import call_command as c; c('check', deploy=True, fail_level='INFO')"
    ran = django(tmp_path, code, origin="https://jifen.example")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "no issues" in ran.stdout


def test_the_migrations_are_complete(tmp_path: Path) -> None:
    code = "import django; django.setup(); from django.core.management import call_command as c; c('makemigrations', check=True, dry_run=True)"
    ran = django(tmp_path, code)
    assert (ran.returncode, ran.stdout) == (0, "No changes detected\n")


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    from jifen.portal.secret import secret_key

    first = secret_key(tmp_path)
    assert len(first) > 50 and secret_key(tmp_path) == first
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


WAY = """
import django, re
from jifen.portal.serve import prepare
prepare()
from django.test import Client
from django.db import connection
client = Client()
page = client.get("/en/samples/")
answer = client.post("/en/check/sample", {"sample": "engineer"}, follow=True)
assert "Class B, professional" in answer.content.decode()
client.post("/en/check/you", {"birth_date": "1990-01-01"})
client.post("/en/results/share", {"scheme": "cn/work-permit", "days": "7"})
link = re.findall(r'href="(/en/shared/[^"]+)"', client.get("/en/results/share").content.decode())[0]
assert "Work permit" in Client().get(link).content.decode()
from concurrent.futures import ThreadPoolExecutor
from jifen.portal import drafts
from jifen.portal.models import Draft
code = Draft.objects.get().code
def put(i):
    drafts.change(code, {f"fact.{i}": i})
    connection.close()
with ThreadPoolExecutor(8) as pool:
    list(pool.map(put, range(40)))
draft = Draft.objects.get()
assert all(draft.facts[f"fact.{i}"] == i for i in range(40)), draft.facts
client.post("/en/check/forget")
assert not Draft.objects.exists()
print(connection.vendor)
"""
"""The way of a person through the database: a sample, an answer, a link, forty changes at once of which none is lost, the end."""


def test_the_embedded_database_carries_a_check(tmp_path: Path) -> None:
    ran = django(tmp_path, WAY)
    assert (ran.stdout, ran.stderr) == ("sqlite\n", "")


def test_postgresql_carries_a_check(tmp_path: Path) -> None:
    with system_parts.postgres() as server:
        url = f"postgresql://{server.user}@{str(server.folder).replace('/', '%2F')}:{server.port}/{server.database}"
        ran = django(tmp_path, WAY, database=url)
    assert (ran.stdout, ran.stderr) == ("postgresql\n", "")


READ_ONLY = """
from jifen.portal.serve import prepare
prepare()
from django.test import Client
from django.db import connection
from jifen.portal.models import Draft
client = Client()
client.post("/en/check/sample", {"sample": "engineer"})
before = Draft.objects.get().facts
def told():
    answer = client.post("/en/check/you", {"birth_date": "1990-01-01", "go": "next"})
    print(answer.status_code, "cannot store anything" in answer.content.decode())
    connection.close()
    assert Draft.objects.get().facts == before
connection.cursor().execute("SET default_transaction_read_only = on")
told()
connection.connection.close()
told()
"""


def test_a_postgresql_that_cannot_write_is_told(tmp_path: Path) -> None:
    """Read-only, as after a failover; then a connection that is gone."""
    with system_parts.postgres() as server:
        url = f"postgresql://{server.user}@{str(server.folder).replace('/', '%2F')}:{server.port}/{server.database}"
        ran = django(tmp_path, READ_ONLY, database=url)
    assert ran.stdout == "503 True\n503 True\n" and "Traceback" not in ran.stderr, ran.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--database", "mysql://x/y"], "this is not the address of a database [database-address]\n"),
        (["--database", "postgresql://127.0.0.1:1/x"], "the database does not answer [no-database]\n"),
        (
            ["--origin", "jifen.example", "--lang", "zh"],
            "这不是网站的公开地址 [public-address]\n  应为：如 `https://jifen.example` 的地址\n",
        ),
        (["--host", "192.0.2.1", "--lang=zh"], "网站无法在该处监听 [cannot-listen]\n"),
    ],
)
def test_the_command_says_what_is_wrong_and_shows_no_trace(tmp_path: Path, options: list[str], said: str) -> None:
    command = [
        sys.executable,
        "-c",
        "from jifen.cli import main; main()",
        "portal",
        "--data",
        str(tmp_path),
        "--port",
        "0",
        *options,
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 2 and ran.stderr.startswith(said) and "Traceback" not in ran.stderr


def test_the_command_serves_and_marks_a_demonstration(tmp_path: Path) -> None:
    import urllib.request

    with running(tmp_path, "--demo") as server, urllib.request.urlopen(f"{server.address}/zh/") as answer:
        assert "演示" in answer.read().decode()


def test_whoever_watches_is_told_that_it_is_well(client: Client) -> None:
    assert client.get("/health").content == b"ok\n"
    assert "Disallow: /zh/results/" in client.get("/robots.txt").content.decode()
    assert client.head("/en/").status_code == client.head("/en/schemes/").status_code == 200


def test_behind_a_proxy_the_sender_is_the_one_that_the_proxy_saw(settings_origin: None) -> None:
    from django.test import RequestFactory

    from jifen.portal.middleware import sender

    request = RequestFactory().get("/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"})
    assert sender(request) == "198.51.100.7"


def test_without_a_proxy_nobody_chooses_an_address(client: Client) -> None:
    from django.test import RequestFactory

    from jifen.portal.middleware import sender

    assert sender(RequestFactory().get("/", headers={"X-Forwarded-For": "198.51.100.7"})) == "127.0.0.1"


def test_without_demonstration_only_samples_are_marked(client: Client) -> None:
    assert 'class="demo"' not in client.get("/en/").content.decode()
    client.open_sample("engineer")  # type: ignore[attr-defined]
    assert 'class="demo"' in client.get("/en/results/report").content.decode()
