"""What can have a target: the measures with their units and which way is better. Pure."""

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


def against(measure: Measure, wanted: float, value: float, low: float | None, high: float | None) -> str:
    """Whether a figure meets what is wanted: only where its whole interval does; a count has none and is compared."""
    low, high = (value, value) if low is None or high is None else (low, high)
    worst, best = (low, high) if measure.higher_is_better else (-high, -low)
    wanted = wanted if measure.higher_is_better else -wanted
    if worst >= wanted:
        return "met"
    return "missed" if best < wanted else "cannot tell"


def scope_of(team_id: int | None, queue: str) -> str:
    """Whom a target is for, as one text: the programme, a team or a queue."""
    if team_id is not None:
        return f"team:{team_id}"
    return f"queue:{queue}" if queue else ""
