"""Two methods, one answer: what the proofs say of the published schemes, Z3 says too.

Of each version a stated sample of what `jifen verify` has proven (`SAMPLE` questions of each kind); of each step from one version to the next
all of it: every region has its person, and nobody outside of the regions has another answer. `benchmarks/judged.py` asks every question.
"""

from random import Random

import pytest

from jifen.answers.door import Jifen
from jifen.proof.ground import Ground, collector_paused
from jifen.schemes.shelf import policy_folder, scheme_files
from judged import asked, differing, sample

FILES = [p.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())]
STEPS = [f for n, f in enumerate(FILES) if n and FILES[n - 1].rpartition("/")[0] == f.rpartition("/")[0]]
SAMPLE = 4
"""Questions of each kind asked about each version; of facts one."""


def _version(rules: Jifen, file: str):
    scheme, _, day = file.removesuffix(".md").rpartition("/")
    versions = rules.versions(scheme)
    place = next(n for n, v in enumerate(versions) if v.start.isoformat() == day)
    return versions, place


@pytest.mark.parametrize("file", FILES)
def test_z3_proves_what_verify_proves(rules: Jifen, file: str) -> None:
    versions, place = _version(rules, file)
    with collector_paused():
        ground = Ground(rules, versions[place], versions[place].start)
        for question in sample(asked(ground), Random(file), SAMPLE, 1):
            assert question.agrees, (question.kind, question.name)


@pytest.mark.parametrize("file", STEPS)
def test_z3_proves_that_a_difference_is_complete_and_that_its_people_are_in_it(rules: Jifen, file: str) -> None:
    versions, place = _version(rules, file)
    with collector_paused():
        for question in differing(rules, versions[place - 1], versions[place]):
            assert question.agrees, (question.kind, question.name)
