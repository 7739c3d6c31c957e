"""The Regulation article by article, and the indicators of what it brings."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from jifen.portal.groups import both
from jifen.portal.pages import show
from jifen.portal.registry import registers
from jifen.portal.rules import rules, today
from jifen.registers import indicators as counts
from jifen.registers.coverage import Covered, Links, coverage, links, mentions
from jifen.registers.regulation import Regulation, load_regulation

FORCE = {
    "shall": both("must", "应当"),
    "support": both("supports", "支持"),
    "encourage": both("encourages", "鼓励"),
    "may": both("may", "可以"),
    "explore": both("explores", "探索"),
}
ANSWERED = {
    "scheme and register": ("yes", both("answered by schemes and registers", "有方案和名录")),
    "scheme": ("yes", both("answered by schemes", "有方案")),
    "register": ("authority", both("shown by a register", "有名录")),
    "intent only": ("open", both("an intention so far", "目前仅为宣示")),
}


@cache
def text() -> Regulation:
    return load_regulation()


@cache
def linked() -> Links:
    """The schemes that cite the Regulation."""
    return links(text(), rules().shelf)


@cache
def covered() -> tuple[Covered, ...]:
    """Every promise of every article with what answers it."""
    return tuple(coverage(text(), registers(), linked(), list(text().articles)))


@require_safe
def contents(request: HttpRequest, lang: str) -> HttpResponse:
    found = text()
    promised = {c.promise.article for c in covered()}
    chapters: list[dict[str, Any]] = []
    for article in found.articles.values():
        if not chapters or chapters[-1]["number"] != article.chapter:
            chapters.append({"number": article.chapter, "title": found.chapters[article.chapter], "articles": []})
        answered = [c for c in covered() if c.promise.article == article.number]
        chapters[-1]["articles"].append(
            {
                "article": article,
                "abroad": article.number in found.foreign_facing,
                "promises": len(answered),
                "schemes": len({link.scheme for c in answered for link in c.links}),
                "held": article.number in promised,
            }
        )
    return show(request, "regulation.html", {"regulation": found, "chapters": chapters, "nav": "law"})


@require_safe
def article(request: HttpRequest, lang: str, number: int) -> HttpResponse:
    """One article: what it promises to whom, and what answers each promise."""
    found = text()
    it = found.articles.get(number)
    if it is None:
        raise Http404
    promises = [
        {
            "promise": c.promise,
            "force": FORCE[c.promise.force],
            "css": ANSWERED[c.status][0],
            "answered": ANSWERED[c.status][1],
            "links": c.links,
            "rows": [
                {"title": registers()[s.register].schema.title, "name": s.register, "code": s.code, "rows": n}
                for s, n in c.rows.items()
            ],
        }
        for c in covered()
        if c.promise.article == number
    ]
    numbers = list(found.articles)
    at = numbers.index(number)
    context = {
        "regulation": found,
        "article": it,
        "chapter": found.chapters[it.chapter],
        "promises": promises,
        "mentions": mentions(found, linked(), number),
        "before": numbers[at - 1] if at else None,
        "after": numbers[at + 1] if at + 1 < len(numbers) else None,
        "nav": "law",
    }
    return show(request, "article.html", context)


@cache
def _charts(lang: str) -> tuple[dict[str, Any], ...]:
    found = []
    for name, rows in counts.all_series(registers()).items():
        chart = counts.chart(name, registers(), lang)
        sources = list(dict.fromkeys(row.source for row in rows))
        picture = mark_safe(chart.svg(style=False))
        table = mark_safe(chart.table())
        found.append(
            {
                "name": name,
                "title": chart.title,
                "svg": picture,
                "table": table,
                "sources": sources,
                "said": chart.description,
            }
        )
    return tuple(found)


@require_safe
def indicators(request: HttpRequest, lang: str) -> HttpResponse:
    """The dashboard: each series as chart and table with its sources; hubs side by side."""
    hubs = [
        {
            "row": h.row,
            "schemes": h.schemes,
            "counts": [
                (
                    registers()["indicators"].columns["series"].values[n],
                    counts.amount(r, registers(), lang),
                    counts.period(r),
                )
                for n, r in h.counts.items()
            ],
        }
        for h in counts.hubs(registers(), rules().shelf, today())
    ]
    return show(request, "indicators.html", {"charts": _charts(lang), "hubs": hubs, "nav": "indicators"})
