"""Profiles: the facts known about one subject, read from YAML or JSON or given as Python values.

A fact left out is unknown. Names may be dotted or nested. Nothing is guessed: a misspelt name is an error with the
nearest right one, and a value outside its domain is an error, never cut to fit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from jifen.facts.values import Value, plain_value, read_value
from jifen.facts.vocabulary import Vocabulary
from jifen.problems import Problem, ProfileError, Where, nearest
from jifen.strict_yaml import Items, Node, Table, Text, decode, parse, read_bytes


@dataclass(frozen=True)
class Profile:
    """What is known about one subject: fact id → value. `where` says where each was written."""

    values: Mapping[str, Value]
    where: Mapping[str, Where]
    file: str = ""

    def plain(self, vocabulary: Vocabulary) -> dict[str, object]:
        """The profile as a file would hold it, by fact id, in order."""
        return {k: plain_value(vocabulary.facts[k], v) for k, v in sorted(self.values.items())}


def read_profile(source: Path | str | Mapping[str, Any] | Profile, vocabulary: Vocabulary) -> Profile:
    """A profile from a file, or from a mapping of Python values.

    Whole numbers, `Decimal`, text, bool, `date` and lists are taken; a float is refused, because it is not exact.
    Raises ProfileError with every mistake found, RequestError when there is no such file.
    """
    if isinstance(source, Profile):
        return source
    if isinstance(source, Mapping):
        return profile_from(_node(source, "", 0), vocabulary)
    if not isinstance(source, (str, Path)):
        raise ProfileError([Problem("not-a-mapping", found=type(source).__name__)])
    path = Path(source)
    text = decode(read_bytes(path), str(path))
    return profile_from(parse(text, str(path)), vocabulary, str(path))


def profile_from(node: Node, vocabulary: Vocabulary, file: str = "") -> Profile:
    """Check a profile that was read as strict YAML."""
    if not isinstance(node, Table):
        raise ProfileError([Problem("not-a-mapping", node.where)])
    problems: list[Problem] = []
    values: dict[str, Value] = {}
    where: dict[str, Where] = {}
    for name, at, value in _entries(node, "", vocabulary):
        place = Where(at.file, at.line, at.column, path=name)
        fact = vocabulary.facts.get(name)
        if fact is None:
            problems.append(unknown_fact(name, vocabulary, place))
        elif name in values:
            problems.append(Problem("fact-given-twice", place, {"fact": name, "line": where[name].line}))
        else:
            where[name] = place
            try:
                values[name] = read_value(fact, value)
            except ProfileError as e:
                problems.extend(p.within(path=name) for p in e.problems)
    if problems:
        raise ProfileError(problems)
    return Profile(values, where, file)


def unknown_fact(name: str, vocabulary: Vocabulary, where: Where | None = None) -> Problem:
    """The problem that no fact has this name: the nearest name, or the fact or the group of facts that is called so in words."""
    facts = vocabulary.facts
    group = [f for f in facts if f.startswith(f"{name}.")]
    titles = {words: f.id for f in facts.values() for words in (*f.title.values(), f.title["en"].lower())}
    if group:
        near = ", ".join(group[:4]) + (", …" if len(group) > 4 else "")
    else:
        near = nearest(name, facts) or titles.get(nearest(name.lower(), titles), "")
    return Problem("unknown-fact", where or Where(), {"name": name}, name, near)


def _entries(node: Table, prefix: str, vocabulary: Vocabulary) -> Iterator[tuple[str, Where, Node]]:
    for key, value in node:
        name = prefix + key.value
        if isinstance(value, Table) and name not in vocabulary.facts:
            if not value.entries:
                yield name, key.where, value
            yield from _entries(value, name + ".", vocabulary)
        else:
            yield name, key.where, value


_DEEPEST = 12


def _node(value: Any, path: str, depth: int) -> Node:
    """Python values as the reader would have read them from a file."""
    at = Where(path=path)
    if depth > _DEEPEST:
        raise ProfileError([Problem("too-deep", at, {"limit": _DEEPEST})])
    if isinstance(value, Mapping):
        inner = (
            (Text(str(k), at), _node(v, f"{path}.{k}".lstrip("."), depth + 1))
            for k, v in value.items()
            if v is not None
        )
        return Table(tuple(inner), at)
    if isinstance(value, (list, tuple, set, frozenset)):
        return Items(tuple(_node(v, path, depth + 1) for v in value), at)
    if isinstance(value, bool):
        return Text("yes" if value else "no", at)
    if isinstance(value, float):
        code = "not-exact" if math.isfinite(value) else "not-a-number"
        raise ProfileError([Problem(code, at, {"fact": path}, repr(value))])
    if isinstance(value, date):
        return Text(value.isoformat()[:10], at)
    if isinstance(value, Decimal):
        return Text(format(value, "f"), at)
    if isinstance(value, int):
        return Text(str(value) if abs(value) < 10**40 else "a number of more than 40 digits", at)
    if isinstance(value, str):
        return Text(value, at)
    raise ProfileError([Problem("not-a-value", at, {"fact": path}, type(value).__name__)])
