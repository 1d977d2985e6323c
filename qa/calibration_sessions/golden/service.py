"""Making a ticket gold by two people, and retiring it."""

import datetime as dt
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.models import CalibrationSession
from qa.calibration_sessions.queries import PartOf
from qa.core import audit
from qa.core.access import Role
from qa.core.advancing import advance
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.queries import people_with_role
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.redaction import redact

STALE = "Somebody else decided about this ticket meanwhile. Load the page again and look at what is new."
_advance = partial(advance, stale=STALE)
KNOWN = "This ticket is proposed or gold already; it has one standard at a time."
ERASED = "its text was erased"
LONGEST_REASON = 500


def propose(session: Session, row: CalibrationSession, part: PartOf, *, by: int, now: dt.datetime) -> GoldenTicket:
    """Put a ticket of a closed session forward; it is gold once a second person agrees."""
    if row.state != "closed" or part.consensus is None:
        raise ConflictError("Close the session first: gold is what a session agreed in the end.")
    if part.ticket.erased_at is not None:
        raise ConflictError("The text of this ticket was erased: nobody could score it again.")
    gold = GoldenTicket(
        programme_id=row.programme_id,
        session_part_id=part.session_part.id,
        part_id=part.part.id,
        rubric_version_id=row.rubric_version_id,
        proposed_at=now,
        proposed_by_id=by,
    )
    session.add(gold)
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError(KNOWN) from error
    leads = people_with_role(session, row.programme_id, Role.QA_LEAD, now.date())
    others = [lead.id for lead in leads if lead.id != by]
    if not others:  # the only QA lead proposed it: a team lead is the second person
        leads = people_with_role(session, row.programme_id, Role.TEAM_LEAD, now.date())
        others = [lead.id for lead in leads if lead.id != by]
    notices.notify(session, others, kind="golden_proposed", object_type="golden_ticket", object_id=gold.id, now=now)
    _record(session, gold, "golden.propose", by=by, now=now)
    return gold


def confirm(session: Session, gold: GoldenTicket, *, version: int, by: int, now: dt.datetime) -> None:
    """The second person's word: from now on the ticket is a standard and may be given to score again."""
    if by == gold.proposed_by_id:
        raise ConflictError("Gold needs two people: somebody else than who proposed it has to agree.")
    _advance(session, gold, version, expected=("proposed",), state="gold", confirmed_at=now, confirmed_by_id=by)
    _record(session, gold, "golden.confirm", by=by, now=now)


def decline(session: Session, gold: GoldenTicket, *, version: int, reason: str, by: int, now: dt.datetime) -> None:
    """Not to be gold, with a reason; whoever proposed it may take it back the same way."""
    words = _reason(reason)
    _advance(
        session, gold, version, expected=("proposed",), state="declined", ended_at=now, ended_by_id=by, end_reason=words
    )
    _record(session, gold, "golden.decline", by=by, now=now)


def retire(session: Session, gold: GoldenTicket, *, version: int, reason: str, by: int, now: dt.datetime) -> None:
    """No longer given to score; what was scored against it stays evidence. Open assignments are taken back."""
    words = _reason(reason)
    _advance(
        session, gold, version, expected=("gold",), state="retired", ended_at=now, ended_by_id=by, end_reason=words
    )
    _take_back(session, [gold.part_id], now=now)
    _record(session, gold, "golden.retire", by=by, now=now)


def retire_erased(session: Session, programme_id: int, *, now: dt.datetime) -> int:
    """Retire every golden ticket whose text is gone; how many."""
    rows = session.scalars(
        select(GoldenTicket)
        .join(HandledPart, HandledPart.id == GoldenTicket.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            GoldenTicket.programme_id == programme_id,
            GoldenTicket.state.in_(("proposed", "gold")),
            Ticket.erased_at.is_not(None),
        )
        .order_by(GoldenTicket.id)
        .with_for_update(of=GoldenTicket)
    ).all()
    for gold in rows:
        gold.state = "retired" if gold.state == "gold" else "declined"
        gold.ended_at, gold.end_reason = now, ERASED
        gold.lock_version += 1
        _record(session, gold, "golden.retire", by=None, now=now)
    _take_back(session, [gold.part_id for gold in rows], now=now)
    session.flush()
    return len(rows)


def _take_back(session: Session, part_ids: list[int], *, now: dt.datetime) -> None:
    if part_ids:
        session.execute(
            update(Assignment)
            .where(
                Assignment.part_id.in_(part_ids),
                Assignment.purpose.in_((Purpose.GOLD, Purpose.PRACTICE)),
                Assignment.state == "open",
            )
            .values(state="withdrawn", ended_at=now)
            .execution_options(synchronize_session=False)
        )


def _reason(reason: str) -> str:
    words = redact(reason.strip())[:LONGEST_REASON]
    if not words:
        raise InvalidInputError("Say why, so that the next person knows.", {"reason": "missing"})
    return words


def _record(session: Session, gold: GoldenTicket, action: str, *, by: int | None, now: dt.datetime) -> None:
    audit.record(
        session,
        action=action,
        object_type="golden_ticket",
        object_id=gold.id,
        actor_id=by,
        now=now,
        detail={"part": gold.part_id},
    )
    session.flush()
