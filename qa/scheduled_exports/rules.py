"""When a schedule is due, and what may go which way. Pure."""

import datetime as dt
import itertools
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from qa.core.access import Permission

ONCE = "once"


class Kind(StrEnum):
    """What can come by itself."""

    TEAM = "team"
    PLANS = "plans"
    TRENDS = "trends"
    DRIFT = "drift"
    DATA = "data"


class Rhythm(StrEnum):
    ONCE = "once"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class Way(StrEnum):
    LINK = "link"  # kept here; an e-mail and a notice say so
    FOLDER = "folder"  # written to the operator's folder as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A kind as people choose it: its words, the permission it needs, whether it is of one team, and its ending."""

    words: str
    needs: Permission
    of_team: bool
    suffix: str
    narrowed_by: frozenset[str]  # which of team, queue and weeks the file heeds
    text: bool = False  # may hold words of a conversation: never leaves by a folder
    by_clearance: bool = False  # holds what only a clearance opens, of severity or region


OFFERS: Mapping[Kind, Offer] = {
    Kind.TEAM: Offer(
        words="Team workbook, a sheet for each specialist",
        needs=Permission.COACHING_VIEW,
        of_team=True,
        suffix=".xlsx",
        narrowed_by=frozenset({"team"}),
    ),
    Kind.PLANS: Offer(
        words="Coaching workbooks of a team, a zip with one for each specialist",
        needs=Permission.COACHING_VIEW,
        of_team=True,
        suffix=".zip",
        narrowed_by=frozenset({"team"}),
        text=True,
        by_clearance=True,
    ),
    Kind.TRENDS: Offer(
        words="Board pack",
        needs=Permission.TRENDS_VIEW,
        of_team=False,
        suffix=".xlsx",
        narrowed_by=frozenset({"team", "queue", "weeks"}),
    ),
    Kind.DRIFT: Offer(
        words="Reviewers' board",
        needs=Permission.DRIFT_RUN,
        of_team=False,
        suffix=".xlsx",
        narrowed_by=frozenset(),
    ),
    Kind.DATA: Offer(
        words="Flat data as CSV (reviews, answers, tickets, draws)",
        needs=Permission.DATA_EXPORT,
        of_team=False,
        suffix=".csv.zip",
        narrowed_by=frozenset({"weeks"}),
        by_clearance=True,
    ),
}
RHYTHM_WORDS = {Rhythm.ONCE: "Once, now", Rhythm.WEEKLY: "Every week", Rhythm.MONTHLY: "Every month, on the first"}
WAY_WORDS = {Way.LINK: "A link, by notice and e-mail", Way.FOLDER: "The operator's folder, and the link"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def heeded(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """What was chosen and the file of this kind heeds; the rest would only claim a filter that it has not."""
    known = next((each for each in Kind if each == kind), None)
    if known is None:
        return {}
    offer = OFFERS[known]
    return {name: value for name, value in options.items() if name in offer.narrowed_by and value not in (None, "")}


def latest_due(rhythm: str, weekday: int, hour: int, zone: ZoneInfo, now: dt.datetime) -> dt.datetime | None:
    """The newest moment at which a rhythm was due, by the programme's clock; ``None`` for what comes once."""
    days = _days(rhythm, weekday, now.astimezone(zone).date(), step=-1)
    return next((at for day in days if (at := _at(day, hour, zone)) <= now), None)


def next_due(rhythm: str, weekday: int, hour: int, zone: ZoneInfo, now: dt.datetime) -> dt.datetime | None:
    """The first moment after now."""
    days = _days(rhythm, weekday, now.astimezone(zone).date(), step=1)
    return next((at for day in days if (at := _at(day, hour, zone)) > now), None)


def _days(rhythm: str, weekday: int, start: dt.date, *, step: int) -> Iterator[dt.date]:
    """The days of a rhythm from a day on, forwards or back; none of what comes once."""
    if rhythm == Rhythm.ONCE:
        return
    for count in itertools.count():
        day = start + dt.timedelta(days=count * step)
        if day.day == 1 if rhythm == Rhythm.MONTHLY else day.weekday() == weekday:
            yield day


def _at(day: dt.date, hour: int, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), zone)


def problems(
    *,
    kind: str,
    rhythm: str,
    way: str,
    weekday: int,
    hour: int,
    options: Mapping[str, Any],
    offered: Collection[Kind],
    teams: Collection[int],
    folder: bool,
) -> dict[str, str]:
    """What is wrong with a schedule, by field; empty when nothing is."""
    found: dict[str, str] = {}
    known = next((each for each in Kind if each == kind), None)
    if known is None or known not in offered:
        found["kind"] = "choose one of the exports that your roles open"
    elif OFFERS[known].of_team and options.get("team") not in teams:
        found["team"] = "choose one of your teams"
    elif options.get("team") is not None and options["team"] not in teams:
        found["team"] = "choose one of your teams, or none"
    if rhythm not in set(Rhythm):
        found["rhythm"] = "choose how often"
    if way not in set(Way) or (way == Way.FOLDER and not folder):
        found["way"] = "no folder is set up for exports"
    elif way == Way.FOLDER and known is not None and OFFERS[known].text:
        found["way"] = "these hold words of conversations: they come by a link only, which needs a sign-in"
    if not 0 <= weekday <= 6:
        found["weekday"] = "choose a day of the week"
    if not 0 <= hour <= 23:
        found["hour"] = "from 0 to 23"
    return found
