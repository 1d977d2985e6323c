"""Values over time: lines with their bands, control charts, small multiples, sparklines."""

from collections.abc import Sequence
from html import escape

from qa.core.charts import svg
from qa.core.charts.frame import nothing, whole
from qa.core.charts.scale import domain, positions
from qa.core.charts.svg import Svg
from qa.core.charts.timemarks import DENSE, MANY, mark_class
from qa.core.charts.timeplot import Ground, Level, TimePlot
from qa.core.charts.timesheet import ground, legend, sheet
from qa.core.charts.values import (
    NOTE,
    PLAIN,
    VALUE_COLUMNS,
    Chart,
    DataTable,
    Event,
    Numerals,
    Point,
    Series,
    Stretch,
    note_on,
)

MOST_SERIES = svg.SHAPES


def line_chart(
    series: Sequence[Series],
    *,
    name: str,
    axis: str = "Week",
    numerals: Numerals = PLAIN,
    target: float | None = None,
    target_text: str = "mark",
    bounds: tuple[float, float] | None = None,
    events: Sequence[Event] = (),
    stretches: Sequence[Stretch] = (),
    further: Sequence[tuple[float, str]] = (),
    from_zero: bool = False,
) -> Chart:
    """Up to six series over the same labels: bands for one or two, whiskers side by side for more.

    An event or stretch whose label is not on the axis is left out. ``bounds`` are those of the measure (0, 100);
    ``further`` are levels beside the target, each with its word. Counts are drawn ``from_zero``.
    ``ValueError`` when the series have different labels or are too many to be told apart.
    """
    _check(series)
    levels = [*([] if target is None else [(target, target_text)]), *further]
    plot = TimePlot(
        series=tuple(series),
        numerals=numerals,
        levels=tuple(Level(value=value, text=text) for value, text in levels),
        events=tuple(events),
        bounds=bounds,
        stretches=tuple(stretches),
        from_zero=from_zero,
    )
    return _time_chart(plot, name=name, axis=axis, kind="line")


def control_chart(
    points: Sequence[Point],
    *,
    name: str,
    axis: str = "Week",
    numerals: Numerals = PLAIN,
    center: float | None = None,
    center_text: str = "mean",
    limit_texts: tuple[str, str] = ("lower limit", "upper limit"),
    bounds: tuple[float, float] | None = None,
    events: Sequence[Event] = (),
) -> Chart:
    """A run of points with each point's own limits; points with a ``flag`` stand out and are labelled."""
    _check([Series(name=name, points=tuple(points))])
    plot = TimePlot(
        series=(Series(name=name, points=tuple(points)),),
        numerals=numerals,
        levels=() if center is None else (Level(value=center, text=center_text),),
        events=tuple(events),
        bounds=bounds,
        limit_words=limit_texts,
    )
    return _time_chart(plot, name=name, axis=axis, kind="control")


def small_multiples(
    series: Sequence[Series],
    *,
    name: str,
    axis: str = "Week",
    numerals: Numerals = PLAIN,
    target: float | None = None,
    bounds: tuple[float, float] | None = None,
) -> Chart:
    """One small chart a series, all on the same scale, with its last value in words."""
    levels = () if target is None else (Level(value=target, text=""),)
    everything = TimePlot(series=tuple(series), numerals=numerals, bounds=bounds, levels=levels)
    table = _table(everything, axis=axis)
    span = everything.span() if series else None
    if span is None:
        return Chart(picture=nothing(), table=table)
    cells = []
    on: dict[tuple[str, ...], Ground] = {}
    for each, written in zip(series, everything.cells, strict=True):
        plot = TimePlot(series=(each,), numerals=numerals, levels=levels, small=True)
        plot.__dict__["cells"] = [written]
        labels = tuple(plot.labels)
        if labels not in on:
            on[labels] = ground(labels, span, numerals, small=True)
        cells.append(_cell(plot, on[labels]))
    listed = f'<ul class="small-multiples" aria-label="{escape(name)}">{"".join(cells)}</ul>'
    return Chart(picture=whole(Svg(listed)), table=table)


def _cell(plot: TimePlot, on: Ground) -> Svg:
    """One of the small charts under its name and its last value in words."""
    (each,), name = plot.series, escape(plot.series[0].name)
    last = next((at for at in reversed(range(len(each.points))) if each.points[at].value is not None), None)
    if last is None:
        said, drawn = "no value", '<p class="soft small">No value in this period.</p>'
    else:
        point = each.points[last]
        said = f"{point.label}: {plot.numerals.spoken(point, plot.cells[0][last])}"
        drawn = f'<div class="chart chart--small">{sheet(plot, on, name=each.name, about=_about(plot))}</div>'
    title = f'<a href="{escape(each.url)}">{name}</a>' if each.url else name
    return Svg(
        f'<li class="multiple"><div class="multiple__head"><span class="multiple__name">{title}</span>'
        f'<span class="multiple__last">{escape(said)}</span></div>{drawn}</li>'
    )


def sparkline(points: Sequence[Point], *, name: str, axis: str = "Week", numerals: Numerals = PLAIN) -> Chart:
    """A line the size of a word, for a cell of a table; its band, and a mark on the last value."""
    width, height = 96.0, 24.0
    plot = TimePlot(series=(Series(name=name, points=tuple(points)),), numerals=numerals)
    table = _table(plot, axis=axis)
    span = domain([value for point in points for value in (point.value, point.low, point.high)])
    known = [index for index, point in enumerate(points) if point.value is not None]
    if span is None or not known:
        empty = svg.drawing(
            [svg.line(4, height / 2, width - 4, height / 2, "grid")],
            width=width,
            height=height,
            name=f"{name}: no value",
            about="No value yet.",
            kind="sparkline",
            links=False,
        )
        return Chart(picture=whole(empty), table=table)
    xs = positions(len(points), start=5, end=width - 5)
    low, high = span
    y = [
        None if point.value is None else height - 4 - (height - 8) * (point.value - low) / (high - low)
        for point in points
    ]
    parts: list[Svg] = _spark_band(points, xs, span, height)
    run: list[tuple[float, float]] = []
    for x, at in [*zip(xs, y, strict=True), (0.0, None)]:
        if at is not None:
            run.append((x, at))
            continue
        if len(run) > 1:
            parts.append(svg.path(run, "line s1"))
        run = []
    last = points[known[-1]]
    parts.append(svg.mark(xs[known[-1]], y[known[-1]] or 0.0, 0, mark_class(last, 0), 3.0))
    drawn = svg.drawing(
        parts,
        width=width,
        height=height,
        name=f"{name}: {last.label} {numerals.spoken(last)}",
        about=f"From {points[0].label} to {points[-1].label}.",
        kind="sparkline",
        links=False,
    )
    return Chart(picture=whole(drawn), table=table)


def _spark_band(points: Sequence[Point], xs: Sequence[float], span: tuple[float, float], height: float) -> list[Svg]:
    low, high = span

    def at(value: float) -> float:
        return height - 4 - (height - 8) * (value - low) / (high - low)

    parts: list[Svg] = []
    run: list[tuple[float, tuple[float, float]]] = []
    stops = [(x, point.interval if point.value is not None else None) for x, point in zip(xs, points, strict=True)]
    for x, interval in [*stops, (0.0, None)]:
        if interval is not None:
            run.append((x, interval))
            continue
        if len(run) > 1:
            lows = [(place, at(each[0])) for place, each in run]
            highs = [(place, at(each[1])) for place, each in reversed(run)]
            parts.append(svg.path([*lows, *highs], "band s1", closed=True))
        run = []
    return parts


def _check(series: Sequence[Series]) -> None:
    if len(series) > MOST_SERIES:
        raise ValueError(f"{len(series)} series cannot be told apart; use small_multiples above {MOST_SERIES}")
    for each in series[1:]:
        if [point.label for point in each.points] != [point.label for point in series[0].points]:
            raise ValueError(f"the labels of {each.name!r} are not those of {series[0].name!r}")


def _time_chart(plot: TimePlot, *, name: str, axis: str, kind: str) -> Chart:
    table = _table(plot, axis=axis)
    span = plot.span() if plot.series else None
    if span is None:
        return Chart(picture=nothing(), table=table)
    key = legend(plot.series) if len(plot.series) > 1 else ""
    crowd = " chart--dense" if len(plot.labels) > DENSE else " chart--many" if len(plot.labels) > MANY else ""
    drawn = sheet(plot, ground(plot.labels, span, plot.numerals, small=False), name=name, about=_about(plot))
    return Chart(picture=whole(Svg(f'<div class="chart chart--{kind}{crowd}">{key}{drawn}</div>')), table=table)


def _about(plot: TimePlot) -> str:
    labels = plot.labels
    joined = sum(each.joined for each in plot.series)
    lines = "One line" if joined == 1 else f"{joined} lines"
    lines += " and marks beside it" if joined < len(plot.series) else ""
    flagged = sum(point.flag is not None for point in plot.points)
    said = f"{lines} from {labels[0]} to {labels[-1]}; each value with its interval is in the data table."
    return said + (f" {flagged} flagged." if flagged else "")


def _table(plot: TimePlot, *, axis: str) -> DataTable:
    several = len(plot.series) > 1
    labels = plot.labels if plot.series else []
    said = {place: stretch.text for stretch in plot.stretches for place in stretch.within(labels)}
    happened = _happened(plot, labels)
    limited = any(point.limits for point in plot.points)
    noted = bool(said or happened) or any(point.flag or point.few for point in plot.points)
    columns = [f"Series, {axis.lower()}" if several else axis, *VALUE_COLUMNS]
    columns += ["Lower limit", "Upper limit"] if limited else []
    columns += [NOTE] if noted else []
    rows: list[tuple[str, ...]] = []
    urls = []
    for at, (each, written) in enumerate(zip(plot.series, plot.cells, strict=True)):
        before = f"{each.name}, " if several else ""
        for place, (point, cells) in enumerate(zip(each.points, written, strict=True)):
            row: tuple[str, ...] = (before + point.label, *cells)
            if limited:
                low, high = (point.limits.low, point.limits.high) if point.limits else (None, None)
                row += (plot.numerals.bare(low), plot.numerals.bare(high))
            if noted:
                notes = [note_on(point) if point.flag or point.few else "", said.get(place, "")]
                notes += happened.get((at, place), [])
                row += ("; ".join(note for note in notes if note),)
            rows.append(row)
            urls.append(point.url)
    return DataTable(columns=tuple(columns), rows=tuple(rows), urls=tuple(urls), words=(NOTE,))


def _happened(plot: TimePlot, labels: Sequence[str]) -> dict[tuple[int, int], list[str]]:
    """The events by series and place: in one row, of the first series that has a value there."""
    found: dict[tuple[int, int], list[str]] = {}
    for event in plot.events:
        if event.at not in labels:
            continue
        place = labels.index(event.at)
        valued = (at for at, each in enumerate(plot.series) if each.points[place].value is not None)
        found.setdefault((next(valued, 0), place), []).append(event.text)
    return found
