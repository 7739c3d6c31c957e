"""Registers as pages: a list with search and filters, a map, a page for each entry, and files for other programs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.views.decorators.http import require_safe

from jifen import registers as public
from jifen.portal.pages import show
from jifen.portal.rules import rules, today
from jifen.registers import Found, Register, Registers

_SHOWN = 200


@cache
def registers() -> Registers:
    """The registers of this service, read once."""
    return public.load()


@require_safe
def index(request: HttpRequest, lang: str) -> HttpResponse:
    found = [{"register": r, "rows": len(r)} for r in registers().values() if r.name != "districts"]
    return show(request, "registers.html", {"registers": found, "nav": "registers"})


def _register(name: str) -> Register:
    if name not in registers():
        raise Http404
    return registers()[name]


def _asked(request: HttpRequest, name: str) -> tuple[list[Found], dict[str, str]]:
    """The rows asked for, best first, and what was asked; what does not exist is not asked."""
    register = _register(name)
    asked = {k: request.GET.get(k, "")[:100].strip() for k in ("q", "need", "district")}
    codes = {code for c in register.columns.values() for code in c.values}
    if asked["need"] not in codes:
        asked["need"] = ""
    if asked["district"] not in registers()["districts"].rows:
        asked["district"] = ""
    need = [asked["need"]] if asked["need"] else []
    return public.find(registers(), asked["q"], within=[name], need=need, district=asked["district"]), asked


@require_safe
def register(request: HttpRequest, lang: str, name: str) -> HttpResponse:
    """One register: found rows as list and map."""
    found, asked = _asked(request, name)
    it = _register(name)
    filters = [
        {"title": c.title, "values": list(c.values.items())}
        for c in it.columns.values()
        if c.values and c.name not in ("confidence",)
    ]
    used = {f.row.text("district") for f in public.find(registers(), within=[name])} - {""}
    context = {
        "register": it,
        "rows": [_row(f, it, lang) for f in found[:_SHOWN]],
        "found": len(found),
        "asked": asked,
        "filters": filters,
        "districts": [d for d in registers()["districts"] if d.id in used],
        "map": chart(found, lang) if any(f.place for f in found) else None,
        "query": request.META.get("QUERY_STRING", ""),
        "dated": any(c.type == "date" and c.name in ("start", "end") for c in it.columns.values()),
        "nav": "registers",
    }
    return show(request, "register.html", context)


def _row(found: Found, it: Register, lang: str) -> dict[str, Any]:
    row = found.row
    common = {
        "id",
        "en",
        "zh",
        "note_en",
        "note_zh",
        "as_of",
        "confidence",
        "less_sure",
        "source",
        "lat",
        "lon",
        "within_m",
    }
    shelf = rules().shelf.schemes
    fields = []
    for c in it.columns.values():
        if c.name in common or row.get(c.name) is None:
            continue
        names = [part.strip() for part in row.text(c.name).split(";")]
        schemes = [(n, shelf[n][-1].title) for n in names if n in shelf]
        fields.append(
            {
                "title": c.title,
                "text": registers().show(row, c.name, lang),
                "url": c.type == "url",
                "sure": row.sure_of(c.name),
                "schemes": schemes if len(schemes) == len(names) else [],
            }
        )
    return {"row": row, "fields": fields, "place": found.place}


@require_safe
def entry(request: HttpRequest, lang: str, name: str, id: str) -> HttpResponse:
    it = _register(name)
    row = it.rows.get(id)
    if row is None:
        raise Http404
    found = next(f for f in public.find(registers(), within=[name]) if f.row.id == id)
    context = {
        "register": it,
        **_row(found, it, lang),
        "map": chart([found], lang) if found.place else None,
        "nav": "registers",
    }
    return show(request, "entry.html", context)


@dataclass(frozen=True)
class Point:
    x: str
    y: str
    r: str
    words: str
    id: str
    exact: bool


_WIDTH, _HEIGHT = 640, 660
_LEAST = 0.16
"""Degrees that a map shows at least: a single point still stands among its neighbours."""


def chart(found: Sequence[Found], lang: str) -> dict[str, Any]:
    """A map of Beijing without a base map of others: its districts as circles of their size, the rows as points.

    `areas` and `points` draw it as it stands, in the part in which the rows are; a row of which only the district is known stands on
    a ring around the middle of its district and is drawn hollow. `live` holds the same places in degrees, for the map that moves.
    """
    placed = [f for f in found[:_SHOWN] if f.place]
    lats, lons = [f.place.lat for f in placed if f.place], [f.place.lon for f in placed if f.place]
    middle, centre = (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2
    wide = math.cos(math.radians(middle))
    span = max(max(lats) - min(lats), (max(lons) - min(lons)) * wide, _LEAST) * 1.25
    scale = _WIDTH / span

    def at(lat: float, lon: float) -> tuple[float, float]:
        return _WIDTH / 2 + (lon - centre) * wide * scale, _HEIGHT / 2 - (lat - middle) * scale

    areas, live_areas = [], []
    for d in registers()["districts"]:
        place = public.place_of(d, registers())
        if place:
            live_areas.append({"at": [place.lat, place.lon], "r": place.within_m, "name": d.name[lang]})
            x, y = at(place.lat, place.lon)
            named = 20 < x < _WIDTH - 20 and 10 < y < _HEIGHT - 5
            areas.append(
                {
                    "x": f"{x:.1f}",
                    "y": f"{y:.1f}",
                    "r": f"{place.within_m / 111_000 * scale:.1f}",
                    "words": d.name[lang] if named else "",
                }
            )
    points, ring = [], dict[str, int]()
    for f in placed:
        assert f.place
        x, y = at(f.place.lat, f.place.lon)
        exact = f.place.by == "place"
        if not exact:
            n = ring[f.place.district] = ring.get(f.place.district, 0) + 1
            x, y = x + 11 * math.sqrt(n) * math.cos(2.4 * n), y + 11 * math.sqrt(n) * math.sin(2.4 * n)
        points.append(Point(f"{x:.1f}", f"{y:.1f}", "6" if exact else "5.5", f.row.name[lang], f.row.id, exact))
    other = "zh" if lang == "en" else "en"
    live_points = [
        {
            "at": [f.place.lat, f.place.lon],
            "exact": f.place.by == "place",
            "id": f.row.id,
            "name": f.row.name[lang],
            "other": f.row.name[other],
        }
        for f in placed
        if f.place
    ]
    return {"areas": areas, "points": points, "live": {"areas": live_areas, "points": live_points}}


@require_safe
def export(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """The rows asked for as `csv`, `geojson`, `json`, `ics` or `atom`."""
    found, _ = _asked(request, name)
    it = _register(name)
    lang = "zh" if request.GET.get("lang") == "zh" else "en"
    if form == "csv":
        response = HttpResponse(
            "\ufeff" + public.as_csv(it, [f.row for f in found]), content_type="text/csv; charset=utf-8"
        )
    elif form == "geojson":
        response = _json(public.as_geojson(found, registers()), "application/geo+json")
    elif form == "json":
        response = _json([public.as_data(f, registers()) for f in found], "application/json")
    elif form == "ics":
        text, _ = public.as_calendar([f.row for f in found], registers(), lang)
        response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    elif form == "atom":
        response = _atom(request, it, found, lang)
    else:
        raise Http404
    if form != "atom":
        response["Content-Disposition"] = f'attachment; filename="{name}-{today()}.{form}"'
    return response


def _json(data: Any, kind: str) -> HttpResponse:
    return JsonResponse(
        data, safe=False, json_dumps_params={"ensure_ascii": False}, content_type=f"{kind}; charset=utf-8"
    )


def _atom(request: HttpRequest, it: Register, found: Sequence[Found], lang: str) -> HttpResponse:
    from datetime import UTC, datetime

    here = request.build_absolute_uri(reverse("register", args=(lang, it.name)))
    feed = Atom1Feed(
        title=it.schema.title[lang],
        link=here,
        description=it.schema.about[lang],
        language=lang,
        feed_url=request.build_absolute_uri(),
    )
    for f in found:
        day = f.row.as_of.first
        feed.add_item(
            title=f.row.name[lang],
            link=request.build_absolute_uri(reverse("entry", args=(lang, it.name, f.row.id))),
            description=f.row.note[lang] or f.row.source,
            updateddate=datetime(day.year, day.month, day.day, tzinfo=UTC),
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
