"""Changing the library: a draft from YAML, a rubric's owner, and the dated rules that say where it applies."""

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

import rubrics
from qa.core import audit
from qa.core.errors import ConflictError, InvalidInputError
from qa.rubric_library import drafts, workflow
from qa.rubric_library.drafting import tree_of
from qa.rubric_library.models import RubricFamily, RubricRule, RubricVersion


def import_draft(
    session: Session, programme_id: int, text: str, *, name: str, by: int | None, now: dt.datetime
) -> RubricVersion:
    """A draft from YAML, in a new family where its key is new.

    A draft of that number takes the new text, and undo brings its former state back; a version beyond draft refuses.
    """
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
    if version is None:
        version = drafts.open_draft(session, family, tree_of(value), what="load YAML", by=by, now=now)
    elif version.state == "draft":
        drafts.replace(session, version, value, by=by, now=now)
    else:
        state = "in review" if version.state == "in_review" else "published and never changes"
        raise workflow.RubricAlreadyPublishedError(
            f"{value.name} {version.label} is {state}. Give your version a new number."
        )
    version.document = rubrics.dump_yaml(value)
    version.fingerprint = rubrics.fingerprint(value)
    session.flush()
    return version


def name_owner(session: Session, family: RubricFamily, owner_id: int, *, by: int, now: dt.datetime) -> None:
    """Say who answers the questions about a rubric."""
    family.owner_id = owner_id
    session.flush()
    audit.record(session, action="rubric.owner", object_type="rubric_family", object_id=family.id, actor_id=by, now=now)


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
