"""Which rubric applies when, shown on recent parts: every queue, channel and language, and what no rule covers."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.rubric_library.rules import RuleBook
from qa.tickets.models import HandledPart, Ticket

WINDOW = dt.timedelta(weeks=8)
MOST_ERAS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Era:
    """Parts of one kind resolved in a time in which the same rubric applied to them."""

    since: dt.datetime
    until: dt.datetime
    version_id: int | None
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Recent parts with the same facts, and what applied to them, oldest first."""

    queue: str
    channel: str
    language: str
    parts: int
    eras: Sequence[Era]
    version_id: int | None  # what applies at the end of the time looked at

    @property
    def uncovered(self) -> int:
        return sum(era.parts for era in self.eras if era.version_id is None)


def coverage(session: Session, programme_id: int, book: RuleBook, *, until: dt.datetime) -> list[Kind]:
    """The kinds of parts of the last weeks, uncovered ones first, then the most frequent; in one statement."""
    since = until - WINDOW
    edges = [since, *book.boundaries(since, until)[-MOST_ERAS:], until]
    spans = list(pairwise(edges))
    columns = [
        func.count().filter(HandledPart.resolved_at >= begin, HandledPart.resolved_at < end) for begin, end in spans
    ]
    rows = session.execute(
        select(Ticket.queue, Ticket.channel, Ticket.language, *columns)
        .join(HandledPart, HandledPart.ticket_id == Ticket.id)
        .where(
            HandledPart.programme_id == programme_id,
            HandledPart.resolved_at >= since,
            HandledPart.resolved_at < until,
            HandledPart.is_primary,
            HandledPart.eligible,
        )
        .group_by(Ticket.queue, Ticket.channel, Ticket.language)
        .order_by(Ticket.queue, Ticket.channel, Ticket.language)
    )
    kinds = []
    for queue, channel, language, *counts in rows:
        eras: list[Era] = []
        for (begin, end), n in zip(spans, counts, strict=True):
            version_id = book.version_for(queue, channel, language, begin)
            if eras and eras[-1].version_id == version_id:
                former = eras.pop()
                begin, n = former.since, former.parts + n
            eras.append(Era(since=begin, until=end, version_id=version_id, parts=n))
        kinds.append(
            Kind(
                queue=queue,
                channel=channel,
                language=language,
                parts=sum(counts),
                eras=eras,
                version_id=eras[-1].version_id,
            )
        )
    return sorted(kinds, key=lambda kind: (-kind.uncovered, -kind.parts, kind.queue, kind.channel, kind.language))
