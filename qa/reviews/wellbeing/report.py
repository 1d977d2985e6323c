"""How much hard content people read, for whoever answers for the programme: never about fewer than five people.

Four rules make that hold against reading between the lines as well. Time is cut into fixed blocks of four weeks that
do not overlap and are told only when they are over, so that no two reports differ by a day or a week. There are no
filters. The rows of a block split everything into parts that do not overlap, and each of them is the work of at least
five people: any sum or difference of rows is again a union of rows. How many people stand behind a row is not told.

Reference: the threshold and the merging of small cells follow Hundepool et al. (2012), Statistical Disclosure
Control, ch. 4 (frequency rule, table redesign).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.clock import local_day, midnight, monday_of
from qa.reviews.queries import TO_DO
from qa.sampling.exposure import HARMFUL
from qa.sampling.models import Assignment, WellbeingHandOver
from qa.tickets.models import HandledPart, Ticket

LEAST_PEOPLE = 5
WEEKS = 4
BLOCKS = 6  # the last ones that are over
EPOCH = dt.date(2024, 1, 1)  # a Monday from which all blocks are counted

Kind = tuple[str, int]  # queue and content severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Four weeks, whole and over."""

    first: dt.date
    last: dt.date  # a Sunday, included


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What was read of one kind, by whom, and what of it was handed over as too harmful."""

    people: frozenset[int]
    scored: int
    handed_over: int = 0
    alone: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the report: kinds that are told apart from the others, or taken together."""

    kinds: tuple[Kind, ...]  # by severity; ordinary content of all queues is ("", 0)
    queues: tuple[str, ...]
    severities: tuple[int, ...]
    scored: int
    handed_over: int
    alone: int  # of them without anybody else who could take it


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A block's rows; none when everything together is the work of fewer than five people."""

    block: Block
    rows: tuple[Row, ...]


def blocks_before(now: dt.datetime, zone: ZoneInfo) -> list[Block]:
    """The last blocks that are over, the newest first."""
    weeks = (monday_of(local_day(now, zone)) - EPOCH).days // 7
    begun = EPOCH + dt.timedelta(weeks=weeks - weeks % WEEKS)
    starts = [begun - dt.timedelta(weeks=WEEKS * back) for back in range(1, BLOCKS + 1)]
    return [Block(first=start, last=start + dt.timedelta(days=7 * WEEKS - 1)) for start in starts]


def told_rows(cells: Mapping[Kind, Cell]) -> tuple[Row, ...]:
    """The kinds as rows of at least five people each; where all together are fewer there is no row at all.

    Small kinds join others of their severity first.
    """
    groups: list[dict[Kind, Cell]] = []
    for severity in sorted({severity for _, severity in cells}):
        groups += _merged([{kind: cells[kind]} for kind in sorted(cells) if kind[1] == severity])
    groups = _merged(groups)
    if any(len(_people(group)) < LEAST_PEOPLE for group in groups):
        return ()
    rows = [
        Row(
            kinds=tuple(sorted(group, key=lambda kind: (kind[1], kind[0]))),
            queues=tuple(sorted({queue for queue, _ in group})),
            severities=tuple(sorted({severity for _, severity in group})),
            scored=sum(cell.scored for cell in group.values()),
            handed_over=sum(cell.handed_over for cell in group.values()),
            alone=sum(cell.alone for cell in group.values()),
        )
        for group in groups
    ]
    return tuple(sorted(rows, key=lambda row: (row.severities, row.queues)))


def _merged(groups: Sequence[dict[Kind, Cell]]) -> list[dict[Kind, Cell]]:
    """The two smallest taken together until each group is of five people, or one is left."""
    left = list(groups)
    while len(left) > 1 and min(len(_people(group)) for group in left) < LEAST_PEOPLE:
        left.sort(key=lambda group: (len(_people(group)), sorted(group)))
        left = [{**left[0], **left[1]}, *left[2:]]
    return left


def _people(group: Mapping[Kind, Cell]) -> frozenset[int]:
    return frozenset().union(*(cell.people for cell in group.values()))


def of_programme(session: Session, programme_id: int, zone: ZoneInfo, *, now: dt.datetime) -> list[Told]:
    """The last blocks that are over, each in two statements."""
    return [
        Told(block=block, rows=told_rows(_cells(session, programme_id, block, zone)))
        for block in blocks_before(now, zone)
    ]


def _cells(session: Session, programme_id: int, block: Block, zone: ZoneInfo) -> dict[Kind, Cell]:
    """What was read and handed over in a block; ordinary content of all queues is one kind."""
    people: dict[Kind, set[int]] = {}
    counts: dict[Kind, list[int]] = {}
    for queue, severity, reviewer_id, scored in session.execute(
        select(Ticket.queue, Ticket.content_severity, Assignment.reviewer_id, func.count())
        .join(HandledPart, HandledPart.ticket_id == Ticket.id)
        .join(Assignment, Assignment.part_id == HandledPart.id)
        .where(
            HandledPart.programme_id == programme_id,
            Assignment.state == "submitted",
            TO_DO,  # a specialist who was invited is none of those whose work this is about
            Assignment.ended_at >= midnight(block.first, zone),
            Assignment.ended_at < midnight(block.last + dt.timedelta(days=1), zone),
        )
        .group_by(Ticket.queue, Ticket.content_severity, Assignment.reviewer_id)
    ):
        kind = _kind(queue, severity)
        people.setdefault(kind, set()).add(reviewer_id)
        counts.setdefault(kind, [0, 0, 0])[0] += scored
    for queue, severity, handed_over, alone in session.execute(
        select(
            WellbeingHandOver.queue,
            WellbeingHandOver.content_severity,
            func.count(),
            func.count().filter(~WellbeingHandOver.found_another),
        )
        .where(
            WellbeingHandOver.programme_id == programme_id,
            WellbeingHandOver.week >= block.first,
            WellbeingHandOver.week <= block.last,
        )
        .group_by(WellbeingHandOver.queue, WellbeingHandOver.content_severity)
    ):
        known = counts.setdefault(_kind(queue, severity), [0, 0, 0])
        known[1] += handed_over
        known[2] += alone
    return {
        kind: Cell(people=frozenset(people.get(kind, ())), scored=scored, handed_over=handed_over, alone=alone)
        for kind, (scored, handed_over, alone) in counts.items()
    }


def _kind(queue: str, severity: int) -> Kind:
    return (queue, severity) if severity >= HARMFUL else ("", 0)
