"""A specialist's scorecard and a team's workbook: hostile names, live figures, nobody, and what they print."""

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl.chart import BarChart, LineChart

from exports.figures import Figure
from exports.scorecard_workbook import Scorecard, ScorecardWorkbook, TeamWorkbook, build, build_team
from exports.workbook import content_digest
from tests.exports import office, samples

HOSTILE = ('=HYPERLINK("http://evil.example","x")', "+1", "O'Hara [the] very long name of somebody: with everything")


def card(name: str, **changes: object) -> Scorecard:
    data = samples.coaching()
    found = Scorecard(
        specialist=name,
        quality=Figure(value=78.2, low=71.0, high=85.4, n=27),
        others=Figure(value=83.1, low=81.0, high=85.2, n=160),
        apart=Figure(value=-4.9, low=-12.1, high=2.3),
        passed=Figure(value=0.63, low=0.42, high=0.81, n=27),
        critical=Figure(value=0.07, low=0.01, high=0.24, n=27),
        criteria=samples.CRITERIA,
        weeks=data.weeks,
        actions=data.earlier_actions,
        plan="Plan of 1 August 2026",
        link="https://fairmark.example/coaching/specialists/7",
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def one(**changes: object) -> ScorecardWorkbook:
    return ScorecardWorkbook(
        team="Policy support",
        lead="Lena Okafor",
        card=card("Jordan Pereira", **changes),
        reviews=samples.reviews(),
        provenance=samples.provenance(title="Scorecard"),
        zone=samples.ZONE,
    )


def team(*cards: Scorecard) -> TeamWorkbook:
    return TeamWorkbook(
        team="=Payouts",
        lead="@Lena",
        cards=cards or tuple(card(name) for name in HOSTILE),
        provenance=samples.provenance(title="Team workbook", subject="=Payouts", prepared_by="-1"),
        zone=samples.ZONE,
    )


def nobody() -> Scorecard:
    nothing = Figure(value=None, reason="no reviews")
    return card(
        "New Here", quality=nothing, others=nothing, apart=nothing, passed=nothing, critical=nothing, criteria=(),
        weeks=(), actions=(), plan="", link=None,
    )  # fmt: skip


def test_a_scorecard_shows_every_figure_with_its_interval_and_leads_back() -> None:
    book = office.reopened(build(one()))
    sheet = book["Scorecard"]

    assert [each.title for each in book.worksheets if each.sheet_state == "visible"] == [
        "Scorecard",
        "Reviews",
        "Provenance",
    ]
    assert [sheet.cell(6, column).value for column in (2, 3, 4, 5, 6)] == [78.2, 71.0, 85.4, 27, 83.1]
    assert sheet["G6"].value == '=IF(AND(ISNUMBER(B6),ISNUMBER(F6)),B6-F6,"")'
    assert sheet["J2"].hyperlink.target == "https://fairmark.example/coaching/specialists/7"
    assert [type(chart) for chart in sheet._charts] == [LineChart, BarChart]
    assert all(chart.series[0].errBars is not None for chart in sheet._charts)
    assert sheet.protection.sheet
    assert sheet["A3"].value == "Exported by Lena Okafor, 2026-09-29 15:05"
    assert "Exported by Lena Okafor" in sheet.oddFooter.left.text


def test_a_team_has_a_sheet_for_each_specialist_by_name_and_no_name_is_a_formula() -> None:
    content = build_team(team())
    book = office.reopened(content)

    shown = [each.title for each in book.worksheets if each.sheet_state == "visible"]
    assert (shown[0], shown[-1], len(shown)) == ("Team", "Provenance", 5)
    assert all(len(title) <= 31 for title in shown)
    names = [book["Team"].cell(row, 1) for row in (5, 6, 7)]
    assert [(cell.value, cell.data_type) for cell in names] == [(name, "s") for name in HOSTILE]
    assert all(cell.hyperlink.location and not cell.hyperlink.target for cell in names)
    formulas = [
        cell.value for each in book.worksheets for row in each.iter_rows() for cell in row if cell.data_type == "f"
    ]
    # A sheet's name stands in quotes in a formula, whatever it looks like.
    formulas = [re.sub(r"'(?:[^']|'')*'!", "", formula) for formula in formulas]
    assert formulas
    assert not any("HYPERLINK" in formula or formula in {"=Payouts", "=1"} for formula in formulas)
    assert build_team(team()) == content


def test_the_digest_on_the_provenance_is_that_of_the_other_sheets() -> None:
    content = build(one())
    sheet = office.reopened(content)["Provenance"]

    told = next(row[1] for row in sheet.iter_rows(values_only=True) if row[0] == "Digest (SHA-256)" and row[1])

    assert told == content_digest(content)
    assert told != content_digest(build(one(plan="Another plan")))


def test_somebody_without_a_review_has_a_card_that_says_so() -> None:
    book = office.reopened(build_team(team(card("Jordan Pereira"), nobody())), values=True)

    told = {cell.value for row in book["New Here"].iter_rows() for cell in row if cell.value is not None}
    assert {"No criterion was answered in this period.", "No week has a review.", "There is no active plan."} <= told
    assert [book["Team"].cell(6, column).value or None for column in (2, 3, 4, 5)] == [None] * 4
    with pytest.raises(ValueError, match="needs a specialist"):
        replace(team(), cards=())


@pytest.mark.slow
def test_libreoffice_works_out_the_same_and_prints_upright_pages(tmp_path: Path) -> None:
    files = {"card": build(one()), "team": build_team(team(card("Jordan Pereira"), nobody(), card(HOSTILE[2])))}

    found = office.recalculated(files, tmp_path / "values")

    for name, content in files.items():
        office.same_as_brought(content, found[name])
    assert found["card"]["Scorecard"]["G6"].value == pytest.approx(-4.9)
    assert [found["team"]["Team"].cell(row, 3).value or None for row in (5, 6, 7)] == [78.2, None, 78.2]
    pages = office.printed(files, tmp_path / "paper")
    assert [len(pages[name]) > 4 for name in ("card", "team")] == [True, True]
    office.readable(pages["card"], "Jordan Pereira", "Criteria against the others", "Exported by Lena Okafor")
    office.readable(pages["team"], "New Here", dt.date(2026, 9, 27).isoformat())
