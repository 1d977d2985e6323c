"""What every answer carries, whatever it answers; and what is refused before a view is asked."""

import json
import logging

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from qa.app import HEADERS
from qa.core.arriving import plain
from qa.people.forms import ProgrammeForm
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient, new_client

on_one_engine = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
POLICY = {
    "default-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
}


def test_the_policy_lets_nothing_of_others_in_and_nothing_inline():
    rules = dict(each.strip().split(" ", 1) for each in HEADERS["Content-Security-Policy"].split(";"))

    assert rules == POLICY


@on_one_engine
def test_pages_downloads_scripts_refusals_and_errors_all_carry_the_headers(
    app: Flask, session: Session, cast: Cast, sign_in
):
    client: CheckingClient = sign_in(cast.ada)
    answers = [
        client.get("/"),
        client.get("/people/roster-example.csv"),
        client.get("/people/987654321"),
        client.get("/queue"),
        client.post("/sign-out"),
        client.get("/static/css/tokens.css"),
        client.get("/no-such-page"),
        client.get("/", headers={"Accept": "application/json"}),
        new_client(app, session).get("/people/"),
        new_client(app, session).get("/healthz"),
    ]

    lacking = [
        (answer.request.path, name)
        for answer in answers
        for name, value in HEADERS.items()
        if answer.headers.get(name) != value
    ]
    assert lacking == []
    private = [answer for answer in answers if not answer.request.path.startswith("/static")]
    assert {answer.headers["Cache-Control"] for answer in private} == {"no-store"}
    assert all("charset=utf-8" in answer.content_type for answer in answers if answer.mimetype.startswith("text/"))
    assert all("Access-Control-Allow-Origin" not in answer.headers for answer in answers)


@on_one_engine
def test_methods_that_no_view_knows_and_bodies_that_are_too_large_or_too_deep_are_refused(
    app: Flask, session: Session, client: CheckingClient, cast: Cast, sign_in, settings
):
    sign_in(client, cast.rita)
    headers = {"X-CSRFToken": client.token(), "Accept": "application/json"}

    traced = client.open("/", method="TRACE")
    deleted = client.open("/", method="DELETE", headers=headers)
    task = make_assignment(session, make_ticket(session, cast), cast.rita, publish_rubric(session, cast))
    own = f"/queue/{task.id}/answers"  # what is not hers is not read at all
    session.commit()
    deep = client.post(own, data="[" * 100_000, content_type="application/json", headers=headers)
    wrong = client.post(own, data="<a/>", content_type="text/xml", headers=headers)
    large = client.post_form("/account/password", {"current": "x" * 1_000_000})

    assert (traced.status_code, deleted.status_code) == (405, 405)
    assert deep.status_code == 400
    assert wrong.status_code in {400, 415, 422}
    assert large.status_code in {413, 422}
    assert app.config["MAX_CONTENT_LENGTH"] == settings.max_upload_bytes


def test_a_character_that_no_database_keeps_reaches_no_view(client: CheckingClient, cast: Cast, sign_in):
    sign_in(client, cast.rita)

    found = client.get("/?q=a%00b", follow_redirects=False)
    searched = client.get("/search?q=Sa%00m")
    kept = client.post_form("/saved-filters/", {"page": "notices.index", "name": "a\x00b", "query": "show=\x00all"})
    told = client.post_json("/queue/1/answers", {"save_id": "a\x00", "answers": [{"comment\x00": ["\x00"]}]})

    assert (found.status_code, searched.status_code, kept.status_code) == (200, 200, 302)
    assert told.status_code in {404, 422}
    assert 'value="Sam"' in searched.get_data(as_text=True)
    assert plain({"a\x00": ["b\x00", 1, None]}) == {"a": ["b", 1, None]}


@on_one_engine
def test_a_number_that_no_float_holds_is_told_at_its_field(app: Flask):
    with app.test_request_context(method="POST", data={"review_days": "9" * 400}):
        form = ProgrammeForm()
        form.validate()

    assert form.review_days.errors == ["Between 1 and 60 days."]


@on_one_engine
def test_a_refusal_is_told_in_the_log_with_the_person_s_number(cast: Cast, sign_in, caplog: pytest.LogCaptureFixture):
    client: CheckingClient = sign_in(cast.rita)

    with caplog.at_level(logging.WARNING):
        client.get("/people/")

    told = [json.loads(record.getMessage()) for record in caplog.records if "request.refused" in record.getMessage()]
    assert [(each["endpoint"], each["person"]) for each in told] == [("people.index", cast.rita.id)]


@on_one_engine
def test_the_first_of_two_values_counts_and_a_field_nobody_asked_for_is_not_taken(
    client: CheckingClient, session: Session, cast: Cast, sign_in
):
    sign_in(client, cast.rita)
    before = (cast.rita.email, cast.rita.active, cast.rita.password_hash)

    client.post_form(
        "/notices/preferences", {"email": "thief@example.org", "active": "", "role": "admin", "user_id": "1"}
    )
    client.post_form("/account/password", {"current": "x", "password": "y" * 12, "role": "admin", "is_admin": "1"})

    session.refresh(cast.rita)
    assert (cast.rita.email, cast.rita.active, cast.rita.password_hash) == before
    assert client.get("/people/").status_code == 403


@on_one_engine
def test_an_error_of_ours_tells_a_reference_and_nothing_else(
    app: Flask, client: CheckingClient, cast: Cast, sign_in, monkeypatch: pytest.MonkeyPatch
):
    from qa.people.views import account

    def broken(*_: object) -> str:
        raise RuntimeError("the secret of the database is swordfish")

    monkeypatch.setattr(account, "page", broken)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    sign_in(client, cast.rita)

    page = client.get("/account/")
    told = client.get("/account/", headers={"Accept": "application/json"})

    assert (page.status_code, told.status_code) == (500, 500)
    assert "swordfish" not in page.get_data(as_text=True) + told.get_data(as_text=True)
    assert "Traceback" not in page.get_data(as_text=True)
    assert set(json.loads(told.get_data())) == {"error", "message", "reference"}
