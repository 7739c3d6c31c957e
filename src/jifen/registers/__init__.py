"""Registers: the public data that the service shows beside the law. Schools, hospitals, communities, windows, calls, events, indicators.

They stand in `registers/`, one CSV and one schema each, and never decide an answer. An office replaces a register by its own file.

>>> from jifen import registers
>>> public = registers.load()
>>> for found in registers.find(public, need=["ib"], near="39.99,116.47")[:2]:
...     print(found.row.name["en"], found.metres // 1000, "km, known within", found.within_m // 1000, "km")
Western Academy of Beijing ...
"""

from jifen.registers.export import as_calendar, as_csv, as_data, as_geojson
from jifen.registers.places import Place, district_of, place_of, read_place
from jifen.registers.rows import Row, When
from jifen.registers.search import Found, Need, find, needs, phase, rows_of_scheme
from jifen.registers.store import (
    Change,
    Register,
    Registers,
    check_file,
    import_file,
    load,
    local_folder,
    register_folder,
    remove_local,
)

__all__ = [
    "Change",
    "Found",
    "Need",
    "Place",
    "Register",
    "Registers",
    "Row",
    "When",
    "as_calendar",
    "as_csv",
    "as_data",
    "as_geojson",
    "check_file",
    "district_of",
    "find",
    "import_file",
    "load",
    "local_folder",
    "needs",
    "phase",
    "place_of",
    "read_place",
    "register_folder",
    "remove_local",
    "rows_of_scheme",
]
