"""The document of a version of a scheme: its first-level headings, and what it amends merged in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from jifen.problems import PolicyError, Problem, nearest
from jifen.schemes.document import Document, amend, read_document
from jifen.strict_yaml import Text, decode, read_bytes

HEADINGS: tuple[tuple[str, str], ...] = (
    ("Parameters", "参数"),
    ("Derived facts", "推算事实"),
    ("Requirements", "条件"),
    ("Points", "积分"),
    ("Outcomes", "结果"),
    ("Grants", "待遇"),
    ("Evidence", "材料"),
    ("Steps", "步骤"),
    ("Cannot express", "无法表达"),
)
ENGLISH = tuple(english for english, _ in HEADINGS)
TITLES = [f"{en} · {zh}" for en, zh in HEADINGS]


def read_version(path: Path) -> Document:
    """The document of a version, with the versions that it amends merged in."""
    document = read_document(decode(read_bytes(path, PolicyError), str(path), PolicyError), str(path))
    amends = document.identity.get("amends")
    if amends is None:
        return document
    if not isinstance(amends, Text):
        raise PolicyError([Problem("not-text", amends.where, {"key": "amends"})])
    base = path.with_name(f"{amends.value}.md")
    if amends.value >= path.stem or not base.is_file():
        others = [p.stem for p in path.parent.glob("*.md") if p.stem < path.stem]
        problem = Problem(
            "no-such-version",
            amends.where,
            {"version": amends.value},
            amends.value,
            nearest(amends.value, others),
        )
        raise PolicyError([problem])
    merged = amend(read_version(base), document)
    known = {title: place for place, title in enumerate(TITLES)}
    return replace(merged, sections=tuple(sorted(merged.sections, key=lambda s: known.get(s.title, -1))))
