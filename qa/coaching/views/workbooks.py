"""The coaching workbook goes out, and comes back with what people wrote into it."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

import exports.coaching_workbook as book
import exports.scorecard_workbook as scorecard_book
from qa.coaching import merging, packing, queries, scorecards, service, taking_in, workbook
from qa.coaching.models import CoachingPlan
from qa.coaching.views.blueprint import Seen, bp, seen, today
from qa.config import settings
from qa.core import audit
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db, only_reading
from qa.core.errors import ConflictError, InvalidInputError, NotFoundError
from qa.people.models import User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST = 3_000_000  # bytes; a plan's workbook has some fifty thousand


Made = tuple[bytes, Mapping[str, object]]  # the file, and what the trail keeps of it


@bp.post("/specialists/<int:user_id>/workbook")
@requires(Permission.COACHING_VIEW)
def export(user_id: int) -> ResponseReturnValue:
    """The coaching workbook as a file; that it was made goes to the audit trail."""

    def make(now: dt.datetime) -> Made:
        shown = seen(user_id)
        data = scorecards.coaching_of(
            db.session(),
            shown.coached,
            shown.evidence,
            shown.standing,
            weeks=shown.weeks,
            today=today(),
            reader=g.actor,
            made_by=g.actor.name,
            ring=KeyRing(settings().text_keys),
            zone=g.zone,
            now=now,
        )
        content = book.build(data)
        return content, workbook.told(data, content)

    return _sent("coaching", "person", user_id, make)


@bp.post("/specialists/<int:user_id>/scorecard")
@requires(Permission.COACHING_VIEW)
def scorecard(user_id: int) -> ResponseReturnValue:
    """The page's figures as a workbook to read: no comment and no passage of a conversation is in it."""

    def make(now: dt.datetime) -> Made:
        shown = seen(user_id)
        data = scorecards.scorecard_of(
            db.session(),
            shown.coached,
            shown.evidence,
            shown.standing,
            weeks=shown.weeks,
            lead=scorecards.lead_name(db.session(), shown.coached.team_today, today()),
            reader=g.actor,
            made_by=g.actor.name,
            zone=g.zone,
            now=now,
        )
        return scorecard_book.build(data), {"reviews": len(data.reviews)}

    return _sent("scorecard", "person", user_id, make)


@bp.post("/teams/<int:team_id>/workbook")
@requires(Permission.COACHING_VIEW)
def team_workbook(team_id: int) -> ResponseReturnValue:
    """All specialists of a team, a sheet each."""

    def make(now: dt.datetime) -> Made:
        team = scorecards.get_team_for(db.session(), g.actor, team_id)
        data = scorecards.team_of(
            db.session(), g.actor, team, made_by=g.actor.name, zone=g.zone, today=today(), now=now
        )
        return scorecard_book.build_team(data), {"specialists": len(data.cards)}

    return _sent("team", "team", team_id, make)


@bp.post("/teams/<int:team_id>/plans")
@requires(Permission.COACHING_VIEW)
def team_plans(team_id: int) -> ResponseReturnValue:
    """The coaching workbooks of all specialists of a team, packed; each is in the trail, so each can be handed back."""
    session, now, target = db.session(), utcnow(), io.BytesIO()
    with only_reading(session):
        team = scorecards.get_team_for(session, g.actor, team_id)
        packed = packing.pack_plans(
            session,
            g.actor,
            team,
            target,
            ring=KeyRing(settings().text_keys),
            zone=g.zone,
            today=today(),
            now=now,
        )
    for each in packed:
        _record("coaching", "person", each.person_id, each.detail, now)
    session.commit()
    return _as_file(target.getvalue(), f"coaching-team-{team_id}-{now:%Y-%m-%d}.zip", "application/zip")


def _sent(kind: str, object_type: str, object_id: int, make: Callable[[dt.datetime], Made]) -> Response:
    """A workbook made while nobody waits to write, then recorded, then sent."""
    session, now = db.session(), utcnow()
    with only_reading(session):
        content, detail = make(now)
    _record(kind, object_type, object_id, detail, now)
    session.commit()
    return _as_file(content, f"{kind}-{object_id}-{now:%Y-%m-%d}.xlsx", XLSX)


def _record(kind: str, object_type: str, object_id: int, detail: Mapping[str, object], now: dt.datetime) -> None:
    audit.record(
        db.session(),
        action=f"export.{kind}",
        object_type=object_type,
        object_id=object_id,
        actor_id=g.actor.user_id,
        now=now,
        detail=dict(detail),
    )


def _as_file(content: bytes, name: str, mimetype: str) -> Response:
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": f"attachment; filename={name}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A workbook that came back, beside the plan as it is now."""

    handed: book.HandedBack
    plan: CoachingPlan | None
    merge: merging.Merge
    owners: dict[str, int]


@bp.post("/specialists/<int:user_id>/workbook/preview")
@requires(Permission.COACHING_EDIT)
def hand_back(user_id: int) -> ResponseReturnValue:
    """What the workbook would change; nothing is written yet."""
    with only_reading(db.session()):
        shown = edited(user_id)
        content = uploaded()
        found = compared(shown, known(shown, content))
        return render_template(
            "coaching/handed_back.html",
            coached=shown.coached,
            handed=found.handed,
            merge=found.merge,
            plan=found.plan,
            content=base64.b64encode(content).decode(),
        )


@bp.post("/specialists/<int:user_id>/workbook/merge")
@requires(Permission.COACHING_EDIT)
def take_in(user_id: int) -> ResponseReturnValue:
    """Make the changes that were shown; of each conflict, the side that was chosen."""
    request.max_form_memory_size = 2 * LARGEST
    session, now = db.session(), utcnow()
    with only_reading(session):
        shown = edited(user_id)
        handed = known(shown, sent_again())
    found = compared(shown, handed)
    gaps = {gap.criterion.key: gap for gap in shown.standing.gaps}
    plan = found.plan
    if request.form.get("version", "") != (str(plan.lock_version) if plan else ""):
        raise ConflictError("The plan was changed since you looked. Load the workbook again and look at what is new.")
    if plan is None:
        wanted = {change.criterion_key for change in found.merge.changes if change.criterion_key in gaps}
        plan = service.draw_up(
            session,
            user_id,
            [gaps[key] for key in gaps if key in wanted],
            title=f"Plan of {today().day} {today():%B %Y}",
            by=g.actor.user_id,
            today=today(),
            now=now,
        )
    theirs = {
        (change.row_id, each.field)
        for change in found.merge.changes
        for each in change.conflicts
        if request.form.get(f"{change.row_id}/{each.field}") == "theirs"
    }
    count = taking_in.take_in(
        session,
        plan,
        found.merge.changes,
        document_id=found.handed.document_id,
        theirs=theirs,
        gaps=gaps,
        owners=found.owners,
        version=plan.lock_version,
        by=g.actor.user_id,
        now=now,
    )
    db.session.commit()
    flash(f"The workbook is taken in: {count} {'row' if count == 1 else 'rows'} changed the plan.", "good")
    return redirect(url_for("coaching.show", plan_id=plan.id))


def uploaded() -> bytes:
    """The file of the form, no more of it than a workbook can have."""
    upload = request.files.get("file")
    if not isinstance(upload, FileStorage) or not upload.filename:
        raise InvalidInputError("Choose the workbook that came back.", {"file": "no file chosen"})
    with upload.stream as stream:
        return stream.read(LARGEST + 1)


def sent_again() -> bytes:
    """The file that the preview showed, as its form sends it along."""
    try:
        return base64.b64decode(request.form.get("content", ""), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInputError("The form is not whole. Load the workbook again.") from None


def edited(user_id: int) -> Seen:
    """A specialist whose plan this person may change."""
    shown = seen(user_id, released=True)
    if not queries.may_edit(g.actor, shown.coached):
        raise NotFoundError("Plans of this specialist are not yours to change.")
    return shown


def known(shown: Seen, content: bytes) -> book.HandedBack:
    """What the file holds; InvalidInputError says what it is not."""
    session, user = db.session(), shown.coached.user
    try:
        handed = book.read_back(content)
    except book.HandedBackError as error:
        raise InvalidInputError("The workbook was not taken in. " + str(error), {"file": str(error)}) from error
    if handed.specialist_key != str(user.id):
        raise InvalidInputError(f"This workbook is about somebody else than {user.name}.", {"file": "another person"})
    if not taking_in.was_exported(
        session, user.id, document_id=handed.document_id, record=handed.record_digest, at=handed.made_at
    ):
        raise InvalidInputError(
            "The trail does not know this workbook as it stands: its hidden sheet “Record” was changed, or it was made "
            "elsewhere. Export it again and copy the entries over.",
            {"file": "not exported here"},
        )
    return handed


def compared(shown: Seen, handed: book.HandedBack) -> Compared:
    """The file beside the plan as it is now."""
    session, user = db.session(), shown.coached.user
    lead = queries.lead_of(session, shown.coached.team.id, today()) if shown.coached.team else None
    plan = next((each for each in queries.plans_of(session, user.id) if each.state == "active"), None)
    owners = owners_of(user, lead, plan)
    return Compared(
        handed=handed,
        plan=plan,
        merge=merging.compare(handed, plan_of(shown, plan, lead, owners), today=today()),
        owners=owners,
    )


def owners_of(user: User, lead: User | None, plan: CoachingPlan | None) -> dict[str, int]:
    """Who may own an action, by the label that the workbook shows."""
    owner = lead.id if lead else plan.lead_id if plan else g.actor.user_id
    return {user.name: user.id, workbook.lead_label(lead.name if lead else workbook.NO_LEAD): owner}


def plan_of(shown: Seen, plan: CoachingPlan | None, lead: User | None, owners: dict[str, int]) -> merging.Plan:
    """The plan as the comparison needs it."""
    session = db.session()
    name = lead.name if lead else workbook.NO_LEAD
    return merging.Plan(
        actions=[
            merging.KnownAction(
                id=row.action.id,
                origin=row.action.origin,
                action=row.action.text,
                owner=workbook.owner_label(row.action, shown.coached, name),
                due=row.action.due_on.isoformat(),
                status=row.action.state,
                notes=row.action.notes,
            )
            for row in (queries.actions_of(session, plan.id) if plan else ())
        ],
        goals={
            goal.criterion_key: merging.KnownGoal(target=goal.target, due_on=goal.due_on)
            for goal in (queries.goals_of(session, plan.id) if plan else ())
        },
        owners=owners,
        criteria={criterion.key: criterion.name for criterion in shown.evidence.criteria},
    )
