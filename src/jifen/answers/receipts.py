"""Receipts: enough to compute an answer again and to say what has changed since."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jifen.answers.answer import Answer
from jifen.answers.door import Jifen
from jifen.problems import JifenError, Problem, RequestError, Where
from jifen.strict_yaml import decode, read_bytes

COMPARED = ("profile_hash", "facts_hash", "scheme_hash", "refers", "version", "engine", "answer_hash")


@dataclass(frozen=True, slots=True)
class Replay:
    """An answer computed again: whether it is the same, and which parts of the receipt differ."""

    scheme: str
    as_of: str
    same: bool
    differs: tuple[str, ...]
    answer: Answer

    def data(self) -> dict[str, Any]:
        return {
            "scheme": self.scheme,
            "as_of": self.as_of,
            "same": self.same,
            "differs": list(self.differs),
            "answer": self.answer.data(),
        }


def read_receipts(path: Path) -> list[Mapping[str, Any]]:
    """The receipts in a file that holds a receipt, an answer, or a list of either. Raises RequestError."""
    bad = RequestError([Problem("bad-receipt", Where(str(path)))])
    try:
        data = json.loads(decode(read_bytes(path, RequestError), str(path), RequestError))
    except JifenError:
        raise
    except (ValueError, RecursionError):
        raise bad from None
    found: list[Mapping[str, Any]] = []
    for entry in data if isinstance(data, list) else [data]:
        receipt = entry.get("receipt", entry) if isinstance(entry, dict) else None
        if not isinstance(receipt, dict) or not all(
            isinstance(receipt.get(k), str) for k in ("scheme", "as_of", "answer_hash")
        ):
            raise bad
        found.append(receipt)
    if not found:
        raise bad
    return found


def replay(rules: Jifen, receipt: Mapping[str, Any], profile: Path | str | Mapping[str, Any]) -> Replay:
    """Hold the profile against the receipt's scheme on its day, and compare."""
    [answer] = rules.check(profile, receipt["as_of"], [receipt["scheme"]])
    differs = tuple(k for k in COMPARED if answer.receipt.get(k) != receipt.get(k))
    return Replay(receipt["scheme"], receipt["as_of"], "answer_hash" not in differs, differs, answer)
