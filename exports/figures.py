"""A figure with its interval, as every workbook takes it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value with its interval; ``reason`` where there is none, ``n`` where the number of reviews is told."""

    value: float | None
    low: float | None = None
    high: float | None = None
    reason: str = ""
    n: int = 0

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None):
            raise ValueError(f"an interval has two ends: {self.low} to {self.high}")
        if self.value is None and self.low is not None:
            raise ValueError("an interval without a figure")

    @property
    def width(self) -> float | None:
        return None if self.low is None or self.high is None else self.high - self.low
