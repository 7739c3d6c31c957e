"""Every worked example of every published scheme, each a test of its own; and that every scheme has enough of them."""

import pytest

from jifen.answers.cases import Case, case_files, read_cases, run_case
from jifen.schemes.shelf import policy_folder, scheme_files

CASES = [case for file in case_files(policy_folder()) for case in read_cases(file)]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.scheme}: {c.name}")
def test_worked_example_gives_what_was_computed_by_hand(rules, case: Case) -> None:
    assert run_case(rules, case).differences == ()


def test_every_scheme_has_at_least_twelve_worked_examples(rules) -> None:
    count = dict.fromkeys(rules.shelf.schemes, 0)
    for case in CASES:
        count[case.scheme] += 1
    assert {scheme: n for scheme, n in count.items() if n < 12} == {}


def test_every_published_file_is_read(rules) -> None:
    files = {v.file for versions in rules.shelf.schemes.values() for v in versions}
    assert files == {str(p) for p in scheme_files(policy_folder())}
