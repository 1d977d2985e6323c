"""What the scoring page shows, as plain values: only what may be known before scoring leaves this module."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import rubrics
from qa.reviews import rules
from qa.reviews.queries import StoredAnswer, ToScore
from qa.rubric_library import scoring_form
from qa.tickets.conversations import Conversation
from qa.tickets.models import HandledPart

AUTHORS = {"bot": "Bot", "internal": "Internal note", "tool": "Tool"}  # the others are named by their part
KINDS = {"customer": "customer", "specialist": "agent", "bot": "other", "internal": "note", "tool": "note"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    """One message of the conversation; whether it belongs to the judged part."""

    id: str
    kind: str  # customer, agent, other, note: how it looks
    author: str
    judged: bool
    public: bool
    at: dt.datetime
    text: str


def shown_messages(
    conversation: Conversation, part: HandledPart, *, blind: bool, customer: str
) -> tuple[ShownMessage, ...]:
    """The conversation with the judged part marked; blind, nobody is named."""
    names: dict[str, str] = {}
    shown = []
    for message in conversation.messages:
        judged = (
            message.author_role == "specialist"
            and message.public
            and message.agent_identity_id == part.agent_identity_id
            and part.first_reply_at <= message.at <= part.last_reply_at
        )
        if message.author_role == "customer":
            author = customer.capitalize()
        elif message.author_role == "specialist":
            other = names.setdefault(message.author_label, f"Another specialist {len(names) + 1}")
            author = ("Specialist" if judged else other) if blind else message.author_label
        else:
            author = AUTHORS.get(message.author_role, "System")
        kind = KINDS.get(message.author_role, "note") if message.public else "note"
        shown.append(
            ShownMessage(
                id=message.id,
                kind="other" if kind == "agent" and not judged else kind,
                author=author,
                judged=judged,
                public=message.public,
                at=message.at,
                text=message.text,
            )
        )
    return tuple(shown)


def shown_sections(
    rubric: rubrics.RubricVersion, answers: Sequence[StoredAnswer], *, channel: str
) -> tuple[scoring_form.ShownSection, ...]:
    """The rubric as this channel is asked it, with the answers given so far."""
    given = {answer.criterion_key: answer for answer in answers}
    return scoring_form.shown_sections(rubric, given, rules.state_of(answers), channel=channel)


def progress(rubric: rubrics.RubricVersion, answers: Sequence[StoredAnswer], *, channel: str) -> dict[str, Any]:
    """How far the draft is: counts, what is missing, what is shown. No score before everything is answered."""
    state = rules.state_of(answers)
    visible = rubrics.visible_criteria(rubric, state, channel=channel)
    lacking = rubrics.missing(rubric, state, channel=channel)
    return {
        "answered": sum(1 for criterion in visible if criterion.key in state and state[criterion.key].given),
        "total": len(visible),
        "visible": [criterion.key for criterion in visible],
        "missing": [{"criterion": item.criterion_key, "what": item.what, "message": item.message} for item in lacking],
    }


def texts_of(conversation: Conversation) -> Mapping[str, str]:
    """The messages' texts by id, which pinned passages are checked against."""
    return {message.id: message.text for message in conversation.messages}


def page_state(task: ToScore, revision_id: int, progress_now: Mapping[str, Any]) -> dict[str, Any]:
    """What the page's script starts from."""
    return {
        "assignment": task.assignment.id,
        "version": task.review.lock_version if task.review else 0,
        "conversation_revision": revision_id,
        **progress_now,
    }
