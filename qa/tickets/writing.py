"""The transaction of one chunk: bulk inserts and updates of what was prepared."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from qa.core import summing
from qa.tickets import facets, searching, signal_storing
from qa.tickets.counting import Counts
from qa.tickets.intake.base import PartRecord
from qa.tickets.models import (
    ConversationKey,
    ConversationRevision,
    HandledPart,
    Resolution,
    SearchPending,
    Ticket,
    TicketStatus,
)
from qa.tickets.originals.models import OriginalText
from qa.tickets.preparing import Prepared, Store, Work
from qa.tickets.rows import Row, insert_rows, take_ids, update_rows
from qa.tickets.rules import Ineligible, part_key, permanent_random_number

Made = signal_storing.Made
CHANGING = (
    "specialist_id",
    "team_id",
    "resolved_at",
    "first_reply_at",
    "last_reply_at",
    "public_replies",
    "share",
    "is_primary",
    "eligible",
    "ineligible_reason",
)


def write(
    session: Session, store: Store, prepared: Prepared, readings: signal_storing.Readings, counts: Counts
) -> None:
    """Carry out a chunk's changes and count the parts made; the caller commits."""
    work = prepared.work
    if not work:
        return
    known = [each.ticket_id for each in work if each.ticket_id is not None]
    with summing.changing(session, tickets=known):
        _write(session, store, work, readings, counts)


def _write(
    session: Session, store: Store, work: Sequence[Work], readings: signal_storing.Readings, counts: Counts
) -> None:
    new = [each for each in work if each.ticket_id is None]
    _tickets(session, store, work, new)
    resolutions = _resolutions(session, work)
    made = _parts(session, store, work, resolutions, counts)
    _texts(session, work)
    _note(session, work, new)
    told = [each.columns for each in work if each.columns is not None]
    facets.note(session, store.programme_id, store.facets, told)
    signal_storing.write(
        session,
        signal_storing.of_work(work, readings),
        readings=readings,
        made={each.ticket_id: made.get(each.ticket_id, []) for each in new if each.ticket_id is not None},
    )


def _note(session: Session, work: Sequence[Work], new: Sequence[Work]) -> None:
    """The search index has yet to take in what is written here; of new tickets nothing can be noted before."""
    insert_rows(session, SearchPending, [{"ticket_id": each.ticket_id} for each in new])
    fresh = {each.ticket_id for each in new}
    searching.note(session, [e.ticket_id for e in work if e.ticket_id is not None and e.ticket_id not in fresh])


def _tickets(session: Session, store: Store, work: Sequence[Work], new: Sequence[Work]) -> None:
    changed = [each for each in work if each.ticket_id is not None and each.columns is not None]
    fixed = {
        "programme_id": store.programme_id,
        "source_id": store.source_id,
        "imported_at": store.now,
        "erased_at": None,
    }
    update_rows(
        session,
        Ticket,
        [{"row_id": each.ticket_id, **(each.columns or {}), **_origin(store, each)} for each in changed],
    )
    for each, ticket_id in zip(new, take_ids(session, Ticket, len(new)), strict=True):
        each.ticket_id = ticket_id
    insert_rows(
        session,
        Ticket,
        [
            {
                "id": each.ticket_id,
                "external_id": each.record.external_id,
                **fixed,
                **(each.columns or {}),
                **_origin(store, each),
            }
            for each in new
        ],
    )


def _origin(store: Store, work: Work) -> Row:
    """Where a ticket's present facts were told."""
    origin = work.record.origin
    return {
        "intake_run_id": store.run_id,
        "origin_file": origin.file if origin is not None else None,
        "origin_row": origin.row if origin is not None else None,
    }


def _resolutions(session: Session, work: Sequence[Work]) -> dict[int, int]:
    """The id of each ticket's present resolution, made or re-dated where needed."""
    found: dict[int, int] = {}
    new: list[Row] = []
    moved: list[Row] = []
    for each in work:
        if each.resolution is None or each.ticket_id is None:
            continue
        n, resolved_at = each.resolution.n, each.resolution.resolved_at
        known = next((known for known in each.deeper.resolutions if known.n == n), None)
        if known is None:
            new.append({"ticket_id": each.ticket_id, "n": n, "resolved_at": resolved_at})
            continue
        found[each.ticket_id] = known.id
        if known.resolved_at != resolved_at:
            moved.append({"row_id": known.id, "resolved_at": resolved_at})
    for row, resolution_id in zip(new, take_ids(session, Resolution, len(new)), strict=True):
        row["id"] = found[row["ticket_id"]] = resolution_id
    insert_rows(session, Resolution, new)
    update_rows(session, Resolution, moved)
    return found


def _parts(session: Session, store: Store, work: Sequence[Work], resolutions: dict[int, int], counts: Counts) -> Made:
    """Write the parts; those that are new, by their tickets."""
    new: list[tuple[Row, str]] = []
    changed: list[Row] = []
    for each in work:
        if each.record.status == TicketStatus.DELETED:
            changed += _all_left_out(each, Ineligible.DELETED)
        if each.parts is None or each.resolution is None or each.ticket_id is None:
            continue
        resolution_id = resolutions[each.ticket_id]
        known = dict(each.deeper.parts.get(resolution_id, {}))
        for part in each.parts:
            row = _part_row(store, each, part)
            before = known.pop(store.directory.known[part.agent.external_id].id, None)
            if before is None:
                row |= {"ticket_id": each.ticket_id, "resolution_id": resolution_id}
                new.append((row, part.agent.external_id))
                counts.parts += 1
                if part.ineligible_reason:
                    counts.left_out[str(part.ineligible_reason)] += 1
            elif any(getattr(before, name) != row[name] for name in CHANGING):
                changed.append({"row_id": before.id} | {name: row[name] for name in CHANGING})
        changed += [_left_out(before, Ineligible.WITHDRAWN) for before in known.values()]
    made: Made = {}
    for (row, agent), part_id in zip(new, take_ids(session, HandledPart, len(new)), strict=True):
        row["id"] = part_id
        made.setdefault(row["ticket_id"], []).append((part_id, agent))
    insert_rows(session, HandledPart, [row for row, _ in new])
    update_rows(session, HandledPart, changed)
    return made


def _part_row(store: Store, work: Work, part: PartRecord) -> Row:
    if work.resolution is None:
        raise ValueError(f"ticket {work.record.external_id} has a part without a resolution")
    agent = store.directory.known[part.agent.external_id]
    resolved_at = work.resolution.resolved_at
    key = part_key(work.record.external_id, work.resolution.n, part.agent.external_id)
    return {
        "programme_id": store.programme_id,
        "agent_identity_id": agent.id,
        "specialist_id": agent.user_id,
        "team_id": store.directory.team(agent.user_id, resolved_at),
        "resolved_at": resolved_at,
        "first_reply_at": part.first_reply_at,
        "last_reply_at": part.last_reply_at,
        "public_replies": part.public_replies,
        "share": part.share,
        "is_primary": part.is_primary,
        "eligible": part.ineligible_reason is None,
        "ineligible_reason": str(part.ineligible_reason) if part.ineligible_reason else None,
        "prn": permanent_random_number(store.frame_key, store.source_key, key),
    }


def _left_out(before: Any, reason: Ineligible) -> Row:
    kept = {name: getattr(before, name) for name in CHANGING}
    return kept | {"row_id": before.id, "eligible": False, "ineligible_reason": reason.value, "is_primary": False}


def _all_left_out(work: Work, reason: Ineligible) -> list[Row]:
    return [_left_out(part, reason) for parts in work.deeper.parts.values() for part in parts.values()]


def _texts(session: Session, work: Sequence[Work]) -> None:
    insert_rows(
        session,
        ConversationKey,
        [{"ticket_id": e.ticket_id, "key_id": e.key[0], "wrapped": e.key[1]} for e in work if e.key is not None],
    )
    insert_rows(
        session,
        ConversationRevision,
        [{"ticket_id": each.ticket_id, **each.revision} for each in work if each.revision is not None],
    )
    insert_rows(
        session,
        OriginalText,
        [{"ticket_id": each.ticket_id, **each.original} for each in work if each.original is not None],
    )
