"""The command that starts the web service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

import typer

from jifen.cli.app import Lang, Language, Policies, app
from jifen.problems import Problem, RequestError


def _refuse(code: str, found: str = "", **blanks: str) -> NoReturn:
    raise RequestError([Problem(code, blanks=blanks, found=found)])


@app.command(
    epilog="Examples:\n\n"
    "jifen portal — on this machine only, with the embedded database\n\n"
    "jifen portal --demo — the same, every page marked as demonstration\n\n"
    "jifen portal --database postgresql://jifen@db/jifen --origin https://jifen.example"
)
def portal(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; 0 takes a free one.", min=0, max=65535)] = 8010,
    database: Annotated[
        str, typer.Option(metavar="URL", help="A PostgreSQL database; the embedded SQLite if left out.")
    ] = "",
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of database, secret key and static files [~/.local/share/jifen]."),
    ] = None,
    origin: Annotated[
        str, typer.Option(metavar="URL", help="The public address, if a proxy with https stands in front.")
    ] = "",
    demo: Annotated[bool, typer.Option("--demo", help="Mark every page and print as demonstration.")] = False,
    workers: Annotated[int, typer.Option(help="Processes; 0 takes one on SQLite and two on PostgreSQL.", min=0)] = 0,
    threads: Annotated[int, typer.Option(help="Threads of each process.", min=1)] = 8,
    warm: Annotated[
        bool, typer.Option(help="Compute the answers that every first visitor needs in the background (half a minute).")
    ] = True,
    policies: Policies = [],  # noqa: B006  (typer copies it)
    lang: Language = Lang.en,
) -> None:
    """Start the web portal: check, results, schemes, law. Needs no network and no other service."""
    import os
    import socket
    from importlib.util import find_spec

    if find_spec("django") is None:
        _refuse("not-installed", part="portal")
    parts = urlsplit(database)
    if database and (parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/")):
        _refuse("database-address", database)
    if origin and not origin.startswith(("http://", "https://")):
        _refuse("public-address", origin)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as e:
            _refuse("cannot-listen", f"{host}:{port}, {e.strerror}")
        port = probe.getsockname()[1]
    if database:
        import psycopg

        try:
            psycopg.connect(database, connect_timeout=10).close()
        except psycopg.Error as e:
            _refuse("no-database", str(e).strip().splitlines()[0])
    from jifen.portal.serve import environment, prepare, serve

    folder = data or Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "jifen"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(environment(folder.resolve(), database, origin, demo, tuple(policies)))
    if host not in ("127.0.0.1", "localhost", "::1"):
        os.environ.setdefault("JIFEN_PORTAL_HOST", "*" if host in ("0.0.0.0", "::") else host)
    from django.db import OperationalError

    try:
        prepare()
    except OperationalError as e:
        _refuse("no-database", str(e).strip().splitlines()[0])
    address = origin or f"http://{host}:{port}/"
    said = {"en": f"Jifen portal: {address}   (stop with Ctrl-C)", "zh": f"积分网站：{address}   （按 Ctrl-C 停止）"}
    serve(host, port, workers or (2 if database else 1), threads, warm, said[lang.value])
