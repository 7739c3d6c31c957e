"""Load on the portal: 70 % results, 20 % autosave, 10 % search, from 16 connections, on SQLite and on PostgreSQL.

    python benchmarks/portal_load.py                    # both databases, 60 seconds each
    python benchmarks/portal_load.py --seconds 600
    python benchmarks/portal_load.py --only sqlite

Starts the portal itself (and a PostgreSQL server of its own), gives each connection a person of the samples, and reports requests a
second, the 50th, 95th and 99th percentile, errors, and the weight of the first page. The load comes from the same machine.
"""

from __future__ import annotations

import argparse
import http.client
import random
import re
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import system_parts
from portal_server import Server, running

SAMPLES = ("researcher", "engineer", "founder", "graduate", "family", "laureate", "mononym", "doctoral")
WORDS = ("visa", "工作许可", "gzxk", "points", "hospital", "haidian", "journal", "永久居留")
CONNECTIONS = 16


class Visitor(threading.Thread):
    """One person with a browser: keeps cookies, sends forms with their token."""

    def __init__(self, server: Server, number: int, until: float) -> None:
        super().__init__(daemon=True)
        self.server, self.number, self.until = server, number, until
        self.random = random.Random(number)
        self.connection = http.client.HTTPConnection("127.0.0.1", int(server.port), timeout=60)
        self.cookies: dict[str, str] = {}
        self.times: list[float] = []
        self.errors: list[str] = []
        self.token = ""

    def ask(
        self, method: str, path: str, fields: dict[str, str] | None = None, timed: bool = True, **headers: str
    ) -> str:
        headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        headers["Accept-Encoding"] = "gzip"
        body = None
        if fields is not None:
            body = urlencode({**fields, "csrfmiddlewaretoken": self.token})
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if timed:
            self.times.append(time.perf_counter() - start)
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        if answer.status >= 400:
            self.errors.append(f"{answer.status} {path}")
        if answer.headers.get("Content-Encoding") == "gzip":
            import gzip

            content = gzip.decompress(content)
        return content.decode()

    def begin(self) -> None:
        page = self.ask("GET", "/en/samples/", timed=False)
        self.token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
        self.ask("POST", "/en/check/sample", {"sample": SAMPLES[self.number % len(SAMPLES)]}, timed=False)

    def run(self) -> None:
        self.begin()
        while time.perf_counter() < self.until:
            kind = self.random.random()
            if kind < 0.7:
                self.ask("GET", self.random.choice(("/en/results/", "/zh/results/")))
            elif kind < 0.9:
                salary = str(self.random.randrange(200_000, 900_000, 1_000))
                self.ask(
                    "POST",
                    "/en/check/china-job",
                    {"china.annual_salary": salary, "china.work_place": "beijing"},
                    **{"HX-Request": "true"},
                )
            else:
                self.ask("GET", "/en/search?" + urlencode({"q": self.random.choice(WORDS)}))


def weigh(server: Server) -> int:
    """Bytes of the first page with all that it loads, as sent."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.port))

    def get(path: str) -> bytes:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        return connection.getresponse().read()

    import gzip

    page = get("/zh/")
    return len(page) + sum(
        len(get(u)) for u in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', gzip.decompress(page).decode()))
    )


def measure(name: str, server: Server, seconds: int) -> None:
    size = weigh(server)
    for warm in range(2):
        visitor = Visitor(server, warm, 0)
        visitor.begin()
        visitor.ask("GET", "/en/results/", timed=False)
    start = time.perf_counter()
    people = [Visitor(server, n, start + seconds) for n in range(CONNECTIONS)]
    for p in people:
        p.start()
    for p in people:
        p.join()
    spent = time.perf_counter() - start
    times = sorted(t for p in people for t in p.times)
    errors = [e for p in people for e in p.errors]
    at = {q: 1000 * times[min(len(times) - 1, int(len(times) * q))] for q in (0.5, 0.95, 0.99)}
    print(
        f"{name:<11} {len(times) / spent:7.0f} requests/s   p50 {at[0.5]:5.0f} ms   p95 {at[0.95]:5.0f} ms   p99 {at[0.99]:5.0f} ms   "
        f"longest {1000 * times[-1]:5.0f} ms   errors {len(errors)}   {len(times):,} requests in {spent:.0f} s   first page {size:,} bytes",
        flush=True,
    )
    for e in errors[:5]:
        print("   ", e)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if options.only != "postgresql":
            with running(Path(folder) / "a") as server:
                measure("SQLite", server, options.seconds)
        if options.only != "sqlite":
            with ExitStack() as stack:
                database = stack.enter_context(system_parts.postgres())
                url = f"postgresql://{database.user}@{str(database.folder).replace('/', '%2F')}:{database.port}/{database.database}"
                server = stack.enter_context(running(Path(folder) / "b", "--database", url))
                measure("PostgreSQL", server, options.seconds)


if __name__ == "__main__":
    main()
