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


def undefined(reason: str, *, method: str, n_items: int = 0, n_raters: int = 0) -> Estimate:
    """No figure, and why."""
    return Estimate(estimate=None, method=method, reason=reason, n_items=n_items, n_raters=n_raters)
