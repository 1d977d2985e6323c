"""The `flask reviews` commands."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import click
from flask.cli import AppGroup, with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.core.db import db, reading
from qa.reviews import queries, rules
from qa.reviews.models import Review, ReviewRevision
from qa.rubric_library.models import RubricVersion
from qa.rubric_library.queries import rubrics_of
from qa.tickets.models import HandledPart, Ticket

BATCH = 500

reviews = AppGroup("reviews", help="Reviews and their results.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recomputed:
    """What computing every submitted result again found: how many there are, and what does not hold."""

    revisions: int
    wrong: tuple[int, ...]  # revisions whose stored result is not what their answers give
    altered: tuple[int, ...]  # rubric versions whose text is not the one that was published


@reviews.command("recompute")
@click.option("--check", is_flag=True, required=True, help="compare, change nothing: what is submitted stays")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@with_appcontext
def recompute(*, check: bool, as_json: bool) -> None:
    """Prove that every submitted result follows from its answers; exit 1 if one does not."""
    with reading():
        found = recomputed(db.session())
    if as_json:
        click.echo(json.dumps(asdict(found)))
    else:
        for version_id in found.altered:
            click.echo(f"rubric version {version_id}: its text is not the one its fingerprint names")
        for revision_id in found.wrong:
            click.echo(f"revision {revision_id}: the stored result does not follow from its answers")
        click.echo(f"{found.revisions} results computed again, {len(found.wrong)} differ.")
    if found.wrong or found.altered:
        raise SystemExit(1)


def recomputed(session: Session) -> Recomputed:
    """Every submitted revision computed again from its answers, under the rubric version and engine it used."""
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
    return Recomputed(revisions=len(rows), wrong=tuple(wrong), altered=_altered(session, versions))


def _altered(session: Session, versions: Mapping[int, rubrics.RubricVersion]) -> tuple[int, ...]:
    """The versions that reviews used and whose text has changed since."""
    stored = session.execute(
        select(RubricVersion.id, RubricVersion.fingerprint)
        .where(RubricVersion.id.in_(versions))
        .order_by(RubricVersion.id)
    )
    return tuple(version_id for version_id, name in stored if rubrics.fingerprint(versions[version_id]) != name)


def follows(revision: ReviewRevision, score: rubrics.Score) -> bool:
    """Whether a stored result is exactly what the arithmetic of its rubric version gives."""
    return (
        revision.engine_version == score.engine
        and revision.exact_score == (None if score.value is None else str(score.value))
        and revision.score == (None if score.value is None else float(score.value))
        and revision.base_score == (None if score.base is None else float(score.base))
        and revision.outcome == score.outcome
        and list(revision.failed_criticals) == list(score.failed_criticals)
    )
