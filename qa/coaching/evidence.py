"""What speaks for working on a criterion: root causes, the reviews with the very messages, good examples."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

import rubrics
from qa.coaching import passages
from qa.coaching.queries import Evidence, ReviewLine, review_lines
from qa.core.access import Actor
from qa.core.crypto import KeyRing
from qa.reviews import queries as review_queries
from qa.reviews import rules as review_rules
from qa.reviews.queries import StoredAnswer
from qa.sampling.reporting import FEW
from qa.tickets.conversations import Conversation

MOST_SHOWN = 12  # reviews on each side


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A pinned passage; ``own`` when the specialist whom the review is about wrote it."""

    message_id: str
    start: int
    end: int
    text: str
    role: str
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One answer on the criterion, with the review it stands in."""

    line: ReviewLine
    level: str
    share: float
    comment: str
    causes: tuple[str, ...]
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionEvidence:
    """Everything that reviews of some weeks say about one criterion of a specialist."""

    key: str
    lost: tuple[Seen, ...]  # with points lost, newest first
    good: tuple[Seen, ...]  # with all points and a passage
    causes: tuple[tuple[str, int], ...]  # named root causes, the most frequent first
    answered: int
    weak: int

    @property
    def few(self) -> bool:
        return self.answered < FEW


def criterion_evidence(
    session: Session,
    actor: Actor,
    specialist_id: int,
    evidence: Evidence,
    key: str,
    *,
    since: dt.date,
    ring: KeyRing,
    now: dt.datetime,
) -> CriterionEvidence:
    """The specialist's drawn reviews by this criterion; every conversation that is opened goes to the access log."""
    known = {row.review_id for row in evidence.measured.reviews}
    lines = [
        line for line in review_lines(session, actor, specialist_id, since=since, now=now) if line.review_id in known
    ]
    answers = review_queries.answers_of_many(session, [line.revision_id for line in lines])
    lost: list[Seen] = []
    good: list[Seen] = []
    causes, answered, weak = Counter[str](), 0, 0
    for line in lines:
        given = next((each for each in answers.get(line.revision_id, []) if each.criterion_key == key), None)
        version = evidence.versions.get(line.rubric_version_id)
        if given is None or version is None:
            continue
        criterion = version.criterion(key)
        share = rubrics.criterion_fraction(criterion, review_rules.state_of([given])[key])
        if share is None:
            continue
        answered += 1
        names = {cause.key: cause.name for cause in criterion.root_causes}
        named = tuple(names.get(str(cause), str(cause)) for cause in given.root_causes)
        full = share >= 1
        weak += not full
        causes.update(() if full else named)
        wanted = good if full else lost
        if len(wanted) >= MOST_SHOWN or (full and not given.passages):
            continue
        wanted.append(
            Seen(
                line=line,
                level=_level(criterion, given),
                share=float(share),
                comment=given.comment,
                causes=named,
                passages=_passages(session, actor, specialist_id, line, given, ring, now),
            )
        )
    return CriterionEvidence(
        key=key,
        lost=tuple(lost),
        good=tuple(good),
        causes=tuple(causes.most_common()),
        answered=answered,
        weak=weak,
    )


def _level(criterion: rubrics.Criterion, answer: StoredAnswer) -> str:
    if answer.level_key is not None:
        return criterion.scale.level(answer.level_key).name
    return f"{answer.typed_percentage} %"


def _passages(
    session: Session,
    actor: Actor,
    specialist_id: int,
    line: ReviewLine,
    answer: StoredAnswer,
    ring: KeyRing,
    now: dt.datetime,
) -> tuple[Passage, ...]:
    """The words that were pinned, to whoever is cleared for the conversation."""
    if not answer.passages:
        return ()
    conversation = passages.opened(session, actor, specialist_id, line, ring, purpose="coaching", now=now)
    if conversation is None:
        return ()
    return tuple(_pinned(conversation, answer))


def _pinned(conversation: Conversation, answer: StoredAnswer) -> Sequence[Passage]:
    texts = {message.id: message for message in conversation.messages}
    return [
        Passage(
            message_id=pin.message_id,
            start=pin.start,
            end=pin.end,
            text=message.text[pin.start : pin.end],
            role=message.author_role,
            own=message.author_role == "specialist",
        )
        for pin in answer.passages
        if (message := texts.get(pin.message_id)) is not None and pin.end <= len(message.text)
    ]


def drafted(evidence: CriterionEvidence, name: str, templates: Sequence[str]) -> str:
    """A focus area to begin with: the programme's words for it, and what the reviews name most."""
    sentences = list(templates[:1]) or [f"Work on “{name}”."]
    if evidence.causes and evidence.weak:
        cause, count = evidence.causes[0]
        named = "once" if count == 1 else f"{count} times"
        sentences.append(
            f"Points were lost in {evidence.weak} of {evidence.answered} reviews; named most: {cause} ({named})."
        )
    return " ".join(sentences)
