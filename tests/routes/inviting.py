"""An invitation of Sam's, and a self-review of Sam's beside Rita's review, for the walk through every route."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from qa.reviews.models import Review
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Assignment, Purpose
from tests.support.builders import make_assignment, make_review, make_ticket
from tests.support.cast import Cast


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What Sam may score, and what he has scored."""

    task: Assignment
    own: Review
    drawn: Review


def invited(session: Session, cast: Cast, version: RubricVersion) -> Invited:
    """Sam scores one part after Rita, and may score another."""
    handled = make_ticket(session, cast)
    drawn = make_review(session, handled, make_assignment(session, handled, cast.rita, version))
    own = make_review(session, handled, make_assignment(session, handled, cast.sam, version, purpose=Purpose.SELF))
    task = make_assignment(session, make_ticket(session, cast), cast.sam, version, purpose=Purpose.SELF)
    return Invited(task=task, own=own, drawn=drawn)
