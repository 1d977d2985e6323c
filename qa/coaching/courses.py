"""The courses of coached and other people around a plan's start, read from the programme's reviews."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from calibration.results import Estimate
from qa.coaching import effects
from qa.coaching.effects import Course, FollowUp
from qa.coaching.follow_ups.queries import FollowedUp, reviews_of
from qa.coaching.models import CoachingGoal, CoachingPlan
from qa.coaching.queries import Coached, readable_about, window_of
from qa.coaching.wait_lists.models import WaitList
from qa.core.access import Actor
from qa.core.clock import monday_of
from qa.people.models import User
from qa.reviews.measured import Framed, Measured
from qa.reviews.measured import Reviewed as Scored

WEEKS = 13  # before, and at most as many after
WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a plan did, with everything that the figure rests on."""

    plan: CoachingPlan
    course: Course | None  # None: no review on one of the two sides
    beside: Sequence[Course]  # of people without a plan, over the same weeks
    effect: Estimate
    first_week: dt.date  # of the weeks before
    last_week: dt.date  # of the weeks after

    @property
    def others(self) -> int:
        return sum(course.tells for course in self.beside)

    @property
    def verdict(self) -> str:
        return effects.verdict(self.effect)

    @property
    def more(self) -> int | None:
        return effects.more_reviews(self.effect, self.course.reviews_after) if self.course else None

    @property
    def foretold(self) -> float | None:
        """What the regression foretells without a plan."""
        if self.course is None or self.effect.estimate is None:
            return None
        return self.course.after - self.effect.estimate


def effect_of(session: Session, reader: Actor, plan: CoachingPlan, *, today: dt.date, now: dt.datetime) -> Told:
    """What one plan did to its specialist's quality, beside the programme's people without a plan."""
    start, last = _span(plan, today)
    readable = readable_about([plan.specialist_id], reader, now)
    measured = window_of(session, reader.programme_id, since=start - WEEKS * WEEK, until=last, readable=readable)
    followed = reviews_of(session, [plan.id], reader=reader, now=now).get(plan.id, [])
    return _told(plan, measured, _busy(session, reader.programme_id), followed, today)


def effects_of(
    session: Session, reader: Actor, people: Sequence[Coached], *, today: dt.date, now: dt.datetime
) -> list[Told]:
    """What every plan of these people did, the newest first; a plan of the present week has no after yet."""
    ids = {coached.user.id for coached in people}
    plans = session.scalars(
        select(CoachingPlan)
        .join(User, User.id == CoachingPlan.specialist_id)
        .where(User.programme_id == reader.programme_id, CoachingPlan.specialist_id.in_(ids))
        .order_by(CoachingPlan.starts_on.desc(), CoachingPlan.id.desc())
    ).all()
    if not plans:
        return []
    first = min(monday_of(plan.starts_on) for plan in plans) - WEEKS * WEEK
    last, readable = monday_of(today) - WEEK, readable_about(ids, reader, now)
    measured = window_of(session, reader.programme_id, since=first, until=last, readable=readable)
    busy = _busy(session, reader.programme_id)
    followed = reviews_of(session, [plan.id for plan in plans], reader=reader, now=now)
    return [_told(plan, measured, busy, followed.get(plan.id, []), today) for plan in plans]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotTold:
    """What the first of a wait-list show beside those who wait."""

    effect: Estimate
    first: int
    waiting: int
    first_week: dt.date
    last_week: dt.date

    @property
    def verdict(self) -> str:
        return effects.lot_verdict(self.effect)


def lot_effect(
    session: Session,
    reader: Actor,
    row: WaitList,
    waves: Sequence[tuple[int, int]],
    *,
    today: dt.date,
    now: dt.datetime,
) -> LotTold:
    """The comparison that a lot made possible: over the weeks in which one half was coached and the other waited.

    ``waves`` holds every person with the wave of the lot; who left or was coached otherwise stays where the lot was.
    """
    start = monday_of(row.starts_on)
    first = start - WEEKS * WEEK
    last = min(start + (row.weeks - 1) * WEEK, monday_of(today) - WEEK)
    found: Mapping[int, Course] = {}
    if last > start:
        readable = readable_about([user for user, _ in waves], reader, now)
        window = window_of(session, row.programme_id, since=first, until=last, readable=readable)
        found = courses(window, first, start, last)
    sides = {wave: [found[user] for user, own in waves if own == wave and user in found] for wave in (1, 2)}
    return LotTold(
        effect=effects.lot_effect(sides[1], sides[2]),
        first=sum(course.tells for course in sides[1]),
        waiting=sum(course.tells for course in sides[2]),
        first_week=first,
        last_week=last,
    )


def together(told: Sequence[Told]) -> Estimate:
    """The effect of several plans; those of one week are compared with the same people, so they go together."""
    waves: dict[dt.date, list[Told]] = {}
    for each in told:
        waves.setdefault(each.first_week, []).append(each)
    return effects.together(
        [([each.course for each in wave if each.course], wave[0].beside) for wave in waves.values()]
    )


def criteria_of(session: Session, plans: Sequence[CoachingPlan]) -> Mapping[int, Sequence[str]]:
    """The criteria that each plan works on, by plan."""
    found: dict[int, list[str]] = {}
    for plan_id, key in session.execute(
        select(CoachingGoal.plan_id, CoachingGoal.criterion_key)
        .where(CoachingGoal.plan_id.in_([plan.id for plan in plans]))
        .order_by(CoachingGoal.plan_id, CoachingGoal.position, CoachingGoal.id)
    ):
        found.setdefault(plan_id, []).append(key)
    return found


def _span(plan: CoachingPlan, today: dt.date) -> tuple[dt.date, dt.date]:
    """The week in which a plan began, which belongs to neither side, and the last week after it."""
    start = monday_of(plan.starts_on)
    return start, min(start + WEEKS * WEEK, monday_of(today) - WEEK)


def _busy(session: Session, programme_id: int) -> list[tuple[int, dt.date, dt.date | None]]:
    """Who had a plan from when until when."""
    rows = session.execute(
        select(CoachingPlan.specialist_id, CoachingPlan.starts_on, CoachingPlan.closed_at)
        .join(User, User.id == CoachingPlan.specialist_id)
        .where(User.programme_id == programme_id)
    )
    return [(person, begun, closed.date() if closed else None) for person, begun, closed in rows]


def _told(
    plan: CoachingPlan,
    measured: Measured,
    busy: Sequence[tuple[int, dt.date, dt.date | None]],
    followed: Sequence[FollowedUp],
    today: dt.date,
) -> Told:
    start, last = _span(plan, today)
    first = start - WEEKS * WEEK
    within = [each for each in followed if start < monday_of(each.resolved_at.date()) <= last]
    more = FollowUp.of([(each.score, each.inclusion_probability) for each in within])
    found = courses(measured, first, start, last, {plan.specialist_id: more} if more else {})
    coached = {person for person, begun, closed in busy if begun < last + WEEK and (closed is None or closed >= first)}
    own = found.get(plan.specialist_id)
    others = [course for person, course in found.items() if person not in coached and person != plan.specialist_id]
    return Told(
        plan=plan,
        course=own,
        beside=others,
        effect=effects.coaching_effect([own] if own else [], others),
        first_week=first,
        last_week=last,
    )


def courses(
    measured: Measured,
    first: dt.date,
    start: dt.date,
    last: dt.date,
    followed: Mapping[int, FollowUp] = MappingProxyType({}),
) -> dict[int, Course]:
    """Everybody's quality in the weeks from ``first`` before ``start``, and after it until ``last``.

    Quality is estimated as on the coaching board; ``followed`` holds, by person, what their follow-up reviews add to
    the side after. People without a figure on both sides have no course.
    """
    people = sorted({row.specialist_id for row in measured.reviews if row.specialist_id is not None})
    place = {person: index for index, person in enumerate(people)}

    def domain(row: Scored | Framed) -> int:
        index = place.get(row.specialist_id, -1) if row.specialist_id is not None else -1
        if index < 0 or row.week == start or not first <= row.week <= last:
            return -1
        return 2 * index + int(row.week > start)

    codes = np.array([domain(row) for row in measured.reviews], dtype=np.int64)
    framed = np.array([domain(row) for row in measured.frame], dtype=np.int64)
    if not len(people) or not (codes >= 0).any():
        return {}
    figures = [each.figure for each in measured.window.quality(codes, framed, 2 * len(people), shrink=True)]
    found = {}
    for person, index in place.items():
        before, after = figures[2 * index], figures[2 * index + 1]
        mean, reviews = after.estimate, after.n
        if person in followed:
            mean, reviews = followed[person].joined(mean, reviews)
        if before.estimate is not None and mean is not None:
            found[person] = Course(
                before=before.estimate,
                after=mean,
                reviews_before=before.n,
                reviews_after=reviews,
                follow_ups=followed[person].reviews if person in followed else 0,
            )
    return found
