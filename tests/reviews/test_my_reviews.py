"""The list of one's own reviews, page by page, and the time that only its reviewer sees."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from qa.reviews import choosing
from qa.reviews.models import Review
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]


def reviewed(session: Session, cast: Cast, count: int) -> list[Review]:
    """Reviews by Rita of Sam's work, the newest first."""
    version = publish_rubric(session, cast)
    made = []
    for hours in range(count):
        handled = make_ticket(session, cast)
        task = make_assignment(session, handled, cast.rita, version)
        made.append(make_review(session, handled, task, at=utcnow() - dt.timedelta(days=1, hours=hours)))
    return made


def test_every_review_is_on_one_page_of_the_list(
    session: Session, cast: Cast, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "PAGE", 2)
    made = reviewed(session, cast, 5)
    session.commit()
    for person in (cast.rita, cast.sam):
        client = sign_in(person)
        pages = [client.get(f"/my-reviews?page={n}").get_data(as_text=True) for n in (1, 2, 3, 4)]

        shown = [[review for review in made if f'href="/reviews/{review.id}"' in page] for page in pages]
        assert shown == [made[:2], made[2:4], made[4:], []]
        assert ['rel="next"' in page for page in pages] == [True, True, False, False]
        assert ['rel="prev"' in page for page in pages] == [False, True, True, False]
        assert "3 to 4 reviews" in pages[1]
        assert "beyond the last" in pages[3]


def test_the_time_of_a_review_is_seen_by_its_reviewer_alone(session: Session, cast: Cast, sign_in: SignIn) -> None:
    (review,) = reviewed(session, cast, 1)
    review.active_seconds = 250
    session.commit()
    path = f"/reviews/{review.id}"

    assert "4 min 10 s, seen by nobody else" in sign_in(cast.rita).get(path).get_data(as_text=True)
    for other in (cast.sam, cast.lena, cast.quinn):
        page = sign_in(other).get(path).get_data(as_text=True)
        assert "4 min" not in page
        assert "Your time" not in page
