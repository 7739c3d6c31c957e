"""The interface for programs: what the pages answer, as JSON, described by OpenAPI 3.1 at `/api/v1/openapi.json`.

Nothing is stored. Every mistake is problem+json (RFC 9457) with the same problems as everywhere else. Answers have the form of
`schemas/answer.json`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Self

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import Field, NinjaAPI, Router, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import BeforeValidator, ModelWrapValidatorHandler, model_validator

from jifen.advice.path import find_paths
from jifen.answers.answer import Answer
from jifen.answers.schemas import answer_schema
from jifen.facts.values import parse_day
from jifen.portal.finder import find as found_by
from jifen.portal.groups import both
from jifen.portal.questions import scope, weights
from jifen.portal.registry import registers
from jifen.portal.rules import Kept, answers, rules, subject, today
from jifen.portal.uses import cited, instruments, uses
from jifen.portal.ways import EFFORT, costs
from jifen.portal.words import place_of
from jifen.problems import JifenError, RequestError
from jifen.registers import as_data, find
from jifen.schemes.show import as_data as scheme_data

api = NinjaAPI(
    title="Jifen 积分",
    version="1",
    description="What a profile qualifies for under published points-based schemes, why, and what is missing. The authority decides.",
    docs_url=None,
    urls_namespace="api",
)
routes = Router()
_checked: Kept[tuple[Any, ...], tuple[Answer, ...]] = Kept(500)
_MOST = 60


def _written(day: Any) -> Any:
    """A day is written out: no number is taken for seconds since 1970."""
    if day is not None and not (isinstance(day, str) and parse_day(day)):
        raise ValueError("a day such as 2026-11-23 is expected")
    return day


Day = Annotated[date | None, BeforeValidator(_written)]


class Profile(Schema):
    """Facts as a profile file holds them (`schemas/profile.json`), and the day asked about; today in Beijing if left out."""

    facts: dict[str, Any] = Field(default_factory=dict, examples=[{"age": 30, "education.degree": "doctorate"}])
    on: Day = None

    @model_validator(mode="wrap")
    @classmethod
    def _object(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Names with values, and nothing else: a list has no `facts`, which is not the same as leaving them out."""
        if not isinstance(data, (dict, cls)):
            raise ValueError("an object is expected")
        return handler(data)


class Asked(Profile):
    """`schemes` names those asked about; all that fit the facts if left out."""

    schemes: list[str] | None = Field(None, max_length=_MOST, examples=[["cn/work-permit"]])


class OneScheme(Profile):
    scheme: str = Field(examples=["cn/work-permit"])


class Places(Profile):
    """Places by country code: `CN`, `HK`, `JP`."""

    places: list[str] = Field(min_length=1, max_length=12, examples=[["CN", "SG"]])


def _problems(status: int) -> dict[str, Any]:
    text = {
        400: "What was sent cannot be used",
        404: "There is none",
        422: "What was sent has another form",
        429: "Too many requests",
        413: "Too large",
    }
    schema = {
        "type": "object",
        "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}},
        "required": ["type", "title", "status"],
    }
    return {"description": text[status], "content": {"application/problem+json": {"schema": schema}}}


def _described(schema: dict[str, Any], *errors: int) -> dict[str, Any]:
    ok = {"description": "OK", "content": {"application/json": {"schema": schema}}}
    long = {"description": "The address is longer than 4,094 bytes"}
    return {"responses": {200: ok, **{e: _problems(e) for e in (*errors, 429)}, 414: long}}


_ANSWER = {k: v for k, v in answer_schema().items() if k not in ("$id", "$schema")}
_ANSWERS = {"type": "object", "required": ["answers"], "properties": {"answers": {"type": "array", "items": _ANSWER}}}
_OBJECT = {"type": "object"}
_LIST = {"type": "array", "items": {"type": "object"}}


@routes.post("/check", summary="Hold a profile against schemes", openapi_extra=_described(_ANSWERS, 400, 404, 413, 422))
def check(request: HttpRequest, body: Asked) -> dict[str, Any]:
    wanted = tuple(dict.fromkeys(body.schemes)) if body.schemes is not None else None
    profile, day = rules().profile(body.facts), body.on or today()
    key = (frozenset(profile.values.items()), day, wanted)
    found = _checked.get(key) or _checked.put(key, rules().check(profile, on=day, schemes=wanted))
    return {"answers": [a.data() for a in found]}


@routes.post(
    "/explain",
    summary="One answer in full, with what each open fact is asked for",
    openapi_extra=_described(_OBJECT, 400, 404, 413, 422),
)
def explain(request: HttpRequest, body: OneScheme) -> dict[str, Any]:
    day = body.on or today()
    [found] = rules().check(body.facts, on=day, schemes=[body.scheme])
    return {"answer": found.data(), "asks": {f: _why(f, day, body.scheme) for f in found.missing}}


def _why(name: str, day: date, scheme: str) -> list[dict[str, Any]]:
    return [
        {
            "words": dict(u.words),
            "citation": [{**c, "title": dict(c["title"])} for c in cited(u.citations, u.instruments)],
        }
        for u in uses(day).get(name, ())
        if u.scheme.id == scheme
    ]


@routes.post("/ask", summary="The questions that settle most", openapi_extra=_described(_OBJECT, 400, 404, 413, 422))
def ask(request: HttpRequest, body: Asked) -> dict[str, Any]:
    day = body.on or today()
    who = subject(body.facts, day)
    weight = weights(_wanted(body.schemes), who)
    facts = rules().vocabulary.facts
    order = sorted(weight, key=lambda f: -weight[f])
    return {
        "questions": [
            {
                "fact": f,
                "question": dict(facts[f].question),
                "type": facts[f].kind,
                "unit": facts[f].unit_text,
                "weight": round(weight[f], 3),
            }
            for f in order[:20]
        ]
    }


def _wanted(schemes: list[str] | None) -> list[str]:
    found = list(dict.fromkeys(schemes) if schemes is not None else scope("person", ["CN"]))
    for s in found:
        rules().versions(s)
    return found


@routes.post(
    "/compare", summary="Places side by side for the same facts", openapi_extra=_described(_OBJECT, 400, 404, 413, 422)
)
def compare(request: HttpRequest, body: Places) -> dict[str, Any]:
    who = subject(body.facts, body.on or today())
    found = {}
    for place in dict.fromkeys(body.places):
        found[place] = [_brief(a) for a in answers(scope("person", [place]), who)]
    return {"as_of": who.on.isoformat(), "places": found}


class Path(OneScheme):
    """`to` is an outcome of the scheme; to qualify if left out."""

    to: str = ""


@routes.post("/path", summary="The cheapest ways to an outcome", openapi_extra=_described(_OBJECT, 400, 404, 413, 422))
def path(request: HttpRequest, body: Path) -> dict[str, Any]:
    who = subject(body.facts, body.on or today())
    rules().versions(body.scheme)
    found = find_paths(rules(), who.values, who.on, body.scheme, costs(), to=body.to, effort=EFFORT)
    if found is None:
        raise HttpError(404, "no version in force on that day")
    return found.data()


def _brief(a: Answer) -> dict[str, Any]:
    return {
        "scheme": a.scheme,
        "title": dict(a.title),
        "status": a.status,
        "points": a.points.data() if a.points else None,
        "pass_mark": a.pass_mark,
        "outcome": a.outcome,
        "missing": len(a.missing),
    }


@routes.get(
    "/schemes",
    summary="All schemes, or those that words in English, Chinese or pinyin find",
    openapi_extra=_described(_LIST, 422),
)
def schemes(request: HttpRequest, q: str = "") -> list[dict[str, Any]]:
    shelf = rules().shelf.schemes
    ids = [e.id for e in found_by(q[:100], kinds=("scheme",), most=500)] if q.strip() else list(shelf)
    return [
        {
            "scheme": id,
            "title": dict(shelf[id][-1].title),
            "law": shelf[id][-1].law,
            "subject": shelf[id][-1].subject,
            "jurisdiction": shelf[id][-1].jurisdiction,
            "place": place_of(shelf[id][-1].jurisdiction),
            "versions": [v.start.isoformat() for v in shelf[id]],
        }
        for id in ids
    ]


@routes.get(
    "/schemes/{path:scheme}", summary="The rules of a scheme on a day", openapi_extra=_described(_OBJECT, 400, 404, 422)
)
def scheme(request: HttpRequest, scheme: str, on: Day = None) -> dict[str, Any]:
    from jifen.plan.form import in_force

    found = in_force(rules().versions(scheme), on or today())
    if found is None:
        raise HttpError(404, "no version in force on that day")
    return scheme_data(found)


@routes.get("/facts", summary="The vocabulary", openapi_extra=_described(_LIST, 422))
def facts(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "fact": f.id, "subject": f.subject, "type": f.kind, "unit": f.unit_text, "title": dict(f.title), "question": dict(f.question),
            "codes": list(f.codes.values) if f.codes else None, "decided_by_authority": f.authority,
        }
        for f in rules().vocabulary.facts.values()
    ]  # fmt: skip


@routes.get("/law", summary="The instruments on which the schemes rest", openapi_extra=_described(_LIST, 422))
def law(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "instrument": name,
            "title": dict(sources[0].instrument.title),
            "number": sources[0].instrument.number,
            "date": sources[0].instrument.date,
            "url": sources[0].instrument.url,
            "schemes": sorted({s.scheme.id for s in sources}),
        }
        for name, sources in instruments().items()
    ]


@routes.get("/registers", summary="The registers", openapi_extra=_described(_LIST, 422))
def all_registers(request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {"register": r.name, "title": dict(r.schema.title), "about": dict(r.schema.about), "rows": len(r)}
        for r in registers().values()
    ]


@routes.get("/registers/{name}", summary="Rows of a register", openapi_extra=_described(_LIST, 400, 404, 422))
def register(request: HttpRequest, name: str, q: str = "", need: str = "", district: str = "") -> list[dict[str, Any]]:
    if name not in registers():
        raise Http404
    hits = find(registers(), q[:100], within=[name], need=[need] if need else [], district=district)
    return [as_data(f, registers()) for f in hits]


api.add_router("/v1", routes)


def _answer(status: int, title: str, problems: list[dict[str, Any]] | None = None) -> HttpResponse:
    body: dict[str, Any] = {"type": f"urn:jifen:problem:{status}", "title": title, "status": status}
    if problems:
        body["problems"] = problems
    return JsonResponse(
        body, status=status, content_type="application/problem+json", json_dumps_params={"ensure_ascii": False}
    )


@api.exception_handler(JifenError)
def _mistake(request: HttpRequest, error: JifenError) -> HttpResponse:
    unknown = isinstance(error, RequestError) and error.problems[0].code == "no-such-scheme"
    return _answer(404 if unknown else 400, error.problems[0].message(), error.data()[:50])


@api.exception_handler(ValidationError)
def _form(request: HttpRequest, error: ValidationError) -> HttpResponse:
    said = [
        {"message": e.get("msg", ""), "where": {"path": ".".join(str(p) for p in e.get("loc", ()))}}
        for e in error.errors
    ]
    return _answer(422, "What was sent has another form", said[:50])


@api.exception_handler(Http404)
def _none(request: HttpRequest, error: Http404) -> HttpResponse:
    return _answer(404, "There is none")


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _answer(error.status_code, error.message)


_IN_CHINESE = {
    "Hold a profile against schemes": "将所填情况与方案比对",
    "One answer in full, with what each open fact is asked for": "一项完整结果，附各待定事实的询问原因",
    "The questions that settle most": "最有助于确定结果的问题",
    "Places side by side for the same facts": "同一组事实的各地对比",
    "The cheapest ways to an outcome": "达到某一结果最省力的办法",
    "All schemes, or those that words in English, Chinese or pinyin find": "全部方案，或按中文、英文、拼音查找",
    "The rules of a scheme on a day": "某方案在某日的规则",
    "The vocabulary": "事实词汇表",
    "The instruments on which the schemes rest": "方案所依据的文件",
    "The registers": "名录",
    "Rows of a register": "名录条目",
}


def operations() -> list[dict[str, Any]]:
    """The operations of the description, for the page that lists them."""
    found = []
    for path, methods in api.get_openapi_schema().get("paths", {}).items():
        for method, it in methods.items():
            said = it.get("summary", "")
            found.append({"method": method.upper(), "path": path, "summary": both(said, _IN_CHINESE[said])})
    return found
