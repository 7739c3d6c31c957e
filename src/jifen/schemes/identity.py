"""Who a document is: the front matter, its instruments, and which first-level headings it has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from jifen.facts.values import parse_day
from jifen.facts.vocabulary import library_codes
from jifen.forms import Form
from jifen.problems import Problem, nearest
from jifen.schemes.citations import Instrument
from jifen.schemes.document import Section, read_document
from jifen.schemes.reader import Reader
from jifen.schemes.versions import ENGLISH, TITLES
from jifen.strict_yaml import Table


def read_identity(reader: Reader) -> dict[str, Any]:
    node = reader.document.identity
    form = Form(
        node,
        {
            "scheme",
            "title",
            "subject",
            "jurisdiction",
            "authority",
            "in force",
            "instruments",
            "law",
            "amends",
        },
    )
    id_ = form.text("scheme")
    found: dict[str, Any] = {
        "id": id_,
        "title": form.words("title"),
        "subject": form.one_of("subject", ("person", "organisation")),
        "jurisdiction": _jurisdiction(form),
        "authority": form.words("authority"),
        "law": form.one_of("law", ("law", "model, not law"), "law"),
    }
    force = form.table("in force")
    inner = Form(force, {"from", "until"})
    found["start"] = _day(inner.text("from"), force, "from", inner)
    until = inner.text("until", "")
    found["until"] = _day(until, force, "until", inner) if until else None
    form.problems += inner.problems
    read_instruments(reader, form)
    reader.problems += form.problems
    folder = "/".join(reader.path.parts[-1 - len(id_.split("/")) : -1])
    if id_ and folder != id_:
        reader.problems.append(Problem("wrong-folder", node.where, {"scheme": id_}, folder))
    if found["start"] and reader.path.stem != found["start"].isoformat():
        reader.problems.append(Problem("wrong-file-name", node.where, {"day": found["start"]}, reader.path.name))
    return found


def _jurisdiction(form: Form) -> str:
    """`CN`, a part of it such as `CN-BJ`, or `none` for a model."""
    text = form.text("jurisdiction")
    countries = library_codes("ISO 3166-1")
    part = re.fullmatch(r"([A-Z]{2})(-[A-Z0-9]{1,3})?", text)
    if text and text != "none" and not (part and countries and part[1] in countries.values):
        at = form.node.get("jurisdiction")
        form.problems.append(Problem("bad-jurisdiction", at.where if at else form.node.where, found=text))
    return text


def read_instruments(reader: Reader, form: Form) -> None:
    for name in reader.document.amended:
        base = read_document(Path(name).read_text("utf-8"), name)
        _instruments(reader, Form(base.identity, {k.value for k, _ in base.identity}))
    _instruments(reader, form)


def _instruments(reader: Reader, form: Form) -> None:
    if reader.document.amended and form.node.get("instruments") is None:
        return
    for key, value in form.table("instruments"):
        if not isinstance(value, Table):
            form.problems.append(Problem("not-a-mapping", value.where))
            continue
        inner = Form(value, {"title", "number", "url", "date"})
        reader.instruments[key.value] = Instrument(
            key.value,
            inner.words("title"),
            inner.text("number", ""),
            inner.text("url", ""),
            _instrument_day(inner),
        )
        form.problems += inner.problems


def _instrument_day(form: Form) -> str:
    """The day of an instrument as written, or its year or month, or nothing."""
    text = form.text("date", "")
    if text and not re.fullmatch(r"\d{4}(-(0[1-9]|1[0-2]))?", text):
        _day(text, form.node, "date", form)
    return text


def read_sections(reader: Reader, allowed: Iterable[str] = ENGLISH) -> dict[str, Section]:
    found: dict[str, Section] = {}
    order: list[int] = []
    for section in reader.document.sections:
        if section.title not in TITLES or section.title.split(" · ")[0] not in allowed:
            reader.problems.append(
                Problem("unknown-heading", section.where, {}, section.title, nearest(section.title, TITLES))
            )
            continue
        order.append(TITLES.index(section.title))
        english = section.title.split(" · ")[0]
        if english in found:
            reader.problems.append(Problem("declared-twice", section.where, {"name": section.title}))
        elif order != sorted(order):
            reader.problems.append(Problem("heading-order", section.where, {}, section.title))
        found[english] = section
    return found


def _day(text: str, node: Table, key: str, form: Form) -> date | None:
    day = parse_day(text)
    if day is None:
        at = node.get(key)
        form.problems.append(Problem("bad-day", at.where if at else node.where, found=text))
        return None
    return date.fromordinal(day)
