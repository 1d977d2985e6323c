"""The only door to a workbook: safe cells, named styles, tables, charts, print set-up, provenance.

Nothing else in the project imports openpyxl to write. Texts cannot become formulas, links or macros; numbers are
finite; times are in a stated zone; formulas carry the value they have, so that previews and protected view show it.
"""

from exports.workbook.book import Area, Book, Sheet
from exports.workbook.charts import Axis, Look, Series, interval_bars, interval_lines
from exports.workbook.fingerprint import content_digest
from exports.workbook.provenance_sheet import add_provenance
from exports.workbook.streaming import RowBook, RowSheet
from exports.workbook.styles import MORE_DECIMALS, PALETTE, STYLES
from exports.workbook.values import MOST_DIGITS, OLDEST_DATE

__all__ = [
    "MORE_DECIMALS",
    "MOST_DIGITS",
    "OLDEST_DATE",
    "PALETTE",
    "STYLES",
    "Area",
    "Axis",
    "Book",
    "Look",
    "RowBook",
    "RowSheet",
    "Series",
    "Sheet",
    "add_provenance",
    "content_digest",
    "interval_bars",
    "interval_lines",
]
