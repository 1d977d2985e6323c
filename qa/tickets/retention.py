"""The admin's decisions about how long text is kept: rules per source, legal holds, requests of one customer."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.crypto import KeyRing
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.people.models import Source, User
from qa.tickets.conversations import conversation_of
from qa.tickets.facts import customer_digest
from qa.tickets.models import Erasure, LegalHold, RetentionRule, Ticket

MOST_DAYS = 36_500
SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldView:
    """A hold that is in force, and on what."""

    hold: LegalHold
    ticket: str | None
    by: str | None
    tickets: int  # whose text it keeps


def set_rule(
    session: Session, programme_id: int, source_id: int, days: int | None, *, by: int | None, now: dt.datetime
) -> None:
    """Keep the text of a source's tickets for so many days after they were solved; for ever with None."""
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise InvalidInputError(f"Keep text for 1 to {MOST_DAYS:,} days, or leave the field empty to keep it.")
    source = get_source(session, programme_id, source_id)
    rule = session.get(RetentionRule, source.id, with_for_update=True)
    before = rule.days if rule is not None else None
    if before == days:
        return
    if days is None:
        session.delete(rule)
    elif rule is None:
        session.add(RetentionRule(source_id=source.id, days=days, changed_at=now, changed_by_id=by))
    else:
        rule.days, rule.changed_at, rule.changed_by_id = days, now, by
    audit.record(
        session,
        action="retention.rule",
        object_type="source",
        object_id=source.id,
        actor_id=by,
        now=now,
        detail={"before": before, "after": days},
    )
    session.flush()


def get_source(session: Session, programme_id: int, source_id: int) -> Source:
    """A source of the programme."""
    source = session.get(Source, source_id) if source_id < 2**63 else None
    if source is None or source.programme_id != programme_id:
        raise NotFoundError("There is no such source.")
    return source


def customer_of(frame_key: bytes, source: Source, external_id: str) -> str:
    """The mark under which a customer's tickets are kept."""
    return customer_digest(frame_key, source.key, external_id.strip())


def tickets_named(session: Session, source: Source, external_id: str) -> list[int]:
    """The ticket of this id, as a list of one or none."""
    return list(
        session.scalars(
            select(Ticket.id).where(
                Ticket.source_id == source.id, Ticket.external_id == external_id.strip().lstrip("#")
            )
        )
    )


def tickets_of_customer(session: Session, source: Source, digest: str) -> list[int]:
    """A customer's tickets whose text is not erased."""
    return list(
        session.scalars(
            select(Ticket.id).where(Ticket.source_id == source.id, Ticket.customer_digest == digest).order_by(Ticket.id)
        )
    )


def place_hold(
    session: Session,
    programme_id: int,
    *,
    ticket_id: int | None = None,
    customer: str | None = None,
    reason: str,
    by: int | None,
    now: dt.datetime,
) -> LegalHold:
    """Keep a ticket's text, or all of one customer's, whatever its age and whoever asks, until the hold is lifted."""
    if not reason.strip():
        raise InvalidInputError("Say why the text has to be kept, such as a case number.")
    same = session.scalar(
        select(LegalHold).where(
            LegalHold.programme_id == programme_id,
            LegalHold.lifted_at.is_(None),
            LegalHold.ticket_id == ticket_id if ticket_id is not None else LegalHold.customer_digest == customer,
        )
    )
    if same is not None:
        raise ConflictError("This is held already.")
    hold = LegalHold(
        programme_id=programme_id,
        ticket_id=ticket_id,
        customer_digest=customer,
        reason=reason.strip(),
        placed_at=now,
        placed_by_id=by,
    )
    session.add(hold)
    session.flush()
    audit.record(session, action="retention.hold", object_type="legal_hold", object_id=hold.id, actor_id=by, now=now)
    return hold


def lift_hold(session: Session, programme_id: int, hold_id: int, *, by: int | None, now: dt.datetime) -> None:
    """End a hold: what is over its time goes with the next run."""
    hold = session.get(LegalHold, hold_id, with_for_update=True) if hold_id < 2**63 else None
    if hold is None or hold.programme_id != programme_id:
        raise NotFoundError("There is no such hold.")
    if hold.lifted_at is not None:
        raise ConflictError("This hold was lifted already.")
    hold.lifted_at, hold.lifted_by_id = now, by
    audit.record(
        session, action="retention.hold_lifted", object_type="legal_hold", object_id=hold.id, actor_id=by, now=now
    )
    session.flush()


def holds(session: Session, programme_id: int) -> list[HoldView]:
    """The holds in force, newest first."""
    found = []
    for hold, external_id, name in session.execute(
        select(LegalHold, Ticket.external_id, User.name)
        .outerjoin(Ticket, Ticket.id == LegalHold.ticket_id)
        .outerjoin(User, User.id == LegalHold.placed_by_id)
        .where(LegalHold.programme_id == programme_id, LegalHold.lifted_at.is_(None))
        .order_by(LegalHold.placed_at.desc(), LegalHold.id.desc())
        .limit(SHOWN)
    ):
        found.append((hold, external_id, name))
    marks = [hold.customer_digest for hold, _, _ in found if hold.customer_digest is not None]
    counted: dict[str | None, int] = dict(
        session.execute(
            select(Ticket.customer_digest, func.count())
            .where(Ticket.programme_id == programme_id, Ticket.customer_digest.in_(marks))
            .group_by(Ticket.customer_digest)
        ).all()
    )
    return [
        HoldView(
            hold=hold,
            ticket=external_id,
            by=name,
            tickets=1 if hold.ticket_id is not None else counted.get(hold.customer_digest, 0),
        )
        for hold, external_id, name in found
    ]


def erasures(session: Session, programme_id: int) -> Sequence[Any]:
    """The newest erasures of a programme's tickets, gathered by moment and reason."""
    return session.execute(
        select(Erasure.executed_at, Erasure.reason, User.name, func.count().label("tickets"))
        .join(Ticket, (Ticket.id == Erasure.subject_id) & (Erasure.subject == "ticket"))
        .outerjoin(User, User.id == Erasure.requested_by_id)
        .where(Ticket.programme_id == programme_id)
        .group_by(Erasure.executed_at, Erasure.reason, User.name)
        .order_by(Erasure.executed_at.desc(), Erasure.reason)
        .limit(SHOWN)
    ).all()


def export_customer(session: Session, ring: KeyRing, source: Source, digest: str) -> dict[str, Any]:
    """Everything that is kept of one customer: tickets with their facts and redacted conversations."""
    tickets = session.scalars(
        select(Ticket).where(Ticket.source_id == source.id, Ticket.customer_digest == digest).order_by(Ticket.id)
    ).all()
    return {
        "source": source.key,
        "tickets": [
            {
                "id": ticket.external_id,
                "subject": ticket.subject,
                "status": ticket.status,
                "channel": ticket.channel,
                "queue": ticket.queue,
                "tags": ticket.tags,
                "fields": ticket.custom_fields,
                "created_at": ticket.created_at.isoformat(),
                "solved_at": ticket.solved_at.isoformat() if ticket.solved_at else None,
                "csat": ticket.csat,
                "csat_reason": ticket.csat_reason,
                "messages": [
                    {"at": message.at.isoformat(), "from": message.author_role, "text": message.text}
                    for message in _messages(session, ring, ticket)
                    if message.public
                ],
            }
            for ticket in tickets
        ],
    }


def _messages(session: Session, ring: KeyRing, ticket: Ticket) -> Sequence[Any]:
    if ticket.erased_at is not None:
        return ()
    try:
        return conversation_of(session, ring, ticket.id).messages
    except NotFoundError:  # its facts came without a conversation
        return ()
