"""Charts as SVG, written in Python: classes and presentation attributes only, so that a strict CSP lets them through.

Every function takes plain values and gives a ``Chart``: a drawing that fits any width of its place, and the table
of the same figures. Uncertainty is always drawn; a mark with n under 5 is hollow.
"""

from qa.core.charts.bars import StackedRow, bar_chart, stacked_bars
from qa.core.charts.dots import Dot, DotRow, dot_plot
from qa.core.charts.intervals import interval_plot
from qa.core.charts.lines import control_chart, line_chart, small_multiples, sparkline
from qa.core.charts.values import Chart, DataTable, Event, Limits, Numerals, Point, Row, Series, Stretch

__all__ = [
    "Chart",
    "DataTable",
    "Dot",
    "DotRow",
    "Event",
    "Limits",
    "Numerals",
    "Point",
    "Row",
    "Series",
    "StackedRow",
    "Stretch",
    "bar_chart",
    "control_chart",
    "dot_plot",
    "interval_plot",
    "line_chart",
    "small_multiples",
    "sparkline",
    "stacked_bars",
]
