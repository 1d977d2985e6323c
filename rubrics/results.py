"""What scoring a review gives: the figure, its outcome, and the steps that led to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Outcome = Literal["passed", "failed", "failed_critical", "not_scored"]
OUTCOMES: tuple[Outcome, ...] = ("passed", "failed", "failed_critical", "not_scored")
StepKind = Literal["criterion", "section", "total", "bonus", "cap", "critical", "result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the calculation in words, with the percentage it gave, and what it is about."""

    text: str
    value: Fraction | None
    kind: StepKind = "result"
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The result of one review.

    ``value`` and ``base`` (before criticals) and ``sections`` are percent; ``criteria`` are fractions 0 to 1 of what
    was answered, None for N/A. ``failed_criticals`` names failed criticals of either scope; only those of scope
    review make the outcome ``failed_critical``. ``unanswered`` criteria are left out of every figure.
    ``engine`` names the arithmetic that made it.
    """

    value: Fraction | None
    base: Fraction | None
    outcome: Outcome
    failed_criticals: tuple[str, ...]
    steps: tuple[Step, ...]
    sections: Mapping[str, Fraction | None]
    criteria: Mapping[str, Fraction | None]
    unanswered: tuple[str, ...] = ()
    engine: str
