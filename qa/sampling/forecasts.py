"""What plans would give, from the tickets of a real week and the spread of real scores."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from calibration.intervals import t_quantile
from qa.core.access import Actor
from qa.core.clock import local_day, midnight, monday_of, week_key
from qa.core.numerals import number
from qa.people.models import Team
from qa.sampling import fields, frames
from qa.sampling.allocation import Plan
from qa.sampling.committing import committed_plans
from qa.sampling.evidence import WEEKS, Scores, Spread, spread_of, with_spreads
from qa.sampling.kinds import Rules
from qa.sampling.models import Draw, Period, SamplingPlan
from qa.sampling.plans import plans_for_week, plans_of
from qa.sampling.previewing import Expected, Preview, preview
from qa.tickets.models import HandledPart, Ticket

DRAFT = "this plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanShare:
    """What one plan selects of a week, and how many reviews fall on it over all plans together."""

    name: str
    parts: int
    reviews: float
    previewed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A preview in the words of its page."""

    week: str
    over: bool
    spread: Spread
    preview: Preview
    plans: tuple[PlanShare, ...]
    teams: tuple[tuple[str, Expected], ...]
    specialists: int
    fewest: float
    typical: float
    most: float
    specialist_quarter: float | None  # points, for the specialist in the middle

    @property
    def added(self) -> float:
        """Reviews a week that the previewed plan adds to what the others give."""
        return self.preview.whole.reviews - self.preview.without

    @property
    def worked_out(self) -> str | None:
        """Everybody's half-width after one week with its values; ``None`` where it is exact or not known."""
        whole = self.preview.whole
        if not whole.week:
            return None
        t = t_quantile(0.975, whole.effective - 1)
        left = f"1 − {number(whole.reviews, 0)} ÷ {number(whole.parts, 0)}"
        root = f"√(({left}) ÷ {number(whole.effective)})"
        return f"{number(t, 2)} × {number(self.spread.sd)} × {root} = ± {number(whole.week)}"


def week_of_reference(session: Session, programme_id: int, today: dt.date, zone: ZoneInfo) -> dt.date | None:
    """The Monday of the newest week that is over and in which something was resolved."""
    newest = session.scalar(
        select(func.max(HandledPart.resolved_at))
        .join(Ticket, Ticket.id == HandledPart.ticket_id)
        .where(frames.sampled_population(programme_id), HandledPart.resolved_at < midnight(monday_of(today), zone))
    )
    return None if newest is None else monday_of(newest.astimezone(zone).date())


def forecast(
    session: Session,
    actor: Actor,
    rules: Rules,
    plan: SamplingPlan | None,
    *,
    now: dt.datetime,
    zone: ZoneInfo,
    scores: Scores,
) -> Forecast | None:
    """What the week would give with this plan beside the others in use; ``None`` while there is no week to go by."""
    monday = week_of_reference(session, actor.programme_id, local_day(now, zone), zone)
    if monday is None:
        return None
    others = [
        view
        for view in plans_of(session, actor.programme_id)
        if (plan is None or view.plan.id != plan.id) and not view.rules.paused and view.rules.schedule != "one_off"
    ]
    key = plan.key if plan else DRAFT
    named = [(view.plan.name, view.value) for view in others]
    return _forecast(
        session,
        frames.week_of(actor.programme_id, monday, zone),
        [*named, (DRAFT, rules.plan(key))],
        previewed=key,
        scores=scores,
        now=now,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What the draw of a week would do, by the plans that it will use."""

    plans: int
    outside: tuple[str, ...]  # plans that are due by now, but that the week's seed was fixed without
    forecast: Forecast | None


def forecast_of_week(
    session: Session,
    programme_id: int,
    monday: dt.date,
    *,
    committed: Draw | None,
    zone: ZoneInfo,
    scores: Scores,
    now: dt.datetime,
) -> Week:
    """What would be drawn from what is resolved in a week so far.

    A week that has begun with a seed committed to is drawn by the plans of that commitment, whatever changed since.
    """
    due = [(view.plan.name, view.value) for view in plans_for_week(session, programme_id, monday)]
    period = frames.week_of(programme_id, monday, zone)
    if committed is None or now < period.starts_at:
        return Week(plans=len(due), outside=(), forecast=_forecast(session, period, due, None, scores, now))
    fixed = committed_plans(committed)
    keys = [plan.key for plan in fixed]
    names = dict(
        session.execute(
            select(SamplingPlan.key, SamplingPlan.name).where(
                SamplingPlan.programme_id == programme_id, SamplingPlan.key.in_(keys)
            )
        ).all()
    )
    named = [(names.get(plan.key, plan.key), plan) for plan in fixed]
    return Week(
        plans=len(fixed),
        outside=tuple(name for name, plan in due if plan.key not in keys),
        forecast=_forecast(session, period, named, None, scores, now, spreads_fixed=True),
    )


def _forecast(
    session: Session,
    period: Period,
    named: Sequence[tuple[str, Plan]],
    previewed: str | None,
    scores: Scores,
    now: dt.datetime,
    *,
    spreads_fixed: bool = False,
) -> Forecast | None:
    attributes = {name for _, plan in named for name in (*plan.where, *plan.strata)}
    cells = frames.cells_resolved_in(session, period, attributes)
    if not cells or not named:
        return None
    scored = scores(session, period.programme_id, period.starts_on - dt.timedelta(weeks=WEEKS))
    spread = spread_of(scored)
    plans = [plan if spreads_fixed else with_spreads(plan, scored) for _, plan in named]
    found = preview(cells, plans, spread.sd, previewed=previewed)
    names = {plan.key: name for name, plan in named}
    numbers = [one.reviews for one in found.specialists]
    widths = [one.quarter for one in found.specialists if one.quarter is not None]
    return Forecast(
        week=week_key(period.starts_on),
        over=period.ends_at <= now,
        spread=spread,
        preview=found,
        plans=tuple(
            PlanShare(name=names[key], parts=parts, reviews=reviews, previewed=key == previewed)
            for key, parts, reviews in found.plans
        ),
        teams=tuple(_named(session, found.teams)),
        specialists=len(numbers),
        fewest=min(numbers),
        typical=median(numbers),
        most=max(numbers),
        specialist_quarter=median(widths) if 2 * len(widths) > len(numbers) else None,
    )


def _named(session: Session, teams: Sequence[Expected]) -> list[tuple[str, Expected]]:
    ids = [int(team.name) for team in teams if team.name]
    names: Mapping[int, str] = dict(session.execute(select(Team.id, Team.name).where(Team.id.in_(ids))).all())
    told = [(names.get(int(team.name), team.name) if team.name else "no team", team) for team in teams]
    return sorted(told, key=lambda pair: pair[0])


def words_of(rules: Rules, names: Mapping[str, Mapping[str, str]]) -> str:
    """A plan's filters in words; ``names`` translates values such as the ids of teams."""
    told = []
    for name, values in rules.where.items():
        if name.startswith(fields.TAG):
            told.append(f"with the tag {name[len(fields.TAG) :]}")
            continue
        listed = ", ".join(names.get(name, {}).get(value, value) or "not told" for value in values)
        told.append(f"{fields.label_of(name).lower()} {listed}")
    return "; ".join(told)
