"""Shared by the tests: the published policies, loaded once."""

import pytest

import jifen


@pytest.fixture(scope="session")
def rules() -> jifen.Jifen:
    return jifen.load()
