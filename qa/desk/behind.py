"""What the desk says of the things behind the figures: gaps, escalations, launches that run."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.escalations import queries as escalations
from qa.escalations.models import Escalation
from qa.launches import queries as launches
from qa.sop_gaps import queries as gaps_of
from qa.sop_gaps.models import SopGap
from qa.sop_gaps.rules import WAITING
from qa.tickets.models import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class BehindState:
    """What stands behind the figures and waits for somebody."""

    gaps: int
    gaps_unowned: int
    escalations: int
    escalations_unowned: int
    launches: Sequence[tuple[int, str]]  # those that run today


def behind_state(session: Session, actor: Actor, *, today: dt.date) -> BehindState:
    """Gaps, escalations and running launches as this person may know of them; three statements."""
    gaps = session.execute(
        select(func.count(), func.count().filter(SopGap.owner_id.is_(None)))
        .select_from(SopGap)
        .join(Ticket, Ticket.id == SopGap.ticket_id)
        .where(gaps_of.in_scope(actor), SopGap.state.in_(WAITING))
    ).one()
    waiting = session.execute(
        select(func.count(), func.count().filter(Escalation.owner_id.is_(None)))
        .select_from(Escalation)
        .join(Ticket, Ticket.id == Escalation.ticket_id)
        .where(escalations.of_tickets(actor), Escalation.closed_at.is_(None))
    ).one()
    running = [
        view
        for view in launches.launches_of(session, actor)
        if view.launch.starts_on <= today and (view.launch.ends_on is None or view.launch.ends_on >= today)
    ]
    return BehindState(
        gaps=gaps[0],
        gaps_unowned=gaps[1],
        escalations=waiting[0],
        escalations_unowned=waiting[1],
        launches=[(view.launch.id, view.launch.name) for view in running],
    )
