"""Sampling plans as they are kept: each change is a new version, so a receipt always finds the rules it used."""

import datetime as dt
import re
from dataclasses import dataclass, replace

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from qa.core import audit
from qa.core.access import Actor
from qa.core.clock import local_day, monday_of, monday_of_week
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.people.queries import setting_at, zone_of
from qa.sampling import fields
from qa.sampling.allocation import Plan
from qa.sampling.kinds import Rules, faults, rules_of
from qa.sampling.models import Draw, Period, SamplingPlan, SamplingPlanVersion
from qa.sampling.receipts import plans_digest
from qa.sampling.schedules import SCHEDULES, is_due

MORE_VALUES = 200  # in one filter


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan with one of its versions."""

    plan: SamplingPlan
    version: SamplingPlanVersion

    @property
    def rules(self) -> Rules:
        version = self.version
        return replace(
            rules_of(version.kind, version.parameters, version.filter, version.schedule), paused=version.paused
        )

    @property
    def value(self) -> Plan:
        return self.rules.plan(self.plan.key)

    def is_due(self, monday: dt.date) -> bool:
        """Whether this version takes part in a week."""
        rules = self.rules
        return not rules.paused and is_due(
            rules.schedule,
            monday,
            anchor=monday_of(self.plan.created_at.date()),
            once=monday_of_week(rules.once) if rules.once else None,
            until=monday_of_week(rules.until) if rules.until else None,
        )


def _views(
    session: Session, programme_id: int, monday: dt.date | None = None, *, retired: bool = False
) -> list[PlanView]:
    held = select(SamplingPlanVersion.plan_id, func.max(SamplingPlanVersion.n).label("n"))
    if monday is not None:
        first, effective = SamplingPlanVersion.effective_from.is_(None), SamplingPlanVersion.effective_from <= monday
        held = held.where(or_(first, effective))
    newest = held.group_by(SamplingPlanVersion.plan_id).subquery()
    rows = session.execute(
        select(SamplingPlan, SamplingPlanVersion)
        .join(newest, newest.c.plan_id == SamplingPlan.id)
        .join(
            SamplingPlanVersion,
            (SamplingPlanVersion.plan_id == SamplingPlan.id) & (SamplingPlanVersion.n == newest.c.n),
        )
        .where(
            SamplingPlan.programme_id == programme_id,
            SamplingPlan.retired_at.is_not(None) if retired else SamplingPlan.retired_at.is_(None),
        )
        .order_by(SamplingPlan.name, SamplingPlan.id)
    )
    return [PlanView(plan=plan, version=version) for plan, version in rows]


def plans_of(session: Session, programme_id: int) -> list[PlanView]:
    """Every plan in use with its newest version, also one that holds only from next week on."""
    return _views(session, programme_id)


def retired_plans_of(session: Session, programme_id: int) -> list[PlanView]:
    """The plans that serve no further draw."""
    return _views(session, programme_id, retired=True)


def plans_for_week(session: Session, programme_id: int, monday: dt.date) -> list[PlanView]:
    """The plans that take part in a week, each with the version in force then."""
    return [view for view in _views(session, programme_id, monday) if view.is_due(monday)]


def get_plan_for(session: Session, actor: Actor, plan_id: int, *, retired: bool = False) -> PlanView:
    """A plan of the actor's programme."""
    for view in _views(session, actor.programme_id, retired=retired):
        if view.plan.id == plan_id:
            return view
    raise NotFoundError("There is no such plan, or it is retired.")


def versions_of(session: Session, plan_id: int) -> list[SamplingPlanVersion]:
    """A plan's history, newest first."""
    return list(
        session.scalars(
            select(SamplingPlanVersion)
            .where(SamplingPlanVersion.plan_id == plan_id)
            .order_by(SamplingPlanVersion.n.desc())
        )
    )


def checked(rules: Rules) -> Rules:
    """The rules with their filters in one order, or what is wrong with them."""
    found = faults(rules)
    for name in ("once", "until"):
        week = getattr(rules, name)
        if week:
            try:
                monday_of_week(week)
            except ValueError:
                found[name] = "Write the week as 2026-W14."
    unknown = [name for name in [*rules.where, *rules.strata] if not fields.is_known(name)]
    if unknown:
        found["kind"] = f"Tickets have no field {unknown[0]!r} to select on."
    if any(len(values) > MORE_VALUES for values in rules.where.values()):
        found["kind"] = f"A filter holds at most {MORE_VALUES} values."
    if rules.schedule not in SCHEDULES:
        found["schedule"] = "Choose how often."
    if found:
        raise InvalidInputError(" ".join(found.values()), found)
    return replace(
        rules, where={name: sorted(set(rules.where[name])) for name in sorted(rules.where) if rules.where[name]}
    )


def save_plan(
    session: Session,
    programme_id: int,
    *,
    name: str,
    rules: Rules,
    by: int | None,
    now: dt.datetime,
    plan: SamplingPlan | None = None,
    expected: int | None = None,
) -> SamplingPlanVersion:
    """A new plan, or the next version of one; the same rules again make no new version.

    A change holds from the next week on, so that nobody can bend a week that has begun. Only a plan that has served no
    draw and no commitment yet is changed for all weeks that are not drawn. ``expected`` is the version that the change
    was made on.
    """
    name = " ".join(name.split())
    if not name:
        raise InvalidInputError("Give the plan a name.", {"name": "Give the plan a name."})
    rules = checked(rules)
    newest = None
    if plan is None:
        plan = SamplingPlan(
            programme_id=programme_id, key=_free_key(session, programme_id, name), name=name, created_at=now
        )
        session.add(plan)
        session.flush()
    else:
        newest = versions_of(session, plan.id)[0]
        if expected is not None and newest.n != expected:
            raise ConflictError(
                "Somebody else changed this plan meanwhile. Look at their version, then change it again."
            )
        plan.name = name
        if PlanView(plan=plan, version=newest).rules == rules:
            return newest
    version = SamplingPlanVersion(
        plan_id=plan.id,
        n=newest.n + 1 if newest else 1,
        kind=rules.kind,
        parameters=rules.parameters(),
        filter=dict(rules.where),
        schedule=rules.schedule,
        paused=rules.paused,
        effective_from=_from_when(session, plan, now) if newest else None,
        digest=plans_digest([rules.plan(plan.key)]),
        created_by_id=by,
        created_at=now,
    )
    session.add(version)
    session.flush()
    audit.record(
        session,
        action="plan.save",
        object_type="sampling_plan",
        object_id=plan.id,
        actor_id=by,
        now=now,
        detail={"n": version.n, "digest": version.digest, "paused": version.paused},
    )
    return version


def _from_when(session: Session, plan: SamplingPlan, now: dt.datetime) -> dt.date | None:
    """The Monday from which a change holds; ``None`` while the plan has served nothing."""
    served = session.scalar(
        select(Draw.id)
        .join(Period, Period.id == Draw.period_id)
        .where(
            Period.programme_id == plan.programme_id,
            Draw.committed_at >= plan.created_at,
            or_(Draw.drawn_at.is_not(None), Period.starts_at <= now),
        )
        .limit(1)
    )
    if served is None:
        return None
    today = local_day(now, zone_of(setting_at(session, plan.programme_id, now)))
    return monday_of(today) + dt.timedelta(days=7)


def _free_key(session: Session, programme_id: int, name: str) -> str:
    base = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "plan"
    taken = set(session.scalars(select(SamplingPlan.key).where(SamplingPlan.programme_id == programme_id)))
    key, n = base, 1
    while key in taken:
        n += 1
        key = f"{base}-{n}"
    return key


def set_paused(session: Session, view: PlanView, *, paused: bool, by: int, now: dt.datetime) -> SamplingPlanVersion:
    """Let a plan rest from the next week on, or take part again."""
    return save_plan(
        session,
        view.plan.programme_id,
        name=view.plan.name,
        rules=replace(view.rules, paused=paused),
        by=by,
        now=now,
        plan=view.plan,
    )


def retire(session: Session, view: PlanView, *, by: int, now: dt.datetime) -> None:
    """The plan serves no further draw, except one whose seed was committed to with it; what it drew stays."""
    view.plan.retired_at = now
    _note(session, view.plan, "plan.retire", by, now)


def bring_back(session: Session, view: PlanView, *, by: int, now: dt.datetime) -> None:
    """Undo a retirement."""
    view.plan.retired_at = None
    _note(session, view.plan, "plan.bring_back", by, now)


def _note(session: Session, plan: SamplingPlan, action: str, by: int, now: dt.datetime) -> None:
    session.flush()
    audit.record(session, action=action, object_type="sampling_plan", object_id=plan.id, actor_id=by, now=now)
