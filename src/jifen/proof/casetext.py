"""Cases as text: a person and what the rules give, in the form of `cases.yaml`, to be pasted and approved."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date

from jifen.answers.answer import Answer
from jifen.answers.door import Jifen
from jifen.engines.reference import Range
from jifen.problems import JifenError
from jifen.proof.people import Person


def case_text(
    rules: Jifen, scheme: str, on: date, person: Person, name: str, about: Sequence[str] = (), like: str = ""
) -> str:
    """A case of this person. `about` are criteria whose points are stated; with `like`, only what differs is given.

    What is expected is what the document gives now; where it cannot be read, that is said in a comment.
    """
    try:
        [answer] = rules.check(person.plain(rules.vocabulary), on, [scheme])
    except JifenError:
        expected = ["    expect:", "      # The document cannot be read: write here what the law gives."]
    else:
        expected = expectation(answer, about)
    lines = [f"  - case: {quoted(name)}", f"    on: {on.isoformat()}"]
    if like:
        lines.append(f"    like: {like}")
    return "\n".join([*lines, *profile_lines(person.plain(rules.vocabulary), 4), *expected])


def profile_lines(plain: Mapping[str, object], indent: int) -> list[str]:
    space = " " * indent
    if not plain:
        return [f"{space}profile: {{}}"]
    return [f"{space}profile:", *(f"{space}  {k}: {value_text(v)}" for k, v in plain.items())]


def value_text(value: object) -> str:
    """A value as a case or a profile holds it.

    >>> value_text(True), value_text(["nobel", "turing"]), value_text("450000")
    ('yes', '[nobel, turing]', '450000')
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "[" + ", ".join(value_text(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {value_text(v)}" for k, v in value.items()) + "}"
    return str(value)


def expectation(answer: Answer, about: Sequence[str] = ()) -> list[str]:
    """The `expect:` of a case: status, outcome, points, and the points of some criteria."""
    lines = ["    expect:", f"      status: {answer.status}"]
    if answer.outcome is not None:
        lines.append(f"      outcome: {quoted(answer.outcome)}")
    if answer.points is not None:
        lines.append(f"      points: {_range(answer.points)}")
    known = {c.id: c.points for c in answer.criteria}
    chosen = [c for c in dict.fromkeys(about) if c in known and c]
    if chosen:
        lines.append("      criteria:")
        lines += [f"        {c}: {_range(known[c])}" for c in chosen]
    return lines


def _range(points: Range) -> str:
    return str(points.low) if points.exact else f"[{points.low}, {points.high}]"


def quoted(text: str) -> str:
    """Text as strict YAML takes it: plain where that is safe."""
    return (
        text
        if re.fullmatch(r"[A-Za-z][\w ,;()/≥≤<>-]*", text) and ": " not in text
        else json.dumps(text, ensure_ascii=False)
    )
