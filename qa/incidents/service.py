"""Raising, acknowledging, settling and taking up incidents, and asking the next owner when a time limit passes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Role
from qa.core.advancing import advance
from qa.core.clock import local_day
from qa.core.errors import ConflictError, InvalidInputError
from qa.incidents import owners, queries, rules
from qa.incidents.models import Incident, IncidentStep
from qa.incidents.queries import IncidentView
from qa.incidents.rules import Kind, Raised
from qa.notices import service as notices
from qa.people.queries import people_with_role, setting_at, zone_of
from qa.reviews.rules import passage_digest
from qa.tickets.models import Ticket
from qa.tickets.redaction import redact

MOVED_ON = (
    "This incident has moved on since you opened the page: somebody else acted on it. "
    "Nothing of yours was saved; load the page again to see how it stands."
)
_advance = partial(advance, stale=MOVED_ON)


def raise_incident(
    session: Session,
    ticket: Ticket,
    raised: Raised,
    *,
    texts: Mapping[str, str],
    by: int,
    now: dt.datetime,
) -> Incident:
    """Keep an incident and tell the first owner of its kind, in one transaction; the same one sent again is kept once.

    ``texts`` are the messages of the conversation that the reporter reads. That the person may read the ticket is the
    caller's to check.
    """
    known = session.scalar(select(Incident).where(Incident.raised_by_id == by, Incident.raise_id == raised.raise_id))
    if known is not None:
        return known
    start, end = rules.passage_of(texts, raised)
    limit = owners.rule_of(session, ticket.programme_id, raised.kind).minutes
    incident = Incident(
        programme_id=ticket.programme_id,
        ticket_id=ticket.id,
        conversation_revision_id=raised.conversation_revision_id,
        message_id=raised.message_id,
        start=start,
        end=end,
        digest=passage_digest(texts[raised.message_id][start:end]),
        kind=raised.kind,
        line=redact(raised.line),
        raise_id=raised.raise_id,
        raised_at=now,
        raised_by_id=by,
        limit_minutes=limit,
        due_at=now + dt.timedelta(minutes=limit),
    )
    session.add(incident)
    try:
        session.flush()
    except IntegrityError as error:  # the other sending of the same one was faster by a hair
        raise ConflictError("This incident is raised already: you find it on the page Incidents.") from error
    told = _ask_next(session, incident, now=now)
    _note(session, "incident.raise", incident, by, now, {"kind": incident.kind, "told": told})
    return incident


def _ask_next(session: Session, incident: Incident, *, now: dt.datetime) -> list[int]:
    """Tell whoever is next, and set the time at which the one after that is asked.

    Where nobody is fit now, somebody may be by then: back from an absence, cleared, or named.
    """
    programme_id = incident.programme_id
    today = local_day(now, zone_of(setting_at(session, programme_id, now)))
    named = [user.id for user in owners.rule_of(session, programme_id, Kind(incident.kind)).owners]
    leads = [user.id for user in people_with_role(session, programme_id, Role.QA_LEAD, today)]
    asked = queries.asked_about(session, [incident.id]).get(incident.id, {})
    ticket = session.get_one(Ticket, incident.ticket_id)
    about = queries.specialists_of(session, ticket.id)
    fit = queries.able(session, {*named, *leads}, ticket, today=today) - about - {incident.raised_by_id}
    told = rules.next_asked(named, leads, asked=frozenset(asked), fit=frozenset(fit))
    turn = max(asked.values(), default=0) + 1
    if told:
        session.execute(
            insert(IncidentStep),
            [
                {"incident_id": incident.id, "at": now, "what": "told", "user_id": user_id, "turn": turn, "note": ""}
                for user_id in told
            ],
        )
    to_come = {*named, *leads} - asked.keys() - about - {incident.raised_by_id}
    waits = told or to_come or not asked
    incident.escalates_at = now + dt.timedelta(minutes=incident.limit_minutes) if waits else None
    session.flush()
    kind = "incident_raised" if turn == 1 else "incident_escalated"
    _tell(session, told, kind, incident, now)
    return told


def escalate_due(session: Session, *, now: dt.datetime, limit: int = 50) -> int:
    """Ask the next owner of each incident that nobody acknowledged in time; how many. Commits one by one."""
    due = (
        select(Incident.id)
        .where(Incident.state == "open", Incident.escalates_at <= now)
        .order_by(Incident.escalates_at, Incident.id)
        .limit(limit)
    )
    ids = session.scalars(due).all()
    session.rollback()
    asked = 0
    for incident_id in ids:
        asked += _escalate(session, incident_id, now=now)
        session.commit()
    return asked


def _escalate(session: Session, incident_id: int, *, now: dt.datetime) -> bool:
    """One step, unless somebody acknowledged meanwhile or another process took it."""
    moved = session.execute(
        update(Incident)
        .where(Incident.id == incident_id, Incident.state == "open", Incident.escalates_at <= now)
        .values(escalates_at=None)
        .execution_options(synchronize_session=False)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        return False
    incident = session.get_one(Incident, incident_id, populate_existing=True)
    told = _ask_next(session, incident, now=now)
    if told:  # otherwise nobody's page is out of date
        incident.lock_version += 1
        _note(session, "incident.escalate", incident, None, now, {"told": told})
    return bool(told)


def acknowledge(session: Session, view: IncidentView, *, version: int, by: int, now: dt.datetime) -> None:
    """Take an incident on; nobody else is asked any more, and the reporter is told."""
    incident = view.incident
    _advance(
        session,
        incident,
        version,
        expected=("open",),
        state="acknowledged",
        acknowledged_at=now,
        acknowledged_by_id=by,
        escalates_at=None,
    )
    notices.withdraw(session, object_type="incident", object_id=incident.id)  # the others need not look any more
    _step(session, incident, "acknowledged", by, now)
    _tell(session, {incident.raised_by_id} - {by}, "incident_acknowledged", incident, now)
    minutes = round((now - incident.raised_at).total_seconds() / 60)
    _note(session, "incident.acknowledge", incident, by, now, {"minutes": minutes})


def settle(
    session: Session, view: IncidentView, *, outcome: str, note: str, version: int, by: int, now: dt.datetime
) -> None:
    """Say what came of an incident; the reporter and whoever acknowledged it are told."""
    if outcome not in rules.OUTCOMES:
        raise InvalidInputError("Say what came of it.", {"outcome": "Say what came of it."})
    note = _text(note, "What was done, in a sentence or two: the reporter reads it.")
    incident = view.incident
    _advance(session, incident, version, expected=("acknowledged",), state="settled", settled_at=now, outcome=outcome)
    _step(session, incident, "settled", by, now, note)
    told = {incident.raised_by_id, incident.acknowledged_by_id or by} - {by}
    _tell(session, told, "incident_settled", incident, now)
    _note(session, "incident.settle", incident, by, now, {"outcome": outcome})


def take_up(session: Session, view: IncidentView, *, note: str, version: int, by: int, now: dt.datetime) -> None:
    """Go on with an incident that was settled too early, with a reason."""
    note = _text(note, "Say why it is taken up again.")
    incident = view.incident
    _advance(session, incident, version, expected=("settled",), state="acknowledged", settled_at=None, outcome=None)
    _step(session, incident, "taken_up", by, now, note)
    _tell(
        session, {incident.raised_by_id, incident.acknowledged_by_id or by} - {by}, "incident_taken_up", incident, now
    )
    _note(session, "incident.take_up", incident, by, now, {})


def _text(note: str, missing: str) -> str:
    text = redact(note.replace("\x00", "").strip())
    if not text:
        raise InvalidInputError(missing, {"note": missing})
    if len(text) > rules.LONGEST_NOTE:
        raise InvalidInputError(f"At most {rules.LONGEST_NOTE:,} characters.", {"note": "too long"})
    return text


def _step(session: Session, incident: Incident, what: str, by: int, now: dt.datetime, note: str = "") -> None:
    session.add(IncidentStep(incident_id=incident.id, at=now, what=what, user_id=by, note=note))
    session.flush()


def _tell(
    session: Session, user_ids: "Sequence[int] | set[int]", kind: str, incident: Incident, now: dt.datetime
) -> None:
    notices.notify(session, user_ids, kind=kind, object_type="incident", object_id=incident.id, now=now)


def _note(
    session: Session, action: str, incident: Incident, by: int | None, now: dt.datetime, detail: Mapping[str, object]
) -> None:
    audit.record(
        session,
        action=action,
        object_type="incident",
        object_id=incident.id,
        actor_id=by,
        now=now,
        detail={"ticket": incident.ticket_id, **detail},
    )
    session.flush()
