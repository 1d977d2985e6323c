"""What a gap is told by, in a form and in a file."""

from collections.abc import Mapping, Sequence

from qa.core.entering import Entry, day, email, line_of_text, one_of_words, prose
from qa.sop_gaps.rules import KINDS, LONGEST_NOTE, STATES


def entries(criteria: Mapping[str, str] | None = None, procedures: Sequence[tuple[str, str]] = ()) -> tuple[Entry, ...]:
    """The fields of a gap as it is told; ``criteria`` and ``procedures`` are what a form offers."""
    return (
        Entry(
            name="ticket",
            label="Ticket",
            read=lambda text: line_of_text(200)(text).removeprefix("#"),
            required=True,
            fixed=True,
            help="The number of a ticket that shows it.",
            example="48121",
        ),
        Entry(
            name="criterion",
            label="Criterion",
            read=line_of_text(120),
            kind="choice",
            choices=tuple((criteria or {}).items()),
            required=True,
            fixed=True,
            example="correct_policy",
        ),
        Entry(
            name="kind",
            label="What is wrong",
            read=one_of_words(KINDS),
            kind="choice",
            choices=tuple(KINDS.items()),
            required=True,
            fixed=True,
            example="missing",
        ),
        Entry(
            name="note",
            label="In a sentence",
            read=prose(LONGEST_NOTE),
            kind="text",
            required=True,
            help="Addresses and numbers of customers are taken out.",
            example="Nothing says what to do when a payout is held in two countries.",
        ),
        *handling(procedures),
    )


def handling(procedures: Sequence[tuple[str, str]] = ()) -> tuple[Entry, ...]:
    """The fields of what is done about a gap."""
    return (
        Entry(
            name="procedure",
            label="Procedure",
            read=line_of_text(120),
            kind="choice",
            choices=tuple(procedures),
            help="By its key. One that was not followed needs it.",
            example="refund-policy",
        ),
        Entry(
            name="state",
            label="State",
            read=one_of_words(STATES),
            kind="choice",
            choices=tuple(STATES.items()),
            example="open",
        ),
        Entry(name="owner", label="Owner", read=email, kind="person", help="By address.", example="mira@example.com"),
        Entry(name="fixed_on", label="Fixed on", read=day, kind="day", help="When it is fixed.", example=""),
        Entry(
            name="answer",
            label="Answer",
            read=prose(LONGEST_NOTE),
            kind="text",
            help="What was done, or why it is no gap: whoever raised it reads this.",
            example="",
        ),
    )
