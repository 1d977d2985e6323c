"""Handing a part over: the same part goes to another eligible reviewer, so the sample does not change."""

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Role
from qa.core.clock import local_day
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.queries import people_with_role, setting_at, zone_of
from qa.sampling.models import Assignment, Purpose
from qa.sampling.reviewers import PartFacts, reviewers_on, why_not
from qa.tickets.models import HandledPart, Ticket

REASONS = {
    "language": "I do not read this language well enough",
    "too_harmful": "Too harmful for me",
    "conflict": "I know the people or was involved",
    "no_time": "I will not have the time",
}


def hand_over(session: Session, assignment: Assignment, *, reason: str, by: int, now: dt.datetime) -> Assignment | None:
    """Close this assignment and open one for another reviewer; ``None`` when nobody else can take the part.

    Why somebody found a part too harmful is nobody's business: that reason is kept without the person.
    """
    if reason not in REASONS:
        raise InvalidInputError("Choose why you hand this part over.", {"reason": "missing"})
    if assignment.purpose == Purpose.CALIBRATION:
        raise ConflictError("Everybody in a session scores the same parts; tell the facilitator instead.")
    closed = session.execute(
        update(Assignment)
        .where(Assignment.id == assignment.id, Assignment.state == "open")
        .values(state="handed_over", ended_at=now, hand_over_reason=reason)
        .execution_options(synchronize_session=False)
    )
    if closed.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("This part is no longer in your queue.")
    session.refresh(assignment)
    part, ticket = session.execute(
        select(HandledPart, Ticket)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(HandledPart.id == assignment.part_id)
    ).one()
    successor = _open_for_another(session, assignment, part, ticket, now=now)
    if successor is None:
        leads = people_with_role(session, part.programme_id, Role.QA_LEAD, now.date())
        notices.notify(
            session,
            [lead.id for lead in leads],
            kind="part_unassigned",
            object_type="handled_part",
            object_id=part.id,
            now=now,
        )
    audit.record(
        session,
        action="assignment.hand_over",
        object_type="handled_part",
        object_id=part.id,
        actor_id=None if reason == "too_harmful" else by,
        now=now,
        detail={"reason": reason, "found_another": successor is not None},
    )
    session.flush()
    return successor


def _open_for_another(
    session: Session, assignment: Assignment, part: HandledPart, ticket: Ticket, *, now: dt.datetime
) -> Assignment | None:
    setting = setting_at(session, part.programme_id, now)
    today = local_day(now, zone_of(setting))
    facts = PartFacts(
        part_id=part.id,
        specialist_id=part.specialist_id,
        team_id=part.team_id,
        queue=ticket.queue,
        language=ticket.language,
        content_severity=ticket.content_severity,
    )
    had_it = set(session.scalars(select(Assignment.reviewer_id).where(Assignment.part_id == part.id)))
    able = [
        reviewer
        for reviewer in reviewers_on(session, part.programme_id, today)
        if reviewer.user_id not in had_it and why_not(reviewer, facts, own_team_ban=setting.own_team_ban) is None
    ]
    if not able:
        return None
    chosen = min(able, key=lambda reviewer: (reviewer.load / max(reviewer.capacity, 1), reviewer.user_id))
    successor = Assignment(
        part_id=part.id,
        reviewer_id=chosen.user_id,
        purpose=assignment.purpose,
        origin="hand_over",
        drawn_unit_id=assignment.drawn_unit_id,
        rubric_version_id=assignment.rubric_version_id,
        due_on=max(assignment.due_on, today + dt.timedelta(days=2)),
        position=assignment.position,
        created_at=now,
        replaces_id=assignment.id,
    )
    session.add(successor)
    session.flush()
    return successor
