"""Control charts by hand and by their definitions, and their run lengths by the published tables."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from calibration.control_charts import cusum_chart, ewma_chart, individuals_sigma, shewhart_chart
from calibration.run_lengths import cusum_arl, ewma_arl, shewhart_arl
from tests.calibration.reference_charts import limits, side

SERIES = arrays(np.float64, st.tuples(st.integers(1, 3), st.integers(1, 150)), elements=st.floats(-50, 50))


@given(SERIES, st.floats(0.02, 1.0))
def test_the_average_is_its_recursion(x: np.ndarray, weight: float) -> None:
    found = ewma_chart(x, target=1.0, sigma=2.0, weight=weight)

    for row, series in enumerate(x):
        last = 1.0
        for step, value in enumerate(series):
            last = weight * value + (1 - weight) * last
            assert found.value[row, step] == pytest.approx(last, abs=1e-9)


@given(SERIES, st.floats(0, 2), st.floats(0, 4))
def test_the_sums_are_their_recursion(x: np.ndarray, k: float, headstart: float) -> None:
    found = cusum_chart(x, target=1.0, sigma=2.0, k=k, h=4.0, headstart=headstart)

    for row, series in enumerate(x):
        upper = lower = headstart * 2.0
        for step, value in enumerate(series):
            upper, lower = max(0.0, upper + value - 1 - 2 * k), max(0.0, lower - value + 1 - 2 * k)
            assert (found.upper[row, step], found.lower[row, step]) == (
                pytest.approx(upper, abs=1e-9),
                pytest.approx(lower, abs=1e-9),
            )


def test_a_missing_observation_leaves_the_charts_as_they_were() -> None:
    x = [2.0, math.nan, 2.0]

    average = ewma_chart(x, target=0, sigma=1, weight=0.5).value
    sums = cusum_chart(x, target=0, sigma=1, k=0.5).upper

    assert average.tolist() == [1.0, 1.0, 1.5]
    assert sums.tolist() == [1.5, 1.5, 3.0]


def test_signals_are_numbered_from_one_and_zero_means_none() -> None:
    x = np.array([[0.0, 0.0, 9.0], [0.0, 0.0, 0.0]])

    assert shewhart_chart(x, target=0, sigma=1).signal.tolist() == [3, 0]
    assert ewma_chart(x, target=0, sigma=1).signal.tolist() == [3, 0]
    assert cusum_chart(x, target=0, sigma=1).signal.tolist() == [3, 0]
    assert shewhart_chart(np.zeros((2, 0)), target=0, sigma=1).signal.tolist() == [0, 0]


def test_fixed_limits_are_those_that_time_varying_ones_reach() -> None:
    x = np.zeros(400)

    fixed, varying = (
        ewma_chart(x, target=0, sigma=3, weight=0.1, limit=2.7, limits=kind) for kind in ("fixed", "time-varying")
    )

    assert varying.upper[-1] == pytest.approx(fixed.upper[0])
    assert fixed.upper[0] == pytest.approx(2.7 * 3 * math.sqrt(0.1 / 1.9))
    assert varying.upper[0] == pytest.approx(2.7 * 3 * 0.1)


def test_sigma_of_single_values_is_the_mean_moving_range_over_d2() -> None:
    assert individuals_sigma([1.0, 3.0, 2.0]) == pytest.approx(1.5 / 1.128, abs=1e-3)
    assert individuals_sigma([1.0, math.nan, 2.0]) is None


@pytest.mark.parametrize(
    ("sided", "expected"),
    [pytest.param("two", 370.398, id="two-sided"), pytest.param("one-upper", 740.797, id="one-sided")],
)
def test_the_run_length_of_three_sigma_limits(sided: str, expected: float) -> None:
    assert shewhart_arl(0.0, sided=sided) == pytest.approx(expected, abs=1e-3)


def test_an_average_of_weight_one_is_a_shewhart_chart() -> None:
    for kind in ("fixed", "time-varying"):
        assert ewma_arl(0.7, weight=1.0, limit=3.0, limits=kind) == pytest.approx(shewhart_arl(0.7), rel=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.5, 2.0])
def test_lower_charts_mirror_upper_ones(shift: float) -> None:
    assert cusum_arl(-shift, sided="one-lower", h=4) == pytest.approx(cusum_arl(shift, sided="one-upper", h=4))
    assert ewma_arl(-shift, sided="one-lower") == pytest.approx(ewma_arl(shift, sided="one-upper"))
    assert shewhart_arl(-shift, sided="one-lower") == pytest.approx(shewhart_arl(shift, sided="one-upper"))


@pytest.mark.parametrize(
    ("run_length", "signals"),
    [
        pytest.param(
            ewma_arl(0.6, weight=0.3, limit=1.8, limits="time-varying"),
            lambda x: ewma_chart(x, target=0, sigma=1, weight=0.3, limit=1.8).signal,
            id="average, limits that widen",
        ),
        pytest.param(
            ewma_arl(0.6, weight=0.3, limit=1.8, headstart=1.0),
            lambda x: ewma_chart(x, target=0, sigma=1, weight=0.3, limit=1.8, limits="fixed", headstart=1.0).signal,
            id="average with a head start",
        ),
        pytest.param(
            cusum_arl(0.6, k=0.4, h=2.5, headstart=1.0),
            lambda x: cusum_chart(x, target=0, sigma=1, k=0.4, h=2.5, headstart=1.0).signal,
            id="sums with a head start",
        ),
    ],
)
def test_run_lengths_agree_with_charts_of_random_series(run_length: float, signals: object) -> None:
    x = np.random.default_rng(12).normal(0.6, 1, (6_000, 250))

    found = signals(x)  # type: ignore[operator]

    assert (found > 0).all()
    assert found.mean() == pytest.approx(run_length, abs=4 * found.std() / math.sqrt(len(found)))


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda: ewma_chart([1.0], target=0, sigma=1, weight=0), id="no weight"),
        pytest.param(lambda: ewma_chart([1.0], target=0, sigma=1, limit=0), id="no limit"),
        pytest.param(lambda: ewma_chart([1.0], target=0, sigma=1, limits="wide"), id="unknown limits"),
        pytest.param(lambda: ewma_chart(1.0, target=0, sigma=1), id="no series"),
        pytest.param(lambda: cusum_chart([1.0], target=0, sigma=0), id="no sigma"),
        pytest.param(lambda: cusum_chart([math.inf], target=0, sigma=1), id="infinite"),
        pytest.param(lambda: cusum_chart([1.0], target=0, sigma=1, headstart=9), id="head start beyond the limit"),
        pytest.param(lambda: shewhart_chart([1.0], target=0, sigma=1, limit=-1), id="negative limit"),
        pytest.param(lambda: shewhart_arl(0, sided="both"), id="unknown side"),
        pytest.param(lambda: cusum_arl(0, k=-1), id="negative k"),
        pytest.param(lambda: cusum_arl(0, h=0), id="no h"),
        pytest.param(lambda: ewma_arl(0, weight=1.5), id="weight above 1"),
        pytest.param(lambda: ewma_arl(0, limits="wide"), id="unknown limits of a run length"),
    ],
)
def test_what_cannot_be_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError):
        wrong()  # type: ignore[operator]


def test_the_words_of_reference_cases_are_understood() -> None:
    assert [side(word) for word in ("two", "one", "one-upper", "upper", "one-lower")] == [
        "two", "one-upper", "one-upper", "one-upper", "one-lower",
    ]  # fmt: skip
    assert [limits(words) for words in ("fixed (steady-state sigma)", "time-varying: L*sqrt", "vacl")] == [
        "fixed", "time-varying", "time-varying",
    ]  # fmt: skip
