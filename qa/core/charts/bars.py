"""Amounts as lengths: one bar a row, or a row made of parts."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.core.charts import svg
from qa.core.charts.frame import LINE_HEIGHT, Sheet, Size, in_sizes, nothing
from qa.core.charts.intervals import reference_line, row_table, row_text
from qa.core.charts.rowplot import RowPlot, RowText, row_plot
from qa.core.charts.scale import domain
from qa.core.charts.svg import Svg
from qa.core.charts.values import FEW, PLAIN, Chart, DataTable, Numerals, Row
from qa.core.numerals import number

THICK = 14.0
SIGN = 14.0  # what the mark of a part takes
PERCENT = Numerals(unit=" %", digits=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedRow:
    """One row: how many of its n fell into each part, in the order of the parts' names."""

    label: str
    counts: tuple[int, ...]
    url: str | None = None

    def __post_init__(self) -> None:
        if any(count < 0 for count in self.counts):
            raise ValueError(f"a count of {self.label!r} is negative: {self.counts}")

    @property
    def n(self) -> int:
        return sum(self.counts)


def bar_chart(
    rows: Sequence[Row],
    *,
    name: str,
    axis: str,
    numerals: Numerals = PLAIN,
    reference: float | None = None,
    reference_text: str = "",
    bounds: tuple[float, float] | None = None,
) -> Chart:
    """Bars from zero with their intervals as whiskers; a bar over n under 5 is hollow."""
    table = row_table(rows, axis=axis, numerals=numerals)
    if all(row.value is None for row in rows):
        return Chart(picture=nothing(), table=table)
    known = [value for row in rows for value in (row.value, row.low, row.high)]
    span = domain([*known, reference, 0.0], bounds=bounds)
    if span is None:
        raise ValueError("no value to draw")  # cannot be: one row has a value
    low, high = (0.0 if span[0] < 0 <= min(v for v in known if v is not None) else span[0]), span[1]

    def draw(size: Size) -> Sheet:
        top = 4.0 + (LINE_HEIGHT if reference_text else 0)
        texts = [row_text(row, numerals) for row in rows]
        plot = row_plot(size, texts=texts, span=(low, high), numerals=numerals, top=top)
        parts = plot.ground()
        first = True
        for index, row in enumerate(rows):
            drawn = svg.joined([plot.field(index), *plot.words(index), *_bar(plot, index, row)])
            said = f"{row.label}: {numerals.spoken(row)}"
            parts.append(svg.linked(drawn, said=said, url=row.url, first=first and bool(row.url)))
            first = first and row.url is None
        if reference is not None:
            parts += reference_line(plot, reference, reference_text)
        return parts, plot.height

    about = f"{len(rows)} bars with their intervals, also in the data table."
    drawn = in_sizes(draw, name=name, about=about, kind="bars", links=any(row.url for row in rows))
    return Chart(picture=drawn, table=table)


def stacked_bars(rows: Sequence[StackedRow], *, parts: Sequence[str], name: str, axis: str) -> Chart:
    """Each row as shares of its n, in up to six named parts; a row with n under 5 is drawn in outline."""
    if not 1 <= len(parts) <= svg.SHAPES:
        raise ValueError(f"{len(parts)} parts cannot be told apart; between 1 and {svg.SHAPES} can")
    for row in rows:
        if len(row.counts) != len(parts):
            raise ValueError(f"{row.label!r} has {len(row.counts)} counts for {len(parts)} parts")
    table = DataTable(
        columns=(axis, *(f"{part}, {what}" for part in parts for what in ("count", "share")), "n"),
        rows=tuple(
            (row.label, *(text for count in row.counts for text in _counted(count, row.n)), number(row.n, 0))
            for row in rows
        ),
        urls=tuple(row.url for row in rows),
    )
    if all(row.n == 0 for row in rows):
        return Chart(picture=nothing(), table=table)

    def draw(size: Size) -> Sheet:
        drawn, took = _parts_legend(parts, size)
        texts = [
            RowText(label=row.label, n=f"n {number(row.n, 0)}", note="too few" if 0 < row.n < FEW else "")
            for row in rows
        ]
        plot = row_plot(size, texts=texts, span=(0.0, 100.0), numerals=PERCENT, top=took + 4)
        drawn += plot.ground()
        first = True
        for index, row in enumerate(rows):
            content = svg.joined([plot.field(index), *plot.words(index), *_stack(plot, index, row)])
            said = f"{row.label}: " + ", ".join(
                f"{part} {' or '.join(_counted(count, row.n)[1:])} ({number(count, 0)})"
                for part, count in zip(parts, row.counts, strict=True)
            )
            drawn.append(svg.linked(content, said=said, url=row.url, first=first and bool(row.url)))
            first = first and row.url is None
        return drawn, plot.height

    about = f"{len(rows)} rows in {len(parts)} parts: {', '.join(parts)}. The shares are in the data table."
    drawn = in_sizes(draw, name=name, about=about, kind="stacked", links=any(row.url for row in rows))
    return Chart(picture=drawn, table=table)


def _counted(count: int, n: int) -> tuple[str, str]:
    return number(count, 0), PERCENT.write(100 * count / n if n else None)


def _bar(plot: RowPlot, index: int, row: Row) -> list[Svg]:
    if row.value is None:
        return []
    y, zero, end = plot.middle(index), plot.x.at(0.0), plot.x.at(row.value)
    flagged = row.flag_class
    hollow = " bar--hollow" if row.few else ""
    parts = [svg.rect(min(zero, end), y - THICK / 2, abs(end - zero), THICK, f"bar{hollow} s1{flagged}")]
    if row.low is not None and row.high is not None:
        low, high = plot.x.at(row.low), plot.x.at(row.high)
        parts.append(svg.line(low, y, high, y, f"whisker s1{flagged}"))
        parts += [svg.line(at, y - 4, at, y + 4, f"whisker s1{flagged}") for at in (low, high)]
    return parts


def _stack(plot: RowPlot, index: int, row: StackedRow) -> list[Svg]:
    y = plot.middle(index)
    parts: list[Svg] = []
    before = 0
    hollow = " part--hollow" if row.n < FEW else ""
    for which, count in enumerate(row.counts):
        if count == 0:
            continue
        left, right = plot.x.at(100 * before / row.n), plot.x.at(100 * (before + count) / row.n)
        before += count
        wide = max(right - left - 1.5, 1.0)
        parts.append(svg.rect(left, y - THICK / 2 - 1, wide, THICK + 2, f"part{hollow} s{which + 1}"))
        share, inside = PERCENT.write(100 * count / row.n), f"part-label{' part-label--hollow' if hollow else ''}"
        middle, room = left + wide / 2, svg.width_of(share) + 8
        marked = room + SIGN <= wide
        if marked or SIGN <= wide < room:  # without colour the mark alone tells the parts apart
            at = middle - (room - 8) / 2 - 3 if marked else middle
            parts.append(svg.mark(at, y, which, f"part-mark{hollow and ' part-mark--hollow'} s{which + 1}"))
        if room <= wide:
            shift = SIGN / 2 if marked else 0.0
            parts.append(svg.text(middle + shift, y + 4, share, anchor="middle", class_=inside))
    return parts


def _parts_legend(parts: Sequence[str], size: Size) -> tuple[list[Svg], float]:
    drawn: list[Svg] = []
    x, y = 0.0, 8.0
    for index, part in enumerate(parts):
        words = svg.shortened(part, size.width - 24)
        wide = 20 + svg.width_of(words) + 14
        if x > 0 and x + wide > size.width:
            x, y = 0.0, y + LINE_HEIGHT + 2
        drawn.append(svg.rect(x, y - 7, 14, 14, f"part s{index + 1}"))
        drawn.append(svg.mark(x + 7, y, index, f"part-mark s{index + 1}"))
        drawn.append(svg.text(x + 20, y + 4, words, class_="label"))
        x += wide
    return drawn, y + 12
