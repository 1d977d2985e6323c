"""Reviews of the weeks just over, as the pages of today count them."""

import datetime as dt

from sqlalchemy.orm import Session

from qa.core.clock import monday_of, utcnow
from qa.people.models import AgentIdentity, User
from qa.reviews.models import Review
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Purpose
from tests.support.builders import make_assignment, make_review, make_ticket
from tests.support.cast import Cast


def wednesday(weeks_ago: int) -> dt.datetime:
    """Noon of the Wednesday of an earlier week."""
    monday = monday_of(utcnow().date()) - dt.timedelta(weeks=weeks_ago)
    return dt.datetime.combine(monday + dt.timedelta(days=2), dt.time(12), tzinfo=dt.UTC)


def review(
    session: Session,
    cast: Cast,
    version: RubricVersion,
    *,
    agent: AgentIdentity | None = None,
    reviewer: User | None = None,
    weeks_ago: int = 1,
    purpose: Purpose = Purpose.ROUTINE,
    **levels: str,
) -> Review:
    """A submitted review of a part of Sam's, drawn with a chance of one half."""
    at = wednesday(weeks_ago)
    handled = make_ticket(session, cast, agent=agent, resolved_at=at)
    task = make_assignment(session, handled, reviewer or cast.rita, version, purpose=purpose)
    return make_review(session, handled, task, levels, at=at + dt.timedelta(days=1))
