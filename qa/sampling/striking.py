"""A reviewer asks to strike a part that was never in the population; a lead agrees, or the part stays.

The part stays in the sample and with its reviewer until a lead has looked: whoever scores must not decide alone what
leaves the sample. Everybody who scores a part asks for themselves and in the same way, so that nobody learns from it
whether the part was drawn or chosen, or has a second reviewer.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor, Role
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import people_with_role
from qa.sampling import replacing
from qa.sampling.models import Assignment, DrawnUnit, Purpose, StrikeRequest
from qa.tickets.models import HandledPart, Ticket

REASONS = replacing.REASONS


def ask(session: Session, assignment: Assignment, *, reason: str, by: int, now: dt.datetime) -> StrikeRequest:
    """Ask for a part of one's own queue; nothing changes for the part until a lead agrees."""
    if reason not in REASONS:
        raise InvalidInputError("Say why the part does not count.", {"reason": "missing"})
    if assignment.purpose == Purpose.CALIBRATION:
        raise ConflictError("Everybody in a session scores the same parts; tell the facilitator instead.")
    if assignment.purpose == Purpose.PRACTICE:
        raise ConflictError("This part is for your practice alone; tell your QA lead instead.")
    if assignment.purpose in {Purpose.SELF, Purpose.PEER}:
        raise ConflictError("This is an invitation to you alone; decline it if the part does not count.")
    session.refresh(assignment, with_for_update=True)
    if assignment.state != "open":
        raise ConflictError("This part is no longer in your queue.")
    before = session.scalar(select(StrikeRequest).where(StrikeRequest.assignment_id == assignment.id))
    if before is not None:
        raise ConflictError(
            "You asked already; a lead will answer." if before.state == "asked" else "A lead answered: the part counts."
        )
    request = StrikeRequest(
        assignment_id=assignment.id,
        part_id=assignment.part_id,
        drawn_unit_id=assignment.drawn_unit_id,
        reason=reason,
        asked_at=now,
    )
    session.add(request)
    session.flush()
    programme_id = session.get_one(HandledPart, assignment.part_id).programme_id
    leads = people_with_role(session, programme_id, Role.QA_LEAD, now.date())
    notices.notify(
        session,
        [lead.id for lead in leads],
        kind="strike_asked",
        object_type="strike_request",
        object_id=request.id,
        now=now,
    )
    _note(session, "strike.ask", request, by, now)
    return request


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An open request as its page lists it; ``open`` is off if it was scored, handed over or erased since."""

    request_id: int
    ticket_id: int
    external_id: str
    subject: str
    queue: str
    language: str
    reason: str
    asked_at: dt.datetime
    drawn: bool
    open: bool
    own: bool  # asked by the person who looks at the list


def open_requests(session: Session, actor: Actor) -> Sequence[Asked]:
    """What waits for an answer, the oldest first; two people who ask for one part are one line."""
    rows = session.execute(
        select(StrikeRequest, Ticket, Assignment.state, Assignment.reviewer_id)
        .join(Assignment, Assignment.id == StrikeRequest.assignment_id)
        .join(HandledPart, HandledPart.id == StrikeRequest.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            HandledPart.programme_id == actor.programme_id,
            StrikeRequest.state == "asked",
            Ticket.data_region.in_(sorted(actor.regions)),
        )
        .order_by(StrikeRequest.asked_at, StrikeRequest.id)
    ).all()
    own = {request.part_id for request, _, _, reviewer_id in rows if reviewer_id == actor.user_id}
    found: dict[int, Asked] = {}
    for request, ticket, state, _ in rows:
        found.setdefault(
            request.part_id,
            Asked(
                request_id=request.id,
                ticket_id=ticket.id,
                external_id=ticket.external_id,
                subject=ticket.subject,
                queue=ticket.queue,
                language=ticket.language,
                reason=REASONS[request.reason],
                asked_at=request.asked_at,
                drawn=request.drawn_unit_id is not None,
                open=state == "open",
                own=request.part_id in own,
            ),
        )
    return list(found.values())


def waiting(session: Session, programme_id: int) -> int:
    """How many parts wait for a lead's answer."""
    return (
        session.scalar(
            select(func.count(StrikeRequest.part_id.distinct()))
            .join(HandledPart, HandledPart.id == StrikeRequest.part_id)
            .where(HandledPart.programme_id == programme_id, StrikeRequest.state == "asked")
        )
        or 0
    )


def get_request_for(session: Session, actor: Actor, request_id: int) -> StrikeRequest:
    """A request of the actor's programme."""
    request = session.scalar(
        select(StrikeRequest)
        .join(HandledPart, HandledPart.id == StrikeRequest.part_id)
        .where(StrikeRequest.id == request_id, HandledPart.programme_id == actor.programme_id)
    )
    if request is None:
        raise NotFoundError("There is no such request.")
    return request


def confirm(
    session: Session, request: StrikeRequest, setting: ProgrammeSetting, *, by: int, now: dt.datetime
) -> int | None:
    """Strike the part; gives the one that moved up, if there is one. Whoever asked may not agree to it."""
    _decide(session, request, "confirmed", by=by, now=now)
    if request.drawn_unit_id is None:
        session.execute(
            update(Assignment)
            .where(Assignment.id == request.assignment_id, Assignment.state == "open")
            .values(state="withdrawn", ended_at=now)
            .execution_options(synchronize_session=False)
        )
        return None
    unit = session.get_one(DrawnUnit, request.drawn_unit_id)
    substitute, _ = replacing.replace(session, unit, setting, reason=request.reason, by=by, now=now)
    return substitute


def decline(session: Session, request: StrikeRequest, *, by: int, now: dt.datetime) -> None:
    """The part counts and stays where it is; whoever still has it is told."""
    _decide(session, request, "declined", by=by, now=now)
    for assignment in session.scalars(
        select(Assignment)
        .join(StrikeRequest, StrikeRequest.assignment_id == Assignment.id)
        .where(StrikeRequest.part_id == request.part_id, StrikeRequest.decided_at == now, Assignment.state == "open")
        .order_by(Assignment.id)
    ):
        notices.notify(
            session,
            [assignment.reviewer_id],
            kind="strike_declined",
            object_type="assignment",
            object_id=assignment.id,
            now=now,
        )


def _decide(session: Session, request: StrikeRequest, state: str, *, by: int, now: dt.datetime) -> None:
    """One answer to everybody who asked for the part; the second of two leads is told that it is answered."""
    askers = session.scalars(
        select(Assignment.reviewer_id)
        .join(StrikeRequest, StrikeRequest.assignment_id == Assignment.id)
        .where(StrikeRequest.part_id == request.part_id, StrikeRequest.state == "asked")
    ).all()
    if by in askers:
        raise ConflictError("You asked for this yourself: another lead has to answer.")
    decided = session.execute(
        update(StrikeRequest)
        .where(StrikeRequest.part_id == request.part_id, StrikeRequest.state == "asked")
        .values(state=state, decided_at=now, decided_by_id=by)
        .execution_options(synchronize_session=False)
    )
    if not decided.rowcount:  # type: ignore[attr-defined]
        raise ConflictError("Somebody else has answered this request already.")
    session.refresh(request)
    _note(session, f"strike.{state}", request, by, now)


def _note(session: Session, action: str, request: StrikeRequest, by: int, now: dt.datetime) -> None:
    session.flush()
    audit.record(
        session,
        action=action,
        object_type="handled_part",
        object_id=request.part_id,
        actor_id=by,
        now=now,
        detail={"reason": request.reason},
    )
    session.flush()
