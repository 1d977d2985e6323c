"""A dispute is about one review; each criterion of it is settled by itself, at most in two instances."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of
from qa.reviews.disputes.rules import STATES, VERDICTS

ONE_CHOICE = (
    "(CASE WHEN level_key IS NULL THEN 0 ELSE 1 END) + (CASE WHEN percentage IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN not_applicable THEN 1 ELSE 0 END) = 1"
)
LIVE = text("state <> 'withdrawn'")


class Dispute(WithId, Base):
    """What a specialist objects to in one released review, and how far it has come."""

    __tablename__ = "dispute"
    __table_args__ = (
        one_of("state", STATES),
        CheckConstraint("(state IN ('open', 'escalated')) = (closed_at IS NULL)", name="closed_has_a_time"),
        CheckConstraint("(escalated_at IS NULL) = (escalation_reason IS NULL)", name="escalated_has_a_reason"),
        CheckConstraint("state NOT IN ('escalated', 'final') OR escalated_at IS NOT NULL", name="second_is_asked_for"),
        Index("uq_dispute_live", "review_id", unique=True, sqlite_where=LIVE, postgresql_where=LIVE),
        Index("ix_dispute_board", "state", "due_on"),
    )

    review_id: Mapped[int] = mapped_column(ForeignKey("review.id"))
    revision_id: Mapped[int] = mapped_column(ForeignKey("review_revision.id"))  # what was objected to
    state: Mapped[str] = mapped_column(default="open")
    lock_version: Mapped[int] = mapped_column(default=0)  # every step raises it by one
    opened_at: Mapped[dt.datetime]
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[dt.date]
    escalated_at: Mapped[dt.datetime | None]
    escalation_reason: Mapped[str | None]
    closed_at: Mapped[dt.datetime | None]


class DisputedCriterion(WithId, Base):
    """One criterion of a dispute: why, and what the specialist proposes instead."""

    __tablename__ = "disputed_criterion"
    __table_args__ = (
        UniqueConstraint("dispute_id", "criterion_key"),
        CheckConstraint(ONE_CHOICE, name="proposes_one_thing"),
    )

    dispute_id: Mapped[int] = mapped_column(ForeignKey("dispute.id"))
    criterion_key: Mapped[str]
    reason: Mapped[str]
    level_key: Mapped[str | None]
    percentage: Mapped[str | None]
    not_applicable: Mapped[bool] = mapped_column(default=False)


class DisputeDecision(WithId, Base):
    """What one instance decided about one criterion, and the answer that holds by it."""

    __tablename__ = "dispute_decision"
    __table_args__ = (
        UniqueConstraint("disputed_criterion_id", "instance"),
        one_of("verdict", VERDICTS),
        CheckConstraint("instance IN (1, 2)", name="first_or_second_instance"),
        CheckConstraint(ONE_CHOICE, name="leaves_one_answer"),
    )

    disputed_criterion_id: Mapped[int] = mapped_column(ForeignKey("disputed_criterion.id"))
    instance: Mapped[int]
    verdict: Mapped[str]
    reason: Mapped[str]
    level_key: Mapped[str | None]
    percentage: Mapped[str | None]
    not_applicable: Mapped[bool] = mapped_column(default=False)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[dt.datetime]
