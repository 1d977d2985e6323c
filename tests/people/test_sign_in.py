"""Signing in: what is answered to whom, what a session is, and how it ends."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.config import Settings
from qa.core.limits import limiter
from qa.people import passwords, sessions
from qa.people.models import UserSession
from tests.support.cast import NOW, PASSWORD, Cast
from tests.support.client import CheckingClient, new_client
from tests.support.engines import postgresql_in_full_runs
from tests.support.server import close_app, make_app

SignIn = Callable[..., CheckingClient]


WRONG = "quite another password"


def enter(client: CheckingClient, email: str, password: str = PASSWORD, *, to: str = "") -> TestResponse:
    return client.post_form(f"/sign-in{to}", {"email": email, "password": password})


def cookie_of(client: CheckingClient) -> str:
    cookie = client.get_cookie(sessions.COOKIE)
    return cookie.value if cookie else ""


def newest_session(session: Session) -> UserSession:
    row = session.scalars(select(UserSession).order_by(UserSession.id.desc()).limit(1)).first()
    assert row is not None
    return row


def words_of(response: TestResponse) -> str:
    """The page without what differs by itself: the form's token and the e-mail that was typed."""
    page = re.sub(r'name="csrf_token"[^>]*>', "", response.get_data(as_text=True))
    return re.sub(r'value="[^"@]*@[^"]*"', "", page)


def test_a_password_is_kept_as_argon2id():
    stored = passwords.hash_password(PASSWORD)

    assert stored.startswith("$argon2id$v=19$")
    assert PASSWORD not in stored
    assert passwords.verify_password(stored, PASSWORD)
    assert not passwords.verify_password(stored, WRONG)


def test_the_same_password_is_never_stored_the_same_way_twice():
    assert passwords.hash_password(PASSWORD) != passwords.hash_password(PASSWORD)


def test_somebody_without_a_password_cannot_sign_in_with_the_decoy_s():
    assert not passwords.verify_password(None, "the answer for an account that does not exist")


def test_a_stored_hash_that_is_none_refuses_everybody():
    assert not passwords.verify_password("plain text from somewhere", "plain text from somewhere")


def test_the_right_password_opens_the_home_desk(client: CheckingClient, cast: Cast):
    response = enter(client, cast.rita.email)

    assert response.status_code == 302
    assert response.location == "/"
    assert client.get("/").status_code == 200


def test_the_case_of_an_e_mail_and_blanks_around_it_do_not_matter(client: CheckingClient, cast: Cast):
    assert enter(client, "  Rita@Example.ORG ").status_code == 302


def test_wrong_unknown_closed_and_uninvited_are_answered_with_the_same_words(app: Flask, session: Session, cast: Cast):
    cast.rob.active = False
    cast.sam.password_hash = None
    tries = [
        (cast.rita.email, WRONG),
        ("nobody@example.org", PASSWORD),
        (cast.rob.email, PASSWORD),
        (cast.sam.email, PASSWORD),
    ]

    answers = [enter(new_client(app, session), email, password) for email, password in tries]

    assert {answer.status_code for answer in answers} == {403}
    assert len({words_of(answer) for answer in answers}) == 1
    assert all(sessions.COOKIE not in str(answer.headers.getlist("Set-Cookie")) for answer in answers)


@postgresql_in_full_runs
def test_an_unknown_account_costs_as_many_hashes_as_a_known_one(
    client: CheckingClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    verified: list[str] = []
    passwords._decoy()  # a process makes it once: this may be its first try
    real = passwords._hasher.verify

    class Counting:
        @staticmethod
        def verify(stored: str, password: str) -> bool:
            verified.append(stored)
            return real(stored, password)

    monkeypatch.setattr(passwords, "_hasher", Counting)

    enter(client, cast.rita.email, WRONG)
    known = len(verified)
    enter(client, "nobody@example.org", WRONG)

    assert known == 1
    assert len(verified) == 2


def test_a_page_that_was_asked_for_is_opened_after_signing_in(client: CheckingClient, cast: Cast):
    asked = client.get("/queue?sent=1")

    response = enter(client, cast.rita.email, to=asked.location.removeprefix("/sign-in"))

    assert asked.location == "/sign-in?next=/queue?sent%3D1"
    assert response.location == "/queue?sent=1"


ELSEWHERE = (
    "https://example.com/",
    "//example.com/",
    "/\\example.com",
    "\\\\example.com",
    "/\t/example.com",
    "javascript:alert(1)",
    "http:example.com",
    "example.com",
    "/people\r\nSet-Cookie: a=b",
)


@postgresql_in_full_runs
def test_signing_in_leads_to_no_other_site(client: CheckingClient, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passwords, "verify_password", lambda *_: True)
    form = {"email": cast.rita.email, "password": PASSWORD}

    places = {
        elsewhere: client.post_form("/sign-in", form, query_string={"next": elsewhere}).location
        for elsewhere in ELSEWHERE
    }

    again = {elsewhere: client.get("/sign-in", query_string={"next": elsewhere}).location for elsewhere in ELSEWHERE}
    assert places == again == dict.fromkeys(ELSEWHERE, "/")


@postgresql_in_full_runs
def test_who_is_signed_in_already_is_not_asked_again(client: CheckingClient, cast: Cast, sign_in: SignIn):
    sign_in(client, cast.rita)

    response = client.get("/sign-in", query_string={"next": "//example.com/"})

    assert response.status_code == 302
    assert response.location == "/"


@postgresql_in_full_runs
def test_a_sign_in_without_the_form_s_token_is_refused(client: CheckingClient, cast: Cast):
    response = client.post("/sign-in", data={"email": cast.rita.email, "password": PASSWORD})

    assert response.status_code == 400
    assert not cookie_of(client)


@postgresql_in_full_runs
def test_an_empty_form_says_what_is_missing(client: CheckingClient, cast: Cast):
    response = client.post_form("/sign-in", {"email": "", "password": ""})

    assert response.status_code == 422
    assert "Enter your e-mail." in response.get_data(as_text=True)


@postgresql_in_full_runs
def test_a_password_of_a_megabyte_is_never_hashed(client: CheckingClient, cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(passwords, "verify_password", lambda *_: pytest.fail("it was hashed"))

    assert enter(client, cast.rita.email, "x" * 1_000_000).status_code in {413, 422}


@postgresql_in_full_runs
def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client: CheckingClient, cast: Cast):
    response = enter(client, cast.rita.email)

    cookie = next(header for header in response.headers.getlist("Set-Cookie") if header.startswith(sessions.COOKIE))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


@postgresql_in_full_runs
def test_a_cookie_is_sent_over_https_only_where_the_settings_say_so(settings: Settings, session: Session, cast: Cast):
    app = make_app(replace(settings, secure_cookies=True))
    client = new_client(app, session)

    page = client.get("/sign-in", base_url="https://localhost")
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.get_data(as_text=True))
    assert token is not None
    response = client.post(
        "/sign-in",
        data={"email": cast.rita.email, "password": PASSWORD, "csrf_token": token[1]},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
    )

    assert response.status_code == 302
    assert all("Secure" in header for header in response.headers.getlist("Set-Cookie"))
    assert response.headers["Strict-Transport-Security"]
    close_app(app)


def test_the_database_keeps_no_token_that_a_thief_could_use(client: CheckingClient, session: Session, cast: Cast):
    enter(client, cast.rita.email)

    row = newest_session(session)
    assert cookie_of(client)
    assert cookie_of(client) != row.token_digest
    assert row.token_digest == sessions.digest_token(cookie_of(client))


@pytest.fixture
def limited(settings: Settings, session: Session) -> Iterator[Callable[[], CheckingClient]]:
    """Browsers of an application that counts how often somebody tries."""
    app = make_app(replace(settings, rate_limits=True))
    limiter.reset()
    yield lambda: new_client(app, session)
    limiter.reset()
    close_app(app)


@postgresql_in_full_runs
def test_the_eleventh_wrong_password_of_an_account_is_not_even_looked_at(
    limited: Callable[[], CheckingClient], cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(passwords, "verify_password", lambda *_: False)
    statuses = [enter(limited(), cast.rita.email, f"{WRONG} {n}").status_code for n in range(11)]

    other = enter(limited(), cast.rob.email, WRONG).status_code

    assert statuses == [403] * 10 + [429]
    assert other == 403


@postgresql_in_full_runs
def test_an_unknown_account_is_limited_just_like_a_known_one(
    limited: Callable[[], CheckingClient], cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(passwords, "verify_password", lambda *_: False)

    statuses = [enter(limited(), "nobody@example.org", WRONG).status_code for _ in range(11)]

    assert statuses == [403] * 10 + [429]


@postgresql_in_full_runs
def test_sign_ins_that_succeed_do_not_use_up_the_tries(
    limited: Callable[[], CheckingClient], cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(passwords, "verify_password", lambda *_: True)

    statuses = {enter(limited(), cast.rita.email).status_code for _ in range(12)}

    assert statuses == {302}


@postgresql_in_full_runs
def test_one_address_cannot_try_account_after_account(
    limited: Callable[[], CheckingClient], cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(passwords, "verify_password", lambda *_: False)
    monkeypatch.setattr("qa.core.limits.utcnow", lambda: NOW)  # all within one minute, whatever the machine does
    client = limited()

    statuses = [enter(client, f"guess{n}@example.org").status_code for n in range(61)]

    assert statuses[59:] == [403, 429]
