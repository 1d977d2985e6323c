"""Whose work and whose scores figures rest on: scopes, reviewers' shares of them, people behind them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from qa.figures.models import WeeklyPersonSum, WeeklyReviewerSum
from qa.figures.reading import read

Codes = NDArray[np.int64]
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose parts: some teams (``None``: everybody's), one queue, one value of one face."""

    programme_id: int
    teams: tuple[int, ...] | None = None
    queue: str | None = None
    face: str = "all"
    value: str = ""
    all_teams: tuple[int, ...] = ()  # of the programme: the sums are kept by team, and are found by it

    @property
    def read_teams(self) -> tuple[int, ...]:
        return (*self.all_teams, 0) if self.teams is None else self.teams

    @property
    def shares(self) -> tuple[str, tuple[str, ...], bool]:
        """The face of the reviewers' sums and its values that come nearest, and whether they are exactly its own."""
        if self.teams is not None:
            return "team", tuple(str(team) for team in self.teams), self.queue is None and self.face == "all"
        if self.queue is not None:
            return "queue", (self.queue,), self.face == "all"
        if self.face == "language":
            return "language", (self.value,), True
        return "all", ("",), self.face == "all"

    def within(self, dimension: str, key: str) -> "Scope":
        """The part of it that one team, queue or value of a face is, by its key in the sums."""
        if dimension == "team":
            return replace(self, teams=(int(key),))
        if dimension == "queue":
            return replace(self, queue=key)
        return replace(self, face=dimension, value=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """What each reviewer scored of the scope, weeks x reviewers, in sums of d; ``free`` without failed criticals."""

    reviewers: tuple[int, ...]
    d: Vector
    free: Vector
    seconds: Vector
    n: Vector
    exact: bool

    def of(self, weeks: Codes) -> tuple[Vector, Vector]:
        """Each reviewer's share of some weeks together, and that of reviews in which strictness tells."""
        d, free = self.d[weeks].sum(axis=0), self.free[weeks].sum(axis=0)
        total = d.sum()
        return (d / total, free / total) if total > 0 else (d, free)

    def by_reviewer(self, weeks: Codes) -> dict[int, float]:
        """The shares of some weeks by the reviewers' numbers, to be laid beside those of another scope."""
        return dict(zip(self.reviewers, self.of(weeks)[0].tolist(), strict=True))


def shares_of(
    session: Session,
    scope: Scope,
    weeks: Sequence[dt.date],
    settled: NDArray[np.bool_],
    *,
    since: dt.date,
    until: dt.date,
) -> Shares:
    face, values, exact = scope.shares
    found = read(
        session,
        WeeklyReviewerSum,
        scope.programme_id,
        keys=("week", "reviewer_id"),
        since=since,
        until=until,
        face=face,
        value=values,
    )
    reviewer_of: dict[int, int] = {}
    week = found.codes("week", {day: n for n, day in enumerate(weeks)})
    who = found.codes("reviewer_id", reviewer_of)
    shape = (len(weeks), len(reviewer_of))
    inside = settled[week]
    tables = {name: np.zeros(shape) for name in ("d", "d_free", "seconds", "n")}
    for name, table in tables.items():
        np.add.at(table, (week[inside], who[inside]), found.sums[name][inside])
    return Shares(
        reviewers=tuple(reviewer_of),
        d=tables["d"],
        free=tables["d_free"],
        seconds=tables["seconds"],
        n=tables["n"],
        exact=exact,
    )


def scored_by(
    session: Session, scope: Scope, face: str, weeks: Sequence[dt.date], reviewers: Sequence[int]
) -> dict[str, Vector]:
    """Sums of d over some weeks of each team, queue or language, one entry for each of ``reviewers``; one statement.

    Nothing where the sums are not kept so: of a narrowed scope, or of the queues of some teams.
    """
    others: Mapping[str, Any] = {"team": scope.queue, "queue": scope.teams, "language": scope.teams or scope.queue}
    if scope.face != "all" or face not in others or others[face] is not None or not weeks:
        return {}
    table = WeeklyReviewerSum
    where = [table.programme_id == scope.programme_id, table.face == face, table.week.in_(weeks)]
    if face == "team" and scope.teams is not None:
        where.append(table.value.in_([str(team) for team in scope.teams]))
    rows = session.execute(
        select(table.value, table.reviewer_id, func.sum(table.d)).where(*where).group_by(table.value, table.reviewer_id)
    )
    place = {reviewer: n for n, reviewer in enumerate(reviewers)}
    found: dict[str, Vector] = {}
    for value, reviewer, d in rows:
        if reviewer in place:
            found.setdefault(value, np.zeros(len(place)))[place[reviewer]] = d
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockShares:
    """Reviewers' shares of one value over two blocks of weeks: their squares, what they do not share, and effects."""

    now: float
    then: float
    apart: float
    effect: float


def block_shares(
    session: Session,
    scope: Scope,
    effects: Mapping[int, float],
    face: str,
    newest: Sequence[dt.date],
    before: Sequence[dt.date],
) -> dict[str, BlockShares]:
    """The same of every team, queue or language, in one statement."""
    if not newest:
        return {}
    table = WeeklyReviewerSum
    now = table.week >= min(newest)
    rows = session.execute(
        select(
            table.value,
            table.reviewer_id,
            func.sum(case((now, table.d), else_=0.0)),
            func.sum(case((now, table.d_free), else_=0.0)),
            func.sum(case((now, 0.0), else_=table.d)),
        )
        .where(
            table.programme_id == scope.programme_id,
            table.face == face,
            table.week >= min((*before, *newest)),
            table.week <= max(newest),
        )
        .group_by(table.value, table.reviewer_id)
        .order_by(table.value, table.reviewer_id)
    ).all()
    grouped: dict[str, list[tuple[int, float, float, float]]] = {}
    for value, reviewer, a, free, b in rows:
        grouped.setdefault(value, []).append((reviewer, a, free, b))
    return {value: _block(np.array(each), effects) for value, each in grouped.items()}


def _block(rows: Vector, effects: Mapping[int, float]) -> BlockShares:
    who, a, free, b = rows.T
    now, then = a / max(a.sum(), 1e-12), b / max(b.sum(), 1e-12)
    lenient = np.array([effects.get(int(reviewer), 0.0) for reviewer in who])
    return BlockShares(
        now=float(now @ now),
        then=float(then @ then),
        apart=float((now - then) @ (now - then)),
        effect=float(free @ lenient / max(a.sum(), 1e-12)),
    )


def people(
    session: Session, scope: Scope, face: str, *, since: dt.date, until: dt.date, values: Sequence[str] | None = None
) -> dict[tuple[str, dt.date], int]:
    """How many specialists each value's week is over."""
    table = WeeklyPersonSum
    where = [
        table.programme_id == scope.programme_id,
        table.face == face,
        table.week >= since,
        table.week <= until,
        table.specialist_id > 0,
    ]
    if values is not None:
        where.append(table.value.in_(values))
    rows = session.execute(
        select(table.value, table.week, func.count()).where(*where).group_by(table.value, table.week)
    )
    return {(value, week): count for value, week, count in rows}
