"""Who may settle which disputes: within one's scope, and by ``rules.barrier`` asked of many at once."""

import datetime as dt

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from qa.core.access import Actor, Permission, Role, Scope
from qa.people.models import Membership, RoleGrant, User
from qa.people.queries import in_force
from qa.reviews.disputes.models import Dispute, DisputedCriterion, DisputeDecision
from qa.reviews.models import Review
from qa.tickets.models import HandledPart
from qa.tickets.queries import in_their_regions


def in_scope(actor: Actor) -> ColumnElement[bool]:
    """The parts whose disputes this person may see; a join of HandledPart is expected around it."""
    scopes = actor.scopes(Permission.DISPUTE_SETTLE)
    mine = HandledPart.programme_id == actor.programme_id
    if Scope.ALL in scopes:
        return mine
    return mine & HandledPart.team_id.in_(actor.led_team_ids if Scope.TEAM in scopes else ())


def leads_specialist(session: Session, actor: Actor, part: HandledPart, *, today: dt.date) -> bool:
    """Whether this person leads the part's team, or a team that its specialist belongs to today."""
    if part.team_id in actor.led_team_ids:
        return True
    if not actor.led_team_ids or part.specialist_id is None:
        return False
    return bool(
        session.scalar(
            select(func.count())
            .select_from(Membership)
            .where(
                Membership.user_id == part.specialist_id,
                Membership.kind == "member",
                Membership.team_id.in_(actor.led_team_ids),
                in_force(Membership.valid_from, Membership.valid_to, today),
            )
        )
    )


def leads_of_specialist(session: Session, part: HandledPart, *, today: dt.date) -> set[int]:
    """Everybody of whom ``leads_specialist`` holds, whatever else they are."""
    teams = select(Membership.team_id).where(
        Membership.user_id == part.specialist_id,
        Membership.kind == "member",
        in_force(Membership.valid_from, Membership.valid_to, today),
    )
    return set(
        session.scalars(
            select(Membership.user_id).where(
                Membership.kind == "lead",
                or_(Membership.team_id == part.team_id, Membership.team_id.in_(teams)),
                in_force(Membership.valid_from, Membership.valid_to, today),
            )
        )
    )


def for_them(actor: Actor, *, own_specialist_ban: bool, today: dt.date) -> ColumnElement[bool]:
    """The disputes that this person may settle while they are open, as ``rules.barrier`` says of one.

    Joins of Dispute, Review and HandledPart are expected around it.
    """
    mine = Review.reviewer_id == actor.user_id
    own_work = and_(HandledPart.specialist_id.is_not(None), HandledPart.specialist_id == actor.user_id)
    barred: list[ColumnElement[bool]] = [mine, own_work]
    if Scope.ALL not in actor.scopes(Permission.DISPUTE_SETTLE):
        barred.append(Dispute.escalated_at.is_not(None))
    decided = (
        exists()
        .where(
            DisputeDecision.disputed_criterion_id == DisputedCriterion.id,
            DisputedCriterion.dispute_id == Dispute.id,
            DisputeDecision.decided_by_id == actor.user_id,
        )
        .correlate(Dispute)
    )
    barred.append(and_(Dispute.escalated_at.is_not(None), decided))
    if own_specialist_ban:
        led = (
            exists()
            .where(
                Membership.user_id == HandledPart.specialist_id,
                Membership.kind == "member",
                Membership.team_id.in_(sorted(actor.led_team_ids)),
                in_force(Membership.valid_from, Membership.valid_to, today),
            )
            .correlate(HandledPart)
        )
        barred += [and_(HandledPart.team_id.is_not(None), HandledPart.team_id.in_(sorted(actor.led_team_ids))), led]
    return and_(in_scope(actor), in_their_regions(actor), ~or_(*barred))


def leads_of_part(session: Session, part: HandledPart, *, today: dt.date) -> set[int]:
    """Who leads the part's team today and may settle disputes."""
    return set(
        session.scalars(
            select(Membership.user_id)
            .join(User, User.id == Membership.user_id)
            .join(RoleGrant, RoleGrant.user_id == User.id)
            .where(
                Membership.team_id == part.team_id,
                Membership.kind == "lead",
                User.active,
                RoleGrant.role == Role.TEAM_LEAD,
                in_force(Membership.valid_from, Membership.valid_to, today),
                in_force(RoleGrant.valid_from, RoleGrant.valid_to, today),
            )
        )
    )
