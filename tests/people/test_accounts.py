"""Passwords that are taken, links by e-mail, proving again, and the way in when no admin can get in."""

import datetime as dt
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa import background
from qa.config import MailSettings, Settings
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.jobs import Job, Runner
from qa.notices import mailing
from qa.people import strength
from qa.people.models import OneTimeLink, ProgrammeSetting, RoleGrant, UserSession
from tests.support.cast import PASSWORD, Cast
from tests.support.client import CheckingClient, new_client
from tests.support.engines import postgresql_in_full_runs
from tests.support.server import close_app, make_app

SignIn = Callable[..., CheckingClient]
MAIL = MailSettings(
    host="mail.example.org",
    port=587,
    security="starttls",
    user="",
    password="",
    sender="qa@example.org",
    base_url="https://qa.example.org",
)


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("123456789012", id="a row of digits"),
        pytest.param("passwordpassword", id="the commonest twice"),
        pytest.param("qwertyuiop123", id="a row of keys"),
        pytest.param("Sunshine2024!", id="a word, a year, a mark"),
        pytest.param("1q2w3e4r5t6y", id="a known zigzag"),
        pytest.param("rita.ramos.1", id="one's own name"),
        pytest.param("fairmark-fairmark", id="the product's name"),
    ],
)
def test_what_a_guesser_tries_first_is_refused(password: str):
    assert strength.weakness(password, about=("Rita Ramos", "rita@example.org")) is not None


@pytest.mark.parametrize(
    "password", ["four unrelated words here", "kettle-violet-harbour", "ÄÖü ß 漢字 emoji 🙂 ok", "a" * 3 + "x9#kTqz!pV"]
)
def test_no_kind_of_character_is_asked_for_and_none_is_forbidden(password: str):
    assert strength.weakness(password, about=("Rita Ramos",)) is None


def test_the_commonest_passwords_that_are_long_enough_are_all_refused():
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    # Every thirtieth, so that it is quick: each one alone is found by its rank, which the estimate cannot exceed.
    common = [each for each in FREQUENCY_LISTS["passwords"] if len(each) >= 8][:3000:30]

    assert len(common) == 100
    assert [each for each in common if strength.weakness(each) is None] == []


@given(st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=40, unique=True), st.data())
def test_a_leaked_password_is_found_wherever_it_stands_in_the_list(
    tmp_path_factory: pytest.TempPathFactory, leaked: list[str], data: st.DataObject
):
    lines = sorted(hashlib.sha1(each.encode("utf-8", "surrogatepass")).hexdigest().upper() for each in leaked)
    path = tmp_path_factory.mktemp("leaks") / "sha1.txt"
    path.write_text("".join(f"{line}:{n}\r\n" for n, line in enumerate(lines)))
    asked = data.draw(st.sampled_from(leaked)).encode("utf-8", "ignore").decode()
    other = data.draw(st.text(max_size=12).filter(lambda each: each not in leaked)).encode("utf-8", "ignore").decode()

    assert strength.is_leaked(asked, path) == (asked in leaked)
    assert strength.is_leaked(other, path) == (other in leaked)


@postgresql_in_full_runs
def test_a_password_that_was_leaked_is_refused_where_the_operator_keeps_a_list(
    settings: Settings, session: Session, cast: Cast, tmp_path: Path, sign_in: SignIn
):
    new = "kettle-violet-harbour"
    path = tmp_path / "leaked.txt"
    path.write_text(hashlib.sha1(new.encode()).hexdigest().upper() + ":7\n")
    app = make_app(replace(settings, leaked_passwords=path))
    client = sign_in(new_client(app, session), cast.rita)

    response = client.post_form("/account/password", {"current": PASSWORD, "password": new, "repeated": new})

    close_app(app)
    assert response.status_code == 422
    assert "published in a leak" in response.get_data(as_text=True)


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[EmailMessage]:
    """What the mail server was given."""
    sent: list[EmailMessage] = []

    class Server:
        def send_message(self, message: EmailMessage) -> None:
            sent.append(message)

        def quit(self) -> None: ...

        def starttls(self, **_: object) -> None: ...

    monkeypatch.setattr(mailing.smtplib, "SMTP", lambda *_, **__: Server())
    return sent


def test_a_link_is_mailed_to_whom_the_account_belongs_and_the_page_does_not_tell_whether_there_is_one(
    settings: Settings, session: Session, cast: Cast, posted: list[EmailMessage]
):
    app = make_app(replace(settings, mail=MAIL))
    cast.rob.active = False
    pages = []
    for email in (cast.rita.email, "nobody@example.org", cast.rob.email):
        client = new_client(app, session)
        pages.append(client.post_form("/forgotten", {"email": email}).get_data(as_text=True))
    jobs_written = session.scalar(select(func.count()).select_from(Job))

    Runner(app, background.handlers()).run_all()

    token = str(posted[0].get_content()).split("https://qa.example.org/welcome/")[1].split()[0]
    opened = new_client(app, session).get(f"/welcome/{token}")
    for _ in range(4):  # three an hour from one place; the answer stays the same
        again = new_client(app, session).post_form("/forgotten", {"email": cast.rita.email})
    asked = session.scalar(select(func.count()).select_from(Job))
    close_app(app)
    assert len({re.sub(r'name="csrf_token"[^>]*>', "", page) for page in pages}) == 1
    assert (jobs_written, [message["To"] for message in posted]) == (3, [cast.rita.email])
    assert opened.status_code == 200
    assert token not in " ".join(session.scalars(select(OneTimeLink.token_digest)))
    assert (again.status_code, asked) == (200, 5)


@postgresql_in_full_runs
def test_without_a_mail_server_nobody_is_promised_a_mail(client: CheckingClient, cast: Cast):
    assert client.get("/forgotten").status_code == 404
    assert "Your admin can send you" in client.get("/sign-in").get_data(as_text=True)


@postgresql_in_full_runs
def test_what_does_most_harm_asks_again_who_one_is_and_types_nothing_twice(
    client: CheckingClient, session: Session, cast: Cast, sign_in: SignIn
):
    sign_in(client, cast.ada)
    session.execute(update(UserSession).values(proved_at=utcnow() - dt.timedelta(minutes=16)))
    address = f"/people/{cast.rita.id}/account"

    asked = client.post_form(address, {"active": "no"})
    wrong = client.post_form(address, {"active": "no", "proof": "not the password"})
    session.refresh(cast.rita)
    still_open = cast.rita.active
    done = client.post_form(address, {"active": "no", "proof": PASSWORD})
    session.refresh(cast.rita)
    closed = not cast.rita.active
    at_once = client.post_form(address, {"active": "yes"})

    page = asked.get_data(as_text=True)
    assert (asked.status_code, wrong.status_code, done.status_code, at_once.status_code) == (401, 403, 302, 302)
    assert '<input type="hidden" name="active" value="no">' in page
    assert f'action="{address}"' in page
    assert still_open
    assert closed
    assert session.scalar(select(func.count()).where(AuditEvent.action == "session.prove")) == 1


@postgresql_in_full_runs
def test_break_glass_lets_somebody_in_as_an_admin_for_a_day_and_says_so(
    session: Session, client: CheckingClient, cast: Cast, sign_in: SignIn, flask_command: Callable[..., Result]
):
    sign_in(client, cast.quinn)
    cast.quinn.active = False
    session.execute(update(ProgrammeSetting).values(time_zone="Pacific/Auckland"))

    unsaid = flask_command("people", "break-glass", cast.quinn.email, "--reason", " ")
    unknown = flask_command("people", "break-glass", "nobody@example.org", "--reason", "the admins are all away")
    done = flask_command("people", "break-glass", cast.quinn.email, "--reason", "the admins are all away")

    address = done.output.split("8000")[1].split()[0]
    new = "kettle-violet-harbour"
    assert (unsaid.exit_code, unknown.exit_code, done.exit_code) == (1, 1, 0)
    assert client.get("/").status_code == 302  # the old session has ended
    assert client.post_form(address, {"password": new, "repeated": new}).status_code == 302
    assert client.get("/people/").status_code == 200
    grant = session.scalars(
        select(RoleGrant).where(RoleGrant.user_id == cast.quinn.id, RoleGrant.role == "admin")
    ).one()
    assert grant.valid_to is not None
    assert (grant.valid_to - grant.valid_from).days == 1
    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "person.break_glass")).one()
    assert told.detail == {"reason": "the admins are all away"}


@postgresql_in_full_runs
def test_an_admin_ends_the_sessions_of_others_one_by_one_or_all(
    app: Flask, session: Session, cast: Cast, sign_in: SignIn, flask_command: Callable[..., Result]
):
    first, second, ada = sign_in(cast.rita), sign_in(cast.rita), sign_in(cast.ada)
    row = session.scalars(
        select(UserSession).where(UserSession.user_id == cast.rita.id).order_by(UserSession.id)
    ).first()
    assert row is not None

    ada.post_form(f"/people/{cast.rita.id}/sessions/{row.id}/end")
    after_one = (first.get("/").status_code, second.get("/").status_code)
    ada.post_form(f"/people/{cast.rita.id}/sessions/end")
    after_all = second.get("/").status_code
    third, fourth = sign_in(cast.rita), sign_in(cast.rita)
    third.post_form("/account/sessions/end-others")

    assert (after_one, after_all) == ((302, 200), 302)
    assert (third.get("/").status_code, fourth.get("/").status_code) == (200, 302)
    assert flask_command("people", "sign-out", cast.rita.email).exit_code == 0
    assert third.get("/").status_code == 302
