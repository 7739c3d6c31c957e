"""Worked examples: `cases.yaml` beside a scheme, run against it, and what they leave untried in the law's terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jifen.answers.answer import AmountAnswer, Answer
from jifen.answers.door import Jifen, as_day
from jifen.engines.reference import STATUSES, Range, State
from jifen.facts.profiles import Profile, profile_from
from jifen.facts.values import show_number
from jifen.facts.vocabulary import Vocabulary, currency_places
from jifen.forms import Form, Words
from jifen.problems import JifenError, PolicyError, Problem, RequestError, Where, nearest
from jifen.schemes.model import Conditions, ConditionTable, Scheme
from jifen.strict_yaml import Items, Node, Table, Text, decode, parse, read_bytes

EXPECTATIONS = ("status", "outcome", "points", "criteria", "requirements", "missing", "amounts")


@dataclass(frozen=True, slots=True)
class Case:
    """One worked example: a profile on a day and what is expected of the answer."""

    name: str
    scheme: str
    on: date
    profile: Mapping[str, Node]
    expect: Table
    where: Where

    def read_profile(self, vocabulary: Vocabulary) -> Profile:
        """The profile of the example. Raises ProfileError with every mistake in it."""
        entries = tuple((Text(k, v.where), v) for k, v in self.profile.items())
        return profile_from(Table(entries, self.where), vocabulary, self.where.file)


@dataclass(frozen=True, slots=True)
class Result:
    """A case with what differs: `(what, expected, found)`; nothing differs when it passes."""

    case: Case
    differences: tuple[tuple[str, str, str], ...]
    answer: Answer | None

    @property
    def passed(self) -> bool:
        return not self.differences


@dataclass(frozen=True, slots=True)
class Rule:
    """A row or a condition as the law has it: its id, the heading over it, its words."""

    id: str
    heading: Words
    words: Words

    def data(self) -> dict[str, Any]:
        return {"id": self.id, "heading": dict(self.heading), "words": dict(self.words)}


@dataclass(frozen=True, slots=True)
class Untried:
    """What the cases of a scheme never did: rows never hit, conditions never true, never false, of `total` things to try."""

    rows: tuple[Rule, ...]
    never_true: tuple[Rule, ...]
    never_false: tuple[Rule, ...]
    total: int


def read_cases(path: Path, of: str = "") -> list[Case]:
    """Read a `cases.yaml`, which must be of the scheme `of` if one is given. Raises PolicyError for a case that cannot be read."""
    node = parse(decode(read_bytes(path, PolicyError), str(path), PolicyError), str(path), PolicyError)
    if not isinstance(node, Table):
        raise PolicyError([Problem("not-a-mapping", node.where)])
    form = Form(node, {"scheme", "profiles", "cases"})
    scheme = form.text("scheme")
    profiles = {k.value: v for k, v in form.table("profiles")} if node.get("profiles") else {}
    form.done()
    if of and scheme != of:
        at = node.get("scheme")
        raise PolicyError([Problem("wrong-folder", at.where if at else node.where, {"scheme": scheme}, of)])
    items = node.get("cases")
    if not isinstance(items, Items):
        raise PolicyError([_wrong(node.where, "cases: a list of cases")])
    return [_case(item, scheme, profiles) for item in items.values]


def _wrong(where: Where, expected: str) -> Problem:
    return Problem("case-form", where, {"expected": expected})


def _flat(node: Node | None, prefix: str = "") -> dict[str, Node]:
    found: dict[str, Node] = {}
    if isinstance(node, Table):
        for key, value in node:
            if isinstance(value, Table):
                found |= _flat(value, f"{prefix}{key.value}.")
            else:
                found[prefix + key.value] = value
    return found


def _case(node: Node, scheme: str, profiles: Mapping[str, Node]) -> Case:
    if not isinstance(node, Table):
        raise PolicyError([_wrong(node.where, "a case with `case`, `on`, `profile`, `expect`")])
    form = Form(node, {"case", "on", "like", "profile", "expect", "source"})
    name, day, like = form.text("case"), form.text("on"), form.text("like", "")
    expect = form.table("expect")
    form.done()
    for key, _ in expect:
        if key.value not in EXPECTATIONS:
            problem = Problem("unknown-key", key.where, {"key": key.value}, key.value, nearest(key.value, EXPECTATIONS))
            raise PolicyError([problem])
    if not expect.entries:
        raise PolicyError([_wrong(expect.where, "at least one expectation")])
    values: dict[str, Node] = {}
    if like:
        if like not in profiles:
            raise PolicyError([Problem("unknown-name", node.where, {"name": like}, like, nearest(like, profiles))])
        values |= _flat(profiles[like])
    values |= _flat(node.get("profile"))
    values = {k: v for k, v in values.items() if not (isinstance(v, Text) and v.value == "unknown")}
    try:
        on = as_day(day)
    except RequestError:
        raise PolicyError([Problem("bad-day", node.where, found=day)]) from None
    return Case(name, scheme, on, values, expect, node.where)


def run_case(rules: Jifen, case: Case) -> Result:
    """Check one case. A profile that cannot be read is a difference, not a crash."""
    try:
        [answer] = rules.check(case.read_profile(rules.vocabulary), case.on, [case.scheme])
    except JifenError as e:
        return Result(case, (("profile", "a profile that can be read", e.text()),), None)
    return Result(case, tuple(_differences(case.expect, answer)), answer)


def _differences(expect: Table, answer: Answer) -> Iterator[tuple[str, str, str]]:
    for key, node in expect:
        match key.value:
            case "status":
                wanted = _text(node)
                if wanted not in STATUSES:
                    yield "status", " / ".join(STATUSES), wanted
                elif wanted != answer.status:
                    yield "status", wanted, answer.status
            case "outcome":
                wanted = _text(node)
                if wanted != (answer.outcome or "null"):
                    yield "outcome", wanted, answer.outcome or "null"
            case "points":
                found = _show(answer.points)
                if _range(node) != found:
                    yield "points", _range(node), found
            case "criteria":
                known = {c.id: _show(c.points) for c in answer.criteria}
                for name, value in node if isinstance(node, Table) else ():
                    if known.get(name.value) != _range(value):
                        yield (
                            f"points of {name.value}",
                            _range(value),
                            known.get(name.value, "no such criterion"),
                        )
            case "requirements":
                truth = {True: "true", False: "false", None: "null"}
                holds = {r.id: truth[r.holds] for r in answer.requirements}
                for name, value in node if isinstance(node, Table) else ():
                    if holds.get(name.value) != _text(value):
                        yield (
                            f"requirement {name.value}",
                            _text(value),
                            holds.get(name.value, "no such requirement"),
                        )
            case "amounts":
                sums = {a.id: _sum(a) for a in answer.amounts}
                for name, value in node if isinstance(node, Table) else ():
                    wanted = _range(value).replace(",", "")
                    if sums.get(name.value) != wanted:
                        yield f"amount {name.value}", wanted, sums.get(name.value, "no such amount")
            case "missing":
                wanted = ", ".join(sorted(_text(v) for v in node.values)) if isinstance(node, Items) else _text(node)
                if wanted != ", ".join(sorted(answer.missing)):
                    yield "missing", wanted, ", ".join(sorted(answer.missing))


def _text(node: Node) -> str:
    return node.value if isinstance(node, Text) else "a list" if isinstance(node, Items) else "a mapping"


def _range(node: Node) -> str:
    if isinstance(node, Items):
        return "–".join(_text(v) for v in node.values)
    return _text(node)


def _show(points: Range | None) -> str:
    if points is None:
        return "null"
    return str(points.low) if points.exact else f"{points.low}–{points.high}"


def _sum(amount: AmountAnswer) -> str:
    """An amount as a case writes it: `2000000`, `[0, 2000000]`, `up to 50000000`."""
    places = currency_places(amount.currency)
    low, high = (show_number(n, places).replace(",", "") for n in (amount.low, amount.high))
    if amount.discretionary:
        return f"up to {high}"
    return low if low == high else f"{low}–{high}"


def untried(rules: Jifen, cases: list[Case]) -> Untried:
    """What no case of a scheme tried, over all the versions that its cases reach."""
    told: dict[tuple[str, str], Rule] = {}
    hit: dict[tuple[str, str], bool] = {}
    true: dict[tuple[str, str], bool] = {}
    false: dict[tuple[str, str], bool] = {}
    for case in cases:
        plan = rules.plan(case.scheme, case.on)
        if plan is None:
            continue
        try:
            values = rules.complete(case.read_profile(rules.vocabulary), case.on)
            state = State(plan, values, case.on)
        except JifenError:
            continue
        headings = {c.criterion.id: c.criterion.title for c in plan.parts.values()}
        headings |= {g.amount.id: g.amount.title for g in plan.amounts}
        for track in (*plan.tracks, *(g.track for g in plan.amounts if g.track)):
            place = state.value(track.row)
            for n, row in enumerate(track.table.rows):
                label = " | ".join(row.label)
                key = (track.criterion, label)
                told[key] = Rule(track.criterion, headings.get(track.criterion, {}), {"en": label, "zh": label})
                hit[key] = hit.get(key, False) or n == place
        told |= {(rule.id, ""): rule for rule in _conditions(plan.scheme)}
        for id_, node in {**plan.items, **plan.rows}.items():
            if node.low == node.high:  # `otherwise`, or decided by the day: nothing to try
                continue
            key, truth = (id_, ""), state.truth(node)
            true[key] = true.get(key, False) or truth is True
            false[key] = false.get(key, False) or truth is False

    def missed(seen: dict[tuple[str, str], bool]) -> tuple[Rule, ...]:
        return tuple(told.get(key, Rule(key[0], {}, {})) for key, done in seen.items() if not done)

    return Untried(missed(hit), missed(true), missed(false), len(hit) + 2 * len(true))


def _conditions(scheme: Scheme) -> Iterator[Rule]:
    """Every condition of a scheme with its heading and its words."""
    lists = [(r.title, r.conditions) for r in scheme.requirements]
    lists += [(d.title, d.definition) for d in scheme.derived if isinstance(d.definition, Conditions)]
    lists += [(o.title, o.conditions) for o in scheme.outcomes]
    for title, conditions in lists:
        yield from (Rule(item.id, title, item.words) for item in conditions.walk())
    todo = [scheme.points] if scheme.points else []
    while todo:
        criterion = todo.pop()
        todo += criterion.criteria()
        for part in criterion.parts:
            if isinstance(part, ConditionTable):
                yield from (Rule(row.id, criterion.title, row.words) for row in part.rows)


def case_files(folder: Path, scheme: str = "") -> list[Path]:
    """The files of cases under a folder of policies, or those of one scheme."""
    if scheme:
        path = folder / scheme / "cases.yaml"
        return [path] if path.is_file() else []
    return sorted(folder.rglob("cases.yaml"))


def as_data(result: Result) -> dict[str, Any]:
    case = result.case
    return {
        "case": case.name,
        "scheme": case.scheme,
        "passed": result.passed,
        "where": case.where.data(),
        "differences": [{"what": w, "expected": e, "found": f} for w, e, f in result.differences],
    }
