"""The commands of advice: ask what settles most, find the cheapest path, look at the years ahead."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from jifen.answers import door
from jifen.cli.app import (
    AsText,
    Format,
    Lang,
    Language,
    OnDay,
    Policies,
    SchemeIds,
    app,
    chosen,
    load_rules,
    print_json,
)
from jifen.facts.profiles import Profile
from jifen.problems import Problem, RequestError, Where

ManyFacts = Annotated[
    list[str], typer.Option("--unknown", metavar="FACT", help="Not known: do not ask (may be repeated).")
]


@app.command(
    epilog="Examples:  jifen ask  ·  jifen ask me.yaml -s cn/work-permit --save me.yaml --force  ·  printf '30000\\n6\\n' | jifen ask -s sg/tech-pass  ·  jifen ask me.yaml --format json"
)
def ask(
    profile: Annotated[Path | None, typer.Argument(help="What is known already; nothing if left out.")] = None,
    scheme: SchemeIds = [],  # noqa: B006
    unknown: ManyFacts = [],  # noqa: B006
    prior: Annotated[
        Path | None,
        typer.Option("--prior", metavar="FILE", help="How common values are: weights (YAML) or people (CSV)."),
    ] = None,
    save: Annotated[Path | None, typer.Option("--save", metavar="FILE", help="Write the profile to this file.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    on: OnDay = None,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Ask, one by one, the fact that settles most, and stop when nothing asked could change an answer.

    With `--format json` it prints the next question for what is known, and does not wait for an answer.
    """
    from jifen.advice.interview import next_question
    from jifen.advice.prior import read_prior
    from jifen.cli.asking import Asking, profile_text
    from jifen.strict_yaml import write_whole

    if save is not None and save.exists() and not force:
        raise RequestError([Problem("file-exists", Where(str(save)))])
    rules = load_rules(policies)
    day = door.as_day(on)
    known = rules.profile(profile) if profile else Profile({}, {})
    wanted = chosen(rules, scheme) or rules.fitting(known)
    weights = read_prior(prior, rules.vocabulary) if prior else None
    if format is Format.json:
        question = next_question(rules, rules.complete(known, day), day, wanted, set(unknown), weights)
        print_json(question.data() if question else None)
        return
    asking = Asking(rules, known, day, wanted, unknown, weights, lang.value)
    asking.run()
    if save is not None:
        write_whole(save, profile_text(asking.profile(), rules))
        typer.echo({"en": f"written to {save}", "zh": f"已写入 {save}"}[lang.value], err=True)
    asking.report()


@app.command(
    epilog="Examples:  jifen path me.yaml -s cn/work-permit --to A  ·  jifen path me.yaml -s ca/express-entry-crs --points 480  ·  jifen path me.yaml --across  ·  jifen path me.yaml --across -s cn -s jp"
)
def path(
    profile: Annotated[Path, typer.Argument(help="A profile, YAML or JSON.")],
    scheme: SchemeIds = [],  # noqa: B006
    to: Annotated[
        str, typer.Option("--to", metavar="OUTCOME", help="The outcome to reach, or a better one; any if left out.")
    ] = "",
    points: Annotated[int | None, typer.Option("--points", min=0, help="The points to reach.")] = None,
    ways: Annotated[int, typer.Option("--ways", min=1, max=20, help="How many different ways to show.")] = 3,
    across: Annotated[
        bool, typer.Option("--across", help="Which scheme is nearest, over all or over those named.")
    ] = False,
    costs: Annotated[Path | None, typer.Option("--costs", metavar="FILE", help="A cost model of your own.")] = None,
    on: OnDay = None,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Find the cheapest sets of changes that reach an outcome, or say what stands in the way."""
    from jifen.advice.costs import costs_file, read_costs
    from jifen.advice.path import find_paths, later
    from jifen.cli import advising

    rules = load_rules(policies)
    day = door.as_day(on)
    known = rules.profile(profile)
    values = rules.complete(known, day)
    model = read_costs(costs or costs_file(), rules.vocabulary)
    if not scheme and not across:
        raise RequestError([Problem("no-scheme-named")])
    wanted = chosen(rules, scheme) or rules.fitting(known)
    found = []
    for id_ in _progress(wanted, across):
        plan = rules.plan(id_, day)
        if across and points is not None and plan is not None and plan.total is None:
            continue
        paths = find_paths(rules, values, day, id_, model, to, points, 1 if across else ways)
        if paths is not None:
            found.append((paths, [later(rules, known, day, id_, way) for way in paths.ways]))
    if across:
        found.sort(key=lambda f: advising.nearness(f[0]))
    if format is Format.json:
        data: list[dict[str, Any]] = []
        for paths, then in found:
            data.append({**paths.data(), "costs": dict(model.title), "sure": model.sure})
            for way, moment in zip(data[-1]["ways"], then, strict=True):
                way["when_done"] = moment.data()
        print_json(data)
    elif across:
        advising.nearest_schemes([p for p, _ in found], model, lang.value)
    else:
        for paths, then in found:
            advising.paths(paths, then, model, lang.value)
    if not any(p.ways for p, _ in found):
        raise typer.Exit(1)


@app.command(
    epilog="Examples:  jifen when me.yaml  ·  jifen when me.yaml -s cn/work-permit --years 10 --svg when.svg  ·  jifen when me.yaml --counting work.related_years"
)
def when(
    profile: Annotated[
        Path, typer.Argument(help="A profile, YAML or JSON; best with dates (`birth_date`, `work.spells`).")
    ],
    scheme: SchemeIds = [],  # noqa: B006
    years: Annotated[int, typer.Option("--years", "-n", help="How many years to look ahead.")] = 5,
    counting: Annotated[
        list[str],
        typer.Option(
            "--counting",
            metavar="FACT",
            help="Count on from this number, as completed on the first day (may be repeated).",
        ),
    ] = [],  # noqa: B006
    svg: Annotated[
        Path | None, typer.Option("--svg", metavar="FILE", help="Draw the timeline into this file too.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    on: OnDay = None,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Show the days on which an answer changes, the best window to apply, and the last day before a loss."""
    from jifen.advice.picture import timeline_svg
    from jifen.advice.timeline import timeline
    from jifen.cli import advising
    from jifen.strict_yaml import write_whole

    if svg is not None and svg.exists() and not force:
        raise RequestError([Problem("file-exists", Where(str(svg)))])
    rules = load_rules(policies)
    known = rules.profile(profile)
    wanted = chosen(rules, scheme) or rules.fitting(known)
    found = timeline(rules, known, door.as_day(on), years, wanted, counting)
    if svg is not None:
        shown = found if scheme else advising.changing(found)
        write_whole(svg, timeline_svg(shown, lang.value))
    if format is Format.json:
        print_json(found.data())
    else:
        advising.timeline(found, rules, lang.value, bool(scheme))


def _progress(wanted: list[str], shown: bool) -> Iterable[str]:
    """The schemes, with a bar on a terminal while many are looked at."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    if not shown or not console.is_terminal:
        return wanted
    return track(wanted, description="", console=console, transient=True)
