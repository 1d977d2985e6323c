"""Decisions about people's facts in time, as pure functions over spans of days."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar


class Span(Protocol):
    """Something that holds from a day on, until a day (exclusive) or for ever."""

    valid_from: dt.date
    valid_to: dt.date | None


S = TypeVar("S", bound=Span)


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudonymList:
    """The names under which reviewers appear to those who may not know them: a bird each, then birds with a number."""

    birds: tuple[str, ...] = (
        "Avocet", "Bittern", "Chaffinch", "Dipper", "Eider", "Fieldfare", "Goldcrest", "Hoopoe", "Ibis", "Jackdaw",
        "Kestrel", "Lapwing", "Merlin", "Nuthatch", "Osprey", "Plover", "Quail", "Redstart", "Siskin", "Treecreeper",
        "Wagtail", "Yellowhammer",
    )  # fmt: skip

    def name(self, position: int) -> str:
        round_, place = divmod(position, len(self.birds))
        return self.birds[place] + (f" {round_ + 1}" if round_ else "")


def holding(spans: Iterable[S], day: dt.date) -> list[S]:
    """The spans that hold on a day."""
    return [span for span in spans if span.valid_from <= day and (span.valid_to is None or span.valid_to > day)]


def next_start(spans: Sequence[Span], day: dt.date) -> dt.date | None:
    """The first day after ``day`` on which one of the spans begins: where a new span has to end."""
    later = [span.valid_from for span in spans if span.valid_from > day]
    return min(later, default=None)


# What browsers and systems call themselves, in the order in which to ask: each claims to be those behind it too.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "Mac"),
    ("Linux", "Linux"),
)


def browser_of(user_agent: str) -> str:
    """A browser in words, such as "Firefox on Windows"; what cannot be told is shown as it came."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    if browser is None:
        return user_agent or "Unknown browser"
    return f"{browser} on {system}" if system else browser
