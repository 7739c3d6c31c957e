"""Each command is found in the module that is said to hold it, so that one command starts without the others."""

import subprocess
import sys

import pytest

from jifen.cli.app import COMMANDS


@pytest.mark.parametrize("module", COMMANDS)
def test_loading_a_module_brings_the_commands_that_are_listed_for_it(module: str) -> None:
    code = (
        "from jifen.cli.app import app, application_for, COMMANDS\n"
        f"application_for(COMMANDS[{module!r}][0])\n"
        "named = [c.name or c.callback.__name__ for c in app.registered_commands] + [g.name for g in app.registered_groups]\n"
        "print(*sorted(named))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert set(COMMANDS[module]) <= set(ran.stdout.split())


def test_checking_a_profile_loads_no_library_of_populations_proofs_or_the_portal() -> None:
    code = (
        "import sys\nfrom jifen.cli.app import application_for\napplication_for('check')\n"
        "print(*sorted({'numpy', 'pyarrow', 'llvmlite', 'django', 'z3', 'icalendar'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout.split() == []


def test_every_command_is_listed_once() -> None:
    code = (
        "from jifen.cli.app import app, whole_application\nwhole_application()\n"
        "print(*[c.name or c.callback.__name__ for c in app.registered_commands], *[g.name for g in app.registered_groups])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True)
    assert sorted(ran.stdout.split()) == sorted(name for names in COMMANDS.values() for name in names)
