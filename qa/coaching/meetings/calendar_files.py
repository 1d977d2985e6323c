"""Meetings as a calendar file (RFC 5545). Pure: what it holds is what it is given.

A calendar leaves the house, so it names the two people's meeting and nothing of what is talked about: no agenda, no
note, no ticket, nobody else.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

PRODUCT = "-//Fairmark//Coaching//EN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One meeting as its owner's calendar shows it."""

    uid: str  # the same for ever: a newer file moves the entry instead of adding one
    sequence: int
    with_name: str
    starts_at: dt.datetime
    minutes: int
    place: str
    url: str
    cancelled: bool
    changed_at: dt.datetime


def calendar_file(entries: Sequence[Entry]) -> bytes:
    """The entries in one calendar, times in UTC so that no calendar guesses a zone."""
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    for entry in entries:
        event = Event()
        event.add("uid", entry.uid)
        event.add("sequence", entry.sequence)
        event.add("dtstamp", entry.changed_at.astimezone(dt.UTC))
        event.add("dtstart", entry.starts_at.astimezone(dt.UTC))
        event.add("dtend", (entry.starts_at + dt.timedelta(minutes=entry.minutes)).astimezone(dt.UTC))
        event.add("summary", f"1:1 with {entry.with_name}")
        if entry.place:
            event.add("location", entry.place)
        event.add("url", entry.url)
        event.add("class", "PRIVATE")
        event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
