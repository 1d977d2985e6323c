"""Before, during and after a launch beside the queues that it does not touch, by hand."""

import datetime as dt
from itertools import count

import pytest
from scipy import stats

from qa.launches.comparing import phases, watch
from qa.reviews.measured import Drawn, Reviewed

MONDAY = dt.date(2026, 3, 2)
WEEK = dt.timedelta(weeks=1)
_ids = count(1)


def test_the_phases_are_whole_weeks_and_end_with_the_newest_that_is_over() -> None:
    found = phases(dt.date(2026, 3, 4), dt.date(2026, 3, 10), MONDAY + 3 * WEEK)

    assert [week for week, phase in found.items() if phase == "before"] == [MONDAY - k * WEEK for k in range(8, 0, -1)]
    assert [week for week, phase in found.items() if phase == "during"] == [MONDAY, MONDAY + WEEK]
    assert [week for week, phase in found.items() if phase == "after"] == [MONDAY + 2 * WEEK, MONDAY + 3 * WEEK]
    still_runs = phases(MONDAY, None, MONDAY + 40 * WEEK)
    assert sum(phase == "during" for phase in still_runs.values()) == 8
    assert "after" not in still_runs.values()
    assert "during" not in phases(MONDAY, None, MONDAY - WEEK).values()


def reviewed(queue: str, week: dt.date, scores: list[float], people: int = 6) -> list[Reviewed]:
    return [
        Reviewed(
            review_id=next(_ids),
            week=week,
            team="Payouts",
            queue=queue,
            score=score,
            outcome="passed",
            inclusion_probability=0.1,
            specialist_id=place % people + 1,
            reviewer_id=7,
            base_score=score,
        )
        for place, score in enumerate(scores)
    ]


BEFORE_TOUCHED, DURING_TOUCHED = [80, 82, 84, 86, 88, 90], [70, 72, 74, 76, 78, 80]
BEFORE_CONTROL, DURING_CONTROL = [84, 85, 86, 87, 88, 89], [86, 87, 88, 89, 90, 91]


def seen(*, people: int = 6, sees_each: bool = True):
    reviews = [
        *reviewed("studio", MONDAY - WEEK, BEFORE_TOUCHED, people),
        *reviewed("studio", MONDAY, DURING_TOUCHED, people),
        *reviewed("payouts", MONDAY - WEEK, BEFORE_CONTROL, people),
        *reviewed("payouts", MONDAY, DURING_CONTROL, people),
        *reviewed("elsewhere", MONDAY, [1.0] * 6, people),
    ]
    drawn = [
        Drawn(week=week, team="Payouts", queue=queue, drawn=6)
        for week in (MONDAY - WEEK, MONDAY)
        for queue in ("studio", "payouts")
    ] + [Drawn(week=MONDAY, team="Payouts", queue="elsewhere", drawn=6)]
    return watch(
        reviews,
        drawn,
        phases(MONDAY, None, MONDAY),
        touched=frozenset({"studio"}),
        control=frozenset({"payouts"}),
        sees_each=sees_each,
    )


def test_what_both_groups_did_is_taken_out() -> None:
    (contrast,) = seen().contrasts

    # Touched: 75 - 85 = -10; the others: 88.5 - 86.5 = +2; so -12.
    assert contrast.change.estimate == pytest.approx(-12)
    # One reviewer scored all: what their strictness adds cancels, and the variances of four means of six remain,
    # each (1 - .1) s^2 / 6 with s^2 of 14 for steps of two and 3.5 for steps of one.
    error = (0.9 * (2 * 14 + 2 * 3.5) / 6) ** 0.5
    assert contrast.change.std_error == pytest.approx(error)
    # Satterthwaite's degrees of freedom of four means with five each.
    df = (2 * 14 + 2 * 3.5) ** 2 / (2 * 14**2 / 5 + 2 * 3.5**2 / 5)
    assert contrast.change.df == pytest.approx(df)
    half = stats.t.ppf(0.975, df) * error
    assert contrast.change.interval is not None
    assert contrast.change.interval.low == pytest.approx(-12 - half)
    assert contrast.verdict == "worse"


def test_without_reviews_on_one_side_it_says_which() -> None:
    reviews = [*reviewed("studio", MONDAY, DURING_TOUCHED), *reviewed("payouts", MONDAY, DURING_CONTROL)]
    drawn = [Drawn(week=MONDAY, team="Payouts", queue=queue, drawn=6) for queue in ("studio", "payouts")]

    (contrast,) = watch(
        reviews,
        drawn,
        phases(MONDAY, None, MONDAY),
        touched=frozenset({"studio"}),
        control=frozenset({"payouts"}),
        sees_each=True,
    ).contrasts

    assert contrast.change.reason == "touched queues, before: no reviews"
    assert contrast.verdict == "too few to judge"


def test_over_few_people_nothing_is_told_to_who_may_not_see_each() -> None:
    (hidden,), (shown,) = seen(people=4, sees_each=False).contrasts, seen(people=4).contrasts

    assert hidden.change.estimate is None
    assert "fewer than 5 people" in (hidden.change.reason or "")
    assert shown.change.estimate == pytest.approx(-12)


def test_what_has_not_come_yet_is_not_called_held_back() -> None:
    before = seen(people=6, sees_each=False)
    few = seen(people=4, sees_each=False)

    assert before.figures["touched", "after"].figure.reason == "no reviews"
    assert few.figures["touched", "after"].figure.reason == "no reviews"
    assert few.figures["touched", "before"].figure.reason == "held back: fewer than 5 people"
