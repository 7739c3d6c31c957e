"""The help of every command, in English and in Chinese."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from jifen.cli import run
from jifen.cli.app import COMMANDS, whole_application
from jifen.cli.help_zh import HELP, chinese
from test_both_languages import wrong_in_chinese


def texts(command: Any) -> Iterator[str]:
    """Every text that the help of a command, and of those below it, shows."""
    yield from (t for t in (command.help, command.short_help, command.epilog) if t)
    yield from (p.help for p in command.params if getattr(p, "help", None))
    for inner in getattr(command, "commands", {}).values():
        yield from texts(inner)


ENGLISH = sorted(set(texts(get_command(whole_application()))))
"""Also what a command without a translation of its own would show in English."""


def test_every_text_of_the_help_stands_in_chinese_too() -> None:
    examples = [t for t in ENGLISH if t.startswith("Example") and " — " not in t]
    assert [t for t in ENGLISH if t not in HELP and t not in examples] == []
    assert all(chinese(t).startswith("示例：jifen ") for t in examples if not t.startswith("Examples:\n"))
    assert sorted(set(HELP) - {*ENGLISH, "Show this message and exit."}) == []


@pytest.mark.parametrize("text", sorted(HELP))
def test_a_text_is_set_in_chinese(text: str) -> None:
    found = [w for w in wrong_in_chinese(HELP[text]) if "comma" not in w or "criteria" not in text]
    assert found == []
    assert text.count("`") == HELP[text].count("`")


@pytest.mark.parametrize("name", [c for names in COMMANDS.values() for c in names])
def test_the_page_of_each_command_is_chinese_when_asked(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is cut off, and the next page is English again."""
    assert run([name, "--help", "--lang", "zh"]) == 0
    shown = capsys.readouterr().out
    assert (
        shown.split()[0].startswith("用法：jifen") and "选项" in shown and "…\n" not in shown and "Usage" not in shown
    )
    assert not any(word in shown for word in ("[default", "[required]", "Options", "Show this message"))
    assert run([name, "-h"]) == 0
    assert "Usage: jifen" in capsys.readouterr().out


@pytest.mark.parametrize("args", [["--help", "--lang", "zh"], ["--lang=zh", "-h"], ["--lang", "zh"]])
def test_the_first_page_is_chinese_when_asked(args: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(args) == (0 if len(args) != 2 or args[1] == "-h" else 2)
    shown = capsys.readouterr().out
    assert "用法：jifen [选项] 命令 [参数]…" in shown and "退出码：0 完成" in shown
    assert all(name in shown for names in COMMANDS.values() for name in names)


def test_a_command_that_works_does_not_load_the_chinese_help() -> None:
    code = (
        "import sys\nfrom jifen.cli import run\nrun(['check', 'profiles/engineer.yaml', '--lang', 'zh', '-s', 'cn/k-visa'])\n"
        "print('jifen.cli.help_zh' in sys.modules, file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert ran.stderr == "False\n"
