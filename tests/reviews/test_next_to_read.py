"""What a specialist is led to after one review was read."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy.orm import Session

from qa.core.clock import utcnow
from qa.reviews.models import Review
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient

DAY = dt.timedelta(days=1)


def test_the_newest_unread_review_of_ones_own_work_is_next_and_nothing_else(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient]
) -> None:
    version = publish_rubric(session, cast)

    def reviewed(days_ago: int, **more: object) -> Review:
        handled = make_ticket(session, cast, **more)
        task = make_assignment(session, handled, cast.rita, version)
        return make_review(session, handled, task, at=utcnow() - days_ago * DAY)

    oldest, shown, newer = reviewed(5), reviewed(4), reviewed(3)
    read, held, void = reviewed(2), reviewed(1), reviewed(1)
    read.acknowledged_at = utcnow()
    held.released_at = utcnow() + DAY
    void.state, void.void_reason, void.voided_at = "voided", "Wrong ticket", utcnow()
    reviewed(1, data_region="eu-only")
    reviewed(1, agent=cast.olga_agent)
    session.commit()
    sam = sign_in(cast.sam)

    page = sam.get(f"/reviews/{shown.id}").get_data(as_text=True)
    assert f'href="/reviews/{newer.id}"' in page
    assert f'href="/reviews/{oldest.id}"' not in page
    for review in (newer, oldest):
        sam.post_form(f"/reviews/{review.id}/acknowledge", {})
    assert "Next to read" not in sam.get(f"/reviews/{shown.id}").get_data(as_text=True)
    assert "Next to read" not in sign_in(cast.lena).get(f"/reviews/{shown.id}").get_data(as_text=True)
