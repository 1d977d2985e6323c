"""Taking personal data out of text before it is kept.

The rules follow the formats' definitions: RFC 5322 mail, E.164 and national phone numbers, ISO/IEC 7812 cards, the
SSA's rules for SSNs, ISO 13616 IBANs, RFC 791 and RFC 4291 addresses; dates of birth, account numbers, PINs and names
by their cue words. Pure: text in, text out. Redaction lowers a risk; it is no guarantee.
"""

from functools import lru_cache

from qa.tickets.redaction.finding import spans
from qa.tickets.redaction.kinds import Kind, Span
from qa.tickets.redaction.ticket import Turn, redact_turns, spans_of_turns

__all__ = [
    "REDACTION_VERSION",
    "Kind",
    "Span",
    "Turn",
    "redact",
    "redact_short",
    "redact_turns",
    "spans",
    "spans_of_turns",
]

REDACTION_VERSION = "6"  # part of every conversation's digest: a new version redacts at the next intake


def redact(text: str) -> str:
    """A text of its own, such as a rejected cell or a file's name, with tokens such as [email]."""
    found = spans(text)
    if not found:
        return text
    pieces: list[str] = []
    position = 0
    for span in found:
        pieces += (text[position : span.start], f"[{span.kind}]")
        position = span.end
    pieces.append(text[position:])
    return "".join(pieces)


@lru_cache(maxsize=4096)
def redact_short(text: str) -> str:
    """``redact`` for facts that many tickets share, such as queues and tags: the same token in every ticket."""
    return redact(text)
