"""Who sees whose figures."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Purpose
from tests.coaching.weeks import wednesday
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]


def scored_together(session: Session, cast: Cast, version: RubricVersion, parts: int) -> None:
    """Parts that Rita and Rob both scored, Rita 20 points lower and a little more once."""
    for n in range(parts):
        at = wednesday(1)
        handled = make_ticket(session, cast, resolved_at=at)
        ritas = make_assignment(session, handled, cast.rita, version)
        robs = make_assignment(session, handled, cast.rob, version, purpose=Purpose.DOUBLE)
        # tone missed: 80; correct partly and tone missed: 60
        make_review(
            session, handled, ritas, {"tone": "missed"} if n else {"correct": "partly", "tone": "missed"}, at=at
        )
        make_review(session, handled, robs, at=at)
    session.commit()


def test_a_reviewer_sees_the_own_row_and_the_director_none(session: Session, cast: Cast, sign_in: SignIn) -> None:
    scored_together(session, cast, publish_rubric(session, cast), 8)
    people = (cast.quinn, cast.rita, cast.rob, cast.dora)

    boards = [sign_in(who).get("/reviewers/").get_data(as_text=True) for who in people]
    pages = [
        [sign_in(who).get(f"/reviewers/{about.id}").status_code for about in (cast.rita, cast.rob)] for who in people
    ]

    # Mean of seven differences of -20 and one of -40: -22.5.
    quinns, ritas, robs, doras = boards
    assert cast.rita.name in quinns
    assert cast.rob.name in quinns
    assert "differs from the others by −22.5 points" in quinns or "differs from the others by -22.5 points" in quinns
    assert "22.5 points" in ritas
    assert cast.rob.name not in ritas
    assert f"/reviewers/{cast.rita.id}" not in robs
    for secret in (cast.rita.name, cast.rob.name, cast.rita.pseudonym, "differs from the others by"):
        assert secret not in doras
    assert pages == [[200, 200], [200, 404], [404, 200], [404, 404]]
    assert [sign_in(who).get("/reviewers/").status_code for who in (cast.lena, cast.sam, cast.ada)] == [403] * 3


def test_the_board_asks_no_more_when_there_is_more(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    scored_together(session, cast, version, 2)
    lead = sign_in(cast.quinn)
    lead.get("/reviewers/")
    with count_queries() as few:
        lead.get("/reviewers/")
    scored_together(session, cast, version, 6)

    with count_queries() as many:
        lead.get("/reviewers/")

    assert len(many) == len(few) <= 12
