"""The admin's pages: the directory, one person, a roster file with its preview, invitations."""

import csv
import hashlib
import io
from typing import TYPE_CHECKING

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from qa.config import settings
from qa.core.access import ROLE_WORDS, Permission, Role, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import ConflictError, InvalidInputError
from qa.core.routing import stored_id
from qa.people import accounts, directory, queries, second_factor, service, sessions
from qa.people import roster as roster_file
from qa.people.proving import proves_again

if TYPE_CHECKING:
    from qa.people.service import Change

bp = Blueprint("people", __name__, url_prefix="/people")
LARGEST_ROSTER = 5_000_000  # bytes; some 40,000 people


@bp.get("/")
@requires(Permission.PEOPLE_MANAGE)
def index() -> ResponseReturnValue:
    now = utcnow()
    role = request.args.get("role", "")
    filters = directory.Filters(
        text=request.args.get("q", "")[:100],
        role=Role(role) if role in set(Role) else None,
        team_id=request.args.get("team", type=stored_id),
        state=request.args.get("state", "active"),
    )
    session = db.session()
    page = directory.directory(
        session,
        g.actor,
        filters,
        page=min(request.args.get("page", 1, type=int), 10_000),
        today=local_day(now, g.zone),
        now=now,
    )
    return render_template(
        "people/index.html",
        page=page,
        filters=filters,
        first=(page.number - 1) * directory.PAGE_SIZE + 1,
        last=(page.number - 1) * directory.PAGE_SIZE + len(page.rows),
        role_options=[(role.value, ROLE_WORDS[role]) for role in Role],
        team_options=[(team.id, team.name) for team in queries.teams(session, g.actor.programme_id)],
        unmatched=directory.unmatched_agents(session, g.actor.programme_id),
        uninvited=len(directory.uninvited(session, g.actor.programme_id, now=now)),
    )


@bp.get("/<int:user_id>")
@requires(Permission.PEOPLE_MANAGE)
def show(user_id: int) -> ResponseReturnValue:
    session = db.session()
    person = directory.get_person_for(session, g.actor, user_id)
    return render_template(
        "people/show.html",
        facts=directory.person_facts(session, person),
        sessions=queries.live_sessions_of(session, person.id, idle=settings().session_idle, now=utcnow()),
        second_factor_on=second_factor.is_on(session, person.id),
    )


@bp.post("/<int:user_id>/account")
@requires(Permission.PEOPLE_MANAGE)
@proves_again
def set_account(user_id: int) -> ResponseReturnValue:
    person = directory.get_person_for(db.session(), g.actor, user_id)
    active = request.form.get("active") == "yes"
    service.set_active(db.session(), person, active, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash(f"The account of {person.name} is {'open again' if active else 'closed; every session has ended'}.", "good")
    return redirect(url_for("people.show", user_id=user_id))


@bp.post("/<int:user_id>/sessions/<int:session_id>/end")
@requires(Permission.PEOPLE_MANAGE)
def end_session(user_id: int, session_id: int) -> ResponseReturnValue:
    person = directory.get_person_for(db.session(), g.actor, user_id)
    row = queries.session_of(db.session(), person.id, session_id)
    sessions.revoke(db.session(), row.id, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash(f"That browser of {person.name} is signed out.", "good")
    return redirect(url_for("people.show", user_id=user_id))


@bp.post("/<int:user_id>/sessions/end")
@requires(Permission.PEOPLE_MANAGE)
def end_sessions(user_id: int) -> ResponseReturnValue:
    person = directory.get_person_for(db.session(), g.actor, user_id)
    sessions.revoke_all(db.session(), person.id, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash(f"{person.name} is signed out everywhere.", "good")
    return redirect(url_for("people.show", user_id=user_id))


@bp.post("/<int:user_id>/second-factor/reset")
@requires(Permission.PEOPLE_MANAGE)
@proves_again
def reset_second_factor(user_id: int) -> ResponseReturnValue:
    """For who lost the telephone and the recovery codes. One's own is turned off on the page of one's account."""
    person = directory.get_person_for(db.session(), g.actor, user_id)
    if person.id == g.actor.user_id:
        raise ConflictError("Your own second factor is turned off on the page of your account, or by another admin.")
    second_factor.turn_off(db.session(), person.id, by=g.actor.user_id, now=utcnow())
    db.session.commit()
    flash(f"{person.name} signs in with the password alone, and may set up another app.", "good")
    return redirect(url_for("people.show", user_id=user_id))


@bp.post("/<int:user_id>/invite")
@requires(Permission.PEOPLE_MANAGE)
@proves_again
def invite(user_id: int) -> ResponseReturnValue:
    person = directory.get_person_for(db.session(), g.actor, user_id)
    return invited([person.id])


@bp.post("/invite-all")
@requires(Permission.PEOPLE_MANAGE)
@proves_again
def invite_all() -> ResponseReturnValue:
    people = directory.uninvited(db.session(), g.actor.programme_id, now=utcnow())
    return invited([person.id for person in people])


def invited(user_ids: list[int]) -> ResponseReturnValue:
    """One-time links for these people, shown this once: only their digests are kept."""
    session = db.session()
    links = []
    for user_id in user_ids:
        person = directory.get_person_for(session, g.actor, user_id)
        purpose = "reset" if person.password_hash else "invite"
        token = accounts.issue_link(session, user_id, purpose=purpose, by=g.actor.user_id, now=utcnow())
        links.append((person.name, person.email, url_for("sign_in.welcome", token=token, _external=True)))
    db.session.commit()
    return render_template("people/invited.html", links=links)


@bp.get("/import")
@requires(Permission.PEOPLE_MANAGE)
def import_form() -> ResponseReturnValue:
    return render_template("people/import.html", columns=roster_file.COLUMNS)


@bp.get("/roster-example.csv")
@requires(Permission.PEOPLE_MANAGE)
def example() -> ResponseReturnValue:
    """A small roster that shows every column."""
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow(roster_file.COLUMNS)
    rows.writerows(
        line.split(",")
        for line in (
            "Mira Haddad,mira@example.com,specialist,Payouts,lea@example.com,2026-03-02,en; ar,payouts,1,,"
            "2026-07-06..2026-07-17,,",
            "Rob Ito,rob@example.com,reviewer,,,,en; ja,,3,eu; us,,40,2026-09-01",
        )
    )
    return Response(
        "\ufeff" + text.getvalue(),
        mimetype="text/csv",
        headers={"Content-Disposition": "attachment; filename=roster-example.csv"},
    )


@bp.post("/import")
@requires(Permission.PEOPLE_MANAGE)
def preview() -> ResponseReturnValue:
    """What the file would change; nothing is written yet."""
    request.max_form_memory_size = LARGEST_ROSTER
    upload = request.files.get("file")
    if not isinstance(upload, FileStorage) or not upload.filename:
        raise InvalidInputError("Choose a CSV file with a header row.", {"file": "no file chosen"})
    with upload.stream as stream:
        content = stream.read(LARGEST_ROSTER + 1)
    if len(content) > LARGEST_ROSTER:
        raise InvalidInputError("The file is larger than 5 MB; split it.", {"file": "too large"})
    return preview_page(content)


@bp.post("/import/apply")
@requires(Permission.PEOPLE_MANAGE)
@proves_again
def apply() -> ResponseReturnValue:
    request.max_form_memory_size = LARGEST_ROSTER
    content = request.form.get("content", "").replace("\r\n", "\n").encode()
    roster = roster_file.read_roster(content)
    changes = changes_of(roster)
    if digest_of(changes) != request.form.get("digest"):
        db.session.rollback()
        raise ConflictError("People changed since the preview. Load the file again and look at the new preview.")
    db.session.commit()
    flash(f"{len(changes)} changes made from {len(roster.rows)} rows.", "good")
    return redirect(url_for("people.index"))


def preview_page(content: bytes) -> ResponseReturnValue:
    roster = roster_file.read_roster(content)
    changes = changes_of(roster)
    db.session.rollback()
    text = content.decode("utf-8-sig", errors="replace")
    return make_response(
        render_template("people/preview.html", roster=roster, changes=changes, content=text, digest=digest_of(changes))
    )


def changes_of(roster: "roster_file.Roster") -> "list[Change]":
    """Carry the roster out in the open transaction; the caller commits or rolls back."""
    now = utcnow()
    return service.import_roster(
        db.session(),
        g.actor.programme_id,
        roster.rows,
        by=g.actor.user_id,
        today=local_day(now, g.zone),
        now=now,
    )


def digest_of(changes: "list[Change]") -> str:
    return hashlib.sha256(repr(changes).encode()).hexdigest()
