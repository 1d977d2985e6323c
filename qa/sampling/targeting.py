"""Parts picked by choice: a lead's doubt, an appeal, a search. They have no known chance and enter no figure."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor, Permission
from qa.core.clock import local_day
from qa.core.errors import InvalidInputError
from qa.notices import service as notices
from qa.people.models import ProgrammeSetting
from qa.people.queries import zone_of
from qa.rubric_library.queries import rule_book_at
from qa.sampling import exposure
from qa.sampling.giving import loads_on, part_facts
from qa.sampling.models import Assignment, Purpose
from qa.sampling.reviewers import why_not
from qa.tickets.models import HandledPart, Ticket
from qa.tickets.queries import hold_parts, visible

REASONS = {
    "lead_choice": "I want to know how this was handled",
    "appeal": "Somebody appealed or complained",
    "search_result": "It turned up in a search",
}
MOST = 50  # tickets at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """What became of the tickets that were asked for, each by its number."""

    given: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]  # number and why


def pick(
    session: Session,
    actor: Actor,
    setting: ProgrammeSetting,
    numbers: Sequence[str],
    *,
    reason: str,
    now: dt.datetime,
) -> Picked:
    """Give the primary part of each ticket's last resolution to the least loaded reviewer who may score it.

    Tickets outside the actor's scope are told as unknown.
    """
    if reason not in REASONS:
        raise InvalidInputError("Say why these tickets.", {"reason": "Say why these tickets."})
    wanted = list(dict.fromkeys(number.strip().lstrip("#") for number in numbers if number.strip()))
    if not wanted:
        raise InvalidInputError("Name at least one ticket.", {"tickets": "Name at least one ticket."})
    if len(wanted) > MOST:
        raise InvalidInputError(f"At most {MOST} tickets at a time.", {"tickets": f"At most {MOST} at a time."})
    parts, erased = _parts_of(session, actor, wanted)
    hold_parts(session, list(parts.values()))
    facts = part_facts(session, list(parts.values()))
    erased |= {number for number, part_id in parts.items() if facts[part_id].erased}  # a moment ago
    had: dict[int, set[int]] = {}
    busy: set[int] = set()
    for picked, reviewer_id, state, purpose in session.execute(
        select(Assignment.part_id, Assignment.reviewer_id, Assignment.state, Assignment.purpose).where(
            Assignment.part_id.in_(list(parts.values()))
        )
    ):
        had.setdefault(picked, set()).add(reviewer_id)
        if purpose == Purpose.TARGETED and state == "open":
            busy.add(picked)
    today = local_day(now, zone_of(setting))
    book = rule_book_at(session, setting, now)
    loads = {load.key: load for load in loads_on(session, setting, today, now=now)}
    rows, refused = [], []
    for number in wanted:
        part_id = parts.get(number)
        if number in erased:
            refused.append((number, "its text was erased: nobody can read it any more"))
            continue
        if part_id is None:
            refused.append((number, "there is no such ticket, or it was never resolved by a specialist"))
            continue
        part = facts[part_id]
        version = book.version_for(part.facts.queue, part.channel, part.facts.language, part.resolved_at)
        able = [
            load
            for load in loads.values()
            if load.key not in had.get(part_id, ())
            and load.key != actor.user_id
            and why_not(load.reviewer, part.facts, own_team_ban=setting.own_team_ban) is None
        ]
        if part_id in busy:
            refused.append((number, "it is being reviewed by choice already"))
        elif version is None:
            refused.append((number, "no rubric covers it"))
        elif not able:
            refused.append((number, "nobody else may score it"))
        elif not (rested := [load for load in able if exposure.bears(load, part.facts.content_severity)]):
            refused.append((number, "everybody able has reached the limit for harmful content"))
        else:
            severity = part.facts.content_severity
            chosen = min(rested, key=lambda load: (load.share + exposure.used(load, severity), load.key))
            chosen.load += 1
            exposure.meets(chosen, severity)
            rows.append(
                {
                    "part_id": part_id,
                    "reviewer_id": chosen.key,
                    "purpose": Purpose.TARGETED,
                    "origin": "targeted",
                    "targeted_reason": reason,
                    "rubric_version_id": version,
                    "rubric_date": setting.rubric_date,
                    "due_on": today + dt.timedelta(days=setting.review_days),
                    "created_at": now,
                    "created_by_id": actor.user_id,
                }
            )
    if rows:
        session.execute(insert(Assignment), rows)
        told = {row["reviewer_id"] for row in rows if isinstance(row["reviewer_id"], int)}
        notices.notify(session, told, kind="parts_assigned", object_type="period", object_id=str(today), now=now)
        audit.record(
            session,
            action="assignment.pick",
            object_type="programme",
            object_id=actor.programme_id,
            actor_id=actor.user_id,
            now=now,
            detail={"parts": [row["part_id"] for row in rows], "reason": reason},
        )
    session.flush()
    left = dict(refused)
    return Picked(given=tuple(number for number in wanted if number not in left), refused=tuple(refused))


def _parts_of(session: Session, actor: Actor, numbers: Sequence[str]) -> tuple[dict[str, int], frozenset[str]]:
    """The part of each ticket that stands for it, among those the actor may pick, and the tickets that were erased."""
    last = func.max(HandledPart.resolved_at).over(partition_by=HandledPart.ticket_id)
    parts = (
        select(HandledPart.id.label("part_id"), HandledPart.ticket_id, HandledPart.resolved_at, last.label("last"))
        .where(
            HandledPart.programme_id == actor.programme_id,
            HandledPart.ticket_id.in_(select(Ticket.id).where(Ticket.external_id.in_(numbers))),
            HandledPart.is_primary,
            HandledPart.eligible,
            HandledPart.specialist_id.is_not(None),
        )
        .subquery()
    )
    rows = session.execute(
        select(Ticket.external_id, parts.c.part_id, Ticket.erased_at)
        .join(parts, parts.c.ticket_id == Ticket.id)
        .where(
            Ticket.external_id.in_(numbers),
            parts.c.resolved_at == parts.c.last,
            visible(actor, Permission.TARGETED_PICK),
        )
        .order_by(Ticket.external_id, parts.c.part_id)
    ).all()
    erased = frozenset(number for number, _, erased_at in rows if erased_at is not None)
    return {number: part_id for number, part_id, _ in rows if number not in erased}, erased
