"""A review is a chain of revisions; a submitted revision never changes."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, BigInt, WithId, one_of
from qa.sampling.models import Purpose


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    FAILED_CRITICAL = "failed_critical"
    NOT_SCORED = "not_scored"


class Review(WithId, Base):
    """One person's judgement of one handled part."""

    __tablename__ = "review"
    __table_args__ = (
        one_of("purpose", Purpose),
        one_of("state", ("draft", "submitted", "voided")),
        CheckConstraint("(state = 'draft') = (submitted_at IS NULL)", name="submitted_has_a_time"),
        CheckConstraint("(state = 'voided') = (voided_at IS NOT NULL)", name="voided_has_a_time"),
        CheckConstraint("voided_at IS NULL OR void_reason IS NOT NULL", name="voided_has_a_reason"),
        CheckConstraint("released_at IS NULL OR submitted_at IS NOT NULL", name="released_after_submit"),
        CheckConstraint("acknowledged_at IS NULL OR released_at IS NOT NULL", name="acknowledged_after_release"),
        Index("ix_review_part", "part_id", "purpose"),
        Index("ix_review_reviewer", "reviewer_id", "submitted_at"),
        Index("ix_review_submitted", "purpose", "state", "submitted_at"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), unique=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    lock_version: Mapped[int] = mapped_column(default=0)  # every accepted save raises it by one
    last_save_id: Mapped[str | None]  # a repeated save is recognised and not applied twice
    current_revision_id: Mapped[int | None] = mapped_column(BigInt)  # the revision that figures read
    created_at: Mapped[dt.datetime]
    submitted_at: Mapped[dt.datetime | None]
    sealed_until: Mapped[dt.datetime | None]  # nobody else sees it before; NULL with `sealed` set: until all are in
    sealed: Mapped[bool] = mapped_column(default=False)
    released_at: Mapped[dt.datetime | None]
    acknowledged_at: Mapped[dt.datetime | None]
    voided_at: Mapped[dt.datetime | None]
    void_reason: Mapped[str | None]
    active_seconds: Mapped[int] = mapped_column(default=0)


class ReviewRevision(WithId, Base):
    """The judgement as it stood: answers under one rubric version, and the result that follows from them."""

    __tablename__ = "review_revision"
    __table_args__ = (
        UniqueConstraint("review_id", "n"),
        one_of("kind", ("first", "correction", "dispute", "void")),
        one_of("outcome", Outcome),
        CheckConstraint("outcome IS NULL OR submitted_at IS NOT NULL", name="draft_has_no_outcome"),
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= 200)", name="score_in_range"),
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    n: Mapped[int]
    kind: Mapped[str] = mapped_column(default="first")
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    conversation_revision_id: Mapped[int] = mapped_column(ForeignKey("conversation_revision.id"))
    engine_version: Mapped[str | None]
    score: Mapped[float | None]
    base_score: Mapped[float | None]  # before critical failures
    exact_score: Mapped[str | None]  # the fraction, as 347/4
    outcome: Mapped[str | None]
    failed_criticals: Mapped[list[Any]] = mapped_column(default=list)
    summary: Mapped[str] = mapped_column(default="")
    internal_note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[dt.datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[dt.datetime | None]
    reason: Mapped[str | None]


class Answer(WithId, Base):
    """What was chosen for one criterion, and why."""

    __tablename__ = "answer"
    __table_args__ = (
        UniqueConstraint("revision_id", "criterion_key"),
        CheckConstraint("NOT (not_applicable AND level_key IS NOT NULL)", name="level_or_not_applicable"),
    )

    revision_id: Mapped[int] = mapped_column(ForeignKey("review_revision.id"))
    criterion_key: Mapped[str]
    level_key: Mapped[str | None]
    percentage: Mapped[str | None]  # exact, for a free percentage
    not_applicable: Mapped[bool] = mapped_column(default=False)
    not_applicable_reason: Mapped[str] = mapped_column(default="")
    comment: Mapped[str] = mapped_column(default="")
    internal_note: Mapped[str] = mapped_column(default="")
    root_causes: Mapped[list[Any]] = mapped_column(default=list)
    praise: Mapped[bool] = mapped_column(default=False, server_default=false())  # well done, said in one key
    updated_at: Mapped[dt.datetime]


class Evidence(WithId, Base):
    """A passage of a message that an answer rests on."""

    __tablename__ = "evidence"
    __table_args__ = (
        UniqueConstraint("answer_id", "message_id", "start", "end"),
        CheckConstraint('"end" >= start', name="ends_after_it_starts"),
    )

    answer_id: Mapped[int] = mapped_column(ForeignKey("answer.id"), index=True)
    message_id: Mapped[str]
    start: Mapped[int]  # code points in the message's text; 0 to its length is the whole message
    end: Mapped[int]
    digest: Mapped[str]  # of the passage, so that a changed conversation is noticed
    created_at: Mapped[dt.datetime]
