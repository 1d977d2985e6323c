"""Switching originals on and off for a source; asking to read one, a second person's answer, and opening it."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import AUTHORITY, Permission
from qa.core.errors import ConflictError, ForbiddenError, InvalidInputError
from qa.notices import service as notices
from qa.people import queries as people
from qa.people.models import Source
from qa.tickets.erasing import Journal
from qa.tickets.models import Ticket
from qa.tickets.originals import expiring, queries, rules
from qa.tickets.originals.models import OriginalReveal, OriginalRule, RevealState
from qa.tickets.originals.rules import Stage
from qa.tickets.redaction import redact

NOTICES_ABOUT = "original_reveal"


def set_rule(
    session: Session,
    journal: Journal,
    source: Source,
    days: int | None,
    *,
    by: int | None,
    now: dt.datetime,
) -> None:
    """Keep the originals of what comes in from now on for so many days; with None, keep none and destroy the rest.

    A shorter time holds for what is kept already too, a longer one does not: it was taken in under the shorter one.
    What is over its time goes with ``expiring.expire``, which the caller runs after the commit.
    """
    if days is not None and not 1 <= days <= rules.MOST_DAYS:
        raise InvalidInputError(f"Originals are kept for 1 to {rules.MOST_DAYS} days.")
    rule = session.get(OriginalRule, source.id, with_for_update=True)
    before = rule.days if rule is not None else None
    if before == days:
        return
    if days is None:
        session.delete(rule)
    elif rule is None:
        session.add(OriginalRule(source_id=source.id, days=days, changed_at=now, changed_by_id=by))
    else:
        rule.days, rule.changed_at, rule.changed_by_id = days, now, by
    if before is not None and (days is None or days < before):
        journal.note([source.id], now, "originals", days=days or 0)
        expiring.shorten(session, source.id, days or 0, before=now)
    audit.record(
        session,
        action="originals.rule",
        object_type="source",
        object_id=source.id,
        actor_id=by,
        now=now,
        detail={"before": before, "after": days},
    )
    session.flush()


def ask(
    session: Session, ticket: Ticket, *, reason: str, minutes: int, by: int, today: dt.date, now: dt.datetime
) -> OriginalReveal:
    """Ask to read the newest original of a ticket; whoever may agree is told."""
    reason = " ".join(redact(reason).split())
    problem = rules.problem_of_reason(reason)
    if problem is not None:
        raise InvalidInputError(problem, {"reason": problem})
    if minutes not in rules.MINUTES:
        raise InvalidInputError("Choose for how long.", {"minutes": "Choose for how long."})
    kept = queries.newest_original(session, ticket.id, now=now)
    if kept is None:
        raise InvalidInputError(
            f"No original of ticket {ticket.external_id} is kept: its source keeps none, or its time is over.",
            {"ticket": "No original of this ticket is kept."},
        )
    same = session.scalars(
        select(OriginalReveal).where(OriginalReveal.ticket_id == ticket.id, OriginalReveal.asked_by_id == by)
    )
    if any(rules.stage_of(each, now) in (Stage.WAITS, Stage.READY, Stage.OPEN) for each in same):
        raise ConflictError("You asked for this original already; see below how that stands.")
    reveal = OriginalReveal(
        programme_id=ticket.programme_id,
        ticket_id=ticket.id,
        n=kept.n,
        state=RevealState.ASKED,
        reason=reason,
        minutes=minutes,
        asked_by_id=by,
        asked_at=now,
    )
    session.add(reveal)
    session.flush()
    _record(session, "original.asked", reveal, by=by, now=now)
    notices.notify(
        session,
        _second_people(session, ticket, but=by, today=today),
        kind="original_asked",
        object_type=NOTICES_ABOUT,
        object_id=reveal.id,
        now=now,
    )
    return reveal


def settle(
    session: Session,
    reveal: OriginalReveal,
    *,
    granted: bool,
    note: str,
    version: int,
    by: int,
    now: dt.datetime,
) -> None:
    """Another person than the one who asked agrees or refuses."""
    if reveal.asked_by_id == by:
        raise InvalidInputError("You asked for this original: a second person has to agree.")
    _refuse_stale(reveal, version)
    note = " ".join(redact(note).split())[: rules.LONGEST_REASON]
    if not granted and not note:
        raise InvalidInputError("Say why you refuse, so that whoever asked knows what is missing.")
    reveal.state = RevealState.GRANTED if granted else RevealState.REFUSED
    reveal.settled_by_id, reveal.settled_at, reveal.note = by, now, note
    reveal.version += 1
    session.flush()
    _record(session, f"original.{reveal.state}", reveal, by=by, now=now)
    notices.withdraw(session, object_type=NOTICES_ABOUT, object_id=reveal.id)
    notices.notify(
        session,
        [reveal.asked_by_id],
        kind="original_settled",
        object_type=NOTICES_ABOUT,
        object_id=reveal.id,
        now=now,
    )


def withdraw(session: Session, reveal: OriginalReveal, *, version: int, by: int, now: dt.datetime) -> None:
    """Whoever asked takes it back before anybody answered."""
    if reveal.asked_by_id != by:
        raise ForbiddenError("Only whoever asked can take it back.")
    _refuse_stale(reveal, version)
    reveal.state, reveal.settled_at = RevealState.WITHDRAWN, now
    reveal.version += 1
    session.flush()
    _record(session, "original.withdrawn", reveal, by=by, now=now)
    notices.withdraw(session, object_type=NOTICES_ABOUT, object_id=reveal.id)


def open_now(session: Session, reveal: OriginalReveal, *, by: int, now: dt.datetime) -> None:
    """Begin the minutes in which the original may be read; once."""
    if reveal.asked_by_id != by:
        raise ForbiddenError("Only whoever asked may open it.")
    stage = rules.stage_of(reveal, now)
    if stage is Stage.OPEN:
        return
    if stage is not Stage.READY:
        raise ConflictError(f"This original cannot be opened: {rules.STAGE_WORDS[stage]}. Ask again if it is needed.")
    if queries.original_of(session, reveal, now=now) is None:
        raise ConflictError("This original's time is over: it was destroyed, and nothing can bring it back.")
    reveal.opened_at, reveal.ends_at = now, now + dt.timedelta(minutes=reveal.minutes)
    reveal.version += 1
    session.flush()
    _record(session, "original.opened", reveal, by=by, now=now)


def _second_people(session: Session, ticket: Ticket, *, but: int, today: dt.date) -> set[int]:
    """Who may agree: their roles say so, and they are cleared for the ticket."""
    able = {
        user.id
        for role in AUTHORITY[Permission.ORIGINALS_SETTLE]
        for user in people.people_with_role(session, ticket.programme_id, role, today)
    }
    return queries.cleared_for(session, ticket, sorted(able - {but}), today)


def _refuse_stale(reveal: OriginalReveal, version: int) -> None:
    if reveal.version != version or reveal.state != RevealState.ASKED:
        raise ConflictError("This request was answered or taken back meanwhile; the page shows how it stands.")


def _record(session: Session, action: str, reveal: OriginalReveal, *, by: int, now: dt.datetime) -> None:
    audit.record(
        session,
        action=action,
        object_type="original_reveal",
        object_id=reveal.id,
        actor_id=by,
        now=now,
        detail={"ticket": reveal.ticket_id, "revision": reveal.n, "minutes": reveal.minutes},
    )
