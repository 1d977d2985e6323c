"""What the workbook of the reviewers' board is made from: plain values."""

import datetime as dt
from dataclasses import dataclass

from exports.figures import Figure
from exports.provenance import Provenance

QUARTER = 13  # weeks


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerRow:
    """Where one reviewer stands; severity and scatter in points, agreement and N/A in percent."""

    name: str
    state: str
    severity: Figure
    scatter: Figure
    agreement: Figure
    na_share: Figure
    na_expected: float | None
    own: int
    pairs: int
    seats: int
    evidence: float | None
    overturned: int
    replaced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekRow:
    """One week of one reviewer's strictness, with its 90 % limits; ``overlap`` from shared parts alone."""

    name: str
    monday: dt.date
    value: float | None
    low: float | None
    high: float | None
    overlap: float | None
    evidence: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRow:
    """One flag in a sentence, with the figures that the sentence is made of."""

    name: str
    state: str
    stream: str
    effect: float
    low: float
    high: float
    unit: str
    onset: dt.date
    earliest: dt.date
    latest: dt.date
    confirmation: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """What was done about a flag."""

    name: str
    opened_on: dt.date
    state: str
    outcome: str
    reason: str
    returned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftWorkbook:
    """One run. ``amber`` and ``red`` are weeks of evidence, ``active`` the reviewers they reckon with."""

    through: dt.date
    amber: float
    red: float
    active: int
    scorings: int
    reviewers: tuple[ReviewerRow, ...]
    weeks: tuple[WeekRow, ...]
    flags: tuple[FlagRow, ...]
    cases: tuple[CaseRow, ...]
    provenance: Provenance
    zone: dt.tzinfo

    def __post_init__(self) -> None:
        if not 0 < self.amber <= self.red:
            raise ValueError(f"amber comes before red: {self.amber} and {self.red}")
