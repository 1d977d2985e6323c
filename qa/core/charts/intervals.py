"""Estimates with their intervals, one a row, against a reference."""

from collections.abc import Sequence

from qa.core.charts import svg
from qa.core.charts.frame import LINE_HEIGHT, Sheet, Size, in_sizes, kept_inside, nothing
from qa.core.charts.rowplot import RowPlot, RowText, row_plot
from qa.core.charts.scale import domain
from qa.core.charts.svg import Svg
from qa.core.charts.values import NOTE, PLAIN, VALUE_COLUMNS, Chart, DataTable, Numerals, Row, note_on
from qa.core.numerals import number


def interval_plot(
    rows: Sequence[Row],
    *,
    name: str,
    axis: str,
    numerals: Numerals = PLAIN,
    reference: float | None = None,
    reference_text: str = "",
    tolerance: tuple[float, float] | None = None,
    bounds: tuple[float, float] | None = None,
) -> Chart:
    """A whisker and mark a row; ``reference`` is a line (0, a team's mean), ``tolerance`` a shaded range.

    ``axis`` names what the rows are, for the table's head.
    """
    table = row_table(rows, axis=axis, numerals=numerals)
    known = [value for row in rows for value in (row.value, row.low, row.high)]
    if all(row.value is None for row in rows):
        return Chart(picture=nothing(), table=table)
    span = domain([*known, reference, *(tolerance or ())], bounds=bounds)
    if span is None:
        raise ValueError("no value to draw")  # cannot be: one row has a value

    def draw(size: Size) -> Sheet:
        top = 4.0 + (LINE_HEIGHT if reference_text else 0)
        plot = row_plot(size, texts=[row_text(row, numerals) for row in rows], span=span, numerals=numerals, top=top)
        parts = _tolerance(plot, tolerance) + plot.ground()
        if reference is not None:
            parts += reference_line(plot, reference, reference_text)
        first = True
        for index, row in enumerate(rows):
            marks = svg.joined([plot.field(index), *plot.words(index), *_interval(plot, index, row)])
            parts.append(
                svg.linked(
                    marks, said=f"{row.label}: {numerals.spoken(row)}", url=row.url, first=first and bool(row.url)
                )
            )
            first = first and row.url is None
        return parts, plot.height

    about = f"{len(rows)} rows with their intervals, also in the data table."
    drawn = in_sizes(draw, name=name, about=about, kind="intervals", links=any(row.url for row in rows))
    return Chart(picture=drawn, table=table)


def row_text(row: Row, numerals: Numerals) -> RowText:
    """A row's words: its name and note, and its value with interval and n."""
    interval = ""
    if row.value is None:
        interval = "no value"
    elif row.interval:
        interval = f"{numerals.bare(row.low)} to {numerals.bare(row.high)}"
    return RowText(
        label=row.label,
        value="" if row.value is None else numerals.write(row.value),
        interval=interval,
        n="" if row.n is None else f"n {number(row.n, 0)}",
        note=row.flag or ("too few" if row.few else ""),
        flagged=row.flag is not None,
        good=row.good,
        few=row.few,
    )


def row_table(rows: Sequence[Row], *, axis: str, numerals: Numerals) -> DataTable:
    noted = any(note_on(row) for row in rows)
    return DataTable(
        columns=(axis, *VALUE_COLUMNS, *((NOTE,) if noted else ())),
        rows=tuple(
            (row.label, *cells, *((note_on(row),) if noted else ()))
            for row, cells in zip(rows, numerals.cells(rows), strict=True)
        ),
        urls=tuple(row.url for row in rows),
        words=(NOTE,),
    )


def reference_line(plot: RowPlot, value: float, words: str) -> list[Svg]:
    """The line all rows are compared with, its name above it."""
    parts = plot.across(value, "target")
    if words:
        middle = kept_inside(plot.x.at(value), svg.width_of(words), 0, plot.size.width)
        parts.append(svg.text(middle, plot.top - 7, words, anchor="middle", class_="label"))
    return parts


def _tolerance(plot: RowPlot, tolerance: tuple[float, float] | None) -> list[Svg]:
    if tolerance is None:
        return []
    left, right = plot.x.at(tolerance[0]), plot.x.at(tolerance[1])
    return [svg.rect(left, top, right - left, bottom - top, "tolerance") for top, bottom in plot.stretches()]


def _interval(plot: RowPlot, index: int, row: Row) -> list[Svg]:
    if row.value is None:
        return []
    y, flagged = plot.middle(index), row.flag_class
    parts = []
    if row.low is not None and row.high is not None:
        low, high = plot.x.at(row.low), plot.x.at(row.high)
        parts.append(svg.line(low, y, high, y, f"whisker s1{flagged}"))
        parts += [svg.line(end, y - 4, end, y + 4, f"whisker s1{flagged}") for end in (low, high)]
    hollow = " mark--hollow" if row.few else ""
    parts.append(svg.mark(plot.x.at(row.value), y, 3 if row.flag else 0, f"mark{hollow} s1{flagged}", 4.5))
    return parts
