"""What LibreOffice works out from the workbook equals figures computed apart from it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from scipy import stats

from exports.coaching_workbook import CoachingWorkbook, ReviewRow, build
from exports.tables import Column, Table, to_csv, to_xlsx
from tests.exports import office, samples

HOSTILE = (
    "=cmd|'/c calc'!A0",
    "+1",
    "-2+3",
    "@SUM(A1:A9)",
    '=HYPERLINK("http://evil.example","click")',
    "#REF!",
    "a\x00b\x0bc\x1fd",
    "long " * 8_000,
    "\u202eمرحبا שלום",
    "🙂 👩‍👩‍👧 ﷽",
    "_x0041_ stays",
    "<b>&amp;</b>",
    "{=1+1}",
    "\tlooks empty",
)


def hostile() -> CoachingWorkbook:
    data = samples.coaching()
    rows = []
    for number, row in enumerate(data.reviews):
        text = HOSTILE[number % len(HOSTILE)]
        if len(text) > 1_000:  # once is enough: Calc takes seconds to lay each of them out
            rows.append(replace(row, queue=text if number < len(HOSTILE) else ""))
            continue
        remarks = (samples.Remark(criterion=text, level=text, comment=text, excerpts=()),)
        rows.append(replace(row, summary=text, ticket_id=text, queue=text, rubric=text, remarks=remarks))
    figures = tuple(replace(row, name=HOSTILE[n][:500]) for n, row in enumerate(data.criteria))
    return replace(
        data,
        reviews=tuple(rows),
        criteria=figures,
        specialist="=1+1",
        team="+2",
        lead="@X",
        provenance=samples.provenance(subject="=1+1", prepared_by="-1", filters=(("=A1", "@SUM(1)"),)),
        suggested_actions=(samples.SuggestedAction(text="=1+1"),),
        earlier_actions=tuple(replace(action, text="=1+1", notes="+1") for action in data.earlier_actions),
    )


def few() -> CoachingWorkbook:
    data = samples.coaching()
    routine = [row for row in data.reviews if row.weight > 0][:4]
    return replace(data, reviews=tuple(routine), weeks=(), earlier_actions=())


def all_passed() -> CoachingWorkbook:
    data = samples.coaching()
    rows = tuple(replace(row, score=90.0, outcome="passed", inclusion_probability=1.0) for row in data.reviews)
    return replace(data, reviews=rows)


CASES = {
    "full": samples.coaching,
    "hostile": hostile,
    "few": few,
    "all_passed": all_passed,
    "one": lambda: replace(few(), reviews=few().reviews[:1]),
    "empty": lambda: replace(few(), reviews=(), criteria=(), owners=()),
}
TABLE = Table(
    name="Texts",
    columns=(Column(title="Text"), Column(title="No", kind="whole")),
    rows=[(text, -number) for number, text in enumerate(HOSTILE)],
)


CHANGED = "r0"


def changed(content: bytes) -> bytes:
    """The workbook after somebody set one score to 0 in it."""
    book = office.reopened(content)
    ticket = next(row.ticket_id for row in samples.coaching().reviews if row.review_id == CHANGED)
    row = next(cell.row for cell in book["Reviews"]["A"] if cell.value == ticket)
    book["Reviews"].cell(row, 6).value = 0
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def false_values(content: bytes) -> bytes:
    """The workbook with another value beside every formula."""
    target = BytesIO()
    with ZipFile(BytesIO(content)) as source, ZipFile(target, "w") as archive:
        for name in source.namelist():
            part = source.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part = re.sub(rb"</f><v>[0-9.]+</v>", b"</f><v>-4711</v>", part)
            archive.writestr(name, part)
    return target.getvalue()


@pytest.fixture(scope="module")
def built() -> dict[str, bytes]:
    return {name: build(make()) for name, make in CASES.items()}


@pytest.fixture(scope="module")
def books(built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Workbook]:
    files = dict(built)
    files["table"] = to_xlsx(TABLE, zone=samples.ZONE, provenance=samples.provenance())
    files["changed"], files["false"] = changed(files["full"]), false_values(files["full"])
    return office.recalculated(files, tmp_path_factory.mktemp("office"))


def workings(book: Workbook) -> dict[str, list[object]]:
    """The value beside each name; names occur once for each figure."""
    found: dict[str, list[object]] = {}
    for name, value, *_ in book["Workings"].iter_rows(min_row=3, values_only=True):
        if name:
            found.setdefault(str(name), []).append(value)
    return found


def weighted(rows: tuple[ReviewRow, ...], y: list[float]) -> tuple[float, float, float, int]:
    """Mean, variance, effective number and number, written with numpy from the textbook's formula."""
    pi = np.array([row.inclusion_probability for row in rows])
    w = np.array([row.completion for row in rows]) / pi
    pi = 1 / w  # of being drawn and done
    values, m = np.array(y), len(rows)
    mean = np.average(values, weights=w)
    variance = m / (m - 1) * np.sum((1 - pi) * (w * (values - mean)) ** 2) / w.sum() ** 2
    return float(mean), float(variance), float(w.sum() ** 2 / (w**2).sum()), m


def routine(data: CoachingWorkbook) -> tuple[ReviewRow, ...]:
    return tuple(row for row in data.reviews if row.purpose == "routine")


def cells(sheet: Worksheet) -> Iterator[object]:
    return (value for row in sheet.iter_rows(values_only=True) for value in row if value is not None)


def test_the_quality_score_and_its_interval(books):
    rows = routine(samples.coaching())
    mean, variance, effective, _ = weighted(rows, [row.score for row in rows])
    half = stats.t.ppf(0.975, effective - 1) * variance**0.5

    told = workings(books["full"])

    assert told["Quality score"] == [pytest.approx(mean, abs=1e-9)]
    assert told["Interval from"][0] == pytest.approx(mean - half, abs=1e-6)
    assert told["Interval to"][0] == pytest.approx(mean + half, abs=1e-6)
    assert books["full"]["Cover"]["A8"].value == pytest.approx(mean, abs=1e-9)


@pytest.mark.parametrize(
    ("outcome", "name", "place"), [("passed", "Pass rate", 1), ("failed_critical", "Critical errors", 2)]
)
def test_the_shares_and_their_intervals(books, outcome: str, name: str, place: int):
    rows = routine(samples.coaching())
    p, variance, _, m = weighted(rows, [float(row.outcome == outcome) for row in rows])
    size = min(m, p * (1 - p) / variance) * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, m - 1)) ** 2

    told = workings(books["full"])

    assert told[name] == [pytest.approx(p, abs=1e-12)]
    low = stats.beta.ppf(0.025, p * size, size - p * size + 1)
    high = stats.beta.ppf(0.975, p * size + 1, size - p * size)
    assert told["Interval from"][place] == pytest.approx(low, abs=1e-7)
    assert told["Interval to"][place] == pytest.approx(high, abs=1e-7)


def test_a_share_of_everything_or_nothing_keeps_an_interval(books):
    m = len(routine(all_passed()))
    size = m * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, m - 1)) ** 2
    weights = np.array([row.completion for row in routine(all_passed())])
    size *= weights.sum() ** 2 / (weights**2).sum() / m

    told = workings(books["all_passed"])

    assert (told["Pass rate"], told["Critical errors"]) == ([1], [0])
    assert told["Interval from"][1] == pytest.approx(0.025 ** (1 / size), abs=1e-7)
    assert told["Interval to"][2] == pytest.approx(1 - 0.025 ** (1 / size), abs=1e-7)


def test_the_counts_of_the_cover(books):
    data = samples.coaching()
    cover = books["full"]["Cover"]

    shown = {cover.cell(12, column).value: cover.cell(13, column).value for column in range(1, 12, 2)}

    assert shown == {
        "Reviews counted": len(routine(data)),
        "Not counted": len(data.reviews) - len(routine(data)),
        "Criteria below team": 4,
        "Too few to judge": 2,
        "Open actions": 1,
        "Actions overdue": 1,
    }


def test_the_lowest_gap_and_the_focus_areas(books):
    cover = books["full"]["Cover"]

    focus = [cover.cell(row, 1).value for row in (17, 18, 19)]

    # By hand from the gaps' upper ends: -5.98, -3.76, -2.82, then -0.29.
    assert focus == ["Sets expectations and deadline", "Reads the account history", "Complete answer"]
    assert (cover["J8"].value, cover["J10"].value) == (-13.9, "Sets expectations and deadline")
    assert cover["J9"].value == "\N{MINUS SIGN}21.8 to \N{MINUS SIGN}6.0 (95% interval)"


def test_the_checks_agree(books):
    told = workings(books["full"])

    assert told["Reviews by week and reviews in the figures"] == ["agree"]
    assert told["First focus area and lowest gap"] == ["agree"]


def test_every_value_brought_along_is_the_one_worked_out(books, built):
    for name, content in built.items():
        formulas, values = office.reopened(content), office.reopened(content, values=True)
        for sheet in formulas.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.data_type != "f":
                        continue
                    where = (name, sheet.title, cell.coordinate)
                    brought = values[sheet.title][cell.coordinate].value
                    found = books[name][sheet.title][cell.coordinate].value
                    if isinstance(brought, float | int) and not isinstance(brought, bool):
                        assert found == pytest.approx(brought, rel=1e-7, abs=1e-7), where
                    else:
                        assert (found or "") == (brought or ""), where


@pytest.mark.parametrize("name", [*CASES, "table"])
def test_no_cell_is_an_error(books, name: str):
    wrong = [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in books[name].worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "e"
    ]

    assert not wrong


@pytest.mark.parametrize(("name", "reason"), [("one", "one review"), ("empty", "no reviews")])
def test_what_is_undefined_is_said_in_words(books, name: str, reason: str):
    cover = books[name]["Cover"]

    assert cover["A9"].value == reason
    assert cover["A10"].value == "too few to judge"


def test_four_reviews_are_too_few_to_judge(books):
    assert books["few"]["Cover"]["A10"].value == "too few to judge"
    assert books["few"]["Cover"]["D10"].value == "too few to judge"


def test_hostile_texts_stay_the_texts_they_were(books):
    shown = {str(value).replace("_x005F_", "_") for value in cells(books["hostile"]["Reviews"])}

    for text in HOSTILE:
        kept = text.replace("\x00", "").replace("\x0b", "").replace("\x1f", "")
        if len(text) < 1_000:
            assert kept in shown
    assert any("[cut here" in text for text in shown)
    assert books["hostile"]["Cover"]["A2"].value == "=1+1"


def test_hostile_texts_in_a_flat_table_stay_texts(books):
    shown = [row[0] for row in books["table"]["Texts"].iter_rows(min_row=2, values_only=True)]

    assert shown[:6] == list(HOSTILE[:6])
    assert shown[6] == "abcd"
    assert str(shown[7]).startswith("long long")


def test_a_changed_review_changes_the_cover(books):
    data = samples.coaching()
    rows = [replace(row, score=0.0) if row.review_id == CHANGED else row for row in routine(data)]

    mean, *_ = weighted(tuple(rows), [row.score for row in rows])

    assert books["changed"]["Cover"]["A8"].value == pytest.approx(mean, abs=1e-9)
    assert books["changed"]["Cover"]["A8"].value < books["full"]["Cover"]["A8"].value


def test_values_brought_along_are_not_taken_on_trust(books):
    assert books["false"]["Cover"]["A8"].value == books["full"]["Cover"]["A8"].value


def test_no_csv_field_is_calculated(tmp_path: Path):
    files = {"table.csv": to_csv(TABLE, zone=samples.ZONE), "bare.csv": b'"=1+1"\r\n'}

    paths = office.converted(files, "xlsx", tmp_path)

    assert load_workbook(paths["bare.csv"])["bare"]["A1"].data_type == "f"
    sheet = load_workbook(paths["table.csv"])["table"]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert [cell.value for cell in sheet["B"]][1:] == [-number for number in range(len(HOSTILE))]
