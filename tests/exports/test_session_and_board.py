"""The workbooks of a calibration session and of the reviewers' board: hostile names, live formulas, charts, nothing."""

import datetime as dt
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
from openpyxl import Workbook, load_workbook
from scipy import stats

from exports import calibration_workbook, drift_workbook
from exports.calibration_workbook import CalibrationWorkbook, Figure
from exports.drift_workbook import DriftWorkbook
from exports.provenance import Provenance, RubricStamp
from tests.exports import office

UTC = dt.UTC
NOW = dt.datetime(2026, 4, 8, 9, tzinfo=UTC)
NAMES = ('=HYPERLINK("http://evil.example","x")', "*", "+1")  # a name is never a formula, nor a pattern that counts all
SCORES = {1: (80.0, 75.5, 91.0, 60.0), 2: (100.0, 100.0, 100.0, None), 3: (88.0, None, None, None)}
AGREED = (90.0, 80.0, 91.0, 85.0)
PROVENANCE = Provenance(
    title="A workbook",
    subject="=1+1",
    prepared_for="who leads",
    prepared_by="-1",
    prepared_at=NOW,
    period_from=dt.date(2026, 3, 2),
    period_to=dt.date(2026, 4, 5),
    software="Fairmark",
    rubrics=(RubricStamp(label="Trial 2.0", fingerprint="a" * 64),),
)


def differences(number: int) -> list[float]:
    return [own - agreed for own, agreed in zip(SCORES[number], AGREED, strict=True) if own is not None]


def expected(number: int) -> tuple[float, float | None, float | None, float | None, float | None, float | None]:
    """Mean, its interval, spread, its interval, by scipy."""
    values = np.array(differences(number))
    mean, n = float(values.mean()), values.size
    if n < 2:
        return mean, None, None, None, None, None
    low, high = stats.t.interval(0.95, n - 1, loc=mean, scale=stats.sem(values))
    if n < 3:
        return mean, low, high, None, None, None
    spread = float(values.std(ddof=1))
    ends = [spread * np.sqrt((n - 1) / stats.chi2.isf(tail, n - 1)) for tail in (0.025, 0.975)]
    return mean, low, high, spread, *ends


def session_data() -> CalibrationWorkbook:
    figure = Figure(value=0.61, low=0.2, high=0.9)
    people = []
    for number, name in enumerate(NAMES, start=1):
        mean, low, high, spread, spread_low, spread_high = expected(number)
        people.append(
            calibration_workbook.ParticipantRow(
                number=number,
                name=name,
                difference=Figure(value=mean, low=low, high=high),
                spread=Figure(value=spread, low=spread_low, high=spread_high),
            )
        )
    return CalibrationWorkbook(
        title="@SUM(A1:A9)",
        facts=(("Rubric", "=1+1"), ("Led by", "+2")),
        learnt="=cmd|'/c calc'!A0",
        parts=4,
        criteria=tuple(
            calibration_workbook.AgreementRow(
                criterion=name,
                level="ordinal",
                parts=4,
                raters=3,
                agreement=Figure(value=agreement, low=agreement - 20, high=agreement + 10),
                kappa=figure,
                alpha=Figure(value=None, reason="no variation"),
                ac=figure,
                prevails="Met",
                share=0.8,
                not_applicable=1,
            )
            for name, agreement in (("Tone", 70.0), ("=A1", 80.0))
        ),
        participants=tuple(people),
        scores=tuple(
            calibration_workbook.ScoreRow(
                number=number, name=NAMES[number - 1], ticket=f"#{place}", score=own, agreed=AGREED[place]
            )
            for number, given in SCORES.items()
            for place, own in enumerate(given)
        ),
        answers=tuple(
            calibration_workbook.AnswerRow(
                name=NAMES[0], ticket="#1", criterion="Tone", chosen=chosen, agreed=agreed, comment="=1+1"
            )
            for chosen, agreed in (("Met", "Met"), ("Missed", "Met"), ("Met", "Met"), ("Met", ""))
        ),
        decisions=(
            calibration_workbook.DecisionRow(
                ticket="#1", criterion="Tone", chosen="2 × Met", agreed="Met", reason="-1"
            ),
        ),
        sessions=tuple(
            calibration_workbook.SessionRow(
                day=dt.date(2026, month, 2), title="+1", agreement=Figure(value=70.0, low=60.0, high=80.0), parts=4
            )
            for month in (2, 3)
        ),
        provenance=PROVENANCE,
        zone=UTC,
    )


def board_data() -> DriftWorkbook:
    told = Figure(value=-4.0, low=-6.0, high=-2.0)
    return DriftWorkbook(
        through=dt.date(2026, 3, 30),
        amber=104.0,
        red=520.0,
        active=40,
        scorings=900,
        reviewers=tuple(
            drift_workbook.ReviewerRow(
                name=name,
                state=state,
                severity=severity,
                scatter=told,
                agreement=told,
                na_share=told,
                na_expected=11.0,
                own=30,
                pairs=4,
                seats=5,
                evidence=700.0,
                overturned=1,
                replaced=0,
            )
            for name, state, severity in zip(
                NAMES, ("act", "watch", "steady"), (told, told, Figure(value=None, reason="cannot tell")), strict=True
            )
        ),
        weeks=tuple(
            drift_workbook.WeekRow(
                name=NAMES[0], monday=dt.date(2026, 3, 2) + dt.timedelta(weeks=n), value=value, low=low, high=high,
                overlap=None, evidence=2.0,
            )
            for n, (value, low, high) in enumerate([(1.0, -1.0, 3.0), (-5.0, -7.0, -3.0), (None, None, None)])
        ),
        flags=(
            drift_workbook.FlagRow(
                name=NAMES[0], state="act", stream="Strictness", effect=-5.1, low=-7.3, high=-2.9, unit="points",
                onset=dt.date(2026, 3, 2), earliest=dt.date(2026, 2, 23), latest=dt.date(2026, 3, 16),
                confirmation="double scores agree", sentence="=1+1 became stricter.",
            ),
        ),
        cases=(
            drift_workbook.CaseRow(
                name=NAMES[1], opened_on=dt.date(2026, 4, 1), state="open", outcome="", reason="@A1", returned=True
            ),
        ),
        provenance=PROVENANCE,
        zone=UTC,
    )  # fmt: skip


def opened(content: bytes, *, values: bool = False) -> Workbook:
    return load_workbook(BytesIO(content), data_only=values)


def charts_of(content: bytes) -> list[str]:
    with ZipFile(BytesIO(content)) as archive:
        return [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/chart")]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(lambda: calibration_workbook.build(session_data()), id="session"),
        pytest.param(lambda: drift_workbook.build(board_data()), id="board"),
    ],
)
def test_texts_from_people_never_become_formulas_and_charts_show_intervals(content):  # type: ignore[no-untyped-def]
    file = content()

    formulas = [
        cell.value for sheet in opened(file) for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]
    assert formulas
    assert not any("HYPERLINK" in str(each) or each in {"=1+1", "=A1"} for each in formulas)
    assert "Provenance" in opened(file).sheetnames
    assert charts_of(file)
    for chart in charts_of(file):
        assert "<c:errBars>" in chart or "errBars" in chart
        assert "c:title" in chart or "<title>" in chart
    assert content() == file  # the same again is the same file


def test_charts_round_zero_hold_every_interval_and_no_name_lies_under_a_bar():
    session, board = opened(calibration_workbook.build(session_data())), opened(drift_workbook.build(board_data()))

    (people,) = session["Participants"]._charts
    ends = [end for number in SCORES for end in expected(number)[1:3] if end is not None]
    assert people.y_axis.scaling.min <= min(ends)
    assert people.y_axis.scaling.max >= max(ends)
    (severity,) = board["Board"]._charts
    assert (severity.y_axis.scaling.min, severity.y_axis.scaling.max, severity.y_axis.majorUnit) == (-6, 1, 1)
    assert people.x_axis.tickLblPos == severity.x_axis.tickLblPos == "low"
    (weeks,) = board["Charts"]._charts
    assert [point.v for point in weeks.series[0].cat.strRef.strCache.pt] == ["2 Mar", "9 Mar", "16 Mar"]


def test_a_session_of_nobody_and_a_board_of_nobody_are_workbooks_too():
    nothing = replace(
        session_data(), criteria=(), participants=(), scores=(), answers=(), decisions=(), sessions=(), learnt=""
    )
    empty = replace(board_data(), reviewers=(), weeks=(), flags=(), cases=())

    assert opened(calibration_workbook.build(nothing))["Scores"]["B5"].value == "Nobody scored anything."
    assert opened(drift_workbook.build(empty))["Flags"]["A4"].value == "No reviewer is flagged."


def test_what_does_not_fit_together_is_refused():
    with pytest.raises(ValueError, match="nobody in the session"):
        replace(session_data(), participants=())
    with pytest.raises(ValueError, match="two ends"):
        Figure(value=1.0, low=0.0)
    with pytest.raises(ValueError, match="amber comes before red"):
        replace(board_data(), amber=600.0)


@pytest.mark.slow
def test_libreoffice_works_out_what_scipy_does(tmp_path: Path):
    made = {
        "session": calibration_workbook.build(session_data()),
        "board": drift_workbook.build(board_data()),
    }
    found = office.recalculated(made, tmp_path)
    told, stands = found["session"], found["board"]

    for row, number in enumerate(SCORES, start=5):
        cells = [told["Participants"].cell(row=row, column=column).value for column in range(3, 10)]
        mean, *rest = expected(number)
        assert cells[0] == len(differences(number))
        assert cells[1] == pytest.approx(mean)
        for cell, value in zip(cells[2:], rest, strict=True):
            assert (cell or None) == (None if value is None else pytest.approx(value)), (number, cells)
    figures = {row[0].value: row[1].value for row in told["Cover"].iter_rows(max_col=2)}
    apart = [abs(each) for number in SCORES for each in differences(number)]
    assert figures["Percent agreement, mean over criteria"] == pytest.approx(75.0)
    assert figures["Scores apart from what was agreed, mean points"] == pytest.approx(np.mean(apart))
    assert figures["Answers as agreed, share"] == pytest.approx(2 / 3)
    counts = {row[0].value: row[1].value for row in stands["Cover"].iter_rows(max_col=2)}
    assert [counts[f"Reviewers at “{word}”"] for word in ("act", "watch", "steady")] == [1, 1, 1]
    assert counts["Expected false red flags, at most"] == pytest.approx(13 * 40 / 520)
    assert [stands["Weeks"].cell(row=row, column=8).value or "" for row in (4, 5, 6)] == ["no", "yes", ""]
