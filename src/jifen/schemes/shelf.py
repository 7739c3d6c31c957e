"""The shelf: every scheme with its versions, beside the vocabulary and its rules, read from folders of policies."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from jifen.facts.vocabulary import Vocabulary, load_vocabulary
from jifen.problems import PolicyError, Problem, RequestError, Where
from jifen.schemes.cache import Cache
from jifen.schemes.model import Derived, Scheme


@dataclass(frozen=True)
class Shelf:
    """Schemes by id (versions oldest first), vocabulary, rules of the vocabulary, and a hash of the vocabulary."""

    vocabulary: Vocabulary
    rules: tuple[Derived, ...]
    schemes: Mapping[str, Sequence[Scheme]]
    facts_hash: str


@dataclass(frozen=True)
class Span:
    """From when until when (None: without end) a version of a scheme is in force."""

    start: date
    until: date | None


@dataclass(frozen=True)
class Contents:
    """What can be said of a shelf without opening a scheme: who each is for, when its versions hold, on which days any law changes."""

    subjects: Mapping[str, str]
    spans: Mapping[str, tuple[Span, ...]]
    turns: tuple[date, ...]


def contents(schemes: Mapping[str, Sequence[Scheme]]) -> Contents:
    """The contents of a shelf."""
    every = [v for versions in schemes.values() for v in versions]
    turns = {v.start for v in every} | {v.until + timedelta(1) for v in every if v.until}
    turns |= {row.start for v in every for p in v.parameters for row in p.rows}
    return Contents(
        {id_: versions[-1].subject for id_, versions in schemes.items()},
        {id_: tuple(Span(v.start, v.until) for v in versions) for id_, versions in schemes.items()},
        tuple(sorted(turns)),
    )


class _Opened(Mapping[str, Sequence[Scheme]]):
    """Schemes that are opened when they are first asked for."""

    def __init__(self, ids: Iterable[str], open_: Callable[[str], Sequence[Scheme]]) -> None:
        self._ids, self._open = dict.fromkeys(ids), cache(open_)

    def __getitem__(self, id_: str) -> Sequence[Scheme]:
        if id_ not in self._ids:
            raise KeyError(id_)
        return self._open(id_)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._ids

    def __iter__(self) -> Iterator[str]:
        return iter(self._ids)

    def __len__(self) -> int:
        return len(self._ids)


def open_shelf(folders: Sequence[Path], kept: Cache) -> tuple[Shelf, Contents]:
    """A shelf and its contents from the cache, each scheme opened when it is first asked for. Raises PolicyError as `read_shelf`."""

    @cache
    def read() -> Shelf:
        return read_shelf(folders)

    def head() -> tuple[Shelf, Contents]:
        return replace(read(), schemes={}), contents(read().schemes)

    shelf, inside = kept.get("shelf", head)
    schemes = _Opened(inside.spans, lambda id_: kept.get(f"scheme {id_}", lambda: read().schemes[id_]))
    return replace(shelf, schemes=schemes), inside


def policy_folder() -> Path:
    """The policies of this distribution: inside the package when installed, at the top of the checkout otherwise."""
    inside = Path(__file__).parent.parent / "policies"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "policies"


def scheme_files(folder: Path) -> list[Path]:
    """Every file of a scheme version under a folder of policies, or the file itself.

    Raises RequestError for every folder inside that cannot be read: what is not seen must not seem not to be there.
    """
    if folder.is_file():
        return [folder] if folder.suffix == ".md" else []
    closed: list[OSError] = []
    found: list[Path] = []
    for above, _, names in os.walk(folder, onerror=closed.append):
        found += [Path(above, n) for n in names if n.endswith(".md") and n[0].isdigit()]
    if closed:
        said = sorted((str(e.filename), e.strerror or "") for e in closed)
        raise RequestError([Problem("cannot-read", Where(name), found=reason) for name, reason in said])
    return sorted(p for p in found if p.parent.name != "facts")


def read_shelf(folders: Iterable[Path]) -> Shelf:
    """Read folders of policies; later ones may add schemes, versions and facts. Raises PolicyError with every mistake."""
    from jifen.schemes.load import load_rules, load_scheme  # slow to import, and not needed for what is in the cache

    folders = list(folders)
    for folder in folders:
        if not folder.is_dir():
            raise RequestError([Problem("no-policies", Where(str(folder)))])
    files = {folder: scheme_files(folder) for folder in folders}
    problems: list[Problem] = []
    vocabulary = load_vocabulary(folders[0] / "facts", [f / "facts" for f in folders[1:]])
    rules: list[Derived] = []
    schemes: dict[str, list[Scheme]] = {}
    for folder in folders:
        for path in sorted((folder / "facts").glob("*.md")):
            try:
                rules += load_rules(path)
            except PolicyError as e:
                problems += e.problems
        for path in files[folder]:
            try:
                scheme = load_scheme(path)
            except PolicyError as e:
                problems += e.problems
                continue
            versions = schemes.setdefault(scheme.id, [])
            versions[:] = sorted([v for v in versions if v.start != scheme.start] + [scheme], key=lambda v: v.start)
    if problems:
        raise PolicyError(problems)
    return Shelf(vocabulary, tuple(rules), dict(sorted(schemes.items())), _facts_hash(folders))


def _facts_hash(folders: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted((folder / "facts").rglob("*")):
            if path.suffix in (".yaml", ".md"):
                digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
