"""Whose work and whose scores figures rest on: scopes, reviewers' shares of them, people behind them."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from qa.core.prepared import PreparedPlain, each_of, one_of
from qa.figures.models import WeeklyPersonPack, WeeklyReviewerPack
from qa.figures.packing import NUMBER
from qa.figures.reading import Read, read

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
    def everything(self) -> bool:
        return self.teams is None and self.queue is None and self.face == "all"

    @property
    def read_teams(self) -> tuple[int, ...]:
        return (*self.all_teams, 0) if self.teams is None else self.teams

    @property
    def shares(self) -> tuple[str, tuple[str, ...] | None, bool]:
        """The face of the reviewers' sums and its values that come nearest (``None``: every one), and whether they are
        exactly its own.
        """
        if self.teams is not None:
            return "team", tuple(str(team) for team in self.teams), self.queue is None and self.face == "all"
        if self.queue is not None:
            return "queue", (self.queue,), self.face == "all"
        if self.face == "language":
            return "language", (self.value,), True
        return "team", None, self.face == "all"

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
    chosen: dict[str, Any] = {} if values is None else {"value": values}
    found = read(session, WeeklyReviewerPack, scope.programme_id, since=since, until=until, face=face, **chosen)
    week = found.codes("week", {day: n for n, day in enumerate(weeks)})
    by = found.numbers("reviewer_id")
    reviewers = np.unique(by)
    who = np.searchsorted(reviewers, by)
    shape = (len(weeks), len(reviewers))
    at = np.where(settled[week], week * shape[1] + who, shape[0] * shape[1])  # the last place is nobody's
    tables: dict[str, Vector] = {
        name: np.bincount(at, found.sums[name], shape[0] * shape[1] + 1)[:-1].reshape(shape).astype(np.float64)
        for name in ("d", "d_free", "seconds", "n")
    }
    return Shares(
        reviewers=tuple(reviewers.tolist()),
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
    found = read(
        session,
        WeeklyReviewerPack,
        scope.programme_id,
        since=min(weeks),
        until=max(weeks),
        face=face,
        **_of_teams(scope, face),
    )
    value_of: dict[str, int] = {}
    who_of = {reviewer: n for n, reviewer in enumerate(reviewers)}
    (d,) = _by_value(found, dict.fromkeys(weeks, 0), value_of, who_of, "d")
    return dict(zip(value_of, d[0], strict=True))


def _of_teams(scope: Scope, face: str) -> dict[str, Any]:
    return {"value": tuple(map(str, scope.teams))} if face == "team" and scope.teams is not None else {}


def _by_value(
    found: Read, block_of: Mapping[dt.date, int], value_of: dict[str, int], who_of: dict[int, int], *names: str
) -> list[Vector]:
    """Sums by block of weeks, value and reviewer; weeks of no block and reviewers that nobody asks for are left out."""
    week_of: dict[dt.date, int] = {}
    week, value = found.codes("week", week_of), found.codes("value", value_of)
    block = np.array([block_of.get(day, -1) for day in week_of], dtype=np.int64)[week]
    who = found.found_in("reviewer_id", who_of)
    shape = (max(block_of.values()) + 1, len(value_of), len(who_of))
    there = (block >= 0) & (who >= 0)
    at = (block * shape[1] + value)[there] * shape[2] + who[there]
    return [
        np.bincount(at, found.sums[name][there], int(np.prod(shape))).reshape(shape).astype(np.float64)
        for name in names
    ]


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
    first = min((*before, *newest))
    found = read(session, WeeklyReviewerPack, scope.programme_id, since=first, until=max(newest), face=face)
    value_of: dict[str, int] = {}
    who_of = {who: n for n, who in enumerate(np.unique(found.numbers("reviewer_id")).tolist())}
    blocks = dict.fromkeys(before, 1) | dict.fromkeys(newest, 0)
    d, free = _by_value(found, blocks, value_of, who_of, "d", "d_free")
    total = np.maximum(d.sum(axis=2, keepdims=True), 1e-12)
    now, then = d / total
    lenient = np.array([effects.get(reviewer, 0.0) for reviewer in who_of])
    moved = free[0] @ lenient / total[0, :, 0]
    return {
        value: BlockShares(
            now=float(now[n] @ now[n]),
            then=float(then[n] @ then[n]),
            apart=float((now[n] - then[n]) @ (now[n] - then[n])),
            effect=float(moved[n]),
        )
        for value, n in value_of.items()
        if d[:, n].any()
    }


def people(
    session: Session,
    scope: Scope,
    faces: Collection[str],
    *,
    since: dt.date,
    until: dt.date,
    values: Sequence[str] | None = None,
) -> dict[str, dict[tuple[str, dt.date], int]]:
    """How many specialists each value's week is over, by face."""
    named = each_of("face", faces) | each_of("value", values or ())
    statement = _people(len(faces), None if values is None else len(values))
    found: dict[str, dict[tuple[str, dt.date], int]] = {face: {} for face in faces}
    for face, value, week, size in statement.all(
        session, programme=scope.programme_id, since=since, until=until, **named
    ):
        found[face][value, week] = size // NUMBER.itemsize  # each cell is one person with one sum
    return found


@lru_cache(maxsize=128)
def _people(faces: int, values: int | None) -> PreparedPlain:
    table = WeeklyPersonPack
    where = [
        table.programme_id == bindparam("programme"),
        one_of(table.face, "face", faces),
        table.week >= bindparam("since"),
        table.week <= bindparam("until"),
    ]
    if values is not None:
        where.append(one_of(table.value, "value", values))
    return PreparedPlain(
        select(table.face, table.value, table.week, func.length(table.sums).label("size")).where(*where)
    )
