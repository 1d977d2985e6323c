"""The weekly severity of small weeks, against hand calculation."""

from dataclasses import replace

import numpy as np
import pytest

from calibration.drift import advance, new_state, streams_of
from calibration.drift.behaviour import own_medians
from calibration.drift.state import DriftState
from calibration.drift.trailing import Groups, trailing_mean
from calibration.drift.weekly import score_week
from calibration.scorings import GOLD_REVIEWER, Kind, Scale, Scorings

SCALE = Scale(("a", "b", "x"), np.array([10.0, 30.0, 0.0]), np.array([False, False, True]))
ERROR, TICKET, GOLD = 65.0, 120.0, 0.35 * 65.0


def scorings(rows: list[tuple[Kind, int, int, list[float]]], week: int = 0, minutes: float = 8.0) -> Scorings:
    """Rows of kind, ticket, reviewer, answers; one queue, each ticket by its own specialist."""
    kind, ticket, reviewer, answers = (list(part) for part in zip(*rows, strict=True))
    size = len(rows)
    return Scorings(
        np.full(size, week),
        np.array([int(one) for one in kind]),
        np.array(ticket),
        np.array(reviewer),
        np.array(ticket),
        np.zeros(size, dtype=np.int64),
        np.full(size, minutes),
        np.array(answers, dtype=float),
    )


def settled(reviewers: int = 3) -> DriftState:
    """A state with team means of .8 and nothing else learnt."""
    state = new_state(SCALE, reviewers=reviewers, specialists=50, queues=1)
    known = np.full_like(state.level_n, 1e6)
    return replace(state, level_n=known, level_sum=0.8 * known, level_square=0.7 * known, scored_n=known)


def test_a_lone_routine_review_is_as_uncertain_as_scorer_and_ticket_together() -> None:
    week = scorings([(Kind.ROUTINE, 0, 1, [1, 1, 1])])

    found = score_week(settled(), week, SCALE, streams_of(SCALE))

    assert found.variances[1, 0] == pytest.approx(ERROR + TICKET)
    assert found.variances[1, 1] == pytest.approx(400 + 400)
    assert np.isnan(found.variances[[0, 2]]).all()


def test_the_value_of_a_lone_review_is_its_deviation_from_the_team() -> None:
    week = scorings([(Kind.ROUTINE, 0, 1, [1, 0.4, 1])])
    queue_share = 1 / (1 + (ERROR + TICKET) / 25)

    found = score_week(settled(), week, SCALE, streams_of(SCALE))

    score = 100 * (10 * 0.2 - 30 * 0.4) / 40
    assert found.values[1, 0] == pytest.approx(score * (1 - queue_share))
    assert found.values[1, 2] == pytest.approx(-40 * (1 - 1 / (1 + 800 / 25)))


def test_n_a_drops_out_of_the_score_of_the_week() -> None:
    week = scorings([(Kind.ROUTINE, 0, 1, [np.nan, 0.4, 1])])

    found = score_week(settled(), week, SCALE, streams_of(SCALE))

    assert found.values[1, 0] == pytest.approx(-40 * (1 - 1 / (1 + (ERROR + TICKET) / 25)))
    assert np.isnan(found.values[1, 1])


def test_two_scorers_of_a_ticket_share_it() -> None:
    week = scorings([(Kind.ROUTINE, 0, 0, [1, 1, 1]), (Kind.DOUBLE, 0, 1, [0, 1, 1])])
    weight = 1 / ERROR
    absorbed = 1 / TICKET + 2 * weight

    found = score_week(settled(), week, SCALE, streams_of(SCALE))

    first, second = found.residual[:, 0]
    shared = weight * (first + second) / absorbed
    information = weight * (1 - weight / absorbed)
    assert found.variances[:2, 0].tolist() == pytest.approx([1 / information] * 2)
    assert found.values[0, 0] == pytest.approx(weight * (first - shared) / information)
    assert found.overlap_variance[0, 0] == pytest.approx(2 * ERROR)
    assert found.overlap[0, 0] == pytest.approx(first - second)
    assert np.isnan(found.lone[0, 0])


def test_gold_is_one_more_scorer_with_a_level_of_its_own() -> None:
    week = scorings([(Kind.CALIBRATION, 0, 2, [1, 0.5, 1]), (Kind.GOLD, 0, GOLD_REVIEWER, [1, 1, 1])])
    state = replace(settled(), gold_sum=np.full(3, 1.5 * 1e6), gold_n=np.full(3, 1e6))

    found = score_week(state, week, SCALE, streams_of(SCALE))

    own, gold = 100 * (10 * 0.2 - 30 * 0.3) / 40, 20.0
    assert found.residual[:, 0].tolist() == pytest.approx([own, gold - 1.5])
    absorbed = 1 / TICKET + 1 / ERROR + 1 / GOLD
    shared = (own / ERROR + (gold - 1.5) / GOLD) / absorbed
    information = (1 - 1 / ERROR / absorbed) / ERROR
    assert found.values[2, 0] == pytest.approx((own - shared) / ERROR / information)


def test_a_reviewer_whose_scores_spread_more_is_less_certain() -> None:
    state = settled()
    state = replace(state, own_n=np.full_like(state.own_n, 300.0), own_square=np.full_like(state.own_square, 500.0))
    week = scorings([(Kind.ROUTINE, 0, 1, [1, 1, 1])])

    found = score_week(state, week, SCALE, streams_of(SCALE))

    assert found.variances[1, 0] == pytest.approx((ERROR + TICKET) * (200 + 500) / (200 + 300))


def test_severity_so_far_is_the_centre_of_the_week() -> None:
    state = settled()
    precision = np.zeros_like(state.own_precision)
    precision[1, 0] = 0.5
    state = replace(state, own_precision=precision, own_scaled=precision * -4)
    mean = 0.5 * -4 / (0.5 + 1 / 16)
    week = scorings([(Kind.ROUTINE, 0, 1, [0.8, 0.8, 1])])

    found = score_week(state, week, SCALE, streams_of(SCALE))

    assert found.own[0, 0] == pytest.approx(mean)
    assert found.values[1, 0] == pytest.approx(mean + (0 - mean) * (1 - 1 / (1 + (ERROR + TICKET) / 25)))


def test_variance_components_are_moments_of_pairs_and_cells() -> None:
    state = settled()
    column = np.zeros_like(state.pair_n)
    state = replace(
        state,
        pair_n=column + 40,
        pair_square=column + 40 * 70.0,
        within_n=column + 100,
        within_square=column + 100 * 190.0,
    )

    assert state.error_variance[0] == pytest.approx(70)
    assert state.ticket_variance[0] == pytest.approx(120)
    assert state.gold_variance[0] == pytest.approx(0.35 * 70)


def test_half_the_squared_difference_of_a_pair_is_learnt() -> None:
    week = scorings([(Kind.ROUTINE, 0, 0, [1, 1, 1]), (Kind.DOUBLE, 0, 1, [0, 1, 1])])

    after = advance(settled(), week, SCALE)

    assert after.pair_n[0] == 1
    assert after.pair_square[0] == pytest.approx(25.0**2 / 2)


def test_a_trailing_mean_counts_this_week_in_while_the_past_holds_little() -> None:
    past, past_n = np.array([[30.0, 62.0, 0.0]]), np.array([[30.0, 31.0, 0.0]])
    now, now_n = np.array([[5.0, 0.0, 0.0]]), np.array([[10.0, 10.0, 0.0]])

    found = trailing_mean(past, past_n, now, now_n)

    assert found[0].tolist() == pytest.approx([35 / 40, 2.0, 97 / 71])
    assert np.isnan(trailing_mean(past * 0, past_n * 0, now * 0, now_n * 0)).all()


def test_groups_sum_rows_by_code() -> None:
    values = np.array([[1.0, 10.0], [2.0, 20.0], [4.0, 40.0]])

    assert Groups(np.array([2, 0, 2]), 3, 2).sum(values).tolist() == [[2, 20], [0, 0], [5, 50]]


def test_the_own_median_of_minutes_needs_twenty_reviews() -> None:
    rng = np.random.default_rng(5)
    pace = rng.lognormal(np.log(7), 0.4, 400)
    state = settled(reviewers=2)
    rows = [(Kind.ROUTINE, number, 0, [1, 1, 1]) for number in range(400)]
    rows += [(Kind.ROUTINE, 400 + number, 1, [1, 1, 1]) for number in range(19)]
    week = scorings(rows)
    week = replace(week, minutes=np.concatenate([pace, np.full(19, 5.0)]), specialist=np.zeros(419, dtype=np.int64))

    medians = own_medians(advance(state, week, SCALE))

    assert medians[0] == pytest.approx(np.median(pace), rel=0.02)
    assert np.isnan(medians[1])


def test_quick_perfect_reviews_are_counted_beside_the_team_rate() -> None:
    state = settled(reviewers=2)
    rows = [(Kind.ROUTINE, number, number % 2, [1, 1, 1]) for number in range(80)]
    state = advance(state, replace(scorings(rows), specialist=np.zeros(80, dtype=np.int64)), SCALE)
    hurried = [(Kind.ROUTINE, number, 0, [1, 1, 1]) for number in range(3)]
    hurried += [(Kind.ROUTINE, 3, 0, [1, 0.5, 1]), (Kind.ROUTINE, 4, 0, [1, 1, 0])]

    after = advance(state, scorings(hurried, week=1, minutes=3.0), SCALE)

    assert after.events[1, 0].tolist() == [3.0, 1.0]
    assert after.expected[1, 0, 0] == pytest.approx(5 * 3 / 5)  # the team's rate of this very week: no past yet
    assert np.isnan(after.events[1, 1]).all()
