"""Linting: every file read strictly and compiled on every day on which one of its numbers changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jifen.plan.compile import compile_plan
from jifen.problems import PolicyError, Problem
from jifen.schemes.load import load_scheme
from jifen.schemes.model import Scheme
from jifen.schemes.shelf import Shelf, policy_folder, read_shelf


@dataclass(frozen=True)
class _With:
    """A shelf with some versions put in the place of its own."""

    shelf: Shelf
    schemes: dict[str, list[Scheme]]

    @property
    def vocabulary(self):  # type: ignore[no-untyped-def]
        return self.shelf.vocabulary


def lint_files(files: Sequence[Path], policies: Sequence[Path]) -> tuple[list[Problem], int]:
    """The problems of scheme files, each once, and how many files were read."""
    problems: list[Problem] = []
    loaded: list[Scheme] = []
    for file in files:
        try:
            loaded.append(load_scheme(file.resolve()))
        except PolicyError as e:
            problems += e.problems
    try:
        shelf = read_shelf([policy_folder(), *policies])
    except PolicyError as e:
        return [*problems, *(p for p in e.problems if p not in problems)], len(files)
    schemes = {k: list(v) for k, v in shelf.schemes.items()}
    for scheme in loaded:
        versions = schemes.setdefault(scheme.id, [])
        versions[:] = sorted([v for v in versions if v.start != scheme.start] + [scheme], key=lambda v: v.start)
    with_files = _With(shelf, schemes)
    for scheme in loaded:
        days = {scheme.start}
        days |= {r.start for p in scheme.parameters for r in p.rows if r.start > scheme.start}
        for day in sorted(days):
            try:
                compile_plan(scheme, day, with_files)
            except PolicyError as e:
                problems += [p for p in e.problems if p not in problems]
    return problems, len(files)
