"""The heading Derived facts: values made from other facts, what is presumed, what is chosen."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import Any

from jifen.problems import PolicyError, Problem
from jifen.schemes.conditions import parse_term
from jifen.schemes.document import ListBlock, Paragraph, Quote, Section, TableBlock
from jifen.schemes.lists import read_conditions
from jifen.schemes.model import Between, Choice, Completed, Conditions, Derived, Extreme, Presumed
from jifen.schemes.reader import COMBINATIONS, Reader, cited_by, no_headings_below, notes_of, only_blocks
from jifen.schemes.sentences import Sentence
from jifen.schemes.tables import read_fact_table


def read_derived(
    reader: Reader, sections: dict[str, Section]
) -> tuple[tuple[Derived, ...], tuple[Presumed, ...], tuple[Choice, ...]]:
    section = sections.get("Derived facts")
    if not section:
        return (), (), ()
    presumed, choices = [], []
    for s in reader.sentences(section, {"presumed", "choice"}):
        if not s.citations:
            reader.problems.append(Problem("missing-citation", s.where))
        elif s.form == "presumed":
            presumed.append(Presumed(s.blanks[0], s.blanks[1], s.citations, s.where))
        elif s.form == "choice":
            choices.append(Choice(s.blanks[0], s.citations, s.where))
    reader.attempt(lambda: only_blocks(section.blocks, (Paragraph, Quote)))
    derived = [d for s in section.sections if (d := reader.attempt(partial(_one, reader, s)))]
    return tuple(derived), tuple(presumed), tuple(choices)


def _one(reader: Reader, section: Section) -> Derived:
    id_, title = reader.headed(section)
    no_headings_below(section)
    allowed = {"extreme", "between", "completed", "completed_spells", *COMBINATIONS}
    sentences = reader.sentences(section, allowed)
    citations = cited_by(sentences)
    tables = [b for b in section.blocks if isinstance(b, TableBlock)]
    lists = [b for b in section.blocks if isinstance(b, ListBlock)]
    said = [s for s in sentences if s.form != "citation"]
    definition: Any
    if len(said) == 1 and said[0].form in COMBINATIONS and len(lists) == 1 and not tables:
        definition = read_conditions(reader, said[0], lists[0].items, id_, citations)
    elif len(tables) == 1 and not said and not lists:
        definition = read_fact_table(tables[0], reader.instruments, citations)
        if definition.result != "value":
            definition = _as_values(definition)
    elif len(said) == 1 and not tables and not lists and said[0].form not in COMBINATIONS:
        definition = _value_sentence(said[0])
    else:
        raise PolicyError([Problem("bad-derived", section.where, {"id": id_}, section.title)])
    if not citations and not isinstance(definition, Conditions):
        raise PolicyError([Problem("missing-citation", section.where)])
    return Derived(id_, title, definition, citations, notes_of(section), section.where)


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
