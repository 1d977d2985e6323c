"""What one does next: a reviewer after every sent review, a specialist after one that was read."""

import datetime as dt
from functools import lru_cache

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.core.prepared import Asked, Prepared, each_of, one_of
from qa.reviews.models import Review
from qa.reviews.queries import INVITED, ReviewView, in_order
from qa.sampling.models import Assignment
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import in_their_regions

_assignments, _parts, _tickets = Assignment.__table__, HandledPart.__table__, Ticket.__table__


@lru_cache(maxsize=64)
def _next(regions: int) -> Prepared:
    """The first part within so many data regions: the index knows the days' order, and no later day is read."""
    return Prepared(
        select(_assignments.c.id, _tickets.c.content_severity)
        .join(_parts, _parts.c.id == _assignments.c.part_id)
        .join(_tickets, _tickets.c.id == _parts.c.ticket_id)
        .where(
            _assignments.c.reviewer_id == bindparam("reviewer"),
            _assignments.c.state == "open",
            _assignments.c.purpose.not_in(INVITED),
            _assignments.c.id != bindparam("after"),
            _tickets.c.content_severity <= bindparam("up_to"),
            one_of(_tickets.c.data_region, "region", regions),
        )
        .order_by(*in_order(_assignments))
        .limit(1)
    )


def next_in_queue(
    session: Asked, actor: Actor, *, after: int | None = None, up_to: int | None = None
) -> tuple[int, int] | None:
    """The assignment to do next with its content severity, another than the one just done, of at most ``up_to``.

    It can be opened: a clearance may have ended, or a ticket been found harder, since the part was given.
    """
    highest = actor.clearance if up_to is None else min(up_to, actor.clearance)
    regions = each_of("region", actor.regions)
    row = _next(len(regions)).one_or_none(session, reviewer=actor.user_id, after=after or 0, up_to=highest, **regions)
    return None if row is None else (row.id, row.content_severity)


def next_to_read(session: Session, actor: Actor, *, beside: ReviewView, now: dt.datetime) -> int | None:
    """Beside a review of one's own work: the newest other released one that one has not read."""
    if beside.part.specialist_id != actor.user_id:
        return None
    return session.scalar(
        select(Review.id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            HandledPart.specialist_id == actor.user_id,
            Review.state == "submitted",
            Review.released_at <= now,
            Review.acknowledged_at.is_(None),
            Review.id != beside.review.id,
            in_their_regions(actor),
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(1)
    )
