"""A portal in a process of its own: started, killed as by a power cut, stopped."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Server:
    """A portal in a process of its own."""

    def __init__(self, data: Path, *options: str) -> None:
        self.data, self.options = data, options
        self.process: subprocess.Popen[str] | None = None
        self.port = "0"

    def start(self) -> None:
        command = [sys.executable, "-c", "from jifen.cli import main; main()", "portal", "--data", str(self.data)]
        self.process = subprocess.Popen(
            [*command, "--port", self.port, "--no-warm", *self.options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout
        said = ""
        for line in self.process.stdout:
            said += line
            if found := re.search(r"http://127\.0\.0\.1:(\d+)/", line):
                self.port = found[1]
                break
        else:
            raise RuntimeError(said)
        self._answers()

    def _answers(self) -> None:
        """Wait for the socket: the address is printed just before it opens."""
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", int(self.port))) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("the portal does not answer")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process
        subprocess.run(["pkill", "-9", "-P", str(self.process.pid)], check=False)
        self.process.kill()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()

    def stop(self) -> None:
        assert self.process and self.process.stdout
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()


@contextmanager
def running(data: Path, *options: str) -> Iterator[Server]:
    server = Server(data, *options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
