"""What a chart is made from, and what it gives back."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import isfinite

from markupsafe import Markup

from qa.core.charts.svg import escaped
from qa.core.numerals import NOTHING, number, numbers

NUMERIC = ' class="numeric"'
Cells = tuple[str, str, str, str]
FEW = 5  # under this many reviews a mark is hollow and carries no verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class DataTable:
    """The figures of a chart in rows; ``urls`` holds, for each row, what its first cell links to.

    ``words`` names the columns that hold words, not figures; the first column always does.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    urls: tuple[str | None, ...]
    words: tuple[str, ...] = ()

    @property
    def html(self) -> Markup:
        """Head and body as a page shows them: there may be a thousand rows, so no template walks along the cells."""
        numeric = [NUMERIC if place and column not in self.words else "" for place, column in enumerate(self.columns)]
        columns = zip(numeric, escaped(self.columns), strict=True)
        head = "".join(f'<th scope="col"{right}>{column}</th>' for right, column in columns)
        cells = "".join(f"<td{right}>%s</td>" for right in numeric[1:])
        plain, linked = (f'<tr><th scope="row">{name}</th>{cells}</tr>' for name in ("%s", '<a href="%s">%s</a>'))
        body = "".join(
            linked % (escape(url), *row) if url else plain % tuple(row)
            for url, row in zip(self.urls, map(escaped, self.rows), strict=True)
        )
        return Markup(f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>")  # noqa: S704 - every part is escaped


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """``picture`` is the drawing with its legend."""

    picture: Markup
    table: DataTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The control limits at one point; either side may be open."""

    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One named figure with its interval, its n and the page behind it.

    ``flag`` is the word of a verdict reached elsewhere ("stricter", "above the limit"); it alone turns a mark into a
    flagged one, so flag every row for which the rule holds. ``good`` tells that the verdict is welcome.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    url: str | None = None
    flag: str | None = None
    good: bool = False

    def __post_init__(self) -> None:
        value, low, high = self.value, self.low, self.high
        for name, given in (("value", value), ("low", low), ("high", high)):
            if given is not None and not isfinite(given):
                raise ValueError(f"{name} of {self.label!r} is not a finite number: {given}")
        if low is not None and high is not None and low > high:
            raise ValueError(f"the interval of {self.label!r} is upside down: {low} to {high}")

    @property
    def few(self) -> bool:
        return self.value is not None and self.n is not None and self.n < FEW

    @property
    def flag_class(self) -> str:
        """What a flagged mark is drawn as, to follow another class."""
        return "" if not self.flag else " flagged flagged--good" if self.good else " flagged"

    @property
    def interval(self) -> tuple[float, float] | None:
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point(Row):
    """A row on a time axis; ``limits`` are its control limits.

    No line leads to a point that stands ``apart`` from the former ones: they are on another scale.
    """

    limits: Limits | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A named run of points; a gap is a point whose value is ``None``. One that is not ``joined`` is marks alone."""

    name: str
    points: tuple[Point, ...]
    url: str | None = None
    joined: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A rubric version, launch or SOP change, drawn at the label of the first point it touches."""

    at: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A shaded part of a time axis, from one label to another, both included, and what is said of it."""

    first: str
    last: str
    text: str

    def within(self, labels: Sequence[str]) -> range:
        """The places of its labels on an axis; none where either end is not on it."""
        if self.first not in labels or self.last not in labels:
            return range(0)
        return range(labels.index(self.first), labels.index(self.last) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numerals:
    """How a chart writes its figures."""

    unit: str = ""
    digits: int = 1
    signed: bool = False

    def write(self, value: float | None) -> str:
        return number(value, self.digits, signed=self.signed) + (self.unit if value is not None else "")

    def bare(self, value: float | None) -> str:
        return number(value, self.digits, signed=self.signed)

    def cells(self, rows: Sequence[Row]) -> list[Cells]:
        """Rows as a table writes them: value, both ends of the interval, n."""
        values, lows, highs = (
            numbers(each, self.digits, signed=self.signed)
            for each in ([row.value for row in rows], [row.low for row in rows], [row.high for row in rows])
        )
        if self.unit:
            values = [text if row.value is None else text + self.unit for text, row in zip(values, rows, strict=True)]
        counts = [NOTHING if row.n is None else str(row.n) if row.n < 1000 else number(row.n, 0) for row in rows]
        return list(zip(values, lows, highs, counts, strict=True))

    def spoken(self, row: Row, cells: Cells | None = None) -> str:
        """A row in words: value, interval, n, flag; ``cells`` are given where they are written already."""
        value, low, high, n = cells or self.cells([row])[0]
        said = value if row.value is not None else "no value"
        if row.value is not None and row.interval:
            said += f" ({low} to {high})"
        if row.n is not None:
            said += f", n {n}"
        if row.few:
            said += ", too few to judge"
        return f"{said}, {row.flag}" if row.flag else said


PLAIN = Numerals()
VALUE_COLUMNS = ("Value", "Low", "High", "n")
NOTE = "Note"


def note_on(row: Row) -> str:
    """What the last column of a table says of a row: its flag, or that its n is too small."""
    return "; ".join(word for word in (row.flag, "too few to judge" if row.few else None) if word)
