"""How much is tried, and what came of it: told at the end of a run of these tests.

`make faults` tries much (``FAULTS=whole``); the slow suite tries the same things a few times.
"""

import os
from collections import Counter

WHOLE = os.environ.get("FAULTS") == "whole"
LEAST_KILLS = 200  # of a whole run
counts: Counter[str] = Counter()


def times(few: int, many: int) -> int:
    """How often a test tries something."""
    return many if WHOLE else few


def note(**more: int) -> None:
    """Add to what is told at the end; what must stay 0 is told too."""
    counts.update(more)


def lines() -> list[str]:
    return [f"{count:>8,}  {name.replace('_', ' ')}" for name, count in counts.items()]
