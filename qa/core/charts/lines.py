"""Values over time: lines with their bands, control charts, small multiples, sparklines."""

from collections.abc import Sequence

from markupsafe import Markup

from qa.core.charts import svg
from qa.core.charts.frame import Size, in_sizes, nothing
from qa.core.charts.scale import domain, positions
from qa.core.charts.timeplot import Level, TimePlot, mark_class, sheet
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
SMALL = 300.0


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
) -> Chart:
    """Up to six series over the same labels: bands for one or two, whiskers side by side for more.

    An event or stretch whose label is not on the axis is left out. ``bounds`` are those of the measure (0, 100);
    ``further`` are levels beside the target, each with its word.
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
    everything = TimePlot(
        series=tuple(series),
        numerals=numerals,
        bounds=bounds,
        levels=() if target is None else (Level(value=target, text=""),),
    )
    span = everything.span() if series else None
    table = _table(series, axis=axis, numerals=numerals)
    if span is None:
        return Chart(svg=nothing(name), table=table)
    cells = []
    for each in series:
        title = svg.element("a", each.name, href=each.url) if each.url else svg.element("span", each.name)
        last = next((point for point in reversed(each.points) if point.value is not None), None)
        said = "no value" if last is None else f"{last.label}: {numerals.spoken(last)}"
        head = svg.element(
            "div",
            svg.element("span", title, class_="multiple__name"),
            svg.element("span", said, class_="multiple__last"),
            class_="multiple__head",
        )
        drawn = _small(each, span=span, numerals=numerals, target=target)
        cells.append(svg.element("li", head, drawn, class_="multiple"))
    listed = svg.element("ul", svg.joined(cells), class_="small-multiples", aria_label=name)
    return Chart(svg=listed, table=table)


def sparkline(points: Sequence[Point], *, name: str, axis: str = "Week", numerals: Numerals = PLAIN) -> Chart:
    """A line the size of a word, for a cell of a table; its band, and a mark on the last value."""
    width, height = 96.0, 24.0
    table = _table([Series(name=name, points=tuple(points))], axis=axis, numerals=numerals)
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
        return Chart(svg=empty, table=table)
    xs = positions(len(points), start=5, end=width - 5)
    low, high = span
    y = [
        None if point.value is None else height - 4 - (height - 8) * (point.value - low) / (high - low)
        for point in points
    ]
    parts: list[Markup] = _spark_band(points, xs, span, height)
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
    return Chart(svg=drawn, table=table)


def _spark_band(points: Sequence[Point], xs: Sequence[float], span: tuple[float, float], height: float) -> list[Markup]:
    low, high = span

    def at(value: float) -> float:
        return height - 4 - (height - 8) * (value - low) / (high - low)

    parts: list[Markup] = []
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


def _small(series: Series, *, span: tuple[float, float], numerals: Numerals, target: float | None) -> Markup:
    if all(point.value is None for point in series.points):
        return svg.element("p", "No value in this period.", class_="soft small")
    plot = TimePlot(
        series=(series,),
        numerals=numerals,
        levels=() if target is None else (Level(value=target, text=""),),
        bounds=span,
    )
    parts, height = sheet(plot, Size(word="small", width=SMALL), span=span)
    return svg.drawing(
        parts,
        width=SMALL,
        height=height,
        name=series.name,
        about=_about(plot),
        kind="chart--line chart--small",
        links=any(point.url for point in series.points),
    )


def _check(series: Sequence[Series]) -> None:
    if len(series) > MOST_SERIES:
        raise ValueError(f"{len(series)} series cannot be told apart; use small_multiples above {MOST_SERIES}")
    for each in series[1:]:
        if [point.label for point in each.points] != [point.label for point in series[0].points]:
            raise ValueError(f"the labels of {each.name!r} are not those of {series[0].name!r}")


def _time_chart(plot: TimePlot, *, name: str, axis: str, kind: str) -> Chart:
    table = _table(plot.series, axis=axis, numerals=plot.numerals, stretches=plot.stretches)
    if not plot.series or plot.span() is None:
        return Chart(svg=nothing(name), table=table)
    drawn = in_sizes(
        lambda size: sheet(plot, size),
        name=name,
        about=_about(plot),
        kind=kind,
        links=any(point.url for point in plot.points),
    )
    return Chart(svg=drawn, table=table)


def _about(plot: TimePlot) -> str:
    labels = plot.labels
    joined = sum(each.joined for each in plot.series)
    lines = "One line" if joined == 1 else f"{joined} lines"
    lines += " and marks beside it" if joined < len(plot.series) else ""
    flagged = sum(point.flag is not None for point in plot.points)
    said = f"{lines} from {labels[0]} to {labels[-1]}; each value with its interval is in the data table."
    return said + (f" {flagged} flagged." if flagged else "")


def _table(series: Sequence[Series], *, axis: str, numerals: Numerals, stretches: Sequence[Stretch] = ()) -> DataTable:
    several = len(series) > 1
    labels = [point.label for point in series[0].points] if series else []
    said = {place: stretch.text for stretch in stretches for place in stretch.within(labels)}
    limited = any(point.limits for each in series for point in each.points)
    noted = bool(said) or any(note_on(point) for each in series for point in each.points)
    columns = [f"Series, {axis.lower()}" if several else axis, *VALUE_COLUMNS]
    columns += ["Lower limit", "Upper limit"] if limited else []
    columns += [NOTE] if noted else []
    rows, urls = [], []
    for each in series:
        for place, point in enumerate(each.points):
            row = [f"{each.name}, {point.label}" if several else point.label, *numerals.cells(point)]
            if limited:
                row += [numerals.bare(point.limits.low if point.limits else None)]
                row += [numerals.bare(point.limits.high if point.limits else None)]
            if noted:
                row += ["; ".join(word for word in (note_on(point), said.get(place)) if word)]
            rows.append(tuple(row))
            urls.append(point.url)
    return DataTable(columns=tuple(columns), rows=tuple(rows), urls=tuple(urls), words=(NOTE,))
