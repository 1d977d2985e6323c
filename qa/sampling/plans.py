"""Sampling plans as they are kept: each change is a new version, so a receipt always finds the rules it used."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor
from qa.core.errors import InvalidInputError, NotFoundError
from qa.sampling.allocation import Plan
from qa.sampling.models import SamplingPlan, SamplingPlanVersion
from qa.sampling.receipts import plans_digest

MOST_PER_SPECIALIST = 50
# The kinds that an amount describes; strata and their spreads are not kept yet.
KEPT_KINDS = ("quota_per_specialist", "simple", "risk", "census")
FILTERS = ("queue", "tier", "risk_class")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    plan: SamplingPlan
    version: SamplingPlanVersion

    @property
    def value(self) -> Plan:
        return as_plan(self.plan.key, self.version)


def as_plan(key: str, version: SamplingPlanVersion) -> Plan:
    """A stored version as the draw reads it."""
    return Plan(
        key=key,
        kind=version.kind,
        amount=int(version.parameters.get("amount", 0)),
        where={name: tuple(values) for name, values in version.filter.items()},
    )


def plans_of(session: Session, programme_id: int) -> list[PlanView]:
    """Every plan in use with its newest version."""
    newest = (
        select(SamplingPlanVersion.plan_id, func.max(SamplingPlanVersion.n).label("n"))
        .group_by(SamplingPlanVersion.plan_id)
        .subquery()
    )
    rows = session.execute(
        select(SamplingPlan, SamplingPlanVersion)
        .join(newest, newest.c.plan_id == SamplingPlan.id)
        .join(
            SamplingPlanVersion,
            (SamplingPlanVersion.plan_id == SamplingPlan.id) & (SamplingPlanVersion.n == newest.c.n),
        )
        .where(SamplingPlan.programme_id == programme_id, SamplingPlan.retired_at.is_(None))
        .order_by(SamplingPlan.name, SamplingPlan.id)
    )
    return [PlanView(plan=plan, version=version) for plan, version in rows]


def get_plan_for(session: Session, actor: Actor, plan_id: int) -> PlanView:
    """A plan in use of the actor's programme."""
    for view in plans_of(session, actor.programme_id):
        if view.plan.id == plan_id:
            return view
    raise NotFoundError("There is no such plan, or it is retired.")


def save_plan(
    session: Session,
    programme_id: int,
    *,
    name: str,
    kind: str,
    amount: int,
    where: Mapping[str, Sequence[str]],
    by: int | None,
    now: dt.datetime,
    plan: SamplingPlan | None = None,
) -> SamplingPlanVersion:
    """A new plan, or the next version of one; the same rules again make no new version."""
    name = " ".join(name.split())
    if not name:
        raise InvalidInputError("Give the plan a name.", {"name": "missing"})
    if kind not in KEPT_KINDS:
        raise InvalidInputError("Choose a kind of plan.", {"kind": "unknown"})
    if kind == "quota_per_specialist" and not 1 <= amount <= MOST_PER_SPECIALIST:
        raise InvalidInputError(
            f"Reviews per specialist and week: 1 to {MOST_PER_SPECIALIST}.", {"amount": "out of range"}
        )
    filters: dict[str, Any] = {key: sorted(set(values)) for key, values in where.items() if key in FILTERS and values}
    if plan is None:
        plan = SamplingPlan(
            programme_id=programme_id, key=_free_key(session, programme_id, name), name=name, created_at=now
        )
        session.add(plan)
        session.flush()
        n = 1
    else:
        plan.name = name
        newest = session.scalar(
            select(SamplingPlanVersion)
            .where(SamplingPlanVersion.plan_id == plan.id)
            .order_by(SamplingPlanVersion.n.desc())
            .limit(1)
        )
        if newest is not None and (newest.kind, newest.parameters, newest.filter) == (
            kind,
            {"amount": amount},
            filters,
        ):
            return newest
        n = newest.n + 1 if newest else 1
    version = SamplingPlanVersion(
        plan_id=plan.id,
        n=n,
        kind=kind,
        parameters={"amount": amount},
        filter=filters,
        digest="",
        created_by_id=by,
        created_at=now,
    )
    version.digest = plans_digest([as_plan(plan.key, version)])
    session.add(version)
    session.flush()
    audit.record(
        session,
        action="plan.save",
        object_type="sampling_plan",
        object_id=plan.id,
        actor_id=by,
        now=now,
        detail={"n": n, "digest": version.digest},
    )
    return version


def _free_key(session: Session, programme_id: int, name: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "plan"
    taken = set(session.scalars(select(SamplingPlan.key).where(SamplingPlan.programme_id == programme_id)))
    key, n = base, 1
    while key in taken:
        n += 1
        key = f"{base}-{n}"
    return key


def retire(session: Session, view: PlanView, *, by: int, now: dt.datetime) -> None:
    """The plan serves no further draw; what it drew stays."""
    view.plan.retired_at = now
    session.flush()
    audit.record(
        session, action="plan.retire", object_type="sampling_plan", object_id=view.plan.id, actor_id=by, now=now
    )
