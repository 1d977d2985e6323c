"""The programme's rules: a change is a dated version, two people do not overwrite each other, nothing old moves."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.audit import AuditEvent
from qa.core.clock import utcnow
from qa.core.errors import ConflictError, InvalidInputError
from qa.people import programme
from qa.people.models import ProgrammeSetting
from qa.people.queries import setting_at
from qa.people.views.programme import typed
from tests.support.cast import Cast
from tests.support.client import CheckingClient
from tests.support.statements import count_queries

SignIn = Callable[..., CheckingClient]
LATER = dt.timedelta(hours=1)


def in_force(session: Session, cast: Cast) -> ProgrammeSetting:
    return setting_at(session, cast.quinn.programme_id, utcnow())


def versions(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(ProgrammeSetting)) or 0


def form_of(setting: ProgrammeSetting, **changed: str) -> dict[str, str]:
    """What a browser would send of the page as it stands; a box that is not ticked is not sent."""
    values = {name: value for name, value in typed(setting).items() if value not in (None, False, [])}
    return {name: "y" if value is True else str(value) for name, value in values.items()} | changed


def test_a_change_counts_from_now_on_and_the_former_rules_stay(session: Session, cast: Cast):
    former = in_force(session, cast)
    now = utcnow()

    programme.change_settings(
        session, cast.quinn.programme_id, {"review_days": 10}, base_id=former.id, by=cast.quinn.id, now=now
    )

    assert setting_at(session, cast.quinn.programme_id, now - LATER).review_days == former.review_days
    assert setting_at(session, cast.quinn.programme_id, now + LATER).review_days == 10
    assert setting_at(session, cast.quinn.programme_id, now + LATER).dispute_window_days == former.dispute_window_days


def test_a_change_goes_to_the_audit_trail_with_what_it_was(session: Session, cast: Cast):
    former = in_force(session, cast)

    programme.change_settings(
        session, cast.quinn.programme_id, {"double_share": 0.2}, base_id=former.id, by=cast.quinn.id, now=utcnow()
    )

    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "programme.settings")).one()
    assert event.actor_id == cast.quinn.id
    assert event.detail == {"double_share": [former.double_share, 0.2]}


def test_without_a_difference_nothing_is_written(session: Session, cast: Cast):
    former = in_force(session, cast)
    before = versions(session)

    found = programme.change_settings(
        session, cast.quinn.programme_id, {"blind": former.blind}, base_id=former.id, by=cast.quinn.id, now=utcnow()
    )

    assert found == ()
    assert versions(session) == before


def test_who_had_older_rules_on_the_page_does_not_overwrite_newer_ones(session: Session, cast: Cast):
    old = in_force(session, cast)
    programme.change_settings(
        session, cast.quinn.programme_id, {"review_days": 9}, base_id=old.id, by=cast.quinn.id, now=utcnow()
    )

    with pytest.raises(ConflictError, match="Nothing of yours was saved"):
        programme.change_settings(
            session, cast.quinn.programme_id, {"review_days": 3}, base_id=old.id, by=cast.ada.id, now=utcnow()
        )


def test_a_rule_that_nobody_may_change_here_is_refused(session: Session, cast: Cast):
    with pytest.raises(InvalidInputError, match="week_start"):
        programme.change_settings(
            session,
            cast.quinn.programme_id,
            {"week_start": 7},
            base_id=in_force(session, cast).id,
            by=cast.quinn.id,
            now=utcnow(),
        )


@pytest.mark.parametrize("share", ["0", "8", "8.1", "12.5", "29", "100"])
def test_a_share_is_kept_as_it_was_typed(session: Session, cast: Cast, sign_in: SignIn, share: str):
    client = sign_in(cast.quinn)

    client.post_form("/programme/", form_of(in_force(session, cast), double_share=share))

    session.expire_all()
    assert typed(in_force(session, cast))["double_share"] == Decimal(share)


def test_the_page_changes_rules_and_tells_how_they_came_to_be(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.quinn)
    changed = form_of(in_force(session, cast), quality_target="85", review_days="14")
    del changed["own_team_ban"]

    response = client.post_form("/programme/", changed)
    page = client.get("/programme/").get_data(as_text=True)

    session.expire_all()
    assert response.status_code == 302
    assert (in_force(session, cast).quality_target, in_force(session, cast).own_team_ban) == (85.0, False)
    assert "Days to the due date: 7 → 14" in page
    assert "Nobody reviews the own team: yes → no" in page
    assert cast.quinn.name in page


@pytest.mark.parametrize(
    ("field", "typed_in", "told"),
    [
        pytest.param("double_share", "101", "between 0 and 100 percent", id="more than all"),
        pytest.param("review_days", "0", "Between 1 and 60 days", id="due before it is drawn"),
        pytest.param("quality_target", "120", "between 0 and 100", id="a target nobody reaches"),
        pytest.param("double_share", "NaN", "between 0 and 100 percent", id="not a number"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_is_saved(
    session: Session, cast: Cast, sign_in: SignIn, field: str, typed_in: str, told: str
):
    client = sign_in(cast.ada)
    before = versions(session)

    response = client.post_form("/programme/", form_of(in_force(session, cast), **{field: typed_in}))

    assert response.status_code == 422
    assert told in response.get_data(as_text=True)
    assert versions(session) == before


def test_the_page_asks_no_more_of_the_database_with_a_long_history(session: Session, cast: Cast, sign_in: SignIn):
    client = sign_in(cast.ada)
    with count_queries() as short:
        client.get("/programme/")
    for days in range(1, 20):
        programme.change_settings(
            session,
            cast.quinn.programme_id,
            {"review_days": days},
            base_id=in_force(session, cast).id,
            by=cast.quinn.id,
            now=utcnow(),
        )

    with count_queries() as long:
        client.get("/programme/")

    assert len(long) <= len(short)
