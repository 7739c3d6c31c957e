"""Oddities: findings about the real law that are accepted, each with its reason and its citation, in `oddities.yaml` beside the scheme.

The list may only shrink: an entry that no finding matches any more is an error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jifen.forms import Form, Words
from jifen.problems import PolicyError, Problem, Where, nearest
from jifen.proof.findings import Finding
from jifen.schemes.citations import Citation, Instrument, read_citations
from jifen.strict_yaml import Items, Table, decode, parse, read_bytes


@dataclass(frozen=True, slots=True)
class Oddity:
    """An accepted finding, by its id, with why it is so and where the law says it."""

    finding: str
    reason: Words
    citations: tuple[Citation, ...]
    where: Where


def read_oddities(path: Path, scheme: str, instruments: Mapping[str, Instrument]) -> tuple[Oddity, ...]:
    """The accepted oddities of a scheme; a file that is not there accepts none. Raises PolicyError."""
    if not path.is_file():
        return ()
    node = parse(decode(read_bytes(path, PolicyError), str(path), PolicyError), str(path), PolicyError)
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", node.where)])
    form = Form(node, {"scheme", "oddities"})
    form.one_of("scheme", (scheme,))
    form.done()
    items = node.get("oddities")
    if not isinstance(items, Items) or not items.values:
        raise PolicyError([Problem("missing-key", node.where, {"key": "oddities"})])
    found: list[Oddity] = []
    for item in items.values:
        if not isinstance(item, Table):
            raise PolicyError([Problem("not-a-mapping", item.where)])
        entry = Form(item, {"finding", "reason", "citation"})
        name, reason, cited = entry.text("finding"), entry.words("reason"), entry.text("citation")
        entry.done()
        if any(o.finding == name for o in found):
            raise PolicyError([Problem("declared-twice", item.where, {"name": name})])
        found.append(Oddity(name, reason, read_citations(cited, instruments, item.where), item.where))
    return tuple(found)


def stale(oddities: Sequence[Oddity], findings: Sequence[Finding]) -> list[Problem]:
    """A problem for every entry that matches no finding."""
    ids = {f.id for f in findings}
    return [
        Problem("stale-oddity", o.where, {"finding": o.finding}, o.finding, nearest(o.finding, ids))
        for o in oddities
        if o.finding not in ids
    ]
