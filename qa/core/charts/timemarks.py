"""The marks of a time plot: bands, lines, whiskers, limits and points, in percent of the plot."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from qa.core.charts import svg
from qa.core.charts.svg import SHAPES, Svg, escaped
from qa.core.charts.timeplot import Ground, TimePlot
from qa.core.charts.values import Point, Series

BANDS_UP_TO = 2  # more bands than that hide each other: whiskers, side by side, say the same
DODGE = 1.5  # percent between the marks of neighbouring series at one point, at most
MANY, DENSE = 16, 40  # points; on a telephone more than that have smaller marks, and more than that a line alone
MARK, LARGER, SPARSE = 4.0, 5.0, 3.0
REACH = 600.0  # px: a width that most charts have, for the fields that are easy to hit
STEP = "{} {}".format


@lru_cache(maxsize=128)
def places(count: int, series: int, of: int) -> tuple[float, ...]:
    """Where that many points of one of several series stand across the plot: each in the middle of its column.

    The marks of more series than have bands stand side by side.
    """
    column = 100 / count
    dodge = min(DODGE, column * 0.6 / of) if of > BANDS_UP_TO else 0.0
    first = column / 2 + (series - (of - 1) / 2) * dodge
    return tuple(first + column * index for index in range(count))


@lru_cache(maxsize=128)
def _written_places(count: int, series: int, of: int) -> tuple[str, ...]:
    return tuple(f"{x:.2f}" for x in places(count, series, of))


@lru_cache(maxsize=64)
def _fields(count: int) -> tuple[str, ...]:
    """The columns of the plot: invisible and easy to hit."""
    column = 100 / count
    return tuple(
        f'<rect x="{column * index:.2f}%" width="{column:.2f}%" height="100%" class="hit"/>' for index in range(count)
    )


@dataclass(frozen=True, slots=True)
class Course:
    """The points of a series as the drawing writes them, in percent: "" where nothing is known."""

    series: Series
    tone: str
    xs: Sequence[str]
    ys: Sequence[str]
    lows: Sequence[str]
    highs: Sequence[str]
    joined: Sequence[tuple[int, int]]  # from, to: the stretches that a line joins
    banded: Sequence[tuple[int, int]]  # those that a band covers


def course(plot: TimePlot, on: Ground, index: int) -> Course:
    """Where one series lies."""
    series = plot.series[index]
    points = series.points
    values = [point.value for point in points]
    lows = [None if point.value is None or point.high is None else point.low for point in points]
    highs = [None if point.value is None or point.low is None else point.high for point in points]
    apart = [point.apart for point in points]
    joined = runs([value is not None for value in values], apart) if series.joined else []
    banded = runs([low is not None for low in lows], apart) if series.joined and len(plot.series) <= BANDS_UP_TO else []
    return Course(
        series=series,
        tone=f"s{index + 1}",
        xs=_written_places(len(points), index, len(plot.series)),
        ys=on.y.written(values),
        lows=on.y.written(lows),
        highs=on.y.written(highs),
        joined=[run for run in joined if run[1] - run[0] > 1],
        banded=[run for run in banded if run[1] - run[0] > 1],
    )


def runs(values: Sequence[bool], apart: Sequence[bool] = ()) -> list[tuple[int, int]]:
    """Stretches of true values as (first, after last); one that stands apart begins a stretch."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    for index, value in enumerate([*values, False]):
        if start is not None and (not value or (apart and apart[index])):
            found.append((start, index))
            start = None
        if value and start is None:
            start = index
    return found


def shades(plot: TimePlot, on: Ground) -> Svg:
    """The ground behind stretches of points, over the whole width that belongs to them."""
    parts = []
    for stretch in plot.stretches:
        within = stretch.within(plot.labels)
        if within:
            left, wide = on.column * within[0], on.column * len(within)
            parts.append(f'<rect x="{left:.2f}" y="0" width="{wide:.2f}" height="100" class="stretch"/>')
    return Svg("".join(parts))


def curves(plot: TimePlot, on: Ground, courses: Sequence[Course]) -> Svg:
    """Bands, then levels and limits, then lines and whiskers: what matters most lies on top."""
    bands, lines = [], []
    for each in courses:
        for first, last in each.banded:
            low = map(STEP, each.xs[first:last], each.lows[first:last])
            high = map(STEP, reversed(each.xs[first:last]), reversed(each.highs[first:last]))
            bands.append(f'<path d="M{"L".join([*low, *high])}Z" class="band {each.tone}"/>')
        for first, last in each.joined:
            steps = "L".join(map(STEP, each.xs[first:last], each.ys[first:last]))
            lines.append(f'<path d="M{steps}" class="line {each.tone}"/>')
        lines.append(_whiskers(each))
    levels = [f'<path d="M0 {on.y.at(level.value):.2f}H100" class="target"/>' for level in plot.levels]
    limits = [
        f'<path d="M{"L".join(f"{x:.2f} {y:.2f}" for x, y in steps)}" class="limit"/>'
        for side in ("low", "high")
        for steps in limit_steps(plot, on, side)
    ]
    return Svg("".join([*bands, *levels, *limits, *lines]))


def _whiskers(each: Course) -> str:
    """The intervals that no band shows, in one path."""
    banded = {place for first, last in each.banded for place in range(first, last)}
    if len(banded) == len(each.xs):
        return ""
    steps = "".join(
        f"M{x} {low}V{high}"
        for place, (x, low, high) in enumerate(zip(each.xs, each.lows, each.highs, strict=True))
        if low and place not in banded
    )
    return f'<path d="{steps}" class="whisker {each.tone}"/>' if steps else ""


def limit_steps(plot: TimePlot, on: Ground, side: str) -> list[list[tuple[float, float]]]:
    """The limit as a flight of steps: each point's own limit over the width that belongs to the point."""
    if len(plot.series) != 1:
        return []
    values: list[float | None] = [
        getattr(point.limits, side) if point.limits else None for point in plot.series[0].points
    ]
    return [
        [
            (on.column * edge, on.y.at(value))
            for index, value in enumerate(values[first:last], first)
            if value is not None
            for edge in (index, index + 1)
        ]
        for first, last in runs([value is not None for value in values])
    ]


def marks(plot: TimePlot, courses: Sequence[Course]) -> Svg:
    """The marks, each over an invisible field that is easy to hit; a lone series owns whole columns.

    A small chart marks only its last point and what must be told apart: few reviews, a flag, a point on its own.
    """
    several = len(courses) > 1
    parts: list[str] = []
    stop = 0  # the first link alone is a tab stop
    for index, each in enumerate(courses):
        points = each.series.points
        last, shape, plain = len(points) - 1, index % SHAPES, f"mark {each.tone}"
        fields = [_field(x, y, len(points)) for x, y in zip(each.xs, each.ys, strict=True)] if several else None
        spoken = _spoken(plot, index)
        for place, (point, x, y, said, field) in enumerate(
            zip(points, each.xs, each.ys, spoken, fields or _fields(len(points)), strict=True)
        ):
            if not y:
                continue
            told_apart = point.flag or point.few
            drawn = ""
            if not plot.small or told_apart or place == last or _alone(points, place):
                class_ = mark_class(point, index) if told_apart else plain
                drawn = _mark(x, y, shape, class_, SPARSE if plot.small else LARGER if point.flag else MARK)
            if point.url is None:
                parts.append(f'<g class="point"><title>{said}</title>{field}{drawn}</g>')
            else:
                link = f'<a href="{escape(point.url)}" class="point" tabindex="{stop}">'
                parts.append(f"{link}<title>{said}</title>{field}{drawn}</a>")
                stop = -1
    return Svg("".join(parts))


def _spoken(plot: TimePlot, index: int) -> Sequence[str]:
    """What each point of a series says, escaped."""
    series = plot.series[index]
    named = f"{series.name}, " if len(plot.series) > 1 else ""
    spoken = plot.numerals.spoken
    return escaped(
        [
            f"{named}{point.label}: {spoken(point, cells)}"
            for point, cells in zip(series.points, plot.cells[index], strict=True)
        ]
    )


def _field(x: str, y: str, count: int) -> str:
    """Round a point of one of several series."""
    reach = max(5.0, min(12.0, REACH / count / 2))
    return f'<circle cx="{x}%" cy="{y or 0}%" r="{reach:.0f}" class="hit"/>'


def _mark(x: str, y: str, shape: int, class_: str, radius: float) -> str:
    if shape == 0:
        return f'<circle cx="{x}%" cy="{y}%" r="{radius:.0f}" class="{class_}"/>'
    return f'<svg x="{x}%" y="{y}%" class="chart__at">{svg.mark(0, 0, shape, class_, radius)}</svg>'


def mark_class(point: Point, index: int) -> str:
    hollow = " mark--hollow" if point.few else ""
    return f"mark{hollow} s{index + 1}" + (" flagged" if point.flag else "")


def _alone(points: Sequence[Point], at: int) -> bool:
    """Whether no line can pass through the point: its neighbours have no value."""
    before = at > 0 and points[at - 1].value is not None and not points[at].apart
    after = at + 1 < len(points) and points[at + 1].value is not None and not points[at + 1].apart
    return not (before or after)
