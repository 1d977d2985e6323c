"""One's own choices and limits, the pause after hard content, and the report about everybody together."""

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.core.routing import stored_id
from qa.reviews.sent import just_sent
from qa.reviews.wellbeing import choices, report
from qa.sampling import exposure

bp = Blueprint("wellbeing", __name__, url_prefix="/wellbeing")


@bp.app_template_global("blurred")
def blurred(severity: int) -> bool:
    """Whether the reader of this page wants a ticket's texts blurred until they look."""
    return choices.read_choices(g.actor.preferences).blurs(severity)


@bp.get("/")
@requires(Permission.SCORE)
def show() -> ResponseReturnValue:
    return page(choices.read_choices(g.actor.preferences))


def page(chosen: choices.Choices, *, typed_goal: str | None = None, problem: str | None = None) -> str:
    return render_template(
        "wellbeing/show.html",
        chosen=chosen,
        typed_goal=str(chosen.goal or "") if typed_goal is None else typed_goal,
        problem=problem,
        words=choices.BLUR_WORDS,
        pauses=choices.PAUSES,
        budget=exposure.budget_of(db.session(), g.setting, g.actor.user_id, now=utcnow()),
    )


@bp.post("/")
@requires(Permission.SCORE)
def choose() -> ResponseReturnValue:
    try:
        chosen = choices.read_form(request.form)
    except InvalidInputError as error:
        kept = choices.read_choices(g.actor.preferences)
        return make_response(page(kept, typed_goal=request.form.get("goal", ""), problem=str(error)), 422)
    choices.choose(db.session(), g.actor.user_id, chosen)
    db.session.commit()
    flash("Kept. Nobody else sees what you chose.", "good")
    return redirect(url_for("wellbeing.show"))


@bp.get("/pause")
@requires(Permission.SCORE)
def pause() -> ResponseReturnValue:
    """Offered after hard content. Nothing of it is kept: neither that it was offered nor that it was taken."""
    following = request.args.get("next", type=stored_id)
    return render_template(
        "wellbeing/pause.html",
        minutes=choices.read_choices(g.actor.preferences).pause or choices.USUAL_PAUSE,
        onward=url_for("reviews.score", assignment_id=following) if following else url_for("reviews.queue"),
        just_sent=just_sent(utcnow()),
    )


@bp.get("/report")
@requires(Permission.EXPOSURE_REPORT)
def exposure_report() -> ResponseReturnValue:
    now = utcnow()
    return render_template(
        "wellbeing/report.html",
        blocks=report.blocks_before(now, g.zone),
        found=report.of_programme(db.session(), g.actor.programme_id, g.zone, now=now),
        least=report.LEAST_PEOPLE,
    )
