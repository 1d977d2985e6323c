"""The second factor: setting it up, signing in with it, what stands in for it, and whom the programme asks for it."""

import datetime as dt
import re
from collections.abc import Callable

import pyotp
import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from qa.config import Settings
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.people import second_factor
from qa.people.models import ProgrammeSetting, RecoveryCode, SecondFactor, SignInTry, User, UserSession
from tests.support.cast import NOW, PASSWORD, Cast
from tests.support.client import CheckingClient, new_client
from tests.support.engines import postgresql_in_full_runs

SignIn = Callable[..., CheckingClient]
RING = KeyRing((("k1", b"1" * 32),))


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A code of ten minutes ago is taken too: how long a machine takes between two requests proves nothing."""
    monkeypatch.setattr(second_factor, "DRIFT", 20)


def ring_of(settings: Settings) -> KeyRing:
    return KeyRing(settings.text_keys)


def app_of(session: Session, user: User, ring: KeyRing) -> pyotp.TOTP:
    """The person's authenticator app."""
    factor = second_factor.factor_of(session, user.id)
    assert factor is not None
    return pyotp.TOTP(second_factor.secret_of(factor, ring=ring))


def set_up(session: Session, user: User, ring: KeyRing, *, now: dt.datetime) -> tuple[pyotp.TOTP, list[str]]:
    """The person's app and recovery codes; the code of ``now`` is used up."""
    second_factor.begin(session, user.id, ring=ring, now=now)
    app = app_of(session, user, ring)
    codes = second_factor.confirm(session, user.id, app.at(now), ring=ring, session_id=None, now=now)
    assert codes is not None
    return app, codes


def first_step(client: CheckingClient, user: User) -> TestResponse:
    return client.post_form("/sign-in", {"email": user.email, "password": PASSWORD})


def codes_on(response: TestResponse) -> list[str]:
    return re.findall(r"<code>((?:\w{4}-){5}\w{4})</code>", response.get_data(as_text=True))


@postgresql_in_full_runs
def test_a_code_is_that_of_rfc_6238_and_is_kept_sealed(session: Session, cast: Cast):
    # RFC 6238, appendix B: the secret "12345678901234567890" at 1111111109 s gives 07081804, of which six digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    now = dt.datetime.fromtimestamp(1_111_111_109, dt.UTC)
    sealed = second_factor.seal_secret(RING, secret.encode(), f"second factor of person {cast.rita.id}")
    session.add(SecondFactor(user_id=cast.rita.id, secret=sealed, created_at=now, confirmed_at=now))
    session.flush()

    assert second_factor.check(session, cast.rita.id, "081 804", ring=RING, now=now)
    assert secret.encode() not in sealed


def test_a_code_is_taken_once_and_none_before_it_afterwards(session: Session, cast: Cast):
    app, _ = set_up(session, cast.rita, RING, now=NOW)
    later = NOW + dt.timedelta(seconds=60)
    before, present = app.at(later - dt.timedelta(seconds=30)), app.at(later)

    def taken(code: str) -> bool:
        return second_factor.check(session, cast.rita.id, code, ring=RING, now=later)

    assert (taken(present), taken(present), taken(before)) == (True, False, False)


@postgresql_in_full_runs
def test_a_clock_may_be_half_a_minute_off_and_not_more(session: Session, cast: Cast):
    app, _ = set_up(session, cast.rita, RING, now=NOW)
    at = {seconds: app.at(NOW + dt.timedelta(minutes=5, seconds=seconds)) for seconds in (-60, -30, 30, 60)}

    def taken(code: str) -> bool:
        return second_factor.check(session, cast.rita.id, code, ring=RING, now=NOW + dt.timedelta(minutes=5))

    assert {seconds: taken(code) for seconds, code in at.items()} == {-60: False, -30: True, 30: True, 60: False}


def test_a_recovery_code_works_once_and_is_kept_as_a_digest(session: Session, cast: Cast):
    _, codes = set_up(session, cast.rita, RING, now=NOW)

    def taken(code: str) -> bool:
        return second_factor.check(session, cast.rita.id, code, ring=RING, now=NOW)

    assert len(set(codes)) == 10
    assert (taken(codes[0].lower().replace("-", " ")), taken(codes[0]), taken(codes[1])) == (True, False, True)
    kept = session.scalars(select(RecoveryCode.digest)).all()
    assert not set(kept) & set(codes)
    assert second_factor.recovery_codes_left(session, cast.rita.id) == 8
    assert not second_factor.check(session, cast.rob.id, codes[2], ring=RING, now=NOW)


@postgresql_in_full_runs
def test_new_recovery_codes_end_the_old_ones(session: Session, cast: Cast):
    _, old = set_up(session, cast.rita, RING, now=NOW)

    new = second_factor.renew_codes(session, cast.rita.id, now=NOW)

    assert not second_factor.check(session, cast.rita.id, old[0], ring=RING, now=NOW)
    assert second_factor.check(session, cast.rita.id, new[0], ring=RING, now=NOW)


@pytest.mark.usefixtures("patient")
def test_somebody_sets_it_up_and_signs_in_with_it(
    app: Flask, session: Session, client: CheckingClient, cast: Cast, sign_in: SignIn, settings: Settings
):
    other = sign_in(cast.rita)
    sign_in(client, cast.rita)
    begun = client.post_form("/account/second-factor/begin")
    page = client.get(begun.location).get_data(as_text=True)
    phone = app_of(session, cast.rita, ring_of(settings))
    assert '<svg viewBox="0 0' in page
    assert phone.secret[:4] in page

    code = phone.now()
    wrong = client.post_form("/account/second-factor/confirm", {"code": code[:5]})
    right = client.post_form("/account/second-factor/confirm", {"code": code})

    codes = codes_on(right)
    assert (wrong.status_code, right.status_code, len(codes)) == (422, 200, 10)
    assert (other.get("/").status_code, client.get("/").status_code) == (302, 200)  # the other browser is signed out
    assert not codes_on(client.get("/account/second-factor"))  # shown once

    fresh = new_client(app, session)
    asked = first_step(fresh, cast.rita)
    assert asked.location == "/sign-in/code"
    assert fresh.get("/").status_code == 302  # the password alone opens nothing
    replayed = fresh.post_form("/sign-in/code", {"code": code})
    entered = fresh.post_form("/sign-in/code", {"code": codes[0]})
    assert (replayed.status_code, entered.status_code, entered.location) == (403, 302, "/")
    assert fresh.get("/").status_code == 200
    newest = session.scalars(select(UserSession).order_by(UserSession.id.desc()).limit(1)).one()
    assert newest.second_factor_at is not None
    told = session.scalars(select(AuditEvent.action).where(AuditEvent.action.like("second_factor.%"))).all()
    assert list(told) == ["second_factor.on", "second_factor.recovery_code"]
    assert "wrong_code" in session.scalars(select(SignInTry.outcome)).all()


@postgresql_in_full_runs
def test_the_second_step_is_open_to_nobody_who_has_not_done_the_first(
    session: Session, client: CheckingClient, cast: Cast, settings: Settings
):
    _, codes = set_up(session, cast.rita, ring_of(settings), now=utcnow())

    without = client.post_form("/sign-in/code", {"code": codes[0]})
    first_step(client, cast.rita)
    session.execute(update(User).where(User.id == cast.rita.id).values(password_hash="another"))
    changed = client.post_form("/sign-in/code", {"code": codes[0]})

    assert (without.location, changed.location) == ("/sign-in", "/sign-in")
    assert client.get("/").status_code == 302


@postgresql_in_full_runs
def test_a_link_for_a_new_password_does_not_go_round_the_second_factor(
    session: Session,
    client: CheckingClient,
    cast: Cast,
    settings: Settings,
    flask_command: Callable[..., Result],
):
    set_up(session, cast.rita, ring_of(settings), now=utcnow())
    address = flask_command("people", "invite", cast.rita.email).output.split("8000")[1].strip()
    new = "entirely new words for Rita"

    response = client.post_form(address, {"password": new, "repeated": new})

    assert response.location == "/sign-in/code"
    assert client.get("/").status_code == 302


@pytest.mark.usefixtures("patient")
@postgresql_in_full_runs
def test_a_role_that_needs_it_opens_nothing_else_until_it_is_set_up(
    session: Session, client: CheckingClient, cast: Cast, sign_in: SignIn, settings: Settings
):
    session.execute(update(ProgrammeSetting).values(second_factor_roles="director admin"))
    sign_in(client, cast.ada)
    reviewer = sign_in(cast.rita)

    sent = client.get("/people/")
    refused = client.post_form("/people/invite-all")
    client.post_form("/account/second-factor/begin")
    assert "Your role needs it" in client.get("/account/second-factor").get_data(as_text=True)
    phone = app_of(session, cast.ada, ring_of(settings))
    client.post_form("/account/second-factor/confirm", {"code": phone.now()})

    assert (sent.status_code, sent.location) == (302, "/account/second-factor")
    assert refused.status_code == 403
    assert client.get("/people/").status_code == 200
    assert reviewer.get("/").status_code == 200
    assert client.post_form("/account/second-factor/off").status_code == 409
    session.execute(update(ProgrammeSetting).values(second_factor_roles=None))
    assert client.post_form("/account/second-factor/off").status_code == 302
    assert session.scalars(select(SecondFactor)).all() == session.scalars(select(RecoveryCode)).all() == []


@postgresql_in_full_runs
def test_an_admin_resets_what_somebody_lost_and_that_is_on_record(
    session: Session, cast: Cast, sign_in: SignIn, settings: Settings, flask_command: Callable[..., Result]
):
    for user in (cast.rita, cast.ada, cast.rob):
        set_up(session, user, ring_of(settings), now=utcnow())
    rita, ada = sign_in(cast.rita), sign_in(cast.ada)

    reset = ada.post_form(f"/people/{cast.rita.id}/second-factor/reset")
    own = ada.post_form(f"/people/{cast.ada.id}/second-factor/reset")
    by_command = flask_command("people", "reset-second-factor", cast.rob.email)

    assert (reset.status_code, own.status_code, by_command.exit_code) == (302, 409, 0)
    assert rita.get("/").status_code == 302  # her session has ended
    assert session.scalars(select(SecondFactor.user_id)).all() == [cast.ada.id]
    off = select(AuditEvent.actor_id).where(AuditEvent.action == "second_factor.off").order_by(AuditEvent.id)
    assert session.scalars(off).all() == [cast.ada.id, None]


@postgresql_in_full_runs
def test_only_an_admin_says_who_needs_it(session: Session, cast: Cast, sign_in: SignIn):
    from tests.people.test_programme import form_of, in_force

    form = {**form_of(in_force(session, cast)), "second_factor_roles": "admin"}

    sign_in(cast.quinn).post_form("/programme/", form)
    by_quinn = in_force(session, cast).second_factor_roles
    page = sign_in(cast.ada)
    page.post_form("/programme/", form)

    assert (by_quinn, in_force(session, cast).second_factor_roles) == (None, "admin")
