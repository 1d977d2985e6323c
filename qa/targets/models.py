"""Targets, each from a day on; what held before stays."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of
from qa.targets.rules import MEASURES


class Target(WithId, Base):
    """The value of a measure that is wanted from a day on; never changed, only followed by another or withdrawn."""

    __tablename__ = "target"
    __table_args__ = (
        one_of("measure", MEASURES),
        CheckConstraint("team_id IS NULL OR queue = ''", name="one_scope"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_by_somebody"),
        Index(
            "uq_target_day",
            "programme_id",
            "measure",
            "scope",
            "effective_from",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    measure: Mapped[str]
    scope: Mapped[str]  # "", "team:7" or "queue:payouts": what two targets of one day may not share
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    queue: Mapped[str] = mapped_column(default="")
    value: Mapped[float]  # in the measure's unit
    effective_from: Mapped[dt.date]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]
    withdrawn_at: Mapped[dt.datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
