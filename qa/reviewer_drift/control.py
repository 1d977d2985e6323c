"""The control chart of one reviewer: weekly values with their limits, the baseline before, the onset after. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from qa.core.charts import Chart, Event, Numerals, Point, Series, Stretch, line_chart
from qa.reviewer_drift import wording

Document = Mapping[str, Any]
POINTS = Numerals(unit=" points", signed=True)
PLAIN = Numerals(signed=True, digits=2)


def label(monday: dt.date) -> str:
    return f"{monday.day} {monday:%b %y}"


def weeks_of(document: Document, count: int) -> list[dt.date]:
    """The Mondays of the weeks shown."""
    first = wording.day_of(document["since"])
    return [first + dt.timedelta(weeks=n) for n in range(count)]


def control(document: Document, run: Document, series: Document) -> Chart:
    """Weekly value -+ 1.645 standard errors, the parts scored by several alone as another mark, and the baseline.

    The weeks of its likely onset are shaded; versions of the rubric and sessions stand on the axis.
    """
    flag = document["flag"]
    weeks = weeks_of(document, len(series["value"]))
    numerals = PLAIN if series["stream"] in {"noise", "spread", "halo", "na_rate"} else POINTS
    own = tuple(
        Point(label=label(week), value=value, low=low, high=high)
        for week, value, low, high in zip(weeks, series["value"], series["low"], series["high"], strict=True)
    )
    shown = [Series(name="All own scores", points=own)]
    if any(value is not None for value in series["overlap"]):
        shown.append(
            Series(
                name="Parts that others scored too",
                points=tuple(
                    Point(label=label(week), value=value) for week, value in zip(weeks, series["overlap"], strict=True)
                ),
                joined=False,
            )
        )
    return line_chart(
        shown,
        name=wording.STREAMS.get(series["stream"], "Criterion"),
        numerals=numerals,
        target=series["baseline"],
        target_text="baseline" if flag is None else "before",
        events=marks(run, weeks),
        stretches=[] if flag is None else onset(flag, weeks),
    )


def onset(flag: Document, weeks: Sequence[dt.date]) -> list[Stretch]:
    """The weeks in which the change likely began, as far as they are shown."""
    earliest, latest = wording.day_of(flag["onset_earliest"]), wording.day_of(flag["onset_latest"])
    likely = [week for week in weeks if earliest <= week <= latest]
    return [Stretch(first=label(likely[0]), last=label(likely[-1]), text="likely onset")] if likely else []


def marks(run: Document, weeks: Sequence[dt.date]) -> list[Event]:
    """Rubric versions and calibration sessions in the weeks shown."""
    known = set(weeks)
    told = [(wording.day_of(day), words) for day, words in run["versions"]]
    told += [(wording.day_of(day), "session") for day in run["sessions"]]
    return [Event(at=label(day), text=words) for day, words in sorted(told) if day in known]


def evidence(document: Document, run: Document) -> Chart | None:
    """M week by week beside the two thresholds, as its logarithm; nothing before the watch can begin."""
    values = document["evidence"]
    weeks = weeks_of(document, len(values))
    if all(value is None for value in values):
        return None
    points = tuple(
        Point(
            label=label(week),
            value=None if value is None else min(max(value, FLOOR), CEILING),
            flag="act" if value is not None and value >= run["red"] else None,
        )
        for week, value in zip(weeks, values, strict=True)
    )
    return line_chart(
        [Series(name="Weeks of evidence", points=points)],
        name="Evidence of a change",
        numerals=Numerals(digits=0, unit=" weeks"),
        target=run["red"],
        target_text="act",
        further=((run["amber"], "watch"),),
        bounds=(0.0, CEILING),
        events=marks(run, weeks),
    )


FLOOR, CEILING = 0.0, 2000.0
