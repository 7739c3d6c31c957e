"""Conformance cases: people and what every engine must say of them, as JSON that no engine is needed to read.

The form is described in `conformance/README.md`. Cases are made by the reference engine; they are for other engines to pass.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from jifen.engines.agreement import People
from jifen.engines.reference import State
from jifen.facts.profiles import read_profile
from jifen.facts.values import Value, plain_value
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.form import Plan

FORM = "urn:jifen:conformance:1"


@dataclass(frozen=True, slots=True)
class Expected:
    """One case: what is known of a person, and what must be said."""

    profile: Mapping[str, Value]
    says: Mapping[str, Any]


def says(plan: Plan, values: Mapping[str, Value], on: date) -> dict[str, Any]:
    """What the reference engine says, in the form of a case."""
    state = State(plan, values, on)
    status, possible = state.status()
    total = state.total()
    return {
        "status": status,
        "outcome": possible[-1] if status == "qualifies" else None,
        "points": total.data() if total else None,
        "criteria": {name: state.points(part.points).data() for name, part in plan.parts.items()},
    }


def law_hash(plan: Plan) -> str:
    """The hash of all documents on which the plan rests: its own, and those of the schemes that it refers to."""
    hashes = [plan.scheme.hash, *(scheme.hash for _, scheme in sorted(plan.refers.items()))]
    return hashlib.sha256("\0".join(hashes).encode()).hexdigest()


def document(plan: Plan, vocabulary: Vocabulary, on: date, count: int = 24) -> str:
    """The conformance file of a plan: one case a line."""
    random = Random(f"conformance {plan.scheme.id} {plan.scheme.start}")
    lines = []
    for person in People(plan, vocabulary).random(count, random):
        profile = {f: plain_value(vocabulary.facts[f], v) for f, v in sorted(person.items())}
        lines.append("  " + json.dumps({"profile": profile, **says(plan, person, on)}, ensure_ascii=False))
    head = {
        "$schema": FORM,
        "scheme": plan.scheme.id,
        "version": plan.scheme.start.isoformat(),
        "law_hash": law_hash(plan),
        "as_of": on.isoformat(),
    }
    top = ",\n ".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in head.items())
    return "{" + top + ',\n "cases": [\n' + ",\n".join(lines) + "\n ]}\n"


def file_of(folder: Path, scheme: str) -> Path:
    return folder / f"{scheme}.json"


def read_cases(path: Path, vocabulary: Vocabulary) -> tuple[dict[str, Any], Iterator[Expected]]:
    """The head of a conformance file, and its cases. Raises ProfileError for a profile that cannot be read."""
    data = json.loads(path.read_text("utf-8"))

    def cases() -> Iterator[Expected]:
        for case in data["cases"]:
            profile = read_profile(case["profile"], vocabulary)
            yield Expected(profile.values, {k: v for k, v in case.items() if k != "profile"})

    return data, cases()
