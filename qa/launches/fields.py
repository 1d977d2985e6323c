"""What a launch is told by, in a form and in a file."""

from collections.abc import Sequence

from qa.core.entering import Entry, day, email, line_of_text, link, list_of_names, prose

LONGEST_ISSUE = 300


def entries(plans: Sequence[str] = ()) -> tuple[Entry, ...]:
    """The fields of a launch; ``plans`` are the names of the sampling plans to choose from."""
    return (
        Entry(name="name", label="Name", read=line_of_text(80), required=True, example="Duet Studio"),
        Entry(name="starts_on", label="First day", read=day, kind="day", required=True, example="2026-03-02"),
        Entry(
            name="ends_on",
            label="Last day",
            read=day,
            kind="day",
            help="Empty while it runs.",
            example="2026-03-29",
        ),
        Entry(
            name="queues",
            label="Queues it touches",
            read=list_of_names,
            kind="queues",
            required=True,
            help="Several with semicolons.",
            example="creator_tools",
        ),
        Entry(
            name="control_queues",
            label="Queues to compare with",
            read=list_of_names,
            kind="queues",
            help="Empty: every queue that it does not touch.",
            example="payouts; appeals",
        ),
        Entry(
            name="label",
            label="What the help desk calls it",
            read=line_of_text(120),
            help="The value of the ticket’s field for launches, to count the tickets about it.",
            example="Duet Studio",
        ),
        Entry(name="owner", label="Owner", read=email, kind="person", help="By address.", example="mira@example.com"),
        Entry(
            name="plan",
            label="Sampling plan",
            read=line_of_text(120),
            kind="choice",
            choices=tuple((name, name) for name in plans),
            help="The plan that watches it.",
            example="",
        ),
        Entry(name="note", label="Note", read=prose(2_000), kind="text", example="Record with two people"),
    )


ISSUE = (
    Entry(name="text", label="What goes wrong", read=line_of_text(LONGEST_ISSUE), required=True),
    Entry(name="url", label="Link", read=link, kind="link"),
)


def columns() -> tuple[Entry, ...]:
    """The same for a file, where known issues stand in a column too."""
    return (
        *entries(),
        Entry(
            name="known_issues",
            label="Known issues",
            read=list_of_names,
            help="Several with semicolons; those not listed here stay as they are.",
            example="Echo without headphones; Invitations expire too early",
        ),
    )
