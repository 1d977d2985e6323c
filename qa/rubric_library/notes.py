"""Criteria that somebody found unclear, or proposes to word better: they collect at the criterion for its owner."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor, Permission
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.notices import service as notices
from qa.people.models import User
from qa.rubric_library.models import CriterionNote, RubricFamily, RubricVersion
from qa.rubric_library.queries import rubric_of
from qa.tickets.redaction import redact

LONGEST_NOTE = 1000
KINDS = {"unclear": "This criterion is unclear", "proposal": "A better wording"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """A note with its criterion as the version of then names it, and who raised it as the reader may know it."""

    note: CriterionNote
    version_label: str
    raiser: str
    resolver: str | None


def add(
    session: Session,
    version_id: int,
    criterion_key: str,
    text: str,
    *,
    kind: str = "unclear",
    by: int,
    now: dt.datetime,
) -> CriterionNote:
    """Keep a note at a criterion, redacted, and tell whoever answers for the rubric."""
    text = redact(text.strip())[:LONGEST_NOTE]
    if kind not in KINDS:
        raise InvalidInputError("A note says that a criterion is unclear, or proposes a wording.", {"kind": "unknown"})
    if not text:
        raise InvalidInputError("Say in a sentence what is unclear: the owner sees only this.", {"note": "missing"})
    version = session.get_one(RubricVersion, version_id)
    if all(each.key != criterion_key for each in rubric_of(session, version_id).criteria):
        raise InvalidInputError("This version has no such criterion.", {"criterion": "unknown"})
    family = session.get_one(RubricFamily, version.family_id)
    note = CriterionNote(
        family_id=family.id,
        version_id=version_id,
        criterion_key=criterion_key,
        kind=kind,
        note=text,
        raised_by_id=by,
        raised_at=now,
    )
    session.add(note)
    session.flush()
    audit.record(
        session,
        action="rubric.note",
        object_type="criterion_note",
        object_id=note.id,
        actor_id=by,
        now=now,
        detail={"version": version_id, "criterion": criterion_key, "kind": kind},
    )
    owner = family.owner_id or version.drafted_by_id or version.published_by_id
    if owner is not None and owner != by:
        notices.notify(
            session, [owner], kind="criterion_unclear", object_type="rubric_notes", object_id=family.id, now=now
        )
    return note


def resolve(session: Session, note: CriterionNote, *, resolution: str, by: int, now: dt.datetime) -> None:
    """Answer a note; whoever raised it is told."""
    session.refresh(note, with_for_update=True)
    if note.resolved_at is not None:
        raise ConflictError("Somebody else has answered this note already.")
    resolution = redact(resolution.strip())[:LONGEST_NOTE]
    if not resolution:
        raise InvalidInputError("Answer in a sentence: whoever raised it reads it.", {"resolution": "missing"})
    note.resolution, note.resolved_by_id, note.resolved_at = resolution, by, now
    session.flush()
    audit.record(
        session,
        action="rubric.note_resolve",
        object_type="criterion_note",
        object_id=note.id,
        actor_id=by,
        now=now,
    )
    if note.raised_by_id != by:
        notices.notify(
            session,
            [note.raised_by_id],
            kind="unclear_resolved",
            object_type="rubric_notes",
            object_id=note.family_id,
            now=now,
        )


def get_note_for(session: Session, actor: Actor, note_id: int) -> CriterionNote:
    """A note on a rubric of the actor's programme."""
    note = session.scalar(
        select(CriterionNote)
        .join(RubricFamily, RubricFamily.id == CriterionNote.family_id)
        .where(CriterionNote.id == note_id, RubricFamily.programme_id == actor.programme_id)
    )
    if note is None:
        raise NotFoundError("There is no such note.")
    return note


def notes_of(session: Session, actor: Actor, family_id: int) -> list[NoteView]:
    """The notes on a rubric, open ones first, then the newest; who may not draft sees the own ones only."""
    resolver = User.__table__.alias("resolver")
    query = (
        select(CriterionNote, RubricVersion, User, resolver.c.name)
        .join(RubricVersion, RubricVersion.id == CriterionNote.version_id)
        .join(User, User.id == CriterionNote.raised_by_id)
        .outerjoin(resolver, resolver.c.id == CriterionNote.resolved_by_id)
        .where(CriterionNote.family_id == family_id)
        .order_by(CriterionNote.resolved_at.is_not(None), CriterionNote.raised_at.desc(), CriterionNote.id.desc())
        .limit(200)
    )
    if not actor.may(Permission.RUBRIC_DRAFT):
        query = query.where(CriterionNote.raised_by_id == actor.user_id)
    named = actor.may(Permission.REVIEWER_NAME)
    return [
        NoteView(
            note=note,
            version_label=version.label,
            raiser=raiser.name if named or raiser.id == actor.user_id else raiser.pseudonym,
            resolver=name,
        )
        for note, version, raiser, name in session.execute(query)
    ]


def open_counts(session: Session, family_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """How many notes wait, by rubric and criterion."""
    counts: dict[int, dict[str, int]] = {family_id: {} for family_id in family_ids}
    rows = session.execute(
        select(CriterionNote.family_id, CriterionNote.criterion_key, func.count())
        .where(CriterionNote.family_id.in_(family_ids), CriterionNote.resolved_at.is_(None))
        .group_by(CriterionNote.family_id, CriterionNote.criterion_key)
        .order_by(CriterionNote.family_id, CriterionNote.criterion_key)
    )
    for family_id, key, n in rows:
        counts[family_id][key] = n
    return counts
