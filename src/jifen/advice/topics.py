"""Topics: which facts are asked on one page, and in which human order; declared in `policies/advice/topics.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jifen.facts.vocabulary import Vocabulary
from jifen.forms import Form, Words
from jifen.problems import PolicyError, Problem, nearest
from jifen.schemes.shelf import policy_folder
from jifen.strict_yaml import Items, Table, Text, decode, parse, read_bytes


@dataclass(frozen=True, slots=True)
class Topic:
    """Facts that belong together on one page. `facts` are ids, and `prefix.*` for all that begin so."""

    id: str
    title: Words
    facts: tuple[str, ...]


def read_topics(folder: Path) -> tuple[Topic, ...]:
    """The topics declared in a folder of policies; none if it has no such file. Raises PolicyError."""
    path = folder / "advice" / "topics.yaml"
    if not path.is_file():
        return ()
    node = parse(decode(read_bytes(path, PolicyError), str(path), PolicyError), str(path), PolicyError)
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", node.where)])
    form = Form(node, {"topics"})
    entries = form.table("topics")
    form.done()
    found = []
    for key, entry in entries:
        if not isinstance(entry, Table):
            raise PolicyError([Problem("not-a-mapping", entry.where)])
        inner = Form(entry, {"title", "facts"})
        title, listed = inner.words("title"), entry.get("facts")
        inner.done()
        if not isinstance(listed, Items) or not all(isinstance(v, Text) for v in listed.values):
            raise PolicyError([Problem("missing-key", entry.where, {"key": "facts"})])
        found.append(Topic(key.value, title, tuple(v.value for v in listed.values if isinstance(v, Text))))
    return tuple(found)


def check_topics(topics: Iterable[Topic], vocabulary: Vocabulary) -> list[str]:
    """Names in topics that no fact has, each with the nearest that one has."""
    facts = list(vocabulary.facts)
    return [
        f"{name} ({nearest(name, facts)})"
        for topic in topics
        for name in topic.facts
        if not any(_covers(name, fact) for fact in facts)
    ]


def _covers(name: str, fact: str) -> bool:
    return name == fact or (name.endswith(".*") and fact.startswith(name[:-1]))


@dataclass(frozen=True)
class Arranged:
    """Every fact of a vocabulary with its topic, and its place in the human order."""

    topic: Mapping[str, Topic]
    place: Mapping[str, int]


def arranged(vocabulary: Vocabulary, topics: Iterable[Topic]) -> Arranged:
    """Each fact under the topic that names it, or else under the one with the longest beginning of it; the rest by their group."""
    exact: dict[str, tuple[Topic, int]] = {}
    wide: list[tuple[str, Topic, int]] = []
    place = 0
    for topic in topics:
        for name in topic.facts:
            place += 1
            if name.endswith(".*"):
                wide.append((name[:-1], topic, place))
            else:
                exact.setdefault(name, (topic, place))
    found: dict[str, Topic] = {}
    order: dict[str, tuple[int, int]] = {}
    for number, fact in enumerate(vocabulary.facts):
        if fact in exact:
            found[fact], at = exact[fact]
        else:
            fits = [w for w in wide if fact.startswith(w[0])]
            if fits:
                _, found[fact], at = max(fits, key=lambda w: len(w[0]))
            else:
                found[fact], at = _by_name(fact.partition(".")[0]), place + 1
        order[fact] = at, number
    return Arranged(found, {f: n for n, f in enumerate(sorted(order, key=lambda f: order[f]))})


@cache
def _by_name(group: str) -> Topic:
    title = group.replace("_", " ").capitalize()
    return Topic(group, {"en": title, "zh": title}, (f"{group}.*",))


@cache
def published_topics() -> tuple[Topic, ...]:
    """The topics of the published policies."""
    return read_topics(policy_folder())
