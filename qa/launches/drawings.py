"""The chart of a launch: weekly quality of what it touches beside the rest, with its window on the axis."""

import datetime as dt
from collections.abc import Sequence

from qa.core.charts import Chart, Event, Numerals, Point, Series, line_chart
from qa.core.clock import monday_of, week_key
from qa.launches.comparing import Watched
from qa.launches.models import Launch
from qa.sampling.estimation import Figure

POINTS = Numerals()
COUNTS = Numerals(digits=0)
NAMES = {"touched": "Queues it touches", "control": "Other queues"}


def label(week: dt.date) -> str:
    return week_key(week).split("-")[1]


def _point(week: dt.date, figure: Figure) -> Point:
    interval = figure.interval
    return Point(
        label=label(week),
        value=figure.estimate,
        low=max(interval.low, 0.0) if interval else None,
        high=min(interval.high, 100.0) if interval else None,
        n=figure.n,
    )


def quality_chart(seen: Watched, launch: Launch) -> Chart:
    """Both groups by week, each with its band."""
    events = [Event(at=label(monday_of(launch.starts_on)), text="it starts")]
    if launch.ends_on is not None:
        events.append(Event(at=label(monday_of(launch.ends_on)), text="it ends"))
    labels = {label(week) for rows in seen.weekly.values() for week, _ in rows}
    return line_chart(
        [
            Series(name=NAMES[group], points=tuple(_point(week, figure) for week, figure in rows))
            for group, rows in seen.weekly.items()
        ],
        name="Weekly quality before, during and after",
        numerals=POINTS,
        bounds=(0, 100),
        events=[event for event in events if event.at in labels],
    )


def volume_chart(counts: Sequence[tuple[dt.date, int]]) -> Chart:
    """How many parts were about it, by week."""
    points = tuple(Point(label=label(week), value=float(count)) for week, count in counts)
    return line_chart(
        [Series(name="Parts", points=points)], name="Parts about the launch", numerals=COUNTS, from_zero=True
    )
