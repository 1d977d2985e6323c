"""A person's way to a certificate for one rubric family, its practice and its shadowed reviews."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of

LIVING = text("state IN ('practising', 'shadowed', 'certified')")


class Certification(WithId, Base):
    """One way of one person through one family: practising, shadowed, certified, until it lapses or is taken away."""

    __tablename__ = "certification"
    __table_args__ = (
        one_of("state", ("practising", "shadowed", "certified", "lapsed", "withdrawn")),
        CheckConstraint("(state IN ('lapsed', 'withdrawn')) = (ended_at IS NOT NULL)", name="ended_has_a_time"),
        CheckConstraint("(ended_at IS NULL) = (end_reason IS NULL)", name="ended_has_a_reason"),
        CheckConstraint("(certified_at IS NULL) = (certified_by_id IS NULL)", name="certified_by_somebody"),
        CheckConstraint("certified_by_id IS NULL OR certified_by_id <> user_id", name="certified_by_another"),
        CheckConstraint("state <> 'certified' OR certified_at IS NOT NULL", name="certified_has_a_time"),
        Index(
            "uq_certification_living",
            "user_id",
            "family_id",
            unique=True,
            sqlite_where=LIVING,
            postgresql_where=LIVING,
        ),
        Index("ix_certification_programme", "programme_id", "state"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    family_id: Mapped[int] = mapped_column(ForeignKey("rubric_family.id"))
    state: Mapped[str] = mapped_column(default="practising")
    lock_version: Mapped[int] = mapped_column(default=0)
    round: Mapped[int] = mapped_column(default=1)  # of practice; each counts by itself
    mark: Mapped[float]  # kappa that the lower bound has to clear, as the rules said when it began
    begun_at: Mapped[dt.datetime]
    begun_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    judged_round: Mapped[int] = mapped_column(default=0)  # the last round that was told as passed or not
    passed_at: Mapped[dt.datetime | None]
    certified_at: Mapped[dt.datetime | None]
    certified_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    major: Mapped[int | None]  # version of the rubric that it was earned under
    on_record: Mapped[str | None]  # why without practice: experience from before
    ended_at: Mapped[dt.datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # none: it lapsed
    end_reason: Mapped[str | None]


class PracticePart(WithId, Base):
    """A golden ticket that somebody practises on."""

    __tablename__ = "practice_part"
    __table_args__ = (UniqueConstraint("assignment_id"), Index("ix_practice_part_round", "certification_id", "round"))

    certification_id: Mapped[int] = mapped_column(ForeignKey("certification.id"))
    round: Mapped[int]
    golden_ticket_id: Mapped[int] = mapped_column(ForeignKey("golden_ticket.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))


class ShadowedReview(WithId, Base):
    """A part that a certified person scored, scored by the newcomer too; the certified person looks at it."""

    __tablename__ = "shadowed_review"
    __table_args__ = (
        UniqueConstraint("assignment_id"),
        one_of("verdict", ("alike", "not_yet")),
        CheckConstraint("(verdict IS NULL) = (looked_at IS NULL)", name="looked_at_has_a_verdict"),
        CheckConstraint("(looked_at IS NULL) = (looked_by_id IS NULL)", name="looked_at_by_somebody"),
        Index("ix_shadowed_review_certification", "certification_id"),
        Index("ix_shadowed_review_shadow", "shadow_id"),
    )

    certification_id: Mapped[int] = mapped_column(ForeignKey("certification.id"))
    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"))
    beside_id: Mapped[int] = mapped_column(ForeignKey("review.id"))  # the certified person's review of the same part
    shadow_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    verdict: Mapped[str | None]
    note: Mapped[str] = mapped_column(default="")
    looked_at: Mapped[dt.datetime | None]
    looked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
