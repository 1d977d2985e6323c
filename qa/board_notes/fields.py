"""What a note is told by, in a form and in a file."""

from qa.board_notes.rules import LONGEST_NOTE, Span, span_of
from qa.core.entering import Entry, EntryError, prose


def _span(text: str) -> Span:
    try:
        return span_of(text)
    except ValueError:
        raise EntryError("not a week such as 2026-W14, nor a month such as 2026-04") from None


def entries() -> tuple[Entry, ...]:
    return (
        Entry(
            name="period",
            label="Week or month",
            read=_span,
            required=True,
            fixed=True,
            help="As 2026-W14 or 2026-04.",
            example="2026-04",
        ),
        Entry(
            name="text",
            label="Note",
            read=prose(LONGEST_NOTE),
            kind="text",
            help="Addresses and numbers of customers are taken out.",
            example="Quality held while the launch ran; appeals stay behind until the new procedure is read.",
        ),
    )
