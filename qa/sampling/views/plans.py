"""The pages of plans: what should be sampled of which tickets, and what that would give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote, unquote

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.sampling import committing, evidence, fields, forecasts, forms, kinds
from qa.sampling import plans as sampling_plans
from qa.sampling.values import filter_values
from qa.sampling.views.blueprint import bp

LONGEST = 80  # characters of a name, values that an address may tick


@bp.get("/plans/new")
@requires(Permission.SAMPLING_PLAN)
def new_plan() -> ResponseReturnValue:
    """An empty form; a link from elsewhere may bring a kind, a name, an end and what to tick with it."""
    asked = request.args
    ticked = {name: asked.getlist(name)[:LONGEST] for name in ("launch", "queue") if asked.get(name)}
    form = the_form(None, ticked)
    form.amount.data = asked.get("amount", 4, type=int)
    form.name.data, form.until.data = asked.get("name", "")[:LONGEST], asked.get("until", "")[:LONGEST]
    if asked.get("kind") in kinds.KINDS:
        form.kind.data = asked["kind"]
    tick(form, ticked)
    return form_page(form, None)


@bp.post("/plans/new")
@requires(Permission.SAMPLING_PLAN)
def create_plan() -> ResponseReturnValue:
    return preview_or_save(the_form(None), None)


@bp.get("/plans/<int:plan_id>")
@requires(Permission.SAMPLING_PLAN)
def edit_plan(plan_id: int) -> ResponseReturnValue:
    view = sampling_plans.get_plan_for(db.session(), g.actor, plan_id)
    form, rules = the_form(view), view.rules
    form.version.data = str(view.version.n)
    form.name.data = view.plan.name
    form.kind.data = rules.kind
    form.amount.data = rules.amount
    form.strata.data = list(rules.strata)
    form.days.data = rules.days
    form.schedule.data, form.once.data, form.until.data = rules.schedule, rules.once, rules.until
    form.self_share.data, form.peer_share.data = percent(rules.self_share), percent(rules.peer_share)
    tick(form, _ticked(rules))
    return form_page(form, view)


@bp.post("/plans/<int:plan_id>")
@requires(Permission.SAMPLING_PLAN)
def change_plan(plan_id: int) -> ResponseReturnValue:
    view = sampling_plans.get_plan_for(db.session(), g.actor, plan_id)
    return preview_or_save(the_form(view), view)


def the_form(view: sampling_plans.PlanView | None, ticked: Mapping[str, Sequence[str]] | None = None) -> forms.PlanForm:
    """The form with what tickets offer to tick, and what the plan, or ``ticked``, ticks already."""
    values = {
        name: list(known) for name, known in filter_values(db.session(), g.actor.programme_id, now=utcnow()).items()
    }
    for name, chosen in (_ticked(view.rules) if view else ticked or {}).items():
        offered = values.setdefault(name, [])
        offered += [(value, value) for value in chosen if value not in dict(offered)]
    return forms.plan_form(values)


def tick(form: forms.PlanForm, ticked: Mapping[str, Sequence[str]]) -> None:
    """Tick values in the form's lists."""
    for name, values in ticked.items():
        form[forms.FILTER + quote(name, safe="")].data = list(values)


def _ticked(rules: kinds.Rules) -> dict[str, list[str]]:
    """The ticks of a form from a plan's filters: tags are one list there."""
    ticks: dict[str, list[str]] = {}
    for name, values in rules.where.items():
        if name.startswith(fields.TAG):
            ticks.setdefault("tag", []).append(name[len(fields.TAG) :])
        else:
            ticks[name] = list(values)
    return ticks


def rules_from(form: forms.PlanForm) -> kinds.Rules:
    """What the form says, as the rules of a plan."""
    where: dict[str, list[str]] = {}
    for field in form:
        if not field.name.startswith(forms.FILTER) or not field.data:
            continue
        name = field.name[len(forms.FILTER) :]
        if name == "tag":
            where.update({fields.TAG + tag: ["yes"] for tag in field.data})
        else:
            where[unquote(name)] = list(field.data)
    kind = kinds.KINDS[form.kind.data]
    return kinds.Rules(
        kind=kind.name,
        amount=form.amount.data or 0 if kind.amount else 0,
        where=where,
        strata=tuple(form.strata.data or ()) if kind.strata else (),
        days=form.days.data or kinds.NEW_DAYS if kind.name == "new_specialists" else kinds.NEW_DAYS,
        schedule=form.schedule.data,
        once=(form.once.data or "").strip() or None if form.schedule.data == "one_off" else None,
        until=(form.until.data or "").strip() or None,
        self_share=float((form.self_share.data or 0) / 100),
        peer_share=float((form.peer_share.data or 0) / 100),
    )


def percent(share: float) -> Decimal:
    """A share as its field holds it; by way of its digits, so that 0.07 is 7 and not 7.000000000000001."""
    return Decimal(str(share)) * 100


def preview_or_save(form: forms.PlanForm, view: sampling_plans.PlanView | None) -> ResponseReturnValue:
    """Show what the plan would give, or keep it; what is wrong is said at its field."""
    if not form.validate():
        return form_page(form, view, status=422)
    session = db.session()
    try:
        rules = sampling_plans.checked(rules_from(form))
        if request.form.get("step") == "preview":
            return form_page(form, view, forecast=forecast_of(session, rules, view))
        keep(session, form, rules, view)
    except InvalidInputError as error:
        session.rollback()
        for name, message in error.fields.items():
            form[name if name in form else "name"].errors = [message]
        return form_page(form, view, status=422)
    return redirect(url_for("sampling.index"))


def forecast_of(
    session: Session, rules: kinds.Rules, view: sampling_plans.PlanView | None
) -> forecasts.Forecast | None:
    """The week such as the last one, drawn by this plan and the others in use."""
    return forecasts.forecast(
        session,
        g.actor,
        rules,
        view.plan if view else None,
        now=utcnow(),
        zone=g.zone,
        scores=evidence.scores(),
    )


def keep(session: Session, form: forms.PlanForm, rules: kinds.Rules, view: sampling_plans.PlanView | None) -> None:
    """Save the plan, and commit to next week's seed with it."""
    now = utcnow()
    version = sampling_plans.save_plan(
        session,
        g.actor.programme_id,
        name=form.name.data or "",
        rules=rules,
        by=g.actor.user_id,
        now=now,
        plan=view.plan if view else None,
        expected=int(form.version.data) if view and (form.version.data or "").isdigit() else None,
    )
    commit_again(session)
    held = version.effective_from
    if held is None and committing.begun_without(session, version.plan_id, now=now):
        held = committing.next_monday(now, g.setting)
    session.commit()
    since = f" It holds from the week of {held.day} {held:%B} on." if held else ""
    flash(f"The plan is kept.{since} Former draws keep the rules they used.", "good")


def commit_again(session: Session) -> None:
    """After any change of the plans: next week's seed is committed to with them, before the week opens."""
    committing.commit_next(
        session,
        g.programme,
        g.setting,
        scores=evidence.scores(),
        ring=KeyRing(settings().text_keys),
        by=g.actor.user_id,
        now=utcnow(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterList:
    """One list of ticks of the form, with how many are ticked."""

    name: str
    label: str
    field: object
    ticked: int


def form_page(
    form: forms.PlanForm,
    view: sampling_plans.PlanView | None,
    *,
    forecast: forecasts.Forecast | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    filters = [
        FilterList(name=field.name, label=field.label.text, field=field, ticked=len(field.data or ()))
        for field in form
        if field.name.startswith(forms.FILTER)
    ]
    body = render_template(
        "sampling/plan.html",
        form=form,
        view=view,
        filters=filters,
        forecast=forecast,
        previewed=request.form.get("step") == "preview" and status == 200,
        versions=sampling_plans.versions_of(db.session(), view.plan.id) if view else [],
    )
    return make_response(body, status)


@bp.post("/plans/<int:plan_id>/pause")
@requires(Permission.SAMPLING_PLAN)
def pause_plan(plan_id: int) -> ResponseReturnValue:
    return rest(plan_id, paused=True, told="The plan rests from the next week on.")


@bp.post("/plans/<int:plan_id>/resume")
@requires(Permission.SAMPLING_PLAN)
def resume_plan(plan_id: int) -> ResponseReturnValue:
    return rest(plan_id, paused=False, told="The plan takes part again from the next week on.")


def rest(plan_id: int, *, paused: bool, told: str) -> ResponseReturnValue:
    session = db.session()
    view = sampling_plans.get_plan_for(session, g.actor, plan_id)
    sampling_plans.set_paused(session, view, paused=paused, by=g.actor.user_id, now=utcnow())
    commit_again(session)
    session.commit()
    flash(told, "good")
    return redirect(url_for("sampling.index"))


@bp.post("/plans/<int:plan_id>/retire")
@requires(Permission.SAMPLING_PLAN)
def retire_plan(plan_id: int) -> ResponseReturnValue:
    session = db.session()
    view = sampling_plans.get_plan_for(session, g.actor, plan_id)
    sampling_plans.retire(session, view, by=g.actor.user_id, now=utcnow())
    commit_again(session)
    session.commit()
    flash("The plan is retired. What it drew stays, and it can be brought back.", "good")
    return redirect(url_for("sampling.index"))


@bp.post("/plans/<int:plan_id>/bring-back")
@requires(Permission.SAMPLING_PLAN)
def bring_back_plan(plan_id: int) -> ResponseReturnValue:
    session = db.session()
    view = sampling_plans.get_plan_for(session, g.actor, plan_id, retired=True)
    sampling_plans.bring_back(session, view, by=g.actor.user_id, now=utcnow())
    commit_again(session)
    session.commit()
    flash("The plan is in use again.", "good")
    return redirect(url_for("sampling.index"))
