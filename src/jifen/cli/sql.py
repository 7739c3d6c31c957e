"""The command `sql`: one scheme as SQL text."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from jifen.cli.app import Lang, Language, OnDay, Policies, app, load_rules
from jifen.problems import Problem, RequestError, Where


class DialectName(StrEnum):
    duckdb = "duckdb"
    postgres = "postgres"
    spark = "spark"


@app.command(
    epilog="Examples:  jifen sql cn/work-permit --dialect postgres --table applicants --key applicant_id  ·  "
    "jifen sql ca/express-entry-crs --dialect duckdb --on 2026-11-23 --mapping columns.yaml"
)
def sql(
    scheme: Annotated[str, typer.Argument(help="A scheme's id.")],
    dialect: Annotated[DialectName, typer.Option("--dialect", help="Whose SQL.")] = DialectName.duckdb,
    on: OnDay = None,
    table: Annotated[str, typer.Option("--table", metavar="NAME", help="The table of people.")] = "people",
    key: Annotated[
        list[str], typer.Option("--key", metavar="COLUMN", help="A column that goes to the answer (may be repeated).")
    ] = ["id"],  # noqa: B006
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            "-m",
            metavar="FILE",
            help="Which column gives which fact (YAML); facts without a column are unknown.",
        ),
    ] = None,
    columns: Annotated[
        bool, typer.Option("--columns", help="List the columns that the text asks for, instead of the text.")
    ] = False,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
) -> None:
    """Write a scheme as SQL: status, outcome, low, high, and whether they are exact. A NULL is unknown, never zero."""
    from jifen.answers.door import as_day
    from jifen.engines.sql import asked, write_sql
    from jifen.plan.form import version_on
    from jifen.population.mapping import read_mapping

    rules = load_rules(policies)
    day = as_day(on)
    version_on(rules.versions(scheme), day)
    plan = rules.plan(scheme, day)
    assert plan
    given = None
    if mapping:
        read = read_mapping(mapping, rules.vocabulary)
        for name, coding in read.items():
            if coding.values or coding.currency or coding.times != 1:
                raise RequestError(
                    [
                        Problem(
                            "not-in-sql",
                            Where(str(mapping)),
                            {"name": name, "instead": "a column that holds the fact as it is"},
                        )
                    ]
                )
        given = {coding.fact.id: name for name, coding in read.items()}
    if columns:
        for fact in asked(plan, rules.vocabulary):
            column = fact.id.replace(".", "_") if given is None else given.get(fact.id, "–")
            print(f"{column}\t{fact.kind}\t{fact.unit_text}\t{fact.title[lang.value]}")
        return
    follow = rules.derivations
    print(
        f"-- {scheme}, in force from {plan.scheme.start}, as of {day}; low and high enclose the points, exact says whether they are exact"
    )
    print(write_sql(plan, rules.vocabulary, follow, day, dialect.value, table, key, given), end="")
