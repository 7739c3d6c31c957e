"""Commands for the Regulation itself and for indicators: articles, promises, coverage; series and charts."""

from __future__ import annotations

from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jifen.cli.app import AsText, Format, Lang, Language, OnDay, Policies, app, load_rules, print_json
from jifen.cli.registers import LocalFolder
from jifen.problems import Problem, RequestError, Where

if TYPE_CHECKING:
    from jifen.registers.coverage import Covered


class CoverageFormat(StrEnum):
    text = "text"
    json = "json"
    markdown = "markdown"


@app.command(
    epilog="Examples:  jifen regulation  ·  jifen regulation 72 --lang zh  ·  jifen regulation visa  ·  jifen regulation --coverage  ·  jifen regulation --coverage --all --format json"
)
def regulation(
    article: Annotated[
        str, typer.Argument(help="The number of an article, or words that it says; all articles if left out.")
    ] = "",
    show_coverage: Annotated[
        bool, typer.Option("--coverage", help="Every promise about people and bodies from abroad, and what answers it.")
    ] = False,
    all_: Annotated[bool, typer.Option("--all", help="With --coverage: the promises of all articles.")] = False,
    format: Annotated[CoverageFormat, typer.Option("--format", help="How to print.")] = CoverageFormat.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
    local: LocalFolder = None,
) -> None:
    """Read the 2024 Regulation article by article, with the schemes and registers that answer it."""
    from jifen import registers as public
    from jifen.cli import regulation_text as text
    from jifen.registers import coverage as law
    from jifen.registers.regulation import load_regulation

    found = load_regulation()
    if article.isdecimal():
        chosen = [found.article(article)]
    else:
        chosen = found.speaking_of(article) if article else list(found.articles.values())
    if not chosen:
        raise RequestError([Problem("no-such-article", blanks={"article": article, "last": max(found.articles)})])
    linked, data = law.links(found, load_rules(policies).shelf), public.load(local)
    if show_coverage or format is CoverageFormat.markdown:
        numbers = None if not article and not all_ else [a.number for a in chosen]
        covered = law.coverage(found, data, linked, numbers)
        if format is CoverageFormat.json:
            print_json([_covered(c) for c in covered])
        elif format is CoverageFormat.markdown:
            print(law.as_markdown(covered, found, lang.value), end="")
        else:
            text.coverage(covered, lang.value)
        return
    covered = law.coverage(found, data, linked, [a.number for a in chosen])
    if format is CoverageFormat.json:
        print_json(
            [
                {
                    "article": a.number,
                    "chapter": {"number": a.chapter, "title": dict(found.chapters[a.chapter])},
                    "summary": dict(a.summary),
                    "foreign_facing": a.number in found.foreign_facing,
                    "promises": [_covered(c) for c in covered if c.promise.article == a.number],
                    "also_cited_by": [link.scheme for link in law.mentions(found, linked, a.number)],
                }
                for a in chosen
            ]
        )
    elif len(chosen) == 1:
        text.article(chosen[0], found, covered, law.mentions(found, linked, chosen[0].number), lang.value)
    else:
        text.contents(found, chosen, lang.value)


def _covered(each: Covered) -> dict[str, object]:
    promise = each.promise
    return {
        "promise": promise.id,
        "article": promise.article,
        "paragraph": promise.paragraph or None,
        "force": promise.force,
        "for": dict(promise.to),
        "gives": dict(promise.gives),
        "status": each.status,
        "schemes": [{"scheme": n.scheme, "title": dict(n.title), "place": n.place, "sure": n.sure} for n in each.links],
        "registers": [
            {"register": s.register, "rows": n} | ({"where": {s.column: s.code}} if s.column else {})
            for s, n in each.rows.items()
        ],
        "missing": dict(promise.missing),
    }


@app.command(
    epilog="Examples:  jifen indicators  ·  jifen indicators rd_centres  ·  jifen indicators rd_centres --svg centres.svg --lang zh  ·  jifen indicators --hubs"
)
def indicators(
    name: Annotated[str, typer.Argument(help="An indicator; the list of them if left out.")] = "",
    svg: Annotated[Path | None, typer.Option("--svg", metavar="FILE", help="Write the chart of the indicator.")] = None,
    hubs: Annotated[
        bool, typer.Option("--hubs", help="Beijing, Tokyo, Singapore, Silicon Valley side by side.")
    ] = False,
    on: OnDay = None,
    format: AsText = Format.text,
    lang: Language = Lang.en,
    policies: Policies = [],  # noqa: B006
    local: LocalFolder = None,
) -> None:
    """Published counts with date and source: research centres, organisations, permits; and hubs side by side."""
    from jifen import registers as public
    from jifen.answers.door import as_day
    from jifen.cli import regulation_text as text
    from jifen.registers import indicators as series

    data = public.load(local)
    if hubs:
        found = series.hubs(data, load_rules(policies).shelf, as_day(on))
        if format is Format.json:
            print_json(
                [
                    {
                        "hub": h.row.id,
                        "name": dict(h.row.name),
                        "note": dict(h.row.note),
                        "schemes": [{"scheme": s, "title": dict(t), "pass_mark": m} for s, t, m in h.schemes],
                        "counts": {n: _row(r, data) for n, r in h.counts.items()},
                    }
                    for h in found
                ]
            )
        else:
            text.hubs(found, data, lang.value)
        return
    if not name:
        if svg:
            raise RequestError([Problem("no-such-indicator", blanks={"indicator": ""})])
        every = series.all_series(data)
        if format is Format.json:
            print_json({n: [_row(r, data) for r in rows] for n, rows in every.items()})
        else:
            text.series_list(every, data, lang.value)
        return
    rows = series.one_series(name, data)
    if svg:
        _write(svg, series.chart(name, data, lang.value).svg())
        print(svg)
    elif format is Format.json:
        print_json([_row(r, data) for r in rows])
    else:
        text.series(rows, data, lang.value)


def _row(row: object, data: object) -> dict[str, object]:
    from jifen.registers import Found, Registers, Row, as_data
    from jifen.registers.indicators import sum_of

    assert isinstance(row, Row) and isinstance(data, Registers)
    found = as_data(Found(row, None), data)
    total = sum_of(row, data)
    if total:
        found["parts_add_up_to"] = int(total.total) if total.total == int(total.total) else float(total.total)
        found["parts_add_up"] = total.same
    return found


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text + "\n", "utf-8")
        part.replace(path)
    except OSError:
        with suppress(OSError):
            part.unlink()
        raise RequestError([Problem("no-such-file", Where(str(path.parent)))]) from None
