"""Parts out of the ordinary way: picked by choice, taken from the pool, moved to others."""

import datetime as dt

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.core.errors import ConflictError, InvalidInputError
from qa.people.models import Capacity
from qa.reviews.sampled import sampled_scores
from qa.sampling import moving, pool, targeting
from qa.sampling.models import Assignment, DrawnUnit, Purpose
from qa.tickets.models import Ticket
from qa.trends.queries import of_programme
from tests.sampling.weeks import arranged, assignments, draw_committed, problems
from tests.support.builders import make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, SINCE, TODAY, Cast, actor, person
from tests.support.tickets import Handled

LONG_AGO = dt.date(2026, 1, 5)


def pick(session: Session, cast: Cast, *numbers: str, who: str = "quinn", reason: str = "appeal") -> targeting.Picked:
    return targeting.pick(session, actor(session, getattr(cast, who)), cast.setting, numbers, reason=reason, now=NOW)


def number(handled: Handled) -> str:
    return handled.ticket.external_id


def test_a_pick_has_no_chance_and_enters_no_figure(session: Session, cast: Cast):
    version = publish_rubric(session, cast)
    handled = make_ticket(session, cast)

    picked = pick(session, cast, number(handled))

    (assignment,) = assignments(session, Purpose.TARGETED)
    assert picked.given == (number(handled),)
    assert (assignment.drawn_unit_id, assignment.targeted_reason) == (None, "appeal")
    make_review(session, handled, assignment, {})
    session.flush()
    assert version.id == assignment.rubric_version_id
    assert session.scalar(select(func.count()).select_from(DrawnUnit)) == 0
    assert of_programme(session, cast.programme.id, since=LONG_AGO, until=TODAY)[0] == []
    assert sampled_scores(session, cast.programme.id, LONG_AGO) == []


def test_a_pick_of_a_drawn_part_stays_out_of_its_figures_too(session: Session, cast: Cast):
    arranged(session, cast, sams=1, olgas=0, amount=1)
    draw_committed(session, cast)
    (routine,) = assignments(session)
    person(session, cast.programme, "Rosa Reed", Role.REVIEWER)
    external_id = session.scalars(select(Ticket.external_id)).one()

    pick(session, cast, external_id)

    (targeted,) = assignments(session, Purpose.TARGETED)
    assert targeted.part_id == routine.part_id
    assert targeted.reviewer_id != routine.reviewer_id  # nobody scores a part twice
    assert targeted.drawn_unit_id is None


def test_a_lead_picks_within_the_own_team_only(session: Session, cast: Cast):
    publish_rubric(session, cast)
    sams, olgas = make_ticket(session, cast), make_ticket(session, cast, agent=cast.olga_agent)

    picked = pick(session, cast, number(sams), number(olgas), who="lena")

    assert picked.given == (number(sams),)
    assert [who for who, _ in picked.refused] == [number(olgas)]
    assert "no such ticket" in picked.refused[0][1]


def test_what_cannot_be_picked_is_told_by_its_number(session: Session, cast: Cast):
    publish_rubric(session, cast)
    again, erased = make_ticket(session, cast), make_ticket(session, cast)
    pick(session, cast, number(again))
    erased.ticket.erased_at = NOW

    picked = pick(session, cast, number(again), "#no-such", number(erased))

    assert dict(picked.refused)[number(again)] == "it is being reviewed by choice already"
    assert "no such ticket" in dict(picked.refused)["no-such"]
    assert "its text was erased" in dict(picked.refused)[number(erased)]


@pytest.mark.parametrize(
    ("numbers", "reason"),
    [((), "appeal"), (("T",), "because"), (tuple(map(str, range(51))), "appeal")],
    ids=["no ticket", "no reason", "too many"],
)
def test_a_pick_that_makes_no_sense_is_refused(session: Session, cast: Cast, numbers: tuple[str, ...], reason: str):
    with pytest.raises(InvalidInputError):
        pick(session, cast, *numbers, reason=reason)


def small_capacity(session: Session, cast: Cast) -> None:
    """Rita and Rob can do one part each; what is drawn beyond waits in the pool."""
    session.add_all(Capacity(user_id=user.id, reviews_per_week=1, valid_from=SINCE) for user in (cast.rita, cast.rob))
    cast.setting.double_share = 0.0
    arranged(session, cast)
    draw_committed(session, cast)


def test_what_nobody_has_time_for_waits_in_the_pool_and_is_taken_in_drawn_order(session: Session, cast: Cast):
    small_capacity(session, cast)
    waiting = pool.waiting_units(session, cast.programme.id, now=NOW)
    assert len(waiting) == 2

    taken = pool.claim(session, cast.setting, cast.rita.id, now=NOW)

    assert taken.drawn_unit_id == waiting[0].id
    assert (taken.purpose, taken.leased_until) == (Purpose.ROUTINE, NOW + pool.LEASE)
    assert [unit.id for unit in pool.waiting_units(session, cast.programme.id, now=NOW)] == [waiting[1].id]


def test_what_waits_is_given_out_once_there_is_room_and_never_to_who_had_it(session: Session, cast: Cast):
    small_capacity(session, cast)
    pool.give_back(session, pool.claim(session, cast.setting, cast.rita.id, now=NOW), now=NOW)
    waiting = pool.waiting_units(session, cast.programme.id, now=NOW)
    none = pool.give_out(session, cast.setting, by=cast.quinn.id, now=NOW)
    session.execute(update(Capacity).values(reviews_per_week=9))
    cast.setting.double_share = 0.5

    some = pool.give_out(session, cast.setting, by=cast.quinn.id, now=NOW)

    given = {row.drawn_unit_id: row.reviewer_id for row in assignments(session) if row.state == "open"}
    assert (none.routine, len(none.left)) == (0, 2)
    assert (some.routine, some.double, some.left) == (2, 0, ())
    assert given[waiting[0].id] == cast.rob.id  # Rita gave it back
    assert len(given) == 4
    assert assignments(session, Purpose.DOUBLE) == []
    assert problems(session, cast) == []


def test_what_is_given_back_is_for_others(session: Session, cast: Cast):
    small_capacity(session, cast)
    taken = pool.claim(session, cast.setting, cast.rita.id, now=NOW)
    unit_id = taken.drawn_unit_id

    pool.give_back(session, taken, now=NOW)

    assert unit_id not in {unit.id for unit in pool.open_to(session, cast.setting, cast.rita.id, now=NOW)}
    assert unit_id in {unit.id for unit in pool.open_to(session, cast.setting, cast.rob.id, now=NOW)}
    with pytest.raises(ConflictError, match="Only a part that you took"):
        pool.give_back(session, taken, now=NOW)


def test_a_lease_ends_by_itself_unless_scoring_has_begun(session: Session, cast: Cast):
    small_capacity(session, cast)
    idle, begun = (pool.claim(session, cast.setting, who.id, now=NOW) for who in (cast.rita, cast.rob))
    begun.leased_until = None  # what the first save of a draft does
    session.flush()

    ended = pool.end_leases(session, now=NOW + pool.LEASE + dt.timedelta(minutes=1))

    session.expire_all()
    assert (ended, idle.state, begun.state) == (1, "withdrawn", "open")


def test_the_pool_is_nothing_for_somebody_who_may_score_nothing_of_it(session: Session, cast: Cast):
    small_capacity(session, cast)

    with pytest.raises(ConflictError, match="Nothing in the pool"):
        pool.claim(session, cast.setting, cast.sam.id, now=NOW)


def test_somebody_s_parts_go_to_others_and_the_sample_stays(session: Session, cast: Cast):
    cast.setting.double_share = 0.0
    rosa = person(session, cast.programme, "Rosa Reed", Role.REVIEWER)
    arranged(session, cast, amount=4)
    draw_committed(session, cast)
    before = {row.part_id for row in assignments(session)}
    ritas = [row for row in assignments(session) if row.reviewer_id == cast.rita.id]
    assert ritas

    moved = moving.reassign(session, cast.setting, cast.rita.id, by=cast.quinn.id, now=NOW)

    session.expire_all()
    open_ = [row for row in assignments(session) if row.state == "open"]
    assert (moved.moved, moved.stayed) == (len(ritas), 0)
    assert {row.part_id for row in open_} == before
    assert {row.reviewer_id for row in open_} <= {cast.rob.id, rosa.id}


def test_what_nobody_else_may_take_stays(session: Session, cast: Cast):
    cast.rob.active = False
    arranged(session, cast, sams=2, olgas=0)
    draw_committed(session, cast)

    moved = moving.reassign(session, cast.setting, cast.rita.id, by=cast.quinn.id, now=NOW)

    assert (moved.moved, moved.stayed) == (0, 2)
    assert {row.state for row in assignments(session)} == {"open"}


def test_due_dates_move_over_a_holiday_and_back(session: Session, cast: Cast):
    arranged(session, cast)
    done = draw_committed(session, cast)
    due = TODAY + dt.timedelta(days=cast.setting.review_days)

    moving.shift_due(session, done.draw.period_id, days=7, by=cast.quinn.id, now=NOW)
    assert {row.due_on for row in assignments(session)} == {due + dt.timedelta(days=7)}
    moving.shift_due(session, done.draw.period_id, days=-7, by=cast.quinn.id, now=NOW)

    assert {row.due_on for row in assignments(session)} == {due}
    with pytest.raises(InvalidInputError):
        moving.shift_due(session, done.draw.period_id, days=0, by=cast.quinn.id, now=NOW)
    assert session.scalar(select(func.count()).select_from(Assignment).where(Assignment.due_on != due)) == 0
