"""Finding tickets by words and facts: what the index holds, what it gives to whom, pages that stay as they are."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from qa.core.db import db
from qa.people.models import RegionClearance
from qa.tickets import listing, searching
from qa.tickets.listing import Place
from qa.tickets.models import SearchPending, Ticket
from tests.support.cast import SINCE, Cast
from tests.support.client import CheckingClient
from tests.support.tickets import RESOLVED, RING, make_ticket


@pytest.fixture
def quinn(sign_in: Callable[..., CheckingClient], cast: Cast) -> CheckingClient:
    return sign_in(cast.quinn)


def index(app: Flask, session: Session) -> int:
    """Take every ticket in, as the runner does."""
    searching.note(session, session.scalars(select(Ticket.id)).all())
    session.commit()
    with app.app_context():
        return searching.index_pending(db.session(), RING)


def found(client: CheckingClient, query: str) -> set[str]:
    page = client.get(f"/tickets/?{query}").get_data(as_text=True)
    return {name for name in ("T-1", "T-2", "T-3") if f">{name}</a>" in page}


QUERIES = {
    "q=refund": {"T-1", "T-2"},
    "q=REFUND+late": {"T-1"},
    "q=refund+never": set(),
    "q=senora": {"T-2"},
    "q=se%C3%B1ora": {"T-2"},
    "q=ref*": {"T-1", "T-2"},
    "q=ref": set(),
    "q=%22refund%22+OR+late": set(),
    "q=T-3": {"T-3"},
    "q=%23T-3": {"T-3"},
    "q=%25": set(),
    "q=_": set(),
    "q=phone": {"T-1"},
    "q=%E6%9C%AC": {"T-3"},
    "tag=gift_card": {"T-2"},
    "tag=gift": set(),
    "q=refund&tag=gift_card": {"T-2"},
    "tier=gold": {"T-2"},
    "csat=bad": {"T-2"},
    "csat=none": {"T-1", "T-3"},
    "from=2026-04-01&to=2026-04-01": {"T-1"},
    "from=2030-01-01": set(),
    "from=never&to=&csat=odd&reviewed=maybe&at=nonsense": {"T-1", "T-2", "T-3"},
    "reviewed=yes": set(),
    "reviewed=no": {"T-1", "T-2", "T-3"},
}


def test_tickets_are_found_by_their_words_and_facts(
    quinn: CheckingClient, app: Flask, session: Session, cast: Cast
) -> None:
    make_ticket(
        session, cast, external_id="T-1", subject="Refund is late", messages=(("customer", "[phone 1]"),),
        resolved_at=dt.datetime(2026, 4, 1, 12, tzinfo=dt.UTC),
    )  # fmt: skip
    make_ticket(
        session, cast, external_id="T-2", tier="gold", tags=["gift_card", "vip"], csat="bad",
        messages=(("customer", "Señora, my refund?"),), resolved_at=RESOLVED - dt.timedelta(days=30),
    )  # fmt: skip
    make_ticket(
        session, cast, external_id="T-3", messages=(("customer", "日本語"),),
        resolved_at=RESOLVED - dt.timedelta(days=40),
    )  # fmt: skip
    index(app, session)

    assert {query: found(quinn, query) for query in QUERIES} == QUERIES


def test_a_specialist_s_tickets_are_found(quinn: CheckingClient, session: Session, cast: Cast) -> None:
    make_ticket(session, cast, external_id="T-1")
    make_ticket(session, cast, external_id="T-2", agent=cast.olga_agent)

    assert found(quinn, f"specialist={cast.olga.id}") == {"T-2"}


def test_a_changed_ticket_loses_its_former_words(
    quinn: CheckingClient, app: Flask, session: Session, cast: Cast
) -> None:
    made = make_ticket(session, cast, external_id="T-1", subject="Zebra")
    index(app, session)
    made.ticket.subject = "Giraffe"
    index(app, session)

    assert (found(quinn, "q=zebra"), found(quinn, "q=giraffe")) == (set(), {"T-1"})
    assert session.scalar(select(func.count()).select_from(SearchPending)) == 0


def test_the_index_gives_no_sentence_back(app: Flask, session: Session, cast: Cast) -> None:
    make_ticket(session, cast, messages=(("customer", "the dog bit the man"),), subject="")
    index(app, session)

    if session.get_bind().dialect.name == "sqlite":
        with pytest.raises(OperationalError, match="does not support scanning"):
            session.execute(text("SELECT * FROM ticket_search"))
    else:
        assert session.scalar(text("SELECT words::text FROM ticket_search")) == "'bit' 'dog' 'man' 'the'"


def test_a_region_s_tickets_are_there_only_for_its_cleared(
    quinn: CheckingClient, app: Flask, session: Session, cast: Cast
) -> None:
    made = make_ticket(session, cast, external_id="T-1", subject="Canary", data_region="eu")
    index(app, session)
    paths = (f"/tickets/{made.ticket.id}", "/tickets/tickets.csv")

    before = [found(quinn, ""), found(quinn, "q=canary"), found(quinn, "q=T-1"), quinn.get(paths[0]).status_code]
    hidden = "Canary" not in quinn.get(paths[1]).get_data(as_text=True)
    session.add(RegionClearance(user_id=cast.quinn.id, region="eu", valid_from=SINCE))
    session.commit()
    after = [found(quinn, ""), found(quinn, "q=canary"), found(quinn, "q=T-1"), quinn.get(paths[0]).status_code]

    assert before == [set(), set(), set(), 404]
    assert hidden
    assert after == [{"T-1"}, {"T-1"}, {"T-1"}, 200]


@pytest.mark.parametrize("query", ["", "q=payo*"])
def test_pages_go_on_and_back_over_every_ticket_once(
    quinn: CheckingClient, app: Flask, session: Session, cast: Cast, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE_SIZE", 5)
    monkeypatch.setattr(listing, "MOST_COUNTED", 7)
    for number in range(12):
        make_ticket(session, cast, external_id=f"N-{number}", messages=(("customer", "Hi"),))
    index(app, session)

    first = walk(quinn, query, "next")
    back = walk(quinn, query, "prev", start=first[-1][1])
    monkeypatch.setattr(searching, "MOST_BEGUN", 0)  # too many words of the beginning to look for each
    again = NAMES.findall(quinn.get(f"/tickets/?{query}").get_data(as_text=True))

    names = [name for names, _ in first for name in names]
    assert len(names) == len(set(names)) == 12
    assert [names for names, _ in first] == [names for names, _ in back][::-1]
    assert first[0][0] == again


NAMES = re.compile(r'<a href="/tickets/\d+">(N-\d+)</a>')


def walk(client: CheckingClient, query: str, rel: str, start: str = "") -> list[tuple[list[str], str]]:
    """The names on each page from an address on, with the page's place."""
    pages, place = [], start
    while True:
        page = client.get(f"/tickets/?{query}&at={place}").get_data(as_text=True)
        pages.append((NAMES.findall(page), place))
        links = [tag for tag in re.findall(r"<a [^>]*>", page) if f'rel="{rel}"' in tag]
        if not links:
            return pages
        place = re.findall(r"[?&;]at=([\w-]+)", links[0])[0]


@given(st.datetimes(timezones=st.just(dt.UTC)), st.integers(1, 2**40))
def test_a_place_reads_as_it_was_written(moment: dt.datetime, number: int) -> None:
    place = Place(created_at=moment, id=number, back=number % 2 == 0)

    assert Place.read(place.written()) == place


@given(st.text(max_size=40))
def test_any_address_is_a_place_or_none(shown: str) -> None:
    assert Place.read(shown) is None or isinstance(Place.read(shown), Place)


@given(st.text(max_size=60))
def test_words_are_small_and_apart(shown: str) -> None:
    words = searching.folded(shown)

    assert all(word and not word.isspace() and len(word) <= searching.LONGEST_WORD for word in words)
