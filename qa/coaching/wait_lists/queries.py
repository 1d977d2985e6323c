"""Reading wait-lists: whose turn comes when."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.models import CoachingPlan
from qa.coaching.wait_lists.models import WaitList, WaitPlace
from qa.core.access import Actor
from qa.core.errors import NotFoundError
from qa.people.models import User


def turn_of(session: Session, user_id: int, *, today: dt.date) -> dt.date | None:
    """The day until which the lot has this person wait; none when nothing speaks against a plan today."""
    return session.scalar(
        select(WaitPlace.starts_on)
        .where(WaitPlace.user_id == user_id, WaitPlace.left_at.is_(None), WaitPlace.starts_on > today)
        .order_by(WaitPlace.starts_on.desc())
        .limit(1)
    )


def waiting(session: Session, user_ids: Collection[int], *, today: dt.date) -> dict[int, dt.date]:
    """Who of these people waits until when."""
    return dict(
        session.execute(
            select(WaitPlace.user_id, WaitPlace.starts_on)
            .where(WaitPlace.user_id.in_(user_ids), WaitPlace.left_at.is_(None), WaitPlace.starts_on > today)
            .order_by(WaitPlace.starts_on)
        ).all()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One place with its person, and the plan that began at or after its turn."""

    place: WaitPlace
    name: str
    plan: CoachingPlan | None


def lists_for(session: Session, actor: Actor, user_ids: Collection[int]) -> Sequence[WaitList]:
    """The lists on which nobody stands whom this person may not coach, the newest first."""
    others = select(WaitPlace.list_id).where(WaitPlace.user_id.not_in(user_ids))
    return session.scalars(
        select(WaitList)
        .where(WaitList.programme_id == actor.programme_id, WaitList.id.not_in(others))
        .order_by(WaitList.starts_on.desc(), WaitList.id.desc())
    ).all()


def get_list_for(session: Session, actor: Actor, user_ids: Collection[int], list_id: int) -> WaitList:
    """A list of people whom this person may coach, every one of them."""
    found = session.scalar(
        select(WaitList).where(
            WaitList.id == list_id,
            WaitList.programme_id == actor.programme_id,
            WaitList.id.not_in(select(WaitPlace.list_id).where(WaitPlace.user_id.not_in(user_ids))),
        )
    )
    if found is None:
        raise NotFoundError("There is no such list, or somebody on it is not yours to coach.")
    return found


def places_of(session: Session, row: WaitList) -> list[Placed]:
    """Everybody in the order of the lot."""
    rows = session.execute(
        select(WaitPlace, User.name)
        .join(User, User.id == WaitPlace.user_id)
        .where(WaitPlace.list_id == row.id)
        .order_by(WaitPlace.position)
    ).all()
    plans: dict[int, CoachingPlan] = {}
    for plan in session.scalars(
        select(CoachingPlan)
        .where(
            CoachingPlan.specialist_id.in_([place.user_id for place, _ in rows]),
            CoachingPlan.created_at >= row.drawn_at,
        )
        .order_by(CoachingPlan.starts_on, CoachingPlan.id)
    ):
        plans.setdefault(plan.specialist_id, plan)
    return [Placed(place=place, name=name, plan=plans.get(place.user_id)) for place, name in rows]


def get_place(session: Session, row: WaitList, place_id: int) -> WaitPlace:
    place = session.get(WaitPlace, place_id)
    if place is None or place.list_id != row.id:
        raise NotFoundError("There is no such place on this list.")
    return place
