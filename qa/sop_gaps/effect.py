"""What a fix did to its criterion: before and after, from drawn reviews, with its interval."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

import rubrics
from calibration.severity import CrossedDesign
from qa.core.access import Actor, Permission, Scope
from qa.core.clock import monday_of
from qa.reviews import measuring
from qa.reviews.measured import Drawn, Reviewed, codes_of, completion_weights, settled
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.reviews.rules import state_of
from qa.rubric_library.queries import rubric_of
from qa.sampling.estimation import Difference, Figure, difference, hajek_by
from qa.sampling.reporting import PEOPLE, too_few
from qa.sampling.strictness import crossed_strictness, reviewer_shares, strictness_variance, with_strictness
from qa.tickets.models import HandledPart

WEEKS = 8
CHUNK = 500
LEVEL = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A criterion's share of its points, in percent, over the weeks before a fix and after it."""

    before: Figure
    after: Figure
    change: Difference
    verdict: str
    since: dt.date
    until: dt.date


def weeks_around(fixed_on: dt.date, last: dt.date) -> tuple[list[dt.date], list[dt.date]]:
    """Up to eight whole weeks before the week of the fix and after it, by their Mondays, up to ``last``."""
    week = monday_of(fixed_on)
    before = [week - dt.timedelta(weeks=back) for back in range(WEEKS, 0, -1)]
    return before, [day for on in range(1, WEEKS + 1) if (day := week + dt.timedelta(weeks=on)) <= last]


def effect_of(session: Session, actor: Actor, criterion_key: str, fixed_on: dt.date, *, last: dt.date) -> Effect | None:
    """The effect as this person may know it; ``None`` while no week after the fix is over. Bounded reads."""
    before, after = weeks_around(fixed_on, last)
    if not after:
        return None
    where: list[ColumnElement[bool]] = [HandledPart.programme_id == actor.programme_id]
    if not actor.may(Permission.SOP_GAPS_VIEW, Scope.ALL):
        where.append(HandledPart.team_id.in_(sorted(actor.led_team_ids)))
    since, until = before[0], after[-1]
    reviews, _, drawn = settled(
        measuring.reviewed(session, where, since=since, until=until),
        (),
        measuring.drawn(session, where, since=since, until=until),
    )
    sees_each = actor.may(Permission.COACHING_VIEW, Scope.ALL) or not actor.may(Permission.SOP_GAPS_VIEW, Scope.ALL)
    return compared(reviews, drawn, _shares(session, reviews, criterion_key), before, after, sees_each=sees_each)


def _shares(session: Session, reviews: Sequence[Reviewed], criterion_key: str) -> dict[int, float]:
    """By review, the share of the criterion's points, 0 to 1, of those that ask and answer it."""
    found: dict[int, float] = {}
    ids = [row.review_id for row in reviews]
    for start in range(0, len(ids), CHUNK):
        rows = session.execute(
            select(
                ReviewRevision.review_id,
                ReviewRevision.rubric_version_id,
                Answer.level_key,
                Answer.percentage,
                Answer.not_applicable,
            )
            .join(ReviewRevision, ReviewRevision.id == Answer.revision_id)
            .join(Review, Review.current_revision_id == ReviewRevision.id)
            .where(Review.id.in_(ids[start : start + CHUNK]), Answer.criterion_key == criterion_key)
            .order_by(ReviewRevision.review_id)
        )
        for review_id, version_id, level, percentage, not_applicable in rows:
            given = state_of([_Given(criterion_key, level, percentage, not_applicable)])[criterion_key]
            criterion = rubric_of(session, version_id).criterion(criterion_key)
            share = rubrics.criterion_fraction(criterion, given)
            if share is not None:
                found[review_id] = float(share)
    return found


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer as the rubric scores it: what was said beside it does not matter here."""

    criterion_key: str
    level_key: str | None
    percentage: str | None
    not_applicable: bool
    comment: str = ""
    pins: int = 0
    root_causes: tuple[str, ...] = ()


def compared(
    reviews: Sequence[Reviewed],
    drawn: Sequence[Drawn],
    shares: Mapping[int, float],
    before: Sequence[dt.date],
    after: Sequence[dt.date],
    *,
    sees_each: bool,
) -> Effect:
    """After minus before in percent of the points, weighted by the design; Welch's t. Pure.

    What reviewers' strictness on the criterion adds is counted, and what the same reviewers scored in both cancels.
    The drawn reviews are of all parts, so the comparison is fair; but whatever else changed in these weeks is in it.
    Over fewer than five people on either side it is held back from those who may not see each of them.
    """
    phase = dict.fromkeys(before, 0) | dict.fromkeys(after, 1)
    weights = completion_weights(reviews, drawn)
    at = [place for place, row in enumerate(reviews) if row.week in phase and row.review_id in shares]
    rows = [reviews[place] for place in at]
    codes = np.array([phase[row.week] for row in rows], dtype=np.int64)
    points = np.array([100 * shares[row.review_id] for row in rows], dtype=np.float64)
    pi = 1 / weights[at] if at else np.zeros(0)
    then, now = hajek_by(codes, 2, points, pi)
    people = [
        len({row.specialist_id for row, code in zip(rows, codes, strict=True) if code == side}) for side in (0, 1)
    ]
    if not sees_each and min(people) < PEOPLE:
        held = Figure(estimate=None, reason=f"held back: fewer than {PEOPLE} people")
        return _told(held, held, Difference(estimate=None, reason=held.reason), before, after)
    between = None
    if rows:
        people_of = {person: code for code, person in enumerate(sorted({row.reviewer_id for row in rows}))}
        reviewers = np.array([people_of[row.reviewer_id] for row in rows], dtype=np.int64)
        design = CrossedDesign(
            reviewer=reviewers,
            ticket=np.arange(len(rows)),
            specialist=codes_of([row.specialist_id for row in rows]),
            block=codes_of([(row.week, row.queue) for row in rows]),
        )
        weeks = np.array([row.week.toordinal() // 7 for row in rows], dtype=np.int64)
        known = crossed_strictness(design, points, weeks - weeks.min(), len(people_of), criterion=True)
        variances = np.full(len(people_of), known.between)
        scored = reviewer_shares(codes, 2, reviewers, len(people_of), 1 / pi)
        between = strictness_variance(scored[1] - scored[0], variances)
        then, now = (
            with_strictness(figure, strictness_variance(scored[side], variances))
            for side, figure in enumerate((then, now))
        )
    return _told(then, now, difference(now, then, reviewer_variance=between), before, after)


def _told(then: Figure, now: Figure, change: Difference, before: Sequence[dt.date], after: Sequence[dt.date]) -> Effect:
    if too_few(then) or too_few(now):
        verdict = "too few to judge"
    elif change.p_value is None or change.estimate is None or change.p_value >= LEVEL:
        verdict = "cannot tell"
    else:
        verdict = "better" if change.estimate > 0 else "worse"
    return Effect(
        before=then,
        after=now,
        change=change,
        verdict=verdict,
        since=before[0],
        until=after[-1] + dt.timedelta(days=6),
    )
