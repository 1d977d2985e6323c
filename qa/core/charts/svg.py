"""The small part of SVG that the charts use: elements, mark shapes, the width of a text, and places for labels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import cos, pi, sin

from markupsafe import Markup, escape

NARROW_LETTERS = frozenset("iljtfrI.,:;'|!() ")
WIDE_LETTERS = frozenset("mwMW%@+−…")
LETTER, NARROW, WIDE, LARGE = 7.4, 4.6, 10.8, 8.6  # px at 12 px of the widest usual interface face
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


def element(name: str, *content: str, **attributes: object) -> Markup:
    """One element; names may end in ``_`` (class_), underscores become hyphens, ``None`` leaves an attribute out."""
    written = [
        f' {key.removesuffix("_").replace("_", "-")}="{xy(value) if isinstance(value, float) else escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    ]
    inside = "".join(escape(part) for part in content)
    return Markup(f"<{name}{''.join(written)}>{inside}</{name}>")  # noqa: S704 - every part is escaped above


def joined(parts: Iterable[str]) -> Markup:
    return Markup("").join(parts)


def drawing(
    parts: Iterable[str], *, width: float, height: float, name: str, about: str, kind: str, links: bool
) -> Markup:
    """The outer element: an image, or a group where it holds links (an image would hide them)."""
    return element(
        "svg",
        element("desc", about),
        joined(parts),
        class_=f"chart {kind}",
        viewBox=f"0 0 {xy(width)} {xy(height)}",
        width=width,
        height=height,
        role="group" if links else "img",
        aria_label=name,
        focusable="false",
    )


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return element("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def text(x: float, y: float, words: str, *, anchor: str = "start", class_: str | None = None) -> Markup:
    return element("text", words, x=float(x), y=float(y), text_anchor=anchor, class_=class_)


def path(points: Sequence[tuple[float, float]], class_: str, *, closed: bool = False) -> Markup:
    steps = "L".join(f"{xy(x)} {xy(y)}" for x, y in points)
    return element("path", d=f"M{steps}{'Z' if closed else ''}", class_=class_)


def mark(x: float, y: float, shape: int, class_: str, radius: float = 4.0) -> Markup:
    """The mark of a series: each has a shape of its own, so that no colour is needed to tell them apart."""
    which = shape % SHAPES
    if which == 0:
        return element("circle", cx=float(x), cy=float(y), r=radius, class_=class_)
    if which == 1:
        side = radius * 0.88
        corners = [(x - side, y - side), (x + side, y - side), (x + side, y + side), (x - side, y + side)]
    else:
        sides, turn = {2: (3, -pi / 2), 3: (4, 0.0), 4: (3, pi / 2), 5: (5, -pi / 2)}[which]
        reach = radius * (1.25 if sides == 3 else 1.15)
        corners = [
            (x + reach * cos(turn + 2 * pi * step / sides), y + reach * sin(turn + 2 * pi * step / sides))
            for step in range(sides)
        ]
    return path(corners, class_, closed=True)


def linked(content: str, *, said: str, url: str | None, first: bool = False) -> Markup:
    """A mark with what it says on hover, as a link where there is a page behind it.

    Only the first link of a chart is a tab stop; the arrow keys walk on from there (static/js/charts.js).
    """
    inside = joined([element("title", said), content])
    if url is None:
        return element("g", inside, class_="point")
    return element("a", inside, href=url, class_="point", tabindex="0" if first else "-1")


def width_of(words: str) -> float:
    """How wide a text of 12 px may become, on the safe side."""
    return sum(map(_letter_width, words))


def _letter_width(letter: str) -> float:
    if letter in NARROW_LETTERS:
        return NARROW
    if letter in WIDE_LETTERS:
        return WIDE
    return LARGE if letter.isupper() else LETTER if letter < "\u2e80" else 12.5  # East Asian letters fill a square


def shortened(words: str, room: float) -> str:
    """The text, cut with an ellipsis where it would be wider than its room."""
    if width_of(words) <= room:
        return words
    kept = sum(end <= room - width_of("…") for end in accumulate(map(_letter_width, words)))
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
