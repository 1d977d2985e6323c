"""Times by their logarithms, against an independent package and a calculation by hand."""

from math import exp, log

import numpy as np
import pytest
from scipy import stats

from calibration.log_means import geometric_mean, ratio_of_geometric_means

A, B = np.array([30.0, 90, 400, 3600, 120, 60]), np.array([45.0, 60, 100, 86400, 300])


def sums(values: np.ndarray) -> tuple[int, float, float]:
    logs = np.log(values + 1)
    return len(values), float(logs.sum()), float((logs**2).sum())


def test_the_mean_and_its_interval_are_those_of_the_logarithms() -> None:
    logs = np.log(A + 1)
    low, high = stats.t.interval(0.95, 5, loc=logs.mean(), scale=stats.sem(logs))

    found = geometric_mean(*sums(A))

    assert found.estimate == pytest.approx(stats.gmean(A + 1) - 1)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == (pytest.approx(exp(low) - 1), pytest.approx(exp(high) - 1))


def test_the_ratio_has_welchs_p_on_the_logarithms() -> None:
    welch = stats.ttest_ind(np.log(A + 1), np.log(B + 1), equal_var=False)

    found = ratio_of_geometric_means(sums(A), sums(B))

    assert found.p_value == pytest.approx(welch.pvalue)
    assert found.estimate == pytest.approx(exp(np.log(A + 1).mean() - np.log(B + 1).mean()))
    ends = welch.confidence_interval(0.95)
    assert found.interval is not None
    assert (log(found.interval.low), log(found.interval.high)) == (pytest.approx(ends.low), pytest.approx(ends.high))


def test_nothing_and_one_time_have_no_interval() -> None:
    assert geometric_mean(0, 0.0, 0.0).reason == "no times are known"
    assert geometric_mean(1, log(61), log(61) ** 2).estimate == pytest.approx(60)
    assert ratio_of_geometric_means((1, 1.0, 1.0), sums(B)).reason == "fewer than two times on one side"
    assert (
        ratio_of_geometric_means((2, 2.0, 2.0), (2, 4.0, 8.0)).reason == "all values are equal: no spread to judge by"
    )
