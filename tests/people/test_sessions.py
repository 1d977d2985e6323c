"""A signed-in session: rotated, revocable, with an idle and an absolute end."""

import datetime as dt
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.config import Settings
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.db import db
from qa.people import sessions
from qa.people.models import User, UserSession
from tests.support.cast import PASSWORD, Cast
from tests.support.client import CheckingClient, new_client
from tests.support.engines import postgresql_in_full_runs

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


def test_signing_in_again_gives_a_new_token_and_ends_the_old_session(
    app: Flask, session: Session, client: CheckingClient, cast: Cast
):
    enter(client, cast.rita.email)
    before = cookie_of(client)

    enter(client, cast.rita.email)

    thief = new_client(app, session)
    thief.set_cookie(sessions.COOKIE, before)
    assert cookie_of(client) != before
    assert thief.get("/").status_code == 302


@postgresql_in_full_runs
def test_the_secret_of_the_forms_changes_with_the_session(client: CheckingClient, cast: Cast):
    client.get("/sign-in")
    with client.session_transaction() as kept:
        before = kept["csrf_token"]

    enter(client, cast.rita.email)
    client.get("/account/")

    with client.session_transaction() as kept:
        assert kept["csrf_token"] != before


def test_a_token_that_the_browser_brought_along_is_not_taken_over(client: CheckingClient, cast: Cast):
    client.set_cookie(sessions.COOKIE, "chosen by somebody else")

    enter(client, cast.rita.email)

    assert cookie_of(client) not in {"", "chosen by somebody else"}


def test_a_session_ends_after_idle_hours(
    client: CheckingClient, session: Session, cast: Cast, sign_in: SignIn, settings: Settings
):
    sign_in(client, cast.rita)
    row = newest_session(session)

    row.last_seen_at = utcnow() - settings.session_idle + dt.timedelta(minutes=1)
    within = client.get("/").status_code
    row.last_seen_at = utcnow() - settings.session_idle - dt.timedelta(seconds=1)
    after = client.get("/").status_code

    assert (within, after) == (200, 302)


def test_a_session_ends_absolutely_however_busy_it_is(
    client: CheckingClient, session: Session, cast: Cast, sign_in: SignIn
):
    sign_in(client, cast.rita)
    row = newest_session(session)
    row.last_seen_at = utcnow()
    row.expires_at = utcnow() - dt.timedelta(seconds=1)

    assert client.get("/").status_code == 302


def test_being_here_keeps_a_session_alive_though_no_page_writes(
    app: Flask, client: CheckingClient, session: Session, cast: Cast, sign_in: SignIn
):
    sign_in(client, cast.rita)
    long_ago = utcnow() - dt.timedelta(hours=7)
    newest_session(session).last_seen_at = long_ago

    client.get("/")
    unwritten = newest_session(session).last_seen_at
    with app.app_context():
        app.extensions["last_seen"].flush(db.session())
    session.expire_all()

    assert unwritten == long_ago
    assert utcnow() - newest_session(session).last_seen_at < dt.timedelta(minutes=1)


def test_signing_out_ends_the_session_on_the_server_too(
    app: Flask, session: Session, client: CheckingClient, cast: Cast, sign_in: SignIn
):
    sign_in(client, cast.rita)
    kept = cookie_of(client)

    response = client.post_form("/sign-out")

    thief = new_client(app, session)
    thief.set_cookie(sessions.COOKIE, kept)
    assert response.status_code == 302
    assert response.location == "/sign-in#signed-out"  # by which the browser's other pages hear of it
    assert response.headers["Clear-Site-Data"] == '"cache"'
    assert not cookie_of(client)
    assert thief.get("/").status_code == 302


def test_one_browser_can_be_signed_out_from_another(
    client: CheckingClient, session: Session, cast: Cast, sign_in: SignIn
):
    other = sign_in(cast.rita)
    row = newest_session(session)
    sign_in(client, cast.rita)

    client.post_form(f"/account/sessions/{row.id}/end")

    assert other.get("/").status_code == 302
    assert client.get("/").status_code == 200


def test_nobody_signs_out_somebody_else(client: CheckingClient, session: Session, cast: Cast, sign_in: SignIn):
    other = sign_in(cast.otto)
    row = newest_session(session)
    sign_in(client, cast.rita)

    response = client.post_form(f"/account/sessions/{row.id}/end")

    assert response.status_code == 404
    assert other.get("/").status_code == 200


def test_the_account_page_lists_live_browsers_only(
    client: CheckingClient, session: Session, cast: Cast, sign_in: SignIn, settings: Settings
):
    sign_in(cast.rita)
    newest_session(session).last_seen_at = utcnow() - settings.session_idle - dt.timedelta(hours=1)
    sign_in(client, cast.rita)

    page = client.get("/account/").get_data(as_text=True)

    assert page.count('<th scope="row">tests') == 1


def test_changing_the_password_signs_every_other_browser_out(client: CheckingClient, cast: Cast, sign_in: SignIn):
    other = sign_in(cast.rita)
    sign_in(client, cast.rita)
    new = "an entirely new password"

    response = client.post_form("/account/password", {"current": PASSWORD, "password": new, "repeated": new})

    assert response.status_code == 302
    assert client.get("/").status_code == 200
    assert other.get("/").status_code == 302
    assert enter(other, cast.rita.email).status_code == 403
    assert enter(other, cast.rita.email, new).status_code == 302


FAULTY = (
    (WRONG, "an entirely new password", "an entirely new password", "not your present"),
    (PASSWORD, "short", "short", "at least 12"),
    (PASSWORD, "an entirely new password", "another new password", "differ"),
)


def test_a_password_is_not_changed_by_a_faulty_form(
    client: CheckingClient, session: Session, cast: Cast, sign_in: SignIn
):
    sign_in(client, cast.rita)
    before = cast.rita.password_hash

    for current, password, repeated, said in FAULTY:
        form = {"current": current, "password": password, "repeated": repeated}
        response = client.post_form("/account/password", form)

        assert response.status_code == 422
        assert said in response.get_data(as_text=True)
    assert session.scalar(select(User.password_hash).where(User.id == cast.rita.id)) == before


def test_closing_an_account_ends_its_sessions(client: CheckingClient, session: Session, cast: Cast, sign_in: SignIn):
    sign_in(client, cast.rita)
    admin = sign_in(cast.ada)

    admin.post_form(f"/people/{cast.rita.id}/account", {"active": "no"})

    live = select(func.count()).where(UserSession.user_id == cast.rita.id, UserSession.revoked_at.is_(None))
    assert client.get("/").status_code == 302
    assert session.scalar(live) == 0
    assert enter(client, cast.rita.email).status_code == 403


def test_signing_in_and_out_goes_to_the_audit_trail(client: CheckingClient, session: Session, cast: Cast):
    enter(client, cast.rita.email)
    client.post_form("/sign-out")

    actions = session.scalars(
        select(AuditEvent.action).where(AuditEvent.actor_id == cast.rita.id).order_by(AuditEvent.id)
    ).all()
    assert actions == ["session.start", "session.revoke"]


def test_a_revoked_session_is_revoked_once_in_the_trail(session: Session, cast: Cast, settings: Settings):
    now = utcnow()
    sessions.start(session, cast.rita.id, settings=settings, user_agent="tests", now=now)
    row = newest_session(session)

    sessions.revoke(session, row.id, by=cast.rita.id, now=now)
    sessions.revoke(session, row.id, by=cast.rita.id, now=now + dt.timedelta(hours=1))

    session.refresh(row)
    told = session.scalar(select(func.count()).where(AuditEvent.action == "session.revoke"))
    assert row.revoked_at == now
    assert told == 1


def test_only_sessions_of_the_person_end_when_all_of_them_end(session: Session, cast: Cast, settings: Settings):
    now = utcnow()
    for user in (cast.rita, cast.rita, cast.otto):
        sessions.start(session, user.id, settings=settings, user_agent="tests", now=now)

    sessions.revoke_all(session, cast.rita.id, by=cast.ada.id, now=now)

    live = session.scalars(select(UserSession.user_id).where(UserSession.revoked_at.is_(None))).all()
    assert live == [cast.otto.id]


def test_the_time_of_a_session_s_end_is_exclusive(session: Session, cast: Cast, settings: Settings):
    now = utcnow()
    sessions.start(session, cast.rita.id, settings=settings, user_agent="tests", now=now)
    row = newest_session(session)
    session.execute(update(UserSession).values(last_seen_at=row.expires_at))
    session.refresh(row)

    assert sessions.is_live(row, settings=settings, now=row.expires_at - dt.timedelta(microseconds=1))
    assert not sessions.is_live(row, settings=settings, now=row.expires_at)
