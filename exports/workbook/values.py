"""What a cell may hold, checked and converted before openpyxl sees it."""

import datetime as dt
import math
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real

from exports.text import cell_text

# Excel keeps 15 significant digits: a longer whole number (a key, not a quantity) stays whole as text.
MOST_DIGITS = 15
# Excel's calendar holds a 29 February 1900 that never was; days before it would come out one off.
OLDEST_DATE = dt.date(1900, 3, 1)

Value = str | float | Decimal | Fraction | dt.date | dt.datetime | None
Stored = str | int | float | dt.date | dt.datetime | None


def stored(value: Value, zone: dt.tzinfo) -> Stored:
    """The value as a cell keeps it: safe text, finite number, day, or local time of the zone without its offset."""
    if value is None:
        return None
    if isinstance(value, str):
        return cell_text(value) or None
    if isinstance(value, dt.datetime):
        return local_time(value, zone)
    if isinstance(value, dt.date):
        return _after_the_oldest(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Real | Decimal):
        return number(value)
    raise ValueError(f"a cell holds text, a number or a time, not {type(value).__name__}: {value!r}")


def number(value: Real | Decimal | float) -> int | float | str:
    """A finite number; a whole one with more digits than Excel keeps becomes text."""
    if isinstance(value, Integral):
        whole = int(value)
        return whole if len(str(abs(whole))) <= MOST_DIGITS else str(whole)
    converted = float(value)
    if not math.isfinite(converted):
        raise ValueError(f"a cell holds finite numbers only: {value!r}")
    return converted


def local_time(value: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The time on the zone's clock; a time that does not say its zone is refused."""
    if value.utcoffset() is None:
        raise ValueError(f"a time needs its zone before it can be shown in another: {value}")
    local = value.astimezone(zone).replace(tzinfo=None, microsecond=0)
    _after_the_oldest(local.date())
    return local


def known_value(value: str | float | dt.date | None) -> str | int | float | None:
    """What a formula gives, as it is kept beside the formula."""
    if isinstance(value, dt.date):
        return serial_day(value)
    if isinstance(value, str):
        return cell_text(value)
    return None if value is None else number(value)


def serial_day(day: dt.date) -> int:
    """The number by which Excel knows a day."""
    return (_after_the_oldest(day) - dt.date(1899, 12, 30)).days


def _after_the_oldest(day: dt.date) -> dt.date:
    if day < OLDEST_DATE:
        raise ValueError(f"Excel counts days from {OLDEST_DATE}: {day}")
    return day
