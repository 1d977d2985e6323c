"""The evidence for a change, against the formulas written out by hand for one reviewer and one stream."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibration.drift import weigh_counts, weigh_onsets
from calibration.drift.evidence import combine, likely_weeks
from calibration.drift.wobble import wobble_variance
from calibration.simulation_study import gaussian_run_length, run_length, threshold_of

PRIOR, SHIFT = 16.0, 5.0


def one_stream(values: list[float], variances: list[float], **more: object) -> object:
    cube = [np.array(part, dtype=float).reshape(-1, 1, 1) for part in (values, variances)]
    return weigh_onsets(*cube, np.array([PRIOR]), np.array([SHIFT]), **more)  # type: ignore[arg-type]


def by_hand(
    values: list[float], variances: list[float], onset: int, change: int | None = None, q: float = 0.0
) -> float:
    """Log Bayes factor of one onset, as the definition says, in plain sums; ``change`` is a version's week."""
    pairs = list(zip(values, variances, strict=True))
    if change is not None and onset > change:
        before = 1 / PRIOR + sum(1 / v for _, v in pairs[:change])
        mean = sum(x / v for x, v in pairs[:change]) / before
        older = 1 / (1 / before + q)
        before = older + sum(1 / v for _, v in pairs[change:onset])
        mean = (older * mean + sum(x / v for x, v in pairs[change:onset])) / before
    else:
        before = 1 / PRIOR + sum(1 / v for _, v in pairs[:onset])
        mean = sum(x / v for x, v in pairs[:onset]) / before
    if change is not None and onset <= change:
        own, shared = pairs[onset:change], pairs[change:]
        together = sum(1 / v for _, v in shared)
        weight = 1 / (1 / together + q)
        after = sum(1 / v for _, v in own) + weight
        level = (sum(x / v for x, v in own) + weight * sum(x / v for x, v in shared) / together) / after
    else:
        after = sum(1 / v for _, v in pairs[onset:])
        level = sum(x / v for x, v in pairs[onset:]) / after
    difference, variance = level - mean, 1 / before + 1 / after
    factors = [
        math.exp(-0.5 * math.log(1 + sd**2 / variance) + 0.5 * difference**2 * (1 / variance - 1 / (variance + sd**2)))
        for sd in (0.6 * SHIFT, 1.6 * SHIFT)
    ]
    return math.log(sum(factors) / 2)


VALUES = [1.0, -2.0, 0.5, 1.5, -0.5, 6.0, 7.0]
VARIANCES = [4.0, 5.0, 3.0, 6.0, 4.0, 5.0, 2.0]


@pytest.mark.parametrize("onset", [4, 5, 6])
def test_a_bayes_factor_is_what_its_definition_says(onset: int) -> None:
    found = one_stream(VALUES, VARIANCES)

    assert found.log_factor[onset, 0, 0] == pytest.approx(by_hand(VALUES, VARIANCES, onset), abs=1e-12)


def test_no_onset_is_tried_before_four_weeks_of_baseline() -> None:
    found = one_stream(VALUES, VARIANCES)

    assert np.isneginf(found.log_factor[:4, 0, 0]).all()
    assert np.isneginf(one_stream(VALUES[:4], VARIANCES[:4]).log_evidence[0, 0])


def test_the_evidence_adds_up_over_onsets() -> None:
    factors = [by_hand(VALUES, VARIANCES, onset) for onset in (4, 5, 6)]

    total = one_stream(VALUES, VARIANCES).log_evidence[0, 0]

    assert total == pytest.approx(math.log(sum(map(math.exp, factors))), abs=1e-12)


@pytest.mark.parametrize("onset", [4, 5, 6])
@pytest.mark.parametrize("change", [4, 5, 6])
def test_a_rubric_version_sets_the_weeks_from_it_on_apart(onset: int, change: int) -> None:
    added = np.zeros((7, 1))
    added[change] = 2.25

    found = one_stream(VALUES, VARIANCES, added=added)

    expected = by_hand(VALUES, VARIANCES, onset, change, 2.25)
    assert found.log_factor[onset, 0, 0] == pytest.approx(expected, abs=1e-12)


def test_weeks_without_work_change_nothing_but_are_no_onset() -> None:
    gaps = [VALUES[0], math.nan, *VALUES[1:]]
    spread = [VARIANCES[0], math.nan, *VARIANCES[1:]]

    found = one_stream(gaps, spread)

    assert np.isneginf(found.log_factor[1, 0, 0])
    assert found.log_evidence[0, 0] == pytest.approx(one_stream(VALUES, VARIANCES).log_evidence[0, 0])


def test_only_the_last_26_weeks_are_tried_as_onset() -> None:
    found = one_stream([0.0] * 40, [4.0] * 40)

    assert found.first == 14
    assert found.log_factor.shape[0] == 26


def test_an_earliest_onset_is_obeyed() -> None:
    found = one_stream(VALUES, VARIANCES, earliest=np.array([6]))

    assert np.isneginf(found.log_factor[:6, 0, 0]).all()
    assert np.isfinite(found.log_factor[6, 0, 0])


@given(
    st.lists(st.floats(-30, 30), min_size=6, max_size=12),
    st.floats(1, 30),
)
def test_evidence_does_not_know_the_sign_of_a_change(values: list[float], variance: float) -> None:
    spread = [variance] * len(values)

    up, down = one_stream(values, spread), one_stream([-value for value in values], spread)

    assert up.log_evidence[0, 0] == pytest.approx(down.log_evidence[0, 0], abs=1e-9)
    assert np.isfinite(up.log_evidence).all()


def test_streams_and_reviewers_do_not_touch_one_another() -> None:
    rng = np.random.default_rng(2)
    values, variances = rng.normal(size=(20, 3, 2)), rng.uniform(1, 4, (20, 3, 2))
    prior, shift = np.array([16.0, 100.0]), np.array([5.0, 15.0])

    whole = weigh_onsets(values, variances, prior, shift).log_evidence
    alone = weigh_onsets(values[:, 1:2, 1:], variances[:, 1:2, 1:], prior[1:], shift[1:]).log_evidence

    assert whole[1, 1] == pytest.approx(alone[0, 0], abs=1e-12)


def test_the_effect_and_onset_of_a_clear_change_are_told() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(0, 1, 40)
    values[30:] -= 6

    found = one_stream(values.tolist(), [1.0] * 40).posterior(0, 0, SHIFT)

    assert found.effect == pytest.approx(-6, abs=1.0)
    assert 29 <= found.earliest <= found.onset <= found.latest <= 31
    assert 0.3 < found.std_error < 1.0


def test_likely_weeks_are_the_fewest_that_hold_90_percent() -> None:
    weeks, share = np.array([10, 11, 12, 13]), np.array([0.02, 0.15, 0.8, 0.03])

    assert likely_weeks(weeks, share) == (12, 11, 12)


def test_counts_follow_the_gamma_poisson_formula() -> None:
    events, expected = [0, 1, 0, 0, 1, 6], [0.5, 0.6, 0.4, 0.5, 0.5, 0.6]
    cube = [np.array(part, dtype=float).reshape(-1, 1, 1) for part in (events, expected)]

    found = weigh_counts(*cube)

    n0, e0, n1, e1 = 2, 2.5, 6, 0.6

    def log_nb(n: float, e: float, a: float, b: float) -> float:
        return math.lgamma(a + n) - math.lgamma(a) + a * math.log(b) - (a + n) * math.log(b + e)

    by_formula = log_nb(n1, e1, 1.5, 1.5 * (4 + e0) / (4 + n0)) - log_nb(n1, e1, 4 + n0, 4 + e0)
    assert found.log_factor[5, 0, 0] == pytest.approx(by_formula, abs=1e-12)
    assert found.difference[5, 0, 0] > 0
    assert np.isneginf(found.log_factor[3, 0, 0])


def test_streams_are_mixed_by_weight_in_logs() -> None:
    total, shares = combine(np.array([[700.0, -np.inf], [1.0, 2.0]]), np.array([0.4, 0.6]))

    assert total[0] == pytest.approx(700 + math.log(0.4))
    assert total[1] == pytest.approx(math.log(0.4 * math.e + 0.6 * math.e**2))
    assert shares[1].tolist() == pytest.approx([1 + math.log(0.4), 2 + math.log(0.6)])


@pytest.mark.parametrize("threshold", [104.0, 520.0])
def test_false_alarms_on_gaussian_weeks_are_rarer_than_the_threshold_promises(threshold: float) -> None:
    rng = np.random.default_rng(8)

    assert gaussian_run_length(threshold, rng, series=150, weeks=90) >= threshold


def test_run_lengths_count_weeks_until_the_first_flag() -> None:
    evidence = np.full((16, 3), -np.inf)  # weeks 12 to 15 count
    evidence[13, 0] = evidence[15, 1] = 4.0
    evidence[3, 2] = 9.0  # warm-up

    assert run_length([evidence], 4.0) == (2 + 4 + 4) / 2
    assert run_length([evidence], 4.1) == math.inf
    assert threshold_of([evidence], 5.0) == pytest.approx(-5.0, abs=10)


def test_the_wobble_is_found_again() -> None:
    rng = np.random.default_rng(3)
    weeks, reviewers = 64, 300
    noise, wobble = rng.normal(0, 2, (weeks, reviewers, 1)), rng.normal(0, np.sqrt(3.0), (weeks, reviewers, 1))
    level = rng.normal(0, 4, (1, reviewers, 1))

    found = wobble_variance(level + noise + wobble, np.full((weeks, reviewers, 1), 4.0), np.array([1.0]))

    assert found[0] == pytest.approx(3.0, abs=0.5)


def test_the_wobble_has_a_floor_and_waits_for_two_blocks() -> None:
    still = np.zeros((32, 4, 1))

    assert wobble_variance(still, still + 4.0, np.array([1.0])).tolist() == [1.0]
    assert wobble_variance(still[:15] + np.nan, still[:15], np.array([1.0])).tolist() == [1.0]


def test_blocks_on_two_sides_of_a_version_are_not_compared() -> None:
    values = np.zeros((16, 50, 1))
    values[8:, ::2] = 4.0  # half the reviewers read the new wording differently
    variances, floor = np.full(values.shape, 8.0), np.array([1.0])

    plain = wobble_variance(values, variances, floor)
    apart = wobble_variance(values, variances, floor, {8: np.array([True])})

    assert plain[0] > 20
    assert apart[0] == 1.0
