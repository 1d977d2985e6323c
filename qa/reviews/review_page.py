"""A review as it is read: the result with every step, the answers, and the conversation with what they rest on."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask import g
from sqlalchemy.orm import Session

import rubrics
from qa.config import settings
from qa.core import access_log
from qa.core.access import Permission
from qa.core.clock import local_day
from qa.core.crypto import KeyRing
from qa.reviews import queries, rules, scoring_page
from qa.reviews.queries import ReviewView, StoredAnswer
from qa.rubric_library import procedures
from qa.rubric_library.queries import rubric_of
from qa.rubric_library.scoring_form import ShownSection
from qa.sampling.models import Purpose
from qa.tickets.conversations import conversation_of
from qa.tickets.models import HandledPart
from qa.tickets.queries import names_behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """A criterion that rests on a passage."""

    key: str
    number: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A run of a message's text, and whether an answer rests on it."""

    text: str
    pinned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What of one message is evidence: its text in stretches, and the criteria that rest on it."""

    stretches: tuple[Stretch, ...]
    criteria: tuple[Pinned, ...]


def stretches(text: str, passages: Sequence[tuple[int, int]]) -> tuple[Stretch, ...]:
    """The text cut where passages (code points, start to end) begin and end; together it is the text again."""
    cuts = sorted({0, len(text), *(min(max(edge, 0), len(text)) for passage in passages for edge in passage)})
    found: list[Stretch] = []
    for start, end in pairwise(cuts):
        pinned = any(low <= start and end <= high for low, high in passages)
        if found and found[-1].pinned == pinned:
            found[-1] = Stretch(text=found[-1].text + text[start:end], pinned=pinned)
        else:
            found.append(Stretch(text=text[start:end], pinned=pinned))
    return tuple(found)


def marks_of(sections: Sequence[ShownSection], texts: Mapping[str, str]) -> dict[str, Marks]:
    """What of each message the visible answers rest on."""
    passages: dict[str, list[tuple[int, int]]] = {}
    criteria: dict[str, dict[str, Pinned]] = {}
    for shown in (each for section in sections for each in section.criteria if each.visible and each.answer):
        for pin in shown.answer.passages:
            passages.setdefault(pin.message_id, []).append((pin.start, pin.end))
            criteria.setdefault(pin.message_id, {})[shown.criterion.key] = Pinned(
                key=shown.criterion.key, number=shown.number, name=shown.criterion.name
            )
    return {
        message: Marks(stretches=stretches(texts[message], found), criteria=tuple(criteria[message].values()))
        for message, found in passages.items()
        if message in texts
    }


def may_read_text(view: ReviewView) -> bool:
    """Whether the conversation goes with the review: by the authority table, and within one's clearance."""
    actor = g.actor
    own_work = view.part.specialist_id == actor.user_id
    if view.ticket.data_region not in actor.regions or (
        view.ticket.content_severity > actor.clearance and not own_work
    ):
        return False
    return bool(actor.may(Permission.CONVERSATION_READ))


def shown(session: Session, view: ReviewView, *, purpose: str, now: dt.datetime) -> dict[str, Any]:
    """What a page shows of a review, for the template; opening its conversation goes to the access log."""
    rubric = rubric_of(session, view.revision.rubric_version_id)
    answers = queries.answers_of(session, view.revision.id)
    sections = scoring_page.shown_sections(rubric, answers, channel=view.ticket.channel)
    messages: tuple[scoring_page.ShownMessage, ...] = ()
    quotes: dict[str, list[tuple[str, str]]] = {}
    marks: dict[str, Marks] = {}
    own = view.review.reviewer_id == g.actor.user_id
    nameless = own and view.review.purpose == Purpose.PEER  # a peer is not told whose work it was
    if may_read_text(view):
        conversation = conversation_of(
            session,
            KeyRing(settings().text_keys),
            view.ticket.id,
            revision_id=view.revision.conversation_revision_id,
        )
        access_log.buffer().opened(user_id=g.actor.user_id, ticket_id=view.ticket.id, purpose=purpose, now=now)
        messages = scoring_page.shown_messages(
            conversation,
            scoring_page.judged_by(view.part),
            blind=nameless,
            customer=g.programme.customer_word,
            judged_name=names_behind(session, HandledPart.id == view.part.id) if nameless else "",
        )
        texts = {message.id: message.text for message in messages}
        quotes = quoted(answers, texts)
        marks = marks_of(sections, texts)
    score = rubrics.score(rubric, rules.state_of(answers), channel=view.ticket.channel)
    return {
        "view": view,
        "own": own,
        "own_time": rules.time_words(view.review.active_seconds) if own and view.review.active_seconds else None,
        "told_purpose": rules.told_purpose(view.review.purpose, own=own),
        "rubric": rubric,
        "score": score,
        "steps": [(step.text, rubrics.display_score(step.value)) for step in score.steps],
        "sections": sections,
        "messages": messages,
        "quotes": quotes,
        "marks": marks,
        "links": procedures.links_at(
            session, g.actor.programme_id, view.part.resolved_at, today=local_day(now, g.zone)
        ),
        "specialist_name": "a colleague, not named"
        if nameless
        else view.specialist.name
        if view.specialist
        else "not known here",
        "reviewer_name": "the specialist, of their own work"
        if view.review.purpose == Purpose.SELF and not own  # a pseudonym beside the name would tell whose it is
        else view.reviewer.name
        if own or g.actor.may(Permission.REVIEWER_NAME)
        else view.reviewer.pseudonym,
        "sees_notes": own or g.actor.user_id != view.part.specialist_id,
        "now": now,
    }


def quoted(answers: Sequence[StoredAnswer], texts: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """By criterion, the pinned passages with the messages they stand in; what was erased is not quoted."""
    return {
        answer.criterion_key: [
            (pin.message_id, rules.passage(texts, pin))
            for pin in answer.passages
            if pin.end <= len(texts.get(pin.message_id, ""))
        ]
        for answer in answers
    }
