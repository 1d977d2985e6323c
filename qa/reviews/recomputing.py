"""Every submitted result computed again: the proof that it follows from its answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.reviews import queries, rules
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import rubrics_of
from qa.tickets.models import HandledPart, Ticket

BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """What computing every submitted result again found: how many there are, and what does not hold."""

    revisions: int
    wrong: tuple[int, ...]  # revisions whose stored result is not what their answers give
    altered: tuple[int, ...]  # rubric versions whose text is not the one that was published


def recomputed(session: Session) -> Recomputed:
    """Every submitted revision computed again from its answers, under the rubric version and engine it used."""
    rows = session.execute(
        select(ReviewRevision, Ticket.channel)
        .join(Review, Review.id == ReviewRevision.review_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(ReviewRevision.submitted_at.is_not(None))
        .order_by(ReviewRevision.id)
    ).all()
    versions = rubrics_of(session, {revision.rubric_version_id for revision, _ in rows})
    wrong = []
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        answers = queries.answers_of_many(session, [revision.id for revision, _ in batch])
        for revision, channel in batch:
            score = rubrics.score(
                versions[revision.rubric_version_id],
                rules.state_of(answers.get(revision.id, [])),
                channel=channel,
                explain=False,
            )
            if not follows(revision, score):
                wrong.append(revision.id)
    return Recomputed(revisions=len(rows), wrong=tuple(wrong), altered=altered_versions(session, versions))


def altered_versions(session: Session, versions: Mapping[int, rubrics.RubricVersion]) -> tuple[int, ...]:
    """The versions that reviews used and whose text has changed since."""
    stored = session.execute(
        select(RubricVersion.id, RubricVersion.fingerprint)
        .where(RubricVersion.id.in_(versions))
        .order_by(RubricVersion.id)
    )
    return tuple(version_id for version_id, name in stored if rubrics.fingerprint(versions[version_id]) != name)


def follows(revision: ReviewRevision, score: rubrics.Score) -> bool:
    """Whether a stored result is exactly what the arithmetic of its rubric version gives."""
    return (
        revision.engine_version == score.engine
        and revision.exact_score == (None if score.value is None else str(score.value))
        and revision.score == (None if score.value is None else float(score.value))
        and revision.base_score == (None if score.base is None else float(score.base))
        and revision.outcome == score.outcome
        and list(revision.failed_criticals) == list(score.failed_criticals)
    )
