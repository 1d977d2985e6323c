"""Turning the master key: everything is readable afterwards with the new key alone, and nothing was forgotten."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.config import Settings
from qa.core import crypto
from qa.core.audit import AuditEvent
from qa.core.crypto import KeyRing
from qa.operations import turning_keys
from qa.people.models import SecondFactor
from qa.people.second_factor import about_secret
from qa.sampling import committing
from qa.sampling.models import Draw, Period
from qa.tickets import keeping
from qa.tickets.conversations import about_ticket, conversation_of
from qa.tickets.live.connections import about_credentials
from qa.tickets.models import SourceConnection, Ticket, UploadKey
from qa.tickets.originals.keeping import about_original
from qa.tickets.originals.models import OriginalText
from tests.codebase.sources import files, name_of
from tests.support import server
from tests.support.builders import draw_part, make_ticket
from tests.support.cast import NOW, Cast

NEW = ("k2", bytes(range(32)))


@pytest.fixture
def kept(session: Session, cast: Cast, settings: Settings) -> dict[str, int]:
    """One of everything that is sealed, under the first key; their ids."""
    ring, handled = KeyRing(settings.text_keys), make_ticket(session, cast)
    about = bound_to(session, cast, handled.ticket.id)
    key_id, wrapped = crypto.wrap(ring, b"o" * 32, about)
    original = OriginalText(
        ticket_id=handled.ticket.id, n=1, key_id=key_id, wrapped=wrapped, payload=b"", created_at=NOW, kept_until=NOW
    )
    key_id, wrapped = crypto.wrap(ring, b"u" * 32, keeping.about_upload("token"))
    upload = UploadKey(token="token", key_id=key_id, wrapped=wrapped, created_at=NOW)
    connection = SourceConnection(
        source_id=cast.source.id,
        base_url="https://desk.example.org",
        credentials=crypto.seal_secret(ring, b"{}", about_credentials(cast.source.id)),
        start_at=NOW,
        updated_at=NOW,
    )
    secret = crypto.seal_secret(ring, b"f" * 32, about_secret(cast.ada.id))
    factor = SecondFactor(user_id=cast.ada.id, secret=secret, created_at=NOW)
    draw_part(session, handled.part)
    draw = session.scalars(select(Draw)).one()
    draw.sealed_seed = crypto.seal_secret(ring, b"s" * 32, committing.about_seed(draw.period_id, draw.n))
    session.add_all([original, upload, connection, factor])
    session.commit()
    return {"ticket": handled.ticket.id, "draw": draw.id}


def bound_to(session: Session, cast: Cast, ticket_id: int) -> str:
    external_id = session.scalars(select(Ticket.external_id).where(Ticket.id == ticket_id)).one()
    return about_original(about_ticket(cast.source.key, external_id), 1)


@pytest.fixture
def turned(settings: Settings) -> Iterator[Flask]:
    """The application with a new key in front of the old one."""
    app = server.make_app(replace(settings, text_keys=(NEW, *settings.text_keys)))
    yield app
    server.close_app(app)


def test_after_turning_the_new_key_alone_reads_everything(
    turned: Flask, session: Session, cast: Cast, kept: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turning_keys, "CHUNK", 1)
    make_ticket(session, cast)
    session.commit()

    def run(*arguments: str) -> Result:
        session.commit()
        return turned.test_cli_runner().invoke(args=["keys", "turn", *arguments])

    before, done, after = run("--check"), run(), run("--check")

    assert (before.exit_code, done.exit_code, after.exit_code) == (1, 0, 0), done.output
    assert "keys of tickets' texts: 2 turned" in done.output
    session.expire_all()
    only = KeyRing((NEW,))
    assert conversation_of(session, only, kept["ticket"]).messages
    draw = session.get_one(Draw, kept["draw"])
    assert committing.seed_of(draw, session.get_one(Period, draw.period_id), only) == b"s" * 32
    assert keeping.key_of(session, only, "token", now=NOW) == b"u" * 32
    sealed = session.scalars(select(SourceConnection.credentials)).one()
    assert crypto.open_secret(only, sealed, about_credentials(cast.source.id)) == b"{}"
    factor = session.scalars(select(SecondFactor)).one()
    assert crypto.open_secret(only, factor.secret, about_secret(cast.ada.id)) == b"f" * 32
    original = session.scalars(select(OriginalText)).one()
    about = bound_to(session, cast, kept["ticket"])
    assert crypto.unwrap(only, original.key_id, original.wrapped, about) == b"o" * 32
    assert len(session.scalars(select(AuditEvent).where(AuditEvent.action == "keys.turned")).all()) == 1


def test_what_is_under_a_key_that_is_gone_is_told_and_stays(
    turned: Flask, session: Session, kept: dict[str, int]
) -> None:
    session.execute(update(UploadKey).values(key_id="k0"))
    session.commit()

    done = turned.test_cli_runner().invoke(args=["keys", "turn"])

    assert done.exit_code == 1
    assert "keys of uploads: 0 turned" in done.output
    assert "1 are under a key" in done.output + done.stderr


def test_the_printed_keys_are_those_in_use(turned: Flask, settings: Settings) -> None:
    told = dict(line.split("=", 1) for line in turned.test_cli_runner().invoke(args=["keys", "print"]).output.split())

    again = Settings.from_environment({**told, "SECRET_KEY": "another secret key, as long as it has to be"})

    assert (again.frame_key, again.audit_key) == (settings.frame_key, settings.audit_key)
    assert again.text_keys == (NEW, *settings.text_keys)


def test_whatever_is_sealed_under_the_ring_is_turned() -> None:
    # Somebody who seals something new has to add its kind, or it is lost with the old key.
    sealing = re.compile(r"(?<![\w.])(?:wrap|seal_secret)\(")
    found = {name_of(path) for path in files(".py", under=("qa",)) if sealing.search(path.read_text(encoding="utf-8"))}

    assert found == {
        "qa/core/crypto.py",
        "qa/operations/turning_keys.py",
        "qa/people/second_factor.py",
        "qa/sampling/committing.py",
        "qa/tickets/conversations.py",
        "qa/tickets/keeping.py",
        "qa/tickets/live/connections.py",
        "qa/tickets/originals/keeping.py",
    }
