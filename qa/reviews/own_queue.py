"""A reviewer's own work: what is for today, what waits, what rests, and how far their own goal is."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.people.models import Capacity
from qa.reviews.models import Review
from qa.reviews.queries import INVITED, Queued
from qa.reviews.wellbeing.choices import read_choices
from qa.sampling.exposure import Budget

WORKDAYS = 5
SHOWN = ("today", "all", "begun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """How many reviews a person wants to do in a week, whose number that is, and how many are done."""

    reviews: int | None  # none: neither a goal of one's own nor a noted capacity
    own: bool
    done: int

    @property
    def left(self) -> int:
        return max((self.reviews or 0) - self.done, 0)

    def share_of(self, day: dt.date) -> int:
        """What a working day has to bring so that the week's goal is met, rounded up; the weekend counts as one day."""
        return math.ceil(self.left / max(WORKDAYS - day.weekday(), 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A queue in its order, by when it is to be done."""

    today: Sequence[Queued]
    later: Sequence[Queued]
    resting: Sequence[Queued]  # too much hard content for one day

    @property
    def all(self) -> Sequence[Queued]:
        return (*self.today, *self.later)

    @property
    def begun(self) -> Sequence[Queued]:
        return [item for item in self.all if item.started]

    def overdue(self, day: dt.date) -> int:
        return sum(1 for item in self.today if item.due_on < day)


def arrange(waiting: Sequence[Queued], budget: Budget, goal: Goal, *, day: dt.date) -> Work:
    """Today: what is due, and as much of the next as the goal's share of the day still asks for.

    What is begun is never put to rest: one has seen it.
    """
    resting = [item for item in waiting if not item.started and budget.rests(item.content_severity, item.ticket_id)]
    rest = {item.assignment_id for item in resting}
    awake = [item for item in waiting if item.assignment_id not in rest]
    due = sum(1 for item in awake if item.due_on <= day)
    cut = max(due, min(goal.share_of(day), len(awake)))
    return Work(today=awake[:cut], later=awake[cut:], resting=resting)


def goal_of(
    session: Session, user_id: int, preferences: Mapping[str, Any], *, day: dt.date, since: dt.datetime
) -> Goal:
    """One's own goal, else one's weekly capacity; ``since`` is the moment at which the week began.

    Neither an invitation nor a review that was voided counts as done, here as on the desk.
    """
    done = session.scalar(
        select(func.count()).where(
            Review.reviewer_id == user_id,
            Review.state == "submitted",
            Review.submitted_at >= since,
            Review.purpose.not_in(INVITED),
        )
    )
    chosen = read_choices(preferences).goal
    capacity = None
    if chosen is None:
        capacity = session.scalar(
            select(Capacity.reviews_per_week)
            .where(Capacity.user_id == user_id, Capacity.valid_from <= day)
            .order_by(Capacity.valid_from.desc(), Capacity.id.desc())
            .limit(1)
        )
    return Goal(reviews=capacity if chosen is None else chosen, own=chosen is not None, done=done or 0)
