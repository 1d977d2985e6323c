"""Reading all evidence about reviewers' scoring: routine, double, calibration and gold, first revisions alone.

A score counts from the week in which nobody was kept from seeing it any more: a part that several score blind when the
last of them has submitted, a calibration session when it is closed. So nothing that a run reads was unknown at the end
of the last week it judges.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, String, case, func, literal, select
from sqlalchemy.orm import Session

from calibration.scorings import GOLD_REVIEWER, Flags, Kind, Scorings, Vector
from qa.calibration_sessions.models import (
    CalibrationSession,
    ConsensusAnswer,
    ConsensusScore,
    SessionAssignment,
    SessionPart,
)
from qa.core.clock import local_day, midnight, monday_of
from qa.reviewer_drift.scales import AFTER_KEY, BETWEEN_ANSWERS, NOT_APPLICABLE, ProgrammeScale, UsedVersion
from qa.reviewer_drift.scales import programme_scale as scale_of
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.rubric_library.queries import rubrics_of
from qa.sampling.models import Assignment, DrawnUnit, Purpose
from qa.tickets.models import HandledPart, Ticket

WEEK = dt.timedelta(weeks=1)
KINDS = {Purpose.ROUTINE: Kind.ROUTINE, Purpose.DOUBLE: Kind.DOUBLE, Purpose.CALIBRATION: Kind.CALIBRATION}
AT_ONCE = 20_000  # rows
NONE = float("nan")
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


@dataclass(slots=True)
class _Rows:
    """Scorings as they are read, a list a column."""

    review: list[int]
    kind: list[int]
    ticket: list[tuple[str, int]]
    reviewer: list[int]
    specialist: list[int]
    queue: list[tuple[int, str]]
    seconds: list[int]
    version: list[int]
    answers: list[str]
    known: list[float]
    base: list[float]
    final: list[float]
    weight: list[float]
    twice: list[float]


def last_whole_week(as_of: dt.datetime, zone: ZoneInfo) -> dt.date:
    """The Monday of the newest week that is over."""
    return monday_of(local_day(as_of, zone)) - WEEK


def gather(session: Session, programme_id: int, *, through: dt.date, zone: ZoneInfo) -> Gathered | None:
    """Everything known by the end of the week that begins on ``through``, in six statements; None without a score."""
    end = midnight(through + WEEK, zone)
    rows = _Rows(*([] for _ in range(14)))
    _read_reviews(session, programme_id, rows, end)
    _read_gold(session, programme_id, rows, end)
    if not any(who != GOLD_REVIEWER for who in rows.reviewer):
        return None
    moments = np.array(rows.known)
    first_week = monday_of(local_day(dt.datetime.fromtimestamp(float(moments.min()), dt.UTC), zone))
    weeks = (through - first_week) // WEEK + 1
    opens = np.array([midnight(first_week + n * WEEK, zone).timestamp() for n in range(weeks)])
    week = np.searchsorted(opens, moments, side="right") - 1
    versions = _versions(session, np.array(rows.version), week)
    scale = scale_of(versions)
    answers, asked = scale.decode(rows.version, rows.answers)
    kind = np.array(rows.kind, dtype=np.int64)
    gold = kind == Kind.GOLD
    reviewers = tuple(sorted({who for who in rows.reviewer if who != GOLD_REVIEWER}))
    who = np.searchsorted(np.array(reviewers), np.array(rows.reviewer))
    order = np.argsort(week, kind="stable")
    scorings = Scorings(
        week.astype(np.int64),
        kind,
        _coded(rows.ticket),
        np.where(gold, GOLD_REVIEWER, who).astype(np.int64),
        _coded(rows.specialist),
        _coded(rows.queue),
        np.array(rows.seconds, dtype=np.float64) / 60,
        answers,
    ).take(order)
    sessions, waiting = _sessions(session, programme_id, end)
    return Gathered(
        first_week=first_week,
        weeks=weeks,
        scorings=scorings,
        asked=asked[order],
        review=np.array(rows.review, dtype=np.int64)[order],
        reviewers=reviewers,
        specialists=tuple(dict.fromkeys(rows.specialist)),
        given=Given(
            base=np.array(rows.base),
            final=np.array(rows.final),
            weight=np.array(rows.weight),
            twice=np.array(rows.twice),
        ).take(order),
        scale=scale,
        sessions=tuple(int(np.searchsorted(opens, at, side="right")) - 1 for at in sessions if at >= opens[0]),
        waiting=waiting,
    )


def _read_reviews(session: Session, programme_id: int, rows: _Rows, end: dt.datetime) -> None:
    """Reviews with their answers in one statement, read in portions.

    All of a part's answers come as one text: a row an answer would be twelve times as many.
    """
    written = (
        select(func.aggregate_strings(_written(Answer), BETWEEN_ANSWERS))
        .where(Answer.revision_id == ReviewRevision.id)
        .correlate(ReviewRevision)
        .scalar_subquery()
    )
    blind = (
        select(Review.part_id, func.max(Review.submitted_at).label("known_at"))
        .where(Review.purpose.in_((Purpose.ROUTINE, Purpose.DOUBLE)), Review.state == "submitted", ~Review.sealed)
        .group_by(Review.part_id)
        .having(func.count() > 1)
        .subquery()
    )
    seat = (
        select(SessionAssignment.assignment_id, SessionAssignment.session_part_id, CalibrationSession.closed_at)
        .join(SessionPart, SessionPart.id == SessionAssignment.session_part_id)
        .join(CalibrationSession, CalibrationSession.id == SessionPart.session_id)
        .where(CalibrationSession.state == "closed")
        .subquery()
    )
    known = case(
        (Review.purpose == Purpose.CALIBRATION, seat.c.closed_at),
        else_=func.coalesce(blind.c.known_at, Review.submitted_at),
    )
    statement = (
        select(
            Review.id,
            Review.purpose,
            Review.part_id,
            seat.c.session_part_id,
            Review.reviewer_id,
            HandledPart.specialist_id,
            HandledPart.agent_identity_id,
            Ticket.queue,
            Review.active_seconds,
            ReviewRevision.rubric_version_id,
            RubricVersion.family_id,
            written,
            ReviewRevision.base_score,
            ReviewRevision.score,
            DrawnUnit.inclusion_probability,
            DrawnUnit.double_probability,
            known.label("known_at"),
        )
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(RubricVersion, RubricVersion.id == ReviewRevision.rubric_version_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .outerjoin(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .outerjoin(blind, blind.c.part_id == Review.part_id)
        .outerjoin(seat, seat.c.assignment_id == Review.assignment_id)
        .where(
            HandledPart.programme_id == programme_id,
            Review.purpose.in_(tuple(KINDS)),
            Review.state == "submitted",
            ~Review.sealed,
            known < end,
        )
        .order_by(Review.id)
        .execution_options(yield_per=AT_ONCE)
    )
    for portion in session.execute(statement).partitions():
        for (
            review_id, purpose, part_id, session_part_id, reviewer_id, specialist_id, agent_id, queue, seconds,
            version_id, family_id, answers, base, final, probability, again, known_at,
        ) in portion:  # fmt: skip
            rows.review.append(review_id)
            rows.kind.append(KINDS[purpose])
            rows.ticket.append(("part", part_id) if session_part_id is None else ("session", session_part_id))
            rows.reviewer.append(reviewer_id)
            rows.specialist.append(specialist_id or -agent_id)
            rows.queue.append((family_id, queue))
            rows.seconds.append(seconds)
            rows.version.append(version_id)
            rows.answers.append(answers or "")
            rows.known.append(known_at.timestamp())
            rows.base.append(NONE if base is None else base)
            rows.final.append(NONE if final is None else final)
            rows.weight.append(NONE if probability is None else 1 / probability)
            rows.twice.append(1 / again if again and purpose == Purpose.DOUBLE else NONE)


def _written(answer: Any) -> ColumnElement[str]:
    """An answer as ``key=level``."""
    chosen = func.coalesce(answer.level_key, answer.percentage, literal(NOT_APPLICABLE, String))
    written: ColumnElement[str] = answer.criterion_key + AFTER_KEY + chosen
    return written


def _read_gold(session: Session, programme_id: int, rows: _Rows, end: dt.datetime) -> None:
    """What closed sessions agreed, criterion by criterion, in one statement."""
    written = (
        select(func.aggregate_strings(_written(ConsensusAnswer), BETWEEN_ANSWERS))
        .where(ConsensusAnswer.session_part_id == SessionPart.id)
        .correlate(SessionPart)
        .scalar_subquery()
    )
    for part_id, specialist_id, agent_id, queue, version_id, family_id, answers, known_at in session.execute(
        select(
            SessionPart.id,
            HandledPart.specialist_id,
            HandledPart.agent_identity_id,
            Ticket.queue,
            CalibrationSession.rubric_version_id,
            RubricVersion.family_id,
            written,
            CalibrationSession.closed_at,
        )
        .join(ConsensusScore, ConsensusScore.session_part_id == SessionPart.id)
        .join(CalibrationSession, CalibrationSession.id == SessionPart.session_id)
        .join(RubricVersion, RubricVersion.id == CalibrationSession.rubric_version_id)
        .join(HandledPart, HandledPart.id == SessionPart.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(
            CalibrationSession.programme_id == programme_id,
            CalibrationSession.state == "closed",
            CalibrationSession.closed_at < end,
        )
        .order_by(SessionPart.id)
    ):
        if known_at is None:  # a closed session has its time; the type does not say so
            continue
        rows.review.append(0)
        rows.kind.append(Kind.GOLD)
        rows.ticket.append(("session", part_id))
        rows.reviewer.append(GOLD_REVIEWER)
        rows.specialist.append(specialist_id or -agent_id)
        rows.queue.append((family_id, queue))
        rows.seconds.append(0)
        rows.version.append(version_id)
        rows.answers.append(answers or "")
        rows.known.append(known_at.timestamp())
        for column in (rows.base, rows.final, rows.weight, rows.twice):
            column.append(NONE)


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


def _coded(values: Sequence[Any]) -> Codes:
    """Codes in the order of first appearance."""
    known: dict[Any, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values], dtype=np.int64)
