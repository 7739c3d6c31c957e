"""What was typed wrong at the prompt, as problems in the one grammar of all mistakes."""

from __future__ import annotations

import re
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
        found = re.match(r"'?(.*?)'? is not (one of|a valid|in the range) ", error.message)
        expected = _expected(error.param) or _plain(error.message)
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


def _expected(param: Any) -> str:
    """The values that an option takes, or their kind; nothing for a kind of its own."""
    choices = [str(getattr(c, "value", c)) for c in getattr(param.type, "choices", ())]
    if param.type.name in ("int range", "float range"):
        return " and ".join(
            f"{sign} {edge}" for sign, edge in (("≥", param.type.min), ("≤", param.type.max)) if edge is not None
        )
    return ", ".join(choices) or {"int": "1, 2, 3 …", "float": "0.5, 1.25 …"}.get(param.type.name, "")


def _plain(message: str) -> str:
    """The library's sentence in our style: no full stop, no capital, nothing about its input."""
    text = message.rstrip(".")
    return text[:1].lower() + text[1:]
