"""People who have read hard content, as the report of a programme's owner tells of them."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.people.models import User
from qa.reviews.wellbeing.report import blocks_before
from qa.sampling.models import Purpose, WellbeingHandOver
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import Cast, person

UTC = ZoneInfo("UTC")


def five_who_read(session: Session, cast: Cast, *, now: dt.datetime) -> list[User]:
    """Five reviewers who scored hard content in the last whole block of weeks, two specialists who were invited to,
    and a part that was handed over and found nobody."""
    version = publish_rubric(session, cast)
    block = blocks_before(now, UTC)[0]
    at = dt.datetime.combine(block.first, dt.time(12), tzinfo=dt.UTC)
    five = [cast.rita, cast.rob] + [
        person(session, cast.programme, f"{name} Reviewer", Role.REVIEWER) for name in ("Xena", "Yuri", "Zoe")
    ]
    for who, severity in [(who, 2) for who in five] + [(cast.rita, 3)]:
        task = make_assignment(session, make_ticket(session, cast, content_severity=severity), who, version)
        task.state, task.ended_at = "submitted", at
    for who, purpose in ((cast.sam, Purpose.SELF), (cast.olga, Purpose.PEER)):  # invited specialists are none of them
        handled = make_ticket(session, cast, content_severity=3)
        task = make_assignment(session, handled, who, version, purpose=purpose)
        task.state, task.ended_at = "submitted", at
    session.add(
        WellbeingHandOver(
            programme_id=cast.programme.id, week=block.first, queue="payouts", content_severity=3, found_another=False
        )
    )
    session.flush()
    return five
