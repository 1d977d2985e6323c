"""Storing: nothing doubles, changes are followed, what was judged stays."""

import dataclasses
import datetime as dt
import traceback
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from qa.core.crypto import UnreadableTextError
from qa.core.db import db
from qa.core.orm import Base
from qa.people.models import AgentIdentity, ProgrammeSetting
from qa.tickets import storing
from qa.tickets.agents import match_parts
from qa.tickets.conversations import conversation_of
from qa.tickets.counting import Counts
from qa.tickets.intake.base import PartRecord, Record, Reject, Repeated, TicketRecord
from qa.tickets.models import ConversationKey, ConversationRevision, HandledPart, Resolution, Ticket
from qa.tickets.rows import insert_rows
from qa.tickets.rules import part_key, permanent_random_number
from tests.support.cast import NOW, Cast
from tests.support.tickets import KEYS, RING
from tests.tickets.records import BOT, OLGA, OPENED, SAM, at, replied, said, ticket

TABLES: tuple[type[Base], ...] = (Ticket, Resolution, HandledPart, ConversationRevision, ConversationKey, AgentIdentity)


def store(session: Session, cast: Cast, *records: Record, **more: Any) -> Counts:
    session.commit()
    return storing.store_tickets(session, cast.source, records, ring=RING, frame_key=KEYS.frame_key, now=NOW, **more)


def rows(session: Session) -> dict[str, int]:
    return {table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES}


def parts(session: Session) -> Sequence[HandledPart]:
    return session.scalars(select(HandledPart).order_by(HandledPart.id)).all()


def texts(session: Session, **more: Any) -> list[str]:
    ticket_id = session.scalars(select(Ticket.id)).one()
    return [message.text for message in conversation_of(session, RING, ticket_id, **more).messages]


def test_a_ticket_is_stored_with_its_resolution_part_and_conversation(session: Session, cast: Cast) -> None:
    counts = store(session, cast, ticket(7, said(0, "Mail ann@example.com"), replied(5)))

    stored = session.scalars(select(Ticket)).one()
    (part,) = parts(session)
    assert counts.as_dict()["tickets"] == {"read": 1, "stored": 1, "updated": 0, "unchanged": 0, "rejected": 0}
    assert counts.as_dict()["messages"]["stored"] == 2
    assert (stored.external_id, stored.status, stored.solved_at) == ("7", "solved", at(60))
    assert (part.resolved_at, part.public_replies, part.share, part.is_primary) == (at(60), 1, 1.0, True)
    assert part.prn == permanent_random_number(KEYS.frame_key, "desk", part_key("7", 1, "sam"))
    assert texts(session) == ["Mail [email 1]", "Done."]


def test_the_same_again_changes_nothing(session: Session, cast: Cast) -> None:
    records = [ticket(number) for number in range(5)]
    store(session, cast, *records)
    before = rows(session)

    counts = store(session, cast, *records)

    assert rows(session) == before
    assert counts.tickets.unchanged == 5
    assert counts.messages.unchanged == 10


def test_stored_text_is_sealed_and_bound_to_its_ticket(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1, said(0, "canary word"), replied(1)), ticket(2))
    one, other = session.scalars(select(ConversationRevision).order_by(ConversationRevision.id)).all()
    assert b"canary" not in one.payload
    other.payload = one.payload
    session.flush()

    with pytest.raises(UnreadableTextError):
        conversation_of(session, RING, other.ticket_id)


def test_subject_tags_and_custom_fields_are_redacted_too(session: Session, cast: Cast) -> None:
    record = ticket(
        1,
        subject="call 202-555-0113",
        tags=("ann@example.com",),
        custom_fields={"1": "746-48-4015", "2": ["203.0.113.7", 5, None], "3": {"x": "ann@example.com"}},
        csat="bad",
        csat_reason="told ann@example.com",
    )

    store(session, cast, record)

    stored = session.scalars(select(Ticket)).one()
    assert (stored.subject, stored.tags, stored.csat_reason) == ("call [phone 1]", ["[email]"], "told [email 1]")
    assert stored.custom_fields == {"1": "[SSN 1]", "2": ["[IP 1]", 5, None], "3": {"x": "[email 1]"}}
    assert stored.customer_digest is not None
    assert "c1" not in stored.customer_digest


def test_changed_facts_are_followed_and_the_conversation_stays(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1))

    counts = store(session, cast, ticket(1, subject="Payout came", csat="good"))

    stored = session.scalars(select(Ticket)).one()
    assert (stored.subject, stored.csat) == ("Payout came", "good")
    assert rows(session)["conversation_revision"] == 1
    assert (counts.tickets.updated, counts.messages.unchanged) == (1, 2)


def test_a_changed_conversation_becomes_a_new_revision_and_the_former_stays(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1, said(0), replied(5, text="Wait.")))
    first = session.scalars(select(ConversationRevision.id)).one()

    counts = store(session, cast, ticket(1, said(0), replied(5, text="Done."), said(9)))

    assert texts(session) == ["Hello?", "Done.", "Hello?"]
    assert texts(session, revision_id=first) == ["Hello?", "Wait."]
    assert counts.as_dict()["messages"] == {"read": 3, "stored": 1, "updated": 1, "unchanged": 1, "rejected": 0}
    assert rows(session)["conversation_key"] == 1


def test_a_reopened_ticket_gets_a_second_resolution_with_the_replies_since(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1, said(0), replied(5)))
    later = ticket(1, said(0), replied(5), said(70), replied(80, OLGA), solved_at=at(90), reopens=1)

    store(session, cast, later)

    found = session.execute(
        select(Resolution.n, Resolution.resolved_at, AgentIdentity.external_id, HandledPart.share)
        .join(HandledPart, HandledPart.resolution_id == Resolution.id)
        .join(AgentIdentity, AgentIdentity.id == HandledPart.agent_identity_id)
        .order_by(Resolution.n)
    ).all()
    assert [tuple(row) for row in found] == [(1, at(60), "sam", 1.0), (2, at(90), "olga", 1.0)]


def test_a_ticket_that_is_open_again_keeps_what_was_resolved(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1))

    counts = store(session, cast, ticket(1, status="open", solved_at=None, reopens=1))

    assert rows(session)["handled_part"] == 1
    assert dict(counts.without_part) == {"unresolved": 1}


def test_a_part_that_gained_replies_is_updated_in_place(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1, said(0), replied(5)))
    (before,) = [(part.id, part.prn) for part in parts(session)]

    store(session, cast, ticket(1, said(0), replied(5), replied(6), replied(7, OLGA)))

    sam, olga = parts(session)
    assert (sam.id, sam.prn) == before
    assert (sam.public_replies, sam.share) == (2, pytest.approx(2 / 3))
    assert (olga.public_replies, olga.is_primary) == (1, False)


def test_a_part_that_an_export_no_longer_shows_is_withdrawn_not_deleted(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1, said(0), replied(5), replied(7, OLGA)))

    store(session, cast, ticket(1, said(0), replied(5)))

    sam, olga = parts(session)
    assert (sam.eligible, olga.eligible, olga.ineligible_reason) == (True, False, "withdrawn")


def test_a_deleted_ticket_leaves_the_population(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1))

    store(session, cast, ticket(1, status="deleted", messages=None))

    (part,) = parts(session)
    assert (part.eligible, part.ineligible_reason) == (False, "deleted")
    assert texts(session) == ["Hello?", "Done."]


def test_facts_alone_do_not_touch_the_parts_that_messages_made(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1, said(0), replied(5, OLGA)))

    store(session, cast, ticket(1, messages=None, csat="good"))

    (part,) = parts(session)
    assert (part.eligible, part.public_replies) == (True, 1)


def test_parts_can_be_told_directly_without_a_conversation(session: Session, cast: Cast) -> None:
    told = PartRecord(agent=OLGA, first_reply_at=at(1), last_reply_at=at(9), public_replies=4)

    store(session, cast, ticket(1, messages=None, parts=(told,)), redacted=True)
    store(session, cast, ticket(1, parts=(told,)), redacted=True)

    (part,) = parts(session)
    assert (part.public_replies, part.eligible, part.last_reply_at) == (4, True, at(9))
    assert texts(session) == ["Hello?", "Done."]


def test_erased_text_does_not_come_back(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1))
    session.delete(session.scalars(select(ConversationKey)).one())
    session.scalars(select(Ticket)).one().erased_at = NOW

    counts = store(session, cast, ticket(1, said(0, "again"), replied(5), subject="again"))

    assert counts.tickets.unchanged == 1
    assert session.scalars(select(Ticket.subject)).one() == "Payout is missing"
    with pytest.raises(UnreadableTextError, match="erased"):
        texts(session)


def test_every_row_read_has_one_outcome(session: Session, cast: Cast) -> None:
    lost = Reject(file="f", line=1, column=None, value="", reason="r", loses="ticket", messages=3)
    cell = Reject(file="f", line=2, column="c", value="", reason="r")
    seen: list[tuple[int, int]] = []

    counts = store(
        session,
        cast,
        ticket(1),
        lost,
        Repeated(of="ticket"),
        ticket(1, subject="again"),
        cell,
        Repeated(of="message"),
        in_chunk=lambda _, so_far, rejects: seen.append((so_far.tickets.read, len(rejects))),
    )

    assert counts.as_dict()["tickets"] == {"read": 4, "stored": 1, "updated": 1, "unchanged": 1, "rejected": 1}
    assert counts.as_dict()["messages"] == {"read": 8, "stored": 2, "updated": 0, "unchanged": 3, "rejected": 3}
    assert seen == [(3, 1), (4, 1)]


def test_a_transaction_stores_no_more_tickets_than_it_is_told(session: Session, cast: Cast) -> None:
    seen: list[int] = []

    store(
        session,
        cast,
        *[ticket(number) for number in range(5)],
        together=2,
        after_chunk=lambda counts: seen.append(counts.tickets.stored),
    )

    assert seen == [2, 4, 5]


def test_what_was_committed_before_a_failure_stays_and_a_rerun_finishes(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "CHUNK", 2)
    records = [ticket(number) for number in range(5)]

    def broken() -> Any:
        yield from records[:3]
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        storing.store_tickets(session, cast.source, broken(), ring=RING, frame_key=KEYS.frame_key, now=NOW)
    session.rollback()

    counts = store(session, cast, *records)

    assert (counts.tickets.unchanged, counts.tickets.stored) == (2, 3)
    assert rows(session)["handled_part"] == 5


def test_agents_are_matched_by_e_mail_and_parts_take_the_team_of_the_day(session: Session, cast: Cast) -> None:
    sam = dataclasses.replace(SAM, external_id="900", email=cast.sam.email)

    store(session, cast, ticket(1, said(0), replied(5, sam), assignee=sam))

    (part,) = parts(session)
    assert (part.specialist_id, part.team_id) == (cast.sam.id, cast.payouts.id)


def test_parts_follow_people_who_arrive_later(session: Session, cast: Cast) -> None:
    store(session, cast, ticket(1, said(0), replied(5)), ticket(2, said(0), replied(5, BOT)))
    identity = session.scalars(select(AgentIdentity).where(AgentIdentity.external_id == "sam")).one()
    identity.user_id = cast.sam.id
    session.commit()

    changed = match_parts(session, zone=dt.UTC)  # type: ignore[arg-type]

    assert changed == 1
    assert [(part.specialist_id, part.team_id) for part in parts(session)] == [
        (cast.sam.id, cast.payouts.id),
        (None, None),
    ]
    assert match_parts(session, zone=dt.UTC) == 0  # type: ignore[arg-type]


def test_an_agent_whom_the_export_calls_now_a_bot_now_a_person_is_a_bot(session: Session, cast: Cast) -> None:
    person = dataclasses.replace(BOT, is_bot=False, name="Answers")

    store(session, cast, ticket(1, said(0), replied(5, BOT), replied(6, person, external_id="x"), assignee=person))
    store(session, cast, ticket(2, said(0), replied(5, person), assignee=person))

    identity = session.scalars(select(AgentIdentity).where(AgentIdentity.external_id == "bot")).one()
    assert identity.is_bot


@pytest.mark.parametrize(("rule", "chosen"), [("most_public_replies", "sam"), ("last_public_reply", "olga")])
def test_the_primary_part_follows_the_rule_in_force_at_the_resolution(
    session: Session, cast: Cast, rule: str, chosen: str
) -> None:
    cast.setting.primary_part_rule = rule
    session.add(
        ProgrammeSetting(
            programme_id=cast.programme.id,
            valid_from=OPENED + dt.timedelta(days=1),
            primary_part_rule="last_public_reply" if rule == "most_public_replies" else "most_public_replies",
        )
    )

    store(session, cast, ticket(1, said(0), replied(1), replied(2), replied(3, OLGA)))

    primary = session.scalars(
        select(AgentIdentity.external_id)
        .join(HandledPart, HandledPart.agent_identity_id == AgentIdentity.id)
        .where(HandledPart.is_primary)
    ).all()
    assert primary == [chosen]


HOSTILE = "'; DROP TABLE ticket; -- <script>alert(1)</script> =1+1 {{7*7}} %s \u202e \U0001f64f مرحبا 我的 \x1b[31m"


def test_hostile_text_is_kept_as_text(session: Session, cast: Cast) -> None:
    long = f"{HOSTILE} said again. " * 300
    record: TicketRecord = ticket(1, said(0, long), replied(5, text=HOSTILE), subject=HOSTILE, queue=HOSTILE)

    store(session, cast, record)

    assert len(long.encode()) > 30_000
    assert session.scalars(select(Ticket.subject)).one() == HOSTILE
    assert texts(session) == [long, HOSTILE]


@pytest.mark.parametrize("wrong", [{}, {"source_id": "Ann Berg"}])
def test_an_error_of_many_rows_at_once_quotes_none_of_them(
    app: Flask, session: Session, cast: Cast, wrong: dict[str, Any]
) -> None:
    row = {"source_id": cast.source.id, "external_id": "ann.berg", "name": "Ann Berg"} | wrong
    session.commit()

    with app.app_context(), pytest.raises((IntegrityError, DataError)) as refused:  # SQLite takes a text for a number
        insert_rows(db.session(), AgentIdentity, [row, row])

    told = "".join(traceback.format_exception(refused.value))
    assert "agent_identity" in told
    assert "ann" not in told.casefold()
