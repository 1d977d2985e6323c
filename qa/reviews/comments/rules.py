"""Decisions about comments that need no database: who takes part, what may be said, what waits. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from qa.core.errors import InvalidInputError

LONGEST = 1_000  # characters
MOST = 20  # comments about one review; whoever needs more needs a talk


class Side(StrEnum):
    """In which part somebody speaks."""

    SPECIALIST = "specialist"
    REVIEWER = "reviewer"
    LEAD = "lead"


class Said(Protocol):
    """Anything that is a comment of a thread."""

    @property
    def side(self) -> str: ...
    @property
    def rested_at(self) -> object | None: ...


def side_of(*, by: int, specialist_id: int | None, reviewer_id: int, leads: bool) -> Side | None:
    """In which part somebody may read and write; ``None`` for whoever only reads the review."""
    if by == specialist_id:
        return Side.SPECIALIST
    if by == reviewer_id:
        return Side.REVIEWER
    return Side.LEAD if leads else None


def read_text(typed: str) -> str:
    """A comment as it was typed, without what surrounds it."""
    text = typed.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text:
        raise InvalidInputError("Write something first.", {"comment": "Write something first."})
    if len(text) > LONGEST:
        said = f"At most {LONGEST:,} characters; this has {len(text):,}."
        raise InvalidInputError(said, {"comment": said})
    return text


def why_not(*, released: bool, counts: bool, said: int) -> str | None:
    """Why nothing can be added to a thread; ``None`` when something can."""
    if not released:
        return "A review can be talked about once it is released."
    if not counts:
        return "This review is void: there is nothing to talk about any more."
    if said >= MOST:
        return f"{MOST} comments are said. What is still open is better talked about in person."
    return None


def waits(thread: Sequence[Said], side: Side) -> bool:
    """Whether the others wait for this side's word: they spoke last, and nobody said that it needs none.

    A specialist answers the reviewer and the leads, these answer the specialist.
    """
    if not thread or thread[-1].rested_at is not None:
        return False
    return (thread[-1].side == Side.SPECIALIST) != (side is Side.SPECIALIST)
