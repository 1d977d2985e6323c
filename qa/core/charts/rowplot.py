"""The ground of charts with one row a thing: names, a value axis along the bottom, figures at the end of each row."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.core.charts import svg
from qa.core.charts.frame import Size, kept_inside
from qa.core.charts.scale import Scale, linear, tick_texts
from qa.core.charts.svg import Svg
from qa.core.charts.values import Numerals

ROW = 28.0
STACKED_ROW = 42.0
TALL_ROW = 58.0
LABEL_SHARE = 0.36
GAP = 14.0
BETWEEN = 8.0
STRONG = 1.08  # how much wider the heavier face of a value or flag is
ROUNDED = 0.01  # a name that just fits is not cut short by how sums are rounded
Tick = tuple[float, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowText:
    """What is written for a row: its name, a note after it (a flag or "too few"), its value, interval and n."""

    label: str
    value: str = ""
    interval: str = ""
    n: str = ""
    note: str = ""
    flagged: bool = False
    good: bool = False
    few: bool = False

    @property
    def value_class(self) -> str:
        return "soft-label" if self.few else "value-text"

    @property
    def note_class(self) -> str:
        if not self.flagged:
            return "soft-label"
        return "flag-label flag-label--good" if self.good else "flag-label"

    @property
    def figures(self) -> tuple[str, str, str]:
        return self.value, self.interval, self.n


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlot:
    """Rows on one sheet: on the narrow one the words stand above their row, else left and right of it.

    ``tall`` rows have a line for the name and another for the figures: where some name would not fit beside them.
    """

    size: Size
    texts: tuple[RowText, ...]
    x: Scale
    top: float
    numerals: Numerals
    ticks: tuple[Tick, ...]
    columns: tuple[float, float, float]  # right, left, right edge of value, interval, n
    tall: bool = False

    @property
    def pitch(self) -> float:
        if not self.size.narrow:
            return ROW
        return TALL_ROW if self.tall else STACKED_ROW

    @property
    def bottom(self) -> float:
        return self.top + self.pitch * len(self.texts)

    @property
    def height(self) -> float:
        return self.bottom + 24

    def middle(self, index: int) -> float:
        """The height at which a row's mark stands."""
        return self.top + self.pitch * index + (self.pitch - 13 if self.size.narrow else self.pitch / 2)

    def stretches(self) -> list[tuple[float, float]]:
        """Where lines across the rows are drawn: all the way, or on the narrow sheet not through the words."""
        if not self.size.narrow:
            return [(self.top, self.bottom)]
        return [(self.middle(index) - 11, self.middle(index) + 12) for index in range(len(self.texts))]

    def across(self, value: float, class_: str) -> list[Svg]:
        """A line at a value through all rows."""
        at = self.x.at(value)
        return [svg.line(at, top, at, bottom, class_) for top, bottom in self.stretches()]

    def ground(self) -> list[Svg]:
        """Grid and axis."""
        named = bool(self.ticks)
        ticks = self.ticks or tuple(zip(self.x.ticks, tick_texts(self.x, self.numerals), strict=True))
        parts = []
        last_end = float("-inf")
        for value, words in ticks:
            parts += self.across(value, "zero" if value == 0 and not named else "grid")
            wide = svg.width_of(words)
            middle = kept_inside(self.x.at(value), wide, 0, self.size.width)
            if middle - wide / 2 >= last_end + 6:
                parts.append(svg.text(middle, self.bottom + 17, words, anchor="middle"))
                last_end = middle + wide / 2
        return parts

    def words(self, index: int) -> list[Svg]:
        """A row's name with its note, and its figures."""
        text = self.texts[index]
        if self.size.narrow:
            y = self.top + self.pitch * index + 14
            room = self.size.width if self.tall else _room_beside(text, self.size)
            at, anchor, below = (0.0, "start", 16.0) if self.tall else (self.size.width, "end", 0.0)
            figures = [_line_of_figures(text, at, y + below, anchor)] if any(text.figures) else []
        else:
            y = self.middle(index) + 4
            room = self.x.start - GAP
            value, interval, n = self.columns
            figures = [svg.text(value, y, text.value, anchor="end", class_=text.value_class)] if text.value else []
            figures += [svg.text(interval, y, text.interval, class_="soft-label")] if text.interval else []
            figures += [svg.text(n, y, text.n, anchor="end", class_="soft-label")] if text.n else []
        note = f" {text.note}" if text.note else ""
        label = svg.shortened(text.label, max(room - svg.width_of(note) * STRONG + ROUNDED, 24))
        noted = [svg.span(note, text.note_class)] if note else []
        name = svg.written(0, y, svg.joined([svg.words_of(label), *noted]), class_="label")
        return [name, *figures]

    def field(self, index: int) -> Svg:
        """The invisible field of a row that is easy to hit."""
        return svg.rect(-4, self.top + self.pitch * index + 1, self.size.width + 8, self.pitch - 2, "hit")


def _room_beside(text: RowText, size: Size) -> float:
    """What a row's figures leave for its name on the narrow sheet."""
    together = " ".join(part for part in text.figures if part)
    return size.width - svg.width_of(together) * STRONG - BETWEEN


def _width_of_name(text: RowText) -> float:
    return svg.width_of(text.label) + svg.width_of(f" {text.note}".rstrip()) * STRONG


def _line_of_figures(text: RowText, x: float, y: float, anchor: str) -> Svg:
    rest = " ".join(part for part in (text.interval, text.n) if part)
    parts = [svg.span(text.value, text.value_class)] if text.value else []
    if rest:
        parts.append(svg.span(f" {rest}" if text.value else rest, "soft-label"))
    return svg.written(x, y, svg.joined(parts), anchor=anchor)


def row_plot(
    size: Size,
    *,
    texts: Sequence[RowText],
    span: tuple[float, float],
    numerals: Numerals,
    top: float = 4.0,
    ticks: Sequence[Tick] = (),
) -> RowPlot:
    """The ground for those rows, with as much room for words as they need and the rest for the axis."""
    left, right = 8.0, size.width - 8
    columns = (0.0, 0.0, 0.0)
    if not size.narrow:
        left = min(max(map(_width_of_name, texts), default=0.0), size.width * LABEL_SHARE) + GAP
        value, interval, n = (max((svg.width_of(t.figures[i]) for t in texts), default=0.0) for i in range(3))
        value *= STRONG
        taken = [wide for wide in (value, interval, n) if wide]
        right = size.width - sum(taken) - BETWEEN * max(len(taken) - 1, 0) - (GAP if taken else 8.0)
        start = right + GAP
        columns = (start + value, start + value + (BETWEEN if value else 0), size.width)
    x = linear(span, start=left, end=right, ticks=7 if size.word == "wide" else 5, whole=numerals.digits == 0)
    if ticks:
        x = Scale(low=span[0], high=span[1], ticks=tuple(v for v, _ in ticks), decimals=0, start=left, end=right)
    return RowPlot(
        size=size,
        texts=tuple(texts),
        x=x,
        top=top,
        numerals=numerals,
        ticks=tuple(ticks),
        columns=columns,
        tall=any(_width_of_name(text) > _room_beside(text, size) for text in texts),
    )
