"""Fixtures of this room's tests."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from tests.incidents.room import Room
from tests.support.builders import make_ticket
from tests.support.cast import Cast
from tests.support.client import CheckingClient


@pytest.fixture
def room(session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]) -> Room:
    """A ticket of Sam's."""
    return Room(session=session, cast=cast, handled=make_ticket(session, cast), sign_in=sign_in)
