"""Changing reviews: saving a draft, submitting, taking back, releasing, acknowledging."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

import rubrics
from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.reviews import keeping_sums, queries, rules
from qa.reviews.companions import queries as companion_queries
from qa.reviews.companions import service as companions
from qa.reviews.companions.rules import At, holds_release
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.reviews.rules import Save, SavedAnswer
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import ConversationRevision, HandledPart

ELSEWHERE = "This review was changed in another window. Load its newer state; what you typed here is kept for you."


class IncompleteReviewError(InvalidInputError):
    """Something the rubric version asks for is missing."""

    title = "Not complete yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft as it stands after a save."""

    review: Review
    revision: ReviewRevision
    answers: Sequence[queries.StoredAnswer]


def save(
    session: Session,
    assignment: Assignment,
    change: Save,
    *,
    texts: Mapping[str, str],
    now: dt.datetime,
) -> Draft:
    """Keep a save. The same save twice counts once; a save made on an older state is refused, never merged."""
    _must_be_open(assignment)
    review = _draft_of(session, assignment, change, now=now)
    revision = queries.newest_revision(session, review.id)
    if revision is None or revision.submitted_at is not None:
        raise ConflictError("This review is submitted; take it back first if you still can.")
    if review.last_save_id != change.save_id:
        _advance(session, review, change)
        _write_answers(session, revision.id, change.answers, texts=texts, now=now)
        if change.internal_note is not None:
            revision.internal_note = change.internal_note
        session.flush()
    return Draft(review=review, revision=revision, answers=queries.answers_of(session, revision.id))


def _must_be_open(assignment: Assignment) -> None:
    if assignment.state == "submitted":
        raise ConflictError("This review is submitted already.", {"submitted": True})
    if assignment.state != "open":
        raise ConflictError("This part was handed to somebody else.", {"gone": True})


def _draft_of(session: Session, assignment: Assignment, change: Save, *, now: dt.datetime) -> Review:
    review = session.scalar(select(Review).where(Review.assignment_id == assignment.id).with_for_update())
    if review is not None:
        return review
    seen = session.get(ConversationRevision, change.conversation_revision_id)
    part = session.get_one(HandledPart, assignment.part_id)
    if seen is None or seen.ticket_id != part.ticket_id:
        raise InvalidInputError("The conversation that was judged is not this ticket's.")
    assignment.leased_until = None  # begun: it no longer goes back to the pool by itself
    review = Review(
        assignment_id=assignment.id,
        part_id=assignment.part_id,
        reviewer_id=assignment.reviewer_id,
        purpose=assignment.purpose,
        created_at=now,
    )
    session.add(review)
    try:
        session.flush()
    except IntegrityError as error:  # two windows began the same review at the same moment
        raise ConflictError(ELSEWHERE) from error
    session.add(
        ReviewRevision(
            review_id=review.id,
            n=1,
            rubric_version_id=assignment.rubric_version_id,
            conversation_revision_id=seen.id,
            created_at=now,
            created_by_id=assignment.reviewer_id,
        )
    )
    session.flush()
    return review


def _advance(session: Session, review: Review, change: Save) -> None:
    """Raise the version by one if it is still the one the save was made on; one statement, so nobody slips between."""
    moved = session.execute(
        update(Review)
        .where(Review.id == review.id, Review.lock_version == change.version, Review.state == "draft")
        .values(
            lock_version=Review.lock_version + 1,
            last_save_id=change.save_id,
            active_seconds=Review.active_seconds + change.active_seconds,
        )
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError(ELSEWHERE, {"version": review.lock_version, "stale": True})
    session.refresh(review)


def _write_answers(
    session: Session,
    revision_id: int,
    answers: Sequence[SavedAnswer],
    *,
    texts: Mapping[str, str],
    now: dt.datetime,
) -> None:
    known = {
        answer.criterion_key: answer
        for answer in session.scalars(
            select(Answer).where(
                Answer.revision_id == revision_id, Answer.criterion_key.in_([a.criterion_key for a in answers])
            )
        )
    }
    for saved in answers:
        answer = known.get(saved.criterion_key)
        if answer is None:
            answer = Answer(revision_id=revision_id, criterion_key=saved.criterion_key, updated_at=now)
            session.add(answer)
            known[saved.criterion_key] = answer
        answer.level_key = saved.level_key
        answer.percentage = None if saved.percentage is None else str(saved.percentage)
        answer.not_applicable = saved.not_applicable
        answer.comment = saved.comment
        answer.internal_note = saved.internal_note
        answer.root_causes = list(saved.root_causes)
        answer.praise = saved.praise
        answer.updated_at = now
    session.flush()
    ids = [known[saved.criterion_key].id for saved in answers]
    session.execute(delete(Evidence).where(Evidence.answer_id.in_(ids)))
    pins = [
        {
            "answer_id": known[saved.criterion_key].id,
            "message_id": pin.message_id,
            "start": pin.start,
            "end": pin.end,
            "digest": rules.passage_digest(rules.passage(texts, pin)),
            "created_at": now,
        }
        for saved in answers
        for pin in saved.pins
    ]
    if pins:
        session.execute(insert(Evidence), pins)


def submit(
    session: Session,
    assignment: Assignment,
    rubric: rubrics.RubricVersion,
    *,
    version: int,
    channel: str,
    setting: ProgrammeSetting,
    zone: ZoneInfo,
    now: dt.datetime,
) -> Review:
    """Turn a complete draft into a review; its result follows from its answers by the rubric's own arithmetic."""
    companions.one_at_a_time(session, assignment.part_id)
    review = _locked_with(session, assignment)
    _must_be_open(assignment)
    revision = queries.newest_revision(session, review.id) if review else None
    if review is None or revision is None:
        raise IncompleteReviewError("Nothing is answered yet.")
    if review.lock_version != version:
        raise ConflictError(ELSEWHERE, {"version": review.lock_version, "stale": True})
    answers = rules.state_of(queries.answers_of(session, revision.id))
    lacking = rules.lacking(rubric, answers, channel=channel)
    if lacking:
        raise IncompleteReviewError(
            f"{len(lacking)} {'thing is' if len(lacking) == 1 else 'things are'} missing.",
            {item.criterion_key: item.message for item in lacking},
        )
    score = rubrics.score(rubric, answers, channel=channel)
    apply_score(revision, score, now=now)
    review.state = "submitted"
    review.submitted_at = now
    review.current_revision_id = revision.id
    review.lock_version += 1
    assignment.state = "submitted"
    assignment.ended_at = now
    session.flush()
    keeping_sums.submitted(session, review, score)
    at_hand = companion_queries.at_hand(session, review.part_id)
    if review.purpose in rules.RELEASED_PURPOSES and not holds_release(at_hand):
        review.released_at = rules.release_time(setting.release_rule, now, zone)
    _seal_or_open(session, review, at_hand)
    companions.tell_specialist(session, review)
    if review.purpose == Purpose.SELF:
        companions.answered(session, review.part_id, setting=setting, zone=zone, now=now)
    audit.record(
        session,
        action="review.submit",
        object_type="review",
        object_id=review.id,
        actor_id=review.reviewer_id,
        now=now,
        detail={"revision": revision.id, "score": revision.exact_score, "outcome": revision.outcome},
    )
    session.flush()
    return review


def _locked_with(session: Session, assignment: Assignment) -> Review | None:
    """An assignment's review, both as they stand now and locked: an invitation may just have lapsed."""
    row = session.execute(
        select(Review, Assignment)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .where(Assignment.id == assignment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    return None if row is None else row[0]


def apply_score(revision: ReviewRevision, score: rubrics.Score, *, now: dt.datetime) -> None:
    """Keep the result beside the answers it follows from."""
    revision.score = None if score.value is None else float(score.value)
    revision.base_score = None if score.base is None else float(score.base)
    revision.exact_score = None if score.value is None else str(score.value)
    revision.outcome = rules.outcome_of(score)
    revision.failed_criticals = list(score.failed_criticals)
    revision.engine_version = score.engine
    revision.submitted_at = now


def _seal_or_open(session: Session, review: Review, at_hand: Collection[At]) -> None:
    """A score stays sealed to the part's other scorers until all are in; then all open at once."""
    if review.purpose in rules.SEALED_PURPOSES:
        review.sealed = True  # a session reveals its own; what is scored against gold stays with its reviewer
    elif review.purpose == Purpose.BRIDGE:  # its two scores wait for each other
        session.execute(
            update(Review)
            .where(Review.part_id == review.part_id, Review.state == "submitted", Review.purpose == Purpose.BRIDGE)
            .values(sealed=(Purpose.BRIDGE, "open") in at_hand)
            .execution_options(synchronize_session=False)
        )
        session.refresh(review)
    else:
        companions.seal(session, review.part_id, at_hand)
        session.refresh(review)


def undo_submit(session: Session, assignment: Assignment, *, now: dt.datetime) -> None:
    """Take a review back within the time to undo: it is a draft again, as if it had never been sent."""
    companions.one_at_a_time(session, assignment.part_id)
    review = _locked_with(session, assignment)
    if review is None or review.state != "submitted" or not rules.may_undo(review.submitted_at, now):
        raise ConflictError("The time to take it back is over. A correction makes a new revision instead.")
    revision = queries.newest_revision(session, review.id)
    if revision is None:
        raise ConflictError("This review has no revision.")
    with keeping_sums.following(session, parts=[review.part_id]):
        revision.score = revision.base_score = revision.exact_score = revision.outcome = None
        revision.engine_version = revision.submitted_at = None
        revision.failed_criticals = []
        session.flush()
        review.state = "draft"
        review.submitted_at = review.released_at = review.current_revision_id = None
        review.sealed = False
        review.lock_version += 1
        assignment.state = "open"
        assignment.ended_at = None
        session.flush()
    companions.seal(session, review.part_id, companion_queries.at_hand(session, review.part_id))
    if review.purpose == Purpose.SELF:
        companions.taken_back(session, review.part_id, now=now)
    notices.withdraw(session, object_type="review", object_id=review.id)
    audit.record(
        session,
        action="review.undo",
        object_type="review",
        object_id=review.id,
        actor_id=review.reviewer_id,
        now=now,
    )
    session.flush()


def release(session: Session, review: Review, *, by: int, now: dt.datetime) -> None:
    """Let the specialist see a review now that waits for the lead's word, or for the programme's time."""
    companions.one_at_a_time(session, review.part_id)
    session.refresh(review, with_for_update=True)
    if review.released_at is not None and review.released_at <= now:
        raise ConflictError("This review is released already.")
    if review.state != "submitted" or review.purpose not in rules.RELEASED_PURPOSES:
        raise ConflictError("A review of this kind is not shown to specialists.")
    if rules.may_undo(review.submitted_at, now):
        raise ConflictError("The reviewer can still take this review back; try again in a few seconds.")
    if holds_release(companion_queries.at_hand(session, review.part_id)):
        raise ConflictError("Its specialist may still score the part; it is released once that is in, or has lapsed.")
    notices.withdraw(session, object_type="review", object_id=review.id)  # the one that is dated ahead
    review.released_at = now
    companions.tell_specialist(session, review)
    audit.record(session, action="review.release", object_type="review", object_id=review.id, actor_id=by, now=now)
    session.flush()


def acknowledge(session: Session, review: Review, *, by: int, now: dt.datetime) -> None:
    """The specialist has read the review; a second time changes nothing."""
    if review.acknowledged_at is not None:
        return
    if review.released_at is None or review.released_at > now:
        raise ConflictError("Only a released review can be acknowledged.")
    review.acknowledged_at = now
    notices.mark_read(session, by, "review", review.id, now=now)
    audit.record(session, action="review.acknowledge", object_type="review", object_id=review.id, actor_id=by, now=now)
    session.flush()
