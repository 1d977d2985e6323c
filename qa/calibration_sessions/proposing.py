"""Parts worth a session: those on which two reviewers, neither knowing of the other, chose differently."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from qa.calibration_sessions.models import SessionPart
from qa.calibration_sessions.queries import Candidate
from qa.core.access import Actor
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.sampling.models import Purpose
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import within_clearance

WEEKS = 12  # what was scored longer ago says little about how people judge now
MOST = 40
MOST_PAIRS = 1_000  # enough to find what differs, few enough to be read while a page waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One criterion of one part that two reviewers answered on their own."""

    part_id: int
    criterion_key: str
    alike: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A part with the criteria that its two reviewers answered differently, of those that both answered."""

    part_id: int
    criteria: tuple[str, ...]
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """How often two reviewers chose alike on one criterion."""

    criterion_key: str
    alike: int
    n: int

    @property
    def share(self) -> float:
        return self.alike / self.n


def most_differing(found: Sequence[Compared], criterion: str = "") -> list[Differing]:
    """Parts with a difference, the most criteria first, then the newest; those that differ on a criterion, if named."""
    by_part: dict[int, list[Compared]] = {}
    for each in found:
        by_part.setdefault(each.part_id, []).append(each)
    parts = [
        Differing(
            part_id=part_id,
            criteria=tuple(each.criterion_key for each in answers if not each.alike),
            answered=len(answers),
        )
        for part_id, answers in by_part.items()
    ]
    wanted = [part for part in parts if (criterion in part.criteria if criterion else part.criteria)]
    return sorted(wanted, key=lambda part: (-len(part.criteria), -part.part_id))


def by_agreement(found: Sequence[Compared]) -> list[Agreed]:
    """The criteria, lowest agreement first."""
    counts: dict[str, tuple[int, int]] = {}
    for each in found:
        alike, n = counts.get(each.criterion_key, (0, 0))
        counts[each.criterion_key] = (alike + each.alike, n + 1)
    agreed = [Agreed(criterion_key=key, alike=alike, n=n) for key, (alike, n) in counts.items()]
    return sorted(agreed, key=lambda each: (each.share, -each.n, each.criterion_key))


def compared(session: Session, actor: Actor, *, queue: str, now: dt.datetime) -> list[Compared]:
    """The first answers of the newest parts scored twice, both open to be read, and in no session yet."""
    seconds = (
        select(Review.id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            Review.purpose == Purpose.DOUBLE,
            Review.state == "submitted",
            Review.sealed.is_(False),
            Review.submitted_at >= now - dt.timedelta(weeks=WEEKS),
            HandledPart.programme_id == actor.programme_id,
            within_clearance(actor),
            ~exists().where(SessionPart.part_id == HandledPart.id),
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(MOST_PAIRS)
    )
    if queue:
        seconds = seconds.where(Ticket.queue == queue)
    one, two = aliased(Review), aliased(Review)
    first, second = aliased(ReviewRevision), aliased(ReviewRevision)
    left, right = aliased(Answer), aliased(Answer)
    alike = and_(
        left.level_key.is_not_distinct_from(right.level_key),
        left.percentage.is_not_distinct_from(right.percentage),
        left.not_applicable == right.not_applicable,
    )
    rows = session.execute(
        select(one.part_id, left.criterion_key, alike)
        .select_from(two)
        .join(one, and_(one.part_id == two.part_id, one.purpose == Purpose.ROUTINE))
        .join(first, and_(first.review_id == one.id, first.n == 1))
        .join(second, and_(second.review_id == two.id, second.n == 1))
        .join(left, left.revision_id == first.id)
        .join(right, and_(right.revision_id == second.id, right.criterion_key == left.criterion_key))
        .where(
            two.id.in_(seconds),
            one.state == "submitted",
            one.sealed.is_(False),
            first.rubric_version_id == second.rubric_version_id,
        )
        .order_by(one.part_id, left.id)
    )
    return [Compared(part_id=part_id, criterion_key=key, alike=bool(same)) for part_id, key, same in rows]


def parts_by_id(session: Session, part_ids: Sequence[int]) -> Mapping[int, Candidate]:
    """Parts with their tickets."""
    rows = session.execute(
        select(HandledPart, Ticket)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(HandledPart.id.in_(part_ids))
        .order_by(HandledPart.id)
    )
    return {part.id: Candidate(part=part, ticket=ticket) for part, ticket in rows}
