"""All evidence about reviewers' scoring: routine, double, calibration and gold, first revisions alone, by week.

A score counts from the week in which nobody was kept from seeing it any more: nothing that a run reads was unknown at
the end of the last week it judges.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from calibration.scorings import GOLD_REVIEWER, Flags, Kind, Scorings, Vector
from qa.calibration_sessions.models import CalibrationSession
from qa.core.clock import local_day, midnight, monday_of
from qa.reviewer_drift.scales import ProgrammeScale, UsedVersion
from qa.reviewer_drift.scales import programme_scale as scale_of
from qa.reviewer_drift.scored_rows import in_order, read_rows
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.rubric_library.queries import rubrics_of

WEEK = dt.timedelta(weeks=1)
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Scores as given, before and with critical failures, and their design weights; NaN where there is none.

    ``twice`` is one over the chance that a part got its hidden second score, told at that score.
    """

    base: Vector
    final: Vector
    weight: Vector
    twice: Vector

    def take(self, chosen: Codes) -> "Given":
        return Given(
            base=self.base[chosen], final=self.final[chosen], weight=self.weight[chosen], twice=self.twice[chosen]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Scorings by week, and what their codes stand for; week 0 begins on ``first_week``.

    ``review`` holds the id of each scoring's review, 0 for gold; ``asked`` whether a criterion was asked, scorings x
    columns. ``specialists`` are ids of people, below 0 of agents who are none. ``sessions`` are the weeks in which
    calibration sessions entered, ``waiting`` how many are revealed and not closed.
    """

    first_week: dt.date
    weeks: int
    scorings: Scorings
    asked: Flags
    review: Codes
    reviewers: tuple[int, ...]
    specialists: tuple[int, ...]
    given: Given
    scale: ProgrammeScale
    sessions: tuple[int, ...]
    waiting: int

    def monday(self, week: int) -> dt.date:
        """The Monday of a week by its number."""
        return self.first_week + week * WEEK

    @property
    def through(self) -> dt.date:
        """The Monday of the last week that counts."""
        return self.monday(self.weeks - 1)

    @property
    def digest(self) -> str:
        """SHA-256 over everything that the arithmetic reads: the same digest gives the same outcome."""
        found = hashlib.sha256()
        taken, scale = self.scorings, self.scale.scale
        for array in (
            taken.week, taken.kind, taken.ticket, taken.reviewer, taken.specialist, taken.queue, taken.minutes,
            taken.answers, self.asked, self.given.base, self.given.final, self.given.weight, self.given.twice,
            np.array(self.specialists, dtype=np.int64), np.array(self.reviewers, dtype=np.int64), scale.weights,
            scale.critical,
        ):  # fmt: skip
            found.update(np.ascontiguousarray(array).tobytes())
        words = [self.first_week.isoformat(), str(self.weeks), *scale.ids]
        words += [f"{change.week}:{change.touched}" for change in scale.changes]
        found.update("\n".join(words).encode())
        return found.hexdigest()


def last_whole_week(as_of: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The Monday of the newest week that is over."""
    return monday_of(local_day(as_of, zone)) - WEEK


def gather(session: Session, programme_id: int, *, through: dt.date, zone: ZoneInfo) -> Gathered | None:
    """Everything known by the end of the week that begins on ``through``, in seven statements; None without a score."""
    end = midnight(through + WEEK, zone)
    rows = read_rows(session, programme_id, end=end, zone=zone)
    gold = rows.kind == Kind.GOLD
    if gold.all():
        return None
    first_week = monday_of(local_day(dt.datetime.fromtimestamp(float(rows.known.min()), dt.UTC), zone))
    weeks = (through - first_week) // WEEK + 1
    opens = np.array([midnight(first_week + n * WEEK, zone).timestamp() for n in range(weeks)])
    week = np.searchsorted(opens, rows.known, side="right") - 1
    order = np.argsort(week, kind="stable")
    version = np.array([version_id for version_id, _ in rows.forms], dtype=np.int64)[rows.form]
    scale = scale_of(_versions(session, version, week))
    answers, asked = scale.decode([version_id for version_id, _ in rows.forms], [text for _, text in rows.forms])
    reviewers, reviewer = np.unique(rows.reviewer[~gold], return_inverse=True)
    who = np.full(gold.size, GOLD_REVIEWER, dtype=np.int64)
    who[~gold] = reviewer
    specialists, specialist = in_order(rows.specialist)
    form = rows.form[order]
    sessions, waiting = _sessions(session, programme_id, end)
    return Gathered(
        first_week=first_week,
        weeks=weeks,
        scorings=Scorings(
            week[order].astype(np.int64),
            rows.kind[order],
            rows.ticket[order],
            who[order],
            specialist[order],
            rows.queue[order],
            rows.seconds[order] / 60,
            answers[form],
        ),
        asked=asked[form],
        review=rows.review[order],
        reviewers=tuple(reviewers.tolist()),
        specialists=tuple(specialists.tolist()),
        given=Given(base=rows.base[order], final=rows.final[order], weight=rows.weight[order], twice=rows.twice[order]),
        scale=scale,
        sessions=tuple(int(np.searchsorted(opens, at, side="right")) - 1 for at in sessions if at >= opens[0]),
        waiting=waiting,
    )


def _versions(session: Session, version: Codes, week: Codes) -> list[UsedVersion]:
    """The versions that something was scored by, with the first week of each, in two statements."""
    ids, place = np.unique(version, return_inverse=True)
    first = np.full(ids.size, np.iinfo(np.int64).max)
    np.minimum.at(first, place, week)
    weeks = dict(zip(ids.tolist(), first.tolist(), strict=True))
    read = rubrics_of(session, weeks)
    return [
        UsedVersion(
            version_id=row.id,
            family=key,
            family_name=name,
            label=row.label,
            first_week=weeks[row.id],
            rubric=read[row.id],
        )
        for row, key, name in session.execute(
            select(RubricVersion, RubricFamily.key, RubricFamily.name)
            .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
            .where(RubricVersion.id.in_(weeks))
            .order_by(RubricVersion.id)
        )
    ]


def _sessions(session: Session, programme_id: int, end: dt.datetime) -> tuple[list[float], int]:
    """When sessions were closed, and how many are revealed and wait for that, in one statement."""
    closed, waiting = [], 0
    for state, at in session.execute(
        select(CalibrationSession.state, CalibrationSession.closed_at)
        .where(CalibrationSession.programme_id == programme_id, CalibrationSession.state != "scoring")
        .order_by(CalibrationSession.closed_at, CalibrationSession.id)
    ):
        if state == "closed" and at is not None and at < end:
            closed.append(at.timestamp())
        elif state == "revealed":
            waiting += 1
    return closed, waiting
