"""What charts share: the widths that rows are drawn at, the drawing of nothing, labels that do not overlap."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from qa.core.charts import svg
from qa.core.charts.svg import Svg

LINE_HEIGHT = 16.0
OWN = 6.0  # px between the left of a block and its line
NOTHING_YET = "Nothing to draw: no figure in this selection yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """A width that rows are drawn at; chart-widths.css shows the one that fits its place, so text stays near 12 px."""

    word: str
    width: float

    @property
    def narrow(self) -> bool:
        return self.word == "narrow"


SIZES = (Size(word="narrow", width=320), Size(word="medium", width=560), Size(word="wide", width=960))
Sheet = tuple[Sequence[Svg], float]  # the parts of a drawing and its height


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
    return whole(svg.joined(sheets))


def whole(drawn: Svg) -> Markup:
    """A finished chart, for a template."""
    return Markup(drawn)  # noqa: S704 - svg.py escapes every word that is not its own


def nothing() -> Markup:
    """What stands in the place of a chart without a single value."""
    return whole(Svg(f'<p class="chart-none">{NOTHING_YET}</p>'))


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines of text one under the other, and the place ``at`` which a line of their own leads down from them."""

    left: float
    right: float
    at: float
    lines: int = 1


def lanes(blocks: Sequence[Block]) -> list[int]:
    """For each block the first of its lanes: where none of its lines touches an earlier one.

    Its own line crosses none either, where it stands left of its text.
    """
    ends: list[float] = []
    chosen: list[int] = []
    for block in blocks:
        crossed = [
            lane + before.lines
            for lane, before in zip(chosen, blocks, strict=False)
            if before.left < block.at < before.right and block.at <= block.left + OWN
        ]
        lane = max(crossed, default=0)
        while any(end > block.left for end in ends[lane : lane + block.lines]):
            lane += 1
        ends += [0.0] * (lane + block.lines - len(ends))
        ends[lane : lane + block.lines] = [block.right] * block.lines
        chosen.append(lane)
    return chosen


def kept_inside(middle: float, width: float, low: float, high: float) -> float:
    """Where a centred text must have its middle so that it stays between low and high."""
    return max(low + width / 2, min(middle, high - width / 2))
