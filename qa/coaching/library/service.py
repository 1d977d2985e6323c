"""Proposing, adopting, editing and retiring templates; adding trainings; recording who took one."""

import datetime as dt
from functools import partial

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from qa.coaching import wording
from qa.coaching.library.models import (
    RESULTS,
    TEMPLATE_KINDS,
    TRAINING_KINDS,
    CoachingTemplate,
    Training,
    TrainingRecord,
)
from qa.core import audit
from qa.core.access import Role
from qa.core.advancing import advance
from qa.core.errors import InvalidInputError
from qa.notices import service as notices
from qa.people.queries import people_with_role
from qa.rubric_library.models import Procedure, ProcedureVersion

STALE = "Somebody else changed this template meanwhile. Load the page again and look at what is new."
_advance = partial(advance, stale=STALE)


def propose(
    session: Session,
    programme_id: int,
    *,
    criterion_key: str,
    kind: str,
    text: str,
    owner: str,
    days: int,
    adopt: bool,
    by: int,
    now: dt.datetime,
) -> CoachingTemplate:
    """A template for plans on a criterion; who runs the programme adopts it in the same step."""
    said = _checked(criterion_key, kind, text, owner, days)
    template = CoachingTemplate(
        programme_id=programme_id,
        criterion_key=criterion_key,
        kind=kind,
        text=said,
        owner=owner,
        days=days,
        state="adopted" if adopt else "proposed",
        proposed_by_id=by,
        proposed_at=now,
        settled_by_id=by if adopt else None,
        settled_at=now if adopt else None,
    )
    session.add(template)
    session.flush()
    if not adopt:
        leads = people_with_role(session, programme_id, Role.QA_LEAD, now.date())
        notices.notify(
            session,
            {lead.id for lead in leads} - {by},
            kind="template_proposed",
            object_type="coaching_template",
            object_id=template.id,
            now=now,
        )
    _record(session, template, "propose", by, now)
    return template


def edit(
    session: Session,
    template: CoachingTemplate,
    *,
    text: str,
    owner: str,
    days: int,
    version: int,
    by: int,
    now: dt.datetime,
) -> None:
    """Other words for plans to come; what plans took over already stays theirs."""
    said = _checked(template.criterion_key, template.kind, text, owner, days)
    _advance(session, template, version, expected=("proposed", "adopted"), text=said, owner=owner, days=days)
    _record(session, template, "edit", by, now)


def settle(
    session: Session, template: CoachingTemplate, *, state: str, version: int, by: int, now: dt.datetime
) -> None:
    """Adopt what was proposed or retired, or retire it; who proposed it is told."""
    allowed = {"adopted": ("proposed", "retired"), "retired": ("proposed", "adopted")}
    if state not in allowed:
        raise InvalidInputError("A template is adopted or retired.", {"state": "unknown"})
    _advance(session, template, version, expected=allowed[state], state=state, settled_by_id=by, settled_at=now)
    if template.proposed_by_id != by:
        notices.notify(
            session,
            [template.proposed_by_id],
            kind=f"template_{state}",
            object_type="coaching_template",
            object_id=template.id,
            now=now,
        )
    _record(session, template, state, by, now)


def _checked(criterion_key: str, kind: str, text: str, owner: str, days: int) -> str:
    if not criterion_key:
        raise InvalidInputError("Choose the criterion it is for.", {"criterion": "choose one"})
    if kind not in TEMPLATE_KINDS:
        raise InvalidInputError("A template is a focus area or an action.", {"kind": "unknown"})
    if owner not in ("specialist", "lead"):
        raise InvalidInputError("An action belongs to the specialist or the lead.", {"owner": "unknown"})
    if not 1 <= days <= 365:
        raise InvalidInputError("Due after 1 to 365 days.", {"days": "1 to 365"})
    return wording.line(text, field="text", missing="Write what plans are to begin with.")


def _record(session: Session, template: CoachingTemplate, what: str, by: int, now: dt.datetime) -> None:
    audit.record(
        session,
        action=f"coaching.template_{what}",
        object_type="coaching_template",
        object_id=template.id,
        actor_id=by,
        now=now,
        detail={"criterion": template.criterion_key, "kind": template.kind},
    )
    session.flush()


def add_training(
    session: Session,
    programme_id: int,
    *,
    kind: str,
    title: str,
    url: str,
    procedure_id: int | None,
    by: int,
    now: dt.datetime,
) -> Training:
    """A course, or a procedure (SOP) to read; its title is the programme's name for it."""
    if kind not in TRAINING_KINDS:
        raise InvalidInputError("A training is a course, an SOP or another thing.", {"kind": "unknown"})
    procedure = session.get(Procedure, procedure_id) if procedure_id is not None and kind == "sop" else None
    if kind == "sop" and (procedure is None or procedure.programme_id != programme_id):
        raise InvalidInputError("Choose which SOP is read.", {"procedure": "choose one"})
    training = Training(
        programme_id=programme_id,
        kind=kind,
        title=wording.line(
            title or (procedure.name if procedure else ""),
            field="title",
            missing="Give the training a title.",
            most=160,
        ),
        url="" if procedure else wording.address(url),
        procedure_id=procedure.id if procedure else None,
        created_by_id=by,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(training)
            session.flush()
    except IntegrityError:
        raise InvalidInputError("There is a training of this title.", {"title": "taken"}) from None
    audit.record(
        session, action="coaching.training", object_type="training", object_id=training.id, actor_id=by, now=now
    )
    session.flush()
    return training


def retire_training(session: Session, training: Training, *, by: int, now: dt.datetime) -> None:
    """It can no longer be assigned; its records stay. The same again changes nothing."""
    if training.retired_at is not None:
        return
    training.retired_at = now
    audit.record(
        session, action="coaching.training_retire", object_type="training", object_id=training.id, actor_id=by, now=now
    )
    session.flush()


def record_training(
    session: Session,
    training: Training,
    user_id: int,
    *,
    done_on: dt.date,
    result: str,
    note: str,
    by: int,
    today: dt.date,
    now: dt.datetime,
    action_id: int | None = None,
) -> TrainingRecord:
    """Somebody took a training; of an SOP the version in force on that day is kept."""
    if result not in RESULTS:
        raise InvalidInputError("Say what came of it.", {"result": "choose one"})
    if done_on > today:
        raise InvalidInputError("A training is recorded once it was taken.", {"done_on": "lies in the future"})
    version = None
    if training.procedure_id is not None:
        version = session.scalar(
            select(ProcedureVersion.id)
            .where(
                ProcedureVersion.procedure_id == training.procedure_id,
                ProcedureVersion.effective_from
                < dt.datetime.combine(done_on, dt.time(), dt.UTC) + dt.timedelta(days=1),
            )
            .order_by(ProcedureVersion.effective_from.desc(), ProcedureVersion.id.desc())
            .limit(1)
        )
    record = TrainingRecord(
        training_id=training.id,
        user_id=user_id,
        procedure_version_id=version,
        action_id=action_id,
        done_on=done_on,
        result=result,
        note=wording.text(note, field="note", most=1_000),
        recorded_by_id=by,
        recorded_at=now,
    )
    session.add(record)
    session.flush()
    audit.record(
        session,
        action="coaching.trained",
        object_type="training_record",
        object_id=record.id,
        actor_id=by,
        now=now,
        detail={"training": training.id, "person": user_id, "result": result},
    )
    session.flush()
    return record
