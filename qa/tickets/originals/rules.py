"""When an original may be asked for and read. Pure."""

import datetime as dt
from enum import StrEnum

from qa.tickets.originals.models import OriginalReveal, RevealState

MOST_DAYS = 365
MINUTES = {15: "15 minutes", 60: "an hour", 240: "four hours"}
LEAST_REASON, LONGEST_REASON = 15, 500
CONSENT_LASTS = dt.timedelta(hours=24)  # in which what was granted has to be opened


class Stage(StrEnum):
    """How a request stands at a moment."""

    WAITS = "waits"
    READY = "ready"  # granted, not opened yet
    OPEN = "open"
    LAPSED = "lapsed"  # granted, never opened in time
    CLOSED = "closed"  # was read
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STAGE_WORDS = {
    Stage.WAITS: "waits for a second person",
    Stage.READY: "may be opened",
    Stage.OPEN: "open",
    Stage.LAPSED: "never opened",
    Stage.CLOSED: "was read",
    Stage.REFUSED: "refused",
    Stage.WITHDRAWN: "withdrawn",
}


def stage_of(reveal: OriginalReveal, now: dt.datetime) -> Stage:
    """How a request stands."""
    if reveal.state == RevealState.ASKED:
        return Stage.WAITS
    if reveal.state == RevealState.REFUSED:
        return Stage.REFUSED
    if reveal.state == RevealState.WITHDRAWN:
        return Stage.WITHDRAWN
    if reveal.ends_at is not None:
        return Stage.OPEN if now < reveal.ends_at else Stage.CLOSED
    if reveal.settled_at is None or now >= reveal.settled_at + CONSENT_LASTS:
        return Stage.LAPSED
    return Stage.READY


def problem_of_reason(reason: str) -> str | None:
    """What is wrong with a reason, in words for whoever typed it."""
    if len(reason) < LEAST_REASON:
        return f"Say in at least {LEAST_REASON} characters what the original is needed for; it stays on record."
    if len(reason) > LONGEST_REASON:
        return f"A reason has at most {LONGEST_REASON} characters."
    return None
