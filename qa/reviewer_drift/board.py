"""The board's sentences and drawings, from figures."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from calibration.intervals import weighted_mean
from calibration.results import Estimate
from qa.core.charts import Chart, Numerals, Point, Row, Series, interval_plot, line_chart
from qa.core.numerals import number
from qa.reviewer_drift.rules import (
    Figures,
    ReviewerFigures,
    Scoring,
    Window,
    alike_share,
    weight_of,
    window_of,
)

POINTS = Numerals(unit=" points", signed=True)


def weeks_of(window: Window) -> str:
    """A window as people say it: 3 Aug – 30 Aug."""
    return f"{window.first.day} {window.first:%b} – {window.last.day} {window.last:%b}"


def sentence(reviewer: ReviewerFigures) -> str:
    """What the figures say about one reviewer, in words, most recent clear difference first."""
    clear = [figure for figure in reviewer.windows if figure.differs and figure.difference.interval is not None]
    if clear:
        figure = clear[-1]
        estimate, interval = figure.difference.estimate, figure.difference.interval
        return (
            f"differs from the others by {number(estimate, signed=True)} points "
            f"({number(interval.low, signed=True)} to {number(interval.high, signed=True)}) "
            f"over {weeks_of(figure.window)}"
            if interval is not None
            else ""
        )
    if any(figure.difference.interval is not None for figure in reviewer.windows):
        return "no clear difference from the others in the weeks shown"
    return "too few parts scored together to tell"


def told(figure: Figures) -> list[tuple[str, str]]:
    """What stands behind one reviewer's difference in one window, line by line."""
    difference, interval = figure.difference, figure.difference.interval
    lines = [("Parts", f"{figure.parts}, each scored by others too"), ("Evidence", EVIDENCE)]
    if interval is not None:
        low, high = number(interval.low, signed=True), number(interval.high, signed=True)
        lines.append(
            ("95 % interval", f"{low} to {high}, Student’s t, standard error {number(difference.std_error, 2)}")
        )
    if figure.adjusted_p is not None:
        lines.append(("p", f"{number(figure.adjusted_p, 3)} after Holm’s correction for everything shown together"))
    return [*lines, ("Left out", "parts that nobody else scored, sealed ones, scores without a figure (all N/A)")]


def told_together(estimate: Estimate, item: "Overall") -> list[tuple[str, str]]:
    """What stands behind a figure of all reviewers together."""
    lines = [
        ("Parts", str(estimate.n_items or item.parts)),
        ("Evidence", EVIDENCE),
        ("Weights", "a part with a hidden second score counts one over the chance of it, a session’s part once"),
    ]
    if estimate.interval is not None:
        low, high = number(estimate.interval.low), number(estimate.interval.high)
        lines.append(("95 % interval", f"{low} to {high}, Student’s t over parts"))
    return lines


EVIDENCE = "hidden second scores and blind sessions, first submitted revision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overall:
    """All reviewers together in one window."""

    window: Window
    agreement: Estimate  # percent of criteria answered alike, over pairs on the same part
    distance: Estimate  # absolute difference of two scores of the same part, points
    parts: int


def overall(scorings: Sequence[Scoring], windows: Sequence[Window]) -> list[Overall]:
    """How alike the team scores, one figure a part, window by window."""
    by_part: dict[int, list[Scoring]] = {}
    for scoring in scorings:
        by_part.setdefault(scoring.part_id, []).append(scoring)
    alike: dict[dt.date, list[tuple[float, float]]] = {}  # each with its weight
    apart: dict[dt.date, list[tuple[float, float]]] = {}
    for together in by_part.values():
        weight = weight_of(together)
        place = window_of(max(scoring.scored_on for scoring in together)).first
        pairs = [(a, b) for i, a in enumerate(together) for b in together[i + 1 :]]
        shares = [100 * share for a, b in pairs if (share := alike_share(a, b)) is not None]
        gaps = [abs(a.score - b.score) for a, b in pairs if a.score is not None and b.score is not None]
        if shares:
            alike.setdefault(place, []).append((float(np.mean(shares)), weight))
        if gaps:
            apart.setdefault(place, []).append((float(np.mean(gaps)), weight))
    return [
        Overall(
            window=window,
            agreement=_weighted(alike.get(window.first, []), bounds=(0.0, 100.0)),
            distance=_weighted(apart.get(window.first, [])),
            parts=len(apart.get(window.first, [])),
        )
        for window in windows
    ]


def _weighted(pairs: Sequence[tuple[float, float]], *, bounds: tuple[float, float] | None = None) -> Estimate:
    return weighted_mean([value for value, _ in pairs], [weight for _, weight in pairs], bounds=bounds)


def latest_chart(figures: Sequence[ReviewerFigures], names: Mapping[int, str]) -> Chart | None:
    """Each reviewer's newest window with an interval; nothing when nobody has one."""
    rows = []
    for reviewer in figures:
        known = [figure for figure in reviewer.windows if figure.difference.interval is not None]
        if known:
            rows.append(_row(names[reviewer.reviewer_id], known[-1], url=f"/reviewers/{reviewer.reviewer_id}"))
    if not rows:
        return None
    return interval_plot(
        rows,
        name="Signed difference from the others, newest window",
        axis="Reviewer",
        numerals=POINTS,
        reference=0.0,
        reference_text="as the others",
    )


def _row(label: str, figure: Figures, *, url: str | None = None) -> Row:
    interval = figure.difference.interval
    return Row(
        label=f"{label}, {weeks_of(figure.window)}",
        value=figure.difference.estimate,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        n=figure.parts,
        url=url,
        flag="differs" if figure.differs else None,
    )


def difference_chart(reviewer: ReviewerFigures) -> Chart:
    """One reviewer's signed differences, a window each."""
    points = tuple(_point(figure, figure.difference, figure.differs) for figure in reviewer.windows)
    return line_chart(
        [Series(name="Own minus the others", points=points)],
        name="Signed difference by window",
        axis="Weeks",
        numerals=POINTS,
        target=0.0,
        target_text="as the others",
    )


def agreement_chart(reviewer: ReviewerFigures) -> Chart:
    """One reviewer's share of criteria answered as the others did, a window each."""
    points = tuple(_point(figure, figure.agreement, False) for figure in reviewer.windows)
    return line_chart(
        [Series(name="Criteria answered alike", points=points)],
        name="Agreement by window",
        axis="Weeks",
        numerals=Numerals(unit=" %", digits=0),
        bounds=(0, 100),
    )


def _point(figure: Figures, estimate: Estimate, flagged: bool) -> Point:
    interval = estimate.interval
    return Point(
        label=weeks_of(figure.window),
        value=estimate.estimate,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        n=figure.parts,
        flag="differs" if flagged else None,
    )
