"""The `jifen` command. Exit codes: 0 done, 1 the check found something wrong, 2 a mistake in what was given."""

from __future__ import annotations

import os
import sys

from jifen.problems import JifenError


def main() -> None:
    """Run the command; a mistake of the user is a message on standard error and exit code 2."""
    from jifen.cli.commands import app

    try:
        app(standalone_mode=True)
    except JifenError as e:
        lang = "zh" if os.environ.get("LANG", "").startswith("zh") and "--lang" not in sys.argv else "en"
        if "--lang" in sys.argv[:-1] and sys.argv[sys.argv.index("--lang") + 1] == "zh":
            lang = "zh"
        if _wants_json(sys.argv):
            import json

            print(json.dumps({"problems": e.data()}, ensure_ascii=False, indent=2))
        else:
            print(e.text(lang), file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _wants_json(argv: list[str]) -> bool:
    return "--format=json" in argv or ("--format" in argv[:-1] and argv[argv.index("--format") + 1] == "json")
