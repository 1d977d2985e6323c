"""Raising gaps from reviews, by hand and from a file; and what is done about them."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor, Permission
from qa.core.advancing import advance
from qa.core.entering import Reject, Row
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.taking_in import Change, Outcome, differences
from qa.notices import service as notices
from qa.people.models import User
from qa.people.queries import or_owner, people_who_may
from qa.reviews.queries import ToScore
from qa.rubric_library.models import Procedure
from qa.sop_gaps import queries, rules
from qa.sop_gaps.models import SopGap
from qa.sop_gaps.queries import GapView
from qa.sop_gaps.rules import Raised
from qa.tickets.models import Ticket
from qa.tickets.queries import visible
from qa.tickets.redaction import redact

AT_ONCE = 500
Columns = dict[str, Any]


def raise_gap(
    session: Session, task: ToScore, raised: Raised, *, texts: Mapping[str, str], by: int, now: dt.datetime
) -> SopGap:
    """Keep a gap about a part in one's own queue; the same one sent again is kept once."""
    known = session.scalar(select(SopGap).where(SopGap.raised_by_id == by, SopGap.raise_id == raised.raise_id))
    if known is not None:
        return known
    procedure = None
    if raised.procedure_key:
        procedure = queries.procedures_by_key(session, task.ticket.programme_id).get(raised.procedure_key)
        if procedure is None and raised.kind != "missing":
            said = "There is no procedure of this key: choose one of the list."
            raise InvalidInputError(said, {"procedure": said})
    gap = SopGap(
        programme_id=task.ticket.programme_id,
        kind=raised.kind,
        criterion_key=raised.criterion_key,
        rubric_version_id=task.assignment.rubric_version_id,
        procedure_id=procedure.id if procedure else None,
        ticket_id=task.ticket.id,
        assignment_id=task.assignment.id,
        conversation_revision_id=raised.conversation_revision_id,
        pins=rules.kept_pins(raised.pins, texts),
        root_causes=list(raised.root_causes),
        note=redact(raised.note),
        raise_id=raised.raise_id,
        raised_by_id=by,
        raised_at=now,
    )
    session.add(gap)
    try:
        session.flush()
    except IntegrityError as error:  # the other sending of the same one was faster by a hair
        raise ConflictError("This gap is raised already: you find it on the page SOP gaps.") from error
    _record(session, "raise", gap, by, now, {"kind": gap.kind, "criterion": gap.criterion_key})
    return gap


def owners(session: Session, programme_id: int, now: dt.datetime) -> dict[str, User]:
    """Who can own a gap, by address."""
    found = people_who_may(session, programme_id, Permission.SOP_GAPS_SETTLE, now.date())
    return {each.email: each for each in found}


def checked(
    kind: str,
    values: Mapping[str, Any],
    people: Mapping[str, User],
    procedures: Mapping[str, Procedure],
    *,
    today: dt.date,
) -> Columns:
    """The columns of what is done about a gap; raises ``InvalidInputError`` naming what does not fit."""
    wrong: dict[str, str] = {}
    state, fixed_on = values.get("state") or "open", values.get("fixed_on")
    procedure = procedures.get(values["procedure"]) if values.get("procedure") else None
    if values.get("procedure") and procedure is None:
        wrong["procedure"] = "There is no procedure of this key."
    elif kind == "not_followed" and procedure is None:
        wrong["procedure"] = rules.NEEDS_PROCEDURE
    owner = people.get(values["owner"]) if values.get("owner") else None
    if values.get("owner") and owner is None:
        wrong["owner"] = "Nobody who settles gaps has this address."
    if state == "fixed" and fixed_on is None:
        wrong["fixed_on"] = "Say on which day it was fixed: what changed since is counted from then."
    elif state != "fixed" and fixed_on is not None:
        wrong["fixed_on"] = "Only what is fixed has such a day."
    elif fixed_on is not None and fixed_on > today:
        wrong["fixed_on"] = "This day has not come yet."
    if state in ("fixed", "declined") and not values.get("answer"):
        wrong["answer"] = "Say what was done, or why it is no gap."
    if wrong:
        raise InvalidInputError("Nothing is saved yet: " + " ".join(wrong.values()), wrong)
    return {
        "state": state,
        "procedure_id": procedure.id if procedure else None,
        "owner_id": owner.id if owner else None,
        "fixed_on": fixed_on,
        "answer": redact(values.get("answer") or ""),
    }


def _or_procedure(procedures: Mapping[str, Procedure], named: Procedure | None) -> Mapping[str, Procedure]:
    """What a gap can be about, and what it is about now: that stays, even where it was put away since."""
    return procedures if named is None else {named.key: named, **procedures}


def handle(
    session: Session,
    view: GapView,
    values: Mapping[str, Any],
    *,
    version: int,
    others: Sequence[SopGap] = (),
    by: int,
    now: dt.datetime,
    today: dt.date,
) -> None:
    """What is done about a gap, and about ``others`` that are alike; who raised one is told when it is settled."""
    people = or_owner(owners(session, view.gap.programme_id, now), view.owner)
    procedures = _or_procedure(queries.procedures_by_key(session, view.gap.programme_id), view.procedure)
    columns = checked(view.gap.kind, values, people, procedures, today=today)
    for gap, seen in ((view.gap, version), *((each, each.lock_version) for each in others)):
        before = (gap.state, gap.owner_id)
        advance(session, gap, seen, **columns)
        _tell(session, gap, before, by, now)
        _record(session, "handle", gap, by, now, {"state": gap.state, "owner": gap.owner_id})


def _tell(session: Session, gap: SopGap, before: tuple[str, int | None], by: int, now: dt.datetime) -> None:
    state, owner = before
    if gap.owner_id is not None and gap.owner_id not in (owner, by):
        notices.notify(session, [gap.owner_id], kind="sop_gap_owner", object_type="sop_gap", object_id=gap.id, now=now)
    if gap.state != state and gap.state not in rules.WAITING and gap.raised_by_id != by:
        notices.notify(
            session, [gap.raised_by_id], kind="sop_gap_answered", object_type="sop_gap", object_id=gap.id, now=now
        )


def tickets_by_numbers(session: Session, actor: Actor, numbers: Sequence[str]) -> dict[str, list[Ticket]]:
    """By number, the tickets that this person may know of."""
    found: dict[str, list[Ticket]] = {}
    for start in range(0, len(numbers), AT_ONCE):
        for ticket in session.scalars(
            select(Ticket)
            .where(
                Ticket.external_id.in_(numbers[start : start + AT_ONCE]),
                visible(actor, Permission.SOP_GAPS_SETTLE),
            )
            .order_by(Ticket.id)
        ):
            found.setdefault(ticket.external_id, []).append(ticket)
    return found


def create(session: Session, actor: Actor, values: Mapping[str, Any], *, now: dt.datetime, today: dt.date) -> SopGap:
    """A gap that a lead found without scoring."""
    tickets = tickets_by_numbers(session, actor, [values["ticket"]])
    people = owners(session, actor.programme_id, now)
    procedures = queries.procedures_by_key(session, actor.programme_id)
    known = queries.names(session, actor.programme_id).criteria
    ticket = _ticket_of(values, tickets, known)
    columns = checked(values["kind"], values, people, procedures, today=today)
    gap = _insert(session, actor, ticket, values, columns, now=now)
    _tell(session, gap, ("open", None), actor.user_id, now)
    _record(session, "create", gap, actor.user_id, now, {"kind": gap.kind, "criterion": gap.criterion_key})
    return gap


def _ticket_of(
    values: Mapping[str, Any], tickets: Mapping[str, Sequence[Ticket]], criteria: Mapping[str, str]
) -> Ticket:
    if values["criterion"] not in criteria:
        said = "No published rubric has a criterion of this key."
        raise InvalidInputError(said, {"criterion": said})
    found = tickets.get(values["ticket"], ())
    if not found:
        said = "There is no such ticket, or it is not for you to see."
        raise InvalidInputError(said, {"ticket": said})
    return found[0]


def _raise_id(ticket_id: int, values: Mapping[str, Any]) -> str:
    """What tells the same gap entered twice from two gaps."""
    told = f"{ticket_id}/{values['criterion']}/{values['kind']}"
    return f"told-{hashlib.sha256(told.encode()).hexdigest()[:32]}"


def _insert(
    session: Session, actor: Actor, ticket: Ticket, values: Mapping[str, Any], columns: Columns, *, now: dt.datetime
) -> SopGap:
    gap = SopGap(
        programme_id=actor.programme_id,
        kind=values["kind"],
        criterion_key=values["criterion"],
        ticket_id=ticket.id,
        note=redact(values["note"]),
        raise_id=_raise_id(ticket.id, values),
        raised_by_id=actor.user_id,
        raised_at=now,
        **columns,
    )
    session.add(gap)
    try:
        session.flush()
    except IntegrityError as error:
        said = "You have told of this gap with this ticket, criterion and kind already."
        raise InvalidInputError(said, {"ticket": said}) from error
    return gap


def values_of(gap: SopGap, procedure: str | None, owner: str | None) -> dict[str, Any]:
    """What is done about a gap, as its fields name it; and what was said."""
    return {
        "note": gap.note,
        "procedure": procedure,
        "state": gap.state,
        "owner": owner,
        "fixed_on": gap.fixed_on,
        "answer": gap.answer or None,
    }


def take_in(session: Session, actor: Actor, rows: Sequence[Row], *, now: dt.datetime, today: dt.date) -> Outcome:
    """Carry a file out: a gap is told apart by ticket, criterion and kind; the first one raised is meant."""
    tickets = tickets_by_numbers(session, actor, sorted({row.values["ticket"] for row in rows}))
    people = owners(session, actor.programme_id, now)
    procedures = queries.procedures_by_key(session, actor.programme_id)
    criteria = queries.names(session, actor.programme_id).criteria
    ids = [each.id for found in tickets.values() for each in found]
    known: dict[tuple[int, str, str], tuple[SopGap, Procedure | None, User | None]] = {}
    for start in range(0, len(ids), AT_ONCE):
        for gap, about, holder in session.execute(
            select(SopGap, Procedure, User)
            .join(Ticket, Ticket.id == SopGap.ticket_id)
            .outerjoin(Procedure, Procedure.id == SopGap.procedure_id)
            .outerjoin(User, User.id == SopGap.owner_id)
            .where(SopGap.ticket_id.in_(ids[start : start + AT_ONCE]), queries.in_scope(actor))
            .order_by(SopGap.id)
        ):
            known.setdefault((gap.ticket_id, gap.criterion_key, gap.kind), (gap, about, holder))
    changes: list[Change] = []
    rejects: list[Reject] = []
    seen: dict[tuple[int, str, str], int] = {}
    for row in rows:
        try:
            ticket = _ticket_of(row.values, tickets, criteria)
            place = (ticket.id, row.values["criterion"], row.values["kind"])
            if place in seen:
                said = f"the same ticket, criterion and kind as line {seen[place]}"
                raise InvalidInputError(said, {"ticket": said})
            seen[place] = row.line
            former, named, owner = known.get(place, (None, None, None))
            before = None
            if former is not None:
                before = values_of(former, named.key if named else None, owner.email if owner else None)
            given = {name: value for name, value in row.values.items() if name in _HANDLED}
            given |= {name: redact(given[name]) for name in ("note", "answer") if given.get(name)}
            after = {**(before or {**dict.fromkeys(_HANDLED), "state": "open"}), **given}
            columns = checked(
                row.values["kind"], after, or_owner(people, owner), _or_procedure(procedures, named), today=today
            )
        except InvalidInputError as error:
            rejects += [
                Reject(line=row.line, column=field, value=str(row.values.get(field, ""))[:100], reason=reason)
                for field, reason in error.fields.items()
            ]
            continue
        what = f"#{ticket.external_id}, {criteria[row.values['criterion']]}, {rules.KINDS[row.values['kind']].lower()}"
        found = differences(row.line, what, before, after)
        if former is None:
            gap = _insert(session, actor, ticket, {**row.values, **after}, columns, now=now)
            _tell(session, gap, ("open", None), actor.user_id, now)
        elif found:
            stood = (former.state, former.owner_id)
            advance(session, former, former.lock_version, note=after["note"], **columns)
            _tell(session, former, stood, actor.user_id, now)
        changes += found
    session.flush()
    return Outcome(changes=changes, rejects=rejects)


_HANDLED = ("note", "procedure", "state", "owner", "fixed_on", "answer")


def _record(session: Session, what: str, gap: SopGap, by: int, now: dt.datetime, detail: Mapping[str, object]) -> None:
    audit.record(
        session,
        action=f"sop_gap.{what}",
        object_type="sop_gap",
        object_id=gap.id,
        actor_id=by,
        now=now,
        detail={"ticket": gap.ticket_id, **detail},
    )
    session.flush()
