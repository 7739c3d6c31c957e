"""Asks the judge every question about every published scheme and writes what it said to `docs/judged.md`. Takes some minutes.

.venv/bin/python benchmarks/judged.py [--jobs 2] [SCHEME…]      with schemes named, it prints the table and writes nothing
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from importlib.metadata import version
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))
DAY = date(2026, 11, 23)
FACTS = 3
"""Facts of each version that are shown to change an answer; of everything else all questions are asked."""
COLUMNS = {
    "findings": ("outcome", "item", "hangs", "row", "points", "declared", "fact"),
    "cheapest": ("cheapest",), "for the authority": ("for the authority",), "no way": ("no way",),
    "regions": ("region",), "nobody else": ("nobody else",),
}  # fmt: skip
TEXT = """# Judged by a second method

`benchmarks/judged.py` wrote this page: {day}, Z3 {z3}, {seconds:.0f} s of processor time. It puts every question to an independent judge (`tests/judge.py`):
circuits of yes and no over the nodes of a plan, decided by Z3's SAT solver, without our decision diagrams and engines. Where the proof shows a person,
Z3 confirms the person; where it says that there is nobody, Z3 proves it. The suite asks a fixed sample of the same questions.

- **versions**: each on its first day. **findings**: what `jifen verify` has proven: requirements that can be met together, outcomes, rows and items that
  somebody is in and somebody is not, items on which an answer hangs, maxima reached and never exceeded, the pass mark, what more of a fact never does,
  and {facts} facts of each version that change an answer. Not asked: what more of a fact never does to the whole of Canada's points, which takes Z3 too long.
- **cheapest**: random people on {on} (fixed seeds; whole, and with gaps) before the best outcome and before any: nobody who costs less reaches it, and
  somebody at that cost does. **authority**: no way is certain, whatever it costs. **no way**: nobody reaches it with changes that the cost model holds possible.
- **steps** from one version to the next. **regions** whose person Z3 confirms. **nobody else**: pairs of outcomes before and after for which Z3 proves
  that nobody outside of the regions has them, or other points.

**{count} questions, {disagreed} disagreements.**

| scheme | versions | findings | cheapest | authority | no way | steps | regions | nobody else | agreed |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---|
{rows}
"""


def judged(scheme: str) -> tuple[str, Counter[str], list[str], float]:
    """Every question about a scheme: how many of each kind, those on which the two differ, and the processor time."""
    import jifen
    from jifen.advice.costs import costs_file, read_costs
    from jifen.proof.ground import Ground, collector_paused
    from judged import Question, asked, differing, sample
    from judged_paths import judged_paths, targets

    start = time.process_time()
    rules = jifen.load()
    counts: Counter[str] = Counter()
    differs: list[str] = []

    def ask(question: Question, where: str) -> None:
        counts[question.kind] += 1
        if not question.agrees:
            differs.append(f"{scheme} {where} {question.kind}: {question.name}")

    with collector_paused():
        versions = rules.versions(scheme)
        for one in versions:
            counts["versions"] += 1
            random = Random(f"{scheme}/{one.start}.md")
            for question in sample(asked(Ground(rules, one, one.start)), random, 10**9, FACTS):
                ask(question, str(one.start))
        plan = rules.plan(scheme, DAY)
        if plan is not None:
            costs = read_costs(costs_file(), rules.vocabulary)
            for question in judged_paths(rules, plan, costs, DAY, Random(scheme), targets(plan)):
                ask(question, "path")
        for one, other in pairwise(versions):
            counts["steps"] += 1
            for question in differing(rules, one, other):
                ask(question, f"{one.start} → {other.start}")
    return scheme, counts, differs, time.process_time() - start


def row(scheme: str, counts: Counter[str], differs: list[str]) -> str:
    parts = {name: sum(counts[k] for k in kinds) for name, kinds in COLUMNS.items()}
    cells = [counts["versions"], parts["findings"], parts["cheapest"], parts["for the authority"], parts["no way"]]
    cells += [counts["steps"], parts["regions"], parts["nobody else"]]
    return f"| {scheme} | {' | '.join(map(str, cells))} | {'all' if not differs else f'{len(differs)} not'} |"


def main() -> None:
    import jifen

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("schemes", nargs="*", metavar="SCHEME")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    rules = jifen.load()
    schemes = options.schemes or list(rules.shelf.schemes)
    first = sorted(schemes, key=lambda s: -sum(len(v.document.text) for v in rules.versions(s)))
    found: dict[str, tuple[Counter[str], list[str]]] = {}
    seconds = 0.0
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        tasks = [pool.submit(judged, s) for s in first]
        for n, task in enumerate(as_completed(tasks), 1):
            scheme, counts, differs, taken = task.result()
            found[scheme] = counts, differs
            seconds += taken
            print(f"{n}/{len(schemes)} {scheme} {taken:.1f} s", *differs, sep="\n  ", file=sys.stderr, flush=True)
    rows = "\n".join(row(s, *found[s]) for s in schemes)
    kinds = {k for group in COLUMNS.values() for k in group} | {"reached"}
    page = TEXT.format(
        day=date.today(), z3=version("z3-solver"), seconds=seconds, facts=FACTS, on=DAY, rows=rows,
        count=sum(c[k] for c, _ in found.values() for k in kinds), disagreed=sum(len(d) for _, d in found.values()),
    )  # fmt: skip
    if options.schemes:
        print(page)
    else:
        (ROOT / "docs" / "judged.md").write_text(page, "utf-8")
    if any(d for _, d in found.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
