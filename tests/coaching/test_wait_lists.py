"""Who is coached first, by lot."""

import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching import service as plans
from qa.coaching.wait_lists import queries, rules, service
from qa.coaching.wait_lists.models import WaitList, WaitPlace
from qa.core.access import Role
from qa.core.audit import AuditEvent
from qa.core.errors import ConflictError, InvalidInputError
from qa.notices.models import Notice
from qa.people.models import User
from tests.support.cast import NOW, TODAY, Cast, person

MONDAY = dt.date(2026, 4, 13)
SEED = bytes(range(32))


def test_each_order_of_the_lot_is_as_likely_as_the_other():
    counts = Counter(tuple(rules.order_by_lot([4, 9, 11], seed.to_bytes(32, "big"))) for seed in range(1_200))

    # Six orders of three people, 200 times each with a standard deviation of 12.9.
    assert len(counts) == 6
    assert all(abs(count - 200) < 4.5 * 12.9 for count in counts.values())
    assert rules.order_by_lot([9, 11, 4], SEED) == rules.order_by_lot([4, 9, 11], SEED)


@pytest.fixture
def six(session: Session, cast: Cast) -> list[User]:
    names = ("Nia Nash", "Ned Nolan", "Nora Nagy", "Nils Noor", "Nell Nunn")
    return [cast.sam, *(person(session, cast.programme, name, Role.SPECIALIST, team=cast.payouts) for name in names)]


def cast_lot(session: Session, cast: Cast, people: list[User], **change: object) -> WaitList:
    given: dict[str, object] = {"title": "Spring", "first_size": 3, "starts_on": MONDAY, "weeks": 6, **change}
    return service.cast_lot(
        session,
        cast.programme.id,
        [user.id for user in people],
        seed=SEED,
        by=cast.lena.id,
        today=TODAY,
        now=NOW,
        **given,  # type: ignore[arg-type]
    )


def draw_up(session: Session, cast: Cast, user_id: int, today: dt.date) -> None:
    plans.draw_up(session, user_id, [], title="A plan", by=cast.lena.id, today=today, now=NOW)


def test_the_lot_is_kept_before_any_plan_begins_and_those_who_wait_get_none(
    session: Session, cast: Cast, six: list[User]
) -> None:
    row = cast_lot(session, cast, six)

    places = session.scalars(select(WaitPlace).order_by(WaitPlace.position)).all()
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "coaching.lot")).one()
    assert event.detail["digest"] == row.digest == rules.digest_of([place.user_id for place in places])
    assert [place.starts_on for place in places] == [MONDAY] * 3 + [MONDAY + dt.timedelta(weeks=6)] * 3
    first, last = places[0], places[-1]
    draw_up(session, cast, first.user_id, MONDAY)
    with pytest.raises(ConflictError, match="25 May 2026"):
        draw_up(session, cast, last.user_id, MONDAY)

    assert service.tell_turns(session, cast.programme.id, MONDAY, now=NOW) == 2  # the first has a plan already
    assert service.tell_turns(session, cast.programme.id, MONDAY, now=NOW) == 0
    assert session.scalars(select(Notice.kind).where(Notice.user_id == cast.lena.id)).all() == ["wait_list_turn"]
    service.leave(session, last, reason="A complaint a day", by=cast.lena.id, now=NOW)
    draw_up(session, cast, last.user_id, MONDAY)
    with pytest.raises(ConflictError):
        service.leave(session, last, reason="again", by=cast.lena.id, now=NOW)
    assert queries.waiting(session, [user.id for user in six], today=TODAY).keys() == {
        place.user_id for place in places[:-1]
    }


@pytest.mark.parametrize(
    ("change", "field"),
    [
        pytest.param({"first_size": 4}, "first_size", id="too few wait"),
        pytest.param({"starts_on": MONDAY + dt.timedelta(days=1)}, "starts_on", id="no Monday"),
        pytest.param({"weeks": 2}, "weeks", id="too short"),
        pytest.param({"title": " "}, "title", id="no title"),
    ],
)
def test_a_lot_says_what_cannot_be(
    session: Session, cast: Cast, six: list[User], change: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        cast_lot(session, cast, six, **change)

    assert field in refused.value.fields


def test_nobody_waits_on_two_lists_or_beside_a_plan(session: Session, cast: Cast, six: list[User]) -> None:
    cast_lot(session, cast, six)
    with pytest.raises(ConflictError, match="another list"):
        cast_lot(session, cast, six)

    olga = [person(session, cast.programme, f"Otis{n} Ott", Role.SPECIALIST, team=cast.appeals) for n in range(6)]
    draw_up(session, cast, olga[0].id, TODAY)
    with pytest.raises(ConflictError, match="active plan"):
        cast_lot(session, cast, olga)
