"""The charts of sessions and golden tickets."""

from collections.abc import Sequence

from calibration.results import Estimate
from qa.calibration_sessions.golden.rules import TrendPoint
from qa.calibration_sessions.session_page import Revealed
from qa.core.charts import Chart, Dot, DotRow, Numerals, Row, dot_plot, interval_plot


def agreement_chart(sessions: Sequence[tuple[str, Estimate]]) -> Chart:
    """How often two people chose alike, session by session, with its interval."""
    return interval_plot(
        [
            Row(
                label=label,
                value=figure.estimate,
                low=figure.interval.low if figure.interval else None,
                high=figure.interval.high if figure.interval else None,
                n=figure.n_items,
            )
            for label, figure in sessions
        ],
        name="Agreement over sessions",
        axis="Session",
        numerals=Numerals(),
        bounds=(0, 100),
    )


def scores_chart(revealed: Revealed) -> Chart:
    """Everybody's score of every part, against what was agreed."""
    rows = [
        DotRow(
            label=f"#{panel.part.ticket.external_id}",
            dots=tuple(Dot(label=name, value=score) for name, score in zip(revealed.names, panel.scores, strict=True)),
            reference=panel.part.consensus.score if panel.part.consensus else None,
            url=f"#part-{panel.part.session_part.id}",
        )
        for panel in revealed.panels
    ]
    return dot_plot(rows, name="Scores of every part", axis="Part", numerals=Numerals(), bounds=(0, 100))


def gold_chart(points: Sequence[TrendPoint]) -> Chart:
    """How far all reviewers together lie above or below gold, four weeks a row."""
    return interval_plot(
        [
            Row(
                label=f"from {point.first:%d %b %Y}",
                value=point.figure.estimate,
                low=point.figure.interval.low if point.figure.interval else None,
                high=point.figure.interval.high if point.figure.interval else None,
                n=point.figure.n_items,
            )
            for point in points
        ],
        name="All reviewers against gold",
        axis="Four weeks",
        numerals=Numerals(unit=" points", signed=True),
        reference=0.0,
        reference_text="as gold",
    )
