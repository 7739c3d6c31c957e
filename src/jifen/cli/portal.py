"""The command that starts the web service."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jifen.cli.app import Policies, app


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
) -> None:
    """Start the web portal: check, results, schemes, law. Needs no network and no other service."""
    import os
    import socket
    import sys
    from importlib.util import find_spec

    if find_spec("django") is None:
        print("the portal is not installed\n  expected: pip install 'jifen[portal]'", file=sys.stderr)
        raise typer.Exit(2)
    from jifen.portal.serve import environment, prepare, serve

    folder = data or Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "jifen"
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.update(environment(folder.resolve(), database, origin, demo, tuple(policies)))
    if host not in ("127.0.0.1", "localhost", "::1"):
        os.environ.setdefault("JIFEN_PORTAL_HOST", "*" if host in ("0.0.0.0", "::") else host)
    if port == 0:
        with socket.socket() as probe:
            probe.bind((host, 0))
            port = probe.getsockname()[1]
    prepare()
    print(f"Jifen portal: {origin or f'http://{host}:{port}/'}   (stop with Ctrl-C)", flush=True)
    serve(host, port, workers or (2 if database else 1), threads, warm)
