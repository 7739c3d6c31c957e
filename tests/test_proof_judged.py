"""Two methods, one answer: what the proofs say of the published schemes, Z3 says too.

Of each version: the requirements can be met, each outcome is somebody's, nobody has more points than the most or fewer than the
fewest that the diagrams give, a stated sample of items can hold and can fail, a stated sample of rows has somebody in it, and a stated
sample of what more of a fact never does. Of each step from one version to the next: the outcomes before and after that some region
lists are somebody's, and every pair of outcomes that none lists is nobody's.
"""

from random import Random

import pytest
import z3

from jifen.answers.door import Jifen
from jifen.proof.difference import compare
from jifen.proof.ground import Ground, collector_paused
from jifen.proof.leaves import criteria_of
from jifen.schemes.shelf import policy_folder, scheme_files
from judge import Judge

FILES = [p.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())]
SAMPLE = 4
"""Items, rows and declarations re-proven of each version."""


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
        plan, judge, random = ground.plan, Judge(ground.plan), Random(file)
        assert judge.find(*(judge.holds(g) for g in plan.gates)) is not None
        for place_of, _ in enumerate(plan.outcomes):
            assert judge.find(judge.value(plan.outcome) == place_of) is not None
        if plan.total is not None:
            low, high = ground.bounds(plan.total)
            total = judge.value(plan.total)
            assert judge.find(z3.Or(total < low, total > high)) is None
            assert judge.find(total == low) is not None
            assert judge.find(total == high) is not None
        for name in random.sample(sorted(plan.items), min(SAMPLE, len(plan.items))):
            low, high = ground.bounds(plan.items[name])
            holds = judge.holds(plan.items[name])
            assert (judge.find(holds) is not None, judge.find(z3.Not(holds)) is not None) == (high == 1, low == 0)
        for track in random.sample(plan.tracks, min(SAMPLE, len(plan.tracks))):
            row = random.randrange(len(track.table.rows))
            assert judge.find(judge.value(track.row) == row) is not None
        _declared(ground, judge, random)


def _declared(ground: Ground, judge: Judge, random: Random) -> None:
    """More of a fact by one step, everything else the same: Z3 finds nobody for whom the points fall (or rise)."""
    declared = [
        (e.never, fact, ground.plan.parts[c.id].points)
        for c, _ in criteria_of(ground.scheme)
        for e in c.expects
        for fact in e.facts
        if fact in ground.variables
    ]
    for never, fact, node in random.sample(declared, min(1, len(declared))):
        edges = ground.edges()[fact]
        before = judge.value(node)
        symbol = judge.symbols[fact]
        for edge in random.sample(edges, min(2, len(edges))):
            lower = z3.substitute(before, (symbol, z3.IntVal(edge - 1)))
            upper = z3.substitute(before, (symbol, z3.IntVal(edge)))
            assert judge.find(upper < lower if never == "lowers" else upper > lower) is None


PEOPLE_ONLY = ("cn/work-permit", "hk/qmas", "jp/permanent-residence-by-points")
"""The three largest, asked twice at once: Z3 confirms each region's person, but does not end in useful time with the proofs that there is nobody else."""

STEPS = [f for n, f in enumerate(FILES) if n and FILES[n - 1].rpartition("/")[0] == f.rpartition("/")[0]]


@pytest.mark.parametrize("file", STEPS)
def test_z3_proves_the_outcomes_that_a_difference_lists_and_no_others(rules: Jifen, file: str) -> None:
    versions, place = _version(rules, file)
    one, other = versions[place - 1], versions[place]
    with collector_paused():
        found = compare(rules, (one, one.start), (other, other.start))
        plans = (Ground(rules, one, one.start).plan, Ground(rules, other, other.start).plan)
        judge = Judge(*plans)
        values = [judge.value(p.outcome) for p in plans]
        names = [[*p.outcomes, None] for p in plans]
        listed = {(r.before, r.after) for r in found.regions if r.before != r.after}
        if other.id in PEOPLE_ONLY:
            for region in found.regions:
                places = names[0].index(region.before), names[1].index(region.after)
                known = {n: v.known(region.person.values, other.start) for n, v in judge.variables.items()}
                fixed = {n: value for n, value in known.items() if value is not None}
                assert judge.find(values[0] != places[0], fixed=fixed) is None
                assert judge.find(values[1] != places[1], fixed=fixed) is None
            return
        for i, before in enumerate(names[0]):
            for j, after in enumerate(names[1]):
                if before != after:
                    somebody = judge.find(values[0] == i, values[1] == j) is not None
                    assert somebody == ((before, after) in listed), (before, after)
        if plans[0].total is not None and plans[1].total is not None:
            gained = judge.value(plans[1].total) - judge.value(plans[0].total)
            most = max((r.points[1] for r in found.regions), default=0)
            least = min((r.points[0] for r in found.regions), default=0)
            assert judge.find(z3.Or(gained > max(most, 0), gained < min(least, 0))) is None
