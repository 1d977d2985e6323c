"""A specialist with a plan, as the services make them, for tests of what belongs to plans."""

import datetime as dt

from sqlalchemy.orm import Session

from qa.coaching import service
from qa.coaching.models import CoachingPlan
from tests.support.cast import NOW, TODAY, Cast

LATER = NOW + dt.timedelta(days=2)


def plan_of_sam(session: Session, cast: Cast, *, today: dt.date = TODAY) -> CoachingPlan:
    """A plan that Lena drew up with Sam, without a goal."""
    plan = service.draw_up(
        session, cast.sam.id, [], title="A plan", by=cast.lena.id, today=today, now=NOW - (TODAY - today)
    )
    session.commit()
    return plan
