"""The Regulation as a map: every article in our own words, its promises, and what answers each of them.

The map is `policies/cn/beijing/regulation.yaml`. Schemes are not named there: a scheme answers a promise when it cites the
Regulation at that article. Registers are named there, because a row of public data cites no law.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from re import findall
from typing import Literal, get_args

from jifen.forms import Form, Words
from jifen.problems import PolicyError, Problem, RequestError
from jifen.registers.rows import Row, Value
from jifen.registers.store import Registers
from jifen.schemes.citations import SURE, Citation, Sure
from jifen.schemes.document import Document
from jifen.schemes.model import Scheme
from jifen.schemes.shelf import Shelf, policy_folder
from jifen.strict_yaml import Items, Table, Text, decode, parse, read_bytes

Force = Literal["shall", "support", "encourage", "may", "explore"]
Status = Literal["scheme and register", "scheme", "register", "intent only"]


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

    def article(self, number: int | str) -> Article:
        """Raises RequestError for a number that no article has."""
        found = self.articles.get(int(number)) if str(number).isdecimal() else None
        if found is None:
            blanks = {"article": number, "last": max(self.articles)}
            raise RequestError([Problem("no-such-article", blanks=blanks, found=str(number))])
        return found


@dataclass(frozen=True, slots=True)
class Link:
    """A scheme that cites the Regulation: where, and how sure the citation is."""

    scheme: str
    title: Words
    place: str
    sure: Sure


@dataclass(frozen=True, slots=True)
class Covered:
    """A promise with what answers it: schemes that cite it, and registers with the number of rows that show it."""

    promise: Promise
    links: tuple[Link, ...]
    rows: Mapping[Shown, int]

    @property
    def status(self) -> Status:
        if self.links:
            return "scheme and register" if self.rows else "scheme"
        return "register" if self.rows else "intent only"


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


# --- links ----------------------------------------------------------------------------------------------------


def citations_of(scheme: Scheme) -> Iterator[Citation]:
    """Every citation in a version of a scheme."""
    stack: list[object] = [getattr(scheme, f.name) for f in fields(scheme)]
    while stack:
        each = stack.pop()
        if isinstance(each, Citation):
            yield each
        elif isinstance(each, Document):
            continue
        elif is_dataclass(each) and not isinstance(each, type):
            stack += [getattr(each, f.name) for f in fields(each)]
        elif isinstance(each, Mapping):
            stack += each.values()
        elif isinstance(each, (tuple, list)):
            stack += each


def places(text: str) -> set[tuple[int, int]]:
    """Article and paragraph (0 where none is named) of a citation's place: `Art. 72(1)`, `Art. 72 ¶1`, `Arts. 69, 72`."""
    found = set()
    for number, sign, bracket in findall(r"(\d+)(?:\s*¶\s*(\d+)|\((\d+)\))?", text.partition("Art")[2]):
        found.add((int(number), int(sign or bracket or 0)))
    return found


Links = Mapping[str, tuple[Link, ...]]
"""The schemes that answer each promise, by its id; and those that only cite an article, by its number."""


def links(regulation: Regulation, shelf: Shelf) -> Links:
    """The schemes that answer each promise, by its id: read from the citations of every version.

    Where several promises share the place, those whose patterns fit the scheme. A scheme that fits none stands under the number of the
    article it cites: it mentions the article and does not answer it.
    """
    found: dict[str, dict[str, Link]] = {}
    for id_, versions in shelf.schemes.items():
        for version in versions:
            names = {i.name for i in version.instruments.values() if _is(regulation, i.name, i.title)}
            for citation in citations_of(version) if names else ():
                if citation.instrument not in names:
                    continue
                for number, paragraph in sorted(places(citation.place)):
                    if number not in regulation.articles:
                        continue
                    for key in _answered(regulation.articles[number], paragraph, id_) or [str(number)]:
                        known = found.setdefault(key, {}).get(id_)
                        if known is None or SURE.index(citation.sure) < SURE.index(known.sure):
                            found[key][id_] = Link(id_, version.title, citation.place, citation.sure)
    return {key: tuple(sorted(each.values(), key=lambda link: link.scheme)) for key, each in found.items()}


def _is(regulation: Regulation, name: str, title: Words) -> bool:
    return name == regulation.short or title["zh"] == regulation.title["zh"]


def _answered(article: Article, paragraph: int, scheme: str) -> list[str]:
    """The ids of the promises at a place that a scheme answers."""
    near = [p for p in article.promises if not paragraph or not p.paragraph or p.paragraph == paragraph]
    fitting = [p.id for p in near if p.schemes and any(fnmatchcase(scheme, pattern) for pattern in p.schemes)]
    return fitting or [p.id for p in near if not p.schemes]


def mentions(regulation: Regulation, linked: Links, article: int) -> tuple[Link, ...]:
    """The schemes that cite an article and answer none of its promises."""
    answering = {link.scheme for p in regulation.article(article).promises for link in linked.get(p.id, ())}
    return tuple(link for link in linked.get(str(article), ()) if link.scheme not in answering)


def coverage(
    regulation: Regulation, registers: Registers, linked: Links, articles: Iterable[int] | None = None
) -> list[Covered]:
    """Every promise of the articles (the foreign-facing ones if left out) with what answers it."""
    return [
        Covered(p, linked.get(p.id, ()), {s: n for s in p.registers if (n := len(s.rows(registers)))})
        for p in regulation.promises(regulation.foreign_facing if articles is None else articles)
    ]


def promises_of_scheme(scheme: str, regulation: Regulation, linked: Links) -> list[Promise]:
    """The promises that a scheme answers."""
    return [p for p in regulation.promises() if any(link.scheme == scheme for link in linked.get(p.id, ()))]


def promises_of_register(name: str, regulation: Regulation) -> list[Promise]:
    """The promises that a register shows."""
    return [p for p in regulation.promises() if any(s.register == name for s in p.registers)]


def as_markdown(found: Iterable[Covered], regulation: Regulation, lang: str = "en") -> str:
    """The coverage as a Markdown table, a row a promise, with what is missing and why."""
    say = _SAY[lang]
    rows = []
    for each in found:
        promise = each.promise
        at = f"{promise.article}" + (f" ¶{promise.paragraph}" if promise.paragraph else "")
        where = [f"`{n.scheme}`" + ("" if n.sure == "confirmed" else f" ({n.sure})") for n in each.links]
        where += [f"[{s}](../registers/{s.register}.csv) ({count})" for s, count in each.rows.items()]
        cells = (
            at, promise.to[lang], promise.gives[lang], say[promise.force], ", ".join(where) or "–", say[each.status],
            promise.missing.get(lang, "–"),
        )  # fmt: skip
        rows.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    head = [f"| {' | '.join(say['head'].split('; '))} |", "|" + "---|" * 7]
    return "\n".join([*head, *rows]) + "\n"


def coverage_page(regulation: Regulation, registers: Registers, linked: Links) -> str:
    """The page `docs/coverage.md`: the foreign-facing articles, then the others. `script/coverage` writes it."""
    facing = coverage(regulation, registers, linked)
    rest = [n for n in regulation.articles if n not in regulation.foreign_facing]
    others = coverage(regulation, registers, linked, rest)
    counts = {s: sum(1 for c in facing if c.status == s) for s in get_args(Status)}
    summary = "\n".join(f"| {s} | {n} |" for s, n in counts.items())
    return _PAGE.format(
        total=len(facing),
        summary=summary,
        facing=as_markdown(facing, regulation),
        others=as_markdown(others, regulation),
    )


_PAGE = """# What the Regulation promises, and what answers it

Generated by `script/coverage` from `policies/cn/beijing/regulation.yaml`, the schemes and the registers; a test checks that it is up to
date. Do not edit it. The words are summaries of our own. `jifen regulation ARTICLE` shows the same with the text of each article,
`jifen regulation --coverage --lang zh` in Chinese.

- **scheme**: a scheme cites the article and answers from a profile.
- **register**: rows of public data show what exists; the number of rows stands in brackets.
- **intent only**: the Regulation promises it, and no implementing rule or public list was found; the last column says why.

The last column also says what is missing beside a scheme or a register.

## Articles about people and bodies from abroad

{total} promises:

| status | promises |
|---|---:|
{summary}

{facing}
## The other articles

{others}"""
_SAY = {
    "en": {
        "head": "Art.; for; promise; force; answered by; status; what is missing, and why",
        "shall": "shall", "support": "supports", "encourage": "encourages", "may": "may", "explore": "explores",
        "scheme and register": "scheme and register", "scheme": "scheme", "register": "register", "intent only": "intent only",
    },
    "zh": {
        "head": "条; 对象; 内容; 效力; 对应; 状态; 缺少什么及原因",
        "shall": "应当", "support": "支持", "encourage": "鼓励", "may": "可以", "explore": "探索",
        "scheme and register": "有方案和名录", "scheme": "有方案", "register": "有名录", "intent only": "仅有意向",
    },
}  # fmt: skip
