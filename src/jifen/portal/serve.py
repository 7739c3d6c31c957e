"""Starting the portal: the data folder made ready, the database brought up to date, then gunicorn.

Several processes serve, as many as there are cores, each with several threads, on either database: one process of Python uses one core. The policies
are read before they part, so that they share that memory; what each computes later it keeps for itself.
"""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path
from typing import Any


def environment(
    data: Path, database: str = "", origin: str = "", demo: bool = False, policies: tuple[Path, ...] = ()
) -> dict[str, str]:
    """The variables that the settings read."""
    return {
        "DJANGO_SETTINGS_MODULE": "jifen.portal.settings",
        "JIFEN_PORTAL_DATA": str(data),
        "JIFEN_PORTAL_DATABASE": database,
        "JIFEN_PORTAL_ORIGIN": origin,
        "JIFEN_PORTAL_DEMO": "1" if demo else "0",
        "JIFEN_PORTAL_POLICIES": os.pathsep.join(str(p) for p in policies),
    }


def prepare() -> None:
    """Make the service ready: tables, static files under names with hashes, expired things forgotten."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    from django.db import connections

    from jifen.portal.drafts import sweep

    sweep()
    connections.close_all()  # an open connection does not outlive the parting of processes


def warm() -> None:
    """Answers that every first visitor needs, computed before the first one comes."""
    from jifen.portal.check import places_offered
    from jifen.portal.finder import find
    from jifen.portal.questions import scope, weights
    from jifen.portal.rules import answers, subject, today

    nobody = subject({}, today())
    first = [("person", "CN"), ("organisation", "CN")]
    others = [("person", place) for place in places_offered("person") if place != "CN"]
    for kind, place in first + others:
        schemes = scope(kind, [place])
        answers(schemes, nobody)
        weights(schemes, nobody)
    find("visa")
    settle()


MOST_PROCESSES = 8
"""By itself the service takes no more: each keeps its own answers in memory."""


def processes() -> int:
    """One for each core that this process may use."""
    return min(len(os.sched_getaffinity(0)), MOST_PROCESSES)


def settle() -> None:
    """Leave what stays for good out of the search for garbage, which would otherwise go through all of the law again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 100)


def serve(host: str, port: int, workers: int, threads: int, warmed: bool = True, said: str = "") -> None:
    """Serve until stopped; `said` is printed when the first visitor can come.

    The settings must be in the environment, the service prepared.
    """
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # it ships no types

    from jifen.portal.wsgi import application

    def begin(server: Any, worker: Any) -> None:
        if warmed:
            threading.Thread(target=warm, daemon=True).start()

    def ready(server: Any) -> None:
        if said:
            print(said, flush=True)

    class Portal(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options: dict[str, Any] = {
                "bind": f"{f'[{host}]' if ':' in host else host}:{port}",
                "workers": workers,
                "threads": threads,
                "worker_class": "gthread",
                "timeout": 60,
                "graceful_timeout": 10,
                "keepalive": 20,
                "limit_request_line": 4094,
                "limit_request_fields": 60,
                "loglevel": "warning",
                "post_fork": begin,
                "when_ready": ready,
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            return application

    from jifen.portal.rules import rules

    rules()
    settle()
    Portal().run()
