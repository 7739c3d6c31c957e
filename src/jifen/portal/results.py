"""Results: everything a check gives, one scheme in full, what-if, places side by side, print, JSON, and shared links."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from jifen.answers.answer import Answer
from jifen.portal import ahead, cards, drafts
from jifen.portal import ways as roads
from jifen.portal.check import by_htmx, counts, field, places_offered
from jifen.portal.groups import groups
from jifen.portal.models import Draft, Share
from jifen.portal.pages import personal, show
from jifen.portal.private import what_if_data
from jifen.portal.questions import Check, check_change, held, next_group, read_group, scope
from jifen.portal.rules import Kept, answer, answers, given, rules, today
from jifen.portal.words import NEEDS, STATUS, need_of, place_words

SHARE_DAYS = (1, 7, 30)


View = Callable[..., HttpResponse]


def _with_check(view: View) -> View:
    """Gives a view the check of this browser, held against today; without one it leads to the start."""

    @wraps(view)
    def found(request: HttpRequest, lang: str, **named: Any) -> HttpResponse:
        draft = drafts.current(request)
        return view(request, lang, held(draft, today()), **named) if draft else redirect("check", lang)

    return found


def _cards(check: Check, lang: str, need: str = "") -> list[dict[str, Any]]:
    """The answers in the order of their statuses, the nearest to being settled first; a no and a far one are a line."""
    order = {status: i for i, status in enumerate(STATUS)}
    found, open_ones = [], 0
    every = [given(s, check.who) for s in check.scope]
    for g in sorted(every, key=lambda g: (order[g.answer.status], len(g.answer.missing), g.answer.scheme)):
        a = g.answer
        if need and need_of(a.scheme, check.draft.subject) != need:
            continue
        open_ones += a.status == "undetermined"
        brief = a.status in ("does not qualify", "not in force") or (
            a.status == "undetermined" and open_ones > cards.OPEN_SHOWN
        )
        found.append({"status": a.status, "brief": brief, "html": cards.card(g, lang, brief)})
    return found


def _joined(section: dict[str, Any]) -> dict[str, Any]:
    """The cards of a section as one text, and its lines as another."""
    inside = section.pop("cards")
    whole, lines = ("".join(c["html"] for c in inside if c["brief"] is brief) for brief in (False, True))
    return {**section, "number": len(inside), "whole": mark_safe(whole), "lines": mark_safe(lines)}


@require_safe
@_with_check
def results(request: HttpRequest, lang: str, check: Check) -> HttpResponse:
    need = request.GET.get("need", "")
    need = need if need in NEEDS else ""
    numbers: dict[str, int] = {}
    for a in check.answers:
        kind = need_of(a.scheme, check.draft.subject)
        numbers[kind] = numbers.get(kind, 0) + 1
    context = {
        **_common(check),
        "sections": [_joined(s) for s in cards.sections(_cards(check, lang, need))],
        "needs": [(n, words, numbers[n]) for n, words in NEEDS.items() if n in numbers],
        "need": need,
        "counts": counts(check),
        "next_group": next_group(check),
        "first_group": next(g.id for g in groups().values() if g.subject == check.draft.subject),
        "known": len(check.draft.facts),
        "what_if": _what_if_fields(check, lang),
        "words": what_if_data(check.draft, lang),
        "plans": " ".join(reverse("plans", args=(check.draft.subject, p, check.who.on)) for p in check.draft.places),
    }
    return personal(show(request, "results.html", context))


def _common(check: Check) -> dict[str, Any]:
    facts = rules().vocabulary.facts
    return {
        "draft": check.draft,
        "day": check.who.on,
        "aside": [facts[f].title for f in check.aside if f in facts],
        "places": [place_words(p) for p in check.draft.places],
        "demo": check.draft.demo or settings.DEMO,
        "nav": "check",
    }


_WHAT_IF = (
    "china.annual_salary", "education.degree", "chinese.hsk", "work.related_years", "china.months_a_year", "china.work_place",
    "residence.consecutive_years", "china.continuous_work_years", "china.company_share", "residence.investment_total",
)  # fmt: skip
"""What a person most often can change or wonders about; only those that a scheme of the check asks are shown."""


_fields: Kept[tuple[str, str, str], SafeString] = Kept(4_000)


def _what_if_fields(check: Check, lang: str) -> list[SafeString]:
    """The inputs, each kept under its fact and value."""
    vocabulary = rules().vocabulary.facts
    names = [n for n in _WHAT_IF if n in vocabulary and vocabulary[n].subject == check.draft.subject]
    if check.draft.subject != "person":
        names = [n for n in check.draft.facts if n in vocabulary and vocabulary[n].changes == "by own act"][:8]
    made = []
    for name in names:
        key = (lang, name, repr(check.draft.facts.get(name)))
        html = _fields.get(key)
        if html is None:
            f = field(vocabulary[name], check, lang, None, None, reasons=False)
            html = _fields.put(key, render_to_string("parts/what_if_field.html", {"lang": lang, "f": f}))
        made.append(html)
    return made


@require_http_methods(["POST"])
@_with_check
def what_if(request: HttpRequest, lang: str, check: Check) -> HttpResponse:
    """The same check with some facts changed; nothing is saved."""
    vocabulary = rules().vocabulary.facts
    names = [f for f in vocabulary if f in request.POST and vocabulary[f].subject == check.draft.subject]
    change, problems = read_group(request.POST, [vocabulary[n] for n in names])
    change = {n: v for n, v in change.items() if v != check.draft.facts.get(n)}
    problems |= check_change(check.draft, change, check.who.on)
    for name in problems:
        change.pop(name, None)
    other = Draft(
        **{f: getattr(check.draft, f) for f in ("code", "subject", "start", "name", "places", "demo", "groups")}
    )
    other.facts = {k: v for k, v in {**check.draft.facts, **change}.items() if v is not None}
    if "birth_date" in other.facts:
        other.facts.pop("age", None)
    then = held(other, check.who.on)
    before = {a.scheme: a for a in check.answers}
    changed = [(before[a.scheme], a) for a in then.answers if _differs(before[a.scheme], a)]
    context = {
        **_common(check),
        "changed": [{"before": cards.prepared(b), "after": cards.prepared(a)} for b, a in changed],
        "change": [
            {"title": vocabulary[n].title, "was": _shown(n, check, lang), "now": _shown(n, then, lang)} for n in change
        ],
        "problems": [{"title": vocabulary[n].title, "said": p.message(lang)} for n, p in problems.items()],
        "same": len(then.answers) - len(changed),
        "counts": counts(then),
        "what_if": _what_if_fields(then, lang),
    }
    template = "parts/what_if.html" if by_htmx(request) else "what_if.html"
    return personal(show(request, template, context))


def _differs(a: Answer, b: Answer) -> bool:
    return (a.status, a.outcome, a.points) != (b.status, b.outcome, b.points)


def _shown(name: str, check: Check, lang: str) -> str:
    from jifen.facts.values import show_value

    value = check.who.values.get(name)
    return "" if value is None else show_value(rules().vocabulary.facts[name], value, lang)


@require_safe
def one(request: HttpRequest, lang: str, scheme: str) -> HttpResponse:
    """One scheme in full, asked for even when the answer is no, or when it is outside the places of the check."""
    if scheme not in rules().shelf.schemes:
        raise Http404
    return _one(request, lang, scheme=scheme)


@_with_check
def _one(request: HttpRequest, lang: str, check: Check, scheme: str) -> HttpResponse:
    found = answer(scheme, check.who)
    context = {
        **_common(check),
        **cards.prepared(found),
        "criteria": cards.criteria(found, lang),
        "requirements": cards.requirements(found),
        "ways": roads.shown(way, lang) if (way := roads.paths(found, check.who)) else None,
        "ahead": ahead.shown(scheme, check.who) if request.GET.get("ahead") or not found.missing else None,
        "assumed": _named(found.assumed),
        "chosen": _named(found.chosen),
        "other_subject": rules().versions(scheme)[-1].subject != check.draft.subject,
    }
    return personal(show(request, "result.html", context))


@require_safe
@_with_check
def ways(request: HttpRequest, lang: str, check: Check) -> HttpResponse:
    """The cheapest ways over all schemes of the check, nearest first."""
    found, not_looked = [], []
    for a in check.answers:
        way = roads.paths(a, check.who)
        if way and way.unfinished and not way.ways:
            not_looked.append((a.scheme, a.title))
        if way and way.ways and way.ways[0].steps:
            first = way.ways[0]
            changes = sum(not s.supposed for s in first.steps)
            found.append(((changes > 0, first.cost, len(first.steps)), way))
    found.sort(key=lambda f: f[0])
    context = {**_common(check), "found": [roads.shown(w, lang) for _, w in found], "not_looked": not_looked}
    return personal(show(request, "ways.html", context))


def _named(values: Any) -> list[dict[str, Any]]:
    facts = rules().vocabulary.facts
    return [{"title": facts[f].title if f in facts else {"en": f, "zh": f}, "value": v} for f, v in values.items()]


@require_safe
@_with_check
def compare(request: HttpRequest, lang: str, check: Check) -> HttpResponse:
    """Places side by side, for the same facts."""
    offered = places_offered(check.draft.subject)
    wanted = [p for p in request.GET.getlist("place") if p in offered] or check.draft.places
    columns = []
    for place in wanted:
        found = answers(scope(check.draft.subject, [place]), check.who)
        rows = []
        for need, words in NEEDS.items():
            inside = [cards.prepared(a) for a in found if need_of(a.scheme, check.draft.subject) == need]
            order = list(STATUS)
            inside.sort(key=lambda c: order.index(c["answer"].status))
            if inside:
                rows.append({"need": words, "cards": inside})
        number = {css: sum(a.status == s for a in found) for s, (css, _, _) in STATUS.items()}
        columns.append(
            {
                "place": place,
                "words": place_words(place),
                "rows": rows,
                "number": number,
                "asked": place in check.draft.places,
            }
        )
    context = {
        **_common(check),
        "columns": columns,
        "offered": [(p, place_words(p), p in wanted) for p in offered],
    }
    return personal(show(request, "compare.html", context))


@require_safe
@_with_check
def report(request: HttpRequest, lang: str, check: Check) -> HttpResponse:
    """Everything unfolded, for paper or PDF."""
    from jifen.facts.values import show_value

    order = list(STATUS)
    found = sorted(check.answers, key=lambda a: (order.index(a.status), a.scheme))
    facts = rules().vocabulary.facts
    context = {
        **_common(check),
        "sections": cards.sections(
            [
                {
                    **cards.prepared(a),
                    "words": STATUS[a.status][1],
                    "status": a.status,
                    "criteria": cards.criteria(a, lang),
                }
                for a in found
            ]
        ),
        "facts": [
            (facts[n].title, show_value(facts[n], v, lang)) for n, v in check.who.profile.values.items() if n in facts
        ],
        "counts": counts(check),
    }
    return personal(show(request, "report.html", context))


@require_safe
def as_json(request: HttpRequest) -> HttpResponse:
    """The answers as the library gives them, with receipts."""
    draft = drafts.current(request)
    if draft is None:
        return redirect("front")
    check = held(draft, today())
    found = rules().check(check.who.profile, on=check.who.on, schemes=scope(draft.subject, draft.places))
    body = {"as_of": check.who.on.isoformat(), "demo": draft.demo, "answers": [a.data() for a in found]}
    response = JsonResponse(body, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="jifen-answers-{check.who.on}.json"'
    return personal(response)


@require_http_methods(["GET", "HEAD", "POST"])
@_with_check
def sharing(request: HttpRequest, lang: str, check: Check) -> HttpResponse:
    """Choose what a link shows, for how long; see the links, and end them."""
    chosen: list[str] = []
    empty = False
    if request.method == "POST":
        if end := request.POST.get("end", ""):
            drafts.unshare(check.draft, end[:32])
            return redirect("sharing", lang)
        inside = {a.scheme: a for a in check.answers}
        chosen = [s for s in request.POST.getlist("scheme") if s in inside]
        empty = not chosen
        days = int(d) if (d := request.POST.get("days", "")) in {str(n) for n in SHARE_DAYS} else SHARE_DAYS[1]
        if chosen:
            full = request.POST.get("detail") == "reasons"
            content = {
                "on": check.who.on.isoformat(),
                "name": check.draft.name if request.POST.get("with_name") else "",
                "demo": check.draft.demo,
                "answers": [_shared(inside[s], full) for s in chosen],
            }
            drafts.share(check.draft, content, days)
            return redirect("sharing", lang)
    order = list(STATUS)
    found = sorted(check.answers, key=lambda a: (order.index(a.status), a.scheme))
    links = check.draft.shares.filter(expires__gt=timezone.now()).order_by("-expires")  # type: ignore[attr-defined]
    context = {
        **_common(check),
        "choices": [
            {
                "id": a.scheme,
                "title": a.title,
                "css": STATUS[a.status][0],
                "status": STATUS[a.status][1],
                "on": a.status == "qualifies",
            }
            for a in found
        ],
        "days": SHARE_DAYS,
        "links": links,
        "empty": empty,
    }
    return personal(show(request, "sharing.html", context, 422 if empty else 200))


def _shared(a: Answer, full: bool) -> dict[str, Any]:
    prepared = cards.prepared(a)
    r = prepared["ruler"]
    return {
        "scheme": a.scheme,
        "title": dict(a.title),
        "status": a.status,
        "outcome": dict(prepared["outcome"]) if prepared["outcome"] else None,
        "points": [r.low, r.high, r.top] if r else None,
        "marks": [m.at for m in r.marks] if r else [],
        "reasons": [
            {"words": dict(x["words"]), "cited": [{**c, "title": dict(c["title"])} for c in x["cited"]]}
            for x in prepared["reasons"]
        ]
        if full
        else [],
    }


@require_safe
def shared(request: HttpRequest, lang: str, token: str) -> HttpResponse:
    """What a person chose to show, until the link expires."""
    found = Share.objects.filter(token=token, expires__gt=timezone.now()).first()
    if found is None:
        return personal(show(request, "shared_ended.html", {}, 410))
    content = found.content
    items = [
        {**a, "css": STATUS[a["status"]][0], "status_words": STATUS[a["status"]][1]}
        for a in content["answers"]
        if a["status"] in STATUS
    ]
    context = {
        "items": items,
        "name": content["name"],
        "on": content["on"],
        "expires": found.expires,
        "demo": content["demo"],
    }
    return personal(show(request, "shared.html", context))
