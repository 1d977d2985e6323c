"""Gaps in procedures: raised while scoring, the page that counts them, one with what is done about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from flask import Blueprint, flash, g, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from qa.config import settings
from qa.core import advancing, entering, taking_in
from qa.core.access import Permission, requires
from qa.core.clock import local_day, monday_of, utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.fields import shown_again
from qa.core.import_views import Importing, add_pages
from qa.core.routing import stored_id
from qa.reviews.queries import get_assignment_for
from qa.reviews.scoring_page import texts_of
from qa.rubric_library.queries import rubric_of
from qa.sop_gaps import drawings, effect, fields, passages, queries, rules, service
from qa.tickets.conversations import conversation_of

bp = Blueprint("sop_gaps", __name__)
PAGE = 50


@bp.app_template_global("sop_gap_kinds")
def sop_gap_kinds() -> list[tuple[str, str, str]]:
    """The kinds with their words and what each means, for the dialog of the scoring page."""
    return [(kind, words, rules.KIND_HELP[kind]) for kind, words in rules.KINDS.items()]


def _take_in(session: Session, rows: Sequence[entering.Row], now: dt.datetime) -> taking_in.Outcome:
    return service.take_in(session, g.actor, rows, now=now, today=local_day(now, g.zone))


add_pages(
    bp,
    Importing(
        noun="gaps",
        lead="A gap a line, told apart by its ticket, its criterion and what is wrong.",
        entries=lambda: fields.entries(),
        carry_out=_take_in,
        object_type="sop_gap",
        list_endpoint="sop_gaps.index",
        list_title="SOP gaps",
    ),
    Permission.SOP_GAPS_SETTLE,
    path="/sop-gaps/import",
)


@bp.post("/queue/<int:assignment_id>/sop-gap")
@requires(Permission.SCORE)
def raise_while_scoring(assignment_id: int) -> ResponseReturnValue:
    """Raise a gap about a part in one's own queue; its score is not touched. The answer says what was kept."""
    session = db.session()
    task = get_assignment_for(session, g.actor, assignment_id)
    sent = rules.read_raised(request.form, rubric_of(session, task.assignment.rubric_version_id))
    texts: Mapping[str, str] = {}
    if sent.pins:
        texts = texts_of(
            conversation_of(
                session, KeyRing(settings().text_keys), task.ticket.id, revision_id=sent.conversation_revision_id
            )
        )
    gap = service.raise_gap(session, task, sent, texts=texts, by=g.actor.user_id, now=utcnow())
    kept, where = gap.note, url_for("sop_gaps.show", gap_id=gap.id)
    pinned = len(gap.pins)
    session.commit()
    with_pins = f" with {pinned} pinned {'passage' if pinned == 1 else 'passages'}" if pinned else ""
    said = f"Raised as “{rules.KINDS[sent.kind].lower()}”{with_pins}: “{kept}”"
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(message=said, url=where if g.actor.may(Permission.SOP_GAPS_VIEW) else None)
    flash(said, "good")
    return redirect(url_for("reviews.score", assignment_id=assignment_id))


@bp.get("/sop-gaps/procedures")
@requires(Permission.SCORE)
def procedures() -> ResponseReturnValue:
    """The procedures to choose from, for the dialog of the scoring page."""
    found = queries.procedures_by_key(db.session(), g.actor.programme_id)
    return jsonify(procedures=[{"key": key, "name": each.name} for key, each in found.items()])


def filters() -> queries.Filters:
    """What the address asks for."""
    asked = request.args
    return queries.Filters(
        state=asked.get("state", "waiting") if asked.get("state", "waiting") in queries.STATE_CHOICES else "waiting",
        kind=asked.get("kind", "") if asked.get("kind") in rules.KINDS else "",
        criterion=asked.get("criterion", ""),
        procedure_id=asked.get("procedure", type=stored_id),
    )


@bp.get("/sop-gaps/")
@requires(Permission.SOP_GAPS_VIEW)
def index() -> ResponseReturnValue:
    """What gaps are about, most first, and the gaps themselves."""
    return list_page()


def list_page(*, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> str:
    session, now = db.session(), utcnow()
    chosen = filters()
    number = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    names = queries.names(session, g.actor.programme_id)
    gaps = queries.counted(session, g.actor, chosen)
    known = queries.procedures_by_key(session, g.actor.programme_id)
    settles = g.actor.may(Permission.SOP_GAPS_SETTLE)
    return render_template(
        "sop_gaps/index.html",
        listing=queries.gaps_for(session, g.actor, chosen, page=number, size=PAGE),
        counts={kind: sum(gap.kind == kind for gap in gaps) for kind in rules.KINDS},
        by_criterion=drawings.by_criterion(gaps, names.criteria),
        by_cause=drawings.by_cause(gaps, names.causes),
        by_procedure=drawings.by_procedure(gaps),
        filters=chosen,
        kinds=rules.KINDS,
        kind_help=rules.KIND_HELP,
        states=rules.STATES,
        state_choices=queries.STATE_CHOICES,
        criteria=names.criteria,
        procedures=known,
        page=number,
        entries=fields.entries(names.criteria, [(key, each.name) for key, each in known.items()]) if settles else (),
        people=service.owners(session, g.actor.programme_id, now).values() if settles else (),
        typed=typed or {},
        errors=errors or {},
    )


@bp.post("/sop-gaps/")
@requires(Permission.SOP_GAPS_SETTLE)
@shown_again(list_page)
def create() -> ResponseReturnValue:
    """A gap that a lead found without scoring."""
    session, now = db.session(), utcnow()
    values = entering.read_form(fields.entries(), request.form)
    gap = service.create(session, g.actor, values, now=now, today=local_day(now, g.zone))
    gap_id = gap.id
    session.commit()
    flash("The gap is kept.", "good")
    return redirect(url_for("sop_gaps.show", gap_id=gap_id))


@bp.get("/sop-gaps/<int:gap_id>")
@requires(Permission.SOP_GAPS_VIEW)
def show(gap_id: int) -> ResponseReturnValue:
    return gap_page(gap_id)


def gap_page(gap_id: int, *, typed: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None) -> str:
    """A gap's page; ``typed`` and ``errors`` are what was sent and what is wrong with it."""
    session, now = db.session(), utcnow()
    view = queries.get_gap_for(session, g.actor, gap_id)
    gap, today = view.gap, local_day(now, g.zone)
    names = queries.names(session, g.actor.programme_id)
    known = queries.procedures_by_key(session, g.actor.programme_id)
    reads = passages.may_read(session, g.actor, view)
    handles = g.actor.may(Permission.SOP_GAPS_SETTLE)
    own = gap.raised_by_id == g.actor.user_id
    values = service.values_of(
        gap, view.procedure.key if view.procedure else None, view.owner.email if view.owner else None
    )
    return render_template(
        "sop_gaps/show.html",
        view=view,
        gap=gap,
        kinds=rules.KINDS,
        states=rules.STATES,
        criterion=names.criteria.get(gap.criterion_key, gap.criterion_key),
        causes=[names.causes.get(key, key) for key in gap.root_causes],
        passages=passages.passages_of(session, g.actor, view) if reads and view.cleared else [],
        may_read=reads and view.cleared,
        raiser="you" if own else view.raiser.name if g.actor.may(Permission.REVIEWER_NAME) else view.raiser.pseudonym,
        effect=effect.effect_of(
            session, g.actor, gap.criterion_key, gap.fixed_on, last=monday_of(today) - dt.timedelta(weeks=1)
        )
        if gap.fixed_on is not None and not only_own()
        else None,
        handles=handles,
        alike=len(queries.alike(session, g.actor, gap)) if handles else 0,
        entries=fields.handling([(key, each.name) for key, each in known.items()]) if handles else (),
        people=service.owners(session, g.actor.programme_id, now).values() if handles else (),
        typed=typed or {name: taking_in.written(value) for name, value in values.items()},
        errors=errors or {},
    )


def only_own() -> bool:
    """Whether this person sees gaps they raised and no figure of others'."""
    return not g.actor.may(Permission.SOP_GAPS_SETTLE) and not g.actor.may(Permission.LAUNCHES_VIEW)


@bp.post("/sop-gaps/<int:gap_id>")
@requires(Permission.SOP_GAPS_SETTLE)
@shown_again(gap_page)
def handle(gap_id: int) -> ResponseReturnValue:
    """What is done about it; and, where it is ticked, about the others that are alike."""
    session, now = db.session(), utcnow()
    view = queries.get_gap_for(session, g.actor, gap_id)
    version = advancing.seen_version()
    others = queries.alike(session, g.actor, view.gap) if request.form.get("alike") == "yes" else ()
    service.handle(
        session,
        view,
        entering.read_form(fields.handling(), request.form),
        version=version,
        others=others,
        by=g.actor.user_id,
        now=now,
        today=local_day(now, g.zone),
    )
    session.commit()
    flash(f"Saved for {len(others) + 1} gaps." if others else "Saved.", "good")
    return redirect(url_for("sop_gaps.show", gap_id=gap_id))
