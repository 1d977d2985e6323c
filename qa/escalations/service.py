"""Writing escalations down, changing, closing and putting them away; a file of them; and those the help desk marked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import case, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor, Permission
from qa.core.advancing import advance
from qa.core.entering import Reject, Row
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.taking_in import Change, Outcome, differences
from qa.escalations import queries
from qa.escalations.models import Escalation
from qa.escalations.queries import EscalationView
from qa.notices import service as notices
from qa.people.models import User
from qa.people.queries import or_owner, people_who_may
from qa.tickets.models import Ticket
from qa.tickets.redaction import redact

SAME = "This ticket has an escalation from the same moment already; it may have been put away."
AT_ONCE = 500
Found = Mapping[str, Sequence[tuple[str, Ticket]]]


def values_of(escalation: Escalation, number: str, owner: str | None) -> dict[str, Any]:
    """An escalation as its fields name it."""
    return {
        "ticket": number,
        "opened_at": escalation.opened_at,
        "closed_at": escalation.closed_at,
        "from": escalation.from_where or None,
        "to": escalation.to_where or None,
        "owner": owner,
        "reason": escalation.reason or None,
    }


def owners(session: Session, programme_id: int, now: dt.datetime) -> dict[str, User]:
    """Who can own an escalation, by address."""
    found = people_who_may(session, programme_id, Permission.ESCALATIONS_VIEW, now.date())
    return {each.email: each for each in found}


def ticket_of(values: Mapping[str, Any], found: Found) -> Ticket:
    """The one ticket that is meant; raises ``InvalidInputError`` where there is none, or more than one."""
    known = found.get(values["ticket"], ())
    source = values.get("source")
    meant = [ticket for key, ticket in known if source in (None, key)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        keys = ", ".join(sorted(key for key, _ in known))
        said = f"Several accounts have a ticket of this number: name one of {keys}."
        raise InvalidInputError(said, {"source": said})
    said = "There is no such ticket, or it is not for you to see."
    raise InvalidInputError(said, {"ticket": said})


def checked(
    values: Mapping[str, Any], people: Mapping[str, User], *, now: dt.datetime, former: Escalation | None = None
) -> dict[str, Any]:
    """The columns that these fields mean; raises ``InvalidInputError`` naming what does not fit.

    Times that only a mark stood for stay unknown until somebody tells others.
    """
    wrong: dict[str, str] = {}
    opened, closed = values["opened_at"], values.get("closed_at")
    if opened > now:
        wrong["opened_at"] = "This moment has not come yet."
    if closed is not None and closed < opened:
        wrong["closed_at"] = "It is closed before it was opened."
    elif closed is not None and closed > now:
        wrong["closed_at"] = "This moment has not come yet."
    owner = people.get(values["owner"]) if values.get("owner") else None
    if values.get("owner") and owner is None:
        wrong["owner"] = "Nobody who may see escalations has this address."
    if wrong:
        raise InvalidInputError("Nothing is saved yet: " + " ".join(wrong.values()), wrong)
    return {
        "opened_at": opened,
        "closed_at": closed,
        "time_known": former is None or former.time_known or (opened, closed) != (former.opened_at, former.closed_at),
        "from_where": values.get("from") or "",
        "to_where": values.get("to") or "",
        "owner_id": owner.id if owner else None,
        "reason": redact(values.get("reason") or ""),
    }


def create(session: Session, actor: Actor, values: Mapping[str, Any], *, now: dt.datetime) -> Escalation:
    """An escalation of a ticket that this person may know of; its owner is told."""
    ticket = ticket_of(values, queries.tickets_by_numbers(session, actor, [values["ticket"]]))
    columns = checked(values, owners(session, actor.programme_id, now), now=now)
    escalation = _insert(session, ticket, columns, origin="hand", by=actor.user_id, now=now)
    _record(session, "create", escalation, actor.user_id, now)
    return escalation


def _insert(
    session: Session, ticket: Ticket, columns: Mapping[str, Any], *, origin: str, by: int, now: dt.datetime
) -> Escalation:
    escalation = Escalation(
        programme_id=ticket.programme_id,
        ticket_id=ticket.id,
        origin=origin,
        created_by_id=by,
        created_at=now,
        **columns,
    )
    session.add(escalation)
    try:
        session.flush()
    except IntegrityError as error:
        raise InvalidInputError(SAME, {"opened_at": SAME}) from error
    _tell_owner(session, escalation, None, by, now)
    return escalation


def edit(
    session: Session, view: EscalationView, values: Mapping[str, Any], *, version: int, by: int, now: dt.datetime
) -> None:
    """Other facts, if it still stands as the person saw it; other times are known from then on."""
    escalation = view.escalation
    people = or_owner(owners(session, escalation.programme_id, now), view.owner)
    columns = checked(values, people, now=now, former=escalation)
    former = escalation.owner_id
    changed = sorted(name for name, value in columns.items() if getattr(escalation, name) != value)
    try:
        advance(session, escalation, version, **columns)
    except IntegrityError as error:
        raise InvalidInputError(SAME, {"opened_at": SAME}) from error
    _tell_owner(session, escalation, former, by, now)
    _record(session, "edit", escalation, by, now, fields=changed)


def close(session: Session, escalation: Escalation, *, closed: bool, version: int, by: int, now: dt.datetime) -> None:
    """It is resolved now; or it goes on."""
    if closed == (escalation.closed_at is not None):
        raise ConflictError("It is closed already." if closed else "It is open already.")
    advance(session, escalation, version, closed_at=now if closed else None)
    _record(session, "close" if closed else "reopen", escalation, by, now)


def archive(session: Session, escalation: Escalation, *, away: bool, version: int, by: int, now: dt.datetime) -> None:
    """Put one away that never was, so that nothing counts it; or bring it back."""
    if away == (escalation.archived_at is not None):
        raise ConflictError("It is put away already." if away else "It is not put away.")
    advance(session, escalation, version, archived_at=now if away else None)
    _record(session, "archive" if away else "restore", escalation, by, now)


def take_in(session: Session, actor: Actor, rows: Sequence[Row], *, now: dt.datetime) -> Outcome:
    """Carry a file out: an escalation is told apart by its ticket and the moment it was opened. The caller commits."""
    found = queries.tickets_by_numbers(session, actor, sorted({row.values["ticket"] for row in rows}))
    people = owners(session, actor.programme_id, now)
    ids = [ticket.id for tickets in found.values() for _, ticket in tickets]
    known: dict[tuple[int, dt.datetime], tuple[Escalation, User | None]] = {}
    for start in range(0, len(ids), AT_ONCE):
        for each, holder in session.execute(
            select(Escalation, User)
            .outerjoin(User, User.id == Escalation.owner_id)
            .where(Escalation.ticket_id.in_(ids[start : start + AT_ONCE]))
            .order_by(Escalation.id)
        ):
            known[each.ticket_id, each.opened_at] = (each, holder)
    changes: list[Change] = []
    rejects: list[Reject] = []
    seen: dict[tuple[int, dt.datetime], int] = {}
    for row in rows:
        try:
            ticket = ticket_of(row.values, found)
            place = (ticket.id, row.values["opened_at"])
            if place in seen:
                said = f"the same ticket and moment as line {seen[place]}"
                raise InvalidInputError(said, {"opened_at": said})
            seen[place] = row.line
            former, owner = known.get(place, (None, None))
            before = None
            if former is not None:
                before = values_of(former, ticket.external_id, owner.email if owner is not None else None)
            given = {key: value for key, value in row.values.items() if key != "source"}
            after = {**(before or dict.fromkeys(_FIELDS)), **given}
            if "reason" in given:
                after["reason"] = redact(given["reason"] or "") or None
            columns = checked(after, or_owner(people, owner), now=now, former=former)
        except InvalidInputError as error:
            rejects += [
                Reject(line=row.line, column=field, value=str(row.values.get(field, ""))[:100], reason=reason)
                for field, reason in error.fields.items()
            ]
            continue
        new = differences(row.line, f"#{ticket.external_id}", before, after)
        if former is None:
            _insert(session, ticket, columns, origin="import", by=actor.user_id, now=now)
        elif new:
            advance(session, former, former.lock_version, **columns)
            _tell_owner(session, former, owner.id if owner is not None else None, actor.user_id, now)
        changes += new
    session.flush()
    return Outcome(changes=changes, rejects=rejects)


_FIELDS = ("ticket", "opened_at", "closed_at", "from", "to", "owner", "reason")


def marked(session: Session, *, limit: int = AT_ONCE) -> Sequence[Any]:
    """Tickets that the help desk marked and that have no escalation yet: programme, id, queue and times."""
    return session.execute(
        select(Ticket.programme_id, Ticket.id, Ticket.queue, Ticket.created_at, Ticket.solved_at)
        .where(Ticket.escalated, ~select(Escalation.id).where(Escalation.ticket_id == Ticket.id).exists())
        .order_by(Ticket.id)
        .limit(limit)
    ).all()


def keep_marked(session: Session, rows: Sequence[Any], *, now: dt.datetime) -> None:
    """Keep an escalation for each of these tickets. The caller commits.

    A mark does not say when: the ticket's own times stand there, as not known, until somebody writes better ones.
    """
    session.execute(
        insert(Escalation),
        [
            {
                "programme_id": row.programme_id,
                "ticket_id": row.id,
                "origin": "intake",
                "from_where": row.queue,
                "to_where": "",
                "reason": "",
                "opened_at": row.created_at,
                "closed_at": None if row.solved_at is None else max(row.solved_at, row.created_at),
                "time_known": False,
                "lock_version": 0,
                "created_at": now,
            }
            for row in rows
        ],
    )
    for programme_id in sorted({row.programme_id for row in rows}):
        audit.record(
            session,
            action="escalation.from_intake",
            object_type="programme",
            object_id=programme_id,
            actor_id=None,
            now=now,
            detail={"count": sum(row.programme_id == programme_id for row in rows)},
        )
    session.flush()


def close_solved(session: Session) -> int:
    """Close what only the mark tells of, where its ticket was solved since; how many. The caller commits."""
    solved = select(Ticket.solved_at).where(Ticket.id == Escalation.ticket_id).scalar_subquery()
    done = session.execute(
        update(Escalation)
        .where(~Escalation.time_known, Escalation.closed_at.is_(None), solved.is_not(None))
        .values(
            closed_at=case((solved >= Escalation.opened_at, solved), else_=Escalation.opened_at),
            lock_version=Escalation.lock_version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def _tell_owner(session: Session, escalation: Escalation, former: int | None, by: int, now: dt.datetime) -> None:
    if escalation.owner_id is not None and escalation.owner_id not in (former, by):
        notices.notify(
            session,
            [escalation.owner_id],
            kind="escalation_owner",
            object_type="escalation",
            object_id=escalation.id,
            now=now,
        )


def _record(
    session: Session, what: str, escalation: Escalation, by: int, now: dt.datetime, *, fields: Sequence[str] = ()
) -> None:
    audit.record(
        session,
        action=f"escalation.{what}",
        object_type="escalation",
        object_id=escalation.id,
        actor_id=by,
        now=now,
        detail={"ticket": escalation.ticket_id, **({"fields": list(fields)} if fields else {})},
    )
    session.flush()
