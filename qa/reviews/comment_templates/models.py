"""Texts that a comment may begin with."""

import datetime as dt

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from qa.core.orm import Base, WithId


class CommentTemplate(WithId, Base):
    """A text to begin a comment with: one person's own, or the programme's; for one criterion or for any."""

    __tablename__ = "comment_template"
    __table_args__ = (Index("ix_comment_template_offered", "programme_id", "owner_id"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))  # NULL: the programme's
    criterion_key: Mapped[str | None]  # NULL: for any criterion
    name: Mapped[str]
    text: Mapped[str]
    lock_version: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]
