"""Committing to a seed before its week opens, so that nobody can choose a seed to suit what came in."""

import datetime as dt
import secrets
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.clock import local_day, monday_of, week_key
from qa.core.crypto import KeyRing, open_secret, seal_secret
from qa.core.errors import ConflictError
from qa.people.models import Programme, ProgrammeSetting
from qa.people.queries import zone_of
from qa.sampling import frames, receipts
from qa.sampling.allocation import Plan
from qa.sampling.draw import SEED_BYTES, commitment
from qa.sampling.evidence import WEEKS, Scores, with_spreads
from qa.sampling.models import Draw, Period, SamplingPlan
from qa.sampling.plans import plans_for_week


def plans_due(session: Session, programme_id: int, monday: dt.date, scores: Scores) -> list[Plan]:
    """The plans of a week as the draw reads them, with the spreads that are known now."""
    views = plans_for_week(session, programme_id, monday)
    if not views:
        return []
    plans = [view.value for view in views]
    scored = scores(session, programme_id, monday - dt.timedelta(weeks=WEEKS)) if _need_spreads(plans) else ()
    return [with_spreads(plan, scored) for plan in plans]


def _need_spreads(plans: Sequence[Plan]) -> bool:
    return any(plan.kind == "neyman" for plan in plans)


def pending(session: Session, period: Period) -> Draw | None:
    """The draw whose seed is committed to and that is not drawn yet."""
    return session.scalar(select(Draw).where(Draw.period_id == period.id, Draw.drawn_at.is_(None)))


def begun_without(session: Session, plan_id: int, *, now: dt.datetime) -> bool:
    """Whether a week that has begun waits to be drawn by a seed that was fixed without a plan."""
    rows = session.execute(
        select(SamplingPlan.key, Draw)
        .join(Period, Period.programme_id == SamplingPlan.programme_id)
        .join(Draw, Draw.period_id == Period.id)
        .where(SamplingPlan.id == plan_id, Period.starts_at <= now, Draw.drawn_at.is_(None))
    )
    return any(key not in {plan.key for plan in committed_plans(row)} for key, row in rows)


def committed_plans(row: Draw) -> list[Plan]:
    """The plans that a seed was committed to."""
    return [receipts.plan_of(document) for document in row.plans or ()]


def seed_of(row: Draw, period: Period, ring: KeyRing) -> bytes:
    """The sealed seed of a committed draw."""
    return open_secret(ring, row.sealed_seed, about_seed(period.id, row.n))


def about_seed(period_id: int, n: int) -> str:
    """What the seed of a week's n-th draw is bound to."""
    return f"draw {period_id}/{n}"


def commit(
    session: Session,
    period: Period,
    plans: Sequence[Plan],
    *,
    ring: KeyRing,
    by: int | None,
    now: dt.datetime,
    seed: bytes | None = None,
    n: int = 1,
    reason: str | None = None,
) -> Draw:
    """Fix a seed and the plans it is for, and tell their commitment to the audit trail.

    A commitment that stands already is renewed: before its week opens when plans changed, later only if the draw is
    made over other plans, and then it counts as made now. ``seed`` is for a simulated past only.
    """
    seed = seed or secrets.token_bytes(SEED_BYTES)
    digest = receipts.plans_digest(plans)
    row = pending(session, period)
    former = row.commitment if row is not None else None
    if row is None:
        row = Draw(period_id=period.id, n=n)
        session.add(row)
    row.n, row.reason = n, reason
    row.plans = [receipts.plan_document(plan) for plan in plans]
    row.plan_digest = digest
    row.commitment = commitment(seed, digest)
    row.committed_at = now
    row.committed_before_opening = now < period.starts_at
    row.sealed_seed = seal_secret(ring, seed, about_seed(period.id, n))
    session.flush()
    detail = {"period": period.key, "commitment": row.commitment, "plans": digest, "number": n}
    if former is not None:
        detail["instead_of"] = former
    audit.record(
        session, action="draw.commit", object_type="draw", object_id=row.id, actor_id=by, now=now, detail=detail
    )
    session.flush()
    return row


def commit_next(
    session: Session,
    programme: Programme,
    setting: ProgrammeSetting,
    *,
    scores: Scores,
    ring: KeyRing,
    by: int | None,
    now: dt.datetime,
    seed: bytes | None = None,
) -> Draw | None:
    """Commit to the next week's seed, anew where its plans changed; ``None`` when no plan takes part in it."""
    zone = zone_of(setting)
    monday = next_monday(now, setting)
    period = frames.get_or_open_period(session, programme.id, week_key(monday), zone)
    if now >= period.starts_at:
        raise ConflictError(f"{period.key} has begun.")
    plans = plans_due(session, programme.id, monday, scores)
    row = pending(session, period)
    if not plans:
        if row is not None:
            _withdraw(session, row, period, by=by, now=now)
        return None
    if row is not None and same_rules(committed_plans(row), plans):
        return row
    return commit(session, period, plans, ring=ring, by=by, now=now, seed=seed)


def next_monday(now: dt.datetime, setting: ProgrammeSetting) -> dt.date:
    """The day on which the next week opens in the programme's zone."""
    return monday_of(local_day(now, zone_of(setting))) + dt.timedelta(days=7)


def same_rules(first: Sequence[Plan], second: Sequence[Plan]) -> bool:
    """Whether two lists of plans say the same apart from measured spreads, which stay as committed."""
    return [receipts.rules_document(plan) for plan in first] == [receipts.rules_document(plan) for plan in second]


def _withdraw(session: Session, row: Draw, period: Period, *, by: int | None, now: dt.datetime) -> None:
    """No plan is left for the week: the commitment goes, and the trail keeps that it was there."""
    audit.record(
        session,
        action="draw.withdraw_commitment",
        object_type="draw",
        object_id=row.id,
        actor_id=by,
        now=now,
        detail={"period": period.key, "commitment": row.commitment},
    )
    session.delete(row)
    session.flush()
