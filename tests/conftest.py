"""Shared by the tests: the published policies and registers, loaded once, and nothing of the user's own."""

import os
from pathlib import Path

import pytest

import jifen
from jifen import registers
from jifen.schemes.shelf import Shelf

os.environ.pop("COLUMNS", None)  # the width of somebody's window is not part of a test
os.environ["JIFEN_REGISTERS"] = str(Path(__file__).parent / "no-local-registers")


@pytest.fixture(scope="session")
def rules() -> jifen.Jifen:
    return jifen.load()


@pytest.fixture(scope="session")
def public() -> registers.Registers:
    return registers.load()


@pytest.fixture(scope="session")
def shelf(rules: jifen.Jifen) -> Shelf:
    return rules.shelf
