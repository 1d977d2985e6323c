"""What a plan aims at, held against where somebody stands."""

import pytest

from calibration.results import Interval
from qa.coaching.aims import to_target
from qa.coaching.figures import Criterion, CriterionGap, no_gap
from qa.sampling.estimation import Figure, difference


def gap(estimate: float | None, low: float, high: float, n: int = 12) -> CriterionGap:
    nothing = no_gap(Criterion(key="tone", name="Tone", family="support"))
    interval = None if estimate is None else Interval(low=low, high=high)
    own = Figure(estimate=estimate, n=n, interval=interval, method="Hajek", n_effective=float(n))
    return CriterionGap(
        criterion=nothing.criterion, own=own, others=nothing.others, gap=difference(own, nothing.others)
    )


@pytest.mark.parametrize(
    ("low", "high", "n", "verdict"),
    [
        pytest.param(60, 79.9, 12, "below the target", id="all of it below"),
        pytest.param(80, 95, 12, "reached", id="all of it at the target or above"),
        pytest.param(60, 95, 12, "cannot tell yet", id="on both sides"),
        pytest.param(60, 70, 4, "too few to judge", id="four reviews say nothing"),
    ],
)
def test_a_target_is_reached_or_missed_only_by_a_whole_interval(low: float, high: float, n: int, verdict: str) -> None:
    aim = to_target(gap((low + high) / 2, low, high, n), 80.0)

    assert aim is not None
    assert (aim.estimate, aim.low, aim.high) == ((low + high) / 2 - 80, low - 80, high - 80)
    assert aim.verdict == verdict


def test_without_a_target_or_a_figure_nothing_is_said() -> None:
    assert to_target(gap(70, 60, 80), None) is None
    assert to_target(gap(None, 0, 0, 0), 80.0) is None
