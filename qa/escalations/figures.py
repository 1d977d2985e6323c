"""How escalations go: how many, how many wait, and the time to resolution. Pure."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from calibration.results import Estimate
from calibration.survival import median_time
from qa.core.charts import Chart, Numerals, Point, Series, line_chart
from qa.core.clock import local_day, monday_of, week_key
from qa.escalations.queries import Spell

COUNTS = Numerals(digits=0)
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The figures of a time: those opened in it, and what came of them."""

    since: dt.date
    opened: int
    still_open: int
    timed: int  # with known times
    censored: int  # of those, still open
    untimed: int  # marked by the help desk, which does not say when
    resolution: Estimate  # hours
    by_week: Chart


def picture(
    timed: Sequence[Spell],
    marked: Sequence[tuple[int, int]],
    weeks: Sequence[dt.date],
    zone: ZoneInfo,
    *,
    now: dt.datetime,
) -> Picture:
    """The escalations opened in these weeks; open ones count for as long as they have waited (Kaplan and Meier).

    ``timed`` are those with known times; ``marked`` has, for each week, how many only a mark tells of, and how many of
    them are open: they are counted, and no time rests on them. The newest week still runs: the chart leaves it out.
    """
    hours = [((each.closed_at or now) - each.opened_at) / HOUR for each in timed]
    counts = Counter(monday_of(local_day(each.opened_at, zone)) for each in timed)
    counts.update({week: count for week, (count, _) in zip(weeks, marked, strict=True)})
    untimed = sum(count for count, _ in marked)
    return Picture(
        since=weeks[0],
        opened=len(timed) + untimed,
        still_open=sum(each.closed_at is None for each in timed) + sum(waiting for _, waiting in marked),
        timed=len(timed),
        censored=sum(each.closed_at is None for each in timed),
        untimed=untimed,
        resolution=median_time(hours, [each.closed_at is not None for each in timed]),
        by_week=line_chart(
            [
                Series(
                    name="Opened",
                    points=tuple(
                        Point(label=week_key(week).split("-")[1], value=float(counts[week]))
                        for week in weeks[:-1]  # the newest still runs
                    ),
                )
            ],
            name="Escalations opened, by week",
            numerals=COUNTS,
            from_zero=True,
        ),
    )
