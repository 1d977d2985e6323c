"""A list whose order came by lot, kept from before the first plan began."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId


class WaitList(WithId, Base):
    """People whose plans begin in two waves: half of them by lot at once, the others after some weeks."""

    __tablename__ = "wait_list"
    __table_args__ = (
        CheckConstraint("weeks BETWEEN 4 AND 26", name="waits_for_weeks"),
        CheckConstraint("first_size > 0", name="somebody_first"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    title: Mapped[str]
    starts_on: Mapped[dt.date]  # a Monday: the week in which the first wave begins
    weeks: Mapped[int]  # until the second wave begins
    first_size: Mapped[int]
    seed: Mapped[str]  # hex
    digest: Mapped[str]  # SHA-256 of the people in the order that came out
    drawn_at: Mapped[dt.datetime]
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class WaitPlace(WithId, Base):
    """One person's place; who leaves stays in the comparison as the lot had it."""

    __tablename__ = "wait_place"
    __table_args__ = (
        UniqueConstraint("list_id", "user_id"),
        UniqueConstraint("list_id", "position"),
        CheckConstraint("wave IN (1, 2)", name="two_waves"),
        CheckConstraint("(left_at IS NULL) = (left_reason IS NULL)", name="left_with_a_reason"),
    )

    list_id: Mapped[int] = mapped_column(ForeignKey("wait_list.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    position: Mapped[int]
    wave: Mapped[int]
    starts_on: Mapped[dt.date]
    told_at: Mapped[dt.datetime | None]  # when the lead was told that this plan may begin
    left_at: Mapped[dt.datetime | None]
    left_reason: Mapped[str | None]
