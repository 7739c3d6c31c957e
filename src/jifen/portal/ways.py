"""Ways to yes: what would have to change for a scheme, cheapest first, in words and on a line of time.

The price of a change is a declared assumption for planning (`policies/advice/costs.yaml`); every way is checked by the reference engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jifen.advice.costs import Costs, costs_file, read_costs
from jifen.advice.path import Paths, Step, Way, find_paths
from jifen.answers.answer import Answer
from jifen.facts.units import unit_of
from jifen.facts.values import show_value
from jifen.portal.groups import group_of
from jifen.portal.rules import Kept, Subject, key_of, rules
from jifen.portal.words import STATUS


@cache
def costs() -> Costs:
    """The cost model of the policies."""
    return read_costs(costs_file(), rules().vocabulary)


MOST_OPEN = 30
"""Facts that may be open when ways are looked for: with more, there are too many ways to price while somebody waits."""
_paths: Kept[tuple[Any, ...], Paths] = Kept(4_000)


def paths(found: Answer, who: Subject) -> Paths | None:
    """The cheapest ways to qualify; for one who qualifies, to the next better outcome.

    None where nothing better exists, or where too much is open.
    """
    if len(found.missing) > MOST_OPEN:
        return None
    target = ""
    if found.status == "qualifies":
        plan = rules().plan(found.scheme, who.on)
        at = plan.outcomes.index(found.outcome) if plan and found.outcome in plan.outcomes else 0
        if not plan or at == 0:
            return None
        target = plan.outcomes[at - 1]
    key = (target, key_of(found.scheme, who))
    kept = _paths.get(key)
    if kept is None:
        new = find_paths(rules(), who.values, who.on, found.scheme, costs(), to=target)
        kept = _paths.put(key, new) if new else None
    return kept


def shown(found: Paths, lang: str) -> dict[str, Any]:
    """Paths for a template. A way of which the first step is only supposed needs an answer, not a change."""
    scheme = rules().versions(found.scheme)[-1]
    titles = {o.id: o.title for v in rules().versions(found.scheme) for o in v.outcomes}
    ways = [_way(w, lang, titles) for w in found.ways if w.steps]
    return {
        "scheme": scheme,
        "id": found.scheme,
        "target": titles.get(found.target),
        "ways": ways,
        "authority": found.decided_by == "authority",
        "limits": [_step(s, lang) for s in found.limits],
        "note": costs().note,
    }


def _way(way: Way, lang: str, titles: Mapping[str, Any]) -> dict[str, Any]:
    longest = max((s.price.months for s in way.steps), default=0)
    css, words, _ = STATUS[way.status]
    return {
        "changes": [_step(s, lang, longest) for s in way.steps if not s.supposed],
        "supposed": [_step(s, lang) for s in (*way.steps, *way.conditions) if s.supposed],
        "months": way.months,
        "css": css,
        "status": words,
        "outcome": titles.get(way.outcome) if way.outcome and way.outcome != "eligible" else None,
        "points": way.points,
    }


def _step(step: Step, lang: str, longest: int = 0) -> dict[str, Any]:
    fact = step.fact
    if step.code and fact.codes:
        said = fact.codes.values[step.code][lang]
    elif step.least == step.most or not fact.ordered:
        said = show_value(fact, step.then, lang)
    elif step.then == step.least:
        said = ("≥ " if step.most >= fact.high else "") + show_value(fact, step.least, lang)
        if step.most < fact.high:
            said += "–" + show_value(fact, step.most, lang)
    else:
        said = "≤ " + show_value(fact, step.most, lang)
    return {
        "title": fact.title,
        "now": "" if step.now is None or step.code else show_value(fact, step.now, lang),
        "then": said,
        "without": bool(step.code) and not step.then,
        "unit": unit_of(fact, lang) if fact.kind in ("whole", "decimal", "money") else "",
        "months": step.price.months,
        "points": step.points,
        "group": "" if fact.authority else group_of().get(fact.id, ""),
        "id": fact.id,
        "because": step.because,
        "width": f"{100 * step.price.months / longest:.1f}%" if longest else "0%",
    }
