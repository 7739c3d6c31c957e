"""The interface for programs: what it answers, how it says what is wrong, and that nothing random makes it fail."""

import json
import os
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from django.test import Client

from jifen.portal import middleware
from jifen.portal.wsgi import application

LONG = int(os.environ.get("JIFEN_API_EXAMPLES", "0"))
"""So many random requests of each operation, other ones each time; by itself a few that are always the same."""
schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)


@pytest.fixture(autouse=True)
def _no_limit() -> None:
    middleware._api._left.clear()


@schema.parametrize()
@hypothesis.settings(
    max_examples=LONG or 12,
    deadline=None,
    derandomize=not LONG,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture, *hypothesis.HealthCheck],
)
def test_random_requests_get_answers_of_the_described_form(case: schemathesis.Case) -> None:
    checks = [
        schemathesis.checks.not_a_server_error,
        schemathesis.checks.status_code_conformance,
        schemathesis.checks.content_type_conformance,
        schemathesis.checks.response_schema_conformance,
        schemathesis.checks.negative_data_rejection,
        schemathesis.checks.unsupported_method,
    ]
    middleware._api._left.clear()
    case.call_and_validate(checks=checks, headers={"Host": "localhost", "Accept-Encoding": "identity"})


def post(client: Client, path: str, body: object):  # type: ignore[no-untyped-def]
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def test_the_description_is_openapi_3_1(client: Client) -> None:
    """With the refusals that come before any operation: an address that the server does not read, too many requests."""
    described = client.get("/api/openapi.json").json()
    assert described["openapi"] == "3.1.0"
    operations = [it for methods in described["paths"].values() for it in methods.values()]
    assert all({"414", "429"} <= set(it["responses"]) for it in operations) and len(operations) == 11


def test_check_answers_as_the_library_does(client: Client) -> None:
    import jifen

    facts = {"age": 17}
    [answer] = post(client, "check", {"facts": facts, "on": "2026-11-23", "schemes": ["cn/work-permit"]}).json()[
        "answers"
    ]
    assert answer == jifen.load().check(facts, on="2026-11-23", schemes=["cn/work-permit"])[0].data()


def test_explain_says_where_the_law_asks_what_is_missing(client: Client) -> None:
    data = post(client, "explain", {"facts": {"age": 30}, "on": "2026-11-23", "scheme": "cn/k-visa"}).json()
    [first, *_] = data["asks"]["education.stem"]
    assert first["words"]["en"] == "in science, technology, engineering or mathematics"


def test_ask_gives_questions_that_matter(client: Client) -> None:
    data = post(client, "ask", {"facts": {"age": 30}, "schemes": ["sg/tech-pass"]}).json()
    assert next(q["fact"] for q in data["questions"]).startswith("singapore.")


def test_path_gives_the_cheapest_ways(client: Client) -> None:
    import yaml

    facts = yaml.load(Path("profiles/engineer.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)
    data = post(client, "path", {"facts": facts, "on": "2026-11-23", "scheme": "cn/work-permit", "to": "A"}).json()
    assert data["target"] == "A" and all(way["outcome"] == "A" for way in data["ways"]) and data["ways"]


def test_path_is_looked_for_however_much_is_open(client: Client) -> None:
    found = post(client, "path", {"facts": {}, "scheme": "jp/permanent-residence-by-points"}).json()
    assert (found["unfinished"], len(found["ways"])) == (False, 3)


def test_compare_puts_places_side_by_side(client: Client) -> None:
    data = post(client, "compare", {"facts": {"age": 30}, "on": "2026-11-23", "places": ["HK", "CN"]}).json()
    assert list(data["places"]) == ["HK", "CN"]
    assert {a["status"] for a in data["places"]["HK"]} == {"undetermined"}


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("check", {"facts": {"agee": 3}}, 400, "unknown-fact"),
        ("check", {"facts": {"age": 3.5}}, 400, "not-exact"),
        ("check", {"facts": {"age": 300}}, 400, "out-of-domain"),
        ("check", {"facts": {"birth_date": "2027-01-01"}, "on": "2026-11-23"}, 400, "day-to-come"),
        ("check", {"facts": {}, "schemes": ["cn/r-vsa"]}, 404, "no-such-scheme"),
        ("explain", {"facts": {}, "scheme": "cn/r-vsa"}, 404, "no-such-scheme"),
        ("path", {"facts": {}, "scheme": "cn/k-visa", "to": "Z"}, 400, "unknown-value"),
        ("check", {"facts": []}, 422, None),
        ("check", {"on": "soon"}, 422, None),
        ("check", {"on": 0}, 422, None),
        ("explain", {"scheme": "cn/k-visa", "on": "20261123"}, 422, None),
        ("check", [None, None], 422, None),
        ("ask", ["facts"], 422, None),
        ("compare", "facts", 422, None),
        ("path", 5, 422, None),
        ("explain", None, 422, None),
        ("compare", {"places": []}, 422, None),
    ],
)
def test_mistakes_are_problems_with_a_code(
    client: Client, path: str, body: object, status: int, code: str | None
) -> None:
    answer = post(client, path, body)
    data = answer.json()
    assert (answer.status_code, answer["Content-Type"], data["status"]) == (status, "application/problem+json", status)
    assert code is None or data["problems"][0]["code"] == code


def test_a_number_is_no_day_in_an_address_either(client: Client) -> None:
    assert client.get("/api/v1/schemes/cn/k-visa?on=0").status_code == 422
    assert client.get("/api/v1/schemes/cn/k-visa?on=2026-11-23").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("trace", "/api/v1/check", "POST"), ("delete", "/api/v1/facts", "GET"), ("get", "/en/check/begin", "POST")],
)
def test_another_method_is_told_which_there_are(client: Client, method: str, path: str, allowed: str) -> None:
    answer = getattr(client, method)(path)
    assert (answer.status_code, answer["Allow"]) == (405, allowed)


def test_what_is_no_json_is_a_problem_too(client: Client) -> None:
    answer = client.post("/api/v1/check", b"{", content_type="application/json")
    assert answer.status_code in (400, 422) and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["nope", "schemes/cn/nope", "registers/nope"])
def test_what_is_not_there_is_a_problem_too(client: Client, path: str) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"


def test_who_asks_too_often_is_told_to_wait(client: Client) -> None:
    from jifen.portal import middleware

    middleware._api._left["127.0.0.1"] = (0.0, __import__("time").monotonic())
    answer = client.get("/api/v1/schemes")
    assert (answer.status_code, answer["Content-Type"], answer["Retry-After"]) == (
        429,
        "application/problem+json",
        "20",
    )


def test_nothing_is_stored(client: Client) -> None:
    from jifen.portal.models import Draft

    before = Draft.objects.count()
    post(client, "check", {"facts": {"age": 30}, "schemes": ["cn/work-permit"]})
    assert Draft.objects.count() == before and not client.cookies
