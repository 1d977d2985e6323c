"""The programme's rules: what is in force, how it came to be, and changing it."""

from decimal import Decimal

from flask import Blueprint, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.people import programme
from qa.people.forms import ProgrammeForm
from qa.people.models import ProgrammeSetting
from qa.people.proving import proves_again
from qa.people.queries import setting_at

bp = Blueprint("programme", __name__, url_prefix="/programme")


@bp.get("/")
@requires(Permission.PROGRAMME_RULES)
def show() -> ResponseReturnValue:
    setting = setting_at(db.session(), g.actor.programme_id, utcnow())
    return page(ProgrammeForm(data=typed(setting)))


@bp.post("/")
@requires(Permission.PROGRAMME_RULES)
@proves_again
def change() -> ResponseReturnValue:
    form = ProgrammeForm()
    if not form.validate():
        return make_response(page(form), 422)
    if not str(form.base.data).isdecimal():
        raise InvalidInputError("Load the page again: the form does not say what it changes.")
    values = {
        "quality_target": None if form.quality_target.data is None else float(form.quality_target.data),
        "double_share": float(form.double_share.data / 100),
        "review_days": form.review_days.data,
        "gold_per_month": form.gold_per_month.data,
        "certification_required": form.certification_required.data,
        "certification_practice": form.certification_practice.data,
        "certification_mark": float(form.certification_mark.data),
        "certification_shadowed": form.certification_shadowed.data,
        "certification_absence_weeks": form.certification_absence_weeks.data,
        "harmful_per_week": form.harmful_per_week.data,
        "harmful_per_day": form.harmful_per_day.data,
        "severe_per_week": form.severe_per_week.data,
        "severe_per_day": form.severe_per_day.data,
        "blind": form.blind.data,
        "live_score": form.live_score.data,
        "peer_from": form.peer_from.data,
        "own_team_ban": form.own_team_ban.data,
        "fair_mean": form.fair_mean.data,
        "release_rule": form.release_rule.data,
        "dispute_window_days": form.dispute_window_days.data,
        "dispute_answer_days": form.dispute_answer_days.data,
        "own_specialist_ban": form.own_specialist_ban.data,
        "primary_part_rule": form.primary_part_rule.data,
        "rubric_date": form.rubric_date.data,
        "time_zone": form.time_zone.data,
    }
    if g.actor.may(Permission.PEOPLE_MANAGE):  # how people sign in is not the QA lead's to loosen
        values["second_factor_roles"] = " ".join(form.second_factor_roles.data or ()) or None
    found = programme.change_settings(
        db.session(), g.actor.programme_id, values, base_id=int(form.base.data), by=g.actor.user_id, now=utcnow()
    )
    db.session.commit()
    if found:
        flash("The rules are changed from now on. What was drawn or released keeps the rules of its day.", "good")
    else:
        flash("Nothing differs from the rules in force, so nothing was written.", "neutral")
    return redirect(url_for("programme.show"))


def typed(setting: ProgrammeSetting) -> dict[str, object]:
    """A version of the rules as the form's fields hold it."""
    values = {name: getattr(setting, name) for name in programme.CHANGEABLE}
    # By way of its digits: 0.08 is 8 percent, not 8.000000000000000166.
    values["certification_mark"] = Decimal(str(setting.certification_mark))
    values["second_factor_roles"] = (setting.second_factor_roles or "").split()
    return values | {"base": setting.id, "double_share": Decimal(str(setting.double_share)) * 100}


def page(form: ProgrammeForm) -> str:
    return render_template(
        "people/programme.html",
        form=form,
        versions=programme.history(db.session(), g.actor.programme_id),
    )
