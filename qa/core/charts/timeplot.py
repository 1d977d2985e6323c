"""One drawing of values over time: bands, limits, events and labels around them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from qa.core.charts import placing, svg
from qa.core.charts.frame import LINE_HEIGHT, Sheet, Size, kept_inside, lanes, legend, shades
from qa.core.charts.scale import Scale, domain, fitting, linear, positions
from qa.core.charts.svg import Box
from qa.core.charts.values import Event, Numerals, Point, Series, Stretch

BANDS_UP_TO = 2  # more bands than that hide each other: whiskers, side by side, say the same
HEIGHTS = {"small": 84.0, "narrow": 170.0, "medium": 190.0, "wide": 250.0}
MOST_MARGIN = 0.34  # of the width, for the labels at the end of the lines
END_GAP = 9.0
DODGE = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A level across the whole chart (a pass mark, a mean) and what it is called."""

    value: float
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimePlot:
    series: tuple[Series, ...]
    numerals: Numerals
    levels: tuple[Level, ...] = ()
    events: tuple[Event, ...] = ()
    bounds: tuple[float, float] | None = None
    limit_words: tuple[str, str] = ("lower limit", "upper limit")
    stretches: tuple[Stretch, ...] = ()

    @property
    def labels(self) -> list[str]:
        return [point.label for point in self.series[0].points]

    @property
    def points(self) -> Iterator[Point]:
        return (point for each in self.series for point in each.points)

    def span(self) -> tuple[float, float] | None:
        """The range of all that is drawn; ``None`` where no point has a value."""
        if all(point.value is None for point in self.points):
            return None
        values: list[float | None] = [level.value for level in self.levels]
        for point in self.points:
            values += [point.value, point.low, point.high]
            if point.limits:
                values += [point.limits.low, point.limits.high]
        return domain(values, bounds=self.bounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """Where things are on one sheet."""

    area: Box
    y: Scale
    xs: tuple[float, ...]
    dodge: float  # between the marks of neighbouring series at one point

    @property
    def step(self) -> float:
        return self.xs[1] - self.xs[0] if len(self.xs) > 1 else self.area.right - self.area.left


def sheet(plot: TimePlot, size: Size, *, span: tuple[float, float] | None = None) -> Sheet:
    """The parts of the chart at one width, and its height; ``span`` is given where several charts share a scale."""
    span = span or plot.span()
    if span is None:
        raise ValueError("a time plot needs at least one value")
    parts: list[Markup] = []
    top = 6.0
    if len(plot.series) > 1:
        drawn, took = legend(plot.series, left=0, right=size.width, top=0)
        parts += drawn
        top += took + 4
    ends = _end_labels(plot, size)
    right = size.width - max([svg.width_of(words) + END_GAP for words, *_ in ends], default=8.0)
    ticks = {"small": 4, "narrow": 4}.get(size.word, 5)
    rough = linear(span, start=1, end=0, ticks=ticks)
    left = max(svg.width_of(text) for text in tick_texts(rough, plot.numerals)) + 8
    beside = DODGE * (len(plot.series) - 1) / 2 if len(plot.series) > BANDS_UP_TO else 0.0
    xs = positions(len(plot.labels), start=left + 8 + beside, end=right - 8 - beside)
    flags, lane_count = _event_labels(plot, xs, size.width)
    top += lane_count * LINE_HEIGHT + (4 if lane_count else 0)
    bottom = top + HEIGHTS[size.word]
    y = linear(span, start=bottom, end=top, ticks=ticks)
    step = xs[1] - xs[0] if len(xs) > 1 else right - left
    whiskers = len(plot.series) > BANDS_UP_TO
    ground = _Ground(
        area=Box(left, top, right, bottom),
        y=y,
        xs=tuple(xs),
        dodge=min(DODGE, step * 0.6 / len(plot.series)) if whiskers else 0.0,
    )
    parts += shades([each.within(plot.labels) for each in plot.stretches], xs, step, ground.area)
    parts += _axes(plot, ground, size)
    parts += _events(plot, ground, flags, lane_count, top)
    for index, each in enumerate(plot.series):
        parts += _uncertainty(plot, ground, each, index)
    parts += _levels_and_limits(plot, ground)
    for index, each in enumerate(plot.series):
        parts += _line(plot, ground, each, index)
    parts += _flag_labels(plot, ground, size)
    parts += _ends(ends, ground)
    parts += _marks(plot, ground, sparse=size.word == "small")
    return parts, bottom + 24


def tick_texts(y: Scale, numerals: Numerals) -> list[str]:
    """What stands beside the ticks: figures, with the unit where it is short."""
    signed = Numerals(unit=numerals.unit if len(numerals.unit.strip()) <= 2 else "", digits=y.decimals)
    return [signed.write(tick) for tick in y.ticks]


def _axes(plot: TimePlot, ground: _Ground, size: Size) -> list[Markup]:
    area, parts = ground.area, []
    for tick, words in zip(ground.y.ticks, tick_texts(ground.y, plot.numerals), strict=True):
        at = ground.y.at(tick)
        parts.append(svg.line(area.left, at, area.right, at, "zero" if tick == 0 else "grid"))
        parts.append(svg.text(area.left - 8, at + 4, words, anchor="end"))
    for index in fitting(plot.labels, ground.xs):
        words = plot.labels[index]
        x = kept_inside(ground.xs[index], svg.width_of(words), 0, size.width)
        parts.append(svg.line(ground.xs[index], area.bottom, ground.xs[index], area.bottom + 4, "axis"))
        parts.append(svg.text(x, area.bottom + 18, words, anchor="middle"))
    return parts


def _place_of(ground: _Ground, plot: TimePlot, series: int, index: int) -> float:
    return ground.xs[index] + (series - (len(plot.series) - 1) / 2) * ground.dodge


def _runs(values: Sequence[bool], apart: Sequence[bool] = ()) -> list[tuple[int, int]]:
    """Stretches of true values as (first, after last); one that stands apart begins a stretch."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for index, value in enumerate([*values, False]):
        if start is not None and (not value or (apart and apart[index])):
            runs.append((start, index))
            start = None
        if value and start is None:
            start = index
    return runs


def _lines(points: Sequence[Point]) -> list[tuple[int, int]]:
    """The stretches of points that one line joins."""
    return _runs([point.value is not None for point in points], [point.apart for point in points])


def _uncertainty(plot: TimePlot, ground: _Ground, series: Series, index: int) -> list[Markup]:
    tone, parts = f"s{index + 1}", []
    if not series.joined:
        return _whiskers(plot, ground, series, index)
    known = [point.value is not None and point.interval is not None for point in series.points]
    for first, last in _runs(known, [point.apart for point in series.points]):
        band = last - first > 1 and len(plot.series) <= BANDS_UP_TO
        edges = [
            (_place_of(ground, plot, index, at), point.interval)
            for at, point in enumerate(series.points[first:last], first)
        ]
        lows = [(x, ground.y.at(interval[0])) for x, interval in edges if interval]
        highs = [(x, ground.y.at(interval[1])) for x, interval in edges if interval]
        if band:
            parts.append(svg.path([*lows, *reversed(highs)], f"band {tone}", closed=True))
            continue
        for (x, low), (_, high) in zip(lows, highs, strict=True):
            parts.append(svg.line(x, low, x, high, f"whisker {tone}"))
    return parts


def _whiskers(plot: TimePlot, ground: _Ground, series: Series, index: int) -> list[Markup]:
    return [
        svg.line(x, ground.y.at(point.interval[0]), x, ground.y.at(point.interval[1]), f"whisker s{index + 1}")
        for at, point in enumerate(series.points)
        if point.value is not None and point.interval is not None
        for x in [_place_of(ground, plot, index, at)]
    ]


def _line(plot: TimePlot, ground: _Ground, series: Series, index: int) -> list[Markup]:
    return [
        svg.path(_course(plot, ground, series, index, run), f"line s{index + 1}")
        for run in (_lines(series.points) if series.joined else ())
        if run[1] - run[0] > 1
    ]


def _course(
    plot: TimePlot, ground: _Ground, series: Series, index: int, run: tuple[int, int]
) -> list[tuple[float, float]]:
    return [
        (_place_of(ground, plot, index, at), ground.y.at(point.value))
        for at, point in enumerate(series.points[run[0] : run[1]], run[0])
        if point.value is not None
    ]


def _levels_and_limits(plot: TimePlot, ground: _Ground) -> list[Markup]:
    area = ground.area
    parts = [
        svg.line(area.left, ground.y.at(level.value), area.right, ground.y.at(level.value), "target")
        for level in plot.levels
    ]
    for side in ("low", "high"):
        parts += [svg.path(steps, "limit") for steps in _limit_steps(plot, ground, side)]
    return parts


def _limit_steps(plot: TimePlot, ground: _Ground, side: str) -> list[list[tuple[float, float]]]:
    """The limit as a flight of steps: each point's own limit over the width that belongs to the point."""
    if len(plot.series) != 1:
        return []
    values: list[float | None] = [
        getattr(point.limits, side) if point.limits else None for point in plot.series[0].points
    ]
    flights = []
    for first, last in _runs([value is not None for value in values]):
        steps: list[tuple[float, float]] = []
        for index in range(first, last):
            half = ground.step / 2
            left = max(ground.xs[index] - half, ground.area.left)
            right = min(ground.xs[index] + half, ground.area.right)
            value = values[index]
            if value is not None:
                steps += [(left, ground.y.at(value)), (right, ground.y.at(value))]
        flights.append(steps)
    return flights


def _marks(plot: TimePlot, ground: _Ground, *, sparse: bool) -> list[Markup]:
    """The marks, each over an invisible field that is easy to hit; a lone series owns whole columns.

    A sparse chart marks only its last point and what must be told apart: few reviews, a flag, a point on its own.
    """
    radius = 4.0 if ground.step >= 11 and not sparse else 3.0
    parts: list[Markup] = []
    first = True
    for index, each in enumerate(plot.series):
        for at, point in enumerate(each.points):
            if point.value is None:
                continue
            x, y = _place_of(ground, plot, index, at), ground.y.at(point.value)
            named = f"{each.name}, {point.label}" if len(plot.series) > 1 else point.label
            shown = not sparse or point.few or point.flag or _alone(each.points, at) or at == len(each.points) - 1
            size = radius + (1 if point.flag else 0)
            mark = svg.mark(x, y, index, mark_class(point, index), size) if shown else Markup()
            drawn = svg.joined([_field(plot, ground, x, y), mark])
            said = f"{named}: {plot.numerals.spoken(point)}"
            parts.append(svg.linked(drawn, said=said, url=point.url, first=first and point.url is not None))
            first = first and point.url is None
    return parts


def _alone(points: Sequence[Point], at: int) -> bool:
    """Whether no line can pass through the point: its neighbours have no value."""
    before = at > 0 and points[at - 1].value is not None and not points[at].apart
    after = at + 1 < len(points) and points[at + 1].value is not None and not points[at + 1].apart
    return not (before or after)


def mark_class(point: Point, index: int) -> str:
    hollow = " mark--hollow" if point.few else ""
    return f"mark{hollow} s{index + 1}" + (" flagged" if point.flag else "")


def _field(plot: TimePlot, ground: _Ground, x: float, y: float) -> Markup:
    area = ground.area
    if len(plot.series) > 1:
        reach = max(5.0, min(12.0, ground.step / 2))
        return svg.element("circle", cx=float(x), cy=float(y), r=float(reach), class_="hit")
    half = min(ground.step / 2, 24.0)
    left, right = max(x - half, area.left), min(x + half, area.right)
    return svg.element(
        "rect",
        x=float(left),
        y=float(area.top),
        width=float(right - left),
        height=float(area.bottom - area.top),
        class_="hit",
    )


def _end_labels(plot: TimePlot, size: Size) -> list[tuple[str, float, str]]:
    """What stands right of the lines: (words, value it belongs to, class)."""
    room = size.width * MOST_MARGIN
    ends = [
        (_fitted(level.text, plot.numerals.write(level.value), room), level.value, "label")
        for level in plot.levels
        if level.text
    ]
    if len(plot.series) == 1:
        limits = [point.limits for point in plot.series[0].points if point.limits]
        for side, words in zip(("low", "high"), plot.limit_words, strict=True):
            last = next((value for each in reversed(limits) if (value := getattr(each, side)) is not None), None)
            if last is not None:
                ends.append((_fitted(words, plot.numerals.bare(last), room), last, ""))
    return ends


def _fitted(words: str, figure: str, room: float) -> str:
    """Words and figure; where room is short the words give way, never the figure."""
    return f"{svg.shortened(words, room - svg.width_of(figure) - 5)} {figure}"


def _ends(ends: Sequence[tuple[str, float, str]], ground: _Ground) -> list[Markup]:
    area = ground.area
    wanted = [ground.y.at(value) + 4 for _, value, _ in ends]
    placed = svg.spread(wanted, 15.0, area.top + 8, area.bottom + 4)
    return [
        svg.text(area.right + END_GAP - 3, y, words, class_=class_ or None)
        for (words, _, class_), y in zip(ends, placed, strict=True)
    ]


def _event_labels(plot: TimePlot, xs: Sequence[float], width: float) -> tuple[list[tuple[float, str, float, int]], int]:
    """(x of the event, words, left of the words, lane) for each event on the axis, and how many lanes that takes."""
    at: dict[str, list[str]] = {}
    for event in plot.events:
        at.setdefault(event.at, []).append(event.text)
    for stretch in plot.stretches:
        at.setdefault(stretch.first, []).append(stretch.text)
    seen = [(xs[index], ", ".join(at[label])) for index, label in enumerate(plot.labels) if label in at]
    spans = []
    for x, words in seen:
        shown = svg.shortened(words, width * 0.6)
        wide = svg.width_of(shown) + 8
        left = min(x + 5, width - wide)
        spans.append((x, shown, left, (min(left, x) - 4, left + wide)))
    lane_of = lanes([extent for *_, extent in spans])
    flags = [(x, words, left, lane) for (x, words, left, _), lane in zip(spans, lane_of, strict=True)]
    return flags, max(lane_of, default=-1) + 1


def _events(
    plot: TimePlot, ground: _Ground, flags: Sequence[tuple[float, str, float, int]], count: int, top: float
) -> list[Markup]:
    lines, words = [], []
    for x, text, left, lane in flags:
        base = top - 4 - LINE_HEIGHT * (count - 1 - lane) - 4
        lines.append(svg.line(x, base - 9, x, ground.area.bottom, "event"))
        lines.append(svg.mark(x, ground.area.bottom, 2, "event-mark", 3.5))
        words.append(svg.text(left, base, text, class_="event-label halo"))
    return [*lines, *words]


def _flag_labels(plot: TimePlot, ground: _Ground, size: Size) -> list[Markup]:
    """One label for each run of points with the same flag, at the point farthest from the rest."""
    if not any(point.flag for point in plot.points):
        return []
    taken: list[Box] = []
    labels = []
    for index, each in enumerate(plot.series):
        known = [value for point in each.points if (value := point.value) is not None]
        middle = sum(known) / len(known) if known else 0.0
        for run in _lines(each.points):
            taken += placing.boxes_along(_course(plot, ground, each, index, run))
        for at, point in enumerate(each.points):
            if point.value is not None:
                x, y = _place_of(ground, plot, index, at), ground.y.at(point.value)
                taken.append(placing.around(x, y, 6.0))
        for first, last in _flag_runs(each.points):
            at = max(range(first, last), key=lambda i: abs((each.points[i].value or 0.0) - middle))
            point = each.points[at]
            x, y = _place_of(ground, plot, index, at), ground.y.at(point.value or 0.0)
            labels.append(placing.Wanted(words=_flag_words(plot, point, last - first), x=x, y=y))
    for side in ("low", "high"):
        for steps in _limit_steps(plot, ground, side):
            taken += placing.boxes_along(steps)
    for level in plot.levels:
        at_level = ground.y.at(level.value)
        taken.append(Box(ground.area.left, at_level - 2, ground.area.right, at_level + 2))
    return placing.place(labels, taken=taken, area=Box(2, ground.area.top - 2, size.width - 2, ground.area.bottom))


def _flag_words(plot: TimePlot, point: Point, count: int) -> str:
    return f"{point.flag}, {plot.numerals.write(point.value)}" if count == 1 else f"{point.flag}, {count} in a row"


def _flag_runs(points: Sequence[Point]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for first, last in _runs([point.flag is not None and point.value is not None for point in points]):
        start = first
        for index in range(first + 1, last + 1):
            if index == last or points[index].flag != points[start].flag:
                runs.append((start, index))
                start = index
    return runs
