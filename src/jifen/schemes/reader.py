"""What the reading of every heading shares: the document, the mistakes found so far, ids used once, sentences understood."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

from jifen.forms import Words
from jifen.problems import PolicyError, Problem, Where
from jifen.schemes.citations import Citation, Instrument
from jifen.schemes.document import Document, Paragraph, Quote, Section
from jifen.schemes.model import Expectation
from jifen.schemes.sentences import Sentence, read_sentences
from jifen.schemes.words import bilingual

COMBINATIONS = {"all", "any", "none", "least"}
"""The sentences that begin a list of conditions."""


class Reader:
    """Reads one document. A mistake is noted and the rest is still read."""

    def __init__(self, document: Document, path: Path) -> None:
        self.document = document
        self.path = path
        self.problems: list[Problem] = []
        self.instruments: dict[str, Instrument] = {}
        self.ids: dict[str, Where] = {}
        self.read_csv: dict[str, bytes] = {}
        self.expects: tuple[Expectation, ...] = ()

    def attempt(self, read: Callable[[], Any], default: Any = None) -> Any:
        """Run one reading; a mistake is noted and the rest of the document is still read."""
        try:
            return read()
        except PolicyError as e:
            self.problems.extend(e.problems)
            return default

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


def cited_by(sentences: Iterable[Sentence]) -> tuple[Citation, ...]:
    found: list[Citation] = []
    for sentence in sentences:
        found += [c for c in sentence.citations if c not in found]
    return tuple(found)


def notes_of(section: Section) -> tuple[str, ...]:
    return tuple(b.text for b in section.blocks if isinstance(b, Quote))


def only_blocks(blocks: Iterable[Any], allowed: tuple[type, ...]) -> None:
    for block in blocks:
        if not isinstance(block, allowed):
            where = block.where(0) if isinstance(block, Paragraph) else block.where
            found = block.text[:70] if isinstance(block, Paragraph) else type(block).__name__
            raise PolicyError([Problem("not-understood", where, found=found)])


def no_headings_below(section: Section) -> None:
    if section.sections:
        raise PolicyError([Problem("heading-too-deep", section.sections[0].where, found=section.sections[0].title)])


def expectations_of(sentences: Iterable[Sentence], form: str, covered: tuple[Citation, ...]) -> tuple[Expectation, ...]:
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
