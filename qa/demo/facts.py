"""What is known of the simulated operation: every ticket and handled part as numbers, and the truth behind them."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from qa.demo.arrays import Bools, Floats, Ints
from qa.demo.cast import Cast
from qa.demo.latent import Effects

INELIGIBLE: tuple[str | None, ...] = (None, "spam", "merged", "test")
STATUSES: tuple[str, ...] = ("open", "solved", "closed")
CSAT: dict[int, str | None] = {-1: None, 0: "bad", 1: "good"}
WHOLE, FIRST_HALF, SECOND_HALF, AGAIN = range(4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tickets:
    """The tickets, oldest first, an array a fact. Times are seconds since 1970 (UTC); -1 means none."""

    number: Ints  # the help desk's number, rising
    creator: Ints
    queue: Ints  # index into scenarios.QUEUES
    family: Ints  # index into scenarios.FAMILIES
    channel: Ints  # scenarios.CHANNELS
    tier: Ints  # scenarios.TIERS
    language: Ints  # scenarios.LANGUAGES
    risk: Ints  # 0 to 5
    severity: Ints  # content severity, 0 to 3
    created: Ints
    solved: Ints  # the last resolution
    first_reply_seconds: Ints
    resolution_seconds: Ints  # to the last resolution
    reopens: Ints
    escalated: Bools  # handed to a second specialist
    csat: Ints  # keys of CSAT
    status: Ints  # index into STATUSES
    launch: Bools  # belongs to story.LAUNCH
    history: Bools  # the creator wrote before, within 60 days
    ineligible: Ints  # index into INELIGIBLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The handled parts, by ticket, resolution and time; ``latent`` and ``themes`` are the truth."""

    ticket: Ints  # index into Tickets
    resolution: Ints  # 1, or 2 after the ticket was reopened
    kind: Ints  # WHOLE, FIRST_HALF and SECOND_HALF of a handed-over resolution, AGAIN after reopening
    specialist: Ints  # index into Cast.specialists
    resolved: Ints
    first_reply: Ints
    last_reply: Ints
    replies: Ints  # public replies of this specialist in this resolution
    share: Floats  # of the resolution's public replies
    primary: Bools
    week: Ints  # the story's week of the resolution
    latent: Floats  # true quality
    themes: Floats  # parts x themes: the true deviation of each theme


@dataclass(frozen=True, kw_only=True)
class Operation:
    """Everything simulated for a seed and a day."""

    seed: int
    as_of: dt.date
    weeks: int
    cast: Cast
    tickets: Tickets
    parts: Parts
    effects: Effects

    @cached_property
    def first_part(self) -> Ints:
        """The position of each ticket's first part, and the number of parts at the end; empty where none."""
        return np.searchsorted(self.parts.ticket, np.arange(self.tickets.number.size + 1))

    def parts_of(self, ticket: int) -> range:
        """The parts of a ticket."""
        return range(int(self.first_part[ticket]), int(self.first_part[ticket + 1]))
