"""Signing in and out, and the page behind a one-time link."""

import hashlib
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as form_session
from flask.typing import ResponseReturnValue

from qa.config import settings
from qa.core.access import PUBLIC, Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.limits import limiter
from qa.people import accounts, sessions
from qa.people.forms import PasswordForm, SignInForm

bp = Blueprint("sign_in", __name__)
REFUSED = "That e-mail and password do not belong together, or the account is closed."


def account_tried() -> str:
    """The account that a sign-in names, as a key that says nothing about it."""
    return hashlib.sha256(request.form.get("email", "").strip().lower().encode()).hexdigest()


def was_refused(response: Response) -> bool:
    return response.status_code == 403


@bp.get("/sign-in")
@requires(PUBLIC)
def form() -> ResponseReturnValue:
    if g.actor is not None:
        return redirect(local_address(request.args.get("next")))
    return render_template("people/sign_in.html", form=SignInForm())


@bp.post("/sign-in")
@limiter.limit("60/minute")
@limiter.limit("10/15 minutes", key_func=account_tried, deduct_when=was_refused)
@requires(PUBLIC)
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate():
        return make_response(render_template("people/sign_in.html", form=form), 422)
    user = sessions.check_credentials(db.session(), form.email.data or "", form.password.data or "")
    if user is None:
        form.form_errors = [REFUSED]
        return make_response(render_template("people/sign_in.html", form=form), 403)
    return signed_in(user.id, local_address(request.args.get("next")))


@bp.post("/sign-out")
@requires(Permission.HOME)
def sign_out() -> ResponseReturnValue:
    sessions.revoke(db.session(), g.actor.session_id, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    form_session.clear()
    response = redirect(url_for("sign_in.form"))
    response.delete_cookie(sessions.COOKIE)
    return make_response(response)


@bp.get("/welcome/<string:token>")
@limiter.limit("60/minute")
@requires(PUBLIC)
def welcome(token: str) -> ResponseReturnValue:
    link = accounts.usable_link(db.session(), token, now=utcnow())
    if link is None:
        return make_response(render_template("people/link_used.html"), 404)
    return render_template("people/welcome.html", form=PasswordForm(), link=link, token=token)


@bp.post("/welcome/<string:token>")
@limiter.limit("20/minute")
@requires(PUBLIC)
def choose_password(token: str) -> ResponseReturnValue:
    link = accounts.usable_link(db.session(), token, now=utcnow())
    if link is None:
        return make_response(render_template("people/link_used.html"), 404)
    form = PasswordForm()
    if not form.validate():
        return make_response(render_template("people/welcome.html", form=form, link=link, token=token), 422)
    user_id = accounts.use_link(db.session(), token, form.password.data or "", now=utcnow())
    if user_id is None:
        abort(404)
    flash("Your password is set. Welcome.", "good")
    return signed_in(user_id, url_for("desk.home"))


def signed_in(user_id: int, target: str) -> ResponseReturnValue:
    """Start a fresh session; the one the browser carried before ends."""
    chosen = settings()
    if g.actor is not None:
        sessions.revoke(db.session(), g.actor.session_id, by=g.actor.user_id, now=utcnow())
    token = sessions.start(db.session(), user_id, settings=chosen, user_agent=request.user_agent.string, now=utcnow())
    db.session.commit()
    kept = form_session.get("_flashes")
    form_session.clear()  # a new form token for the new session
    if kept:
        form_session["_flashes"] = kept
    response = make_response(redirect(target))
    response.set_cookie(
        sessions.COOKIE,
        token,
        max_age=int(chosen.session_absolute.total_seconds()),
        httponly=True,
        secure=chosen.secure_cookies,
        samesite="Lax",
    )
    return response


def local_address(asked: str | None) -> str:
    """Where to go after signing in: a path of this application, never another site."""
    parts = urlsplit(asked or "")
    if (
        asked
        and asked.startswith("/")
        and not asked.startswith(("//", "/\\"))
        and not parts.netloc
        and not parts.scheme
    ):
        return asked
    return url_for("desk.home")
