"""The charts of a specialist's page."""

import datetime as dt
from collections.abc import Sequence

from qa.coaching.figures import CriterionGap
from qa.core.charts import Chart, Numerals, Point, Row, Series, interval_plot, line_chart
from qa.core.clock import week_key
from qa.sampling.estimation import Figure


def criteria_chart(gaps: Sequence[CriterionGap]) -> Chart:
    """Each criterion's gap to the others of the team, in points of the criterion."""
    rows = [
        Row(
            label=gap.criterion.name,
            value=gap.gap.estimate,
            low=gap.gap.interval.low if gap.gap.interval else None,
            high=gap.gap.interval.high if gap.gap.interval else None,
            n=gap.own.n,
        )
        for gap in gaps
    ]
    return interval_plot(
        rows,
        name="Gap to the team by criterion",
        axis="Criterion",
        numerals=Numerals(signed=True),
        reference=0.0,
        reference_text="the others of the team",
    )


def weekly_chart(weekly: Sequence[tuple[dt.date, Figure, Figure]], own: str) -> Chart:
    """Weekly quality beside that of the others."""

    def point(week: dt.date, figure: Figure) -> Point:
        interval = figure.interval
        return Point(
            label=week_key(week).split("-")[1],
            value=figure.estimate,
            low=interval.low if interval else None,
            high=interval.high if interval else None,
            n=figure.n,
        )

    return line_chart(
        [
            Series(name=own, points=tuple(point(week, figure) for week, figure, _ in weekly)),
            Series(name="The others of the team", points=tuple(point(week, figure) for week, _, figure in weekly)),
        ],
        name="Weekly quality",
        bounds=(0, 100),
    )
