"""Reading moments as help desks write them. What cannot be told for certain is refused, never guessed. Pure."""

import datetime as dt
import re
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# Only abbreviations that one zone alone uses in English-speaking tools; CST, IST and BST have several meanings.
ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "WET": 0, "WEST": 1, "JST": 9, "KST": 9,
}  # fmt: skip
AMBIGUOUS = frozenset({"CST", "IST", "BST", "AST", "ECT", "SST", "AMT"})
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FIRST_YEAR, LAST_YEAR = 1990, 2099

CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
HALF = r"(?:\s*(?P<half>[AaPp])\.?[Mm]\.?)?"
ZONE = r"\s*(?P<zone>[A-Za-z]{1,5}|[+-]\d{2}:?\d{2}|(?:UTC|GMT)[+-]\d{1,2}(?::?\d{2})?)?"
TIME = rf"(?:[T,]?\s*{CLOCK}{HALF}{ZONE})?"
YEAR_FIRST = re.compile(rf"(?P<year>\d{{4}})(?P<joint>[-/.])(?P<month>\d{{1,2}})(?P=joint)(?P<day>\d{{1,2}}){TIME}")
POINTS = re.compile(rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}}){TIME}")
SLASHES = re.compile(rf"(?P<one>\d{{1,2}})(?P<joint>[/-])(?P<two>\d{{1,2}})(?P=joint)(?P<year>\d{{4}}|\d{{2}}){TIME}")
DAY_NAMED = re.compile(
    rf"(?:[A-Za-z]{{3,9}},?\s+)?(?P<day>\d{{1,2}})\.?[\s-](?P<name>[A-Za-z]{{3,9}})\.?,?[\s-](?P<year>\d{{4}}){TIME}"
)
NAMED_DAY = re.compile(rf"(?P<name>[A-Za-z]{{3,9}})\.?\s+(?P<day>\d{{1,2}}),?\s+(?P<year>\d{{4}}){TIME}")
EPOCH = re.compile(r"\d{10}(?:\.\d{1,6})?|\d{13}")
LONGEST = 60


EXCEL_DAY = re.compile(r"\d{5}(?:\.\d{1,12})?")
EXCEL_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of Excel's calendar as used since March 1900


class Order(StrEnum):
    """How a column writes its dates where the text alone does not tell."""

    AUTO = "auto"
    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"
    EXCEL = "excel"  # days since 1899-12-30, as spreadsheets keep them


class UnreadableMomentError(ValueError):
    """The text is no moment that can be told for certain; the message says why."""


def iso_moment(text: object) -> dt.datetime:
    """A moment as an API writes it: ISO 8601 with its zone."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise UnreadableMomentError("not a moment such as 2026-04-06T02:03:38Z")
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableMomentError("not a moment such as 2026-04-06T02:03:38Z") from None
    if moment.tzinfo is None:
        raise UnreadableMomentError("the moment has no time zone")
    return in_range(moment if moment.tzinfo is dt.UTC else moment.astimezone(dt.UTC))


def read_moment(text: str, zone: dt.tzinfo = dt.UTC, order: Order = Order.AUTO) -> dt.datetime:
    """A moment in any of the usual ways of writing one; ``zone`` holds where the text names none.

    ``order`` says whether 03/04/2026 is in April or in March; without it such a date is refused.
    """
    text = " ".join(text.split())
    if not text:
        raise UnreadableMomentError("empty")
    if len(text) > LONGEST or not text.isascii():
        raise UnreadableMomentError("not a date and time")
    if EPOCH.fullmatch(text):
        seconds = float(text) if "." in text or len(text) == 10 else int(text) / 1000
        return in_range(dt.datetime.fromtimestamp(seconds, dt.UTC))
    if order is Order.EXCEL and EXCEL_DAY.fullmatch(text):
        plain = EXCEL_EPOCH + dt.timedelta(seconds=round(float(text) * 86_400))
        return in_range(plain.replace(tzinfo=zone).astimezone(dt.UTC))
    for shape in (YEAR_FIRST, POINTS, SLASHES, DAY_NAMED, NAMED_DAY):
        found = shape.fullmatch(text)
        if found:
            return in_range(_moment(found.groupdict(), zone, order))
    raise UnreadableMomentError("not a date and time")


def _moment(parts: dict[str, str | None], zone: dt.tzinfo, order: Order) -> dt.datetime:
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") == 2:
        if order is Order.AUTO:
            raise UnreadableMomentError("the year has two digits: say in which order day, month and year stand")
        year += 2000
    month, day = _month_and_day(parts, order)
    hour, minute, second = (int(parts[name] or 0) for name in ("hour", "minute", "second"))
    micro = int((parts["fraction"] or "0").ljust(6, "0")[:6])
    if parts["half"]:
        if not 1 <= hour <= 12:
            raise UnreadableMomentError(f"there is no hour {hour} on a twelve-hour clock")
        hour = hour % 12 + (12 if parts["half"] in "Pp" else 0)
    try:
        plain = dt.datetime(year, month, day, hour, minute, second, micro)  # noqa: DTZ001 - the zone follows
    except ValueError as error:
        raise UnreadableMomentError(f"no such day or time: {error}") from None
    try:
        return plain.replace(tzinfo=_zone(parts["zone"], zone)).astimezone(dt.UTC)
    except OverflowError:
        raise UnreadableMomentError("outside the calendar") from None


def _month_and_day(parts: dict[str, str | None], order: Order) -> tuple[int, int]:
    name = parts.get("name")
    if name is not None:
        if name[:3].lower() not in MONTHS:
            raise UnreadableMomentError(f"no month: {name}")
        return MONTHS.index(name[:3].lower()) + 1, int(parts["day"] or 0)
    if "one" not in parts:
        return int(parts["month"] or 0), int(parts["day"] or 0)
    one, two = int(parts["one"] or 0), int(parts["two"] or 0)
    if order is Order.DAY_FIRST:
        return two, one
    if order is Order.MONTH_FIRST:
        return one, two
    if parts["half"] or two > 12:  # a twelve-hour clock beside slashes is the American order
        return one, two
    if one > 12 or one == two:
        return two, one
    raise UnreadableMomentError("day and month cannot be told apart")


def _zone(name: str | None, otherwise: dt.tzinfo) -> dt.tzinfo:
    if name is None:
        return otherwise
    upper = name.upper()
    if upper in ZONES:
        return dt.timezone(dt.timedelta(hours=ZONES[upper]))
    if upper in AMBIGUOUS:
        raise UnreadableMomentError(f"the time zone {upper} has several meanings")
    sign = re.search(r"[+-]", name)
    if sign is None:
        raise UnreadableMomentError(f"unknown time zone {name}")
    digits = name[sign.start() + 1 :].replace(":", "")
    hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    if hours > 14 or minutes > 59:
        raise UnreadableMomentError(f"unknown time zone {name}")
    offset = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-offset if sign.group() == "-" else offset)


def in_range(moment: dt.datetime) -> dt.datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise UnreadableMomentError(f"the year {moment.year} cannot be right")
    return moment


def zone_named(name: str) -> dt.tzinfo:
    """A time zone by its IANA name; ``ValueError`` for an unknown one."""
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as error:
        raise ValueError(f"unknown time zone {name!r}") from error


@cache
def zone_names() -> tuple[str, ...]:
    """The time zones that a person may choose from: those of places, and UTC."""
    places = (
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/", "US/"))
    )
    return ("UTC", *sorted(places))
