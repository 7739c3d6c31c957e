"""Where rows are, and how far apart: honest about what is known.

A row with its own coordinate is known within `within_m` metres. A row of which only the district is known stands at the centre
of its district, within the radius of the district. Distances are for orderings on a screen; no rule of law rests on them.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from jifen.problems import Problem, RequestError, nearest
from jifen.registers.rows import Row
from jifen.registers.store import Registers
from jifen.schemes.citations import Sure

_EARTH_M = 6_371_009


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees (WGS 84), and a radius in metres in which the true place lies. `by` says what is known: the place itself or its district."""

    lat: float
    lon: float
    within_m: int
    by: Literal["place", "district"]
    sure: Sure = "confirmed"
    district: str = ""


def place_of(row: Row, registers: Registers) -> Place | None:
    """Where a row is, or None when not even its district is known."""
    district = row.id if row.register == "districts" else row.text("district")
    if row.get("lat") is not None:
        by: Literal["place", "district"] = "district" if row.register == "districts" else "place"
        return _place(row, by, district)
    if district:
        return _place(registers["districts"].rows[district], "district", district)
    return None


def _place(row: Row, by: Literal["place", "district"], district: str) -> Place:
    lat, lon, within = row.get("lat"), row.get("lon"), row.get("within_m")
    assert isinstance(lat, Decimal) and isinstance(lon, Decimal)
    return Place(float(lat), float(lon), within if isinstance(within, int) else 0, by, row.sure_of("lat"), district)


def read_place(text: str, registers: Registers) -> Place:
    """A place as a user gives it: `39.99,116.47`, a district by id or name, or a row that has a coordinate. Raises RequestError.

    >>> from jifen import registers
    >>> public = registers.load()
    >>> read_place("海淀区", public).district, read_place("望京", public).within_m
    ('haidian', 3000)
    """
    match = re.fullmatch(r"\s*(-?\d{1,3}(?:\.\d+)?)\s*[,，]\s*(-?\d{1,3}(?:\.\d+)?)\s*", text, re.A)
    if match:
        lat, lon = float(match[1]), float(match[2])
        if abs(lat) <= 90 and abs(lon) <= 180:
            return Place(lat, lon, 0, "place")
        near = f"{match[2]},{match[1]}" if abs(lon) <= 90 and abs(lat) <= 180 else ""
        raise RequestError([Problem("bad-place", found=text, nearest=near)])
    district = district_of(text, registers)
    if district is not None:
        return _place(district, "district", district.id)
    row = _named(text.strip().casefold(), registers)
    if row is not None:
        return _place(row, "place", row.text("district"))
    names = {n.casefold(): r.id for r in registers["districts"] for n in (r.id, *r.name.values())}
    raise RequestError([Problem("bad-place", found=text, nearest=names.get(nearest(text.casefold(), names), ""))])


def _named(wanted: str, registers: Registers) -> Row | None:
    """The row with a coordinate of its own of that name; failing that, the first whose Chinese name holds it."""
    placed = [
        row for register in registers.values() for row in register if row.register != "districts" and row.get("lat")
    ]
    exact = (r for r in placed if wanted in (r.id, r.name["en"].casefold(), r.name["zh"]))
    within = (r for r in placed if len(wanted) > 1 and not wanted.isascii() and wanted in r.name["zh"])
    return next(exact, None) or next(within, None)


def district_of(text: str, registers: Registers) -> Row | None:
    """The district of that id or name, in either language, with or without 区."""
    wanted = text.strip().casefold()
    for row in registers["districts"]:
        if wanted and wanted in (
            row.id,
            row.text("gb"),
            row.name["en"].casefold(),
            row.name["zh"],
            row.name["zh"].removesuffix("区"),
        ):
            return row
    return None


def distance_m(a: Place, b: Place) -> int:
    """Metres between two places on a sphere (haversine)."""
    lat1, lat2 = math.radians(a.lat), math.radians(b.lat)
    across = math.radians(b.lon - a.lon)
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin(across / 2) ** 2
    return round(2 * _EARTH_M * math.asin(math.sqrt(min(1.0, h))))
