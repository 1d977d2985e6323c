"""Keeping a save of the scoring page: each once, in order, and never on top of what its window has not seen."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Insert, bindparam, delete, false, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

import rubrics
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.orm import table_of
from qa.core.prepared import Prepared, PreparedChange, PreparedInsert, given
from qa.reviews import queries, rules
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.reviews.rules import Save, SavedAnswer
from qa.reviews.tasks import Task, locked
from qa.sampling.models import Assignment
from qa.tickets.models import ConversationRevision

ELSEWHERE = "This review was changed in another window. Load its newer state; what you typed here is kept for you."
HANDED_ON = "This part was handed to somebody else."
GONE = "This part left your queue a moment ago: it was taken back, handed on, or its text was erased."

_assignments, _conversations, _reviews, _revisions, _answers, _evidence = (
    table_of(each) for each in (Assignment, ConversationRevision, Review, ReviewRevision, Answer, Evidence)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A draft as it stands after a save."""

    review_id: int
    revision_id: int
    version: int
    state: Mapping[str, rubrics.Answer]  # by criterion


def save(
    session: Session,
    task: Task,
    change: Save,
    *,
    texts: Mapping[str, str],
    now: dt.datetime,
) -> Draft:
    """Keep a save. The same save twice counts once; a save made on an older state is refused, never merged.

    Whatever is refused leaves nothing behind, also where its caller goes on.
    """
    if task.review_id is None:
        task = locked(session, task)  # two windows may begin it at the same moment: one of them finds the other's draft
    must_be_open(task.state)
    connection = session.connection()
    must_quote(change, texts)
    if task.review_id is None:
        must_fit(connection, task, change)
        if task.lent and not _BEGUN.run(connection, assignment=task.id):
            raise ConflictError(HANDED_ON, {"gone": True})  # its time was over a moment ago
        review_id, revision_id = begin(connection, task, change, texts=texts, now=now)
        return Draft(review_id=review_id, revision_id=revision_id, version=1, state=change.state)
    if task.revision_id is None or not task.drafted:
        raise ConflictError("This review is submitted; take it back first if you still can.")
    review_id, revision_id = task.review_id, task.revision_id
    fresh = task.last_save_id != change.save_id and _advance(connection, review_id, change)
    if fresh:
        _write_answers(connection, revision_id, change.answers, texts=texts, pinned=task.pinned, now=now)
        if change.internal_note is not None:
            _NOTE.run(connection, revision=revision_id, internal_note=change.internal_note)
    return Draft(
        review_id=review_id,
        revision_id=revision_id,
        version=change.version + 1 if fresh else _AT.one_or_none(connection, review=review_id).lock_version,
        state=rules.state_of(queries.answers_of(connection, revision_id)),
    )


def must_quote(change: Save, texts: Mapping[str, str]) -> None:
    """Refuse passages that are none of the conversation."""
    for saved in change.answers:
        for pin in saved.pins:
            rules.passage(texts, pin)


def must_fit(connection: Connection, task: Task, change: Save) -> None:
    """Refuse a first save of another ticket's conversation, or of a window that knows of a draft."""
    seen_id = change.conversation_revision_id
    if seen_id != task.conversation_revision_id:  # a former one, which a page that lay open shows
        seen = _TICKET_OF.one_or_none(connection, conversation=seen_id)
        if seen is None or seen.ticket_id != task.ticket_id:
            raise InvalidInputError("The conversation that was judged is not this ticket's.")
    if change.version != 0:
        raise ConflictError(ELSEWHERE, {"version": 0, "stale": True})


def must_be_open(state: str) -> None:
    """Refuse what comes too late for an assignment in this state."""
    if state == "submitted":
        raise ConflictError("This review is submitted already.", {"submitted": True})
    if state != "open":
        raise ConflictError(HANDED_ON, {"gone": True})


_TICKET_OF = Prepared(select(_conversations.c.ticket_id).where(_conversations.c.id == bindparam("conversation")))
_BEGUN = PreparedChange(  # it no longer goes back to the pool by itself
    update(_assignments)
    .where(_assignments.c.id == bindparam("assignment"), _assignments.c.state == "open")
    .values(leased_until=None)
)
_NEW_REVIEW = PreparedInsert(
    insert(_reviews).values(
        given(
            _reviews.c.assignment_id,
            _reviews.c.part_id,
            _reviews.c.reviewer_id,
            _reviews.c.purpose,
            _reviews.c.state,
            _reviews.c.lock_version,
            _reviews.c.last_save_id,
            _reviews.c.created_at,
            _reviews.c.submitted_at,
            _reviews.c.released_at,
            _reviews.c.sealed,
            _reviews.c.active_seconds,
        )
    )
)
_NEW_REVISION = PreparedInsert(
    insert(_revisions).values(
        n=1,
        kind="first",
        summary="",
        **given(
            _revisions.c.review_id,
            _revisions.c.rubric_version_id,
            _revisions.c.conversation_revision_id,
            _revisions.c.engine_version,
            _revisions.c.score,
            _revisions.c.base_score,
            _revisions.c.exact_score,
            _revisions.c.outcome,
            _revisions.c.failed_criticals,
            _revisions.c.internal_note,
            _revisions.c.created_at,
            _revisions.c.created_by_id,
            _revisions.c.submitted_at,
        ),
    )
)
# A draft, by the names of the review's columns and of its revision's.
DRAFT: Mapping[str, Any] = {
    "state": "draft",
    "lock_version": 1,
    "submitted_at": None,
    "released_at": None,
    "sealed": False,
}
UNSCORED: Mapping[str, Any] = {
    "engine_version": None,
    "score": None,
    "base_score": None,
    "exact_score": None,
    "outcome": None,
    "failed_criticals": [],
    "submitted_at": None,
}


def begin(
    connection: Connection,
    task: Task,
    change: Save,
    *,
    texts: Mapping[str, str],
    now: dt.datetime,
    review: Mapping[str, Any] = DRAFT,
    revision: Mapping[str, Any] = UNSCORED,
) -> tuple[int, int]:
    """A review begins with its first save, as a draft or as what it is at once: its id and its revision's.

    That it fits (``must_quote``, ``must_fit``) is the caller's to check, before anything else is written.
    """
    review_id = _NEW_REVIEW.new_id(
        connection,
        assignment_id=task.id,
        part_id=task.part_id,
        reviewer_id=task.reviewer_id,
        purpose=task.purpose,
        last_save_id=change.save_id,
        created_at=now,
        active_seconds=change.active_seconds,
        **review,
    )
    revision_id = _NEW_REVISION.new_id(
        connection,
        review_id=review_id,
        rubric_version_id=task.rubric_version_id,
        conversation_revision_id=change.conversation_revision_id,
        internal_note=change.internal_note or "",
        created_at=now,
        created_by_id=task.reviewer_id,
        **revision,
    )
    _write_answers(connection, revision_id, change.answers, texts=texts, begun=True, now=now)
    return review_id, revision_id


_ADVANCE = PreparedChange(
    update(_reviews)
    .where(
        _reviews.c.id == bindparam("review"),
        _reviews.c.lock_version == bindparam("version"),
        _reviews.c.state == "draft",
    )
    .values(
        lock_version=_reviews.c.lock_version + 1,
        active_seconds=_reviews.c.active_seconds + bindparam("seconds"),
        **given(_reviews.c.last_save_id),
    )
)
_AT = Prepared(select(_reviews.c.lock_version, _reviews.c.last_save_id).where(_reviews.c.id == bindparam("review")))
_NOTE = PreparedChange(
    update(_revisions).where(_revisions.c.id == bindparam("revision")).values(given(_revisions.c.internal_note))
)


def _advance(connection: Connection, review_id: int, change: Save) -> bool:
    """Raise the version by one if it is still the one the save was made on; one statement, so nobody slips between.

    False for a save that was kept a moment ago, while this one waited for its turn.
    """
    if _ADVANCE.run(
        connection, review=review_id, version=change.version, last_save_id=change.save_id, seconds=change.active_seconds
    ):
        return True
    found = _AT.one_or_none(connection, review=review_id)
    if found.last_save_id == change.save_id:
        return False
    raise ConflictError(ELSEWHERE, {"version": found.lock_version, "stale": True})


_TOLD = (
    *("revision_id", "criterion_key", "level_key", "percentage", "not_applicable", "comment", "internal_note"),
    *("root_causes", "praise", "updated_at"),
)  # of an answer, whole


def _answer_statement(dialect: Dialect) -> Insert:
    dialects: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
    told = [_answers.c[name] for name in _TOLD]
    added = dialects[dialect.name](_answers).values(not_applicable_reason="", **given(*told))
    changed: Insert = added.on_conflict_do_update(
        index_elements=[_answers.c.revision_id, _answers.c.criterion_key],
        set_={column.name: added.excluded[column.name] for column in told},
    )
    return changed


_ANSWER_ID = (
    select(_answers.c.id)
    .where(_answers.c.revision_id == bindparam("revision_id"), _answers.c.criterion_key == bindparam("criterion_key"))
    .scalar_subquery()
)
_NEW_ANSWER = PreparedChange(
    insert(_answers).values(not_applicable_reason="", **given(*(_answers.c[name] for name in _TOLD)))
)
LEVEL_ENDS = SavedAnswer._fields.index("level_key") + 1
NO_MORE = SavedAnswer("")[LEVEL_ENDS:]
_PLAIN = ("revision_id", "criterion_key", "level_key", "updated_at")  # of an answer that is a level and no more
_NEW_PLAIN_ANSWER = PreparedChange(
    insert(_answers).values(
        not_applicable=false(),
        not_applicable_reason="",
        comment="",
        internal_note="",
        root_causes=literal_column("'[]'"),
        praise=false(),
        **given(*(_answers.c[name] for name in _PLAIN)),
    )
)
_ANSWER = PreparedChange(_answer_statement)
_UNPINNED = PreparedChange(delete(_evidence).where(_evidence.c.answer_id == _ANSWER_ID))
_PINNED = PreparedChange(
    insert(_evidence).values(
        answer_id=_ANSWER_ID,
        **given(*(column for column in _evidence.columns if column.name not in ("id", "answer_id"))),
    )
)


def _write_answers(
    connection: Connection,
    revision_id: int,
    answers: Sequence[SavedAnswer],
    *,
    texts: Mapping[str, str],
    begun: bool = False,
    pinned: bool = False,
    now: dt.datetime,
) -> None:
    """Each answer whole, with the pins it has now; ``begun``: there was none, ``pinned``: some may have had pins."""
    pins = [
        {
            "revision_id": revision_id,
            "criterion_key": saved.criterion_key,
            "message_id": pin.message_id,
            "start": pin.start,
            "end": pin.end,
            "digest": rules.passage_digest(rules.passage(texts, pin)),
            "created_at": now,
        }
        for saved in answers
        for pin in saved.pins
    ]
    plain = [begun and saved[LEVEL_ENDS:] == NO_MORE for saved in answers]
    _NEW_PLAIN_ANSWER.run_rows(
        connection,
        _PLAIN,
        [
            (revision_id, saved.criterion_key, saved.level_key, now)
            for saved, no_more in zip(answers, plain, strict=True)
            if no_more
        ],
    )
    (_NEW_ANSWER if begun else _ANSWER).run_rows(
        connection,
        _TOLD,
        [
            (
                revision_id,
                saved.criterion_key,
                saved.level_key,
                None if saved.percentage is None else str(saved.percentage),
                saved.not_applicable,
                saved.comment,
                saved.internal_note,
                list(saved.root_causes),
                saved.praise,
                now,
            )
            for saved, no_more in zip(answers, plain, strict=True)
            if not no_more
        ],
    )
    if pinned:
        _UNPINNED.run_many(
            connection, [{"revision_id": revision_id, "criterion_key": saved.criterion_key} for saved in answers]
        )
    _PINNED.run_many(connection, pins)
