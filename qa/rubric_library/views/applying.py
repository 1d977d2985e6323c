"""Which rubric applies when: the dated rules, and what they mean for recent parts."""

from flask import Response, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields import SelectChoice

from qa.core.access import Permission, requires
from qa.core.clock import local_day, midnight, utcnow
from qa.core.db import db
from qa.rubric_library import queries, service
from qa.rubric_library.coverage import WINDOW, coverage
from qa.rubric_library.forms import RuleForm
from qa.rubric_library.views.blueprint import bp


@bp.get("/rules")
@requires(Permission.RUBRIC_READ)
def rules() -> ResponseReturnValue:
    return page()


def page(*, form: RuleForm | None = None, status: int = 200) -> Response:
    session, now = db.session(), utcnow()
    found = queries.families(session, g.actor.programme_id)
    form = form or RuleForm(valid_from=local_day(now, g.zone))
    form.family.choices = [SelectChoice(view.family.id, view.family.name) for view in found]
    book = queries.rule_book_at(session, g.setting, now)
    kinds = coverage(session, g.actor.programme_id, book, until=now)
    body = render_template(
        "rubrics/rules.html",
        families=found,
        rules=[rule for view in found for rule in view.rules],
        names={view.family.id: view.family.name for view in found},
        form=form,
        kinds=kinds,
        uncovered=sum(kind.uncovered for kind in kinds),
        parts=sum(kind.parts for kind in kinds),
        labels=queries.version_labels(session, g.actor.programme_id),
        weeks=WINDOW.days // 7,
        queues=sorted({kind.queue for kind in kinds if kind.queue}),
        channels=sorted({kind.channel for kind in kinds if kind.channel}),
        languages=sorted({kind.language for kind in kinds if kind.language}),
        now=now,
    )
    return make_response(body, status)


@bp.post("/rules")
@requires(Permission.RUBRIC_RULES)
def add_rule() -> ResponseReturnValue:
    form = RuleForm()
    found = queries.families(db.session(), g.actor.programme_id)
    form.family.choices = [SelectChoice(view.family.id, view.family.name) for view in found]
    if not form.validate() or form.valid_from.data is None:
        return page(form=form, status=422)
    family = queries.get_family_for(db.session(), g.actor, form.family.data)
    service.add_rule(
        db.session(),
        family,
        queue=form.queue.data or None,
        channel=form.channel.data or None,
        language=form.language.data or None,
        valid_from=midnight(form.valid_from.data, g.zone),
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    flash(f"From that day on the rule sends parts to {family.name}.", "good")
    return redirect(url_for("rubrics.rules"))


@bp.post("/rules/<int:rule_id>/end")
@requires(Permission.RUBRIC_RULES)
def end_rule(rule_id: int) -> ResponseReturnValue:
    rule = queries.get_rule_for(db.session(), g.actor, rule_id)
    service.end_rule(db.session(), rule, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("The rule has ended: what is resolved from now on no longer follows it.", "good")
    return redirect(url_for("rubrics.rules"))
