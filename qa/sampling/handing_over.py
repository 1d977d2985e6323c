"""Handing a part over: the same part goes to another eligible reviewer, so the sample does not change."""

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Role
from qa.core.clock import local_day, monday_of
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.queries import people_with_role, setting_at, zone_of
from qa.rubric_library.models import RubricVersion
from qa.sampling import exposure
from qa.sampling.giving import loads_on
from qa.sampling.models import Assignment, Purpose, WellbeingHandOver
from qa.sampling.reviewers import PartFacts, ReviewerFacts, why_not
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import hold_parts

REASONS = {
    "language": "I do not read this language well enough",
    "too_harmful": "Too harmful for me",
    "conflict": "I know the people or was involved",
    "no_time": "I will not have the time",
}


WELLBEING = "too_harmful"


def hand_over(session: Session, assignment: Assignment, *, reason: str, by: int, now: dt.datetime) -> Assignment | None:
    """Close this assignment and open one for another reviewer; ``None`` when nobody else can take the part.

    That somebody found a part too harmful is nobody's business. It is counted by week, queue and severity; the
    assignment itself then looks like any other that was withdrawn, and the audit trail names neither person nor part.
    """
    if reason not in REASONS:
        raise InvalidInputError("Choose why you hand this part over.", {"reason": "missing"})
    if assignment.purpose == Purpose.CALIBRATION:
        raise ConflictError("Everybody in a session scores the same parts; tell the facilitator instead.")
    if assignment.purpose == Purpose.PRACTICE:
        raise ConflictError("This part is for your practice alone; tell your QA lead instead.")
    if assignment.purpose == Purpose.SECOND_LOOK:
        raise ConflictError("A second look is your own: give it back on the page Second looks.")
    if assignment.purpose in {Purpose.SELF, Purpose.PEER}:
        raise ConflictError("This is an invitation to you alone; decline it if you would rather not.")
    private = reason == WELLBEING
    hold_parts(session, [assignment.part_id])
    kept = {"state": "withdrawn"} if private else {"state": "handed_over", "hand_over_reason": reason}
    closed = session.execute(
        update(Assignment)
        .where(Assignment.id == assignment.id, Assignment.state == "open")
        .values(ended_at=now, **kept)
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
    successor = _open_for_another(session, assignment, part, ticket, private=private, now=now)
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
    if private:
        _count_wellbeing(session, part, ticket, found_another=successor is not None, now=now)
    else:
        audit.record(
            session,
            action="assignment.hand_over",
            object_type="handled_part",
            object_id=part.id,
            actor_id=by,
            now=now,
            detail={"reason": reason, "found_another": successor is not None},
        )
    session.flush()
    return successor


def _count_wellbeing(
    session: Session, part: HandledPart, ticket: Ticket, *, found_another: bool, now: dt.datetime
) -> None:
    """Where it was, never who it was: neither the row nor the trail leads back to a person or a part."""
    setting = setting_at(session, part.programme_id, now)
    week = monday_of(local_day(now, zone_of(setting)))
    session.add(
        WellbeingHandOver(
            programme_id=part.programme_id,
            week=week,
            queue=ticket.queue,
            content_severity=ticket.content_severity,
            found_another=found_another,
        )
    )
    audit.record(
        session,
        action="assignment.wellbeing",
        object_type="programme",
        object_id=part.programme_id,
        actor_id=None,
        now=now,
        detail={"content_severity": ticket.content_severity, "found_another": found_another},
    )


def _open_for_another(
    session: Session, assignment: Assignment, part: HandledPart, ticket: Ticket, *, private: bool, now: dt.datetime
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
        data_region=ticket.data_region,
        family_id=_family_asked(session, assignment, certified=setting.certification_required),
    )
    had_it = set(session.scalars(select(Assignment.reviewer_id).where(Assignment.part_id == part.id)))
    loads = loads_on(session, setting, today, now=now)

    def verdict(reviewer: ReviewerFacts, about: PartFacts) -> str | None:
        return why_not(reviewer, about, own_team_ban=setting.own_team_ban)

    able = [load for load in loads if load.key not in had_it and verdict(load.reviewer, facts) is None]
    able = exposure.who_bears(session, setting, able, ticket.content_severity, now=now)
    if not able:
        return None
    chosen = min(able, key=lambda load: (exposure.used(load, ticket.content_severity) + load.share, load.key))
    successor = Assignment(
        part_id=part.id,
        reviewer_id=chosen.key,
        purpose=assignment.purpose,
        origin=_origin(assignment) if private else "hand_over",
        drawn_unit_id=assignment.drawn_unit_id,
        rubric_version_id=assignment.rubric_version_id,
        rubric_date=assignment.rubric_date,
        due_on=max(assignment.due_on, today + dt.timedelta(days=2)),
        position=assignment.position,
        created_at=now,
        replaces_id=None if private else assignment.id,
    )
    session.add(successor)
    session.flush()
    return successor


def _family_asked(session: Session, assignment: Assignment, *, certified: bool) -> int | None:
    """The rubric family that the successor has to be certified for: of drawn parts, where the programme asks."""
    if not certified or assignment.purpose not in {Purpose.ROUTINE, Purpose.DOUBLE}:
        return None
    return session.get_one(RubricVersion, assignment.rubric_version_id).family_id


def _origin(assignment: Assignment) -> str:
    """Where the part came from in the first place, so that a private hand-over leaves no mark on its successor."""
    if assignment.drawn_unit_id is None:
        return assignment.origin
    return "double" if assignment.purpose == Purpose.DOUBLE else "draw"
