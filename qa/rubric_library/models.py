"""Rubric families, their versions, and the dated rules that say which family applies."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
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
    based_on_id: Mapped[int | None] = mapped_column(ForeignKey("rubric_version.id"))  # what it was copied from
    lock_version: Mapped[int] = mapped_column(default=0)  # every accepted change of a draft raises it by one
    draft_n: Mapped[int | None]  # which of its kept states a draft is at; the document is written on sending
    retired_at: Mapped[dt.datetime | None]

    @property
    def label(self) -> str:
        return f"{self.major}.{self.minor}"


class RubricDraftState(WithId, Base):
    """A draft as it stood after a change; undo and redo move between these rows."""

    __tablename__ = "rubric_draft_state"
    __table_args__ = (UniqueConstraint("version_id", "n"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    n: Mapped[int]
    content: Mapped[dict[str, Any]]  # what was typed, by qa.rubric_library.drafting
    what: Mapped[str]  # the change that led here, for the undo button
    saved_at: Mapped[dt.datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class RubricEditor(WithId, Base):
    """Somebody who changed a version while it was a draft: none of them publishes it."""

    __tablename__ = "rubric_editor"
    __table_args__ = (UniqueConstraint("version_id", "person_id"),)

    version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]


class RubricStep(WithId, Base):
    """One step of a version's life, with the words that came with it."""

    __tablename__ = "rubric_step"
    __table_args__ = (
        one_of("kind", ("drafted", "sent", "withdrawn", "returned", "published", "retired")),
        CheckConstraint("kind <> 'returned' OR note <> ''", name="returned_has_a_reason"),
        Index("ix_rubric_step_version", "version_id", "at"),
    )

    version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    kind: Mapped[str]
    at: Mapped[dt.datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(default="")
    session_id: Mapped[int | None] = mapped_column(ForeignKey("calibration_session.id"))  # whose discussion began it


class CriterionNote(WithId, Base):
    """A criterion that somebody found unclear, or a better wording that somebody proposes, until it is answered."""

    __tablename__ = "criterion_note"
    __table_args__ = (
        one_of("kind", ("unclear", "proposal")),
        CheckConstraint("(resolved_at IS NULL) = (resolved_by_id IS NULL)", name="resolved_by_somebody"),
        CheckConstraint("resolved_at IS NULL OR resolution <> ''", name="resolved_with_an_answer"),
        Index("ix_criterion_note_open", "family_id", "criterion_key", "resolved_at"),
    )

    family_id: Mapped[int] = mapped_column(ForeignKey("rubric_family.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("rubric_version.id"))
    criterion_key: Mapped[str]
    kind: Mapped[str] = mapped_column(default="unclear")
    note: Mapped[str]  # redacted
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    raised_at: Mapped[dt.datetime]
    resolution: Mapped[str] = mapped_column(default="")
    resolved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    resolved_at: Mapped[dt.datetime | None]


class Procedure(WithId, Base):
    """A procedure (SOP) that criteria rest on, over its whole life; criteria name it by its key."""

    __tablename__ = "procedure"
    __table_args__ = (UniqueConstraint("programme_id", "key"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    key: Mapped[str]
    name: Mapped[str]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lock_version: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[dt.datetime]
    archived_at: Mapped[dt.datetime | None]


class ProcedureVersion(WithId, Base):
    """A procedure as it is valid from a moment on; it never changes, a new text is a new row."""

    __tablename__ = "procedure_version"
    __table_args__ = (
        UniqueConstraint("procedure_id", "label"),
        UniqueConstraint("procedure_id", "effective_from"),
    )

    procedure_id: Mapped[int] = mapped_column(ForeignKey("procedure.id"))
    label: Mapped[str]
    url: Mapped[str]
    effective_from: Mapped[dt.datetime]
    review_by: Mapped[dt.date | None]
    what_changed: Mapped[str] = mapped_column(default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[dt.datetime]


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
