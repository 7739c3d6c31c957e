"""The command line as a whole: the application, and the options that commands share.

Each module of `COMMANDS` adds its commands when it is imported. They import what is slow to load inside the command
that needs it, so that `jifen check` starts fast.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from jifen.answers import door

COMMANDS: Mapping[str, tuple[str, ...]] = {
    "commands": ("check", "compare", "schemes", "show", "facts", "new", "lint", "test", "replay"),
    "advice": ("ask", "path", "when"),
    "proof": ("verify", "diff", "cases"),
    "agree": ("agree",),
    "registers": ("registers", "find", "register"),
    "regulation": ("regulation", "indicators"),
    "population": ("population",),
    "synthesise": ("synthesise",),
    "simulate": ("simulate",),
    "sql": ("sql",),
    "portal": ("portal",),
}
"""The modules of commands, and the commands of each, in the order in which `jifen --help` lists them."""

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Points-based talent and residence schemes: what a profile qualifies for, with points and reasons.",
    epilog="Exit codes: 0 done · 1 a check found something wrong · 2 a mistake in what was given. 中文帮助：jifen --help --lang zh",
)


class Format(StrEnum):
    text = "text"
    json = "json"


class ShowFormat(StrEnum):
    text = "text"
    markdown = "markdown"
    json = "json"


class Subject(StrEnum):
    person = "person"
    organisation = "organisation"


class Lang(StrEnum):
    en = "en"
    zh = "zh"


Policies = Annotated[
    list[Path],
    typer.Option("--policies", metavar="DIR", help="A folder of local policies, on top of the published ones."),
]
AsText = Annotated[Format, typer.Option("--format", help="How to print.")]
Language = Annotated[Lang, typer.Option("--lang", help="English or Chinese.")]
OnDay = Annotated[
    str | None,
    typer.Option("--on", metavar="DATE", help="The day asked about, as 2026-11-23; today if left out."),
]
SchemeIds = Annotated[
    list[str],
    typer.Option("--scheme", "-s", metavar="ID", help="Only this scheme (may be repeated); a group such as `cn` too."),
]


def _say_version(wanted: bool) -> None:
    if wanted:
        print(f"jifen {door.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def load_rules(policies: list[Path]) -> door.Jifen:
    return door.load(policies)


def chosen(rules: door.Jifen, wanted: list[str]) -> list[str] | None:
    """The schemes named, a group standing for all below it; none named gives None."""
    if not wanted:
        return None
    found: list[str] = []
    for name in wanted:
        below = [s for s in rules.shelf.schemes if s == name or s.startswith(name.rstrip("/") + "/")]
        if not below:
            rules.versions(name)
        found += [s for s in below if s not in found]
    return found


def print_json(data: object) -> None:
    print(json.dumps(data, ensure_ascii=False, indent=2))


def whole_application() -> typer.Typer:
    """The application with every command."""
    return application_for("")


def application_for(command: str) -> typer.Typer:
    """The application with the commands of the module that has this one; with every command if none has it."""
    modules = [name for name, commands in COMMANDS.items() if command in commands]
    for name in modules or COMMANDS:
        import_module(f"jifen.cli.{name}")
    return app
