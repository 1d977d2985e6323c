"""Filters kept under a name: own per person, on any page with filters in its address, opened with one if wanted."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from qa.core.errors import ConflictError
from qa.people import saved_filters
from qa.people.models import User
from tests.support.cast import Cast
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
TICKETS = {"page": "tickets.index"}


def kept(session: Session, user: User, page: str = "tickets.index") -> list[tuple[str, str, bool]]:
    session.expire_all()
    found = saved_filters.filters_of(session.get_one(User, user.id).preferences, page)
    return [(each.name, each.query, each.default) for each in found]


def test_a_filter_is_kept_listed_applied_renamed_and_deleted_by_its_owner_alone(
    session: Session, cast: Cast, sign_in: SignIn
):
    quinn = sign_in(cast.quinn)
    query = "queue=payouts&csat=&status=solved&at=x"
    before = quinn.get(f"/tickets/?{query}").get_data(as_text=True)
    done = quinn.post_form("/saved-filters/", TICKETS | {"query": query, "name": "  Payouts,  solved "})
    page = quinn.get("/tickets/").get_data(as_text=True)

    assert "Keep this filter" in before
    assert done.location == "/tickets/?queue=payouts&status=solved"
    assert kept(session, cast.quinn) == [("Payouts, solved", "queue=payouts&status=solved", False)]
    assert 'href="/tickets/?queue=payouts&amp;status=solved"' in page
    assert "Payouts, solved" not in sign_in(cast.lena).get("/tickets/").get_data(as_text=True)
    assert "Payouts, solved" not in quinn.get("/trends/?weeks=13").get_data(as_text=True)

    shown = quinn.get("/tickets/?status=solved&queue=payouts").get_data(as_text=True)  # in whatever order
    assert 'aria-current="true"' in shown
    assert (
        quinn.post_form("/saved-filters/rename", TICKETS | {"name": "Payouts, solved", "new": "Solved"}).status_code
        == 302
    )
    gone = quinn.post_form("/saved-filters/delete", TICKETS | {"name": "Solved"})

    assert gone.location == "/tickets/?queue=payouts&status=solved"  # still shown, so it can be kept again
    assert kept(session, cast.quinn) == []
    assert quinn.post_form("/saved-filters/delete", TICKETS | {"name": "Solved"}).status_code == 404


def test_a_page_opens_with_its_default_which_stands_in_the_address_and_bare_when_asked(
    session: Session, cast: Cast, sign_in: SignIn
):
    quinn = sign_in(cast.quinn)
    for name, query in (("A", "queue=a"), ("B", "queue=b")):
        quinn.post_form("/saved-filters/", TICKETS | {"query": query, "name": name})
        quinn.post_form("/saved-filters/default", TICKETS | {"name": name, "default": "yes"})

    opened = quinn.get("/tickets/")

    assert kept(session, cast.quinn) == [("A", "queue=a", False), ("B", "queue=b", True)]
    assert (opened.status_code, opened.location) == (302, "/tickets/?queue=b")
    assert quinn.get("/tickets/?queue=a").status_code == 200
    assert quinn.get("/tickets/?filter=none").status_code == 200
    assert 'href="/tickets/?filter=none"' in quinn.get("/tickets/?queue=b").get_data(as_text=True)
    assert quinn.post_form("/saved-filters/default", TICKETS | {"name": "B", "default": "no"}).status_code == 302
    assert quinn.get("/tickets/").status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        pytest.param({"page": "tickets.show", "query": "a=b", "name": "A"}, id="a page about one thing"),
        pytest.param({"page": "https://elsewhere.example", "query": "a=b", "name": "A"}, id="no page of ours"),
        pytest.param({"page": "tickets.upload", "query": "a=b", "name": "A"}, id="nothing that can be opened"),
        pytest.param(TICKETS | {"query": "page=3&at=x", "name": "A"}, id="no filter"),
        pytest.param(TICKETS | {"query": "queue=a", "name": " "}, id="no name"),
        pytest.param(TICKETS | {"query": "q=" + "x" * 1000, "name": "A"}, id="endless"),
    ],
)
def test_what_is_no_filter_of_a_page_is_not_kept(session: Session, cast: Cast, sign_in: SignIn, form: dict[str, str]):
    assert sign_in(cast.quinn).post_form("/saved-filters/", form).status_code == 422
    assert kept(session, cast.quinn, form["page"]) == []


def test_other_preferences_stay_and_a_page_keeps_so_many_filters(session: Session, cast: Cast):
    cast.quinn.preferences = {"digest": "off"}
    for n in range(saved_filters.MOST):
        saved_filters.save(session, cast.quinn.id, "trends.index", f"F{n}", f"weeks={n}")

    with pytest.raises(ConflictError):
        saved_filters.save(session, cast.quinn.id, "trends.index", "One more", "weeks=1")
    with pytest.raises(ConflictError):
        saved_filters.rename(session, cast.quinn.id, "trends.index", "F1", "F2")
    saved_filters.save(session, cast.quinn.id, "trends.index", "F1", "weeks=99")  # the same name: the newer filter

    assert cast.quinn.preferences["digest"] == "off"
    assert ("F1", "weeks=99", False) in kept(session, cast.quinn, "trends.index")
