"""A cache of what was read from policies, which can never be stale.

Its name is a hash of every byte that it depends on: all files of the policies, the code that reads them, and the version of Python. A
change of any of them is another name. Only the user's own folder is used; set `JIFEN_NO_CACHE` to do without.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
_KEPT = 4


def cache_folder() -> Path:
    """The user's own folder for what can always be made again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "jifen"


def _key(folders: Sequence[Path]) -> str:
    digest = hashlib.sha256(sys.version.encode())
    package = Path(__file__).parent.parent
    digest.update("\0".join(f"{f} {f.is_dir()}" for f in folders).encode())
    for folder, pattern in [(package, "*.py"), *((f, "*") for f in folders)]:
        for path in sorted(folder.rglob(pattern)):
            if path.is_file() and path.suffix in (".py", ".md", ".yaml", ".csv"):
                digest.update(f"{path}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def cached(folders: Sequence[Path], make: Callable[[], T]) -> T:
    """What `make` gives for these folders: from the cache if nothing changed, else made and kept.

    A cache that cannot be read or written is as if it were not there.
    """
    if os.environ.get("JIFEN_NO_CACHE"):
        return make()
    path = cache_folder() / f"{_key(folders)}.pickle"
    try:
        if path.stat().st_uid == os.getuid():
            return pickle.loads(path.read_bytes())  # type: ignore[no-any-return]
    except (OSError, pickle.PickleError, EOFError, AttributeError, ImportError, IndexError):
        pass
    made = make()
    _keep(path, made)
    return made


def _keep(path: Path, value: object) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
            pickle.dump(value, part, protocol=pickle.HIGHEST_PROTOCOL)
        Path(part.name).replace(path)
        old = sorted(path.parent.glob("*.pickle"), key=lambda p: p.stat().st_mtime, reverse=True)[_KEPT:]
        for each in old:
            each.unlink()
    except OSError:
        return
