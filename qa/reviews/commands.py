"""The `flask reviews` commands."""

import json

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.core.db import db, reading
from qa.reviews import queries, rules
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.queries import rubrics_of
from qa.tickets.models import HandledPart, Ticket

BATCH = 500

reviews = AppGroup("reviews", help="Reviews and their results.")


@reviews.command("recompute")
@click.option("--check", is_flag=True, required=True, help="compare, change nothing: what is submitted stays")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def recompute(*, check: bool, as_json: bool) -> None:
    """Prove that every submitted result follows from its answers; exit 1 if one does not."""
    with reading():
        session = db.session()
        total, wrong = recomputed(session)
    if as_json:
        click.echo(json.dumps({"revisions": total, "wrong": wrong}))
    else:
        for revision_id in wrong:
            click.echo(f"revision {revision_id}: the stored result does not follow from its answers")
        click.echo(f"{total} results computed again, {len(wrong)} differ.")
    if wrong:
        raise SystemExit(1)


def recomputed(session: Session) -> tuple[int, list[int]]:
    """How many submitted revisions there are, and those whose stored result is not what their answers give."""
    rows = session.execute(
        select(ReviewRevision, Ticket.channel)
        .join(Review, Review.id == ReviewRevision.review_id)
        .join(HandledPart, HandledPart.id == Review.part_id)
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(ReviewRevision.submitted_at.is_not(None))
        .order_by(ReviewRevision.id)
    ).all()
    versions = rubrics_of(session, {revision.rubric_version_id for revision, _ in rows})
    wrong = []
    for start in range(0, len(rows), BATCH):
        batch = rows[start : start + BATCH]
        answers = queries.answers_of_many(session, [revision.id for revision, _ in batch])
        for revision, channel in batch:
            score = rubrics.score(
                versions[revision.rubric_version_id],
                rules.state_of(answers.get(revision.id, [])),
                channel=channel,
            )
            if not follows(revision, score):
                wrong.append(revision.id)
    return len(rows), wrong


def follows(revision: ReviewRevision, score: rubrics.Score) -> bool:
    """Whether a stored result is exactly what the arithmetic gives."""
    return (
        revision.exact_score == (None if score.value is None else str(score.value))
        and revision.outcome == score.outcome
        and list(revision.failed_criticals) == list(score.failed_criticals)
    )
