"""Reforms: versions of a scheme that are not law. A document like any other (it may amend a version), or a change of one number."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from jifen.problems import PolicyError, Problem, RequestError, nearest
from jifen.schemes.conditions import Both, Compare, Not
from jifen.schemes.document import read_document
from jifen.schemes.load import load_scheme
from jifen.schemes.model import Conditions, Scheme
from jifen.schemes.shelf import Shelf
from jifen.strict_yaml import Table, Text, decode, read_bytes


def read_reform(file: Path, baseline: Scheme, shelf: Shelf) -> Scheme:
    """A reform of the scheme of `baseline`, from a document anywhere. It may amend any published version.

    Raises PolicyError with the mistakes of the document, RequestError where it is of another scheme.
    """
    text = decode(read_bytes(file, PolicyError), str(file), PolicyError)
    identity = read_document(text, str(file)).identity
    id_ = identity.get("scheme")
    if not isinstance(id_, Text) or id_.value != baseline.id:
        found = id_.value if isinstance(id_, Text) else ""
        where = id_.where if id_ else identity.where
        raise RequestError([Problem("not-a-reform", where, {"scheme": baseline.id}, found)])
    force = identity.get("in force")
    start = force.get("from") if isinstance(force, Table) else None
    with tempfile.TemporaryDirectory(prefix="jifen-reform-") as made:
        folder = Path(made) / baseline.id
        folder.mkdir(parents=True)
        published = {Path(v.file).parent for v in shelf.schemes[baseline.id]}
        for beside in (*published, file.absolute().parent):
            for path in beside.glob("*.csv"):
                shutil.copy(path, folder)
        for beside in published:
            for path in beside.glob("*.md"):
                shutil.copy(path, folder)
        copy = folder / f"{start.value if isinstance(start, Text) and '/' not in start.value else 'reform'}.md"
        copy.write_text(text, "utf-8")
        try:
            scheme = load_scheme(copy)
        except PolicyError as e:
            problems = [_at_home(p, str(copy), str(file)) for p in e.problems]
            raise PolicyError(problems) from None
    return replace(scheme, file=str(file))


def _at_home(problem: Problem, copy: str, file: str) -> Problem:
    """The problem with the name of the file that the user gave."""
    if problem.where.file != copy:
        return problem
    return replace(problem, where=replace(problem.where, file=file))


def with_pass_mark(scheme: Scheme, mark: int) -> Scheme:
    """The scheme with another pass mark, also where an outcome asks for as many points as the old one. Raises RequestError if it has none."""
    if scheme.pass_mark is None:
        form = "a scheme with a pass mark"
        raise RequestError([Problem("wrong-use", blanks={"name": scheme.id, "form": form})])
    outcomes = tuple(replace(o, conditions=_moved(o.conditions, scheme.pass_mark, mark)) for o in scheme.outcomes)
    return replace(scheme, pass_mark=mark, outcomes=outcomes)


def _moved(part: Any, old: int, new: int) -> Any:
    """A list of conditions with comparisons of the points with `old` made comparisons with `new`."""
    match part:
        case Conditions(items=items):
            moved = tuple(replace(i, content=_moved(i.content, old, new)) for i in items)
            return replace(part, items=moved)
        case Not(inner):
            return Not(_moved(inner, old, new))
        case Both(how, parts):
            return Both(how, tuple(_moved(p, old, new) for p in parts))
        case Compare(left, _, right, _) if left.name == "points" and not left.of and right.number == old:
            return replace(
                part, right=replace(right, coefficient=Fraction(new), number=Fraction(new), literal=str(new))
            )
        case _:
            return part


def with_parameter(scheme: Scheme, name: str, value: Fraction | int) -> Scheme:
    """The scheme with another value of a parameter, on every day. Raises RequestError where it has no such parameter."""
    names = [p.name for p in scheme.parameters]
    if name not in names:
        near = nearest(name, names)
        raise RequestError([Problem("unknown-name", blanks={"name": name}, found=name, nearest=near)])
    parameters = tuple(
        replace(p, rows=tuple(replace(r, value=Fraction(value)) for r in p.rows)) if p.name == name else p
        for p in scheme.parameters
    )
    return replace(scheme, parameters=parameters)
