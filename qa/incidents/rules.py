"""Decisions about incidents that need no database: kinds, limits, who is asked next, who may act, the raised form."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qa.core.errors import InvalidInputError


class Kind(StrEnum):
    RISK_TO_LIFE = "risk_to_life"
    DATA_EXPOSURE = "data_exposure"
    MONEY = "money"
    LEGAL = "legal"
    MISCONDUCT = "misconduct"
    PRODUCT_DEFECT = "product_defect"


KIND_WORDS = {
    Kind.RISK_TO_LIFE: "Risk to life",
    Kind.DATA_EXPOSURE: "Data exposure",
    Kind.MONEY: "Money",
    Kind.LEGAL: "Legal",
    Kind.MISCONDUCT: "Misconduct",
    Kind.PRODUCT_DEFECT: "Product defect",
}
KIND_HELP = {
    Kind.RISK_TO_LIFE: "somebody may harm themselves or others, or is in danger",
    Kind.DATA_EXPOSURE: "somebody sees or was sent what is not theirs",
    Kind.MONEY: "money is lost, paid wrongly or withheld",
    Kind.LEGAL: "a lawyer, an authority or a claim",
    Kind.MISCONDUCT: "somebody here breaks the rules on purpose",
    Kind.PRODUCT_DEFECT: "the product does what it must not",
}
MINUTES = {  # to acknowledge, until the programme says otherwise
    Kind.RISK_TO_LIFE: 30,
    Kind.DATA_EXPOSURE: 60,
    Kind.MONEY: 240,
    Kind.LEGAL: 240,
    Kind.MISCONDUCT: 1440,
    Kind.PRODUCT_DEFECT: 1440,
}
FEWEST_MINUTES, MOST_MINUTES = 5, 14 * 24 * 60
MOST_OWNERS = 6
STATES = ("open", "acknowledged", "settled")
OUTCOMES = {
    "handled": "Handled",
    "passed_on": "Passed on to others",
    "no_incident": "No incident",
}
LONGEST_LINE, LONGEST_NOTE = 200, 1_000
RAISE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """An incident as its reporter sends it; without a start the whole message is meant."""

    raise_id: str
    kind: Kind
    line: str
    conversation_revision_id: int
    message_id: str
    start: int | None
    end: int | None


def read_raised(form: Mapping[str, str]) -> Raised:
    """An incident from its form; what is missing is told by field."""
    wrong: dict[str, str] = {}
    kind, line = form.get("kind", ""), " ".join(form.get("line", "").replace("\x00", "").split())
    if kind not in set(Kind):
        wrong["kind"] = "Say what kind of incident it is."
    if not line:
        wrong["line"] = "Say in one line what happened."
    elif len(line) > LONGEST_LINE:
        wrong["line"] = f"One line: at most {LONGEST_LINE} characters; this one has {len(line)}."
    if not form.get("message"):
        wrong["message"] = "Say which message shows it."
    if wrong:
        raise InvalidInputError("The incident is not raised yet: " + " ".join(wrong.values()), wrong)
    raise_id, revision = form.get("raise_id", ""), form.get("conversation_revision", "")
    if not RAISE_ID.fullmatch(raise_id) or not _id(revision):
        raise InvalidInputError("Load the page again: the form does not say which conversation it is about.")
    start, end = form.get("start", ""), form.get("end", "")
    stretch = (int(start), int(end)) if _id(start) and _id(end) else (None, None)
    return Raised(
        raise_id=raise_id,
        kind=Kind(kind),
        line=line,
        conversation_revision_id=int(revision),
        message_id=form["message"],
        start=stretch[0],
        end=stretch[1],
    )


def _id(text: str) -> bool:
    return text.isdecimal() and text.isascii() and len(text) <= 18


def passage_of(texts: Mapping[str, str], raised: Raised) -> tuple[int, int]:
    """The pinned code points of a message; refused when they are not part of the conversation."""
    text = texts.get(raised.message_id)
    start, end = raised.start or 0, raised.end
    if text is None or not text:
        raise InvalidInputError("The pinned message is not in this conversation.", {"message": "unknown message"})
    if end is None:
        return 0, len(text)
    if not start < end <= len(text):
        raise InvalidInputError("The pinned passage is not in this message.", {"message": "unknown passage"})
    return start, end


def next_asked(owners: Sequence[int], leads: Sequence[int], *, asked: frozenset[int], fit: frozenset[int]) -> list[int]:
    """Who is told next: the first named owner not told yet who may act; after the last of them, all QA leads at once.

    ``fit`` are those who may open the ticket, are here today, did not raise the incident and whose work it is not.
    """
    free = [owner for owner in owners if owner in fit and owner not in asked]
    return free[:1] or [lead for lead in leads if lead in fit and lead not in asked]


def barrier(*, by: int, raised_by: int, about: frozenset[int], asked: frozenset[int], is_lead: bool) -> str | None:
    """Why somebody may not act on an incident that they may see; ``None`` when they may."""
    if by in about:
        return "It is about your own work, so somebody else acts on it."
    if by == raised_by and asked - {by}:
        return "You raised it, so somebody else acts on it. You are told of each step."
    if by not in asked and not is_lead:
        return "You were not asked to act on it."
    return None


def overdue(state: str, due_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether nobody acknowledged within the first time limit."""
    return state == "open" and due_at <= now
