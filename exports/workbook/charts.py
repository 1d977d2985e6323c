"""Native charts with their intervals: bars by criterion, lines by week.

Every chart has a title, both axes with titles (openpyxl hides axes unless told otherwise), and keeps the values it was
drawn from, so that viewers which do not calculate can draw it too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Literal

from openpyxl.chart import BarChart, LineChart
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.error_bar import ErrorBars
from openpyxl.chart.marker import DataPoint, Marker
from openpyxl.chart.series import Series as RawSeries
from openpyxl.chart.series import SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun

from exports.text import one_line
from exports.workbook.book import Area, Sheet
from exports.workbook.styles import FONT, PALETTE

POINT = 12_700  # English Metric Units
LONGEST_LABEL = 120
MOST_LABELS = 16  # of an axis of time: of more, every second or third is written
Dash = Literal["solid", "dash", "sysDash", "sysDot"]
MarkShape = Literal["circle", "diamond", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a series is drawn, by the words of the palette; told apart by shape and dash as well as by colour."""

    line: str = "accent"
    fill: str = "wash"
    width: float = 1.0  # points
    dash: Dash = "solid"
    mark: MarkShape = "circle"
    mark_fill: str | None = None  # as the line, if none is named
    joined: bool = True  # False: marks without a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One series with its intervals. ``hollow``: the bars, from 0, that are too few to judge."""

    title: str
    values: Area
    look: Look
    plus: Area | None = None
    minus: Area | None = None
    hollow: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """An axis' title, and its range where it has one."""

    title: str
    low: float | None = None
    high: float | None = None
    step: float | None = None


def interval_bars(
    sheet: Sheet, place: Area, *, title: str, categories: Area, series: Sequence[Series], names: Axis, values: Axis
) -> None:
    """Horizontal bars from top to bottom, with error bars; drawn over the cells of ``place``."""
    chart = BarChart()
    chart.type, chart.grouping, chart.gapWidth, chart.overlap = "bar", "clustered", 45, 0
    chart.series = [_bar_series(sheet, number, one, categories) for number, one in enumerate(series)]
    # Names read downwards; the values' axis then belongs at the other end to be at the foot.
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.tickLblSkip = 1
    chart.x_axis.tickLblPos = "low"  # at the edge, where no bar to the left of 0 covers them
    chart.y_axis.crosses = "max"
    _finish(chart, sheet, place, title, names, values)


def interval_lines(
    sheet: Sheet, place: Area, *, title: str, categories: Area, series: Sequence[Series], names: Axis, values: Axis
) -> None:
    """Lines over time with error bars; a missing point leaves a gap; drawn over the cells of ``place``."""
    chart = LineChart()
    chart.series = [_line_series(sheet, number, one, categories) for number, one in enumerate(series)]
    chart.x_axis.tickLblPos = "low"
    chart.x_axis.tickLblSkip = ceil((categories.bottom - categories.top + 1) / MOST_LABELS)  # type: ignore[attr-defined]
    _finish(chart, sheet, place, title, names, values)


def _finish(chart: BarChart | LineChart, sheet: Sheet, place: Area, title: str, names: Axis, values: Axis) -> None:
    chart.title = _title(title, 1200, bold=True)
    chart.legend.position = "b"  # type: ignore[union-attr]
    chart.legend.txPr = _text_look(900)  # type: ignore[union-attr]
    for raw, axis in ((chart.x_axis, names), (chart.y_axis, values)):
        raw.delete = False
        raw.title = _title(axis.title, 900)
        raw.txPr = _text_look(900)
        raw.spPr = GraphicalProperties(ln=_line("edge", 0.75))
        raw.scaling.min, raw.scaling.max = axis.low, axis.high
        raw.majorTickMark, raw.minorTickMark = "out", "none"
    chart.x_axis.majorGridlines = None
    chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=_line("line", 0.5))  # type: ignore[union-attr]
    chart.y_axis.majorUnit = values.step
    chart.y_axis.number_format = "0"
    chart.display_blanks = "gap"
    chart.visible_cells_only = False
    chart.roundedCorners = False
    chart.graphical_properties = GraphicalProperties(solidFill=PALETTE["paper"], ln=_line("line", 0.75))
    chart.anchor = TwoCellAnchor(  # type: ignore[assignment]
        editAs="oneCell",
        _from=AnchorMarker(col=place.left - 1, row=place.top - 1),
        to=AnchorMarker(col=place.right, row=place.bottom),
    )
    sheet.raw.add_chart(chart)


def _bar_series(sheet: Sheet, number: int, series: Series, categories: Area) -> RawSeries:
    raw = _series(sheet, number, series, categories)
    raw.spPr = GraphicalProperties(solidFill=PALETTE[series.look.fill], ln=_line(series.look.line, series.look.width))
    raw.invertIfNegative = False
    raw.errBars = _error_bars(sheet, series, direction=None)
    raw.dPt = [
        DataPoint(
            idx=point,
            invertIfNegative=False,
            spPr=GraphicalProperties(noFill=True, ln=_line(series.look.line, series.look.width, "sysDash")),
        )
        for point in sorted(series.hollow)
    ]
    return raw


def _line_series(sheet: Sheet, number: int, series: Series, categories: Area) -> RawSeries:
    raw = _series(sheet, number, series, categories)
    look = series.look
    line = _line(look.line, look.width, look.dash) if look.joined else LineProperties(noFill=True)
    raw.spPr = GraphicalProperties(ln=line)
    raw.smooth = False
    raw.marker = _marker(look, PALETTE[look.mark_fill or look.line])
    raw.errBars = _error_bars(sheet, series, direction="y")
    return raw


def _series(sheet: Sheet, number: int, series: Series, categories: Area) -> RawSeries:
    texts = [
        StrVal(idx=point, v=one_line(str(text), LONGEST_LABEL))
        for point, text in enumerate(sheet.book.values(categories))
        if text
    ]
    count = categories.bottom - categories.top + 1
    return RawSeries(
        idx=number,
        order=number,
        tx=SeriesLabel(v=one_line(series.title, LONGEST_LABEL) or "–"),
        cat=AxDataSource(
            strRef=StrRef(f=categories.formula, strCache=StrData(ptCount=count, pt=texts)),
        ),
        val=_numbers(sheet, series.values),
    )


def _numbers(sheet: Sheet, area: Area) -> NumDataSource:
    found = sheet.book.values(area)
    points = [NumVal(idx=point, v=value) for point, value in enumerate(found) if isinstance(value, int | float)]
    return NumDataSource(
        numRef=NumRef(f=area.formula, numCache=NumData(formatCode="General", ptCount=len(found), pt=points))
    )


def _error_bars(sheet: Sheet, series: Series, *, direction: Literal["x", "y"] | None) -> ErrorBars | None:
    if series.plus is None or series.minus is None:
        return None
    return ErrorBars(
        errDir=direction,
        errBarType="both",
        errValType="cust",
        noEndCap=False,
        plus=_numbers(sheet, series.plus),
        minus=_numbers(sheet, series.minus),
        spPr=GraphicalProperties(ln=_line("ink", 1.0)),
    )


def _marker(look: Look, fill: str) -> Marker:
    if look.mark == "none":
        return Marker(symbol="none")
    return Marker(symbol=look.mark, size=7, spPr=GraphicalProperties(solidFill=fill, ln=_line(look.line, 1.25)))


def _line(colour: str, width: float, dash: Dash = "solid") -> LineProperties:
    return LineProperties(w=int(width * POINT), solidFill=PALETTE[colour], prstDash=dash)


def _characters(size: int, *, bold: bool = False) -> CharacterProperties:
    return CharacterProperties(sz=size, b=bold, solidFill=PALETTE["ink"], latin=Font(typeface=FONT))


def _text_look(size: int) -> RichText:
    look = ParagraphProperties(defRPr=_characters(size))
    return RichText(p=[Paragraph(pPr=look, endParaRPr=_characters(size))])


def _title(text: str, size: int, *, bold: bool = False) -> Title:
    run = RegularTextRun(rPr=_characters(size, bold=bold), t=one_line(text, LONGEST_LABEL))
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=_characters(size, bold=bold)), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)
