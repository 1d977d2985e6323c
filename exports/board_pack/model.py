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
    """Everything that the page shows with its filters. ``notes`` are its warnings, told first."""

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

    def __post_init__(self) -> None:
        if sum(each.count for each in self.stretches) != len(self.weeks):
            raise ValueError("the stretches do not cover the weeks")
