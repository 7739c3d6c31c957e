"""Small cells of a table are not published, nor those from which they could be computed.

A table here is whole: its rows and columns are shown with their sums. A cell with fewer than `k` people, but not none, is taken out
(primary). Where that leaves one hole in a row or a column, the hole could be computed from the sum: the smallest other cell with
people is taken out too (secondary), and again until no row or column has one hole or holes that add up to fewer than `k`.

This protects one table. It does not protect against subtracting two tables from each other that differ by a few people.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def holes(table: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.bool_]:
    """Which cells of a table (rows × columns, without sums) must not be shown.

    >>> holes(np.array([[3, 40, 57], [60, 70, 80]]), 10).astype(int)
    array([[1, 1, 0],
           [1, 1, 0]])
    """
    out = (table > 0) & (table < k)
    changed = bool(out.any())
    while changed:
        changed = False
        for cells, hidden in ((table, out), (table.T, out.T)):
            for row, hide in zip(cells, hidden, strict=True):
                changed |= _widen(row, hide, k)
    return out


def line_holes(counts: npt.NDArray[np.int64], k: int) -> npt.NDArray[np.bool_]:
    """The same for one line of counts whose sum is shown.

    >>> line_holes(np.array([3, 40, 57]), 10).astype(int)
    array([1, 1, 0])
    """
    hide = (counts > 0) & (counts < k)
    while _widen(counts, hide, k):
        pass
    return np.asarray(hide)


def _widen(row: npt.NDArray[np.int64], hide: npt.NDArray[np.bool_], k: int) -> bool:
    """Take out one cell more where the holes of a line could be computed, or as good as computed, from its sum."""
    if not hide.any() or (hide.sum() > 1 and row[hide].sum() >= k):
        return False
    left = np.flatnonzero(~hide & (row > 0))
    if not len(left):
        left = np.flatnonzero(~hide)
    if not len(left):
        return False
    hide[left[np.argmin(row[left])]] = True
    return True
