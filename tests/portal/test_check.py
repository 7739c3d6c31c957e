"""The check and its results without a browser: every way through, and every wrong turn."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from jifen.portal.models import Draft, Share
from jifen.portal.rules import today


def _code(html: str) -> str:
    return re.findall(r'class="code-text">([^<]+)<', html)[0]


def _draft(client) -> Draft:  # type: ignore[no-untyped-def]
    return Draft.objects.get(code=_code(client.get("/en/results/").content.decode()))


# --- the way through ------------------------------------------------------------------------------------------------


def test_a_person_answers_some_questions_and_sees_results(client) -> None:  # type: ignore[no-untyped-def]
    client.begin(start="engineer")
    answer = client.send("/en/check/you", {"birth_date": "1992-05-05", "healthy": "yes", "go": "next"}, "/en/check/you")
    assert answer.redirect_chain[-1][0].startswith("/en/check/")
    html = client.get("/en/results/").content.decode()
    assert "Not decided yet" in html and "2 facts given" in html
    assert _draft(client).facts == {"birth_date": "1992-05-05", "healthy": True}


def test_a_group_posted_goes_on_to_the_next_and_the_last_to_the_results(client) -> None:  # type: ignore[no-untyped-def]
    client.begin(start="family")
    seen = []
    page = client.get("/en/check/you").request["PATH_INFO"]
    for _ in range(60):
        seen.append(page)
        answer = client.send(page, {"go": "next"}, page)
        page = answer.redirect_chain[-1][0]
        if page == "/en/results/":
            break
    assert page == "/en/results/"
    assert len(seen) == len(set(seen)) > 10


def test_a_question_says_why_it_is_asked_with_the_article(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    html = client.get("/en/check/china-job").content.decode()
    assert "Why we ask" in html and "Points table of the classification criteria (provisional)" in html
    assert '<span class="cite-place">row 1</span>' in html


def test_an_answer_that_cannot_be_read_is_kept_on_the_page_and_said_beside_the_question(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    answer = client.send("/en/check/you", {"birth_date": "1899-01-01", "healthy": "yes", "go": "next"}, "/en/check/you")
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "These answers could not be saved" in html and 'value="1899-01-01"' in html
    assert _draft(client).facts == {"healthy": True}


def test_a_day_of_birth_still_to_come_is_said_and_not_saved(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    answer = client.send("/zh/check/you", {"birth_date": "2100-01-01", "go": "next"}, "/zh/check/you")
    html = answer.content.decode()
    assert answer.status_code == 422 and 'value="2100-01-01"' in html
    assert f"“出生日期” 在查询日期尚未到来。应为：{today()} 或更早" in html
    assert f'max="{today()}"' in html
    assert _draft(client).facts == {}


def test_what_contradicts_is_said_and_not_saved(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    answer = client.send("/zh/check/china-job?all", {"china.annual_salary": "约三十万"}, "/zh/check/china-job")
    assert answer.status_code == 422 and "以下回答未能保存" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("300,000", 300000), ("３００，０００", 300000), ("300 000", 300000), ("0", 0), ("", None), ("-", None)],
)
def test_numbers_are_read_as_people_write_them(client, typed: str, kept: object) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    client.send("/en/check/china-job", {"china.annual_salary": typed}, "/en/check/china-job")
    found = _draft(client).facts.get("china.annual_salary")
    assert found in (kept, str(kept) if kept is not None else None)


def test_none_of_these_is_an_answer_and_nothing_ticked_is_none(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    client.send("/en/check/you", {"prizes": "-"}, "/en/check/you")
    assert _draft(client).facts == {"prizes": []}
    client.send("/en/check/you", {"healthy": "-"}, "/en/check/you")
    assert _draft(client).facts == {}


def test_autosave_answers_with_the_panel(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    answer = client.send("/en/check/you", {"birth_date": "1992-05-05"}, "/en/check/you", headers={"HX-Request": "true"})
    html = answer.content.decode()
    assert "Not decided yet" in html and "<html" not in html
    assert '<p class="error" id="e-birth_date" hx-swap-oob="true" hidden></p>' in html
    answer = client.send("/en/check/you", {"birth_date": "soon"}, "/en/check/you", headers={"HX-Request": "true"})
    assert re.search(r'id="e-birth_date" hx-swap-oob="true">[^<]+<', answer.content.decode())


def test_autosave_of_a_draft_that_is_gone_leads_to_the_beginning(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    html = client.get("/en/check/you").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', html)
    assert token
    Draft.objects.all().delete()
    fields = {"birth_date": "1992-05-05", "csrfmiddlewaretoken": token[1]}
    answer = client.post("/en/check/you", fields, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"], answer.content) == (200, "/en/check/", b"")


def test_the_language_changes_in_the_middle_of_a_form_and_nothing_is_lost(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    answer = client.send("/en/check/you", {"birth_date": "1992-05-05", "switch": "zh"}, "/en/check/you")
    assert answer.redirect_chain[-1][0] == "/zh/check/you"
    assert 'value="1992-05-05"' in answer.content.decode()
    answer = client.send("/zh/check/you", {"birth_date": "xx", "switch": "en"}, "/zh/check/you")
    assert answer.status_code == 422 and 'value="xx"' in answer.content.decode()


def test_results_stand_in_the_order_of_the_statuses(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    html = client.get("/en/results/").content.decode()
    places = [html.index(f'id="s-{css}"') for css in ("yes", "authority", "no")]
    assert places == sorted(places)
    assert "Work permit for foreigners" in html and "Class B, professional" in html and "83" in html


def test_results_by_need(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    html = client.get("/en/results/?need=work").content.decode()
    assert "Work permit for foreigners" in html and "Permanent residence: spouse" not in html


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "page",
    [
        "",
        "cn/work-permit",
        "cn/permanent-residence/spouse",
        "hk/ttps",
        "compare",
        "compare?place=CN&place=HK",
        "ways",
        "report",
        "share",
    ],
)
def test_every_page_of_the_results_answers_and_is_kept_from_caches(client, lang: str, page: str) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("founder")
    answer = client.get(f"/{lang}/results/{page}")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert {"en": "Demonstration", "zh": "演示"}[lang] in answer.content.decode()


def test_without_a_check_the_results_lead_to_the_start(client) -> None:  # type: ignore[no-untyped-def]
    """Whatever their method; an address without a scheme is none, with a check and without."""
    assert client.get("/en/results/cn/no-such-scheme").status_code == 404
    for page in ("", "cn/work-permit", "compare", "ways", "report", "share"):
        assert client.get(f"/en/results/{page}")["Location"] == "/en/check/"
    for page in ("what-if", "share"):
        assert client.send("/en/check/", {}, "/en/check/begin").status_code == 200
        token = client.cookies["csrftoken"].value
        answer = client.post(f"/en/results/{page}", {"csrfmiddlewaretoken": token})
        assert (answer.status_code, answer["Location"]) == (302, "/en/check/")
    client.open_sample("engineer")
    assert client.get("/en/results/cn/no-such-scheme").status_code == 404
    assert client.get("/en/results/what-if").status_code == 405


def test_what_if_shows_what_changes_and_saves_nothing(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    before = _draft(client).facts
    answer = client.send("/en/results/", {"chinese.hsk": "5"}, "/en/results/what-if")
    html = answer.content.decode()
    assert "HSK level" in html and "Class A, high-end talent" in html
    assert _draft(client).facts == before


def test_a_no_says_what_would_change_it(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    html = client.get("/en/results/cn/r-visa").content.decode()
    assert "meets class A of the work-permit classification" in html
    assert "The cheapest ways" in html and "HSK level" in html


def test_the_answers_can_be_taken_away_as_json(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    data = client.get("/results.json").json()
    permit = next(a for a in data["answers"] if a["scheme"] == "cn/work-permit")
    assert (permit["status"], permit["points"], permit["outcome"]) == ("qualifies", {"low": 83, "high": 83}, "B")
    assert permit["receipt"]["profile_hash"]


# --- coming back ----------------------------------------------------------------------------------------------------


def test_a_code_brings_the_check_back_on_another_machine(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    client.send("/en/check/you", {"birth_date": "1992-05-05"}, "/en/check/you")
    code = _code(client.get("/en/results/").content.decode())
    other = type(client)(enforce_csrf_checks=True)
    answer = other.send("/zh/check/resume", {"code": f" {code.lower().replace('-', ' ')} "})
    assert answer.redirect_chain[-1][0] == "/zh/results/"
    assert _draft(other).facts == {"birth_date": "1992-05-05"}


@pytest.mark.parametrize(
    ("code", "said"),
    [("", "That is not a code"), ("hello", "That is not a code"), ("0000-0000-0000-0000", "That is not a code"),
     ("ABCD-EFGH-JKLM-NPQR", "There is no check with this code"), ("<script>alert(1)</script>", "That is not a code"),
     ("x" * 5000, "That is not a code")],
)  # fmt: skip
def test_a_wrong_code_says_what_a_code_is(client, code: str, said: str) -> None:  # type: ignore[no-untyped-def]
    answer = client.send("/en/check/resume", {"code": code})
    assert answer.status_code == 422
    assert said in answer.content.decode() and "<script>alert" not in answer.content.decode()


def test_guessing_codes_is_slowed(client) -> None:  # type: ignore[no-untyped-def]
    from jifen.portal import middleware

    middleware.guesses._left.clear()
    found = [client.send("/en/check/resume", {"code": "ABCD-EFGH-JKLM-NPQR"}).status_code for _ in range(22)]
    middleware.guesses._left.clear()
    assert found[0] == 422 and found[-1] == 429


def test_a_check_that_nobody_came_back_to_is_forgotten(client) -> None:  # type: ignore[no-untyped-def]
    from jifen.portal.drafts import sweep

    client.begin()
    code = _code(client.get("/en/results/").content.decode())
    Draft.objects.filter(code=code).update(touched=timezone.now() - timedelta(days=91))
    assert client.get("/en/results/")["Location"] == "/en/check/"
    sweep()
    assert not Draft.objects.filter(code=code).exists()


def test_a_file_brings_the_check_back(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("founder")
    kept = client.get("/en/check/keep")
    assert "attachment" in kept["Content-Disposition"]
    before = _draft(client)
    answer = client.send("/en/check/resume", {"file": SimpleUploadedFile("jifen.json", kept.content)})
    assert answer.redirect_chain[-1][0] == "/en/results/"
    after = _draft(client)
    assert after.code != before.code and after.facts == before.facts and after.demo


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "not a file of this service"), (b"{}", "not a file of this service"), (b"\xff\xfe\x00", "not a file of this service"),
     (b"[" * 100_000, "not a file of this service"), (b"x" * 900_000, "not a file of this service"),
     (b'{"form": "urn:jifen:profile:1", "facts": {"agee": 3}}', "agee is not a fact of the vocabulary"),
     (b'{"form": "urn:jifen:profile:1", "facts": {"age": 300}}', "age"),
     (b'{"form": "urn:jifen:profile:1", "facts": [], "start": {}}', "not a file of this service")],
)  # fmt: skip
def test_a_file_that_is_none_says_what_is_wrong(client, content: bytes, said: str) -> None:  # type: ignore[no-untyped-def]
    answer = client.send("/en/check/resume", {"file": SimpleUploadedFile("a.json", content)})
    assert answer.status_code == 422 and said in answer.content.decode()


def test_a_check_is_deleted_at_once_with_its_links(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("founder")
    client.send("/en/results/share", {"scheme": "cn/k-visa", "days": "1"})
    draft = _draft(client)
    client.send("/en/results/", {}, "/en/check/forget")
    assert not Draft.objects.filter(code=draft.code).exists() and not Share.objects.filter(draft_id=draft.code).exists()
    assert client.get("/en/results/")["Location"] == "/en/check/"


# --- sharing --------------------------------------------------------------------------------------------------------


def test_a_shared_link_shows_what_was_chosen_and_nothing_else(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    page = client.send(
        "/en/results/share", {"scheme": "cn/work-permit", "days": "7", "detail": "points"}
    ).content.decode()
    [link] = set(re.findall(r'href="(/en/shared/[^"]+)"', page))
    visitor = type(client)()
    html = visitor.get(link).content.decode()
    assert "Work permit for foreigners" in html and "83" in html
    assert "Nguyễn" not in html and "Permanent residence" not in html and "480" not in html
    share = Share.objects.get(token=link.rsplit("/", 1)[1])
    assert "facts" not in share.content and share.content["answers"][0]["reasons"] == []


def test_a_link_ends_by_itself_or_by_its_owner(client) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    for days in ("1", "30"):
        client.send("/en/results/share", {"scheme": "cn/work-permit", "days": days})
    first, second = Share.objects.filter(draft=_draft(client)).order_by("expires")
    Share.objects.filter(token=first.token).update(expires=timezone.now() - timedelta(seconds=1))
    client.send("/en/results/share", {"end": second.token})
    for share in (first, second):
        answer = client.get(f"/zh/shared/{share.token}")
        assert answer.status_code == 410 and "此链接已失效" in answer.content.decode()


@pytest.mark.parametrize("fields", [{}, {"scheme": "cn/nope"}, {"scheme": "hk/ttps", "days": "9999"}])
def test_a_link_without_a_scheme_is_not_made(client, fields: dict[str, object]) -> None:  # type: ignore[no-untyped-def]
    client.open_sample("engineer")
    answer = client.send("/en/results/share", fields)
    assert answer.status_code == 422 and "Choose at least one scheme" in answer.content.decode()


# --- wrong turns ----------------------------------------------------------------------------------------------------


def test_beginning_twice_with_one_form_begins_one_check(client) -> None:  # type: ignore[no-untyped-def]
    html = client.get("/en/check/").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))
    before = Draft.objects.count()
    for _ in range(2):
        client.post("/en/check/begin", {**hidden, "start": "student"})
    assert Draft.objects.count() == before + 1


def test_a_forged_ticket_cannot_choose_a_code(client) -> None:  # type: ignore[no-untyped-def]
    client.send("/en/check/", {"start": "student", "ticket": "AAAA-AAAA-AAAA-AAAA"}, "/en/check/begin")
    assert not Draft.objects.filter(code="AAAA-AAAA-AAAA-AAAA").exists()


def test_two_tabs_do_not_undo_each_other(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    client.send("/en/check/education", {"education.degree": "doctorate"}, "/en/check/education")
    client.send("/en/check/you", {"birth_date": "1992-05-05"}, "/en/check/you")
    assert _draft(client).facts == {"education.degree": "doctorate", "birth_date": "1992-05-05"}


def test_a_form_from_elsewhere_is_refused_with_a_page(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    answer = client.post("/en/check/you", {"birth_date": "1992-05-05"})
    assert answer.status_code == 403 and "This form is too old" in answer.content.decode()


def test_ten_thousand_fields_are_refused_with_a_page(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    answer = client.send("/en/check/you", {f"x{i}": "1" for i in range(10_000)}, "/en/check/you")
    assert answer.status_code == 400 and "This could not be done" in answer.content.decode()
    assert _draft(client).facts == {}


def test_a_huge_file_is_refused_with_a_page(client) -> None:  # type: ignore[no-untyped-def]
    answer = client.send("/en/check/resume", {"file": SimpleUploadedFile("a.json", b"0" * 7_000_000)})
    assert answer.status_code == 413 and "too large" in answer.content.decode()


@pytest.mark.parametrize(
    "name",
    [
        '<script>alert("x")</script>',
        "'; DROP TABLE portal_draft; --",
        "{{ 7|add:7 }}{% now 'Y' %}",
        "Ἀριστοτέλης ‮evil",
        "名" * 500,
        "a\u0000b",
    ],
)
def test_hostile_names_are_shown_as_they_are(client, name: str) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    client.send("/en/results/", {"name": name}, "/en/check/settings")
    for page in ("/en/results/", "/en/results/report", "/en/check/"):
        html = client.get(page).content.decode()
        assert "<script>alert" not in html and "\u202e" not in html
    assert len(_draft(client).name) <= 200


@pytest.mark.parametrize(
    "fields",
    [{"prizes": "nobel_of_peace"}, {"nationalities": "XX"}, {"age": "9" * 60}, {"age": "1e9"}, {"birth_date": "2024-02-30"}, {"healthy": "maybe"},
     {"birth_date": "<b>"}],
)  # fmt: skip
def test_values_that_no_form_offers_are_refused(client, fields: dict[str, str]) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    answer = client.send("/en/check/you", fields, "/en/check/you")
    assert answer.status_code == 422 and _draft(client).facts == {}


def test_the_methods_of_a_page_are_its_own(client) -> None:  # type: ignore[no-untyped-def]
    assert client.get("/en/check/begin").status_code == 405
    assert "This could not be done" in client.get("/en/check/begin").content.decode()


def test_a_draft_of_an_older_vocabulary_is_held_as_far_as_it_goes(client) -> None:  # type: ignore[no-untyped-def]
    client.begin()
    Draft.objects.filter(code=_draft(client).code).update(
        facts={"no.such.fact": 1, "birth_date": "1992-05-05", "age": 12}
    )
    html = client.get("/en/results/").content.decode()
    assert "Set aside, because they contradict other answers or are still to come: Age" in html
