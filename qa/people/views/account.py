"""One's own account: password, signed-in browsers, preferences."""

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.config import settings
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.limits import limiter
from qa.people import accounts, queries, sessions
from qa.people.forms import ChangePasswordForm
from qa.people.views.sign_in import signed_in

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.get("/")
@requires(Permission.HOME)
def show() -> ResponseReturnValue:
    return page(ChangePasswordForm())


@bp.post("/password")
@limiter.limit("10/minute")
@requires(Permission.HOME)
def password() -> ResponseReturnValue:
    form = ChangePasswordForm()
    if not form.validate():
        return make_response(page(form), 422)
    user = sessions.check_credentials(db.session(), g.actor.email, form.current.data or "")
    if user is None:
        form.current.errors = ["That is not your present password."]
        return make_response(page(form), 422)
    accounts.change_password(db.session(), user, form.password.data or "", now=utcnow())
    flash("Your password is changed. Every other browser is signed out.", "good")
    return signed_in(user.id, url_for("account.show"))


@bp.post("/sessions/<int:session_id>/end")
@requires(Permission.HOME)
def end_session(session_id: int) -> ResponseReturnValue:
    row = queries.session_of(db.session(), g.actor, session_id)
    sessions.revoke(db.session(), row.id, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("That browser is signed out.", "good")
    return redirect(url_for("account.show"))


def page(form: ChangePasswordForm) -> str:
    rows = queries.live_sessions_of(db.session(), g.actor.user_id, idle=settings().session_idle, now=utcnow())
    return render_template("people/account.html", form=form, sessions=rows, agent=request.user_agent)
