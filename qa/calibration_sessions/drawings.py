"""The chart of a revealed session."""

from qa.calibration_sessions.session_page import Revealed
from qa.core.charts import Chart, Dot, DotRow, Numerals, dot_plot


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
