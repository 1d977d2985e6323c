"""The small part of SVG that the charts use: elements, mark shapes, the width of a text, and places for labels.

What is markup has a type of its own: a ``str`` from outside becomes ``Svg`` only where it is escaped.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import accumulate
from math import cos, pi, sin
from typing import NewType

Svg = NewType("Svg", str)
SPECIAL = re.compile("[&<>\"']")

NARROW_LETTERS = frozenset("iljtfrI.,:;'|!() ")
WIDE_LETTERS = frozenset("mwMW%@+−…")
LETTER, NARROW, WIDE, LARGE = 7.4, 4.6, 10.8, 8.6  # px at 12 px of the widest usual interface face
SQUARE = 12.5  # East Asian letters
SHAPES = 6


@dataclass(frozen=True, slots=True)
class Box:
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def within(self, other: "Box") -> bool:
        across = self.left >= other.left and self.right <= other.right
        return across and self.top >= other.top and self.bottom <= other.bottom


def xy(value: float) -> str:
    """A coordinate to a tenth of a pixel."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def joined(parts: Iterable[Svg]) -> Svg:
    return Svg("".join(parts))


def escaped(texts: Sequence[str]) -> Sequence[str]:
    """Each text for a place between tags; one look for all of them where, as nearly always, nothing needs escaping."""
    return [escape(text) for text in texts] if SPECIAL.search("".join(texts)) else texts


def words_of(text: str) -> Svg:
    """Words of people, for a place between tags."""
    return Svg(escape(text))


def drawing(parts: Iterable[Svg], *, width: float, height: float, name: str, about: str, kind: str, links: bool) -> Svg:
    """The outer element: an image, or a group where it holds links (an image would hide them)."""
    return Svg(
        f'<svg class="chart {kind}" viewBox="0 0 {xy(width)} {xy(height)}" width="{xy(width)}" height="{xy(height)}" '
        f"{naming(name, links=links)}><desc>{escape(about)}</desc>{''.join(parts)}</svg>"
    )


def naming(name: str, *, links: bool) -> str:
    """What a drawing is called, and whether there is something in it to go to."""
    return f'role="{"group" if links else "img"}" aria-label="{escape(name)}"'


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Svg:
    return Svg(f'<line x1="{xy(x1)}" y1="{xy(y1)}" x2="{xy(x2)}" y2="{xy(y2)}" class="{class_}"/>')


def rect(x: float, y: float, width: float, height: float, class_: str) -> Svg:
    return Svg(f'<rect x="{xy(x)}" y="{xy(y)}" width="{xy(width)}" height="{xy(height)}" class="{class_}"/>')


def circle(x: float, y: float, radius: float, class_: str) -> Svg:
    return Svg(f'<circle cx="{xy(x)}" cy="{xy(y)}" r="{xy(radius)}" class="{class_}"/>')


def text(x: float, y: float, words: str, *, anchor: str = "start", class_: str = "") -> Svg:
    return written(x, y, Svg(escape(words)), anchor=anchor, class_=class_)


def written(x: float, y: float, content: Svg, *, anchor: str = "start", class_: str = "") -> Svg:
    """A text of words and spans."""
    named = f' class="{class_}"' if class_ else ""
    return Svg(f'<text x="{xy(x)}" y="{xy(y)}" text-anchor="{anchor}"{named}>{content}</text>')


def span(words: str, class_: str) -> Svg:
    return Svg(f'<tspan class="{class_}">{escape(words)}</tspan>')


def path(points: Sequence[tuple[float, float]], class_: str, *, closed: bool = False) -> Svg:
    steps = "L".join(f"{xy(x)} {xy(y)}" for x, y in points)
    return Svg(f'<path d="M{steps}{"Z" if closed else ""}" class="{class_}"/>')


def mark(x: float, y: float, shape: int, class_: str, radius: float = 4.0) -> Svg:
    """The mark of a series: each has a shape of its own, so that no colour is needed to tell them apart."""
    if shape % SHAPES == 0:
        return circle(x, y, radius, class_)
    return path([(x + dx, y + dy) for dx, dy in corners(shape % SHAPES, radius)], class_, closed=True)


@lru_cache
def corners(which: int, radius: float) -> tuple[tuple[float, float], ...]:
    """The corners of a shape around its middle: a square, triangles, a diamond, a pentagon."""
    if which == 1:
        side = radius * 0.88
        return (-side, -side), (side, -side), (side, side), (-side, side)
    sides, turn = {2: (3, -pi / 2), 3: (4, 0.0), 4: (3, pi / 2), 5: (5, -pi / 2)}[which]
    reach = radius * (1.25 if sides == 3 else 1.15)
    return tuple(
        (reach * cos(turn + 2 * pi * step / sides), reach * sin(turn + 2 * pi * step / sides)) for step in range(sides)
    )


def linked(content: Svg, *, said: str, url: str | None, first: bool = False) -> Svg:
    """A mark with what it says on hover, as a link where there is a page behind it.

    Only the first link of a chart is a tab stop; the arrow keys walk on from there (static/js/charts.js).
    """
    inside = f"<title>{escape(said)}</title>{content}"
    if url is None:
        return Svg(f'<g class="point">{inside}</g>')
    return Svg(f'<a href="{escape(url)}" class="point" tabindex="{0 if first else -1}">{inside}</a>')


class _Widths(dict[str, float]):
    """The width of each letter, found once."""

    def __missing__(self, letter: str) -> float:
        if letter in NARROW_LETTERS:
            width = NARROW
        elif letter in WIDE_LETTERS:
            width = WIDE
        else:
            width = LARGE if letter.isupper() else LETTER if letter < "\u2e80" else SQUARE
        self[letter] = width
        return width


_WIDTHS = _Widths()


def width_of(words: str) -> float:
    """How wide a text of 12 px may become, on the safe side."""
    return sum(map(_WIDTHS.__getitem__, words))


def shortened(words: str, room: float) -> str:
    """The text, cut with an ellipsis where it would be wider than its room."""
    if width_of(words) <= room:
        return words
    kept = sum(end <= room - width_of("…") for end in accumulate(map(_WIDTHS.__getitem__, words)))
    return words[:kept].rstrip() + "…"


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The wanted heights moved apart until none is nearer than ``gap``, in order, inside low..high where they fit."""
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    placed = [0.0] * len(wanted)
    floor = low
    for index in order:
        placed[index] = max(wanted[index], floor)
        floor = placed[index] + gap
    ceiling = high
    for index in reversed(order):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed


def free_place(
    size: tuple[float, float],
    around: tuple[float, float],
    taken: Sequence[Box],
    area: Box,
    *,
    away: float = 7.0,
) -> Box | None:
    """A box for a label near a mark that meets nothing, or ``None``: above, below, then to the sides."""
    width, height = size
    x, y = around
    candidates = [
        Box(x - width / 2, y - away - height, x + width / 2, y - away),
        Box(x - away - width, y - height / 2, x - away, y + height / 2),
        Box(x + away, y - height / 2, x + away + width, y + height / 2),
        Box(x - width, y - away - height, x, y - away),
        Box(x, y - away - height, x + width, y - away),
        Box(x - width / 2, y + away, x + width / 2, y + away + height),
        Box(x - width, y + away, x, y + away + height),
        Box(x, y + away, x + width, y + away + height),
    ]
    return next((box for box in candidates if box.within(area) and not any(box.meets(each) for each in taken)), None)
