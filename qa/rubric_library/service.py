"""Changing rubrics: a draft from YAML, publishing it, and the dated rules that say where it applies."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.rubric_library.models import RubricFamily, RubricRule, RubricVersion


class RubricAlreadyPublishedError(ConflictError):
    """A published version never changes."""


class SecondPersonNeededError(ConflictError):
    """Whoever drafted a version does not publish it."""

    title = "A second person is needed"


def import_draft(
    session: Session, programme_id: int, text: str, *, name: str, by: int | None, now: dt.datetime
) -> RubricVersion:
    """A draft from YAML, in a new family where its key is new; an existing draft of that number is replaced."""
    try:
        value = rubrics.load_yaml(text, name=name)
    except rubrics.RubricError as error:
        raise InvalidInputError(str(error)) from error
    family = session.scalar(
        select(RubricFamily).where(RubricFamily.programme_id == programme_id, RubricFamily.key == value.key)
    )
    if family is None:
        family = RubricFamily(programme_id=programme_id, key=value.key, name=value.name, owner_id=by, created_at=now)
        session.add(family)
        session.flush()
    version = session.scalar(
        select(RubricVersion).where(
            RubricVersion.family_id == family.id,
            RubricVersion.major == value.major,
            RubricVersion.minor == value.minor,
        )
    )
    if version is not None and version.state != "draft":
        raise RubricAlreadyPublishedError(
            f"{value.name} {version.label} is published and never changes. Give your version a new number."
        )
    if version is None:
        version = RubricVersion(
            family_id=family.id, major=value.major, minor=value.minor, state="draft", created_at=now
        )
        session.add(version)
    version.document = rubrics.dump_yaml(value)
    version.fingerprint = rubrics.fingerprint(value)
    version.engine_version = rubrics.ENGINE_VERSION
    version.drafted_by_id = by
    session.flush()
    audit.record(
        session,
        action="rubric.draft",
        object_type="rubric_version",
        object_id=version.id,
        actor_id=by,
        now=now,
        detail={"fingerprint": version.fingerprint},
    )
    return version


def publish(
    session: Session, version: RubricVersion, *, effective_from: dt.datetime, by: int | None, now: dt.datetime
) -> None:
    """Make a draft the version in force from a moment on; from then on it never changes."""
    if version.state not in {"draft", "in_review"}:
        raise RubricAlreadyPublishedError("This version is published already.")
    if by is not None and by == version.drafted_by_id:
        raise SecondPersonNeededError("You drafted this version; somebody else has to publish it.")
    value = rubrics.load_yaml(version.document)
    if rubrics.fingerprint(value) != version.fingerprint:
        raise ConflictError("The stored rubric is not the one that was drafted; import it again.")
    version.state = "published"
    version.effective_from = effective_from
    version.published_at = now
    version.published_by_id = by
    family = session.get_one(RubricFamily, version.family_id)
    family.name = value.name
    session.flush()
    audit.record(
        session,
        action="rubric.publish",
        object_type="rubric_version",
        object_id=version.id,
        actor_id=by,
        now=now,
        detail={"fingerprint": version.fingerprint, "effective_from": effective_from.isoformat()},
    )


def add_rule(
    session: Session,
    family: RubricFamily,
    *,
    valid_from: dt.datetime,
    by: int | None,
    now: dt.datetime,
    queue: str | None = None,
    channel: str | None = None,
    language: str | None = None,
) -> RubricRule:
    """From a moment on, parts with these facts belong to the family; the same rule twice is one rule."""
    same = session.scalar(
        select(RubricRule).where(
            RubricRule.programme_id == family.programme_id,
            RubricRule.family_id == family.id,
            RubricRule.queue.is_not_distinct_from(queue),
            RubricRule.channel.is_not_distinct_from(channel),
            RubricRule.language.is_not_distinct_from(language),
            RubricRule.valid_from <= valid_from,
            RubricRule.valid_to.is_(None),
        )
    )
    if same is not None:
        return same
    rule = RubricRule(
        programme_id=family.programme_id,
        family_id=family.id,
        queue=queue,
        channel=channel,
        language=language,
        valid_from=valid_from,
    )
    session.add(rule)
    session.flush()
    audit.record(session, action="rubric.rule", object_type="rubric_rule", object_id=rule.id, actor_id=by, now=now)
    return rule


def end_rule(session: Session, rule: RubricRule, *, by: int | None, now: dt.datetime) -> None:
    """The rule no longer applies to what is resolved from now on."""
    if rule.valid_to is not None and rule.valid_to <= now:
        raise ConflictError("This rule has ended already.")
    rule.valid_to = now
    session.flush()
    audit.record(session, action="rubric.rule_end", object_type="rubric_rule", object_id=rule.id, actor_id=by, now=now)
