"""How much time each reviewer has: hours a week turned into reviews, and who is given nothing new for a while."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.models import Capacity, User
from qa.sampling.frames import one_at_a_time
from qa.sampling.models import ReviewerPause
from qa.sampling.reviewers import ReviewerFacts, reviewers_on

USUAL_MINUTES = 10.0  # a review of a written conversation takes 5 to 15
PACE_WEEKS = 13
LEAST_REVIEWS, LEAST_REVIEWERS = 30, 5  # before the operation's own pace is told: a median over fewer shows a person
MOST_HOURS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long a review takes in the middle, in minutes, and what that rests on."""

    minutes: float = USUAL_MINUTES
    reviews: int = 0
    reviewers: int = 0

    @property
    def measured(self) -> bool:
        return self.reviews > 0


PaceSource = Callable[[Session, int, dt.datetime], Pace]  # session, programme, since when


def pace(session: Session, programme_id: int, *, now: dt.datetime) -> Pace:
    """The operation's own pace, from the room of reviews above; the usual one where there are too few."""
    source: PaceSource | None = current_app.extensions.get("review_pace")
    found = source(session, programme_id, now - dt.timedelta(weeks=PACE_WEEKS)) if source else Pace()
    enough = found.reviews >= LEAST_REVIEWS and found.reviewers >= LEAST_REVIEWERS and found.minutes > 0
    return found if enough else Pace()


def reviews_in(hours: float, minutes: float) -> int:
    """Whole reviews that fit into some hours; ``minutes`` is what one takes."""
    if not 0 <= hours <= MOST_HOURS or not minutes > 0:
        raise ValueError(f"{hours} hours at {minutes} minutes a review")
    return int(hours * 60 / minutes + 1e-9)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """One reviewer's time as the page shows it; ``hours`` where the capacity was told in hours."""

    facts: ReviewerFacts
    hours: float | None
    minutes: float | None
    noted: bool  # a capacity is noted at all


def times_of(session: Session, programme_id: int, day: dt.date) -> list[TimeRow]:
    """Every reviewer with their capacity on a day, by name."""
    people = reviewers_on(session, programme_id, day)
    newest: dict[int, Capacity] = {}
    for row in session.scalars(
        select(Capacity)
        .where(Capacity.user_id.in_([one.user_id for one in people]), Capacity.valid_from <= day)
        .order_by(Capacity.valid_from, Capacity.id)
    ):
        newest[row.user_id] = row
    return [
        TimeRow(
            facts=one,
            hours=newest[one.user_id].hours_per_week if one.user_id in newest else None,
            minutes=newest[one.user_id].minutes_per_review if one.user_id in newest else None,
            noted=one.user_id in newest,
        )
        for one in people
    ]


def set_hours(
    session: Session,
    programme_id: int,
    hours: Mapping[int, float],
    *,
    minutes: float,
    by: int,
    today: dt.date,
    now: dt.datetime,
) -> int:
    """Capacity from today on for everybody named; whose hours and pace stay the same is left alone. How many changed.

    What is given out already stays. ``minutes`` is kept beside the hours, so that a capacity never moves by itself.
    """
    if not 1 <= minutes <= 240:
        raise InvalidInputError("A review takes from 1 to 240 minutes.", {"minutes": "out of range"})
    one_at_a_time(session, programme_id)
    known = {row.facts.user_id: row for row in times_of(session, programme_id, today)}
    changed = []
    for user_id, wanted in sorted(hours.items()):
        if user_id not in known:
            raise ConflictError("Somebody on this page is no reviewer any more. Look at the page again.")
        if not 0 <= wanted <= MOST_HOURS:
            raise InvalidInputError(
                f"{known[user_id].facts.name}: from 0 to {MOST_HOURS:.0f} hours a week.", {f"hours-{user_id}": "range"}
            )
        if (known[user_id].hours, known[user_id].minutes) != (wanted, minutes):
            changed.append((user_id, wanted))
    rows = {
        row.user_id: row
        for row in session.scalars(
            select(Capacity).where(Capacity.user_id.in_([who for who, _ in changed]), Capacity.valid_from == today)
        )
    }
    for user_id, wanted in changed:
        row = rows.get(user_id) or Capacity(user_id=user_id, valid_from=today)
        row.reviews_per_week = reviews_in(wanted, minutes)
        row.hours_per_week, row.minutes_per_review = wanted, minutes
        session.add(row)
    if changed:
        session.flush()
        audit.record(
            session,
            action="capacity.set",
            object_type="programme",
            object_id=programme_id,
            actor_id=by,
            now=now,
            detail={"hours": {str(who): wanted for who, wanted in changed}, "minutes_per_review": minutes},
        )
        session.flush()
    return len(changed)


def pause(session: Session, person: User, *, by: int, now: dt.datetime) -> None:
    """Give this reviewer nothing new until they are back; what they have stays theirs."""
    one_at_a_time(session, person.programme_id)
    if _running(session, person.id) is not None:
        raise ConflictError(f"{person.name} is paused already.")
    session.add(ReviewerPause(user_id=person.id, paused_at=now, paused_by_id=by))
    session.flush()
    audit.record(session, action="reviewer.pause", object_type="person", object_id=person.id, actor_id=by, now=now)
    session.flush()


def resume(session: Session, person: User, *, by: int, now: dt.datetime) -> None:
    """Let this reviewer be given parts again."""
    ended = session.execute(
        update(ReviewerPause)
        .where(ReviewerPause.user_id == person.id, ReviewerPause.resumed_at.is_(None))
        .values(resumed_at=now, resumed_by_id=by)
        .execution_options(synchronize_session=False)
    )
    if not ended.rowcount:  # type: ignore[attr-defined]
        raise ConflictError(f"{person.name} is not paused.")
    audit.record(session, action="reviewer.resume", object_type="person", object_id=person.id, actor_id=by, now=now)
    session.flush()


def _running(session: Session, user_id: int) -> ReviewerPause | None:
    return session.scalar(
        select(ReviewerPause).where(ReviewerPause.user_id == user_id, ReviewerPause.resumed_at.is_(None))
    )
