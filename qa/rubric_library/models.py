"""Rubric families, their versions, and the dated rules that say which family applies."""

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId, one_of


class RubricFamily(WithId, Base):
    """A rubric over its whole life, such as *Policy and appeals*."""

    __tablename__ = "rubric_family"
    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    key: Mapped[str]
    name: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]


class RubricVersion(WithId, Base):
    """One version of a rubric; once published it never changes."""

    __tablename__ = "rubric_version"
    __table_args__ = (
        UniqueConstraint("family_id", "major", "minor"),
        one_of("state", ("draft", "in_review", "published", "retired")),
        CheckConstraint(
            "(state IN ('published', 'retired')) = (published_at IS NOT NULL AND effective_from IS NOT NULL)",
            name="published_has_its_dates",
        ),
        CheckConstraint("published_by_id IS NULL OR published_by_id <> drafted_by_id", name="published_by_another"),
    )

    family_id: Mapped[int] = mapped_column(ForeignKey("rubric_family.id"))
    major: Mapped[int]
    minor: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")
    document: Mapped[str]  # YAML
    fingerprint: Mapped[str]
    engine_version: Mapped[str]
    effective_from: Mapped[dt.datetime | None]
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]

    @property
    def label(self) -> str:
        return f"{self.major}.{self.minor}"


class RubricRule(WithId, Base):
    """From a moment on, parts with these facts are judged by this family; the most specific rule wins."""

    __tablename__ = "rubric_rule"

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    family_id: Mapped[int] = mapped_column(ForeignKey("rubric_family.id"))
    queue: Mapped[str | None]
    channel: Mapped[str | None]
    language: Mapped[str | None]
    valid_from: Mapped[dt.datetime]
    valid_to: Mapped[dt.datetime | None]
