"""The examples in docstrings run, and every public name says what it means."""

import doctest
import importlib
import pkgutil

import pytest

import jifen
import portal_setup  # noqa: F401  (modules of the portal can be imported when Django is set up)

MODULES = [m.name for m in pkgutil.walk_packages(jifen.__path__, "jifen.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_give_what_they_show(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert result.failed == 0


def test_some_docstrings_do_hold_examples() -> None:
    tried = sum(doctest.testmod(importlib.import_module(name)).attempted for name in MODULES)
    assert tried >= 8


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_in_its_first_lines_what_it_is(name: str) -> None:
    first = (importlib.import_module(name).__doc__ or "").strip().split("\n\n")[0]
    assert first.endswith(".")


@pytest.mark.parametrize("name", sorted(set(jifen.__all__) - {"__version__"}))
def test_every_public_name_has_a_docstring(name: str) -> None:
    assert getattr(jifen, name).__doc__
