"""Addresses. Every page stands under its language; `/schemes` without one leads to the visitor's."""

from __future__ import annotations

from django.urls import include, path, re_path, register_converter

from jifen.portal import check, hires, library, pages, private, registry, regulation, results
from jifen.portal.api import api


class LangConverter:
    """`en` or `zh` at the head of an address."""

    regex = "en|zh"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(LangConverter, "lang")


class DayConverter:
    """A day as `2026-11-23`."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: object) -> str:
        return str(value)


register_converter(DayConverter, "isodate")

_pages = [
    path("", pages.home, name="home"),
    path("check/", check.start, name="check"),
    path("check/begin", check.begin, name="begin"),
    path("check/sample", check.begin_sample, name="sample"),
    path("check/resume", check.resume, name="resume"),
    path("check/keep", check.keep, name="keep"),
    path("check/forget", check.forget, name="forget"),
    path("check/settings", check.settings, name="settings"),
    path("check/<slug:id>", check.group, name="group"),
    path("hires", hires.hires, name="hires"),
    path("hires/template.<slug:form>", hires.template, name="hires-template"),
    path("private", private.private, {"kind": "person"}, name="private"),
    path("private/organisation", private.private, {"kind": "organisation"}, name="private-organisation"),
    path("results/", results.results, name="results"),
    path("results/what-if", results.what_if, name="what-if"),
    path("results/compare", results.compare, name="compare"),
    path("results/ways", results.ways, name="ways"),
    path("results/report", results.report, name="report"),
    path("results/share", results.sharing, name="sharing"),
    path("results/<path:scheme>", results.one, name="result"),
    path("shared/<str:token>", results.shared, name="shared"),
    path("schemes/", library.schemes, name="schemes"),
    path("schemes/<path:id>/<isodate:day>.md", library.source, name="source"),
    path("schemes/<path:id>/<isodate:day>", library.scheme, name="version"),
    path("schemes/<path:id>", library.scheme, name="scheme"),
    path("law/", library.law, name="law"),
    path("law/regulation/", regulation.contents, name="regulation"),
    path("law/regulation/<int:number>", regulation.article, name="article"),
    path("law/<slug:name>", library.instrument, name="instrument"),
    path("facts/<str:id>", library.fact, name="fact"),
    path("indicators", regulation.indicators, name="indicators"),
    path("registers/", registry.index, name="registers"),
    path("registers/<slug:name>/", registry.register, name="register"),
    path("registers/<slug:name>/<slug:id>", registry.entry, name="entry"),
    path("search", library.search, name="search"),
    path("samples/", library.samples, name="samples"),
    path("api", pages.interface, name="api"),
    path("about", pages.plain, {"page": "about"}, name="about"),
    path("privacy", pages.plain, {"page": "privacy"}, name="privacy"),
    path("accessibility", pages.plain, {"page": "accessibility"}, name="accessibility"),
]


urlpatterns = [
    path("", pages.front, name="front"),
    path("health", pages.health, name="health"),
    path("robots.txt", pages.robots, name="robots"),
    path("results.json", results.as_json, name="results-json"),
    path("registers/<slug:name>.<slug:form>", registry.export, name="register-export"),
    path("plans/<slug:kind>-<str:place>-<isodate:day>.json", private.plans, name="plans"),
    path("api/", api.urls),
    path("<lang:lang>/", include(_pages)),
    re_path(
        r"^(?P<rest>(?:check|hires|private|results|registers|indicators|schemes|law|search|samples|about|privacy|accessibility)\b.*)$",
        pages.unprefixed,
    ),
]
handler404 = "jifen.portal.pages.lost"
handler500 = "jifen.portal.pages.fault"
