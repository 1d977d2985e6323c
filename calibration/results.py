"""What every statistic gives back: an estimate with its uncertainty, or the reason why there is none."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A confidence interval, both ends included."""

    low: float
    high: float
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One figure. ``estimate`` is ``None`` with a ``reason`` where it is not defined; never a silent NaN, 0 or 1."""

    estimate: float | None
    std_error: float | None = None
    interval: Interval | None = None
    p_value: float | None = None
    n_items: int = 0
    n_raters: int = 0
    method: str = ""
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NullTest:
    """A test of "no more than chance" with its own standard error, valid only where that is true."""

    std_error: float
    statistic: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement(Estimate):
    """A coefficient of agreement with the two shares it is made of.

    ``observed`` and ``chance`` are shares of agreement from 0 to 1, told also where the coefficient is undefined.
    ``df`` are the degrees of freedom of the interval.
    """

    observed: float | None = None
    chance: float | None = None
    df: float | None = None
    null: NullTest | None = None


def undefined(reason: str, *, method: str, n_items: int = 0, n_raters: int = 0) -> Estimate:
    """No figure, and why."""
    return Estimate(estimate=None, method=method, reason=reason, n_items=n_items, n_raters=n_raters)
