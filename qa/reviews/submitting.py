"""Turning a complete draft into a review: result, release, sealing, notices and audit event in one transaction."""

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.orm import Session

import rubrics
from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.orm import table_of
from qa.core.prepared import PreparedChange, given
from qa.people.models import ProgrammeSetting
from qa.reviews import keeping_sums, queries, rules
from qa.reviews.companions import queries as companion_queries
from qa.reviews.companions import service as companions
from qa.reviews.companions.rules import COMPANIONS, At, holds_release
from qa.reviews.models import Review, ReviewRevision
from qa.reviews.rules import Save
from qa.reviews.saving import ELSEWHERE, GONE, Draft, begin, must_be_open, must_fit, must_quote, save
from qa.reviews.tasks import Task, locked
from qa.sampling.models import Assignment, Purpose


class IncompleteReviewError(InvalidInputError):
    """Something the rubric version asks for is missing."""

    title = "Not complete yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A review as it was submitted."""

    id: int
    assignment_id: int
    part_id: int
    reviewer_id: int
    purpose: str
    released_at: dt.datetime | None


_assignments, _reviews, _revisions = (table_of(each) for each in (Assignment, Review, ReviewRevision))
_SCORED = PreparedChange(
    update(_revisions)
    .where(_revisions.c.id == bindparam("revision"))
    .values(
        given(
            _revisions.c.score,
            _revisions.c.base_score,
            _revisions.c.exact_score,
            _revisions.c.outcome,
            _revisions.c.failed_criticals,
            _revisions.c.engine_version,
            _revisions.c.submitted_at,
        )
    )
)
_SENT = PreparedChange(
    update(_reviews)
    .where(
        _reviews.c.id == bindparam("review"),
        _reviews.c.lock_version == bindparam("version"),
        _reviews.c.state == "draft",
    )
    .values(
        state="submitted",
        lock_version=_reviews.c.lock_version + 1,
        **given(_reviews.c.submitted_at, _reviews.c.current_revision_id, _reviews.c.released_at, _reviews.c.sealed),
    )
)
_CURRENT = PreparedChange(
    update(_reviews).where(_reviews.c.id == bindparam("review")).values(given(_reviews.c.current_revision_id))
)
_DONE = PreparedChange(
    update(_assignments)
    .where(_assignments.c.id == bindparam("assignment"), _assignments.c.state == "open")
    .values(state="submitted", leased_until=None, **given(_assignments.c.ended_at))
)
# Writes a review and its revision as submitted, by the names of their columns, and gives their ids.
Write = Callable[[Connection, Mapping[str, Any], Mapping[str, Any]], tuple[int, int]]


def submit(
    session: Session,
    task: Task,
    *,
    version: int,
    setting: ProgrammeSetting,
    zone: ZoneInfo,
    now: dt.datetime,
) -> Sent:
    """Turn a complete draft into a review; its result follows from its answers by the rubric's own arithmetic."""
    task = locked(session, task)
    must_be_open(task.state)
    if task.review_id is None or task.revision_id is None:
        raise IncompleteReviewError("Nothing is answered yet.")
    if task.version != version:
        raise ConflictError(ELSEWHERE, {"version": task.version, "stale": True})
    draft = Draft(
        review_id=task.review_id,
        revision_id=task.revision_id,
        version=version,
        state=rules.state_of(queries.answers_of(session, task.revision_id)),
    )
    _must_be_complete(task, draft.state)
    return _sent(session, task, draft.state, _drafted(draft), setting=setting, zone=zone, now=now)


def save_and_submit(
    session: Session,
    task: Task,
    change: Save,
    *,
    texts: Mapping[str, str],
    setting: ProgrammeSetting,
    zone: ZoneInfo,
    now: dt.datetime,
) -> Sent | None:
    """The last save and the submit in one; nothing for the very same that came before and was done.

    Where something is missing the save stands all the same: the error tells how the draft is then, and whoever hears
    it commits. What else is refused leaves nothing of a review that was no draft before.
    """
    task = locked(session, task)
    if task.state == "submitted" and task.last_save_id == change.save_id:
        return None
    if task.review_id is None and not rules.lacking(task.rubric, change.state, channel=task.channel):
        must_be_open(task.state)
        must_quote(change, texts)
        must_fit(session.connection(), task, change)
        state, write = change.state, _at_once(task, change, texts=texts, now=now)
    else:
        draft = save(session, task, change, texts=texts, now=now)
        try:
            _must_be_complete(task, draft.state)
        except IncompleteReviewError as error:
            error.state = {"version": draft.version, "saved_at": now.isoformat()}
            raise
        state, write = draft.state, _drafted(draft)
    return _sent(session, task, state, write, setting=setting, zone=zone, now=now)


def _must_be_complete(task: Task, state: Mapping[str, rubrics.Answer]) -> None:
    lacking = rules.lacking(task.rubric, state, channel=task.channel)
    if lacking:
        raise IncompleteReviewError(
            f"{len(lacking)} {'thing is' if len(lacking) == 1 else 'things are'} missing.",
            {item.criterion_key: item.message for item in lacking},
        )


def _drafted(draft: Draft) -> Write:
    """What is a draft already."""

    def write(connection: Connection, review: Mapping[str, Any], revision: Mapping[str, Any]) -> tuple[int, int]:
        _SCORED.run(connection, revision=draft.revision_id, **revision)
        _SENT.run(
            connection,
            review=draft.review_id,
            version=draft.version,
            current_revision_id=draft.revision_id,
            **review,
        )
        return draft.review_id, draft.revision_id

    return write


def _at_once(task: Task, change: Save, *, texts: Mapping[str, str], now: dt.datetime) -> Write:
    """What was no draft before: nothing is written as one that is none a moment later."""

    def write(connection: Connection, review: Mapping[str, Any], revision: Mapping[str, Any]) -> tuple[int, int]:
        as_sent = {"state": "submitted", "lock_version": 2, **review}  # a save and a submit raise it by one each
        found = begin(connection, task, change, texts=texts, now=now, review=as_sent, revision=revision)
        _CURRENT.run(connection, review=found[0], current_revision_id=found[1])
        return found

    return write


def _sent(
    session: Session,
    task: Task,
    state: Mapping[str, rubrics.Answer],
    write: Write,
    *,
    setting: ProgrammeSetting,
    zone: ZoneInfo,
    now: dt.datetime,
) -> Sent:
    """Everything that a submit is, of a complete review that nobody else changes meanwhile."""
    connection = session.connection()
    score = rubrics.score(task.rubric, state, channel=task.channel, explain=False)
    result = rules.result_of(score)
    if not _DONE.run(connection, assignment=task.id, ended_at=now):
        raise ConflictError(GONE, {"gone": True})  # withdrawn a moment ago
    at_hand: Collection[At] = {(task.purpose, "submitted")}
    if task.beside:
        at_hand = companion_queries.at_hand(connection, task.part_id)
    released = None
    if task.purpose in rules.RELEASED_PURPOSES and not holds_release(at_hand):
        released = rules.release_time(setting.release_rule, now, zone)
    review_id, revision_id = write(
        connection,
        {
            "submitted_at": now,
            "released_at": released,
            "sealed": task.purpose in rules.SEALED_PURPOSES,  # a session reveals its own; gold stays with its reviewer
        },
        {"submitted_at": now, **result},
    )
    sent = Sent(
        id=review_id,
        assignment_id=task.id,
        part_id=task.part_id,
        reviewer_id=task.reviewer_id,
        purpose=task.purpose,
        released_at=released,
    )
    if task.drawn and task.purpose == Purpose.ROUTINE:
        keeping_sums.submitted(connection, review_id, score)
    if task.beside or task.purpose in COMPANIONS:  # a score alone waits for nobody, and nobody for it
        _seal_or_open(connection, task, at_hand)
    companions.tell(connection, sent, task.specialist_id)
    if task.purpose == Purpose.SELF:
        companions.answered(session, task.part_id, setting=setting, zone=zone, now=now)
    audit.record(
        connection,
        action="review.submit",
        object_type="review",
        object_id=review_id,
        actor_id=task.reviewer_id,
        now=now,
        detail={"revision": revision_id, "score": result["exact_score"], "outcome": result["outcome"]},
    )
    return sent


def _seal_or_open(connection: Connection, task: Task, at_hand: Collection[At]) -> None:
    """A score stays sealed to the part's other scorers until all are in; then all open at once."""
    if task.purpose == Purpose.BRIDGE:
        companions.seal_bridge(connection, task.part_id, at_hand)
    elif task.purpose not in rules.SEALED_PURPOSES:
        companions.seal(connection, task.part_id, at_hand)
