"""Single values side by side: what each person gave, one row a thing, against what was agreed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from qa.core.charts import svg
from qa.core.charts.frame import LINE_HEIGHT, Sheet, Size, in_sizes, nothing
from qa.core.charts.rowplot import RowPlot, RowText, Tick, row_plot
from qa.core.charts.scale import domain
from qa.core.charts.svg import Svg
from qa.core.charts.values import PLAIN, Chart, DataTable, Numerals
from qa.core.numerals import NOTHING

APART = 7.0  # between dots that would lie on each other


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One person's value; ``None`` is "not applicable" or "not given" and stands in the table only."""

    label: str
    value: float | None
    url: str | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.value is not None and not isfinite(self.value):
            raise ValueError(f"the value of {self.label!r} is not a finite number: {self.value}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DotRow:
    """The dots of one thing and the value that was agreed on, if any."""

    label: str
    dots: tuple[Dot, ...]
    reference: float | None = None
    url: str | None = None


def dot_plot(
    rows: Sequence[DotRow],
    *,
    name: str,
    axis: str,
    numerals: Numerals = PLAIN,
    reference_text: str = "consensus",
    ticks: Sequence[Tick] = (),
    bounds: tuple[float, float] | None = None,
) -> Chart:
    """Every dot of every row; up to six people each get a shape of their own.

    ``ticks`` names the values of an ordinal scale: ((0, "No"), (1, "Partly"), (2, "Yes")).
    """
    people = list(dict.fromkeys(dot.label for row in rows for dot in row.dots))
    shapes = {person: index for index, person in enumerate(people)} if len(people) <= svg.SHAPES else {}
    agreed = any(row.reference is not None for row in rows)
    written = dict(ticks)

    def said(value: float | None) -> str:
        return numerals.write(value) if value is None else written.get(value, numerals.write(value))

    table = _table(rows, people=people, axis=axis, reference_text=reference_text, said=said)
    values = [dot.value for row in rows for dot in row.dots] + [row.reference for row in rows]
    span = domain([*values, *written], bounds=bounds)
    if span is None or all(value is None for value in values):
        return Chart(picture=nothing(), table=table)
    if ticks:
        air = (max(written) - min(written)) * 0.06 or 1.0
        span = min(written) - air, max(written) + air

    def draw(size: Size) -> Sheet:
        parts, took = _people_legend(people if shapes else (), reference_text if agreed else "", size)
        texts = [RowText(label=row.label, interval=_figures(row, said)) for row in rows]
        plot = row_plot(size, texts=texts, span=span, numerals=numerals, top=took + 4, ticks=ticks)
        parts += plot.ground()
        first = True
        for index, row in enumerate(rows):
            middle = plot.middle(index)
            parts += plot.words(index)
            if row.reference is not None:
                at = plot.x.at(row.reference)
                parts.append(svg.line(at, middle - 11, at, middle + 11, "agreed"))
            for dot, place in zip(row.dots, _places(row, plot, middle), strict=True):
                if place is None:
                    continue
                shape = shapes.get(dot.label, 0)
                mark = svg.joined(
                    [
                        svg.circle(*place, 7, "hit"),
                        svg.mark(*place, shape, f"mark s{shape + 1}", 4.0),
                    ]
                )
                words = f"{row.label}, {dot.label}: {said(dot.value)}" + (f", {dot.note}" if dot.note else "")
                parts.append(svg.linked(mark, said=words, url=dot.url, first=first and bool(dot.url)))
                first = first and dot.url is None
        return parts, plot.height

    drawn = in_sizes(
        draw,
        name=name,
        about=f"{len(rows)} rows of single values by {len(people)} people, also in the data table.",
        kind="dots",
        links=any(dot.url for row in rows for dot in row.dots),
    )
    return Chart(picture=drawn, table=table)


def _figures(row: DotRow, said: Callable[[float | None], str]) -> str:
    """How far the row's dots lie apart, or that nobody gave a value."""
    given = [dot.value for dot in row.dots if dot.value is not None]
    if not given:
        return "no value"
    if min(given) == max(given):
        return said(given[0]) if len(given) == 1 else f"all {said(given[0])}"
    return f"{said(min(given))} to {said(max(given))}"


def _places(row: DotRow, plot: RowPlot, middle: float) -> list[tuple[float, float] | None]:
    """Where each dot stands: those of (nearly) one value side by side, centred on the value."""
    groups: dict[int, list[int]] = {}
    for index, dot in enumerate(row.dots):
        if dot.value is not None:
            groups.setdefault(round(plot.x.at(dot.value) / APART), []).append(index)
    placed: list[tuple[float, float] | None] = [None] * len(row.dots)
    for indices in groups.values():
        for order, index in enumerate(indices):
            value = row.dots[index].value
            if value is not None:
                shift = (order - (len(indices) - 1) / 2) * APART
                placed[index] = plot.x.at(value) + shift, middle
    return placed


def _people_legend(people: Sequence[str], agreed: str, size: Size) -> tuple[list[Svg], float]:
    """Whose mark is whose, and what the bar through a row is."""
    entries: list[tuple[str, int | None]] = [(person, index) for index, person in enumerate(people)]
    if agreed:
        entries.append((agreed, None))
    parts: list[Svg] = []
    x, y = 0.0, 8.0
    for words, shape in entries:
        shown = svg.shortened(words, size.width - 24)
        wide = 16 + svg.width_of(shown) + 14
        if x > 0 and x + wide > size.width:
            x, y = 0.0, y + LINE_HEIGHT + 2
        if shape is None:
            parts.append(svg.line(x + 5, y - 7, x + 5, y + 7, "agreed"))
        else:
            parts.append(svg.mark(x + 5, y, shape, f"mark s{shape + 1}", 4.0))
        parts.append(svg.text(x + 16, y + 4, shown, class_="label"))
        x += wide
    return parts, y + 14 if entries else 0.0


def _table(
    rows: Sequence[DotRow],
    *,
    people: Sequence[str],
    axis: str,
    reference_text: str,
    said: Callable[[float | None], str],
) -> DataTable:
    agreed = any(row.reference is not None for row in rows)
    lines = []
    for row in rows:
        given = {dot.label: said(dot.value) for dot in row.dots}
        cells = [given.get(person, NOTHING) for person in people]
        lines.append((row.label, *cells, *((said(row.reference),) if agreed else ())))
    head = (axis, *people, *((reference_text[:1].upper() + reference_text[1:],) if agreed else ()))
    return DataTable(columns=head, rows=tuple(lines), urls=tuple(row.url for row in rows))
