"""Strict JSON (RFC 8259), read with positions into the same nodes as strict YAML: nothing more is allowed than JSON has.

Numbers and words stay as written. Strings are read by the standard library.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Callable
from json import JSONDecodeError, JSONDecoder

from jifen.problems import JifenError, Problem, Where
from jifen.strict_yaml import DEEPEST, Items, Node, Text, leading_zero, table

_SPACE = re.compile(r"[ \t\n\r]*")
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.+-])|(?:true|false|null)(?!\w)")
_STRINGS = JSONDecoder()
_WORD = re.compile(r"[^\s,:\[\]{}\"]+|.", re.S)


def parse(text: str, file: str, error: type[JifenError]) -> Node:
    """The value that `text` holds. Raises `error` with one problem: the first mistake."""
    return _Reader(text, file, error).whole()


class _Reader:
    def __init__(self, text: str, file: str, error: type[JifenError]) -> None:
        self.text, self.file, self.error, self.at = text, file, error, 0
        self._lines = [0, *(found.end() for found in re.finditer("\n", text))]

    def whole(self) -> Node:
        node = self._value(0)
        if self._next():
            raise self._fail("json-goes-on", self._where(self.at), self._word())
        return node

    def _next(self) -> str:
        """The next character that is no space, or nothing at the end."""
        found = _SPACE.match(self.text, self.at)
        self.at = found.end() if found else self.at
        return self.text[self.at : self.at + 1]

    def _where(self, at: int) -> Where:
        line = bisect.bisect_right(self._lines, at)
        return Where(self.file, line, at - self._lines[line - 1] + 1)

    def _fail(self, code: str, at: Where, found: str = "", **blanks: object) -> JifenError:
        return self.error([Problem(code, at, blanks, found)])

    def _word(self) -> str:
        found = _WORD.match(self.text, self.at)
        return found[0] if found else ""

    def _wrong(self, *wanted: str) -> JifenError:
        signs = " ".join(f"`{w}`" for w in wanted)
        return self._fail("not-json", self._where(self.at), self._word(), signs=signs)

    def _value(self, depth: int) -> Node:
        sign = self._next()
        if sign == '"':
            return self._string()
        if sign in ("{", "["):
            if depth >= DEEPEST:
                raise self._fail("too-deep", self._where(self.at), limit=DEEPEST)
            at = self._where(self.at)
            if sign == "[":
                return Items(tuple(self._parts("]", lambda: [self._value(depth + 1)])), at)
            return table(self._parts("}", lambda: self._pair(depth + 1)), at, self._fail)
        if found := _PLAIN.match(self.text, self.at):
            node = Text(found[0], self._where(self.at))
            self.at = found.end()
            return node
        if zero := leading_zero(Text(self._word(), self._where(self.at))):
            raise self.error([zero])
        raise self._wrong('"…"', "42", "true", "false", "[…]", "{…}")

    def _parts(self, end: str, part: Callable[[], list[Node]]) -> list[Node]:
        """What stands between two brackets, with commas between the parts and none after the last."""
        self.at += 1
        parts: list[Node] = []
        if self._next() == end:
            self.at += 1
            return parts
        while True:
            parts += part()
            sign = self._next()
            if sign not in (",", end) or not sign:
                raise self._wrong(",", end)
            comma, self.at = self.at, self.at + 1
            if sign == end:
                return parts
            if self._next() == end:
                self.at = comma
                raise self._wrong(end)

    def _pair(self, depth: int) -> list[Node]:
        if self._next() != '"':
            raise self._wrong('"…":')
        name = self._string()
        if self._next() != ":":
            raise self._wrong(":")
        self.at += 1
        return [name, self._value(depth)]

    def _string(self) -> Text:
        start = self.at
        try:
            value, self.at = _STRINGS.raw_decode(self.text, start)
        except JSONDecodeError as e:
            self.at = min(e.pos, len(self.text))
            raise self._wrong('"…"') from None
        if any("\ud800" <= c <= "\udfff" for c in value):
            self.at = start
            raise self._wrong('"…"')
        return Text(value, self._where(start), True)
