"""A row of a register, and what its fields hold: words, numbers, days as precise as they are known, codes, ids of other rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from jifen.forms import Words
from jifen.problems import Where
from jifen.schemes.citations import Sure


@dataclass(frozen=True, slots=True, order=True)
class When:
    """A day, a month or a year, as precise as it is known: `first` and `last` are the days that it may mean.

    >>> When.read("2022-09").last
    datetime.date(2022, 9, 30)
    """

    first: date
    last: date
    text: str

    @staticmethod
    def read(text: str) -> When:
        """Raises ValueError where the text is no day, month or year."""
        match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text, re.A)
        try:
            year, month, day = (int(part or 1) for part in match.groups()) if match else (0, 0, 0)
            first = date(year, month, day)
        except ValueError:
            raise ValueError(f"no day, month or year: {text}") from None
        assert match
        if match[3]:
            return When(first, first, text)
        end = date(year + 1, 1, 1) if not match[2] or month == 12 else date(year, month + 1, 1)
        return When(first, date.fromordinal(end.toordinal() - 1), text)

    @property
    def exact(self) -> bool:
        """Whether the day itself is known."""
        return self.first == self.last

    def __str__(self) -> str:
        return self.text


Value = str | int | Decimal | When | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One entry. `values` holds the register's own columns, without those that are empty: an empty field is unknown.

    `where` and `fields` say where the row and each of its fields stand in the file; rows that say the same are equal.
    """

    register: str
    id: str
    name: Words
    note: Words
    values: Mapping[str, Value]
    as_of: When
    sure: Sure
    less_sure: Mapping[str, Sure]
    source: str
    where: Where = field(compare=False)
    fields: Mapping[str, Where] = field(compare=False, repr=False, default_factory=dict)

    def sure_of(self, column: str) -> Sure:
        """How sure we are of one field."""
        return self.less_sure.get(column, self.sure)

    def get(self, column: str) -> Value | None:
        """The value of a column of the register, or None where it is unknown."""
        return self.values.get(column)

    def text(self, column: str) -> str:
        """A value as it stands in the file; unknown is empty."""
        return written(self.values.get(column, ""))


def written(value: Value) -> str:
    return "; ".join(value) if isinstance(value, tuple) else str(value)
