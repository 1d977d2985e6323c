"""What an escalation is told by, in a form and in a file."""

from zoneinfo import ZoneInfo

from qa.core.entering import Entry, email, line_of_text, moment_in, prose


def entries(zone: ZoneInfo) -> tuple[Entry, ...]:
    """The fields of an escalation; times are local to ``zone`` unless they say otherwise."""
    return (
        Entry(
            name="ticket",
            label="Ticket",
            read=lambda text: line_of_text(200)(text).removeprefix("#"),
            required=True,
            fixed=True,
            help="Its number.",
            example="48121",
        ),
        Entry(
            name="source",
            label="Source",
            read=line_of_text(120),
            fixed=True,
            help="The key of its help desk account, where two accounts have the same number.",
        ),
        Entry(
            name="opened_at",
            label="Opened",
            read=moment_in(zone),
            kind="moment",
            required=True,
            example="2026-03-31 09:30",
        ),
        Entry(name="closed_at", label="Closed", read=moment_in(zone), kind="moment", example="2026-04-01 16:00"),
        Entry(name="from", label="From", read=line_of_text(120), help="A team, a queue or a tier.", example="Payouts"),
        Entry(name="to", label="To", read=line_of_text(120), example="Legal"),
        Entry(name="owner", label="Owner", read=email, kind="person", help="By address.", example="mira@example.com"),
        Entry(
            name="reason",
            label="Reason",
            read=prose(1_000),
            kind="text",
            help="Addresses and numbers of customers are taken out.",
            example="Claims that the contract was broken",
        ),
    )
