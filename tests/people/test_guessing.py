"""Guessing passwords is slow, and slows down nobody but whoever guesses."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.limits import limiter
from qa.people import passwords, throttling
from qa.people.models import SignInTry, User
from tests.support.cast import NOW, Cast
from tests.support.client import CheckingClient, new_client
from tests.support.engines import postgresql_in_full_runs
from tests.support.server import close_app, make_app

SECRET = "k" * 40
Enter = Callable[..., int]


@pytest.fixture
def limited(settings: Settings) -> Iterator[Flask]:
    app = make_app(replace(settings, rate_limits=True))
    limiter.reset()
    yield app
    limiter.reset()
    close_app(app)


@pytest.fixture
def enter(monkeypatch: pytest.MonkeyPatch) -> Enter:
    """``enter(client, user, right=, address=)`` tries to sign in; the status. No password is hashed for it."""

    def tried(client: CheckingClient, user: User, *, right: bool = False, address: str = "192.0.2.1") -> int:
        monkeypatch.setattr(passwords, "verify_password", lambda *_: right)
        form = {"email": user.email, "password": "whatever it is"}
        return client.post_form("/sign-in", form, environ_base={"REMOTE_ADDR": address}).status_code

    return tried


def test_who_guesses_an_account_locks_nobody_else_out_of_it(limited: Flask, session: Session, cast: Cast, enter: Enter):
    known, guesser, elsewhere = (new_client(limited, session) for _ in range(3))
    assert enter(known, cast.rita, right=True) == 302

    guesses = [enter(guesser, cast.rita) for _ in range(11)]

    assert guesses == [403] * 10 + [429]
    assert enter(guesser, cast.rita, right=True) == 429  # not even with the right one
    assert enter(known, cast.rita, right=True) == 302  # a browser that Rita signed in with before, same address
    assert enter(elsewhere, cast.rita, right=True, address="198.51.100.7") == 302  # a new one at another address
    assert enter(guesser, cast.rob, right=True) == 302  # another account from the guesser's address


@postgresql_in_full_runs
def test_a_known_browser_is_slowed_down_by_itself(limited: Flask, session: Session, cast: Cast, enter: Enter):
    stolen, other = new_client(limited, session), new_client(limited, session)
    enter(stolen, cast.rita, right=True)

    guesses = [enter(stolen, cast.rita, address=f"198.51.100.{n}") for n in range(11)]

    assert guesses[9:] == [403, 429]
    assert enter(other, cast.rita, right=True) == 302


@postgresql_in_full_runs
def test_the_tries_are_free_again_after_a_quarter_of_an_hour(
    limited: Flask, session: Session, cast: Cast, enter: Enter
):
    client = new_client(limited, session)
    for _ in range(10):
        enter(client, cast.rita)
    session.execute(update(SignInTry).values(at=utcnow() - throttling.WINDOW))

    assert enter(client, cast.rita, right=True) == 302


@postgresql_in_full_runs
def test_a_browser_is_known_to_its_own_accounts_only_and_until_the_password_changes(session: Session, cast: Cast):
    cookie = throttling.device_cookie(SECRET, "", cast.rita)

    def known(user: User, sent: str) -> bool:
        return throttling.source_of(SECRET, user.email, user, cookie=sent, address="192.0.2.1").known_device

    assert known(cast.rita, cookie)
    assert not known(cast.rob, cookie)
    assert not known(cast.rita, cookie[:-2] + "xx")
    both = throttling.device_cookie(SECRET, cookie, cast.rob)
    assert known(cast.rita, both)
    assert known(cast.rob, both)
    cast.rita.password_hash = "another"
    assert not known(cast.rita, both)


@postgresql_in_full_runs
def test_a_browser_remembers_eight_people(cast: Cast):
    people = [User(id=n, email=f"p{n}@example.org", password_hash="h") for n in range(1, 13)]
    cookie = ""
    for user in people:
        cookie = throttling.device_cookie(SECRET, cookie, user)

    assert [key.partition(".")[0] for key in throttling.devices(SECRET, cookie)] == [str(n) for n in range(5, 13)]


def test_tries_are_kept_without_e_mail_or_address_and_for_a_month(session: Session, cast: Cast):
    source = throttling.source_of(SECRET, cast.rita.email, cast.rita, cookie="", address="192.0.2.1")
    throttling.note(session, source, "wrong_password", user_id=cast.rita.id, now=NOW - throttling.KEPT)
    throttling.note(session, source, "entered", user_id=cast.rita.id, now=NOW)

    row = session.scalars(select(SignInTry).order_by(SignInTry.id)).first()
    assert row is not None
    kept = " ".join(map(str, (row.account, row.source)))
    gone = throttling.forget(session, now=NOW + dt.timedelta(seconds=1))

    assert "rita" not in kept
    assert "192.0.2.1" not in kept
    assert (gone, session.scalar(select(func.count()).select_from(SignInTry))) == (1, 1)


def test_many_wrong_tries_from_everywhere_are_told_in_the_trail(session: Session, cast: Cast):
    for n in range(throttling.ATTACK):
        source = throttling.source_of(SECRET, cast.rita.email, cast.rita, cookie="", address=f"192.0.2.{n}")
        throttling.note(session, source, "wrong_password", user_id=cast.rita.id, now=NOW)

    told = session.scalars(select(AuditEvent).where(AuditEvent.action == "sign_in.attacked")).one()
    assert (told.object_id, told.detail) == (str(cast.rita.id), {"wrong_tries": 50})
