"""The daily e-mail: no word of a ticket, never twice, tried again after a refusal, and told when it is given up."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.config import MailSettings, Settings
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import ConfigurationError
from qa.core.jobs import Job
from qa.incidents.rules import Kind
from qa.notices import digests, jobs, mailing, service
from qa.notices.mailing import Addressee
from qa.notices.models import MailDigest, Notice
from qa.people.models import User
from tests.incidents.room import Room
from tests.notices.sink import Sink, running
from tests.support import server
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast
from tests.support.client import CheckingClient, new_client
from tests.support.client import sign_in as signed

CANARY = "zeppelin-canary"
LATER = dt.timedelta(minutes=1)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with running() as started:
        yield started


def addressee(user: User) -> Addressee:
    base = "https://quality.example.org/notices"
    return Addressee(
        name=user.name,
        email=user.email,
        inbox_url=f"{base}/",
        preferences_url=f"{base}/preferences",
        stop_url=f"{base}/stop/token",
    )


def tell(session: Session, user: User, kind: str = "review_released", now: dt.datetime = NOW) -> None:
    service.notify(session, [user.id], kind=kind, object_type="review", object_id=1, now=now)


def deliver(session: Session, sink: Sink, now: dt.datetime = NOW) -> digests.Told:
    return digests.deliver(session, sink.settings, addressee, clock=lambda: now)


def written(session: Session, cast: Cast, now: dt.datetime = NOW, day: dt.date = TODAY) -> int:
    count = digests.write_digests(session, cast.programme.id, day, now=now)
    session.commit()
    return count


def one(session: Session) -> MailDigest:
    session.expire_all()
    return session.scalars(select(MailDigest)).one()


def test_a_digest_names_kinds_and_numbers_and_leads_to_the_inbox(session: Session, cast: Cast, sink: Sink) -> None:
    for _ in range(2):
        tell(session, cast.sam)
    tell(session, cast.sam, "dispute_settled")
    tell(session, cast.rita, "parts_assigned")  # here only, as is usual

    assert written(session, cast) == 1
    assert deliver(session, sink) == digests.Told(sent=1)

    message = sink.messages[0]
    assert (message["To"], message["Subject"]) == (cast.sam.email, "Fairmark: 3 notices wait")
    body = sink.bodies()[0]
    assert "- A review of your work is released (2 times)" in body
    assert "- A dispute about a review is settled\n" in body
    assert "https://quality.example.org/notices/preferences" in body
    assert message["List-Unsubscribe"] == "<https://quality.example.org/notices/stop/token>"
    assert one(session).state == "sent"
    assert session.scalars(select(Notice).where(Notice.mailed_at.is_(None))).one().user_id == cast.rita.id


def test_what_was_sent_is_never_sent_again(session: Session, cast: Cast, sink: Sink) -> None:
    tell(session, cast.sam)
    for day in range(3):
        moment = NOW + dt.timedelta(days=day)
        written(session, cast, moment, moment.date())
        written(session, cast, moment, moment.date())
        deliver(session, sink, moment)
        deliver(session, sink, moment)

    assert len(sink.messages) == 1


def test_what_was_read_meanwhile_or_is_wanted_no_more_is_not_sent(session: Session, cast: Cast, sink: Sink) -> None:
    for user in (cast.sam, cast.olga):
        tell(session, user)
    written(session, cast)
    session.execute(update(Notice).where(Notice.user_id == cast.sam.id).values(read_at=NOW))
    service.stop_mail(session, cast.olga.id)
    session.commit()

    assert deliver(session, sink) == digests.Told()
    assert sink.messages == []
    assert session.scalars(select(MailDigest)).all() == []
    assert written(session, cast, NOW + dt.timedelta(days=1), TODAY + dt.timedelta(days=1)) == 0


def test_a_refusal_for_now_is_tried_again_at_growing_distances_and_then_told_to_the_admin(
    session: Session, cast: Cast, sink: Sink
) -> None:
    tell(session, cast.sam)
    written(session, cast)
    sink.refuse["END"] = "451 try later"
    now, told = NOW, []
    for wait in digests.WAITS:
        told.append(deliver(session, sink, now))
        assert one(session).not_before == now + wait
        assert deliver(session, sink, now + wait - LATER) == digests.Told()
        now += wait
    told.append(deliver(session, sink, now))

    assert told == [digests.Told(later=1)] * len(digests.WAITS) + [digests.Told(failed=1)]
    assert (one(session).state, one(session).error) == ("failed", "the server answered 451")
    assert session.scalars(select(Notice.user_id).where(Notice.kind == "digest_failed")).all() == [cast.ada.id]
    sink.refuse.clear()
    assert deliver(session, sink, now + dt.timedelta(days=1)) == digests.Told()


def test_after_a_refusal_the_same_digest_arrives_once(session: Session, cast: Cast, sink: Sink) -> None:
    tell(session, cast.sam)
    written(session, cast)
    sink.refuse["RCPT"] = "450 busy"
    deliver(session, sink)
    sink.refuse.clear()

    deliver(session, sink, NOW + digests.WAITS[0])
    deliver(session, sink, NOW + digests.WAITS[0])

    assert len(sink.messages) == 1


@pytest.mark.parametrize("command", ["RCPT", "END"])
def test_a_refusal_for_good_is_told_at_once(session: Session, cast: Cast, sink: Sink, command: str) -> None:
    tell(session, cast.sam)
    written(session, cast)
    sink.refuse[command] = "550 no such address"

    assert deliver(session, sink) == digests.Told(failed=1)
    assert cast.sam.email not in (one(session).error or "")


def test_a_server_that_is_not_there_is_tried_again(session: Session, cast: Cast, sink: Sink) -> None:
    tell(session, cast.sam)
    written(session, cast)
    nowhere = replace(sink.settings, port=1)

    told = digests.deliver(session, nowhere, addressee, clock=lambda: NOW)

    assert (told, one(session).state) == (digests.Told(later=1), "waiting")


def test_where_the_server_may_have_taken_it_nothing_is_sent_again_and_the_admin_is_told(
    session: Session, cast: Cast, sink: Sink
) -> None:
    tell(session, cast.sam)
    written(session, cast)
    sink.hang_up = "END"

    assert deliver(session, sink) == digests.Told(unclear=1)

    sink.hang_up = None
    assert deliver(session, sink, NOW + dt.timedelta(days=1)) == digests.Told()
    assert (one(session).state, len(sink.messages)) == ("unclear", 0)
    assert session.scalars(select(Notice.user_id).where(Notice.kind == "digest_failed")).all() == [cast.ada.id]


def test_a_process_killed_while_it_sent_leaves_a_digest_that_is_told_and_not_repeated(
    session: Session, cast: Cast, sink: Sink
) -> None:
    tell(session, cast.sam)
    written(session, cast)
    session.execute(update(MailDigest).values(state="sending", attempts=1, claimed_at=NOW))
    session.commit()

    assert deliver(session, sink, NOW + digests.STUCK - LATER) == digests.Told()
    assert deliver(session, sink, NOW + digests.STUCK + LATER) == digests.Told(unclear=1)
    assert sink.messages == []


@pytest.fixture
def mailing_app(settings: Settings, sink: Sink) -> Iterator[Flask]:
    made = server.make_app(replace(settings, mail=sink.settings))
    yield made
    server.close_app(made)


def test_no_word_of_a_ticket_leaves_by_e_mail(
    mailing_app: Flask, session: Session, cast: Cast, sink: Sink, settings: Settings
) -> None:
    said = tuple((role, f"{CANARY} {words}") for role, words in (("customer", "Help me"), ("specialist", "I do.")))
    handled = make_ticket(session, cast, messages=said, subject=f"{CANARY} subject", external_id=f"{CANARY}-1")
    task = make_assignment(session, handled, cast.rita, publish_rubric(session, cast))
    make_review(session, handled, task, comments={"tone": f"{CANARY} comment"}, at=utcnow() - dt.timedelta(days=1))

    def client(user: User) -> CheckingClient:
        return signed(new_client(mailing_app, session), user)

    room = Room(session=session, cast=cast, handled=handled, sign_in=client)
    room.name(Kind.MONEY, cast.rob)
    room.raise_it(cast.lena, kind="money", line=f"{CANARY} line")
    room.step(cast.rob, "acknowledge")
    room.step(cast.rob, "settle", outcome="handled", note=f"{CANARY} note")
    claim = {"choice-tone": "level:missed", "reason-tone": f"{CANARY} reason"}
    client(cast.sam).post_form("/reviews/1/dispute", claim)
    for user in (cast.lena, cast.rob, cast.sam, cast.rita, cast.quinn, cast.ada):
        ways = {notice.kind: "digest" for notice in session.scalars(select(Notice).where(Notice.user_id == user.id))}
        service.choose(session, user.id, ways, digest=True)
    session.commit()
    calendar = jobs.Calendar(mailing_app.extensions["fairmark"])
    morning = dt.datetime.combine(utcnow().date(), dt.time(12), tzinfo=dt.UTC)

    with mailing_app.app_context():
        calendar.tick(db.session(), morning)
        jobs.Calendar(mailing_app.extensions["fairmark"]).tick(db.session(), morning)  # another process
    mailing_app.extensions["runner"].run_all()
    mailing_app.extensions["runner"].run_all()

    assert len(sink.messages) >= 3
    assert all(CANARY not in message.as_string() for message in sink.messages)
    names = [user.name for user in session.scalars(select(User))]
    for message, body in zip(sink.messages, sink.bodies(), strict=True):
        assert [name for name in names if name in body] == [
            session.scalars(select(User.name).where(User.email == message["To"])).one()
        ]
    assert [job.state for job in session.scalars(select(Job).where(Job.name == jobs.DIGEST_JOB))] == ["done"]


def test_the_link_of_an_e_mail_stops_it_after_one_question_without_signing_in(
    mailing_app: Flask, session: Session, cast: Cast
) -> None:
    chosen = mailing_app.extensions["fairmark"]
    address = jobs.addressee(chosen, cast.sam).stop_url
    path = address.removeprefix("https://quality.example.org")
    visitor = new_client(mailing_app, session)

    assert "Stop the daily e-mail?" in visitor.get(path).get_data(as_text=True)
    assert cast.sam.preferences == {}  # a mail scanner that follows the link changes nothing
    assert "no e-mail any more" in visitor.post_form(path).get_data(as_text=True)
    assert cast.sam.preferences == {"digest": "off"}
    assert visitor.post_form(path[:-2] + "xx").status_code == 404
    assert mailing.read_stop_token(chosen.secret_key, re.split("/", path)[-1]) == cast.sam.id


def test_the_admin_sees_what_was_not_sent(
    session: Session, cast: Cast, sink: Sink, sign_in: Callable[..., CheckingClient]
) -> None:
    now = utcnow()
    tell(session, cast.sam, now=now)
    written(session, cast, now, now.date())
    sink.refuse["RCPT"] = "550 no"
    ada = sign_in(cast.ada)
    assert "Every digest went out" in ada.get("/notices/not-sent").get_data(as_text=True)

    deliver(session, sink, now)

    page = ada.get("/notices/not-sent").get_data(as_text=True)
    assert "Sam Sato" in page
    assert "the address was refused (550)" in page


WHOLE = {"SMTP_HOST": "mail.example.org", "MAIL_FROM": "qa@example.org", "BASE_URL": "https://qa.example.org/"}


def test_the_mail_server_comes_from_the_environment() -> None:
    assert MailSettings.from_environment({}) is None
    found = MailSettings.from_environment(WHOLE)
    assert found is not None
    assert (found.port, found.security, found.base_url) == (587, "starttls", "https://qa.example.org")
    secure = MailSettings.from_environment({**WHOLE, "SMTP_SECURITY": "tls"})
    assert secure is not None
    assert secure.port == 465


@pytest.mark.parametrize(
    "changed",
    [
        {"SMTP_SECURITY": "ssl"},
        {"MAIL_FROM": "nobody"},
        {"MAIL_FROM": "a@example.org\nBcc: b@example.org"},
        {"BASE_URL": ""},
        {"SMTP_USER": "qa", "SMTP_SECURITY": "none"},
        {"SMTP_PORT": "smtp"},
    ],
)
def test_a_mail_server_that_is_half_configured_is_refused_by_name(changed: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(changed))):
        MailSettings.from_environment({**WHOLE, **changed})
