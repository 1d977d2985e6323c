"""What figures rest on: weights that make up for reviews not done, and weeks that may be spoken of."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.reviews.measured import Drawn, Reviewed, completion_weights, measure, progress_of, settled

WEEK = dt.date(2026, 3, 2)
LATER = WEEK + dt.timedelta(weeks=1)


def reviewed(pi: float = 0.5, *, week: dt.date = WEEK, team: str = "Payouts", risk: int = 0) -> Reviewed:
    return Reviewed(
        review_id=0,
        week=week,
        team=team,
        queue="payouts",
        score=80,
        outcome="passed",
        inclusion_probability=pi,
        risk_class=risk,
    )


def drawn(count: int, *, week: dt.date = WEEK, team: str = "Payouts", risk: int = 0) -> Drawn:
    return Drawn(week=week, team=team, queue="payouts", risk_class=risk, drawn=count)


def test_reviews_not_done_are_made_up_for_within_week_team_and_risk_class() -> None:
    reviews = [reviewed(), reviewed(), reviewed(risk=3), reviewed(0.2, week=LATER)]

    weights = completion_weights(reviews, [drawn(2), drawn(4, risk=3), drawn(1, week=LATER)])

    # Both of two done; one of four: 4 / 0.5; one of one.
    assert list(weights) == pytest.approx([2, 2, 8, 5])


def test_a_risk_class_without_any_review_is_carried_by_the_others_of_its_team() -> None:
    weights = completion_weights([reviewed(), reviewed()], [drawn(2), drawn(2, risk=5)])

    assert list(weights) == pytest.approx([4, 4])


def test_a_team_without_any_review_is_carried_by_its_week() -> None:
    weights = completion_weights([reviewed(), reviewed()], [drawn(2), drawn(4, team="Appeals")])

    assert list(weights) == pytest.approx([6, 6])


def test_more_reviews_than_were_drawn_are_never_weighed_down() -> None:
    assert list(completion_weights([reviewed(), reviewed()], [drawn(1)])) == [2, 2]


@given(
    st.lists(
        st.tuples(st.sampled_from([WEEK, LATER]), st.sampled_from("AB"), st.integers(0, 2), st.integers(1, 5)),
        min_size=1,
        max_size=10,
        unique_by=lambda cell: cell[:3],
    ),
    st.data(),
)
def test_with_equal_chances_the_weights_stand_for_all_that_was_drawn(
    cells: list[tuple[dt.date, str, int, int]], data: st.DataObject
) -> None:
    taken = [drawn(count, week=week, team=team, risk=risk) for week, team, risk, count in cells]
    reviews = [
        reviewed(0.5, week=week, team=team, risk=risk)
        for week, team, risk, count in cells
        for _ in range(data.draw(st.integers(0, count)))
    ]

    total = completion_weights(reviews, taken).sum()

    spoken = {row.week for row in reviews}
    assert total == pytest.approx(2 * sum(row.drawn for row in taken if row.week in spoken))


def test_a_week_of_which_little_is_reviewed_waits() -> None:
    reviews = [reviewed(), reviewed(), reviewed(week=LATER)]
    taken = [drawn(3), drawn(3, week=LATER)]

    kept, _, still = settled(reviews, [], taken)

    assert [(item.week, item.settled) for item in progress_of(reviews, taken)] == [(WEEK, True), (LATER, False)]
    assert {row.week for row in kept} == {row.week for row in still} == {WEEK}


def test_while_no_week_is_far_enough_all_are_shown() -> None:
    assert len(settled([reviewed()], [], [drawn(3)])[0]) == 1


def test_nothing_to_measure_is_no_error() -> None:
    measured = measure([], [], [])

    assert measured.window.quality([], [], 1)[0].figure.reason == "no reviews"
    assert measured.strictness is None


def test_second_reviews_of_the_same_parts_tell_a_strict_reviewer_from_hard_work() -> None:
    # Reviewer 1 scores one specialist, reviewer 2 another: alone nobody could say who is strict and whose work is weak.
    rng = np.random.default_rng(4)
    rows = []
    for n in range(80):
        who = n % 2
        quality = 80 + rng.normal(0, 6)
        own, other = quality + (0 if who == 0 else -8), quality + (0 if who == 1 else -8)
        rows.append(
            replace(
                reviewed(),
                review_id=n,
                score=float(own),
                specialist_id=who,
                reviewer_id=1 + who,
                seconds=((2 - who, float(other)),) if n % 4 < 2 else (),
            )
        )

    known = measure(rows, [], []).strictness

    assert known is not None
    assert "crossed model" in known.source
    assert known.effects[1] - known.effects[0] == pytest.approx(-8, abs=2.5)
