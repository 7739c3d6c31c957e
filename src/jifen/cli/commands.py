"""The commands of every day: check, compare, read the law, write a profile, lint, test, replay.

Each reads, asks the library, and prints. What is printed is made in `render`.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from jifen.answers import door
from jifen.answers.cases import as_data, case_files, read_cases, run_case, untried
from jifen.cli import render
from jifen.cli.app import (
    AsText,
    Format,
    Lang,
    Language,
    OnDay,
    Policies,
    SchemeIds,
    ShowFormat,
    Subject,
    app,
    chosen,
    load_rules,
    print_json,
)
from jifen.facts.profiles import Profile, unknown_fact
from jifen.plan.form import in_force
from jifen.problems import JifenError, Problem, RequestError, Where
from jifen.schemes.shelf import Shelf, policy_folder, scheme_files
from jifen.strict_yaml import write_whole


@app.command(
    epilog="Examples:  jifen check me.yaml  ·  jifen check me.yaml -s cn/work-permit --lang zh  ·  jifen check me.yaml --on 2027-01-01 --format json"
)
def check(
    profile: Annotated[Path, typer.Argument(help="A profile, YAML or JSON.")],
    scheme: SchemeIds = [],  # noqa: B006
    on: OnDay = None,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    details: Annotated[
        bool, typer.Option("--details", "-d", help="Points, requirements and reasons of every scheme.")
    ] = False,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Hold a profile against the schemes: status, points, reasons with article, and what is missing."""
    rules = load_rules(policies)
    answers = rules.check(profile, on, chosen(rules, scheme))
    if format is Format.json:
        print_json([a.data() for a in answers])
    else:
        render.answers(answers, rules, lang.value, details or len(answers) <= 3, str(profile))


@app.command(epilog="Examples:  jifen compare me.yaml --with cn/work-permit --with sg/compass --with jp")
def compare(
    profile: Annotated[Path, typer.Argument(help="A profile, YAML or JSON.")],
    with_: Annotated[list[str], typer.Option("--with", "-w", metavar="ID", help="A scheme or a group such as `jp`.")],
    on: OnDay = None,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Hold a profile against schemes side by side, across jurisdictions."""
    rules = load_rules(policies)
    answers = rules.check(profile, on, chosen(rules, with_))
    if format is Format.json:
        print_json([a.data() for a in answers])
    else:
        render.comparison(answers, rules, lang.value)


@app.command(epilog="Examples:  jifen schemes  ·  jifen schemes jp --format json")
def schemes(
    under: Annotated[str, typer.Argument(help="Only schemes of this group, such as `cn`.")] = "",
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """List the schemes with their versions."""
    rules = load_rules(policies)
    ids = chosen(rules, [under]) if under else list(rules.shelf.schemes)
    rows = [_listed(rules, id_) for id_ in ids or ()]
    if format is Format.json:
        print_json(rows)
    else:
        render.scheme_list(rows, lang.value)


def _listed(rules: door.Jifen, id_: str) -> dict[str, Any]:
    versions = rules.versions(id_)
    latest = versions[-1]
    return {
        "scheme": id_,
        "title": dict(latest.title),
        "jurisdiction": latest.jurisdiction,
        "subject": latest.subject,
        "law": latest.law,
        "versions": [
            {"from": v.start.isoformat(), "until": v.until.isoformat() if v.until else None} for v in versions
        ],
    }


@app.command(
    epilog="Examples:  jifen show cn/work-permit  ·  jifen show sg/compass --on 2027-01-01 --format markdown  ·  jifen show policies/cn/k-visa/2025-10-01.md --watch  ·  jifen show cn/work-permit --diagram salary.svg --cells salary"
)
def show(
    scheme: Annotated[str, typer.Argument(help="A scheme's id, or the file of one that is being written.")],
    on: OnDay = None,
    format: Annotated[ShowFormat, typer.Option("--format", help="How to print.")] = ShowFormat.text,
    only: Annotated[
        Lang | None, typer.Option("--lang", help="English or Chinese; in `markdown` both if left out.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Show again whenever the file changes.")] = False,
    diagram: Annotated[
        Path | None, typer.Option("--diagram", metavar="FILE.svg", help="Write the decision as a picture instead.")
    ] = None,
    cells: Annotated[
        str | None,
        typer.Option(
            "--cells",
            metavar="ID",
            help="With --diagram: facts and their cells instead, for a criterion, a condition or an outcome; `outcome` for the whole.",
        ),
    ] = None,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Show the law of a scheme as readable tables with their citations."""
    path, lang = Path(scheme), only.value if only else ""
    if cells is not None and diagram is None:
        raise typer.BadParameter("only with --diagram", param_hint="--cells")
    if diagram is not None:
        from jifen.cli.proof import side
        from jifen.proof.picture import picture

        rules = load_rules(policies)
        drawn, day = side(rules, f"{scheme}@{on}" if on else scheme)
        if cells is None:
            text = picture(drawn, lang or "en")
        else:
            from jifen.proof.cellpicture import cell_picture
            from jifen.proof.ground import Ground, collector_paused

            with collector_paused():
                text = cell_picture(Ground(rules, drawn, day), "" if cells == "outcome" else cells, lang or "en")
        write_whole(diagram, text)
        print(f"{diagram}")
        return
    if scheme.endswith(".md") and not path.is_file():
        raise RequestError([Problem("no-such-file", Where(scheme))])
    rules = load_rules(policies)
    if not scheme.endswith(".md"):
        if scheme not in rules.shelf.schemes and (below := _below(rules, scheme)):
            raise RequestError([Problem("group-of-schemes", blanks={"group": scheme}, nearest=below)])
        version = in_force(rules.versions(scheme), door.as_day(on))
        if version is None:
            [answer] = rules.check({}, on, [scheme])
            print(answer.reasons[0].words[lang or "en"])
            raise typer.Exit(1)
        path = Path(version.file)
    render.scheme_file(path, format.value, lang, rules.shelf)
    if watch:
        _watch(path, format.value, lang, rules.shelf)


def _below(rules: door.Jifen, group: str) -> str:
    """The first schemes of a group, as a hint; nothing if there is no such group."""
    below = [s for s in rules.shelf.schemes if s.startswith(group.rstrip("/") + "/")]
    return ", ".join(below[:3]) + (", …" if len(below) > 3 else "")


def _watch(path: Path, format_: str, lang: str, shelf: Shelf) -> None:
    seen = path.stat().st_mtime_ns
    try:
        while True:
            time.sleep(0.3)
            try:
                now = path.stat().st_mtime_ns
            except OSError:
                continue
            if now != seen:
                seen = now
                render.clear()
                try:
                    render.scheme_file(path, format_, lang, shelf)
                except JifenError as e:
                    print(e.text(lang or "en"))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


@app.command(
    epilog="Examples:  jifen facts  ·  jifen facts canada.education  ·  jifen facts china  ·  jifen facts salary"
)
def facts(
    name: Annotated[str, typer.Argument(help="A fact, the beginning of names, or a word of a name or title.")] = "",
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """List the facts that can be known, or show one with its codes."""
    from jifen.cli.fact_text import fact_data, fact_list

    rules = load_rules(policies)
    known = rules.vocabulary.facts
    found = [f for f in known.values() if f.id == name] or [f for f in known.values() if f.id.startswith(name)]
    word = re.compile(rf"(?<![a-z]){re.escape(name.lower())}")
    found = found or [f for f in known.values() if word.search(f"{f.id} {f.title['en']} {f.title['zh']}".lower())]
    if not found:
        raise RequestError([unknown_fact(name, rules.vocabulary)])
    if format is Format.json:
        print_json([fact_data(f) for f in found])
    else:
        fact_list(found, rules, lang.value)


@app.command(
    epilog="Examples:  jifen new me.yaml -s cn/work-permit  ·  jifen new me.yaml --ask -s jp  ·  jifen new us.yaml --about organisation"
)
def new(
    profile: Annotated[Path, typer.Argument(help="The file to write.")],
    scheme: SchemeIds = [],  # noqa: B006
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask for the facts one by one instead of writing a template.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    about: Annotated[
        Subject, typer.Option("--about", help="Whom the profile is about, where the schemes are for both.")
    ] = Subject.person,
    on: OnDay = None,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Begin a profile: a commented template with the facts that the schemes ask, or an interview."""
    from jifen.cli.asking import Asking, profile_text
    from jifen.cli.template import template

    if profile.exists() and not force:
        raise RequestError([Problem("file-exists", Where(str(profile)))])
    rules = load_rules(policies)
    day = door.as_day(on)
    ids = _about_one(rules, chosen(rules, scheme) or list(rules.shelf.schemes), about.value)
    ids = [s for s in ids if in_force(rules.versions(s), day)]
    if not ids:
        raise RequestError([Problem("nothing-in-force", blanks={"day": day})])
    if ask:
        asking = Asking(rules, Profile({}, {}), day, ids, lang=lang.value)
        asking.run()
        text = profile_text(asking.profile(), rules)
    else:
        text = template(rules, ids, on, lang.value)
    write_whole(profile, text)
    print(f"{profile}")


def _about_one(rules: door.Jifen, ids: list[str], about: str) -> list[str]:
    """The schemes that can share a profile, which is about one subject: those for `about`, or all if none is."""
    return [s for s in ids if rules.versions(s)[-1].subject == about] or ids


@app.command(epilog="Examples:  jifen lint  ·  jifen lint policies/cn/k-visa  ·  jifen lint --format json")
def lint(
    path: Annotated[Path | None, typer.Argument(help="A file or folder; the published policies if left out.")] = None,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Read schemes strictly and report every mistake with its place."""
    from jifen.cli.linting import lint_files

    if path is not None and not path.exists():
        raise RequestError([Problem("no-such-file", Where(str(path)))])
    files = scheme_files(path or policy_folder())
    if not files:
        raise RequestError([Problem("no-documents", Where(str(path)))])
    problems, checked = lint_files(files, policies)
    if format is Format.json:
        print_json({"files": checked, "problems": [p.data(lang.value) for p in problems]})
    else:
        render.lint(problems, checked, lang.value)
    if problems:
        raise typer.Exit(1)


@app.command(name="test", epilog="Examples:  jifen test  ·  jifen test cn/work-permit --untried")
def run_tests(
    scheme: Annotated[str, typer.Argument(help="A scheme's id or group; all if left out.")] = "",
    show_untried: Annotated[
        bool, typer.Option("--untried", help="List rows never hit, conditions never true or false.")
    ] = False,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Run the worked examples of schemes, and say what they leave untried."""
    rules = load_rules(policies)
    ids = chosen(rules, [scheme]) if scheme else list(rules.shelf.schemes)
    found: list[dict[str, Any]] = []
    failed = 0
    for id_ in ids or ():
        for folder in (policy_folder(), *policies):
            for file in case_files(folder, id_):
                cases = read_cases(file, id_)
                results = [run_case(rules, c) for c in cases]
                left = untried(rules, cases)
                failed += sum(1 for r in results if not r.passed)
                found.append(
                    {
                        "scheme": id_,
                        "cases": len(results),
                        "failed": [as_data(r) for r in results if not r.passed],
                        "untried": {
                            "rows": [r.data() for r in left.rows],
                            "never_true": [r.data() for r in left.never_true],
                            "never_false": [r.data() for r in left.never_false],
                            "of": left.total,
                        },
                    }
                )
    if format is Format.json:
        print_json(found)
    else:
        render.case_results(found, show_untried or bool(scheme), lang.value)
    if failed:
        raise typer.Exit(1)


@app.command(
    epilog="Examples:  jifen check me.yaml -s cn/k-visa --format json > answer.json; jifen replay answer.json me.yaml"
)
def replay(
    receipt: Annotated[Path, typer.Argument(help="A receipt, or an answer with its receipt, as JSON.")],
    profile: Annotated[Path, typer.Argument(help="The profile of that answer.")],
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Compute an answer again from its receipt, and compare."""
    from jifen.answers.receipts import read_receipts
    from jifen.answers.receipts import replay as again

    rules = load_rules(policies)
    results = [again(rules, r, profile) for r in read_receipts(receipt)]
    if format is Format.json:
        print_json([r.data() for r in results])
    else:
        render.replays(results, lang.value)
    if not all(r.same for r in results):
        raise typer.Exit(1)
