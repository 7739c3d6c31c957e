"""The command `synthesise`: synthetic people from a declared population."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jifen.cli.app import Lang, Language, Policies, app, load_rules
from jifen.problems import Problem, RequestError, Where

_MANY = {
    "person": {"en": "people", "zh": "名合成人员"},
    "organisation": {"en": "organisations", "zh": "个合成机构"},
}


@app.command(
    epilog="Examples:  jifen synthesise -n 100_000 --seed 1 people.parquet  ·  "
    "jifen synthesise --from express-entry -n 1_000_000 --seed 7 people.parquet  ·  jifen synthesise --from mine.yaml -n 500 people.csv"
)
def synthesise(
    out: Annotated[Path, typer.Argument(help="The file to write: .parquet, .csv or .arrow.")],
    number: Annotated[
        str, typer.Option("-n", "--number", metavar="N", help="How many people; 10_000 may be written so.")
    ] = "10_000",
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed gives the same people.")] = 1,
    population: Annotated[
        str, typer.Option("--from", metavar="NAME", help="A population of policies/populations, or the file of one.")
    ] = "beijing-talent",
    force: Annotated[bool, typer.Option("--force", help="Write over an existing file.")] = False,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Make synthetic people: nobody is real. The same seed gives the same people, whatever the machine's cores."""
    from rich.console import Console
    from rich.progress import track

    from jifen.population.declared import population_file, read_declared
    from jifen.population.job import writing
    from jifen.population.sources import format_of
    from jifen.population.synthetic import RUN, schema_of, synthesise
    from jifen.population.writers import FORMATS, write_part
    from jifen.schemes.shelf import policy_folder

    wanted = number.replace("_", "").replace(",", "")
    if not wanted.isdecimal() or not wanted.isascii() or len(wanted) > 12:
        raise RequestError([Problem("bad-number", Where(path="-n"), found=number)])
    if not format_of(out):
        raise RequestError([Problem("unknown-format", Where(str(out)), {"formats": FORMATS}, out.suffix)])
    if out.exists() and not force:
        raise RequestError([Problem("file-exists", Where(str(out)))])
    rules = load_rules(policies)
    declared = read_declared(population_file(population, [policy_folder(), *policies]), rules.vocabulary)
    number_of, subject = int(wanted), declared.subject
    console = Console(stderr=True)
    with writing(out):
        blocks = synthesise(declared, number_of, seed)
        shown = track(
            blocks, declared.title[lang.value], -(-number_of // RUN), console=console, disable=not console.is_terminal
        )
        write_part(out, schema_of(declared, seed), shown, header=True)
    facts = len(declared.spreads)
    words = {
        "en": f"{out}: {number_of:,} synthetic {_MANY[subject]['en']}, {facts} facts, seed {seed}. {declared.note['en']}",
        "zh": f"{out}：{number_of:,} {_MANY[subject]['zh']}，{facts} 个事实，种子 {seed}。{declared.note['zh']}",
    }
    print(words[lang.value])
