"""What scorecards are made from: the figures of the coaching page as plain values."""

import datetime as dt
from dataclasses import dataclass

from exports.coaching_workbook.model import CriterionFigure, EarlierAction, ReviewRow, WeeklyPoint
from exports.figures import Figure
from exports.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """One specialist. ``quality``, ``others`` and ``apart`` are in percent points, the rates are shares.

    ``apart`` is the specialist minus the others of the team; ``plan`` is the active plan's title, empty without one.
    """

    specialist: str
    quality: Figure
    others: Figure
    apart: Figure
    passed: Figure
    critical: Figure
    criteria: tuple[CriterionFigure, ...]
    weeks: tuple[WeeklyPoint, ...]
    actions: tuple[EarlierAction, ...] = ()
    plan: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorecardWorkbook:
    """The scorecard of one specialist with the reviews behind it."""

    team: str
    lead: str
    card: Scorecard
    reviews: tuple[ReviewRow, ...]
    provenance: Provenance
    zone: dt.tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamWorkbook:
    """All specialists of a team, by name."""

    team: str
    lead: str
    cards: tuple[Scorecard, ...]
    provenance: Provenance
    zone: dt.tzinfo

    def __post_init__(self) -> None:
        if not self.cards:
            raise ValueError("a team's workbook needs a specialist")
