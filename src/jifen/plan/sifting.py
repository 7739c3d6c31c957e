"""Sifting: looks for an order of the variables in which some decision diagrams are small.

Two neighbours of an order change places in a diagram without a look at the rest of it (Rudell 1993). Each variable in turn is so
carried through all places and left where the diagrams are smallest, the one with most cuts first, until that brings nothing more. The order never
changes an answer, only how long it takes; `script/orders` writes what was found into `orders.json`.
"""

from __future__ import annotations

import bisect
from collections.abc import Callable, Iterable, Sequence

from jifen.plan.diagram import END, Cut, Function

_Cell = tuple[int, int]
"""An offset and the number of a cut; 0 is the end."""


class Sifting:
    """Diagrams whose order changes. A cut keeps its number and its function while variables change places."""

    def __init__(self, functions: Iterable[Function], names: Sequence[str]) -> None:
        self.names = list(names)
        self._made: list[dict[tuple[tuple[int, ...], tuple[_Cell, ...]], int]] = [{} for _ in names]
        self._cuts: dict[int, tuple[int, tuple[int, ...], tuple[_Cell, ...]]] = {}
        self._uses: dict[int, int] = {0: 1}
        self._last = 0
        numbers: dict[Cut, int] = {END: 0}

        def number(cut: Cut) -> int:
            if cut not in numbers:
                cells = tuple((offset, number(inner)) for offset, inner in cut.cells)
                numbers[cut] = self._number(cut.level, cut.breaks, cells)
            return numbers[cut]

        for _, root in functions:
            self._uses[number(root)] += 1

    @property
    def size(self) -> int:
        """The number of cuts of all diagrams together."""
        return len(self._cuts)

    def run(self, last: int, say: Callable[[int], None] = lambda _: None) -> list[str]:
        """The names in the best order found for the first `last` of them; the others keep their places."""
        before = self.size + 1
        while self.size < before:
            before = self.size
            for name in sorted(self.names[:last], key=lambda n: -len(self._made[self.names.index(n)])):
                self._sift(name, last)
            say(self.size)
        return self.names

    def _sift(self, name: str, last: int) -> None:
        """Carry a variable to the nearer end, to the other, and back to where the diagrams were smallest."""
        place = self.names.index(name)
        best, start = place, self.size
        least = most = start
        for end in sorted((0, last - 1), key=lambda e: abs(e - place)):
            while place != end and most < 2 * start + 100:
                place = self._carry(place, end)
                most = self.size
                if self.size < least:
                    best, least = place, self.size
            most = start
        while place != best:
            place = self._carry(place, best)

    def _carry(self, place: int, to: int) -> int:
        """One place further."""
        self._swap(min(place, place + 1 if to > place else place - 1))
        return place + 1 if to > place else place - 1

    def _swap(self, place: int) -> None:
        """The variables at this place and the next change places."""
        names, cuts = self.names, self._cuts
        names[place], names[place + 1] = names[place + 1], names[place]
        upper, lower = self._made[place], self._made[place + 1]
        below = set(lower.values())
        self._made[place], self._made[place + 1] = lower, {}
        for key, number in lower.items():
            cuts[number] = (place, *key)
        meeting = []
        for key, number in upper.items():
            if any(inner in below for _, inner in key[1]):
                meeting.append((key, number))
            else:
                self._made[place + 1][key] = number
                cuts[number] = (place + 1, *key)
        for (breaks, cells), number in meeting:
            edges = sorted({e for _, inner in cells if inner in below for e in cuts[inner][1]})
            made = []
            for edge in (None, *edges):
                inside = [self._at(cell, edge) if cell[1] in below else cell for cell in cells]
                made.append(self._cut(place + 1, breaks, inside))
            key = _reduced(edges, made)
            self._made[place][key] = number
            cuts[number] = (place, *key)
            for _, inner in key[1]:
                self._uses[inner] += 1
            for _, inner in cells:
                self._leave(inner)

    def _at(self, cell: _Cell, edge: int | None) -> _Cell:
        _, breaks, cells = self._cuts[cell[1]]
        offset, inner = cells[0 if edge is None else bisect.bisect_right(breaks, edge)]
        return cell[0] + offset, inner

    def _cut(self, place: int, breaks: Sequence[int], cells: Sequence[_Cell]) -> _Cell:
        at, kept = _reduced(breaks, cells)
        if not at:
            return kept[0]
        low = min(offset for offset, _ in kept)
        return low, self._number(place, at, tuple((offset - low, inner) for offset, inner in kept))

    def _number(self, place: int, breaks: tuple[int, ...], cells: tuple[_Cell, ...]) -> int:
        number = self._made[place].get((breaks, cells))
        if number is None:
            number = self._last = self._last + 1
            self._made[place][breaks, cells] = number
            self._cuts[number] = place, breaks, cells
            self._uses[number] = 0
            for _, inner in cells:
                self._uses[inner] += 1
        return number

    def _leave(self, number: int) -> None:
        """One use fewer; what nothing uses any more is taken out."""
        self._uses[number] -= 1
        if number and not self._uses[number]:
            place, breaks, cells = self._cuts.pop(number)
            del self._made[place][breaks, cells], self._uses[number]
            for _, inner in cells:
                self._leave(inner)


def _reduced(breaks: Sequence[int], cells: Sequence[_Cell]) -> tuple[tuple[int, ...], tuple[_Cell, ...]]:
    """Neighbouring cells that are equal made one."""
    at, kept = [], [cells[0]]
    for edge, cell in zip(breaks, cells[1:], strict=True):
        if cell != kept[-1]:
            at.append(edge)
            kept.append(cell)
    return tuple(at), tuple(kept)
