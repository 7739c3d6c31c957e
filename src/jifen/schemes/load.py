"""From a document to the model: what each heading may hold, and that every rule has its words and its citation.

Names are not resolved here; the plan does that, with the vocabulary. Every mistake of a document is reported, not only
the first.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from jifen.facts.values import parse_day
from jifen.forms import Form, Words
from jifen.problems import PolicyError, Problem, Where, nearest
from jifen.schemes.amounts import SENTENCES, read_amount
from jifen.schemes.citations import Citation, Instrument, take_trailing
from jifen.schemes.conditions import parse_condition, parse_term
from jifen.schemes.document import (
    Cell,
    Document,
    ListBlock,
    ListItem,
    Paragraph,
    Quote,
    Section,
    TableBlock,
    amend,
    read_document,
)
from jifen.schemes.model import (
    Amount,
    Between,
    Cap,
    Choice,
    Completed,
    Conditions,
    Criterion,
    Dated,
    Derived,
    Expectation,
    Extreme,
    Item,
    Line,
    Lookup,
    Outcome,
    Parameter,
    Presumed,
    Requirement,
    Scheme,
    ValueOf,
)
from jifen.schemes.sentences import Sentence, read_sentences, whole
from jifen.schemes.tables import exact, read_column, read_condition_table, read_fact_table, source_of
from jifen.schemes.words import bilingual, dashed
from jifen.strict_yaml import LARGEST, Table, Text, decode, read_bytes

HEADINGS: tuple[tuple[str, str], ...] = (
    ("Parameters", "参数"),
    ("Derived facts", "推算事实"),
    ("Requirements", "条件"),
    ("Points", "积分"),
    ("Outcomes", "结果"),
    ("Grants", "待遇"),
    ("Evidence", "材料"),
    ("Steps", "步骤"),
    ("Cannot express", "无法表达"),
)
_ENGLISH = tuple(english for english, _ in HEADINGS)
_TITLES = [f"{en} · {zh}" for en, zh in HEADINGS]
COMBINATIONS = {"all", "any", "none", "least"}
Instruments = dict[str, Instrument]


def load_scheme(path: Path) -> Scheme:
    """Read one version of a scheme. Raises PolicyError with every mistake found in the document."""
    document = read_version(path)
    return _Loader(document, path).scheme()


def load_rules(path: Path) -> tuple[Derived, ...]:
    """Read a document of derived facts of the vocabulary (`policies/facts/*.md`)."""
    document = read_document(decode(read_bytes(path, PolicyError), str(path), PolicyError), str(path))
    return _Loader(document, path, rules=True).rules()


def read_version(path: Path) -> Document:
    """The document of a version, with the versions that it amends merged in."""
    document = read_document(decode(read_bytes(path, PolicyError), str(path), PolicyError), str(path))
    amends = document.identity.get("amends")
    if amends is None:
        return document
    if not isinstance(amends, Text):
        raise PolicyError([Problem("not-text", amends.where, {"key": "amends"})])
    base = path.with_name(f"{amends.value}.md")
    if amends.value >= path.stem or not base.is_file():
        others = [p.stem for p in path.parent.glob("*.md") if p.stem < path.stem]
        problem = Problem(
            "no-such-version",
            amends.where,
            {"version": amends.value},
            amends.value,
            nearest(amends.value, others),
        )
        raise PolicyError([problem])
    merged = amend(read_version(base), document)
    known = {title: place for place, title in enumerate(_TITLES)}
    return replace(merged, sections=tuple(sorted(merged.sections, key=lambda s: known.get(s.title, -1))))


class _Loader:
    def __init__(self, document: Document, path: Path, rules: bool = False) -> None:
        self.document = document
        self.path = path
        self.problems: list[Problem] = []
        self.instruments: Instruments = {}
        self.ids: dict[str, Where] = {}
        self.read_csv: dict[str, bytes] = {}
        self.expects: tuple[Expectation, ...] = ()

    # --- the whole --------------------------------------------------------------------------------------------

    def scheme(self) -> Scheme:
        identity = self.identity()
        sections = self.sections()
        parameters, lookups = self.parameters(sections)
        derived, presumed, choices = self.derived(sections)
        requirements = self.requirements(sections)
        points, pass_mark = self.points(sections)
        outcomes = self.outcomes(sections)
        lines = {en.lower().replace(" ", "_"): self.lines(sections[en]) for en, _ in HEADINGS[5:] if en in sections}
        amounts = self.amounts(sections)
        if self.problems:
            raise PolicyError(self.problems)
        return Scheme(
            parameters=parameters,
            lookups=lookups,
            derived=derived,
            presumed=presumed,
            choices=choices,
            requirements=requirements,
            points=points,
            pass_mark=pass_mark,
            outcomes=outcomes,
            lines=lines,
            amounts=amounts,
            instruments=self.instruments,
            file=self.document.file,
            hash=self.digest(),
            document=self.document,
            expects=self.expects,
            **identity,
        )

    def rules(self) -> tuple[Derived, ...]:
        form = Form(self.document.identity, {"derives", "title", "instruments"})
        form.text("derives")
        form.words("title")
        self.read_instruments(form)
        self.problems += form.problems
        sections = self.sections({"Derived facts"})
        derived, _, _ = self.derived(sections)
        if self.problems:
            raise PolicyError(self.problems)
        return derived

    def digest(self) -> str:
        """The hash of everything that this version says: its file, the files it amends, its CSV tables."""
        digest = hashlib.sha256(self.document.text.encode())
        for file in self.document.amended:
            digest.update(Path(file).read_bytes())
        for name in sorted(self.read_csv):
            digest.update(name.encode() + self.read_csv[name])
        return digest.hexdigest()

    def attempt(self, read: Callable[[], Any], default: Any = None) -> Any:
        """Run one reading; a mistake is noted and the rest of the document is still read."""
        try:
            return read()
        except PolicyError as e:
            self.problems.extend(e.problems)
            return default

    # --- identity ---------------------------------------------------------------------------------------------

    def identity(self) -> dict[str, Any]:
        node = self.document.identity
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
            "jurisdiction": form.text("jurisdiction"),
            "authority": form.words("authority"),
            "law": form.one_of("law", ("law", "model, not law"), "law"),
        }
        force = form.table("in force")
        inner = Form(force, {"from", "until"})
        found["start"] = _day(inner.text("from"), force, "from", inner)
        until = inner.text("until", "")
        found["until"] = _day(until, force, "until", inner) if until else None
        form.problems += inner.problems
        self.read_instruments(form)
        self.problems += form.problems
        folder = "/".join(self.path.parts[-1 - len(id_.split("/")) : -1])
        if id_ and folder != id_:
            self.problems.append(Problem("wrong-folder", node.where, {"scheme": id_}, folder))
        if found["start"] and self.path.stem != found["start"].isoformat():
            self.problems.append(Problem("wrong-file-name", node.where, {"day": found["start"]}, self.path.name))
        return found

    def read_instruments(self, form: Form) -> None:
        for name in self.document.amended:
            base = read_document(Path(name).read_text("utf-8"), name)
            self.read_instruments_of(Form(base.identity, {k.value for k, _ in base.identity}))
        self.read_instruments_of(form)

    def read_instruments_of(self, form: Form) -> None:
        if self.document.amended and form.node.get("instruments") is None:
            return
        for key, value in form.table("instruments"):
            if not isinstance(value, Table):
                form.problems.append(Problem("not-a-mapping", value.where))
                continue
            inner = Form(value, {"title", "number", "url", "date"})
            self.instruments[key.value] = Instrument(
                key.value,
                inner.words("title"),
                inner.text("number", ""),
                inner.text("url", ""),
                inner.text("date", ""),
            )
            form.problems += inner.problems

    def sections(self, allowed: Iterable[str] = _ENGLISH) -> dict[str, Section]:
        found: dict[str, Section] = {}
        order: list[int] = []
        for section in self.document.sections:
            if section.title not in _TITLES or section.title.split(" · ")[0] not in allowed:
                self.problems.append(
                    Problem("unknown-heading", section.where, {}, section.title, nearest(section.title, _TITLES))
                )
                continue
            order.append(_TITLES.index(section.title))
            english = section.title.split(" · ")[0]
            if english in found:
                self.problems.append(Problem("declared-twice", section.where, {"name": section.title}))
            elif order != sorted(order):
                self.problems.append(Problem("heading-order", section.where, {}, section.title))
            found[english] = section
        return found

    def headed(self, section: Section) -> tuple[str, Words]:
        """The id and the words of a heading below the first level; ids are unique in the document."""
        if not section.id:
            raise PolicyError([Problem("missing-id", section.where, found=section.title)])
        if section.id in self.ids:
            blanks = {"id": section.id, "line": self.ids[section.id].line}
            raise PolicyError([Problem("id-twice", section.where, blanks)])
        self.ids[section.id] = section.where
        return section.id, bilingual(section.title, section.where)

    def sentences(self, section: Section, allowed: set[str]) -> tuple[Sentence, ...]:
        found: list[Sentence] = []
        for block in section.blocks:
            if isinstance(block, Paragraph):
                found.extend(self.attempt(partial(read_sentences, block, allowed, self.instruments), ()))
        return tuple(found)

    # --- parameters and derived facts -------------------------------------------------------------------------

    def parameters(self, sections: dict[str, Section]) -> tuple[tuple[Parameter, ...], tuple[Lookup, ...]]:
        parameters: list[Parameter] = []
        lookups: list[Lookup] = []
        section = sections.get("Parameters")
        for inner in section.sections if section else ():
            found = self.attempt(partial(self.parameter, inner))
            if isinstance(found, Lookup):
                lookups.append(found)
            elif found:
                parameters.extend(found)
        if section and section.blocks:
            self.attempt(lambda: _only(section.blocks, (Quote,)))
        return tuple(parameters), tuple(lookups)

    def parameter(self, section: Section) -> Lookup | list[Parameter]:
        _, title = self.headed(section)
        sentences = self.sentences(section, {"lookup"})
        tables = [b for b in section.blocks if isinstance(b, TableBlock)]
        _only(section.blocks, (Paragraph, TableBlock, Quote))
        _no_headings(section)
        lookup = next((s for s in sentences if s.form == "lookup"), None)
        if lookup:
            return self.lookup(lookup, title, section)
        if not tables:
            raise PolicyError([Problem("empty-heading", section.where, found=section.title)])
        covered = _citations(sentences)
        return [p for t in tables for p in self.dated(t, title, covered)]

    def dated(self, table: TableBlock, title: Words, covered: tuple[Citation, ...]) -> list[Parameter]:
        header = [c.text for c in table.header]
        if "from" not in header:
            raise PolicyError([Problem("no-from-column", table.where)])
        at, source = header.index("from"), header.index("source") if "source" in header else None
        parameters = []
        for n, cell in enumerate(table.header):
            if n in (at, source):
                continue
            column = read_column(cell)
            rows: list[Dated] = []
            for row in table.rows:
                day = parse_day(row[at].text)
                if day is None:
                    raise PolicyError([Problem("bad-day", row[at].where, found=row[at].text)])
                start = date.fromordinal(day)
                value = _dated_value(row[n], column.unit)
                citations = source_of(row[source], self.instruments) if source is not None else covered
                if not citations:
                    raise PolicyError([Problem("missing-citation", row[n].where)])
                if rows and start <= rows[-1].start:
                    raise PolicyError([Problem("days-must-rise", row[at].where, found=row[at].text)])
                rows.append(Dated(value, start, citations, row[n].where))
            parameters.append(Parameter(column.name, title, column.unit, tuple(rows), cell.where))
        return parameters

    def lookup(self, sentence: Sentence, title: Words, section: Section) -> Lookup:
        name, label, file, _ = sentence.blanks
        keys = sentence.names(3)
        if not sentence.citations:
            raise PolicyError([Problem("missing-citation", sentence.where)])
        if label != file or "/" in file or not file.endswith(".csv"):
            raise PolicyError([Problem("bad-csv-link", sentence.at[2], found=file)])
        path = self.path.with_name(file)
        data = read_bytes(path, PolicyError)
        if len(data) > LARGEST:
            raise PolicyError([Problem("file-too-large", Where(str(path)), {"limit": LARGEST})])
        self.read_csv[file] = data
        try:
            rows = list(csv.reader(io.StringIO(decode(data, str(path), PolicyError))))
        except csv.Error as e:
            raise PolicyError(
                [Problem("bad-csv-header", Where(str(path)), {"keys": ", ".join(keys)}, str(e))]
            ) from None
        header = [c.strip() for c in rows[0]] if rows else []
        columns = [k.rsplit(".", 1)[-1] for k in keys]
        given = [h for h in header if h in keys or h in columns]
        if len(given) != len(keys) or header[-1:] != ["source"]:
            where = Where(str(path), 1)
            raise PolicyError([Problem("bad-csv-header", where, {"keys": ", ".join(keys)}, ", ".join(header))])
        positions = [header.index(k) if k in header else header.index(c) for k, c in zip(keys, columns, strict=True)]
        units: dict[str, str] = {}
        values: dict[int, str] = {}
        for n, text in enumerate(header[:-1]):
            if n in positions:
                continue
            match = re.fullmatch(r"(\w+)(?: \(([^)]*)\))?", text)
            if not match:
                raise PolicyError([Problem("bad-csv-header", Where(str(path), 1), {"keys": ", ".join(keys)}, text)])
            values[n] = match[1]
            units[match[1]] = match[2] or ""
        table: dict[tuple[str, ...], dict[str, Any]] = {}
        problems = []
        for number, row in enumerate(rows[1:], 2):
            where = Where(str(path), number)
            if not any(c.strip() for c in row):
                continue
            if len(row) != len(header):
                problems.append(Problem("row-length", where, {"expected": len(header)}, str(len(row))))
                continue
            key = tuple(row[p].strip() for p in positions)
            if key in table:
                problems.append(Problem("csv-row-twice", where, {"key": ", ".join(key)}))
            if not row[-1].strip():
                problems.append(Problem("missing-citation", where))
            else:
                self.attempt(partial(source_of, Cell(row[-1], where), self.instruments))
            numbers = {column: exact(row[n]) for n, column in values.items()}
            problems += [Problem("bad-number", where, found=row[n]) for n, c in values.items() if numbers[c] is None]
            table[key] = numbers
        if problems:
            raise PolicyError(problems)
        return Lookup(
            name, title, file, keys, units, table, sentence.citations, section.where
        )  # fmt: skip

    def derived(
        self, sections: dict[str, Section]
    ) -> tuple[tuple[Derived, ...], tuple[Presumed, ...], tuple[Choice, ...]]:
        section = sections.get("Derived facts")
        if not section:
            return (), (), ()
        presumed, choices = [], []
        for s in self.sentences(section, {"presumed", "choice"}):
            if not s.citations:
                self.problems.append(Problem("missing-citation", s.where))
            elif s.form == "presumed":
                presumed.append(Presumed(s.blanks[0], s.blanks[1], s.citations, s.where))
            elif s.form == "choice":
                choices.append(Choice(s.blanks[0], s.citations, s.where))
        self.attempt(lambda: _only(section.blocks, (Paragraph, Quote)))
        derived = [d for s in section.sections if (d := self.attempt(partial(self.one_derived, s)))]
        return tuple(derived), tuple(presumed), tuple(choices)

    def one_derived(self, section: Section) -> Derived:
        id_, title = self.headed(section)
        _no_headings(section)
        allowed = {"extreme", "between", "completed", "completed_spells", *COMBINATIONS}
        sentences = self.sentences(section, allowed)
        citations = _citations(sentences)
        tables = [b for b in section.blocks if isinstance(b, TableBlock)]
        lists = [b for b in section.blocks if isinstance(b, ListBlock)]
        said = [s for s in sentences if s.form != "citation"]
        definition: Any
        if len(said) == 1 and said[0].form in COMBINATIONS and len(lists) == 1 and not tables:
            definition = self.conditions(said[0], lists[0].items, id_, citations)
        elif len(tables) == 1 and not said and not lists:
            definition = read_fact_table(tables[0], self.instruments, citations)
            if definition.result != "value":
                definition = _as_values(definition)
        elif len(said) == 1 and not tables and not lists and said[0].form not in COMBINATIONS:
            definition = _value_sentence(said[0])
        else:
            raise PolicyError([Problem("bad-derived", section.where, {"id": id_}, section.title)])
        if not citations and not isinstance(definition, Conditions):
            raise PolicyError([Problem("missing-citation", section.where)])
        return Derived(id_, title, definition, citations, _notes(section), section.where)

    # --- conditions -------------------------------------------------------------------------------------------

    def conditions(
        self, sentence: Sentence, items: tuple[ListItem, ...], prefix: str, covered: tuple[Citation, ...]
    ) -> Conditions:
        least = int(sentence.blanks[0]) if sentence.form == "least" else 0
        return self.combined(sentence.form, least, items, prefix, covered, sentence.where)

    def combined(
        self,
        how: str,
        least: int,
        items: tuple[ListItem, ...],
        prefix: str,
        covered: tuple[Citation, ...],
        where: Where,
    ) -> Conditions:
        found = []
        last = 0
        for n, item in enumerate(items, 1):
            number = int(item.mark) if item.mark != "-" else n
            if number <= last:
                self.problems.append(Problem("numbers-must-rise", item.where, found=item.mark))
            last = number
            id_ = f"{prefix}.{number}".lstrip(".")
            read = self.attempt(partial(self.item, item, id_, covered))
            if read:
                found.append(read)
        if least > len(items):
            self.problems.append(Problem("at-least-too-many", where, {"least": least}, str(len(items))))
        return Conditions(how, least, tuple(found), where)  # type: ignore[arg-type]

    def item(self, item: ListItem, id_: str, covered: tuple[Citation, ...]) -> Item:
        where = item.text.where(0)
        text, own = take_trailing(item.text.text, self.instruments, where)
        citations = own or covered
        notes = tuple(n.text for n in item.notes)
        content: Any
        if item.items:
            match = re.search(r",\s*(all of|any one of|none of|at least (\d+) of):$", text)
            if not match:
                raise PolicyError([Problem("no-combination", where, found=text[-40:])])
            words = bilingual(text[: match.start()], where)
            how = {"all of": "all", "any one of": "any", "none of": "none"}.get(match[1], "least")
            content = self.combined(how, int(match[2] or 0), item.items, id_, citations, item.where)
            sentence = match[1] + ":"
        else:
            sentence, after = dashed(text, where)
            if not after:
                raise PolicyError([Problem("no-words", where, found=text[:80])])
            words = bilingual(after, where)
            if not citations:
                raise PolicyError([Problem("missing-citation", where)])
            content = parse_condition(sentence, where)
        return Item(id_, words, sentence, content, citations, notes, item.where)

    def listed(self, section: Section, id_: str, extra: set[str]) -> tuple[Conditions | None, tuple[Sentence, ...]]:
        """The list of conditions directly under a heading, and its sentences."""
        sentences = self.sentences(section, COMBINATIONS | extra)
        lists = [b for b in section.blocks if isinstance(b, ListBlock)]
        how = [s for s in sentences if s.form in COMBINATIONS]
        if not lists and not how:
            return None, sentences
        if len(how) != 1 or len(lists) != 1:
            raise PolicyError([Problem("no-combination", section.where, found=section.title)])
        return self.conditions(how[0], lists[0].items, id_, how[0].citations), sentences

    def requirements(self, sections: dict[str, Section]) -> tuple[Requirement, ...]:
        section = sections.get("Requirements")
        if not section:
            return ()
        found = []
        direct, sentences = self.attempt(lambda: self.listed(section, "", set()), (None, ()))
        self.attempt(lambda: _only(section.blocks, (Paragraph, ListBlock, Quote)))
        if direct:
            words = dict(zip(("en", "zh"), HEADINGS[2], strict=True))
            found.append(Requirement("", words, direct, _citations(sentences), _notes(section), section.where))
        for inner in section.sections:
            if requirement := self.attempt(partial(self.requirement, inner)):
                found.append(requirement)
        if not found and not self.problems:
            self.problems.append(Problem("empty-heading", section.where, found=section.title))
        return tuple(found)

    def requirement(self, section: Section) -> Requirement:
        id_, title = self.headed(section)
        _no_headings(section)
        _only(section.blocks, (Paragraph, ListBlock, Quote))
        conditions, sentences = self.listed(section, id_, set())
        if conditions is None:
            raise PolicyError([Problem("no-combination", section.where, found=section.title)])
        return Requirement(id_, title, conditions, _citations(sentences), _notes(section), section.where)

    def outcomes(self, sections: dict[str, Section]) -> tuple[Outcome, ...]:
        section = sections.get("Outcomes")
        if not section:
            return ()
        self.attempt(lambda: _only(section.blocks, (Paragraph, Quote)))
        said = self.sentences(section, {"never_outcome"})
        self.expects = self.attempt(lambda: _expectations(said, "never_outcome", ()), ())
        if not section.sections:
            self.problems.append(Problem("empty-heading", section.where, found=section.title))
        found = [o for s in section.sections if (o := self.attempt(partial(self.outcome, s)))]
        return tuple(found)

    def outcome(self, section: Section) -> Outcome:
        id_, title = self.headed(section)
        _no_headings(section)
        _only(section.blocks, (Paragraph, ListBlock, Quote))
        conditions, sentences = self.listed(section, id_, {"grants"})
        if conditions is None:
            raise PolicyError([Problem("no-combination", section.where, found=section.title)])
        covered = next((s.citations for s in sentences if s.form in COMBINATIONS), ())
        grants = tuple(
            Line(bilingual(s.blanks[0], s.at[0]), {}, s.citations or covered, s.where)
            for s in sentences
            if s.form == "grants"
        )
        return Outcome(id_, title, conditions, grants, covered, _notes(section), section.where)

    # --- points -----------------------------------------------------------------------------------------------

    def points(self, sections: dict[str, Section]) -> tuple[Criterion | None, int | None]:
        section = sections.get("Points")
        if not section:
            return None, None
        words = dict(zip(("en", "zh"), HEADINGS[3], strict=True))
        criterion, sentences = self.attempt(lambda: self.criterion(section, "", words, ()), (None, ()))
        marks = [s for s in sentences if s.form in ("pass_mark", "no_pass_mark")]
        if len(marks) != 1 and criterion:
            self.problems.append(Problem("no-pass-mark", section.where))
        mark = whole(marks[0].blanks[0]) if marks and marks[0].form == "pass_mark" else None
        return criterion, mark

    def criterion(
        self, section: Section, id_: str, title: Words, covered: tuple[Citation, ...]
    ) -> tuple[Criterion, tuple[Sentence, ...]]:
        allowed = {"sum", "best", "first", "each", "cap", "cap_when", "only_when", "value_of", "never_points"}
        if not id_:
            allowed |= {"pass_mark", "no_pass_mark"}
        sentences: list[Sentence] = []
        for block in section.blocks:
            if isinstance(block, Paragraph):
                sentences += read_sentences(block, allowed, self.instruments)
        citations = _citations(sentences) or covered
        how = [s.form for s in sentences if s.form in ("sum", "best", "first")]
        tables = [b for b in section.blocks if isinstance(b, TableBlock)]
        parts: list[Any] = []
        table_sentences: list[Sentence] = []
        for block in section.blocks:
            if isinstance(block, Paragraph):
                table_sentences = list(read_sentences(block, allowed, self.instruments))
            elif isinstance(block, TableBlock):
                each = next((s for s in table_sentences if s.form == "each"), None)
                if read := self.attempt(partial(self.table, block, each, how, citations, id_)):
                    parts.append(read)
            elif isinstance(block, ListBlock):
                self.problems.append(Problem("not-understood", block.where, found="a list"))
        for s in sentences:
            if s.form == "value_of":
                if not citations:
                    self.problems.append(Problem("missing-citation", s.where))
                parts.append(ValueOf(s.blanks[0], s.where))
        for inner in section.sections:
            if read := self.attempt(partial(self.inner_criterion, inner, citations)):
                parts.append(read)
        if not parts and not self.problems:
            raise PolicyError([Problem("empty-heading", section.where, found=section.title)])
        if len(parts) > 1 and len(how) != 1:
            raise PolicyError([Problem("how-combined", section.where, found=section.title)])
        if "first" in how and (len(tables) != 1 or len(parts) != 1):
            raise PolicyError([Problem("how-combined", section.where, found=section.title)])
        caps = tuple(
            Cap(
                whole(s.blanks[0]),
                parse_condition(s.blanks[1], s.at[1]) if s.form == "cap_when" else None,
                s.where,
            )
            for s in sentences
            if s.form in ("cap", "cap_when")
        )
        if sum(1 for s in sentences if s.form == "only_when") > 1 or (
            "first" in how and tables[0].header[0].text != "condition"
        ):
            raise PolicyError([Problem("how-combined", section.where, found=section.title)])
        only = next((parse_condition(s.blanks[0], s.at[0]) for s in sentences if s.form == "only_when"), None)
        combine: Any = "best" if "best" in how else "sum"
        expects = _expectations(sentences, "never_points", citations)
        criterion = Criterion(
            id_, title, combine, tuple(parts), caps, only, citations, _notes(section), section.where, expects
        )
        return criterion, tuple(sentences)

    def inner_criterion(self, section: Section, covered: tuple[Citation, ...]) -> Criterion:
        return self.criterion(section, *self.headed(section), covered)[0]

    def table(
        self,
        block: TableBlock,
        each: Sentence | None,
        how: list[str],
        covered: tuple[Citation, ...],
        id_: str,
    ) -> Any:
        if block.header[0].text == "condition":
            if len(how) != 1:
                raise PolicyError([Problem("how-combined", block.where, found="condition")])
            return read_condition_table(block, self.instruments, covered, how[0], id_)
        if each:
            return read_fact_table(block, self.instruments, each.citations or covered, each.names(0), each.blanks[1])
        return read_fact_table(block, self.instruments, covered)

    # --- lines that are shown ---------------------------------------------------------------------------------

    def amounts(self, sections: dict[str, Section]) -> tuple[Amount, ...]:
        section = sections.get("Grants")
        return tuple(a for s in (section.sections if section else ()) if (a := self.attempt(partial(self.amount, s))))

    def amount(self, section: Section) -> Amount:
        id_, title = self.headed(section)
        _no_headings(section)
        _only(section.blocks, (Paragraph, TableBlock, Quote))
        paragraphs = [b for b in section.blocks if isinstance(b, Paragraph)]
        found = [s for p in paragraphs for s in read_sentences(p, SENTENCES, self.instruments)]
        return read_amount(id_, title, section, found, self.instruments, _notes(section))

    def lines(self, section: Section) -> tuple[Line, ...]:
        if section.title != _TITLES[5]:
            _no_headings(section)
        found: list[Line] = []
        covered = _citations(self.sentences(section, set()))
        for block in section.blocks:
            if isinstance(block, ListBlock):
                for item in block.items:
                    if line := self.attempt(partial(self.line, item, covered, section)):
                        found.append(line)
            elif not isinstance(block, (Quote, Paragraph)):
                self.problems.append(Problem("not-understood", section.where, found="a table"))
        return tuple(found)

    def line(self, item: ListItem, covered: tuple[Citation, ...], section: Section) -> Line:
        where = item.text.where(0)
        text, own = take_trailing(item.text.text, self.instruments, where)
        if not (own or covered):
            raise PolicyError([Problem("missing-citation", where)])
        reason: Words = {}
        if section.title == _TITLES[-1]:
            text, after = dashed(text, where)
            if not after:
                raise PolicyError([Problem("no-reason", where, found=text[:80])])
            reason = bilingual(after, where)
        return Line(bilingual(text, where), reason, own or covered, where)


def _dated_value(cell: Cell, unit: str) -> Fraction:
    """The value of a parameter, exactly as printed: a number, or for the unit `date` a day (as its ordinal)."""
    if unit == "date":
        day = parse_day(cell.text)
        if day is None:
            raise PolicyError([Problem("bad-day", cell.where, found=cell.text)])
        return Fraction(day)
    value = exact(cell.text)
    if value is None:
        raise PolicyError([Problem("bad-number", cell.where, found=cell.text)])
    return value


def _day(text: str, node: Table, key: str, form: Form) -> date | None:
    day = parse_day(text)
    if day is None:
        at = node.get(key)
        form.problems.append(Problem("bad-day", at.where if at else node.where, found=text))
        return None
    return date.fromordinal(day)


def _citations(sentences: Iterable[Sentence]) -> tuple[Citation, ...]:
    found: list[Citation] = []
    for sentence in sentences:
        found += [c for c in sentence.citations if c not in found]
    return tuple(found)


def _expectations(sentences: Iterable[Sentence], form: str, covered: tuple[Citation, ...]) -> tuple[Expectation, ...]:
    """What is declared of more of a fact; a declaration of points rests on the citation of its criterion."""
    found = []
    for s in sentences:
        if s.form == form:
            what = "the points" if form == "never_points" else "the outcome"
            text = f"More of {s.blanks[0]} never {s.blanks[1]} {what}."
            never: Any = s.blanks[1]
            if not (s.citations or covered):
                raise PolicyError([Problem("missing-citation", s.where)])
            found.append(Expectation(s.names(0), never, text, s.citations or covered, s.where))
    return tuple(found)


def _notes(section: Section) -> tuple[str, ...]:
    return tuple(b.text for b in section.blocks if isinstance(b, Quote))


def _only(blocks: Iterable[Any], allowed: tuple[type, ...]) -> None:
    for block in blocks:
        if not isinstance(block, allowed):
            where = block.where(0) if isinstance(block, Paragraph) else block.where
            found = block.text[:70] if isinstance(block, Paragraph) else type(block).__name__
            raise PolicyError([Problem("not-understood", where, found=found)])


def _no_headings(section: Section) -> None:
    if section.sections:
        raise PolicyError([Problem("heading-too-deep", section.sections[0].where, found=section.sections[0].title)])


def _as_values(table: Any) -> Any:
    rows = tuple(replace(r, value=str(r.points), points=0) for r in table.rows)
    return replace(table, rows=rows, result="value")


def _value_sentence(s: Sentence) -> Any:
    if s.form == "extreme":
        return Extreme(s.blanks[0], s.names(1))  # type: ignore[arg-type]
    if s.form == "between":
        low, fact, low_at, high, again, high_at = s.blanks
        if fact != again:
            raise PolicyError([Problem("not-understood", s.where, found=f"{fact}, {again}")])
        return Between(parse_term(low, s.at[0]), int(low_at), parse_term(high, s.at[3]), int(high_at), fact)
    if s.form == "completed":
        return Completed(s.blanks[0], s.blanks[1], False)  # type: ignore[arg-type]
    filters = tuple(re.findall(r"`([^`]+)` is ([\w\-]+)", s.blanks[2]))
    plain = re.sub(r"`[^`]+` is [\w\-]+", "", s.blanks[2]).replace("and", "").strip()
    if plain:
        raise PolicyError([Problem("not-understood", s.at[2], found=s.blanks[2])])
    return Completed(s.blanks[0], s.blanks[1], True, filters)  # type: ignore[arg-type]
