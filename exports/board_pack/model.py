"""What the board pack is made from: the figures of a page as plain values, each with its interval.

Scores are in points of 100, shares in percent, so that every axis reads alike.
"""

import datetime as dt
from dataclasses import dataclass

from exports.figures import Figure
from exports.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigure:
    """One figure of the newest weeks, its change against the weeks before, and what may be said of it."""

    label: str
    unit: str
    now: Figure
    change: Figure
    verdict: str
    note: str = ""
    digits: int = 1  # shown: 1 or 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlWeek:
    """A week's quality against its own limits: the mean of its stretch and three sigmas; none where it has too few.

    One without value and n parts two stretches: no line leads over it.
    """

    key: str
    value: float | None = None
    n: int | None = None
    centre: float | None = None
    low: float | None = None
    high: float | None = None
    said: str = ""  # "below the limits", and the causes that were named most


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week; ``linked`` is quality brought to the newest scale, where a kept shift leads there."""

    key: str  # ISO, 2026-W31
    quality: Figure
    fair: float | None
    linked: float | None
    passed: Figure
    critical: Figure
    csat: Figure
    resolved: int
    drawn: int
    reviewed: int
    event: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Weeks whose scores are of one scale: so many of them from the ``first`` one on, counted from 0."""

    name: str
    first: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One team, queue or other group over the newest weeks; ``weeks`` has its quality week by week."""

    name: str
    now: Figure
    change: Figure
    verdict: str
    fair: float | None
    correlation: float | None
    note: str = ""
    weeks: tuple[tuple[str, Figure], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A way to part the work: teams, queues. Standings come by name."""

    title: str  # "Teams"
    one: str  # "Team"
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPack:
    """Everything that the page shows with its filters. ``notes`` are its warnings."""

    scope: str
    block: int  # newest weeks that a key figure rests on
    key_figures: tuple[KeyFigure, ...]
    coverage: tuple[int, int, int]  # resolved, drawn, reviewed over the block
    weeks: tuple[Week, ...]
    stretches: tuple[Stretch, ...]
    groups: tuple[Group, ...]
    notes: tuple[str, ...]
    target: float | None
    fair: bool
    provenance: Provenance
    zone: dt.tzinfo
    said: tuple[str, ...] = ()  # what the director wrote of these weeks, with period and name
    control: tuple[ControlWeek, ...] = ()

    def __post_init__(self) -> None:
        if sum(each.count for each in self.stretches) != len(self.weeks):
            raise ValueError("the stretches do not cover the weeks")
