"""The charts of the trends page, from weekly figures."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from qa.core.charts import Chart, Event, Numerals, Point, Row, Series, interval_plot, line_chart, small_multiples
from qa.core.clock import week_key
from qa.sampling.estimation import Figure
from qa.trends.key_figures import Standing
from qa.trends.rules import Weekly

POINTS = Numerals()
PERCENT = Numerals(unit=" %", digits=0)
Address = Callable[[dt.date, str], str]


def label(week: dt.date) -> str:
    """A week on an axis."""
    return week_key(week).split("-")[1]


def point(week: dt.date, figure: Figure, url: str | None, *, scale: float = 1.0) -> Point:
    interval = figure.interval
    return Point(
        label=label(week),
        value=None if figure.estimate is None else figure.estimate * scale,
        low=interval.low * scale if interval else None,
        high=interval.high * scale if interval else None,
        n=figure.n,
        url=url,
    )


def quality_chart(
    weeks: Sequence[Weekly],
    address: Address,
    events: Sequence[tuple[dt.date, str]],
    target: float | None,
    *,
    fair: bool = False,
) -> Chart:
    """Weekly quality with its band, rubric versions and launches on the axis; ``fair`` adds the fair mean."""
    series = [
        Series(
            name="Quality" if not fair else "As scored",
            points=tuple(point(item.week, item.quality.figure, address(item.week, "")) for item in weeks),
        )
    ]
    if fair:
        series.append(
            Series(name="Fair mean", points=tuple(point(item.week, item.fair.figure, None) for item in weeks))
        )
    return line_chart(
        series,
        name="Weekly quality",
        numerals=POINTS,
        target=target,
        target_text="target",
        bounds=(0, 100),
        events=[Event(at=label(week), text=text) for week, text in events],
    )


def standings_chart(rows: Sequence[Standing], axis: str, address: Callable[[str], str | None]) -> Chart:
    """Teams or queues by name, each with its interval: an order by size would be read as a ranking."""
    return interval_plot(
        [
            Row(
                label=row.name,
                value=row.now.figure.estimate,
                low=row.now.figure.interval.low if row.now.figure.interval else None,
                high=row.now.figure.interval.high if row.now.figure.interval else None,
                n=row.now.figure.n,
                url=address(row.name),
                flag=row.verdict if row.verdict in ("better", "worse") else None,
            )
            for row in rows
        ],
        name=f"Quality by {axis.lower()}, newest weeks",
        axis=axis,
        numerals=POINTS,
        bounds=(0, 100),
    )


def shares_chart(weeks: Sequence[Weekly]) -> Chart:
    """Pass rate and critical-error rate of the weeks."""
    return line_chart(
        [
            Series(name="Passed", points=tuple(point(w.week, w.passed.figure, None, scale=100) for w in weeks)),
            Series(
                name="Critical error", points=tuple(point(w.week, w.critical.figure, None, scale=100) for w in weeks)
            ),
        ],
        name="Pass rate and critical-error rate",
        numerals=PERCENT,
        bounds=(0, 100),
    )


def csat_chart(weeks: Sequence[Weekly]) -> Chart:
    return line_chart(
        [Series(name="Satisfied", points=tuple(point(w.week, w.csat, None, scale=100) for w in weeks))],
        name="Customer satisfaction",
        numerals=PERCENT,
        bounds=(0, 100),
    )


def multiples(domains: Mapping[str, Sequence[Weekly]], name: str, address: Address) -> Chart:
    """One small chart a team or queue, all on one scale."""
    series = [
        Series(
            name=domain,
            points=tuple(point(item.week, item.quality.figure, address(item.week, domain)) for item in weeks),
        )
        for domain, weeks in domains.items()
    ]
    return small_multiples(series, name=name, numerals=POINTS, bounds=(0, 100))
