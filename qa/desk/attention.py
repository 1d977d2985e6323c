"""What about reviews waits for somebody: disputes, releases, reviews not read; each a small read, bounded."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import Actor, Permission
from qa.reviews.comments.queries import Waiting, leads, waiting_for
from qa.reviews.disputes.models import Dispute
from qa.reviews.disputes.rules import OPEN_STATES
from qa.reviews.disputes.settlers import for_them
from qa.reviews.models import Review
from qa.reviews.rules import RELEASED_PURPOSES
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import HandledPart, Ticket

READ_WITHIN = dt.timedelta(days=7)  # a released review that nobody has read for longer is worth a word


@dataclass(frozen=True, slots=True, kw_only=True)
class Disputes:
    """How many disputes are open: about one's own work, about one's own scores, and for oneself to settle."""

    own_work: int
    own_scores: int
    to_settle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToRelease:
    """A review that its specialist does not see before a lead says so."""

    review_id: int
    external_id: str
    subject: str
    submitted_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """All of it for one person."""

    talks: Sequence[Waiting]
    disputes: Disputes
    unread: int  # reviews of one's own work not acknowledged
    unread_in_teams: int  # of the teams one leads, for longer than a week
    to_release: Sequence[ToRelease]

    @property
    def anything(self) -> bool:
        counts = (self.disputes.own_work, self.disputes.own_scores, self.disputes.to_settle, self.unread_in_teams)
        return bool(self.talks or self.to_release or any(counts))


def attention(
    session: Session, actor: Actor, *, own_specialist_ban: bool, today: dt.date, now: dt.datetime
) -> Attention:
    """What waits for this person, in four statements at most."""
    may_release = actor.may(Permission.COACHING_EDIT)
    unread, in_teams = _unread(session, actor, now=now)
    return Attention(
        talks=waiting_for(session, actor) if actor.may(Permission.REVIEW_COMMENT) else (),
        disputes=_disputes(session, actor, own_specialist_ban=own_specialist_ban, today=today),
        unread=unread,
        unread_in_teams=in_teams,
        to_release=_to_release(session, actor) if may_release else (),
    )


def _disputes(session: Session, actor: Actor, *, own_specialist_ban: bool, today: dt.date) -> Disputes:
    mine = HandledPart.specialist_id == actor.user_id
    scored = Review.reviewer_id == actor.user_id
    settles: ColumnElement[bool] = false()
    if actor.may(Permission.DISPUTE_SETTLE):
        settles = for_them(actor, own_specialist_ban=own_specialist_ban, today=today)
    row = session.execute(
        select(
            func.count().filter(mine),
            func.count().filter(scored),
            func.count().filter(settles),
        )
        .select_from(Dispute)
        .join(Review, Review.id == Dispute.review_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .where(Dispute.state.in_(OPEN_STATES), HandledPart.programme_id == actor.programme_id)
    ).one()
    return Disputes(own_work=row[0], own_scores=row[1], to_settle=row[2])


def _unread(session: Session, actor: Actor, *, now: dt.datetime) -> tuple[int, int]:
    """Released reviews that are not acknowledged: of one's own work, and in the teams one leads."""
    mine = HandledPart.specialist_id == actor.user_id
    in_teams = HandledPart.team_id.in_(actor.led_team_ids)
    row = session.execute(
        select(
            func.count().filter(mine),
            func.count().filter(and_(in_teams, Review.released_at <= now - READ_WITHIN)),
        )
        .select_from(Review)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .where(
            or_(mine, in_teams),
            Review.purpose.in_(RELEASED_PURPOSES),
            Review.state == "submitted",
            Review.released_at <= now,
            Review.acknowledged_at.is_(None),
        )
    ).one()
    return row[0], row[1]


def _to_release(session: Session, actor: Actor, *, limit: int = 10) -> list[ToRelease]:
    """What waits for a lead, the oldest first; not what waits for its specialist's own score."""
    own_score = aliased(Assignment)
    rows = session.execute(
        select(Review.id, Ticket.external_id, Ticket.subject, Review.submitted_at)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            leads(actor),
            Ticket.data_region.in_(sorted(actor.regions)),
            Review.purpose.in_(RELEASED_PURPOSES),
            Review.state == "submitted",
            Review.released_at.is_(None),
            ~exists().where(
                own_score.part_id == Review.part_id, own_score.purpose == Purpose.SELF, own_score.state == "open"
            ),
        )
        .order_by(Review.submitted_at, Review.id)
        .limit(limit)
    )
    return [
        ToRelease(review_id=key, external_id=told, subject=subject, submitted_at=at)
        for key, told, subject, at in rows
        if at is not None
    ]
