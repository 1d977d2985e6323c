"""What a morning of coaching brings: series planned, what waits said, each once."""

import datetime as dt
from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching import jobs, service
from qa.coaching.meetings import recurring
from qa.coaching.meetings import service as meetings
from qa.coaching.meetings.models import CoachingMeeting
from qa.notices.models import Notice
from tests.coaching.world import plan_of_sam
from tests.support.cast import NOW, TODAY, Cast

DAY = dt.timedelta(days=1)


def test_a_day_is_dealt_with_once_however_often_it_runs(session: Session, cast: Cast) -> None:
    plan = plan_of_sam(session, cast, today=TODAY - 10 * DAY)
    for owner, due in ((cast.sam, TODAY), (cast.sam, TODAY - DAY)):
        service.add_action(
            session,
            plan,
            text="Read two good answers",
            owner_id=owner.id,
            due_on=due,
            goal_id=None,
            version=plan.lock_version,
            by=cast.sam.id,  # so that giving it out tells nobody
            now=NOW - 9 * DAY,
        )
    people = {"specialist_id": cast.sam.id, "lead_id": cast.lena.id, "minutes": 30, "place": "", "agenda": ""}
    meetings.plan_meeting(session, starts_at=NOW + dt.timedelta(hours=2), by=cast.lena.id, now=NOW, **people)  # type: ignore[arg-type]
    recurring.begin(
        session,
        rhythm="weekly",
        starts_on=TODAY + 3 * DAY,
        minute_of_day=600,
        today=TODAY,
        now=NOW,
        **people,  # type: ignore[arg-type]
    )
    session.commit()

    first, second = (jobs.turn(session, cast.programme.id, TODAY, now=NOW) for _ in range(2))

    assert first == {"opened": 1, "told": 6}
    assert second == {"opened": 0, "told": 0}
    sams, lenas = (
        Counter(session.scalars(select(Notice.kind).where(Notice.user_id == who.id))) for who in (cast.sam, cast.lena)
    )
    reminders = ("action_due", "action_overdue", "meeting_today", "plan_unread")
    assert {kind: sams[kind] for kind in reminders} == dict.fromkeys(reminders, 1)
    assert {kind: lenas[kind] for kind in reminders if lenas[kind]} == {"action_overdue": 1, "meeting_today": 1}
    assert len(session.scalars(select(CoachingMeeting)).all()) == 2
