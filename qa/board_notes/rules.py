"""The periods that a director's note can be about. Pure."""

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from qa.core.clock import monday_of_week

LONGEST_NOTE = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A week or a month, from its first to its last day."""

    period: str
    starts_on: dt.date
    ends_on: dt.date


def span_of(period: str) -> Span:
    """A period written as ``2026-W14`` or ``2026-04``; ``ValueError`` says what is wrong."""
    period = period.strip().upper()
    if re.fullmatch(r"(19|20)[0-9]{2}-W[0-9]{2}", period):
        monday = monday_of_week(period)
        return Span(period=period, starts_on=monday, ends_on=monday + dt.timedelta(days=6))
    if re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", period):
        year, month = map(int, period.split("-"))
        days = calendar.monthrange(year, month)[1]
        return Span(period=period, starts_on=dt.date(year, month, 1), ends_on=dt.date(year, month, days))
    raise ValueError(f"not a week such as 2026-W14, nor a month such as 2026-04: {period!r}")
