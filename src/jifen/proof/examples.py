"""Worked examples: the cases beside a scheme hold, and where one does not, the rows that decide otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from jifen.answers.answer import Answer
from jifen.answers.cases import Case, run_case
from jifen.answers.door import Jifen
from jifen.plan.form import in_force
from jifen.proof.findings import Finding, LawRow, condition_row, heading_row, item_row, table_row
from jifen.proof.leaves import criteria_of, headings_of, items_of
from jifen.schemes.model import ConditionTable, FactTable, Scheme


def check(rules: Jifen, scheme: str, cases: list[Case]) -> Iterator[Finding]:
    """The cases that expect another answer than the document gives, each with the rows that gave it."""
    versions = rules.versions(scheme)
    for case in cases:
        result = run_case(rules, case)
        version = in_force(versions, case.on)
        if result.passed or version is None:
            continue
        found = "; ".join(f"{what} {expected}, not {now}" for what, expected, now in result.differences)
        rows = (LawRow(case.where, case.name), *_rows(version, result.answer, [w for w, _, _ in result.differences]))
        yield Finding("case-differs", case.name, scheme, version.start, case.on, rows, blanks={"found": found})


def _rows(version: Scheme, answer: Answer | None, differing: list[str]) -> Iterator[LawRow]:
    """The rows hit in the criteria that differ (in all, if only the whole differs), and the items that decided."""
    if answer is None:
        return
    named = {w.removeprefix("points of ") for w in differing if w.startswith("points of ")}
    points = named or "points" in differing
    for criterion, _ in criteria_of(version) if points else ():
        if named and criterion.id not in named:
            continue
        labels = {h.row for c in answer.criteria if c.id == criterion.id for h in c.rows}
        for part in criterion.parts:
            if isinstance(part, FactTable):
                yield from (table_row(r) for r in part.rows if r.label in labels)
            elif isinstance(part, ConditionTable):
                yield from (
                    condition_row(r)
                    for r in part.rows
                    if any(r.text in label or r.words.get("en", "") in label for label in labels)
                )
    items = items_of(version)
    told = {r.id for r in answer.reasons} | {w.removeprefix("requirement ") for w in differing}
    yield from (item_row(items[i]) for i in told if i in items)
    for heading in headings_of(version):
        inside = {i.id for i in heading.conditions.walk()}
        if heading.id and (heading.id in told or inside & told):
            yield heading_row(heading)
