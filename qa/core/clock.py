"""The one place that asks for the time, and the weeks that everything is counted in."""

import datetime as dt
from zoneinfo import ZoneInfo


def utcnow() -> dt.datetime:
    """This moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def monday_of(day: dt.date) -> dt.date:
    """The Monday of the ISO week that holds ``day``."""
    return day - dt.timedelta(days=day.weekday())


def week_key(day: dt.date) -> str:
    """The ISO week of a day, as in ``2026-W14``."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def monday_of_week(key: str) -> dt.date:
    """The Monday of a week written as ``2026-W14``; ``ValueError`` names what is wrong."""
    year, separator, week = key.partition("-W")
    if not separator or not year.isdigit() or not week.isdigit() or len(year) != 4 or len(week) != 2:
        raise ValueError(f"not an ISO week such as 2026-W14: {key!r}")
    return dt.date.fromisocalendar(int(year), int(week), 1)


def midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The moment at which a day begins in a programme's time zone."""
    return dt.datetime.combine(day, dt.time(), tzinfo=zone).astimezone(dt.UTC)


def local_day(moment: dt.datetime, zone: dt.tzinfo) -> dt.date:
    """The calendar day of a moment in a programme's time zone."""
    return moment.astimezone(zone).date()
