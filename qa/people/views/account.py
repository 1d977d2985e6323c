"""One's own account: password, second factor, signed-in browsers, preferences."""

import datetime as dt

from flask import Blueprint, flash, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qa.config import settings
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.limits import limiter
from qa.people import accounts, pictures, queries, rules, second_factor, sessions, throttling
from qa.people.forms import ChangePasswordForm, CodeForm
from qa.people.proving import proves_again
from qa.people.views.sign_in import signed_in, source_of

bp = Blueprint("account", __name__, url_prefix="/account")


@bp.app_template_filter("browser")
def browser_words(user_agent: str) -> str:
    return rules.browser_of(user_agent)


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
    session = db.session()
    user = sessions.check_credentials(session, g.actor.email, form.current.data or "")
    if user is None:
        form.current.errors = ["That is not your present password."]
        throttling.note(
            session, source_of(g.actor.email, None), "wrong_password", user_id=g.actor.user_id, now=utcnow()
        )
        session.commit()
        return make_response(page(form), 422)
    about = (g.actor.name, g.actor.email)
    try:
        accounts.change_password(session, g.actor.user_id, form.password.data or "", about=about, now=utcnow())
    except InvalidInputError as error:
        form.password.errors = [str(error)]
        return make_response(page(form), 422)
    session.expire_all()
    flash("Your password is changed. Every other browser is signed out.", "good")
    return signed_in(user, url_for("account.show"), second_factor_at=g.signed_in.second_factor_at)


@bp.post("/sessions/<int:session_id>/end")
@requires(Permission.HOME)
def end_session(session_id: int) -> ResponseReturnValue:
    row = queries.session_of(db.session(), g.actor.user_id, session_id)
    sessions.revoke(db.session(), row.id, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("That browser is signed out.", "good")
    return redirect(url_for("account.show"))


@bp.post("/sessions/end-others")
@requires(Permission.HOME)
def end_other_sessions() -> ResponseReturnValue:
    sessions.revoke_all(db.session(), g.actor.user_id, by=g.actor.user_id, now=utcnow(), but=g.actor.session_id)
    db.session.commit()
    flash("Every other browser is signed out.", "good")
    return redirect(url_for("account.show"))


def page(form: ChangePasswordForm) -> str:
    session, now = db.session(), utcnow()
    account = throttling.account_digest(settings().secret_key, g.actor.email)
    return render_template(
        "people/account.html",
        form=form,
        sessions=queries.live_sessions_of(session, g.actor.user_id, idle=settings().session_idle, now=now),
        second_factor_on=second_factor.is_on(session, g.actor.user_id),
        wrong_tries=throttling.wrong_since(session, account, now - dt.timedelta(days=1)),
    )


def ring() -> KeyRing:
    return KeyRing(settings().text_keys)


def is_required() -> bool:
    """Whether the programme asks a second factor of a role of this person."""
    return bool(g.actor.roles & second_factor.roles_of(g.setting.second_factor_roles))


@bp.get("/second-factor")
@requires(Permission.HOME)
def second_factor_page() -> ResponseReturnValue:
    return second_factor_shown(CodeForm())


def second_factor_shown(form: CodeForm) -> str:
    session = db.session()
    factor = second_factor.factor_of(session, g.actor.user_id)
    waits = factor is not None and factor.confirmed_at is None
    address = second_factor.app_address(factor, g.actor.email, ring=ring()) if factor and waits else None
    return render_template(
        "people/second_factor.html",
        form=form,
        app_address=address,
        factor=factor,
        required=is_required(),
        secret=second_factor.secret_of(factor, ring=ring()) if factor and waits else None,
        picture=pictures.qr(address) if address else None,
        codes_left=second_factor.recovery_codes_left(session, g.actor.user_id),
    )


@bp.post("/second-factor/begin")
@requires(Permission.HOME)
@proves_again
def begin_second_factor() -> ResponseReturnValue:
    second_factor.begin(db.session(), g.actor.user_id, ring=ring(), now=utcnow())
    db.session.commit()
    return redirect(url_for("account.second_factor_page"))


@bp.post("/second-factor/confirm")
@limiter.limit("20/minute")
@requires(Permission.HOME)
def confirm_second_factor() -> ResponseReturnValue:
    form = CodeForm()
    if not form.validate():
        return make_response(second_factor_shown(form), 422)
    codes = second_factor.confirm(
        db.session(),
        g.actor.user_id,
        form.code.data or "",
        ring=ring(),
        session_id=g.actor.session_id,
        now=utcnow(),
    )
    if codes is None:
        form.code.errors = ["That is not the present code. Is the time of your telephone right?"]
        return make_response(second_factor_shown(form), 422)
    db.session.commit()
    return render_template("people/recovery_codes.html", codes=codes, first=True)


@bp.post("/second-factor/codes")
@requires(Permission.HOME)
@proves_again
def renew_recovery_codes() -> ResponseReturnValue:
    codes = second_factor.renew_codes(db.session(), g.actor.user_id, now=utcnow())
    db.session.commit()
    return render_template("people/recovery_codes.html", codes=codes, first=False)


@bp.post("/second-factor/off")
@requires(Permission.HOME)
@proves_again
def turn_off_second_factor() -> ResponseReturnValue:
    if is_required():
        raise ConflictError("Your role needs a second factor. To use another telephone, ask your admin to reset it.")
    second_factor.turn_off(db.session(), g.actor.user_id, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash("You sign in with your password alone from now on.", "neutral")
    return redirect(url_for("account.second_factor_page"))
