"""Periods, plans, frozen frames, draws with their receipts, and who reviews what until when."""

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, BigInt, WithId, one_of


class Purpose(StrEnum):
    """Why a part is scored; only ``routine`` enters a quality estimate."""

    ROUTINE = "routine"
    TARGETED = "targeted"
    DOUBLE = "double"
    CALIBRATION = "calibration"
    GOLD = "gold"
    CONSENSUS = "consensus"
    FOLLOW_UP = "follow_up"
    PRACTICE = "practice"
    BRIDGE = "bridge"
    SECOND_LOOK = "second_look"
    SELF = "self"
    PEER = "peer"


class Period(WithId, Base):
    """A week of a programme: what was resolved in it is drawn together."""

    __tablename__ = "period"
    __table_args__ = (
        UniqueConstraint("programme_id", "key"),
        one_of("state", ("open", "frozen", "closed")),
        CheckConstraint("(state = 'open') = (cut_off_at IS NULL)", name="frozen_has_a_cut_off"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    key: Mapped[str]  # 2026-W14
    starts_on: Mapped[dt.date]
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]  # exclusive
    cut_off_at: Mapped[dt.datetime | None]
    state: Mapped[str] = mapped_column(default="open")
    closed_at: Mapped[dt.datetime | None]
    closed_digest: Mapped[str | None]


class SamplingPlan(WithId, Base):
    """What should be sampled each period, over its whole life."""

    __tablename__ = "sampling_plan"
    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    key: Mapped[str]
    name: Mapped[str]
    created_at: Mapped[dt.datetime]
    retired_at: Mapped[dt.datetime | None]


class SamplingPlanVersion(WithId, Base):
    """The plan's rules from a moment on; never changed, only followed by the next."""

    __tablename__ = "sampling_plan_version"
    __table_args__ = (UniqueConstraint("plan_id", "n"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("sampling_plan.id"))
    n: Mapped[int]
    kind: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    filter: Mapped[dict[str, Any]]
    schedule: Mapped[str] = mapped_column(default="weekly")
    paused: Mapped[bool] = mapped_column(
        default=False, server_default=false()
    )  # takes part in no draw until a later version does
    effective_from: Mapped[dt.date | None]  # the Monday of the first week it holds for; NULL: every week not drawn yet
    digest: Mapped[str]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]


class FrameUnit(Base):
    """One part of a period's frozen frame. Never updated, no text, so receipts verify for ever."""

    __tablename__ = "frame_unit"
    __table_args__ = (
        Index("ix_frame_unit_walk", "period_id", "cell", "prn", "part_id"),
        Index("ix_frame_unit_part", "part_id"),  # whether a part was in a frame before
    )

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True, autoincrement=False)
    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"), primary_key=True, autoincrement=False)
    cell: Mapped[str]
    prn: Mapped[int] = mapped_column(BigInt)
    team: Mapped[str]  # the specialist's one team at the close of the period
    entry: Mapped[str] = mapped_column(default="on_time")  # on_time, late, carried


class FrameCell(Base):
    """How many parts of a frozen frame share one chance, and the sum of their random numbers; never updated."""

    __tablename__ = "frame_cell"

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True, autoincrement=False)
    cell: Mapped[str] = mapped_column(primary_key=True)
    team: Mapped[str]
    size: Mapped[int]
    fingerprint: Mapped[int] = mapped_column(BigInt)  # sum of the random numbers modulo 2^63


class FrameColumns(Base):
    """The cells of a frozen frame once more, as the draw reads them: all at once, column by column."""

    __tablename__ = "frame_columns"

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"), primary_key=True, autoincrement=False)
    document: Mapped[bytes]


class Draw(WithId, Base):
    """One combined draw of a period over all its plans; a second one is a numbered, reasoned supplement."""

    __tablename__ = "draw"
    __table_args__ = (
        UniqueConstraint("period_id", "n"),
        CheckConstraint("(n = 1) OR (reason IS NOT NULL)", name="supplement_has_a_reason"),
        CheckConstraint("(drawn_at IS NULL) = (size IS NULL)", name="drawn_has_a_size"),
    )

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    n: Mapped[int] = mapped_column(default=1)
    reason: Mapped[str | None]
    plans: Mapped[list[Any] | None]  # as the seed was committed to them; a supplement's are its own
    plan_digest: Mapped[str]
    commitment: Mapped[str]  # SHA-256(seed || plan digest), in the audit log before the frame is counted
    committed_at: Mapped[dt.datetime]
    committed_before_opening: Mapped[bool]
    sealed_seed: Mapped[bytes]  # encrypted until the draw tells it in its receipt
    drawn_at: Mapped[dt.datetime | None]
    drawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    frame_size: Mapped[int | None]
    size: Mapped[int | None]
    rubricless: Mapped[int] = mapped_column(default=0)  # eligible parts that no rubric rule covers


class DrawReceipt(WithId, Base):
    """The draw's proof: a canonical document, its digest, and the digest of the receipt before it."""

    __tablename__ = "draw_receipt"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"), unique=True)
    document: Mapped[bytes]
    digest: Mapped[str] = mapped_column(unique=True)
    previous_digest: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]


class DrawnUnit(WithId, Base):
    """One part that a draw took, with the chance it had."""

    __tablename__ = "drawn_unit"
    __table_args__ = (
        UniqueConstraint("draw_id", "part_id"),
        CheckConstraint("inclusion_probability > 0 AND inclusion_probability <= 1", name="probability_in_range"),
        one_of("state", ("drawn", "replaced", "not_done")),
    )

    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"), index=True)
    position: Mapped[int]
    cell: Mapped[str]
    cell_size: Mapped[int]
    cell_drawn: Mapped[int]
    inclusion_probability: Mapped[float]
    plans: Mapped[list[Any]]
    double_probability: Mapped[float | None]  # pi_2: the chance of a hidden second score, when one was drawn
    state: Mapped[str] = mapped_column(default="drawn")


class FrameExclusion(WithId, Base):
    """A part of a frozen frame that was never in the population; the frame itself stays as it was counted."""

    __tablename__ = "frame_exclusion"
    __table_args__ = (
        UniqueConstraint("draw_id", "part_id"),
        one_of("reason", ("spam", "merged", "test", "no_specialist_reply")),
    )

    draw_id: Mapped[int] = mapped_column(ForeignKey("draw.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"), index=True)
    cell: Mapped[str]
    reason: Mapped[str]
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # who had it, for the bias channel
    substitute_id: Mapped[int | None] = mapped_column(ForeignKey("handled_part.id"))  # none: the cell is used up
    created_at: Mapped[dt.datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class StrikeRequest(WithId, Base):
    """A reviewer's word that a part was never in the population; it stays in the sample until a lead agrees."""

    __tablename__ = "strike_request"
    __table_args__ = (
        UniqueConstraint("assignment_id"),
        one_of("reason", ("spam", "merged", "test", "no_specialist_reply")),
        one_of("state", ("asked", "confirmed", "declined")),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name="decided_has_a_time"),
        CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        Index("ix_strike_request_part", "part_id", "state"),
    )

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"))
    drawn_unit_id: Mapped[int | None] = mapped_column(ForeignKey("drawn_unit.id"))  # none: given by choice
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default="asked")
    asked_at: Mapped[dt.datetime]
    decided_at: Mapped[dt.datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ReviewerPause(WithId, Base):
    """A time in which a reviewer is given nothing new, though they are here: training, another task, too much."""

    __tablename__ = "reviewer_pause"
    __table_args__ = (
        CheckConstraint("(resumed_at IS NULL) = (resumed_by_id IS NULL)", name="resumed_by_somebody"),
        Index(
            "uq_reviewer_pause_running",
            "user_id",
            unique=True,
            sqlite_where=text("resumed_at IS NULL"),
            postgresql_where=text("resumed_at IS NULL"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    paused_at: Mapped[dt.datetime]
    paused_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    resumed_at: Mapped[dt.datetime | None]
    resumed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class DoubleShare(WithId, Base):
    """A time in which more of one reviewer's parts get a hidden second score; told to nobody who scores."""

    __tablename__ = "double_share"
    __table_args__ = (
        CheckConstraint("share > 0 AND share <= 1", name="share_is_a_share"),
        Index(
            "uq_double_share_running",
            "user_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    share: Mapped[float]
    begun_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class ReviewerCertificate(WithId, Base):
    """A time in which a reviewer is certified for a rubric family; only they get its parts where that is asked."""

    __tablename__ = "reviewer_certificate"
    __table_args__ = (
        Index(
            "uq_reviewer_certificate_running",
            "user_id",
            "family_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    family_id: Mapped[int] = mapped_column(ForeignKey("rubric_family.id"))
    begun_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class WellbeingHandOver(WithId, Base):
    """That somebody found a part too harmful: where, never who, which part or at what minute."""

    __tablename__ = "wellbeing_hand_over"
    __table_args__ = (Index("ix_wellbeing_hand_over_week", "programme_id", "week"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    week: Mapped[dt.date]  # its Monday
    queue: Mapped[str]
    content_severity: Mapped[int]
    found_another: Mapped[bool]


class Assignment(WithId, Base):
    """A part given to a reviewer, for a purpose, due on a day; leases are per assignment, so doubles stay hidden."""

    __tablename__ = "assignment"
    __table_args__ = (
        one_of("purpose", Purpose),
        one_of("origin", ("draw", "double", "session", "targeted", "hand_over", "follow_up")),
        one_of("state", ("open", "submitted", "handed_over", "withdrawn")),
        CheckConstraint("origin NOT IN ('draw', 'double') OR drawn_unit_id IS NOT NULL", name="drawn_has_its_unit"),
        Index("ix_assignment_queue", "reviewer_id", "state", "due_on"),
        Index("ix_assignment_part", "part_id"),
        # Nobody gives both the first and the hidden second score of a part.
        Index(
            "uq_assignment_sampled_once",
            "part_id",
            "reviewer_id",
            unique=True,
            sqlite_where=text("purpose IN ('routine', 'double')"),
            postgresql_where=text("purpose IN ('routine', 'double')"),
        ),
    )

    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str]
    origin: Mapped[str]
    drawn_unit_id: Mapped[int | None] = mapped_column(ForeignKey("drawn_unit.id"), index=True)
    rubric_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    rubric_date: Mapped[str] = mapped_column(default="resolution", server_default="resolution")  # in force then
    due_on: Mapped[dt.date]
    position: Mapped[int] = mapped_column(default=0)  # drawn order
    state: Mapped[str] = mapped_column(default="open")
    leased_until: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[dt.datetime | None]
    hand_over_reason: Mapped[str | None]  # never "too harmful": that is kept without the person
    targeted_reason: Mapped[str | None]  # why a lead picked it
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
