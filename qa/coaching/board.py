"""The coaching board: everybody whom one coaches, with what is open, due and next."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.coaching.figures import CoachingList, Placed, coaching_list
from qa.coaching.meetings.queries import next_meetings
from qa.coaching.models import CoachingAction, CoachingPlan
from qa.coaching.praising import PraiseShare, shares
from qa.coaching.queries import PRAISE_WINDOW, Coached, readable_about, specialists_for, window_of
from qa.coaching.wait_lists.queries import waiting
from qa.core.access import Actor

NEW_FOR = dt.timedelta(days=90)  # a specialist counts as new this long


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One specialist on the coaching board."""

    coached: Coached
    placed: Placed
    plan: CoachingPlan | None
    open_actions: int
    overdue: int
    next_meeting: dt.datetime | None
    praise: PraiseShare
    waits: dt.date | None  # until when the lot has this person wait

    @property
    def reviews(self) -> int:
        return self.placed.reported.figure.n


def board(
    session: Session, actor: Actor, *, today: dt.date, since: dt.date, until: dt.date, now: dt.datetime
) -> tuple[list[BoardRow], CoachingList]:
    """Everybody this person may coach, whom to look at first first; by name where there is no order but luck."""
    people = specialists_for(session, actor, today=today)
    ids = [coached.user.id for coached in people]
    measured = window_of(
        session, actor.programme_id, since=since, until=until, readable=readable_about(ids, actor, now)
    )
    new = {
        coached.user.id: coached.user.started_on is not None and coached.user.started_on > today - NEW_FOR
        for coached in people
    }
    listed = coaching_list(measured, ids, new)
    plans = {
        plan.specialist_id: plan
        for plan in session.scalars(
            select(CoachingPlan)
            .where(CoachingPlan.specialist_id.in_(ids), CoachingPlan.state == "active")
            .order_by(CoachingPlan.id)
        )
    }
    actions = {
        plan_id: (open_, overdue)
        for plan_id, open_, overdue in session.execute(
            select(
                CoachingAction.plan_id,
                func.count().filter(CoachingAction.state == "open"),
                func.count().filter(CoachingAction.state == "open", CoachingAction.due_on < today),
            )
            .where(CoachingAction.plan_id.in_([plan.id for plan in plans.values()]))
            .group_by(CoachingAction.plan_id)
        )
    }
    meetings = next_meetings(session, ids, now=now)
    praised = shares(session, ids, since=now - PRAISE_WINDOW)
    waits = waiting(session, ids, today=today)
    rows = []
    for coached in people:
        plan = plans.get(coached.user.id)
        open_, overdue = actions.get(plan.id, (0, 0)) if plan else (0, 0)
        rows.append(
            BoardRow(
                coached=coached,
                placed=listed.placed[coached.user.id],
                plan=plan,
                open_actions=open_,
                overdue=overdue,
                next_meeting=meetings.get(coached.user.id),
                praise=praised[coached.user.id],
                waits=waits.get(coached.user.id),
            )
        )
    if listed.reason is None:
        rows.sort(key=lambda row: row.placed.position)
    return rows, listed
