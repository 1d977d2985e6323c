"""The demo operation's reviews in the database: what the reviewers of the cast gave, in many rows at once.

The results are what the library's arithmetic gives for the answers, so `flask reviews recompute --check` holds.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

import rubrics
from qa.core.audit import AuditEvent
from qa.demo import story
from qa.demo.cases import case
from qa.demo.chance import stream
from qa.demo.conversations import Conversation, conversation
from qa.demo.facts import Operation
from qa.demo.scoring import CONSENSUS, Eye, Given, answers, eye_of, minutes
from qa.notices.models import Notice
from qa.people.models import AgentIdentity
from qa.reviews.models import Answer, Evidence, Review, ReviewRevision
from qa.reviews.rules import RELEASED_PURPOSES, UNDO, passage_digest
from qa.rubric_library.queries import rubrics_of
from qa.sampling.models import Assignment, Purpose
from qa.tickets.models import ConversationRevision, HandledPart, Resolution, Ticket
from qa.tickets.rows import insert_rows, update_rows

TABLES = (Review, ReviewRevision, Answer, Evidence)


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

    def __init__(self, session: Session, operation: Operation, until: dt.datetime) -> None:
        self.session = session
        self.operation = operation
        self.until = until
        self.ids = {table: session.scalar(select(func.max(table.id))) or 0 for table in TABLES}
        self.ticket_of = {str(int(number)): index for index, number in enumerate(operation.tickets.number)}
        self.texts: dict[int, Conversation] = {}

    def write(self, scored: Sequence[Scored]) -> None:
        """Reviews of these assignments, as if each had been scored and submitted on the page."""
        parts = self._parts({entry.assignment.part_id for entry in scored})
        versions = rubrics_of(self.session, {entry.assignment.rubric_version_id for entry in scored})
        rows = Rows()
        waiting = _scorers(scored)
        for entry in sorted(scored, key=lambda item: (item.at, item.assignment.id)):
            self._one(rows, entry, parts[entry.assignment.part_id], versions, waiting)
        self._insert(rows)

    def consensus(self, part_id: int, version: rubrics.RubricVersion) -> dict[str, Given]:
        """What a session agrees on: what is there, seen without anybody's eye."""
        part = self._parts({part_id})[part_id]
        return self._given(part, version, CONSENSUS, stream("consensus", self.operation.seed, part_id))

    def conversation(self, ticket: int) -> Conversation:
        """A ticket's conversation, written once."""
        if ticket not in self.texts:
            self.texts[ticket] = conversation(case(self.operation, ticket))
        return self.texts[ticket]

    def finish(self) -> None:
        """Tell PostgreSQL's counters which ids are taken."""
        if self.session.get_bind().dialect.name == "postgresql":
            for table in TABLES:
                name = table.__tablename__
                self.session.execute(
                    text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")  # noqa: S608
                )

    def _parts(self, part_ids: Iterable[int]) -> dict[int, "_Part"]:
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
            index = self._index(ticket, n, int(agent.rpartition("-")[2]) - 1)
            found[part_id] = _Part(
                id=part_id,
                ticket=ticket,
                index=index,
                specialist_id=specialist_id,
                channel=channel,
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

    def _given(self, part: "_Part", version: rubrics.RubricVersion, eye: Eye, rng: Random) -> dict[str, Given]:
        told = case(self.operation, part.ticket)
        written = self.conversation(part.ticket)
        given = answers(
            version,
            told.parts[part.index].truth,
            eye,
            rng,
            topic=told.slots["topic"],
            marks=written.marks[part.index],
            facts=told.notes,
            channel=part.channel,
        )
        own = [n for n, message in enumerate(written.messages) if message.part == part.index]
        return {
            key: one
            if one.message is not None or not _needs_passage(version, key, one)
            else Given(
                answer=rubrics.Answer(
                    level=one.answer.level,
                    comment=one.answer.comment,
                    evidence=1,
                    root_causes=one.answer.root_causes,
                ),
                message=own[-1],
            )
            for key, one in given.items()
        }

    def _one(
        self,
        rows: Rows,
        entry: Scored,
        part: "_Part",
        versions: Mapping[int, rubrics.RubricVersion],
        waiting: Mapping[int, dt.datetime],
    ) -> None:
        assignment, at = entry.assignment, entry.at
        version = versions[assignment.rubric_version_id]
        rng = stream("review", self.operation.seed, part.ticket, part.index, assignment.purpose, entry.reviewer)
        week = min(story.week_of(self.operation.as_of, at.date()), story.LAST_WEEK)
        eye = eye_of(self.operation, entry.reviewer, week)
        given = self._given(part, version, eye, rng)
        answered = {key: one.answer for key, one in given.items()}
        score = rubrics.score(version, answered, channel=part.channel)
        review_id, revision_id = self._next(Review), self._next(ReviewRevision)
        seconds = int(60 * minutes(eye, rng))
        released = at + UNDO if assignment.purpose in RELEASED_PURPOSES else None
        read = self._read_at(released, rng)
        rows.reviews.append(
            {
                "id": review_id,
                "assignment_id": assignment.id,
                "part_id": part.id,
                "reviewer_id": assignment.reviewer_id,
                "purpose": assignment.purpose,
                "state": "submitted",
                "lock_version": len(given) + 1,
                "last_save_id": None,
                "current_revision_id": revision_id,
                "created_at": at - dt.timedelta(seconds=seconds),
                "submitted_at": at,
                "sealed": assignment.purpose == Purpose.CALIBRATION or waiting[part.id] > self.until,
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
                "engine_version": score.engine,
                "score": None if score.value is None else float(score.value),
                "base_score": None if score.base is None else float(score.base),
                "exact_score": None if score.value is None else str(score.value),
                "outcome": score.outcome,
                "failed_criticals": list(score.failed_criticals),
                "summary": "",
                "internal_note": "",
                "created_at": at - dt.timedelta(seconds=seconds),
                "created_by_id": assignment.reviewer_id,
                "submitted_at": at,
            }
        )
        self._answers(rows, part, revision_id, given, at)
        rows.ended.append({"row_id": assignment.id, "state": "submitted", "ended_at": at})
        exact = None if score.value is None else str(score.value)
        detail = {"revision": revision_id, "score": exact, "outcome": score.outcome}
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

    def _read_at(self, released: dt.datetime | None, rng: Random) -> dt.datetime | None:
        """When the specialist read it: most within two days, some of the newest not yet, within the week."""
        if released is None:
            return None
        hours = rng.expovariate(1 / 9) + 0.2
        saturday = dt.datetime.combine(
            released.date() + dt.timedelta(days=5 - released.weekday()), dt.time(), tzinfo=dt.UTC
        )
        read = released + dt.timedelta(hours=hours)
        recent = self.until - released < dt.timedelta(days=21)
        unread = rng.random() < (0.3 if recent else 0.04)
        return None if unread or read >= min(saturday, self.until) else read

    def _answers(
        self, rows: Rows, part: "_Part", revision_id: int, given: Mapping[str, Given], at: dt.datetime
    ) -> None:
        written = self.conversation(part.ticket)
        number = int(self.operation.tickets.number[part.ticket])
        for key, one in given.items():
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
                words = written.messages[one.message].text
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """A handled part with its place in the simulated operation."""

    id: int
    ticket: int
    index: int
    specialist_id: int | None
    channel: str
    conversation_revision_id: int


def _scorers(scored: Sequence[Scored]) -> dict[int, dt.datetime]:
    """When the last of a part's scorers was done: until then its scores are sealed."""
    last: dict[int, dt.datetime] = {}
    for entry in scored:
        part_id = entry.assignment.part_id
        last[part_id] = max(last.get(part_id, entry.at), entry.at)
    return last


def _needs_passage(version: rubrics.RubricVersion, key: str, one: Given) -> bool:
    if one.answer.level is None:
        return False
    return version.criterion(key).scale.level(one.answer.level).evidence_required


def _event(action: str, review_id: int, actor_id: int, at: dt.datetime, detail: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": at,
        "actor_id": actor_id,
        "action": action,
        "object_type": "review",
        "object_id": str(review_id),
        "detail": detail,
    }
