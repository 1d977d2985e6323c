"""Draws of follow-up reviews: the frame counted, the seed kept, each part with its chance."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId


class FollowUpDraw(WithId, Base):
    """One draw for a plan; the same seed over the same frame takes the same parts."""

    __tablename__ = "follow_up_draw"
    __table_args__ = (
        UniqueConstraint("plan_id", "n"),
        CheckConstraint("size BETWEEN 1 AND frame_size", name="drawn_from_the_frame"),
        CheckConstraint("until > since", name="until_after_since"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("coaching_plan.id"))
    n: Mapped[int]
    since: Mapped[dt.datetime]  # resolved from here on
    until: Mapped[dt.datetime]  # and before this moment
    frame_size: Mapped[int]
    frame_digest: Mapped[str]  # SHA-256 of the frame's part ids in order
    size: Mapped[int]
    seed: Mapped[str]  # hex
    drawn_at: Mapped[dt.datetime]
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    told_at: Mapped[dt.datetime | None]  # when the lead was told that all are in


class FollowUpUnit(WithId, Base):
    """One drawn part with its chance; its review is the part's review of purpose ``follow_up``."""

    __tablename__ = "follow_up_unit"
    __table_args__ = (
        CheckConstraint("inclusion_probability > 0 AND inclusion_probability <= 1", name="probability_in_range"),
        UniqueConstraint("draw_id", "position"),
    )

    draw_id: Mapped[int] = mapped_column(ForeignKey("follow_up_draw.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"), unique=True)  # followed up once
    position: Mapped[int]
    inclusion_probability: Mapped[float]
