"""The inbox, how notices come, and the way out of the e-mail."""

import datetime as dt

from flask import Blueprint, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qa.config import settings
from qa.core.access import PUBLIC, Permission, requires
from qa.core.clock import utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError, NotFoundError
from qa.notices import digests, kinds, mailing, queries, service

bp = Blueprint("notices", __name__)
PAGE = 50
SHOWN = ("unread", "read", "all")
TOLD = dt.timedelta(days=30)  # digests that were not sent


@bp.app_template_global("notice_words")
def notice_words(key: str) -> str:
    """A kind of notice as people read it."""
    return kinds.words_of(key)


@bp.get("/notices/")
@requires(Permission.HOME)
def index() -> ResponseReturnValue:
    """One's notices, newest first: unread, read, or all."""
    show = request.args.get("show", "unread")
    show = show if show in SHOWN else "unread"
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    return render_template(
        "notices/index.html",
        inbox=queries.inbox(db.session(), g.actor.user_id, show=show, page=page, size=PAGE, now=utcnow()),
        show=show,
        page=page,
        size=PAGE,
    )


@bp.post("/notices/<int:notice_id>/mark")
@requires(Permission.HOME)
def mark(notice_id: int) -> ResponseReturnValue:
    """Mark one read without opening it, or unread again."""
    session = db.session()
    notice = queries.get_notice_for(session, g.actor, notice_id)
    read = request.form.get("read", "yes") == "yes"
    service.set_read(session, g.actor.user_id, notice.id, read=read, now=utcnow())
    db.session.commit()
    return redirect(url_for("notices.index", show=request.form.get("show"), page=request.form.get("page", type=int)))


@bp.post("/notices/read-all")
@requires(Permission.HOME)
def read_all() -> ResponseReturnValue:
    """Mark read what was on the page; what came since stays unread."""
    up_to = request.form.get("up_to", type=int)
    if up_to is None or not 0 <= up_to < 2**63:
        raise InvalidInputError("Load the page again: the form does not say what it marks.")
    done = service.read_all(db.session(), g.actor.user_id, up_to=up_to, now=utcnow())
    db.session.commit()
    flash(f"{done} {'notice is' if done == 1 else 'notices are'} marked read.", "neutral")
    return redirect(url_for("notices.index"))


@bp.get("/notices/preferences")
@requires(Permission.HOME)
def preferences() -> ResponseReturnValue:
    return preferences_page()


def preferences_page(problem: str | None = None) -> str:
    chosen = g.actor.preferences
    return render_template(
        "notices/preferences.html",
        groups=kinds.kinds_for(g.actor.roles),
        way_of=lambda key: kinds.way_of(key, chosen),
        words=kinds.WAY_WORDS,
        mails=kinds.wants_mail(chosen),
        sends=settings().mail is not None,
        problem=problem,
    )


@bp.post("/notices/preferences")
@requires(Permission.HOME)
def choose() -> ResponseReturnValue:
    """How each kind comes from now on; a kind that may not be off stays on."""
    known = {kind.key for _, group in kinds.kinds_for(g.actor.roles) for kind in group}
    ways = {key: request.form[key] for key in sorted(known) if key in request.form}
    try:
        service.choose(db.session(), g.actor.user_id, ways, digest=request.form.get("digest") == "daily")
    except InvalidInputError as error:
        db.session.rollback()
        return make_response(preferences_page(str(error)), 422)
    db.session.commit()
    flash("Kept, for notices from now on.", "good")
    return redirect(url_for("notices.preferences"))


@bp.get("/notices/not-sent")
@requires(Permission.PEOPLE_MANAGE)
def not_sent() -> ResponseReturnValue:
    """The digests of the last month that did not go out, and why."""
    now = utcnow()
    return render_template(
        "notices/not_sent.html",
        rows=digests.not_sent_since(db.session(), g.actor.programme_id, now - TOLD),
        sends=settings().mail is not None,
    )


@bp.get("/notices/stop/<string:token>")
@requires(PUBLIC)
def stop_form(token: str) -> ResponseReturnValue:
    """The link of an e-mail: asks once, because mail scanners follow links."""
    if mailing.read_stop_token(settings().secret_key, token) is None:
        raise NotFoundError("This link does not belong to any e-mail of ours.")
    return render_template("notices/stop.html", token=token, stopped=False)


@bp.post("/notices/stop/<string:token>")
@requires(PUBLIC)
def stop(token: str) -> ResponseReturnValue:
    """No e-mail any more to whose link it is; the inbox stays as it is."""
    user_id = mailing.read_stop_token(settings().secret_key, token)
    if user_id is None:
        raise NotFoundError("This link does not belong to any e-mail of ours.")
    service.stop_mail(db.session(), user_id)
    db.session.commit()
    return render_template("notices/stop.html", token=token, stopped=True)
