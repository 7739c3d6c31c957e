"""Demonstration subjects: synthetic, and said to be so wherever they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from jifen.forms import Words


@dataclass(frozen=True)
class Sample:
    """A synthetic person or organisation: a name as it would be written, a line about it, its facts."""

    id: str
    name: str
    about: Words
    subject: str
    start: str
    facts: Mapping[str, Any]


@cache
def people() -> tuple[Sample, ...]:
    """The samples of `content/samples.yaml`, in its order."""
    text = (Path(__file__).parent / "content" / "samples.yaml").read_text("utf-8")
    found = []
    for id, entry in yaml.load(text, Loader=yaml.BaseLoader).items():
        about = {"en": entry["en"], "zh": entry["zh"]}
        facts = entry.get("facts", {})
        found.append(Sample(id, entry["name"], about, entry.get("subject", "person"), entry["start"], facts))
    return tuple(found)


def sample(id: str) -> Sample | None:
    return next((s for s in people() if s.id == id), None)
