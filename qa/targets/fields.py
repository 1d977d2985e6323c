"""What a target is told by, in a form and in a file."""

from collections.abc import Sequence

from qa.core.entering import Entry, day, line_of_text, number_between, one_of_words
from qa.targets.rules import MEASURES

LABELS = {key: measure.label for key, measure in MEASURES.items()}


def entries(teams: Sequence[str] = (), queues: Sequence[str] = ()) -> tuple[Entry, ...]:
    """The fields of a target; ``teams`` and ``queues`` are what it can be narrowed to."""
    return (
        Entry(
            name="measure",
            label="Measure",
            read=one_of_words(LABELS),
            kind="choice",
            choices=tuple((key, f"{each.label} ({each.unit})") for key, each in MEASURES.items()),
            required=True,
            example="quality",
        ),
        Entry(
            name="value",
            label="Value",
            read=number_between(0, 10_000),
            kind="number",
            required=True,
            help="In the measure’s unit: points, percent, or hours.",
            example="85",
        ),
        Entry(name="effective_from", label="From", read=day, kind="day", required=True, example="2026-04-01"),
        Entry(
            name="team",
            label="Team",
            read=line_of_text(120),
            kind="choice",
            choices=tuple((name, name) for name in teams),
            help="Empty, with no queue: the whole programme.",
        ),
        Entry(
            name="queue",
            label="Queue",
            read=line_of_text(120),
            kind="choice",
            choices=tuple((name, name) for name in queues),
            example="payouts",
        ),
    )
