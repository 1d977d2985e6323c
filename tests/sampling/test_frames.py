"""The frame of a week: what belongs to it, what comes late, and that it never changes."""

import datetime as dt
from collections import Counter

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core.clock import midnight
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.models import Membership
from qa.people.queries import zone_of
from qa.sampling import frames
from qa.sampling.models import FrameUnit, Period
from tests.support.builders import RESOLVED, make_ticket
from tests.support.cast import NOW, Cast

WEEK, BEFORE = "2026-W14", "2026-W13"
A_WEEK = dt.timedelta(weeks=1)


def week(session: Session, cast: Cast, key: str = WEEK) -> Period:
    return frames.get_or_open_period(session, cast.programme.id, key, zone_of(cast.setting))


def entries(session: Session, period: Period) -> dict[int, str]:
    rows = session.execute(select(FrameUnit.part_id, FrameUnit.entry).where(FrameUnit.period_id == period.id))
    return dict(rows.all())


def test_a_week_is_opened_once(session: Session, cast: Cast):
    assert week(session, cast).id == week(session, cast).id


@pytest.mark.parametrize("key", ["", "2026-14", "2026-W54", "W14", "2026-W1", "2026-W14; DROP"])
def test_a_key_that_is_no_week_is_refused(session: Session, cast: Cast, key: str):
    with pytest.raises(InvalidInputError):
        week(session, cast, key)


def test_a_week_begins_and_ends_at_midnight_of_the_programme_s_zone(session: Session, cast: Cast):
    cast.setting.time_zone = "America/New_York"

    period = week(session, cast, "2026-W10")

    # Summer time begins in this week: it lasts an hour less than seven days.
    assert period.starts_at == dt.datetime(2026, 3, 2, 5, tzinfo=dt.UTC)
    assert period.ends_at == dt.datetime(2026, 3, 9, 4, tzinfo=dt.UTC)


def test_the_last_moment_belongs_to_the_week_and_the_next_midnight_does_not(session: Session, cast: Cast):
    period = week(session, cast)
    first = make_ticket(session, cast, resolved_at=period.starts_at)
    last = make_ticket(session, cast, resolved_at=period.ends_at - dt.timedelta(microseconds=1))
    make_ticket(session, cast, resolved_at=period.ends_at)

    frames.freeze(session, period, now=NOW)

    assert entries(session, period) == {first.part.id: "on_time", last.part.id: "on_time"}


def test_only_what_counts_is_in_a_frame(session: Session, cast: Cast):
    counted = make_ticket(session, cast)
    make_ticket(session, cast, eligible=False)
    make_ticket(session, cast, agent=cast.bot_agent)
    make_ticket(session, cast).part.is_primary = False
    make_ticket(session, cast, status="open")
    make_ticket(session, cast).ticket.erased_at = NOW
    period = week(session, cast)

    frozen = frames.freeze(session, period, now=NOW)

    assert frozen.size == 1
    assert list(entries(session, period)) == [counted.part.id]


def test_what_arrives_after_its_frame_enters_the_next_one_as_late(session: Session, cast: Cast):
    make_ticket(session, cast, resolved_at=RESOLVED - A_WEEK)
    before = week(session, cast, BEFORE)
    frames.freeze(session, before, now=NOW)
    late = make_ticket(session, cast, resolved_at=RESOLVED - A_WEEK)
    on_time = make_ticket(session, cast)
    period = week(session, cast)

    frozen = frames.freeze(session, period, now=NOW)

    assert frozen.late == 1
    assert entries(session, period) == {late.part.id: "late", on_time.part.id: "on_time"}


def test_a_part_is_in_one_frame_only(session: Session, cast: Cast):
    handled = make_ticket(session, cast, resolved_at=RESOLVED - A_WEEK)
    frames.freeze(session, week(session, cast, BEFORE), now=NOW)

    frames.freeze(session, week(session, cast), now=NOW)

    assert session.scalars(select(FrameUnit.part_id)).all() == [handled.part.id]


def test_a_week_that_was_never_frozen_waits_for_its_own_draw(session: Session, cast: Cast):
    make_ticket(session, cast, resolved_at=RESOLVED - A_WEEK)
    week(session, cast, BEFORE)

    frozen = frames.freeze(session, week(session, cast), now=NOW)

    assert frozen.size == 0


def test_a_frame_is_frozen_once_and_not_before_its_week_is_over(session: Session, cast: Cast):
    period = week(session, cast)

    with pytest.raises(ConflictError, match="not over yet"):
        frames.freeze(session, period, now=period.ends_at - dt.timedelta(seconds=1))
    frames.freeze(session, period, now=period.ends_at)
    with pytest.raises(ConflictError, match="frozen already"):
        frames.freeze(session, period, now=NOW)


def test_a_frame_counts_a_specialist_in_the_team_of_the_week_s_last_day(session: Session, cast: Cast):
    sunday = dt.date(2026, 4, 5)
    session.query(Membership).filter_by(user_id=cast.sam.id).one().valid_to = sunday
    session.add(Membership(user_id=cast.sam.id, team_id=cast.appeals.id, kind="member", valid_from=sunday))
    handled = [
        make_ticket(session, cast, resolved_at=midnight(day, zone_of(cast.setting)))
        for day in (sunday - dt.timedelta(days=1), sunday)
    ]
    period = week(session, cast)

    frames.freeze(session, period, now=NOW)

    assert {each.part.team_id for each in handled} == {cast.payouts.id, cast.appeals.id}
    assert set(session.scalars(select(FrameUnit.team))) == {str(cast.appeals.id)}


def test_a_queue_that_holds_the_separator_makes_no_false_cell(session: Session, cast: Cast):
    make_ticket(session, cast, queue="music|rights")
    make_ticket(session, cast, queue="payouts")
    period = week(session, cast)

    frames.freeze(session, period, now=NOW)

    cells, units, entered = frames.frame_of(session, period.id)
    assert Counter(cell.attributes["queue"] for cell in cells) == {"music/rights": 1, "payouts": 1}
    assert (len(units), entered) == (2, {"on_time": 2})


def test_another_programme_s_parts_stay_out(session: Session, cast: Cast):
    make_ticket(session, cast)
    from tests.routes.world import neighbour

    make_ticket(session, neighbour(session, cast))

    assert frames.freeze(session, week(session, cast), now=NOW).size == 1
