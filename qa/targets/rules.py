"""What can have a target: the measures with their units and which way is better. Pure."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A measure that a target may be set for."""

    label: str
    unit: str
    low: float
    high: float
    higher_is_better: bool


def _share(label: str, *, higher_is_better: bool) -> Measure:
    return Measure(label=label, unit="%", low=0.0, high=100.0, higher_is_better=higher_is_better)


MEASURES = {
    "quality": Measure(label="Quality", unit="points", low=0.0, high=100.0, higher_is_better=True),
    "passed": _share("Pass rate", higher_is_better=True),
    "critical": _share("Critical-error rate", higher_is_better=False),
    "csat": _share("CSAT", higher_is_better=True),
    "first_response": Measure(label="First response", unit="hours", low=0.0, high=10_000.0, higher_is_better=False),
    "resolution": Measure(label="Resolution time", unit="hours", low=0.0, high=10_000.0, higher_is_better=False),
    "reopen": _share("Reopen rate", higher_is_better=False),
    "escalation": _share("Escalation rate", higher_is_better=False),
    "coverage": _share("Coverage", higher_is_better=True),
    "overturn": _share("Disputes upheld", higher_is_better=False),
    "agreement": _share("Reviewer agreement", higher_is_better=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From a day on, this value is wanted."""

    effective_from: dt.date
    value: float


def value_on(steps: Iterable[Step], day: dt.date) -> float | None:
    """The value that holds on a day: that of the newest step which began by then."""
    begun = [step for step in steps if step.effective_from <= day]
    return max(begun, key=lambda step: step.effective_from).value if begun else None


def scope_of(team_id: int | None, queue: str) -> str:
    """Whom a target is for, as one text: the programme, a team or a queue."""
    if team_id is not None:
        return f"team:{team_id}"
    return f"queue:{queue}" if queue else ""
