"""The demo operation's reviews in the database: what the reviewers of the cast gave, in many rows at once.

The results are what the library's arithmetic gives for the answers, so `flask reviews recompute --check` holds.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

import rubrics
from qa.core.audit import AuditEvent
from qa.demo import story
from qa.demo.facts import Operation
from qa.demo.grading import Graded, Place, Sheet
from qa.notices.models import Notice
from qa.people.models import AgentIdentity
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.reviews.rules import RELEASED_PURPOSES, SEALED_PURPOSES, UNDO, passage_digest
from qa.rubric_library.queries import rubrics_of
from qa.sampling.models import Assignment
from qa.tickets.models import ConversationRevision, HandledPart, Resolution, Ticket
from qa.tickets.rows import insert_rows, update_rows

TABLES = (Review, ReviewRevision, Answer, Evidence)
LAST_HOURS = dt.timedelta(hours=2)  # of the build: kept for the sessions that are under way
Grade = Callable[[Sequence[Sheet], Mapping[int, rubrics.RubricVersion]], Sequence[Graded]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """An assignment that somebody finished at a moment."""

    assignment: Assignment
    reviewer: int  # index in the cast's reviewers
    at: dt.datetime


@dataclass(slots=True)
class Rows:
    """What is to be inserted, a list a table."""

    reviews: list[dict[str, Any]] = field(default_factory=list)
    revisions: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    notices: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)


class Scoring:
    """Writes reviews; one for the whole build, because it hands out the ids."""

    def __init__(self, session: Session, operation: Operation, grade: Grade, until: dt.datetime) -> None:
        self.session = session
        self.operation = operation
        self.grade = grade
        self.until = until
        self.ids = self._taken()
        self.ticket_of = {str(int(number)): index for index, number in enumerate(operation.tickets.number)}

    def write(self, scored: Sequence[Scored]) -> None:
        """Reviews of these assignments, as if each had been scored and submitted on the page."""
        parts = self.parts({entry.assignment.part_id for entry in scored})
        versions = rubrics_of(self.session, {entry.assignment.rubric_version_id for entry in scored})
        entries = sorted(scored, key=lambda item: (item.at, item.assignment.id))
        graded = self.grade([self._sheet(entry, parts[entry.assignment.part_id]) for entry in entries], versions)
        rows = Rows()
        waiting = _scorers(scored)
        for entry, given in zip(entries, graded, strict=True):
            self._one(rows, entry, parts[entry.assignment.part_id], given, waiting)
        self._insert(rows)

    def _sheet(self, entry: Scored, part: "_Part") -> Sheet:
        return Sheet(
            place=part.place,
            version_id=entry.assignment.rubric_version_id,
            purpose=entry.assignment.purpose,
            reviewer=entry.reviewer,
            week=min(story.week_of(self.operation.as_of, entry.at.date()), story.LAST_WEEK),
        )

    def _taken(self) -> dict[type[Any], int]:
        return {table: self.session.scalar(select(func.max(table.id))) or 0 for table in TABLES}

    @contextmanager
    def lent(self) -> Iterator[None]:
        """While the services write rows of the same tables, the database hands out the ids."""
        self.finish()
        yield
        self.session.flush()
        self.ids = self._taken()

    def finish(self) -> None:
        """Tell PostgreSQL's counters which ids are taken."""
        if self.session.get_bind().dialect.name == "postgresql":
            for table in TABLES:
                name = table.__tablename__
                self.session.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")  # noqa: S608
                )

    def parts(self, part_ids: Iterable[int]) -> dict[int, "_Part"]:
        """Where these parts stand in the simulated operation."""
        newest = (
            select(ConversationRevision.ticket_id, func.max(ConversationRevision.id).label("id"))
            .group_by(ConversationRevision.ticket_id)
            .subquery()
        )
        rows = self.session.execute(
            select(
                HandledPart.id,
                HandledPart.specialist_id,
                Ticket.external_id,
                Ticket.channel,
                Resolution.n,
                AgentIdentity.external_id,
                newest.c.id,
            )
            .join(Ticket, Ticket.id == HandledPart.ticket_id)
            .join(Resolution, Resolution.id == HandledPart.resolution_id)
            .join(AgentIdentity, AgentIdentity.id == HandledPart.agent_identity_id)
            .outerjoin(newest, newest.c.ticket_id == Ticket.id)
            .where(HandledPart.id.in_(list(part_ids)))
        )
        found = {}
        for part_id, specialist_id, external_id, channel, n, agent, revision_id in rows:
            ticket = self.ticket_of[external_id]
            specialist = int(agent.rpartition("-")[2]) - 1
            found[part_id] = _Part(
                id=part_id,
                place=Place(ticket=ticket, index=self._index(ticket, n, specialist), channel=channel),
                specialist_id=specialist_id,
                conversation_revision_id=revision_id,
            )
        return found

    def _index(self, ticket: int, resolution: int, specialist: int) -> int:
        """The position of a part among its ticket's parts."""
        parts = self.operation.parts
        for index, part in enumerate(self.operation.parts_of(ticket)):
            if parts.resolution[part] == resolution and parts.specialist[part] == specialist:
                return index
        raise ValueError(f"ticket {ticket} has no part of specialist {specialist} in resolution {resolution}")

    def _one(
        self,
        rows: Rows,
        entry: Scored,
        part: "_Part",
        graded: Graded,
        waiting: Mapping[int, dt.datetime],
    ) -> None:
        assignment, at = entry.assignment, entry.at
        review_id, revision_id = self._next(Review), self._next(ReviewRevision)
        seconds = int(60 * graded.minutes)
        released = at + UNDO if assignment.purpose in RELEASED_PURPOSES else None
        read = None if released is None else read_at(released, graded, until=self.until)
        rows.reviews.append(
            {
                "id": review_id,
                "assignment_id": assignment.id,
                "part_id": part.id,
                "reviewer_id": assignment.reviewer_id,
                "purpose": assignment.purpose,
                "state": "submitted",
                "lock_version": len(graded.given) + 1,
                "last_save_id": None,
                "current_revision_id": revision_id,
                "created_at": at - dt.timedelta(seconds=seconds),
                "submitted_at": at,
                "sealed": assignment.purpose in SEALED_PURPOSES or waiting[part.id] > self.until,
                "released_at": released,
                "acknowledged_at": read,
                "active_seconds": seconds,
            }
        )
        rows.revisions.append(
            {
                "id": revision_id,
                "review_id": review_id,
                "n": 1,
                "kind": "first",
                "rubric_version_id": assignment.rubric_version_id,
                "conversation_revision_id": part.conversation_revision_id,
                "engine_version": graded.engine,
                "score": None if graded.value is None else float(graded.value),
                "base_score": None if graded.base is None else float(graded.base),
                "exact_score": None if graded.value is None else str(graded.value),
                "outcome": graded.outcome,
                "failed_criticals": list(graded.failed_criticals),
                "summary": "",
                "internal_note": "",
                "created_at": at - dt.timedelta(seconds=seconds),
                "created_by_id": assignment.reviewer_id,
                "submitted_at": at,
            }
        )
        self._answers(rows, part, revision_id, graded, at)
        rows.ended.append({"row_id": assignment.id, "state": "submitted", "ended_at": at})
        exact = None if graded.value is None else str(graded.value)
        detail = {"revision": revision_id, "score": exact, "outcome": graded.outcome}
        rows.events.append(_event("review.submit", review_id, assignment.reviewer_id, at, detail))
        if released is None or part.specialist_id is None:
            return
        if read is not None:
            rows.events.append(_event("review.acknowledge", review_id, part.specialist_id, read, {}))
        else:
            rows.notices.append(
                {
                    "user_id": part.specialist_id,
                    "kind": "review_released",
                    "object_type": "review",
                    "object_id": str(review_id),
                    "detail": {},
                    "created_at": released,
                }
            )

    def _answers(self, rows: Rows, part: "_Part", revision_id: int, graded: Graded, at: dt.datetime) -> None:
        number = int(self.operation.tickets.number[part.place.ticket])
        for key, one in graded.given.items():
            answer_id = self._next(Answer)
            rows.answers.append(
                {
                    "id": answer_id,
                    "revision_id": revision_id,
                    "criterion_key": key,
                    "level_key": one.answer.level,
                    "percentage": None,
                    "not_applicable": one.answer.not_applicable,
                    "not_applicable_reason": "",
                    "comment": one.answer.comment,
                    "internal_note": "",
                    "root_causes": list(one.answer.root_causes),
                    "updated_at": at,
                }
            )
            if one.message is not None:
                words = graded.words[one.message]
                rows.evidence.append(
                    {
                        "id": self._next(Evidence),
                        "answer_id": answer_id,
                        "message_id": f"{number}-{one.message + 1}",
                        "start": 0,
                        "end": len(words),
                        "digest": passage_digest(words),
                        "created_at": at,
                    }
                )

    def _next(self, table: type[Any]) -> int:
        self.ids[table] += 1
        return self.ids[table]

    def _insert(self, rows: Rows) -> None:
        for table, values in (
            (Review, rows.reviews),
            (ReviewRevision, rows.revisions),
            (Answer, rows.answers),
            (Evidence, rows.evidence),
            (Notice, rows.notices),
            (AuditEvent, sorted(rows.events, key=lambda event: event["at"])),
        ):
            insert_rows(self.session, table, values)
        update_rows(self.session, Assignment, rows.ended)


def read_at(released: dt.datetime, graded: Graded, *, until: dt.datetime) -> dt.datetime | None:
    """When the specialist read a review: most within two days, some of the newest not yet, within the week.

    Nothing is read in the last hours of a build that ends at ``until``.
    """
    saturday = dt.datetime.combine(
        released.date() + dt.timedelta(days=5 - released.weekday()), dt.time(), tzinfo=dt.UTC
    )
    read = released + dt.timedelta(hours=graded.read_after_hours)
    recent = until - released < dt.timedelta(days=21)
    unread = graded.unread < (0.3 if recent else 0.04)
    return None if unread or read >= min(saturday, until - LAST_HOURS) else read


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A handled part with its place in the simulated operation."""

    id: int
    place: Place
    specialist_id: int | None
    conversation_revision_id: int


def _scorers(scored: Sequence[Scored]) -> dict[int, dt.datetime]:
    """When the last of a part's scorers was done: until then its scores are sealed."""
    last: dict[int, dt.datetime] = {}
    for entry in scored:
        part_id = entry.assignment.part_id
        last[part_id] = max(last.get(part_id, entry.at), entry.at)
    return last


def _event(action: str, review_id: int, actor_id: int, at: dt.datetime, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": at,
        "actor_id": actor_id,
        "action": action,
        "object_type": "review",
        "object_id": str(review_id),
        "detail": detail,
    }
