"""The vocabulary: every fact that can be known about a subject, read from `policies/facts/*.yaml`.

A fact has a finite domain of whole numbers. Money is counted in minor units, a decimal in its last place, a day by
its ordinal, a code by its place in its list, yes as 1 and no as 0; so no float ever touches the law.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal

from jifen.forms import Form, Words
from jifen.problems import PolicyError, Problem, Where, nearest
from jifen.strict_yaml import Items, Node, Table, Text, decode, parse, read_bytes

Kind = Literal["whole", "decimal", "money", "yes/no", "one of", "several of", "date", "spells"]
KINDS: tuple[Kind, ...] = ("whole", "decimal", "money", "yes/no", "one of", "several of", "date", "spells")
UNITS = (
    "years", "months", "days", "hours", "points", "percent", "people", "level", "number", "score", "CLB", "papers",
)  # fmt: skip
PERSONAL = ("no", "yes", "sensitive")
LARGEST = 2**53 - 1
"""The largest whole number that every engine holds exactly, the browser's too."""
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")
CHANGES = ("never", "with time", "by own act", "by others")


@dataclass(frozen=True)
class CodeList:
    """A list of codes with their words; in an `ordered` list the codes rise."""

    name: str
    title: Words
    ordered: bool
    values: Mapping[str, Words]

    def index(self, code: str) -> int:
        return list(self.values).index(code)


@dataclass(frozen=True)
class Fact:
    """One thing that can be known. `low` and `high` bound its domain in whole numbers (see the module)."""

    id: str
    subject: str
    kind: Kind
    title: Words
    question: Words
    where: Where
    low: int = 0
    high: int = 1
    places: int = 0
    unit: str = ""
    currency: str = ""
    per: str = ""
    codes: CodeList | None = None
    attributes: Mapping[str, CodeList | None] = field(default_factory=dict)
    help: Words = field(default_factory=dict)
    evidence: Words = field(default_factory=dict)
    personal: str = "yes"
    changes: str = "by others"
    authority: bool = False

    @property
    def ordered(self) -> bool:
        """Whether values compare by size."""
        return self.kind in ("whole", "decimal", "money", "date") or bool(
            self.kind == "one of" and self.codes and self.codes.ordered
        )

    @property
    def unit_text(self) -> str:
        """The unit as a table's header prints it: `CNY a year`, `years`, `CLB`."""
        if self.kind == "money":
            return self.currency + (f" a {self.per}" if self.per else "")
        return self.unit


@dataclass(frozen=True)
class Vocabulary:
    """All facts and code lists, by id."""

    facts: Mapping[str, Fact]
    codes: Mapping[str, CodeList]


def load_vocabulary(folder: Path, more: Iterable[Path] = ()) -> Vocabulary:
    """Read all of `folder` (and of further folders, which may only add). Raises PolicyError with every mistake found."""
    problems: list[Problem] = []
    codes: dict[str, CodeList] = {}
    facts: dict[str, Fact] = {}
    folders = [f for f in (folder, *more) if f.is_dir()]

    def attempt(path: Path, read: Callable[[Table, str], None]) -> None:
        try:
            name = str(path)
            node = parse(decode(read_bytes(path, PolicyError), name, PolicyError), name, PolicyError)
            if not isinstance(node, Table):
                raise PolicyError([Problem("not-a-mapping", node.where)])
            read(node, name)
        except PolicyError as e:
            problems.extend(e.problems)

    def read_codes(node: Table, name: str) -> None:
        codelist = _code_list(node)
        if codelist.name in codes:
            raise PolicyError([Problem("declared-twice", node.where, {"name": codelist.name})])
        codes[codelist.name] = codelist

    def read_facts(node: Table, name: str) -> None:
        form = Form(node, {"subject", "facts"})
        subject = form.one_of("subject", ("person", "organisation"))
        entries = form.table("facts")
        form.done()
        found: list[Problem] = []
        for key, entry in entries:
            try:
                if not _NAME.fullmatch(key.value):
                    raise PolicyError([Problem("bad-name", key.where, {"name": key.value}, key.value)])
                if key.value in facts:
                    raise PolicyError([Problem("declared-twice", key.where, {"name": key.value})])
                facts[key.value] = _fact(key, entry, subject, codes)
            except PolicyError as e:
                found.extend(e.problems)
        if found:
            raise PolicyError(found)

    for each in folders:
        for path in sorted((each / "codes").glob("*.yaml")):
            attempt(path, read_codes)
    for each in folders:
        for path in sorted(each.glob("*.yaml")):
            attempt(path, read_facts)
    if problems:
        raise PolicyError(problems)
    return Vocabulary(facts, codes)


def library_codes(name: str) -> CodeList | None:
    """The code lists that a library keeps: `ISO 3166-1` (countries), `ISO 4217` (currencies)."""
    return _library_codes(name) if name in ("ISO 3166-1", "ISO 4217") else None


@cache
def _library_codes(name: str) -> CodeList:
    import babel

    zh, en = babel.Locale("zh"), babel.Locale("en")
    if name == "ISO 4217":
        import pycountry

        words = {c.alpha_3: {"en": c.name, "zh": zh.currencies.get(c.alpha_3, c.name)} for c in pycountry.currencies}
        return CodeList(name, {"en": "Currency", "zh": "货币"}, False, words)
    import pycountry

    words = {
        c.alpha_2: {
            "en": en.territories.get(c.alpha_2, c.name),
            "zh": zh.territories.get(c.alpha_2, c.name),
        }
        for c in sorted(pycountry.countries, key=lambda c: c.alpha_2)
    }
    return CodeList(name, {"en": "Country", "zh": "国家或地区"}, False, words)


@cache
def currency_places(currency: str) -> int:
    """Digits of the minor unit (ISO 4217): 2 for CNY, 0 for JPY."""
    from babel.numbers import get_currency_precision

    return get_currency_precision(currency)


def _code_list(node: Table) -> CodeList:
    form = Form(node, {"codes", "title", "ordered", "values"})
    name, title = form.text("codes"), form.words("title")
    ordered = form.one_of("ordered", ("yes", "no"), "no") == "yes"
    values = {}
    for key, words in form.table("values"):
        inner = Form(Table(((key, words),), key.where), {key.value})
        values[key.value] = inner.words(key.value)
        form.problems += inner.problems
    form.done()
    return CodeList(name, title, ordered, values)


_COMMON = {"type", "title", "question", "help", "evidence", "personal", "changes", "decided by"}
_OWN: dict[str, set[str]] = {
    "whole": {"unit", "domain"},
    "decimal": {"unit", "places", "domain"},
    "money": {"currency", "per", "domain"},
    "yes/no": set(),
    "one of": {"codes"},
    "several of": {"codes"},
    "date": {"domain"},
    "spells": {"attributes"},
}


def _fact(key: Text, node: Node, subject: str, codes: Mapping[str, CodeList]) -> Fact:
    from jifen.facts.values import parse_number

    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", node.where)])
    kind = node.get("type")
    if not isinstance(kind, Text) or kind.value not in KINDS:
        found = kind.value if isinstance(kind, Text) else ""
        at = kind.where if kind else key.where
        raise PolicyError(
            [
                Problem(
                    "not-one-of",
                    at,
                    {"key": "type", "choices": ", ".join(KINDS)},
                    found,
                    nearest(found, KINDS),
                )
            ]
        )
    form = Form(node, _COMMON | _OWN[kind.value])
    form.text("type")

    def code_list(name: str, at: Where) -> CodeList | None:
        found = codes.get(name) or library_codes(name)
        if found is None:
            form.problems.append(Problem("unknown-code-list", at, {"name": name}, name, nearest(name, codes)))
        return found

    places = 0
    if kind.value == "money":
        from pycountry import currencies

        currency = form.text("currency")
        if not currency.isupper() or currencies.get(alpha_3=currency) is None:
            form.problems.append(Problem("unknown-currency", key.where, {"currency": currency}, currency))
        else:
            places = currency_places(currency)
    elif kind.value == "decimal":
        written = form.one_of("places", "123456")
        places = int(written) if written in tuple("123456") else 1
    low, high = 0, 1
    if "domain" in _OWN[kind.value]:
        domain = node.get("domain")
        if isinstance(domain, Items) and len(domain.values) == 2:
            ends = [parse_number(v.value, kind.value, places) if isinstance(v, Text) else None for v in domain.values]
            if ends[0] is None or ends[1] is None or ends[0] > ends[1]:
                form.problems.append(Problem("bad-domain", domain.where, {"name": key.value}))
            elif max(abs(ends[0]), abs(ends[1])) > LARGEST:
                form.problems.append(Problem("too-large", domain.where, {"name": key.value, "limit": LARGEST}))
            else:
                low, high = ends[0], ends[1]
        else:
            form.problems.append(Problem("missing-domain", key.where, {"name": key.value}))
    codelist = None
    if "codes" in _OWN[kind.value] and (name := form.text("codes")):
        codelist = code_list(name, key.where)
        if codelist:
            high = max(0, len(codelist.values) - 1)
    attributes = {}
    if kind.value == "spells":
        for k, v in form.table("attributes"):
            value = v.value if isinstance(v, Text) else ""
            attributes[k.value] = None if value == "yes/no" else code_list(value, k.where)
    fact = Fact(
        id=key.value,
        subject=subject,
        kind=kind.value,
        title=form.words("title"),
        question=form.words("question"),
        where=key.where,
        low=low,
        high=high,
        places=places,
        unit=form.one_of("unit", UNITS) if "unit" in _OWN[kind.value] else "",
        currency=form.text("currency", "") if kind.value == "money" else "",
        per=form.one_of("per", ("year", "month", "day", "hour"), "") if kind.value == "money" else "",
        codes=codelist,
        attributes=attributes,
        help=form.words("help", needed=False),
        evidence=form.words("evidence"),
        personal=form.one_of("personal", PERSONAL),
        changes=form.one_of("changes", CHANGES),
        authority=form.one_of("decided by", ("authority",), "") == "authority",
    )
    form.done()
    return fact
