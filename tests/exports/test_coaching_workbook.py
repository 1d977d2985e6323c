"""The coaching workbook as openpyxl reads it back."""

import datetime as dt
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart

from exports.coaching_workbook import FOCUS_RULE, build, focus_areas
from tests.exports import office, samples

CT_ERR_BARS = ("errDir", "errBarType", "errValType", "noEndCap", "plus", "minus", "val", "spPr")  # ECMA-376
VISIBLE = ["Cover", "Focus areas", "Criteria", "Trend", "Reviews", "Comments", "Workings", "Provenance"]


@pytest.fixture(scope="module")
def content() -> bytes:
    return build(samples.coaching())


@pytest.fixture(scope="module")
def book(content: bytes) -> Workbook:
    return office.reopened(content)


def column(book: Workbook, sheet: str, letter: str) -> list[object]:
    return [cell.value for cell in book[sheet][letter] if cell.value is not None]


def test_the_sheets_and_which_of_them_are_hidden(book):
    states = {sheet.title: sheet.sheet_state for sheet in book.worksheets}

    assert [title for title, state in states.items() if state == "visible"] == VISIBLE
    assert (states["Lists"], states["Plotted"], states["Record"]) == ("hidden", "hidden", "veryHidden")


def test_every_number_of_the_cover_is_a_formula_over_the_other_sheets(book):
    values = [cell for row in book["Cover"].iter_rows() for cell in row if cell.value is not None]

    numbers = [cell.coordinate for cell in values if cell.data_type in {"n", "d"}]
    formulas = [cell.value for cell in values if cell.data_type == "f"]
    typed = [cell.value for cell in values if cell.data_type == "s" and re.search(r"\d", str(cell.value))]

    assert not numbers
    assert len(formulas) > 30
    assert all(re.search(r"'(Workings|Focus areas)'!", formula) for formula in formulas)
    assert typed == ["Exported by Lena Okafor, 2026-09-29 15:05"]


def test_the_figures_of_the_workings_are_formulas_too(book):
    held = {
        book["Workings"].cell(row, 1).value: book["Workings"].cell(row, 2)
        for row in range(3, book["Workings"].max_row + 1)
        if book["Workings"].cell(row, 2).value is not None
    }

    fixed = {name for name, cell in held.items() if cell.data_type != "f"}

    assert fixed == {
        "First day of the period",
        "Last day of the period",
        "This workbook was made on",
        "1 − confidence of the intervals",
        "Expected of all parts",
        "Spread of the other specialists",
        "Variance of reviewers' strictness",
    }
    weighted = "SUMPRODUCT('Reviews'!$K$5:$K$34,'Reviews'!$F$5:$F$34-'Reviews'!$L$5:$L$34)"
    assert weighted in held["Quality score"].value


def test_focus_areas_stand_in_the_order_of_the_rule(book):
    rows = [
        row for row in book["Focus areas"].iter_rows(min_row=6, values_only=True) if str(row[0]).startswith("Focus")
    ]
    chosen = focus_areas(samples.CRITERIA).chosen

    assert [row[1] for row in rows[::2]] == [criterion.name for criterion in chosen]
    assert book["Focus areas"]["A2"].value == FOCUS_RULE


def test_what_cannot_be_judged_is_listed_with_its_reason(book):
    told = {row[1]: row[2] for row in book["Focus areas"].iter_rows(min_row=15, values_only=True) if row[1]}

    assert told["Escalated when required"] == "○ too few to judge: n = 4"
    assert told["No private data exposed"] == "○ too few to judge: one review has no interval"


def test_rows_to_fill_in_have_drop_downs_and_an_id_that_is_locked(book):
    sheet = book["Focus areas"]
    by_cell = {
        str(cell): validation
        for validation in sheet.data_validations.dataValidation
        for cell in validation.cells.ranges
    }
    ids = [cell for cell in sheet["O"] if cell.row >= 6 and cell.value]

    assert [cell.value for cell in ids][:2] == [
        "focus:sets_expectations_and_deadline:1",
        "focus:sets_expectations_and_deadline:2",
    ]
    assert [cell.value for cell in ids][6:8] == ["action:81", "action:94"]
    assert all(cell.protection.locked for cell in ids)
    assert sheet.protection.sheet
    last = ids[-1].row
    assert by_cell[f"K6:K{last}"].formula1 == "'Lists'!$A$2:$A$3"
    assert by_cell[f"M6:M{last}"].formula1 == "'Lists'!$C$2:$C$4"
    assert by_cell[f"L6:L{last}"].type == "date"
    assert by_cell[f"I6:I{last}"].type == "date"
    assert by_cell["J6"].type == "list"
    assert not any(sheet.cell(row, place).protection.locked for row in range(6, last + 1) for place in range(10, 15))


def test_the_drop_down_for_actions_offers_the_criterions_own_first(book):
    validations = book["Focus areas"].data_validations.dataValidation
    source = next(validation.formula1 for validation in validations if str(validation.sqref) == "J6")
    area = source.split("!")[1].replace("$", "")

    offered = [row[0].value for row in book["Lists"][area]]

    assert offered == [
        "Name day and hour of the next step",
        "Score one own ticket together",
        "Read two good examples together",
    ]


def test_the_record_keeps_what_every_input_held(book):
    rows = list(book["Record"].iter_rows(values_only=True))
    held = {(row[0], row[1]): row[2] for row in rows if row[1]}

    assert ("Document", None, "wb-2f6c1d") in rows
    assert ("Specialist", None, "person-17") in rows
    assert held["action:94", "due"] == "2026-09-18"
    assert held["action:81", "status"] == "done"
    assert held["focus:complete_answer:1", "action"] is None


def test_charts_have_titles_axes_and_intervals_and_stand_below_their_table(book):
    for name, kind, last in (("Criteria", BarChart, 17), ("Trend", LineChart, 18)):
        (chart,) = book[name]._charts

        assert isinstance(chart, kind)
        assert chart.anchor._from.row >= last
        assert chart.title is not None
        for axis in (chart.x_axis, chart.y_axis):
            assert axis.title is not None
            assert axis.delete is False
        bars = chart.series[0].errBars
        assert bars.errValType == "cust"
        assert bars.plus.numRef.f.startswith("'Plotted'!")
        assert len(bars.plus.numRef.numCache.pt) > 5


def test_error_bars_follow_the_order_of_the_standard(content: bytes):
    with ZipFile(BytesIO(content)) as archive:
        charts = [archive.read(name) for name in archive.namelist() if name.startswith("xl/charts/")]

    bars = [element for chart in charts for element in etree.fromstring(chart).iter("{*}errBars")]

    assert len(bars) == 3
    for element in bars:
        names = [etree.QName(child).localname for child in element]
        assert names == [name for name in CT_ERR_BARS if name in names]


def test_a_figure_that_says_too_little_has_no_accent(book):
    styles = {place: book["Cover"][place].style for place in ("A8", "D8", "G8", "J8")}

    assert styles == {
        "A8": "Fairmark figure",
        "D8": "Fairmark figure share too few",
        "G8": "Fairmark figure share",
        "J8": "Fairmark figure signed",
    }


def test_the_cover_has_the_weekly_line_and_no_other_sheet_has_charts(book):
    charts = {sheet.title: len(sheet._charts) for sheet in book.worksheets if sheet._charts}

    assert charts == {"Cover": 1, "Criteria": 1, "Trend": 1}


def test_bars_from_fewer_than_five_reviews_are_hollow(book):
    (chart,) = book["Criteria"]._charts

    few = [number for number, criterion in enumerate(samples.CRITERIA) if criterion.n < 5]

    assert [point.idx for point in chart.series[0].dPt] == few
    assert all(point.spPr.noFill for point in chart.series[0].dPt)


def test_colours_come_with_a_mark_and_a_word(book):
    verdicts, results = column(book, "Criteria", "J"), column(book, "Reviews", "G")

    assert set(verdicts) == {
        "Verdict",
        "▼ below team",
        "▲ above team",
        "● no clear difference",
        "○ too few to judge",
    }
    assert set(results) == {"Result", "✓ passed", "✗ failed", "! critical error"}


def test_tables_have_the_columns_their_heads_name(book):
    for sheet, name in (
        ("Focus areas", "Actions"),
        ("Criteria", "Criteria"),
        ("Trend", "Trend"),
        ("Reviews", "Reviews"),
        ("Comments", "Comments"),
    ):
        table = book[sheet].tables[name]
        head = [cell.value for cell in book[sheet][table.ref][0]]

        assert [one.name for one in table.tableColumns] == head
        assert book[sheet].print_title_rows
        assert book[sheet].freeze_panes


def test_every_review_is_listed_with_its_weight_as_a_formula(book):
    rows = samples.coaching().reviews
    sheet = book["Reviews"]

    assert sorted(column(book, "Reviews", "A")[3:]) == sorted(row.ticket_id for row in rows)
    assert sheet["K5"].value == '=IF(AND(E5="routine",ISNUMBER(F5),ISNUMBER(I5)),J5/I5,0)'
    assert sheet["A5"].data_type == "s"
    assert sheet["N5"].hyperlink.target.startswith("https://fairmark.example/reviews/")


@pytest.mark.parametrize(
    ("score", "mark", "shown"),
    [
        pytest.param(79.96, 80.0, "0.00_)", id="two decimals tell them apart"),
        pytest.param(79.9999, 80.0, "0.0000_)", id="four decimals tell them apart"),
        pytest.param(79.94, 80.0, "0.0_)", id="one is enough"),
        pytest.param(80.04, 80.0, "0.0_)", id="over the mark"),
        pytest.param(79.96, None, "0.0_)", id="no mark"),
    ],
)
def test_a_score_just_under_the_mark_does_not_look_like_it(score: float, mark: float | None, shown: str):
    rows = (replace(samples.coaching().reviews[0], score=score, pass_mark=mark, outcome="failed"),)

    book = office.reopened(build(samples.coaching(reviews=rows)))

    assert book["Reviews"]["F5"].number_format == shown


def test_comments_carry_their_evidence(book):
    rows = samples.coaching().reviews
    passages = [excerpt.text for row in rows for remark in row.remarks for excerpt in remark.excerpts]

    shown = column(book, "Comments", "G")[1:]

    assert len(shown) == len(passages)
    assert all(any(passage in str(text) for text in shown) for passage in passages)


def test_a_passage_that_two_criteria_rest_on_is_quoted_once_without_its_empty_lines():
    data = samples.coaching()
    excerpt = samples.Excerpt(message="message 2, specialist", text="Dear Kim,\n\n \nthank you.")
    remarks = tuple(
        samples.Remark(criterion=name, level="Partly", excerpts=(excerpt,)) for name in ("Tone", "Next step")
    )
    book = office.reopened(build(replace(data, reviews=(replace(data.reviews[0], remarks=remarks),))))

    assert [book["Comments"].cell(row, 7).value for row in (5, 6)] == [
        "message 2, specialist: “Dear Kim,\nthank you.”",
        "message 2, specialist: as for “Tone”",
    ]


def test_a_comment_longer_than_a_printed_row_is_cut_with_a_mark():
    data = samples.coaching()
    remark = samples.Remark(criterion="Tone", level="Partly", comment="x" * 5_000)
    rows = (replace(data.reviews[0], remarks=(remark,)),)

    book = office.reopened(build(replace(data, reviews=rows)))

    told = str(book["Comments"]["F5"].value)
    assert len(told) < 1_300
    assert told.endswith("[cut here; the whole text is in the review]")


def test_provenance_tells_where_the_figures_come_from(book):
    told = [value for row in book["Provenance"].iter_rows(values_only=True) for value in row if value is not None]

    for expected in (
        "Lena Okafor, team lead",
        dt.datetime(2026, 9, 29, 15, 5),  # noqa: DTZ001
        "Europe/Dublin",
        "Fairmark 0.1.0, scoring engine 1",
        "9f2c" * 16,
        "1b7e" * 16,
        "Reviews still sealed",
        2,
    ):
        assert expected in told


def test_the_same_data_give_the_same_file(content: bytes):
    assert build(samples.coaching()) == content


def test_a_week_above_a_hundred_is_not_cut_off():
    (first, *others) = samples.coaching().weeks
    weeks = (replace(first, mean=112.0, low=90.0, high=134.0), *others)

    book = office.reopened(build(samples.coaching(weeks=weeks)))

    axis = book["Trend"]._charts[0].y_axis
    assert axis.scaling.max == 120


def test_without_any_review_every_sheet_says_so():
    data = samples.coaching(reviews=(), criteria=(), weeks=(), earlier_actions=())

    book = office.reopened(build(data), values=True)

    assert [book["Cover"][place].value for place in ("A8", "J8", "A17")] == [
        "no reviews",
        "too few to judge",
        "No criterion has enough reviews to be judged yet.",
    ]
    assert book["Focus areas"]["A11"].value == "No criterion was answered in this period."
    assert [book[sheet]["A5"].value for sheet in ("Criteria", "Trend", "Reviews", "Comments")] == [
        "No criterion was answered in this period.",
        "No week has a review.",
        "No review in this period.",
        "No comment in this period.",
    ]


def review(**changes: object) -> dict[str, object]:
    rows = samples.coaching().reviews
    return {"reviews": (replace(rows[0], **changes), *rows[1:])}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            review(resolved_at=dt.datetime(2026, 7, 30, 9, tzinfo=dt.UTC), week="2026-W31"),
            "review r0 was resolved on 2026-07-30, outside 2026-08-03 to 2026-09-27",
            id="another period",
        ),
        pytest.param(review(week="2026-W40"), "not in week 2026-W40", id="another week"),
        pytest.param(review(week="31"), "written like 2026-W31: '31'", id="no week"),
        pytest.param(review(inclusion_probability=0.0), r"outside \(0, 1\]: 0.0", id="no chance"),
        pytest.param(review(completion=0.5), "completion factor below 1", id="completion"),
        pytest.param(review(score=None), "is failed with score None", id="failed without a score"),
        pytest.param(review(outcome="fine"), "unknown outcome: 'fine'", id="outcome"),
        pytest.param(review(review_id="r1"), "review 'r1' is there 2 times", id="twice"),
        pytest.param(
            {"criteria": (replace(samples.CRITERIA[0], low=80.0),)}, "outside its interval: 71.7", id="interval"
        ),
        pytest.param({"criteria": (replace(samples.CRITERIA[0], high=None),)}, "half an interval", id="half"),
        pytest.param({"focus_limit": 0}, "focus_limit is at least 1", id="limit"),
        pytest.param({"confidence": 95}, "confidence lies between 0 and 1: 95", id="confidence"),
        pytest.param({"owners": ()}, "not among the owners", id="owner"),
    ],
)
def test_what_does_not_fit_together_is_refused_by_name(changes: dict[str, object], message: str):
    with pytest.raises(ValueError, match=message):
        build(samples.coaching(**changes))


def test_printing_takes_one_page_for_each_portrait_sheet(content: bytes, tmp_path: Path):
    pdf = office.converted({"plan.xlsx": content}, "pdf", tmp_path)["plan.xlsx"].read_bytes()

    pages = re.findall(rb"/Type\s*/Page\b.*?/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", pdf, flags=re.DOTALL)

    upright = [float(width) < float(height) for width, height in pages]
    # Cover; focus areas; criteria; trend; reviews and comments on two pages each; workings; provenance.
    assert upright == [True, False, True, True, False, False, False, False, True, True]
