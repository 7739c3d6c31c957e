"""What the coming years change by themselves: the days on which an answer turns, and why."""

from __future__ import annotations

from datetime import date
from typing import Any

from jifen.advice.timeline import Line, timeline
from jifen.portal.rules import Kept, Subject, key_of, rules
from jifen.portal.words import STATUS

YEARS = 8
_lines: Kept[tuple[Any, ...], tuple[Line, date]] = Kept(1_000)


def line(scheme: str, who: Subject) -> tuple[Line, date]:
    """The line of one scheme, and the last day looked at."""
    given = tuple(sorted(who.profile.values.items()))
    key = (key_of(scheme, who), given)
    kept = _lines.get(key)
    if kept is None:
        found = timeline(rules(), who.profile, who.on, YEARS, [scheme])
        kept = _lines.put(key, (found.lines[0], found.until))
    return kept


def shown(scheme: str, who: Subject) -> dict[str, Any]:
    """The line for a template: spans and years in percent of the width, changes in words."""
    found, until = line(scheme, who)
    days = (until - who.on).days + 1

    def at(day: date) -> str:
        return f"{100 * (day - who.on).days / days:.2f}%"

    spans = [
        {"css": STATUS[moment.status][0], "x": at(start), "width": f"{100 * (end - start).days / days:.2f}%"}
        for start, end, moment in found.spans(who.on, until)
    ]
    changes = []
    for c in found.changes:
        css, words, _ = STATUS[c.after.status]
        causes = [{"title": x.fact.title if x.fact else None, "before": x.before, "after": x.after} for x in c.causes]
        gained = f"{c.points:+d}" if c.points else ""
        changes.append(
            {
                "day": c.day,
                "css": css,
                "status": words,
                "points": c.after.points,
                "gained": gained,
                "better": c.gain >= 0,
                "causes": causes,
            }
        )
    years = [{"x": at(date(y, 1, 1)), "year": y} for y in range(who.on.year + 1, until.year + 1)]
    return {"spans": spans, "changes": changes[:24], "years": years, "held": found.held}
