"""Reading the library: templates, trainings, records."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from qa.coaching.library.models import CoachingTemplate, Training, TrainingRecord
from qa.core.access import Actor, Permission, Scope
from qa.core.errors import NotFoundError
from qa.people.models import User
from qa.rubric_library.models import ProcedureVersion, RubricFamily, RubricVersion
from qa.rubric_library.queries import rubrics_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A template with who proposed it."""

    template: CoachingTemplate
    by: str


def templates_of(session: Session, programme_id: int, *, criterion_key: str = "", state: str = "") -> list[Proposed]:
    """By criterion, focus areas before actions; what is retired comes last."""
    found = (
        select(CoachingTemplate, User.name)
        .join(User, User.id == CoachingTemplate.proposed_by_id)
        .where(CoachingTemplate.programme_id == programme_id)
        .order_by(
            CoachingTemplate.state == "retired",
            CoachingTemplate.criterion_key,
            CoachingTemplate.kind.desc(),
            CoachingTemplate.id,
        )
    )
    if criterion_key:
        found = found.where(CoachingTemplate.criterion_key == criterion_key)
    if state:
        found = found.where(CoachingTemplate.state == state)
    return [Proposed(template=template, by=name) for template, name in session.execute(found)]


def adopted(session: Session, programme_id: int, criterion_keys: Collection[str]) -> Sequence[CoachingTemplate]:
    """What plans on these criteria may begin with."""
    return session.scalars(
        select(CoachingTemplate)
        .where(
            CoachingTemplate.programme_id == programme_id,
            CoachingTemplate.criterion_key.in_(criterion_keys),
            CoachingTemplate.state == "adopted",
        )
        .order_by(CoachingTemplate.criterion_key, CoachingTemplate.id)
    ).all()


def get_template_for(session: Session, actor: Actor, template_id: int) -> CoachingTemplate:
    """A template of the person's programme."""
    template = session.get(CoachingTemplate, template_id)
    if template is None or template.programme_id != actor.programme_id:
        raise NotFoundError("There is no such template.")
    return template


def not_yours() -> NotFoundError:
    return NotFoundError("This is decided by whoever runs the programme.")


def criteria_in_force(session: Session, programme_id: int, now: dt.datetime) -> dict[str, str]:
    """The criteria that published rubrics ask, by key, each under its newest name."""
    rows = session.execute(
        select(RubricVersion.id)
        .join(RubricFamily, RubricFamily.id == RubricVersion.family_id)
        .where(
            RubricFamily.programme_id == programme_id,
            RubricVersion.state == "published",
            RubricVersion.effective_from <= now,
        )
        .order_by(RubricVersion.effective_from.desc(), RubricVersion.id.desc())
    )
    ids = [version_id for (version_id,) in rows]
    versions = rubrics_of(session, ids)
    names: dict[str, str] = {}
    for version_id in ids:
        for criterion in versions[version_id].criteria:
            names.setdefault(criterion.key, criterion.name)
    return dict(sorted(names.items(), key=lambda each: each[1]))


def may_settle(actor: Actor) -> bool:
    """Whether this person adopts and retires templates: who runs the programme."""
    return actor.may(Permission.COACHING_EDIT, Scope.ALL)


def may_change(actor: Actor, template: CoachingTemplate) -> bool:
    """Who runs the programme, or who proposed it until it is adopted."""
    if template.state == "retired":
        return False
    return may_settle(actor) or (template.state == "proposed" and template.proposed_by_id == actor.user_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """A training with how many people took it."""

    training: Training
    taken: int


def trainings_of(session: Session, programme_id: int, *, retired: bool = True) -> list[Offered]:
    """Those on offer by title, retired ones last."""
    taken = (
        select(func.count(func.distinct(TrainingRecord.user_id)))
        .where(TrainingRecord.training_id == Training.id)
        .correlate(Training)
        .scalar_subquery()
    )
    found = (
        select(Training, taken)
        .where(Training.programme_id == programme_id)
        .order_by(Training.retired_at.is_not(None), Training.title, Training.id)
    )
    if not retired:
        found = found.where(Training.retired_at.is_(None))
    return [Offered(training=training, taken=count) for training, count in session.execute(found)]


def get_training_for(session: Session, actor: Actor, training_id: int) -> Training:
    training = session.get(Training, training_id)
    if training is None or training.programme_id != actor.programme_id:
        raise NotFoundError("There is no such training.")
    return training


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One record with its training; ``version`` is the SOP's label that was read."""

    record: TrainingRecord
    training: Training
    version: str | None


def records_of(session: Session, user_id: int, *, since: dt.date | None = None) -> list[Taken]:
    """What a person took, the newest first."""
    found = (
        select(TrainingRecord, Training, ProcedureVersion.label)
        .join(Training, Training.id == TrainingRecord.training_id)
        .outerjoin(ProcedureVersion, ProcedureVersion.id == TrainingRecord.procedure_version_id)
        .where(TrainingRecord.user_id == user_id)
        .order_by(TrainingRecord.done_on.desc(), TrainingRecord.id.desc())
    )
    if since is not None:
        found = found.where(TrainingRecord.done_on >= since)
    return [
        Taken(record=record, training=training, version=label) for record, training, label in session.execute(found)
    ]
