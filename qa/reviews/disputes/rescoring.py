"""A settled dispute becomes a new revision of its review, with the score that follows from its answers."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

import rubrics
from qa.core.errors import InvalidInputError
from qa.reviews import queries as review_queries
from qa.reviews import rules as review_rules
from qa.reviews import service as review_service
from qa.reviews.disputes import rules
from qa.reviews.disputes.rules import Choice, Ruling
from qa.reviews.keeping_sums import following
from qa.reviews.models import Answer, Evidence, ReviewRevision
from qa.reviews.queries import ReviewView, StoredAnswer
from qa.tickets.redaction import redact


class NewlyAskedError(InvalidInputError):
    """The decisions make criteria asked that nobody has answered; ``fields`` names them."""

    title = "One more answer is needed"


def columns(choice: Choice) -> dict[str, object]:
    return {
        "level_key": choice.level_key,
        "percentage": choice.percentage,
        "not_applicable": choice.not_applicable,
    }


def rescore(
    session: Session,
    view: ReviewView,
    rubric: rubrics.RubricVersion,
    stored: Mapping[str, StoredAnswer],
    choices: Mapping[str, Choice],
    rulings: Mapping[str, Ruling],
    changed: Mapping[str, Choice],
    *,
    by: int,
    now: dt.datetime,
) -> ReviewRevision:
    """A new revision: the former answers with these choices, and the score that follows from them."""
    criteria = {criterion.key: criterion for criterion in rubric.criteria}
    answers = review_rules.state_of(list(stored.values()))
    for key, choice in choices.items():
        answers[key] = rules.with_choice(answers.get(key), choice, criteria[key])
    lacking = rules.newly_asked(rubric, answers, channel=view.ticket.channel)
    if lacking:
        names = ", ".join(criterion.name for criterion in lacking)
        raise NewlyAskedError(
            f"With these levels the rubric also asks: {names}. Answer it too; nothing is settled yet.",
            {f"also-{criterion.key}": "Answer it too." for criterion in lacking},
        )
    newest = review_queries.newest_revision(session, view.review.id)
    names = ", ".join(criteria[key].name for key in changed)
    revision = ReviewRevision(
        review_id=view.review.id,
        n=(newest.n if newest else 0) + 1,
        kind="dispute",
        rubric_version_id=view.revision.rubric_version_id,
        conversation_revision_id=view.revision.conversation_revision_id,
        summary=view.revision.summary,
        internal_note=view.revision.internal_note,
        created_at=now,
        created_by_id=by,
        reason=f"Changed by a dispute: {names}",
    )
    session.add(revision)
    session.flush()
    _copy_answers(session, revision.id, view.review.current_revision_id, stored, choices, rulings, now=now)
    review_service.apply_score(revision, rubrics.score(rubric, answers, channel=view.ticket.channel), now=now)
    session.flush()
    with following(session, parts=[view.review.part_id]):
        view.review.current_revision_id = revision.id
        view.review.lock_version += 1
    return revision


def _copy_answers(
    session: Session,
    revision_id: int,
    former_id: int | None,
    stored: Mapping[str, StoredAnswer],
    choices: Mapping[str, Choice],
    rulings: Mapping[str, Ruling],
    *,
    now: dt.datetime,
) -> None:
    """The former answers with their evidence; a changed one says why in the lead's words.

    What the reviewer wrote about it stays readable in the former revision.
    """
    for key in [*stored, *(key for key in choices if key not in stored)]:
        former, choice = stored.get(key), choices.get(key)
        kept = choice is None and former is not None
        chosen = former if choice is None else choice
        answer = Answer(
            revision_id=revision_id,
            criterion_key=key,
            level_key=chosen.level_key if chosen else None,
            percentage=chosen.percentage if chosen else None,
            not_applicable=chosen.not_applicable if chosen else False,
            comment=(former.comment if former and kept else redact(rulings[key].reason) if key in rulings else ""),
            internal_note=former.internal_note if former and kept else "",
            root_causes=list(former.root_causes) if former and kept else [],
            praise=former.praise if former and kept else False,
            updated_at=now,
        )
        session.add(answer)
    session.flush()
    copies = dict(
        session.execute(select(Answer.criterion_key, Answer.id).where(Answer.revision_id == revision_id)).all()
    )
    pins = [
        {
            "answer_id": copies[key],
            "message_id": pin.message_id,
            "start": pin.start,
            "end": pin.end,
            "digest": pin.digest,
            "created_at": now,
        }
        for key, pin in session.execute(
            select(Answer.criterion_key, Evidence)
            .join(Evidence, Evidence.answer_id == Answer.id)
            .where(Answer.revision_id == former_id)
            .order_by(Evidence.id)
        )
    ]
    if pins:
        session.execute(insert(Evidence), pins)
