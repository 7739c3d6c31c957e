"""What answers the promises of the Regulation: schemes that cite it, and registers that show what exists.

Links to schemes are read from their citations, never typed. Registers are named in the map, because a row of public data cites no law.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from fnmatch import fnmatchcase
from re import findall
from typing import Literal, get_args

from jifen.forms import Words
from jifen.registers.regulation import Article, Promise, Regulation, Shown
from jifen.registers.store import Registers
from jifen.schemes.citations import SURE, Citation, Sure
from jifen.schemes.document import Document
from jifen.schemes.model import Scheme
from jifen.schemes.shelf import Shelf

Status = Literal["scheme and register", "scheme", "register", "intent only"]


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
