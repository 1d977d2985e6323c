"""What each drawn review and each part of a frame adds to the weekly sums, read from the facts."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from math import log
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, case, exists, func, select
from sqlalchemy.orm import Session, aliased

import rubrics
from qa.core.prepared import Asked, Prepared
from qa.figures.adding import Groups, Sums, gathered, minus, ungrouped
from qa.figures.models import (
    Pack,
    WeeklyAnswerPack,
    WeeklyDrawPack,
    WeeklyFramePack,
    WeeklyPersonPack,
    WeeklyReviewerPack,
    WeeklyReviewPack,
)
from qa.people.models import User
from qa.reviews import queries, rules
from qa.reviews.measuring import is_prediction
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.queries import rubrics_of
from qa.sampling.models import Assignment, Draw, DrawnUnit, FrameExclusion, FrameUnit, Period, Purpose
from qa.tickets.models import HandledPart, Ticket, TicketSignal

Condition = ColumnElement[bool]
ALL = "all"
BANDS = ((91, "under 3 months"), (365, "3 to 12 months"), (730, "1 to 2 years"))
LONGEST = "over 2 years"
NOT_KNOWN = "not known"
BATCH = 500  # revisions whose answers are read at once


@lru_cache(maxsize=4096)  # of each specialist, in the weeks that are scored now
def tenure(started_on: dt.date | None, week: dt.date) -> str:
    """How long a specialist had been here at the beginning of a week."""
    if started_on is None:
        return NOT_KNOWN
    days = (week - started_on).days
    return next((name for limit, name in BANDS if days < limit), LONGEST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contributions:
    """Sums by key for each table."""

    tables: Mapping[type[Pack], Sums] = field(default_factory=dict)

    def less(self, other: "Contributions") -> "Contributions":
        """What has to be added to ``other`` to make these."""
        models = {**self.tables, **other.tables}
        return Contributions(
            tables={model: minus(self.tables.get(model, {}), other.tables.get(model, {})) for model in models}
        )


def of_parts(
    session: Session, where: Sequence[Condition], *, scores: Mapping[int, rubrics.Score] | None = None
) -> Contributions:
    """What the parts of a condition on ``HandledPart`` contribute now: as reviews, as drawn parts and in frames.

    ``scores`` holds results that are at hand, by revision; others follow from the stored answers.
    """
    return Contributions(
        tables={
            **of_reviews(session, where, scores=scores).tables,
            **of_draws(session, where).tables,
            **of_frames(session, where).tables,
        }
    )


def of_reviews(
    session: Session, where: Sequence[Condition], *, scores: Mapping[int, rubrics.Score] | None = None
) -> Contributions:
    """What drawn, submitted, routine reviews contribute."""
    rows = session.execute(_REVIEWS.where(*where)).all()
    at_hand = dict(scores or {})
    missing = {row.revision_id: row for row in rows if row.revision_id not in at_hand}
    if missing:
        at_hand |= _scored_again(session, missing)
    return _of_rows(rows, at_hand)


def of_one_review(asked: Asked, review_id: int, score: rubrics.Score) -> dict[type[Pack], Groups]:
    """What a review contributes whose result is at hand, by group; as above, without the work of any condition."""
    row = _REVIEW.one_or_none(asked, review=review_id)
    if row is None:
        return {}
    return {
        WeeklyReviewPack: _review_groups(row),
        WeeklyReviewerPack: _reviewer_groups(row),
        WeeklyAnswerPack: _answer_groups(row, score),
    }


def _of_rows(rows: Sequence[Any], scores: Mapping[int, rubrics.Score]) -> Contributions:
    return Contributions(
        tables={
            WeeklyReviewPack: gathered(pair for row in rows for pair in ungrouped(_review_groups(row))),
            WeeklyReviewerPack: gathered(pair for row in rows for pair in ungrouped(_reviewer_groups(row))),
            WeeklyAnswerPack: gathered(
                pair for row in rows for pair in ungrouped(_answer_groups(row, scores[row.revision_id]))
            ),
        }
    )


first = aliased(ReviewRevision)
_REVIEWS = (
    select(
        HandledPart.programme_id,
        Period.starts_on.label("week"),
        func.coalesce(HandledPart.team_id, 0).label("team_id"),
        Ticket.queue,
        Ticket.channel,
        Ticket.tier,
        Ticket.language,
        Ticket.launch,
        Ticket.risk_class,
        User.started_on,
        Review.reviewer_id,
        Review.active_seconds,
        ReviewRevision.id.label("revision_id"),
        ReviewRevision.rubric_version_id.label("version_id"),
        ReviewRevision.score,
        ReviewRevision.outcome,
        ReviewRevision.kind,
        first.score.label("first_score"),
        first.outcome.label("first_outcome"),
        DrawnUnit.inclusion_probability,
        TicketSignal.value.label("predicted"),
    )
    .select_from(Review)
    .join(ReviewRevision, ReviewRevision.id == Review.current_revision_id)
    .join(first, (first.review_id == Review.id) & (first.n == 1))
    .join(Assignment, Assignment.id == Review.assignment_id)
    .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
    .join(Draw, Draw.id == DrawnUnit.draw_id)
    .join(Period, Period.id == Draw.period_id)
    .join(HandledPart, HandledPart.id == Review.part_id)
    .join(Ticket, Ticket.id == HandledPart.ticket_id)
    .outerjoin(User, User.id == HandledPart.specialist_id)
    .outerjoin(TicketSignal, (TicketSignal.part_id == Review.part_id) & is_prediction())
    .where(Review.purpose == Purpose.ROUTINE, Review.state == "submitted")
)
_ONE: Any = _REVIEWS.where(Review.id == bindparam("review"))  # of more columns than its type tells apart
_REVIEW = Prepared(_ONE)


def _scored_again(session: Session, missing: Mapping[int, Any]) -> dict[int, rubrics.Score]:
    """The results of revisions, from their answers."""
    versions = rubrics_of(session, {row.version_id for row in missing.values()})
    ids, found = list(missing), {}
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        answers = queries.answers_of_many(session, batch)
        for revision_id in batch:
            row = missing[revision_id]
            found[revision_id] = rubrics.score(
                versions[row.version_id],
                rules.state_of(answers.get(revision_id, [])),
                channel=row.channel,
                explain=False,
            )
    return found


def _faces(row: Any) -> Iterator[tuple[str, str]]:
    yield "channel", row.channel
    yield "tier", row.tier
    yield "language", row.language
    yield "tenure", tenure(row.started_on, row.week)
    if row.launch:
        yield "launch", row.launch


def _review_groups(row: Any) -> Groups:
    queue, risk = row.queue, row.risk_class
    sums, known = sums_of_review(row), int(row.predicted is not None)
    packs = {(face,): {(queue, value, risk, known): sums} for face, value in _faces(row)}
    packs["version",] = {(queue, str(row.version_id), risk, known): sums}
    return {(row.programme_id, row.team_id, row.week): packs}


def sums_of_review(row: Any) -> list[float]:
    """In the order of ``WeeklyReviewPack.SUMS``."""
    if row.score is None:
        return [1, *([0.0] * 24)]
    d, y, p = 1 / row.inclusion_probability, row.score, row.predicted or 0.0
    passed, critical = row.outcome == "passed", row.outcome == "failed_critical"
    by_dispute = row.kind == "dispute"
    disputed = by_dispute and (row.score, row.outcome) != (row.first_score, row.first_outcome)
    moved = row.score - row.first_score if by_dispute and row.first_score is not None else 0.0
    d2 = d * d
    return [
        1,
        1,
        int(passed),
        int(critical),
        int(disputed),
        y,
        y * y,
        p,
        d,
        d2,
        d * y,
        d2 * y,
        d * y * y,
        d2 * y * y,
        d * p,
        d2 * p,
        d * p * p,
        d2 * p * p,
        d * y * p,
        d2 * y * p,
        d * passed,
        d2 * passed,
        d * critical,
        d2 * critical,
        d * moved,
    ]


def _reviewer_groups(row: Any) -> Groups:
    if row.score is None:
        return {}
    d = 1 / row.inclusion_probability
    cells = {(row.reviewer_id,): [1, d, 0.0 if row.outcome == "failed_critical" else d, row.active_seconds]}
    packs = {("language", row.language): cells, ("queue", row.queue): cells, ("team", str(row.team_id)): cells}
    return {(row.programme_id, row.week): packs}


def _answer_groups(row: Any, score: rubrics.Score) -> Groups:
    d = 1 / row.inclusion_probability
    d2 = d * d
    version_id, queue, risk = row.version_id, row.queue, row.risk_class
    cells: dict[tuple[Any, ...], list[float]] = {}
    for kind, got, scale in (("criterion", score.criteria, 100), ("section", score.sections, 1)):
        for name, value in got.items():
            if value is None:
                sums = [0, 1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
            else:
                x = value.numerator / value.denominator * scale
                dx, d2x = d * x, d2 * x
                sums = [1, 0, d, d2, dx, d2x, dx * x, d2x * x]
            cells[kind, version_id, name, queue, risk] = sums
    return {(row.programme_id, row.team_id, row.week): {(): cells}} if cells else {}


def of_draws(session: Session, where: Sequence[Condition]) -> Contributions:
    """What drawn parts contribute; those replaced were never in the population."""
    group = (HandledPart.programme_id, HandledPart.team_id, Period.starts_on, Ticket.queue, Ticket.risk_class)
    rows = session.execute(
        select(*group, func.count())
        .select_from(DrawnUnit)
        .join(Draw, Draw.id == DrawnUnit.draw_id)
        .join(Period, Period.id == Draw.period_id)
        .join(HandledPart, HandledPart.id == DrawnUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(DrawnUnit.state != "replaced", *where)
        .group_by(*group)
    )
    return Contributions(
        tables={
            WeeklyDrawPack: {
                (programme_id, team_id or 0, week, queue, risk): [count]
                for programme_id, team_id, week, queue, risk, count in rows
            }
        }
    )


def of_frames(session: Session, where: Sequence[Condition]) -> Contributions:
    """What the parts of frozen frames contribute; one struck since was never in the population."""
    struck = exists().where(FrameExclusion.part_id == FrameUnit.part_id)
    rows = session.execute(
        select(
            HandledPart.programme_id,
            Period.starts_on.label("week"),
            func.coalesce(HandledPart.team_id, 0).label("team_id"),
            func.coalesce(HandledPart.specialist_id, 0).label("specialist_id"),
            Ticket.queue,
            Ticket.channel,
            Ticket.tier,
            Ticket.language,
            Ticket.launch,
            User.started_on,
            case((FrameUnit.entry == "late", 1), else_=0).label("late"),
            Ticket.csat,
            Ticket.reopens,
            Ticket.escalated,
            Ticket.first_reply_seconds,
            Ticket.resolution_seconds,
            TicketSignal.value.label("predicted"),
        )
        .select_from(FrameUnit)
        .join(Period, Period.id == FrameUnit.period_id)
        .join(HandledPart, HandledPart.id == FrameUnit.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .outerjoin(User, User.id == HandledPart.specialist_id)
        .outerjoin(TicketSignal, (TicketSignal.part_id == FrameUnit.part_id) & is_prediction())
        .where(~struck, *where)
    ).all()
    # Parts that agree in everything that sums are split by are added up first: most of a large frame does.
    groups = gathered((_split(row), _sums_of_part(row)) for row in rows)
    split = [(_Split(*key), sums) for key, sums in groups.items()]
    return Contributions(
        tables={
            WeeklyFramePack: gathered(pair for key, sums in split for pair in _frame_sums(key, sums)),
            WeeklyPersonPack: gathered(pair for key, sums in split for pair in _person_sums(key, sums)),
        }
    )


class _Split(NamedTuple):
    """What the sums of a frame are split by."""

    programme_id: int
    week: dt.date
    team_id: int
    specialist_id: int
    queue: str
    channel: str
    tier: str
    language: str
    launch: str
    started_on: dt.date | None


def _split(row: Any) -> tuple[Any, ...]:
    return tuple(row[:10])


def _sums_of_part(row: Any) -> list[float]:
    """In the order of ``WeeklyFramePack.SUMS``."""
    replied, solved = row.first_reply_seconds is not None, row.resolution_seconds is not None
    reply = log(max(row.first_reply_seconds, 0) + 1) if replied else 0.0
    solve = log(max(row.resolution_seconds, 0) + 1) if solved else 0.0
    return [
        1,
        row.late,
        int(row.csat == "good"),
        int(row.csat == "bad"),
        int(row.reopens > 0),
        int(row.escalated),
        int(row.predicted is not None),
        row.predicted or 0.0,
        int(replied),
        reply,
        reply * reply,
        int(solved),
        solve,
        solve * solve,
    ]


def _frame_sums(key: _Split, sums: list[float]) -> Iterator[tuple[tuple[Any, ...], list[float]]]:
    for face, value in ((ALL, ""), *_faces(key)):
        yield (key.programme_id, face, key.team_id, key.week, key.queue, value), sums


def _person_sums(key: _Split, sums: list[float]) -> Iterator[tuple[tuple[Any, ...], list[float]]]:
    if not key.specialist_id:
        return
    for face, value in ((ALL, ""), ("team", str(key.team_id)), ("queue", key.queue), *_faces(key)):
        yield (key.programme_id, face, value, key.week, key.specialist_id), [sums[0]]
