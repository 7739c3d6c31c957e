"""The kernel engine gives for a table exactly what the reference engine gives for each of its rows."""

import pickle
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import random_profile
from jifen.answers.door import Jifen
from jifen.engines.kernel import Column, Kernel, compile_kernel, machine, native
from jifen.engines.kernel.fingerprint import fingerprint
from jifen.engines.kernel.functions import written
from jifen.engines.kernel.ir import Source
from jifen.engines.kernel.laws import Law
from jifen.engines.kernel.lines import MACHINES
from jifen.engines.kernel.order import Order
from jifen.engines.kernel.program import Program
from jifen.engines.kernel.ratios import ratio_of
from jifen.engines.kernel.resolve import reference_outputs
from jifen.engines.reference import STATUSES, State
from jifen.facts.values import Value
from jifen.facts.vocabulary import Vocabulary
from jifen.plan.form import Memory, Plan
from jifen.plan.nodes import Graph
from jifen.plan.values import RATIO_PARTS, RatioOf, Variable, ratio_value
from jifen.problems import ProfileError
from jifen.schemes.shelf import policy_folder, scheme_files

DAY = date(2026, 11, 23)
SCHEMES = sorted({p.parent.relative_to(policy_folder()).as_posix() for p in scheme_files(policy_folder())})
POINTS = frozenset({"criteria", "failing"})


def columns(people: Sequence[Mapping[str, Value]], facts: Sequence[str], vocabulary: Vocabulary) -> dict[str, Column]:
    """One column a fact that somebody knows."""
    found = {}
    for name in facts:
        fact = vocabulary.facts[name]
        told = np.array([name in p for p in people])
        if not told.any():
            continue
        valid = None if told.all() else told
        values = [p.get(name) for p in people]
        if fact.kind == "several of":
            assert fact.codes
            held = {c: np.array([c in (v or ()) for v in values]) for c in fact.codes.values}  # type: ignore[operator]
            found[name] = Column(held, valid)
        elif fact.kind == "spells":
            cells = np.empty(len(people), object)
            for row, value in enumerate(values):
                cells[row] = value
            found[name] = Column(cells, valid)
        else:
            found[name] = Column(np.array([v or 0 for v in values], np.int64), valid)
    return found


def people_of(rules: Jifen, scheme: str, count: int, shares: Sequence[float]) -> list[dict[str, Value]]:
    """Reproducible people near the edges of a scheme, of whose facts a share is unknown."""
    plan = rules.plan(scheme, DAY)
    assert plan
    random = Random(scheme)
    found = []
    for n in range(count):
        full = random_profile(plan, rules.vocabulary, random)
        found.append({k: v for k, v in full.items() if random.random() >= shares[n % len(shares)]})
    return found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_status_outcome_points_and_reasons_are_those_of_the_reference(rules: Jifen, scheme: str) -> None:
    """With nothing, a twentieth, a fifth and half of the facts unknown."""
    plan = rules.plan(scheme, DAY)
    assert plan
    shares = (0, 0.05, 0.2) if scheme == "sg/compass" else (0, 0.05, 0.2, 0.5)
    people = people_of(rules, scheme, 24, shares)
    kernel = compile_kernel({scheme: plan}, rules.vocabulary, rules.derivations, reasons=POINTS)
    result = kernel.run(columns(people, kernel.inputs, rules.vocabulary), DAY)[scheme]
    for row, person in enumerate(people):
        found = {(scheme, "status", ""): result.status[row], (scheme, "outcome", ""): result.outcome[row]}
        if result.low is not None and result.high is not None:
            found |= {(scheme, "low", ""): result.low[row], (scheme, "high", ""): result.high[row]}
        for criterion, (low, high) in result.criteria.items():
            found |= {(scheme, "criterion low", criterion): low[row], (scheme, "criterion high", criterion): high[row]}
        assert result.failing is not None
        found[scheme, "failing", ""] = result.failing[row]
        assert found == reference_outputs(kernel.laws[scheme], State(plan, person, DAY))


@pytest.mark.parametrize(
    "scheme",
    ["cn/work-permit", "cn/r-visa", "sg/compass", "jp/highly-skilled-professional-b", "model/permanent-residence"],
)
def test_the_fact_that_decides_is_the_first_that_the_reference_names(rules: Jifen, scheme: str) -> None:
    """Also where an authority has decided otherwise than is presumed."""
    plan = rules.plan(scheme, DAY)
    assert plan
    people = people_of(rules, scheme, 60, (0.02, 0.1, 0.9))
    named = _deciding(rules, scheme, plan, people)
    assert named == [next(iter(State(plan, p, DAY).deciding()), None) for p in people]
    assert len(set(named)) > 2


def test_the_fact_that_decides_is_found_where_the_outcome_hangs_on_an_open_choice(rules: Jifen) -> None:
    """No published law is so: here Canada's ranking with a mark to pass."""
    scheme = "ca/express-entry-crs"
    ranking = rules.plan(scheme, DAY)
    assert ranking and ranking.total
    passed = ranking.graph.case(ranking.total, (250,), [ranking.graph.const(1), ranking.graph.const(0)])
    nodes = (passed, ranking.total)
    plan = replace(ranking, outcome=passed, outcomes=("passed",), memory=Memory(nodes))
    people = people_of(rules, scheme, 12, (0.02, 0.1))
    people = [{f: v for f, v in p.items() if f != "canada.first_official_language"} for p in people]
    named = _deciding(rules, scheme, plan, people)
    assert named == [next(iter(State(plan, p, DAY).deciding()), None) for p in people]
    assert len(set(named)) > 2


def _deciding(rules: Jifen, scheme: str, plan: Plan, people: Sequence[Mapping[str, Value]]) -> list[str | None]:
    kernel = compile_kernel({scheme: plan}, rules.vocabulary, rules.derivations, reasons=frozenset({"deciding"}))
    result = kernel.run(columns(people, kernel.inputs, rules.vocabulary), DAY)[scheme]
    assert result.deciding is not None
    return [result.facts[n] if n >= 0 else None for n in result.deciding]


def test_the_distance_is_that_of_the_certain_points_from_the_pass_mark(rules: Jifen) -> None:
    scheme = "jp/highly-skilled-professional-a"
    plan = rules.plan(scheme, DAY)
    assert plan and plan.scheme.pass_mark == 70
    kernel = compile_kernel({scheme: plan}, rules.vocabulary, reasons=frozenset({"distance"}))
    result = kernel.run({"age": Column(np.array([25, 60]))}, DAY)[scheme]
    assert result.distance is not None and result.low is not None
    assert result.low.tolist() == [15, 0]
    assert result.distance.tolist() == [-55, -70]


def test_a_reason_that_does_not_exist_is_refused(rules: Jifen) -> None:
    with pytest.raises(ValueError, match="reasons are criteria, failing, distance, deciding; not why"):
        compile_kernel({}, rules.vocabulary, reasons=frozenset({"why"}))


def test_levels_follow_from_test_scores_and_stay_unknown_where_a_score_is_missing(rules: Jifen) -> None:
    """IELTS 8.0, 7.5, 8.5, 7.5 are CLB 10 in all four abilities; without the writing score the points are a range."""
    scheme = "ca/express-entry-crs"
    plan = rules.plan(scheme, DAY)
    kernel = compile_kernel({scheme: plan}, rules.vocabulary, rules.derivations, reasons=frozenset({"criteria"}))
    assert "canada.ielts.writing" in kernel.inputs
    known = {"canada.english.test": "ielts", "family.partner": False, "canada.first_official_language": "english"}
    scores = {"reading": "8.0", "writing": "7.5", "listening": "8.5", "speaking": "7.5"}
    profile = {**known, **{f"canada.ielts.{k}": v for k, v in scores.items()}}
    full = rules.complete(rules.profile(profile), DAY)
    values = rules.profile(profile).values
    table = {n: Column(np.array([v, v])) for n, v in values.items()}
    table["canada.ielts.writing"] = Column(table["canada.ielts.writing"].values, np.array([True, False]))
    result = kernel.run(table, DAY)[scheme]
    low, high = result.criteria["first_language"]
    assert (low[0], high[0]) == (136, 136)
    assert low[1] < high[1]
    assert State(plan, full, DAY).points(plan.parts["first_language"].points).low == 136  # type: ignore[union-attr,arg-type]


def test_a_scheme_that_is_not_in_force_says_so_for_every_row(rules: Jifen) -> None:
    kernel = compile_kernel({"cn/k-visa": rules.plan("cn/k-visa", date(2020, 1, 1))}, rules.vocabulary)
    result = kernel.run({}, date(2020, 1, 1))["cn/k-visa"]
    assert (len(result.status), result.low) == (0, None)
    plan = {"cn/k-visa": None, "cn/work-permit": rules.plan("cn/work-permit", DAY)}
    both = compile_kernel(plan, rules.vocabulary).run({"age": Column(np.array([17, 30]))}, DAY)
    assert [STATUSES[s] for s in both["cn/k-visa"].status] == ["not in force", "not in force"]
    assert [STATUSES[s] for s in both["cn/work-permit"].status] == ["does not qualify", "undetermined"]


def test_age_follows_from_the_date_of_birth(rules: Jifen) -> None:
    """Eighteen on the day asked about, and one day short of it."""
    plan = rules.plan("cn/work-permit", DAY)
    kernel = compile_kernel({"cn/work-permit": plan}, rules.vocabulary, rules.derivations)
    days = np.array([date(2008, 11, 23).toordinal(), date(2008, 11, 24).toordinal()])
    result = kernel.run({"birth_date": Column(days)}, DAY)["cn/work-permit"]
    assert [STATUSES[s] for s in result.status] == ["undetermined", "does not qualify"]


def test_a_value_outside_its_domain_is_an_error_that_names_the_row(rules: Jifen) -> None:
    kernel = compile_kernel({"cn/work-permit": rules.plan("cn/work-permit", DAY)}, rules.vocabulary)
    with pytest.raises(ProfileError) as caught:
        kernel.run({"age": Column(np.array([30, 500]))}, DAY)
    [problem] = caught.value.problems
    assert (problem.code, problem.where.path if problem.where else "", problem.found) == (
        "out-of-domain",
        "age, row 2",
        "500",
    )


def test_an_age_that_contradicts_the_date_of_birth_is_an_error_that_names_the_row(rules: Jifen) -> None:
    kernel = compile_kernel({"cn/work-permit": rules.plan("cn/work-permit", DAY)}, rules.vocabulary, rules.derivations)
    born = np.array([date(1990, 1, 1).toordinal()] * 2)
    with pytest.raises(ProfileError) as caught:
        kernel.run({"age": Column(np.array([36, 35])), "birth_date": Column(born)}, DAY)
    [problem] = caught.value.problems
    assert (problem.code, problem.where.path if problem.where else "") == ("contradiction", "age, row 2")


def test_a_day_of_birth_still_to_come_is_an_error_that_names_the_row(rules: Jifen) -> None:
    kernel = compile_kernel({"cn/work-permit": rules.plan("cn/work-permit", DAY)}, rules.vocabulary, rules.derivations)
    born = np.array([DAY.toordinal(), DAY.toordinal() + 1])
    with pytest.raises(ProfileError) as caught:
        kernel.run({"birth_date": Column(born)}, DAY)
    [problem] = caught.value.problems
    assert (problem.code, problem.where.path if problem.where else "") == ("day-to-come", "birth_date, row 2")
    unknown = Column(born, np.array([True, False]))
    assert len(kernel.run({"birth_date": unknown}, DAY)["cn/work-permit"].status) == 2


def _crs(rules: Jifen, rows: int) -> tuple[Kernel, dict[str, Column]]:
    """A kernel for Canada's ranking, and people of whom all that it asks is known."""
    scheme = "ca/express-entry-crs"
    plan = rules.plan(scheme, DAY)
    assert plan
    kernel = compile_kernel({scheme: plan}, rules.vocabulary)
    draw = np.random.default_rng(7)
    domains = {n: (v.low, min(v.high, 250)) for n, v in plan.variables.items()}
    return kernel, {n: Column(draw.integers(a, b + 1, rows).astype(np.uint8)) for n, (a, b) in domains.items()}


@pytest.mark.parametrize("rows", [0, 1, 15, 63, 64, 65, 200, 40_001])
def test_rows_left_over_by_whole_vectors_are_answered_too(rules: Jifen, rows: int) -> None:
    """Each answer is that of the row alone, whatever number of rows there is, on one thread or two."""
    kernel, columns = _crs(rules, 40_001)
    whole = kernel.run(columns, DAY)["ca/express-entry-crs"]
    part = {n: c.part(slice(0, rows)) for n, c in columns.items()}
    for threads in (1, 2):
        found = kernel.run(part, DAY, threads=threads)["ca/express-entry-crs"]
        assert found.low is not None and whole.low is not None
        assert (found.low == whole.low[:rows]).all() and len(found.low) == rows
        assert (found.status == whole.status[:rows]).all()


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.int64, np.uint64])
def test_the_width_of_a_column_makes_no_difference(rules: Jifen, kind: type) -> None:
    kernel, columns = _crs(rules, 3000)
    expected = kernel.run(columns, DAY)["ca/express-entry-crs"].low
    found = kernel.run({n: Column(c.values.astype(kind)) for n, c in columns.items()}, DAY)["ca/express-entry-crs"].low  # type: ignore[union-attr]
    assert (found == expected).all()


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int32, np.int64, np.uint64])
def test_a_number_that_means_unknown_is_as_good_as_a_mask(rules: Jifen, kind: type) -> None:
    kernel, columns = _crs(rules, 3000)
    draw = np.random.default_rng(8)
    masks = {n: draw.random(3000) > 0.1 for n in columns}
    number = int(np.iinfo(kind).max)
    masked = {n: Column(c.values, masks[n]) for n, c in columns.items()}
    marked = {}
    for name, column in columns.items():
        assert isinstance(column.values, np.ndarray)
        values = column.values.astype(kind)
        values[~masks[name]] = number
        marked[name] = Column(values, unknown=number)
    one, other = (kernel.run(c, DAY)["ca/express-entry-crs"] for c in (masked, marked))
    assert (one.low == other.low).all() and (one.high == other.high).all()
    assert (one.low != one.high).any()


@pytest.mark.parametrize("unknown", [None, -1])
@pytest.mark.parametrize("kind", [np.int16, np.int32, np.int64])
@pytest.mark.parametrize("wrong", [-2, 121, 254, 255, 256, 256 + 30])
def test_no_number_outside_its_domain_is_cut_to_a_byte_that_lies_inside(
    rules: Jifen, kind: type, wrong: int, unknown: int | None
) -> None:
    kernel, columns = _crs(rules, 3000)
    ages = np.full(3000, 30, kind)
    ages[2000] = wrong
    with pytest.raises(ProfileError) as caught:
        kernel.run({**columns, "age": Column(ages, unknown=unknown)}, DAY)
    [problem] = caught.value.problems
    assert problem.where and (problem.where.path, problem.found) == ("age, row 2001", str(wrong))


@pytest.mark.parametrize("rows", [5, 64, 1000, 3000])
def test_a_bitmap_is_as_good_as_a_mask_whatever_lies_under_it(rules: Jifen, rows: int) -> None:
    """Where nothing is known the value may be anything, even outside the domain."""
    kernel, columns = _crs(rules, rows)
    draw = np.random.default_rng(9)
    masks = {n: draw.random(rows) > 0.1 for n in columns}
    values = {n: np.where(masks[n], c.values, 254).astype(np.uint8) for n, c in columns.items()}  # type: ignore[arg-type]
    masked = {n: Column(v, masks[n]) for n, v in values.items()}
    mapped = {n: Column(v, bits=np.packbits(masks[n], bitorder="little")) for n, v in values.items()}
    clean = {n: Column(c.values, masks[n]) for n, c in columns.items()}
    one, other, third = (kernel.run(c, DAY)["ca/express-entry-crs"] for c in (masked, mapped, clean))
    for found in (other, third):
        assert (one.low == found.low).all() and (one.high == found.high).all() and (one.status == found.status).all()


def test_several_threads_may_run_a_kernel_at_once(rules: Jifen) -> None:
    """Tables of different forms, among them one for which machine code is made while another runs."""
    kernel, columns = _crs(rules, 20_000)
    expected = kernel.run(columns, DAY)["ca/express-entry-crs"].low
    draw = np.random.default_rng(10)
    masks = {n: draw.random(20_000) > 0.1 for n in columns}
    masked = {n: Column(c.values, masks[n]) for n, c in columns.items()}
    wide = {n: Column(c.values.astype(np.int64)) for n, c in columns.items()}  # type: ignore[union-attr]
    alone = _crs(rules, 1)[0].run(masked, DAY)["ca/express-entry-crs"]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda table: kernel.run(table, DAY), [columns, wide, masked] * 4))
    for n, results in enumerate(found):
        result = results["ca/express-entry-crs"]
        assert (result.low == (alone.low if n % 3 == 2 else expected)).all()
        assert (result.high == (alone.high if n % 3 == 2 else expected)).all()


def test_the_arrays_of_an_earlier_run_are_filled_again(rules: Jifen) -> None:
    kernel, columns = _crs(rules, 1000)
    first = kernel.run(columns, DAY)
    expected = first["ca/express-entry-crs"].low.copy()  # type: ignore[union-attr]
    second = kernel.run({n: c.part(slice(None, None, -1)) for n, c in columns.items()}, DAY, into=first)
    assert second["ca/express-entry-crs"].low is first["ca/express-entry-crs"].low
    assert (second["ca/express-entry-crs"].low == expected[::-1]).all()


def test_a_changed_piece_of_kept_code_is_made_anew(
    rules: Jifen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cut-off file, other bytes, an empty file: each is as if there were none."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kernel, columns = _crs(rules, 100)
    expected = kernel.run(columns, DAY)["ca/express-entry-crs"].low
    [file] = (tmp_path / "jifen-kernels").iterdir()
    good = file.read_bytes()
    for bad in (good[:-50], good[:40] + b"\x00" * 200 + good[240:], b""):
        file.write_bytes(bad)
        again, _ = _crs(rules, 1)
        assert (again.run(columns, DAY)["ca/express-entry-crs"].low == expected).all()
        assert file.read_bytes() == good


@pytest.mark.parametrize("scheme", ["ca/express-entry-crs", "sg/compass", "cn/k-visa"])
def test_a_law_that_is_kept_is_not_written_again(
    rules: Jifen, scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known, unknown and missing facts, reasons, and a scheme of which all but a little is the same for everybody."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    people = people_of(rules, scheme, 24, (0.1,))
    plan = rules.plan(scheme, DAY)

    def run(facts: int) -> Mapping[tuple[str, str, str], object]:
        kernel = compile_kernel({scheme: plan}, rules.vocabulary, rules.derivations, reasons=POINTS)
        found = columns(people, kernel.inputs[:facts], rules.vocabulary)
        return {n: a.tolist() for n, a in kernel.run(found, DAY).rooms.items()}

    first = {facts: run(facts) for facts in (1, 5, 100)}
    monkeypatch.setattr(Law, "write", None)
    assert {facts: run(facts) for facts in first} == first
    with pytest.raises(TypeError):
        run(2)


def test_laws_that_differ_in_anything_are_kept_apart(rules: Jifen) -> None:
    """A number in a table, an outcome, what the authority decides, what is presumed, a reason, the name."""
    scheme = "jp/highly-skilled-professional-a"
    plan = rules.plan(scheme, DAY)
    assert plan and plan.total
    graph, variable = plan.graph, next(iter(plan.variables.values()))
    others = [
        replace(plan, total=graph.sum([plan.total, graph.const(1)])),
        replace(plan, total=None),
        replace(plan, outcome=graph.case(plan.outcome, [1], [graph.const(1), graph.const(0)])),
        replace(plan, outcomes=(*plan.outcomes, "more")),
        replace(plan, presumed={**plan.presumed, variable.name: 0}),
        replace(plan, choices=(variable.name,)),
        replace(plan, variables={**plan.variables, variable.name: replace(variable, authority=True)}),
    ]
    laws = [Law(scheme, p, {}, frozenset()) for p in (plan, *others)]
    laws += [Law(scheme, plan, {}, frozenset({r})) for r in POINTS] + [Law("other", plan, {}, frozenset())]
    assert len({fingerprint(law) for law in laws}) == 11
    assert fingerprint(laws[0]) == fingerprint(Law(scheme, pickle.loads(pickle.dumps(plan)), {}, frozenset()))


@pytest.mark.parametrize(
    ("name", "triple", "instruction"), [("neon", "aarch64-linux-gnu", "tbl"), ("ssse3", "x86_64-linux-gnu", "pshufb")]
)
def test_other_processors_get_their_own_byte_shuffle(rules: Jifen, name: str, triple: str, instruction: str) -> None:
    """Written for another machine and translated by LLVM, though not run here."""
    import llvmlite.binding as llvm

    kernel, _columns = _crs(rules, 1)
    program = kernel.program(frozenset(kernel.variables), frozenset(), MACHINES[name].joint)
    sources = {n: Source(8, False, v.low, v.high, kernel.cells[n], "bytes") for n, v in kernel.variables.items()}
    text = written(program, sources, native.bits_of(program), MACHINES[name])[0]
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    cpu, features = ("generic", "") if name == "neon" else ("x86-64-v2", "")
    target = llvm.Target.from_triple(triple).create_target_machine(cpu=cpu, features=features, opt=2)
    assert instruction in target.emit_assembly(llvm.parse_assembly(text))


@pytest.mark.parametrize("rows", [slice(1, 12), np.array([11, 0, 9, 9]), np.arange(13) % 2 == 0])
def test_some_rows_of_a_column_with_a_bitmap_are_those_of_its_mask(rows: object) -> None:
    told = np.array([n % 3 > 0 for n in range(13)])
    for unknown in (None, 5):
        by_bits = Column(np.arange(13), None, unknown, np.packbits(told, bitorder="little")).part(rows)
        by_mask = Column(np.arange(13), told, unknown).part(rows)
        assert by_bits.masked().valid.tolist() == by_mask.masked().valid.tolist()  # type: ignore[union-attr]
        assert np.array_equal(by_bits.values, by_mask.values)  # type: ignore[arg-type]


@given(
    st.lists(st.sampled_from([n * RATIO_PARTS // 100 for n in range(101)]), min_size=1, max_size=4, unique=True),
    st.booleans(),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=50),
)
def test_the_cell_of_a_ratio_is_that_of_its_place_on_the_line(
    rules: Jifen, parts: list[int], above: bool, people: list[tuple[int, int]]
) -> None:
    """At every percentage and just above it, nothing to compare with, and either side unknown."""
    left, right = "singapore.firm_local_pmets", "singapore.firm_pmets"
    high = rules.vocabulary.facts[left].high
    line = 2 * RATIO_PARTS * high + 2
    starts = sorted({0} | {2 * p + above for p in parts})
    variable = Variable("ratio", 0, line, (left, right), compute=RatioOf(left, right, line))
    ratio = ratio_of(variable, starts, rules.vocabulary)
    assert ratio is not None
    facts = frozenset((left, right))
    program = Program(opened=facts, wide=dict.fromkeys(facts, (0, high)), ratios={"ratio": ratio})
    program.outputs["", "cell", ""] = program.cell("ratio", len(starts))
    for unknown in ((), (left,), (right,), (left, right)):
        columns = {f: np.array([p[n] for p in people]) for n, f in enumerate((left, right))}
        columns |= {f: np.full(len(people), high + 1) for f in unknown}
        found = machine.run(program, {f: c.astype(np.int32) for f, c in columns.items()}, len(people))["", "cell", ""]
        expected = [bisect_right(starts, ratio_value(a, b, line)) - 1 for a, b in people]
        assert found.tolist() == ([len(starts)] * len(people) if unknown else expected)


def test_a_ratio_of_which_an_edge_needs_large_numbers_is_found_before_the_kernel(rules: Jifen) -> None:
    """One part more than a quarter: both sides of the edge would pass 32 bits."""
    left, right = "singapore.firm_local_pmets", "singapore.firm_pmets"
    variable = Variable("ratio", 0, 9, (left, right), compute=RatioOf(left, right, 9))
    assert ratio_of(variable, [0, RATIO_PARTS // 2], rules.vocabulary) is not None
    assert ratio_of(variable, [0, RATIO_PARTS // 2 + 2], rules.vocabulary) is None
    assert ratio_of(rules.plan("sg/compass", DAY).variables["age"], [0, 20], rules.vocabulary) is None  # type: ignore[union-attr]


@given(st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=2), min_size=2, max_size=6), st.data())
def test_the_order_of_cells_is_that_of_every_pair_of_them(heights: list[list[int]], data: st.DataObject) -> None:
    """Also where they rise or fall one after another, which their neighbours tell."""
    how = data.draw(st.sampled_from(["as drawn", "rising", "falling"]))
    if how != "as drawn":
        heights = np.sort(np.array(heights), axis=0)[:: 1 if how == "rising" else -1].tolist()
    graph = Graph()
    inner = graph.var("inner", 0, 1)
    cells = [graph.case(inner, (1,), [graph.const(v) for v in row]) for row in heights]
    outer = graph.var("outer", 0, len(cells) - 1)
    root = graph.case(outer, tuple(range(1, len(cells))), cells)
    order = Order({"inner": (0, 1), "outer": tuple(range(len(cells)))})
    expected = [[all(a <= b for a, b in zip(one, other, strict=True)) for other in heights] for one in heights]
    relation = order.relation(root)
    assert "outer" not in relation or relation["outer"].tolist() == expected
