"""Parts proposed for a session because two reviewers, neither knowing of the other, chose differently."""

import datetime as dt
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions.models import CalibrationSession
from qa.calibration_sessions.proposing import Agreed, Compared, by_agreement, most_differing
from qa.core.clock import utcnow
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Assignment, Purpose
from tests.support.builders import Handled, make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import TODAY, Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
DAY = dt.timedelta(days=1)


def answers(part: int, **alike: bool) -> list[Compared]:
    return [Compared(part_id=part, criterion_key=key, alike=same) for key, same in alike.items()]


FOUND = [
    *answers(1, correct=True, tone=False),
    *answers(2, correct=False, tone=False),
    *answers(3, correct=True, tone=True),
    *answers(4, correct=True, tone=False),
]


def test_parts_come_by_the_number_of_criteria_that_differ_and_the_newest_first() -> None:
    assert [(part.part_id, part.criteria) for part in most_differing(FOUND)] == [
        (2, ("correct", "tone")),
        (4, ("tone",)),
        (1, ("tone",)),
    ]
    assert [part.part_id for part in most_differing(FOUND, "correct")] == [2]


def test_criteria_come_by_their_agreement_lowest_first() -> None:
    tone, correct = by_agreement(FOUND)

    assert tone == Agreed(criterion_key="tone", alike=1, n=4)
    assert (correct.criterion_key, correct.share) == ("correct", 0.75)


def scored_twice(session: Session, cast: Cast, version: RubricVersion, **second: str) -> Handled:
    """A part that Rita and Rob scored, Rob as hidden second."""
    handled = make_ticket(session, cast)
    for reviewer, purpose, levels in ((cast.rita, Purpose.ROUTINE, {}), (cast.rob, Purpose.DOUBLE, second)):
        task = make_assignment(session, handled, reviewer, version, purpose=purpose)
        make_review(session, handled, task, levels, at=utcnow() - DAY).sealed = False
    session.flush()
    return handled


def test_the_page_offers_what_two_reviewers_scored_differently(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    alike = scored_twice(session, cast, version)
    one = scored_twice(session, cast, version, tone="missed")
    two = scored_twice(session, cast, version, tone="missed", correct="wrong")
    client = sign_in(cast.quinn)

    page = client.get("/calibration/new?from=doubles").get_data(as_text=True)
    on_correct = client.get("/calibration/new?from=doubles&criterion=correct").get_data(as_text=True)

    offered = [f'name="parts" value="{each.part.id}"' for each in (two, one, alike)]
    assert page.index(offered[0]) < page.index(offered[1])
    assert offered[2] not in page
    assert "2 of 3: Correct, Tone" in page
    assert "Tone: alike in 33 % of 3" in page
    assert (offered[0] in on_correct, offered[1] in on_correct) == (True, False)


def test_whoever_scored_a_part_is_not_asked_about_it_again(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    part = scored_twice(session, cast, version, tone="missed").part
    form = {"title": "Tone", "rubric_version": str(version.id), "due_on": TODAY.isoformat(), "parts": str(part.id)}
    client = sign_in(cast.quinn)

    few = client.post_form("/calibration/new?from=doubles", {**form, "participants": [cast.rob.id, cast.quinn.id]})
    enough = client.post_form(
        "/calibration/new?from=doubles", {**form, "participants": [cast.rob.id, cast.quinn.id, cast.lena.id]}
    )

    asked = session.scalars(
        select(Assignment.reviewer_id).where(Assignment.purpose == Purpose.CALIBRATION).order_by(Assignment.reviewer_id)
    ).all()
    assert few.status_code == 422
    assert "the others handled or scored them already" in few.get_data(as_text=True)
    assert enough.status_code == 302
    assert asked == sorted([cast.quinn.id, cast.lena.id])
    assert len(session.scalars(select(CalibrationSession)).all()) == 1
    assert "No part fits" in client.get("/calibration/new?from=doubles").get_data(as_text=True)


def test_a_sealed_second_score_is_no_proposal(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    handled = make_ticket(session, cast)
    first = make_assignment(session, handled, cast.rita, version)
    make_review(session, handled, first, {"tone": "missed"}, at=utcnow() - DAY).sealed = True
    second = make_assignment(session, handled, cast.rob, version, purpose=Purpose.DOUBLE)
    make_review(session, handled, second, at=utcnow() - DAY).sealed = True
    session.flush()

    page = sign_in(cast.quinn).get("/calibration/new?from=doubles").get_data(as_text=True)

    assert "No part fits" in page


def test_the_page_asks_no_more_of_the_database_for_more_parts(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    client = sign_in(cast.quinn)
    counts = []
    for _ in range(2):
        for _ in range(2):
            scored_twice(session, cast, version, tone="missed")
        client.get("/calibration/new?from=doubles")
        with count_queries() as asked:
            client.get("/calibration/new?from=doubles")
        counts.append(len(asked))

    assert counts[0] == counts[1]
