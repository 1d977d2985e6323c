"""The tickets nearest to a place that hold words: at a cost of those that are shown, however many there are.

SQLite's index gives tickets in the order of their ids and is read no further than they reach. PostgreSQL's gathers
every ticket that holds a word before the newest can be told. There some thousand ids are looked through one by one; how
many of them hold the words tells how wide a block of ids has enough, and blocks of ids are words of the index as well.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, func, literal, literal_column, select
from sqlalchemy.orm import Session

from qa.tickets.models import SEARCH_BLOCKS, SEARCH_WORDS, Ticket
from qa.tickets.searching import INDEX, Asked, held

FIRST = 4_096  # ids that are looked through one by one
GATHERED = 8_000  # tickets that the index may gather for a page; beyond it PostgreSQL finds its way by itself
ALL = 64  # the block that has every id
CHANCE = 3  # so many may be where none was seen (19 of 20 times)
MARGIN = 1.25


def nearest(
    session: Session, words: Asked, tickets: Select[int], most: int, *, start: int | None = None, back: bool = False
) -> list[int]:
    """The ids, falling, of the newest of the tickets that hold the words, before ``start``; back: rising, after it."""
    holding, ids = words.holding(tickets)
    if words.sqlite:
        return _some(session, holding, ids, most, start, back=back)
    newest = session.scalar(select(func.max(INDEX.c.ticket_id))) or 0
    start = newest + 1 if start is None else start
    width, span = (newest - start if back else start - 1), FIRST
    ours = held(INDEX.c.words, words.expression)
    here = (ours, *_within(INDEX.c.ticket_id, start, span, back=back))
    looked = tickets.join(INDEX, INDEX.c.ticket_id == Ticket.id).where(*here)
    looked = looked.where(*_within(Ticket.id, start, span, back=back))  # PostgreSQL does not conclude it from the other
    near = _some(session, looked, INDEX.c.ticket_id, most, start, back=back)
    if len(near) >= most or span >= width:
        return near
    holders = session.scalar(select(func.count()).select_from(INDEX).where(*here)) or 0
    share = holders / max(len(near), 1)  # of those that hold the words, to those that are looked for
    while len(near) < most and span < width:
        level = level_for(width, span, len(near), holders, most)
        if level is None:
            return _some(session, holding, ids, most, start, back=back)
        gathered = _gathered(words, start, level, back=back)
        found = tickets.join(gathered, gathered.c.ticket_id == Ticket.id)
        near = _some(session, found, gathered.c.ticket_id, most, start, back=back)
        span, holders = 2**level, round(len(near) * share)
    return near


def level_for(width: int, span: int, near: int, holders: int, most: int) -> int | None:
    """Blocks of how many ids, as a power of two, probably have ``most``, where a stretch of ids has ``near``.

    ``holders`` of that stretch hold the words. ``None`` where too many would have to be gathered.
    """
    rate = min(1.0, (holders + CHANCE) / span)
    if rate * width <= GATHERED:
        return ALL
    needed = MARGIN * span * most / max(near, 1)
    level = next((each for each in SEARCH_BLOCKS if 2**each > max(span, needed)), None)
    return None if level is None or 2 * rate * 2**level > GATHERED else level


def _within(ids: ColumnElement[int] | Any, start: int, span: int, *, back: bool) -> tuple[ColumnElement[bool], ...]:
    """The ids next to a place, without it."""
    low, high = (start, start + span + 1) if back else (start - span - 1, start)
    return ids > _written(low), ids < _written(high)


def _gathered(words: Asked, start: int, level: int, *, back: bool) -> Subquery:
    """The tickets of a place's block and of the next one that hold the words: from the index, before all else."""
    expression = words.expression
    if level != ALL:
        block = start >> level
        blocks = (block, block + 1) if back else (block - 1, block)
        expression = f"({expression}) & ({' | '.join(f'_{level}x{each}' for each in blocks)})"
    found = select(INDEX.c.ticket_id).where(held(literal_column(SEARCH_WORDS), expression))
    order = INDEX.c.ticket_id.asc() if back else INDEX.c.ticket_id.desc()
    return found.order_by(order).offset(literal_column("0")).subquery()  # of its own: PostgreSQL plans it by itself


def _some(
    session: Session, found: Select[int], ids: ColumnElement[int], most: int, start: int | None, *, back: bool
) -> list[int]:
    if start is not None:
        found = found.where(ids > _written(start) if back else ids < _written(start))
    return list(session.scalars(found.order_by(ids.asc() if back else ids.desc()).limit(_written(most))))


def _written(number: int) -> ColumnElement[int]:
    """A number in the statement itself: PostgreSQL plans for any number whatever where it is a parameter."""
    return literal(number, literal_execute=True)
