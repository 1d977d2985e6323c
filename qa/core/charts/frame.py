"""What all charts share: the widths they are drawn at, the drawing of nothing, rows of labels that do not overlap."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from qa.core.charts import svg
from qa.core.charts.svg import Box
from qa.core.charts.values import Series

LINE_HEIGHT = 16.0
NOTHING_YET = "Nothing to draw: no figure in this selection yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A width a chart is drawn at; charts.css shows the one that fits its place, so text stays near 12 px."""

    word: str
    width: float

    @property
    def narrow(self) -> bool:
        return self.word == "narrow"


SIZES = (Size(word="narrow", width=320), Size(word="medium", width=560), Size(word="wide", width=960))
Sheet = tuple[Sequence[str], float]  # the parts of a drawing and its height


def in_sizes(draw: Callable[[Size], Sheet], *, name: str, about: str, kind: str, links: bool) -> Markup:
    """The same chart in each width, one after the other."""
    sheets = []
    for size in SIZES:
        parts, height = draw(size)
        sheets.append(
            svg.drawing(
                parts,
                width=size.width,
                height=height,
                name=name,
                about=about,
                kind=f"chart--{kind} chart--{size.word}",
                links=links,
            )
        )
    return svg.joined(sheets)


def nothing(name: str) -> Markup:
    """The drawing of a chart without a single value."""

    def draw(size: Size) -> Sheet:
        return [svg.text(0, 22, NOTHING_YET)], 36

    return in_sizes(draw, name=name, about=NOTHING_YET, kind="empty", links=False)


def lanes(spans: Sequence[tuple[float, float]]) -> list[int]:
    """For each stretch (left, right) the lowest lane in which it touches no earlier one."""
    ends: list[float] = []
    chosen = []
    for left, right in spans:
        lane = next((index for index, end in enumerate(ends) if end <= left), len(ends))
        if lane == len(ends):
            ends.append(right)
        else:
            ends[lane] = right
        chosen.append(lane)
    return chosen


def kept_inside(middle: float, width: float, low: float, high: float) -> float:
    """Where a centred text must have its middle so that it stays between low and high."""
    return max(low + width / 2, min(middle, high - width / 2))


def legend(series: Sequence[Series], *, left: float, right: float, top: float) -> tuple[list[Markup], float]:
    """Names with their line and mark, in as many rows as they need; and the height that took."""
    parts: list[Markup] = []
    x, y = left, top + 8
    for index, each in enumerate(series):
        name = svg.shortened(each.name, right - left - 34)
        wide = 30 + svg.width_of(name) + 14
        if x > left and x + wide > right:
            x, y = left, y + LINE_HEIGHT + 2
        tone = f"s{index + 1}"
        parts += [svg.line(x, y, x + 22, y, f"line {tone}")] if each.joined else []
        parts += [
            svg.mark(x + 11, y, index, f"mark {tone}"),
            svg.text(x + 28, y + 4, name, class_="label"),
        ]
        x += wide
    return parts, y + 12 - top


def shades(places: Sequence[range], xs: Sequence[float], step: float, area: Box) -> list[Markup]:
    """The ground behind stretches of points, over the whole width that belongs to them."""
    parts = []
    for stretch in places:
        if stretch:
            left, right = max(xs[stretch[0]] - step / 2, area.left), min(xs[stretch[-1]] + step / 2, area.right)
            size = {"width": float(right - left), "height": float(area.bottom - area.top)}
            parts.append(svg.element("rect", x=float(left), y=float(area.top), **size, class_="stretch"))
    return parts
