"""When a conversation is erased, what reviewers quoted from it goes as well; their scores stay."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from qa.reviews.comments.models import ReviewComment
from qa.reviews.disputes.models import Dispute, DisputedCriterion, DisputeDecision
from qa.reviews.models import Answer, Review, ReviewRevision
from qa.tickets.models import HandledPart
from qa.tickets.searching import folded

GONE = "(This text quoted a conversation that was erased.)"
RUN = 4  # words in a row that are no coincidence
TEXTS: Mapping[Any, tuple[str, ...]] = {
    Answer: ("comment", "internal_note", "not_applicable_reason"),
    ReviewRevision: ("summary", "internal_note", "reason"),
    Dispute: ("escalation_reason",),
    DisputedCriterion: ("reason",),
    DisputeDecision: ("reason",),
    ReviewComment: ("text",),
}


def forget_quotes(session: Session, conversations: Mapping[int, Sequence[str]]) -> int:
    """Blank what quotes these tickets' conversations in reviews and their talk; how many. The caller commits."""
    reviews = (
        select(Review.id, HandledPart.ticket_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .where(HandledPart.ticket_id.in_(list(conversations)))
        .subquery()
    )
    answers = (
        select(Answer, reviews.c.ticket_id)
        .join(ReviewRevision, ReviewRevision.id == Answer.revision_id)
        .join(reviews, reviews.c.id == ReviewRevision.review_id)
        .order_by(Answer.id)
    )
    revisions = (
        select(ReviewRevision, reviews.c.ticket_id)
        .join(reviews, reviews.c.id == ReviewRevision.review_id)
        .order_by(ReviewRevision.id)
    )
    disputes = (
        select(Dispute, reviews.c.ticket_id).join(reviews, reviews.c.id == Dispute.review_id).order_by(Dispute.id)
    )
    disputed = (
        select(DisputedCriterion, reviews.c.ticket_id)
        .join(Dispute, Dispute.id == DisputedCriterion.dispute_id)
        .join(reviews, reviews.c.id == Dispute.review_id)
        .order_by(DisputedCriterion.id)
    )
    decisions = (
        select(DisputeDecision, reviews.c.ticket_id)
        .join(DisputedCriterion, DisputedCriterion.id == DisputeDecision.disputed_criterion_id)
        .join(Dispute, Dispute.id == DisputedCriterion.dispute_id)
        .join(reviews, reviews.c.id == Dispute.review_id)
        .order_by(DisputeDecision.id)
    )
    comments = (
        select(ReviewComment, reviews.c.ticket_id)
        .join(reviews, reviews.c.id == ReviewComment.review_id)
        .order_by(ReviewComment.id)
    )
    queries = (
        (Answer, answers),
        (ReviewRevision, revisions),
        (Dispute, disputes),
        (DisputedCriterion, disputed),
        (DisputeDecision, decisions),
        (ReviewComment, comments),
    )
    said = {ticket_id: Said(texts) for ticket_id, texts in conversations.items()}
    gone = 0
    for table, query in queries:
        for row, ticket_id in session.execute(query):
            values: dict[str, Any] = {
                name: GONE
                for name in TEXTS[table]
                if getattr(row, name) and said[ticket_id].is_quoted_in(getattr(row, name))
            }
            if values:
                session.execute(update(table).where(table.id == row.id).values(values))
                gone += len(values)
    return gone


class Said:
    """The words of a conversation, message by message."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._lines = [f" {' '.join(folded(text))} " for text in texts]

    def is_quoted_in(self, comment: str) -> bool:
        words = folded(comment)
        runs = (words[start : start + RUN] for start in range(len(words) - RUN + 1))
        return any(self._holds(run) for run in runs) or any(
            self._holds(folded(comment[start + 1 : end])) for start, end in pairwise(_marks(comment))
        )

    def _holds(self, words: Sequence[str]) -> bool:
        wanted = f" {' '.join(words)} "
        return bool(words) and any(wanted in line for line in self._lines)


def _marks(comment: str) -> list[int]:
    """Where quotation marks stand; an apostrophe inside a word is none."""
    return [
        place
        for place, sign in enumerate(comment)
        if sign in "\"“”„«»‘’'"
        and not (comment[place - 1 : place].isalnum() and comment[place + 1 : place + 2].isalnum())
    ]
