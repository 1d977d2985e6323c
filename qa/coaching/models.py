"""A specialist's coaching plan: what to work on, who does what until when."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of

PLAN_KINDS = {
    "focus": "Weak criteria",
    "onboarding": "Finding the feet",
    "growth": "Growing a strength",
}


class CoachingPlan(WithId, Base):
    """One specialist's plan, drawn up by a lead."""

    __tablename__ = "coaching_plan"
    __table_args__ = (
        one_of("state", ("active", "closed")),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_a_time"),
        Index("ix_coaching_plan_specialist", "specialist_id", "state"),
    )

    specialist_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(default="focus", server_default="focus")  # one of PLAN_KINDS
    title: Mapped[str]
    state: Mapped[str] = mapped_column(default="active")
    lock_version: Mapped[int] = mapped_column(default=0)
    own_words: Mapped[str | None]  # the specialist's, redacted
    own_words_at: Mapped[dt.datetime | None]
    starts_on: Mapped[dt.date]
    created_at: Mapped[dt.datetime]
    acknowledged_at: Mapped[dt.datetime | None]
    closed_at: Mapped[dt.datetime | None]


class CoachingGoal(WithId, Base):
    """A criterion to work on, with where it stood when the plan began."""

    __tablename__ = "coaching_goal"
    __table_args__ = (UniqueConstraint("plan_id", "criterion_key"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("coaching_plan.id"))
    family_key: Mapped[str]
    criterion_key: Mapped[str]
    focus: Mapped[str | None]  # what to work on, as the lead put it
    baseline: Mapped[float | None]  # percent of the criterion's points
    baseline_low: Mapped[float | None]
    baseline_high: Mapped[float | None]
    baseline_n: Mapped[int]
    target: Mapped[float | None]
    due_on: Mapped[dt.date | None]
    position: Mapped[int] = mapped_column(default=0)


class CoachingAction(WithId, Base):
    """Something that somebody does until a day."""

    __tablename__ = "coaching_action"
    __table_args__ = (
        one_of("state", ("open", "done", "dropped")),
        CheckConstraint("(state = 'open') = (ended_at IS NULL)", name="ended_has_a_time"),
        Index("ix_coaching_action_owner", "owner_id", "state", "due_on"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("coaching_plan.id"), index=True)
    goal_id: Mapped[int | None] = mapped_column(ForeignKey("coaching_goal.id"))
    text: Mapped[str]
    notes: Mapped[str] = mapped_column(default="")
    origin: Mapped[str | None] = mapped_column(unique=True)  # the workbook and row it was handed back in
    training_id: Mapped[int | None] = mapped_column(ForeignKey("training.id"))  # done by taking it
    owner_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(default="open")
    created_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class CoachingResource(WithId, Base):
    """Something to read that belongs to a plan: a link, or a procedure (SOP) as it is in force when it is opened."""

    __tablename__ = "coaching_resource"
    __table_args__ = (CheckConstraint("(url = '') = (procedure_id IS NOT NULL)", name="link_or_procedure"),)

    plan_id: Mapped[int] = mapped_column(ForeignKey("coaching_plan.id"))
    title: Mapped[str]
    url: Mapped[str] = mapped_column(default="")
    procedure_id: Mapped[int | None] = mapped_column(ForeignKey("procedure.id"))
    created_at: Mapped[dt.datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class Praise(WithId, Base):
    """Something done well, said to a specialist; it waits for nothing."""

    __tablename__ = "praise"
    __table_args__ = (
        CheckConstraint("text <> ''", name="says_something"),
        Index("ix_praise_specialist", "specialist_id", "given_at"),
    )

    specialist_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    review_id: Mapped[int | None] = mapped_column(ForeignKey("review.id"))  # where it was seen
    criterion_key: Mapped[str] = mapped_column(default="")  # empty: the work as a whole
    text: Mapped[str]  # redacted
    given_at: Mapped[dt.datetime]
