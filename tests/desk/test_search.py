"""Search and jump: what each person finds, and what nobody finds who may not see it."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.people.models import Clearance
from qa.reviews.models import Review
from qa.sampling.models import Assignment
from tests.support.builders import Handled, make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import SINCE, Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries


@pytest.fixture
def handled(session: Session, cast: Cast) -> Handled:
    """A ticket of Sam's that Rob reviewed and that waits in Rita's queue."""
    version = publish_rubric(session, cast)
    found = make_ticket(session, cast, external_id="4711", subject="Where is my money")
    make_review(session, found, make_assignment(session, found, cast.rob, version))
    other = make_ticket(session, cast, external_id="4712", subject="Another one")
    make_assignment(session, other, cast.rita, version)
    return found


def words(client: CheckingClient, asked: str) -> str:
    response = client.get("/search", query_string={"q": asked})
    return response.get_data(as_text=True) if response.status_code == 200 else response.headers["Location"]


def test_every_page_has_the_box_and_a_search_without_words_says_what_it_finds(
    sign_in: Callable[..., CheckingClient], cast: Cast
) -> None:
    client = sign_in(cast.dora)

    assert 'action="/search"' in client.get("/").get_data(as_text=True)
    assert "What are you looking for?" in words(client, "  ")


def test_a_reviewer_goes_straight_to_the_own_part_or_review_of_a_number_and_finds_nothing_of_others(
    sign_in: Callable[..., CheckingClient], cast: Cast, session: Session, handled: Handled
) -> None:
    (task,) = session.scalars(select(Assignment).where(Assignment.reviewer_id == cast.rita.id))
    (review,) = session.scalars(select(Review))

    assert words(sign_in(cast.rita), "#4712") == f"/queue/{task.id}"
    assert words(sign_in(cast.rob), "4711") == f"/reviews/{review.id}"
    assert "Nothing fits" in words(sign_in(cast.rita), "4711")
    assert "Nothing fits" in words(sign_in(cast.rob), "4712")
    assert "Nothing fits" in words(sign_in(cast.rob), "Sam")


def test_a_part_of_hard_content_says_so_before_it_is_opened(
    sign_in: Callable[..., CheckingClient], cast: Cast, session: Session
) -> None:
    session.add(Clearance(user_id=cast.rita.id, severity=3, valid_from=SINCE))
    hard = make_ticket(session, cast, external_id="4713", content_severity=2)
    make_assignment(session, hard, cast.rita, publish_rubric(session, cast))

    assert "severity 2" in words(sign_in(cast.rita), "4713")


def test_a_lead_goes_straight_to_the_one_ticket_of_a_number_and_only_to_the_own_teams(
    sign_in: Callable[..., CheckingClient], cast: Cast, session: Session, handled: Handled
) -> None:
    lonely = make_ticket(session, cast, external_id="99", subject="Quiet")

    assert words(sign_in(cast.lena), "99") == f"/tickets/{lonely.ticket.id}"
    assert "Nothing fits" in words(sign_in(cast.otto), "99")
    assert "Nothing fits" in words(sign_in(cast.sam), "99")


def test_people_are_found_by_whoever_manages_or_coaches_them(
    sign_in: Callable[..., CheckingClient], cast: Cast
) -> None:
    assert f"/people/{cast.rita.id}" in words(sign_in(cast.ada), "rita")
    assert f"/coaching/specialists/{cast.sam.id}" in words(sign_in(cast.lena), "sato")
    assert "Sam Sato" not in words(sign_in(cast.otto), "sato")
    assert "Rita Ramos" not in words(sign_in(cast.lena), "rita")


def test_a_page_is_found_by_its_name_and_only_by_whom_it_is_open_to(
    sign_in: Callable[..., CheckingClient], cast: Cast
) -> None:
    assert "Nothing fits" not in words(sign_in(cast.quinn), "sampl")
    assert "Nothing fits" in words(sign_in(cast.sam), "sampl")


def test_signs_of_a_pattern_are_only_signs(sign_in: Callable[..., CheckingClient], cast: Cast) -> None:
    assert "Nothing fits" in words(sign_in(cast.ada), "%")
    assert "What are you looking for?" in words(sign_in(cast.ada), "\x00")
    assert "Nothing fits" in words(sign_in(cast.quinn), "'\"* OR 1")


def test_a_search_costs_a_bounded_number_of_statements(
    sign_in: Callable[..., CheckingClient], cast: Cast, handled: Handled
) -> None:
    client = sign_in(cast.quinn)

    with count_queries() as statements:
        words(client, "money")

    assert len(statements) <= 12
