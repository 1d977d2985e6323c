"""Parts proposed in one go: at random from the frame, disputed among reviewers, new, and old golden ones."""

import datetime as dt
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.calibration_sessions import choosing, queries
from qa.calibration_sessions import service as sessions
from qa.calibration_sessions.models import CalibrationSession
from qa.calibration_sessions.recipes import Recipe, stored
from qa.notices.models import Notice
from qa.people.models import Clearance
from qa.rubric_library.models import RubricFamily
from qa.rubric_library.service import add_rule
from qa.sampling.models import Assignment, FrameUnit, Purpose
from tests.calibration_sessions.test_golden import LATER, Room, gold_of, newcomer, room  # noqa: F401 - a fixture
from tests.calibration_sessions.test_proposing import scored_twice
from tests.support.builders import Handled, make_period, make_ticket, publish_rubric
from tests.support.cast import NOW, OPENED, TODAY, Cast, actor
from tests.support.client import CheckingClient

SignIn = Callable[..., CheckingClient]
WEEK = dt.timedelta(weeks=1)


def chosen(session: Session, cast: Cast, recipe: Recipe, *, seed: int = 1, now: dt.datetime = NOW) -> dict[int, str]:
    found = choosing.choose(session, actor(session, cast.quinn), recipe, rng=np.random.default_rng(seed), now=now)
    return {each.part_id: each.why for each in found}


def framed(session: Session, cast: Cast, number: int) -> list[Handled]:
    """Parts of the frozen frame of a week."""
    period = make_period(session, cast.programme.id, (NOW - WEEK).date())
    period.state, period.cut_off_at = "frozen", NOW
    handled = [make_ticket(session, cast) for _ in range(number)]
    session.add_all(
        FrameUnit(period_id=period.id, part_id=each.part.id, cell="all", prn=each.part.prn, team="Payouts")
        for each in handled
    )
    session.flush()
    return handled


def test_a_recipe_asks_for_one_to_twenty_parts() -> None:
    recipe = Recipe(drawn=2, anchors=1, queue="payouts")

    assert stored(recipe.document()) == recipe
    assert recipe.words() == "2 at random from the frame, 1 old golden tickets; queue payouts"
    for numbers in ({}, {"drawn": 21}, {"drawn": -1, "fresh": 3}):
        with pytest.raises(ValueError, match="parts"):
            Recipe(**numbers)


def test_random_parts_come_from_the_newest_frame_each_as_likely(session: Session, cast: Cast) -> None:
    inside = {each.part.id for each in framed(session, cast, 6)}
    outside = make_ticket(session, cast, resolved_at=NOW - 5 * WEEK)

    draws = [chosen(session, cast, Recipe(drawn=2), seed=seed) for seed in range(60)]

    assert {len(draw) for draw in draws} == {2}
    assert {part for draw in draws for part in draw} == inside
    assert outside.part.id not in inside
    assert set(draws[0].values()) == {"at random from the frame of 2026-W14"}
    assert chosen(session, cast, Recipe(drawn=2), seed=7) == draws[7]


def test_disputed_parts_the_hardest_criterion_and_new_queues_are_found(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    make_ticket(session, cast, resolved_at=NOW - 30 * WEEK)  # so old that only what follows is new
    both = scored_twice(session, cast, version, tone="missed", correct="wrong")
    tone = scored_twice(session, cast, version, tone="missed")
    other = scored_twice(session, cast, version, tone="missed")
    # Reviews are dated by the clock, so the choice is made now.
    now = dt.datetime.now(dt.UTC)
    fresh = make_ticket(session, cast, queue="wallet", resolved_at=now - WEEK)
    launch = make_ticket(session, cast, queue="payouts", launch="Wallet 2", resolved_at=now - 2 * WEEK)

    found = chosen(session, cast, Recipe(lowest=1, differing=1, fresh=2), now=now)

    assert list(found) == [both.part.id, other.part.id, fresh.part.id, launch.part.id]
    assert tone.part.id not in found
    assert list(found.values()) == [
        "lowest agreement: tone, alike in 0 of 3",
        "two reviewers differed on 1 of 3",
        "new queue: wallet",
        "new launch: Wallet 2",
    ]


def test_old_golden_tickets_are_anchored_again_by_those_who_had_twelve_weeks(room: Room, cast: Cast) -> None:  # noqa: F811
    session = room.session
    gold = gold_of(room, cast)
    recipe = Recipe(anchors=1)

    assert chosen(session, cast, recipe, now=NOW + WEEK) == {}
    found = chosen(session, cast, recipe, now=LATER)
    assert list(found) == [gold.part_id]
    assert "golden ticket of “Tone”" in found[gold.part_id]

    opened = sessions.open_session(
        session,
        programme_id=cast.programme.id,
        title="Anchors",
        rubric_version_id=room.row.rubric_version_id,
        part_ids=list(found),
        participant_ids=[cast.rita.id, cast.rob.id],
        facilitator_id=cast.quinn.id,
        due_on=LATER.date(),
        now=LATER,
        fresh=True,
    )
    asked = select(Assignment.reviewer_id).where(
        Assignment.purpose == Purpose.CALIBRATION, Assignment.created_at == LATER
    )
    assert opened.anonymous is False
    assert sorted(session.scalars(asked)) == sorted([cast.rita.id, cast.rob.id])
    assert chosen(session, cast, recipe, now=LATER + WEEK) == {}


def test_parts_of_another_rubric_are_left_to_its_own_sessions(session: Session, cast: Cast) -> None:
    version = publish_rubric(session, cast)
    other = publish_rubric(session, cast, key="appeals", everywhere=False)
    family = session.get_one(RubricFamily, other.family_id)
    add_rule(session, family, queue="appeals", valid_from=OPENED, by=cast.quinn.id, now=OPENED)
    mine, theirs = framed(session, cast, 4), framed(session, cast, 3)
    for each in theirs:
        each.ticket.queue = "appeals"
    session.flush()

    found = [
        choosing.choose(
            session,
            actor(session, cast.quinn),
            Recipe(drawn=5),
            family_id=family_id,
            rng=np.random.default_rng(1),
            now=NOW,
        )
        for family_id in (version.family_id, other.family_id)
    ]

    parts = [{each.part_id for each in chosen_} for chosen_ in found]
    assert parts == [{each.part.id for each in mine}, {each.part.id for each in theirs}]


def test_nobody_is_asked_about_what_they_may_not_open(session: Session, cast: Cast, sign_in: SignIn) -> None:
    version = publish_rubric(session, cast)
    severe = make_ticket(session, cast, content_severity=2)
    session.add_all(
        Clearance(user_id=person.id, severity=2, valid_from=TODAY) for person in (cast.quinn, cast.rita, cast.rob)
    )
    session.flush()
    everybody = [cast.rita.id, cast.rob.id, cast.lena.id]

    least = choosing.shared_clearance(session, actor(session, cast.quinn), everybody, TODAY)
    sessions.open_session(
        session,
        programme_id=cast.programme.id,
        title="Severe",
        rubric_version_id=version.id,
        part_ids=[severe.part.id],
        participant_ids=everybody,
        facilitator_id=cast.quinn.id,
        due_on=TODAY,
        now=NOW,
        fresh=True,
    )

    assert least.clearance == 0
    assert sorted(session.scalars(select(Assignment.reviewer_id))) == sorted([cast.rita.id, cast.rob.id])


def test_the_page_proposes_a_mix_that_its_address_keeps_and_opens_it(
    session: Session, cast: Cast, sign_in: SignIn
) -> None:
    version = publish_rubric(session, cast)
    framed(session, cast, 9)
    quinn = sign_in(cast.quinn)
    where = "/calibration/new?from=mix&drawn=3&anchors=1&seed=11"

    page, again = (quinn.get(where).get_data(as_text=True) for _ in range(2))
    parts = sorted(
        part for part in range(1, 200) if f'name="parts" value="{part}"' in page and f'value="{part}"' in again
    )
    made = quinn.post_form(
        where,
        {
            "title": "Mixed",
            "rubric_version": str(version.id),
            "due_on": TODAY.isoformat(),
            "parts": parts,
            "participants": [cast.rita.id, cast.rob.id],
            "anonymous": "y",
            "facilitator": str(cast.lena.id),
        },
    )

    assert len(parts) == 3
    assert "3 of 4 proposed, all ticked" in page
    assert "at random from the frame of 2026-W14" in page
    assert "seed=12" in page
    assert made.status_code == 302
    opened = session.scalars(select(CalibrationSession)).one()
    assert (opened.anonymous, opened.facilitator_id) == (True, cast.lena.id)
    told = select(Notice.user_id).where(Notice.kind == "session_opened")
    assert sorted(session.scalars(told)) == sorted([cast.rita.id, cast.rob.id, cast.lena.id])


def test_a_part_whose_text_was_erased_is_not_offered(session: Session, cast: Cast) -> None:
    kept, erased = make_ticket(session, cast), make_ticket(session, cast)
    erased.ticket.erased_at = NOW

    assert [each.part for each in queries.candidates(session, actor(session, cast.quinn))] == [kept.part]
