"""Compiled code that is kept from process to process, under a name made of all that it depends on.

A kept piece stands behind its own hash; one that cannot be read, is not the user's own or was changed is as if it were not there.
`JIFEN_NO_CACHE` does without, as for policies; whoever changes at run time how laws are written must set it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

_KEPT = 200
"""How many pieces are kept, the latest."""


def name_of(parts: Sequence[str]) -> str:
    """The name of what is made of these parts by this version of the code."""
    return hashlib.sha256("\0".join((*parts, _own_hash())).encode()).hexdigest()


@cache
def _own_hash() -> str:
    """Of the modules that write machine code, and of those whose nodes they read."""
    here = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted((*here.glob("*.py"), here.parent / "reference.py", *(here.parent.parent / "plan").glob("*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def kept(key: str) -> bytes | None:
    """What was kept under a name; None if there is nothing that can be trusted."""
    if os.environ.get("JIFEN_NO_CACHE"):
        return None
    path = _folder() / f"{key}.o"
    try:
        if path.stat().st_uid != os.getuid():
            return None
        data = path.read_bytes()
    except OSError:
        return None
    digest, code = data[:32], data[32:]
    return code if hashlib.sha256(key.encode() + code).digest() == digest else None


def keep(key: str, code: bytes) -> None:
    """Keep something under a name; a folder that cannot be written to is no error."""
    if os.environ.get("JIFEN_NO_CACHE"):
        return
    folder = _folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as part:
            part.write(hashlib.sha256(key.encode() + code).digest() + code)
        Path(part.name).replace(folder / f"{key}.o")
        for old in sorted(folder.glob("*.o"), key=lambda p: p.stat().st_mtime, reverse=True)[_KEPT:]:
            old.unlink()
    except OSError:
        return


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "jifen-kernels"
