"""Conditions: the sentence in a list item or a table of conditions, as a small tree.

    `job.salary` ≥ 6 × 12 × `average_wage` and not (`a` is x or `prizes` includes any of y, z)

Names are resolved later, by the plan; here only the form is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from jifen.problems import PolicyError, Problem, Where

Op = Literal["≥", "≤", ">", "<", "=", "≠"]


@dataclass(frozen=True)
class Term:
    """One side of a comparison: `coefficient` times the named value, or a literal (number, day, code).

    `name` "points" is the total, and with `of` the points of that heading.
    """

    coefficient: Fraction
    name: str
    literal: str
    where: Where
    of: str = ""
    number: Fraction | None = None


@dataclass(frozen=True)
class Holds:
    """A yes/no fact or derived fact is yes."""

    name: str
    where: Where


@dataclass(frozen=True)
class Compare:
    left: Term
    op: Op
    right: Term
    where: Where


@dataclass(frozen=True)
class Among:
    """The one code (or the outcome of a scheme) is among `codes`."""

    name: str
    codes: tuple[str, ...]
    where: Where


@dataclass(frozen=True)
class Includes:
    """The several codes include any, or all, of `codes`."""

    name: str
    codes: tuple[str, ...]
    how: Literal["any", "all"]
    where: Where


@dataclass(frozen=True)
class Qualifies:
    """Another scheme gives any outcome."""

    name: str
    where: Where


@dataclass(frozen=True)
class Not:
    part: Condition


@dataclass(frozen=True)
class Both:
    """`and`: every part; `or`: any part."""

    how: Literal["and", "or"]
    parts: tuple[Condition, ...]


Condition = Holds | Compare | Among | Includes | Qualifies | Not | Both

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<name>`[^`]*`)
    | (?P<day>\d{4}-\d{2}-\d{2})
    | (?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)
    | (?P<op>≥|≤|≠|>=|<=|!=|>|<|=)
    | (?P<sign>[×*%(),])
    | (?P<word>[^\W\d][\w\-]*)
    )""",
    re.X,
)
_OPS: dict[str, Op] = {">=": "≥", "<=": "≤", "!=": "≠"}


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    where: Where


def names_in(condition: Condition) -> Iterator[tuple[str, Where]]:
    """Every name that the condition uses."""
    match condition:
        case Not(part):
            yield from names_in(part)
        case Both(_, parts):
            for part in parts:
                yield from names_in(part)
        case Compare(left, _, right, _):
            for term in (left, right):
                if term.name:
                    yield term.name, term.where
        case _:
            yield condition.name, condition.where


def parse_condition(text: str, where: Where) -> Condition:
    """Read a condition. `where` is the place of its first character. Raises PolicyError at the first wrong word."""
    return _Parser(text, where).whole()


def parse_term(text: str, where: Where) -> Term:
    """Read one side of a comparison, as in the edge of a table's row."""
    parser = _Parser(text, where)
    term = parser.term()
    parser.end()
    return term


class _Parser:
    def __init__(self, text: str, where: Where) -> None:
        from dataclasses import replace

        self.tokens: list[_Token] = []
        self.where = where
        self.at = 0
        self.depth = 0
        offset = 0
        text = text.rstrip()
        while offset < len(text):
            match = _TOKEN.match(text, offset)
            start = offset + len(text[offset:]) - len(text[offset:].lstrip())
            place = replace(where, column=where.column + start if where.column else 0)
            if not match:
                raise PolicyError([Problem("bad-condition", place, found=text[start : start + 20])])
            kind = match.lastgroup or ""
            self.tokens.append(_Token(kind, match[kind], place))
            offset = match.end()

    def peek(self, *texts: str, kind: str = "") -> _Token | None:
        if self.at >= len(self.tokens):
            return None
        token = self.tokens[self.at]
        if texts and token.text not in texts:
            return None
        return token if not kind or token.kind == kind else None

    def take(self, *texts: str, kind: str = "") -> _Token | None:
        token = self.peek(*texts, kind=kind)
        if token:
            self.at += 1
        return token

    def need(self, *texts: str, kind: str = "") -> _Token:
        token = self.take(*texts, kind=kind)
        if token is None:
            raise self.wrong()
        return token

    def wrong(self) -> PolicyError:
        token = self.peek()
        where, found = (token.where, token.text) if token else (self.where, "")
        return PolicyError([Problem("bad-condition", where, found=found)])

    def end(self) -> None:
        if self.peek():
            raise self.wrong()

    def whole(self) -> Condition:
        if not self.tokens:
            raise PolicyError([Problem("bad-condition", self.where)])
        condition = self.joined()
        self.end()
        return condition

    def joined(self) -> Condition:
        parts = [self.single()]
        how = ""
        while word := self.take("and", "or"):
            if how and word.text != how:
                raise PolicyError([Problem("and-with-or", word.where, found=word.text)])
            how = word.text
            parts.append(self.single())
        return parts[0] if len(parts) == 1 else Both(how, tuple(parts))  # type: ignore[arg-type]

    def single(self) -> Condition:
        self.depth += 1
        if self.depth > 200:
            raise self.wrong()
        if self.take("not", kind="word"):
            return Not(self.single())
        if self.take("("):
            inner = self.joined()
            self.need(")")
            return inner
        start = self.peek()
        where = start.where if start else self.where
        if (name := self.peek(kind="name")) and (after := self._after_name()):
            return after
        left = self.term()
        op = self.take(kind="op")
        if op is None:
            if name and not left.of and left.coefficient == 1:
                return Holds(left.name, where)
            raise self.wrong()
        return Compare(left, _OPS.get(op.text, op.text), self.term(), where)  # type: ignore[arg-type]

    def _after_name(self) -> Condition | None:
        """A name followed by `is …`, `includes …` or `qualifies`."""
        name = self.tokens[self.at]
        id_ = name.text.strip("`")
        self.at += 1
        if self.take("qualifies"):
            return Qualifies(id_, name.where)
        if self.take("is"):
            negated = self.take("not") is not None
            if self.take("any"):
                self.need("of")
            among = Among(id_, self.codes(), name.where)
            return Not(among) if negated else among
        if self.take("includes"):
            how: Literal["any", "all"] = "all"
            if word := self.take("any", "all"):
                how = "any" if word.text == "any" else "all"
                self.need("of")
            return Includes(id_, self.codes(), how, name.where)
        self.at -= 1
        return None

    def codes(self) -> tuple[str, ...]:
        found = [self.code()]
        while self.take(","):
            found.append(self.code())
        return tuple(found)

    def code(self) -> str:
        token = self.take(kind="name") or self.take(kind="word") or self.take(kind="number")
        if token is None:
            raise self.wrong()
        return token.text.strip("`")

    def term(self) -> Term:
        start = self.peek()
        where = start.where if start else self.where
        coefficient = Fraction(1)
        while number := self.take(kind="number"):
            value = Fraction(number.text.replace(",", ""))
            if self.take("×", "*"):
                coefficient *= value
            elif self.take("%"):
                self.need("of")
                coefficient *= value / 100
            else:
                return Term(coefficient * value, "", number.text, where, number=coefficient * value)
        if name := self.take(kind="name"):
            return Term(coefficient, name.text.strip("`"), "", where)
        if self.take("points", kind="word"):
            of = self.need(kind="name").text.strip("`") if self.take("of") else ""
            return Term(coefficient, "points", "", where, of)
        if word := self.take(kind="day") or self.take(kind="word"):
            return Term(coefficient, "", word.text, where)
        raise self.wrong()
