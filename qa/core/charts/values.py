"""What a chart is made from, and what it gives back."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from markupsafe import Markup

from qa.core.numerals import number

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    svg: Markup
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
    flagged one, so flag every row for which the rule holds.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    url: str | None = None
    flag: str | None = None

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            number_given = getattr(self, name)
            if number_given is not None and not isfinite(number_given):
                raise ValueError(f"{name} of {self.label!r} is not a finite number: {number_given}")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError(f"the interval of {self.label!r} is upside down: {self.low} to {self.high}")

    @property
    def few(self) -> bool:
        return self.value is not None and self.n is not None and self.n < FEW

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

    def spoken(self, row: Row) -> str:
        """A row in words: value, interval, n, flag."""
        if row.value is None:
            said = "no value"
        else:
            said = self.write(row.value)
            if row.interval:
                said += f" ({self.bare(row.low)} to {self.bare(row.high)})"
        if row.n is not None:
            said += f", n {number(row.n, 0)}"
        if row.few:
            said += ", too few to judge"
        return f"{said}, {row.flag}" if row.flag else said

    def cells(self, row: Row) -> tuple[str, ...]:
        return (self.write(row.value), self.bare(row.low), self.bare(row.high), number(row.n, 0))


PLAIN = Numerals()
VALUE_COLUMNS = ("Value", "Low", "High", "n")
NOTE = "Note"


def note_on(row: Row) -> str:
    """What the last column of a table says of a row: its flag, or that its n is too small."""
    return "; ".join(word for word in (row.flag, "too few to judge" if row.few else None) if word)
