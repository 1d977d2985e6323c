"""What the scoring page shows, as plain values: only what may be known before scoring leaves this module."""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import Response, current_app, render_template
from markupsafe import Markup
from sqlalchemy.orm import Session

import rubrics
from qa.config import settings
from qa.core import pages
from qa.core.crypto import KeyRing
from qa.reviews import rules
from qa.reviews.opening import Opened
from qa.reviews.queries import StoredAnswer
from qa.reviews.tasks import Task
from qa.rubric_library import scoring_form
from qa.rubric_library.procedures import LinkedProcedure
from qa.rubric_library.queries import parsed
from qa.tickets import redaction
from qa.tickets.conversations import Conversation, Message, conversation_of
from qa.tickets.models import HandledPart

AUTHORS = {"bot": "Bot", "internal": "Internal note", "tool": "Tool"}  # the others are named by their part
TOLD = ("id", "author", "initials", "at", "moment", "text")  # of a message, in its drawing
COVER = "•"
FEWEST_SIGNS = 3  # of a part of a name: shorter ones are found in anything
MONTHS = frozenset(
    {"April", "August", "June", "Juni", "Juli", "Mai", "March", "May"}
)  # which conversations are full of
KINDS = {"customer": "customer", "specialist": "agent", "bot": "other", "internal": "note", "tool": "note"}


class ShownMessage(NamedTuple):
    """One message of the conversation; whether it belongs to the judged part."""

    id: str
    kind: str  # customer, agent, other, note: how it looks
    author: str
    judged: bool
    public: bool
    at: dt.datetime
    text: str


def judged_by(part: HandledPart) -> Callable[[Message], bool]:
    """Which messages belong to a part."""

    def judged(message: Message) -> bool:
        return (
            message.author_role == "specialist"
            and message.public
            and message.agent_identity_id == part.agent_identity_id
            and part.first_reply_at <= message.at <= part.last_reply_at
        )

    return judged


def without_name(text: str, name: str) -> str:
    """A text with the parts of somebody's name covered sign by sign, so that passages of it stay where they are."""
    parts, either = _parts_of(name)
    if not any(part in text for part in parts):
        return text
    return either.sub(lambda found: COVER * len(found[0]), text)


@lru_cache(maxsize=512)
def _parts_of(name: str) -> tuple[Sequence[str], re.Pattern[str]]:
    """What of a name would tell whose it is, and how it is found: as whole words, written as in the name."""
    parts = [
        part
        for part in name.replace(",", " ").split()
        # "van der" and "del" are small beside the name's capitals, and stand all over a text of their language.
        if len(part) >= FEWEST_SIGNS and part not in MONTHS and (name.islower() or not part.islower())
    ]
    return parts, re.compile(rf"\b(?:{'|'.join(map(re.escape, parts))})\b")


def shown_messages(
    conversation: Conversation, judges: Callable[[Message], bool], *, blind: bool, customer: str, judged_name: str = ""
) -> tuple[ShownMessage, ...]:
    """The conversation with the judged part marked; blind, nobody is named, nor whose part it is in what they wrote."""
    names: dict[str | None, str] = {}
    customer = customer.capitalize()
    shown = []
    for message in conversation.messages:
        judged = judges(message)
        role = message.author_role
        if role == "customer":
            author = customer
        elif role == "specialist" and blind:
            other = names.setdefault(message.agent_external_id, f"Another specialist {len(names) + 1}")
            author = "Specialist" if judged else other
        elif role == "specialist":
            author = message.author_label
        else:
            author = AUTHORS.get(role, "System")
        kind = KINDS.get(role, "note") if message.public else "note"
        shown.append(
            ShownMessage(
                id=message.id,
                kind="other" if kind == "agent" and not judged else kind,
                author=author,
                judged=judged,
                public=message.public,
                at=message.at,
                text=without_name(message.text, judged_name) if blind else message.text,
            )
        )
    return tuple(shown)


def drawn_messages(messages: Sequence[ShownMessage], zone: ZoneInfo, *, curtain: int) -> Markup:
    """The conversation as the page shows it, each message poured into the one form of its kind."""
    stencil = _stencil.__wrapped__ if current_app.jinja_env.auto_reload else _stencil
    told: list[str] = []
    for message in messages:
        author, at = message.author, message.at
        told += (message.id, author, pages.initials(author), at.isoformat(), pages.moment(at, zone), message.text)
    told = pages.escaped(told)
    drawn = "".join(
        stencil(message.kind, message.judged, curtain).poured(told[n * len(TOLD) : (n + 1) * len(TOLD)])
        for n, message in enumerate(messages)
    )
    return Markup(drawn)  # noqa: S704 - drawn by a template, and every value is escaped


@lru_cache(maxsize=64)
def _stencil(kind: str, judged: bool, curtain: int) -> pages.Stencil:
    return pages.Stencil(
        TOLD,
        lambda holes: render_template(
            "reviews/_message_stencil.html", kind=kind, judged=judged, curtain=curtain, holes=holes
        ),
    )


def shown_sections(
    rubric: rubrics.RubricVersion, answers: Sequence[StoredAnswer], *, channel: str
) -> tuple[scoring_form.ShownSection, ...]:
    """The rubric as this channel is asked it, with the answers given so far."""
    given = {answer.criterion_key: answer for answer in answers}
    return scoring_form.shown_sections(rubric, given, rules.state_of(answers), channel=channel)


def progress(
    rubric: rubrics.RubricVersion, state: Mapping[str, rubrics.Answer], *, channel: str, live: bool
) -> dict[str, Any]:
    """How far the draft is: counts, what is missing, what is shown.

    Nothing of a score is in it unless the programme wants it ``live``: then that of what is answered so far.
    """
    visible = rubrics.visible_criteria(rubric, state, channel=channel)
    lacking = rules.lacking(rubric, state, channel=channel)
    return {
        "answered": sum(1 for criterion in visible if criterion.key in state and state[criterion.key].given),
        "total": len(visible),
        "visible": [criterion.key for criterion in visible],
        "missing": [{"criterion": item.criterion_key, "what": item.what, "message": item.message} for item in lacking],
        **({"score": _so_far(rubric, state, channel=channel)} if live else {}),
    }


@lru_cache(maxsize=256)
def untouched(document: str, *, channel: str, live: bool) -> tuple[dict[str, Any], str]:
    """The same of a draft that nobody began, and as JSON: for a version and a channel always the same."""
    return as_json(progress(parsed(document), {}, channel=channel, live=live))


def as_json(told: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The same, and as JSON."""
    return told, _JSON.encode(told)


def answer(told: Mapping[str, Any]) -> Response:
    """As ``jsonify`` answers, by an encoder that is made once: saves and submits come all day."""
    return Response(_JSON.encode(told), content_type="application/json")


def _so_far(rubric: rubrics.RubricVersion, state: Mapping[str, rubrics.Answer], *, channel: str) -> str | None:
    """The score of what is answered, as it is displayed; ``None`` while nothing counts yet."""
    value = rubrics.score(rubric, state, channel=channel, explain=False).value
    return None if value is None else rubrics.display_score(value, rubric.pass_mark)


def texts_of(conversation: Conversation) -> Mapping[str, str]:
    """The messages' texts by id, which pinned passages are checked against."""
    return {message.id: message.text for message in conversation.messages}


def read_save(payload: object, rubric: rubrics.RubricVersion) -> rules.Save:
    """A save as it is kept: what was typed is redacted first."""
    save = rules.read_save(payload, rubric)
    if not (save.internal_note or any(answer.comment or answer.internal_note for answer in save.answers)):
        return save
    return replace(
        save,
        answers=tuple(
            answer._replace(
                comment=redaction.redact(answer.comment), internal_note=redaction.redact(answer.internal_note)
            )
            for answer in save.answers
        ),
        internal_note=save.internal_note and redaction.redact(save.internal_note),
    )


def texts_for(session: Session, task: Task, change: rules.Save) -> Mapping[str, str]:
    """The texts that a save's pinned passages are checked against; nothing is read where it pins none."""
    if not any(answer.pins for answer in change.answers):
        return {}
    ring = KeyRing(settings().text_keys)
    return texts_of(conversation_of(session, ring, task.ticket_id, revision_id=change.conversation_revision_id))


def form_of(document: str, *, channel: str, links: Mapping[str, LinkedProcedure]) -> Markup:
    """A version's empty form as a channel is asked it: drawn once, and only copied into pages from then on."""
    draw = _form.__wrapped__ if current_app.jinja_env.auto_reload else _form
    return draw(document, channel, tuple(links.items()))


@lru_cache(maxsize=256)
def _form(document: str, channel: str, links: tuple[tuple[str, LinkedProcedure], ...]) -> Markup:
    sections = scoring_form.shown_sections(parsed(document), {}, {}, channel=channel)
    drawn = render_template("reviews/_form.html", sections=sections, links=dict(links))
    return Markup(drawn)  # noqa: S704 - the template escaped it


def words_of(task: Opened) -> dict[str, str]:
    """What the page says of the part and of the draft, as it says it."""
    facts = [task.external_id, task.queue, task.channel, task.language, f"due {pages.day(task.due_on)}"]
    return {
        "external_id": task.external_id,
        "subject": task.subject or "Without a subject",
        "facts": " · ".join(fact for fact in facts if fact),
        "position": str(task.position),
        "waiting": str(task.waiting),
        "note": task.note,
    }


def page_state(task: Opened, revision_id: int, progress_now: str) -> str:
    """What the page's script starts from, as JSON: the answers so far, which it puts into the empty form.

    ``progress_now`` is JSON already: as long as nothing is answered it is always the same.
    """
    state = {
        "assignment": task.id,
        "version": task.version,
        "conversation_revision": revision_id,
        "answers": [
            {
                "criterion": answer.criterion_key,
                "level": answer.level_key,
                "percentage": answer.typed_percentage or None,
                "not_applicable": answer.not_applicable,
                "comment": answer.comment,
                "root_causes": list(answer.root_causes),
                "praise": answer.praise,
                "pins": [{"message": pin.message_id, "start": pin.start, "end": pin.end} for pin in answer.passages],
            }
            for answer in task.answers
        ],
    }
    return f"{_JSON.encode(state)[:-1]},{progress_now[1:]}"  # one object of both


_JSON = json.JSONEncoder(separators=(",", ":"))
