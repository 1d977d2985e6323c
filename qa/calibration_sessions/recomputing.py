"""Every agreed score of a session computed again from its answers."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.calibration_sessions.models import CalibrationSession, ConsensusAnswer, ConsensusScore, SessionPart
from qa.reviews.recomputing import altered_versions
from qa.reviews.rules import outcome_of, read_percentage
from qa.rubric_library.queries import rubrics_of
from qa.tickets.models import HandledPart, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """How many agreed scores there are, those that their answers do not give, and rubrics whose text has changed."""

    scores: int
    wrong: tuple[int, ...]  # parts of sessions
    altered: tuple[int, ...]


def agreed_again(session: Session) -> Agreed:
    """Every consensus computed again under the rubric version of its session, in four statements."""
    rows = session.execute(
        select(ConsensusScore, CalibrationSession.rubric_version_id, Ticket.channel)
        .join(SessionPart, SessionPart.id == ConsensusScore.session_part_id)
        .join(CalibrationSession, CalibrationSession.id == SessionPart.session_id)
        .join(HandledPart, HandledPart.id == SessionPart.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .order_by(ConsensusScore.id)
    ).all()
    answers: dict[int, dict[str, rubrics.Answer]] = {}
    for given in session.scalars(select(ConsensusAnswer).order_by(ConsensusAnswer.id)):
        answers.setdefault(given.session_part_id, {})[given.criterion_key] = rubrics.Answer(
            level=given.level_key,
            percentage=None if given.percentage is None else read_percentage(given.percentage),
            not_applicable=given.not_applicable,
        )
    versions = rubrics_of(session, {version_id for _, version_id, _ in rows})
    wrong = []
    for agreed, version_id, channel in rows:
        score = rubrics.score(versions[version_id], answers.get(agreed.session_part_id, {}), channel=channel)
        found = (
            None if score.value is None else float(score.value),
            None if score.base is None else float(score.base),
            outcome_of(score),
        )
        if found != (agreed.score, agreed.base_score, agreed.outcome):
            wrong.append(agreed.session_part_id)
    return Agreed(scores=len(rows), wrong=tuple(wrong), altered=altered_versions(session, versions))
