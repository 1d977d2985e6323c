"""What a closed period said, kept as it was said; later changes stand beside it, dated."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId


class PeriodStatement(WithId, Base):
    """A period's figures, severities, versions and receipts at its close (n = 1), or as restated later."""

    __tablename__ = "period_statement"
    __table_args__ = (
        UniqueConstraint("period_id", "n"),
        CheckConstraint("(n = 1) = (reason IS NULL)", name="restatement_has_a_reason"),
    )

    period_id: Mapped[int] = mapped_column(ForeignKey("period.id"))
    n: Mapped[int] = mapped_column(default=1)
    document: Mapped[bytes]
    digest: Mapped[str]
    previous_digest: Mapped[str | None]
    reason: Mapped[str | None]
    created_at: Mapped[dt.datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
