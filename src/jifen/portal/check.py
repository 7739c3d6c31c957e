"""The check: begin, one group of questions a page, stop and come back any time."""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings as django_settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from jifen.facts.units import unit_of
from jifen.facts.values import show_value
from jifen.facts.vocabulary import Fact
from jifen.portal import demo, drafts
from jifen.portal.groups import STARTS, groups
from jifen.portal.middleware import guesses, not_stored, problem, sender
from jifen.portal.models import Draft
from jifen.portal.pages import lang_of, personal, show
from jifen.portal.questions import (
    SPELLS,
    Check,
    asked_now,
    check_change,
    held,
    next_group,
    read_group,
    steps,
)
from jifen.portal.rules import rules, today
from jifen.portal.uses import cited, uses
from jifen.portal.words import PLACES, STATUS, place_of, place_words
from jifen.problems import JifenError, Problem

PROFILE_FORM = "urn:jifen:profile:1"
"""The name of the form of a file that a person keeps."""
_FEW = 8


def places_offered(subject: str) -> list[str]:
    """The places that have a scheme for a kind of subject."""
    found = dict.fromkeys(
        place_of(v[-1].jurisdiction)
        for v in rules().shelf.schemes.values()
        if v[-1].subject == subject and v[-1].law == "law"
    )
    return [p for p in ["CN", *sorted(found)] if p in found and p in PLACES][:1] + sorted(p for p in found if p != "CN")


@require_safe
def start(request: HttpRequest, lang: str) -> HttpResponse:
    """Who are you, and which places do you ask about?"""
    context = {
        "nav": "check",
        "starts": list(STARTS.values()),
        "draft": drafts.current(request),
        "ticket": drafts.ticket(),
        "places": [(p, place_words(p)) for p in places_offered("person")],
    }
    return personal(show(request, "start.html", context))


@require_POST
def begin(request: HttpRequest, lang: str) -> HttpResponse:
    """Begin a check. The draft is made here, once for each ticket."""
    chosen = STARTS.get(request.POST.get("start", ""))
    if chosen is None:
        return redirect("check", lang)
    offered = places_offered(chosen.subject)
    places = [p for p in request.POST.getlist("places") if p in offered] or ["CN"]
    code = drafts.from_ticket(request.POST.get("ticket", ""))
    draft = drafts.begin(code, subject=chosen.subject, start=chosen.id, places=places)
    response = redirect(
        "group", lang, _next(draft) or next(g.id for g in groups().values() if g.subject == draft.subject)
    )
    drafts.remember(request, response, draft)
    return response


@require_POST
def begin_sample(request: HttpRequest, lang: str) -> HttpResponse:
    """Open a synthetic person or organisation as a check of one's own, marked as demonstration."""
    chosen = demo.sample(request.POST.get("sample", ""))
    if chosen is None:
        raise Http404
    profile = rules().profile(chosen.facts)
    draft = drafts.begin(
        drafts.new_code(),
        subject=chosen.subject,
        start=chosen.start,
        places=["CN"],
        name=chosen.name,
        facts=profile.plain(rules().vocabulary),
        demo=True,
    )
    response = redirect("results", lang)
    drafts.remember(request, response, draft)
    return response


def _next(draft: Draft, after: str = "") -> str | None:
    return next_group(held(draft, today()), after)


def counts(check: Check) -> list[dict[str, Any]]:
    """How many schemes stand where, in the order of the statuses."""
    found = []
    for status, (css, words, _) in STATUS.items():
        number = sum(a.status == status for a in check.answers)
        if status != "not in force" or number:
            found.append({"css": css, "words": words, "number": number})
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def group(request: HttpRequest, lang: str, id: str) -> HttpResponse:
    """One group of questions. A post saves what can be saved, says what cannot, and goes on."""
    found = groups().get(id)
    if found is None:
        raise Http404
    draft = drafts.current(request)
    if draft is None:
        return _begin(request, lang)
    day = today()
    check = held(draft, day)
    facts = (
        asked_now(check, found)
        if request.GET.get("all") is None
        else [rules().vocabulary.facts[f] for f in found.facts]
    )
    if request.method != "POST":
        return personal(_group_page(request, check, id, facts, {}, {}))
    every = [rules().vocabulary.facts[f] for f in found.facts]
    change, problems = read_group(request.POST, every)
    contradictions = check_change(draft, change, day)
    for name in contradictions:
        change.pop(name, None)
    problems |= contradictions
    go = request.POST.get("go", "")
    partial = by_htmx(request)
    seen = [] if partial or problems else [id]
    try:
        draft = drafts.change(draft.code, change, seen)
    except Draft.DoesNotExist:
        return _begin(request, lang)
    except drafts.CANNOT_STORE as e:
        if partial:
            raise
        draft.facts = {k: v for k, v in {**draft.facts, **change}.items() if v is not None}
        shown = [f for f in every if f in facts or f.id in draft.facts or f.id in problems]
        typed = {f: request.POST.get(f, "") for f in problems}
        return not_stored(personal(_group_page(request, held(draft, day), id, shown, problems, typed, stored=False)), e)
    check = held(draft, day)
    if partial:
        sent = {key.partition(":")[0] for key in request.POST}
        wrong = {f.id: said(problems[f.id], lang) if f.id in problems else "" for f in every if f.id in sent}
        context = {"counts": counts(check), "steps": steps(check), "here": id, "wrong": wrong}
        return personal(show(request, "parts/saved.html", context))
    switch = request.POST.get("switch", "")
    if problems:
        shown = asked_now(check, found) or every
        shown += [f for f in every if f.id in problems and f not in shown]
        page = _group_page(request, check, id, shown, problems, {f: request.POST.get(f, "") for f in problems})
        return personal(page)
    if switch in ("en", "zh"):
        return HttpResponseRedirect(reverse("group", args=(switch, id)))
    if go == "results":
        return redirect("results", lang)
    following = next_group(check, id)
    return redirect("group", lang, following) if following else redirect("results", lang)


def _begin(request: HttpRequest, lang: str) -> HttpResponse:
    """To the first page of the check, also for a form that was to be saved in passing."""
    if by_htmx(request):
        return HttpResponseClientRedirect(reverse("check", args=(lang,)))
    return redirect("check", lang)


def by_htmx(request: HttpRequest) -> bool:
    """Whether a part of a page is asked for, not the page."""
    return request.headers.get("HX-Request") == "true"


def said(problem: Problem, lang: str) -> str:
    """A mistake in words for a form: facts by their titles, codes by their words, no names of commands."""
    fact = rules().vocabulary.facts.get(problem.where.path)
    message = problem.message(lang)
    for name in re.findall(r"`([^`]+)`", message):
        titled = rules().vocabulary.facts.get(name)
        message = message.replace(f"`{name}`", f"“{titled.title[lang]}”" if titled else name)
    expected = problem.expected(lang)
    if problem.code == "unknown-code" and fact and fact.codes:
        words = [w[lang] for w in fact.codes.values.values()]
        expected = (
            {"en": "one of: ", "zh": ""}[lang]
            + {"en": "; ", "zh": "、"}[lang].join(words[:12])
            + ("…" if len(words) > 12 else "")
        )
    elif "`jifen" in expected:
        expected = ""
    if not problem.message(lang).startswith("`"):
        message = message[:1].upper() + message[1:]
    return message + ({"en": ". Expected: ", "zh": "。应为："}[lang] + expected if expected else "")


def _group_page(
    request: HttpRequest,
    check: Check,
    id: str,
    facts: list[Fact],
    problems: dict[str, Problem],
    typed: dict[str, str],
    stored: bool = True,
) -> HttpResponse:
    lang = lang_of(request)
    found = groups()[id]
    all_steps = steps(check)
    context = {
        "draft": check.draft,
        "group": found,
        "fields": [field(f, check, lang, problems.get(f.id), typed.get(f.id)) for f in facts],
        "left_out": len(found.facts) - len(facts),
        "problems": [
            {"id": f, "title": rules().vocabulary.facts[f].title, "said": said(p, lang)} for f, p in problems.items()
        ],
        "steps": all_steps,
        "counts": counts(check),
        "here_group": id,
        "last": next_group(check, id) is None,
        "in_form": True,
        "demo": check.draft.demo or django_settings.DEMO,
        "nav": "check",
        "aside": [rules().vocabulary.facts[f].title for f in check.aside if f in rules().vocabulary.facts],
        "stored": stored,
    }
    return show(request, "group.html", context, 503 if not stored else 422 if problems else 200)


def field(
    fact: Fact, check: Check, lang: str, problem: Problem | None, typed: str | None, reasons: bool = True
) -> dict[str, Any]:
    """What a template needs to ask a fact: its kind of input, what is known, and (with `reasons`) why it is asked."""
    value = check.draft.facts.get(fact.id)
    entry: dict[str, Any] = {
        "fact": fact,
        "id": fact.id,
        "value": typed if typed is not None else value,
        "problem": said(problem, lang) if problem else "",
        "why": why(fact, check) if reasons else [],
        "unit": unit_of(fact, lang),
    }
    codes = list(fact.codes.values.items()) if fact.codes else []
    if fact.kind == "yes/no":
        entry |= {"input": "choice", "options": [("yes", {"en": "Yes", "zh": "是"}), ("no", {"en": "No", "zh": "否"})]}
        entry["value"] = {True: "yes", False: "no"}.get(value, "")
    elif fact.kind == "one of":
        entry |= {
            "input": "choice" if len(codes) <= _FEW else "select",
            "options": codes,
            "value": entry["value"] or "",
        }
    elif fact.kind == "several of" and len(codes) > 60:
        held_codes = list(value or [])
        entry |= {"input": "several-select", "options": sorted(codes, key=lambda c: c[1][lang]), "slots": []}
        entry["slots"] = [held_codes[i] if i < len(held_codes) else "" for i in range(max(3, len(held_codes) + 1))]
    elif fact.kind == "several of":
        none = value is not None and not value
        entry |= {"input": "several", "options": codes, "value": value or [], "none": none}
    elif fact.kind == "date":
        last = min(fact.high, check.who.on.toordinal()) if fact.id in rules().counted_from else fact.high
        entry |= {"input": "date", "low": show_value(fact, fact.low), "high": show_value(fact, last)}
    elif fact.kind == "spells":
        rows = list(value or [])[:SPELLS]
        entry |= {
            "input": "spells",
            "rows": [*enumerate(rows), *((i, {}) for i in range(len(rows), min(SPELLS, len(rows) + 2)))],
        }
    else:
        entry |= {"input": "number"}
        if isinstance(value, (int, str)) and typed is None and str(value):
            entry["value"] = f"{value:,}" if isinstance(value, int) and fact.kind == "money" else value
    return entry


def why(fact: Fact, check: Check) -> list[dict[str, Any]]:
    """The rules that ask a fact, one for each scheme of the check: what they say and where it stands."""
    found: dict[str, dict[str, Any]] = {}
    scope = {a.scheme for a in check.answers}
    for use in uses(check.who.on).get(fact.id, ()):
        if use.scheme.id in scope and use.scheme.id not in found:
            found[use.scheme.id] = {"use": use, "scheme": use.scheme, "cited": cited(use.citations, use.instruments)}
    return list(found.values())


@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, lang: str) -> HttpResponse:
    """Come back by code, or from the file that was kept."""
    wrong, problems = "", []
    typed = ""
    if request.method == "POST":
        if not guesses.take(sender(request)):
            return problem(request, 429, "too-often")
        upload = request.FILES.get("file")
        if upload is not None:
            try:
                draft = _from_file(upload.read(1_000_001))
            except JifenError as e:
                wrong, problems = "file", [said(p, lang) for p in e.problems[:10]]
            except ValueError:
                wrong = "not-ours"
        else:
            typed = request.POST.get("code", "")[:80]
            code = drafts.read_code(typed)
            found = drafts.find(code) if code else None
            wrong = "" if found else ("form" if not code else "unknown")
            if found:
                draft = found
        if not wrong:
            response = redirect("results", lang)
            drafts.remember(request, response, draft)
            return response
    context = {"wrong": wrong, "typed": typed, "problems": problems, "kept_days": drafts.KEPT_DAYS}
    return personal(show(request, "resume.html", context, 422 if wrong else 200))


def _from_file(content: bytes) -> Draft:
    """A new draft from a kept file. Raises ValueError if it is not one, ProfileError for what is wrong in it."""
    if len(content) > 1_000_000:
        raise ValueError("too large")
    try:
        data = json.loads(content.decode("utf-8"))
    except RecursionError as e:
        raise ValueError("too deep") from e
    if not isinstance(data, dict) or data.get("form") != PROFILE_FORM or not isinstance(data.get("facts"), dict):
        raise ValueError("not a profile")
    profile = rules().profile(data["facts"])
    start = STARTS.get(str(data.get("start")), next(iter(STARTS.values())))
    offered = places_offered(start.subject)
    listed = data.get("places")
    places = [p for p in listed if p in offered] if isinstance(listed, list) else []
    return drafts.begin(
        drafts.new_code(),
        subject=start.subject,
        start=start.id,
        name=str(data.get("name") or "")[:200],
        places=places or ["CN"],
        facts=profile.plain(rules().vocabulary),
        demo=data.get("demo") is True,
    )


@require_safe
def keep(request: HttpRequest, lang: str) -> HttpResponse:
    """The file that a person keeps: the facts as given, nothing else."""
    draft = drafts.current(request)
    if draft is None:
        return redirect("check", lang)
    data = {
        "form": PROFILE_FORM,
        "start": draft.start,
        "name": draft.name,
        "places": draft.places,
        "demo": draft.demo,
        "facts": dict(sorted(draft.facts.items())),
    }
    text = json.dumps(data, ensure_ascii=False, indent=1)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="jifen-{today()}.json"'
    return personal(response)


@require_POST
def forget(request: HttpRequest, lang: str) -> HttpResponse:
    """Delete the draft and its shared links, now."""
    draft = drafts.current(request)
    if draft is not None:
        drafts.delete(draft.code)
    response = redirect("home", lang)
    response.delete_cookie(drafts.COOKIE, samesite="Lax")
    return response


@require_POST
def settings(request: HttpRequest, lang: str) -> HttpResponse:
    """The name on the print, and the places asked about."""
    draft = drafts.current(request)
    if draft is None:
        return redirect("check", lang)
    fields: dict[str, Any] = {}
    if "name" in request.POST:
        fields["name"] = "".join(c for c in request.POST["name"] if c.isprintable())[:200].strip()
    if "places-shown" in request.POST:
        offered = places_offered(draft.subject)
        fields["places"] = [p for p in request.POST.getlist("places") if p in offered] or ["CN"]
    drafts.change(draft.code, {}, **fields)
    return redirect("results", lang)
