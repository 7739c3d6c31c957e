"""A new profile: a commented template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from jifen.answers.door import Jifen, as_day
from jifen.facts.units import unit_of
from jifen.facts.values import example, show_value
from jifen.facts.vocabulary import Fact

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
_SEVERAL = {"en": "Several, as {example}; [] for none.", "zh": "可多选，如 {example}；没有则写 []。"}
_LIST = {
    "en": "A code of {name}; `jifen facts {fact}` lists them.",
    "zh": "{name} 代码；可用 `jifen facts {fact}` 列出。",
}
_SHORT = 12


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
        return "yes, no"
    if fact.codes and len(fact.codes.values) <= _SHORT:
        return ", ".join(fact.codes.values)
    if fact.codes:
        return fact.codes.name
    if fact.kind == "spells":
        return example(fact)
    return f"{show_value(fact, fact.low)} – {show_value(fact, fact.high)} {unit_of(fact, lang)}".strip()


def _told(fact: Fact, lang: str) -> Iterator[str]:
    """The lines above a fact in a template: its question, its help, and what may be written."""
    yield fact.question[lang]
    if fact.help:
        yield f"  {fact.help[lang]}"
    if fact.kind == "several of":
        yield f"  {_SEVERAL[lang].format(example=example(fact))}"
    if fact.codes and len(fact.codes.values) <= _SHORT:
        yield from (f"    {code}: {words[lang]}" for code, words in fact.codes.values.items())
    elif fact.codes:
        yield f"  {_LIST[lang].format(fact=fact.id, name=fact.codes.name)}"
    else:
        yield f"  {allowed(fact, lang)}"


def template(rules: Jifen, schemes: Iterable[str], on: str | None, lang: str) -> str:
    """A profile in which every fact the schemes ask stands as a comment."""
    wanted = list(schemes)
    subjects = {rules.versions(s)[-1].subject for s in wanted}
    subject = "organisation" if subjects == {"organisation"} else "person"
    lines = [f"# {_HEAD[subject][lang]}", ""]
    for fact in asked_facts(rules, wanted, as_day(on)):
        if fact.authority:
            continue
        lines += [*(f"# {line}" for line in _told(fact, lang)), f"#{fact.id}:", ""]
    return "\n".join(lines)
