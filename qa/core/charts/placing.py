"""Labels of single marks: near their mark, over nothing that matters, with a leader where they had to move away."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.core.charts import svg
from qa.core.charts.svg import Box, Svg

TEXT_HEIGHT = 14.0
REACHES = (8.0, 18.0, 30.0, 44.0, 60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A label and the mark it belongs to: where that is in px, and ``origin``, where it is on a sheet of any width."""

    words: str
    x: float
    y: float
    origin: str
    class_: str = "flag-label halo"


def boxes_along(points: Sequence[tuple[float, float]], *, half: float = 3.0, step: float = 8.0) -> list[Box]:
    """Small boxes that cover a line, so that labels keep off it."""
    boxes = []
    for (x1, y1), (x2, y2) in pairwise(points):
        length = max(abs(x2 - x1), abs(y2 - y1))
        count = max(1, int(length // step) + 1)
        for index in range(count):
            ax, ay = x1 + (x2 - x1) * index / count, y1 + (y2 - y1) * index / count
            bx, by = x1 + (x2 - x1) * (index + 1) / count, y1 + (y2 - y1) * (index + 1) / count
            boxes.append(Box(min(ax, bx) - half, min(ay, by) - half, max(ax, bx) + half, max(ay, by) + half))
    return boxes


def around(x: float, y: float, radius: float) -> Box:
    return Box(x - radius, y - radius, x + radius, y + radius)


def place(labels: Sequence[Wanted], *, taken: Sequence[Box], area: Box) -> list[Svg]:
    """The labels as text, each where it covers nothing taken; one that fits nowhere is left out.

    Its words are then still on the mark (hover) and in the data table.
    """
    occupied = list(taken)
    parts: list[Svg] = []
    for label in labels:
        size = (svg.width_of(label.words) * 1.05, TEXT_HEIGHT)
        found = _nearest(size, (label.x, label.y), occupied, area)
        if found is None:
            continue
        box, reach = found
        occupied.append(box)
        leader = _leader(label, box) if reach > REACHES[0] else ""
        words = svg.text(box.left - label.x, box.bottom - 3 - label.y, label.words, class_=label.class_)
        parts.append(Svg(f'<svg {label.origin} class="chart__at">{leader}{words}</svg>'))
    return parts


def _nearest(
    size: tuple[float, float], at: tuple[float, float], taken: Sequence[Box], area: Box
) -> tuple[Box, float] | None:
    for reach in REACHES:
        box = svg.free_place(size, at, taken, area, away=reach)
        if box is not None:
            return box, reach
    return None


def _leader(label: Wanted, box: Box) -> Svg:
    x = min(max(label.x, box.left), box.right)
    y = box.bottom if box.bottom < label.y else box.top if box.top > label.y else (box.top + box.bottom) / 2
    return svg.line(0, 0, x - label.x, y - label.y, "leader")
