"""The Regulation as a map: every article in our own words, and what it promises to whom.

The map is `policies/cn/beijing/regulation.yaml`. What answers a promise is found in `coverage`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from re import findall
from typing import Literal, get_args

from jifen.forms import Form, Words
from jifen.problems import PolicyError, Problem, RequestError
from jifen.registers.rows import Row, Value
from jifen.registers.store import Registers
from jifen.schemes.shelf import policy_folder
from jifen.strict_yaml import Items, Table, Text, decode, parse, read_bytes

Force = Literal["shall", "support", "encourage", "may", "explore"]


@dataclass(frozen=True, slots=True)
class Shown:
    """A register that shows what a promise has brought: all its rows, or those with `code` in `column` (or with that `id`)."""

    register: str
    column: str = ""
    code: str = ""

    def rows(self, registers: Registers) -> list[Row]:
        """The rows meant. Raises RequestError for a register that does not exist."""
        return [
            row
            for row in registers[self.register]
            if not self.column or self.code in ((row.id,) if self.column == "id" else _codes(row.get(self.column)))
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.column}={self.code}" if self.column else self.register


@dataclass(frozen=True, slots=True)
class Promise:
    """What one sentence of an article gives to whom. `paragraph` 0 is the whole article; `missing` is what is not there, with the reason."""

    id: str
    article: int
    paragraph: int
    force: Force
    to: Words
    gives: Words
    registers: tuple[Shown, ...]
    schemes: tuple[str, ...]
    missing: Words


@dataclass(frozen=True, slots=True)
class Article:
    number: int
    chapter: str
    summary: Words
    promises: tuple[Promise, ...]


@dataclass(frozen=True, slots=True)
class Regulation:
    """All articles by number. `foreign_facing` are those about people and bodies from abroad."""

    id: str
    short: str
    title: Words
    issuer: Words
    adopted: str
    start: str
    url: str
    chapters: Mapping[str, Words]
    articles: Mapping[int, Article]
    foreign_facing: tuple[int, ...]

    def promises(self, articles: Iterable[int] | None = None) -> Iterator[Promise]:
        """The promises of some articles, or of all, in order."""
        for number in self.articles if articles is None else articles:
            yield from self.article(number).promises

    def speaking_of(self, words: str) -> list[Article]:
        """The articles that say all of these words, in English or Chinese, in their summary or a promise."""
        asked = words.casefold().split()
        return [a for a in self.articles.values() if asked and all(w in _said(a) for w in asked)]

    def article(self, number: int | str) -> Article:
        """Raises RequestError for a number that no article has."""
        found = self.articles.get(int(number)) if str(number).isdecimal() else None
        if found is None:
            blanks = {"article": number, "last": max(self.articles)}
            raise RequestError([Problem("no-such-article", blanks=blanks, found=str(number))])
        return found


def _said(article: Article) -> str:
    words = [article.summary, *(w for p in article.promises for w in (p.to, p.gives))]
    return " ".join(text for each in words for text in each.values()).casefold()


def load_regulation(path: Path | None = None) -> Regulation:
    """Read the map. Raises PolicyError with every mistake.

    >>> regulation = load_regulation()
    >>> regulation.article(72).promises[6].force, len(regulation.articles)
    ('may', 76)
    """
    path = path or policy_folder() / "cn" / "beijing" / "regulation.yaml"
    name = str(path)
    node = parse(decode(read_bytes(path, PolicyError), name, PolicyError), name, PolicyError)
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", node.where)])
    form = Form(
        node,
        {"regulation", "short", "title", "issuer", "adopted", "in force", "url", "foreign-facing", "chapters", "articles"},
    )  # fmt: skip
    chapters = _all_words(form, "chapters")
    articles: dict[int, Article] = {}
    for key, value in form.table("articles"):
        try:
            articles[int(key.value)] = _article(key, value, chapters)
        except PolicyError as e:
            form.problems += e.problems
        except ValueError:
            form.problems.append(Problem("bad-number", key.where, found=key.value))
    start = form.table("in force").get("from")
    regulation = Regulation(
        id=form.text("regulation"),
        short=form.text("short"),
        title=form.words("title"),
        issuer=form.words("issuer"),
        adopted=form.text("adopted"),
        start=start.value if isinstance(start, Text) else "",
        url=form.text("url"),
        chapters=chapters,
        articles=articles,
        foreign_facing=_numbers(form.text("foreign-facing")),
    )
    form.done()
    return regulation


def _all_words(form: Form, key: str) -> dict[str, Words]:
    found: dict[str, Words] = {}
    for name, words in form.table(key):
        inner = Form(Table(((name, words),), name.where), {name.value})
        found[name.value] = inner.words(name.value)
        form.problems += inner.problems
    return found


def _numbers(text: str) -> tuple[int, ...]:
    """`9, 43-47` as numbers."""
    found: list[int] = []
    for first, last in findall(r"(\d+)(?:-(\d+))?", text):
        found += range(int(first), int(last or first) + 1)
    return tuple(found)


def _article(key: Text, node: object, chapters: Mapping[str, Words]) -> Article:
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", key.where)])
    form = Form(node, {"chapter", "summary", "promises"})
    promises = []
    for name, value in form.table("promises") if node.get("promises") else ():
        try:
            promises.append(_promise(int(key.value), name, value))
        except PolicyError as e:
            form.problems += e.problems
    article = Article(int(key.value), form.one_of("chapter", chapters), form.words("summary"), tuple(promises))
    form.done()
    return article


def _promise(article: int, key: Text, node: object) -> Promise:
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", key.where)])
    form = Form(node, {"at", "force", "to", "gives", "registers", "schemes", "missing"})
    at = form.one_of("at", ("", "¶1", "¶2", "¶3", "¶4"), "")
    promise = Promise(
        id=f"{article}.{key.value}",
        article=article,
        paragraph=int(at[1:] or 0) if at[1:].isdecimal() or not at else 0,
        force=form.one_of("force", get_args(Force)),  # type: ignore[arg-type]  # one_of has checked it
        to=form.words("to"),
        gives=form.words("gives"),
        registers=tuple(_shown(s) for s in _names(form, "registers")),
        schemes=_names(form, "schemes"),
        missing=form.words("missing", needed=False),
    )
    form.done()
    return promise


def _names(form: Form, key: str) -> tuple[str, ...]:
    node = form.node.get(key)
    if node is None:
        return ()
    if not isinstance(node, Items) or not all(isinstance(v, Text) for v in node.values):
        form.problems.append(Problem("not-text", node.where, {"key": key}))
        return ()
    return tuple(v.value for v in node.values if isinstance(v, Text))


def _shown(text: str) -> Shown:
    """`communities`, or `communities kind=apartments`."""
    register, _, test = text.partition(" ")
    column, _, code = test.partition("=")
    return Shown(register, column.strip(), code.strip())


def _codes(value: Value | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (str(value),)
