"""The inbox and how notices come: unread, read, all, in pages; kinds switched off, and those that cannot be."""

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.core.clock import utcnow
from qa.notices import kinds, service
from qa.notices.kinds import KINDS, Way, way_of
from qa.notices.models import Notice
from qa.people.models import User
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
HOUR = dt.timedelta(hours=1)


def tell(session: Session, user: User, kind: str = "parts_assigned", n: int = 1) -> None:
    for number in range(n):
        at = utcnow() - HOUR + dt.timedelta(seconds=number)
        service.notify(session, [user.id], kind=kind, object_type="period", object_id=number, now=at)


def kept(session: Session, user: User) -> list[str]:
    return list(session.scalars(select(Notice.kind).where(Notice.user_id == user.id).order_by(Notice.id)))


def test_notices_are_marked_read_and_unread_one_by_one_and_all_at_once(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    tell(session, cast.rita, n=3)
    rita = sign_in(cast.rita)
    first = session.scalars(select(Notice).order_by(Notice.id)).first()
    assert first is not None

    rita.post_form(f"/notices/{first.id}/mark", {"read": "yes"})
    assert "1 to 2 of 2 notices" in rita.get("/notices/").get_data(as_text=True)
    assert "1 to 1 of 1 notices" in rita.get("/notices/?show=read").get_data(as_text=True)
    rita.post_form(f"/notices/{first.id}/mark", {"read": "no"})
    newest = session.scalars(select(Notice.id).order_by(Notice.id.desc())).first()
    tell(session, cast.rita)  # comes while the page is open

    rita.post_form("/notices/read-all", {"up_to": str(newest)})

    assert "1 to 1 of 1 notices" in rita.get("/notices/").get_data(as_text=True)
    assert "1 to 4 of 4 notices" in rita.get("/notices/?show=all").get_data(as_text=True)


def test_an_empty_inbox_says_so_and_another_s_notice_is_not_there(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    tell(session, cast.rob)
    notice = session.scalars(select(Notice)).one()
    rita = sign_in(cast.rita)

    assert "Nothing new" in rita.get("/notices/").get_data(as_text=True)
    assert "No notice yet" in rita.get("/notices/?show=all").get_data(as_text=True)
    assert rita.post_form(f"/notices/{notice.id}/mark").status_code == 404
    assert rita.post_form("/notices/read-all", {"up_to": "x"}).status_code == 422
    assert notice.read_at is None


def test_a_long_inbox_comes_in_pages_with_a_bounded_number_of_statements(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    rita = sign_in(cast.rita)
    tell(session, cast.rita)
    with count_queries() as few:
        rita.get("/notices/")
    tell(session, cast.rita, n=70)

    with count_queries() as many:
        first = rita.get("/notices/").get_data(as_text=True)
    second = rita.get("/notices/?page=2").get_data(as_text=True)

    assert len(many) == len(few) <= 9
    assert "1 to 50 of 71 notices" in first
    assert "51 to 71 of 71 notices" in second
    assert "Nothing on this page" in rita.get("/notices/?page=9").get_data(as_text=True)


def test_a_kind_that_is_switched_off_is_written_no_more_and_one_that_may_not_be_still_is(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    rita = sign_in(cast.rita)
    page = rita.get("/notices/preferences").get_data(as_text=True)
    assert 'name="parts_assigned"' in page
    assert 'name="review_released"' not in page  # a specialist's

    off = {"parts_assigned": "off", "digest": "daily"}
    assert rita.post_form("/notices/preferences", off).status_code == 302
    assert rita.post_form("/notices/preferences", {"incident_raised": "off"}).status_code == 422
    tell(session, cast.rita)
    tell(session, cast.rita, "incident_raised")
    tell(session, cast.rita, "strike_declined")
    tell(session, cast.rob)

    assert kept(session, cast.rita) == ["incident_raised", "strike_declined"]
    assert kept(session, cast.rob) == ["parts_assigned"]


def test_other_preferences_of_a_person_stay(session: Session, cast: Cast, sign_in: SignIn) -> None:
    cast.rita.preferences = {"blur": "on", "notices": {"session_opened": "off"}}

    sign_in(cast.rita).post_form("/notices/preferences", {"parts_assigned": "digest"})

    assert cast.rita.preferences == {
        "blur": "on",
        "notices": {"session_opened": "off", "parts_assigned": "digest"},
        "digest": "off",
    }


@pytest.mark.parametrize(
    ("kind", "chosen", "way"),
    [
        pytest.param("parts_assigned", None, Way.APP, id="as usual"),
        pytest.param("parts_assigned", "digest", Way.DIGEST, id="as chosen"),
        pytest.param("incident_raised", "off", Way.DIGEST, id="never off"),
        pytest.param("of another version", "off", Way.OFF, id="a kind nobody knows"),
        pytest.param("parts_assigned", "by pigeon", Way.APP, id="nonsense"),
    ],
)
def test_how_a_kind_comes(kind: str, chosen: str | None, way: Way) -> None:
    assert way_of(kind, {"notices": {kind: chosen}} if chosen else {}) is way


def test_every_kind_concerns_somebody_and_everybody_has_some() -> None:
    assert all(kind.roles and kind.words for kind in KINDS.values())
    assert all(kinds.kinds_for([role]) for role in Role)
