"""Figures of several versions on one scale, by hand."""

import pytest

from calibration.linking import chained, link
from calibration.results import Estimate


def figure(value: float, error: float | None = 1.0) -> Estimate:
    return Estimate(estimate=value, std_error=error, n_items=50, method="mean")


def test_the_shift_is_the_paired_difference_on_the_same_parts():
    # Differences -2, -4, -6, -4: mean -4, SD 1.63299, error .81650, t(3) = 3.18245: -6.5985 to -1.4015.
    found = link([80, 70, 90, 60], [78, 66, 84, 56])

    assert found.estimate == pytest.approx(-4)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((-6.5985, -1.4015), abs=1e-4)


def test_older_figures_are_brought_to_the_newest_scale_with_the_doubt_of_the_shift():
    old, new = chained([("1.0", [figure(80, 3.0)]), ("2.0", [figure(77, 3.0)])], [figure(-4, 4.0)])

    assert (old[0].figure.estimate, old[0].figure.std_error, old[0].version) == (76, 5.0, "2.0")  # 3-4-5
    assert old[0].figure.interval is not None
    assert (old[0].figure.interval.low, old[0].figure.interval.high) == pytest.approx((66.2002, 85.7998), abs=1e-4)
    assert (new[0].figure, new[0].version) == (figure(77, 3.0), "2.0")


def test_shifts_add_up_over_several_versions():
    first, _, _ = chained(
        [("1.0", [figure(80, 2.0)]), ("2.0", []), ("3.0", [figure(70)])], [figure(-4, 3.0), figure(1, 6.0)]
    )

    assert (first[0].figure.estimate, first[0].figure.std_error) == (77, 7.0)  # 4 + 9 + 36 = 49


@pytest.mark.parametrize("unknown", [None, Estimate(estimate=None, reason="no parts"), figure(-4, None)])
def test_an_unknown_shift_breaks_the_chain(unknown):
    first, second, third = chained(
        [("1.0", [figure(80)]), ("2.0", [figure(75)]), ("3.0", [figure(70)])], [unknown, figure(2, 0.0)]
    )

    assert (first[0].figure.estimate, first[0].version) == (80, "1.0")
    assert (second[0].figure.estimate, second[0].version) == (77, "3.0")
    assert (third[0].figure.estimate, third[0].version) == (70, "3.0")


def test_a_week_without_a_figure_stays_without():
    nothing = Estimate(estimate=None, reason="no reviews")

    ((only,), _) = chained([("1.0", [nothing]), ("2.0", [])], [figure(-4)])

    assert only.figure is nothing


def test_a_shift_too_many_is_refused():
    with pytest.raises(ValueError, match="1 stretches have 0 shifts"):
        chained([("1.0", [])], [None])
