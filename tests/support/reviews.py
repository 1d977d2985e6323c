"""Rubric versions, draws, assignments and reviews to test with."""

import datetime as dt
import itertools
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.core.clock import monday_of, week_key
from qa.people.models import ProgrammeSetting, User
from qa.people.queries import zone_of
from qa.reviews import queries as review_queries
from qa.reviews import submitting, tasks
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.reviews.rules import passage_digest
from qa.rubric_library import queries as rubric_queries
from qa.rubric_library import service as rubric_service
from qa.rubric_library import workflow as rubric_workflow
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.sampling.models import Assignment, Draw, DrawnUnit, Period, Purpose
from qa.tickets.models import HandledPart
from tests.support.cast import NOW, OPENED, Cast
from tests.support.tickets import MESSAGES, Handled

# Two sections, three criteria: one binary, one with levels, one that fails the review.
RUBRIC = """
format: 1
key: {key}
name: Trial rubric
version: "{version}"
pass_mark: 80
sections:
  - key: answer
    name: Answer
    weight: 60
    criteria:
      - key: correct
        name: Correct
        question: Was the answer right?
        weight: 2
        na_allowed: true
        scale:
          kind: levels
          levels:
            - {{key: full, name: Fully, points: 2}}
            - {{key: partly, name: Partly, points: 1}}
            - {{key: wrong, name: Wrong, points: 0, failing: true, comment_required: true}}
      - key: tone
        name: Tone
        question: Was it friendly?
        weight: 1
        scale:
          kind: binary
          levels:
            - {{key: met, name: Met, points: 1}}
            - {{key: missed, name: Missed, points: 0, failing: true}}
  - key: safety
    name: Safety
    weight: 40
    criteria:
      - key: privacy
        name: Privacy
        question: Was personal data kept safe?
        weight: 1
        critical: {{scope: review, fails_at: [missed]}}
        scale:
          kind: binary
          levels:
            - {{key: met, name: Met, points: 1}}
            - {{key: missed, name: Missed, points: 0, failing: true}}
"""
PINNED = passage_digest(MESSAGES[1][1][:9])
BEST = {"correct": "full", "tone": "met", "privacy": "met"}
_positions = itertools.count(1)


def publish_rubric(
    session: Session,
    cast: Cast,
    *,
    text: str | None = None,
    key: str = "trial",
    version: str = "1.0",
    effective_from: dt.datetime = OPENED,
    everywhere: bool = True,
) -> RubricVersion:
    """A published rubric version (``RUBRIC`` unless ``text`` is given), with a rule that applies it to everything."""
    made = rubric_service.import_draft(
        session,
        cast.programme.id,
        text or RUBRIC.format(key=key, version=version),
        name="trial.yaml",
        by=cast.lena.id,
        now=effective_from,
    )
    rubric_workflow.send(session, made, by=cast.lena.id, now=effective_from)
    rubric_workflow.publish(session, made, effective_from=effective_from, by=cast.quinn.id, now=effective_from)
    if everywhere:
        family = session.get_one(RubricFamily, made.family_id)
        rubric_service.add_rule(session, family, valid_from=effective_from, by=cast.quinn.id, now=effective_from)
    return made


def make_assignment(
    session: Session,
    handled: Handled,
    reviewer: User,
    version: RubricVersion,
    *,
    purpose: Purpose = Purpose.ROUTINE,
    due_on: dt.date | None = None,
    probability: float = 0.5,
    position: int = 0,
) -> Assignment:
    """A part given to a reviewer; routine and double ones come from a draw of the week of their resolution."""
    drawn = draw_part(session, handled.part, probability=probability) if purpose in DRAWN else None
    assignment = Assignment(
        part_id=handled.part.id,
        reviewer_id=reviewer.id,
        purpose=purpose,
        origin=ORIGINS.get(purpose, "targeted"),
        drawn_unit_id=drawn.id if drawn else None,
        rubric_version_id=version.id,
        due_on=due_on or NOW.date() + dt.timedelta(days=7),
        position=position,
        created_at=NOW,
    )
    session.add(assignment)
    session.flush()
    return assignment


DRAWN = (Purpose.ROUTINE, Purpose.DOUBLE)
ORIGINS = {
    Purpose.ROUTINE: "draw",
    Purpose.DOUBLE: "double",
    Purpose.CALIBRATION: "session",
    Purpose.FOLLOW_UP: "follow_up",
}


def draw_part(session: Session, part: HandledPart, *, probability: float = 0.5) -> DrawnUnit:
    """The part as a draw of its week took it; the same one when asked again."""
    period = make_period(session, part.programme_id, part.resolved_at.date())
    draw = session.scalar(select(Draw).where(Draw.period_id == period.id, Draw.n == 1))
    if draw is None:
        draw = Draw(
            period_id=period.id,
            plan_digest="plan",
            commitment=f"commitment of {period.key}",
            committed_at=period.starts_at,
            committed_before_opening=True,
            sealed_seed=b"seed",
            drawn_at=period.ends_at,
            frame_size=0,
            size=0,
        )
        session.add(draw)
        session.flush()
    known = session.scalar(select(DrawnUnit).where(DrawnUnit.draw_id == draw.id, DrawnUnit.part_id == part.id))
    if known is not None:
        return known
    drawn = DrawnUnit(
        draw_id=draw.id,
        part_id=part.id,
        position=next(_positions),
        cell="all",
        cell_size=round(1 / probability),
        cell_drawn=1,
        inclusion_probability=probability,
        plans=[],
    )
    session.add(drawn)
    session.flush()
    return drawn


def make_period(session: Session, programme_id: int, day: dt.date) -> Period:
    """The week of a day, made when it is not there yet."""
    monday = monday_of(day)
    known = session.scalar(select(Period).where(Period.programme_id == programme_id, Period.key == week_key(day)))
    if known is not None:
        return known
    starts_at = dt.datetime.combine(monday, dt.time(), tzinfo=dt.UTC)
    period = Period(
        programme_id=programme_id,
        key=week_key(day),
        starts_on=monday,
        starts_at=starts_at,
        ends_at=starts_at + dt.timedelta(days=7),
    )
    session.add(period)
    session.flush()
    return period


def make_review(
    session: Session,
    handled: Handled,
    assignment: Assignment,
    levels: Mapping[str, str] | None = None,
    *,
    comments: Mapping[str, str] | None = None,
    at: dt.datetime = NOW,
) -> Review:
    """A submitted review; ``levels`` (criterion to level) change what would else be the best of ``RUBRIC``."""
    review = Review(
        assignment_id=assignment.id,
        part_id=assignment.part_id,
        reviewer_id=assignment.reviewer_id,
        purpose=assignment.purpose,
        created_at=at,
    )
    session.add(review)
    session.flush()
    revision = ReviewRevision(
        review_id=review.id,
        n=1,
        rubric_version_id=assignment.rubric_version_id,
        conversation_revision_id=handled.revision.id,
        created_at=at,
        created_by_id=assignment.reviewer_id,
    )
    session.add(revision)
    session.flush()
    said = dict.fromkeys(levels or {}, "The second message shows why.") | dict(comments or {})
    for criterion, level in {**BEST, **(levels or {})}.items():
        answer = Answer(
            revision_id=revision.id,
            criterion_key=criterion,
            level_key=None if level == "na" else level,
            not_applicable=level == "na",
            comment=said.get(criterion, ""),
            updated_at=at,
        )
        session.add(answer)
        session.flush()
        if criterion in (levels or {}):
            session.add(Evidence(answer_id=answer.id, message_id="m2", start=0, end=9, digest=PINNED, created_at=at))
    session.flush()
    setting = session.scalars(select(ProgrammeSetting).order_by(ProgrammeSetting.id)).first()
    assert setting is not None
    task = tasks.task_of(session, assignment.id)
    submitting.submit(session, task, version=review.lock_version, setting=setting, zone=zone_of(setting), now=at)
    session.expire_all()  # it was submitted behind the session's objects
    return review


def rubric_of(session: Session, assignment: Assignment) -> rubrics.RubricVersion:
    """The rubric an assignment is scored by, as a value."""
    return rubric_queries.rubric_of(session, assignment.rubric_version_id)


def answers_of(session: Session, review: Review) -> dict[str, str | None]:
    """Criterion to level, as a review keeps them."""
    revision = review_queries.newest_revision(session, review.id)
    assert revision is not None
    return {answer.criterion_key: answer.level_key for answer in review_queries.answers_of(session, revision.id)}
