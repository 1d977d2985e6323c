"""Changing sessions: opening one, revealing it to all at once, setting consensus, closing."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

import rubrics
from qa.calibration_sessions import queries
from qa.calibration_sessions.golden.queries import living_by_part
from qa.calibration_sessions.golden.rules import UNSEEN
from qa.calibration_sessions.models import (
    CalibrationSession,
    ConsensusAnswer,
    ConsensusScore,
    SessionAssignment,
    SessionPart,
    SessionParticipant,
)
from qa.core import audit
from qa.core.advancing import advance
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.models import User
from qa.people.queries import clearances_on
from qa.reviews.models import Review
from qa.reviews.rules import outcome_of, read_percentage
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import people_without_region
from qa.tickets.redaction import redact

FEWEST_PARTS, MOST_PARTS = 1, 20
FEWEST_PARTICIPANTS = 2
STALE = "This session was changed in another window. Load the page again and look at what is new."
advance_session = partial(advance, stale=STALE)


def open_session(
    session: Session,
    *,
    programme_id: int,
    title: str,
    rubric_version_id: int,
    part_ids: Sequence[int],
    participant_ids: Sequence[int],
    facilitator_id: int,
    due_on: dt.date,
    now: dt.datetime,
    fresh: bool = False,
    anonymous: bool = False,
    by: int | None = None,
) -> CalibrationSession:
    """A session with an assignment for every participant and part, all cleared; nobody scores their own ticket,
    nor one whose content is too severe for them.

    With ``fresh``, whoever was asked to score a part before is not asked about it again; a golden ticket is anchored
    anew by whoever was not asked about it in twelve weeks. ``by`` opens it for another facilitator.
    """
    parts = _parts(session, programme_id, part_ids)
    people = _people(session, programme_id, participant_ids)
    ids = [person.id for person in people]
    uncleared = people_without_region(session, [part.ticket_id for part in parts], ids, now.date())
    if uncleared:
        raise InvalidInputError(
            f"Not cleared for the data region of these tickets: {', '.join(uncleared)}.",
            {"participants": "choose people who are cleared for every ticket"},
        )
    if not title.strip():
        raise InvalidInputError("Give the session a title.", {"title": "missing"})
    askable = _askable(session, parts, people, fresh=fresh, now=now)
    opener = facilitator_id if by is None else by
    row = CalibrationSession(
        programme_id=programme_id,
        title=title.strip()[:200],
        rubric_version_id=rubric_version_id,
        facilitator_id=facilitator_id,
        due_on=due_on,
        anonymous=anonymous,
        created_at=now,
    )
    session.add(row)
    session.flush()
    session.add_all(SessionParticipant(session_id=row.id, user_id=person.id) for person in people)
    for position, part in enumerate(parts, start=1):
        session_part = SessionPart(session_id=row.id, part_id=part.id, position=position)
        session.add(session_part)
        session.flush()
        for person in askable[part.id]:
            assignment = Assignment(
                part_id=part.id,
                reviewer_id=person.id,
                purpose=Purpose.CALIBRATION,
                origin="session",
                rubric_version_id=rubric_version_id,
                due_on=due_on,
                position=position,
                created_at=now,
                created_by_id=opener,
            )
            session.add(assignment)
            session.flush()
            session.add(SessionAssignment(session_part_id=session_part.id, assignment_id=assignment.id))
    notices.notify(
        session,
        {person.id for person in people} - {opener} | ({facilitator_id} - {opener}),
        kind="session_opened",
        object_type="calibration_session",
        object_id=row.id,
        now=now,
    )
    audit.record(
        session,
        action="calibration.open",
        object_type="calibration_session",
        object_id=row.id,
        actor_id=opener,
        now=now,
        detail={
            "facilitator": facilitator_id,
            "parts": [part.id for part in parts],
            "participants": [person.id for person in people],
        },
    )
    session.flush()
    return row


def _parts(session: Session, programme_id: int, part_ids: Sequence[int]) -> Sequence[HandledPart]:
    if not FEWEST_PARTS <= len(set(part_ids)) <= MOST_PARTS:
        raise InvalidInputError(f"Choose {FEWEST_PARTS} to {MOST_PARTS} parts.", {"parts": "choose some parts"})
    parts = session.scalars(
        select(HandledPart)
        .where(HandledPart.id.in_(part_ids), HandledPart.programme_id == programme_id)
        .order_by(HandledPart.resolved_at, HandledPart.id)
    ).all()
    if len(parts) != len(set(part_ids)):
        raise InvalidInputError("One of the parts is not there any more.", {"parts": "unknown part"})
    return parts


def _askable(
    session: Session, parts: Sequence[HandledPart], people: Sequence[User], *, fresh: bool, now: dt.datetime
) -> dict[int, list[User]]:
    """Who is asked about each part; at least two people, or there is nothing to compare."""
    known: set[tuple[int, int]] = set()
    if fresh:
        golden = living_by_part(session, [part.id for part in parts])
        rows = session.execute(
            select(Assignment.part_id, Assignment.reviewer_id, Assignment.created_at).where(
                Assignment.part_id.in_([part.id for part in parts]),
                Assignment.reviewer_id.in_([person.id for person in people]),
            )
        )
        known = {
            (part_id, person_id)
            for part_id, person_id, at in rows
            if at > now - UNSEEN or part_id not in golden or golden[part_id].state != "gold"
        }
    severity = dict(
        session.execute(
            select(HandledPart.id, Ticket.content_severity)
            .join(Ticket, Ticket.id == HandledPart.ticket_id)
            .where(HandledPart.id.in_([part.id for part in parts]))
        ).all()
    )
    cleared = clearances_on(session, [person.id for person in people], now.date())
    askable = {
        part.id: [
            person
            for person in people
            if person.id != part.specialist_id
            and (part.id, person.id) not in known
            and severity[part.id] <= cleared.get(person.id, 0)
        ]
        for part in parts
    }
    if fresh and (few := sum(len(able) < FEWEST_PARTICIPANTS for able in askable.values())):
        raise InvalidInputError(
            f"{few} of the parts would be scored by fewer than {FEWEST_PARTICIPANTS} of these people: "
            "the others handled or scored them already, or may not open them. Choose more people, or other parts.",
            {"participants": "choose more people, or other parts"},
        )
    return askable


def _people(session: Session, programme_id: int, user_ids: Sequence[int]) -> Sequence[User]:
    people = session.scalars(
        select(User).where(User.id.in_(user_ids), User.programme_id == programme_id, User.active).order_by(User.id)
    ).all()
    if len(people) < FEWEST_PARTICIPANTS:
        raise InvalidInputError(
            f"A session needs at least {FEWEST_PARTICIPANTS} participants.", {"participants": "choose more people"}
        )
    return people


def reveal(session: Session, row: CalibrationSession, *, version: int, by: int, now: dt.datetime) -> None:
    """Show all scores to all at once. Whoever is late is left out; the others' work counts."""
    assignment_ids = (
        select(SessionAssignment.assignment_id)
        .join(SessionPart, SessionPart.id == SessionAssignment.session_part_id)
        .where(SessionPart.session_id == row.id)
    )
    done = session.scalar(
        select(Assignment.id).where(Assignment.id.in_(assignment_ids), Assignment.state == "submitted").limit(1)
    )
    if done is None:
        raise ConflictError("Nobody has scored anything yet: there is nothing to reveal.")
    advance_session(session, row, version, expected=("scoring",), state="revealed", revealed_at=now)
    session.execute(
        update(Assignment)
        .where(Assignment.id.in_(assignment_ids), Assignment.state == "open")
        .values(state="withdrawn", ended_at=now)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Review)
        .where(Review.assignment_id.in_(assignment_ids), Review.state == "submitted")
        .values(sealed=False)
        .execution_options(synchronize_session=False)
    )
    people = session.scalars(
        select(SessionParticipant.user_id)
        .where(SessionParticipant.session_id == row.id)
        .order_by(SessionParticipant.user_id)
    ).all()
    notices.notify(
        session,
        [user_id for user_id in people if user_id != by],
        kind="session_revealed",
        object_type="calibration_session",
        object_id=row.id,
        now=now,
    )
    audit.record(
        session,
        action="calibration.reveal",
        object_type="calibration_session",
        object_id=row.id,
        actor_id=by,
        now=now,
    )
    session.flush()


def set_consensus(
    session: Session,
    row: CalibrationSession,
    session_part: SessionPart,
    rubric: rubrics.RubricVersion,
    choices: Mapping[str, str],
    reasons: Mapping[str, str],
    *,
    channel: str,
    version: int,
    by: int,
    now: dt.datetime,
) -> ConsensusScore:
    """What the session agreed for one part; its score follows from its answers by the rubric's arithmetic."""
    answers = {
        criterion.key: _chosen(criterion, choices[criterion.key])
        for criterion in rubric.criteria
        if choices.get(criterion.key)
    }
    lacking = [item for item in rubrics.missing(rubric, answers, channel=channel) if item.what == "answer"]
    if lacking:
        raise InvalidInputError(
            "Agree on every criterion first.", {item.criterion_key: item.message for item in lacking}
        )
    advance_session(session, row, version, expected=("revealed",))
    session.execute(delete(ConsensusAnswer).where(ConsensusAnswer.session_part_id == session_part.id))
    session.execute(delete(ConsensusScore).where(ConsensusScore.session_part_id == session_part.id))
    for key, answer in answers.items():
        session.add(
            ConsensusAnswer(
                session_part_id=session_part.id,
                criterion_key=key,
                level_key=answer.level,
                percentage=None if answer.percentage is None else str(answer.percentage),
                not_applicable=answer.not_applicable,
                reason=redact(reasons.get(key, "").strip())[:2000],
                decided_by_id=by,
                decided_at=now,
            )
        )
    result = rubrics.score(rubric, answers, channel=channel)
    agreed = ConsensusScore(
        session_part_id=session_part.id,
        score=None if result.value is None else float(result.value),
        base_score=None if result.base is None else float(result.base),
        outcome=outcome_of(result),
        decided_by_id=by,
        decided_at=now,
    )
    session.add(agreed)
    session.flush()
    audit.record(
        session,
        action="calibration.consensus",
        object_type="session_part",
        object_id=session_part.id,
        actor_id=by,
        now=now,
        detail={"score": str(result.value)},
    )
    session.flush()
    return agreed


def _chosen(criterion: rubrics.Criterion, choice: str) -> rubrics.Answer:
    if choice == "na":
        answer = rubrics.Answer(not_applicable=True)
    elif criterion.scale.kind == "percentage":
        try:
            answer = rubrics.Answer(percentage=read_percentage(choice))
        except ValueError as error:
            raise InvalidInputError(str(error), {criterion.key: str(error)}) from error
    else:
        answer = rubrics.Answer(level=choice)
    try:
        rubrics.check_answer(criterion, answer)
    except rubrics.AnswerError as error:
        raise InvalidInputError(str(error), {criterion.key: str(error)}) from error
    return answer


def close(session: Session, row: CalibrationSession, *, version: int, learnt: str, by: int, now: dt.datetime) -> None:
    """End a session whose parts all have a consensus, with what was learnt."""
    undecided = [part for part in queries.parts_of(session, row.id) if part.consensus is None]
    if undecided:
        raise ConflictError(f"{len(undecided)} of the parts have no consensus yet.")
    advance_session(
        session,
        row,
        version,
        expected=("revealed",),
        state="closed",
        closed_at=now,
        learnt=redact(learnt.strip())[:4000],
    )
    audit.record(
        session,
        action="calibration.close",
        object_type="calibration_session",
        object_id=row.id,
        actor_id=by,
        now=now,
    )
    session.flush()
