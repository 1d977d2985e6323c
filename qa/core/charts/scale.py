"""From figures to pixels: domains, round ticks, which labels of an axis fit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from qa.core.charts.svg import width_of
from qa.core.charts.values import Numerals
from qa.core.numerals import number

ROUND_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
LABEL_GAP = 10.0
SMALLEST = 1e-9  # figures that differ by less, of themselves or of one, differ by the rounding of floats
LARGEST = 1e12  # beyond this a tick's text no longer fits any margin


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A linear scale whose domain ends on ticks."""

    low: float
    high: float
    ticks: tuple[float, ...]
    decimals: int
    start: float  # pixel of low
    end: float  # pixel of high

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.start + (self.end - self.start) * min(max(share, 0.0), 1.0)

    def written(self, values: Sequence[float | None]) -> list[str]:
        """The place of each value with two decimals; empty for none."""
        first, last = min(self.start, self.end), max(self.start, self.end)
        slope = (self.end - self.start) / (self.high - self.low)
        zero = self.start - self.low * slope
        places = [min(max(zero + value * slope, first), last) for value in values if value is not None]
        texts = ("%.2f " * len(places) % tuple(places)).split()
        if len(texts) == len(values):
            return texts
        given = iter(texts)
        return ["" if value is None else next(given) for value in values]


def domain(values: Iterable[float | None], *, bounds: tuple[float, float] | None = None) -> tuple[float, float] | None:
    """The range of what is known, with some air, inside the bounds of the measure; ``None`` when nothing is."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = max(min(known), -LARGEST), min(max(known), LARGEST)
    air = (high - low) * 0.06 if high - low > SMALLEST else max(abs(low) * 0.05, 1.0)
    low, high = low - air, high + air
    rounded = 0.0 if bounds is None else (bounds[1] - bounds[0]) * 1e-9  # a mean of hundreds may come out a bit above
    if bounds is not None and bounds[0] - rounded <= min(known) and max(known) <= bounds[1] + rounded:
        low, high = max(low, bounds[0]), min(high, bounds[1])
    return low, high


def linear(span: tuple[float, float], *, start: float, end: float, ticks: int = 5, whole: bool = False) -> Scale:
    """A scale over the span, widened to round ticks; those of a ``whole`` one are no fractions."""
    low, high = span
    if high - low < max(abs(low), abs(high), 1.0) * SMALLEST:
        low, high = low - 1, high + 1
    rough = (high - low) / max(ticks - 1, 1)
    power = 10.0 ** floor(log10(rough))
    step = next(power * each for each in ROUND_STEPS if power * each >= rough * 0.999)
    step = max(step, 1.0) if whole else step
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    decimals = max(0, -floor(log10(step) + 1e-9))
    if round(step, decimals) != step:
        decimals += 1
    marks = tuple(round(index * step, decimals) for index in range(first, last + 1))
    return Scale(low=first * step, high=last * step, ticks=marks, decimals=decimals, start=start, end=end)


def positions(count: int, *, start: float, end: float) -> list[float]:
    """Places for that many points, evenly; a lonely point stands in the middle."""
    if count == 1:
        return [(start + end) / 2]
    return [start + (end - start) * index / (count - 1) for index in range(count)]


def every(labels: Sequence[str], width: float) -> int:
    """The labels of evenly spaced points are written at every how many-th point, so that none touches the next."""
    if len(labels) < 2:
        return 1
    widest = max(map(width_of, labels)) + LABEL_GAP
    return max(1, ceil(widest * len(labels) / width)) if width > 0 else len(labels)


def tick_texts(scale: Scale, numerals: Numerals) -> list[str]:
    """What stands beside the ticks: figures, with the unit where it is short."""
    unit = numerals.unit if len(numerals.unit.strip()) <= 2 else ""
    return [number(tick, scale.decimals) + unit for tick in scale.ticks]
