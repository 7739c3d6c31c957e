"""Advice: questions asked against a form, and how long a question, a path and a timeline take. Prints the section of docs/benchmarks.md.

.venv/bin/python benchmarks/advice.py [--people 20]
"""

from __future__ import annotations

import argparse
import gc
import platform
import statistics
import time
from datetime import date
from pathlib import Path
from random import Random

import jifen
from jifen.advice.costs import costs_file, read_costs
from jifen.advice.interview import next_question
from jifen.advice.path import find_paths
from jifen.advice.timeline import timeline
from jifen.answers.door import Jifen
from jifen.facts.values import Value
from jifen.plan.form import Plan
from jifen.plan.nodes import cells

ROOT = Path(__file__).parent.parent
DAY = date(2026, 11, 23)


def person(rules: Jifen, plan: Plan, random: Random) -> dict[str, Value]:
    """A random person who can tell all that is asked: each cell of a fact as likely, of a list of codes one on average."""
    edges = cells([n for n in (plan.outcome, plan.total) if n])
    found: dict[str, Value] = {}
    for variable in plan.variables.values():
        fact = rules.vocabulary.facts.get(variable.facts[0])
        if fact is None or fact.authority or variable.compute or fact.id in plan.choices:
            continue
        if variable.code:
            assert fact.codes
            old = found.setdefault(fact.id, frozenset())
            assert isinstance(old, frozenset)
            found[fact.id] = old | {variable.code} if random.random() < 1 / len(fact.codes.values) else old
            continue
        cut = [variable.low, *edges.get(variable.name, ()), variable.high + 1]
        cell = random.randrange(len(cut) - 1)
        found[fact.id] = random.randint(cut[cell], cut[cell + 1] - 1)
    for variable in plan.variables.values():
        for name in variable.facts:
            fact = rules.vocabulary.facts.get(name)
            if fact is not None and variable.compute and fact.kind not in ("spells", "date") and name not in found:
                found[name] = random.randint(fact.low, min(fact.high, fact.low + 200))
    return found


def asked(rules: Jifen, scheme: str, truth: dict[str, Value]) -> int:
    """How many questions the interview asks of a person who knows everything."""
    known: dict[str, Value] = {}
    count = 0
    while question := next_question(rules, known, DAY, [scheme]):
        known[question.fact.id] = truth[question.fact.id]
        count += 1
    return count


def in_order(rules: Jifen, scheme: str, plan: Plan, truth: dict[str, Value]) -> int:
    """How many questions a form asks that goes through the law in its order, and leaves out what has become without influence."""
    from jifen.engines.reference import State

    known: dict[str, Value] = {}
    count = 0
    facts = dict.fromkeys(f for v in plan.variables.values() for f in v.facts if f in truth)
    for fact in facts:
        state = State(plan, known, DAY)
        if fact in {*state.deciding(), *(state.open() if plan.ranking else ())}:
            known[fact] = truth[fact]
            count += 1
    return count


def questions(rules: Jifen, people: int) -> None:
    print("| scheme | facts in a form | form in the law's order that skips | interview | least | most |")
    print("|---|---:|---:|---:|---:|---:|")
    sums = [0.0, 0.0, 0.0]
    rows = 0
    for scheme in rules.shelf.schemes:
        plan = rules.plan(scheme, DAY)
        if plan is None:
            continue
        random = Random(scheme)
        form = len(person(rules, plan, random))
        some = people if len(plan.variables) < 60 else max(3, people // 4)
        truths = [person(rules, plan, random) for _ in range(some)]
        counts = [asked(rules, scheme, t) for t in truths]
        skipping = statistics.mean(in_order(rules, scheme, plan, t) for t in truths)
        mean = statistics.mean(counts)
        print(f"| {scheme} | {form} | {skipping:.1f} | {mean:.1f} | {min(counts)} | {max(counts)} |", flush=True)
        sums = [sums[0] + form, sums[1] + skipping, sums[2] + mean]
        rows += 1
    print(f"| **mean of {rows} schemes** | {sums[0] / rows:.1f} | {sums[1] / rows:.1f} | {sums[2] / rows:.1f} | | |\n")


def next_questions(rules: Jifen) -> None:
    """One interview over all schemes for persons, told by a sample profile."""
    schemes = [s for s, v in rules.shelf.schemes.items() if v[-1].subject == "person"]
    start = time.perf_counter()
    question = next_question(rules, {}, DAY, schemes)
    first = time.perf_counter() - start
    gc.freeze()
    told = rules.complete(rules.profile(ROOT / "profiles" / "engineer.yaml"), DAY)
    known: dict[str, Value] = {}
    unknown: set[str] = set()
    wall, cpu = [], []
    while question:
        if question.fact.id in told:
            known[question.fact.id] = told[question.fact.id]
        else:
            unknown.add(question.fact.id)
        one, two = time.perf_counter(), time.process_time()
        question = next_question(rules, known, DAY, schemes, unknown)
        wall.append((time.perf_counter() - one) * 1000)
        cpu.append((time.process_time() - two) * 1000)
    print(
        f"Next question over {len(schemes)} schemes, an interview of {len(wall)} questions, every state seen for the first time; ms:\n"
    )
    print("| | median | 9 of 10 under | most |")
    print("|---|---:|---:|---:|")
    for name, taken in (("clock", wall), ("processor", cpu)):
        taken.sort()
        print(f"| {name} | {statistics.median(taken):.1f} | {taken[len(taken) * 9 // 10]:.1f} | {taken[-1]:.0f} |")
    print(f"\nThe first question of a process, with every diagram made: {first:.1f} s.\n")


def paths(rules: Jifen) -> None:
    costs = read_costs(costs_file(), rules.vocabulary)
    whole = rules.complete(rules.profile(ROOT / "profiles" / "engineer.yaml"), DAY)
    sparse: dict[str, Value] = {"age": 30}
    print("| path | profile | ways | clock, ms | processor, ms |")
    print("|---|---|---:|---:|---:|")
    for scheme, to, points in (
        ("cn/work-permit", "A", None),
        ("ca/express-entry-crs", "", 420),
        ("ca/express-entry-crs", "", 500),
        ("jp/highly-skilled-professional-b", "", None),
        ("sg/compass", "", None),
    ):
        for name, values in (("engineer", whole), ("only an age", sparse)):
            clock, processor = [], []
            found = None
            for _ in range(5):
                one, two = time.perf_counter(), time.process_time()
                found = find_paths(rules, values, DAY, scheme, costs, to, points)
                clock.append((time.perf_counter() - one) * 1000)
                processor.append((time.process_time() - two) * 1000)
            target = f" to {to or points}" if to or points else ""
            assert found
            print(
                f"| {scheme}{target} | {name} | {len(found.ways)} | {statistics.median(clock):.0f} | {statistics.median(processor):.0f} |"
            )
    print()


def years(rules: Jifen) -> None:
    profile = rules.profile(ROOT / "profiles" / "engineer.yaml")
    schemes = [s for s, v in rules.shelf.schemes.items() if v[-1].subject == "person"]
    timeline(rules, profile, DAY, 5, schemes)
    one = time.perf_counter()
    found = timeline(rules, profile, DAY, 5, schemes)
    taken = time.perf_counter() - one
    days = (found.until - found.on).days + 1
    print(f"Timeline of {days} days over {len(schemes)} schemes: {taken:.2f} s.")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "--people", type=int, default=20, help="random people a scheme; 0 leaves out the numbers of questions"
    )
    people = parser.parse_args().people
    rules = jifen.load()
    print(f"{date.today()}, {platform.machine()}, Python {platform.python_version()}, {platform.system()}\n")
    next_questions(rules)
    paths(rules)
    years(rules)
    if people:
        print()
        questions(rules, people)


if __name__ == "__main__":
    main()
