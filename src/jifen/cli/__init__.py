"""The `jifen` command. Exit codes: 0 done, 1 the check found something wrong, 2 a mistake in what was given."""

from __future__ import annotations

import gc
import os
import sys

from jifen.problems import JifenError, Problem, Where

_INTERRUPTED = 130


def main() -> None:
    """Run the command; a mistake of the user is a message on standard error and exit code 2."""
    gc.set_threshold(1_000_000)  # a command is short and makes few circles
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
        sys.exit(code)
    except JifenError as e:
        lang = "zh" if _option("--lang") == "zh" else "en"
        if _option("--format") == "json":
            import json

            print(json.dumps({"problems": e.data(lang)}, ensure_ascii=False, indent=2))
        else:
            print(e.text(lang), file=sys.stderr)
        sys.exit(2)
    except OSError as e:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(e, BrokenPipeError):
            sys.exit(0)
        lang = "zh" if _option("--lang") == "zh" else "en"
        problem = Problem(
            "cannot-read" if e.filename else "cannot-write",
            Where(str(e.filename or "/dev/stdout")),
            found=e.strerror or "",
        )
        print(problem.text(lang), file=sys.stderr)
        sys.exit(2)


def run(args: list[str]) -> int:
    """Run a command line and give its exit code; `-` stands for standard input. Raises JifenError for every mistake."""
    from jifen.cli.app import application_for
    from jifen.cli.usage import mistake_in

    lang, rest = _without(args, "--lang")
    try:
        if lang == "zh" and (not rest or {"-h", "--help"} & set(rest)):
            from jifen.cli import help_zh

            return help_zh.run(application_for(rest[0] if rest else ""), rest)
        code = application_for(args[0] if args else "")(
            ["/dev/stdin" if a == "-" else a for a in args], prog_name="jifen", standalone_mode=False
        )
    except Exception as e:
        if not hasattr(e, "exit_code") or not hasattr(e, "ctx"):
            raise
        if type(e).__name__ == "NoArgsIsHelpError":
            return 2
        raise mistake_in(e) from None
    if code == _INTERRUPTED:
        print(file=sys.stderr)
    return int(code or 0)


def _option(name: str) -> str:
    """The value of an option as it was typed, before any command has read it."""
    return _without(sys.argv, name)[0]


def _without(args: list[str], name: str) -> tuple[str, list[str]]:
    """The value of an option as it was typed, and the command line without it."""
    for place, word in enumerate(args):
        if word.startswith(f"{name}="):
            return word.partition("=")[2], args[:place] + args[place + 1 :]
        if word == name and place + 1 < len(args):
            return args[place + 1], args[:place] + args[place + 2 :]
    return "", args
