"""Closing a period freezes what it said; what changes later becomes a dated restatement beside it."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.people.models import User
from qa.reviews.measured import progress_of
from qa.sampling.models import Draw, DrawReceipt, Period
from qa.trends import queries, statements
from qa.trends.models import PeriodStatement
from qa.trends.rules import Evidence

FITTED_OVER = dt.timedelta(weeks=25)  # the window that a period's figures are estimated in: half a year up to it
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Closable:
    """A period with its statements, the newest last."""

    period: Period
    statements: Sequence[PeriodStatement]

    @property
    def closed(self) -> bool:
        return self.period.state == "closed"

    @property
    def first(self) -> dict[str, Any] | None:
        return read(self.statements[0]) if self.statements else None

    @property
    def newest(self) -> dict[str, Any] | None:
        return read(self.statements[-1]) if self.statements else None


def read(row: PeriodStatement) -> dict[str, Any]:
    """A statement's document."""
    document: dict[str, Any] = json.loads(row.document)
    return document


def periods_of(session: Session, programme_id: int, *, limit: int = 60) -> list[Closable]:
    """Drawn periods, the newest first, with what was said of them."""
    periods = session.scalars(
        select(Period)
        .where(
            Period.programme_id == programme_id, Period.id.in_(select(Draw.period_id).where(Draw.drawn_at.is_not(None)))
        )
        .order_by(Period.starts_on.desc(), Period.id.desc())
        .limit(limit)
    ).all()
    rows = session.scalars(
        select(PeriodStatement)
        .where(PeriodStatement.period_id.in_([period.id for period in periods]))
        .order_by(PeriodStatement.period_id, PeriodStatement.n)
    ).all()
    return [
        Closable(period=period, statements=[row for row in rows if row.period_id == period.id]) for period in periods
    ]


def get_period_for(session: Session, actor: Actor, period_id: int) -> Closable:
    """A drawn period of the actor's programme."""
    period = session.get(Period, period_id)
    drawn = select(Draw.id).where(Draw.period_id == period_id, Draw.drawn_at.is_not(None)).limit(1)
    if period is None or period.programme_id != actor.programme_id or session.scalar(drawn) is None:
        raise NotFoundError("There is no such drawn period.")
    rows = session.scalars(
        select(PeriodStatement).where(PeriodStatement.period_id == period_id).order_by(PeriodStatement.n)
    ).all()
    return Closable(period=period, statements=rows)


def as_of_now(session: Session, period: Period) -> dict[str, Any]:
    """What the period's statement would say now."""
    known = queries.of_programme(
        session, period.programme_id, since=period.starts_on - FITTED_OVER, until=period.starts_on
    )
    receipts = session.scalars(
        select(DrawReceipt.digest).join(Draw, Draw.id == DrawReceipt.draw_id).where(Draw.period_id == period.id)
    ).all()
    evidence = Evidence.of(*known)
    names = dict(session.execute(select(User.id, User.pseudonym).where(User.id.in_(evidence.measured.reviewers))).all())
    return statements.statement(evidence, period.starts_on, period=period.key, receipts=receipts, reviewer_names=names)


def close(session: Session, known: Closable, *, by: int | None, now: dt.datetime) -> PeriodStatement:
    """Freeze a drawn period's figures; what is still being reviewed cannot be closed."""
    period = known.period
    if known.closed:
        raise ConflictError(f"{period.key} is closed already. What changed since is restated, not closed again.")
    if period.state != "frozen":
        raise ConflictError(f"{period.key} has no frozen frame yet: draw it first.")
    reviews, _, drawn = queries.of_programme(
        session, period.programme_id, since=period.starts_on, until=period.starts_on
    )
    progress = progress_of(reviews, drawn)
    if not progress or not progress[0].settled:
        done, size = (progress[0].reviewed, progress[0].drawn) if progress else (0, 0)
        raise ConflictError(
            f"{period.key} is still being reviewed ({done} of {size}): close it when at least 60 % of it are done."
        )
    _lock(session, known)
    row = _write(session, known, as_of_now(session, period), reason=None, by=by, now=now)
    period.state, period.closed_at, period.closed_digest = "closed", now, row.digest
    session.flush()
    _tell(session, "period.close", known, row, by, now)
    return row


def restate(session: Session, known: Closable, *, reason: str, by: int | None, now: dt.datetime) -> PeriodStatement:
    """Say beside the closed figures what they are now and why; the closing statement stays as it was."""
    newest = known.newest
    if not known.closed or newest is None:
        raise ConflictError(f"{known.period.key} is not closed: its figures still follow its reviews.")
    reason = " ".join(reason.split())
    if not reason:
        raise InvalidInputError("Say why the figures are restated.", {"reason": "empty"})
    if len(reason) > LONGEST_REASON:
        raise InvalidInputError(f"At most {LONGEST_REASON} characters.", {"reason": "too long"})
    _lock(session, known)
    document = as_of_now(session, known.period)
    if statements.canonical(document) == statements.canonical(newest):
        raise ConflictError(f"Nothing changed since the last statement of {known.period.key}.")
    row = _write(session, known, document, reason=reason, by=by, now=now)
    session.flush()
    _tell(session, "period.restate", known, row, by, now)
    return row


def _lock(session: Session, known: Closable) -> None:
    """Hold the period until the transaction ends; somebody else may have been faster."""
    session.execute(select(Period.id).where(Period.id == known.period.id).with_for_update())
    said = session.scalar(
        select(func.count()).select_from(PeriodStatement).where(PeriodStatement.period_id == known.period.id)
    )
    if said != len(known.statements):
        raise ConflictError(f"Somebody else has just closed or restated {known.period.key}. Look at it again first.")


def _write(
    session: Session, known: Closable, document: dict[str, Any], *, reason: str | None, by: int | None, now: dt.datetime
) -> PeriodStatement:
    previous = known.statements[-1].digest if known.statements else None
    content = statements.canonical(document)
    row = PeriodStatement(
        period_id=known.period.id,
        n=len(known.statements) + 1,
        document=content,
        digest=statements.sealed(content, previous),
        previous_digest=previous,
        reason=reason,
        created_at=now,
        created_by_id=by,
    )
    session.add(row)
    session.flush()
    return row


def _tell(
    session: Session, action: str, known: Closable, row: PeriodStatement, by: int | None, now: dt.datetime
) -> None:
    audit.record(
        session,
        action=action,
        object_type="period",
        object_id=known.period.id,
        actor_id=by,
        now=now,
        detail={"period": known.period.key, "statement": row.n, "digest": row.digest},
    )
    session.flush()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Whether a closed period's statements are as they were written, and whether a restatement is due."""

    period: str
    problems: tuple[str, ...]
    due: tuple[str, ...]


def check(session: Session, programme_id: int) -> list[Checked]:
    """Every closed period: digests and their chain, and what would be said differently today."""
    found = []
    for known in periods_of(session, programme_id, limit=10_000):
        if not known.closed and not known.statements:
            continue
        problems = []
        previous: str | None = None
        for row in known.statements:
            if row.previous_digest != previous:
                problems.append(f"statement {row.n} does not follow the one before it")
            if statements.sealed(row.document, row.previous_digest) != row.digest:
                problems.append(f"statement {row.n} was changed after it was written")
            previous = row.digest
        if not known.statements or known.period.closed_digest != known.statements[0].digest:
            problems.append("the period does not name its closing statement")
        newest = known.newest
        due = [] if problems or newest is None else statements.reasons(newest, as_of_now(session, known.period))
        found.append(Checked(period=known.period.key, problems=tuple(problems), due=tuple(due)))
    return found
