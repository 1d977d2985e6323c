"""What an open page asks for again and again: one word that changes when there is something new to see. Pure.

Before the reveal it tells a participant nothing of anybody else, not even that somebody has scored.
"""

from collections.abc import Sequence

from qa.calibration_sessions.models import CalibrationSession
from qa.calibration_sessions.queries import Sitting


def mark(row: CalibrationSession, people: Sequence[Sitting], *, leads: bool) -> str:
    """The state of a session as far as somebody may know it; who leads it also sees how far everybody is."""
    if row.state != "scoring":
        return f"{row.state} {row.lock_version}"
    done = " ".join(str(person.submitted) for person in people) if leads else ""
    return f"scoring {row.due_on.isoformat()} {done}".rstrip()
