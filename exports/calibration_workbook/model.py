"""What the report of a calibration session is made from: plain values, checked for fitting together."""

import datetime as dt
from dataclasses import dataclass

from exports.figures import Figure
from exports.provenance import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementRow:
    """How far people agree on one criterion; ``agreement`` is in percent, ``share`` that of the level most chosen."""

    criterion: str
    level: str
    parts: int
    raters: int
    agreement: Figure
    kappa: Figure
    alpha: Figure
    ac: Figure
    prevails: str
    share: float | None
    not_applicable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParticipantRow:
    """One participant by number; ``difference`` and ``spread`` are in points, as the page tells them."""

    number: int
    name: str
    difference: Figure
    spread: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One participant's score of one part, beside what was agreed."""

    number: int
    name: str
    ticket: str
    score: float | None
    agreed: float | None

    @property
    def difference(self) -> float | None:
        return None if self.score is None or self.agreed is None else self.score - self.agreed


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """One answer beside what was agreed; empty where nothing is."""

    name: str
    ticket: str
    criterion: str
    chosen: str
    agreed: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    ticket: str
    criterion: str
    chosen: str
    agreed: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """One session with the rubric: how often two people chose alike, in percent."""

    day: dt.date
    title: str
    agreement: Figure
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationWorkbook:
    """One session. ``facts`` are pairs for the cover."""

    title: str
    facts: tuple[tuple[str, str], ...]
    learnt: str
    parts: int
    criteria: tuple[AgreementRow, ...]
    participants: tuple[ParticipantRow, ...]
    scores: tuple[ScoreRow, ...]
    answers: tuple[AnswerRow, ...]
    decisions: tuple[DecisionRow, ...]
    sessions: tuple[SessionRow, ...]
    provenance: Provenance
    zone: dt.tzinfo

    def __post_init__(self) -> None:
        known = {each.number for each in self.participants}
        if len(known) < len(self.participants):
            raise ValueError("two participants bear one number")
        if strangers := {row.number for row in self.scores} - known:
            raise ValueError(f"scores of nobody in the session: {sorted(strangers)}")
