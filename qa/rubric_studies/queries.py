"""Reading the reviews that a rubric is judged by, in a bounded number of statements."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session, aliased

import rubrics
from qa.people.models import User
from qa.reviews.models import Answer, Outcome, Review, ReviewRevision
from qa.rubric_library.models import RubricVersion
from qa.rubric_studies.models import BridgePart, BridgeStudy
from qa.rubric_studies.rules import Pair, Past
from qa.sampling.models import Purpose
from qa.tickets.models import HandledPart, Ticket


def former_versions(session: Session, version: RubricVersion) -> list[RubricVersion]:
    """The published and retired versions of the same rubric, newest first, without the version itself."""
    return list(
        session.scalars(
            select(RubricVersion)
            .where(
                RubricVersion.family_id == version.family_id,
                RubricVersion.id != version.id,
                RubricVersion.state.in_(("published", "retired")),
            )
            .order_by(RubricVersion.major.desc(), RubricVersion.minor.desc(), RubricVersion.id.desc())
        )
    )


def _newest(version_id: int, limit: int) -> Select[Any]:
    """The newest routine reviews under a version: current revision of each, nothing that is still sealed."""
    return (
        select(ReviewRevision.id)
        .join(Review, Review.current_revision_id == ReviewRevision.id)
        .where(
            ReviewRevision.rubric_version_id == version_id,
            Review.purpose == Purpose.ROUTINE,
            Review.state == "submitted",
            ~Review.sealed,
        )
        .order_by(Review.submitted_at.desc(), Review.id.desc())
        .limit(limit)
    )


def past_reviews(session: Session, version_id: int, *, limit: int) -> list[Past]:
    """The newest reviews under a version with their answers, in two statements."""
    newest = _newest(version_id, limit).subquery()
    answers: dict[int, dict[str, rubrics.Answer]] = {}
    given = session.execute(
        select(Answer.revision_id, Answer.criterion_key, Answer.level_key, Answer.percentage, Answer.not_applicable)
        .where(Answer.revision_id.in_(select(newest.c.id)))
        .order_by(Answer.revision_id, Answer.id)
    )
    for revision_id, key, level, percentage, not_applicable in given:
        answers.setdefault(revision_id, {})[key] = _answer(level, percentage, not_applicable)
    rows = session.execute(
        select(
            ReviewRevision.id, HandledPart.specialist_id, Ticket.channel, ReviewRevision.score, ReviewRevision.outcome
        )
        .join(Review, Review.id == ReviewRevision.review_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(ReviewRevision.id.in_(select(newest.c.id)))
        .order_by(ReviewRevision.id)
    )
    return [
        Past(
            specialist_id=specialist_id,
            channel=channel,
            score=score,
            passed=outcome == Outcome.PASSED,
            answers=answers.get(revision_id, {}),
        )
        for revision_id, specialist_id, channel, score, outcome in rows
    ]


def _answer(level: str | None, percentage: str | None, not_applicable: bool) -> rubrics.Answer:
    return rubrics.Answer(
        level=level, percentage=None if percentage is None else Fraction(percentage), not_applicable=not_applicable
    )


def double_answers(session: Session, version_id: int) -> Mapping[str, list[Pair]]:
    """By criterion, the two first answers of each part that was scored twice under the version, neither knowing."""
    one, two = aliased(Review), aliased(Review)
    first, second = aliased(ReviewRevision), aliased(ReviewRevision)
    left, right = aliased(Answer), aliased(Answer)
    rows = session.execute(
        select(
            left.criterion_key,
            left.level_key,
            left.percentage,
            left.not_applicable,
            right.level_key,
            right.percentage,
            right.not_applicable,
        )
        .select_from(one)
        .join(two, and_(two.part_id == one.part_id, two.purpose == Purpose.DOUBLE, two.state == "submitted"))
        .join(first, and_(first.review_id == one.id, first.n == 1, first.rubric_version_id == version_id))
        .join(second, and_(second.review_id == two.id, second.n == 1, second.rubric_version_id == version_id))
        .join(left, left.revision_id == first.id)
        .join(right, and_(right.revision_id == second.id, right.criterion_key == left.criterion_key))
        .where(one.purpose == Purpose.ROUTINE, one.state == "submitted", ~one.sealed)
        .order_by(one.id, left.id)
    )
    found: dict[str, list[Pair]] = {}
    for key, level, percentage, na, other_level, other_percentage, other_na in rows:
        pair = _answer(level, percentage, na), _answer(other_level, other_percentage, other_na)
        if all(answer.given for answer in pair):
            found.setdefault(key, []).append(pair)
    return found


BRIDGING = (Purpose.BRIDGE, Purpose.CALIBRATION, Purpose.ROUTINE, Purpose.DOUBLE)


def bridged(
    session: Session, old_id: int, new_id: int, *, study: BridgeStudy | None = None
) -> dict[int, tuple[float, float]]:
    """The parts scored under both versions: mean first score of each under the old one and under the new.

    Bridge reviews, calibration sessions and ordinary scores of the same parts count; nothing that is still sealed.
    Of a ``study`` its own parts alone, and where people traded places its own reviews alone.
    """
    purposes = (Purpose.BRIDGE,) if study is not None and study.way == "double" else BRIDGING
    query = (
        select(Review.part_id, ReviewRevision.rubric_version_id, func.avg(ReviewRevision.score))
        .join(ReviewRevision, and_(ReviewRevision.review_id == Review.id, ReviewRevision.n == 1))
        .where(
            ReviewRevision.rubric_version_id.in_((old_id, new_id)),
            ReviewRevision.score.is_not(None),
            Review.purpose.in_(purposes),
            Review.state == "submitted",
            ~Review.sealed,
            Review.part_id.in_(_scored_under(old_id)),
            Review.part_id.in_(_scored_under(new_id)),
        )
        .group_by(Review.part_id, ReviewRevision.rubric_version_id)
        .order_by(Review.part_id, ReviewRevision.rubric_version_id)
    )
    if study is not None:
        query = query.where(Review.part_id.in_(select(BridgePart.part_id).where(BridgePart.study_id == study.id)))
    found: dict[int, dict[int, float]] = {}
    for part_id, version_id, score in session.execute(query):
        found.setdefault(part_id, {})[version_id] = float(score)
    return {part: (scores[old_id], scores[new_id]) for part, scores in found.items() if len(scores) == 2}


def _scored_under(version_id: int) -> Select[Any]:
    return (
        select(Review.part_id)
        .join(ReviewRevision, ReviewRevision.review_id == Review.id)
        .where(ReviewRevision.rubric_version_id == version_id, Review.state == "submitted")
    )


def names_of(session: Session, ids: list[int]) -> dict[int, str]:
    people = session.execute(select(User.id, User.name).where(User.id.in_(ids)).order_by(User.id)).all()
    return {person.id: person.name for person in people}
