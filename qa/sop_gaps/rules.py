"""Decisions about gaps in procedures that need no database: kinds, states, the form as the scoring page sends it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rubrics
from qa.core.errors import InvalidInputError
from qa.reviews.rules import passage_digest

KINDS = {
    "missing": "Procedure missing",
    "wrong": "Procedure wrong",
    "unclear": "Procedure unclear",
    "not_followed": "Not followed",
}
KIND_HELP = {
    "missing": "nothing says what to do here",
    "wrong": "what it says is wrong or out of date",
    "unclear": "it can be read in two ways",
    "not_followed": "it is there and right, and was not followed",
}
STATES = {"open": "open", "in_work": "in work", "fixed": "fixed", "declined": "no gap"}
WAITING = ("open", "in_work")
NEEDS_PROCEDURE = "Say which procedure was not followed."
LONGEST_NOTE = 1_000
MOST_PINS = 20
RAISE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A gap as the scoring page sends it."""

    raise_id: str
    kind: str
    criterion_key: str
    procedure_key: str
    note: str
    conversation_revision_id: int
    pins: tuple[tuple[str, int, int], ...]  # message, start, end
    root_causes: tuple[str, ...]


def read_raised(form: Mapping[str, str], rubric: rubrics.RubricVersion) -> Raised:
    """A gap from its form; what is missing is told by field."""
    wrong: dict[str, str] = {}
    kind, note = form.get("kind", ""), form.get("note", "").replace("\x00", "").strip()
    procedure = " ".join(form.get("procedure", "").split())
    criteria = {each.key: each for each in rubric.criteria}
    criterion = criteria.get(form.get("criterion", ""))
    if kind not in KINDS:
        wrong["kind"] = "Say what is wrong with the procedure."
    elif kind == "not_followed" and not procedure:
        wrong["procedure"] = NEEDS_PROCEDURE
    if not note:
        wrong["note"] = "Say in a sentence what is missing or wrong."
    elif len(note) > LONGEST_NOTE:
        wrong["note"] = f"At most {LONGEST_NOTE:,} characters; this has {len(note):,}."
    if criterion is None:
        wrong["criterion"] = "This version has no such criterion."
    if wrong or criterion is None:
        raise InvalidInputError("The gap is not raised yet: " + " ".join(wrong.values()), wrong)
    raise_id, revision = form.get("raise_id", ""), form.get("conversation_revision", "")
    if not RAISE_ID.fullmatch(raise_id) or not (revision.isdecimal() and revision.isascii() and len(revision) <= 18):
        raise InvalidInputError("Load the page again: the form does not say which conversation it is about.")
    known = {cause.key for cause in criterion.root_causes}
    return Raised(
        raise_id=raise_id,
        kind=kind,
        criterion_key=criterion.key,
        procedure_key=procedure,
        note=note,
        conversation_revision_id=int(revision),
        pins=_pins(form.get("pins", "")),
        root_causes=tuple(cause for cause in _list(form.get("root_causes", "")) if cause in known),
    )


def _list(text: str) -> list[Any]:
    try:
        found = json.loads(text or "[]")
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) > MOST_PINS:
        raise InvalidInputError("Load the page again: what was pinned cannot be read.", {"pins": "not readable"})
    return found


def _pins(text: str) -> tuple[tuple[str, int, int], ...]:
    found = []
    for each in _list(text):
        whole = isinstance(each, dict) and type(each.get("start")) is int and type(each.get("end")) is int
        if not whole or not isinstance(each.get("message"), str):
            raise InvalidInputError("Load the page again: what was pinned cannot be read.", {"pins": "not readable"})
        found.append((each["message"], each["start"], each["end"]))
    return tuple(found)


def kept_pins(pins: tuple[tuple[str, int, int], ...], texts: Mapping[str, str]) -> list[dict[str, Any]]:
    """The pinned passages as they are kept, each with its digest; refused where one is not in the conversation."""
    kept = []
    for message, start, end in pins:
        text = texts.get(message, "")
        if not 0 <= start < end <= len(text):
            raise InvalidInputError("A pinned passage is not in this conversation.", {"pins": "unknown passage"})
        kept.append({"message": message, "start": start, "end": end, "digest": passage_digest(text[start:end])})
    return kept
