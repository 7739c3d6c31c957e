"""Conditions, sentences, headers and rows of a scheme in the words of one language: names as titles, codes as words.

What the language of schemes writes for a reader and a loader alike, this says for the reader alone. It decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jifen.facts.units import in_words, unit_of, with_unit
from jifen.forms import Words
from jifen.problems import Where
from jifen.schemes.citations import LEADING, Citation, read_citations
from jifen.schemes.model import Criterion, Scheme
from jifen.schemes.sentences import BLANKS, FORMS, IN_CHINESE
from jifen.schemes.shelf import Shelf
from jifen.schemes.words import in_language

CELLS: Mapping[str, str] = {
    "yes": "是", "no": "否", "below": "低于上列各档", "above": "高于上列各档", "otherwise": "其他情形", "any": "不限",
    "none": "无", "each": "各项", "points": "分数", "value": "取值", "from": "施行日期", "source": "依据", "condition": "条件",
    "amount": "金额", "each further year": "每再满一年", "each further month": "每再满一个月", "each further point": "每再多一分",
}  # fmt: skip
"""The Chinese of the fixed words of tables."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text. `name` says which fact, value or scheme it names, `citation` on what it rests; both may be missing."""

    text: str
    name: str = ""
    citation: Citation | None = None


Run = tuple[Piece, ...]
"""A line of text as pieces, in order."""


def plain(run: Run) -> str:
    """The text of a run."""
    return "".join(p.text for p in run)


_OP = r"≥|≤|≠|>=|<=|!=|>|<|="
_CODE = r"`?[\w\-]+`?"
_SAID = re.compile(
    rf"""(?P<share>[\d.,]+)%\ of\ `(?P<base>[^`]+)`
    | points\ of\ `(?P<of>[^`]+)`
    | `(?P<name>[^`]+)`(?:
        \ (?P<verb>is\ not\ any\ of|is\ any\ of|is\ not|is|includes\ any\ of|includes\ all\ of|includes)
        \ (?P<codes>{_CODE}(?:,\s*{_CODE})*)
      | \ (?P<qualifies>qualifies)
      | \ (?P<op>{_OP})\ (?P<value>\d{{4}}-\d\d-\d\d|\d[\d,]*(?:\.\d+)?(?![\d,.]*\s*[×*%])|[a-z]\w*)
      )?
    | \s*\b(?P<join>and|or)\b\s* | \b(?P<not>not)\b\s* | \b(?P<points>points)\b | (?P<bracket>[()])""",
    re.X,
)
_VERBS = {
    "is": "{n}为{c}", "is any of": "{n}为{c}之一", "is not": "{n}不是{c}", "is not any of": "{n}不是{c}中的任何一种",
    "includes": "{n}包括{c}", "includes any of": "{n}包括{c}之一", "includes all of": "{n}包括{c}全部",
}  # fmt: skip
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


class Speech:
    """The words of one scheme in one language, `en` or `zh`. Names of other schemes and of facts come from the shelf."""

    def __init__(self, scheme: Scheme, shelf: Shelf, lang: str) -> None:
        self.scheme, self.shelf, self.lang = scheme, shelf, lang
        self.titles: dict[str, Words] = {n: f.title for n, f in shelf.vocabulary.facts.items()}
        self.titles |= {d.id: d.title for d in (*shelf.rules, *scheme.derived)} | {
            k.name: k.title for k in scheme.lookups
        }
        self.titles |= {f"{k.name}.{c}": _told(k.title, words) for k in scheme.lookups for c, words in k.titles.items()}
        headings = [p.title["en"] for p in scheme.parameters]
        self.shared = {p.name for p in scheme.parameters if headings.count(p.title["en"]) > 1}
        self.titles |= {
            p.name: _told(p.title, p.column or both(p.name)) if p.name in self.shared else p.title
            for p in scheme.parameters
        }
        self.columns: dict[str, Words] = {p.name: p.column for p in scheme.parameters if p.column}
        self.titles |= {i: v[-1].title for i, v in shelf.schemes.items()}
        if scheme.points:
            self.titles |= {c.id: c.title for c in _under(scheme.points)}

    def name(self, name: str, quoted: bool = False) -> Piece:
        """The title of a fact, a derived value, a parameter, a scheme; the name itself where nothing has it."""
        before, _, column = name.partition(".")
        title = self.titles.get(name)
        if title is None and before in self.titles:
            title = _told(self.titles[before], both(column))
        text = title[self.lang] if title else name
        return Piece(f"“{text}”" if quoted else text, name)

    def names(self, names: tuple[str, ...]) -> Run:
        """Several names, quoted, in a row; Chinese sets nothing between quoted words."""
        between = () if self.lang == "zh" else (Piece(", "),)
        return tuple(p for i, n in enumerate(names) for p in (*(between if i else ()), self.name(n, True)))

    def code(self, name: str, code: str) -> str:
        """A code of a fact, or an outcome of a scheme, in words."""
        fact = self.shelf.vocabulary.facts.get(name)
        if fact and fact.codes and code in fact.codes.values:
            return fact.codes.values[code][self.lang]
        outcomes = [o for v in self.shelf.schemes.get(name, ()) for o in v.outcomes if o.id == code]
        if outcomes:
            return outcomes[-1].title[self.lang]
        return CELLS.get(code, code) if self.lang == "zh" else code

    def _list(self, words: list[str]) -> str:
        if self.lang == "zh":
            return "、".join(words)
        return ("; " if any("," in w for w in words) else ", ").join(words)

    def condition(self, text: str) -> Run:
        """A condition, or one side of a comparison, in words."""
        found: list[Piece] = []
        at = 0
        for match in _SAID.finditer(text):
            found += [Piece(text[at : match.start()]), *self._said(match, text[: match.start()].rstrip()[-1:])]
            at = match.end()
        return tuple(p for p in (*found, Piece(text[at:])) if p.text)

    def _said(self, match: re.Match[str], before: str) -> Iterator[Piece]:
        chinese = self.lang == "zh"
        if base := match["base"]:
            share = f"{match['share']}%"
            yield from (self.name(base), Piece(f"的{share}")) if chinese else (Piece(f"{share} of "), self.name(base))
        elif of := match["of"]:
            yield from (self.name(of, True), Piece("的得分")) if chinese else (Piece("points of "), self.name(of, True))
        elif name := match["name"]:
            yield from self._about(name, match, before)
        elif match["bracket"] and chinese:
            yield Piece({"(": "（", ")": "）"}[match["bracket"]])
        elif chinese:
            yield Piece(
                {"and": "，且", "or": "，或", "not": "并非", "points": "积分"}[
                    match["join"] or match["not"] or "points"
                ]
            )
        else:
            yield Piece(match[0])

    def _about(self, name: str, match: re.Match[str], before: str) -> Iterator[Piece]:
        chinese = self.lang == "zh"
        if codes := match["codes"]:
            words = [self.code(name, c.strip().strip("`")) for c in codes.split(",")]
            form = _VERBS[match["verb"]] if chinese else "{n} " + match["verb"] + " {c}"
            first, _, rest = form.partition("{n}")
            yield Piece(first) if first else self.name(name)
            yield Piece(rest.replace("{c}", self._list(words)))
        elif match["qualifies"]:
            yield from (
                (Piece("符合"), self.name(name, True)) if chinese else (self.name(name, True), Piece(" qualifies"))
            )
        elif match["op"]:
            value = match["value"]
            fact = self.shelf.vocabulary.facts.get(name)
            if fact and value[0].isdigit():
                value = with_unit(value, fact, self.lang)
            yield self.name(name)
            yield Piece(f" {match['op']} {self.code(name, value)}")
        else:
            after = match.string[match.end() :].lstrip()[:1]
            yield self.name(name, not (before and before in "×≥≤≠><=") and not (after and after in "≥≤≠><="))

    def row(self, text: str, name: str) -> Run:
        """Which values a row of a table covers, or the value it gives; `name` is the fact of the column."""
        parts = [p.strip() for p in text.split(",")]
        said = [self.code(name, p.strip("`")) for p in parts]
        if (
            "`" not in text
            and all(re.fullmatch(r"[\w\-]+|[\d.]+", p) for p in parts)
            and not re.fullmatch(r"[\d,]+", text)
        ):
            return (Piece(self._list(said)),)
        if self.lang == "zh" and text in CELLS:
            return (Piece(CELLS[text]),)
        if self.lang == "zh":
            text = text.replace(" and ", " 且 ")
        pieces = re.split(r"`([^`]+)`", text)
        return tuple(self.name(p) if i % 2 else Piece(p) for i, p in enumerate(pieces) if p)

    def header(self, text: str) -> Run:
        """The header of a column: the title of its fact and the unit, or the fixed word."""
        match = re.fullmatch(r"(`[^`]+`|\w+)(?:\s*\(([^)]*)\))?(?: — .+)?", text.strip())
        if not match:
            return self.row(text, "")
        head, unit = match[1], match[2] or ""
        if head.startswith("`"):
            fact = self.shelf.vocabulary.facts.get(head.strip("`"))
            unit = unit_of(fact, self.lang) if fact and self.lang == "zh" else in_words(unit, self.lang)
            name = head.strip("`")
            if name in self.columns:
                title = Piece(self.columns[name][self.lang], name)
            else:
                title = Piece(name, name) if name in self.shared else self.name(name)
        else:
            unit = in_words(unit, self.lang)
            title = Piece(CELLS.get(head, head) if self.lang == "zh" else head)
        if not unit:
            return (title,)
        return title, Piece(f"（{unit}）" if self.lang == "zh" else f" ({unit})")

    def cited(self, inside: str) -> Run:
        """What stands between the brackets of a citation, one piece each: `S A(2), memory`."""
        found: list[Piece] = []
        between = {"en": "; ", "zh": "；"}[self.lang]
        for citation in read_citations(inside, self.scheme.instruments, Where(self.scheme.file)):
            found += [Piece(between)] if found else []
            found.append(Piece(citation.text(self.lang), citation=citation))
        return (Piece("["), *found, Piece("]"))

    def sentences(self, text: str) -> Run:
        """The sentences of a paragraph, with their citations."""
        found: list[Piece] = []
        at = 0
        while at < len(text):
            if text[at].isspace():
                at += 1
                continue
            if match := LEADING.match(text, at):
                found += [Piece(" ") if found else Piece(""), *self.cited(match[1])]
                at = match.end()
                continue
            form, match = next(
                ((f, m) for f, p in FORMS.items() if (m := p.match(text, at))), ("", re.compile(r"\S+").match(text, at))
            )
            assert match
            found += [Piece(" ")] if found and (self.lang == "en" or found[-1].text == "]") else []
            found += self._sentence(form, match)
            at = match.end()
        return tuple(p for p in found if p.text)

    def _sentence(self, form: str, match: re.Match[str]) -> Run:
        if not form:
            return (Piece(match[0]),)
        if self.lang == "en":
            if form == "grants":
                return (Piece(f"Grants: {in_language(match[1], 'en')}."),)
            return self.condition(_LINK.sub(r"\1", match[0]))
        blanks = [g or "" for g in match.groups()]
        found: list[Piece] = []
        for i, part in enumerate(re.split(r"\{([a-z]?\d)\}", IN_CHINESE[form])):
            found += self._blank(part, blanks) if i % 2 else [Piece(part)]
        return tuple(found)

    def _blank(self, part: str, blanks: list[str]) -> Run:
        how, text = part[:-1], blanks[int(part[-1])]
        match how:
            case "n":
                return self.names(tuple(re.findall(r"`([^`]+)`", text)) or (text,))
            case "c":
                return self.condition(text)
            case "v":
                return (Piece(self.code(blanks[0], text)),)
            case "h":
                return (Piece(BLANKS[text]),)
            case "k":
                return (Piece(in_words(text, "zh")),)
            case "e" if text:
                return Piece("每一单位"), self.name(text, True), Piece("：")
            case "w" if text:
                return Piece("（限"), *self.condition(text), Piece("）")
            case "z":
                return (Piece(in_language(text, "zh")),)
            case "":
                return (Piece(text),)
        return ()


def _told(title: Words, more: Words) -> Words:
    return {"en": f"{title['en']} ({more['en']})", "zh": f"{title['zh']}（{more['zh']}）"}


def both(name: str) -> Words:
    """A name that is the same in both languages."""
    return {"en": name, "zh": name}


def _under(criterion: Criterion) -> Iterator[Criterion]:
    for inner in criterion.criteria():
        yield inner
        yield from _under(inner)
