"""Certification: everybody at a glance, one person's way with practice and shadowed reviews, and each step of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

import rubrics
from calibration.results import Agreement
from qa.calibration_sessions.certification import queries, rules, service
from qa.calibration_sessions.certification.models import Certification
from qa.core import advancing, chance
from qa.core.access import Permission, Scope, requires
from qa.core.clock import local_day, utcnow
from qa.core.db import db
from qa.core.errors import InvalidInputError
from qa.core.routing import stored_id
from qa.people.models import User
from qa.rubric_library.models import RubricFamily, RubricVersion
from qa.rubric_library.queries import names_of, rubric_of, rule_book
from qa.tickets.queries import may_open

bp = Blueprint("certification", __name__, url_prefix="/calibration/certification")


@bp.get("/")
@requires(Permission.CERTIFICATION_VIEW)
def index() -> ResponseReturnValue:
    """Everybody to whoever settles certifications; a reviewer comes to the own page."""
    session = db.session()
    if not g.actor.may(Permission.CERTIFICATION_VIEW, Scope.ALL):
        return redirect(url_for("certification.show", user_id=g.actor.user_id))
    now = utcnow()
    return render_template(
        "certification/index.html",
        rows=queries.overview(session, g.actor.programme_id, local_day(now, g.zone)),
        families=queries.families_in_force(session, rule_book(session, g.actor.programme_id), now),
        waiting=queries.waiting_for(session, g.actor),
        setting=g.setting,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FamilyWay:
    """One rubric on a person's page: the newest certification with what belongs to it, and former ones."""

    family: RubricFamily
    version: RubricVersion
    row: Certification | None
    former: list[Certification]
    practice: list[queries.Practised]
    found: Agreement | None
    passed: bool
    compared: dict[int, list[tuple[str, str, str, bool]]]  # by practice part: criterion, given, gold, alike
    shadowed: list[queries.Shadowed]

    @property
    def living(self) -> bool:
        return self.row is not None and self.row.state in queries.LIVING


@bp.get("/people/<int:user_id>")
@requires(Permission.CERTIFICATION_VIEW)
def show(user_id: int) -> ResponseReturnValue:
    session = db.session()
    person = queries.get_person_for(session, g.actor, user_id)
    now = utcnow()
    families = queries.families_in_force(session, rule_book(session, g.actor.programme_id), now)
    rows = queries.of_person(session, user_id)
    ways = [way_of(family, version, rows.get(family.id, [])) for family, version in families]
    people = {name_id for way in ways if way.row for name_id in (way.row.begun_by_id, way.row.certified_by_id)}
    return render_template(
        "certification/show.html",
        person=person,
        ways=ways,
        names=names_of(session, people),
        settles=g.actor.may(Permission.CERTIFICATION_SETTLE) and user_id != g.actor.user_id,
        own=user_id == g.actor.user_id,
        waiting=queries.waiting_for(session, g.actor) if user_id == g.actor.user_id else [],
        setting=g.setting,
    )


def way_of(family: RubricFamily, version: RubricVersion, rows: list[Certification]) -> FamilyWay:
    """What one rubric's panel shows."""
    session = db.session()
    row = rows[0] if rows else None
    practice = queries.practice_of(session, row) if row else []
    shadowed = queries.shadowed_of(session, row.id) if row else []
    done = [each for each in practice if each.done]
    rubric = rubric_of(session, done[0].assignment.rubric_version_id) if done else None
    found = rules.agreement(rubric, [(each.given, each.gold) for each in done]) if rubric else None
    return FamilyWay(
        family=family,
        version=version,
        row=row,
        former=rows[1:],
        practice=[each for each in practice if may_open(g.actor, each.ticket)],
        found=found,
        passed=row is not None and found is not None and rules.clears(found, row.mark),
        compared={each.part.id: compared(rubric, each) for each in done if rubric},
        shadowed=[each for each in shadowed if may_open(g.actor, each.ticket)],
    )


def compared(rubric: rubrics.RubricVersion, each: queries.Practised) -> list[tuple[str, str, str, bool]]:
    """Criterion by criterion what was given and what is gold."""
    found = []
    for criterion in rubric.criteria:
        given, gold = each.given.get(criterion.key), each.gold.get(criterion.key)
        if given is not None or gold is not None:
            found.append((criterion.name, worded(criterion, given), worded(criterion, gold), given == gold))
    return found


def worded(criterion: rubrics.Criterion, chosen: rules.Chosen | None) -> str:
    if chosen is None:
        return "–"
    level, percentage, not_applicable = chosen
    if not_applicable:
        return "N/A"
    return f"{percentage} %" if percentage is not None else criterion.scale.level(level or "").name


@bp.post("/people/<int:user_id>/begin")
@requires(Permission.CERTIFICATION_SETTLE)
def begin(user_id: int) -> ResponseReturnValue:
    person, family_id = asked_about(user_id)
    service.begin(db.session(), g.setting, person.id, family_id, rng=chance.fresh(), by=g.actor.user_id, now=utcnow())
    return done(person.id, f"Practice is given: {g.setting.certification_practice} golden tickets wait in the queue.")


@bp.post("/people/<int:user_id>/on-record")
@requires(Permission.CERTIFICATION_SETTLE)
def on_record(user_id: int) -> ResponseReturnValue:
    person, family_id = asked_about(user_id)
    service.certify_on_record(
        db.session(),
        g.setting,
        person.id,
        family_id,
        reason=request.form.get("reason", ""),
        by=g.actor.user_id,
        now=utcnow(),
    )
    return done(person.id, "Certified; the reason is on record.")


def asked_about(user_id: int) -> tuple[User, int]:
    """Whom and which rubric a button is about."""
    person = queries.get_person_for(db.session(), g.actor, user_id)
    families = queries.families_in_force(db.session(), rule_book(db.session(), g.actor.programme_id), utcnow())
    family_id = request.form.get("family", type=stored_id)
    if family_id not in {family.id for family, _ in families}:
        raise InvalidInputError("Choose a rubric that is in force.", {"family": "unknown"})
    return person, family_id


@bp.post("/<int:certification_id>/round")
@requires(Permission.CERTIFICATION_SETTLE)
def another_round(certification_id: int) -> ResponseReturnValue:
    row, version = of_form(certification_id)
    service.another_round(
        db.session(), g.setting, row, version=version, rng=chance.fresh(), by=g.actor.user_id, now=utcnow()
    )
    return done(row.user_id, "Another round is given, on other golden tickets.")


@bp.post("/<int:certification_id>/shadow")
@requires(Permission.CERTIFICATION_SETTLE)
def more_shadowed(certification_id: int) -> ResponseReturnValue:
    row, version = of_form(certification_id)
    service.more_shadowed(
        db.session(), g.setting, row, version=version, rng=chance.fresh(), by=g.actor.user_id, now=utcnow()
    )
    return done(row.user_id, "Further parts are given, to be looked at by a certified person.")


@bp.post("/<int:certification_id>/certify")
@requires(Permission.CERTIFICATION_SETTLE)
def certify(certification_id: int) -> ResponseReturnValue:
    row, version = of_form(certification_id)
    service.certify(db.session(), row, version=version, by=g.actor.user_id, now=utcnow())
    return done(row.user_id, "Certified. Drawn parts of this rubric may be given from now on.")


@bp.post("/<int:certification_id>/withdraw")
@requires(Permission.CERTIFICATION_SETTLE)
def withdraw(certification_id: int) -> ResponseReturnValue:
    row, version = of_form(certification_id)
    reason = request.form.get("reason", "")
    service.withdraw(db.session(), row, version=version, reason=reason, by=g.actor.user_id, now=utcnow())
    return done(row.user_id, "Taken away; the reason stays on record.")


def of_form(certification_id: int) -> tuple[Certification, int]:
    """The certification, and the state of it that was on the page."""
    return queries.get_certification_for(db.session(), g.actor, certification_id), advancing.seen_version()


def done(user_id: int, words: str) -> ResponseReturnValue:
    db.session.commit()
    flash(words, "good")
    return redirect(url_for("certification.show", user_id=user_id))


@bp.get("/shadowed/<int:shadowed_id>")
@requires(Permission.CERTIFICATION_VIEW)
def shadowed(shadowed_id: int) -> ResponseReturnValue:
    """A newcomer's review beside the certified person's, criterion by criterion."""
    session = db.session()
    found = queries.get_shadowed_for(session, g.actor, shadowed_id)
    own, beside = queries.first_answers(session, found)
    rubric = rubric_of(session, found.assignment.rubric_version_id)
    lines: list[dict[str, Any]] = []
    for criterion in rubric.criteria:
        one, other = own.get(criterion.key), beside.get(criterion.key)
        if one is None and other is None:
            continue
        chosen = [
            None if each is None else (each.level_key, each.percentage, each.not_applicable) for each in (one, other)
        ]
        lines.append(
            {
                "name": criterion.name,
                "given": worded(criterion, chosen[0]),
                "said": one.comment if one else "",
                "beside": worded(criterion, chosen[1]),
                "beside_said": other.comment if other else "",
                "alike": chosen[0] == chosen[1],
            }
        )
    return render_template("certification/shadowed.html", found=found, lines=lines, rubric=rubric)


@bp.post("/shadowed/<int:shadowed_id>")
@requires(Permission.CERTIFICATION_VIEW)
def look(shadowed_id: int) -> ResponseReturnValue:
    found = queries.get_shadowed_for(db.session(), g.actor, shadowed_id)
    service.look(
        db.session(),
        found,
        verdict=request.form.get("verdict", ""),
        note=request.form.get("note", ""),
        by=g.actor.user_id,
        now=utcnow(),
    )
    db.session.commit()
    flash("Kept. The lead settles once all of them are looked at.", "good")
    return redirect(url_for("certification.index"))
