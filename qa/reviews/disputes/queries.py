"""Reading disputes: one with all that was said, the board of those that wait, what was settled."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.people.models import Team, User
from qa.reviews import queries as review_queries
from qa.reviews.disputes.models import Dispute, DisputedCriterion, DisputeDecision
from qa.reviews.disputes.rules import OPEN_STATES
from qa.reviews.disputes.settlers import for_them, in_scope
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.reviews.queries import ReviewView
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.tickets.models import HandledPart, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision with who made it."""

    decision: DisputeDecision
    by: User


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One disputed criterion with what each instance decided."""

    disputed: DisputedCriterion
    decisions: tuple[Decided, ...]

    @property
    def newest(self) -> Decided | None:
        return self.decisions[-1] if self.decisions else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeView:
    """A dispute with its criteria in the order in which they were disputed."""

    dispute: Dispute
    items: tuple[Item, ...]

    @property
    def first_settled_by(self) -> int | None:
        return next((item.decisions[0].by.id for item in self.items if item.decisions), None)

    @property
    def second_instance(self) -> bool:
        return self.dispute.state in ("escalated", "final")

    def of(self, criterion_key: str) -> Item | None:
        return next((item for item in self.items if item.disputed.criterion_key == criterion_key), None)


def dispute_of(session: Session, review_id: int) -> DisputeView | None:
    """The newest dispute of a review, withdrawn or not."""
    dispute = session.scalar(select(Dispute).where(Dispute.review_id == review_id).order_by(Dispute.id.desc()).limit(1))
    return None if dispute is None else whole(session, dispute)


def whole(session: Session, dispute: Dispute) -> DisputeView:
    """A dispute with its criteria and their decisions, in two statements."""
    decided: dict[int, list[Decided]] = {}
    for decision, by in session.execute(
        select(DisputeDecision, User)
        .join(DisputedCriterion, DisputedCriterion.id == DisputeDecision.disputed_criterion_id)
        .join(User, User.id == DisputeDecision.decided_by_id)
        .where(DisputedCriterion.dispute_id == dispute.id)
        .order_by(DisputeDecision.instance, DisputeDecision.id)
    ):
        decided.setdefault(decision.disputed_criterion_id, []).append(Decided(decision=decision, by=by))
    criteria = session.scalars(
        select(DisputedCriterion).where(DisputedCriterion.dispute_id == dispute.id).order_by(DisputedCriterion.id)
    )
    return DisputeView(
        dispute=dispute,
        items=tuple(Item(disputed=each, decisions=tuple(decided.get(each.id, ()))) for each in criteria),
    )


def get_dispute_for(
    session: Session, actor: Actor, dispute_id: int, *, now: dt.datetime
) -> tuple[DisputeView, ReviewView]:
    """A dispute that this person may see as a lead, with the review it is about."""
    dispute = session.scalar(
        select(Dispute)
        .join(Review, Review.id == Dispute.review_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .where(Dispute.id == dispute_id, in_scope(actor))
    )
    if dispute is None:
        raise NotFoundError("There is no such dispute, or it is not of a team of yours.")
    return whole(session, dispute), review_queries.get_review_for(session, actor, dispute.review_id, now=now)


def get_own_dispute(session: Session, actor: Actor, dispute_id: int) -> DisputeView:
    """A dispute that this person opened."""
    dispute = session.get(Dispute, dispute_id)
    if dispute is None or dispute.opened_by_id != actor.user_id:
        raise NotFoundError("There is no such dispute of yours.")
    return whole(session, dispute)


def teams_with_disputes(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """The teams whose disputes this person may see, by name."""
    rows = session.execute(
        select(Team.id, Team.name)
        .join(HandledPart, HandledPart.team_id == Team.id)
        .join(Review, Review.part_id == HandledPart.id)
        .join(Dispute, Dispute.review_id == Review.id)
        .where(in_scope(actor))
        .distinct()
        .order_by(Team.name, Team.id)
    )
    return [(team_id, name) for team_id, name in rows]


def only(team_id: int | None, instance: str) -> tuple[ColumnElement[bool], ...]:
    """What a board is narrowed to: a team, and ``first`` or ``second`` instance."""
    found: list[ColumnElement[bool]] = []
    if team_id is not None:
        found.append(HandledPart.team_id == team_id)
    if instance in ("first", "second"):
        found.append(Dispute.escalated_at.is_(None) if instance == "first" else Dispute.escalated_at.is_not(None))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """A dispute on the board."""

    dispute: Dispute
    ticket: Ticket
    specialist: str
    team: str
    criteria: int
    changed: int  # criteria whose answer is another one by the newest decisions
    own_review: bool  # scored by the person who looks
    own_work: bool
    for_them: bool  # the person who looks may settle it while it is open


def board(
    session: Session,
    actor: Actor,
    *where: ColumnElement[bool],
    waiting: bool,
    own_specialist_ban: bool,
    today: dt.date,
    limit: int = 200,
    offset: int = 0,
) -> list[BoardRow]:
    """Disputes that wait, the one due first at the top; or those that are over, the newest first."""
    criteria = (
        select(func.count())
        .select_from(DisputedCriterion)
        .where(DisputedCriterion.dispute_id == Dispute.id)
        .scalar_subquery()
    )
    first_order = (Dispute.due_on, Dispute.opened_at, Dispute.id)
    found = (
        select(
            Dispute,
            Ticket,
            User.name,
            Team.name,
            criteria,
            Review.reviewer_id,
            HandledPart.specialist_id,
            for_them(actor, own_specialist_ban=own_specialist_ban, today=today),
        )
        .join(Review, Review.id == Dispute.review_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(User, User.id == Dispute.opened_by_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .where(in_scope(actor), Ticket.data_region.in_(sorted(actor.regions)), *where)
        .limit(limit)
        .offset(offset)
    )
    if waiting:
        found = found.where(Dispute.state.in_(OPEN_STATES)).order_by(*first_order)
    else:
        found = found.where(Dispute.state.in_(("settled", "final"))).order_by(
            Dispute.closed_at.desc(), Dispute.id.desc()
        )
    rows = session.execute(found).all()
    changed: dict[int, int] = {}
    for each in settled_criteria(session, Dispute.id.in_([row[0].id for row in rows])):
        changed[each.dispute_id] = changed.get(each.dispute_id, 0) + each.overturned
    return [
        BoardRow(
            dispute=dispute,
            ticket=ticket,
            specialist=specialist,
            team=team or "no team",
            criteria=count,
            changed=changed.get(dispute.id, 0),
            own_review=reviewer_id == actor.user_id,
            own_work=specialist_id == actor.user_id,
            for_them=bool(theirs),
        )
        for dispute, ticket, specialist, team, count, reviewer_id, specialist_id, theirs in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledCriterion:
    """One criterion that was disputed and settled: whether its first answer fell."""

    dispute_id: int
    rubric: str
    criterion_key: str
    rubric_version_id: int
    reviewer_id: int
    reviewer: str  # the name, and the pseudonym that others know
    team: str
    overturned: bool


def settled_criteria(session: Session, *where: ColumnElement[bool]) -> list[SettledCriterion]:
    """What the last instance left of disputed criteria; what waits, also in a second instance, is left out."""
    later = aliased(DisputeDecision)
    reviewer = aliased(User)
    rows = session.execute(
        select(
            Dispute.id,
            RubricFamily.name,
            DisputedCriterion.criterion_key,
            ReviewRevision.rubric_version_id,
            reviewer.id,
            reviewer.name,
            reviewer.pseudonym,
            Team.name,
            Answer.level_key,
            Answer.percentage,
            Answer.not_applicable,
            DisputeDecision.level_key,
            DisputeDecision.percentage,
            DisputeDecision.not_applicable,
        )
        .join(DisputedCriterion, DisputedCriterion.dispute_id == Dispute.id)
        .join(DisputeDecision, DisputeDecision.disputed_criterion_id == DisputedCriterion.id)
        .join(ReviewRevision, ReviewRevision.id == Dispute.revision_id)
        .join(RubricVersion, RubricVersion.id == ReviewRevision.rubric_version_id)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .join(
            Answer,
            (Answer.revision_id == Dispute.revision_id) & (Answer.criterion_key == DisputedCriterion.criterion_key),
        )
        .join(Review, Review.id == Dispute.review_id)
        .join(reviewer, reviewer.id == Review.reviewer_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .outerjoin(Team, Team.id == HandledPart.team_id)
        .outerjoin(
            later,
            (later.disputed_criterion_id == DisputedCriterion.id) & (later.instance > DisputeDecision.instance),
        )
        .where(Dispute.state.in_(("settled", "final")), later.id.is_(None), *where)
        .order_by(Dispute.id, DisputedCriterion.id)
    )
    return [
        SettledCriterion(
            dispute_id=dispute_id,
            rubric=rubric,
            criterion_key=key,
            rubric_version_id=version_id,
            reviewer_id=reviewer_id,
            reviewer=f"{name} ({pseudonym})",
            team=team or "no team",
            overturned=(level, percentage, bool(na)) != (new_level, new_percentage, bool(new_na)),
        )
        for (
            dispute_id,
            rubric,
            key,
            version_id,
            reviewer_id,
            name,
            pseudonym,
            team,
            level,
            percentage,
            na,
            new_level,
            new_percentage,
            new_na,
        ) in rows
    ]


def released_since(actor: Actor, since: dt.datetime, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    """The reviews that figures about disputes rest on: released in a time, in scope, not voided."""
    return in_scope(actor), Review.state == "submitted", Review.released_at >= since, Review.released_at <= now


def counts(session: Session, *where: ColumnElement[bool]) -> tuple[int, int]:
    """How many reviews were released, and how many of them were disputed and the dispute not withdrawn."""
    released, disputed = session.execute(
        select(func.count(), func.count(Dispute.id))
        .select_from(Review)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .outerjoin(Dispute, (Dispute.review_id == Review.id) & (Dispute.state != "withdrawn"))
        .where(*where)
    ).one()
    return released, disputed
