"""Figures on one scale over several versions of a form: the shift between versions, and chains of shifts.

Single-group design with mean linking: the same parts are scored under both versions, so that the shift is a paired
difference (Kolen and Brennan 2014, Test Equating, Scaling, and Linking, 3rd ed., ch. 2 and 10).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from calibration.intervals import mean_difference
from calibration.quantiles import normal_quantile
from calibration.results import Estimate, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A figure brought to the scale of ``version``; figures of one ``version`` may be joined by a line."""

    figure: Estimate
    version: str


def link(old: Sequence[float], new: Sequence[float]) -> Estimate:
    """The shift from one version to the next: mean of new minus old over the same parts, with its t interval."""
    return mean_difference(new, old, paired=True)


def chained(
    stretches: Sequence[tuple[str, Sequence[Estimate]]], shifts: Sequence[Estimate | None]
) -> list[list[Linked]]:
    """Figures of versions in order of time, each on the newest scale that known shifts lead to.

    ``shifts[k]`` leads from ``stretches[k]`` to the next; where it is None or undefined, or its standard error is
    unknown, the chain breaks: what is before stays on its own scale. Variances of figure and shifts add, since bridge
    parts and drawn parts are judged apart. ValueError when there is not one shift between two stretches.
    """
    if len(shifts) != max(len(stretches) - 1, 0):
        raise ValueError(f"{len(stretches)} stretches have {max(len(stretches) - 1, 0)} shifts between: {len(shifts)}")
    found: list[list[Linked]] = []
    for place, (version, figures) in enumerate(stretches):
        moved, variance, scale = 0.0, 0.0, version
        for later in range(place, len(shifts)):
            shift = shifts[later]
            if shift is None or shift.estimate is None or shift.std_error is None:
                break
            moved, variance = moved + shift.estimate, variance + shift.std_error**2
            scale = stretches[later + 1][0]
        found.append([Linked(figure=_moved(figure, moved, variance), version=scale) for figure in figures])
    return found


def _moved(figure: Estimate, shift: float, variance: float) -> Estimate:
    if figure.estimate is None or (shift == 0 and variance == 0):
        return figure
    value = figure.estimate + shift
    error = None if figure.std_error is None else sqrt(figure.std_error**2 + variance)
    confidence = figure.interval.confidence if figure.interval else 0.95
    half = None if error is None else normal_quantile(0.5 + confidence / 2) * error
    return Estimate(
        estimate=value,
        std_error=error,
        interval=None if half is None else Interval(low=value - half, high=value + half, confidence=confidence),
        n_items=figure.n_items,
        method=f"{figure.method}, linked".removeprefix(", "),
        reason=figure.reason,
    )
