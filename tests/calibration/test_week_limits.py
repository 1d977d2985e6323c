"""Limits of weekly figures, against Laney's formula worked out by hand."""

from math import pi, sqrt

import pytest

from calibration.week_limits import laney_limits


def test_weeks_that_scatter_by_sampling_alone_have_three_sigmas() -> None:
    limits = laney_limits([(80 + 0.5 * (-1) ** n, 4.0) for n in range(10)])

    assert limits is not None
    assert limits.centre == pytest.approx(80.0)
    assert limits.excess == 1.0  # mean moving range .5 of a sigma: less than sampling alone
    assert limits.half(4.0) == pytest.approx(6.0)
    assert limits.half(1.0) == pytest.approx(3.0)


def test_weeks_that_scatter_more_widen_the_limits_and_a_slow_change_does_not() -> None:
    wild = laney_limits([(80 + 4 * (-1) ** n, 1.0) for n in range(10)])
    slow = laney_limits([(80 + 0.2 * n, 1.0) for n in range(10)])

    assert wild is not None
    assert wild.excess == pytest.approx(8 * sqrt(pi) / 2)
    assert slow is not None
    assert slow.excess == 1.0
    assert laney_limits([(80.0, 1.0)] * 7) is None
