"""Decisions about a review that need no database: reading a save, when it is released, who may see it."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import rubrics
from qa.core.errors import InvalidInputError
from qa.reviews.models import Outcome
from qa.sampling.models import Purpose

UNDO = dt.timedelta(seconds=10)
UNDO_GRACE = dt.timedelta(seconds=3)  # the press of the button travels too
MORNING = dt.time(8)
LONGEST_COMMENT = 4_000
MOST_PINS = 20
SAVE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
# No exponent: a number such as 1e999999999 would take all the memory there is.
EXACT = re.compile(r"[0-9]{1,3}(\.[0-9]{0,12})?|[0-9]{1,15}/[0-9]{1,15}")
BLANK = re.compile(r"\{\{[^{}]{1,80}\}\}")  # of a template, to be filled in
LARGEST_INTEGER, LARGEST_ID = 2**31 - 1, 2**63 - 1  # what the database's columns hold
# What a specialist sees and a quality figure may rest on; a hidden second score is for agreement alone.
RELEASED_PURPOSES = frozenset({Purpose.ROUTINE, Purpose.TARGETED, Purpose.FOLLOW_UP})
# What no other reviewer sees as long as somebody may still score the part without knowing it.
SEALED_PURPOSES = frozenset({Purpose.CALIBRATION, Purpose.GOLD, Purpose.PRACTICE})
# Where nobody is named before or after, whatever the programme says.
BLIND_PURPOSES = frozenset({Purpose.CALIBRATION, Purpose.PEER})
# What looks like any drawn part to whoever scores it, before and after.
HIDDEN_PURPOSES = frozenset({Purpose.DOUBLE, Purpose.GOLD})


# What a part is, to whoever scores it; why one was picked would colour the judgement, so that looks like any other.
KIND_WORDS = {
    Purpose.CALIBRATION: "calibration",
    Purpose.FOLLOW_UP: "follow-up",
    Purpose.PRACTICE: "practice",
    Purpose.SECOND_LOOK: "second look",
    Purpose.SELF: "self-review",
    Purpose.PEER: "peer review",
}


def told_purpose(purpose: str, *, own: bool) -> str:
    """Why a part was scored, as one reads it; to its own reviewer a hidden one is routine."""
    return Purpose.ROUTINE if own and purpose in HIDDEN_PURPOSES else purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A passage that an answer rests on: code points ``start`` to ``end`` of a message."""

    message_id: str
    start: int
    end: int


class SavedAnswer(NamedTuple):  # made by the dozen with every save
    """One criterion's answer as the scoring page sends it."""

    criterion_key: str
    level_key: str | None = None
    percentage: Fraction | None = None
    not_applicable: bool = False
    comment: str = ""
    internal_note: str = ""
    root_causes: tuple[str, ...] = ()
    praise: bool = False
    pins: tuple[Pin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """One save of the scoring page: the answers that changed since the last one it knows was kept."""

    save_id: str
    version: int
    answers: tuple[SavedAnswer, ...]
    internal_note: str | None
    active_seconds: int
    conversation_revision_id: int  # what the reviewer was looking at
    # Its answers as the rubric library scores them, by criterion.
    state: Mapping[str, rubrics.Answer] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "state", {answer.criterion_key: as_answer(answer) for answer in self.answers})


def read_save(payload: object, rubric: rubrics.RubricVersion) -> Save:
    """A save from its JSON; an answer that does not fit the rubric is refused with its field."""
    if not isinstance(payload, Mapping):
        raise InvalidInputError("A save is a JSON object.")
    save_id = payload.get("save_id")
    version = payload.get("version")
    if not isinstance(save_id, str) or not SAVE_ID.fullmatch(save_id):
        raise InvalidInputError("A save needs its id.", {"save_id": "missing or malformed"})
    if type(version) is not int or not 0 <= version < LARGEST_INTEGER:
        raise InvalidInputError("A save says which version it changes.", {"version": "missing or malformed"})
    raw = payload.get("answers", [])
    if not isinstance(raw, list) or len(raw) > len(rubric.criteria):
        raise InvalidInputError("Answers are a list, one entry a criterion.", {"answers": "malformed"})
    note = payload.get("internal_note")
    seconds = payload.get("active_seconds", 0)
    seen = payload.get("conversation_revision")
    if type(seen) is not int or not 0 < seen <= LARGEST_ID:
        raise InvalidInputError("A save says which conversation it judged.", {"conversation_revision": "missing"})
    save = Save(
        save_id=save_id,
        version=version,
        answers=_answers(raw, rubric),
        internal_note=None if note is None else _text(note, "internal_note"),
        active_seconds=seconds if type(seconds) is int and 0 <= seconds <= 3600 else 0,
        conversation_revision_id=seen,
    )
    criteria = rubric.asked_on(None)
    for key, answer in save.state.items():
        try:
            rubrics.check_answer(criteria[key], answer)
        except rubrics.AnswerError as error:
            raise InvalidInputError(str(error), {key: str(error)}) from error
    return save


def taken_out(payload: Any, save: Save) -> dict[str, dict[str, str]]:
    """What of a save is kept otherwise than it was typed, for its writer: by criterion, the note to the lead as ""."""
    typed = {item["criterion"]: item["comment"] for item in payload.get("answers", ()) if item.get("comment")}
    kept = {answer.criterion_key: answer.comment for answer in save.answers if answer.comment}
    if save.internal_note:
        typed[""], kept[""] = payload["internal_note"], save.internal_note
    changed = {key: text for key, text in kept.items() if text != typed[key].strip()}
    return {"redacted": changed} if changed else {}


def _answers(raw: Sequence[object], rubric: rubrics.RubricVersion) -> tuple[SavedAnswer, ...]:
    criteria = rubric.asked_on(None)
    answers = tuple([_answer(item, criteria) for item in raw])
    if len({answer.criterion_key for answer in answers}) != len(answers):
        raise InvalidInputError("A save answers each criterion once.", {"answers": "answered twice"})
    return answers


def _answer(item: object, criteria: Mapping[str, rubrics.Criterion]) -> SavedAnswer:
    if not isinstance(item, Mapping):
        raise InvalidInputError("An answer is a JSON object.", {"answers": "malformed"})
    key = item.get("criterion")
    criterion = criteria.get(key) if isinstance(key, str) else None
    if criterion is None:
        raise InvalidInputError(f"This rubric has no criterion {str(key)[:50]!r}.", {"criterion": "unknown"})
    percentage = item.get("percentage")
    return SavedAnswer(
        criterion_key=criterion.key,
        level_key=item.get("level") or None,
        percentage=None if percentage in (None, "") else _percentage(percentage, criterion.key),
        not_applicable=item.get("not_applicable") is True,
        comment=_text(item["comment"], criterion.key) if "comment" in item else "",
        internal_note=_text(item["internal_note"], criterion.key) if "internal_note" in item else "",
        root_causes=_causes(item["root_causes"], criterion) if "root_causes" in item else (),
        praise=item.get("praise") is True,
        pins=_pins(item["pins"], criterion.key) if "pins" in item else (),
    )


def as_answer(saved: SavedAnswer) -> rubrics.Answer:
    """The answer as the rubric library scores it."""
    return rubrics.Answer(
        level=saved.level_key,
        percentage=saved.percentage,
        not_applicable=saved.not_applicable,
        comment=saved.comment,
        evidence=len(saved.pins),
        root_causes=saved.root_causes,
    )


def _text(value: object, field: str) -> str:
    if value == "":
        return ""
    if not isinstance(value, str):
        raise InvalidInputError("A comment is text.", {field: "not text"})
    # Half a surrogate pair is no character, and no database takes it.
    text = value.replace("\x00", "").encode(errors="replace").decode().strip()
    if len(text) > LONGEST_COMMENT:
        raise InvalidInputError(
            f"A comment has at most {LONGEST_COMMENT} characters; this one has {len(text)}.", {field: "too long"}
        )
    return text


def _percentage(value: object, field: str) -> Fraction:
    try:
        return read_percentage(str(value))
    except ValueError as error:
        raise InvalidInputError(str(error), {field: str(error)}) from error


def read_percentage(text: str) -> Fraction:
    """A percentage as typed or as stored, such as 87.5 or 175/2, exactly."""
    try:
        percentage = Fraction(text) if EXACT.fullmatch(text) else None
    except ZeroDivisionError:
        percentage = None
    if percentage is None or not 0 <= percentage <= 100:
        raise ValueError("A percentage is a number from 0 to 100.")
    return percentage


def _causes(value: object, criterion: rubrics.Criterion) -> tuple[str, ...]:
    if value == []:
        return ()
    known = {cause.key for cause in criterion.root_causes}
    if not isinstance(value, list) or not all(isinstance(cause, str) and cause in known for cause in value):
        raise InvalidInputError("Unknown root cause.", {criterion.key: "unknown root cause"})
    return tuple(dict.fromkeys(value))


def _pins(value: object, field: str) -> tuple[Pin, ...]:
    if value == []:
        return ()
    if not isinstance(value, list) or len(value) > MOST_PINS:
        raise InvalidInputError(f"At most {MOST_PINS} passages can be pinned.", {field: "pins"})
    pins = []
    for item in value:
        if not isinstance(item, Mapping):
            raise InvalidInputError("A pinned passage is a JSON object.", {field: "pins"})
        message, start, end = item.get("message"), item.get("start"), item.get("end")
        if not isinstance(message, str) or type(start) is not int or type(end) is not int:
            raise InvalidInputError("A pinned passage names its message, start and end.", {field: "pins"})
        if not 0 <= start < end <= LARGEST_INTEGER:
            raise InvalidInputError("A pinned passage names its message, start and end.", {field: "pins"})
        pins.append(Pin(message_id=message, start=start, end=end))
    return tuple(dict.fromkeys(pins))


def passage(texts: Mapping[str, str], pin: Pin) -> str:
    """The pinned words; refused when they are not part of the conversation that was judged."""
    text = texts.get(pin.message_id)
    if text is None or pin.end > len(text):
        raise InvalidInputError("The pinned passage is not in this conversation.", {"pins": "unknown passage"})
    return text[pin.start : pin.end]


def time_words(seconds: int) -> str:
    """How long somebody had a review before them, as people say it."""
    minutes, rest = divmod(seconds, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def passage_digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def lacking(
    rubric: rubrics.RubricVersion, answers: Mapping[str, rubrics.Answer], *, channel: str
) -> Sequence[rubrics.Missing]:
    """What still stops a submit: what the version asks for, and every blank of a template that nobody filled.

    What a hidden criterion holds is kept and asked about only when it is shown again.
    """
    found = list(rubrics.missing(rubric, answers, channel=channel))
    if not any(answer.comment for answer in answers.values()):
        return found
    for criterion in rubrics.visible_criteria(rubric, answers, channel=channel):
        answer = answers.get(criterion.key)
        blanks = BLANK.findall(answer.comment) if answer else []
        if blanks:
            words = f"The comment on {criterion.name} still has a blank: {', '.join(dict.fromkeys(blanks))}."
            found.append(rubrics.Missing(criterion_key=criterion.key, what="comment", message=words))
    return found


def outcome_of(score: rubrics.Score) -> Outcome:
    return Outcome(score.outcome)


def result_of(score: rubrics.Score) -> dict[str, Any]:
    """What a revision keeps of its score, by the names of its columns."""
    return {
        "score": None if score.value is None else float(score.value),
        "base_score": None if score.base is None else float(score.base),
        "exact_score": None if score.value is None else str(score.value),
        "outcome": outcome_of(score),
        "failed_criticals": list(score.failed_criticals),
        "engine_version": score.engine,
    }


def release_time(rule: str, submitted_at: dt.datetime, zone: ZoneInfo) -> dt.datetime | None:
    """When the specialist sees the review; ``None`` when the lead decides. Never before the time to undo is over."""
    if rule == "by_lead":
        return None
    if rule == "at_once":
        return submitted_at + UNDO
    local = submitted_at.astimezone(zone)
    return dt.datetime.combine(local.date() + dt.timedelta(days=1), MORNING, tzinfo=zone).astimezone(dt.UTC)


def may_undo(submitted_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether a submitted review can still be taken back."""
    return submitted_at is not None and now <= submitted_at + UNDO + UNDO_GRACE


def state_of(answers: Sequence[Any]) -> dict[str, rubrics.Answer]:
    """Stored answers, with their pins counted, as the library scores them."""
    return {
        answer.criterion_key: rubrics.Answer(
            level=answer.level_key,
            percentage=None if answer.percentage is None else Fraction(answer.percentage),
            not_applicable=answer.not_applicable,
            comment=answer.comment,
            evidence=answer.pins,
            root_causes=tuple(answer.root_causes),
        )
        for answer in answers
    }
