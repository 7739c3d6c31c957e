"""Problems: one grammar for everything that can be wrong, in English and Chinese, and as data.

A problem says what was wrong, where (file, line, column, the law's heading, or profile path), what was
expected, what was found, and the nearest right thing; always in this order. The sentences live in
`catalogue.py`; code that finds a mistake only names the code of the sentence and fills its blanks.

    JifenError                 every mistake of a user ends here; carries one or more `Problem`s
    ├── PolicyError            in the law as data: vocabulary, code lists, schemes, cases
    ├── ProfileError           in a profile
    ├── RegisterError          in a register of public data
    └── RequestError           in what was asked: an unknown scheme, a day that is no day
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from jifen.catalogue import CATALOGUE


@dataclass(frozen=True)
class Where:
    """A place in a file: line and column count from 1; 0 means unknown. `heading` is the law's, `path` a profile's."""

    file: str = ""
    line: int = 0
    column: int = 0
    heading: str = ""
    path: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f":{self.line}"
            if self.column:
                place += f":{self.column}"
        parts = [place, f"“{self.heading}”" if self.heading else "", self.path]
        return ", ".join(p for p in parts if p)

    def data(self) -> dict[str, Any]:
        values = {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "heading": self.heading,
            "path": self.path,
        }
        return {k: v for k, v in values.items() if v}


_LABELS = {
    "en": ("where", "expected", "found", "nearest"),
    "zh": ("位置", "应为", "实为", "最接近"),
}


@dataclass(frozen=True)
class Problem:
    """One mistake. `blanks` fill the catalogue's sentence; `expected` may be given where the catalogue is too general."""

    code: str
    where: Where = field(default_factory=Where)
    blanks: dict[str, Any] = field(default_factory=dict)
    found: str = ""
    nearest: str = ""

    def message(self, lang: str = "en") -> str:
        """What was wrong, in one sentence."""
        return CATALOGUE[self.code].what[lang].format(**self.blanks)

    def expected(self, lang: str = "en") -> str:
        return CATALOGUE[self.code].expected[lang].format(**self.blanks)

    def text(self, lang: str = "en") -> str:
        """The whole problem on up to five lines."""
        where, expected, found, nearest = _LABELS[lang]
        colon = ": " if lang == "en" else "："
        lines = [f"{self.message(lang)} [{self.code}]"]
        if str(self.where):
            lines.append(f"  {where}{colon}{self.where}")
        if self.expected(lang):
            lines.append(f"  {expected}{colon}{self.expected(lang)}")
        if self.found:
            lines.append(f"  {found}{colon}{_short(self.found)}")
        if self.nearest:
            lines.append(f"  {nearest}{colon}{self.nearest}")
        return "\n".join(lines)

    def data(self, lang: str = "en") -> dict[str, Any]:
        """The same for machines: `code`, `where`, `message`, `expected`, `found`, `hint`."""
        return {
            "code": self.code,
            "where": self.where.data(),
            "message": self.message(lang),
            "expected": self.expected(lang),
            "found": self.found,
            "hint": self.nearest,
        }

    def within(self, **where: Any) -> Problem:
        """The same problem with more said about the place; what is already known stays."""
        known = {k: v for k, v in where.items() if not getattr(self.where, k)}
        return replace(self, where=replace(self.where, **known))


_LONGEST = 120


def _short(text: str) -> str:
    """On one line, and cut where it is longer than anybody reads."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


class JifenError(ValueError):
    """A mistake in what the user gave. `problems` holds every one found, at least one.

    >>> from jifen.problems import Problem, ProfileError
    >>> print(ProfileError([Problem("no-such-scheme", blanks={"scheme": "cn/r-vsa"}, nearest="cn/r-visa")]))
    there is no scheme `cn/r-vsa` [no-such-scheme]
      expected: the id of a scheme; `jifen schemes` lists them
      nearest: cn/r-visa
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.text())

    def text(self, lang: str = "en") -> str:
        return "\n".join(p.text(lang) for p in self.problems)

    def data(self, lang: str = "en") -> list[dict[str, Any]]:
        return [p.data(lang) for p in self.problems]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.problems,)


class PolicyError(JifenError):
    """A mistake in the law as data: a scheme, the vocabulary, a code list, a table of cases."""


class ProfileError(JifenError):
    """A mistake in a profile: an unknown fact, a value outside its domain, facts that contradict each other."""


class RegisterError(JifenError):
    """A mistake in a register: a row without its source, an unknown district, an end before its start."""


class RequestError(JifenError):
    """A mistake in the question: an unknown scheme, a day that is no day, a file that is not there."""


def nearest(name: str, candidates: Iterable[str]) -> str:
    """The candidate most like `name`, or nothing if none is like it."""
    pool = list(candidates)
    found = difflib.get_close_matches(name, pool, n=1, cutoff=0.6)
    if found:
        return found[0]
    tail = name.rsplit(".", 1)[-1]
    return next((c for c in pool if len(tail) > 2 and c.rsplit(".", 1)[-1] == tail), "")
