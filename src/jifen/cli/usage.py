"""What was typed wrong at the prompt, as problems in the one grammar of all mistakes."""

from __future__ import annotations

import re
from enum import Enum
from typing import Any

from jifen.problems import Problem, RequestError, Where, nearest


def mistake_in(error: Any) -> RequestError:
    """The problem for a usage error of the command-line library: its kind is known by its class."""
    kind = type(error).__name__
    command = error.ctx.command_path if error.ctx else "jifen"
    blanks = {"command": command}
    if kind == "NoSuchOption":
        near = nearest(error.option_name, error.possibilities or ())
        return _one("no-such-option", blanks | {"name": error.option_name}, error.option_name, near)
    if kind == "MissingParameter":
        return _one("missing-argument", blanks | {"name": _name(error.param)})
    if unreadable := re.fullmatch(r"path '(.*)' is not readable\.", error.message):
        return RequestError([Problem("cannot-read", Where(unreadable[1]), found="Permission denied")])
    if kind == "BadParameter":
        found = re.match(r"Value error, '(.*)' is not one of", error.message)
        expected = _choices(error.param) or _plain(error.message)
        return _one("option-value", {"name": _name(error.param), "expected": expected}, found[1] if found else "")
    if unknown := re.match(r"No such command '(.*?)'", error.message):
        near = nearest(unknown[1], error.ctx.command.commands)
        return _one("no-such-command", blanks | {"name": unknown[1]}, unknown[1], near)
    return _one("bad-usage", blanks, _plain(error.message))


def _one(code: str, blanks: dict[str, Any], found: str = "", near: str = "") -> RequestError:
    return RequestError([Problem(code, blanks=blanks, found=found, nearest=near)])


def _name(param: Any) -> str:
    """An option as it is typed, an argument as the usage line shows it."""
    name = str(param.opts[0])
    return name if name.startswith("-") else name.upper()


def _choices(param: Any) -> str:
    kind = param.type_descriptor.annotation
    return ", ".join(str(c.value) for c in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ""


def _plain(message: str) -> str:
    """The library's sentence in our style: no full stop, no capital, nothing about its input."""
    text = message.removeprefix("Input should be ").removeprefix("Value error, ").rstrip(".")
    return text[:1].lower() + text[1:]
