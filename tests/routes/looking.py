"""A second look for the walk through every route."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.reviews import queries as review_queries
from qa.reviews.second_looks import service
from qa.reviews.second_looks.models import SecondLook
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Purpose
from tests.support.builders import Handled, make_assignment, make_review, make_ticket
from tests.support.cast import NOW, Cast, actor


def second_look(session: Session, cast: Cast, version: RubricVersion) -> SecondLook:
    """Lena looks at a targeted review of Sam's work, and has not sent it."""
    handled: Handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, version, purpose=Purpose.TARGETED)
    review = make_review(session, handled, task)
    later = NOW + dt.timedelta(days=1)
    lena = actor(session, cast.lena)
    view = review_queries.get_review_for(session, lena, review.id, now=later)
    service.take(session, lena, view, cast.setting, by_lot=False, now=later)
    return session.scalars(select(SecondLook)).one()
