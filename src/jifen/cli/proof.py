"""The commands for those who write and examine schemes: verify, diff, cases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jifen.answers import door
from jifen.cli.app import AsText, Format, Lang, Language, Policies, app, chosen, load_rules, print_json
from jifen.problems import Problem, RequestError, Where
from jifen.schemes.model import Scheme

if TYPE_CHECKING:
    from jifen.population.simulation import Comparison
    from jifen.proof.verify import Report


@app.command(
    epilog="Examples:  jifen verify  ·  jifen verify cn/work-permit hk --lang zh  ·  jifen verify draft/xx/points/2027-01-01.md"
)
def verify(
    scheme: Annotated[list[str], typer.Argument(help="Ids, groups, or files of versions; all if left out.")] = [],  # noqa: B006
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="How many schemes to prove at once.")] = os.cpu_count()
    or 1,
    overlaps: Annotated[
        bool, typer.Option("--overlaps", help="Also show the outcomes that one person can meet, with such a person.")
    ] = False,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Prove schemes over all possible people: no gap, no dead row, maxima reached, outcomes possible, examples right."""
    from jifen.cli import render_proof
    from jifen.proof.verify import verify

    rules = load_rules(policies)
    files = [Path(s) for s in scheme if s.endswith(".md")]
    ids = [s for s in scheme if not s.endswith(".md")]
    wanted = chosen(rules, ids) or ([] if files else list(rules.shelf.schemes))
    found: dict[str, Report] = {}
    with render_proof.progress(len(wanted) + len(files), lang.value) as step:
        for report in _proven(wanted, policies, min(jobs, max(1, len(wanted)))):
            found[report.scheme] = report
            step(report.scheme)
        drafts = []
        for file in files:
            with_file, version = with_draft(rules, file)
            drafts.append(verify(with_file, version.id, [version]))
            step(str(file))
    reports = [found[s] for s in wanted] + drafts
    if format is Format.json:
        print_json([r.data() for r in reports])
    else:
        render_proof.reports(reports, lang.value, overlaps)
    if not all(r.holds for r in reports):
        raise typer.Exit(1)


def with_draft(rules: door.Jifen, file: Path) -> tuple[door.Jifen, Scheme]:
    """The policies with the version of a file in the place of its own."""
    from dataclasses import replace

    from jifen.schemes.load import load_scheme

    if not file.is_file():
        raise RequestError([Problem("no-such-file", Where(str(file)))])
    version = load_scheme(file.resolve())
    others = [v for v in rules.shelf.schemes.get(version.id, ()) if v.start != version.start]
    schemes = {**rules.shelf.schemes, version.id: sorted([*others, version], key=lambda v: v.start)}
    return door.Jifen(replace(rules.shelf, schemes=schemes)), version


# --- several at once ------------------------------------------------------------------------------------------

_RULES: dict[tuple[Path, ...], door.Jifen] = {}


def _prove(policies: tuple[Path, ...], scheme: str) -> Report:
    from jifen.proof.verify import verify

    if policies not in _RULES:
        _RULES[policies] = load_rules(list(policies))
    return verify(_RULES[policies], scheme)


def _proven(schemes: list[str], policies: list[Path], jobs: int) -> Iterator[Report]:
    """Reports as they are ready; the schemes that ask others come first, because they take longest."""
    folders = tuple(p.resolve() for p in policies)
    if jobs == 1:
        for scheme in schemes:
            yield _prove(folders, scheme)
        return
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from multiprocessing import get_context

    from jifen.proof.ground import referred

    rules = load_rules(policies)
    size = {s: max((len(referred(v)), len(v.document.text)) for v in rules.versions(s)) for s in schemes}
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        tasks = [pool.submit(_prove, folders, s) for s in sorted(schemes, key=lambda s: size[s], reverse=True)]
        for task in as_completed(tasks):
            yield task.result()


@app.command(
    epilog="Examples:  jifen diff ca/express-entry-crs@2025-01-01 ca/express-entry-crs@2026-01-01  ·  jifen diff old.md new.md --lang zh  ·  jifen diff cn/k-visa@2025-12-01 reform.md --population people.parquet"
)
def diff(
    first: Annotated[str, typer.Argument(help="SCHEME@DATE, or the file of a version (FILE or FILE@DATE).")],
    second: Annotated[str, typer.Argument(help="The same, for what it is held against.")],
    population: Annotated[
        Path | None,
        typer.Option("--population", metavar="FILE", help="Also count who gains and who loses among these people."),
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", metavar="FILE", help="Which column of the population is which fact.")
    ] = None,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Say exactly whose answer differs between two versions, by which changed rows, with a person for each region."""
    from jifen.cli import render_proof
    from jifen.proof.difference import compare
    from jifen.proof.ground import collector_paused

    rules = load_rules(policies)
    one, other = (side(rules, text) for text in (first, second))
    with collector_paused():
        found = compare(rules, one, other)
    counted = _counted(rules, population, mapping, one, other) if population else None
    if format is Format.json:
        print_json({**found.data(rules), **({"population": counted.data()} if counted else {})})
        return
    render_proof.difference(found, rules, lang.value)
    if counted:
        from jifen.cli.simulate import print_comparison

        print()
        print_comparison(counted, f"{one[0].id}@{one[1]}", lang.value)


def _counted(
    rules: door.Jifen,
    population: Path,
    mapping: Path | None,
    one: tuple[Scheme, date],
    other: tuple[Scheme, date],
) -> Comparison:
    """Who gains and who loses among the people of a file."""
    from jifen.population.mapping import read_mapping
    from jifen.population.people import read_people
    from jifen.population.simulation import between
    from jifen.population.sources import open_source

    columns = read_mapping(mapping, rules.vocabulary) if mapping else None
    return between(rules, read_people(rules, open_source([population]), columns), one, other)


def side(rules: door.Jifen, text: str) -> tuple[Scheme, date]:
    """A version and the day on which it is read."""
    from jifen.plan.form import version_on
    from jifen.schemes.load import load_scheme

    name, at, day = text.partition("@")
    if name.endswith(".md"):
        if not Path(name).is_file():
            raise RequestError([Problem("no-such-file", Where(name))])
        read = load_scheme(Path(name).resolve())
        return read, door.as_day(day) if at else read.start
    on = door.as_day(day or None)
    return version_on(rules.versions(name), on), on


@app.command(
    epilog="Examples:  jifen cases cn/work-permit --edges  ·  jifen cases cn/k-visa --mcdc --on 2026-01-01 > mcdc.yaml"
)
def cases(
    scheme: Annotated[str, typer.Argument(help="A scheme's id.")],
    edges: Annotated[bool, typer.Option("--edges", help="Two people for every edge of the law.")] = False,
    mcdc: Annotated[bool, typer.Option("--mcdc", help="Two people for every condition that decides (MC/DC).")] = False,
    on: Annotated[str | None, typer.Option("--on", metavar="DATE", help="The day; today if left out.")] = None,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Write cases from the law, in the form of `cases.yaml`, for somebody who knows the law to approve."""
    from jifen.proof import boundary
    from jifen.proof.ground import Ground, collector_paused

    if edges == mcdc:
        raise typer.BadParameter("one of --edges and --mcdc", param_hint="--edges / --mcdc")
    rules = load_rules(policies)
    version, day = side(rules, f"{scheme}@{on}" if on else scheme)
    with collector_paused():
        ground = Ground(rules, version, day)
        undecided: list[str] = []
        pairs = list(boundary.edges(ground, undecided) if edges else boundary.mcdc(ground))
        text = boundary.text(rules, ground, pairs, undecided)
    print(text, end="")
