"""Signing in with the organisation's provider: away to it, back with a code, and in."""

import datetime as dt
import hmac

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask import session as form_session
from flask.typing import ResponseReturnValue

from qa.config import ProviderSettings, settings
from qa.core.access import PUBLIC, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.limits import limiter
from qa.people import provider as protocol
from qa.people.views.sign_in import browser, entered, local_address, signed_in

bp = Blueprint("provider", __name__, url_prefix="/sign-in/provider")
AWAY, CLAIMED = "away", "claimed"  # what the form cookie remembers
LASTS = dt.timedelta(minutes=10)


def configured() -> ProviderSettings:
    found = settings().provider
    if found is None:
        abort(404)
    return found


@bp.get("/")
@limiter.limit("60/minute", key_func=browser)
@requires(PUBLIC)
def leave() -> ResponseReturnValue:
    """Off to the provider; what has to come back is remembered in this browser."""
    asked = protocol.begin(configured(), again=request.args.get("again") == "yes")
    form_session[AWAY] = {
        "state": asked.state,
        "nonce": asked.nonce,
        "verifier": asked.verifier,
        "until": (utcnow() + LASTS).timestamp(),
        "next": local_address(request.args.get("next")),
    }
    return redirect(asked.address)


@bp.get("/back")
@limiter.limit("60/minute", key_func=browser)
@requires(PUBLIC)
def back() -> ResponseReturnValue:
    """Ask the provider who came back. Signing in writes, and a GET does not: the page sends itself on."""
    provider, away = configured(), form_session.pop(AWAY, None)
    if not away or utcnow().timestamp() > away["until"]:
        return start_again("The sign-in took too long, or began in another browser.")
    if not hmac.compare_digest(request.args.get("state", "").encode(), away["state"].encode()):
        return start_again("The answer does not belong to this browser's sign-in.")
    if "error" in request.args or not request.args.get("code"):
        return start_again("The provider did not sign you in.")
    claimed = protocol.finish(
        provider, code=request.args["code"], nonce=away["nonce"], verifier=away["verifier"], now=utcnow()
    )
    user = protocol.person_of(db.session(), claimed)
    form_session[CLAIMED] = {
        "subject": claimed.subject,
        "email": claimed.email,
        "second_factor": claimed.second_factor,
        "until": (utcnow() + LASTS).timestamp(),
        "next": away["next"],
    }
    return render_template("people/provider_back.html", name=user.name, provider=provider.name)


@bp.post("/enter")
@limiter.limit("60/minute", key_func=browser)
@requires(PUBLIC)
def enter() -> ResponseReturnValue:
    provider, kept = configured(), form_session.pop(CLAIMED, None)
    if not kept or utcnow().timestamp() > kept["until"]:
        return start_again("The sign-in took too long.")
    claimed = protocol.Claimed(
        issuer=provider.issuer, subject=kept["subject"], email=kept["email"], second_factor=kept["second_factor"]
    )
    session = db.session()
    user = protocol.person_of(session, claimed)
    protocol.match(session, claimed, user, now=utcnow())
    if claimed.second_factor:
        return signed_in(user, kept["next"], by="provider", second_factor_at=utcnow())
    return entered(user, kept["next"], by="provider")


def start_again(why: str) -> ResponseReturnValue:
    flash(f"{why} Sign in again.", "neutral")
    return redirect(url_for("sign_in.form"))
