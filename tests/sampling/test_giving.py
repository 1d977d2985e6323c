"""Who scores what a draw took: rules, balance, and what nobody can take."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core.access import Role
from qa.notices.models import Notice
from qa.people.models import Absence, Capacity, Clearance, Membership, Skill, User
from qa.rubric_library.models import RubricVersion
from qa.sampling.models import Assignment, DrawnUnit, FrameUnit, Purpose
from tests.sampling.weeks import arranged, assignments, draw_week, make_plan, problems
from tests.support.builders import make_review, make_ticket, publish_rubric
from tests.support.cast import NOW, SINCE, TODAY, Cast, person
from tests.support.client import CheckingClient


def test_the_load_is_balanced(session: Session, cast: Cast):
    arranged(session, cast, amount=5)

    draw_week(session, cast)

    per_reviewer = [row.reviewer_id for row in assignments(session)]
    assert sorted(per_reviewer.count(each.id) for each in (cast.rita, cast.rob)) == [5, 5]


def test_capacity_decides_how_much_somebody_gets(session: Session, cast: Cast):
    session.add_all(
        Capacity(user_id=user.id, reviews_per_week=amount, valid_from=SINCE)
        for user, amount in ((cast.rita, 30), (cast.rob, 10))
    )
    arranged(session, cast, sams=4, olgas=4, amount=4)

    draw_week(session, cast)

    per_reviewer = [row.reviewer_id for row in assignments(session)]
    assert (per_reviewer.count(cast.rita.id), per_reviewer.count(cast.rob.id)) == (6, 2)


@pytest.mark.parametrize(("rule", "label"), [("resolution", "1.0"), ("review", "2.0")])
def test_a_part_gets_the_version_of_its_resolution_or_of_its_review_as_the_programme_says(
    session: Session, cast: Cast, sign_in: Callable[..., CheckingClient], rule: str, label: str
):
    publish_rubric(session, cast)
    make_plan(session, cast)
    handled = make_ticket(session, cast)
    publish_rubric(session, cast, version="2.0", effective_from=NOW - dt.timedelta(hours=1), everywhere=False)
    cast.setting.rubric_date = rule

    draw_week(session, cast)

    (given,) = assignments(session)
    assert session.get_one(RubricVersion, given.rubric_version_id).label == label
    assert given.rubric_date == rule
    review = make_review(session, handled, given)
    page = sign_in(session.get_one(User, review.reviewer_id)).get(f"/reviews/{review.id}").text
    assert ("in force when the part was given out" in page) == (rule == "review")


def reviewers_of(session: Session, user: User) -> set[int]:
    rows = session.scalars(
        select(Assignment.reviewer_id)
        .join(DrawnUnit, DrawnUnit.id == Assignment.drawn_unit_id)
        .join(FrameUnit, FrameUnit.part_id == DrawnUnit.part_id)
        .where(FrameUnit.cell.startswith(f"{user.id}|"))
    )
    return set(rows)


def test_nobody_reviews_the_own_team(session: Session, cast: Cast):
    session.add(Membership(user_id=cast.rita.id, team_id=cast.payouts.id, kind="member", valid_from=SINCE))
    arranged(session, cast)

    draw_week(session, cast)

    assert reviewers_of(session, cast.sam) == {cast.rob.id}
    assert reviewers_of(session, cast.olga)


def test_a_lead_who_reviews_does_not_review_the_led_team(session: Session, cast: Cast):
    session.add(Membership(user_id=cast.rita.id, team_id=cast.payouts.id, kind="lead", valid_from=SINCE))
    arranged(session, cast)

    draw_week(session, cast)

    assert reviewers_of(session, cast.sam) == {cast.rob.id}


def test_where_the_programme_allows_it_the_own_team_is_reviewed(session: Session, cast: Cast):
    cast.setting.own_team_ban = False
    for user in (cast.rita, cast.rob):
        session.add(Membership(user_id=user.id, team_id=cast.payouts.id, kind="member", valid_from=SINCE))
    arranged(session, cast, olgas=0)

    done = draw_week(session, cast)

    assert done.given.left == ()


def test_nobody_reviews_the_own_ticket_whatever_the_programme_allows(session: Session, cast: Cast):
    cast.setting.own_team_ban = False
    sam_reviews = person(session, cast.programme, "Sally Sole", Role.REVIEWER, Role.SPECIALIST)
    cast.sam_agent.user_id = sam_reviews.id
    arranged(session, cast, olgas=0)

    draw_week(session, cast)

    given = {row.reviewer_id for row in assignments(session)}
    assert given
    assert sam_reviews.id not in given


def left_because(session: Session, cast: Cast, **facts: Any) -> set[str]:
    arranged(session, cast, sams=2, olgas=0, **facts)
    done = draw_week(session, cast)
    assert len(done.given.left) == 2
    assert assignments(session) == []
    return {reason for _, reason in done.given.left}


def test_a_language_nobody_reads_is_listed_as_that(session: Session, cast: Cast):
    session.add_all(
        Skill(user_id=user.id, kind="language", value="en", valid_from=SINCE) for user in (cast.rita, cast.rob)
    )

    assert left_because(session, cast, language="ja") == {"language"}


def test_content_beyond_everybody_s_clearance_is_listed_as_that(session: Session, cast: Cast):
    session.add(Clearance(user_id=cast.rita.id, severity=1, valid_from=SINCE))

    assert left_because(session, cast, content_severity=2) == {"clearance"}


def test_the_one_who_reads_the_language_and_is_cleared_gets_the_part(session: Session, cast: Cast):
    session.add_all(
        [
            Skill(user_id=cast.rita.id, kind="language", value="en", valid_from=SINCE),
            Skill(user_id=cast.rob.id, kind="language", value="ja", valid_from=SINCE),
            Clearance(user_id=cast.rob.id, severity=2, valid_from=SINCE),
        ]
    )
    arranged(session, cast, language="ja", content_severity=2)

    done = draw_week(session, cast)

    assert {row.reviewer_id for row in assignments(session)} == {cast.rob.id}
    assert done.given.left == ()


def test_who_is_absent_on_the_day_gets_nothing(session: Session, cast: Cast):
    session.add(Absence(user_id=cast.rita.id, first_day=TODAY, last_day=TODAY))
    arranged(session, cast)

    draw_week(session, cast)

    assert {row.reviewer_id for row in assignments(session)} == {cast.rob.id}


def test_a_part_without_a_rubric_is_drawn_counted_and_listed(session: Session, cast: Cast):
    make_plan(session, cast)
    make_ticket(session, cast)

    done = draw_week(session, cast)

    assert done.draw.size == 1
    assert done.draw.rubricless == 1
    assert [reason for _, reason in done.given.left] == ["no rubric"]
    assert problems(session, cast) == []


def test_a_second_hidden_score_comes_from_somebody_else(session: Session, cast: Cast):
    cast.setting.double_share = 0.5
    arranged(session, cast, amount=5)

    done = draw_week(session, cast)

    first = {row.part_id: row.reviewer_id for row in assignments(session)}
    second = assignments(session, Purpose.DOUBLE)
    assert done.given.double == len(second) == 5
    assert all(row.reviewer_id != first[row.part_id] for row in second)
    chances = set(session.scalars(select(DrawnUnit.double_probability)))
    assert chances == {0.5}


def test_reviewers_are_told_once(session: Session, cast: Cast):
    arranged(session, cast)

    draw_week(session, cast)

    counted = select(Notice.user_id, func.count()).where(Notice.kind == "parts_assigned").group_by(Notice.user_id)
    told = session.execute(counted.order_by(Notice.user_id)).all()
    assert [tuple(row) for row in told] == [(cast.rita.id, 1), (cast.rob.id, 1)]
