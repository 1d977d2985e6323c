"""Scores and their answers read from the database straight into arrays, a column each: a million rows as few objects.

A score counts from the moment at which nobody was kept from seeing it any more: a part that several score blind when
the last of them has submitted, a calibration session when it is closed. A golden ticket that was scored again counts in
the week in which it was, beside its standard: others never see it, and only the sum of all reviewers tells of it.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Double, Select, String, case, cast, extract, func, literal, select
from sqlalchemy.orm import Session

from calibration.scorings import GOLD_REVIEWER, Kind, Vector
from qa.calibration_sessions.golden.models import GoldenTicket
from qa.calibration_sessions.golden.queries import is_given
from qa.calibration_sessions.models import (
    CalibrationSession,
    ConsensusAnswer,
    ConsensusScore,
    SessionAssignment,
    SessionPart,
)
from qa.core.clock import local_day, monday_of
from qa.reviewer_drift.scales import AFTER_KEY, BETWEEN_ANSWERS, NOT_APPLICABLE
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Assignment, DrawnUnit, Purpose
from qa.tickets.models import HandledPart, Ticket

KINDS = {Purpose.ROUTINE: Kind.ROUTINE, Purpose.DOUBLE: Kind.DOUBLE, Purpose.CALIBRATION: Kind.CALIBRATION}
AT_ONCE = 20_000  # rows
WEEK_BITS = 17  # of a number that holds a golden ticket and a week
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredRows:
    """Scores as they lie in the database, parallel arrays in the order of their reviews, gold after them.

    ``review`` and ``reviewer`` are ids, of gold 0 and ``GOLD_REVIEWER``; ``specialist`` the id of a person, below 0
    of an agent who is none. ``ticket`` and ``queue`` are codes from 0 in the order in which they first appear.
    ``form`` is the place in ``forms`` of what was answered: rubric version, and answers as one text. ``known`` are
    seconds since 1970, ``weight`` and ``twice`` one over the chances of a draw and of a hidden second score; NaN where
    there is none.
    """

    review: Codes
    kind: Codes
    ticket: Codes
    reviewer: Codes
    specialist: Codes
    queue: Codes
    seconds: Vector
    form: Codes
    forms: Sequence[tuple[int, str]]
    known: Vector
    base: Vector
    final: Vector
    weight: Vector
    twice: Vector


class _Numbered:
    """Codes for what need not be kept a million times, in the order in which it first appears."""

    def __init__(self) -> None:
        self.known: dict[tuple[int, str], int] = {}

    def codes(self, values: Iterable[tuple[int, str]]) -> Codes:
        known = self.known
        return np.array([known.setdefault(value, len(known)) for value in values], dtype=np.int64)


def read_rows(session: Session, programme_id: int, *, end: dt.datetime, zone: ZoneInfo) -> ScoredRows:
    """Everything that counted before ``end``, in four statements; weeks begin in ``zone``."""
    forms, queues = _Numbered(), _Numbered()
    own = _reviews(session, programme_id, forms, queues)
    _seat(own, session, programme_id)
    own = _before(own, end.timestamp())
    gold = _gold(session, programme_id, forms, queues, end)
    anchors = _anchors(session, programme_id, forms, queues, end, zone)
    own["anchor"], gold["anchor"] = np.zeros_like(own["part"]), np.zeros_like(gold["part"])
    both = {name: np.concatenate([column, gold[name], anchors[name]]) for name, column in own.items()}
    # A part of a session, one of the operation and a golden ticket in a week bear numbers of their own.
    ticket = np.where(both["seat"] > 0, 2 * both["seat"] + 1, 2 * both["part"])
    ticket = np.where(both["anchor"] > 0, -both["anchor"], ticket)
    used, form = in_order(both["form"])  # what came after the end brings no form, queue or ticket
    every_form = list(forms.known)
    return ScoredRows(
        review=both["review"],
        kind=both["kind"],
        ticket=in_order(ticket)[1],
        reviewer=both["reviewer"],
        specialist=both["specialist"],
        queue=in_order(both["queue"])[1],
        seconds=both["seconds"],
        form=form,
        forms=tuple(every_form[place] for place in used.tolist()),
        known=both["known"],
        base=both["base"],
        final=both["final"],
        weight=1 / both["chance"],
        twice=1 / both["again"],
    )


Columns = dict[str, NDArray[Any]]
WHOLE = ("review", "kind", "part", "assignment", "reviewer", "specialist")
FIGURES = ("seconds", "known", "base", "final", "chance", "again")


def _reviews(session: Session, programme_id: int, forms: _Numbered, queues: _Numbered) -> Columns:
    """Submitted reviews that nobody is kept from seeing, with their first answers, read in portions.

    All answers of a review come as one text: a row an answer would be twelve times as many.
    """
    kind = case({purpose: int(code) for purpose, code in KINDS.items()}, value=Review.purpose)
    statement = (
        select(
            Review.id,
            kind,
            Review.part_id,
            Review.assignment_id,
            Review.reviewer_id,
            func.coalesce(HandledPart.specialist_id, -HandledPart.agent_identity_id),
            Review.active_seconds,
            cast(extract("epoch", Review.submitted_at), Double),
            ReviewRevision.base_score,
            ReviewRevision.score,
            DrawnUnit.inclusion_probability,
            case((Review.purpose == Purpose.DOUBLE, func.nullif(DrawnUnit.double_probability, 0.0))),
            ReviewRevision.rubric_version_id,
            RubricVersion.family_id,
            Ticket.queue,
            _written(Answer, Answer.revision_id == ReviewRevision.id),
        )
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(RubricVersion, RubricVersion.id == ReviewRevision.rubric_version_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .join(Assignment, Assignment.id == Review.assignment_id)
        .outerjoin(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        # Worded so that no index but the ids' fits: any other would sort all reviews for each portion of them.
        .where(
            HandledPart.programme_id + 0 == programme_id, kind.is_not(None), Review.state == "submitted", ~Review.sealed
        )
        .order_by(Review.id)
    )
    portions: list[Columns] = []
    for rows in _portions(session, statement):
        columns = list(zip(*rows, strict=True))
        version, family, queue, written = columns[len(WHOLE) + len(FIGURES) :]
        portion = _typed(columns)
        portion["form"] = forms.codes(zip(version, (text or "" for text in written), strict=True))
        portion["queue"] = queues.codes(zip(family, queue, strict=True))
        portions.append(portion)
    if not portions:
        return {name: np.zeros(0, dtype=kind) for name, kind in _types().items()}
    return {name: np.concatenate([portion.pop(name) for portion in portions]) for name in list(portions[0])}


def _portions(session: Session, statement: Select[Any]) -> Iterator[Sequence[Any]]:
    """The driver's own rows, some thousand reviews at a time, by their ids: no column here needs a conversion."""
    after, full = 0, True
    while full:
        result = session.connection().execute(statement.where(Review.id > after).limit(AT_ONCE))
        cursor: Any = result.cursor
        rows = cursor.fetchall()
        result.close()
        full = len(rows) == AT_ONCE
        if rows:
            after = rows[-1][0]
            yield rows


def _types() -> dict[str, type[np.int64] | type[np.float64]]:
    whole = dict.fromkeys((*WHOLE, "form", "queue"), np.int64)
    return {**whole, **dict.fromkeys(FIGURES, np.float64)}


def _typed(columns: Sequence[Sequence[Any]]) -> Columns:
    """Numbers as arrays; the database's NULL is NaN."""
    types = _types()
    return {
        name: np.array(values, dtype=types[name]) for name, values in zip((*WHOLE, *FIGURES), columns, strict=False)
    }


def _seat(own: Columns, session: Session, programme_id: int) -> None:
    """The session's part and the time that counts of each calibration review; of the others the last blind score's."""
    seats = np.array(
        session.execute(
            select(
                SessionAssignment.assignment_id,
                SessionAssignment.session_part_id,
                cast(extract("epoch", CalibrationSession.closed_at), Double),
            )
            .join(SessionPart, SessionPart.id == SessionAssignment.session_part_id)
            .join(CalibrationSession, CalibrationSession.id == SessionPart.session_id)
            .where(CalibrationSession.programme_id == programme_id, CalibrationSession.state == "closed")
            .order_by(SessionAssignment.assignment_id)
        ).all(),
        dtype=np.float64,
    ).reshape(-1, 3)
    sits = own["kind"] == Kind.CALIBRATION
    own["seat"] = np.zeros(sits.size, dtype=np.int64)
    known = np.where(sits, np.nan, own["known"])
    parts, place = np.unique(own["part"][~sits], return_inverse=True)
    last = np.zeros(parts.size)
    np.maximum.at(last, place, own["known"][~sits])
    known[~sits] = last[place]
    if len(seats):
        wanted = own["assignment"][sits]
        at = np.minimum(np.searchsorted(seats[:, 0], wanted), len(seats) - 1)
        found = seats[at, 0] == wanted
        own["seat"][sits] = np.where(found, seats[at, 1], 0).astype(np.int64)
        known[sits] = np.where(found, seats[at, 2], np.nan)
    own["known"] = known
    del own["assignment"]


def _before(own: Columns, end: float) -> Columns:
    """What counted before a moment; a calibration review whose session is not closed does not count yet."""
    kept = own["known"] < end
    return {name: column[kept] for name, column in own.items()}


def _written(answer: Any, of: ColumnElement[bool]) -> ColumnElement[str]:
    """All answers as one text, ``key=level;key=level``; nothing after the ``=`` is N/A."""
    chosen = func.coalesce(answer.level_key, answer.percentage, literal(NOT_APPLICABLE, String))
    one = answer.criterion_key + AFTER_KEY + chosen
    text: ColumnElement[str] = (
        select(func.aggregate_strings(one, BETWEEN_ANSWERS)).where(of).scalar_subquery().label("written")
    )
    return text


def _gold(session: Session, programme_id: int, forms: _Numbered, queues: _Numbered, end: dt.datetime) -> Columns:
    """What closed sessions agreed, criterion by criterion."""
    rows = session.execute(
        select(
            SessionPart.id,
            func.coalesce(HandledPart.specialist_id, -HandledPart.agent_identity_id),
            cast(extract("epoch", CalibrationSession.closed_at), Double),
            CalibrationSession.rubric_version_id,
            RubricVersion.family_id,
            Ticket.queue,
            _written(ConsensusAnswer, ConsensusAnswer.session_part_id == SessionPart.id),
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
    ).all()
    seat, specialist, known, version, family, queue, written = zip(*rows, strict=True) if rows else ((),) * 7
    size = len(rows)
    whole = {"review": 0, "kind": int(Kind.GOLD), "part": 0, "reviewer": GOLD_REVIEWER}
    return {
        **{name: np.full(size, value, dtype=np.int64) for name, value in whole.items()},
        "seat": np.array(seat, dtype=np.int64),
        "specialist": np.array(specialist, dtype=np.int64),
        "queue": queues.codes(zip(family, queue, strict=True)),
        "form": forms.codes(zip(version, (text or "" for text in written), strict=True)),
        "known": np.array(known, dtype=np.float64),
        "seconds": np.zeros(size),
        **{name: np.full(size, np.nan) for name in ("base", "final", "chance", "again")},
    }


def _anchors(
    session: Session, programme_id: int, forms: _Numbered, queues: _Numbered, end: dt.datetime, zone: ZoneInfo
) -> Columns:
    """Golden tickets scored again, blind, and their standard once a week: one ticket with all who scored it then."""
    rows = session.execute(
        select(
            GoldenTicket.id,
            func.coalesce(HandledPart.specialist_id, -HandledPart.agent_identity_id),
            RubricVersion.family_id,
            Ticket.queue,
            Review.submitted_at,
            GoldenTicket.rubric_version_id,
            _written(ConsensusAnswer, ConsensusAnswer.session_part_id == GoldenTicket.session_part_id),
            Review.id,
            Review.reviewer_id,
            Review.active_seconds,
            ReviewRevision.rubric_version_id,
            _written(Answer, Answer.revision_id == ReviewRevision.id),
            ReviewRevision.base_score,
            ReviewRevision.score,
        )
        .join(Assignment, is_given(GoldenTicket, Assignment))
        .join(Review, Review.assignment_id == Assignment.id)
        .join(ReviewRevision, (ReviewRevision.review_id == Review.id) & (ReviewRevision.n == 1))
        .join(RubricVersion, RubricVersion.id == ReviewRevision.rubric_version_id)
        .join(HandledPart, HandledPart.id == GoldenTicket.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(GoldenTicket.programme_id == programme_id, Review.state == "submitted", Review.submitted_at < end)
        .order_by(Review.submitted_at, Review.id)
    ).all()
    anchored: dict[int, tuple[Any, ...]] = {}
    scored: list[tuple[Any, ...]] = []
    for golden_id, specialist, family, queue, at, gold_version, agreed, *given in rows:
        if at is None:  # a submitted review has its time; the type does not say so
            continue
        about = golden_id << WEEK_BITS | monday_of(local_day(at, zone)).toordinal() // 7
        shared = (about, specialist, (family, queue), at.timestamp())
        review_id, reviewer, seconds, version, written, base, final = given
        scored.append((*shared, review_id, Kind.CALIBRATION, reviewer, seconds, (version, written or ""), base, final))
        standard = (0, Kind.GOLD, GOLD_REVIEWER, 0, (gold_version, agreed or ""), None, None)
        anchored.setdefault(about, (*shared, *standard))
    columns = list(zip(*scored, *anchored.values(), strict=True)) if scored else [()] * 11
    size = len(columns[0])
    numbers = {"anchor": 0, "specialist": 1, "review": 4, "kind": 5, "reviewer": 6}
    figures = {"known": 3, "seconds": 7, "base": 9, "final": 10}
    return {
        **{name: np.array(columns[place], dtype=np.int64) for name, place in numbers.items()},
        **{name: np.array(columns[place], dtype=np.float64) for name, place in figures.items()},
        **{name: np.zeros(size, dtype=np.int64) for name in ("part", "seat")},
        **{name: np.full(size, np.nan) for name in ("chance", "again")},
        "queue": queues.codes(columns[2]),
        "form": forms.codes(columns[8]),
    }


def in_order(values: Codes) -> tuple[Codes, Codes]:
    """Different values in the order of first appearance, and the place of each value among them."""
    different, first, place = np.unique(values, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(first.size, dtype=np.int64)
    rank[order] = np.arange(first.size)
    return different[order], rank[place]
