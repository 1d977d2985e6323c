"""Keeping weekly sums in step with the facts: what changes is taken out and added again, in the same transaction."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

import rubrics
from qa.core.orm import table_of
from qa.core.prepared import Asked
from qa.figures import packing
from qa.figures.adding import Sums, add, add_grouped, pack_key
from qa.figures.models import (
    Pack,
    WeeklyAnswerPack,
    WeeklyDrawPack,
    WeeklyFramePack,
    WeeklyPersonPack,
    WeeklyReviewerPack,
    WeeklyReviewPack,
)
from qa.reviews.contributions import Contributions, of_draws, of_frames, of_one_review, of_parts, of_reviews
from qa.sampling import frames
from qa.sampling.models import Draw, DrawnUnit, FrameUnit, Period
from qa.tickets.models import HandledPart

TABLES: tuple[type[Pack], ...] = (
    WeeklyReviewPack,
    WeeklyReviewerPack,
    WeeklyAnswerPack,
    WeeklyDrawPack,
    WeeklyFramePack,
    WeeklyPersonPack,
)
ROUNDING = 1e-9  # of a sum's size: what adding in another order may differ by


def submitted(asked: Asked, review_id: int, score: rubrics.Score) -> None:
    """Add a drawn review that has just been submitted; before, it counted for nothing."""
    for model, groups in of_one_review(asked, review_id, score).items():  # in the order of TABLES
        add_grouped(asked, model, groups)


@contextmanager
def following(
    session: Session,
    *,
    parts: Any = None,
    tickets: Collection[int] | None = None,
    specialists: Collection[int] | None = None,
) -> Iterator[None]:
    """Inside, facts of these parts change; afterwards the sums hold what they contribute then."""
    where = _chosen(parts, tickets, specialists)
    if where is None:
        yield
        return
    session.flush()
    _hold(session, where)
    before = of_parts(session, [where])
    yield
    session.flush()
    if parts is not None and not isinstance(parts, Collection):
        _hold(session, where)  # those that entered a frame only inside: somebody may be changing them just now
    _apply(session, of_parts(session, [where]).less(before))


def _chosen(
    parts: Any, tickets: Collection[int] | None, specialists: Collection[int] | None
) -> ColumnElement[bool] | None:
    chosen = []
    if parts is not None and not (isinstance(parts, Collection) and not parts):
        chosen.append(HandledPart.id.in_(parts))
    if tickets:
        chosen.append(HandledPart.ticket_id.in_(tickets))
    if specialists:
        chosen.append(HandledPart.specialist_id.in_(specialists))
    return or_(*chosen) if chosen else None


def _hold(session: Session, where: ColumnElement[bool]) -> None:
    """Let whoever else changes facts of these parts wait, or be seen: either way each change counts once.

    Parts outside every frame as well: one may enter a frame meanwhile. SQLite has one writer at any time.
    """
    if session.get_bind().dialect.name != "sqlite":
        session.execute(
            select(HandledPart.id).where(where).order_by(HandledPart.id).with_for_update(key_share=True)
        ).all()


def _apply(asked: Asked, found: Contributions) -> None:
    for model in TABLES:
        add(asked, model, found.tables.get(model, {}))


def recount(session: Session, period: Period) -> Contributions:
    """What the sums of a period have to be, counted from its facts alone."""
    where = [Period.id == period.id]
    return Contributions(
        tables={
            **of_reviews(session, where).tables,
            **of_draws(session, where).tables,
            **of_frames(session, where).tables,
        }
    )


def periods_of(session: Session, programme_id: int) -> Sequence[Period]:
    """Weeks that may have sums."""
    return session.scalars(
        select(Period).where(Period.programme_id == programme_id).order_by(Period.starts_on, Period.id)
    ).all()


def kept(session: Session, programme_id: int, week: dt.date) -> Contributions:
    """What the tables hold of a week."""
    tables: dict[type[Pack], Sums] = {}
    for model in TABLES:
        table, key = table_of(model), pack_key(model)
        rows = session.execute(select(table).where(table.c.programme_id == programme_id, table.c.week == week))
        tables[model] = {
            (*(getattr(row, name) for name in key), *cell): sums
            for row in rows
            for cell, sums in packing.unpacked(row.cells, row.sums, len(model.SUMS)).items()
        }
    return Contributions(tables=tables)


def rebuild(session: Session, period: Period) -> int:
    """Write the sums of a period anew; how many rows differed. Who changes facts of it waits for the commit."""
    frames.one_at_a_time(session, period.programme_id)  # a draw that is under way has yet to add what it drew
    drawn = select(DrawnUnit.part_id).join(Draw, Draw.id == DrawnUnit.draw_id).where(Draw.period_id == period.id)
    framed = select(FrameUnit.part_id).where(FrameUnit.period_id == period.id)
    _hold(session, HandledPart.id.in_(framed.union(drawn)))
    wanted = recount(session, period)
    differing = len(differences(wanted, kept(session, period.programme_id, period.starts_on)))
    if differing:
        for model in TABLES:
            table = table_of(model)
            session.execute(
                delete(table).where(table.c.programme_id == period.programme_id, table.c.week == period.starts_on)
            )
        _apply(session, wanted)
    return differing


@dataclass(frozen=True, slots=True, kw_only=True)
class Different:
    """A row of sums that is not what its facts give."""

    table: str
    key: tuple[Any, ...]
    kept: Sequence[float] | None
    counted: Sequence[float] | None


def differences(counted: Contributions, held: Contributions) -> list[Different]:
    """Every row that differs by more than adding in another order does."""
    found = []
    for model in TABLES:
        wanted, there = counted.tables.get(model, {}), held.tables.get(model, {})
        for key in {**wanted, **there}:
            a, b = wanted.get(key), there.get(key)
            if a is None or b is None or any(not _same(x, y) for x, y in zip(a, b, strict=True)):
                found.append(Different(table=model.__tablename__, key=key, kept=b, counted=a))
    return found


def _same(a: float, b: float) -> bool:
    return abs(a - b) <= ROUNDING * max(1.0, abs(a), abs(b))


def check(session: Session, programme_id: int) -> tuple[int, list[Different]]:
    """How many weeks were counted again, and every row that is not what its facts give."""
    periods = periods_of(session, programme_id)
    found: list[Different] = []
    for period in periods:
        found += differences(recount(session, period), kept(session, programme_id, period.starts_on))
    return len(periods), found
