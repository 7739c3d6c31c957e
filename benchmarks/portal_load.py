"""Load on the portal: 70 % results, 20 % autosave, 10 % search, from 16 connections, on SQLite and on PostgreSQL.

    python benchmarks/portal_load.py                    # both databases, 60 seconds each
    python benchmarks/portal_load.py --seconds 600
    python benchmarks/portal_load.py --only sqlite

Starts the portal itself as `jifen portal` does (and a PostgreSQL server of its own). Each of the 16 connections comes from an address of its own and
serves 30 visitors who have a check open, so that 480 checks are under way at once, and each request is of a visitor drawn by chance.

What varies: every visitor is another synthetic person of `policies/populations/beijing-talent.yaml` with a birthday of their own. They begin an empty
check, autosave one group of questions after the other in an order of their own, and look at the results in between, in either language. Who has
answered everything leaves, and a new person comes on the same connection (the two requests of a beginning are counted too).
What repeats: a visitor looks at the results some three times between two answers; eight words are searched for; people who stand in the same cells of a
scheme have the same answer of that scheme.

Reported are requests a second, the 50th, 95th and 99th percentile, errors, the memory of the server at the start and at the end, the
processor time of server and clients, and the weight of the first page. The load comes from the same machine and is counted against it. Twenty
seconds of the same load go before, so that what is compiled once is not measured.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import os
import random
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import system_parts
from portal_server import Server, running

WORDS = ("visa", "工作许可", "gzxk", "points", "hospital", "haidian", "journal", "永久居留")
STARTS = ("researcher", "engineer", "founder", "student", "family")
CONNECTIONS, VISITORS = 16, 30
WARM = int(os.environ.get("JIFEN_WARM", "20"))
SEED = 20261125
Form = dict[str, str | list[str]]


def people(number: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """Synthetic people: who each says to be, and the forms filled in, by group of questions, in an order of their own."""
    from jifen.population.declared import read_declared
    from jifen.population.synthetic import synthesise
    from jifen.portal.groups import group_of
    from jifen.portal.rules import rules
    from jifen.schemes.shelf import policy_folder

    vocabulary = rules().vocabulary
    declared = read_declared(policy_folder() / "populations" / "beijing-talent.yaml", vocabulary)
    chance = random.Random(SEED)
    found = []
    for row in next(synthesise(declared, number, SEED)).slice(0, number).to_pylist():
        facts: Form = {"birth_date": f"{2025 - row.pop('age')}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"}
        for name, value in row.items():
            fact = vocabulary.facts[name]
            if name.startswith("model.") or value is None:
                continue
            if isinstance(value, bool):
                value = "yes" if value else "no"
            facts[name] = (value or ["-"]) if fact.kind == "several of" else str(value)
        forms: dict[str, Form] = {}
        for name, text in facts.items():
            forms.setdefault(group_of()[name], {})[name] = text
        order = list(forms)
        chance.shuffle(order)
        found.append((chance.choice(STARTS), [(g, urlencode(forms[g], doseq=True)) for g in order]))
    return found


class Visitor:
    """One person with a browser and a check under way."""

    def __init__(self, start: str, forms: list[tuple[str, str]]) -> None:
        self.start, self.forms = start, forms
        self.cookies: dict[str, str] = {}
        self.token = ""


class Line(threading.Thread):
    """A connection and the visitors on it."""

    def __init__(self, server: Server, number: int, waiting: Iterator[tuple[str, Any]], lock: Any) -> None:
        super().__init__(daemon=True)
        self.random = random.Random(number)
        self.waiting, self.lock = waiting, lock
        own = (f"127.0.0.{number + 2}", 0)
        self.connection = http.client.HTTPConnection("127.0.0.1", int(server.port), timeout=60, source_address=own)
        self.times: list[float] = []
        self.errors: list[str] = []
        self.counts = {"results": 0, "autosave": 0, "search": 0, "beginning": 0}
        self.measured = False
        self.until = 0.0
        self.visitors: list[Visitor] = []

    def ask(self, who: Visitor, kind: str, method: str, path: str, body: str | None = None, **headers: str) -> bytes:
        headers |= {"Cookie": "; ".join(f"{k}={v}" for k, v in who.cookies.items()), "Accept-Encoding": "gzip"}
        if body is not None:
            body += f"&csrfmiddlewaretoken={who.token}"
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if self.measured:
            self.times.append(time.perf_counter() - start)
            self.counts[kind] += 1
        for line in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = line.split(";")[0].partition("=")
            who.cookies[name] = value
        if answer.status >= 400:
            self.errors.append(f"{answer.status} {path}")
        return content

    def begin(self) -> Visitor:
        with self.lock:
            who = Visitor(*next(self.waiting))
        page = gzip.decompress(self.ask(who, "beginning", "GET", "/en/check/")).decode()
        who.token = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[0]
        [ticket] = re.findall(r'name="ticket" value="([^"]+)"', page)
        self.ask(who, "beginning", "POST", "/en/check/begin", urlencode({"start": who.start, "ticket": ticket}))
        return who

    def run(self) -> None:
        try:
            self.work()
        except Exception as e:  # a connection that breaks is an error of the measurement, not its end
            self.errors.append(repr(e))

    def work(self) -> None:
        while len(self.visitors) < VISITORS:
            who = self.begin()
            self.visitors.append(who)
            for _ in range(self.random.randrange(len(who.forms))):  # they came at different times
                self.save(who)
        while time.perf_counter() < self.until:
            place = self.random.randrange(VISITORS)
            who = self.visitors[place]
            kind = self.random.random()
            if kind < 0.7:
                self.ask(who, "results", "GET", self.random.choice(("/en/results/", "/zh/results/")))
            elif kind < 0.9:
                if not who.forms:
                    who = self.visitors[place] = self.begin()
                self.save(who)
            else:
                self.ask(who, "search", "GET", "/en/search?" + urlencode({"q": self.random.choice(WORDS)}))

    def save(self, who: Visitor) -> None:
        group, body = who.forms.pop()
        self.ask(who, "autosave", "POST", f"/en/check/{group}", body, **{"HX-Request": "true"})


def weigh(server: Server) -> int:
    """Bytes of the first page with all that it loads, as sent."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.port))

    def get(path: str) -> bytes:
        connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        return connection.getresponse().read()

    page = get("/zh/")
    return len(page) + sum(
        len(get(u)) for u in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', gzip.decompress(page).decode()))
    )


def processes(server: Server) -> list[int]:
    """The server and its workers."""
    assert server.process
    parent = server.process.pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def memory(pids: list[int]) -> int:
    """Resident memory in MiB, what processes share counted once (PSS)."""
    found = (re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{p}/smaps_rollup").read_text(), re.M) for p in pids)
    return sum(int(f[1]) for f in found if f) // 1024


def processor(pids: list[int]) -> float:
    """Seconds of processor time used so far."""
    ticks = os.sysconf("SC_CLK_TCK")
    fields = (Path(f"/proc/{p}/stat").read_text().rsplit(")", 1)[1].split() for p in pids)
    return sum(int(f[11]) + int(f[12]) for f in fields) / ticks


def measure(name: str, server: Server, seconds: int, waiting: Iterator[tuple[str, Any]]) -> None:
    size = weigh(server)
    lock = threading.Lock()
    lines = [Line(server, n, waiting, lock) for n in range(CONNECTIONS)]
    begun = time.perf_counter()
    for line in lines:
        line.until = begun + 10**6
        line.start()
    while any(len(line.visitors) < VISITORS and line.is_alive() for line in lines):
        time.sleep(0.2)
    time.sleep(WARM)
    pids = processes(server)
    before, used, own = memory(pids), processor(pids), time.process_time()
    start = time.perf_counter()
    for line in lines:
        line.until = start + seconds
        line.measured = True
    middle = before
    while any(line.is_alive() for line in lines):
        time.sleep(0.2)
        if middle == before and time.perf_counter() > start + seconds / 2:
            middle = memory(pids)
    spent = time.perf_counter() - start
    used, own, after = processor(pids) - used, time.process_time() - own, memory(pids)
    times = sorted(t for line in lines for t in line.times)
    errors = [e for line in lines for e in line.errors]
    at = {q: 1000 * times[min(len(times) - 1, int(len(times) * q))] for q in (0.5, 0.95, 0.99)}
    kinds = {k: sum(line.counts[k] for line in lines) for k in lines[0].counts}
    share = "   ".join(f"{k} {v / len(times):.0%}" for k, v in kinds.items())
    print(
        f"{name:<11} {len(times) / spent:7.0f} requests/s   p50 {at[0.5]:5.0f} ms   p95 {at[0.95]:5.0f} ms   p99 {at[0.99]:5.0f} ms   "
        f"longest {1000 * times[-1]:5.0f} ms   errors {len(errors)}   {len(times):,} requests in {spent:.0f} s   first page {size:,} bytes\n"
        f"            {share}\n"
        f"            memory of {len(pids)} processes {before} → {middle} (half time) → {after} MiB   "
        f"processor: server {used / spent:.2f} cores, {1000 * used / len(times):.1f} ms a request; clients {own / spent:.2f} cores",
        flush=True,
    )
    for e in errors[:5]:
        print("   ", e)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", choices=("sqlite", "postgresql"))
    parser.add_argument(
        "--workers", type=int, default=0, help="processes of the server; as many as it takes by itself if left out"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        from jifen.portal.serve import environment

        os.environ.update(environment(Path(folder) / "own"))
        number = CONNECTIONS * VISITORS + 15 * (options.seconds + WARM) + 1000
        everybody = people(number)
        more = ["--workers", str(options.workers)] if options.workers else []
        if options.only != "postgresql":
            with running(Path(folder) / "a", *more) as server:
                measure("SQLite", server, options.seconds, iter((s, list(f)) for s, f in everybody))
        if options.only != "sqlite":
            with ExitStack() as stack:
                database = stack.enter_context(system_parts.postgres())
                url = f"postgresql://{database.user}@{str(database.folder).replace('/', '%2F')}:{database.port}/{database.database}"
                server = stack.enter_context(running(Path(folder) / "b", "--database", url, *more))
                measure("PostgreSQL", server, options.seconds, iter((s, list(f)) for s, f in everybody))


if __name__ == "__main__":
    main()
