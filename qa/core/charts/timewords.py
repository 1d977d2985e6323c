"""The words of a time plot: under its axis, at the end of its lines, over its events, beside flagged points.

A ``Place`` is a range of widths; words are placed for the narrowest of the range and have more room in the rest of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from qa.core.charts import placing, svg
from qa.core.charts.frame import LINE_HEIGHT, Block, lanes
from qa.core.charts.placing import Wanted
from qa.core.charts.scale import every
from qa.core.charts.svg import Box, Svg, width_of
from qa.core.charts.timemarks import Course, limit_steps, places, runs
from qa.core.charts.timeplot import Ground, TimePlot
from qa.core.charts.values import Point

MOST_MARGIN = 0.36  # of the width, for the labels at the end of the lines
END_GAP = 6.0
MARGIN = 8.0
APART = 15.0  # px between labels at the end of the lines
MOST_LINES = 3  # over one time
LONGEST = 0.8  # of the plot and what is right of it, for the label of an event


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """From ``least`` px on, a plot is that high (chart-widths.css has the same figures)."""

    word: str
    least: float
    height: float


PLACES = (
    Place(word="narrow", least=250, height=170),
    Place(word="medium", least=470, height=190),
    Place(word="wide", least=820, height=280),
)
SMALL = Place(word="small", least=230, height=84)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The words right of the plot, and the px that they take on a narrow and on any wider sheet."""

    drawn: Svg
    narrow: float
    wider: float

    def room(self, place: Place, on: Ground) -> float:
        """How wide the plot itself is at the narrowest of a place."""
        return place.least - on.left - self.right(place)

    def right(self, place: Place) -> float:
        return self.narrow if place.word in ("narrow", "small") else self.wider


def places_of(plot: TimePlot) -> Sequence[Place]:
    return (SMALL,) if plot.small else PLACES


@lru_cache(maxsize=64)
def under_axis(labels: tuple[str, ...], rooms: tuple[float, ...]) -> Svg:
    """The labels of the points, as many as fit: those of a narrow sheet stay where wider ones add others between.

    ``rooms`` are the px of the plot at the narrowest of each place, narrow first.
    """
    steps: list[int] = []
    for room in reversed(rooms):  # widest first, so that each step is a multiple of the former
        before = steps[-1] if steps else 1
        steps.append(-(-every(labels, room) // before) * before)
    classes = ["", " from-medium", " from-wide"]
    parts = []
    written = set[int]()
    for step, shown in zip(reversed(steps), classes, strict=False):
        new = [index for index in range(0, len(labels), step) if index not in written]
        written.update(new)
        if new:
            words = "".join(
                f'<line x1="{x}%" x2="{x}%" y2="4" class="axis"/><text x="{x}%" y="18">{escape(labels[index])}</text>'
                for index in new
                for x in [f"{100 * (index + 0.5) / len(labels):.2f}"]
            )
            parts.append(f'<svg y="100%" class="chart__at{shown}" text-anchor="middle">{words}</svg>')
    return Svg("".join(parts))


def ends(plot: TimePlot, on: Ground) -> Ends:
    """What stands right of the lines: levels, and the last limits of a lone series, each with its figure."""
    write = plot.numerals.write
    found = [(level.text, write(level.value), level.value, "label") for level in plot.levels if level.text]
    if len(plot.series) == 1:
        limits = [point.limits for point in plot.series[0].points if point.limits]
        for side, words in zip(("low", "high"), plot.limit_words, strict=True):
            last = next((value for each in reversed(limits) if (value := getattr(each, side)) is not None), None)
            if last is not None:
                found.append((words, plot.numerals.bare(last), last, "limit-label"))
    narrow, wider = places_of(plot)[:2] if not plot.small else (SMALL, SMALL)
    over = width_of(plot.labels[-1]) / 2 - on.column * narrow.least / 250  # of a last label beyond the plot
    sides = []
    for place, shown in ((narrow, " at-narrow"), (wider, " from-medium")):
        lines = [_fitted(words, figure, place.least * MOST_MARGIN) for words, figure, *_ in found]
        right = max([width_of(line) + END_GAP + 2 for each in lines for line in each], default=max(MARGIN, over))
        stacked = any(len(each) > 1 for each in lines)
        wanted = [on.y.at(value) * place.height / 100 for *_, value, _ in found]
        gap, edge = (2 * APART, APART / 2 + 2) if stacked else (APART, 4.0)
        placed = svg.spread(wanted, gap, edge, place.height - (edge if stacked else 0))
        drawn = "".join(
            f'<text y="{100 * y / place.height:.2f}%" dy="{dy}" class="{class_}">{escape(line)}</text>'
            for each, y, (*_, class_) in zip(lines, placed, found, strict=True)
            for line, dy in zip(each, (-4, 11) if len(each) > 1 else (4,), strict=True)
        )
        sides.append((shown, lines, right, drawn))
    if sides[0][1] == sides[1][1]:
        sides = [("", *sides[1][1:])]
    whole = "".join(
        f'<svg class="chart__side{shown}" width="{svg.xy(right)}" aria-hidden="true">'
        f'<g transform="translate({END_GAP:.0f} 0)">{drawn}</g></svg>'
        for shown, _, right, drawn in sides
    )
    return Ends(drawn=Svg(whole), narrow=sides[0][2], wider=sides[-1][2])


def _fitted(words: str, figure: str, room: float) -> tuple[str, ...]:
    """Words and figure in one line, or where that is too long the words above the figure."""
    together = f"{words} {figure}"
    return (together,) if width_of(together) <= room else (svg.shortened(words, room), figure)


def events(plot: TimePlot, on: Ground, ends: Ends) -> tuple[Svg, Svg]:
    """The labels of what happened, in a strip over the plot, and their lines through it."""
    at: dict[str, list[str]] = {}
    for event in plot.events:
        at.setdefault(event.at, []).append(event.text)
    for stretch in plot.stretches:
        at.setdefault(stretch.first, []).append(stretch.text)
    seen = [(on.column * (index + 0.5), at[label]) for index, label in enumerate(plot.labels) if label in at]
    if not seen:
        return Svg(""), Svg("")
    strips = [_strip(seen, place, ends.room(place, on), ends.right(place)) for place in places_of(plot)]
    through = "".join(
        f'<line x1="{x:.2f}%" x2="{x:.2f}%" y2="100%" class="event"/>'
        f'<svg x="{x:.2f}%" y="100%" class="chart__at">{svg.mark(0, 0, 2, "event-mark", 3.5)}</svg>'
        for x, _ in seen
    )
    return svg.joined(strips), Svg(through)


def _strip(seen: Sequence[tuple[float, Sequence[str]]], place: Place, room: float, right: float) -> Svg:
    """The labels in lanes, none over another; one that would leave the sheet ends at its edge."""
    longest, edge = (room + right) * LONGEST, room + right - 4
    told, blocks = [], []
    for x, texts in seen:
        at = x * room / 100
        lines = _together(texts, min(longest, edge - at - 5), longest)
        wide = max(width_of(words) for words, _ in lines)
        told.append(lines)
        left = min(at + 5, edge - wide)
        blocks.append(Block(left=min(at, left) - 4, right=left + wide + 4, at=at, lines=len(lines)))
    lane_of = lanes(blocks)
    height = LINE_HEIGHT * max(lane + block.lines for lane, block in zip(lane_of, blocks, strict=True)) + 4
    down, labels = [], []
    for (x, _), lines, lane, block in zip(seen, told, lane_of, blocks, strict=True):
        first = LINE_HEIGHT * (lane + 1) - 4
        down.append(f'<line x1="{x:.2f}%" x2="{x:.2f}%" y1="{first - 9:.0f}" y2="100%" class="event"/>')
        here = f'x="{x:.2f}%" dx="5"'
        if block.right >= edge + 3.9:
            here = f'x="100%" dx="{right - 4:.0f}" text-anchor="end"'
        for n, (words, full) in enumerate(lines):
            hover = f"<title>{escape(full)}</title>" if words != full else ""
            y = first + n * LINE_HEIGHT
            labels.append(f'<text {here} y="{y:.0f}" class="event-label halo">{hover}{escape(words)}</text>')
    return Svg(
        f'<svg class="chart__strip at-{place.word}" height="{height:.0f}" aria-hidden="true">'
        f"{''.join(down)}{''.join(labels)}</svg>"
    )


def _together(texts: Sequence[str], beside: float, longest: float) -> list[tuple[str, str]]:
    """What happened at one time in one line that has room beside its place, or a line for each; as shown and in full.

    What has no line is counted, and stands in the data table as everything does.
    """
    together = ", ".join(texts)
    if len(texts) > 1 and width_of(together) <= beside:
        return [(together, together)]
    kept = texts if len(texts) <= MOST_LINES else texts[: MOST_LINES - 1]
    lines = [(svg.shortened(text, longest), text) for text in kept]
    if len(kept) < len(texts):
        lines.append((f"and {len(texts) - len(kept)} more", ", ".join(texts[len(kept) :])))
    return lines


def flags(plot: TimePlot, on: Ground, ends: Ends, courses: Sequence[Course]) -> Svg:
    """One label for each run of points with the same flag, at the point farthest from the rest."""
    if not any(point.flag for point in plot.points):
        return Svg("")
    return svg.joined(
        Svg(f'<g class="at-{place.word}">{svg.joined(_flags_at(plot, on, ends, place, courses))}</g>')
        for place in places_of(plot)
    )


def _flags_at(plot: TimePlot, on: Ground, ends: Ends, place: Place, courses: Sequence[Course]) -> list[Svg]:
    room = ends.room(place, on)

    def px(x: float, y: float) -> tuple[float, float]:
        return x * room / 100, y * place.height / 100

    taken: list[Box] = []
    labels = []
    for index, each in enumerate(courses):
        points = each.series.points
        xs = places(len(points), index, len(courses))
        known = {at: on.y.at(point.value) for at, point in enumerate(points) if point.value is not None}
        for first, last in each.joined:
            taken += placing.boxes_along([px(xs[at], known[at]) for at in range(first, last)])
        taken += [placing.around(*px(xs[at], y), 6.0) for at, y in known.items()]
        middle = sum(known.values()) / len(known) if known else 0.0
        for first, last in _flag_runs(points):
            at = max(range(first, last), key=lambda place: abs(known[place] - middle))
            x, y = px(xs[at], known[at])
            origin = f'x="{xs[at]:.2f}%" y="{known[at]:.2f}%"'
            labels.append(Wanted(words=_flag_words(plot, points[at], last - first), x=x, y=y, origin=origin))
    for side in ("low", "high"):
        for steps in limit_steps(plot, on, side):
            taken += placing.boxes_along([px(*step) for step in steps])
    for level in plot.levels:
        _, y = px(0, on.y.at(level.value))
        taken.append(Box(0, y - 2, room, y + 2))
    area = Box(2 - on.left, -2, room + ends.right(place) - 2, place.height)
    return placing.place(labels, taken=taken, area=area)


def _flag_words(plot: TimePlot, point: Point, count: int) -> str:
    return f"{point.flag}, {plot.numerals.write(point.value)}" if count == 1 else f"{point.flag}, {count} in a row"


def _flag_runs(points: Sequence[Point]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for first, last in runs([point.flag is not None and point.value is not None for point in points]):
        start = first
        for index in range(first + 1, last + 1):
            if index == last or points[index].flag != points[start].flag:
                found.append((start, index))
                start = index
    return found
