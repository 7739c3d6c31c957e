"""The `jifen` command. Exit codes: 0 done, 1 the check found something wrong, 2 a mistake in what was given."""

from __future__ import annotations

import gc
import os
import sys

from jifen.problems import JifenError


def main() -> None:
    """Run the command; a mistake of the user is a message on standard error and exit code 2."""
    from jifen.cli.app import whole_application

    gc.set_threshold(100_000)  # a command is short and makes few circles
    try:
        whole_application()(standalone_mode=True)
    except JifenError as e:
        lang = "zh" if _option("--lang") == "zh" else "en"
        if _option("--format") == "json":
            import json

            print(json.dumps({"problems": e.data()}, ensure_ascii=False, indent=2))
        else:
            print(e.text(lang), file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _option(name: str) -> str:
    """The value of an option as it was typed, before any command has read it."""
    for place, word in enumerate(sys.argv):
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
        if word == name and place + 1 < len(sys.argv):
            return sys.argv[place + 1]
    return ""
