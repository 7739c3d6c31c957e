"""Synthetic people: the same for the same seed, spread as declared, and labelled as nobody real."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import jifen
from jifen.population import evaluate
from jifen.population.declared import Declared, population_file, read_declared
from jifen.population.synthetic import RUN, synthesise
from jifen.schemes.shelf import policy_folder
from test_population_files import jifen as run

PUBLISHED = sorted(p.stem for p in (policy_folder() / "populations").glob("*.yaml"))
HEAD = """population: small
title: {en: Small, zh: 小}
note: {en: Invented, zh: 虚构}
facts:
"""
SMALL = (
    HEAD
    + """  age: {quantiles: {0: 20, 50: 30, 100: 60}, source: synthetic}
  work.related_years: {quantiles: {0: 0, 50: 9, 100: 40}, at most: {fact: age, less: 20}, unknown: 25, source: synthetic}
  family.partner: {shares: {yes: 40, no: 60}, source: synthetic}
  canada.partner_accompanies: {shares: {yes: 90, no: 10}, when: family.partner, otherwise: no, source: synthetic}
  canada.partner.education: {shares: {none: 50, master: 50}, when: family.partner, source: synthetic}
  prizes: {each: {nobel: 10, turing: 0.5}, source: synthetic}
  china.company_share: {quantiles: {0: 0, 100: 50}, step: 0.25, source: synthetic}
  china.annual_salary: {quantiles: {0: 0, 100: 900000}, step: 5000, source: synthetic}
  birth_date: {quantiles: {0: 1960-01-01, 100: 2000-12-31}, source: synthetic}
correlations:
  - [age, work.related_years, 0.8]
"""
)


def declared(rules: jifen.Jifen, tmp_path: Path, text: str = SMALL) -> Declared:
    (tmp_path / "small.yaml").write_text(text, "utf-8")
    return read_declared(tmp_path / "small.yaml", rules.vocabulary)


def table(population: Declared, number: int, seed: int = 1, threads: int = 1) -> pa.Table:
    return pa.Table.from_batches(list(synthesise(population, number, seed, threads)))


def test_the_same_seed_gives_the_same_people(rules: jifen.Jifen, tmp_path: Path) -> None:
    """Whatever the threads, and the first people of a larger population are those of a smaller one."""
    small = declared(rules, tmp_path)
    many = table(small, RUN + 1000, threads=1)
    assert many.num_rows == RUN + 1000
    assert table(small, RUN + 1000, threads=3).equals(many)
    assert table(small, 500).to_pylist() == many.slice(0, 500).to_pylist()
    assert table(small, 500, seed=2).to_pylist() != table(small, 500).to_pylist()


def test_people_are_spread_as_declared(rules: jifen.Jifen, tmp_path: Path) -> None:
    people = table(declared(rules, tmp_path), 4 * RUN)
    age, years = people["age"].to_numpy(), people["work.related_years"]
    assert (age.min(), np.median(age), age.max()) == (20, 30, 60)
    assert abs(years.null_count / people.num_rows - 0.25) < 0.005
    known = years.is_valid().to_numpy()
    assert (years.fill_null(0).to_numpy()[known] <= age[known] - 20).all()
    assert np.corrcoef(age[known], years.fill_null(0).to_numpy()[known])[0, 1] > 0.7
    partner = people["family.partner"].to_numpy()
    assert abs(partner.mean() - 0.4) < 0.005
    assert not people["canada.partner_accompanies"].to_numpy()[~partner].any()
    assert (people["canada.partner.education"].is_valid().to_numpy() == partner).all()
    prizes = people["prizes"].to_pylist()
    assert abs(sum("nobel" in p for p in prizes) / len(prizes) - 0.1) < 0.005
    assert {int(s * 100) % 25 for s in people["china.company_share"].to_pylist()} == {0}
    salary = people["china.annual_salary"].to_numpy()
    assert (salary.min() >= 0, salary.max() <= 900_000, set(salary % 5000)) == (True, True, {0})


@pytest.mark.parametrize("name", PUBLISHED)
def test_published_populations_can_be_held_against_schemes(rules: jifen.Jifen, name: str) -> None:
    """Every value that they make is a value of its fact, and each number says that it is synthetic or where it is from."""
    population = read_declared(population_file(name, [policy_folder()]), rules.vocabulary)
    assert all(s.source for s in population.spreads)
    schemes = {
        "person": ["cn/work-permit", "ca/express-entry-crs"],
        "organisation": ["cn/beijing/regional-headquarters"],
    }[population.subject]
    answers = evaluate(table(population, 2000), rules, schemes, "2026-11-23", keep=[]).read_all()
    assert answers.num_rows == 2000
    status = {s for c in answers.column_names if c.endswith("_status") for s in answers[c].to_pylist()}
    assert {"qualifies", "does not qualify"} <= status


def test_the_file_says_that_nobody_is_real(tmp_path: Path) -> None:
    ran = run("synthesise", "-n", "1_000", "--seed", "3", "p.parquet", cwd=tmp_path)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("p.parquet: 1,000 synthetic people, 55 facts, seed 3. Made for demonstration and tests.")
    metadata = pq.read_schema(tmp_path / "p.parquet").metadata
    assert b"nobody is real" in metadata[b"jifen"]
    assert run("synthesise", "-n", "1000", "--seed", "3", "q.parquet", cwd=tmp_path).code == 0
    assert (tmp_path / "p.parquet").read_bytes() == (tmp_path / "q.parquet").read_bytes()
    assert "[file-exists]" in run("synthesise", "p.parquet", cwd=tmp_path).err


def test_csv_and_arrow_can_be_made_and_read_again(tmp_path: Path) -> None:
    for name in ("p.csv", "p.arrow"):
        assert run("synthesise", "-n", "300", "--from", "beijing-talent", name, cwd=tmp_path).code == 0
        ran = run("population", name, f"o-{name}", "-s", "cn/work-permit", "--on", "2026-11-23", cwd=tmp_path)
        assert ran.code == 0, ran.err
    one, other = (
        run("population", n, "--dry-run", "--on", "2026-11-23", cwd=tmp_path).code for n in ("p.csv", "p.arrow")
    )
    assert (one, other) == (0, 0)


BAD = {
    "unknown-fact": ("  agee: {shares: {30: 100}, source: synthetic}\n", "nearest: age"),
    "missing-key": ("  age: {shares: {30: 100}}\n", "`source` is missing"),
    "bad-distribution": (
        "  age: {shares: {30: 60, 40: 30}, source: synthetic}\n",
        "shares that add to 100\n  found: 90",
    ),
    "out-of-domain": ("  age: {shares: {130: 100}, source: synthetic}\n", "expected: 0 to 120"),
    "unknown-code": ("  prizes: {each: {nobbel: 1}, source: synthetic}\n", "nearest: nobel"),
    "unknown-key": ("  age: {share: {30: 100}, shares: {30: 100}, source: synthetic}\n", "nearest: shares"),
    "impossible-correlations": (
        "  age: {quantiles: {0: 1, 100: 9}, source: s}\n  chinese.hsk: {quantiles: {0: 1, 100: 9}, source: s}\n"
        "  work.related_years: {quantiles: {0: 1, 100: 9}, source: s}\ncorrelations:\n  - [age, chinese.hsk, 0.9]\n"
        "  - [age, work.related_years, 0.9]\n  - [chinese.hsk, work.related_years, -0.9]\n",
        "at `work.related_years`",
    ),
}


@pytest.mark.parametrize("code", BAD)
def test_a_mistake_in_a_population_is_told_with_its_place(rules: jifen.Jifen, tmp_path: Path, code: str) -> None:
    lines, words = BAD[code]
    with pytest.raises(jifen.PolicyError) as caught:
        declared(rules, tmp_path, HEAD + lines)
    assert [p.code for p in caught.value.problems] == [code]
    assert words in str(caught.value)
    assert "small.yaml" in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        "  age: {quantiles: {0: 20, 50: 10, 100: 60}, source: s}\n",
        "  age: {quantiles: {10: 20, 100: 60}, source: s}\n",
        "  age: {each: {30: 100}, source: s}\n",
        "  age: {shares: {30: 100}, quantiles: {0: 1, 100: 2}, source: s}\n",
        "  healthy: {quantiles: {0: no, 100: yes}, source: s}\n",
        "  age: {shares: {30: 101}, source: s}\n",
        "  age: {shares: {30: 100}, unknown: many, source: s}\n",
        "  age: {shares: {30: 100}, when: healthy, source: s}\n",
        "  age: {quantiles: {0: 1, 100: 2}, at most: {fact: china.annual_salary}, source: s}\n",
        "  china.annual_salary: {quantiles: {0: 1, 100: 2}, step: 0.5, source: s}\n",
    ],
)
def test_a_spread_that_makes_no_sense_is_refused(rules: jifen.Jifen, tmp_path: Path, line: str) -> None:
    with pytest.raises(jifen.PolicyError) as caught:
        declared(rules, tmp_path, HEAD + line)
    assert caught.value.problems[0].code == "bad-distribution"


def test_an_unknown_population_offers_the_nearest(tmp_path: Path) -> None:
    ran = run("synthesise", "--from", "beijing-talents", "p.parquet", cwd=tmp_path)
    assert (ran.code, "[no-such-population]" in ran.err, "nearest: beijing-talent" in ran.err) == (2, True, True)
    assert "[bad-number]" in run("synthesise", "-n", "many", "p.parquet", cwd=tmp_path).err
    assert "[unknown-format]" in run("synthesise", "p.xlsx", cwd=tmp_path).err
    assert list(tmp_path.iterdir()) == []
