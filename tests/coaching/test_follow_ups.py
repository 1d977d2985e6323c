"""Follow-up reviews: drawn by lot from what nobody scored, with known chances."""

import datetime as dt
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.coaching.effects import FollowUp
from qa.coaching.follow_ups import queries, rules, service
from qa.coaching.follow_ups.models import FollowUpUnit
from qa.core.access import Role
from qa.core.errors import ConflictError
from qa.notices.models import Notice
from qa.reviews.models import Review
from qa.sampling.models import Assignment, Purpose
from tests.coaching.world import plan_of_sam
from tests.support.builders import make_assignment, make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, TODAY, Cast, actor, person

SEED = bytes(range(32))


def test_every_part_is_drawn_as_often_as_its_chance_says():
    parts = [(part_id, part_id * 7919 % 1000) for part_id in range(1, 13)]
    draws = 600

    counts = Counter(
        part.part_id for trial in range(draws) for part in rules.draw_parts(parts, 5, 3, trial.to_bytes(32, "big"))
    )

    # 600 draws of 5 of 12: each part 250 times, with a standard deviation of sqrt(600 * 5/12 * 7/12) = 12.1.
    assert all(abs(counts[part_id] - 250) < 4.5 * 12.1 for part_id, _ in parts)


@given(st.integers(1, 40), st.data(), st.binary(min_size=32, max_size=32))
def test_a_draw_has_its_size_and_says_the_chance(frame: int, data: st.DataObject, seed: bytes):
    size = data.draw(st.integers(1, frame))

    drawn = rules.draw_parts([(n, n * 31 % 97) for n in range(frame)], size, 8, seed)

    assert len({part.part_id for part in drawn}) == size
    assert all(part.inclusion_probability == pytest.approx(size / frame) for part in drawn)
    assert drawn == rules.draw_parts([(n, n * 31 % 97) for n in reversed(range(frame))], size, 8, seed)


def test_the_mean_of_follow_ups_counts_beside_the_weekly_draws_by_reviews():
    # Hajek by hand: (80/0.5 + 60/0.25 + 90/0.5) / (2 + 4 + 2) = 580 / 8 = 72.5.
    found = FollowUp.of([(80.0, 0.5), (60.0, 0.25), (None, 0.5), (90.0, 0.5)])

    assert found == FollowUp(mean=72.5, reviews=3)
    assert found is not None
    assert found.joined(80.0, 2) == ((72.5 * 3 + 160) / 5, 5)
    assert found.joined(None, 0) == (72.5, 3)
    assert FollowUp.of([(None, 0.5)]) is None


def test_drawn_parts_go_to_reviewers_who_are_not_told_why(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    begun = TODAY - dt.timedelta(weeks=3)
    plan = plan_of_sam(session, cast, today=begun)
    before = make_ticket(session, cast, resolved_at=NOW - dt.timedelta(weeks=4))
    handled = [make_ticket(session, cast, resolved_at=NOW - dt.timedelta(days=day)) for day in range(1, 8)]
    make_assignment(session, handled[0], cast.rita, version, purpose=Purpose.ROUTINE)
    make_ticket(session, cast, resolved_at=NOW - dt.timedelta(days=2)).ticket.erased_at = NOW
    session.flush()

    row = service.draw_for(session, plan, cast.setting, size=4, seed=SEED, by=cast.lena.id, now=NOW)

    units = session.scalars(select(FollowUpUnit).order_by(FollowUpUnit.position)).all()
    given_ = session.scalars(select(Assignment).where(Assignment.purpose == Purpose.FOLLOW_UP)).all()
    assert row.frame_size == 6  # of nine parts one is older than the plan, one is scored for the week, one erased
    assert before.part.id not in {unit.part_id for unit in units}
    assert [unit.inclusion_probability for unit in units] == pytest.approx([4 / 6] * 4)
    assert {each.part_id for each in given_} == {unit.part_id for unit in units}
    assert {each.reviewer_id for each in given_} <= {cast.rita.id, cast.rob.id}
    assert {each.targeted_reason for each in given_} == {None}
    with pytest.raises(ConflictError, match="Only 2 parts"):
        service.draw_for(session, plan, cast.setting, size=3, seed=SEED, by=cast.lena.id, now=NOW)

    for task in given_:
        part = next(each for each in handled if each.part.id == task.part_id)
        make_review(session, part, task, {"tone": "met"}, at=NOW)
    told = [service.tell_complete(session, now=NOW) for _ in range(2)]

    assert told == [1, 0]
    assert "follow_ups_in" in session.scalars(select(Notice.kind).where(Notice.user_id == cast.lena.id)).all()
    reviews = queries.reviews_of(session, [plan.id], reader=actor(session, cast.lena), now=NOW)[plan.id]
    assert len(reviews) == 4
    assert queries.criteria_since(session, reviews)["tone"].estimate == pytest.approx(100)

    # On their own plan the specialist is told of those released to them.
    times = (NOW, NOW + dt.timedelta(hours=1), None, None)
    for each, at in zip(reviews, times, strict=True):
        session.get_one(Review, each.review_id).released_at = at
    session.flush()
    own = queries.reviews_of(session, [plan.id], reader=actor(session, cast.sam), now=NOW)
    assert own == {plan.id: reviews[:1]}


def test_a_part_whose_text_is_erased_waits_for_nobody_any_more(session: Session, cast: Cast) -> None:
    publish_rubric(session, cast)
    plan = plan_of_sam(session, cast, today=TODAY - dt.timedelta(weeks=3))
    handled = [make_ticket(session, cast, resolved_at=NOW - dt.timedelta(days=day)) for day in range(1, 5)]
    row = service.draw_for(session, plan, cast.setting, size=4, seed=SEED, by=cast.lena.id, now=NOW)
    for given_ in session.scalars(select(Assignment)):
        given_.state = "withdrawn"
    handled[0].ticket.erased_at = NOW
    person(session, cast.programme, "Rosa Reed", Role.REVIEWER)  # who had none of them
    session.flush()

    assert service.give(session, plan, cast.setting, row, by=cast.lena.id, now=NOW) == 3

    again = session.scalars(select(Assignment.part_id).where(Assignment.state == "open")).all()
    assert set(again) == {each.part.id for each in handled[1:]}
