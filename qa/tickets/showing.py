"""What a ticket's page shows of a conversation, as plain values."""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from qa.tickets.conversations import Conversation, Message
from qa.tickets.queries import PartView
from qa.tickets.redaction import Kind

TOKEN = re.compile(rf"\[(?:{'|'.join(Kind)})(?: \d{{1,4}})?\]", re.IGNORECASE)  # the first rules wrote [EMAIL]
KINDS = {"customer": "customer", "specialist": "agent", "bot": "other", "internal": "note", "tool": "note"}


# An address as people paste it. Nothing but http and https is ever a link: javascript: and data: stay words.
LINK = re.compile(r"https?://[^\s<>\"'`\[\]{}|\\^]{1,2000}", re.IGNORECASE)
AFTER_LINK = ".,;:!?…"  # belongs to the sentence


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message; a redacted one is a token, a link leads out of the house."""

    text: str
    redacted: bool
    link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    """One message, and the number of the part it belongs to where there are several."""

    id: str
    kind: str  # customer, agent, other, note: how it looks
    author: str
    part: int | None
    at: dt.datetime
    pieces: tuple[Piece, ...]


def shown_messages(conversation: Conversation, parts: Sequence[PartView]) -> tuple[ShownMessage, ...]:
    """The conversation with each public reply given to its part, numbered as on the page."""
    return tuple(
        ShownMessage(
            id=message.id,
            kind=KINDS.get(message.author_role, "note") if message.public else "note",
            author=message.author_label,
            part=part_of(message, parts),
            at=message.at,
            pieces=pieces_of(message.text),
        )
        for message in conversation.messages
    )


def part_of(message: Message, parts: Sequence[PartView]) -> int | None:
    """The number of the part that a public reply belongs to, counted from 1."""
    if not message.public or message.agent_identity_id is None:
        return None
    for number, view in enumerate(parts, start=1):
        part = view.part
        same = part.agent_identity_id == message.agent_identity_id
        if same and part.first_reply_at <= message.at <= part.last_reply_at:
            return number
    return None


def pieces_of(text: str) -> tuple[Piece, ...]:
    """A text cut at its redaction tokens and links, so that a page can set them apart."""
    pieces: list[Piece] = []
    position = 0
    for found in TOKEN.finditer(text):
        if found.start() > position:
            pieces += _with_links(text[position : found.start()])
        pieces.append(Piece(found.group(), True))
        position = found.end()
    if position < len(text) or not pieces:
        pieces += _with_links(text[position:])
    return tuple(pieces)


def _with_links(text: str) -> Iterator[Piece]:
    position = 0
    for found in LINK.finditer(text):
        address = found.group().rstrip(AFTER_LINK)
        if address.endswith(")") and "(" not in address:  # an address in brackets
            address = address[:-1].rstrip(AFTER_LINK)
        if found.start() > position:
            yield Piece(text[position : found.start()], False)
        yield Piece(address, False, link=True)
        position = found.start() + len(address)
    if position < len(text) or not text:
        yield Piece(text[position:], False)


def duration(seconds: int | None) -> str | None:
    """A length of time in the two largest units that say something: 45 s, 12 min, 3 h 20 min, 2 d 4 h."""
    if seconds is None:
        return None
    if seconds < 60:
        return f"{seconds} s"
    minutes = seconds // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"
