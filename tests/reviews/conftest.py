"""Fixtures of this room's tests."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.reviews.desk import Desk
from tests.reviews.dispute_case import Case, make_case
from tests.support.builders import make_assignment, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient


@pytest.fixture
def desk(session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]) -> Desk:
    """Rita, signed in, with one part of Sam's to score."""
    version = publish_rubric(session, cast)
    handled = make_ticket(session, cast)
    task = make_assignment(session, handled, cast.rita, version)
    return Desk(session=session, user=cast.rita, handled=handled, task=task, client=sign_in(cast.rita))


@pytest.fixture
def case(session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]) -> Case:
    """A review by Rita of Sam's work, released a day ago: correct is partly right and the tone was missed."""
    return make_case(session, cast, sign_in)
