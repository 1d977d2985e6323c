"""Keeping, changing and removing comment templates. What is typed is redacted first; the programme's leave a trail."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor, Permission
from qa.core.errors import ConflictError, ForbiddenError, InvalidInputError
from qa.reviews.comment_templates.models import CommentTemplate
from qa.tickets.redaction import redact

LONGEST_NAME, LONGEST_TEXT = 80, 2_000
MOST = 200  # of one person, or of the programme


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """A template as somebody wrote it."""

    name: str
    text: str
    criterion_key: str | None


def read(name: str, text: str, criterion_key: str) -> Typed:
    """What was typed, redacted; refused where something is missing or too long."""
    typed = Typed(name=redact(" ".join(name.split())), text=redact(text.strip()), criterion_key=criterion_key or None)
    wrong = {}
    if not 0 < len(typed.name) <= LONGEST_NAME:
        wrong["name"] = f"A name of 1 to {LONGEST_NAME} characters."
    if not 0 < len(typed.text) <= LONGEST_TEXT:
        wrong["text"] = f"A text of 1 to {LONGEST_TEXT:,} characters."
    if wrong:
        raise InvalidInputError(" ".join(wrong.values()), wrong)
    return typed


def add(session: Session, actor: Actor, typed: Typed, *, shared: bool, now: dt.datetime) -> CommentTemplate:
    """Keep a new one: one's own, or the programme's where one looks after those."""
    if shared and not actor.may(Permission.TEMPLATES_SHARED):
        raise ForbiddenError("The programme's templates are kept by its QA leads. Keep this one as your own.")
    owner_id = None if shared else actor.user_id
    kept = session.scalar(
        select(func.count()).where(
            CommentTemplate.programme_id == actor.programme_id,
            CommentTemplate.owner_id.is_(None) if shared else CommentTemplate.owner_id == owner_id,
        )
    )
    if kept is not None and kept >= MOST:
        raise ConflictError(f"{MOST} templates are kept already. Remove one that nobody uses.")
    template = CommentTemplate(
        programme_id=actor.programme_id,
        owner_id=owner_id,
        criterion_key=typed.criterion_key,
        name=typed.name,
        text=typed.text,
        created_at=now,
        updated_at=now,
    )
    session.add(template)
    session.flush()
    _note(session, "add", template, by=actor.user_id, now=now)
    return template


def change(
    session: Session, template: CommentTemplate, typed: Typed, *, version: int, by: int, now: dt.datetime
) -> None:
    """Rewrite it, if it still is what was on the page."""
    moved = session.execute(
        update(CommentTemplate)
        .where(CommentTemplate.id == template.id, CommentTemplate.lock_version == version)
        .values(
            name=typed.name,
            text=typed.text,
            criterion_key=typed.criterion_key,
            lock_version=version + 1,
            updated_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("This template was changed in another window. Load the page again, then change that one.")
    session.refresh(template)
    _note(session, "change", template, by=by, now=now)


def remove(session: Session, template: CommentTemplate, *, by: int, now: dt.datetime) -> None:
    """Take it away; comments that began with it keep their words."""
    _note(session, "remove", template, by=by, now=now)
    session.delete(template)
    session.flush()


def _note(session: Session, what: str, template: CommentTemplate, *, by: int, now: dt.datetime) -> None:
    if template.owner_id is not None:
        return  # one's own
    audit.record(
        session,
        action=f"comment_template.{what}",
        object_type="comment_template",
        object_id=template.id,
        actor_id=by,
        now=now,
        detail={"criterion": template.criterion_key},
    )
    session.flush()
