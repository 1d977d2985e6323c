"""Who is certified for which rubric family: written by whoever settles it, obeyed where drawn parts are given."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.sampling.models import ReviewerCertificate


def held(session: Session, user_ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """The families that each of these people is certified for now."""
    found: dict[int, set[int]] = {}
    for user_id, family_id in session.execute(
        select(ReviewerCertificate.user_id, ReviewerCertificate.family_id)
        .where(ReviewerCertificate.user_id.in_(list(user_ids)), ReviewerCertificate.ended_at.is_(None))
        .order_by(ReviewerCertificate.id)
    ):
        found.setdefault(user_id, set()).add(family_id)
    return {user_id: frozenset(families) for user_id, families in found.items()}


def grant(session: Session, user_id: int, family_id: int, *, now: dt.datetime) -> None:
    """From now on drawn parts of this family may be given to a person."""
    session.add(ReviewerCertificate(user_id=user_id, family_id=family_id, begun_at=now))
    session.flush()


def end(session: Session, user_id: int, family_id: int, *, now: dt.datetime) -> None:
    """No new drawn parts of this family from now on; what was given stays."""
    session.execute(
        update(ReviewerCertificate)
        .where(
            ReviewerCertificate.user_id == user_id,
            ReviewerCertificate.family_id == family_id,
            ReviewerCertificate.ended_at.is_(None),
        )
        .values(ended_at=now)
        .execution_options(synchronize_session=False)
    )
