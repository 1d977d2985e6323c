"""The sheet that says where the figures come from."""

from exports.provenance import Provenance
from exports.workbook.book import Area, Book, Sheet
from exports.workbook.fingerprint import PROVENANCE, RECIPE
from exports.workbook.values import Value

WIDTHS = (28, 32, 58)


def add_provenance(book: Book, provenance: Provenance, *, header: str = "", footer: str = "") -> Sheet:
    """Add the sheet: what, for whom, by whom, when, which data, which draws and rubrics, how, and how many rows."""
    sheet = book.sheet(PROVENANCE, widths=WIDTHS, header=header, footer=footer)
    sheet.put(1, 1, "Where these figures come from", "title")
    sheet.height(1, 30)
    row = 3
    if provenance.link:
        sheet.link(2, 1, "Open in Fairmark", provenance.link)
    row = _pairs(sheet, row, "This workbook", _about(provenance, sheet))
    row = _pairs(sheet, row, "Filters applied", provenance.filters, nothing="None: everything in the period.")
    row = _triples(
        sheet,
        row,
        "Sampling plans and draws",
        ("What", "Name", "Digest (SHA-256)"),
        [(receipt.kind, receipt.name, receipt.digest) for receipt in provenance.receipts],
        nothing="No draw stands behind these data.",
    )
    row = _triples(
        sheet,
        row,
        "Rubric versions",
        ("Version", "Scoring engine", "Fingerprint"),
        [(rubric.label, rubric.engine, rubric.fingerprint) for rubric in provenance.rubrics],
        nothing="No rubric stands behind these data.",
    )
    row = _pairs(sheet, row, "How the figures are made", provenance.methods, nothing="No figure is estimated.")
    row = _pairs(sheet, row, "Rows", provenance.counts, nothing="No rows.")
    row = _pairs(sheet, row, "Left out", provenance.left_out, nothing="Nothing was left out.")
    row = _pairs(sheet, row, "Content", (("Digest (SHA-256)", ""), ("How it is made", RECIPE)))
    book.seal(sheet, row - 3, 2)
    sheet.print_area(len(WIDTHS), row - 1)
    sheet.protect()
    return sheet


def _about(provenance: Provenance, sheet: Sheet) -> tuple[tuple[str, Value], ...]:
    return (
        ("What", provenance.title),
        ("About", provenance.subject),
        ("Made for", provenance.prepared_for),
        ("Made by", provenance.prepared_by),
        ("Made at", provenance.prepared_at),
        ("Times are shown in", str(sheet.zone)),
        ("First day of the data", provenance.period_from),
        ("Last day of the data", provenance.period_to),
        ("Software", provenance.software),
        ("Confidentiality", provenance.confidentiality),
        ("Watermark", provenance.watermark(sheet.zone)),
    )


def _pairs(sheet: Sheet, row: int, heading: str, pairs: tuple[tuple[str, Value], ...], *, nothing: str = "") -> int:
    row = _heading(sheet, row, heading)
    if not pairs:
        sheet.put(row, 1, nothing, "soft")
        return row + 2
    for name, value in pairs:
        sheet.put(row, 1, name, "soft wrapped")
        style = "text"
        if not isinstance(value, str):
            style = "whole left" if isinstance(value, int) else "minute" if hasattr(value, "hour") else "day"
        sheet.fit(row)
        if isinstance(value, str):
            sheet.note(row, 3, value, left=2, style="text")
        else:
            sheet.put(row, 2, value, style)
        row += 1
    return row + 1


def _triples(
    sheet: Sheet,
    row: int,
    heading: str,
    titles: tuple[str, str, str],
    rows: list[tuple[str, str, str]],
    *,
    nothing: str,
) -> int:
    row = _heading(sheet, row, heading)
    if not rows:
        sheet.put(row, 1, nothing, "soft")
        return row + 2
    sheet.headers(row, titles)
    for first, second, digest in rows:
        row += 1
        sheet.put(row, 1, first)
        sheet.put(row, 2, second)
        sheet.put(row, 3, digest, "code")
        sheet.fit(row)
    return row + 2


def _heading(sheet: Sheet, row: int, text: str) -> int:
    sheet.fill(Area(sheet=sheet.title, top=row, left=1, bottom=row, right=len(WIDTHS)), "heading")
    sheet.put(row, 1, text, "heading")
    return row + 1
