"""People: from a box of a plan's variables to one person who lies in it, as a profile would say it.

Only the facts that matter to the box are given; the person's other facts are left out, whatever they are. A computed variable (a
ratio, completed years) is turned back into its facts. What cannot be turned back is told, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jifen.facts.values import Value, plain_value
from jifen.facts.vocabulary import Fact, Vocabulary
from jifen.plan.values import RATIO_PARTS, CompletedUnits, RatioOf, Variable
from jifen.proof.search import Span

_FEW = 2000
"""How many values of the smaller fact of a ratio are tried before the search is given up."""


class UndecidedError(Exception):
    """A question that our methods do not settle: said as a failure, never passed over."""


@dataclass(frozen=True, slots=True)
class Person:
    """The facts of one person that matter: fact id → value."""

    values: Mapping[str, Value]

    def plain(self, vocabulary: Vocabulary) -> dict[str, object]:
        """The facts as a profile file holds them."""
        return {k: plain_value(vocabulary.facts[k], v) for k, v in sorted(self.values.items())}


def person_in(
    box: Mapping[str, Span], variables: Mapping[str, Variable], vocabulary: Vocabulary, on: date
) -> Person | None:
    """Somebody whose variables lie in the box, or None where it is certain that nobody's do.

    Raises UndecidedError where neither is found.
    """
    values: dict[str, Value] = {}
    plain: dict[str, Span] = {}
    codes: dict[str, dict[str, bool]] = {}
    computed: list[tuple[Variable, Span]] = []
    for name, span in box.items():
        variable = variables[name]
        if variable.code:
            codes.setdefault(variable.facts[0], {})[variable.code] = span[0] == 1
        elif variable.compute is not None:
            computed.append((variable, span))
        elif variable.facts[0] not in vocabulary.facts:
            raise UndecidedError(name)
        else:
            plain[name] = span
    for fact, wanted in codes.items():
        values[fact] = frozenset(code for code, held in wanted.items() if held)
    for fact, group in _by_fact(computed).items():
        if isinstance(group[0][0].compute, CompletedUnits):
            found = _days(vocabulary.facts[fact], group, plain.pop(fact, None), on)
            if found is None:
                return None
            values[fact] = found
    ratios = [(v, s) for v, s in computed if isinstance(v.compute, RatioOf)]
    if ratios:
        pairs = _ratios(ratios, plain, vocabulary)
        if pairs is None:
            return None
        values |= pairs
        for name in pairs:
            plain.pop(name, None)
    values |= {name: _usual(span) for name, span in plain.items()}
    for variable, (low, high) in computed:
        value = variable.known(values, on)
        if value is None or not low <= value <= high:
            raise UndecidedError(variable.name)
    return Person(dict(sorted(values.items())))


def _usual(span: Span) -> int:
    """The value nearest to the edge from which the span begins: what people write in examples."""
    return span[0]


def _by_fact(computed: Sequence[tuple[Variable, Span]]) -> dict[str, list[tuple[Variable, Span]]]:
    found: dict[str, list[tuple[Variable, Span]]] = {}
    for variable, span in computed:
        if len(variable.facts) == 1:
            found.setdefault(variable.facts[0], []).append((variable, span))
    return found


# --- days and spells ------------------------------------------------------------------------------------------


def _days(fact: Fact, group: list[tuple[Variable, Span]], given: Span | None, on: date) -> Value | None:
    """A date from which every count of completed units lies in its span, or spells that have them."""
    if fact.kind == "spells":
        return _spells(group, on)
    low, high = given or (fact.low, fact.high)
    for variable, (least, most) in group:
        assert variable.compute
        compute = variable.compute
        # The later the day, the fewer units are completed.
        low = max(low, _first_day(low, high, lambda d, c=compute, m=most: c({fact.id: d}, on) <= m))
        high = min(high, _first_day(low, high, lambda d, c=compute, m=least: c({fact.id: d}, on) < m) - 1)
    return high if low <= high else None


def _first_day(low: int, high: int, true: Any) -> int:
    """The first day of `low..high` from which `true` holds; the day after `high` if it never does."""
    end = high + 1
    while low < end:
        middle = (low + end) // 2
        if true(middle):
            end = middle
        else:
            low = middle + 1
    return low


def _spells(group: list[tuple[Variable, Span]], on: date) -> Value:
    made = []
    for variable, (least, _) in group:
        compute = variable.compute
        assert isinstance(compute, CompletedUnits)
        if least == 0:
            continue
        days = {"years": 366 * least + 1, "months": 31 * least, "days": least}[compute.unit]
        made.append((on.toordinal() - days, on.toordinal(), compute.wanted))
    return tuple(made)


# --- ratios ---------------------------------------------------------------------------------------------------


def _ratios(
    ratios: list[tuple[Variable, Span]], plain: Mapping[str, Span], vocabulary: Vocabulary
) -> dict[str, Value] | None:
    """Values for the facts of ratios; facts that several ratios share are found together."""
    names = sorted({f for v, _ in ratios for f in v.facts})
    spans = {n: plain.get(n, (vocabulary.facts[n].low, vocabulary.facts[n].high)) for n in names}
    rights = sorted({v.facts[1] for v, _ in ratios})
    lefts = sorted({v.facts[0] for v, _ in ratios})
    if len(rights) != 1 or len(lefts) != len(ratios) or rights[0] in lefts:
        raise UndecidedError(", ".join(v.name for v, _ in ratios))
    right = rights[0]
    low, high = spans[right]
    for value in _tried(low, high):
        found: dict[str, Value] = {right: value}
        for variable, wanted in ratios:
            left = _left(value, wanted, spans[variable.facts[0]], variable.high)
            if left is None:
                break
            found[variable.facts[0]] = left
        else:
            return found
    if high - low < _FEW:
        return None
    raise UndecidedError(", ".join(v.name for v, _ in ratios))


def _tried(low: int, high: int) -> Iterator[int]:
    """Round numbers first, then all of a small range, or the smallest of a large one."""
    yield from (v for v in (100, 1000, 1_000_000) if low <= v <= high)
    yield from range(low, min(high, low + _FEW) + 1)


def _left(right: int, wanted: Span, span: Span, nothing: int) -> int | None:
    """The smallest left value in its span whose ratio to `right` lies in the wanted places (see `ratio_value`)."""
    low, high = span
    if right == 0:
        return low if wanted[0] <= nothing <= wanted[1] else None
    # A place 2k is exactly k parts; 2k + 1 lies between k and k + 1 parts.
    whole, odd = divmod(wanted[0], 2)
    least = whole * right // RATIO_PARTS + 1 if odd else -(-whole * right // RATIO_PARTS)
    candidate = max(low, least)
    if candidate > high:
        return None
    parts, rest = divmod(candidate * RATIO_PARTS, right)
    place = 2 * parts + (1 if rest else 0)
    return candidate if wanted[0] <= place <= wanted[1] else None
