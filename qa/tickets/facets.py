"""What the filters of the ticket list offer, kept as tickets come in: gathering it from a million takes seconds."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.dialects.sqlite import insert as insert_or_sqlite
from sqlalchemy.orm import Session

from qa.core.access import Actor
from qa.tickets.models import TicketFacet

Facet = tuple[str, str, str]  # region, kind, value
KINDS = ("queue", "channel", "tier")
MOST_OFFERED = 500


def note(session: Session, programme_id: int, known: set[Facet], tickets: Iterable[Mapping[str, Any]]) -> None:
    """Keep the facets of tickets that are stored in this transaction; ``known`` remembers what was kept before."""
    told = {
        (row["data_region"], kind, value)
        for row in tickets
        for kind, value in (*((kind, row[kind]) for kind in KINDS), *(("tag", tag) for tag in row["tags"]))
    } - known
    if not told:
        return
    made = insert_or_sqlite if session.get_bind().dialect.name == "sqlite" else insert_or
    session.execute(
        made(TicketFacet.__table__).on_conflict_do_nothing(),  # type: ignore[arg-type]
        [
            {"programme_id": programme_id, "data_region": region, "kind": kind, "value": value}
            for region, kind, value in sorted(told)
        ],
    )
    known |= told


def offered(session: Session, actor: Actor) -> dict[str, list[str]]:
    """The values of each kind that tickets of this person's regions have, in order."""
    found: dict[str, list[str]] = {kind: [] for kind in (*KINDS, "tag")}
    for kind, value in session.execute(
        select(TicketFacet.kind, TicketFacet.value)
        .where(TicketFacet.programme_id == actor.programme_id, TicketFacet.data_region.in_(sorted(actor.regions)))
        .distinct()
        .order_by(TicketFacet.kind, TicketFacet.value)
    ):
        if len(found[kind]) < MOST_OFFERED:
            found[kind].append(value)
    return found
