"""Signing in and out, the second step of it, and the page behind a one-time link."""

import datetime as dt
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
from werkzeug.exceptions import TooManyRequests

from qa.config import settings
from qa.core.access import PUBLIC, Permission, requires
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.core.limits import address, limiter
from qa.people import accounts, queries, second_factor, sessions, throttling
from qa.people.forms import CodeForm, ForgottenForm, PasswordForm, SignInForm
from qa.people.models import User

bp = Blueprint("sign_in", __name__)
REFUSED = "That e-mail and password do not belong together, or the account is closed."
WRONG_CODE = "That code is not right, or was used already. Codes change every half minute; each works once."
ENTERING = "entering"  # what the form cookie remembers between the two steps
STEP_LASTS = dt.timedelta(minutes=10)


def browser() -> str:
    """Who is slowed down: a browser that has signed in here before by itself, everybody else by address."""
    known = throttling.devices(settings().secret_key, device_cookie())
    return "device " + min(known.values()) if known else address()


def device_cookie() -> str:
    return request.cookies.get(throttling.cookie_name(settings()), "")


def source_of(email: str, user: User | None) -> "throttling.Source":
    return throttling.source_of(settings().secret_key, email, user, cookie=device_cookie(), address=address())


@bp.get("/sign-in")
@requires(PUBLIC)
def form() -> ResponseReturnValue:
    if g.actor is not None:
        return redirect(local_address(request.args.get("next")))
    return page(SignInForm())


def page(form: SignInForm) -> str:
    chosen = settings()
    return render_template(
        "people/sign_in.html",
        form=form,
        provider=chosen.provider.name if chosen.provider else None,
        mails=chosen.mail is not None,
        next=local_address(request.args.get("next")),
    )


@bp.post("/sign-in")
@limiter.limit("60/minute", key_func=browser)
@requires(PUBLIC)
def sign_in() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate():
        return make_response(page(form), 422)
    session, email = db.session(), form.email.data or ""
    source = admit(email)
    user = sessions.check_credentials(session, email, form.password.data or "")
    if user is None:
        known = queries.user_by_email(session, email)
        throttling.note(session, source, "wrong_password", user_id=known.id if known else None, now=utcnow())
        session.commit()
        form.form_errors = [REFUSED]
        return make_response(page(form), 403)
    return entered(user, local_address(request.args.get("next")), by="password")


def admit(email: str) -> "throttling.Source":
    """Where a try comes from, if it may be made: else 429, whether there is such an account or not."""
    session = db.session()
    source = source_of(email, queries.user_by_email(session, email))
    if settings().rate_limits and not throttling.may_try(session, source, now=utcnow()):
        session.rollback()
        raise TooManyRequests
    return source


def entered(user: User, target: str, *, by: str) -> ResponseReturnValue:
    """The first step is done: ask for the code of whoever has a second factor, else sign in."""
    if not second_factor.is_on(db.session(), user.id):
        return signed_in(user, target, by=by)
    form_session[ENTERING] = {
        "person": user.id,
        "key": throttling.device_key(user),  # a password that changes meanwhile ends this
        "until": (utcnow() + STEP_LASTS).timestamp(),
        "by": by,
        "next": target,
    }
    db.session.commit()
    return redirect(url_for("sign_in.code_form"))


def entering() -> User | None:
    """Who has done the first step in this browser, within ten minutes."""
    step = form_session.get(ENTERING)
    if not step or utcnow().timestamp() > step["until"]:
        return None
    user = db.session().get(User, step["person"])
    return user if user and user.active and throttling.device_key(user) == step["key"] else None


@bp.get("/sign-in/code")
@requires(PUBLIC)
def code_form() -> ResponseReturnValue:
    if entering() is None:
        return redirect(url_for("sign_in.form"))
    return render_template("people/code.html", form=CodeForm())


@bp.post("/sign-in/code")
@limiter.limit("60/minute", key_func=browser)
@requires(PUBLIC)
def enter_code() -> ResponseReturnValue:
    session, user, form = db.session(), entering(), CodeForm()
    if user is None:
        flash("That took too long, or the password has changed meanwhile. Sign in again.", "neutral")
        return redirect(url_for("sign_in.form"))
    if not form.validate():
        return make_response(render_template("people/code.html", form=form), 422)
    source, step = admit(user.email), form_session[ENTERING]
    ring = KeyRing(settings().text_keys)
    if not second_factor.check(session, user.id, form.code.data or "", ring=ring, now=utcnow()):
        throttling.note(session, source, "wrong_code", user_id=user.id, now=utcnow())
        session.commit()
        form.code.errors = [WRONG_CODE]
        return make_response(render_template("people/code.html", form=form), 403)
    if second_factor.recovery_codes_left(session, user.id) < 3:
        flash("Few recovery codes are left. Make new ones on the page of your account.", "warn")
    return signed_in(user, local_address(step["next"]), by=step["by"], second_factor_at=utcnow())


@bp.post("/sign-out")
@requires(Permission.HOME)
def sign_out() -> ResponseReturnValue:
    sessions.revoke(db.session(), g.actor.session_id, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    form_session.clear()
    # The fragment lets that page tell the browser's other pages to go, too.
    response = make_response(redirect(url_for("sign_in.form", _anchor="signed-out")))
    chosen = settings()
    response.delete_cookie(sessions.cookie_name(chosen), secure=chosen.secure_cookies, httponly=True, samesite="Lax")
    # What this browser keeps of pages goes. Its storage stays: answers that could not be sent are in it, sealed under a
    # key that only their author's pages are handed.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.get("/forgotten")
@requires(PUBLIC)
def forgotten() -> ResponseReturnValue:
    if settings().mail is None:
        abort(404)
    return render_template("people/forgotten.html", form=ForgottenForm(), asked=False)


@bp.post("/forgotten")
@limiter.limit("20/minute", key_func=browser)
@requires(PUBLIC)
def ask_for_link() -> ResponseReturnValue:
    """A link by e-mail to whom the account belongs; the answer and the work are the same without one."""
    form = ForgottenForm()
    if settings().mail is None:
        abort(404)
    if not form.validate():
        return make_response(render_template("people/forgotten.html", form=form, asked=False), 422)
    session, email = db.session(), form.email.data or ""
    user = queries.user_by_email(session, email)
    source = source_of(email, user)
    if throttling.may_ask(session, source, now=utcnow()):
        throttling.note(session, source, "asked", user_id=user.id if user else None, now=utcnow())
        accounts.ask_for_link(session, user if user and user.active else None, now=utcnow())
    session.commit()
    return render_template("people/forgotten.html", form=form, asked=True)


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
    try:
        user_id = accounts.use_link(db.session(), token, form.password.data or "", now=utcnow())
    except InvalidInputError as error:
        form.password.errors = [str(error)]
        return make_response(render_template("people/welcome.html", form=form, link=link, token=token), 422)
    user = db.session().get(User, user_id) if user_id is not None else None
    if user is None:
        abort(404)
    flash("Your password is set. Welcome.", "good")
    return entered(user, url_for("desk.home"), by="link")


def signed_in(
    user: User, target: str, *, by: str = "password", second_factor_at: dt.datetime | None = None
) -> ResponseReturnValue:
    """Start a fresh session; the one the browser carried before ends, and the browser is known from now on."""
    chosen, session = settings(), db.session()
    if g.actor is not None:
        sessions.revoke(session, g.actor.session_id, by=g.actor.user_id, now=utcnow())
    token = sessions.start(
        session,
        user.id,
        settings=chosen,
        user_agent=request.user_agent.string,
        now=utcnow(),
        entered_by=by,
        second_factor_at=second_factor_at,
    )
    throttling.note(session, source_of(user.email, user), "entered", user_id=user.id, now=utcnow())
    device = throttling.device_cookie(chosen.secret_key, device_cookie(), user)
    session.commit()
    kept = form_session.get("_flashes")
    form_session.clear()  # a new form token for the new session
    if kept:
        form_session["_flashes"] = kept
    response = make_response(redirect(target))
    keep(response, sessions.cookie_name(chosen), token, chosen.session_absolute)
    keep(response, throttling.cookie_name(chosen), device, throttling.DEVICE_LASTS)
    return response


def keep(response: Response, name: str, value: str, lasts: dt.timedelta) -> None:
    """A cookie for this host alone, out of reach of scripts and other sites."""
    response.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        secure=settings().secure_cookies,
        samesite="Lax",
    )


def local_address(asked: str | None) -> str:
    """Where to go after signing in: a path of this application, never another site."""
    parts = urlsplit(asked or "")
    if (
        asked
        and asked.startswith("/")
        and not asked.startswith(("//", "/\\"))
        and not parts.netloc
        and not parts.scheme
        and asked.isprintable()  # a line's end would end the header that it goes into
    ):
        return asked
    return url_for("desk.home")
