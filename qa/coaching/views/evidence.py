"""The evidence behind a criterion, drafting a plan from it, praise, and records of trainings."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

import exports.coaching_workbook as book
from qa.coaching import aims, evidence, figures, praising, queries
from qa.coaching.examples import queries as example_queries
from qa.coaching.library import queries as library_queries
from qa.coaching.library import service as library
from qa.coaching.models import PLAN_KINDS
from qa.coaching.views import typed
from qa.coaching.views.blueprint import WEEKS, Seen, bp, seen, today
from qa.coaching.wait_lists.queries import turn_of
from qa.config import settings
from qa.core.access import Permission, requires
from qa.core.clock import utcnow
from qa.core.crypto import KeyRing
from qa.core.db import db
from qa.core.errors import NotFoundError
from qa.people.queries import setting_at


def spoken(shown: Seen, key: str) -> evidence.CriterionEvidence:
    return evidence.criterion_evidence(
        db.session(),
        g.actor,
        shown.coached.user.id,
        shown.evidence,
        key,
        since=shown.weeks[0],
        ring=KeyRing(settings().text_keys),
        now=utcnow(),
    )


def edited(user_id: int) -> Seen:
    """A specialist whose plan this person may draw up."""
    shown = seen(user_id, released=True)
    if not queries.may_edit(g.actor, shown.coached):
        raise NotFoundError("Plans of this specialist are not yours to draw up.")
    return shown


@bp.get("/specialists/<int:user_id>/criteria/<string:key>")
@requires(Permission.COACHING_VIEW)
def criterion(user_id: int, key: str) -> ResponseReturnValue:
    """One weak criterion: where it stands, why, the reviews with the very messages, and how it is done well."""
    shown = seen(user_id)
    gap = next((gap for gap in shown.standing.gaps if gap.criterion.key == key), None)
    session = db.session()
    if gap is None:  # a goal of an older plan; or nobody was asked in these weeks
        name = library_queries.criteria_in_force(session, g.actor.programme_id, utcnow()).get(key)
        if name is None:
            raise NotFoundError("There is no such criterion.")
        gap = figures.no_gap(figures.Criterion(key=key, name=name, family=""))
    found = spoken(shown, key)
    ring = KeyRing(settings().text_keys)
    return render_template(
        "coaching/criterion.html",
        coached=shown.coached,
        gap=gap,
        aim=aims.to_target(gap, queries.targets_of(session, user_id).get(key)),
        evidence=found,
        excerpts=example_queries.shared_by_others(session, ring, g.actor.programme_id, [key], but=user_id).get(key, []),
        asked=example_queries.asked_of_review(session, [each.line.review_id for each in found.good]),
        templates=library_queries.adopted(session, g.actor.programme_id, [key]),
        target=setting_at(session, g.actor.programme_id, utcnow()).quality_target,
        edits=queries.may_edit(g.actor, shown.coached),
        weeks=WEEKS,
    )


@bp.get("/specialists/<int:user_id>/plans/new")
@requires(Permission.COACHING_EDIT)
def new_plan(user_id: int) -> ResponseReturnValue:
    """A plan drafted from the evidence: every criterion, the focus areas chosen, for the lead to edit."""
    shown = edited(user_id)
    session = db.session()
    keys = [gap.criterion.key for gap in shown.standing.gaps]
    templates = library_queries.adopted(session, g.actor.programme_id, keys)
    drafts = {}
    for area in shown.focus.chosen:
        focus = [each.text for each in templates if each.criterion_key == area.key and each.kind == "focus"]
        drafts[area.key] = evidence.drafted(spoken(shown, area.key), area.name, focus)
    for each in templates:
        if each.kind == "focus":
            drafts.setdefault(each.criterion_key, each.text)
    chosen = [area.key for area in shown.focus.chosen]
    gaps = sorted(shown.standing.gaps, key=lambda gap: (gap.criterion.key not in chosen, keys.index(gap.criterion.key)))
    return render_template(
        "coaching/new_plan.html",
        coached=shown.coached,
        gaps=gaps,
        chosen=set(chosen),
        drafts=drafts,
        kinds=list(PLAN_KINDS.items()),
        title=f"Plan of {today().day} {today():%B %Y}",
        rule=book.FOCUS_RULE,
        waits=turn_of(session, user_id, today=today()),
    )


@bp.post("/specialists/<int:user_id>/praise")
@requires(Permission.COACHING_EDIT)
def praise(user_id: int) -> ResponseReturnValue:
    coached = queries.get_specialist_for(db.session(), g.actor, user_id, today=today())
    if not queries.may_edit(g.actor, coached):
        raise NotFoundError("This specialist is not yours to coach.")
    praising.give(
        db.session(),
        user_id,
        typed.words("text"),
        review_id=typed.whole("review", "The review", optional=True),
        criterion_key=typed.words("criterion"),
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    flash(f"{coached.user.name} is told.", "good")
    return redirect(url_for("coaching.specialist", user_id=user_id, _anchor="praise"))


@bp.post("/specialists/<int:user_id>/trainings")
@requires(Permission.COACHING_EDIT)
def record_training(user_id: int) -> ResponseReturnValue:
    """A training that was taken without having been an action."""
    session = db.session()
    coached = queries.get_specialist_for(session, g.actor, user_id, today=today())
    if not queries.may_edit(g.actor, coached):
        raise NotFoundError("This specialist is not yours to coach.")
    training = library_queries.get_training_for(session, g.actor, typed.whole("training", "The training"))
    library.record_training(
        session,
        training,
        user_id,
        done_on=typed.day("done_on", "When it was taken"),
        result=typed.words("result"),
        note=typed.words("note"),
        by=g.actor.user_id,
        today=today(),
        now=utcnow(),
    )
    db.session.commit()
    flash("The training is on record.", "good")
    return redirect(url_for("coaching.specialist", user_id=user_id, _anchor="trainings"))
