"""Parts of the system beside Python that tests need: PostgreSQL, Java with Spark, Chromium; found, started and stopped here.

A part that is missing skips the test on a laptop, and the summary says so by name. Under `CI=true` it is a failure: a build
that skips is a build that lies.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

import pytest


def missing(part: str, how: str) -> NoReturn:
    """Skip the test loudly; under `CI=true` fail it."""
    words = f"MISSING SYSTEM PART: {part} ({how})"
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(words, pytrace=False)
    pytest.skip(words)


def _found(names: tuple[str, ...], folders: list[Path]) -> Path | None:
    for name in names:
        path = shutil.which(name)
        if path:
            return Path(path)
        for folder in folders:
            if os.access(folder / name, os.X_OK):
                return folder / name
    return None


def chromium() -> Path:
    """The program of Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
    folders = [Path("/usr/lib/chromium"), Path("/snap/bin"), Path("/opt/google/chrome")]
    folders += [Path("/Applications/Google Chrome.app/Contents/MacOS")]
    return _found(names, folders) or missing("Chromium", "install the package chromium")


def java() -> Path:
    """The program `java`, 17 or later."""
    home = os.environ.get("JAVA_HOME")
    folders = [Path(home) / "bin"] if home else []
    folders += sorted(Path("/usr/lib/jvm").glob("*/bin"), reverse=True)
    return _found(("java",), folders) or missing("Java", "install a Java 17 runtime")


class PostgreSQL(NamedTuple):
    """A running server. It listens on a socket in `folder` only; `psycopg.connect(server.dsn)` reaches it."""

    folder: Path
    user: str = "jifen"
    database: str = "postgres"
    port: int = 5432

    @property
    def dsn(self) -> str:
        return f"host={self.folder} port={self.port} user={self.user} dbname={self.database}"


def _server_programs() -> tuple[Path, Path]:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += sorted(Path("/usr").glob("pgsql-*/bin"), reverse=True)
    folders += [Path("/usr/local/pgsql/bin"), Path("/usr/local/bin"), Path("/opt/homebrew/opt/postgresql/bin")]
    initdb, server = _found(("initdb",), folders), _found(("pg_ctl",), folders)
    if not initdb or not server:
        missing("PostgreSQL", "install the package postgresql: initdb and pg_ctl were not found")
    return initdb, server


def _as_somebody(folder: Path) -> dict[str, object]:
    """PostgreSQL refuses to run as root: then it runs as `nobody`, who owns the folder."""
    if os.name != "posix" or os.getuid() != 0:
        return {}
    shutil.chown(folder, "nobody")
    return {"user": "nobody", "extra_groups": []}


@contextmanager
def postgres() -> Iterator[PostgreSQL]:
    """A PostgreSQL server of its own in a temporary folder, stopped and removed at the end.

    Nothing is shared with a server of the machine, and no port is opened. Speed is preferred to safety: it holds test data.
    """
    initdb, control = _server_programs()
    folder = Path(tempfile.mkdtemp(prefix="jifen-pg-"))
    options: dict[str, object] = {"check": True, "cwd": folder, "env": {"PATH": os.environ["PATH"], "LC_ALL": "C"}}
    options |= {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **_as_somebody(folder)}
    data, log = folder / "data", folder / "log"
    settings = f"-k {folder} -c listen_addresses='' -c fsync=off -c full_page_writes=off -c max_connections=50"

    def run(*command: str | Path) -> None:
        ran = subprocess.run(command, **{**options, "check": False})  # type: ignore[call-overload]
        if ran.returncode:
            words = ran.stderr.decode() + (log.read_text("utf-8") if log.exists() else "")
            raise RuntimeError(f"{Path(command[0]).name} failed: {words}")

    try:
        run(initdb, "-D", data, "-U", "jifen", "-A", "trust", "-E", "UTF8", "--no-sync")
        run(control, "-D", data, "-w", "-t", "60", "-l", log, "-o", settings, "start")
        try:
            yield PostgreSQL(folder)
        finally:
            run(control, "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def spark_cluster(workers: int = 2) -> Iterator[str]:
    """A standalone Spark cluster on this machine: a master and workers in processes of their own; gives the master's address.

    Python workers see the source tree that the tests see. Everything it writes stands in a temporary folder.
    """
    java_home = java().resolve().parents[1]
    import pyspark

    home = Path(pyspark.__file__).parent
    folder = Path(tempfile.mkdtemp(prefix="jifen-spark-"))
    source = str(Path(__file__).parents[1] / "src")
    settings = {
        "JAVA_HOME": str(java_home), "SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(folder),
        "SPARK_DAEMON_MEMORY": "512m", "PYSPARK_PYTHON": sys.executable, "PYTHONPATH": source, "SPARK_NO_DAEMONIZE": "1",
    }  # fmt: skip
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *arguments: str) -> Path:
        log = folder / f"{name}.log"
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{arguments[0]}", *arguments[1:]]
        with log.open("wb") as sink:
            started.append(
                subprocess.Popen(command, stdout=sink, stderr=sink, env={**os.environ, **settings}, cwd=folder)
            )
        return log

    def said(log: Path, pattern: str, seconds: int = 300) -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = re.search(pattern, log.read_text("utf-8", "replace"))
            if found:
                return found[1]
            if started[-1].poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"Spark did not start: {log.read_text('utf-8', 'replace')[-2000:]}")

    before = {k: os.environ.get(k) for k in settings}
    os.environ.update(settings)
    try:
        log = start("master", "master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        master = said(log, r"Starting Spark master at (spark://\S+)")
        for n in range(workers):
            options = (
                "-c",
                "1",
                "-m",
                "1G",
                "-d",
                str(folder / f"work{n}"),
                "--webui-port",
                "0",
                "--host",
                "127.0.0.1",
            )
            said(start(f"worker{n}", "worker.Worker", *options, master), r"(Successfully registered with master)")
        yield master
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(30)
        for key, value in before.items():
            if value is None:
                os.environ.pop(key, None)
            else:
                os.environ[key] = value
        shutil.rmtree(folder, ignore_errors=True)
