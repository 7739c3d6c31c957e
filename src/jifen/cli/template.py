"""A new profile: a commented template, or an interview that asks what settles most."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import typer

from jifen.answers.door import Jifen, as_day
from jifen.engines.reference import State
from jifen.facts.profiles import profile_from
from jifen.facts.units import unit_of
from jifen.facts.values import show_value
from jifen.facts.vocabulary import Fact
from jifen.problems import ProfileError
from jifen.strict_yaml import Table, parse

_HEAD = {
    "person": {
        "en": "A profile: what is known about one person. Take away the # before what you know; what is left out is unknown.",
        "zh": "档案：关于一个人的已知事实。去掉已知项前的 #；未填写的视为未知。",
    },
    "organisation": {
        "en": "A profile: what is known about one organisation. Take away the # before what you know; what is left out is unknown.",
        "zh": "档案：关于一个机构的已知事实。去掉已知项前的 #；未填写的视为未知。",
    },
}


def asked_facts(rules: Jifen, schemes: Iterable[str], on: date) -> list[Fact]:
    """The facts that the schemes ask, each once, those most asked first."""
    count: dict[str, int] = {}
    for scheme in schemes:
        plan = rules.plan(scheme, on)
        for name in dict.fromkeys(f for v in (plan.variables.values() if plan else ()) for f in v.facts):
            if name in rules.vocabulary.facts:
                count[name] = count.get(name, 0) + 1
    return [rules.vocabulary.facts[n] for n in sorted(count, key=lambda n: -count[n])]


def allowed(fact: Fact, lang: str = "en") -> str:
    """What may be written for a fact, in one line."""
    if fact.kind == "yes/no":
        return {"en": "yes, no", "zh": "是、否"}[lang]
    if fact.codes and len(fact.codes.values) <= 12 and lang == "zh":
        return "、".join(f"{code}（{words['zh']}）" for code, words in fact.codes.values.items())
    if fact.codes and len(fact.codes.values) <= 12:
        return ", ".join(fact.codes.values)
    if fact.codes:
        return fact.codes.name
    if fact.kind == "spells":
        return "[{from: 2015-03-01, until: 2019-02-28}]"
    return f"{show_value(fact, fact.low)} – {show_value(fact, fact.high)} {unit_of(fact, lang)}".strip()


def template(rules: Jifen, schemes: Iterable[str], on: str | None, lang: str) -> str:
    """A profile in which every fact the schemes ask stands as a comment."""
    wanted = list(schemes)
    subjects = {rules.versions(s)[-1].subject for s in wanted}
    subject = "organisation" if subjects == {"organisation"} else "person"
    lines = [f"# {_HEAD[subject][lang]}", ""]
    for fact in asked_facts(rules, wanted, as_day(on)):
        if fact.authority:
            continue
        lines += [f"# {fact.question[lang]}", f"#   {allowed(fact, lang)}", f"#{fact.id}: ", ""]
    return "\n".join(lines)


def interview(rules: Jifen, schemes: Iterable[str], on: str | None, lang: str) -> str:
    """Ask until nothing asked could change an answer; Enter says “I don't know”, and `.` stops."""
    day = as_day(on)
    answers: dict[str, str] = {}
    skipped: set[str] = set()
    wanted = list(schemes)
    say = {"en": "Enter: don't know · . : stop", "zh": "回车：不知道 · . ：结束"}[lang]
    typer.echo(say, err=True)
    while fact := _next(rules, wanted, answers, skipped, day):
        typer.echo(f"\n{fact.question[lang]}\n  {allowed(fact, lang)}", err=True)
        text = typer.prompt(f"  {fact.id}", default="", show_default=False, err=True).strip()
        if text == ".":
            break
        if not text:
            skipped.add(fact.id)
            continue
        try:
            _profile(rules, {fact.id: text})
            answers[fact.id] = text
        except ProfileError as e:
            typer.echo(e.text(lang), err=True)
    return "".join(f"{name}: {text}\n" for name, text in answers.items()) or "{}\n"


def _profile(rules: Jifen, answers: dict[str, str]):  # type: ignore[no-untyped-def]
    node = parse("".join(f"{k}: {v}\n" for k, v in answers.items()), "")
    assert isinstance(node, Table)
    return profile_from(node, rules.vocabulary)


def _next(rules: Jifen, schemes: list[str], answers: dict[str, str], skipped: set[str], on: date) -> Fact | None:
    """The fact that decides in most schemes that are still open."""
    values = rules.complete(_profile(rules, answers), on) if answers else {}
    count: dict[str, int] = {}
    for scheme in schemes:
        plan = rules.plan(scheme, on)
        if plan is None:
            continue
        state = State(plan, values, on)
        for place, name in enumerate(state.deciding()):
            if name not in skipped and name in rules.vocabulary.facts:
                count[name] = count.get(name, 0) + 1000 - min(place, 900)
    names = [n for n in count if not rules.vocabulary.facts[n].authority]
    best = max(names, key=lambda n: count[n], default=None)
    return rules.vocabulary.facts[best] if best else None
