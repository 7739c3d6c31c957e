"""A cache of what was made from policies, which can never be stale.

Its name is a hash of every byte that it depends on: all files of the policies, the code that reads them, and the version of Python. A
change of any of them is another name. Only the user's own folder is used, and nothing of a profile is ever in it; set
`JIFEN_NO_CACHE` to do without.
"""

from __future__ import annotations

import gc
import hashlib
import io
import os
import pickle
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import quote

T = TypeVar("T")
_KEPT = 4


class Cache:
    """What was made from some folders of policies, by name. One that cannot be read or written is as if it were not there."""

    def __init__(self, folders: Sequence[Path]) -> None:
        base = None if os.environ.get("JIFEN_NO_CACHE") else _base()
        self._folder = base / _key(folders) if base else None

    def get(self, name: str, make: Callable[[], T], apart: Mapping[str, object] | None = None) -> T:
        """What `make` gives: from the cache if nothing changed since it was made, else made and kept.

        Objects of `apart` are kept by name only, and are the same objects when they come back.
        """
        apart = apart or {}
        if self._folder is None:
            return make()
        path = self._folder / f"{quote(name, safe='')}.pickle"
        try:
            if path.stat().st_uid == os.getuid():
                kept, value = _read(path, apart)
                if kept == name:
                    return value  # type: ignore[no-any-return]
        except Exception:  # whatever a spoilt file makes of the reader, it is made anew
            pass
        made = make()
        _keep(path, (name, made), apart)
        return made


class _Writer(pickle.Pickler):
    def __init__(self, file: IO[bytes], apart: Mapping[str, object]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._names = {id(thing): name for name, thing in apart.items()}

    def persistent_id(self, thing: object) -> str | None:
        return self._names.get(id(thing))


class _Reader(pickle.Unpickler):
    def __init__(self, file: IO[bytes], apart: Mapping[str, object]) -> None:
        super().__init__(file)
        self._apart = apart

    def persistent_load(self, name: str) -> object:
        return self._apart[name]


def _read(path: Path, apart: Mapping[str, object]) -> Any:
    """What a file holds. The search for circles waits: half a million new objects would start it again and again."""
    active = gc.isenabled()
    gc.disable()
    try:
        return _Reader(io.BytesIO(path.read_bytes()), apart).load()
    finally:
        if active:
            gc.enable()


def _base() -> Path | None:
    """The user's folder for caches; None for a user without a home."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jifen"
    except RuntimeError:
        return None


def _key(folders: Sequence[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    package = Path(__file__).parent.parent
    digest.update("\0".join(f"{f} {f.is_dir()}" for f in folders).encode())
    for folder, pattern in [(package, "*.py"), *((f, "*") for f in folders)]:
        for path in sorted(folder.rglob(pattern)):
            if path.is_file() and path.suffix in (".py", ".md", ".yaml", ".csv"):
                digest.update(f"{path}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _keep(path: Path, value: object, apart: Mapping[str, object]) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
            _Writer(part, apart).dump(value)
        Path(part.name).replace(path)
        kept = sorted(path.parent.parent.iterdir(), key=lambda p: p.stat().st_mtime, reverse=True)
        for old in kept[_KEPT:]:
            shutil.rmtree(old, ignore_errors=True) if old.is_dir() else old.unlink()
    except OSError:
        return
