"""The director's page: what may enter its figures, and who sees which."""

from collections.abc import Callable

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from qa.core.clock import week_key
from qa.reviews import keeping_sums, measuring
from qa.reviews.models import Review
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Purpose
from qa.trends import queries
from tests.coaching.weeks import review, wednesday
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import SINCE, Cast, actor
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
WEEK = wednesday(1).date()


def test_only_routine_reviews_of_drawn_parts_enter(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    routine = review(session, cast, version)
    for purpose in (Purpose.TARGETED, Purpose.DOUBLE, Purpose.CALIBRATION, Purpose.FOLLOW_UP):
        review(session, cast, version, reviewer=cast.rob, purpose=purpose, privacy="missed")

    rows = measuring.reviewed(session, queries.within(actor(session, cast.dora), None, None), since=SINCE)

    assert [(row.review_id, row.score, row.inclusion_probability) for row in rows] == [(routine.id, 100.0, 0.5)]


def test_a_blind_second_review_tells_of_strictness_and_enters_no_figure(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    at = wednesday(1)
    handled = make_ticket(session, cast, resolved_at=at)
    make_review(session, handled, make_assignment(session, handled, cast.rita, version), at=at)
    second = make_assignment(session, handled, cast.rob, version, purpose=Purpose.DOUBLE)
    make_review(session, handled, second, {"correct": "wrong"}, at=at)
    where = queries.within(actor(session, cast.quinn), None, None)

    rows = measuring.reviewed(session, where, since=SINCE)
    sealed = [row.seconds for row in rows]
    session.execute(update(Review).values(sealed=False))
    opened = measuring.reviewed(session, where, since=SINCE)

    assert len(rows) == len(opened) == 1
    assert opened[0].seconds == ((cast.rob.id, pytest.approx(opened[0].seconds[0][1])),)
    assert opened[0].seconds[0][1] < 100
    assert opened[0].first_score == 100
    assert sealed in ([()], [opened[0].seconds])  # sealed while a score is out, open once all are in


def test_a_lead_sees_the_own_teams_alone(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    sams, olgas = (review(session, cast, version, agent=each) for each in (cast.sam_agent, cast.olga_agent))
    path = f"/trends/reviews?week={week_key(WEEK)}"

    seen = {
        who.name: {
            row.review_id
            for row in measuring.reviewed(session, queries.within(actor(session, who), None, None), since=SINCE)
        }
        for who in (cast.lena, cast.otto, cast.dora, cast.quinn)
    }
    lists = {who.name: sign_in(who).get(path).get_data(as_text=True) for who in (cast.lena, cast.otto, cast.dora)}
    reaching = sign_in(cast.lena).get(f"{path}&team={cast.appeals.id}").get_data(as_text=True)

    both = {sams.id, olgas.id}
    assert seen == {
        cast.lena.name: {sams.id},
        cast.otto.name: {olgas.id},
        cast.dora.name: both,
        cast.quinn.name: both,
    }
    assert f"/reviews/{olgas.id}" not in lists[cast.lena.name]
    assert f"/reviews/{sams.id}" in lists[cast.lena.name]
    assert f"/reviews/{olgas.id}" in lists[cast.otto.name]
    assert f"/reviews/{sams.id}" in lists[cast.dora.name]
    assert f"/reviews/{olgas.id}" not in reaching
    assert [sign_in(who).get("/trends/").status_code for who in (cast.rita, cast.sam, cast.ada)] == [403] * 3


def test_the_page_asks_no_more_when_there_is_more(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    several(session, cast, version, 2)
    director = sign_in(cast.dora)
    director.get("/trends/")
    with count_queries() as few:
        director.get("/trends/")
    several(session, cast, version, 10)

    with count_queries() as many:
        page = director.get("/trends/?weeks=13")

    assert page.status_code == 200
    assert len(many) == len(few) <= 24


def several(session: Session, cast: Cast, version: RubricVersion, count: int) -> None:
    for n in range(count):
        for agent in (cast.sam_agent, cast.olga_agent):
            review(session, cast, version, agent=agent, weeks_ago=1 + n % 6, **({"tone": "missed"} if n % 3 else {}))


def test_a_week_that_is_none_is_not_found_and_a_strange_filter_is_ignored(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    director = sign_in(cast.dora)

    codes = [
        director.get(f"/trends/{where}").status_code
        for where in (
            "reviews?week=2026-W99",
            "reviews?week=x",
            "reviews?week=9999-W52",
            "reviews?week=0001-W01",
            f"reviews?week={week_key(WEEK)}&page=2",
            f"reviews?week={week_key(WEEK)}&page={2**63 - 1}",
            "reviews",
            "?weeks=9",
            "?team=x&weeks=-1",
            "?queue=none",
        )
    ]

    assert codes == [404] * 7 + [200] * 3


def test_two_periods_are_whole_while_the_newest_week_waits_for_its_reviews(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    version = publish_rubric(session, cast)
    for weeks_ago in (2, 2 + 25):  # the newest reviewed week, and the first of the thirteen before its thirteen
        for _ in range(6):
            review(session, cast, version, weeks_ago=weeks_ago)
    for period in keeping_sums.periods_of(session, cast.programme.id):
        keeping_sums.rebuild(session, period)
    session.commit()

    page = sign_in(cast.lena).get("/trends/compare?length=13").text

    first = week_key(wednesday(2 + 25).date())
    assert f"{first} to " in page
    assert page.count("n&nbsp;6<") >= 6  # three measures of either span
