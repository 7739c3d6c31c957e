"""Which column of a table gives which fact: read from a mapping file, taken from the names, or suggested from headers.

A mapping file is strict YAML:

    columns:
      Age: age
      Salary: {fact: china.annual_salary, currency: Cur, times: 12}
      Degree: {fact: education.degree, values: {PhD: doctorate, n/a: unknown}}

Without one, a column counts whose name is a fact's, with `_` for `.` allowed. Nothing else is taken for a fact.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.forms import Form
from jifen.population.coding import Coding, Refused, coder
from jifen.problems import PolicyError, Problem, RequestError, Where, nearest
from jifen.strict_yaml import Table, Text, decode, parse, read_bytes

Columns = Mapping[str, Coding]
"""Column → how it gives its fact."""


def read_mapping(path: Path, vocabulary: Vocabulary) -> Columns:
    """The columns of a mapping file. Raises RequestError with every mistake found."""
    name = str(path)
    node = parse(decode(read_bytes(path, RequestError), name, RequestError), name, RequestError)
    if not isinstance(node, Table):
        raise RequestError([Problem("not-a-mapping", node.where)])
    form = Form(node, {"columns"})
    entries = form.table("columns")
    problems = list(form.problems)
    found: dict[str, Coding] = {}
    given: dict[str, str] = {}
    for key, value in entries:
        try:
            coding = _coding(key, value, vocabulary)
        except PolicyError as e:
            problems += e.problems
            continue
        if coding.fact.id in given:
            problems.append(_twice(coding.fact.id, given[coding.fact.id], key.value, key.where))
        given[coding.fact.id] = key.value
        found[key.value] = coding
    if problems:
        raise RequestError(problems)
    return found


def _coding(key: Text, node: Text | Table | object, vocabulary: Vocabulary) -> Coding:
    if isinstance(node, Text):
        return Coding(key.value, _fact(node.value, node.where, vocabulary))
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-text", key.where, {"key": key.value})])
    form = Form(node, {"fact", "values", "currency", "times"})
    name = form.text("fact")
    currency = form.text("currency", "")
    times = form.text("times", "1")
    values = {k.value: v.value for k, v in form.table("values") if isinstance(v, Text)} if node.get("values") else {}
    form.done()
    fact = _fact(name, node.where, vocabulary)
    at = node.get("times") or node
    if not re.fullmatch(r"[1-9][0-9]{0,5}", times) or (times != "1" and fact.kind not in ("whole", "decimal", "money")):
        raise PolicyError([Problem("not-one-of", at.where, {"key": "times", "choices": "1 to 999999"}, times)])
    if currency and fact.kind != "money":
        raise PolicyError([Problem("unknown-key", node.where, {"key": "currency"}, "currency")])
    return Coding(key.value, fact, values or None, currency, int(times))


def _fact(name: str, where: Where, vocabulary: Vocabulary) -> Fact:
    fact = vocabulary.facts.get(name)
    if fact is None:
        near = nearest(name, vocabulary.facts)
        raise PolicyError([Problem("unknown-fact", where, {"name": name}, name, near)])
    return fact


def _twice(fact: str, first: str, second: str, where: Where) -> Problem:
    return Problem("fact-mapped-twice", where, {"fact": fact, "first": first, "second": second})


def by_name(names: Iterable[str], vocabulary: Vocabulary) -> Columns:
    """The columns whose name is a fact's: `china.annual_salary`, or `china_annual_salary`."""
    flat = {f.replace(".", "_"): f for f in vocabulary.facts}
    found: dict[str, Coding] = {}
    given: dict[str, str] = {}
    for name in names:
        fact = name if name in vocabulary.facts else flat.get(name)
        if fact is None or vocabulary.facts[fact].kind == "spells":
            continue
        if fact in given:
            raise RequestError([_twice(fact, given[fact], name, Where())])
        given[fact] = name
        found[name] = Coding(name, vocabulary.facts[fact])
    return found


def check(columns: Columns, schema: pa.Schema, vocabulary: Vocabulary, file: str = "") -> None:
    """Raises RequestError where a mapped column is not there or cannot give its fact, or where none is mapped."""
    problems = []
    for name, coding in columns.items():
        for needed in [name, *([coding.currency] if coding.currency else [])]:
            if needed not in schema.names:
                near = nearest(needed, schema.names)
                problems.append(Problem("no-such-column", Where(file), {"column": needed}, needed, near))
        if name in schema.names:
            try:
                coder(coding, schema.field(name).type)
            except Refused as refused:
                blanks = {"column": name, "fact": coding.fact.id, "types": refused.expected}
                problems.append(Problem("column-type", Where(file), blanks, str(schema.field(name).type)))
    if not columns:
        near = next((n for n in (nearest(c.lower(), vocabulary.facts) for c in schema.names) if n), "")
        problems.append(Problem("no-fact-column", Where(file), {}, ", ".join(schema.names[:8]), near))
    if problems:
        raise RequestError(problems)


# --- suggesting -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a column may be: the fact, why it is thought so, and how many values of the first block fit it."""

    column: str
    kind: str
    fact: str = ""
    why: str = ""
    fit: int = 0
    of: int = 0

    @property
    def sure(self) -> bool:
        """Whether a mapping file should hold it without a question mark."""
        return bool(self.fact) and self.fit == self.of


_LIKE = 0.75


def suggest(sample: pa.RecordBatch, vocabulary: Vocabulary) -> list[Suggestion]:
    """For each column the fact most like it: by its name first, then by whether its values fit."""
    names = _names(vocabulary)
    used: set[str] = set()
    found = []
    for field, block in zip(sample.schema, sample.columns, strict=True):
        best = Suggestion(field.name, str(field.type))
        for fact, why in _candidates(field.name, names):
            if fact in used:
                continue
            tried = _fit(vocabulary.facts[fact], field, block)
            if tried is None:
                continue
            fit, of = tried
            if not best.fact or fit > best.fit:
                best = Suggestion(field.name, str(field.type), fact, why, fit, of)
            if fit == of:
                break
        if best.fact:
            used.add(best.fact)
        found.append(best)
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def _names(vocabulary: Vocabulary) -> dict[str, tuple[str, str]]:
    """Every name a column may have → the fact, and what that name is of it; the surest first."""
    found: dict[str, tuple[str, str]] = {}
    facts = [f for f in vocabulary.facts.values() if f.kind != "spells"]
    for fact in facts:
        found.setdefault(_plain(fact.id), (fact.id, "the fact's id"))
    for fact in facts:
        found.setdefault(_plain(fact.title["en"]), (fact.id, "its English title"))
        found.setdefault(_plain(fact.title["zh"]), (fact.id, "its Chinese title"))
    for fact in facts:
        found.setdefault(_plain(fact.id.rsplit(".", 1)[-1]), (fact.id, "the end of the fact's id"))
    return found


def _candidates(column: str, names: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    plain = _plain(column)
    if not plain:
        return []
    found = []
    if plain in names:
        fact, what = names[plain]
        found.append((fact, f"the name is {what}"))
    for near in difflib.get_close_matches(plain, names, n=4, cutoff=_LIKE):
        fact, what = names[near]
        found.append((fact, f"the name is like {what}, “{near}”"))
    return found


def _fit(fact: Fact, field: pa.Field, block: pa.Array) -> tuple[int, int] | None:
    """How many of the known values could be the fact's, of how many; None if the type cannot."""
    try:
        coded = coder(Coding(field.name, fact), field.type)(block)
    except Refused:
        return None
    wrong: set[int] = set()
    for bad in coded.bad:
        wrong.update(bad.rows.tolist())
    known = len(block) - block.null_count
    return known - len(wrong), known


def as_yaml(suggestions: Iterable[Suggestion], lang: str = "en") -> str:
    """A mapping file with what was found, and as comments what was not; to be read before it is used."""
    heads = {
        "en": "Suggested from the headers and the first rows. Read every line before you use it.",
        "zh": "由表头和前若干行推断。使用前请逐行核对。",
    }
    lines = [f"# {heads[lang]}", "columns:"]
    sure = False
    for s in suggestions:
        key = _quoted(s.column)
        note = f"{s.why}; {s.fit:,} of {s.of:,} values fit" if s.fact else f"{s.kind}: no fact is like it"
        sure |= s.sure
        lines.append(f"  {key}: {s.fact}  # {note}" if s.sure else f"  # {key}: {s.fact}  # {note}")
    if not sure:
        lines[1] = "columns: {}"
    return "\n".join(lines) + "\n"


def _quoted(name: str) -> str:
    """A column's name as a key of strict YAML."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.]*", name):
        return name
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '"'
