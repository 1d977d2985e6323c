"""Uploaded tables on their way to an intake: what their columns mean is said first, by somebody who sees them."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core import audit, jobs
from qa.core.access import Actor
from qa.core.crypto import KeyRing
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.people.models import Source
from qa.tickets import keeping, mapping_forms, service
from qa.tickets.intake import files, guessing, opening
from qa.tickets.intake.formats import TABLES
from qa.tickets.intake.looking import Look, look_at_all
from qa.tickets.intake.mapping import ColumnMapping, UnreadableMappingError, mapping_of
from qa.tickets.intake.tables import HIDDEN
from qa.tickets.intake_queries import regions_in
from qa.tickets.keeping import KeptFiles
from qa.tickets.models import IntakeRun, IntakeUpload, SavedMapping
from qa.tickets.queries import LARGEST_ID

LONGEST_NAME = 80
MOST_SHEETS = 12


def look(paths: Sequence[Path]) -> list[Look]:
    """The tables of the files as they may be shown; ``UnusableFileError`` where there is none."""
    sheets = [sheet for path in files.listed(paths, ()) for sheet in opening.sheets_of(path)]
    looks = look_at_all([sheet for sheet in sheets if sheet.written != HIDDEN] or sheets)
    if len(looks) > MOST_SHEETS:
        raise InvalidInputError(f"These are more than {MOST_SHEETS} tables: hand in those of tickets and of messages.")
    return looks


def begin(
    session: Session,
    programme_id: int,
    format_name: str,
    source_key: str,
    kept: KeptFiles,
    looks: Sequence[Look],
    *,
    ring: KeyRing,
    by: int,
    now: dt.datetime,
) -> IntakeUpload:
    """Keep what the tables look like, with the mapping kept before that knows them, else a guess; and their key."""
    keeping.remember_key(session, ring, kept, now=now)
    known = next(
        (
            (saved.name, mapping)
            for saved in saved_mappings(session, programme_id)
            if mapping_forms.fits(mapping := mapping_of(saved.mapping), looks)
        ),
        None,
    )
    mapping = mapping_forms.fitted(known[1], looks) if known else guessing.guess_from(looks)
    upload = IntakeUpload(
        programme_id=programme_id,
        token=kept.token,
        format=format_name,
        source_key=source_key,
        file_names=[files.plain_name(Path(name))[:200] for name in kept.names],
        looks=[each.as_json() for each in looks],
        mapping=mapping.as_json(),
        mapping_name=known[0] if known else "",
        created_at=now,
        created_by_id=by,
    )
    session.add(upload)
    session.flush()
    return upload


def get_upload_for(session: Session, actor: Actor, upload_id: int) -> IntakeUpload:
    """An upload of the actor's programme, taken in or not."""
    upload = session.get(IntakeUpload, upload_id) if upload_id < LARGEST_ID else None
    if upload is None or upload.programme_id != actor.programme_id or not _is_open(upload, actor):
        raise NotFoundError("There is no such upload.")
    return upload


def open_uploads(session: Session, actor: Actor) -> Sequence[IntakeUpload]:
    """Uploads that still wait for their mapping, the newest first."""
    found = session.scalars(
        select(IntakeUpload)
        .where(IntakeUpload.programme_id == actor.programme_id, IntakeUpload.closed_at.is_(None))
        .order_by(IntakeUpload.id.desc())
    )
    return [upload for upload in found if _is_open(upload, actor)]


def _is_open(upload: IntakeUpload, actor: Actor) -> bool:
    """Whether somebody may see an upload's rows: who handed them in, or is cleared for each region that is named."""
    return upload.created_by_id == actor.user_id or regions_in(upload.mapping) <= actor.regions


def looks_of(upload: IntakeUpload) -> list[Look]:
    return [Look.from_json(each) for each in upload.looks]


def change(upload: IntakeUpload, mapping: ColumnMapping, *, version: int, name: str | None = None) -> None:
    """Keep a changed mapping with the upload; refused where somebody else changed it meanwhile."""
    _refuse_stale(upload, version)
    upload.mapping = mapping.as_json()
    if name is not None:
        upload.mapping_name = name
    upload.version += 1


def take_in(
    session: Session,
    upload: IntakeUpload,
    mapping: ColumnMapping,
    *,
    version: int,
    name: str,
    by: int,
    now: dt.datetime,
) -> IntakeRun:
    """Begin the intake by this mapping, which is kept under ``name`` where one is given."""
    _refuse_stale(upload, version)
    problems = mapping.problems()
    if problems:
        raise InvalidInputError(" ".join(problems))
    name = checked_name(name)
    if name:
        save(session, upload.programme_id, name, mapping, by=by, now=now)
    run = service.begin_run(
        session,
        upload.programme_id,
        upload.format,
        upload.file_names,
        by=by,
        now=now,
        source_key=upload.source_key or None,
        mapping=mapping,
        mapping_name=name or None,
    )
    job = jobs.enqueue(session, service.INTAKE_JOB, {"run": run.id, "folder": upload.token}, by=by, now=now)
    run.job_id = job.id
    upload.mapping, upload.run_id, upload.closed_at = mapping.as_json(), run.id, now
    upload.looks = []  # redacted as they are, nobody needs them any more
    session.flush()
    return run


def throw_away(session: Session, upload: IntakeUpload, folder: Path, *, now: dt.datetime) -> None:
    """Forget an upload, its key and its files; nothing of it was stored. Commits."""
    if upload.closed_at is None:
        upload.closed_at, upload.looks = now, []
    keeping.forget(session, folder, upload.token)


def forget_old(session: Session, folder: Path, *, now: dt.datetime) -> int:
    """Throw away uploads that nobody took in within a day, and every key and file as old; how many. Commits."""
    old = session.scalars(
        select(IntakeUpload).where(IntakeUpload.closed_at.is_(None), IntakeUpload.created_at < now - keeping.LIFETIME)
    ).all()
    for upload in old:
        throw_away(session, upload, folder, now=now)
    keeping.forget_stale(session, folder, now=now)
    return len(old)


def saved_mappings(session: Session, programme_id: int) -> Sequence[SavedMapping]:
    return session.scalars(
        select(SavedMapping).where(SavedMapping.programme_id == programme_id).order_by(SavedMapping.name)
    ).all()


def saved_named(session: Session, programme_id: int, name: str) -> SavedMapping:
    found = session.scalar(
        select(SavedMapping).where(SavedMapping.programme_id == programme_id, SavedMapping.name == name)
    )
    if found is None:
        raise NotFoundError(f"There is no kept mapping named {name!r}.")
    return found


def get_saved_for(session: Session, actor: Actor, mapping_id: int) -> SavedMapping:
    """A kept mapping of the actor's programme."""
    found = session.get(SavedMapping, mapping_id) if mapping_id < LARGEST_ID else None
    if found is None or found.programme_id != actor.programme_id:
        raise NotFoundError("There is no such mapping.")
    return found


def save(
    session: Session, programme_id: int, name: str, mapping: ColumnMapping, *, by: int | None, now: dt.datetime
) -> SavedMapping:
    """Keep a mapping under a name, in place of the one that had it."""
    found = session.scalar(
        select(SavedMapping).where(SavedMapping.programme_id == programme_id, SavedMapping.name == name)
    )
    if found is None:
        found = SavedMapping(programme_id=programme_id, name=name, mapping={}, updated_at=now)
        session.add(found)
    if found.mapping != mapping.as_json():
        found.mapping, found.updated_at, found.updated_by_id = mapping.as_json(), now, by
        session.flush()
        _record(session, found, "intake.mapping_kept", by=by, now=now)
    return found


def forget_mapping(session: Session, saved: SavedMapping, *, by: int, now: dt.datetime) -> None:
    """Delete a kept mapping; intakes made by it keep their own copy."""
    _record(session, saved, "intake.mapping_deleted", by=by, now=now)
    session.delete(saved)
    session.flush()


def checked_name(name: str) -> str:
    """A name to keep a mapping by, in one line."""
    bare = " ".join(name.split())
    if len(bare) > LONGEST_NAME:
        raise InvalidInputError(f"A mapping's name has at most {LONGEST_NAME} characters.")
    return bare


def mapping_told(session: Session, programme_id: int, told: str, read: Callable[[Path], str]) -> ColumnMapping:
    """The mapping that a command names: a kept one, or a file of JSON."""
    path = Path(told)
    if path.suffix == ".json" and path.is_file():
        try:
            return mapping_of(json.loads(read(path)))
        except (ValueError, UnreadableMappingError) as error:
            raise InvalidInputError(f"{path.name} is no column mapping: {error}") from error
    return mapping_of(saved_named(session, programme_id, told).mapping)


def source_keys(session: Session, programme_id: int) -> Mapping[str, str]:
    """The sources that tables may go to: name -> key."""
    rows = session.execute(
        select(Source.name, Source.key)
        .where(Source.programme_id == programme_id, Source.kind == TABLES)
        .order_by(Source.name, Source.id)
    )
    return {row.name: row.key for row in rows}


def _refuse_stale(upload: IntakeUpload, version: int) -> None:
    if upload.closed_at is not None:
        raise ConflictError("This upload was taken in or thrown away already.")
    if upload.version != version:
        raise ConflictError("Somebody else changed this mapping meanwhile; open the page again to see how it stands.")


def _record(session: Session, saved: SavedMapping, action: str, *, by: int | None, now: dt.datetime) -> None:
    detail: dict[str, Any] = {"tables": len(saved.mapping.get("sheets", []))}
    audit.record(
        session, action=action, object_type="saved_mapping", object_id=saved.id, actor_id=by, now=now, detail=detail
    )
