"""What a time plot draws, and the axes it is drawn on."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from qa.core.charts.scale import Scale, domain
from qa.core.charts.svg import Svg
from qa.core.charts.values import Cells, Event, Numerals, Point, Series, Stretch


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level across the whole chart (a pass mark, a mean) and what it is called."""

    value: float
    text: str


@dataclass(frozen=True, kw_only=True)
class TimePlot:
    """What is drawn; ``small`` ones stand beside others and have room for little."""

    series: tuple[Series, ...]
    numerals: Numerals
    levels: tuple[Level, ...] = ()
    events: tuple[Event, ...] = ()
    bounds: tuple[float, float] | None = None
    limit_words: tuple[str, str] = ("lower limit", "upper limit")
    stretches: tuple[Stretch, ...] = ()
    small: bool = False
    from_zero: bool = False

    @cached_property
    def labels(self) -> list[str]:
        return [point.label for point in self.series[0].points]

    @property
    def points(self) -> Iterator[Point]:
        return (point for each in self.series for point in each.points)

    @cached_property
    def cells(self) -> list[list[Cells]]:
        """Each point of each series as the table writes it."""
        return [self.numerals.cells(each.points) for each in self.series]

    def span(self) -> tuple[float, float] | None:
        """The range of all that is drawn; ``None`` where no point has a value."""
        if all(point.value is None for point in self.points):
            return None
        values: list[float | None] = [level.value for level in self.levels]
        values += [0.0] if self.from_zero else []
        for point in self.points:
            values += (point.value, point.low, point.high)
            if point.limits:
                values += (point.limits.low, point.limits.high)
        span = domain(values, bounds=self.bounds)
        if span is None or not self.from_zero or any(value < 0 for value in values if value is not None):
            return span
        return 0.0, span[1]  # no air under nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The axes, in percent of the plot, and what is drawn of them; small charts of one scale share it."""

    y: Scale
    column: float  # percent of the width that belongs to one point
    left: float  # px for the words beside the ticks
    grid: Svg
    ticks: Svg
