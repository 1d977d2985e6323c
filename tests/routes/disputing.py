"""A dispute for the walk through every route."""

import datetime as dt

from sqlalchemy.orm import Session

from qa.people.queries import zone_of
from qa.reviews import queries as review_queries
from qa.reviews.disputes import service as disputing
from qa.reviews.disputes.models import Dispute
from qa.reviews.disputes.rules import Choice, Claim
from qa.reviews.models import Review
from tests.support.cast import NOW, Cast, actor


def disputed(session: Session, review: Review, cast: Cast) -> Dispute:
    """The specialist of the cast says that the tone was met."""
    later = NOW + dt.timedelta(days=1)
    return disputing.open_dispute(
        session,
        review_queries.get_review_for(session, actor(session, cast.sam), review.id, now=later),
        [Claim(criterion_key="tone", proposed=Choice(level_key="met"), reason="It was friendly.")],
        ends=later + dt.timedelta(days=1),
        setting=cast.setting,
        zone=zone_of(cast.setting),
        by=cast.sam.id,
        now=later,
    )
