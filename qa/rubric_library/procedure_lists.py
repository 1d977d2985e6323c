"""Changing and putting away procedures, and taking a file of them in."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Permission
from qa.core.advancing import advance
from qa.core.clock import local_day, midnight
from qa.core.entering import Entry, Reject, Row, day, email, line_of_text, link
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.taking_in import Change, Outcome, differences
from qa.people.models import User
from qa.people.queries import or_owner, people_who_may
from qa.rubric_library.models import Procedure, ProcedureVersion

VERSION = ("version", "link", "valid_from", "review_by", "what_changed")
UNCHANGING = "a version never changes: give what is new a label and a first day of its own"


def columns() -> tuple[Entry, ...]:
    """What a line of a file tells of a procedure; a line may add one version to it."""
    return (
        Entry(
            name="key",
            label="Key",
            read=line_of_text(80),
            required=True,
            help="As criteria name it.",
            example="refund-policy",
        ),
        Entry(name="title", label="Title", read=line_of_text(160), example="Refunds"),
        Entry(name="owner", label="Owner", read=email, help="By address.", example="mira@example.com"),
        Entry(name="version", label="Version", read=line_of_text(40), help="Its label.", example="3"),
        Entry(
            name="link",
            label="Link",
            read=link,
            help="Where the version is found.",
            example="https://wiki.example.com/refunds",
        ),
        Entry(name="valid_from", label="Valid from", read=day, help="The version’s first day.", example="2026-04-01"),
        Entry(name="review_by", label="Review by", read=day, example="2027-04-01"),
        Entry(
            name="what_changed", label="What changed", read=line_of_text(500), example="Two countries at once are told"
        ),
    )


def owners(session: Session, programme_id: int, now: dt.datetime) -> dict[str, User]:
    """Who can own a procedure, by address."""
    found = people_who_may(session, programme_id, Permission.RUBRIC_READ, now.date())
    return {each.email: each for each in found}


def change(
    session: Session,
    procedure: Procedure,
    *,
    name: str,
    owner_id: int | None,
    version: int,
    by: int,
    now: dt.datetime,
) -> None:
    """Another title or owner, if it still stands as the person saw it; the key stays: criteria name it."""
    name = " ".join(name.split())
    if not name:
        raise InvalidInputError("A procedure has a title.", {"name": "A procedure has a title."})
    advance(session, procedure, version, name=name, owner_id=owner_id)
    _record(session, "procedure.edit", procedure, by, now)


def archive(session: Session, procedure: Procedure, *, away: bool, version: int, by: int, now: dt.datetime) -> None:
    """Put one away that holds no more, or bring it back; what was reviewed under it keeps its link."""
    if away == (procedure.archived_at is not None):
        raise ConflictError("It is put away already." if away else "It is not put away.")
    advance(session, procedure, version, archived_at=now if away else None)
    _record(session, "procedure.archive" if away else "procedure.restore", procedure, by, now)


def take_in(
    session: Session, programme_id: int, rows: Sequence[Row], zone: ZoneInfo, *, by: int, now: dt.datetime
) -> Outcome:
    """Carry a file out: procedures by key, new or changed, and versions that are new. The caller commits."""
    people = owners(session, programme_id, now)
    known: dict[str, tuple[Procedure, User | None]] = {
        each.key: (each, owner)
        for each, owner in session.execute(
            select(Procedure, User)
            .outerjoin(User, User.id == Procedure.owner_id)
            .where(Procedure.programme_id == programme_id)
            .order_by(Procedure.id)
        )
    }
    versions: dict[tuple[int, str], ProcedureVersion] = {}
    for one in session.scalars(
        select(ProcedureVersion)
        .join(Procedure, Procedure.id == ProcedureVersion.procedure_id)
        .where(Procedure.programme_id == programme_id)
        .order_by(ProcedureVersion.id)
    ):
        versions[one.procedure_id, one.label] = one
    begun = {(one.procedure_id, local_day(one.effective_from, zone)) for one in versions.values()}
    changes: list[Change] = []
    rejects: list[Reject] = []
    for row in rows:
        values = row.values
        procedure, owner = known.get(values["key"], (None, None))
        named = or_owner(people, owner)
        wrong = _wrong(values, procedure, named, versions, begun, zone)
        if wrong:
            rejects += [
                Reject(line=row.line, column=field, value=str(values.get(field) or "")[:100], reason=reason)
                for field, reason in wrong.items()
            ]
            continue
        before = None
        if procedure is not None:
            before = {"title": procedure.name, "owner": owner.email if owner is not None else None}
        after = {**(before or {"title": None, "owner": None})}
        after |= {name: values[name] for name in ("title", "owner") if name in values}
        found = differences(row.line, values["key"], before, after)
        holder = named[after["owner"]] if after["owner"] else None
        owner_id = holder.id if holder is not None else None
        if procedure is None:
            procedure = Procedure(
                programme_id=programme_id, key=values["key"], name=after["title"], owner_id=owner_id, created_at=now
            )
            session.add(procedure)
            session.flush()
        elif found:
            advance(session, procedure, procedure.lock_version, name=after["title"], owner_id=owner_id)
        known[procedure.key] = (procedure, holder)
        changes += found
        label = values.get("version")
        if label and (procedure.id, label) not in versions:
            one = ProcedureVersion(
                procedure_id=procedure.id,
                label=label,
                url=values["link"],
                effective_from=midnight(values["valid_from"], zone),
                review_by=values.get("review_by"),
                what_changed=values.get("what_changed") or "",
                created_by_id=by,
                created_at=now,
            )
            session.add(one)
            versions[procedure.id, label] = one
            begun.add((procedure.id, values["valid_from"]))
            told = {name: values.get(name) for name in VERSION}
            changes += differences(row.line, f"{values['key']}, version {label}", None, told)
    session.flush()
    return Outcome(changes=changes, rejects=rejects)


def _wrong(
    values: Mapping[str, Any],
    procedure: Procedure | None,
    people: Mapping[str, User],
    versions: Mapping[tuple[int, str], ProcedureVersion],
    begun: set[tuple[int, dt.date]],
    zone: ZoneInfo,
) -> dict[str, str]:
    """What is wrong with a line, by column."""
    wrong: dict[str, str] = {}
    if values.get("title") is None and (procedure is None or "title" in values):
        wrong["title"] = "a procedure has a title"
    if values.get("owner") and values["owner"] not in people:
        wrong["owner"] = "nobody here has this address"
    label = values.get("version")
    if not label:
        alone = next((name for name in VERSION[1:] if values.get(name)), None)
        return {**wrong, alone: "a version needs its label"} if alone else wrong
    former = versions.get((procedure.id, label)) if procedure is not None else None
    if former is None:
        for name in ("link", "valid_from"):
            if not values.get(name):
                wrong[name] = f"a new version has a {name.replace('_', ' ')}"
        if procedure is not None and (procedure.id, values.get("valid_from")) in begun:
            wrong["valid_from"] = "another version is valid from this day already"
        return wrong
    told = {
        "link": former.url,
        "valid_from": local_day(former.effective_from, zone),
        "review_by": former.review_by,
        "what_changed": former.what_changed or None,
    }
    return wrong | {name: UNCHANGING for name, value in told.items() if name in values and values[name] != value}


def _record(session: Session, action: str, procedure: Procedure, by: int, now: dt.datetime) -> None:
    audit.record(session, action=action, object_type="procedure", object_id=procedure.id, actor_id=by, now=now)
    session.flush()
