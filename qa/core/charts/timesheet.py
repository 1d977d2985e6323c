"""Values over time, drawn once for every width.

The drawing stretches with its place: what has a place on the axes is written in percent of the plot, curves in a sheet
of 100 by 100 that is pulled to the plot (their strokes are not), and marks and words have their size in pixels. Only
words that would meet at another width are written again for it; chart-widths.css shows those that fit.
"""

from collections.abc import Sequence
from html import escape

from qa.core.charts import svg, timewords
from qa.core.charts.scale import linear, tick_texts
from qa.core.charts.svg import Svg, width_of
from qa.core.charts.timemarks import course, curves, marks, shades
from qa.core.charts.timeplot import Ground, TimePlot
from qa.core.charts.values import Numerals, Series

TICK_GAP = 8.0


def ground(labels: Sequence[str], span: tuple[float, float], numerals: Numerals, *, small: bool) -> Ground:
    """The axes over those labels and that span."""
    y = linear(span, start=100, end=0, ticks=4 if small else 5, whole=numerals.digits == 0)
    texts = tick_texts(y, numerals)
    left = max(map(width_of, texts)) + TICK_GAP
    column = 100 / len(labels)
    lines, words = [], []
    for tick, text in zip(y.ticks, texts, strict=True):
        at = f"{y.at(tick):.2f}"
        lines.append(f'<line x2="100%" y1="{at}%" y2="{at}%" class="{"grid" if tick else "zero"}"/>')
        words.append(f'<text y="{at}%">{escape(text)}</text>')
    return Ground(
        y=y,
        column=column,
        left=left,
        grid=Svg("".join(lines)),
        ticks=Svg(
            f'<svg class="chart__side" width="{svg.xy(left)}" aria-hidden="true">'
            f'<g transform="translate({svg.xy(left - TICK_GAP)} 4)" text-anchor="end">{"".join(words)}</g></svg>'
        ),
    )


def sheet(plot: TimePlot, on: Ground, *, name: str, about: str) -> Svg:
    """The plot with the words around it."""
    courses = [course(plot, on, index) for index in range(len(plot.series))]
    ends = timewords.ends(plot, on)
    rooms = tuple(ends.room(place, on) for place in timewords.places_of(plot))
    axis = timewords.under_axis(tuple(plot.labels), rooms)
    top, lines = timewords.events(plot, on, ends)
    return Svg(
        f'<div class="chart__sheet">{top}{on.ticks}'
        f'<svg class="chart__plot" {svg.naming(name, links=any(point.url for point in plot.points))}>'
        f"<desc>{escape(about)}</desc>{on.grid}{axis}{lines}"
        '<svg class="chart__curves" viewBox="0 0 100 100" preserveAspectRatio="none">'
        f"{shades(plot, on)}{curves(plot, on, courses)}</svg>"
        f"{timewords.flags(plot, on, ends, courses)}{marks(plot, courses)}</svg>{ends.drawn}</div>"
    )


def legend(series: Sequence[Series]) -> Svg:
    """Names with their line and mark."""
    entries = []
    for index, each in enumerate(series):
        line = svg.line(0, 6, 22, 6, f"line s{index + 1}") if each.joined else ""
        key = f'<svg class="chart__key" width="22" height="12" aria-hidden="true">{line}'
        entries.append(f"<li>{key}{svg.mark(11, 6, index, f'mark s{index + 1}')}</svg>{escape(each.name)}</li>")
    return Svg(f'<ul class="chart__legend">{"".join(entries)}</ul>')
