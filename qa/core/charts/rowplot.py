"""The ground of charts with one row a thing: names, a value axis along the bottom, figures at the end of each row."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from qa.core.charts import svg
from qa.core.charts.frame import Size
from qa.core.charts.scale import Scale, linear
from qa.core.charts.timeplot import tick_texts
from qa.core.charts.values import Numerals

ROW = 28.0
STACKED_ROW = 40.0
LABEL_SHARE = 0.36
GAP = 14.0
Tick = tuple[float, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowText:
    """What is written for a row: its name, a note after it (a flag or "too few"), its figures."""

    label: str
    figures: str
    note: str = ""
    flagged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowPlot:
    """Rows on one sheet: on the narrow one the words stand above their row, else left and right of it."""

    size: Size
    texts: tuple[RowText, ...]
    x: Scale
    top: float
    numerals: Numerals
    ticks: tuple[Tick, ...] = ()

    @property
    def pitch(self) -> float:
        return STACKED_ROW if self.size.narrow else ROW

    @property
    def bottom(self) -> float:
        return self.top + self.pitch * len(self.texts)

    @property
    def height(self) -> float:
        return self.bottom + 24

    def middle(self, index: int) -> float:
        """The height at which a row's mark stands."""
        return self.top + self.pitch * index + (29 if self.size.narrow else self.pitch / 2)

    def ground(self) -> list[Markup]:
        """Grid and axis."""
        ticks = self.ticks or tuple(zip(self.x.ticks, tick_texts(self.x, self.numerals), strict=True))
        parts = []
        last_end = -1e9
        for value, words in ticks:
            at = self.x.at(value)
            parts.append(svg.line(at, self.top, at, self.bottom, "zero" if value == 0 else "grid"))
            wide = svg.width_of(words)
            middle = max(wide / 2, min(at, self.size.width - wide / 2))
            if middle - wide / 2 >= last_end + 6:
                parts.append(svg.text(middle, self.bottom + 17, words, anchor="middle"))
                last_end = middle + wide / 2
        return parts

    def words(self, index: int) -> list[Markup]:
        """A row's name with its note, and its figures."""
        text, width = self.texts[index], self.size.width
        if self.size.narrow:
            y = self.top + self.pitch * index + 14
            label_room = width - svg.width_of(text.figures) - 8
            end = svg.text(width, y, text.figures, anchor="end", class_="figures-text halo")
        else:
            y = self.middle(index) + 4
            label_room = self.x.start - GAP
            end = svg.text(self.x.end + GAP, y, text.figures, class_="figures-text")
        note = f" {text.note}" if text.note else ""
        label = svg.shortened(text.label, max(label_room - svg.width_of(note), 24))
        note_class = "flag-label" if text.flagged else "soft-label"
        noted = [svg.element("tspan", note, class_=note_class)] if note else []
        start = svg.element("text", label, *noted, x=0.0, y=float(y), class_="label halo")
        return [start, end]

    def field(self, index: int) -> Markup:
        """The invisible field of a row that is easy to hit."""
        return svg.element(
            "rect",
            x=0.0,
            y=self.top + self.pitch * index + 1,
            width=float(self.size.width),
            height=self.pitch - 2,
            class_="hit",
        )


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
    if not size.narrow:
        notes = [svg.width_of(f"{text.label} {text.note}".rstrip()) for text in texts]
        left = min(max(notes, default=0.0), size.width * LABEL_SHARE) + GAP
        right = size.width - max((svg.width_of(text.figures) for text in texts), default=0.0) - GAP
    x = linear(span, start=left, end=right, ticks=7 if size.word == "wide" else 5)
    if ticks:
        x = Scale(
            low=span[0],
            high=span[1],
            ticks=tuple(value for value, _ in ticks),
            decimals=0,
            start=left,
            end=right,
        )
    return RowPlot(size=size, texts=tuple(texts), x=x, top=top, numerals=numerals, ticks=tuple(ticks))
