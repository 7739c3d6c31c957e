"""Commands for public data: list and show registers, find in them, and put an office's own file in the place of ours."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jifen.cli.app import AsText, Format, Lang, Language, app, print_json

if TYPE_CHECKING:
    from jifen.registers import Found, Register, Registers


class RegisterFormat(StrEnum):
    text = "text"
    json = "json"
    csv = "csv"
    geojson = "geojson"
    ics = "ics"


AsRegister = Annotated[RegisterFormat, typer.Option("--format", help="How to print.")]
LocalFolder = Annotated[
    Path | None,
    typer.Option("--local", metavar="DIR", help="The folder with the files of offices; JIFEN_REGISTERS if left out."),
]


@app.command(
    epilog="Examples:  jifen registers  ·  jifen registers schools  ·  jifen registers hospitals --format geojson  ·  jifen registers application-windows --format ics"
)
def registers(
    name: Annotated[str, typer.Argument(help="A register; the list of them if left out.")] = "",
    format: AsRegister = RegisterFormat.text,
    lang: Language = Lang.en,
    local: LocalFolder = None,
) -> None:
    """List the registers of public data, or show one with all its rows."""
    from jifen import registers as public
    from jifen.cli import register_text as text
    from jifen.registers.export import only_register

    all_ = public.load(local)
    if name:
        _print([public.Found(row, public.place_of(row, all_)) for row in all_[name]], all_, [name], format, lang)
    elif format is RegisterFormat.text:
        text.listing(all_, lang.value)
    elif format is RegisterFormat.json:
        print_json([_listed(r) for r in all_.values()])
    else:
        only_register((), all_, format.value)


@app.command(
    epilog="Examples:  jifen find xiehe  ·  jifen find 朝阳 学校  ·  jifen find --in schools --need ib --near 39.99,116.47  ·  jifen find --in hospitals --near Haidian --within 15  ·  jifen find assessment --in application-windows --format ics"
)
def find(
    words: Annotated[list[str], typer.Argument(help="Words in English, Chinese or pinyin; all must fit.")] = [],  # noqa: B006
    in_: Annotated[
        list[str], typer.Option("--in", metavar="REGISTER", help="Only in this register (may be repeated).")
    ] = [],  # noqa: B006
    need: Annotated[
        list[str], typer.Option("--need", metavar="NEED", help="A kind, service or curriculum, such as `ib` or `急诊`.")
    ] = [],  # noqa: B006
    district: Annotated[str, typer.Option("--district", metavar="NAME", help="Only in this district.")] = "",
    near: Annotated[
        str,
        typer.Option(
            "--near",
            metavar="LAT,LON|DISTRICT|NAME",
            help="Nearest first: to a coordinate, a district, or a place of the registers.",
        ),
    ] = "",
    within: Annotated[
        float | None,
        typer.Option("--within", metavar="KM", min=0, help="With --near: what may lie within so many kilometres."),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Leave out what is over on this day, as 2026-11-23.")
    ] = None,
    format: AsRegister = RegisterFormat.text,
    lang: Language = Lang.en,
    local: LocalFolder = None,
) -> None:
    """Find schools, hospitals, communities, windows, organisations, calls, exchanges and events."""
    from jifen import registers as public
    from jifen.answers.door import as_day
    from jifen.problems import Problem, RequestError

    if within is not None and not near:
        raise RequestError([Problem("missing-argument", blanks={"command": "jifen find", "name": "--near"})])
    all_ = public.load(local)
    found = public.find(
        all_, words, within=in_, need=need, district=district, near=near or None, within_km=within,
        open_on=as_day(on) if on else None,
    )  # fmt: skip
    _print(found, all_, in_, format, lang, bool(need))
    if not found:
        raise typer.Exit(1)


register_app = typer.Typer(
    no_args_is_help=True, help="Check an office's own file and put it in the place of a register."
)
app.add_typer(register_app, name="register")

_Name = Annotated[str, typer.Argument(help="The register, as `jifen registers` lists it.")]
_File = Annotated[Path, typer.Argument(help="A CSV file in UTF-8 with the columns of the register.")]


@register_app.command(epilog="Example:  jifen register check schools our-schools.csv")
def check(
    name: _Name, file: _File, format: AsText = Format.text, lang: Language = Lang.en, local: LocalFolder = None
) -> None:
    """Hold a file against the form of a register, and say what it would change. Nothing is written."""
    from jifen import registers as public
    from jifen.cli import register_text as text

    change = public.check_file(name, file, local)
    text.change(change, lang.value, "") if format is Format.text else print_json(_changed(change))


@register_app.command(name="import", epilog="Example:  jifen register import schools our-schools.csv")
def import_(
    name: _Name, file: _File, format: AsText = Format.text, lang: Language = Lang.en, local: LocalFolder = None
) -> None:
    """Put a file in the place of a register: all of it, or on the first mistake nothing."""
    from jifen import registers as public
    from jifen.cli import register_text as text

    change = public.import_file(name, file, local)
    where = str((local or public.local_folder()) / f"{name}.csv")
    text.change(change, lang.value, where) if format is Format.text else print_json(_changed(change))


@register_app.command(epilog="Example:  jifen register remove schools")
def remove(name: _Name, lang: Language = Lang.en, local: LocalFolder = None) -> None:
    """Take an office's file away, so that the published register stands again."""
    from jifen import registers as public

    done = public.remove_local(name, local)
    said = {
        "en": f"{name}: the published register stands again" if done else f"{name}: no local file",
        "zh": f"{name}：已恢复公布的名录" if done else f"{name}：没有本地文件",
    }
    print(said[lang.value])
    if not done:
        raise typer.Exit(1)


def _print(
    found: list[Found], all_: Registers, names: list[str], format: RegisterFormat, lang: Lang, asked_need: bool = False
) -> None:
    from jifen import registers as public
    from jifen.cli import register_text as text
    from jifen.registers.export import only_register

    if format is RegisterFormat.text:
        text.rows(found, all_, lang.value, asked_need)
    elif format is RegisterFormat.json:
        print_json([public.as_data(f, all_) for f in found])
    elif format is RegisterFormat.geojson:
        print_json(public.as_geojson(found, all_))
    elif format is RegisterFormat.ics:
        calendar, left = public.as_calendar((f.row for f in found), all_, lang.value)
        print(calendar.replace("\r\n", "\n"), end="")
        text.left_out(left, lang.value)
    else:
        register = only_register([f.row.register for f in found] or names, all_, format.value)
        print(public.as_csv(register, (f.row for f in found)), end="")


def _listed(register: Register) -> dict[str, object]:
    return {
        "register": register.name,
        "title": dict(register.schema.title),
        "about": dict(register.schema.about),
        "keeper": dict(register.schema.keeper),
        "rows": len(register),
        "local": register.local,
        "columns": {
            c.name: {"type": c.type, "title": dict(c.title), "needed": c.needed}
            | ({"values": {k: dict(w) for k, w in c.values.items()}} if c.values else {})
            | ({"register": c.register} if c.register else {})
            for c in register.columns.values()
        },
    }


def _changed(change: object) -> dict[str, object]:
    from jifen.registers import Change

    assert isinstance(change, Change)
    return {
        "register": change.register.name,
        "rows": len(change.register),
        "added": list(change.added),
        "removed": list(change.removed),
        "changed": list(change.changed),
    }
