"""Procedures (SOPs) that criteria rest on: dated versions, and which one was in force at a part's resolution."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

import rubrics
from qa.core import audit
from qa.core.access import Actor
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.rubric_library.models import Procedure, ProcedureVersion

LONGEST_URL = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureView:
    """A procedure with its versions, newest first."""

    procedure: Procedure
    versions: Sequence[ProcedureVersion]

    def in_force(self, moment: dt.datetime) -> ProcedureVersion | None:
        return next((version for version in self.versions if version.effective_from <= moment), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedProcedure:
    """What a criterion's link leads to: the procedure as it was valid at a moment."""

    name: str
    label: str
    url: str
    effective_from: dt.datetime
    review_by: dt.date | None = None
    overdue: bool = False  # no version followed it, and the day by which it was to be reviewed is over


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcedureChange:
    """A version of a procedure that came into force."""

    procedure_id: int
    name: str
    label: str
    effective_from: dt.datetime
    first: bool  # whether the procedure is new with it


def changes_between(
    session: Session, programme_id: int, *, since: dt.datetime, until: dt.datetime
) -> list[ProcedureChange]:
    """The versions that came into force in ``since <= t < until``, oldest first, in one statement."""
    earlier = aliased(ProcedureVersion)
    known = (
        select(earlier.id)
        .where(
            earlier.procedure_id == ProcedureVersion.procedure_id,
            earlier.effective_from < ProcedureVersion.effective_from,
        )
        .exists()
    )
    rows = session.execute(
        select(Procedure.id, Procedure.name, ProcedureVersion.label, ProcedureVersion.effective_from, known)
        .join(ProcedureVersion, ProcedureVersion.procedure_id == Procedure.id)
        .where(
            Procedure.programme_id == programme_id,
            ProcedureVersion.effective_from >= since,
            ProcedureVersion.effective_from < until,
        )
        .order_by(ProcedureVersion.effective_from, ProcedureVersion.id)
    )
    return [
        ProcedureChange(procedure_id=procedure_id, name=name, label=label, effective_from=moment, first=not former)
        for procedure_id, name, label, moment, former in rows
    ]


def procedures(session: Session, programme_id: int) -> list[ProcedureView]:
    """Every procedure of a programme, by name, in two statements."""
    found = session.scalars(
        select(Procedure).where(Procedure.programme_id == programme_id).order_by(Procedure.name, Procedure.id)
    ).all()
    versions = session.scalars(
        select(ProcedureVersion)
        .where(ProcedureVersion.procedure_id.in_([each.id for each in found]))
        .order_by(ProcedureVersion.effective_from.desc(), ProcedureVersion.id.desc())
    ).all()
    return [
        ProcedureView(procedure=each, versions=[one for one in versions if one.procedure_id == each.id])
        for each in found
    ]


def get_procedure_for(session: Session, actor: Actor, procedure_id: int) -> ProcedureView:
    procedure = session.get(Procedure, procedure_id)
    if procedure is None or procedure.programme_id != actor.programme_id:
        raise NotFoundError("There is no such procedure.")
    versions = session.scalars(
        select(ProcedureVersion)
        .where(ProcedureVersion.procedure_id == procedure_id)
        .order_by(ProcedureVersion.effective_from.desc(), ProcedureVersion.id.desc())
    ).all()
    return ProcedureView(procedure=procedure, versions=versions)


def links_at(
    session: Session, programme_id: int, moment: dt.datetime, *, today: dt.date | None = None
) -> dict[str, LinkedProcedure]:
    """By key, the procedures as they were valid at a moment, in one statement; ``today`` tells which are overdue."""
    later = aliased(ProcedureVersion)
    followed = (
        select(later.id)
        .where(later.procedure_id == ProcedureVersion.procedure_id)
        .where(later.effective_from > ProcedureVersion.effective_from)
        .exists()
    )
    rows = session.execute(
        select(Procedure.key, Procedure.name, ProcedureVersion, followed)
        .join(ProcedureVersion, ProcedureVersion.procedure_id == Procedure.id)
        .where(Procedure.programme_id == programme_id, ProcedureVersion.effective_from <= moment)
        .order_by(ProcedureVersion.effective_from, ProcedureVersion.id)
    )
    return {
        key: LinkedProcedure(
            name=name,
            label=one.label,
            url=one.url,
            effective_from=one.effective_from,
            review_by=one.review_by,
            overdue=not newer and today is not None and one.review_by is not None and one.review_by < today,
        )
        for key, name, one, newer in rows
    }


def links_for(
    session: Session,
    rubric: rubrics.RubricVersion,
    programme_id: int,
    moment: dt.datetime,
    *,
    today: dt.date | None = None,
) -> dict[str, LinkedProcedure]:
    """The procedures that a rubric's criteria name, as they were valid at a moment; no statement where none does."""
    named = {criterion.procedure for criterion in rubric.criteria if criterion.procedure}
    if not named:
        return {}
    return {key: link for key, link in links_at(session, programme_id, moment, today=today).items() if key in named}


def create(
    session: Session, programme_id: int, *, key: str, name: str, owner_id: int | None, by: int, now: dt.datetime
) -> Procedure:
    """A procedure that criteria can name by its key."""
    key, name = key.strip(), " ".join(name.split())
    if not key or not name:
        raise InvalidInputError("A procedure has a key, which criteria name, and a name.")
    if session.scalar(select(Procedure.id).where(Procedure.programme_id == programme_id, Procedure.key == key)):
        raise InvalidInputError(f"There is a procedure {key} already.", {"key": f"{key} is taken already."})
    procedure = Procedure(programme_id=programme_id, key=key, name=name, owner_id=owner_id, created_at=now)
    session.add(procedure)
    session.flush()
    audit.record(
        session, action="procedure.create", object_type="procedure", object_id=procedure.id, actor_id=by, now=now
    )
    return procedure


def add_version(
    session: Session,
    procedure: Procedure,
    *,
    label: str,
    url: str,
    effective_from: dt.datetime,
    review_by: dt.date | None,
    what_changed: str,
    by: int,
    now: dt.datetime,
) -> ProcedureVersion:
    """The procedure as it is valid from a moment on; former versions stay for what was resolved before."""
    url = url.strip()
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname or len(url) > LONGEST_URL:
        raise InvalidInputError("The address must begin with https:// or http://.", {"url": "not an address"})
    version = ProcedureVersion(
        procedure_id=procedure.id,
        label=" ".join(label.split()),
        url=url,
        effective_from=effective_from,
        review_by=review_by,
        what_changed=what_changed.strip(),
        created_by_id=by,
        created_at=now,
    )
    session.add(version)
    try:
        session.flush()
    except IntegrityError as error:
        raise ConflictError("There is a version with this label or this first day already.") from error
    audit.record(
        session,
        action="procedure.version",
        object_type="procedure_version",
        object_id=version.id,
        actor_id=by,
        now=now,
        detail={"procedure": procedure.id, "effective_from": effective_from.isoformat()},
    )
    return version
