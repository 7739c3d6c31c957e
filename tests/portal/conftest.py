"""The portal for tests: in this process with an empty embedded database, and as a server of its own with a real browser."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

import portal_setup  # noqa: F401  (Django must be set up before it is imported)
import system_parts
from portal_server import Server, running


@pytest.fixture
def client() -> Client:
    """A visitor without a browser: keeps cookies, runs no JavaScript, and every form is checked against forgery."""
    return Visitor(enforce_csrf_checks=True)


class Visitor(Client):
    """A client that sends forms as a browser does: with the hidden fields of the page that shows them."""

    def send(self, page: str, fields: dict[str, object] | None = None, to: str = "", **more: object):  # type: ignore[no-untyped-def]
        """Open a page, fill its first form (or the one that goes to `to`), send it, follow to the page that comes."""
        html = self.get(page, follow=True).content.decode()
        forms = re.findall(r"<form\b.*?</form>", html, re.S)
        form = next((f for f in forms if not to or f'action="{to}"' in f), None)
        assert form, f"no form to {to} on {page}"
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        return self.post(to or page, {**hidden, **(fields or {})}, follow=True, **more)

    def begin(self, lang: str = "en", start: str = "engineer") -> None:
        """Begin a check as somebody."""
        answer = self.send(f"/{lang}/check/", {"start": start}, f"/{lang}/check/begin")
        assert answer.status_code == 200

    def open_sample(self, name: str, lang: str = "en") -> None:
        answer = self.send(f"/{lang}/samples/", {"sample": name}, f"/{lang}/check/sample")
        assert answer.status_code == 200


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("portal")) as found:
        yield found


@pytest.fixture(scope="session")
def chromium():  # type: ignore[no-untyped-def]
    """A real browser, started once."""
    from playwright.sync_api import sync_playwright

    path = system_parts.chromium()
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(path), args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()
