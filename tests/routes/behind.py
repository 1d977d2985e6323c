"""What stands behind the figures, for the walk through every route."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.orm import Session

from qa.board_notes import service as board_notes
from qa.board_notes.rules import span_of
from qa.escalations.models import Escalation
from qa.launches.models import Launch, LaunchIssue
from qa.people.models import User
from qa.sop_gaps.models import SopGap
from qa.targets.models import Target
from qa.tickets.models import Ticket
from tests.support.cast import NOW, TODAY, Cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """A launch with an issue and a target of one programme; an escalation and a gap in one ticket."""

    launch: Launch
    issue: LaunchIssue
    target: Target
    escalation: Escalation
    gap: SopGap


def behind(session: Session, cast: Cast, ticket: Ticket, by: User) -> Behind:
    launch = Launch(
        programme_id=ticket.programme_id,
        name=f"Launch of {by.name}",
        starts_on=TODAY,
        queues=["payouts"],
        created_at=NOW,
        created_by_id=by.id,
    )
    session.add(launch)
    session.flush()
    issue = LaunchIssue(launch_id=launch.id, text="Echo", opened_at=NOW, opened_by_id=by.id)
    target = Target(
        programme_id=ticket.programme_id,
        measure="quality",
        scope=f"queue:{by.name}",
        queue=by.name,
        value=85.0,
        effective_from=TODAY,
        created_at=NOW,
        created_by_id=by.id,
    )
    escalation = Escalation(
        programme_id=ticket.programme_id,
        ticket_id=ticket.id,
        origin="hand",
        opened_at=NOW - dt.timedelta(days=3),
        created_at=NOW,
        created_by_id=by.id,
    )
    gap = SopGap(
        programme_id=ticket.programme_id,
        kind="missing",
        criterion_key="tone",
        ticket_id=ticket.id,
        note="Nothing says what to do",
        raise_id="walked-by",
        raised_by_id=by.id,
        raised_at=NOW,
    )
    session.add_all([issue, target, escalation, gap])
    session.flush()
    return Behind(launch=launch, issue=issue, target=target, escalation=escalation, gap=gap)


def board_note(session: Session, cast: Cast) -> str:
    """The director's note on a week; its period stands in the address."""
    note = board_notes.write(
        session, cast.programme.id, span_of("2026-W14"), "It held.", version=0, by=cast.dora.id, now=NOW
    )
    return note.period
