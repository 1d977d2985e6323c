"""The door to workbooks: what cells keep, what is refused, how sheets print."""

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from exports.workbook import PALETTE, STYLES, Book, Sheet
from tests.exports.office import reopened

DUBLIN = ZoneInfo("Europe/Dublin")
NOON = dt.datetime(2026, 7, 1, 12, 0, tzinfo=dt.UTC)


def book(**changes: object) -> Book:
    facts = {"title": "Title", "subject": "Subject", "author": "Lena", "made_at": NOON, "zone": DUBLIN}
    return Book(**(facts | changes))  # type: ignore[arg-type]


def sheet(title: str = "Data") -> Sheet:
    return book().sheet(title, widths=(20, 10), header="Plan of R&D", footer="Confidential")


def saved(written: Sheet) -> Worksheet:
    return reopened(written.book.content())[written.title]


@pytest.mark.parametrize(
    "text", ["=1+1", "=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "#N/A", "#REF!", "1", "TRUE", "2026-01-01", "  x "]
)
def test_a_text_stays_a_text(text: str):
    written = sheet()

    written.put(1, 1, text)

    cell = saved(written)["A1"]
    assert (cell.data_type, cell.value) == ("s", text)


@pytest.mark.parametrize(("text", "kept"), [("=1+1", True), ("-1", True), ("plain", False)])
def test_a_text_like_a_formula_stays_one_when_somebody_edits_it(text: str, kept: bool):
    written = sheet()

    written.put(1, 1, text)

    assert bool(saved(written)["A1"].quotePrefix) is kept


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(5, 5, id="whole"),
        pytest.param(Fraction(1, 8), 0.125, id="fraction"),
        pytest.param(Decimal("79.95"), 79.95, id="decimal"),
        pytest.param(np.float64(2.5), 2.5, id="numpy float"),
        pytest.param(np.int64(7), 7, id="numpy whole"),
        pytest.param(10**15 - 1, 10**15 - 1, id="fifteen digits"),
        pytest.param(2**52, "4503599627370496", id="sixteen digits become text"),
        pytest.param(True, "yes", id="true"),
        pytest.param(None, None, id="nothing"),
        pytest.param("", None, id="empty text"),
    ],
)
def test_what_a_cell_keeps(value, expected):
    written = sheet()

    written.put(1, 1, value, "any number")

    assert saved(written)["A1"].value == expected


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, np.float64("nan"), Decimal("NaN")])
def test_numbers_that_are_not_finite_are_refused(value):
    with pytest.raises(ValueError, match="finite"):
        sheet().put(1, 1, value)


@pytest.mark.parametrize("value", [object(), [1], b"x", 1j])
def test_other_things_are_refused_by_name(value):
    with pytest.raises(ValueError, match="a cell holds text, a number or a time"):
        sheet().put(1, 1, value)


def test_a_time_is_shown_on_the_clock_of_the_stated_zone():
    written = sheet()

    written.put(1, 1, NOON, "minute")

    cell = saved(written)["A1"]
    assert str(cell.value) == "2026-07-01 13:00:00"
    assert cell.number_format == "yyyy-mm-dd hh:mm"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="needs its zone"):
        sheet().put(1, 1, dt.datetime(2026, 7, 1, 12, 0))  # noqa: DTZ001


def test_a_day_before_excels_calendar_is_refused():
    with pytest.raises(ValueError, match="1900-02-28"):
        sheet().put(1, 1, dt.date(1900, 2, 28), "day")


def test_a_formula_carries_the_value_it_has():
    written = sheet()

    written.formula(1, 1, "=1+1", 2, "number")
    written.formula(2, 1, '="a"', "a\x00<&_x0041_", "text")
    written.formula(3, 1, "=B1", dt.date(2026, 7, 1), "day")

    values = reopened(written.book.content(), values=True)["Data"]
    assert saved(written)["A1"].value == "=1+1"
    assert [values[f"A{row}"].value for row in (1, 2)] == [2, "a<&_x005F_x0041_"]
    assert values["A3"].value == dt.datetime(2026, 7, 1)  # noqa: DTZ001


def test_text_is_not_taken_for_a_formula_by_the_door_for_formulas():
    with pytest.raises(ValueError, match="begins with '='"):
        sheet().formula(1, 1, "1+1", 2, "number")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "https://a b", "https://x\ny", "", "https://" + "x" * 3_000],
)
def test_links_lead_to_web_pages_only(address: str):
    with pytest.raises(ValueError, match="not a web address"):
        sheet().link(1, 1, "Open", address)


def test_a_link_shows_its_label_and_not_its_address():
    written = sheet()

    written.link(1, 1, "=Open", "https://fairmark.example/r/1")

    cell = saved(written)["A1"]
    assert (cell.value, cell.data_type, cell.hyperlink.target) == ("=Open", "s", "https://fairmark.example/r/1")


def test_a_link_inside_the_workbook_needs_no_address():
    written = sheet()
    other = written.book.sheet("It's there", widths=(10,))

    written.link_to_sheet(1, 1, "There", other)

    link = saved(written)["A1"].hyperlink
    assert (link.location, link.target) == ("'It''s there'!A1", None)


def test_a_sheet_is_set_up_to_be_printed():
    written = sheet()
    written.headers(1, ("Name", "n"), right=(2,))
    written.put(2, 1, "a")
    written.freeze(2, 2)
    written.repeat(1, 1)
    written.print_area(2, 2)
    written.break_before(2)

    kept = saved(written)

    setup = kept.page_setup
    assert kept.sheet_properties.pageSetUpPr.fitToPage
    assert (setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight) == (9, "portrait", 1, 0)
    assert (kept.freeze_panes, kept.print_title_rows, kept.print_area) == ("B2", "$1:$1", "'Data'!$A$1:$B$2")
    assert kept.oddHeader.left.text == "Plan of R&&D"
    assert kept.oddFooter.left.text == "Confidential"
    assert kept.oddFooter.right.text == "Page &P of &N"
    assert [page_break.id for page_break in kept.row_breaks.brk] == [1]
    assert not kept.sheet_view.showGridLines


def test_drop_downs_days_and_numbers_are_validated():
    written = sheet()
    source = written.area(5, 1, 7)

    written.choices(written.area(1, 1), source, title="Owner" * 20, message="Who?" * 200)
    written.choices(written.area(2, 1), source, title="Action", message="What?", strict=False)
    written.days(written.area(3, 1), first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31), title="Due", message="-")
    written.numbers(written.area(4, 1), low=0, high=100, title="Goal", message="-")

    strict, loose, days, numbers = saved(written).data_validations.dataValidation
    assert (strict.type, strict.formula1, str(strict.sqref)) == ("list", "'Data'!$A$5:$A$7", "A1")
    assert strict.showErrorMessage
    assert not loose.showErrorMessage
    assert len(strict.promptTitle) <= 32
    assert len(strict.prompt) <= 255
    assert (days.type, days.formula1, days.formula2) == ("date", "46023", "46387")
    assert (numbers.type, numbers.formula1, numbers.formula2) == ("decimal", "0", "100")


def test_a_table_without_a_row_is_refused():
    written = sheet()

    with pytest.raises(ValueError, match="a row below its head"):
        written.table("Empty", written.area(1, 1, 1, 2))


def test_protection_leaves_input_cells_open():
    written = sheet()
    written.put(1, 1, None, "input")
    written.put(2, 1, "fixed")
    written.protect()

    kept = saved(written)

    assert kept.protection.sheet
    assert not kept["A1"].protection.locked
    assert kept["A2"].protection.locked


def test_rows_grow_with_their_texts_and_stop_where_excel_stops():
    written = sheet()
    written.put(1, 1, "short")
    written.put(2, 1, "word " * 40)
    written.put(3, 1, "line\n" * 300)

    for row in (1, 2, 3):
        written.fit(row)

    heights = [saved(written).row_dimensions[row].height for row in (1, 2, 3)]
    assert heights[0] == 15
    assert 100 < heights[1] < 200
    assert heights[2] == 409


def test_the_file_says_what_it_is():
    written = book(title="Coaching plan", subject="August")
    written.sheet("One", widths=(10,))

    kept: Workbook = reopened(written.content())

    facts = kept.properties
    assert (facts.title, facts.subject, facts.creator) == ("Coaching plan", "August", "Lena")
    assert (facts.created, facts.modified) == (NOON.replace(tzinfo=None), NOON.replace(tzinfo=None))
    assert kept.calculation.fullCalcOnLoad


def test_equal_content_gives_equal_bytes():
    def make() -> bytes:
        written = sheet()
        written.put(1, 1, "same")
        written.formula(2, 1, "=1+1", 2, "number")
        return written.book.content()

    assert make() == make()


def test_a_workbook_without_a_visible_sheet_is_refused():
    written = sheet()
    written.hide()

    with pytest.raises(ValueError, match="can be seen"):
        written.book.content()


def test_a_book_needs_a_time_with_its_zone():
    with pytest.raises(ValueError, match="no time zone"):
        book(made_at=dt.datetime(2026, 7, 1))  # noqa: DTZ001


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", sorted(STYLES))
def test_every_style_can_be_read_on_its_ground(name: str):
    style = STYLES[name]
    light, dark = luminance(PALETTE[style.fill or "paper"]), luminance(PALETTE[style.colour])

    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("name", sorted(STYLES))
def test_grounds_are_pale_to_spare_ink(name: str):
    assert luminance(PALETTE[STYLES[name].fill or "paper"]) > 0.75
