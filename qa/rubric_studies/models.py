"""Bridges between versions of a rubric, and the shift that each was found to make."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of

WAYS = ("double", "session", "found")


class BridgeStudy(WithId, Base):
    """The same parts scored under two versions, and the shift between the versions once it is kept.

    ``double``: each part is scored once under either version, by two people who trade places. ``session``: parts that
    the old version judged are scored again in a calibration session. ``found``: parts that happen to have both.
    """

    __tablename__ = "bridge_study"
    __table_args__ = (
        one_of("way", WAYS),
        CheckConstraint("old_version_id <> new_version_id", name="two_versions"),
        CheckConstraint("(way = 'session') = (session_id IS NOT NULL)", name="session_has_its_session"),
        CheckConstraint("(kept_at IS NULL) = (shift IS NULL)", name="kept_has_its_shift"),
        CheckConstraint("(kept_at IS NULL) = (std_error IS NULL)", name="kept_has_its_error"),
        CheckConstraint("(kept_at IS NULL) = (kept_by_id IS NULL)", name="kept_by_somebody"),
        CheckConstraint("kept_at IS NULL OR stopped_at IS NULL", name="kept_or_stopped"),
        Index("ix_bridge_study_versions", "new_version_id", "old_version_id"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    old_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    new_version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    way: Mapped[str]
    session_id: Mapped[int | None] = mapped_column(ForeignKey("calibration_session.id"))
    created_at: Mapped[dt.datetime]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    stopped_at: Mapped[dt.datetime | None]
    kept_at: Mapped[dt.datetime | None]
    kept_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    shift: Mapped[float | None]  # points to add to a score under the old version
    std_error: Mapped[float | None]
    low: Mapped[float | None]
    high: Mapped[float | None]
    confidence: Mapped[float | None]
    method: Mapped[str] = mapped_column(default="")
    pairs: Mapped[list[Any] | None]  # what it was computed from: [part, score under the old, under the new]


class BridgePart(WithId, Base):
    """A part that a study has scored under both versions."""

    __tablename__ = "bridge_part"
    __table_args__ = (UniqueConstraint("study_id", "part_id"),)

    study_id: Mapped[int] = mapped_column(ForeignKey("bridge_study.id"))
    part_id: Mapped[int] = mapped_column(ForeignKey("handled_part.id"), index=True)
