"""Verification: every check of every version of a scheme, over all possible people, on every day on which its numbers change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from jifen.answers.cases import read_cases
from jifen.answers.door import Jifen
from jifen.plan.form import in_force
from jifen.problems import JifenError, Problem
from jifen.proof import clauses, examples, idle, maxima, rows
from jifen.proof.casetext import case_text
from jifen.proof.findings import Finding, LawRow, refused, unique
from jifen.proof.ground import Ground, collector_paused, versions_days
from jifen.proof.oddities import Oddity, read_oddities, stale
from jifen.proof.people import Person, UndecidedError
from jifen.schemes.model import Scheme

CHECKS: tuple[Callable[[Ground], Iterator[Finding]], ...] = (rows.check, maxima.check, clauses.check, idle.check)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two outcomes that one person can meet: the better is the answer, because it stands first. `case` is the person, for `cases.yaml`."""

    version: date
    first: str
    second: str
    person: Person
    case: str


@dataclass(frozen=True, slots=True)
class Report:
    """What the proof of one scheme found. It holds if there are neither `findings` nor `problems`."""

    scheme: str
    versions: tuple[date, ...]
    days: int
    findings: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Oddity], ...]
    problems: tuple[Problem, ...]
    overlaps: tuple[Overlap, ...]

    @property
    def holds(self) -> bool:
        return not self.findings and not self.problems

    def data(self) -> dict[str, Any]:
        """The report as JSON holds it."""
        return {
            "scheme": self.scheme,
            "holds": self.holds,
            "versions": [v.isoformat() for v in self.versions],
            "days": self.days,
            "findings": [f.data() for f in self.findings],
            "accepted": [
                {**f.data(), "reason": dict(o.reason), "reason_citation": [c.data() for c in o.citations]}
                for f, o in self.accepted
            ],
            "problems": [p.data() for p in self.problems],
            "ordered_outcomes": [
                {"version": o.version.isoformat(), "first": o.first, "second": o.second, "case": o.case}
                for o in self.overlaps
            ],
        }


def verify(rules: Jifen, scheme: str, versions: Sequence[Scheme] | None = None) -> Report:
    """Prove a scheme: all its versions, or some. Worked examples and accepted oddities count when all are proven.

    Raises RequestError for an unknown scheme.
    """
    every = rules.versions(scheme)
    chosen = list(versions if versions is not None else every)
    findings: list[Finding] = []
    overlaps: list[Overlap] = []
    days = 0
    for version in chosen:
        for day in versions_days(rules, version):
            days += 1
            with collector_paused():
                ground = Ground(rules, version, day)
                findings += prove(ground)
                if day == version.start and not ground.problems:
                    overlaps += _overlaps(ground)
                del ground
    for version in chosen:
        findings += idle.unused(version)
    problems: list[Problem] = []
    oddities: tuple[Oddity, ...] = ()
    folder = Path(every[-1].file).parent
    try:
        if (folder / "cases.yaml").is_file():
            cases = read_cases(folder / "cases.yaml")
            findings += examples.check(rules, scheme, [c for c in cases if in_force(every, c.on) in chosen])
        instruments = {k: v for one in every for k, v in one.instruments.items()}
        oddities = read_oddities(folder / "oddities.yaml", scheme, instruments)
    except JifenError as e:
        problems += e.problems
    found = unique(findings)
    if versions is None:
        problems += stale(oddities, found)
    accepted = {o.finding: o for o in oddities}
    told = [_with_case(rules, f) for f in found]
    return Report(
        scheme,
        tuple(v.start for v in chosen),
        days,
        tuple(f for f in told if f.id not in accepted),
        tuple((f, accepted[f.id]) for f in told if f.id in accepted),
        tuple(problems),
        tuple(overlaps),
    )


def prove(ground: Ground) -> list[Finding]:
    """Every finding about one version on one day. A check that cannot be decided is a finding too."""
    if ground.problems:
        found = _decided(ground, rows.check) + _decided(ground, maxima.below_zero)
        said = {(r.where.file, r.where.line) for f in found for r in f.rows}
        shown = {f.code for f in found}
        covered = {
            "rows-gap": "rows-gap",
            "rows-overlap": "rows-overlap",
            "above-maximum": "above-maximum",
            "below-zero": "points-below-zero",
        }
        left = [
            p
            for p in ground.problems
            if not (covered.get(p.code) in shown or ((p.where.file, p.where.line) in said and p.code in covered))
        ]
        scheme = ground.scheme
        return found + [refused(p, scheme.id, scheme.start, ground.on) for p in left]
    return [f for check in CHECKS for f in _decided(ground, check)]


def _decided(ground: Ground, check: Callable[[Ground], Iterator[Finding]]) -> list[Finding]:
    found: list[Finding] = []
    try:
        found.extend(check(ground))
    except UndecidedError as e:
        name = check.__module__.rsplit(".", 1)[-1]
        row = LawRow(ground.scheme.document.identity.where, ground.scheme.title["en"], ground.scheme.title)
        found.append(ground.finding("undecided", name, (row,), found=str(e)))
    return found


def _overlaps(ground: Ground) -> Iterator[Overlap]:
    scheme = ground.scheme
    titles = {o.id: o.title["en"] for o in scheme.outcomes}
    for first, second, person in clauses.overlaps(ground):
        name = f"{titles[first]} and {titles[second]}: the first is the answer"
        yield Overlap(scheme.start, first, second, person, case_text(ground.rules, scheme.id, ground.on, person, name))


def _with_case(rules: Jifen, finding: Finding) -> Finding:
    if not finding.people:
        return finding
    about = finding.place.split(":")[0].split(" by ")[0].split(".")[0]
    texts = [
        case_text(
            rules,
            finding.scheme,
            finding.day,
            person,
            f"{finding.message('en')} ({n})" if len(finding.people) > 1 else finding.message("en"),
            [about],
        )
        for n, person in enumerate(finding.people, 1)
    ]
    return replace(finding, case="\n".join(texts))
